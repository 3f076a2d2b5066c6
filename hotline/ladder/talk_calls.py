"""Who is called to a 约谈: the ladder's measures of that step, gathered into one talk a unit."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session, joinedload

from hotline.models.inspection import Check, Round
from hotline.models.loop import Talk
from hotline.models.papers import Finding, MeasureDue, Notice, NoticeFinding
from hotline.models.registry import Area, Unit
from hotline.rules.escalation import Step

# Triggers that count a line's failures over several rounds.
_COUNTED = ("talk.quarters", "talk.months")


def call_for(
    session: Session, found: Round, *, later: Sequence[Round] = (), now: datetime
) -> list[Talk]:
    """Give a round's 约谈 measures that no talk answers yet to one: a unit's, or a city's.

    A talk of the same office with the same unit takes them in while its paper is not on its way;
    else a new one is due. Also for what was called for after the round was closed. `later`: rounds
    of the same area, measured again because of this one, whose measures go the same way.
    """
    query = (
        select(MeasureDue)
        .join(Round, Round.id == MeasureDue.round_id)
        .where(
            MeasureDue.round_id.in_([found.id, *(one.id for one in later)]),
            MeasureDue.step == Step.TALK.value,
            MeasureDue.talk_id.is_(None),
        )
        .order_by(Round.period, MeasureDue.id)
    )
    gathered: dict[tuple[int, str], list[MeasureDue]] = {}
    for measure in session.scalars(query):
        whom = (measure.unit_id or 0, "" if measure.unit_id else measure.area_code)
        gathered.setdefault(whom, []).append(measure)
    talks = []
    for _whom, measures in sorted(gathered.items()):
        unit_id, area_code = measures[0].unit_id, measures[0].area_code
        _queue_for(session, unit_id, area_code)
        talk = _not_yet_told(session, found, unit_id, area_code)
        if talk is None:
            talk = Talk(
                round_id=measures[0].round_id,
                unit_id=unit_id,
                area_code=area_code,
                created_at=now,
            )
            session.add(talk)
            session.flush()
        for measure in measures:
            measure.talk_id = talk.id
        session.flush()
        _name_in_draft(session, talk)
        talks.append(talk)
    return talks


def measures_of(session: Session, talk: Talk) -> Sequence[MeasureDue]:
    """What triggered a talk, by round and line."""
    query = (
        select(MeasureDue)
        .join(Round, Round.id == MeasureDue.round_id)
        .where(MeasureDue.talk_id == talk.id)
        .options(
            joinedload(MeasureDue.round).joinedload(Round.area),
            joinedload(MeasureDue.line),
            joinedload(MeasureDue.unit),
            joinedload(MeasureDue.area),
        )
        .order_by(Round.ends_on, MeasureDue.line_id, MeasureDue.id)
    )
    return session.scalars(query).all()


def triggers_of(measures: Iterable[MeasureDue]) -> list[MeasureDue]:
    """Each trigger once, in the order given, that of rounds.

    How often a line failed is told by its latest round, which counts the earlier ones in.
    """
    latest: dict[tuple[object, ...], MeasureDue] = {}
    for one in measures:
        key = one.trigger[0]
        about: tuple[object, ...] = (one.line_id, one.area_code, key)
        if key not in _COUNTED:
            about = (*about, one.round_id, str(one.trigger))
        latest.pop(about, None)
        latest[about] = one
    return list(latest.values())


def findings_of(session: Session, measures: Iterable[MeasureDue]) -> list[Finding]:
    """The findings behind these measures, as far as they stand; a city's are all of its group."""
    found: dict[int, Finding] = {}
    for measure in measures:
        of_measure = (
            Check.line_id == measure.line_id
            if measure.line_id is not None
            else Check.group_code == measure.area_code
        )
        query = (
            select(Finding)
            .join(Check)
            .where(
                Finding.round_id == measure.round_id,
                Finding.state.not_in(("dropped", "revoked")),
                of_measure,
            )
            .options(
                joinedload(Finding.check).joinedload(Check.unit),
                joinedload(Finding.round).joinedload(Round.area),
            )
            .order_by(Check.area_code, Check.number)
        )
        found |= {finding.id: finding for finding in session.scalars(query)}
    return list(found.values())


def call_off_without_cause(
    session: Session, unit_id: int, *, by: str, reason: str, now: datetime
) -> None:
    """Cancel a unit's talks that nothing calls for any more, if it was not told of them."""
    left = select(MeasureDue.id).where(MeasureDue.talk_id == Talk.id)
    query = select(Talk.id, Talk.notice_id).where(
        Talk.unit_id == unit_id, Talk.state.in_(("due", "drafted")), ~left.exists()
    )
    for talk_id, notice_id in session.execute(query.order_by(Talk.id)).all():
        notice = _locked_paper(session, notice_id)
        talk = session.get_one(Talk, talk_id, with_for_update=True, populate_existing=True)
        if talk.notice_id != notice_id:
            # Arranged while this waited; its paper is too new to be on its way to issue.
            notice = _locked_paper(session, talk.notice_id)
        if may_be_called_off(talk, notice):
            call_off(talk, notice, by=by, reason=reason, now=now)
    session.flush()


def may_be_called_off(talk: Talk, notice: Notice | None) -> bool:
    """Not once whoever is called was told, by this paper or the one that it takes the place of."""
    told = notice is not None and (notice.number or notice.refers_to_id)
    return talk.state in ("due", "drafted") and not told


def call_off(talk: Talk, notice: Notice | None, *, by: str, reason: str, now: datetime) -> None:
    """Cancel a talk and withdraw its paper, both locked."""
    talk.state, talk.reason = "cancelled", reason
    talk.closed_at, talk.closed_by = now, by
    if notice is not None:
        notice.state, notice.return_reason = "withdrawn", reason
        notice.returned_at, notice.returned_by = now, by


def _locked_paper(session: Session, notice_id: int | None) -> Notice | None:
    """A talk's paper, locked before the talk itself, as issuing does."""
    if notice_id is None:
        return None
    return session.get_one(Notice, notice_id, with_for_update=True, populate_existing=True)


def _queue_for(session: Session, unit_id: int | None, area_code: str) -> None:
    """The row of whoever is called is the lock, so that two callers make one talk.

    Without its key, which whoever inserts a measure of that unit holds as well.
    """
    row = (
        select(Area.code).where(Area.code == area_code)
        if unit_id is None
        else select(Unit.id).where(Unit.id == unit_id)
    )
    session.execute(row.with_for_update(key_share=True))


def _not_yet_told(
    session: Session, found: Round, unit_id: int | None, area_code: str
) -> Talk | None:
    with_whom = (
        Talk.unit_id == unit_id
        if unit_id is not None
        else Talk.unit_id.is_(None) & (Talk.area_code == area_code)
    )
    query = (
        select(Talk)
        .join(Round, Round.id == Talk.round_id)
        .outerjoin(Notice, Notice.id == Talk.notice_id)
        .where(
            with_whom,
            Round.area_code == found.area_code,
            or_(
                Talk.state == "due",
                (Talk.state == "drafted") & (Notice.state.in_(("draft", "withdrawn"))),
            ),
        )
        .order_by(Talk.id)
        .limit(1)
        .with_for_update(of=Talk)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def _name_in_draft(session: Session, talk: Talk) -> None:
    """A draft that is there already is about the new findings too."""
    if talk.notice_id is None:
        return
    named = select(NoticeFinding.finding_id).where(NoticeFinding.notice_id == talk.notice_id)
    known = set(session.scalars(named))
    wanted = [finding.id for finding in findings_of(session, measures_of(session, talk))]
    rows = [{"notice_id": talk.notice_id, "finding_id": one} for one in wanted if one not in known]
    if rows:
        session.execute(insert(NoticeFinding), rows)
