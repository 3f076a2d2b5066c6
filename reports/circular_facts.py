"""The facts a 通报 is drawn from: plain frozen values that survive a round trip through JSON.

Everything the paper says is computed from these values alone, so a stored snapshot always
gives the same paper. Rates are fractions of `tested` unless said (0.7857), never percents;
None means "no denominator" or "not applicable" and is printed as —. Dates are ISO strings.
"""

from dataclasses import dataclass

from reports.paper_facts import RoundFacts


@dataclass(frozen=True)
class FigureRow:
    """One row of annex 1: an area, or the total. The six class counts are exclusive."""

    name: str
    lines: int
    tested: int
    passed: int
    unreachable: int
    wrong_number: int
    slow: int
    irregular: int
    slow_irregular: int
    void: int = 0
    untested: int = 0
    rank: int | None = None  # None: fewer than five lines tested, or the total
    first_dial_connect_rate: float | None = None
    connect_rate: float | None = None
    timely_rate: float | None = None
    valid_rate: float | None = None
    handling_rate: float | None = None  # of lines that were answered at all (codes 11, 14, 15)
    handling_n: int = 0  # the denominator of handling_rate
    pass_rate: float | None = None
    pass_rate_low: float | None = None  # 95 % Wilson interval
    pass_rate_high: float | None = None
    change_points: float | None = None  # percentage points of pass_rate: -3.1 is −3.10个百分点
    change_n: int = 0  # lines tested in both rounds, the base of change_points
    mean_score: float | None = None


@dataclass(frozen=True)
class LineRow:
    """One row of annex 2: a line and what its check came to."""

    number: str
    unit: str
    area: str
    class_key: str | None  # PASS … UNREACHABLE, VOID; None is untested
    class_label: str
    outcome: str | None = None  # the decisive call's outcome in Chinese
    score: float | None = None
    attempts: int | None = None
    ring_s: float | None = None
    first_connected: bool | None = None  # None: nothing but void dials
    reasons: tuple[str, ...] = ()
    repeated: bool = False  # failed in the previous round too: starred
    set_aside: str | None = None  # why its problem is not pursued; None: it is
    called: str = ""  # the unit as the text names it; empty: its area and its name


@dataclass(frozen=True)
class AgainRow:
    """One row of annex 3: a line that failed in the previous round, and what became of it."""

    number: str
    unit: str
    area: str
    before_label: str
    before_score: float | None
    now_key: str | None = None  # None: not in this round, or not tested in it
    now_label: str | None = None  # None: not in this round
    now_score: float | None = None
    recheck: str | None = None  # what the last re-check call came to; None: none was made
    progress: str | None = None  # 已销号, 整改中 …; None: no rectification was asked for


@dataclass(frozen=True)
class Completion:
    """整改完成率 of the previous round: asked for, due by now, closed in time."""

    asked: int
    closed: int
    due: int
    on_time: int


@dataclass(frozen=True)
class OutcomeCount:
    """How many tested lines ended with this outcome (decisive calls, one a line)."""

    outcome: str
    n: int


@dataclass(frozen=True, kw_only=True)
class Circular(RoundFacts):
    """A 季度通报 or 月度通报 as issued, or as a draft."""

    level: str  # "province" or "city"
    window_start: str
    window_end: str
    addressees: str  # without the closing colon
    basis: str  # what the check was made on, without a full stop
    retry_rule: str  # in words, without a full stop
    duty_hours: str
    slow_ring_s: float
    remind_below: int  # a pass under so many points is 基本合格
    timely_ring_s: float  # the standard's, by which timely_rate is counted
    total: FigureRow
    areas: tuple[FigureRow, ...]
    lines: tuple[LineRow, ...]
    outcomes: tuple[OutcomeCount, ...]
    deadline: str  # 自本通报印发之日起5个工作日内（号码失效错误的2个工作日内）
    previous_code: str | None = None  # None: no closed round of this level and area before
    again: tuple[AgainRow, ...] = ()
    apart: tuple[LineRow, ...] = ()  # tested only because they failed before: in no figure
    completion: Completion | None = None  # None: nothing was asked for in the previous round
    as_is_reason: str | None = None  # the round was closed although the retry rule was unmet
    best: tuple[str, ...] = ()  # the areas to praise, with their rates
    worst: tuple[str, ...] = ()  # the areas to criticise, likewise
    talks: tuple[str, ...] = ()  # who is to be called to a 约谈, and why, one a sentence
