"""What `hotline rounds sample` says of a round that was drawn again."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.inspection.redraws import DealtAgain, DoubledAgain, Redrawn


def summary(found: "Redrawn") -> Iterator[str]:
    """What the round was drawn by, and what of it was not kept, a sentence a line."""
    sample = found.sample
    yield (
        f"{sample.code}：种子 {sample.seed}，抽样框 {sample.kept_hash}，应有 {sample.drawn} 条。"
    )
    if found.deal is None:
        yield "没有分给检查员，也没有双盲复测。"
        return
    yield from _deal(found.deal)
    yield _doubled(found.doubled) if found.doubled else "双盲复测的依据当时没有留存，无法重抽。"


def differences(found: "Redrawn") -> list[str]:
    """What is not as it is drawn, a sentence a line."""
    sample, deal, doubled = found.sample, found.deal, found.doubled
    said = [] if sample.same_frame else [f"抽样框已变，现算得 {sample.hash_again}"]
    if not sample.in_journal:
        said.append("种子或校验值与开始时日志所记不同")
    said += _named("抽中而不在本轮", sample.missing)
    said += _named("未抽中而在本轮", sample.extra)
    said += _named("列入理由不同", sample.other_basis)
    if deal:
        if not deal.in_journal and not deal.untold:
            said.append("分配的依据或结果与开始时日志所记不同")
        said += _named("计划首拨不同", deal.order)
        said += _named("检查员不同", deal.inspectors)
    if doubled:
        if not doubled.in_journal:
            said.append("重抽的双盲复测与开始时日志所记不同")
        said += _named("应双盲复测而没有", doubled.missing)
        said += _named("不应双盲复测而有", doubled.extra)
        said += _named("双盲复测计划首拨不同", doubled.order)
        said += _named("双盲复测检查员不同", doubled.inspectors)
    return said


def _deal(deal: "DealtAgain") -> Iterator[str]:
    if not deal.facts_kept:
        yield "开始时检查员所属单位、可拨的半天、双盲复测比例没有留存，以下按日志和现有资料。"
    if deal.drawn_again:
        yield "检查员和计划首拨：已按种子重分。"
    elif deal.untold:
        yield "检查员和计划首拨：现有资料分不出当时的结果，后来又有改派，无法核对。"
    else:
        yield "检查员和计划首拨：现有资料分不出当时的结果，只核对现状与开始时日志所记。"
    if deal.handed_on:
        yield f"后来改派或放开的 {deal.handed_on} 条不比对检查员。"


def _doubled(doubled: "DoubledAgain") -> str:
    if doubled.percent is not None:
        return f"双盲复测：比例 {doubled.percent:g}%，应有 {doubled.drawn} 条。"
    if doubled.drawn:
        return f"双盲复测：应有 {doubled.drawn} 条，条数照日志，比例无从核对。"
    return "双盲复测：日志所记没有，比例无从核对。"


def _named(what: str, lines: Iterable[str]) -> list[str]:
    lines = list(lines)
    return [f"{what}：{'、'.join(lines)}"] if lines else []
