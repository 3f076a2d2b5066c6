"""The journal in words: actions, subjects, and the names and values of what changed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline import words
from hotline.errors import T, Text
from hotline.registry.line_fields import FIELD_WORD
from hotline.rules.outcomes import Outcome
from hotline.web.wording import listed, moment_exact, say, score, word

SUBJECTS: dict[str, Text] = {
    "area": T("行政区"),
    "line": T("线路"),
    "round": T("抽查轮次"),
    "check": T("抽查任务"),
    "call": T("拨测"),
    "notice": T("文书"),
    "finding": T("问题"),
    "rectification": T("整改"),
    "user": T("账号"),
    "unit": T("责任单位"),
    "talk": T("约谈"),
    "appeal": T("申诉"),
    "demo": T("演示数据"),
    "retention": T("到期记录"),
    "job": T("定时任务"),
    "message": T("提醒和报告邮件"),
}
ACTIONS: dict[str, Text] = {
    "area.add": T("登记行政区"),
    "area.change": T("变更行政区"),
    "line.add": T("登记线路"),
    "line.change": T("变更线路"),
    "complaint.note": T("登记投诉"),
    "line.regroup": T("调整汇总分组"),
    "round.open": T("开始一轮"),
    "round.assign": T("指派检查员"),
    "round.deal": T("改派线路"),
    "round.draw": T("抽取分配线路"),
    "round.extend": T("延长抽查截止日期"),
    "round.close": T("关闭一轮"),
    "round.measure": T("重新认定措施"),
    "round.call_off": T("取消双盲复测"),
    "call.record": T("登记拨测"),
    "call.correct": T("更正拨测"),
    "call.void": T("作废拨测"),
    "check.accepted": T("复核通过"),
    "check.returned": T("复核退回"),
    "notice.draft": T("拟出文书"),
    "notice.submit": T("送审文书"),
    "notice.edit": T("修改文书"),
    "notice.return": T("退回文书"),
    "notice.withdraw": T("撤回文书"),
    "notice.issue": T("签发文书"),
    "finding.drop": T("剔除问题"),
    "finding.restore": T("恢复问题"),
    "notice.receipt": T("签收文书"),
    "delivery.decide": T("确认邮件结果"),
    "delivery.queue": T("补发邮件"),
    "message.decide": T("处理提醒和报告邮件"),
    "link.make": T("生成链接"),
    "link.revoke": T("停用链接"),
    "unit.change": T("修改单位联系方式"),
    "rectification.report": T("报送整改情况"),
    "rectification.return": T("退回整改"),
    "rectification.recheck": T("安排复查"),
    "rectification.call_off": T("取消复查"),
    "rectification.recheck_pass": T("认定复查合格"),
    "rectification.recheck_fail": T("认定复查不合格"),
    "rectification.extend": T("准予延期"),
    "rectification.overdue": T("登记逾期"),
    "rectification.close": T("销号"),
    "appeal.file": T("提出申诉"),
    "appeal.decide": T("决定申诉"),
    "talk.arrange": T("安排约谈"),
    "talk.no_show": T("登记未到会"),
    "talk.cancel": T("取消约谈"),
    "talk.record": T("登记约谈记录"),
    "talk.report": T("报送后续报告"),
    "talk.return": T("退回后续报告"),
    "talk.close": T("办结约谈"),
    "job.again": T("重做任务"),
    "retention.tidy": T("清理到期记录"),
    "demo.load": T("装入演示数据"),
    "sign_in": T("登录"),
    "sign_in.refused": T("登录被拒"),
    "sign_out": T("退出"),
    "user.add": T("新建账号"),
    "user.update": T("修改账号"),
    "user.activate": T("启用账号"),
    "user.deactivate": T("停用账号"),
    "user.reset_password": T("重置密码"),
    "user.change_password": T("修改密码"),
}
_FIELDS: dict[str, Text] = FIELD_WORD | {
    "added": T("增加的措施"),
    "taken_back": T("撤销的措施"),
    "active": T("在用"),
    "answered_by": T("接听人/工号"),
    "appellant": T("申诉人"),
    "answers": T("评分项"),
    "attempt": T("第几次"),
    "caller_number": T("主叫号码"),
    "class": T("类别"),
    "commitments": T("承诺"),
    "coverage": T("覆盖"),
    "critical": T("一票否决"),
    "deal": T("分配校验值"),
    "dealing": T("分配依据校验值"),
    "decision": T("决定"),
    "digest": T("校验值"),
    "contact": T("联系人"),
    "contact_phone": T("联系人电话"),
    "email": T("邮箱"),
    "expires_at": T("有效期至"),
    "due_on": T("期限"),
    "ends_on": T("末日"),
    "error": T("原因"),
    "files": T("附件"),
    "first_human_s": T("首次人工秒数"),
    "frame_hash": T("抽样框校验值"),
    "inspectors": T("检查员"),
    "link": T("链接"),
    "person": T("被约谈人"),
    "phone": T("联系电话"),
    "place": T("地点"),
    "post": T("职务"),
    "matter": T("投诉事项"),
    "queued": T("待发送"),
    "received_on": T("收到日期"),
    "recipient": T("邮箱"),
    "signer": T("签收人"),
    "full_name": T("姓名"),
    "held_at": T("约谈时间"),
    "hold_total_s": T("等待秒数"),
    "host": T("约谈人"),
    "late": T("逾期"),
    "lines": T("线路数"),
    "numbers": T("号码"),
    "meets_at": T("约谈时间"),
    "name": T("名称"),
    "note": T("备注"),
    "notice_number": T("文号"),
    "notices": T("文书"),
    "outcome": T("结果"),
    "parent": T("上级"),
    "parent_code": T("上级"),
    "report_due_on": T("后续报告期限"),
    "review": T("复核"),
    "ring_s": T("振铃秒数"),
    "role": T("角色"),
    "round": T("轮次"),
    "messages": T("提醒和报告"),
    "openings": T("打开记录"),
    "rubric": T("评分细则"),
    "runners": T("调度程序"),
    "runs": T("任务记录"),
    "scenario": T("咨询内容"),
    "score_tenths": T("得分"),
    "seed": T("随机种子"),
    "started_at": T("拨打时间"),
    "shown": T("展示轮次"),
    "state": T("状态"),
    "talk_s": T("通话秒数"),
    "talk_state": T("状态"),
    "mail_state": T("状态"),
    "title": T("标题"),
    "transfer_count": T("转接次数"),
    "transfer_wait_s": T("转接等待秒数"),
    "unit_id": T("责任单位"),
    "unmet": T("未满足复拨规则"),
    "whom": T("被约谈单位"),
}
_REFUSED = {
    "password": T("密码不对"),
    "unknown": T("没有这个用户名"),
    "locked": T("账号锁定中"),
    "now locked": T("密码不对，账号已锁定"),
    "inactive": T("账号已停用"),
}


def subject(key: str) -> str:
    return word(SUBJECTS[key]) if key in SUBJECTS else key


def action(key: str) -> str:
    return word(ACTIONS[key]) if key in ACTIONS else key


def reason(action_key: str, said: str | None) -> str:
    """Why; of a refused sign-in, what was wrong with it."""
    if action_key == "sign_in.refused" and said in _REFUSED:
        return word(_REFUSED[said])
    return said or ""


def shell(kept: Mapping[str, str] | None) -> str:
    """Who sat at the command line, of a deed in an account's name; empty where it was a page."""
    if not kept:
        return ""
    who = kept.get("os_user", "")
    if "login" in kept:
        who = say("{login}（以 {user} 运行）", login=kept["login"], user=who)
    return say("命令行：{who}，{command}", who=who, command=kept.get("command", ""))


def values(kept: Any) -> str:
    """What an entry holds, a line a field. A name or value that has no words stays as stored."""
    if kept is None:
        return ""
    if not isinstance(kept, Mapping):
        return _value("", kept)
    return "\n".join(
        say("{label}：{said}", label=_field(name), said=_value(name, value))
        for name, value in kept.items()
    )


def _field(name: str) -> str:
    return word(_FIELDS[name]) if name in _FIELDS else name


def _value(name: str, value: Any) -> str:
    known = {
        "review": words.REVIEW,
        "role": words.ROLE,
        "status": words.LINE_STATUS,
        "level": words.LINE_LEVEL | words.AREA_LEVEL,
        "coverage": words.COVERAGE,
        "state": words.RECTIFICATION_STATE,
        "talk_state": words.TALK_STATE,
        "mail_state": words.MESSAGE_STATE,
        "decision": words.APPEAL_STATE,
    }.get(name, {})
    if value is None or value == [] or value == "":
        return "—"
    if name == "class":
        return word(words.klass(value))
    if isinstance(value, bool):
        return word(words.ANSWER["yes" if value else "no"])
    if isinstance(value, str) and value in known:
        return word(known[value])
    if name == "outcome":
        code = Outcome[value] if isinstance(value, str) else Outcome(value)
        return f"{int(code)} {word(words.OUTCOME[code])}"
    if name == "score_tenths":
        return score(value)
    if name in ("started_at", "meets_at", "held_at"):
        return moment_exact(datetime.fromisoformat(value))
    if name == "answers":
        return listed(f"{key} {word(words.ANSWER[said])}" for key, said in value.items())
    if isinstance(value, list):
        return listed(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
