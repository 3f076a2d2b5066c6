"""Rounds whose results call for talks, and a talk on its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.clock import Period, at
from hotline.inspection import calls, rounds
from hotline.inspection.rounds import NewRound
from hotline.loop import talks
from hotline.loop.talks import Arrangement
from hotline.models.inspection import Check, Round
from hotline.models.loop import Talk
from hotline.models.papers import MeasureDue
from hotline.models.registry import Line
from hotline.papers import round_closings
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import OPERATOR
from tests.inspection.spot_checks import dial, on
from tests.loop.disputed import issue_paper

TUESDAY = on(17, "10:00")
MEETING = on(24, "09:30")


def a_round_of(
    session: Session,
    settings: Settings,
    period: str,
    results: Mapping[Line, int | None],
    *,
    area: str = "130100",
) -> Round:
    """A closed round in which each line came to this outcome; None: answered well."""
    whole = Period.parse(period)
    level = "province" if whole.is_quarter else "city"
    code = "130000" if whole.is_quarter else area
    names = tuple(line.line_id for line in results)
    opened = at(whole.first, on(1, "08:00").timetz().replace(tzinfo=None))
    found = rounds.open_round(
        session, OPERATOR, NewRound(level, code, period, names=names), settings=settings, now=opened
    )
    for check in session.scalars(select(Check).where(Check.round_id == found.id)).all():
        outcome = next(said for line, said in results.items() if line.id == check.line_id)
        on_duty = settings.working_days.add(whole.first - timedelta(days=1), 1)
        started = at(on_duty, on(1, "09:30").timetz().replace(tzinfo=None))
        raw = dial(started, outcome=outcome or 11)
        closing = at(whole.last, on(1, "18:00").timetz().replace(tzinfo=None))
        calls.record(session, OPERATOR, check.id, raw, settings=settings, now=closing)
    return round_closings.close(
        session,
        OPERATOR,
        found.code,
        as_is_reason="到期",
        settings=settings,
        now=at(whole.last, on(1, "18:00").timetz().replace(tzinfo=None)),
    )


def triggers(session: Session, talk: Talk) -> list[str]:
    query = select(MeasureDue).where(MeasureDue.talk_id == talk.id).order_by(MeasureDue.id)
    return [measure.trigger[0] for measure in session.scalars(query)]


def every_talk(session: Session) -> list[Talk]:
    query = select(Talk).order_by(Talk.id).execution_options(populate_existing=True)
    return list(session.scalars(query))


def arrangement(**more: object) -> Arrangement:
    given: dict[str, object] = {
        "person": "局长 王某",
        "meets_at": MEETING,
        "place": "市水利局三楼会议室",
        "host": "石家庄市水利局分管负责人",
        "demands": "本人到会，带整改措施。",
    }
    return Arrangement(**(given | more))  # type: ignore[arg-type]


def arranged(
    session: Session,
    settings: Settings,
    talk: Talk,
    actor: Actor,
    *,
    now: datetime = TUESDAY,
    **more: object,
) -> Talk:
    return talks.arrange(session, actor, talk.id, arrangement(**more), settings=settings, now=now)


def told(
    session: Session, settings: Settings, talk: Talk, actor: Actor, *, now: datetime = TUESDAY
) -> Talk:
    """Arranged, and its paper issued."""
    arranged(session, settings, talk, actor, now=now)
    issue_paper(session, settings, talk.notice, now=now)
    return talk
