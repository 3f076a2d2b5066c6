"""Where a title is turned over: by its sense, in the shape of a trapezium or a diamond (§7.3.1)."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from math import ceil, inf

from reports.line_units import CLOSING, OPENING, unit_ends

WORDS = """
饮水安全 监督电话 监督 电话 农村 供水 水利局 水利厅 水务局 水务厅 人民政府
建设和交通管理局 管理局 管委会 办公室 管理处 开发区 新区 总站 总队 中心 服务站
情况 未按要求 按要求 要求 参加 抽查周报 抽查月报 抽查 抽测 检查 复查 测试 暗访 结果 明细表
汇总表 统计表 名单 附表 通报 通知书 通知 通告 记录 纪要 整改 约谈 督办 更正
限期 逾期 未报送 问题 责任 单位 有关 工作 落实 报送 加强 开展 进一步 规范
受理 接听 接转 全省 全市 全县 季度 月份 上半年 下半年 年度 拨测 电话号码
号码 公布 失效 错误
"""
"""Words of such titles that are never parted."""
_DATE = r"[0-9]{4}年(?:第[一二三四]季度|[0-9]{1,2}月份?|度)?"
_KNOWN = sorted(re.findall(r"\S+", WORDS), key=lambda word: (-len(word), word))
_WORD = re.compile("|".join([_DATE, *_KNOWN]))
_JOINING = "和与及或"  # better turned over before than after
_BOUND = "的等了之"  # never first on a line
_LEADING = ("关于", "对于", "对", "将", "第", "为", "向", "由")  # never last on a line
_ORGANS = ("水利", "水务", "人民政府", "建设和交通")  # of the place named before them
_PLACES = "省市县区乡镇村局厅站处部委"
NEVER, POOR, FAIR = 60.0, 6.0, 2.0
ALIKE = 0.06  # of the measure; lines of so little difference make a rectangle
FEW, MANY = 4, 12  # lines: beyond, their shape does not count; beyond, nothing but their width


def turned(text: str, width_of: Callable[[str], float], measure: float) -> list[str]:
    """The lines of a title; line ends in the text are kept, longer parts are turned over.

    Line ends that make a rectangle are moved where the sense allows it.
    """
    parts = [part.strip() for part in text.split("\n")]
    made = [line for part in parts for line in _turned(part, width_of, measure)]
    if len(parts) > 1 and _alike(made, width_of, measure):
        other = _turned("".join(parts), width_of, measure)
        return made if _alike(other, width_of, measure) else other
    return made


def _alike(lines: list[str], width_of: Callable[[str], float], measure: float) -> bool:
    widths = [width_of(line) for line in lines]
    return any(abs(a - b) < ALIKE * measure for a, b in pairwise(widths))


def _turned(text: str, width_of: Callable[[str], float], measure: float) -> list[str]:
    total = width_of(text)
    if total <= measure:
        return [text]
    ends = _ends(text)
    at = list(accumulate((width_of(text[a:b]) for a, b in pairwise([0, *ends])), initial=0.0))
    least = ceil(total / measure - 1e-9)
    best: tuple[float, list[int]] = (inf, [])
    for count in (least, least + 1):
        if count <= MANY:
            best = min(best, _best(text, tuple(ends), tuple(at), count, measure))
    lines = best[1] or _filled(at, measure)
    cuts = [0, *(ends[i - 1] for i in lines)]
    return [text[a:b].strip() for a, b in pairwise(cuts)]


def _ends(text: str) -> list[int]:
    """Where units end; one wider than any line is left to its characters."""
    made: list[int] = []
    start = 0
    for end in unit_ends(text):
        made += range(start + 8, end - 7, 8) if end - start > 16 else ()
        made.append(end)
        start = end
    return made


def _best(
    text: str, ends: tuple[int, ...], at: tuple[float, ...], count: int, measure: float
) -> tuple[float, list[int]]:
    """The cheapest way to make so many lines: (cost, the units each line ends after)."""
    last, mean = len(ends), at[-1] / count
    shaped = count <= FEW

    @cache
    def rest(start: int, line: int, before: int) -> tuple[float, tuple[int, ...]]:
        """`before`: the width of the line above in hundredths of the measure."""
        if line == count - 1:
            width = at[last] - at[start]
            if width > measure or start == last:
                return inf, ()
            return _shape(width, before, line, count, mean, measure), (last,)
        found: tuple[float, tuple[int, ...]] = (inf, ())
        for end in range(start + 1, last):
            width = at[end] - at[start]
            if width > measure:
                break
            cost = _shape(width, before, line, count, mean, measure) + _break(text, ends[end - 1])
            if cost >= found[0]:
                continue
            more, lines = rest(end, line + 1, round(100 * width / measure) if shaped else 0)
            found = min(found, (cost + more, (end, *lines)))
        return found

    cost, lines = rest(0, 0, 0)
    return cost + 4.0 * count, list(lines)


def _shape(width: float, above: int, line: int, count: int, mean: float, measure: float) -> float:
    """Lines near the mean, none short, and no two alike, so that they make no rectangle."""
    cost = 30 * ((width - mean) / measure) ** 2
    if width < 0.25 * measure:
        cost += POOR
    wider = 100 * width / measure - above
    if line and above and abs(wider) < 100 * ALIKE:
        cost += POOR
    if count > 2 and line == count - 1 and above and wider > 0:
        cost += FAIR
    return cost


@lru_cache(maxsize=4096)
def _inside(text: str) -> frozenset[int]:
    """Places inside a known word."""
    return frozenset(
        i for match in _WORD.finditer(text) for i in range(match.start() + 1, match.end())
    )


@lru_cache(maxsize=4096)
def _edges(text: str) -> frozenset[int]:
    return frozenset(i for match in _WORD.finditer(text) for i in match.span())


def _break(text: str, at: int) -> float:
    """What it costs the sense to turn over here."""
    before, after = text[:at], text[at:]
    if at in _inside(text) or after[0] in _BOUND or before.endswith(_LEADING):
        return NEVER
    if before[-1] in OPENING or after[0] in CLOSING:
        return NEVER
    if before[-1] in _JOINING:
        return POOR
    if after[0] in _JOINING or before[-1] in CLOSING or after[0] in OPENING:
        return 0.0
    if before[-1] in _PLACES and after.startswith(_ORGANS):
        return POOR
    if before[-1] in _PLACES and after[0] not in _PLACES:
        return 0.5
    edges = (at in _edges(text)) + (before[-1] == "的")
    return FAIR / 2 if edges else POOR


def _filled(at: list[float], measure: float) -> list[int]:
    """Each line as full as it can be."""
    made, start = [], 0
    for i in range(1, len(at)):
        if at[i] - at[start] > measure and i - 1 > start:
            made.append(i - 1)
            start = i - 1
    return [*made, len(at) - 1]
