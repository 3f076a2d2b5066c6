"""What the wording of a 通报 may say: small values computed from its facts and nothing else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.circular_facts import Circular, LineRow, OutcomeCount
from reports.periods import window_words
from reports.tables import points

NAMED_AT_MOST = 100  # lines of one class named in the text; the rest stands in annex 2
CLASSES = (
    ("打不通", "UNREACHABLE"),
    ("号码失效错误", "WRONG_NUMBER"),
    ("仅接转不及时", "SLOW"),
    ("仅受理不规范", "IRREGULAR"),
    ("两项兼有", "SLOW_IRREGULAR"),
)
_FAILED = frozenset(key for _, key in CLASSES)


@dataclass(frozen=True)
class Part:
    """The lines of one class: how many, those named, and how many are not pursued."""

    name: str
    n: int
    names: str
    aside: int


@dataclass(frozen=True)
class Problem:
    """A heading of the running text: a union of classes, and how many lines it has."""

    n: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Moved:
    """The pass rate against the round before: `word` up, down or same; points without sign."""

    n: int
    word: str
    by: float


@dataclass(frozen=True)
class AgainCounts:
    """What became of the lines that failed before; the five parts add up to `n`."""

    n: int
    passed: int
    failed: int
    void: int
    untested: int
    absent: int

    @property
    def tested(self) -> int:
        return self.passed + self.failed


@dataclass(frozen=True)
class ApartCounts:
    """Lines that were not drawn and are tested because they failed before."""

    n: int
    passed: int
    failed: int


@dataclass(frozen=True)
class CircularWords:
    """The names a template may use beside those of the facts."""

    window: str
    failures: int
    named: int  # of them, those whose problem is pursued
    breakdown: tuple[tuple[str, int], ...]
    outcomes: tuple[OutcomeCount, ...]
    outcomes_n: int
    moved: Moved | None
    late: Problem
    irregular: Problem
    wrong: Problem
    aside: tuple[tuple[str, int], ...]
    starred: int
    repeated: int
    repeated_names: str
    barely: int
    counts_again: AgainCounts
    counts_apart: ApartCounts


def words(facts: Circular) -> CircularWords:
    """Counted from the rows of the annexes, so that text and annexes cannot differ."""
    total, failed = facts.total, failing(facts)
    named = [line for line in failed if line.set_aside is None]
    starred = [line for line in named if line.repeated]
    apart = [line for line in facts.apart if line.class_key in _FAILED]
    repeated = [*starred, *(line for line in apart if line.set_aside is None and line.repeated)]
    counts = ((name, getattr(total, key.lower())) for name, key in CLASSES)
    return CircularWords(
        window=window_words(facts.window_start, facts.window_end),
        failures=len(failed),
        named=len(named),
        breakdown=tuple((name, n) for name, n in counts if n),
        outcomes=tuple(one for one in facts.outcomes if one.n),
        outcomes_n=sum(one.n for one in facts.outcomes),
        moved=_moved(facts),
        late=_problem(failed, "UNREACHABLE", "SLOW", "SLOW_IRREGULAR"),
        irregular=_problem(failed, "IRREGULAR", "SLOW_IRREGULAR"),
        wrong=_problem(failed, "WRONG_NUMBER"),
        aside=tuple(Counter(line.set_aside for line in failed if line.set_aside).items()),
        starred=len(starred),
        repeated=len(repeated),
        repeated_names=name_lines(repeated),
        barely=sum(_barely(line, facts.remind_below) for line in facts.lines),
        counts_again=_again(facts),
        counts_apart=ApartCounts(
            n=len(facts.apart),
            passed=sum(line.class_key == "PASS" for line in facts.apart),
            failed=len(apart),
        ),
    )


def failing(facts: Circular) -> list[LineRow]:
    """The lines whose class is neither PASS nor VOID nor blank."""
    return [line for line in facts.lines if line.class_key in _FAILED]


def name_lines(lines: Sequence[LineRow]) -> str:
    """The units of some lines with their numbers, one unit once, in the order of the lines.

    Two areas may have a unit of one name, so the area goes before it.
    """
    units: dict[str, list[str]] = {}
    for line in lines[:NAMED_AT_MOST]:
        own = line.unit if line.unit.startswith(line.area) else line.area + line.unit
        units.setdefault(line.called or own, []).append(
            f"{line.number}{'★' if line.repeated else ''}"
        )
    words = "；".join(f"{unit}（{'、'.join(numbers)}）" for unit, numbers in units.items())
    return words if len(lines) <= NAMED_AT_MOST else f"{words}等，全部名单见附件2"


def _problem(failed: Iterable[LineRow], *keys: str) -> Problem:
    parts = []
    for name, key in CLASSES:
        own = [line for line in failed if line.class_key == key]
        if key in keys and own:
            named = [line for line in own if line.set_aside is None]
            parts.append(Part(name, len(own), name_lines(named), len(own) - len(named)))
    parts.sort(key=lambda part: keys.index(dict(CLASSES)[part.name]))
    return Problem(sum(part.n for part in parts), tuple(parts))


def _moved(facts: Circular) -> Moved | None:
    change, n = facts.total.change_points, facts.total.change_n
    if facts.previous_code is None or change is None or not n:
        return None
    if points(change) == "0.00":
        return Moved(n, "same", 0.0)
    return Moved(n, "down" if change < 0 else "up", abs(change))


def _barely(line: LineRow, remind_below: int) -> bool:
    return line.class_key == "PASS" and line.score is not None and line.score < remind_below


def _again(facts: Circular) -> AgainCounts:
    now = Counter(
        "absent" if row.now_label is None else row.now_key or "untested" for row in facts.again
    )
    return AgainCounts(
        n=len(facts.again),
        passed=now["PASS"],
        failed=sum(now[key] for key in _FAILED),
        void=now["VOID"],
        untested=now["untested"],
        absent=now["absent"],
    )
