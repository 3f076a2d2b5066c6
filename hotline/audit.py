"""The journal: written in the transaction of the change it tells of, chained by hashes.

Entries are kept until the end of the transaction. Two writers may not both follow the same entry,
so on PostgreSQL writing takes a lock that is held until the commit: whoever locked anything else
after it would sooner or later wait for someone who waits for the journal.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, insert, inspect, select, text
from sqlalchemy.orm import Session

from hotline.db import at_end
from hotline.models.journal import AuditEntry

START = "0" * 64
_LOCK = 4_716_001
_SHELL = "hotline.shell"
_WAITING = "hotline.journal"
_entries = cast(Table, AuditEntry.__table__)
_last = select(_entries.c.hash).order_by(_entries.c.id.desc()).limit(1)
_insert = insert(_entries).inline()


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    subject_id: object,
    now: datetime,
    old: Any = None,
    new: Any = None,
    reason: str | None = None,
) -> None:
    """Append one entry. `old` and `new` hold plain JSON values, only of what changed."""
    entry = {"actor": actor, "action": action, "subject": subject, "subject_id": subject_id}
    record_all(session, [entry | {"old": old, "new": new, "reason": reason}], now=now)


def note_shell(session: Session, *, os_user: str, login: str | None, command: str) -> None:
    """Say in every entry of this transaction from now on who sat at the command line.

    `os_user`: the account of the machine that ran the command; `login`: the one that signed in
    there, if that is known and another.
    """
    said = {"os_user": os_user, "login": login, "command": command[:1000]}
    session.info[_SHELL] = {name: value for name, value in said.items() if value}


def record_all(session: Session, entries: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Append entries, each with the keys that `record` takes, in this order."""
    if not entries:
        return
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        at_end(session, _write)
    session.info[_WAITING] += [{**entry, "at": now} for entry in entries]


def _write(session: Session) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    previous = connection.execute(_last).scalar() or START
    rows = []
    for entry in session.info.pop(_WAITING):
        row = {
            "at": entry["at"],
            "actor": entry["actor"],
            "action": entry["action"],
            "subject": entry["subject"],
            "subject_id": str(entry["subject_id"]),
            "old": entry.get("old"),
            "new": entry.get("new"),
            "reason": entry.get("reason"),
            "shell": session.info.get(_SHELL),
            "previous_hash": previous,
        }
        previous = row["hash"] = _hash(row)
        rows.append(row)
    connection.execute(_insert, rows)


def verify(session: Session) -> tuple[int, list[int]]:
    """How many entries there are, and the ids at which the chain is broken (empty: all is well).

    Also of a backup that an older version made, whose entries lack the newest fields.
    """
    previous, broken, count = START, [], 0
    known = {column["name"] for column in inspect(session.connection()).get_columns(_entries.name)}
    columns = [column for column in _entries.c if column.name in known]
    names = [column.name for column in columns if column.name not in ("id", "hash")]
    for row in session.execute(select(*columns).order_by(_entries.c.id)).mappings():
        count += 1
        content = {name: row[name] for name in names}
        if row["previous_hash"] != previous or row["hash"] != _hash(content):
            broken.append(row["id"])
        previous = row["hash"]
    return count, broken


def _hash(entry: dict[str, Any]) -> str:
    at: datetime = entry["at"]
    plain = entry | {"at": at.astimezone(UTC).isoformat()}
    if plain.get("shell") is None:
        # Entries older than this field have hashes without it.
        plain.pop("shell", None)
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
