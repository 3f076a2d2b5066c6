"""The figures of a 周报 or 月报: the ledgers', and what was done between two moments."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline import rights
from hotline.clock import Period, at, local
from hotline.errors import Text
from hotline.inspection import figures, rounds
from hotline.ladder.rectification_figures import DEFINITION, OVERDUE_DEFINITION
from hotline.ledgers import ledger_problems, ledger_talks
from hotline.ledgers.ledger_problems import Sought
from hotline.models.inspection import Call, Check, Round
from hotline.models.loop import Appeal, Rectification, Talk
from hotline.models.papers import Notice
from hotline.models.registry import Area
from hotline.rights import Actor
from hotline.rules.chasing import working_days_to
from hotline.settings import Settings
from reports import bulletin
from reports.bulletin import Bulletin, Figure
from reports.periods import date_words, period_words, window_words
from reports.wording_syntax import rate_words

SHOWN = 30


@dataclass(frozen=True)
class Span:
    """A week (`2026-W47`) or a month (`2026-11`); `first` and `last` are its days."""

    kind: str
    period: str
    first: date
    last: date

    @classmethod
    def parse(cls, period: str) -> "Span":
        if "-W" in period:
            year, _, week = period.partition("-W")
            first = date.fromisocalendar(int(year), int(week), 1)
            return cls("week", period, first, first + timedelta(days=6))
        month = Period.parse(period)
        return cls("month", period, month.first, month.last)

    @property
    def kind_name(self) -> str:
        return "周报" if self.kind == "week" else "月报"

    @property
    def issue(self) -> str:
        year, _, serial = self.period.replace("W", "").partition("-")
        return f"{year}年第{int(serial)}期"

    @property
    def words(self) -> str:
        return window_words(self.first.isoformat(), self.last.isoformat())

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From its first moment up to, not including, the second."""
        return at(self.first, time()), at(self.last + timedelta(days=1), time())


def office(area: Area) -> Actor:
    """Whose bulletin it is: whatever the office's administrators may know."""
    role = "province_admin" if area.level == "province" else "city_admin"
    return Actor("bulletins", role, area.code)


def facts(
    session: Session, area: Area, span: Span, *, settings: Settings, now: datetime
) -> Bulletin:
    """What the office of an area did in that span, and how its ledgers stand now."""
    actor, today = office(area), local(now)
    level = "province" if area.level == "province" else "city"
    issuer = settings.issuer(area.code, area.name, level)
    overdue = Sought(own=True, flag=ledger_problems.OVERDUE)
    late = ledger_problems.find(session, actor, overdue, settings=settings, now=now, size=SHOWN)
    return Bulletin(
        kind_name=span.kind_name,
        issue=span.issue,
        area=area.name,
        span=span.words,
        as_of=f"{date_words(today.date().isoformat())}{today:%H:%M}",
        issuer=issuer,
        letterhead=settings.papers.letterheads.get(area.code, issuer),
        day=today.date().isoformat(),
        deeds=_deeds(session, actor, span),
        standing=_standing(session, actor, now),
        closed=_closed(session, actor, span, settings),
        open=tuple(
            bulletin.OpenRound(
                name=f"{one.round.area.name}{period_words(one.round.period)}",
                until=date_words(one.round.ends_on.isoformat()),
                lines=one.lines,
                dialled=one.dialled,
                closable=one.closable,
                reviewed=one.reviewed,
            )
            for one in rounds.progress(session, actor, only_open=True)
        ),
        late=tuple(
            bulletin.Late(
                unit=one.unit,
                what=" ".join((one.number or one.what or "").split())[:60],
                due=date_words(one.due_on.isoformat()),
                working_days=-working_days_to(today.date(), one.due_on, settings.working_days),
            )
            for one in late.rows
            if one.due_on is not None
        ),
        late_more=max(0, late.total - SHOWN),
    )


def _deeds(session: Session, actor: Actor, span: Span) -> tuple[Figure, ...]:
    own, (since, until) = rights.managed_rounds(actor), span.moments

    def count(table: Any, moment: Any, *joins: Any, **more: Any) -> int:
        query = select(func.count()).select_from(table)
        for join in joins:
            query = query.join(*join)
        query = query.where(own, moment >= since, moment < until, *more.get("also", ()))
        return session.scalar(query) or 0

    of_paper = (
        (Notice, Notice.id == Rectification.notice_id),
        (Round, Round.id == Notice.round_id),
    )
    of_appeal = ((Notice, Notice.id == Appeal.notice_id), (Round, Round.id == Notice.round_id))
    to_round = ((Round, Round.id == Notice.round_id),)
    kinds = {
        "签发通报": ("circular",),
        "签发整改通知书": ("rectification",),
        "签发约谈通知书": ("talk",),
    }
    issued = [
        (name, count(Notice, Notice.issued_at, *to_round, also=(Notice.kind.in_(kind),)), "份")
        for name, kind in kinds.items()
    ]
    dialled = count(
        Call,
        Call.started_at,
        (Check, Check.id == Call.check_id),
        (Round, Round.id == Check.round_id),
    )
    counted = [
        ("拨测", dialled, "次"),
        *issued,
        ("下达整改", count(Rectification, Rectification.created_at, *of_paper), "项"),
        ("报送整改情况", count(Rectification, Rectification.reported_at, *of_paper), "项"),
        ("销号", count(Rectification, Rectification.closed_at, *of_paper), "项"),
        ("收到申诉", count(Appeal, Appeal.filed_at, *of_appeal), "件"),
        ("约谈", count(Talk, Talk.held_at, (Round, Round.id == Talk.round_id)), "次"),
    ]
    how = {
        "拨测": "本期内拨出的每一次电话，含不计的和复查的。",
        "报送整改情况": "最近一次报送在本期内的整改项数。",
        "约谈": "本期内举行的约谈次数，未到会的不计。",
    }
    return tuple(
        Figure(name, f"{n}{unit}", how.get(name, f"本期内{name}的数量。"))
        for name, n, unit in counted
    )


def _standing(session: Session, actor: Actor, now: datetime) -> tuple[Figure, ...]:
    """The numbers on top of the ledgers, as they are shown there."""
    problems = ledger_problems.summary(session, actor, Sought(own=True), now=now)
    talks = ledger_talks.state_counts(session, actor, ledger_talks.Sought(own=True), now=now)
    done = problems.completion
    return (
        Figure("问题", f"{problems.total}项", "问题台账中的全部问题，含已销号和已撤销的。"),
        Figure("未销号", f"{problems.open}项", "已下达整改、还没有销号的，含申诉中的。"),
        Figure("逾期", f"{problems.overdue}项", _without_name(OVERDUE_DEFINITION)),
        Figure("整改完成率", rate_words(done.rate, done.due), _without_name(DEFINITION)),
        Figure("整改待核", f"{problems.states['reported']}项", "已报送、等待复查或销号的。"),
        Figure("申诉待决定", f"{problems.states['held']}项", "申诉已提出、还没有决定的问题。"),
        Figure("约谈待安排", f"{talks['due']}次", "应约谈而约谈通知书尚未起草的。"),
    )


def _without_name(definition: Text) -> str:
    """What stands after `整改完成率：`, which the row begins with already."""
    return str(definition).partition("：")[2]


def _closed(
    session: Session, actor: Actor, span: Span, settings: Settings
) -> tuple[bulletin.ClosedRound, ...]:
    since, until = span.moments
    query = (
        select(Round)
        .where(
            Round.purpose == "sample",
            Round.closed_at >= since,
            Round.closed_at < until,
            rights.managed_rounds(actor),
        )
        .options(joinedload(Round.area))
        .order_by(Round.level.desc(), Round.area_code, Round.period)
    )
    made = []
    for found in session.scalars(query):
        total = figures.of_round(session, actor, found, settings=settings).total
        made.append(
            bulletin.ClosedRound(
                name=f"{found.area.name}{period_words(found.period)}",
                lines=total.lines,
                tested=total.tested,
                passed=total.passed,
                rate=rate_words(total.pass_rate, total.tested),
            )
        )
    return tuple(made)
