"""Where a dump lies before it takes the place of the data: schemas, and what moves between them.

Tables move, not schemas: so the schema's owner and rights stay as they are, and what extensions
have in it; and whoever may make schemas in the database and owns the tables can do it.
"""

import time

from sqlalchemy import URL, Connection, text

from hotline.errors import Conflict, T

LOADED = "hotline_restored"
_ASIDE = "hotline_replaced"  # exists only inside of transactions
_PATIENCE = 2.0  # seconds: a connection that was just closed is still listed for a moment

# Sequences of a column go with their table. What belongs to an extension stays with it.
_MOVE = """
DO $$ DECLARE thing text; BEGIN
    FOR thing IN
        WITH bound AS (
            SELECT classid, objid FROM pg_catalog.pg_depend
            WHERE deptype = 'e' OR deptype IN ('a', 'i') AND refobjsubid > 0
                AND refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass),
        things (class, id, space, words) AS (
            SELECT tableoid, oid, relnamespace, 'TABLE ' || oid::pg_catalog.regclass
            FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            UNION ALL
            SELECT tableoid, oid, pronamespace, 'ROUTINE ' || oid::pg_catalog.regprocedure
            FROM pg_catalog.pg_proc
            UNION ALL
            SELECT tableoid, oid, typnamespace, 'TYPE ' || oid::pg_catalog.regtype
            FROM pg_catalog.pg_type WHERE typtype IN ('d', 'e'))
        SELECT words FROM things
        WHERE space = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {source})
            AND (class, id) NOT IN (TABLE bound)
    LOOP
        EXECUTE pg_catalog.format('ALTER %s SET SCHEMA %I', thing, {target});
    END LOOP;
END $$;
"""
_OTHERS = text("""
    SELECT pid, usename, host(client_addr) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
    ORDER BY pid
""")
_USERS = text("""
    WITH ours AS (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = :home),
    users (id) AS (
        SELECT r.ev_class FROM pg_depend d
        JOIN pg_rewrite r ON d.classid = r.tableoid AND d.objid = r.oid
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (TABLE ours)
        UNION SELECT conrelid FROM pg_constraint
        WHERE contype = 'f' AND confrelid IN (TABLE ours))
    SELECT string_agg(id::regclass::text, ', ' ORDER BY id::regclass::text)
    FROM users WHERE id NOT IN (TABLE ours)
""")


def home(connection: Connection) -> str:
    """The schema in which the tables are, or are made where there is none yet."""
    return str(connection.scalar(text("SELECT current_schema()")) or "public")


def exists(connection: Connection, name: str) -> bool:
    found = text("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = :name)")
    return bool(connection.scalar(found, {"name": name}))


def require_alone(connection: Connection) -> None:
    """Raises Conflict, which names them, while others are connected to the database."""
    until = time.monotonic() + _PATIENCE
    while others := connection.execute(_OTHERS).all():
        if time.monotonic() > until:
            raise Conflict(
                T("数据库正在使用：请先停止网页服务和调度程序，并断开其他连接。"),
                [
                    T("连接 {pid}：{user}，{host}", pid=pid, user=user, host=host or "-")
                    for pid, user, host in others
                ],
            )
        time.sleep(0.05)
        # Within a transaction the list is read once.
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))


def require_unused(connection: Connection, home: str) -> None:
    """Raises Conflict where something in another schema would be dropped with the tables."""
    if users := connection.scalar(_USERS, {"home": home}):
        raise Conflict(
            T("别处的视图或表用着本系统的表，请先删去，恢复后重建：{names}", names=users)
        )


def drop_loaded(connection: Connection) -> None:
    connection.execute(text(f"DROP SCHEMA IF EXISTS {LOADED} CASCADE"))


def around_a_load(origin: str, *, lasting: bool) -> tuple[str, str]:
    """What psql runs before and after a dump whose tables are in the schema `origin`.

    In one transaction: what is there steps aside, the dump comes, goes on to LOADED, and what
    was there comes back. `lasting`: whether that schema was there before.
    """
    before = [
        "BEGIN;",
        "SET client_min_messages = warning;",
        f"CREATE SCHEMA {_ASIDE};",
        _move(origin, _ASIDE) if lasting else f"CREATE SCHEMA {_name(origin)};",
    ]
    after = [
        f"CREATE SCHEMA {LOADED};",
        _move(origin, LOADED),
        _move(_ASIDE, origin) if lasting else f"DROP SCHEMA {_name(origin)};",
        f"DROP SCHEMA {_ASIDE};",
        "COMMIT;",
    ]
    return "\n".join((*before, "")), "\n".join(("", *after, ""))


def url_of_loaded(url: URL) -> str:
    """The address of the same database, on which names mean what lies in LOADED."""
    given = url.query.get("options", ())
    options = " ".join(
        (*((given,) if isinstance(given, str) else given), f"-csearch_path={LOADED}")
    )
    return url.update_query_dict({"options": options}).render_as_string(hide_password=False)


def take_over(connection: Connection, home: str) -> None:
    """Put what lies in LOADED into the schema `home`, and drop what lay there."""
    steps = [
        "SET LOCAL lock_timeout = '10s'",
        f"CREATE SCHEMA {_ASIDE}",
        _move(home, _ASIDE) if exists(connection, home) else f"CREATE SCHEMA {_name(home)}",
        _move(LOADED, home),
        f"DROP SCHEMA {_ASIDE} CASCADE",
        f"DROP SCHEMA {LOADED}",
    ]
    for step in steps:
        connection.execute(text(step))


def _move(source: str, target: str) -> str:
    return _MOVE.format(source=_value(source), target=_value(target))


def _name(schema: str) -> str:
    return '"' + schema.replace('"', '""') + '"'


def _value(schema: str) -> str:
    return "'" + schema.replace("'", "''") + "'"
