"""Samples of a round: the facts that weigh, the draw, the proof of it, and what is kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from hotline.clock import Period
from hotline.db import finish
from hotline.errors import Conflict, Invalid, NotFound
from hotline.inspection import figures, rounds, samples
from hotline.inspection.rounds import NewRound
from hotline.ladder import findings
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, MeasureDue
from hotline.models.registry import Complaint, Line, LineChange
from hotline.papers import circulars
from hotline.rules.outcomes import Klass
from hotline.rules.sampling import Basis, FrameLine
from reports.circular_annexes import annexes
from reports.circular_words import words
from tests.factories import OPERATOR, SHANGHAI, actor_for, make_areas, make_line

Q1, Q4 = Period.parse("2026Q1"), Period.parse("2026Q4")
OPENED = datetime(2026, 11, 2, 8, 0, tzinfo=SHANGHAI)


def a_round(session, settings, period, **more):
    new = NewRound("province", "130000", period, **more)
    return rounds.open_round(session, OPERATOR, new, settings=settings, now=OPENED)


def set_results(session, found, failed, *, tested_at=OPENED):
    """Every line of the round passes but those that fail; it is closed with findings for these."""
    for check in session.scalars(select(Check).where(Check.round_id == found.id)):
        fails = check.line_id in failed
        check.klass = (Klass.UNREACHABLE if fails else Klass.PASS).value
        check.outcome = 21 if fails else 11
        check.score_tenths = 0 if fails else 900
        check.first_connected = not fails
        check.decisive_at, check.attempts = tested_at, 1
        check.closable = True
        if fails:
            session.add(
                Finding(
                    round_id=found.id,
                    check_id=check.id,
                    klass=check.klass,
                    evidence=[],
                    repeated=False,
                    created_at=OPENED,
                )
            )
    found.closed_at, found.closed_by = OPENED, "x"
    session.flush()


def a_registry(session, county=12):
    """A city's own line and county lines of 石家庄, long known."""
    make_areas(session)
    known = datetime(2025, 1, 1, tzinfo=SHANGHAI)
    city = make_line(session, area_code="130100", created_at=known)
    return city, [make_line(session, created_at=known) for _ in range(county)]


def frame(session, *, level="province", area="130000", period=Q4):
    found = samples.frame_of(session, level, area, period, now=OPENED)
    return {line.line: line for line in found}


def test_a_line_weighs_by_what_is_known_of_it(database, settings):
    with database.write() as session:
        city, (plain, last, before, struck, number, complained, new, *_) = a_registry(session)
        second = a_round(session, settings, "2026Q2")
        set_results(session, second, {before.id, last.id})
        third = a_round(session, settings, "2026Q3")
        set_results(session, third, {last.id, struck.id})
        session.execute(
            update(Finding)
            .where(Finding.check_id.in_(select(Check.id).where(Check.line_id == struck.id)))
            .values(state="revoked")
        )
        for line, days in ((number, 89), (plain, 91)):
            changed = OPENED - timedelta(days=days)
            session.add(
                LineChange(
                    line_id=line.id,
                    field="number",
                    old_value="1",
                    new_value="2",
                    since=changed,
                    changed_at=changed,
                    changed_by="x",
                )
            )
        for line, days in ((complained, 90), (plain, 91)):
            session.add(
                Complaint(
                    line_id=line.id,
                    received_on=OPENED.date() - timedelta(days=days),
                    matter="无人接听",
                    noted_by="x",
                    noted_at=OPENED,
                )
            )
        tested = session.scalars(select(Check.id).where(Check.line_id == new.id)).all()
        session.execute(update(Check).where(Check.id.in_(tested)).values(klass=None))
        session.flush()
        found = frame(session)
    of = lambda line, **facts: FrameLine(line.line_id, "130100", **facts)  # noqa: E731
    assert found[city.line_id] == of(city, of_city=True)
    assert found[plain.line_id] == of(plain)
    assert found[last.line_id] == of(last, failed_last=True, failed_before_last=True)
    assert found[before.line_id] == of(before, failed_before_last=True)
    assert found[struck.line_id] == of(struck)
    assert found[number.line_id] == of(number, number_changed=True)
    assert found[complained.line_id] == of(complained, complaint=True)
    assert found[new.line_id] == of(new, long_untested=True, due=True)


def test_a_line_is_due_when_a_year_would_pass_and_not_from_the_first_day(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        lines = {
            day: make_line(session, created_at=datetime(2026, *day, 12, tzinfo=SHANGHAI))
            for day in ((1, 2), (3, 31), (4, 1))
        }
        due = {day: frame(session)[line.line_id].due for day, line in lines.items()}
        assert due == {(1, 2): True, (3, 31): True, (4, 1): False}
        assert not any(line.due for line in frame(session, level="city", area="130100").values())


def test_a_city_s_frame_does_not_tell_what_the_province_is_testing(sqlite_database, settings):
    with sqlite_database.write() as session:
        _, (line, *_) = a_registry(session)
        found = a_round(session, settings, "2026Q4")
        session.execute(
            update(Check)
            .where(Check.round_id == found.id)
            .values(klass=Klass.PASS.value, decisive_at=OPENED)
        )
        november = Period.parse("2026-11")
        assert frame(session, level="city", area="130100", period=november)[
            line.line_id
        ].long_untested
        assert not frame(session)[line.line_id].long_untested


def test_a_drawn_round_can_be_drawn_again_until_someone_meddles(database, settings):
    with database.write() as session:
        a_registry(session)
        found = a_round(session, settings, "2026Q4", sample=True, seed="4711")
        finish(session)
        verdict = samples.verify(session, OPERATOR, found.code)
        assert verdict.same
        bases = dict(
            session.execute(
                select(Line.line_id, Check.basis)
                .join(Check, Check.line_id == Line.id)
                .where(Check.round_id == found.id)
            ).all()
        )
        assert verdict.drawn == len(bases) == 13  # nothing was ever tested: all are due
        session.execute(update(Check).where(Check.basis == "drawn").values(basis="year"))
        assert len(samples.verify(session, OPERATOR, found.code).other_basis) == 4
        session.execute(delete(Check).where(Check.basis == "city"))
        assert len(samples.verify(session, OPERATOR, found.code).missing) == 1
        kept = found.frame
        found.frame = [{**line, "complaint": True} for line in kept]
        session.flush()
        assert not samples.verify(session, OPERATOR, found.code).same_frame
        found.frame, found.seed = kept, "4712"
        session.flush()
        assert not samples.verify(session, OPERATOR, found.code).in_journal


def test_whoever_may_not_see_a_round_cannot_verify_it(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        found = a_round(session, settings, "2026Q4")
        with pytest.raises(NotFound):
            samples.verify(session, actor_for(session, "city_admin"), found.code)


def test_lines_that_were_named_were_not_drawn(sqlite_database, settings):
    with sqlite_database.write() as session:
        _, (line, *_) = a_registry(session)
        found = a_round(session, settings, "2026Q4", names=(line.number,))
        assert (found.seed, found.frame_hash) == (None, None)
        with pytest.raises(Conflict):
            samples.verify(session, OPERATOR, found.code)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("ends_on", {"starts_on": Q1.first}),
        ("ends_on", {"starts_on": Q4.last, "ends_on": Q4.first}),
        ("coverage", {"sample": True, "names": ("x",)}),
        ("coverage", {"sample": True, "level": "city", "area_code": "130100", "period": "2026-11"}),
    ],
)
def test_a_window_and_a_sample_that_cannot_be(sqlite_database, settings, field, changes):
    with sqlite_database.write() as session:
        a_registry(session)
        new = replace(NewRound("province", "130000", "2026Q4"), **changes)
        with pytest.raises(Invalid) as refusal:
            rounds.open_round(session, OPERATOR, new, settings=settings, now=OPENED)
        assert [error.field for error in refusal.value.errors] == [field]


def test_lines_tested_again_for_having_failed_enter_no_figure_but_their_own(database, settings):
    with database.write() as session:
        _, county = a_registry(session, county=20)
        third = a_round(session, settings, "2026Q3")
        set_results(session, third, {line.id for line in county})
        found = a_round(session, settings, "2026Q4", sample=True, seed="4711")
        bases = dict(
            session.execute(
                select(Check.line_id, Check.basis).where(Check.round_id == found.id)
            ).all()
        )
        again = {line for line, basis in bases.items() if basis == Basis.AGAIN.value}
        assert len(again) == 14
        set_results(session, found, again)
        session.execute(delete(Finding).where(Finding.round_id == found.id))
        findings.make(session, found, settings=settings, now=OPENED)
        counted = figures.of_round(session, OPERATOR, found, settings=settings)
        assert (counted.total.lines, counted.total.passed) == (7, 7)
        assert [(row.tally.lines, row.tally.pass_rate, row.rank) for row in counted.areas] == [
            (7, 1.0, 1)
        ]
        assert (counted.change.n, counted.again.lines, counted.again.passed) == (7, 14, 0)
        assert len(counted.lines) == 21
        assert counted.balanced
        assert not figures.counts_that_do_not_add_up(session, found)
        city = figures.of_round(session, actor_for(session, "city_admin"), found, settings=settings)
        assert len(city.lines) == 21
        # They are problems all the same, but not a reason to call the city to a talk.
        made = select(Finding).where(Finding.round_id == found.id)
        assert len(session.scalars(made).all()) == 14
        of_city = select(MeasureDue).where(
            MeasureDue.round_id == found.id, MeasureDue.line_id.is_(None)
        )
        assert session.scalars(of_city).all() == []
        facts = circulars.facts(session, OPERATOR, found, settings=settings, now=OPENED)
        said = words(facts)
        assert (said.failures, said.starred, said.repeated) == (0, 0, 14)
        assert (said.counts_apart.n, said.counts_apart.failed) == (14, 14)
        summary, lines, apart = annexes(facts)
        assert summary.total[2] == len(lines.rows) == 7
        numbers = {line.number for line in county if line.id in again}
        assert all(number in apart.definitions[-1] for number in numbers)
        assert session.get_one(Round, found.id).coverage == "sample"
