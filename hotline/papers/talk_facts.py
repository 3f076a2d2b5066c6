"""The facts of the papers of a talk: 约谈通知书, 约谈记录 and the 通报 of who did not come."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from hotline import words
from hotline.clock import local
from hotline.errors import NotFound, T
from hotline.inspection import dialling_hours, rubrics
from hotline.ladder.critical_calls import particulars
from hotline.ladder.talk_calls import triggers_of
from hotline.models.inspection import Check, Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue, Notice
from hotline.models.registry import Unit
from hotline.papers.paper_heads import Issued, head, of_round
from hotline.papers.paper_words import city_office, reason, unit_name
from hotline.papers.rectification_facts import copies_up
from hotline.rules.reasons import Reason
from hotline.settings import Settings
from reports.periods import period_words
from reports.talk_facts import Failure, NoShow, Promise, TalkNotice, TalkRecord

_WEEKDAYS = "一二三四五六日"


def notice_facts(
    session: Session, notice: Notice, *, settings: Settings, now: datetime, issued: Issued | None
) -> TalkNotice:
    """What a unit is called for, when and where."""
    talk, measures = _talk_of(session, notice)
    old = notice.refers_to
    made = head(notice.round, settings=settings, now=now, issued=issued)
    made["copies"] += copies_up(session, notice.round, notice)
    return TalkNotice(
        **made,
        **of_round(notice.round, _whom(session, talk, settings)),
        person=talk.person,
        triggers=tuple(_trigger(session, one, settings) for one in triggers_of(measures)),
        failures=_failures(session, talk, measures, settings),
        meets_at=_time_words(talk.meets_at),
        place=talk.place,
        host=talk.host,
        demands=_lines(talk.demands),
        replaces_number=(old.number or "") if old else "",
        reason=(talk.reason or "") if old else "",
    )


def record_facts(
    session: Session, notice: Notice, *, settings: Settings, now: datetime, issued: Issued | None
) -> TalkRecord:
    """What was said in a talk."""
    talk, measures = _talk_of(session, notice)
    number, day = _told_by(talk)
    return TalkRecord(
        **head(notice.round, settings=settings, now=now, issued=issued),
        **of_round(notice.round, _whom(session, talk, settings)),
        held_at=_time_words(talk.held_at),
        place=talk.held_place or talk.place,
        host=talk.host,
        person=talk.person,
        present=_lines(talk.present),
        triggers=tuple(_trigger(session, one, settings) for one in triggers_of(measures)),
        failures=_failures(session, talk, measures, settings),
        account=_lines(talk.account),
        promises=tuple(
            Promise(one.what, one.due_on.isoformat(), one.person) for one in talk.commitments
        ),
        demands=_lines(talk.demands),
        notice_number=number,
        notice_date=day,
        report_due=talk.report_due_on.isoformat() if talk.report_due_on else "",
    )


def no_show_facts(
    session: Session, notice: Notice, *, settings: Settings, now: datetime, issued: Issued | None
) -> NoShow:
    """Who did not come, and to what."""
    talk, measures = _talk_of(session, notice)
    found = notice.round
    number, day = _told_by(talk)
    return NoShow(
        **head(found, settings=settings, now=now, issued=issued, to_many=True),
        **of_round(found, _whom(session, talk, settings)),
        addressees=settings.addressees(found.area_code, found.level),
        person=talk.person,
        triggers=tuple(_trigger(session, one, settings) for one in triggers_of(measures)),
        meets_at=_time_words(talk.meets_at),
        place=talk.place,
        notice_number=number,
        notice_date=day,
        reason=talk.reason or "",
    )


def _talk_of(session: Session, notice: Notice) -> tuple[Talk, Sequence[MeasureDue]]:
    """The talk whose id is in the paper's key (`talk:7`, `no_show:7:2`), and what triggered it."""
    number = notice.key.split(":")[1] if ":" in notice.key else ""
    talk = session.scalar(
        select(Talk)
        .where(Talk.id == (int(number) if number.isdigit() else 0))
        .options(
            joinedload(Talk.unit).joinedload(Unit.area),
            joinedload(Talk.area),
            joinedload(Talk.notice),
            joinedload(Talk.round),
        )
    )
    if talk is None:
        raise NotFound(T("没有这次约谈，或您无权查看。"))
    query = (
        select(MeasureDue)
        .join(Round, Round.id == MeasureDue.round_id)
        .where(MeasureDue.talk_id == talk.id)
        .options(
            joinedload(MeasureDue.line),
            joinedload(MeasureDue.round),
            joinedload(MeasureDue.area),
        )
        .order_by(Round.ends_on, MeasureDue.line_id, MeasureDue.id)
    )
    return talk, session.scalars(query).all()


def _whom(session: Session, talk: Talk, settings: Settings) -> str:
    if talk.unit is None:
        return city_office(talk.area, settings)
    return unit_name(session, talk.unit, talk.round)


def _trigger(session: Session, measure: MeasureDue, settings: Settings) -> str:
    """监督电话0311-…：连续2个季度不合格（2026年第四季度抽查）."""
    why = reason(_with_particulars(session, measure, settings))
    number = measure.line.number if measure.line else None
    about = f"监督电话{number}：" if number else f"{measure.area.name}监督电话"
    return f"{about}{why}（{period_words(measure.round.period)}抽查）"


def _with_particulars(session: Session, measure: MeasureDue, settings: Settings) -> Reason:
    """What triggered a talk; one kept before triggers named the critical item has it looked up."""
    said = Reason.from_json(measure.trigger)
    if said.key != "talk.critical" or said.params:
        return said
    query = select(Check.id).where(
        Check.round_id == measure.round_id, Check.line_id == measure.line_id
    )
    found = particulars(session, session.scalars(query).all(), settings)
    return Reason(said.key, next(iter(found.values()), {}))


def _failures(
    session: Session, talk: Talk, measures: Sequence[MeasureDue], settings: Settings
) -> tuple[Failure, ...]:
    """The findings that stand: of a unit's lines in all rounds so far, or a city's in its rounds.

    A re-check's failure is none of a round's: the triggers tell of it.
    """
    if not measures:
        return ()
    concerned: ColumnElement[bool]
    if talk.unit_id is not None:
        concerned = Check.line_id.in_({one.line_id for one in measures if one.line_id is not None})
    else:
        concerned = or_(
            *(
                (Finding.round_id == one.round_id) & (Check.group_code == one.area_code)
                for one in measures
            )
        )
    query = (
        select(Finding)
        .join(Check, Check.id == Finding.check_id)
        .join(Round, Round.id == Finding.round_id)
        .where(
            concerned,
            Finding.state.not_in(("dropped", "revoked")),
            Round.closed_at.is_not(None),
            Round.purpose == "sample",
            Round.ends_on <= max(one.round.ends_on for one in measures),
        )
        .options(joinedload(Finding.check), joinedload(Finding.round).joinedload(Round.rubric))
        .order_by(Check.number, Round.ends_on, Round.id)
    )
    return tuple(_failure(session, one, settings) for one in session.scalars(query))


def _failure(session: Session, finding: Finding, settings: Settings) -> Failure:
    check, rubric = finding.check, rubrics.load(session, finding.round.rubric.digest)
    return Failure(
        number=check.number,
        period=period_words(finding.round.period),
        dialled_at=_dialled_at(check, settings),
        class_label=str(words.klass(finding.klass)),
        score=None if check.score_tenths is None else check.score_tenths / 10,
        reasons=tuple(reason(Reason.from_json(said), rubric) for said in check.reasons),
    )


def _dialled_at(check: Check, settings: Settings) -> str:
    if check.decisive_at is None:
        return ""
    off = dialling_hours.off_duty(check.decisive_at, check.duty_hours, settings)
    return f"{local(check.decisive_at):%Y-%m-%d %H:%M}{'（值班时间外）' if off else ''}"


def _told_by(talk: Talk) -> tuple[str, str]:
    """Number and date of the 约谈通知书; empty where none was issued."""
    paper = talk.notice
    if paper is None or paper.number is None or paper.issued_at is None:
        return "", ""
    return paper.number, local(paper.issued_at).date().isoformat()


def _time_words(moment: datetime | None) -> str:
    """2026年12月3日（星期四）9:30; empty for none."""
    if moment is None:
        return ""
    at = local(moment)
    day = f"{at.year}年{at.month}月{at.day}日（星期{_WEEKDAYS[at.weekday()]}）"
    return f"{day}{at.hour}:{at.minute:02d}"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())
