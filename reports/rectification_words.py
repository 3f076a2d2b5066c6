"""What the wording of a 整改通知书 may say, and its tables of calls."""

from dataclasses import dataclass

from reports.document import Grid
from reports.periods import date_words, period_words
from reports.rectification_facts import EvidenceCall, LineFinding, RectificationNotice
from reports.tables import Column

FOUND = (
    Column("序号", "rank", 6),
    Column("监督电话", "text", 17),
    Column("类别", "text", 15),
    Column("得分", "score", 8),
    Column("整改时限", "text", 26),
)
CALLS = (
    Column("拨打时间", "text", 17),
    Column("第几次", "rank", 7),
    Column("结果", "text", 17),
    Column("振铃(秒)", "seconds", 9),
    Column("接听人", "text", 12),
    Column("备注", "text", 24),
)


@dataclass(frozen=True)
class RectificationWords:
    """The names a template may use beside those of the facts."""

    round_title: str
    repeated: int


def words(facts: RectificationNotice) -> RectificationWords:
    return RectificationWords(
        round_title=round_title(facts.area, facts.period),
        repeated=sum(finding.repeated for finding in facts.findings),
    )


def round_title(area: str, period: str) -> str:
    """河北省2026年第四季度饮水安全监督电话抽查."""
    return f"{area}{period_words(period)}饮水安全监督电话抽查"


def grids(facts: RectificationNotice) -> dict[str, Grid]:
    """`found`: the lines one a row; `calls_1`, `calls_2` …: the calls of each."""
    numbered = tuple(enumerate(facts.findings, 1))
    days = {label: term.working_days for term in facts.terms for label in term.classes}
    rows = tuple(_found(i, finding, days[finding.class_label]) for i, finding in numbered)
    made = {"found": Grid(FOUND, rows)}
    for i, finding in numbered:
        made[f"calls_{i}"] = Grid(CALLS, tuple(_call(call) for call in finding.calls))
    return made


def _found(i: int, finding: LineFinding, days: int) -> tuple[int, str, str, float | None, str]:
    until = f"（{date_words(finding.due)}前）" if finding.due else ""
    number = f"{finding.number}{'★' if finding.repeated else ''}"
    return (i, number, finding.class_label, finding.score, f"{days}个工作日{until}")


def _call(call: EvidenceCall) -> tuple[str | int | float | None, ...]:
    star = "★" if call.decisive else ""
    return (
        f"{call.time}{star}",
        call.attempt,
        f"{call.outcome}（值班时间外）" if call.off_duty else call.outcome,
        call.ring_s,
        call.answered_by,
        call.note,
    )
