"""What became of the lines that failed in the round before: annex 3 of a 通报.

It is written to all, so a re-check that runs, which is unannounced, is as if there were none.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ScalarSelect, String, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from hotline import rights, words
from hotline.clock import local
from hotline.inspection.figures import LineFigure
from hotline.ladder.rectification_figures import Due, completion
from hotline.models.inspection import Check, Round
from hotline.models.loop import Rectification
from hotline.models.papers import Finding, Notice
from hotline.models.registry import Area, Unit
from hotline.papers.paper_words import full_name
from hotline.rights import Actor
from hotline.rules.outcomes import Outcome
from reports.circular_facts import AgainRow, Completion


def rows(
    session: Session,
    actor: Actor,
    found: Round,
    before: Round,
    now_in_round: Mapping[int, LineFigure],
) -> tuple[AgainRow, ...]:
    """The findings of the round before that stand, as far as the actor may see their lines.

    `found`: the round that the 通报 is of; `now_in_round`: line id → its figure in it.
    """
    again, group, latest = aliased(Check), aliased(Area), aliased(Round)
    running = and_(Rectification.state == "rechecking", latest.closed_at.is_(None))
    query = (
        select(
            Check.line_id,
            Check.number,
            Unit.name.label("unit"),
            Area.name.label("area"),
            group.name.label("group"),
            Finding.klass,
            Check.score_tenths,
            case((running, "reported"), else_=Rectification.state).label("state"),
            again.outcome.label("recheck"),
        )
        .join_from(Finding, Check, Check.id == Finding.check_id)
        .join(Round, Round.id == Check.round_id)
        .join(Unit, Unit.id == Check.unit_id)
        .join(Area, Area.code == Check.area_code)
        .join(group, group.code == Check.group_code)
        .outerjoin(Rectification, Rectification.finding_id == Finding.id)
        .outerjoin(latest, latest.id == Rectification.recheck_round_id)
        .outerjoin(
            again,
            (again.round_id == _last_recheck()) & (again.line_id == Check.line_id),
        )
        .where(
            Finding.round_id == before.id,
            Finding.state.not_in(("dropped", "revoked")),
            rights.checks(actor),
        )
        .order_by(Check.group_code, Check.area_code, Check.number)
    )
    return tuple(_row(row, found, now_in_round.get(row.line_id)) for row in session.execute(query))


def _last_recheck() -> ScalarSelect[int]:
    """The last re-check of a rectification that came to a result."""
    over = aliased(Round)
    code = literal("R-").concat(cast(Rectification.id, String)).concat("-%")
    return (
        select(func.max(over.id))
        .where(over.code.like(code), over.closed_at.is_not(None), over.as_is_reason.is_(None))
        .correlate(Rectification)
        .scalar_subquery()
    )


def completed(session: Session, before: Round, now: datetime) -> Completion | None:
    """How far the round's rectifications are; None if there are none."""
    query = (
        select(
            Rectification.due_on,
            Rectification.state,
            Rectification.held,
            Rectification.reported_at,
        )
        .join(Notice, Notice.id == Rectification.notice_id)
        .where(
            Notice.round_id == before.id,
            Rectification.finding_id.is_not(None),
            Rectification.state != "cancelled",
        )
    )
    every = [Due(*row) for row in session.execute(query)]
    if not every:
        return None
    counted = completion(every, local(now).date())
    closed = sum(one.state == "closed" for one in every)
    return Completion(len(every), closed, counted.due, counted.in_time)


def _row(row, found: Round, line: LineFigure | None) -> AgainRow:  # type: ignore[no-untyped-def]
    klass = line.result.klass if line else None
    return AgainRow(
        number=row.number,
        unit=row.unit,
        area=full_name(row.area, row.area, row.group if found.level == "province" else ""),
        before_label=str(words.klass(row.klass)),
        before_score=None if row.score_tenths is None else row.score_tenths / 10,
        now_key=klass.value if klass else None,
        now_label=str(words.klass(klass)) if line else None,
        now_score=line.score if line else None,
        recheck=str(words.OUTCOME[Outcome(row.recheck)]) if row.recheck else None,
        progress=str(words.RECTIFICATION_STATE[row.state]) if row.state else None,
    )
