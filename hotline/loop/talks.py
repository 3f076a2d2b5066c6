"""约谈: when and where, told by a paper that another person issues; and who did not come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from hotline import audit, rights
from hotline.clock import local
from hotline.errors import Conflict, FieldError, Invalid, NotFound, T
from hotline.ladder.talk_calls import call_for as call_for
from hotline.ladder.talk_calls import call_off, findings_of, may_be_called_off, measures_of
from hotline.loop import loop_rights
from hotline.models.inspection import Round
from hotline.models.loop import Talk
from hotline.models.papers import Notice
from hotline.models.registry import Unit
from hotline.papers import notices
from hotline.rights import Actor
from hotline.settings import Settings
from hotline.texts import clean, mistake, mistake_of_lines

LONGEST_NAME, LONGEST_PLACE, LONGEST_TEXT, LONGEST_REASON = 60, 200, 5_000, 500


@dataclass(frozen=True)
class Arrangement:
    """Who is to come, when and where, who talks to them, and what is asked of them there.

    `meets_at` None: it could not be read.
    """

    person: str
    meets_at: datetime | None
    place: str
    host: str
    demands: str = ""


def get_for(session: Session, actor: Actor, talk_id: int) -> Talk:
    """A talk with what its page needs. Raises NotFound outside the actor's scope."""
    query = (
        select(Talk)
        .join(Round, Round.id == Talk.round_id)
        .where(Talk.id == talk_id, loop_rights.talks(actor))
        .options(
            joinedload(Talk.round).joinedload(Round.area),
            joinedload(Talk.unit).joinedload(Unit.area),
            joinedload(Talk.area),
            joinedload(Talk.notice),
            joinedload(Talk.record),
        )
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(T("没有这次约谈，或您无权查看。"))
    return found


def hold(session: Session, actor: Actor, talk_id: int) -> Talk:
    """A talk to be changed by whoever manages its round; its papers are locked first.

    Raises NotFound outside the scope, Forbidden if the round is not managed.
    """
    seen = get_for(session, actor, talk_id)
    rights.require_manages(actor, seen.round.level, seen.round.area_code)
    return locked(session, seen)


def locked(session: Session, seen: Talk) -> Talk:
    """The same row as it is once nobody else may change it; papers before it, as issuing does."""
    papers = [one for one in (seen.notice_id, seen.record_id) if one is not None]
    session.scalars(
        select(Notice)
        .where(Notice.id.in_(papers))
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    before = (seen.notice_id, seen.record_id)
    talk = session.get_one(Talk, seen.id, with_for_update=True, populate_existing=True)
    if (talk.notice_id, talk.record_id) != before:
        raise Conflict(T("这次约谈刚有改动，请看过再办理。"))
    return talk


def name_of(talk: Talk) -> str:
    """Who is called: the unit with its area, or the city."""
    if talk.unit is None:
        return talk.area.name
    unit, area = talk.unit.name, talk.area.name
    return unit if unit.startswith(area) else f"{area}{unit}"


def earliest(now: datetime, settings: Settings) -> date:
    """The first day on which a talk may be held whose paper is issued at this moment."""
    return settings.working_days.add(local(now).date(), settings.ladder.talk_notice_days)


def papers_of(session: Session, talk: Talk) -> Sequence[Notice]:
    """All papers about a talk, the oldest first."""
    query = (
        select(Notice)
        .where(Notice.round_id == talk.round_id, _about(talk))
        .order_by(Notice.drafted_at, Notice.id)
    )
    return session.scalars(query).all()


def arrange(
    session: Session,
    actor: Actor,
    talk_id: int,
    new: Arrangement,
    *,
    reason: str = "",
    settings: Settings,
    now: datetime,
) -> Talk:
    """Set person, time and place, and draft the 约谈通知书; until it is submitted, set them anew.

    Once the paper is issued, or the unit did not come, `reason` is needed and a new paper refers
    to the old one. Raises Conflict where the talk is over or its paper is on its way.
    """
    talk = hold(session, actor, talk_id)
    _require_arrangeable(session, talk)
    told = talk.notice is not None and talk.notice.number is not None
    new, reason = _cleaned(new), clean(reason)
    errors = _mistakes(new, settings, now)
    if told and not reason:
        errors.append(FieldError("reason", T("请写明改期或重新约谈的原因。")))
    elif wrong := mistake_of_lines(reason, longest=LONGEST_REASON):
        errors.append(FieldError("reason", wrong))
    if errors:
        raise Invalid(errors)
    before = _plain(talk)
    talk.person, talk.meets_at, talk.place = new.person, new.meets_at, new.place
    talk.host, talk.demands, talk.state = new.host, new.demands, "drafted"
    talk.reason = reason or None
    if talk.notice is not None and talk.notice.state == "draft":
        notices.note_hand(talk.notice, actor)
    else:
        talk.notice = _draft(session, actor, talk, now)
    session.flush()
    _journal(session, actor, talk, "talk.arrange", now, old=before, reason=reason or None)
    return talk


def notified(session: Session, notice: Notice, *, settings: Settings, now: datetime) -> None:
    """Its 约谈通知书 is issued. Raises Conflict if the meeting is too near for that."""
    talk = of_paper(session, notice)
    if talk.state != "drafted" or talk.meets_at is None:
        raise Conflict(T("这次约谈已取消或已改变，不能签发这份通知书。"))
    first = earliest(now, settings)
    if local(talk.meets_at).date() < first:
        raise Conflict(
            T(
                "约谈须在通知后第 {n} 个工作日（{first}）及以后举行，请先改期。",
                n=settings.ladder.talk_notice_days,
                first=first,
            )
        )
    talk.state = "notified"
    session.flush()


def no_show(session: Session, actor: Actor, talk_id: int, *, reason: str, now: datetime) -> Talk:
    """Nobody came, which only shows after the time of the meeting; drafts a 通报 of it."""
    talk = hold(session, actor, talk_id)
    if talk.state != "notified" or talk.meets_at is None:
        raise Conflict(T("只有已通知、尚未举行的约谈可以登记未到会。"))
    if now < talk.meets_at:
        raise Conflict(T("约谈时间未到，不能登记未到会。"))
    reason = clean(reason)
    if not reason:
        raise Invalid.one("reason", T("请写明未到会的情况。"))
    if wrong := mistake_of_lines(reason, longest=LONGEST_REASON):
        raise Invalid.one("reason", wrong)
    talk.state, talk.reason = "no_show", reason
    notices.draft_for(
        session,
        actor,
        talk.round,
        key=_next_key(session, talk, "no_show"),
        kind="no_show",
        title=f"关于{name_of(talk)}未按要求参加约谈的通报",
        now=now,
        area_code=None,
        refers_to_id=talk.notice_id,
    )
    session.flush()
    _journal(session, actor, talk, "talk.no_show", now, reason=reason)
    return talk


def cancel(session: Session, actor: Actor, talk_id: int, *, reason: str, now: datetime) -> Talk:
    """Drop a talk with the reason, and withdraw its paper; whoever is called never hears of it.

    Raises Conflict once they were told.
    """
    talk = hold(session, actor, talk_id)
    if not may_be_called_off(talk, talk.notice):
        raise Conflict(T("只有还没有通知对方的约谈可以取消；已通知的，可以改期。"))
    reason = clean(reason)
    if not reason:
        raise Invalid.one("reason", T("请写明取消约谈的原因。"))
    if wrong := mistake_of_lines(reason, longest=LONGEST_REASON):
        raise Invalid.one("reason", wrong)
    before = _plain(talk)
    call_off(talk, talk.notice, by=actor.name, reason=reason, now=now)
    session.flush()
    _journal(session, actor, talk, "talk.cancel", now, old=before, reason=reason)
    return talk


def of_paper(session: Session, notice: Notice) -> Talk:
    """The talk that a 约谈通知书, a 约谈记录 or a 通报 of an absence is about, locked.

    The key of such a paper has the talk's id: `talk:7`, `talk_record:7`, `no_show:7:2`.
    """
    talk_id = int(notice.key.split(":")[1])
    return session.get_one(Talk, talk_id, with_for_update=True, populate_existing=True)


def _require_arrangeable(session: Session, talk: Talk) -> None:
    if talk.state not in ("due", "drafted", "notified", "no_show"):
        raise Conflict(T("这次约谈已举行或已取消，不能再安排。"))
    if talk.notice is not None and talk.notice.state == "submitted":
        raise Conflict(T("约谈通知书已送审；要改时间地点，请先退回。"))
    for paper in papers_of(session, talk):
        if paper.kind == "no_show" and paper.state in ("draft", "submitted"):
            raise Conflict(T("未到会的通报还没有签发，请先签发或撤回。"))


def _draft(session: Session, actor: Actor, talk: Talk, now: datetime) -> Notice:
    """Its paper: the first, one that was withdrawn drafted anew, or one that refers to the old."""
    old = talk.notice
    anew = old is not None and old.state == "withdrawn"
    return notices.draft_for(
        session,
        actor,
        talk.round,
        key=old.key if old is not None and anew else _next_key(session, talk, "talk"),
        kind="talk",
        title=f"关于约谈{name_of(talk)}的通知",
        now=now,
        unit_id=talk.unit_id,
        area_code=None if talk.unit_id else talk.area_code,
        refers_to_id=(old.refers_to_id if anew else old.id) if old is not None else None,
        finding_ids=[one.id for one in findings_of(session, measures_of(session, talk))],
    )


def _next_key(session: Session, talk: Talk, kind: str) -> str:
    """`talk:7`, then `talk:7:2` …"""
    made = sum(paper.kind == kind for paper in papers_of(session, talk))
    return f"{kind}:{talk.id}" if not made else f"{kind}:{talk.id}:{made + 1}"


def _about(talk: Talk) -> ColumnElement[bool]:
    keys = [f"{kind}:{talk.id}" for kind in ("talk", "talk_record", "no_show")]
    return or_(Notice.key.in_(keys), *(Notice.key.like(f"{key}:%") for key in keys))


def _cleaned(given: Arrangement) -> Arrangement:
    return Arrangement(
        person=clean(given.person),
        meets_at=given.meets_at,
        place=clean(given.place),
        host=clean(given.host),
        demands=clean(given.demands),
    )


def _mistakes(new: Arrangement, settings: Settings, now: datetime) -> list[FieldError]:
    lines = (
        ("person", new.person, LONGEST_NAME, T("请填写被约谈人及职务。")),
        ("place", new.place, LONGEST_PLACE, T("请填写约谈地点。")),
        ("host", new.host, LONGEST_PLACE, T("请填写由谁约谈。")),
    )
    errors = []
    for field, text, longest, missing in lines:
        wrong = mistake(text, longest=longest) if text else missing
        if wrong is not None:
            errors.append(FieldError(field, wrong))
    first = earliest(now, settings)
    if new.meets_at is None:
        errors.append(FieldError("meets_at", T("请写日期和时间，如 2026-11-22 09:30。")))
    elif local(new.meets_at).date() < first:
        errors.append(
            FieldError(
                "meets_at",
                T(
                    "须在通知后第 {n} 个工作日及以后；今天签发的话，最早为 {first}。",
                    n=settings.ladder.talk_notice_days,
                    first=first,
                ),
            )
        )
    if wrong := mistake_of_lines(new.demands, longest=LONGEST_TEXT):
        errors.append(FieldError("demands", wrong))
    return errors


def _plain(talk: Talk) -> dict[str, object]:
    return {
        "talk_state": talk.state,
        "person": talk.person,
        "meets_at": talk.meets_at.isoformat() if talk.meets_at else None,
        "place": talk.place,
        "host": talk.host,
    }


def _journal(
    session: Session,
    actor: Actor,
    talk: Talk,
    action: str,
    now: datetime,
    *,
    old: object = None,
    reason: str | None = None,
) -> None:
    audit.record(
        session,
        actor=actor.name,
        action=action,
        subject="talk",
        subject_id=talk.id,
        old=old,
        new={"whom": name_of(talk), "round": talk.round.code, **_plain(talk)},
        reason=reason,
        now=now,
    )
