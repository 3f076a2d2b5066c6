"""The annexes of a 通报 as tables, the same on paper and in Excel."""

from reports.circular_facts import Circular, FigureRow, LineRow
from reports.periods import period_words, window_words
from reports.tables import Cell, Column, Interval, Table, rounded

SUMMARY_WIDTHS = (4.2, 8.5, 5.2, 5.2, 4.6, 5.2, 6.5, 6.5, 6.5, 5, 8, 6.7, 8, 18, 7, 6.6)


def annexes(facts: Circular) -> tuple[Table, ...]:
    """附件1 (areas), 附件2 (lines) and, where lines failed in the round before, 附件3."""
    again = (rechecks(facts),) if facts.again else ()
    return (summary(facts), line_results(facts), *again)


def summary(facts: Circular) -> Table:
    """附件1: one row an area, and the total; exclusive classes, so every row adds up."""
    area = "市" if facts.level == "province" else "县（市、区）"
    heads: tuple[tuple[str, str], ...] = (
        ("排名", "rank"),
        (area, "text"),
        ("线路数", "count"),
        ("抽查数", "count"),
        ("合格", "count"),
        ("打不通", "count"),
        ("号码失效错误", "count"),
        ("仅接转不及时", "count"),
        ("仅受理不规范", "count"),
        ("两项兼有", "count"),
        ("首拨接通率", "percent"),
        ("接通率", "percent"),
        ("及时接通率", "percent"),
        ("合格率", "percent"),
        ("较上期(百分点)", "points"),
        ("平均得分", "score"),
    )
    return Table(
        label="附件1",
        title=f"{period_words(facts.period)}饮水安全监督电话抽查情况汇总表",
        scope=_scope(facts),
        columns=tuple(
            Column(head, kind, width)  # type: ignore[arg-type]
            for (head, kind), width in zip(heads, SUMMARY_WIDTHS, strict=True)
        ),
        rows=tuple(_summary_row(row, row.name) for row in facts.areas),
        total=("", *_summary_row(facts.total, "合计")[1:]),  # a total has no rank
        definitions=(
            balance_words(facts),
            "线路数＝抽查数＋因测试方原因不计＋未测试；抽查数＝合格＋打不通＋号码失效错误＋仅接转不及时"
            "＋仅受理不规范＋两项兼有，六类互不重复。各项比率的分母均为抽查数，没有抽查数的以—表示。",
            "首拨接通率：第一次有效拨打即接通的占比（占线重拨不作为首拨）。接通率：最终拨测结果为接通"
            "（有人或语音应答）的占比。及时接通率："
            f"最终拨测结果为接通并受理且振铃不超过{rounded(facts.timely_ring_s, 1)}秒的占比。",
            "合格率：合格÷抽查数，据此排名，括号内为95%置信区间（Wilson法）；抽查数不足5条的不排名，"
            "合格率相同的名次并列。较上期：合格率之差，以两期均测试的线路计"
            f"（合计n={facts.total.change_n}）。平均得分：全部抽查线路得分的平均，零分计入。",
            "正文中的有效率：最终拨测结果为接通并受理的占比。规范率：未认定为受理不规范（含两项兼有）的占比，"
            "以最终拨测结果为接通并受理、接通后直接挂断或拒绝受理的线路计"
            f"（合计n={facts.total.handling_n}）。",
        ),
    )


def line_results(facts: Circular) -> Table:
    """附件2: one row a line, in the order of the facts."""
    return Table(
        label="附件2",
        title=f"{period_words(facts.period)}饮水安全监督电话抽查结果明细表",
        scope=_scope(facts),
        columns=(
            Column("序号", "rank", 5),
            Column("监督电话", "text", 13),
            Column("责任单位", "text", 20),
            Column("行政区", "text", 9),
            Column("类别", "text", 11),
            Column("得分", "score", 5.5),
            Column("第几次", "count", 6),
            Column("最终拨测结果", "text", 15),
            Column("振铃(秒)", "seconds", 7.5),
            Column("首拨接通", "text", 7.5),
            Column("原因", "text", 28),
            Column("再次", "rank", 4.8),
        ),
        rows=tuple(_line_row(i, line) for i, line in enumerate(facts.lines, 1)),
        definitions=(
            "得分：满分100分，打不通和号码失效错误为0分，不计和未测试不评分（—）。第几次：决定结果的"
            "一次拨打是第几次尝试，因测试方原因作废的拨打不计。振铃：首次回铃至应答的秒数，未接通的为—。",
            "首拨接通：第一次有效拨打是否接通。★：上期抽查同样不合格。不予追究的线路仍按其类别计数。",
        ),
    )


def rechecks(facts: Circular) -> Table:
    """附件3: what became of the lines that failed in the round before."""
    return Table(
        label="附件3",
        title=f"{period_words(facts.period)}饮水安全监督电话上期问题复查情况表",
        scope=f"{facts.area}　上期轮次{facts.previous_code}　n={len(facts.again)}",
        columns=(
            Column("序号", "rank", 5),
            Column("监督电话", "text", 13),
            Column("责任单位", "text", 21),
            Column("行政区", "text", 10),
            Column("上期类别", "text", 11),
            Column("上期得分", "score", 8),
            Column("整改进展", "text", 10),
            Column("复查拨测", "text", 14),
            Column("本期类别", "text", 11),
            Column("本期得分", "score", 8),
        ),
        rows=tuple(
            (
                i,
                row.number,
                row.unit,
                row.area,
                row.before_label,
                row.before_score,
                row.progress,
                row.recheck,
                row.now_label or "未列入",
                row.now_score,
            )
            for i, row in enumerate(facts.again, 1)
        ),
        definitions=(
            "列入上期抽查认定不合格的全部监督电话。复查拨测：整改报送后为销号所作的拨测结果，"
            "单独统计，不计入本期各项比率；没有复查的为—。",
            "整改进展：截至本期抽查结束。未列入：本期抽查没有抽到该线路，不作比较。",
            *_apart_words(facts),
        ),
    )


def _apart_words(facts: Circular) -> tuple[str, ...]:
    if not facts.apart:
        return ()
    numbers = "、".join(line.number for line in facts.apart)
    return (f"未被抽中、仅因上期不合格列入本期的，不计入附件1和附件2：{numbers}。",)


def balance_words(facts: Circular) -> str:
    """The total's sum spelled out, and by name every row whose counts do not add up."""
    off = [row.name for row in (*facts.areas,) if not _balanced(row)]
    if not _balanced(facts.total):
        off.append("合计")
    for name, of in (("抽查数", "tested"), ("线路数", "lines")):
        if facts.areas and sum(getattr(row, of) for row in facts.areas) != getattr(facts.total, of):
            off.append(f"各行{name}之和")
    row = facts.total
    counted = "＋".join(str(n) for n in _classes(row))
    words = f"核对：{counted}{_equal(sum(_classes(row)), row.tested)}{row.tested}（抽查数）；"
    words += f"{row.tested}＋{row.void}＋{row.untested}"
    words += f"{_equal(row.tested + row.void + row.untested, row.lines)}{row.lines}（线路数）。"
    return f"{words}数据不平衡：{'、'.join(off)}。" if off else f"{words}各行与合计均平衡。"


def _equal(left: int, right: int) -> str:
    return "＝" if left == right else "≠"


def _classes(row: FigureRow) -> tuple[int, ...]:
    return (
        row.passed,
        row.unreachable,
        row.wrong_number,
        row.slow,
        row.irregular,
        row.slow_irregular,
    )


def _balanced(row: FigureRow) -> bool:
    return sum(_classes(row)) == row.tested and row.tested + row.void + row.untested == row.lines


def _scope(facts: Circular) -> str:
    window = window_words(facts.window_start, facts.window_end)
    return f"{facts.area}　{window}　n={facts.total.tested}　轮次{facts.round_code}"


def _summary_row(row: FigureRow, name: str) -> tuple[Cell, ...]:
    return (
        row.rank,
        name,
        row.lines,
        row.tested,
        row.passed,
        row.unreachable,
        row.wrong_number,
        row.slow,
        row.irregular,
        row.slow_irregular,
        row.first_dial_connect_rate,
        row.connect_rate,
        row.timely_rate,
        Interval(row.pass_rate, row.pass_rate_low, row.pass_rate_high),
        row.change_points,
        row.mean_score,
    )


def _line_row(i: int, line: LineRow) -> tuple[Cell, ...]:
    first = {True: "是", False: "否", None: None}[line.first_connected]
    return (
        i,
        line.number,
        line.unit,
        line.area,
        line.class_label,
        line.score,
        line.attempts,
        line.outcome,
        line.ring_s,
        first,
        (f"不予追究：{line.set_aside}" if line.set_aside else "；".join(line.reasons)) or None,
        "★" if line.repeated and not line.set_aside else "",
    )
