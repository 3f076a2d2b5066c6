"""What the wording of the other letters may say, and their tables."""

from dataclasses import dataclass

from reports.correction_facts import Correction
from reports.document import Grid
from reports.overdue_facts import Overdue
from reports.periods import date_words
from reports.rectification_words import round_title
from reports.tables import Cell, Column, Table, rounded
from reports.talk_facts import Failure, NoShow, TalkNotice, TalkRecord

FAILURES = (
    Column("序号", "rank", 7),
    Column("监督电话", "text", 15),
    Column("期次", "text", 16),
    Column("拨测时间", "text", 18),
    Column("类别", "text", 13),
    Column("得分", "score", 8),
    Column("依据", "text", 34),
)
PROMISES = (
    Column("序号", "rank", 6),
    Column("整改措施", "text", 40),
    Column("完成时限", "text", 18),
    Column("责任人", "text", 12),
)
CHANGES = (Column("项目", "text", 20), Column("原文书", "text", 28), Column("更正后", "text", 28))
OVERDUE = (
    Column("序号", "rank", 7),
    Column("监督电话", "text", 19),
    Column("整改事项", "text", 24),
    Column("依据文书", "text", 19),
    Column("截止日", "text", 19),
    Column("逾期工作日", "count", 12),
    Column("目前状态", "text", 11),
)


@dataclass(frozen=True)
class RoundWords:
    """The names a template may use beside those of the facts."""

    round_title: str


@dataclass(frozen=True)
class OverdueWords:
    """The names a template may use beside those of the facts."""

    round_title: str
    most_late: int


def of_round(facts: TalkNotice | TalkRecord | NoShow | Correction) -> RoundWords:
    return RoundWords(round_title(facts.area, facts.period))


def of_overdue(facts: Overdue) -> OverdueWords:
    late = max((item.working_days_late for item in facts.items), default=0)
    return OverdueWords(round_title(facts.area, facts.period), late)


def failures(facts: TalkNotice) -> tuple[Table, ...]:
    """The annex of findings; none where no line is concerned."""
    if not facts.failures:
        return ()
    return (
        Table(
            label="附件",
            title="监督电话抽查不合格情况",
            scope=f"{facts.unit}　n={len(facts.failures)}",
            columns=FAILURES,
            rows=_failure_rows(facts.failures),
            definitions=(
                "每行为一条监督电话在一轮抽查中的结果，以该轮结束时的认定为准。拨测时间：据以判定的"
                "那次拨测的开始时间。得分：满分100分，打不通和号码失效错误为0分。",
            ),
            wide=False,
        ),
    )


def read_out(facts: TalkRecord) -> dict[str, Grid]:
    """`failures`: what was read out; `promises`: what was promised."""
    promised = tuple(
        (i, promise.what, date_words(promise.due_on), promise.person)
        for i, promise in enumerate(facts.promises, 1)
    )
    return {
        "failures": Grid(FAILURES, _failure_rows(facts.failures)),
        "promises": Grid(PROMISES, promised),
    }


def changes(facts: Correction) -> dict[str, Grid]:
    """`changes`: the finding, old and new; `figures`: those of the 通报 that have changed."""
    rows: tuple[tuple[Cell, ...], ...] = (
        ("类别", facts.old_label, facts.new_label),
        ("认定", "不合格", "撤销" if facts.outcome == "revoked" else "不合格"),
        ("得分", _score(facts.old_score), _score(facts.new_score)),
    )
    figures = tuple((one.name, one.old, one.new) for one in facts.figures)
    return {"changes": Grid(CHANGES, rows), "figures": Grid(CHANGES, figures)}


def overdue(facts: Overdue) -> dict[str, Grid]:
    """`items`: what is overdue, the longest first."""
    items = sorted(facts.items, key=lambda item: -item.working_days_late)
    rows = tuple(
        (
            i,
            item.line or None,
            item.what,
            item.number,
            f"{date_words(item.due_on)}{'（已延期）' if item.extended else ''}",
            item.working_days_late,
            item.state,
        )
        for i, item in enumerate(items, 1)
    )
    return {"items": Grid(OVERDUE, rows)}


def _failure_rows(found: tuple[Failure, ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            i,
            one.number,
            one.period,
            one.dialled_at or None,
            one.class_label,
            one.score,
            "；".join(one.reasons) or None,
        )
        for i, one in enumerate(found, 1)
    )


def _score(score: float | None) -> str:
    return "—" if score is None else f"{rounded(score, 1)}分"
