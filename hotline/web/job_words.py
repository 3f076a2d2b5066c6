"""What a run of the scheduler's jobs came to, in words."""

from collections.abc import Mapping
from typing import Any

from hotline.errors import T, Text
from hotline.web.wording import listed

# By the key of a run's result: a list of codes, a number, or a server's words. What has no words
# here is not shown.
_SAID = {
    "unanswered": T("邮件服务器收了信没有答复，其余邮件都在队列里，会自动再试：{what}"),
    "unknown_codes": T("config.yaml 的 rounds.city 中不是汇总分组的代码：{what}"),
    "opened": T("开始：{what}"),
    "without_inspectors": T("没有检查员：{what}"),
    "without_lines": T("没有在用线路，未开始：{what}"),
    "over": T("抽查期已过，未开始：{what}"),
    "known_in_part": T("此前已人工开始，只含指定的线路，没有另开：{what}"),
    "known": T("此前已开始：{what}"),
    "sent": T("已发送 {what}"),
    "queued": T("待发送 {what}"),
    "failed": T("发送失败 {what}"),
    "unknown": T("发送结果不明 {what}"),
    "addresses": T("收件人 {what}"),
    "rectifications": T("整改 {what}"),
    "drawn": T("编制 {what}"),
    "checks": T("复拨时间有变 {what} 条"),
}

OPENINGS = ("open-city-rounds", "open-province-round")
"""The jobs that `rounds.automatic: false` leaves to people."""


def said(result: Mapping[str, Any] | None) -> list[Text]:
    """One text a part of the result, what needs somebody first."""
    found = []
    for key, words in _SAID.items():
        if what := (result or {}).get(key):
            shown = listed(map(str, what)) if isinstance(what, list) else what
            found.append(Text(words.msgid, {"what": shown}))
    return found
