"""The ledgers as tables for Excel: the rows and figures of the page, from the same queries."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from hotline import words
from hotline.clock import local
from hotline.ladder.rectification_figures import DEFINITION, OVERDUE_DEFINITION
from hotline.ledgers import ledger_notices, ledger_problems, ledger_talks
from hotline.ledgers.ledger_notices import ListedNotice
from hotline.ledgers.ledger_problems import Problem, Summary
from hotline.ledgers.ledger_talks import ListedTalk
from hotline.rights import Actor
from hotline.settings import Settings
from reports.periods import period_words
from reports.tables import Cell, Column, Table

_ALL = 1_000_000


def problems(
    session: Session,
    actor: Actor,
    sought: ledger_problems.Sought,
    *,
    settings: Settings,
    now: datetime,
) -> Table:
    """Every problem that is sought, with the counts and the rate that the page shows."""
    found = ledger_problems.find(session, actor, sought, settings=settings, now=now, size=_ALL)
    counted = ledger_problems.summary(session, actor, sought, now=now)
    return Table(
        label="问题台账",
        title="问题台账",
        scope=f"截至{_moment(now)}  共{found.total}条  {_figures(counted)}",
        columns=(
            Column("号码", "text", 16),
            Column("责任单位", "text", 22),
            Column("行政区", "text", 12),
            Column("类别", "text", 12),
            Column("上期也不合格", "text", 8),
            Column("抽查", "text", 22),
            Column("文号", "text", 20),
            Column("整改事项", "text", 34),
            Column("责任人", "text", 10),
            Column("期限", "text", 12),
            Column("期限暂定", "text", 8),
            Column("状态", "text", 10),
            Column("逾期", "text", 6),
            Column("退回次数", "count", 8),
            Column("最近一步", "text", 16),
            Column("最近时间", "text", 16),
        ),
        rows=tuple(_problem(one) for one in found.rows),
        definitions=(_figures(counted), str(DEFINITION), str(OVERDUE_DEFINITION)),
    )


def notices(
    session: Session,
    actor: Actor,
    sought: ledger_notices.Sought,
    *,
    settings: Settings,
    now: datetime,
) -> Table:
    """Every paper that is sought; how it was delivered only for those who deliver."""
    found = ledger_notices.find(session, actor, sought, settings=settings, now=now, size=_ALL)
    office = actor.sees_groups
    columns = [
        Column("种类", "text", 12),
        Column("标题", "text", 46),
        Column("文号", "text", 20),
        Column("责任单位", "text", 22),
        Column("行政区", "text", 12),
        Column("抽查", "text", 22),
        Column("状态", "text", 8),
        Column("签发时间", "text", 16),
        Column("签收时间", "text", 16),
    ]
    if office:
        columns += [
            Column("已签收单位数", "count", 9),
            Column("邮件", "text", 10),
            Column("查看次数", "count", 8),
        ]
    return Table(
        label="文书台账",
        title="文书台账",
        scope=f"截至{_moment(now)}  共{found.total}份",
        columns=tuple(columns),
        rows=tuple(_notice(one, office) for one in found.rows),
        definitions=(),
    )


def talks(session: Session, actor: Actor, sought: ledger_talks.Sought, *, now: datetime) -> Table:
    """Every talk that is sought, with its triggers in words."""
    found = ledger_talks.find(session, actor, sought, now=now, size=_ALL)
    return Table(
        label="约谈台账",
        title="约谈台账",
        scope=f"截至{_moment(now)}  共{found.total}次",
        columns=(
            Column("对象", "text", 22),
            Column("行政区", "text", 12),
            Column("抽查", "text", 22),
            Column("触发情形", "text", 40),
            Column("状态", "text", 10),
            Column("约谈时间", "text", 16),
            Column("地点", "text", 24),
            Column("承诺事项", "count", 8),
            Column("已销号", "count", 8),
            Column("报告期限", "text", 12),
            Column("报告逾期", "text", 8),
            Column("报告时间", "text", 16),
        ),
        rows=tuple(_talk(one) for one in found.rows),
        definitions=(),
    )


def _problem(one: Problem) -> tuple[Cell, ...]:
    return (
        one.number or "",
        one.unit,
        one.area,
        str(words.klass(one.klass)) if one.klass else "约谈承诺",
        _yes(one.repeated),
        f"{one.round_area}{period_words(one.period)}",
        one.notice_number or "",
        one.what or "",
        one.owner or "",
        _day(one.due_on),
        _yes(one.provisional),
        str(ledger_problems.STATES[one.state]),
        _yes(one.overdue),
        one.returns,
        str(words.RECTIFICATION_STEP[one.step]) if one.step else "",
        _moment(one.step_at),
    )


def _notice(one: ListedNotice, office: bool) -> tuple[Cell, ...]:
    row: list[Cell] = [
        str(words.NOTICE_KIND[one.kind]),
        one.title,
        one.number or "",
        one.unit or "",
        one.area,
        f"{one.round_area}{period_words(one.period)}",
        str(words.NOTICE_STATE[one.state]),
        _moment(one.issued_at),
        _moment(one.signed_at),
    ]
    if office:
        said = str(ledger_notices.DELIVERY[one.delivery]) if one.delivery else ""
        row += [one.receipts, said, one.openings]
    return tuple(row)


def _talk(one: ListedTalk) -> tuple[Cell, ...]:
    return (
        one.unit or one.area,
        one.area,
        f"{one.round_area}{period_words(one.period)}",
        _because(one),
        str(words.TALK_STATE[one.state]),
        _moment(one.held_at or one.meets_at),
        one.place,
        one.promised,
        one.kept,
        _day(one.report_due_on),
        _yes(one.overdue),
        _moment(one.reported_at),
    )


def _because(one: ListedTalk) -> str:
    said: Iterable[str] = (
        f"{trigger.number or ''} {words.reason(trigger.reason)}".strip() for trigger in one.triggers
    )
    return "；".join(dict.fromkeys(said))


def _figures(counted: Summary) -> str:
    done = counted.completion
    rate = words.percent(done.rate)
    return (
        f"未销号{counted.open}条，其中逾期{counted.overdue}条；"
        f"整改完成率{rate}（{done.in_time}/{done.due}）"
    )


def _yes(said: bool) -> str:
    return "是" if said else ""


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{local(at):%Y-%m-%d %H:%M}"
