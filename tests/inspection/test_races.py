"""Several hands at once: what must happen once happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hotline import audit, calls, checks
from hotline.db import Database
from hotline.models.inspection import Call
from tests.factories import OPERATOR
from tests.inspection.spot_checks import (
    NOON_OF_THE_LAST,
    a_registry,
    a_round,
    checks_of,
    dial,
    on,
)


def test_the_same_call_sent_sixteen_times_at_once_is_stored_once(database, settings):
    with database.write() as session:
        a_registry(session)
        check_id = checks_of(session, a_round(session, settings))[0].id

    def send(_n: int) -> bool:
        with database.write() as session:
            return calls.record(
                session,
                OPERATOR,
                check_id,
                dial(idempotency_key="form-1"),
                settings=settings,
                now=NOON_OF_THE_LAST,
            ).created

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(send, range(16)))
    assert sum(created) == 1
    with database.read() as session:
        assert session.query(Call).count() == 1


def test_writers_on_many_checks_lose_nothing_and_the_chain_holds(database, settings):
    with database.write() as session:
        a_registry(session, lines=24)
        ids = [check.id for check in checks_of(session, a_round(session, settings))]
    own = [Database(database.engine.url.render_as_string(hide_password=False)) for _ in range(4)]

    def send(n: int) -> None:
        with own[n % 4].write() as session:
            calls.record(
                session,
                OPERATOR,
                ids[n],
                dial(on(3, f"09:{n:02d}")),
                settings=settings,
                now=NOON_OF_THE_LAST,
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(24)))
    for one in own:
        one.close()
    with database.read() as session:
        assert session.query(Call).count() == 24
        assert audit.verify(session) == (25, [])
        assert checks.verify(session, settings) == (24, [])
