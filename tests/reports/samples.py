"""Plainly made-up facts: demo numbers that cannot be dialled, units that do not exist."""

from dataclasses import replace
from pathlib import Path

from reports.circular_facts import (
    AgainRow,
    Circular,
    Completion,
    FigureRow,
    LineRow,
    OutcomeCount,
)
from reports.document import Document
from reports.paper_facts import RoundFacts
from reports.papers import KINDS, Templates
from reports.rectification_facts import (
    DueDay,
    EvidenceCall,
    FailedItem,
    LineFinding,
    RectificationNotice,
    Term,
)
from tests.reports import letter_samples as letters

TEMPLATES = Templates((Path(__file__).parents[2] / "hotline" / "data" / "papers",))
VERIFY = "https://hotline.example/verify/Kx3p9Qd27Tz4"
ISSUED = {"date": "2026-11-23", "day": "2026-11-23", "verify_url": VERIFY}

CLASSES = {
    "PASS": ("合格", "接通并受理", 95.8),
    "SLOW": ("接转不及时", "接通并受理", 74.2),
    "IRREGULAR": ("受理不规范", "接通后直接挂断", 41.7),
    "SLOW_IRREGULAR": ("两项兼有", "接通并受理", 48.0),
    "UNREACHABLE": ("打不通", "无人接听", 0.0),
    "WRONG_NUMBER": ("号码失效错误", "空号", 0.0),
}


def line(i: int, key: str = "PASS", **changes) -> LineRow:
    label, outcome, score = CLASSES[key]
    connected = key not in ("UNREACHABLE", "WRONG_NUMBER")
    row = LineRow(
        number=f"0311-{i:08d}",
        unit=f"示范{i}县水利局",
        area="示范市",
        class_key=key,
        class_label=label,
        outcome=outcome,
        score=score,
        attempts=3 if key == "SLOW" else 1,
        ring_s=12.5 if connected else None,
        first_connected=connected and key != "SLOW",
        reasons=() if key == "PASS" else (f"{label}的依据",),
    )
    return replace(row, **changes)


def row(name: str, rank: int | None = None, **counts: int) -> FigureRow:
    """A row that adds up, its rates computed from its counts."""
    classes = {key.lower().replace("pass", "passed"): 0 for key in CLASSES} | counts
    void, untested = classes.pop("void", 0), classes.pop("untested", 0)
    n = sum(classes.values())
    return FigureRow(
        name=name,
        rank=rank,
        lines=n + void + untested,
        tested=n,
        void=void,
        untested=untested,
        **classes,
        first_dial_connect_rate=classes["passed"] / n if n else None,
        connect_rate=(n - classes["unreachable"]) / n if n else None,
        timely_rate=classes["passed"] / n if n else None,
        valid_rate=(n - classes["unreachable"] - classes["wrong_number"]) / n if n else None,
        handling_rate=0.9 if n else None,
        handling_n=10 if n else 0,
        pass_rate=classes["passed"] / n if n else None,
        pass_rate_low=0.7231 if n else None,
        pass_rate_high=0.8372 if n else None,
        change_points=-3.1 if n else None,
        change_n=n,
        mean_score=81.4 if n else None,
    )


def counted(lines: tuple[LineRow, ...], area: str | None = None) -> dict[str, int]:
    """The exclusive class counts of an area's lines, or of all."""
    keys = [one.class_key for one in lines if area in (None, one.area)]
    classes = {key: key.lower().replace("pass", "passed") for key in CLASSES} | {"VOID": "void"}
    return {name: keys.count(key) for key, name in classes.items()} | {"untested": keys.count(None)}


def ranked(rows) -> tuple[FigureRow, ...]:
    """Best first, ties share a rank, fewer than five lines have none."""
    rows = list(rows)
    rates = [one.pass_rate for one in rows if one.tested >= 5]
    made = [
        replace(one, rank=1 + sum(rate > one.pass_rate for rate in rates))
        if one.tested >= 5
        else one
        for one in rows
    ]
    return tuple(sorted(made, key=lambda one: (one.rank is None, one.rank or 0)))


def circular(lines: tuple[LineRow, ...] | None = None, **changes) -> Circular:
    """A quarter of the province: 14 areas, every class, ties and an unranked area."""
    if lines is None:
        keys = list(CLASSES)[1:]
        lines = tuple(
            line(
                i,
                keys[i // 4 % 5] if i % 4 == 0 else "PASS",
                area=f"示范{i % 14 + 1}市",
                repeated=i % 16 == 0,
            )
            for i in range(1, 127)
        )
    areas = ranked(
        row(name, **counted(lines, name)) for name in dict.fromkeys(one.area for one in lines)
    )
    total = row("合计", **counted(lines))
    facts = Circular(
        issuer="示范省水利厅",
        letterhead="示范省水利厅文件",
        number="冀水监电〔2026〕草稿",
        level="province",
        area="示范省",
        round_code="P-130000-2026Q4",
        period="2026Q4",
        window_start="2026-10-01",
        window_end="2026-12-31",
        addressees="各市水利（水务）局",
        basis="按照农村饮水安全监督管理有关要求",
        retry_rule="一次未接通的，另行安排拨打，共三次，每次间隔不少于30分钟，上午、下午均有拨打，"
        "第三次在第一次之后的另一个工作日进行",
        duty_hours="工作日8:30至12:00、13:30至17:30",
        rubric_version="2026.1",
        slow_ring_s=15.0,
        timely_ring_s=15.0,
        remind_below=80,
        total=total,
        areas=areas,
        lines=lines,
        outcomes=tuple(
            OutcomeCount(words, [one.outcome for one in lines].count(words))
            for words in dict.fromkeys(one.outcome for one in lines)
            if words
        ),
        deadline="自本通报印发之日起5个工作日内（号码失效错误的2个工作日内）",
        contact="联系人：示范处　张三，电话：0311-00000000",
        signature="示范省水利厅",
        copies=("示范省人民政府办公厅", "各市人民政府"),
        printed_by="示范省水利厅办公室",
        day="2026-12-31",
        previous_code="P-130000-2026Q3",
        again=tuple(again(i) for i in range(1, 8)),
        completion=Completion(asked=7, closed=5, due=6, on_time=4),
        best=("示范1市", "示范2市"),
        worst=("示范11市",),
        talks=("示范11市水利局：合格率低于70%；", "示范8县水利局：连续两个季度不合格"),
    )
    return replace(facts, **changes)


def again(i: int, **changes) -> AgainRow:
    row = AgainRow(
        number=f"0311-{i:08d}",
        unit=f"示范{i}县水利局",
        area="示范市",
        before_label="打不通",
        before_score=0.0,
        now_key="PASS",
        now_label="合格",
        now_score=95.8,
        recheck="接通并受理",
        progress="已销号",
    )
    return replace(row, **changes)


def finding(i: int = 1, key: str = "SLOW", **changes) -> LineFinding:
    label, outcome, score = CLASSES[key]
    made = LineFinding(
        number=f"0311-{i:08d}",
        class_key=key,
        class_label=label,
        score=score,
        reasons=("第3次才接通", "振铃12.5秒"),
        calls=(
            EvidenceCall("2026-11-09 09:30", 1, "无人接听"),
            EvidenceCall("2026-11-09 15:10", 2, "无人接听"),
            EvidenceCall("2026-11-10 10:05", 3, outcome, 12.5, "工号07", "转接一次", True),
        ),
        failed_items=(FailedItem("D1", "说明办理程序和责任单位", "主要"),),
    )
    return replace(made, **changes)


def notice(*findings: LineFinding, **changes) -> RectificationNotice:
    facts = RectificationNotice(
        **letters.SENDER,
        **letters.ROUND,
        findings=findings or (finding(1, repeated=True), finding(2, "WRONG_NUMBER")),
        terms=(
            Term(2, ("号码失效错误",)),
            Term(5, ("接转不及时", "打不通", "受理不规范", "两项兼有")),
        ),
        slow_ring_s=15.0,
        appeal_days=3,
    )
    return replace(facts, **changes)


def issued_notice() -> RectificationNotice:
    """The same as it is issued: with its days."""
    early = DueDay("2026-11-25", "2026年11月25日，自2026年11月23日次日起算2个工作日")
    late = DueDay(
        "2026-11-30", "2026年11月30日，自2026年11月23日次日起算5个工作日，其间周末2天不计"
    )
    return notice(
        finding(1, repeated=True, due=late.on),
        finding(2, "WRONG_NUMBER", due=early.on),
        number="冀水监电〔2026〕12号",
        terms=(Term(2, ("号码失效错误",), early), Term(5, ("接转不及时",), late)),
        copies=("示范市人民政府",),
        **ISSUED,
    )


def paper_of(facts: RoundFacts, /, **insertions: str) -> Document:
    """The paper of some facts, in the wording that comes with Hotline."""
    kind = next(k for k, how in KINDS.items() if how.facts is type(facts))
    return TEMPLATES.document(kind, facts, insertions)


def sample_documents() -> dict[str, Document]:
    """One issued paper of every kind."""
    number = "冀水监电〔2026〕3号"
    facts = (
        circular(number=number, **ISSUED),
        issued_notice(),
        *(
            replace(made(), number=number, **ISSUED)
            for made in (
                letters.talk,
                letters.record,
                letters.correction,
                letters.overdue,
                letters.no_show,
            )
        ),
    )
    papers = [paper_of(one) for one in facts]
    return {paper.kind: paper for paper in papers}
