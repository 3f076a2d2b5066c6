"""A talk as its page shows it: why, when, what came of it, and what may be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.clock import local
from hotline.errors import T, Text
from hotline.ladder.talk_calls import (
    findings_of,
    may_be_called_off,
    measures_of,
    triggers_of,
)
from hotline.loop import talk_records, talks
from hotline.models.inspection import Round
from hotline.models.loop import Attachment, Commitment, Rectification, Talk
from hotline.models.papers import Finding, MeasureDue, Notice
from hotline.rights import Actor
from hotline.rules.reasons import Reason
from hotline.settings import Settings


@dataclass(frozen=True)
class TalkSheet:
    """Everything on the page. `arranged`: its time and place may be shown to the actor.

    `measures`: what triggered it, each once.
    `record_known`: what was said is shown, to others than the office once the record is issued.
    `tasks`: each commitment with the rectification it became, None before the record's issue.
    `warnings`: what its administrators should think of before they go on.
    `earliest`: the first day a talk told of today may be held. `may_*`: what is theirs to do now.
    """

    talk: Talk
    name: str
    measures: Sequence[MeasureDue]
    findings: Sequence[Finding]
    papers: Sequence[Notice]
    tasks: Sequence[tuple[Commitment, Rectification | None]]
    files: Sequence[Attachment]
    warnings: Sequence[Text]
    overdue: bool
    manages: bool
    arranged: bool
    record_known: bool
    earliest: date
    may_arrange: bool
    may_cancel: bool
    needs_reason: bool
    may_miss: bool
    may_record: bool
    may_report: bool
    may_close: bool


def sheet_for(
    session: Session, actor: Actor, talk_id: int, *, settings: Settings, now: datetime
) -> TalkSheet:
    """Raises NotFound outside the actor's scope."""
    talk = talks.get_for(session, actor, talk_id)
    manages = rights.manages(actor, talk.round.level, talk.round.area_code)
    told = talk.notice is not None and talk.notice.number is not None
    issued_record = talk.record is not None and talk.record.number is not None
    measures = measures_of(session, talk)
    on_its_way = _in_state(talk.notice, "submitted")
    return TalkSheet(
        talk=talk,
        name=talks.name_of(talk),
        measures=triggers_of(measures),
        findings=findings_of(session, measures),
        papers=_papers(session, actor, talk),
        tasks=_tasks(session, talk),
        files=session.scalars(
            select(Attachment).where(Attachment.talk_id == talk.id).order_by(Attachment.id)
        ).all(),
        warnings=_warnings(talk, measures, settings) if manages and not issued_record else (),
        overdue=talk_records.is_overdue(talk, local(now).date()),
        manages=manages,
        arranged=talk.meets_at is not None and (manages or told),
        record_known=talk.held_at is not None and (manages or issued_record),
        earliest=talks.earliest(now, settings),
        may_arrange=manages
        and talk.state in ("due", "drafted", "notified", "no_show")
        and not on_its_way,
        may_cancel=manages and may_be_called_off(talk, talk.notice),
        needs_reason=told,
        may_miss=manages
        and talk.state == "notified"
        and talk.meets_at is not None
        and talk.meets_at <= now,
        may_record=manages
        and (talk.state == "notified" or (talk.state == "held" and not issued_record))
        and not _in_state(talk.record, "submitted"),
        may_report=talk.state == "held" and issued_record and talk_records.reports_for(actor, talk),
        may_close=manages and talk.state == "reported" and actor.name != talk.reported_by,
    )


def _warnings(talk: Talk, measures: Sequence[MeasureDue], settings: Settings) -> list[Text]:
    """A city's rate that rests on few lines, while the talk is ahead; odd dates of promises."""
    ahead = talk.state in ("due", "drafted", "notified", "no_show")
    triggers = [Reason.from_json(one.trigger) for one in measures] if ahead else []
    few = [
        T("合格率只依据 {n} 条线路，线路少，仅供参考。", n=said.params["n"])
        for said in triggers
        if said.key == "talk.city"
        and int(str(said.params["n"])) < settings.figures.min_tested_for_rank
    ]
    if few and may_be_called_off(talk, talk.notice):
        few.append(T("不宜约谈的，可以写明原因取消约谈。"))
    return [*few, *talk_records.warnings(talk, settings)]


def _in_state(notice: Notice | None, state: str) -> bool:
    return notice is not None and notice.state == state


def _papers(session: Session, actor: Actor, talk: Talk) -> list[Notice]:
    """Those of its papers that the actor may open."""
    about = [paper.id for paper in talks.papers_of(session, talk)]
    query = (
        select(Notice)
        .join(Round, Round.id == Notice.round_id)
        .where(Notice.id.in_(about), rights.notices(actor))
        .order_by(Notice.drafted_at, Notice.id)
    )
    return list(session.scalars(query))


def _tasks(session: Session, talk: Talk) -> list[tuple[Commitment, Rectification | None]]:
    query = (
        select(Commitment, Rectification)
        .outerjoin(Rectification, Rectification.commitment_id == Commitment.id)
        .where(Commitment.talk_id == talk.id)
        .order_by(Commitment.id)
    )
    return [(commitment, task) for commitment, task in session.execute(query)]
