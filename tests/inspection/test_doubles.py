"""Doubles: drawn by the seed, dealt to another inspector, blind, left out of every figure."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from hotline import rights
from hotline.chasing import agenda
from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.inspection import calls as calls_of_checks
from hotline.inspection import doubles, figures, reassignments, reviews, rounds
from hotline.inspection.doubles import chosen
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, Notice
from hotline.models.registry import Line
from hotline.papers import round_closings
from hotline.registry import lines
from hotline.rules.outcomes import Klass
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import NOON_OF_THE_LAST, checks_of, dial, on


def doubling(settings, percent):
    rules = settings.rounds.model_copy(update={"doubles_percent": percent})
    return settings.model_copy(update={"rounds": rules})


def test_the_share_is_rounded_up_and_drawn_by_the_seed():
    first = {f"L{n}": "ann" for n in range(21)}
    may = dict.fromkeys(first, frozenset({"ann", "bob"}))
    drawn = chosen(first, may, 10, "seed")
    assert len(drawn) == 3
    assert drawn == chosen(dict(reversed(first.items())), may, 10, "seed")
    assert drawn != chosen(first, may, 10, "another")
    assert len(chosen(dict(list(first.items())[:10]), may, 30, "s")) == 3, "three tenths exactly"


def test_a_line_for_which_nobody_else_is_left_is_passed_over():
    first = {"a": "ann", "b": "ann", "c": None}
    may = {"a": frozenset({"ann"}), "b": frozenset({"ann", "bob"}), "c": frozenset()}
    assert chosen(first, may, 50, "s") == ["b"]


class Doubled:
    """Nine lines, three of ann's own unit, dealt to ann and bob, a third of them twice."""

    def __init__(self, database, settings):
        self.database, self.settings = database, doubling(settings, 50)
        with database.write() as session:
            make_areas(session)
            own = make_unit(session, "130104", "桥西区水利局")
            for n in range(9):
                area = "130104" if n < 3 else "130102"
                make_line(session, area_code=area, line_id=f"LINE{n}")
            self.ann = actor_for(session, "city_inspector", name="ann", unit=own)
            self.bob = actor_for(session, "city_inspector", name="bob")
            self.admin = actor_for(session, "city_admin", name="admin")
            self.code = self.open(session, self.settings, "2026-11").code

    def open(self, session, settings, month, seed="s"):
        new = NewRound(
            "city", "130100", month, inspectors=(self.ann.user_id, self.bob.user_id), seed=seed
        )
        found = rounds.open_round(session, OPERATOR, new, settings=settings, now=on(2))
        session.flush()
        return found

    def of(self, session, code=None):
        return rounds.get_for(session, OPERATOR, code or f"D-{self.code}")

    def test_all(self, session, found, outcomes):
        for check, outcome in zip(checks_of(session, found), outcomes, strict=True):
            values = {"klass": outcome, "closable": True, "calls_made": 1, "outcome": 11}
            if outcome == "UNREACHABLE":
                values["outcome"] = 21
            session.execute(update(Check).where(Check.id == check.id).values(values))
        session.expire_all()


@pytest.fixture
def doubled(database, settings):
    return Doubled(database, settings)


def test_another_inspector_tests_the_line_again_at_another_time(doubled):
    with doubled.database.read() as session:
        found, main = doubled.of(session), doubled.of(session, doubled.code)
        assert (found.purpose, found.level, found.period) == ("double", "city", "2026-11")
        assert (found.starts_on, found.ends_on) == (main.starts_on, main.ends_on)
        assert found.rubric_id == main.rubric_id
        first = {check.line_id: check for check in checks_of(session, main)}
        again = checks_of(session, found)
        assert len(again) == 5
        for check in again:
            one = first[check.line_id]
            assert check.inspector_id not in (None, one.inspector_id)
            assert check.area_code == "130102", "ann may not test those of her own unit"
            slot = check.planned_on, check.planned_half
            assert slot != (one.planned_on, one.planned_half)


@pytest.mark.parametrize(("percent", "names"), [(0, None), (50, ("LINE3", "LINE4"))])
def test_a_round_that_is_not_to_have_any_or_not_dealt_has_none(doubled, percent, names):
    with doubled.database.write() as session:
        new = NewRound("city", "130100", "2026-12", names, (doubled.ann.user_id,))
        if names is None:
            new = NewRound(
                "city", "130100", "2026-12", None, (doubled.ann.user_id, doubled.bob.user_id)
            )
        use = doubling(doubled.settings, percent)
        found = rounds.open_round(session, OPERATOR, new, settings=use, now=on(2))
        assert session.scalar(select(Round.id).where(Round.code == f"D-{found.code}")) is None


def seen(session, actor, code):
    query = select(Check.line_id).join(Round).where(Round.code == code, rights.checks(actor))
    return set(session.scalars(query))


def test_neither_inspector_sees_the_test_of_the_other(doubled):
    with doubled.database.write() as session:
        found, main = doubled.of(session), doubled.of(session, doubled.code)
        all_lines = {check.line_id for check in checks_of(session, main)}
        by = {check.line_id: check.inspector_id for check in checks_of(session, found)}
        for who in (doubled.ann, doubled.bob):
            own = {line for line, user in by.items() if user == who.user_id}
            assert seen(session, who, found.code) == own
            assert seen(session, who, main.code) == all_lines - own
            counted = figures.of_round(session, who, main, settings=doubled.settings)
            assert {line.line_id for line in counted.lines} == all_lines - own
        line = session.get_one(Line, next(iter(by)))
        second = next(w for w in (doubled.ann, doubled.bob) if w.user_id == by[line.id])
        assert lines.checks_of(session, second, line) == []
        theirs = next(c for c in checks_of(session, main) if c.line_id == line.id)
        with pytest.raises(NotFound):
            calls_of_checks.record(
                session, second, theirs.id, dial(on(3)), settings=doubled.settings, now=on(4)
            )
        assert seen(session, doubled.admin, found.code) == set(by)
        assert seen(session, OPERATOR, found.code) == set(by)
        for closed in (False, True):
            if closed:
                found.closed_at, found.closed_by = on(20), "admin"
                session.flush()
            unit = make_unit(session, "130102", "长安区水利局")
            for role, more in (
                ("unit_reader", {"unit": unit}),
                ("city_inspector", {}),
                ("city_admin", {"area_code": "130200"}),
                ("province_inspector", {}),
                ("auditor", {}),
            ):
                stranger = actor_for(session, role, **more)
                assert seen(session, stranger, found.code) == set()
                with pytest.raises(NotFound):
                    rounds.get_for(session, stranger, found.code)
        assert seen(session, doubled.ann, found.code) == {
            line for line, user in by.items() if user == doubled.ann.user_id
        }
        assert seen(session, doubled.ann, main.code) == all_lines


def test_lists_figures_and_counts_are_those_of_the_round_alone(doubled):
    with doubled.database.write() as session:
        found = doubled.of(session)
        doubled.test_all(session, found, ["UNREACHABLE"] * 5)
        counted = figures.of_round(
            session, OPERATOR, doubled.of(session, doubled.code), settings=doubled.settings
        )
        assert (counted.total.lines, counted.total.tested) == (9, 0)
        assert [one.round.code for one in rounds.progress(session, OPERATOR)] == [doubled.code]
        apart = rounds.progress(session, doubled.admin, only_open=True, purpose="double")
        assert [(one.round.code, one.lines) for one in apart] == [(found.code, 5)]
        now = {"settings": doubled.settings, "now": on(3)}
        assert agenda.of(session, OPERATOR, **now).duties.untested == 9
        line = session.scalars(select(Line).where(Line.line_id == "LINE5")).one()
        assert [c.round.code for c in lines.checks_of(session, OPERATOR, line)] == [doubled.code]
        with pytest.raises(NotFound):
            rounds.get_sample(session, OPERATOR, found.code)


def test_lines_are_not_handed_to_whoever_tests_them_again(doubled):
    with doubled.database.write() as session:
        found, main = doubled.of(session), doubled.of(session, doubled.code)
        again = checks_of(session, found)[0]
        first = next(c for c in checks_of(session, main) if c.line_id == again.line_id)
        to = str(again.inspector_id)
        with pytest.raises(Invalid):
            reassignments.hand_on(session, OPERATOR, main.code, [first.id], to, now=on(3))
        reassignments.hand_on(session, OPERATOR, main.code, [first.id], "evenly", now=on(3))
        session.refresh(first)
        assert first.inspector_id != again.inspector_id
        with pytest.raises(Conflict):
            reassignments.hand_on(session, OPERATOR, found.code, [again.id], "anyone", now=on(3))
        with pytest.raises(Conflict):
            rounds.assign(session, OPERATOR, found.code, [], settings=doubled.settings, now=on(3))


def test_doubles_are_settled_when_tested_without_findings_and_compared(doubled):
    database, now = doubled.database, NOON_OF_THE_LAST
    code, settings = f"D-{doubled.code}", doubled.settings

    def settle(actor, which=code):
        with database.write() as session:
            doubles.settle(session, actor, which, settings=settings, now=now)

    with pytest.raises(Conflict):
        settle(OPERATOR)
    with database.write() as session:
        doubled.test_all(session, doubled.of(session), ["PASS"] * 4 + ["UNREACHABLE"])
        doubled.test_all(session, doubled.of(session, doubled.code), ["PASS"] * 9)
        failed = checks_of(session, doubled.of(session))[-1].number
        usual = {"as_is_reason": None, "settings": settings, "now": now}
        with pytest.raises(Conflict):
            round_closings.close(session, OPERATOR, code, **usual)
    with pytest.raises(Forbidden):
        settle(doubled.ann)
    with database.write() as session:
        main = round_closings.close(session, OPERATOR, doubled.code, **usual)
        assert doubles.comparison(session, OPERATOR, main) is None, "the doubles go on"
        papers = len(session.scalars(select(Notice)).all())
    settle(doubled.admin)
    with pytest.raises(Conflict):
        settle(OPERATOR)
    with pytest.raises(NotFound):
        settle(OPERATOR, doubled.code)
    with database.read() as session:
        assert session.scalars(select(Finding)).all() == []
        assert len(session.scalars(select(Notice)).all()) == papers
        waiting = session.scalars(select(Check).join(Round).where(*reviews.awaiting(OPERATOR)))
        assert {check.round.code for check in waiting} == {doubled.code}
        main = doubled.of(session, doubled.code)
        found = doubles.comparison(session, doubled.admin, main)
        assert (found.agreed.n, found.agreed.equal, found.agreed.kappa) == (5, 4, 0)
        assert [(d.number, d.first, d.second) for d in found.differing] == [
            (failed, Klass.PASS, Klass.UNREACHABLE)
        ]
        assert doubles.comparison(session, doubled.ann, main) is None
