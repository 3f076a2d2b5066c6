"""Plainly made-up facts of the papers that follow a 通报 and a 整改通知书."""

from dataclasses import replace

from reports.correction_facts import Correction, FigureChange, OldPaper
from reports.overdue_facts import Overdue, OverdueItem
from reports.talk_facts import Failure, NoShow, Promise, TalkNotice, TalkRecord

SENDER = {
    "issuer": "示范省水利厅",
    "letterhead": "示范省水利厅",
    "number": "冀水监电〔2026〕草稿",
    "signature": "示范省水利厅",
    "contact": "联系人：示范处　张三，电话：0311-00000000",
    "day": "2026-11-23",
}
ROUND = {
    "area": "示范省",
    "round_code": "P-130000-2026Q4",
    "period": "2026Q4",
    "rubric_version": "2026.1",
    "unit": "示范市示范县水利局",
}
TRIGGERS = ("监督电话0311-00000001连续2个季度不合格", "2026年11月3日9:30拨测，接通后直接挂断")
FAILURES = (
    Failure("0311-00000001", "2026年第三季度", "2026-08-12 14:43", "打不通", 0.0, ("无人接听",)),
    Failure("0311-00000001", "2026年第四季度", "2026-11-03 09:30", "受理不规范", 41.7),
)


def talk(**changes) -> TalkNotice:
    facts = TalkNotice(
        **SENDER,
        **ROUND,
        person="李四（局长）",
        triggers=TRIGGERS,
        failures=FAILURES,
        meets_at="2026年12月3日（星期四）9:30",
        place="示范省水利厅三楼会议室",
        host="示范省水利厅农村水利水电处",
    )
    return replace(facts, **changes)


def record(**changes) -> TalkRecord:
    facts = TalkRecord(
        **SENDER,
        **ROUND,
        held_at="2026年12月3日（星期四）9:30",
        place="示范省水利厅三楼会议室",
        host="王五（副处长）",
        person="李四（局长）",
        present=("示范省水利厅：王五、赵六", "示范县水利局：李四、钱七"),
        triggers=TRIGGERS,
        failures=FAILURES,
        account=("值班电话由一人兼管，外出时无人接听。", "对受理规范学习不够。"),
        promises=(
            Promise("设置双人值守和呼叫转移", "2026-12-11", "李四"),
            Promise("全员培训受理规范并考核", "2026-12-18", "钱七"),
        ),
        demands=("按期完成承诺事项。", "举一反三，检查其他公布号码。"),
        notice_number="冀水监电〔2026〕15号",
        notice_date="2026-11-25",
        report_due="2026-12-24",
    )
    return replace(facts, **changes)


def correction(**changes) -> Correction:
    facts = Correction(
        **SENDER,
        **ROUND,
        addressees="示范市示范县水利局",
        paper=OldPaper("饮水安全监督电话整改通知书", "冀水监电〔2026〕12号", "2026-11-10"),
        line="0311-00000001",
        outcome="revoked",
        decision=("经调取通话记录，第二次拨测时线路正在检修，属测试方未核实。",),
        old_label="打不通",
        new_label="合格",
        old_score=0.0,
        new_score=95.8,
        appealed_on="2026-11-12",
        circular=OldPaper(
            "关于2026年第四季度饮水安全监督电话抽查情况的通报", "冀水监电〔2026〕3号", "2026-11-10"
        ),
        figures=(
            FigureChange("合计：合格率", "78.57%（154/196）", "79.08%（155/196）"),
            FigureChange("示范市：合格率", "60.00%（6/10）", "70.00%（7/10）"),
        ),
    )
    return replace(facts, **changes)


def overdue(**changes) -> Overdue:
    facts = Overdue(
        **SENDER,
        **ROUND,
        items=(
            OverdueItem(
                "0311-00000001",
                "查明打不通的原因，修复线路",
                "2026-11-13",
                6,
                "整改中",
                "冀水监电〔2026〕12号",
            ),
            OverdueItem(
                "0311-00000002",
                "核实号码，更正公布渠道",
                "2026-11-10",
                9,
                "已下达",
                "冀水监电〔2026〕12号",
                extended=True,
            ),
        ),
        as_of="2026-11-23",
    )
    return replace(facts, **changes)


def no_show(**changes) -> NoShow:
    facts = NoShow(
        **SENDER | {"letterhead": "示范省水利厅文件", "printed_by": "示范省水利厅办公室"},
        **ROUND,
        addressees="各市水利（水务）局",
        person="李四（局长）",
        triggers=TRIGGERS,
        meets_at="2026年12月3日（星期四）9:30",
        place="示范省水利厅三楼会议室",
        notice_number="冀水监电〔2026〕15号",
        notice_date="2026-11-25",
        reason="未事先说明，电话联系未果",
    )
    return replace(facts, **changes)
