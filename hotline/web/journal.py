"""The journal, to be read."""

import json
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hotline import journal
from hotline.errors import T, Text
from hotline.web.current import current_actor, current_database
from hotline.web.wording import word

room = Blueprint("journal", __name__, url_prefix="/journal")

SUBJECTS: dict[str, Text] = {
    "area": T("行政区"),
    "line": T("线路"),
    "round": T("抽查轮次"),
    "check": T("抽查任务"),
    "call": T("拨测"),
    "notice": T("文书"),
    "user": T("账号"),
}
ACTIONS: dict[str, Text] = {
    "area.add": T("登记行政区"),
    "area.change": T("变更行政区"),
    "line.add": T("登记线路"),
    "line.change": T("变更线路"),
    "line.regroup": T("调整汇总分组"),
    "round.open": T("开始一轮"),
    "round.assign": T("指派检查员"),
    "round.close": T("关闭一轮"),
    "call.record": T("登记拨测"),
    "call.correct": T("更正拨测"),
    "call.void": T("作废拨测"),
    "check.accepted": T("复核通过"),
    "check.returned": T("复核退回"),
    "notice.draft": T("起草文书"),
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


@room.get("")
def index() -> ResponseReturnValue:
    given = request.args
    filters = journal.Filters(
        by=given.get("by", "").strip()[:80],
        subject=given.get("subject", "")[:20],
        subject_id=given.get("id", "").strip()[:60],
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )
    with current_database().read() as session:
        found = journal.find(session, current_actor(), filters, page=given.get("page", 1, type=int))
    return render_template(
        "journal/index.html",
        found=found,
        filters=filters,
        subjects=SUBJECTS.items(),
        subject_words=lambda key: _words(SUBJECTS, key),
        action_words=lambda key: _words(ACTIONS, key),
        values=_values,
    )


def _words(known: dict[str, Text], key: str) -> str:
    return word(known[key]) if key in known else key


def _values(value: Any) -> str:
    """What an entry holds, as it was stored: one name and value after the other."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_values(part)}" for name, part in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None
