"""Rounds closed out of order lead to what closing them in order does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import permutations
from threading import Event
from time import sleep

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from hotline.clock import Period, at
from hotline.inspection import calls, rounds
from hotline.inspection.rounds import NewRound
from hotline.ladder.talk_calls import measures_of, triggers_of
from hotline.models.inspection import Check, Round
from hotline.models.papers import Finding, MeasureDue, Notice, NoticeFinding
from hotline.papers import notice_documents, notices, round_closings
from hotline.papers.notice_documents import document_of
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import dial, on
from tests.loop.called import arranged, every_talk
from tests.loop.disputed import issue_paper

MONTHS = ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
CLOSING = on(30, "18:00")
EIGHT = on(1, "08:00").timetz().replace(tzinfo=None)
NINE = on(1, "09:30").timetz().replace(tzinfo=None)
# Answered well; late but well; cut off; nobody there; not dialled.
WELL, SLOW, CUT_OFF, DEAD, UNTESTED = "well", "slow", "cut off", "dead", "untested"
RESULTS = (WELL, SLOW, CUT_OFF, DEAD, UNTESTED)


class Undone(Exception):
    """Ends a transaction that a test only looked into."""


def a_dialled_round(session, settings, period, results) -> Round:
    """An open round of 石家庄 in which each line came to this result."""
    whole = Period.parse(period)
    found = rounds.open_round(
        session,
        OPERATOR,
        NewRound("city", "130100", period, names=tuple(line.line_id for line in results)),
        settings=settings,
        now=at(whole.first, EIGHT),
    )
    started = at(settings.working_days.add(whole.before().last, 1), NINE)
    of_line = {line.id: result for line, result in results.items()}
    for check in session.scalars(select(Check).where(Check.round_id == found.id)).all():
        raw = {
            WELL: dial(started),
            SLOW: dial(started, ring_s="20"),
            CUT_OFF: dial(started, outcome=14),
            DEAD: dial(started, outcome=21),
            UNTESTED: None,
        }[of_line[check.line_id]]
        if raw is not None:
            calls.record(session, OPERATOR, check.id, raw, settings=settings, now=CLOSING)
    return found


def close(session, settings, found: Round) -> Round:
    return round_closings.close(
        session, OPERATOR, found.code, as_is_reason="到期", settings=settings, now=CLOSING
    )


def lines_of_two_units(session):
    make_areas(session)
    unit = make_unit(session)
    made = [
        make_line(session, unit=unit),
        make_line(session, unit=unit),
        make_line(session, area_code="130104"),
    ]
    session.flush()
    return made


def outcome(session, lines) -> dict[str, list[tuple[object, ...]]]:
    """The steps, the stars, whom each letter names and who is called why, lines by their place."""
    places = {line.id: n for n, line in enumerate(lines)}
    measures = select(MeasureDue.step, MeasureDue.trigger, MeasureDue.line_id, Round.code).join(
        Round, Round.id == MeasureDue.round_id
    )
    stars = (
        select(Round.code, Check.line_id, Finding.repeated)
        .join_from(Finding, Check, Check.id == Finding.check_id)
        .join(Round, Round.id == Finding.round_id)
    )
    letters = (
        select(Round.code, Notice.kind, Check.line_id)
        .join_from(Notice, NoticeFinding, NoticeFinding.notice_id == Notice.id)
        .join(Finding, Finding.id == NoticeFinding.finding_id)
        .join(Check, Check.id == Finding.check_id)
        .join(Round, Round.id == Notice.round_id)
        .where(Notice.state != "withdrawn")
    )
    talks = [
        (one.trigger, one.line_id)
        for talk in every_talk(session)
        if talk.state != "cancelled"
        for one in triggers_of(measures_of(session, talk))
    ]
    found = {
        "measures": [
            (step, *why, code, places[line]) for step, why, line, code in session.execute(measures)
        ],
        "stars": [(code, places[line], again) for code, line, again in session.execute(stars)],
        "letters": [(code, kind, places[line]) for code, kind, line in session.execute(letters)],
        "talks": [(*why, places[line]) for why, line in talks],
    }
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def closed_in(database, settings, results, order) -> dict[str, list[tuple[object, ...]]]:
    """What closing the months in this order comes to; nothing of it is kept."""
    seen: dict[str, list[tuple[object, ...]]] = {}
    with suppress(Undone), database.write() as session:
        lines = lines_of_two_units(session)
        opened = [
            a_dialled_round(session, settings, period, dict(zip(lines, month, strict=True)))
            for period, month in zip(MONTHS, results, strict=False)
        ]
        for n in order:
            close(session, settings, opened[n])
        seen = outcome(session, lines)
        raise Undone
    return seen


@st.composite
def months_and_order(draw):
    n = draw(st.integers(3, 6))
    results = draw(st.lists(st.tuples(*[st.sampled_from(RESULTS)] * 3), min_size=n, max_size=n))
    return results, draw(st.permutations(range(n)))


@hypothesis_settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(months_and_order())
def test_any_order_comes_to_the_same(sqlite_database, settings, drawn):
    results, order = drawn
    in_order = closed_in(sqlite_database, settings, results, sorted(order))
    assert closed_in(sqlite_database, settings, results, order) == in_order


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_failures_call_for_a_talk_in_any_order(database, settings, order):
    results = [(DEAD, WELL, SLOW), (DEAD, SLOW, WELL), (DEAD, SLOW, SLOW)]
    seen = closed_in(database, settings, results, order)
    called = [("talk.months", {"n": 3, "rounds": 6}, 0)]
    assert seen["talks"] == called
    assert sum(row[1] == "slow_again" for row in seen["measures"]) == 2
    assert seen == closed_in(database, settings, results, range(3))


def three_months(session, settings, results):
    lines = lines_of_two_units(session)
    opened = [
        a_dialled_round(session, settings, period, dict(zip(lines, month, strict=True)))
        for period, month in zip(MONTHS, results, strict=False)
    ]
    return lines, opened


def words_of(session, settings, found: Round) -> str:
    """A round's 通报 as it stands."""
    (paper,) = notices.find(session, OPERATOR, round_code=found.code, kind="circular")
    return str(document_of(session, paper, settings=settings, now=CLOSING))


def test_a_draft_follows_and_an_issued_paper_stays(database, settings):
    """The letter of 8月 was issued: the line that is slow again gets one of its own."""
    results = [(DEAD, WELL, WELL), (DEAD, SLOW, WELL), (DEAD, SLOW, WELL)]
    with database.write() as session:
        lines, (june, july, august) = three_months(session, settings, results)
        close(session, settings, june)
        close(session, settings, august)
        assert "近6个月" not in words_of(session, settings, august)
        (letter,) = notices.find(session, OPERATOR, round_code=august.code, kind="rectification")
        issue_paper(session, settings, letter, now=CLOSING)
        close(session, settings, july)
        assert "近6个月度抽查中3次不合格" in words_of(session, settings, august)
        letters = notices.find(session, OPERATOR, round_code=august.code, kind="rectification")
        named = {
            (paper.state, check.line_id)
            for paper in letters
            for finding in notices.findings_of(session, [paper])[paper.id]
            for check in [finding.check]
        }
        assert named == {("issued", lines[0].id), ("draft", lines[1].id)}
        assert len({notices.file_name(paper) for paper in letters}) == 2
        assert "3次不合格" not in str(letter.document)


def test_an_issued_circular_stays_and_the_talk_comes_all_the_same(database, settings):
    results = [(DEAD, WELL, WELL)] * 3
    with database.write() as session:
        _, (june, july, august) = three_months(session, settings, results)
        close(session, settings, june)
        close(session, settings, august)
        (circular,) = notices.find(session, OPERATOR, round_code=august.code, kind="circular")
        standing = document_of(session, circular, settings=settings, now=CLOSING)
        circular.document = notice_documents.to_json(standing)
        issue_paper(session, settings, circular, now=CLOSING)
        before = circular.document
        close(session, settings, july)
        session.refresh(circular)
        assert circular.document == before
        assert "近6个月" not in words_of(session, settings, august)
        (talk,) = every_talk(session)
        assert (talk.round_id, talk.state) == (august.id, "due")


def test_what_passes_cleared_is_taken_back_while_nobody_was_told(database, settings):
    """Passes of 8月 and 9月 wipe out what was before: 10月 calls for no talk any more."""
    months = [DEAD, DEAD, WELL, WELL, DEAD]
    with database.write() as session:
        _, opened = three_months(session, settings, [(one, WELL, WELL) for one in months])
        for n in (0, 1, 2, 4):
            close(session, settings, opened[n])
        (talk,) = every_talk(session)
        assert talk.state == "due"
        close(session, settings, opened[3])
        session.refresh(talk)
        assert talk.state == "cancelled"
        assert opened[3].code in (talk.reason or "")


def test_what_a_unit_was_told_of_is_not_taken_back(database, settings):
    months = [DEAD, DEAD, WELL, WELL, DEAD]
    with database.write() as session:
        _, opened = three_months(session, settings, [(one, WELL, WELL) for one in months])
        for n in (0, 1, 2, 4):
            close(session, settings, opened[n])
        (talk,) = every_talk(session)
        arranged(session, settings, talk, actor_for(session, "city_admin"))
        issue_paper(session, settings, talk.notice)
        close(session, settings, opened[3])
        session.refresh(talk)
        assert talk.state == "notified"
        assert [one.trigger for one in measures_of(session, talk)] == [
            ["talk.months", {"n": 3, "rounds": 6}]
        ]


def test_a_letter_that_names_nothing_any_more_is_withdrawn(database, settings):
    """Slow in 6月 and again in 8月 with two passes between, one of them closed last."""
    whole = settings.model_copy(
        update={"ladder": settings.ladder.model_copy(update={"slow_months": 6})}
    )
    months = [SLOW, WELL, WELL, SLOW]
    with database.write() as session:
        _, opened = three_months(session, whole, [(one, WELL, WELL) for one in months])
        for n in (0, 1, 3):
            close(session, whole, opened[n])
        (letter,) = notices.find(session, OPERATOR, kind="rectification")
        assert letter.state == "draft"
        close(session, whole, opened[2])
        session.refresh(letter)
        assert letter.state == "withdrawn"


def test_a_talk_lists_each_trigger_once_with_the_latest_facts(database, settings):
    results = [(DEAD, WELL, WELL)] * 4
    with database.write() as session:
        _, opened = three_months(session, settings, results)
        for n in (3, 0, 2, 1):
            close(session, settings, opened[n])
        (talk,) = every_talk(session)
        assert len(measures_of(session, talk)) == 2
        arranged(session, settings, talk, actor_for(session, "city_admin"))
        said = str(document_of(session, talk.notice, settings=settings, now=CLOSING))
        assert said.count("近6个月度抽查中") == 1
        assert "近6个月度抽查中4次不合格" in said


def test_two_who_close_at_once_know_of_each_other(postgresql_database, settings):
    """July is about to be closed while August is: that comes to what one after the other does."""
    with postgresql_database.write() as session:
        _, (june, july, august) = three_months(session, settings, [(DEAD, WELL, WELL)] * 3)
        close(session, settings, june)
        codes = july.code, august.code
    july_is_closed = Event()

    def close_one(code: str, wait: bool) -> None:
        if wait:
            july_is_closed.wait()
        with postgresql_database.write() as session:
            round_closings.close(
                session, OPERATOR, code, as_is_reason="到期", settings=settings, now=CLOSING
            )
            if not wait:
                july_is_closed.set()
                sleep(0.5)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(close_one, codes, (False, True)))
    with postgresql_database.read() as session:
        (talk,) = every_talk(session)
        assert [one.trigger for one in measures_of(session, talk)] == [
            ["talk.months", {"n": 3, "rounds": 6}]
        ]
