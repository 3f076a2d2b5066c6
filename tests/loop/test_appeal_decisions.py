"""Deciding an appeal: by whom, what is judged again, and what follows for finding and measures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Conflict, Forbidden, HotlineError, Invalid, NotFound
from hotline.inspection import checks
from hotline.ladder import findings
from hotline.loop import appeal_decisions, appeals
from hotline.loop.appeal_decisions import Remedy
from hotline.models.inspection import CallCorrection, Round
from hotline.models.loop import Appeal, Rectification, Talk
from hotline.models.papers import MeasureDue, Notice, NoticeFinding
from tests.factories import OPERATOR, actor_for, make_unit
from tests.inspection.spot_checks import dial, on
from tests.loop.disputed import HANGUP, ISSUED, TWO_MAJORS, Case, a_case
from tests.loop.test_appeals import file, rectification_of

DECIDED = on(19, "11:00")  # Thursday, two working days after the appeal
ANSWERED = dial(ring_s="8")


def decide(session, settings, case: Case, outcome, *, actor=None, remedy=None, **more):
    appeal = session.scalars(select(Appeal).where(Appeal.finding_id == case.finding_id)).one()
    given = {"reason": "经核对录音"} | more
    return appeal_decisions.decide(
        session,
        actor or case.other,
        appeal.id,
        outcome=outcome,
        remedy=remedy or Remedy(),
        settings=settings,
        now=DECIDED,
        **given,
    )


def disputed(session, settings, dials=HANGUP, **more) -> Case:
    case = a_case(session, settings, dials, **more)
    file(session, settings, case)
    return case


def corrected(session, case: Case, n=0, **values) -> Remedy:
    """The n-th dial as it should have been."""
    call = case.calls(session)[n]
    raw = {"started_at": call.started_at, "attempt": call.attempt, "outcome": call.outcome}
    raw |= {"ring_s": call.ring_s, **call.answers} | values
    return Remedy(corrected={call.id: {k: v for k, v in raw.items() if v is not None}})


def steps(session, case: Case) -> set[str]:
    rows = session.scalars(select(MeasureDue).where(MeasureDue.round_id == case.round_id))
    return {f"{row.step}:{row.trigger[0]}" for row in rows}


def test_upheld_the_rectification_goes_on_with_the_days_it_had_left(database, settings):
    with database.write() as session:
        case = disputed(session, settings)
        decided = decide(session, settings, case, "upheld")
    with database.read() as session:
        one = rectification_of(session, case)
        # Stopped on the day of issue with five working days left, from Thursday the 19th.
        assert (one.held, one.due_on.isoformat(), one.state) == (False, "2026-11-26", "issued")
        assert case.finding(session).state == "issued"
        assert (decided.state, decided.correction_id) == ("upheld", None)
        assert decided.before == decided.after
        assert session.scalars(select(Notice).where(Notice.kind == "correction")).all() == []
        assert steps(session, case) == {
            "circular:class",
            "rectify:class",
            "talk:talk.critical",
        }


def test_a_hang_up_that_was_none_is_revoked(database, settings):
    """14 after 8 s: 40/96 = 41.7. All items yes: 96/96 = 100, PASS."""
    with database.write() as session:
        case = disputed(session, settings)
        remedy = corrected(session, case, **ANSWERED)
        decided = decide(session, settings, case, "revoked", remedy=remedy)
    with database.read() as session:
        assert (decided.before["class"], decided.before["score_tenths"]) == ("IRREGULAR", 417)
        assert (decided.after["class"], decided.after["score_tenths"]) == ("PASS", 1000)
        check, finding = case.check(session), case.finding(session)
        assert (check.klass, check.score_tenths, check.critical) == ("PASS", 1000, False)
        assert (check.review, check.reviewed_by) == ("accepted", case.other.name)
        assert finding.state == "revoked"
        assert rectification_of(session, case).state == "cancelled"
        assert steps(session, case) == set()
        assert session.scalars(select(Talk)).one().state == "cancelled"
        changes = session.scalars(select(CallCorrection)).all()
        assert {(c.field, c.old_value, c.new_value) for c in changes if c.field == "outcome"} == {
            ("outcome", 14, 11)
        }
        assert {c.reason for c in changes} == {"经核对录音"}
        assert checks.verify(session, settings)[1] == []
        assert audit.verify(session)[1] == []


def test_what_is_left_of_two_faults_is_a_first_slow(database, settings):
    """25 s, D1 and D2 no: 78/96 = 81.3, both. D1 yes: 84/96 = 87.5, slow for the first time."""
    with database.write() as session:
        case = disputed(session, settings, [{"ring_s": "25", **TWO_MAJORS[0]}])
        remedy = corrected(session, case, D1="yes")
        decided = decide(session, settings, case, "partly", remedy=remedy)
    with database.read() as session:
        assert (decided.before["class"], decided.before["score_tenths"]) == ("SLOW_IRREGULAR", 813)
        assert (decided.after["class"], decided.after["score_tenths"]) == ("SLOW", 875)
        finding = case.finding(session)
        assert (finding.state, finding.klass) == ("issued", "SLOW")
        # A first slow need not be put right; it is only named in the 通报.
        assert rectification_of(session, case).state == "cancelled"
        assert steps(session, case) == {"circular:class"}


def test_what_is_left_must_still_be_put_right(database, settings):
    """14 after 18 s: 37/96 = 38.5, slow too. After 8 s: 40/96 = 41.7, a hang-up all the same."""
    with database.write() as session:
        case = disputed(session, settings, [{"outcome": 14, "ring_s": "18"}])
        decided = decide(
            session, settings, case, "partly", remedy=corrected(session, case, ring_s="8")
        )
    with database.read() as session:
        assert (decided.before["class"], decided.before["score_tenths"]) == ("SLOW_IRREGULAR", 385)
        assert (decided.after["class"], decided.after["score_tenths"]) == ("IRREGULAR", 417)
        one = rectification_of(session, case)
        assert (one.state, one.held, one.due_on.isoformat()) == ("issued", False, "2026-11-26")
        assert "受理不规范" in one.what
        assert "振铃" not in one.what
        assert steps(session, case) == {
            "circular:class",
            "rectify:class",
            "talk:talk.critical",
        }
        assert session.scalars(select(Talk)).one().state == "due"


def test_a_talk_that_stays_is_called_for_by_what_the_call_is_now(database, settings):
    """No hang-up, but a refusal: the same steps, and another trigger in words."""
    with database.write() as session:
        case = disputed(session, settings)
        query = select(MeasureDue.trigger).where(MeasureDue.step == "talk")
        called = session.scalars(query).one()
        assert (called[0], called[1]["what"]) == ("talk.critical", ["hangup"])
        remedy = corrected(session, case, outcome=15)
        decide(session, settings, case, "partly", remedy=remedy)
        anew = session.scalars(query).one()
        assert anew == [called[0], called[1] | {"what": ["refused"]}]


def test_a_class_with_more_days_adds_the_difference(database, settings):
    """A vacant number twice (2 days); the last was not answered: 打不通 (5 days)."""
    with database.write() as session:
        case = disputed(session, settings, [{"outcome": 21}, {"outcome": 23}, {"outcome": 23}])
        remedy = corrected(session, case, 2, outcome=21)
        decided = decide(session, settings, case, "partly", remedy=remedy)
    with database.read() as session:
        assert decided.before["class"] == "WRONG_NUMBER"
        assert (decided.after["class"], decided.after["score_tenths"]) == ("UNREACHABLE", 0)
        # Two days left on the 19th, and three more.
        assert rectification_of(session, case).due_on.isoformat() == "2026-11-26"


def test_struck_out_dials_leave_a_void_check(database, settings):
    with database.write() as session:
        case = disputed(session, settings)
        remedy = Remedy(struck_out=[call.id for call in case.calls(session)])
        decided = decide(session, settings, case, "revoked", remedy=remedy)
    with database.read() as session:
        assert (decided.after["class"], decided.after["score_tenths"]) == ("VOID", None)
        assert case.finding(session).evidence == []
        call = case.calls(session)[0]
        assert (call.voided_by, call.void_reason) == (case.other.name, "经核对录音")
        assert checks.verify(session, settings)[1] == []


def test_a_finding_is_revoked_as_such(database, settings):
    """The calls stand; the finding is not held against the line."""
    with database.write() as session:
        case = disputed(session, settings)
        decided = decide(session, settings, case, "revoked")
        found = session.get_one(Round, case.round_id)
        later = Round(
            code="later",
            level="city",
            area_code=found.area_code,
            period="2026-12",
            starts_on=on(1, month=12).date(),
            ends_on=on(31, month=12).date(),
        )
        assert case.line_id not in findings._past(session, later)
    with database.read() as session:
        assert decided.before == decided.after
        assert case.check(session).klass == "IRREGULAR"
        assert case.finding(session).state == "revoked"
        assert rectification_of(session, case).state == "cancelled"


@pytest.mark.parametrize(
    ("outcome", "values", "said"),
    [
        ("upheld", {"ring_s": "9"}, "维持时不改"),
        ("partly", None, "至少一次拨测"),
        ("partly", {}, "没有改动"),
        ("partly", {"note": "改了备注"}, "选维持"),
        ("partly", ANSWERED, "选撤销"),
        ("revoked", {"ring_s": "7"}, "仍不合格"),
        ("", None, "请选择"),
    ],
)
def test_outcome_and_result_must_agree(database, settings, outcome, values, said):
    with database.write() as session:
        case = disputed(session, settings)
        remedy = None if values is None else corrected(session, case, **values)
    with database.write() as session, pytest.raises(Invalid) as error:
        decide(session, settings, case, outcome, remedy=remedy)
    assert said in " ".join(str(one.text) for one in error.value.errors)


@pytest.mark.parametrize("outcome", [21, 23])
def test_what_is_left_must_satisfy_the_retry_rule(database, settings, outcome):
    dials = [{"outcome": outcome}] * (3 if outcome == 21 else 2)
    with database.write() as session:
        case = disputed(session, settings, dials)
        assert case.check(session).closable
        last = Remedy(struck_out=[case.calls(session)[-1].id])
    with pytest.raises(Invalid) as refusal, database.write() as session:
        decide(session, settings, case, "partly", remedy=last)
    (error,) = refusal.value.errors
    assert "未满足复拨规则" in str(error.text)


def test_of_a_round_closed_as_it_stands_what_is_left_is_as_unproven_as_before(database, settings):
    with database.write() as session:
        case = disputed(session, settings, [{"outcome": 21}, {"outcome": 21}])
        assert not case.check(session).closable
        last = Remedy(struck_out=[case.calls(session)[-1].id])
        assert decide(session, settings, case, "partly", remedy=last).state == "partly"


def test_a_reason_is_needed_and_the_calls_must_be_the_checks(database, settings):
    with database.write() as session:
        case = disputed(session, settings)
        with pytest.raises(Invalid) as error:
            decide(session, settings, case, "upheld", reason="  ")
        assert [one.field for one in error.value.errors] == ["decision"]
        with pytest.raises(NotFound):
            decide(session, settings, case, "revoked", remedy=Remedy(struck_out=[4711]))


def test_who_may_decide(database, settings):
    with database.write() as session:
        case = disputed(session, settings)
        stranger = actor_for(session, "city_admin", area_code="130200")
        inspector = actor_for(session, "city_inspector")
        refused = [
            (case.admin, Forbidden),  # reviewed the check
            (OPERATOR, Forbidden),  # made the calls
            (case.unit, Forbidden),
            (inspector, Forbidden),
            (actor_for(session, "province_inspector"), Forbidden),
            (actor_for(session, "auditor", area_code=None), NotFound),
            (stranger, NotFound),
            (
                actor_for(
                    session,
                    "unit_reader",
                    area_code="130100",
                    unit=make_unit(session, "130104", "桥西区水利局"),
                ),
                NotFound,
            ),
        ]
        for actor, error in refused:
            with pytest.raises(error):
                decide(session, settings, case, "upheld", actor=actor)
        of_province = actor_for(session, "province_admin")
        assert decide(session, settings, case, "upheld", actor=of_province).state == "upheld"


def test_it_is_decided_once(database, settings):
    with database.write() as session:
        case = disputed(session, settings)

    def send(outcome: str) -> str:
        try:
            with database.write() as session:
                decide(session, settings, case, outcome)
            return outcome
        except HotlineError as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(4) as pool:
        came_to = list(pool.map(send, ["upheld", "revoked", "upheld", "revoked"]))
    assert came_to.count("Conflict") == 3


def test_the_correction_goes_to_the_readers_of_the_circular(database, settings):
    with database.write() as session:
        case = disputed(session, settings)
        decided = decide(session, settings, case, "revoked")
        draft = session.get_one(Notice, decided.correction_id)
        assert (draft.kind, draft.key, draft.state) == (
            "correction",
            f"correction:{decided.id}",
            "draft",
        )
        assert (draft.refers_to.kind, draft.unit_id) == ("circular", None)
        assert draft.hands == [case.other.name]
        named = session.scalars(
            select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == draft.id)
        )
        assert named.all() == [case.finding_id]


def test_a_letter_alone_is_corrected_by_a_letter(database, settings):
    with database.write() as session:
        case = disputed(session, settings, issue=["rectification"])
        decided = decide(session, settings, case, "revoked")
        draft = session.get_one(Notice, decided.correction_id)
        assert (draft.refers_to.kind, draft.unit_id) == ("rectification", case.unit_id)


def test_a_correction_is_issued_only_for_its_own_decision(database, settings):
    with database.write() as session:
        case = disputed(session, settings)
        decided = decide(session, settings, case, "revoked")
        draft = session.get_one(Notice, decided.correction_id)
        appeals.corrected(session, draft, settings=settings, now=DECIDED)
        decided.correction_id = None
        session.flush()
        with pytest.raises(Conflict):
            appeals.corrected(session, draft, settings=settings, now=DECIDED)


def test_without_a_rectification_nothing_is_cancelled(database, settings):
    with database.write() as session:
        case = disputed(session, settings, [{"ring_s": "25"}], issue=["circular"])
        decide(session, settings, case, "upheld")
        assert session.scalars(select(Rectification)).all() == []
        assert case.finding(session).state == "issued"
        assert ISSUED < DECIDED
