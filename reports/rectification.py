"""The 整改通知书 to one unit: facts in, PDF out."""

from collections.abc import Iterable

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, Spacer

from reports.fonts import FacePaths
from reports.paper_blocks import LEADING, Imprint, Paper
from reports.periods import date_words, last_day
from reports.rectification_facts import (
    EvidenceCall,
    FailedItem,
    LineFinding,
    RectificationNotice,
)
from reports.table_drawing import grid
from reports.tables import Column, rounded

__all__ = ["EvidenceCall", "FailedItem", "LineFinding", "RectificationNotice", "draw", "title"]

WIDTH = 156 * mm
CALLS = (
    Column("拨打时间", "text", 17),
    Column("第几次", "rank", 7),
    Column("结果", "text", 17),
    Column("振铃(秒)", "seconds", 9),
    Column("接听人", "text", 12),
    Column("备注", "text", 24),
)


def title(facts: RectificationNotice) -> str:
    """饮水安全监督电话整改通知书."""
    return "饮水安全监督电话整改通知书"


def draw(facts: RectificationNotice, faces: FacePaths | None = None) -> bytes:
    """The PDF; the same facts and faces always give the same bytes.

    A draft (`date` None) has room for the date and dates its file by the period's last day.
    Raises FacesMissing where no usable face is found.
    """
    paper = Paper(faces)
    blocks: list[Flowable] = [
        *paper.letter_head(facts.letterhead, facts.number),
        paper.title(title(facts)),
        paper.addressee(_unit(facts)),
        paper.body(_basis(facts)),
        *paper.heading("一、发现的问题"),
    ]
    for i, finding in enumerate(facts.findings, 1):
        blocks += _finding(paper, i, finding)
    blocks += paper.heading("二、整改要求")
    blocks += [paper.body(text) for text in _demands(facts)]
    blocks += paper.heading("三、报送材料")
    blocks += [paper.body(text) for text in _to_send(facts)]
    blocks += paper.heading("四、其他事项")
    *rest, last = _rest(facts)
    blocks += [paper.body(text) for text in rest]
    blocks.append(paper.signature(facts.signature, facts.date, [paper.body(last)]))
    blocks.append(_receipt(paper, facts))
    day = facts.date or last_day(facts.period)
    return paper.build(blocks, Imprint(title(facts), facts.issuer, day), number_first_page=False)


def _unit(facts: RectificationNotice) -> str:
    return facts.unit if facts.unit.startswith(facts.area) else facts.area + facts.unit


def _basis(facts: RectificationNotice) -> str:
    n = len(facts.findings)
    as_is = (
        f"该轮抽查在未全部满足拨测规则的情况下结束，原因：{facts.as_is_reason.rstrip('。')}。"
        if facts.as_is_reason is not None
        else ""
    )
    return (
        f"在{facts.round_title}（轮次编号{facts.round_code}，评分细则{facts.rubric_version}版）中，"
        f"你单位{n}条监督电话不合格。{as_is}现将有关问题和整改要求通知如下："
    )


def _finding(paper: Paper, i: int, finding: LineFinding) -> Iterable[Flowable]:
    score = "" if finding.score is None else f"，得分{rounded(finding.score, 1)}分"
    star = "，上期抽查同样不合格" if finding.repeated else ""
    reasons = f"依据：{'；'.join(finding.reasons)}。" if finding.reasons else ""
    yield paper.body(
        f"{finding.class_label}{score}{star}。{reasons}", lead=f"{i}. {finding.number}　"
    )
    if finding.failed_items:
        items = "、".join(
            f"{item.id} {item.name}" + (f"（{item.severity}）" if item.severity else "")
            for item in finding.failed_items
        )
        yield paper.body(f"未做到的受理要求：{items}。")
    if finding.calls:
        yield CondPageBreak(3 * LEADING)
        yield paper.body("拨测记录（★为决定结果的一次）：")
        rows = tuple(
            (
                f"{call.time}{'★' if call.decisive else ''}",
                call.attempt,
                call.outcome,
                call.ring_s,
                call.answered_by,
                call.note,
            )
            for call in finding.calls
        )
        yield grid(paper, CALLS, rows, width=WIDTH)
        yield Spacer(1, 8)


def _demands(facts: RectificationNotice) -> Iterable[str]:
    for i, finding in enumerate(facts.findings, 1):
        actions = "；".join(action.rstrip("。；") for action in finding.actions)
        said = f"：{actions}" if actions else ""
        by = f"，{date_words(finding.due)}（含）前" if finding.due else ""
        term = f"{finding.working_days}个工作日{by}"
        yield f"{i}. {finding.number}（{finding.class_label}，{term}）{said}。"
    yield from facts.demands
    yield (
        f"整改期限：{facts.deadline.rstrip('。')}。"
        "工作日按国务院公布的放假安排计算，签发当日不计，截止日当日报送的视为按期。"
    )


def _to_send(facts: RectificationNotice) -> Iterable[str]:
    for i, thing in enumerate(facts.to_send, 1):
        yield f"{i}. {thing.rstrip('。；')}。"


def _rest(facts: RectificationNotice) -> Iterable[str]:
    yield f"{facts.consequence.rstrip('。')}。"
    if facts.appeal:
        yield f"{facts.appeal.rstrip('。')}。"
    yield f"联系方式：{facts.contact.rstrip('。')}。"


def _receipt(paper: Paper, facts: RectificationNotice) -> Flowable:
    """The strip the unit signs and sends back; never torn over two pages."""
    lines = (
        f"{facts.issuer}：",
        f"《{title(facts)}》（{facts.number}）已收到。",
        "签收人：　　　　　　　　　职务：　　　　　　　　　电话：",
        "签收单位（盖章）：　　　　　　　　　　　　　年　　月　　日",
    )
    return KeepTogether(
        [
            Spacer(1, LEADING),
            HRFlowable("100%", 0.6, color=black, dash=(4, 3), spaceAfter=6),
            paper.paragraph("回　执", bold=True, size=16, leading=26, align="centre"),
            *(paper.paragraph(line, size=12, leading=26) for line in lines),
        ]
    )
