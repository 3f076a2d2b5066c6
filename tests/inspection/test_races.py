"""Several hands at once: what must happen once happens once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from hotline import audit
from hotline.accounts import users
from hotline.accounts.users import NewUser, Profile
from hotline.db import Database
from hotline.errors import Conflict, HotlineError, Invalid
from hotline.files.spreadsheets import read_table
from hotline.inspection import calls, checks, rounds
from hotline.inspection.call_imports import columns_for, import_calls
from hotline.models.inspection import Call, Check, RubricVersion
from hotline.models.people import User
from hotline.papers import round_closings
from tests.factories import OPERATOR, actor_for
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


def at_once(database, first, second) -> list[object]:
    """Begin `second` while `first` has done its part and not yet committed; what each came to."""
    done, began = Event(), Event()

    def lead() -> object:
        with database.write() as session:
            said = first(session)
            done.set()
            began.wait(5)
            time.sleep(0.3)
            return said

    def follow() -> object:
        assert done.wait(5)
        began.set()
        try:
            with database.write() as session:
                return second(session)
        except HotlineError as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        return [each.result() for each in [pool.submit(lead), pool.submit(follow)]]


def close_as_it_is(session, settings, code: str) -> str:
    return round_closings.close(
        session,
        OPERATOR,
        code,
        as_is_reason="到期",
        settings=settings,
        now=NOON_OF_THE_LAST,
    ).code


def test_a_call_that_waits_for_its_round_to_close_is_refused(database, settings):
    with database.write() as session:
        a_registry(session, lines=2)
        found = a_round(session, settings)
        code, check_id = found.code, checks_of(session, found)[0].id
    _, refusal = at_once(
        database,
        lambda session: close_as_it_is(session, settings, code),
        lambda session: calls.record(
            session, OPERATOR, check_id, dial(), settings=settings, now=NOON_OF_THE_LAST
        ),
    )
    assert isinstance(refusal, Conflict)
    with database.read() as session:
        assert session.query(Call).count() == 0


def test_a_file_that_waits_for_its_round_to_close_is_refused(database, settings):
    with database.write() as session:
        a_registry(session)
        found = a_round(session, settings)
        code, number = found.code, checks_of(session, found)[0].number
        columns = columns_for(session, OPERATOR, code)
    file = f"number,started_at,attempt,outcome\n{number},2026-11-03 09:30,1,21\n".encode()
    table = read_table(file, "calls.csv", columns, max_bytes=10_000, max_rows=100)
    _, refusal = at_once(
        database,
        lambda session: close_as_it_is(session, settings, code),
        lambda session: import_calls(
            session, OPERATOR, code, table, settings=settings, now=NOON_OF_THE_LAST
        ),
    )
    assert isinstance(refusal, Conflict)
    with database.read() as session:
        assert session.query(Call).count() == 0


def test_a_round_that_closes_judges_the_call_that_was_being_logged(database, settings):
    """What is struck out takes away what the round could be closed with."""
    with database.write() as session:
        a_registry(session)
        found = a_round(session, settings)
        code, check = found.code, checks_of(session, found)[0]
        call_id = calls.record(
            session, OPERATOR, check.id, dial(), settings=settings, now=NOON_OF_THE_LAST
        ).call_id
        reviewer = actor_for(session, "city_admin", name="reviewer")
    _, refusal = at_once(
        database,
        lambda session: calls.void(
            session, reviewer, call_id, reason="听错了", settings=settings, now=NOON_OF_THE_LAST
        ),
        lambda session: round_closings.close(
            session, OPERATOR, code, as_is_reason=None, settings=settings, now=NOON_OF_THE_LAST
        ),
    )
    assert isinstance(refusal, Conflict)
    assert len(refusal.details) == 1


def test_a_round_opened_twice_at_once_is_opened_once(database, settings):
    with database.write() as session:
        a_registry(session)
    opened, refusal = at_once(
        database,
        lambda session: a_round(session, settings).code,
        lambda session: a_round(session, settings).code,
    )
    assert opened == "C-130100-2026-11"
    assert isinstance(refusal, Conflict)


def test_two_first_rounds_opened_at_once_share_one_rubric(database, settings):
    with database.write() as session:
        a_registry(session)
    opened = at_once(
        database,
        lambda session: a_round(session, settings).code,
        lambda session: a_round(session, settings, period="2026-10").code,
    )
    assert opened == ["C-130100-2026-11", "C-130100-2026-10"]
    with database.read() as session:
        assert session.query(RubricVersion).count() == 1


def test_one_key_for_two_lines_at_once_is_a_conflict(database, settings):
    with database.write() as session:
        a_registry(session, lines=2)
        ids = [check.id for check in checks_of(session, a_round(session, settings))]

    def send(check_id: int):
        return lambda session: calls.record(
            session,
            OPERATOR,
            check_id,
            dial(idempotency_key="form-1"),
            settings=settings,
            now=NOON_OF_THE_LAST,
        )

    _, refusal = at_once(database, send(ids[0]), send(ids[1]))
    assert isinstance(refusal, Conflict)


def test_an_account_changed_twice_at_once_ends_its_sessions_twice(database, settings):
    with database.write() as session:
        a_registry(session)
        made = users.add(
            session,
            OPERATOR,
            NewUser("wang", "Long-enough-1", Profile("city_inspector", area_code="130100")),
            now=NOON_OF_THE_LAST,
        )
        user_id, epoch = made.id, made.epoch

    def shut(active: bool):
        def change(session) -> None:
            user = users.get_for(session, OPERATOR, user_id)
            users.set_active(session, OPERATOR, user, active, now=NOON_OF_THE_LAST)

        return change

    def stale(session) -> None:
        user = users.get_for(session, OPERATOR, user_id)
        users.reset_password(session, OPERATOR, user, now=NOON_OF_THE_LAST)

    at_once(database, shut(False), stale)
    with database.read() as session:
        assert session.get_one(User, user_id).epoch == epoch + 2


def test_an_account_added_twice_at_once_is_made_once(database, settings):
    with database.write() as session:
        a_registry(session)

    def add(session) -> None:
        new = NewUser("wang", "Long-enough-1", Profile("city_inspector", area_code="130100"))
        users.add(session, OPERATOR, new, now=NOON_OF_THE_LAST)

    _, refusal = at_once(database, add, add)
    assert isinstance(refusal, Invalid)


def test_a_reading_sees_one_state_of_the_data(database, settings):
    with database.write() as session:
        a_registry(session)
        check_id = checks_of(session, a_round(session, settings))[0].id
    with database.read() as reading:
        assert reading.get_one(Check, check_id).klass is None
        with database.write() as session:
            calls.record(
                session, OPERATOR, check_id, dial(), settings=settings, now=NOON_OF_THE_LAST
            )
        assert checks.verify(reading, settings) == (1, [])
        assert reading.query(Call).count() == 0


def test_inspectors_named_twice_at_once_are_those_named_last(database, settings):
    with database.write() as session:
        a_registry(session)
        code = a_round(session, settings).code
        ids = [
            users.add(
                session,
                OPERATOR,
                NewUser(name, "Long-enough-1", Profile("city_inspector", area_code="130100")),
                now=NOON_OF_THE_LAST,
            ).id
            for name in ("wang", "zhao")
        ]

    def assign(*chosen: int):
        return lambda session: rounds.assign(
            session, OPERATOR, code, chosen, settings=settings, now=NOON_OF_THE_LAST
        )

    at_once(database, assign(*ids), assign(ids[1]))
    with database.read() as session:
        found = rounds.get_for(session, OPERATOR, code)
        assert [user.name for user in found.inspectors] == ["zhao"]
