"""A round closed as it stands condemns nobody by dials that the retry rule takes for no proof."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from hotline.clock import Period
from hotline.errors import Conflict
from hotline.inspection import figures, samples
from hotline.ladder import findings
from hotline.models.inspection import Check, Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue, NoticeFinding
from hotline.papers import notices, paper_edits, round_closings
from hotline.papers.notice_documents import document_of, to_json
from tests.factories import OPERATOR, SHANGHAI, make_areas, make_line
from tests.inspection.spot_checks import a_registry, a_round, checks_of, dial, log, on

WHY = "未按复拨规则测完（照现状关闭），不予认定"


def close(session, settings, found, *, month=11):
    now = datetime(2026, month, 28, 18, tzinfo=SHANGHAI)
    return round_closings.close(
        session, OPERATOR, found.code, as_is_reason="线路改造", settings=settings, now=now
    )


def states(session, found):
    query = select(Check.klass, Finding.state, Finding.drop_reason).join_from(Finding, Check)
    query = query.where(Finding.round_id == found.id).order_by(Check.id)
    return [tuple(row) for row in session.execute(query)]


def test_only_what_was_proved_is_pursued(database, settings):
    with database.write() as session:
        a_registry(session, lines=4)
        found = a_round(session, settings)
        once, vacant, hangup, mixed = checks_of(session, found)
        log(session, settings, once, dial(outcome=21))
        log(session, settings, vacant, dial(outcome=23))
        log(session, settings, hangup, dial(outcome=14))
        log(session, settings, mixed, dial(outcome=23))
        log(session, settings, mixed, dial(on(4), outcome=21, attempt=2))
        close(session, settings, found)
        assert states(session, found) == [
            ("UNREACHABLE", "dropped", WHY),
            ("WRONG_NUMBER", "dropped", WHY),
            ("IRREGULAR", "new", None),
            ("UNREACHABLE", "dropped", WHY),
        ]
        measures = session.execute(select(MeasureDue.line_id, MeasureDue.step)).all()
        assert {line for line, _step in measures} == {hangup.line_id}
        assert len(session.scalars(select(Talk)).all()) == 1  # for the hang-up
        circular, letter = notices.find(session, OPERATOR)
        named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == letter.id)
        of_hangup = select(Finding.id).where(Finding.check_id == hangup.id)
        assert session.scalars(named).all() == session.scalars(of_hangup).all()
        counted = figures.of_round(session, OPERATOR, found, settings=settings).total
        assert {k.value: n for k, n in counted.classes.items() if n} == {
            "UNREACHABLE": 2,
            "WRONG_NUMBER": 1,
            "IRREGULAR": 1,
        }
        paper = str(to_json(document_of(session, circular, settings=settings, now=on(30))))
        assert f"不予追究的3条，仍计入所属类别，原因：{WHY}（3条）。" in paper
        assert "打不通2条（其中2条不予追究，不列名）。" in paper


def test_it_cannot_be_taken_back_into_the_papers(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        found = a_round(session, settings)
        log(session, settings, checks_of(session, found)[0], dial(outcome=21))
        close(session, settings, found)
        (finding,) = session.scalars(select(Finding)).all()
        with pytest.raises(Conflict, match="不能恢复"):
            paper_edits.restore_finding(session, OPERATOR, finding.id, now=on(30))


def test_it_is_no_failure_to_the_rounds_after_it(database, settings):
    """Two months closed as they stood, then one that is proved: the first failure of three."""
    with database.write() as session:
        a_registry(session)
        for month in (9, 10):
            found = a_round(session, settings, period=f"2026-{month:02d}")
            log(
                session,
                settings,
                checks_of(session, found)[0],
                dial(on(12, month=month), outcome=21),
            )
            close(session, settings, found, month=month)
        found = a_round(session, settings)
        (frame,) = samples.frame_of(session, "city", "130100", Period.parse("2026-11"), now=on(3))
        assert not frame.failed_last
        assert not frame.failed_before_last
        check = checks_of(session, found)[0]
        for n, moment in enumerate((on(3), on(3, "15:00"), on(4)), start=1):
            log(session, settings, check, dial(moment, outcome=21, attempt=n))
        close(session, settings, found)
        (finding,) = session.scalars(select(Finding).where(Finding.round_id == found.id)).all()
        assert (finding.state, finding.repeated) == ("new", False)
        assert {m.step for m in findings.measures(session, found)} == {"circular", "rectify"}
        counted = figures.of_round(session, OPERATOR, found, settings=settings)
        assert [line.repeated for line in counted.lines] == [False]


@pytest.mark.parametrize(("bad", "called"), [(21, False), (14, True)])
def test_a_city_is_called_to_no_talk_by_what_was_not_proved(sqlite_database, settings, bad, called):
    with sqlite_database.write() as session:
        make_areas(session)
        for _ in range(4):
            make_line(session)
        found = a_round(session, settings, level="province", area="130000", period="2026Q4")
        good, *others = checks_of(session, found)
        log(session, settings, good, dial())
        for check in others:
            log(session, settings, check, dial(outcome=bad))
        close(session, settings, found)
        cities = [m for m in findings.measures(session, found) if m.trigger[0] == "talk.city"]
        assert bool(cities) is called
        assert session.get_one(Round, found.id).as_is_reason == ("线路改造" if not called else None)
