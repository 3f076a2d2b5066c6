"""The figures of a 周报 or 月报: the ledgers', and what was done between two moments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hotline import rights, words
from hotline.clock import Period, at, local
from hotline.errors import Text
from hotline.inspection import figures, rounds
from hotline.ladder.rectification_figures import DEFINITION, OVERDUE_DEFINITION
from hotline.ledgers import ledger_problems, ledger_talks
from hotline.ledgers.ledger_problems import Problem, Sought, Summary
from hotline.models.inspection import Call, Check, Round
from hotline.models.loop import Appeal, Rectification, Talk
from hotline.models.papers import Notice
from hotline.models.registry import Area, Unit
from hotline.papers.paper_words import city_of, full_name
from hotline.rights import Actor, Condition
from hotline.rules.chasing import working_days_to
from hotline.settings import Settings
from reports import bulletin
from reports.bulletin import Bulletin, Figure
from reports.periods import date_words, period_words, window_words
from reports.wording_syntax import rate_words, share_words

SHOWN = 30
_NAMED_KINDS = ("circular", "rectification", "talk")


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
        """2026年10月, 2026年11月16日至22日: what is the same of both days is said once."""
        if self.kind == "month":
            return period_words(self.period)
        said = window_words(self.first.isoformat(), self.last.isoformat())
        begin, _, end = said.partition("至")
        same = self.first.month == self.last.month
        return f"{begin}至{end.partition('月')[2]}" if same else said

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
    """What the office of an area did in that span, and how its ledgers stand now.

    Its open rounds are those that were open when the span ended, as far as they have come now.
    """
    actor, today = office(area), local(now)
    level = "province" if area.level == "province" else "city"
    issuer = settings.issuer(area.code, area.name, level)
    overdue = Sought(own=True, flag=ledger_problems.OVERDUE)
    late = ledger_problems.find(session, actor, overdue, settings=settings, now=now, size=SHOWN)
    named = _unit_names(session, late.rows, in_full=area.level == "province")
    problems = ledger_problems.summary(session, actor, Sought(own=True), now=now)
    return Bulletin(
        kind_name=span.kind_name,
        issue=span.issue,
        area=area.name,
        span=span.words,
        as_of=f"{date_words(today.date().isoformat())}{today.hour}时{today:%M}分",
        issuer=issuer,
        letterhead=settings.papers.letterheads.get(area.code, issuer),
        day=today.date().isoformat(),
        scope=f"{area.name}{'各级' if level == 'province' else '本级'}",
        deeds=_deeds(session, actor, span),
        standing=_standing(session, actor, problems, now),
        problems=bulletin.Problems(
            total=problems.total,
            closed=problems.states["closed"],
            open=problems.open,
            overdue=problems.overdue,
            completion=rate_words(problems.completion.rate, problems.completion.due)
            if problems.completion.due
            else "",
        ),
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
            for one in rounds.progress(session, actor, open_before=span.moments[1])
            if rights.manages(actor, one.round.level, one.round.area_code)
        ),
        late=tuple(
            bulletin.Late(
                unit=named[one.unit_id],
                what=_what(one),
                due=date_words(one.due_on.isoformat()),
                working_days=-working_days_to(today.date(), one.due_on, settings.working_days),
            )
            for one in late.rows
            if one.due_on is not None
        ),
        late_more=max(0, late.total - SHOWN),
    )


def _unit_names(session: Session, late: Sequence[Problem], *, in_full: bool) -> Mapping[int, str]:
    """Units as papers call them; `in_full`: with their cities, for units may share a name."""
    query = select(Unit).where(Unit.id.in_({one.unit_id for one in late}))
    return {
        unit.id: full_name(
            unit.name, unit.area.name, city_of(session, unit.area) if in_full else ""
        )
        for unit in session.scalars(query.options(joinedload(Unit.area)))
    }


def _what(one: Problem) -> str:
    """The line and its class, or what was promised in a talk."""
    if one.number is None:
        return " ".join((one.what or "").split())[:60]
    return f"{one.number} {words.klass(one.klass)}" if one.klass else one.number


def _deeds(session: Session, actor: Actor, span: Span) -> tuple[Figure, ...]:
    own, (since, until) = rights.managed_rounds(actor), span.moments

    def count(table: Any, moment: Any, *joins: Any, also: tuple[Condition, ...] = ()) -> int:
        query = select(func.count()).select_from(table)
        for join in joins:
            query = query.join(*join)
        return session.scalar(query.where(own, moment >= since, moment < until, *also)) or 0

    of_paper = (
        (Notice, Notice.id == Rectification.notice_id),
        (Round, Round.id == Notice.round_id),
    )
    of_appeal = ((Notice, Notice.id == Appeal.notice_id), (Round, Round.id == Notice.round_id))
    to_round = ((Round, Round.id == Notice.round_id),)
    to_check = ((Check, Check.id == Call.check_id), (Round, Round.id == Check.round_id))

    def issued(which: Condition) -> int:
        return count(Notice, Notice.issued_at, *to_round, also=(which,))

    by_issue = "签发日期在本期内的。"
    counted = (
        ("拨测", count(Call, Call.started_at, *to_check), "次",
         "拨打时间在本期内的每一次拨打，含不计的、复查的和双盲复测的。"),
        ("签发通报", issued(Notice.kind == "circular"), "份", by_issue),
        ("签发整改通知书", issued(Notice.kind == "rectification"), "份", by_issue),
        ("签发约谈通知书", issued(Notice.kind == "talk"), "份", by_issue),
        ("签发其他文书", issued(Notice.kind.not_in(_NAMED_KINDS)), "份",
         "督办通知、更正通知、缺席通报和约谈记录，签发日期在本期内的。"),
        ("下达整改", count(Rectification, Rectification.created_at, *of_paper), "项",
         "下达日期在本期内的，含约谈中承诺的事项。"),
        ("报送整改情况", count(Rectification, Rectification.reported_at, *of_paper), "项",
         "最近一次报送在本期内的。"),
        ("销号", count(Rectification, Rectification.closed_at, *of_paper), "项",
         "销号日期在本期内的。"),
        ("收到申诉", count(Appeal, Appeal.filed_at, *of_appeal), "件", "提出日期在本期内的。"),
        ("约谈", count(Talk, Talk.held_at, (Round, Round.id == Talk.round_id)), "次",
         "举行日期在本期内的，未到会的不计。"),
    )  # fmt: skip
    return tuple(Figure(name, f"{n}{unit}", how, n) for name, n, unit, how in counted)


def _standing(
    session: Session, actor: Actor, problems: Summary, now: datetime
) -> tuple[Figure, ...]:
    """The numbers on top of the ledgers; those of the problems add up to their total."""
    talks = ledger_talks.state_counts(session, actor, ledger_talks.Sought(own=True), now=now)
    states, done = problems.states, problems.completion
    to_report = sum(states[state] for state in ("issued", "in_progress", "returned"))
    to_verify = states["reported"] + states["rechecking"]
    counted = (
        ("问题", problems.total, "项",
         "问题台账中的全部问题，为未销号、已销号、仅通报、待下达、不予下达和已撤销之和。"),
        ("未销号", problems.open, "项", "已下达整改、还没有销号的。"),
        ("其中：待报送", to_report, "项", "已下达、整改中和退回重报的。"),
        ("其中：待核", to_verify, "项", "已报送、等待核实的，含正在复查的。"),
        ("其中：申诉中", states["held"], "项", "申诉还没有决定的。"),
        ("已销号", states["closed"], "项", "整改经核实后销号的。"),
        ("仅通报", states["named"], "项", "写入通报而没有下达整改的。"),
        ("待下达", states["new"], "项", "已经认定、还没有写入已签发文书的。"),
        ("不予下达和已撤销", states["dropped"] + states["revoked"], "项",
         "审核时剔除的，和申诉后撤销的。"),
        ("逾期", problems.overdue, "项", _without_name(OVERDUE_DEFINITION)),
    )  # fmt: skip
    return (
        *(Figure(name, f"{n}{unit}", how, n) for name, n, unit, how in counted),
        Figure("整改完成率", rate_words(done.rate, done.due), _without_name(DEFINITION)),
        Figure("约谈待安排", f"{talks['due']}次", "应约谈、还没有起草约谈通知书的。", talks["due"]),
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
    made, of_cities = [], dict[str, list[bulletin.ClosedRound]]()
    for found in session.scalars(query):
        counted = figures.of_round(session, actor, found, settings=settings)
        total = counted.total
        one = _closed_round(
            f"{found.area.name}{period_words(found.period)}",
            (total.lines, total.tested, total.passed, counted.again.lines),
        )
        made.append(one)
        if found.level == "city":
            of_cities.setdefault(found.period, []).append(one)
    for period, rounds_ in of_cities.items():
        if len(rounds_) > 1:
            sums = [(one.lines, one.tested, one.passed, one.again) for one in rounds_]
            together = tuple(map(sum, zip(*sums, strict=True)))
            made.append(_closed_round(f"各市{period_words(period)}合计", together))
    return tuple(made)


def _closed_round(name: str, counts: tuple[int, ...]) -> bulletin.ClosedRound:
    lines, tested, passed, again = counts
    return bulletin.ClosedRound(name, lines, tested, passed, share_words(passed, tested), again)
