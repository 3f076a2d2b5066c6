"""Logging, correcting and striking out calls, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.inspection import calls, checks
from hotline.models.inspection import Call, CallCorrection, Check
from hotline.models.journal import AuditEntry
from tests.factories import OPERATOR, actor_for, make_unit
from tests.inspection.spot_checks import (
    NOON_OF_THE_LAST,
    a_registry,
    a_round,
    checks_of,
    dial,
    log,
    on,
)


@pytest.fixture
def check_id(database, settings) -> int:
    with database.write() as session:
        a_registry(session)
        return checks_of(session, a_round(session, settings))[0].id


@pytest.fixture
def record(database, settings, check_id):
    def log_one(*args: object, actor=OPERATOR, **more: object) -> calls.Recorded:
        with database.write() as session:
            check = session.get_one(Check, check_id)
            return log(session, settings, check, dial(*args, **more), actor)

    return log_one


def kept(database, check_id) -> Check:
    with database.read() as session:
        return session.get_one(Check, check_id)


def mistakes(refusal) -> set[str]:
    return {error.field for error in refusal.value.errors}


def test_a_good_answer_is_a_pass_at_once(database, check_id, record):
    assert record().created
    check = kept(database, check_id)
    assert (check.klass, check.score_tenths, check.attempts, check.outcome) == ("PASS", 1000, 1, 11)
    assert check.closable
    assert check.provisional, "D4 is still open"
    assert check.first_connected is True


def test_a_call_back_kept_or_not_ends_the_provisional_score(database, check_id, record):
    record(D4="否")
    check = kept(database, check_id)
    assert not check.provisional
    assert check.score_tenths == 960


def test_the_same_key_twice_stores_one_call(database, check_id, record):
    first = record(idempotency_key="k-1")
    again = record(idempotency_key="k-1")
    assert (first.created, again.created) == (True, False)
    assert first.call_id == again.call_id


def test_the_same_key_for_another_content_is_refused(record):
    record(idempotency_key="k-1")
    with pytest.raises(Conflict):
        record(idempotency_key="k-1", note="别的内容")


def test_the_same_start_with_the_same_content_stores_one_call(database, check_id, record):
    record()
    assert not record(idempotency_key="another").created
    assert kept(database, check_id).calls_made == 1


def test_the_same_start_with_another_content_is_refused(record):
    record()
    with pytest.raises(Conflict):
        record(ring_s="13")


def test_seconds_are_rounded_half_up_on_entry(database, check_id, record):
    record(ring_s="15.04")
    check = kept(database, check_id)
    assert (check.ring_s, check.klass) == (15.0, "PASS")


def test_just_over_the_limit_is_slow(database, check_id, record):
    record(ring_s="15.05")
    check = kept(database, check_id)
    assert (check.ring_s, check.klass) == (15.1, "SLOW")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ring_s": ""}, "ring_s"),
        ({"ring_s": "-1"}, "ring_s"),
        ({"ring_s": "120.1"}, "ring_s"),
        ({"ring_s": "inf"}, "ring_s"),
        ({"ring_s": "十二"}, "ring_s"),
        ({"hold_total_s": "99999"}, "hold_total_s"),
        ({"transfer_count": "1.5"}, "transfer_count"),
        ({"attempt": "0"}, "attempt"),
        ({"outcome": "99"}, "outcome"),
        ({"outcome": "打通了"}, "outcome"),
        ({"B3": ""}, "B3"),
        ({"B3": "也许"}, "B3"),
        ({"critical": "B1"}, "critical"),
        ({"critical": "B6"}, "B6"),
        ({"note": "长" * 5001}, "note"),
        ({"started_at": on(1, month=12)}, "started_at"),
        ({"started_at": on(30, "12:01")}, "started_at"),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_is_kept(
    database, check_id, record, more, field
):
    with pytest.raises(Invalid) as refusal:
        record(**more)
    assert mistakes(refusal) == {field}
    assert kept(database, check_id).calls_made == 0


def test_all_mistakes_are_told_at_once(record):
    with pytest.raises(Invalid) as refusal:
        record(ring_s="-1", B1="x", attempt="zwei")
    assert mistakes(refusal) == {"ring_s", "B1", "attempt"}
    with pytest.raises(Invalid) as refusal:
        record(ring_s="-1", started_at="gestern", B1="", B2="")
    assert mistakes(refusal) == {"ring_s", "started_at", "B1", "B2"}


def test_too_many_items_not_applicable(record):
    with pytest.raises(Invalid) as refusal:
        record(**dict.fromkeys(("B2", "B3", "B4", "B6", "B7"), "不适用"))
    assert mistakes(refusal) == {"answers"}


@pytest.mark.parametrize("outcome", ["12", "MACHINE", "无人接听", "91"])
def test_an_outcome_without_a_talk_takes_no_answers(record, outcome):
    with pytest.raises(Invalid) as refusal:
        record(outcome=outcome, ring_s="3", B1="是")
    assert mistakes(refusal) == {"B1"}


def test_the_ring_of_an_unanswered_dial_is_not_kept(database, check_id, record):
    record(outcome="21", ring_s="60")
    with database.read() as session:
        assert session.scalar(select(Call.ring_s)) is None


@pytest.mark.parametrize("outcome", ["14", "15", "17"])
def test_what_settles_a_check_cannot_be_washed_away(record, outcome):
    record(outcome=outcome)
    with pytest.raises(Invalid) as refusal:
        record(on(3, "10:30"), attempt=2)
    assert mistakes(refusal) == {"attempt"}


def test_a_reviewer_may_void_what_settled_it_and_it_is_dialled_again(
    database, settings, check_id, record
):
    call_id = record(outcome="14").call_id
    with database.write() as session:
        calls.void(
            session,
            actor_for(session),
            call_id,
            reason="线路串音",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
    assert kept(database, check_id).klass == "VOID"
    record(on(3, "10:30"), attempt=2)
    check = kept(database, check_id)
    assert (check.klass, check.attempts, check.score_tenths) == ("PASS", 1, 1000)


def test_a_dial_is_voided_only_with_a_reason_and_not_by_its_inspector(
    database, settings, check_id, record
):
    with database.write() as session:
        admin, other = actor_for(session), actor_for(session)
    call_id = record(actor=admin).call_id
    more = {"settings": settings, "now": NOON_OF_THE_LAST}
    with pytest.raises(Forbidden), database.write() as session:
        calls.void(session, admin, call_id, reason="不算", **more)
    with pytest.raises(Invalid), database.write() as session:
        calls.void(session, other, call_id, reason="  ", **more)
    assert kept(database, check_id).klass == "PASS"


def test_a_correction_keeps_old_and_new_with_the_reason(database, settings, check_id, record):
    call_id = record().call_id
    with database.write() as session:
        changed = calls.correct(
            session,
            OPERATOR,
            call_id,
            dial(ring_s="21", note="秒表重看"),
            reason="录入有误",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
    assert changed == 2
    with database.read() as session:
        kept_values = {
            c.field: (c.old_value, c.new_value, c.reason)
            for c in session.scalars(select(CallCorrection))
        }
    assert kept_values == {
        "ring_s": (12.0, 21.0, "录入有误"),
        "note": (None, "秒表重看", "录入有误"),
    }
    assert kept(database, check_id).klass == "SLOW"


@pytest.mark.parametrize("settled", [11, 14, 15, 17])
@pytest.mark.parametrize("outcome", [91, 92, 21, 16, 12])
def test_no_correction_opens_a_settled_check_to_a_second_try(
    sqlite_database, settings, settled, outcome
):
    more = {"settings": settings, "now": NOON_OF_THE_LAST}
    with sqlite_database.write() as session:
        a_registry(session, lines=1)
        check_id = checks_of(session, a_round(session, settings))[0].id
        made = calls.record(session, OPERATOR, check_id, dial(outcome=settled), **more)
    with pytest.raises(Invalid) as refusal, sqlite_database.write() as session:
        calls.correct(session, OPERATOR, made.call_id, dial(outcome=outcome), reason="误记", **more)
    assert mistakes(refusal) == {"outcome"}
    other = 14 if settled == 11 else 11
    with sqlite_database.write() as session:
        calls.correct(session, OPERATOR, made.call_id, dial(outcome=other), reason="误记", **more)
        assert session.get_one(Check, check_id).outcome == other


def test_a_correction_needs_a_reason(database, settings, record):
    call_id = record().call_id
    with pytest.raises(Invalid) as refusal, database.write() as session:
        calls.correct(
            session,
            OPERATOR,
            call_id,
            dial(ring_s="3"),
            reason="",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
    assert mistakes(refusal) == {"reason"}


def test_a_file_logged_before_a_correction_still_counts_as_the_same(database, settings, record):
    call_id = record().call_id
    with database.write() as session:
        calls.correct(
            session,
            OPERATOR,
            call_id,
            dial(ring_s="3"),
            reason="听录音",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
    assert not record().created


def test_an_inspector_sees_and_logs_only_what_is_assigned(database, settings, check_id):
    with database.write() as session:
        stranger = actor_for(session, "city_inspector", area_code="130100")
        with pytest.raises(NotFound):
            log(session, settings, session.get_one(Check, check_id), dial(), stranger)


def test_nobody_tests_their_own_unit(database, settings):
    with database.write() as session:
        a_registry(session)
        inspector = actor_for(session, "city_inspector", unit=make_unit(session))
        found = a_round(session, settings, inspectors=(inspector.user_id,))
        with pytest.raises(Forbidden):
            log(session, settings, checks_of(session, found)[0], dial(), inspector)


def test_the_journal_tells_of_every_call_and_its_chain_holds(database, record):
    record(outcome="21")
    record(on(3, "10:30"), attempt=2)
    with database.read() as session:
        count, broken = audit.verify(session)
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert actions == ["round.open", "call.record", "call.record"]
    assert (count, broken) == (3, [])
    assert last.old == {"class": "UNREACHABLE", "score_tenths": 0}
    assert last.new["class"] == "PASS"


def test_a_changed_journal_is_found_out(database, record):
    record()
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_entries_no_update")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_entries_append_only ON audit_entries")
        connection.exec_driver_sql("UPDATE audit_entries SET actor = 'nobody' WHERE id = 1")
    with database.read() as session:
        assert audit.verify(session) == (2, [1])


def test_the_journal_refuses_to_be_changed(database, record):
    record()
    for statement in ("UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(Exception, match="append-only"), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_recomputing_finds_nothing_until_a_row_was_tampered_with(database, settings, record):
    record(outcome="17")
    with database.read() as session:
        assert checks.verify(session, settings) == (1, [])
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE checks SET score_tenths = 990")
    with database.read() as session:
        count, different = checks.verify(session, settings)
    assert count == 1
    assert "score_tenths" in different[0]


def test_a_call_sent_again_after_its_start_was_set_right_is_stored_once(database, settings):
    with database.write() as session:
        a_registry(session)
        check = checks_of(session, a_round(session, settings))[0]
        first = dial(on(3, "09:30"), outcome=21)
        call_id = log(session, settings, check, first).call_id
        calls.correct(
            session,
            OPERATOR,
            call_id,
            dial(on(3, "10:30"), outcome=21),
            reason="时间写错",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
        again = log(session, settings, check, first)
        assert (again.call_id, again.created) == (call_id, False)
        assert session.query(Call).count() == 1
