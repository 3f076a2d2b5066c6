"""The sentences of a 通报, composed from its facts and from nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reports.circular_facts import Circular, FigureRow, LineRow
from reports.periods import period_words, window_words
from reports.tables import percent, points, rounded

NAMED_AT_MOST = 100  # lines of one class named in the text; the rest stands in annex 2


@dataclass(frozen=True)
class Section:
    """A numbered heading and its paragraphs, each with a bold lead or ""."""

    heading: str
    paragraphs: tuple[tuple[str, str], ...]


def title(facts: Circular) -> str:
    """关于2026年第四季度饮水安全监督电话抽查情况的通报."""
    return f"关于{period_words(facts.period)}饮水安全监督电话抽查情况的通报"


def opening(facts: Circular) -> str:
    """Basis, window and who checked what."""
    window = window_words(facts.window_start, facts.window_end)
    return (
        f"{facts.basis}，{facts.issuer}于{window}对{facts.area}{facts.n}条饮水安全监督电话"
        "进行了抽查。现将有关情况通报如下："
    )


def sections(facts: Circular) -> tuple[Section, ...]:
    """一 to 五, complete for any round: without failures, without a previous round, untested."""
    return (
        Section("一、抽查基本情况", tuple(_plain(_scope(facts)))),
        Section("二、总体情况", tuple(_plain(_overall(facts)))),
        Section("三、存在问题", tuple(_problems(facts))),
        Section("四、上次问题复查情况", tuple(_plain(_again(facts)))),
        Section("五、有关要求", tuple(_demands(facts))),
    )


def rate_words(rate: float | None, n: int) -> str:
    """78.57%（154/196）; — where there is no denominator."""
    if rate is None or not n:
        return "—"
    return f"{percent(rate)}（{round(rate * n)}/{n}）"


def _share(part: int, n: int) -> str:
    return rate_words(part / n if n else None, n)


def failing(facts: Circular) -> list[LineRow]:
    """The lines whose class is neither PASS nor VOID nor blank."""
    return [line for line in facts.lines if line.class_key not in ("PASS", "VOID", None)]


def _plain(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    return (("", text) for text in texts if text)


def _scope(facts: Circular) -> Iterable[str]:
    total = facts.total
    left = [
        f"{n}条{why}"
        for n, why in ((total.void, "因测试方原因不计"), (total.untested, "未测试"))
        if n
    ]
    rest = f"，{'，'.join(left)}" if left else ""
    yield (
        f"本次抽查（轮次编号{facts.round_code}）列入监督电话{total.lines}条，"
        f"实际测试{total.tested}条{rest}。"
    )
    yield (
        f"拨测规则：{facts.retry_rule}。拨测时间为{facts.duty_hours}。"
        f"评分和分类执行评分细则{facts.rubric_version}版，振铃超过{_number(facts.slow_ring_s)}秒"
        "接通的，计为接转不及时。"
    )
    if facts.as_is_reason is not None:
        yield (
            f"本轮抽查在未全部满足上述拨测规则的情况下结束，原因：{facts.as_is_reason.rstrip('。')}。"
            "本通报所列数据按已有拨测记录计算。"
        )


def _overall(facts: Circular) -> Iterable[str]:
    total = facts.total
    if not total.tested:
        yield "本次抽查没有有效测试结果，各项比率不作计算。"
        return
    interval = ""
    if total.pass_rate_low is not None and total.pass_rate_high is not None:
        low, high = percent(total.pass_rate_low), percent(total.pass_rate_high)
        interval = f"，95%置信区间为{low}～{high}"
    score = "" if total.mean_score is None else f"，平均得分{rounded(total.mean_score, 1)}分"
    yield (
        f"实际测试的{total.tested}条监督电话中，合格{total.passed}条，"
        f"合格率{rate_words(total.pass_rate, total.tested)}{interval}{score}。"
    )
    handling = rate_words(total.handling_rate, total.handling_n)
    yield (
        f"首拨接通率{rate_words(total.first_dial_connect_rate, total.tested)}，"
        f"接通率{rate_words(total.connect_rate, total.tested)}，"
        f"及时接通率{rate_words(total.timely_rate, total.tested)}，"
        f"有效率{rate_words(total.valid_rate, total.tested)}，规范率{handling}。"
    )
    yield _change(facts)
    if facts.best:
        yield f"合格率居前的是：{'、'.join(facts.best)}。"
    if facts.worst:
        yield f"合格率靠后的是：{'、'.join(facts.worst)}。"
    ended = "、".join(f"{o.outcome}{o.n}条" for o in facts.outcomes if o.n)
    if ended:
        ended_n = sum(outcome.n for outcome in facts.outcomes)
        yield f"按每条监督电话的最终拨测结果统计：{ended}，合计{ended_n}条。"
    yield _breakdown(total)


def _change(facts: Circular) -> str:
    change, n = facts.total.change_points, facts.total.change_n
    if facts.previous_code is None or change is None or not n:
        return ""
    same = points(change) == "0.00"
    moved = (
        "持平" if same else f"{'下降' if change < 0 else '上升'}{rounded(abs(change), 2)}个百分点"
    )
    return f"与上期（轮次编号{facts.previous_code}）相比，两期均测试的{n}条监督电话合格率{moved}。"


def _breakdown(total: FigureRow) -> str:
    counts = (
        ("打不通", total.unreachable),
        ("号码失效错误", total.wrong_number),
        ("仅接转不及时", total.slow),
        ("仅受理不规范", total.irregular),
        ("两项兼有", total.slow_irregular),
    )
    failed = sum(n for _, n in counts)
    if not failed:
        return "全部测试的监督电话均合格，予以表扬。"
    return f"不合格{failed}条，其中" + "、".join(f"{name}{n}条" for name, n in counts if n) + "。"


def _problems(facts: Circular) -> Iterable[tuple[str, str]]:
    failed, total = failing(facts), facts.total
    if not failed:
        if total.tested:
            yield "", "本次抽查未发现接转不及时、受理不规范和号码失效错误的监督电话。"
        else:
            yield "", "本次抽查没有有效测试结果，不作问题认定。"
    numbered = iter("一二三四")
    late = total.unreachable + total.slow + total.slow_irregular
    if late:
        parts = _parts(
            failed,
            ("打不通", "UNREACHABLE"),
            ("仅接转不及时", "SLOW"),
            ("两项兼有（同时受理不规范）", "SLOW_IRREGULAR"),
        )
        yield (
            f"（{next(numbered)}）接转不及时。",
            f"共{late}条，占测试数的{_share(late, total.tested)}，"
            f"包括打不通、仅接转不及时和两项兼有三类。{parts}",
        )
    wrong_way = total.irregular + total.slow_irregular
    if wrong_way:
        parts = _parts(failed, ("仅受理不规范", "IRREGULAR"))
        both = f"两项兼有{total.slow_irregular}条，" if total.slow_irregular else ""
        also = f"{both}名单见前款，两款重复计列。" if both else ""
        yield (
            f"（{next(numbered)}）受理不规范。",
            f"共{wrong_way}条，占测试数的{_share(wrong_way, total.tested)}，"
            f"包括仅受理不规范和两项兼有两类。{parts}{also}",
        )
    if total.wrong_number:
        n = total.wrong_number
        yield (
            f"（{next(numbered)}）号码失效错误。",
            f"共{n}条，占测试数的{_share(n, total.tested)}。"
            + _parts(failed, ("公布号码失效或错误", "WRONG_NUMBER")),
        )
    if any(line.repeated for line in failed):
        yield "", "名单中标★的，上期抽查同样不合格。"
    barely = [
        line
        for line in facts.lines
        if line.class_key == "PASS" and line.score is not None and line.score < facts.remind_below
    ]
    if barely:
        yield (
            "",
            f"另有{len(barely)}条监督电话合格但得分低于{facts.remind_below}分（基本合格），予以提醒，名单见附件2。",
        )


def _parts(failed: list[LineRow], *classes: tuple[str, str]) -> str:
    said = []
    for words, key in classes:
        lines = [line for line in failed if line.class_key == key]
        if lines:
            said.append(f"{words}{len(lines)}条：{name_lines(lines)}。")
    return "".join(said)


def name_lines(lines: list[LineRow], shown: Callable[[LineRow], str] | None = None) -> str:
    """The units of some lines with their numbers, one unit once, in the order of the lines.

    Two areas may have a unit of one name, so the area goes before it.
    """
    named: dict[str, list[str]] = {}
    for line in lines[:NAMED_AT_MOST]:
        unit = line.unit if line.unit.startswith(line.area) else line.area + line.unit
        star = "★" if line.repeated else ""
        named.setdefault(unit, []).append(f"{line.number}{star}")
    words = "；".join(f"{unit}（{'、'.join(numbers)}）" for unit, numbers in named.items())
    return words if len(lines) <= NAMED_AT_MOST else f"{words}等，全部名单见附件2"


def _again(facts: Circular) -> Iterable[str]:
    if facts.previous_code is None:
        yield "此前没有同级、同范围的已结束抽查，本次不作复查对比。"
        return
    again = [line for line in failing(facts) if line.repeated]
    if again:
        yield (
            f"上期（轮次编号{facts.previous_code}）不合格、本次抽查仍不合格的监督电话{len(again)}条："
            f"{name_lines(again)}。"
        )
    else:
        yield (f"本次抽查不合格的监督电话中，没有上期（轮次编号{facts.previous_code}）也不合格的。")


def _demands(facts: Circular) -> Iterable[tuple[str, str]]:
    numbered = iter("一二三四")
    if failing(facts):
        yield (
            f"（{next(numbered)}）限期整改。",
            f"附件2所列不合格监督电话的责任单位要逐条查明原因、落实整改，{facts.deadline}"
            "将整改情况书面报送我单位。我单位将对整改情况进行复查。",
        )
        yield (
            f"（{next(numbered)}）规范接听。",
            "各责任单位要在值班时间内保持监督电话畅通，"
            f"振铃{_number(facts.slow_ring_s)}秒内接听，"
            "受理时主动报单位、问清诉求和地点、登记联系方式、告知办理时限。",
        )
    else:
        yield (
            f"（{next(numbered)}）保持成效。",
            "各责任单位要继续做好值班值守，保持监督电话畅通，规范受理群众诉求。",
        )
    if facts.talks:
        yield (
            f"（{next(numbered)}）约谈。",
            f"对下列单位进行约谈：{'；'.join(talk.rstrip('。；') for talk in facts.talks)}。",
        )
    yield f"（{next(numbered)}）联系方式。", f"{facts.contact.rstrip('。')}。"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else rounded(value, 1)
