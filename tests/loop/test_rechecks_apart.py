"""No figure, list or history of samples knows of a re-check, whatever it comes to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hotline.chasing import agenda
from hotline.errors import NotFound
from hotline.inspection import calls, figures, rounds
from hotline.ladder import findings
from hotline.models.inspection import Call, Check, Round
from hotline.models.loop import Rectification
from hotline.models.papers import MeasureDue
from hotline.models.registry import Line
from hotline.papers import circulars, notices
from hotline.registry import line_lists, lines
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import OPERATOR, SHANGHAI
from tests.inspection.spot_checks import a_round, checks_of, dial
from tests.loop.disputed import close
from tests.loop.repairs import a_repair, answer, call_again, report, settle

JANUARY = datetime(2027, 1, 29, 18, 0, tzinfo=SHANGHAI)


@pytest.fixture(params=["running", "passed", "failed"])
def world(request, database, settings):
    """石家庄's rounds of November and January, the province's quarter, and a re-check between.

    It ends later than November's round, and lies in the same quarter as the province's.
    """
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        call_again(session, settings, repair)
    if request.param != "running":
        with database.write() as session:
            answer(session, settings, repair, outcome=11 if request.param == "passed" else 14)
            settle(session, settings, repair)
    with database.write() as session:
        for level, area, period in (
            ("province", "130000", "2026Q4"),
            ("city", "130100", "2027-01"),
        ):
            found = a_round(session, settings, level=level, area=area, period=period, now=JANUARY)
            day = found.starts_on.replace(day=11)
            for check in checks_of(session, found):
                at = datetime(day.year, day.month, 12, 9, 30, tzinfo=SHANGHAI)
                raw = dial(at, outcome=14 if check.line_id == repair.case.line_id else 11)
                calls.record(session, OPERATOR, check.id, raw, settings=settings, now=JANUARY)
            if level == "province":
                close(session, settings, found, now=JANUARY)
    return repair


def told(session: Session, actor: Actor, settings: Settings) -> dict[str, Any]:
    """Everything that is counted or listed, as this actor gets it."""
    every = rounds.progress(session, actor)
    samples = [one.round for one in every]
    day = agenda.of(session, actor, settings=settings, now=JANUARY)
    return {
        "rounds": [(one.round.code, one.lines, one.dialled, one.reviewed) for one in every],
        "open": [one.round.code for one in rounds.progress(session, actor, only_open=True)],
        "figures": [plain(figures.of_round(session, actor, r, settings=settings)) for r in samples],
        "previous": [plain_round(figures.previous_round(session, one)) for one in samples],
        "self-check": [
            asdict(one)
            for quarter in samples
            if quarter.level == "province"
            for one in figures.self_check(session, quarter).values()
        ],
        "past": [sorted_past(findings._past(session, one)) for one in samples],
        "lines": [asdict(one) for one in line_lists.find_all(session, actor, line_lists.Sought())],
        "history": [
            [check.id for check in lines.checks_of(session, actor, line)]
            for line in session.scalars(select(Line).order_by(Line.id))
        ],
        "duties": {**asdict(day.duties), "to_review": None},
        "latest": [one.round.code for one in day.latest],
        "papers": [notice.id for notice in notices.find(session, actor)],
    }


def plain(found: figures.RoundFigures) -> dict[str, Any]:
    return {
        "previous": found.previous,
        "total": asdict(found.total),
        "change": asdict(found.change),
        "areas": [asdict(area) for area in found.areas],
        "lines": [asdict(line) for line in found.lines],
    }


def plain_round(found: Round | None) -> str | None:
    return found.code if found else None


def sorted_past(past: Any) -> list[Any]:
    return sorted((line, sorted(map(repr, results))) for line, results in past.items())


def forget_rechecks(session: Session) -> int:
    """As if there had been none; how many there were."""
    gone = session.scalars(select(Round.id).where(Round.purpose == "recheck")).all()
    own = select(Check.id).where(Check.round_id.in_(gone))
    session.execute(update(Rectification).values(recheck_round_id=None))
    session.execute(delete(Call).where(Call.check_id.in_(own)))
    session.execute(delete(Check).where(Check.round_id.in_(gone)))
    for one in gone:
        found = session.get_one(Round, one)
        found.inspectors = []
        session.flush()
        session.delete(found)
    session.flush()
    session.expire_all()
    return len(gone)


def test_the_last_result_of_a_line_is_its_samples(database, settings):
    """Also where no later sample covers what the re-check came to."""
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        call_again(session, settings, repair)
        answer(session, settings, repair)
        settle(session, settings, repair)
    with database.read() as session:
        (line,) = line_lists.find_all(session, repair.people["unit"], line_lists.Sought())
        assert (line.klass, line.check_id) == ("IRREGULAR", repair.case.check_id)


@pytest.mark.parametrize("who", ["province", "admin", "inspector", "province_inspector", "unit"])
def test_everything_is_as_if_there_were_none(world, database, settings, who):
    actor = world.people[who]
    with database.write() as session:
        before = told(session, actor, settings)
        assert forget_rechecks(session) == 1
        after = told(session, actor, settings)
    for name, expected in after.items():
        assert before[name] == expected, name


def test_a_round_closes_as_if_there_were_none(world, database, settings):
    """Whether a line failed again, and what the ladder calls for, is a matter of samples."""

    def close_january(session: Session) -> list[Any]:
        found = session.query(Round).filter_by(code="C-130100-2027-01").one()
        close(session, settings, found, now=JANUARY)
        due = select(MeasureDue).where(MeasureDue.round_id == found.id).order_by(MeasureDue.id)
        facts = circulars.facts(session, OPERATOR, found, settings=settings, now=JANUARY)
        return [
            [(one.step, one.trigger, one.line_id) for one in session.scalars(due)],
            [(f.check_id, f.repeated) for f in session.query(findings.Finding).order_by("id")],
            asdict(facts),
        ]

    said = []
    for forget in (False, True):
        try:
            with database.write() as session:
                if forget:
                    forget_rechecks(session)
                said.append(close_january(session))
                raise Undone
        except Undone:
            pass
    for with_rechecks, without in zip(*said, strict=True):
        if isinstance(with_rechecks, dict):
            # 上次问题复查情况 is where a 通报 tells of re-checks, apart from its figures.
            del with_rechecks["again"], without["again"]
        assert with_rechecks == without


class Undone(Exception):
    """Ends a transaction without a trace."""


def test_a_recheck_has_no_figures_of_its_own(world, database):
    with database.read() as session:
        code = session.scalars(select(Round.code).where(Round.purpose == "recheck")).one()
        assert rounds.get_for(session, OPERATOR, code).code == code
        with pytest.raises(NotFound):
            rounds.get_sample(session, OPERATOR, code)


def test_they_are_a_list_of_their_own(world, database):
    with database.read() as session:
        listed = rounds.progress(session, world.people["admin"], purpose="recheck")
        assert [one.lines for one in listed] == [1]
        other = rounds.progress(session, world.people["other_city"], purpose="recheck")
        assert other == []
