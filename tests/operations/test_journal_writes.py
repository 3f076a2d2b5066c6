"""The journal is written at the end of a transaction, so that nobody waits for it at work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.inspection import calls, reviews
from hotline.models.journal import AuditEntry
from tests.factories import NOW, OPERATOR, actor_for
from tests.inspection.spot_checks import NOON_OF_THE_LAST, a_registry, a_round, checks_of, dial


def note(session, n: int) -> None:
    audit.record(session, actor="x", action="note", subject="note", subject_id=n, now=NOW)


def kept(database) -> list[str]:
    with database.read() as session:
        assert audit.verify(session)[1] == []
        return list(session.scalars(select(AuditEntry.subject_id).order_by(AuditEntry.id)))


@pytest.mark.postgresql
def test_who_is_still_at_work_keeps_nobody_waiting(postgresql_database):
    database = postgresql_database

    def quick() -> None:
        with database.write() as session:
            note(session, 2)

    with ThreadPoolExecutor(1) as pool, database.write() as session:
        note(session, 1)
        pool.submit(quick).result(10)
        note(session, 3)
    assert kept(database) == ["2", "1", "3"]


def test_of_what_is_undone_it_says_nothing(database):
    def broken() -> None:
        with database.write() as session:
            note(session, 1)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        broken()
    with database.write() as session:
        note(session, 2)
    assert kept(database) == ["2"]


@pytest.mark.postgresql
def test_many_reviewed_while_their_calls_are_corrected(postgresql_database, settings):
    database, moment = postgresql_database, {"settings": settings, "now": NOON_OF_THE_LAST}
    with database.write() as session:
        a_registry(session, lines=20)
        ids = [check.id for check in checks_of(session, a_round(session, settings))]
        made = [calls.record(session, OPERATOR, i, dial(), **moment).call_id for i in ids]
        reviewer = actor_for(session, "province_admin", name="reviewer")

    def accept() -> None:
        for _ in range(5):
            with database.write() as session:
                reviews.accept_passes(session, reviewer, ids, **moment)

    def correct() -> None:
        for n, call_id in enumerate(reversed(made)):
            with database.write() as session:
                calls.correct(session, OPERATOR, call_id, dial(note=str(n)), reason="x", **moment)

    with ThreadPoolExecutor(2) as pool:
        for deed in [pool.submit(accept), pool.submit(correct)]:
            deed.result(60)
