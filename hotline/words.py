"""Words for people: what keys and codes are called on screen and paper.

Every text is Chinese and the key of the English one in the catalogue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from hotline.clock import local
from hotline.errors import T, T_in, Text
from hotline.rules.outcomes import LABELS, Klass, Outcome
from hotline.rules.reasons import Reason
from reports.periods import period_words


@dataclass(frozen=True)
class OnDay:
    """A day within a sentence: Chinese by itself (e-mails), on a page in the reader's language.

    With its year unless that is `today`'s too; `today` None: it goes without saying.
    """

    day: date
    today: date | None = None

    def __str__(self) -> str:
        year = f"{self.day.year}年" if self.today and self.day.year != self.today.year else ""
        return f"{year}{self.day.month}月{self.day.day}日"


@dataclass(frozen=True)
class InPeriod:
    """The same of a period: `2026-11` as 2026年11月."""

    name: str

    def __str__(self) -> str:
        return period_words(self.name)


KLASS = {
    Klass.PASS: T("合格"),
    Klass.SLOW: T("接转不及时"),
    Klass.IRREGULAR: T("受理不规范"),
    Klass.SLOW_IRREGULAR: T("两项兼有"),
    Klass.UNREACHABLE: T("打不通"),
    Klass.WRONG_NUMBER: T("号码失效错误"),
    Klass.VOID: T("不计"),
}
UNTESTED = T("未测")
KLASS_LETTER = {
    Klass.PASS: T("合"),
    Klass.SLOW: T("慢"),
    Klass.IRREGULAR: T("规"),
    Klass.SLOW_IRREGULAR: T("双"),
    Klass.UNREACHABLE: T("断"),
    Klass.WRONG_NUMBER: T("号"),
    Klass.VOID: T("废"),
}
OUTCOME = LABELS
ROLE = {
    "province_admin": T("省级管理员"),
    "city_admin": T("市级管理员"),
    "province_inspector": T("省级检查员"),
    "city_inspector": T("市级检查员"),
    "unit_reader": T("责任单位"),
    "auditor": T("审计员"),
}
AREA_LEVEL = {
    "province": T("省"),
    "city": T("市"),
    "county": T("县（市、区）"),
    "zone": T("功能区"),
}
LINE_LEVEL = {"province": T("省级"), "city": T("市级"), "county": T("县级")}
LINE_STATUS = {"active": T("在用"), "suspended": T("停用"), "retired": T("注销")}
ROUND_LEVEL = {"province": T("省级抽查"), "city": T("市级抽查")}
REVIEW = {"pending": T("待复核"), "accepted": T("已复核"), "returned": T("已退回")}
NOTICE_KIND = {
    "circular": T("通报"),
    "rectification": T("整改通知书"),
    "talk": T("约谈通知书"),
    "talk_record": T("约谈记录"),
    "correction": T("更正通知"),
    "overdue": T("督办通知"),
    "no_show": T("缺席通报"),
}
NOTICE_STATE = {
    "draft": T("草稿"),
    "submitted": T("已送审"),
    "issued": T("已签发"),
    "withdrawn": T("已撤回"),
}
RECTIFICATION_STATE = {
    "issued": T("已下达"),
    "in_progress": T("整改中"),
    "reported": T("已报送"),
    "rechecking": T("复查中"),
    "closed": T("已销号"),
    "returned": T_in("state", "退回"),
    "cancelled": T("已撤销"),
}
RECTIFICATION_STEP = {
    "open": T("下达整改"),
    "begin": T_in("step", "签收"),
    "report": T_in("step", "报送整改情况"),
    "report_late": T("逾期报送整改情况"),
    "return": T_in("step", "退回"),
    "recheck": T_in("step", "安排复查"),
    "recheck_pass": T("复查合格"),
    "recheck_fail": T("复查不合格，退回"),
    "call_off": T_in("step", "取消复查"),
    "extend": T("延期"),
    "overdue": T("到期未报送"),
    "hold": T("申诉受理，暂停办理"),
    "release": T("申诉办结，恢复办理"),
    "close": T_in("step", "销号"),
    "cancel": T("撤销"),
}
DELIVERY_STATE = {
    "queued": T("待发送"),
    "sending": T("发送中"),
    "sent": T("已发送"),
    "failed": T("发送失败"),
    "unknown": T("结果不明"),
}
MESSAGE_STATE = DELIVERY_STATE | {"left": T("不再发送")}
MESSAGE_KIND = {"digest": T("每日提醒"), "week": T("周报"), "month": T("月报")}
DELIVERY_DECISION = {"sent": T("已收到"), "again": T("重新发送"), "failed": T("作废")}
LINK_STATE = {"good": T("可用"), "expired": T("已过期"), "revoked": T("已停用")}
OPENING_WAY = {"page": T("打开页面"), "pdf": T_in("step", "打开 PDF")}
APPEAL_STATE = {
    "filed": T("待决定"),
    "upheld": T("维持"),
    "partly": T("部分采信"),
    "revoked": T("撤销"),
}
TALK_STATE = {
    "due": T("待安排"),
    "drafted": T("已拟通知"),
    "notified": T("已通知"),
    "held": T("已约谈"),
    "reported": T("已报送"),
    "closed": T("已办结"),
    "no_show": T("未到会"),
    "cancelled": T("已取消"),
}
ANSWER = {"yes": T("是"), "no": T("否"), "na": T("不适用")}
GRADE = {"优": T("优"), "良": T("良"), "中": T("中"), "差": T("差")}
PART = {"attempt": T("第几次接通"), "ring": T("振铃"), "waits": T("转接及等待")}
PROVINCE_ROW = T("省本级")
JOB = {
    "deliver": T("发送文书和提醒邮件"),
    "open-city-rounds": T("开始各市月度抽查"),
    "open-province-round": T("开始省级季度抽查"),
    "tidy": T("清理到期记录"),
    "calendar": T("按最新放假安排核对复拨时间"),
    "overdue-calls": T("登记到期未报送的整改"),
    "chase": T("每日督办提醒"),
    "weekly-report": T("编制周报"),
    "monthly-report": T("编制月报"),
}
BASIS = {
    "city": T("市级线路"),
    "drawn": T("抽中"),
    "year": T("满一年未测"),
    "again": T("上期不合格复测"),
}
BULLETIN = {"week": T("周报"), "month": T("月报")}
COVERAGE = {"full": T("全部线路"), "sample": T("抽样"), "list": T("指定线路")}

REASON = {
    "slow.ring": T("振铃 {s} 秒，超过 {limit} 秒"),
    "slow.attempts": T("第 {n} 次才接通"),
    "slow.first_human_s": T("首次人工应答 {s} 秒，超过 {limit} 秒"),
    "slow.transfer_wait_s": T("转接等待 {s} 秒，超过 {limit} 秒"),
    "slow.hold_total_s": T("等待 {s} 秒，超过 {limit} 秒"),
    "slow.transfers": T("转接 {n} 次"),
    "slow.transfer_lost": T("转接后无人接听或断线"),
    "irregular.hangup": T("接通后直接挂断"),
    "irregular.refused": T("拒绝受理、推诿"),
    "irregular.critical": T("一票否决项：{items}"),
    "irregular.majors": T("{n} 个主要项目不合格：{items}"),
    "irregular.share": T("受理与答复得 {earned} 分，不足 {applicable} 分的 {limit}%"),
    "outcome": T("{outcome}"),
    "open.untested": T("尚未拨测"),
    "open.void_only": T("只有不计的拨测"),
    "open.confirm": T(
        "号码类问题须 {need} 次拨测证实，现有 {have} 次（再拨不再出现的，请复核人作废）"
    ),
    "open.attempts": T("值班时间内须拨 {need} 次，现有 {have} 次"),
    "open.apart": T("各次拨测之间须相隔 {minutes} 分钟以上"),
    "open.later_day": T("末次拨测须在首次之后的另一个工作日"),
    "open.half_day": T("各次拨测不能都在上午或都在下午"),
    "open.returned": T("已被退回，尚未处理"),
    "class": T("{class_}"),
    "slow_again": T("{months} 个月内第二次接转不及时"),
    "remind.score": T("合格但得分偏低（基本合格）"),
    "remind.major": T("有一个主要项目不合格"),
    "talk.critical": T("{at} 拨测，{what}"),
    "talk.critical.off_duty": T("{at}（值班时间外）拨测，{what}"),
    "talk.quarters": T("连续 {n} 个季度不合格"),
    "talk.months": T("近 {rounds} 个月度抽查中 {n} 次不合格"),
    "talk.city": T("合格率 {rate}（实测 {n} 条，合格 {passed} 条），低于 {limit}"),
    "talk.recheck": T("整改后复查仍不合格，{class_}"),
    "talk.no_report": T("到期（{due}）未报送整改情况"),
    "copy_up.again": T("{held} 约谈后再次不合格"),
}
CRITICAL = {
    "hangup": T("接通后直接挂断"),
    "refused": T("拒绝受理、推诿"),
    "B6": T("B6 出现忌语或辱骂"),
    "B7": T("B7 推诿"),
}
# Triggers of talks called for before they had the particulars.
_UNPARTICULAR = {"talk.critical": T("直接挂断、拒绝受理或一票否决项不合格")}


def reason(said: Reason) -> Text:
    """A reason as a sentence; raises KeyError for a key that nobody gave words to."""
    params: dict[str, object] = {}
    for name, value in said.params.items():
        if name == "outcome":
            params[name] = OUTCOME[Outcome(int(str(value)))]
        elif name == "class":
            params["class_"] = KLASS[Klass(str(value))]
        elif name == "at":
            params[name] = f"{local(datetime.fromisoformat(str(value))):%Y-%m-%d %H:%M}"
        elif name == "what" and isinstance(value, list):
            params[name] = _together(
                CRITICAL.get(one, T("{item} 一票否决", item=one)) for one in value
            )
        elif said.key == "irregular.critical" and isinstance(value, list):
            params[name] = _together(CRITICAL.get(one, T("{item}", item=one)) for one in value)
        elif name in ("rate", "limit") and said.key == "talk.city":
            params[name] = percent(value)  # type: ignore[arg-type]
        elif isinstance(value, list):
            params[name] = "、".join(map(str, value))
        else:
            params[name] = value
    if said.key == "talk.city":
        params["passed"] = round(said.params["rate"] * said.params["n"])  # type: ignore[operator]
    if params.pop("off_duty", False):
        return Text(REASON[f"{said.key}.off_duty"].msgid, params)
    known = (None if params else _UNPARTICULAR.get(said.key)) or REASON[said.key]
    return Text(known.msgid, params)


def _together(said: Iterable[Text]) -> Text:
    return reduce(lambda first, rest: T("{first}、{rest}", first=first, rest=rest), said)


def klass(value: str | None) -> Text:
    return UNTESTED if value is None else KLASS[Klass(value)]


def percent(rate: float | None) -> str:
    """A fraction as 78.57%; — where there is none."""
    return "—" if rate is None else f"{rate * 100:.2f}%"
