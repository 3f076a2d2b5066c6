"""周报 and 月报: an office's figures of a period, as plain values, and the paper made of them."""

from dataclasses import dataclass, fields

from reports.document import Document, Grid
from reports.tables import Column
from reports.wording import render
from reports.wording_syntax import Source

FIGURES = (Column("指标", "text", 24), Column("数量", "text", 20), Column("统计口径", "text", 56))
ROUNDS = (
    Column("抽查", "text", 26),
    Column("线路数", "count", 9),
    Column("抽查数", "count", 9),
    Column("合格", "count", 9),
    Column("合格率", "text", 22),
)
OPEN = (
    Column("抽查", "text", 26),
    Column("截止", "text", 18),
    Column("线路数", "count", 9),
    Column("已拨测", "count", 9),
    Column("已测完", "count", 9),
    Column("已复核", "count", 9),
)
LATE = (
    Column("责任单位", "text", 32),
    Column("事项", "text", 32),
    Column("期限", "text", 19),
    Column("逾期工作日数", "count", 17),
)


@dataclass(frozen=True)
class Figure:
    """A figure in words with its n, and how it is counted. `n`: the count; None for a rate."""

    name: str
    value: str
    definition: str
    n: int | None = None


@dataclass(frozen=True)
class Problems:
    """The ledger of problems. `completion`: 78.57%（154/196）; empty where nothing is due yet."""

    total: int
    closed: int
    open: int
    overdue: int
    completion: str


@dataclass(frozen=True)
class ClosedRound:
    """`rate`: 78.57%（154/196）. `again`: lines tested since they failed before, counted apart."""

    name: str
    lines: int
    tested: int
    passed: int
    rate: str
    again: int = 0


@dataclass(frozen=True)
class OpenRound:
    """How far a round has come."""

    name: str
    until: str
    lines: int
    dialled: int
    closable: int
    reviewed: int


@dataclass(frozen=True)
class Late:
    """What is overdue."""

    unit: str
    what: str
    due: str
    working_days: int


@dataclass(frozen=True)
class Bulletin:
    """`deeds`: what was done in the period; `standing`: how things stood at `as_of`.

    `scope`: whose rounds it is about.
    """

    kind_name: str  # 周报
    issue: str  # 2026年第47期
    area: str
    span: str
    as_of: str
    issuer: str
    letterhead: str
    day: str  # ISO, of drawing
    scope: str
    deeds: tuple[Figure, ...]
    standing: tuple[Figure, ...]
    problems: Problems
    closed: tuple[ClosedRound, ...]
    open: tuple[OpenRound, ...]
    late: tuple[Late, ...]
    late_more: int = 0


NAMES = frozenset(one.name for one in fields(Bulletin))
TITLE_NAMES = frozenset({"area", "kind_name", "span"})


def document(source: Source, facts: Bulletin) -> Document:
    """The paper in letter form, without a seal. Raises WordingError."""
    values = {name: getattr(facts, name) for name in NAMES}
    said = render(source, values, _grids(facts), {})
    return Document(
        kind="bulletin",
        form="letter",
        letterhead=facts.letterhead,
        number=facts.issue,
        title=said.fields["title"],
        addressee=said.fields["addressee"],
        body=tuple(said.body),
        signature=said.fields["signature"],
        date=facts.day,
        day=facts.day,
        author=facts.issuer,
        sealed=False,
        note=said.fields["note"],
    )


def _grids(facts: Bulletin) -> dict[str, Grid]:
    return {
        "deeds": Grid(FIGURES, tuple((f.name, f.value, f.definition) for f in facts.deeds)),
        "standing": Grid(FIGURES, tuple((f.name, f.value, f.definition) for f in facts.standing)),
        "closed": Grid(
            ROUNDS, tuple((r.name, r.lines, r.tested, r.passed, r.rate) for r in facts.closed)
        ),
        "open": Grid(
            OPEN,
            tuple(
                (r.name, r.until, r.lines, r.dialled, r.closable, r.reviewed) for r in facts.open
            ),
        ),
        "late": Grid(
            LATE, tuple((one.unit, one.what, one.due, one.working_days) for one in facts.late)
        ),
    }
