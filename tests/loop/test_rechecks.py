"""Re-checks: dialled and judged as any check, seen by few, and what their result leads to."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.inspection import calls, checks, reviews, rounds, rubrics
from hotline.loop import rechecks, rectifications
from hotline.models.inspection import Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue, Notice
from hotline.models.registry import Line
from hotline.papers import recheck_facts, round_closings
from tests.factories import OPERATOR
from tests.inspection.spot_checks import a_round, checks_of, dial, log, on
from tests.loop.disputed import close, papers
from tests.loop.repairs import (
    CHECKED,
    LATER,
    a_repair,
    answer,
    call_again,
    report,
    settle,
)

DECEMBER = on(28, "18:00", month=12)


def reported(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
    return repair


def test_it_is_a_round_of_one_check_with_the_line_of_today(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        line = session.get_one(Line, repair.case.line_id)
        line.number = "0311-86099999"
        opened = call_again(session, settings, repair)
        assert (opened.code, opened.purpose) == (f"R-{repair.id}-1", "recheck")
        assert (opened.level, opened.area_code, opened.period) == ("city", "130100", "2026-11")
        assert (opened.starts_on, opened.ends_on) == (date(2026, 11, 23), date(2026, 12, 7))
        only = checks_of(session, opened)
        assert [(one.line_id, one.number) for one in only] == [(line.id, "0311-86099999")]
        one = repair.found(session)
        assert (one.state, one.verified_by, one.recheck_round_id) == (
            "rechecking",
            "review",
            opened.id,
        )
        assert [user.name for user in opened.inspectors] == ["inspector"]


def test_inspectors_must_be_the_offices_own(database, settings):
    repair = reported(database, settings)
    far = (repair.people["province_inspector"].user_id,)
    with database.write() as session, pytest.raises(Invalid) as refused:
        call_again(session, settings, repair, inspectors=far)
    assert [error.field for error in refused.value.errors] == ["inspectors"]
    with database.read() as session:
        assert repair.found(session).state == "reported"


def test_it_is_seen_only_by_its_managers_and_inspectors_until_it_is_over(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        code = call_again(session, settings, repair).code
    assert seen(database, repair, code) == {"admin", "other", "province", "inspector"}
    with database.write() as session:
        answer(session, settings, repair)
        settle(session, settings, repair)
    after = {"admin", "other", "province", "inspector", "province_inspector", "unit"}
    assert seen(database, repair, code) == after


def seen(database, repair, code) -> set[str]:
    names = set()
    with database.read() as session:
        for who, actor in repair.people.items():
            try:
                rounds.get_for(session, actor, code)
                names.add(who)
            except NotFound:
                pass
    return names


def test_a_provinces_recheck_is_known_to_the_city_of_the_line_alone(sqlite_database, settings):
    repair = reported(sqlite_database, settings)
    with sqlite_database.write() as session:
        code = call_again(session, settings, repair).code
        found = session.query(Round).filter_by(code=code).one()
        found.level, found.area_code, found.closed_at = "province", "130000", LATER
    assert {"admin", "other", "inspector"} <= seen(sqlite_database, repair, code)
    assert "other_city" not in seen(sqlite_database, repair, code)


def test_a_pass_that_was_reviewed_may_be_struck_off(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        call_again(session, settings, repair)
        answer(session, settings, repair)
        with pytest.raises(Conflict, match="尚未办结"):
            rectifications.close(session, repair.case.admin, repair.id, now=LATER)
        assert settle(session, settings, repair)
        rectifications.close(session, repair.case.admin, repair.id, now=LATER)
    with database.read() as session:
        one = repair.found(session)
        assert (one.state, one.closed_by) == ("closed", "review")
        assert repair.steps(session) == ["open", "report", "recheck", "recheck_pass", "close"]
        assert checks.verify(session, settings) == (2, [])
        assert audit.verify(session)[1] == []
        assert session.query(Finding).count() == 1
        assert {notice.round_id for notice in session.query(Notice)} == {repair.case.round_id}


def test_a_result_stands_only_when_dialled_to_the_end_and_reviewed(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        call_again(session, settings, repair)
    for told in ("尚未拨测", "现有 1 次"):
        with database.write() as session:
            with pytest.raises(Conflict, match=told):
                settle(session, settings, repair)
            inspector = repair.people["inspector"]
            if told == "尚未拨测":
                log(session, settings, repair.recheck(session), dial(on(23), outcome=21), inspector)
    with database.write() as session:
        check = repair.recheck(session)
        inspector = repair.people["inspector"]
        log(session, settings, check, dial(on(24), attempt=2), inspector)
        with pytest.raises(Conflict, match="待复核"):
            settle(session, settings, repair)


def test_the_inspector_does_not_review_it(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        call_again(session, settings, repair)
        log(session, settings, repair.recheck(session), dial(on(23)), repair.case.other)
    with database.write() as session, pytest.raises(Forbidden, match="本人的拨测"):
        answer_by(session, settings, repair, repair.case.other)


def answer_by(session, settings, repair, actor) -> None:
    check = repair.recheck(session)
    reviews.accept(session, actor, check.id, settings=settings, now=LATER)


def test_a_failure_sends_it_back_and_calls_for_a_talk(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        session.query(MeasureDue).delete()
        session.query(Talk).delete()
    with database.write() as session:
        call_again(session, settings, repair)
        answer(session, settings, repair, outcome=14)
        assert not settle(session, settings, repair, days=4)
    with database.read() as session:
        one = repair.found(session)
        assert (one.state, one.returns, one.working_days) == ("returned", 1, 4)
        assert (one.counted_from, one.due_on) == (date(2026, 11, 26), date(2026, 12, 2))
        due = session.scalars(select(MeasureDue)).one()
        assert (due.step, due.trigger) == ("talk", ["talk.recheck", {"class": "IRREGULAR"}])
        assert (due.round_id, due.line_id) == (repair.case.round_id, repair.case.line_id)
        talk = session.get_one(Talk, due.talk_id)
        assert (talk.unit_id, talk.state) == (repair.case.unit_id, "due")
        assert session.query(Finding).count() == 1
    with database.write() as session:
        report(session, settings, repair, now=LATER)
        assert call_again(session, settings, repair, now=LATER).code == f"R-{repair.id}-2"


def test_a_failure_after_a_talk_is_copied_up_too(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        held(session, repair)
        call_again(session, settings, repair)
        answer(session, settings, repair, outcome=14)
        settle(session, settings, repair)
        called = session.scalars(select(MeasureDue).order_by(MeasureDue.id))
        steps = {one.step: one.trigger for one in called}
        assert steps["copy_up"] == ["copy_up.again", {"held": "2026-11-20"}]
        assert steps["talk"][0] == "talk.recheck"


def held(session, repair, at=None) -> Talk:
    """The talk that the hang-up called for, as held."""
    talk = session.scalars(select(Talk).where(Talk.unit_id == repair.case.unit_id)).one()
    talk.state, talk.held_at = "held", at or on(20, "15:00")
    session.flush()
    return talk


def test_a_failed_sample_after_a_talk_is_copied_up(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        held(session, repair)
        found = a_round(session, settings, period="2026-12", now=DECEMBER)
        mine = [c for c in checks_of(session, found) if c.line_id == repair.case.line_id]
        raw = dial(on(3, month=12), outcome=14)
        calls.record(session, OPERATOR, mine[0].id, raw, settings=settings, now=DECEMBER)
        close(session, settings, found, now=DECEMBER)
        query = select(MeasureDue).where(
            MeasureDue.round_id == found.id, MeasureDue.step == "copy_up"
        )
        due = session.scalars(query).one()
        assert due.trigger == ["copy_up.again", {"held": "2026-11-20"}]


def test_it_can_be_called_off_and_called_for_again(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        call_again(session, settings, repair)
        with pytest.raises(Invalid):
            rechecks.call_off(session, repair.case.admin, repair.id, reason=" ", now=LATER)
        rechecks.call_off(session, repair.case.admin, repair.id, reason="停电", now=LATER)
        assert repair.found(session).state == "reported"
        over = repair.recheck(session).round
        assert (over.is_open, over.as_is_reason) == (False, "停电")
        with pytest.raises(Conflict):
            settle(session, settings, repair)
        assert call_again(session, settings, repair, now=LATER).code == f"R-{repair.id}-2"


def test_a_recheck_is_not_closed_as_a_round(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        code = call_again(session, settings, repair).code
    given = {"as_is_reason": "到期", "settings": settings, "now": LATER}
    with database.write() as session, pytest.raises(Conflict, match="随整改办理"):
        round_closings.close(session, repair.case.admin, code, **given)


def test_a_month_may_have_many_rechecks_beside_its_sample(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        call_again(session, settings, repair)
        rechecks.call_off(session, repair.case.admin, repair.id, reason="停电", now=LATER)
        call_again(session, settings, repair, now=LATER)
        assert session.query(Round).filter_by(period="2026-11", level="city").count() == 3


def told_after(session, repair) -> list[tuple[str, str | None, str | None]]:
    """What the next 通报 says became of the findings: class then, re-check, progress."""
    before = session.get_one(Round, repair.case.round_id)
    rows = recheck_facts.rows(session, OPERATOR, before, before, {})
    return [(row.before_label, row.recheck, row.progress) for row in rows]


def test_what_became_of_the_last_rounds_findings(database, settings):
    repair = reported(database, settings)
    with database.write() as session:
        reported_only = [("受理不规范", None, "已报送")]
        assert told_after(session, repair) == reported_only
        call_again(session, settings, repair)
        assert told_after(session, repair) == reported_only  # it is still going on
        answer(session, settings, repair)
        settle(session, settings, repair)
        assert told_after(session, repair)[0][:2] == ("受理不规范", "接通并受理")


def test_a_recheck_that_was_called_off_is_no_result(sqlite_database, settings):
    repair = reported(sqlite_database, settings)
    with sqlite_database.write() as session:
        call_again(session, settings, repair)
        log(session, settings, repair.recheck(session), dial(on(23)), repair.people["inspector"])
        rechecks.call_off(session, repair.case.admin, repair.id, reason="停电", now=LATER)
        assert [recheck for _, recheck, _ in told_after(session, repair)] == [None]


def test_its_rubric_is_todays(sqlite_database, settings):
    repair = reported(sqlite_database, settings)
    other = settings.rubric.model_copy(update={"version": "2026-2"})
    changed = settings.model_copy(update={"rubric": other})
    with sqlite_database.write() as session:
        opened = call_again(session, changed, repair)
        assert rubrics.load(session, opened.rubric.digest).version == "2026-2"
        assert session.get_one(Round, repair.case.round_id).rubric.version == "2026-1"


def test_papers_of_the_next_round_are_not_of_the_recheck(sqlite_database, settings):
    repair = reported(sqlite_database, settings)
    with sqlite_database.write() as session:
        call_again(session, settings, repair, now=CHECKED)
        answer(session, settings, repair)
        settle(session, settings, repair)
        code = repair.recheck(session).round
        assert [papers(session, code, kind) for kind in ("circular", "rectification")] == [[], []]
