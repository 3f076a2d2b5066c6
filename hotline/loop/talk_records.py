"""What came of a 约谈: its record with commitments, the unit's follow-up report, the end of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from hotline import audit
from hotline.clock import local
from hotline.errors import Conflict, FieldError, Forbidden, Invalid, T, Text
from hotline.loop import attachments, rectifications
from hotline.loop.attachments import Upload
from hotline.loop.talks import (
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_REASON,
    LONGEST_TEXT,
    get_for,
    hold,
    locked,
    name_of,
    of_paper,
)
from hotline.models.loop import Commitment, Talk
from hotline.models.papers import Notice
from hotline.papers import notices
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.texts import clean, mistake, mistake_of_lines

LONGEST_WHAT = 500
MOST_PROMISES = 30


@dataclass(frozen=True)
class Promise:
    """A commitment as it was given: the measure, until when, by whom. `due_on` None: not read."""

    what: str
    due_on: date | None
    person: str


@dataclass(frozen=True)
class Minutes:
    """What is written down of a talk. `report_due_on` None: as late as the ladder allows."""

    held_at: datetime | None
    place: str
    present: str
    account: str
    demands: str
    promises: tuple[Promise, ...] = ()
    report_due_on: date | None = None


def record(
    session: Session,
    actor: Actor,
    talk_id: int,
    minutes: Minutes,
    *,
    settings: Settings,
    now: datetime,
) -> Talk:
    """Write a talk down and draft its 约谈记录; until that is submitted, write it down anew.

    Raises Invalid with every mistake; a commitment's are at `promise-<n>-what` and so on.
    """
    talk = hold(session, actor, talk_id)
    _require_recordable(talk)
    minutes = _cleaned(minutes)
    errors = _mistakes(talk, minutes, settings, now)
    if errors or minutes.held_at is None:
        raise Invalid(errors)
    before = talk.state
    due_on = minutes.report_due_on or latest(minutes.held_at, settings)
    talk.held_at, talk.held_place, talk.present = minutes.held_at, minutes.place, minutes.present
    talk.account, talk.demands, talk.report_due_on = minutes.account, minutes.demands, due_on
    talk.state = "held"
    for old in talk.commitments:
        session.delete(old)
    session.flush()
    session.expire(talk, ["commitments"])
    session.add_all(
        Commitment(talk_id=talk.id, what=one.what, due_on=one.due_on, person=one.person)
        for one in minutes.promises
    )
    if talk.record is not None and talk.record.state == "draft":
        notices.note_hand(talk.record, actor)
    else:
        talk.record = _draft(session, actor, talk, now)
    session.flush()
    _journal(
        session,
        actor,
        talk,
        "talk.record",
        now,
        before=before,
        held_at=minutes.held_at.isoformat(),
        commitments=len(minutes.promises),
        report_due_on=due_on.isoformat(),
    )
    return talk


def recorded(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> None:
    """Its 约谈记录 is issued: what was promised becomes the unit's to put right."""
    talk = of_paper(session, notice)
    if talk.state != "held" or talk.record_id != notice.id:
        raise Conflict(T("这次约谈刚有改动，请看过再办理。"))
    for commitment in talk.commitments:
        rectifications.open_for_commitment(session, commitment, notice, settings=settings, now=now)


def report(
    session: Session,
    actor: Actor,
    talk_id: int,
    *,
    body: str,
    files: Sequence[Upload] = (),
    settings: Settings,
    now: datetime,
) -> Talk:
    """Whoever was called tells what they did about it, with files; after the due date too.

    Raises Forbidden for anyone else, Conflict before the record is issued and once a report stands.
    """
    seen = get_for(session, actor, talk_id)
    if not reports_for(actor, seen):
        raise Forbidden(T("后续报告由被约谈单位报送。"))
    talk = locked(session, seen)
    if talk.state != "held" or talk.record is None or talk.record.number is None:
        raise Conflict(T("约谈记录签发后才能报送，报送后不再改动。"))
    body = clean(body)
    errors = []
    if not body:
        errors.append(FieldError("body", T("请写明约谈后做了什么、效果如何。")))
    elif wrong := mistake_of_lines(body, longest=LONGEST_TEXT):
        errors.append(FieldError("body", wrong))
    errors += attachments.mistakes_in(files, settings=settings)
    if errors:
        raise Invalid(errors)
    talk.report, talk.reported_by, talk.reported_at = body, actor.name, now
    talk.state = "reported"
    session.flush()
    attachments.keep(session, files, now=now, talk_id=talk.id)
    _journal(session, actor, talk, "talk.report", now, before="held", files=len(files))
    return talk


def return_report(
    session: Session, actor: Actor, talk_id: int, *, reason: str, now: datetime
) -> Talk:
    """Send the follow-up report back with the reason; the unit reports anew."""
    talk = hold(session, actor, talk_id)
    _require_reported(talk, actor)
    reason = clean(reason)
    if not reason:
        raise Invalid.one("reason", T("请写明退回的原因。"))
    if wrong := mistake_of_lines(reason, longest=LONGEST_REASON):
        raise Invalid.one("reason", wrong)
    talk.state, talk.reason = "held", reason
    session.flush()
    _journal(session, actor, talk, "talk.return", now, before="reported", reason=reason)
    return talk


def close(session: Session, actor: Actor, talk_id: int, *, now: datetime) -> Talk:
    """The report is enough. Raises Forbidden for whoever sent it, Conflict without one."""
    talk = hold(session, actor, talk_id)
    _require_reported(talk, actor)
    talk.state, talk.closed_by, talk.closed_at = "closed", actor.name, now
    session.flush()
    _journal(session, actor, talk, "talk.close", now, before="reported")
    return talk


def reports_for(actor: Actor, talk: Talk) -> bool:
    """Is it theirs to report: the unit's, or of a talk with a city its administrators'?"""
    if talk.unit_id is not None:
        return actor.role == "unit_reader" and actor.unit_id == talk.unit_id
    return actor.role == "city_admin" and actor.area_code == talk.area_code


def soonest(held_at: datetime, settings: Settings) -> date:
    """The first day that a commitment or a report may reasonably be due."""
    days = settings.ladder.talk_report_days.at_least
    return settings.working_days.add(local(held_at).date(), days)


def latest(held_at: datetime, settings: Settings) -> date:
    """The last such day."""
    days = settings.ladder.talk_report_days.at_most
    return settings.working_days.add(local(held_at).date(), days)


def warnings(talk: Talk, settings: Settings) -> list[Text]:
    """Commitments whose dates are oddly near or far, which may be meant."""
    if talk.held_at is None:
        return []
    first, last = soonest(talk.held_at, settings), latest(talk.held_at, settings)
    return [
        T(
            "“{what}”的期限 {due} 不在约谈后第 {least} 至第 {most} 个工作日之间，请核对。",
            what=one.what,
            due=one.due_on,
            least=settings.ladder.talk_report_days.at_least,
            most=settings.ladder.talk_report_days.at_most,
        )
        for one in talk.commitments
        if not first <= one.due_on <= last
    ]


def is_overdue(talk: Talk, today: date) -> bool:
    """The follow-up report did not come in time."""
    due = talk.report_due_on
    return talk.state == "held" and due is not None and due < today


def _require_recordable(talk: Talk) -> None:
    rewritten = talk.state == "held" and (talk.record is None or talk.record.number is None)
    if talk.state != "notified" and not rewritten:
        raise Conflict(T("只有已通知的约谈可以登记记录；记录签发后不再改动。"))
    if talk.record is not None and talk.record.state == "submitted":
        raise Conflict(T("约谈记录已送审；要改动，请先退回。"))


def _require_reported(talk: Talk, actor: Actor) -> None:
    if talk.state != "reported":
        raise Conflict(T("被约谈单位还没有报送后续报告。"))
    if actor.name == talk.reported_by:
        raise Forbidden(T("不能办结本人报送的约谈，请由另一位管理员处理。"))


def _draft(session: Session, actor: Actor, talk: Talk, now: datetime) -> Notice:
    return notices.draft_for(
        session,
        actor,
        talk.round,
        key=f"talk_record:{talk.id}",
        kind="talk_record",
        title=f"约谈{name_of(talk)}的记录",
        now=now,
        unit_id=talk.unit_id,
        area_code=None if talk.unit_id else talk.area_code,
        refers_to_id=talk.notice_id,
    )


def _cleaned(given: Minutes) -> Minutes:
    promises = tuple(
        Promise(clean(one.what), one.due_on, clean(one.person)) for one in given.promises
    )
    return replace(
        given,
        place=clean(given.place),
        present=clean(given.present),
        account=clean(given.account),
        demands=clean(given.demands),
        promises=promises,
    )


def _mistakes(talk: Talk, minutes: Minutes, settings: Settings, now: datetime) -> list[FieldError]:
    errors = _of_time(talk, minutes, settings, now)
    if wrong := _missing_or_wrong(minutes.place, LONGEST_PLACE, T("请填写约谈地点。")):
        errors.append(FieldError("place", wrong))
    lines = (
        ("present", minutes.present, T("请填写参加人员，一行一人。")),
        ("account", minutes.account, T("请写明单位的说明。")),
        ("demands", minutes.demands, T("请写明约谈提出的要求。")),
    )
    for field, text, missing in lines:
        said = mistake_of_lines(text, longest=LONGEST_TEXT) if text else missing
        if said is not None:
            errors.append(FieldError(field, said))
    if not minutes.promises:
        errors.append(FieldError("promise-1-what", T("请至少登记一项承诺：措施、期限和负责人。")))
    elif len(minutes.promises) > MOST_PROMISES:
        errors.append(FieldError("", T("承诺最多 {n} 项。", n=MOST_PROMISES)))
    for n, one in enumerate(minutes.promises, start=1):
        errors += _of_promise(n, one, minutes.held_at)
    return errors


def _of_time(talk: Talk, minutes: Minutes, settings: Settings, now: datetime) -> list[FieldError]:
    told = talk.notice.issued_at if talk.notice else None
    held_at, due_on = minutes.held_at, minutes.report_due_on
    if held_at is None:
        return [FieldError("held_at", T("请写日期和时间，如 2026-11-22 09:30。"))]
    errors = []
    if held_at > now:
        errors.append(FieldError("held_at", T("约谈时间晚于现在，请核对。")))
    elif told is not None and held_at < told:
        errors.append(FieldError("held_at", T("约谈时间早于通知书签发，请核对。")))
    first, last = soonest(held_at, settings), latest(held_at, settings)
    if due_on is not None and not first <= due_on <= last:
        errors.append(
            FieldError("report_due_on", T("须在 {first} 至 {last} 之间。", first=first, last=last))
        )
    return errors


def _of_promise(n: int, one: Promise, held_at: datetime | None) -> list[FieldError]:
    errors = []
    if wrong := _missing_or_wrong(one.what, LONGEST_WHAT, T("请写明措施。")):
        errors.append(FieldError(f"promise-{n}-what", wrong))
    if wrong := _missing_or_wrong(one.person, LONGEST_NAME, T("请填写负责人。")):
        errors.append(FieldError(f"promise-{n}-person", wrong))
    if one.due_on is None:
        errors.append(FieldError(f"promise-{n}-due_on", T("请写日期，如 2026-12-05。")))
    elif held_at is not None and one.due_on <= local(held_at).date():
        errors.append(FieldError(f"promise-{n}-due_on", T("期限须晚于约谈当天。")))
    return errors


def _missing_or_wrong(text: str, longest: int, missing: Text) -> Text | None:
    return mistake(text, longest=longest) if text else missing


def _journal(
    session: Session,
    actor: Actor,
    talk: Talk,
    action: str,
    now: datetime,
    *,
    before: str,
    reason: str | None = None,
    **more: object,
) -> None:
    audit.record(
        session,
        actor=actor.name,
        action=action,
        subject="talk",
        subject_id=talk.id,
        old={"talk_state": before},
        new={"whom": name_of(talk), "talk_state": talk.state, **more},
        reason=reason,
        now=now,
    )
