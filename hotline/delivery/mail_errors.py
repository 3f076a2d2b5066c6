"""Why an e-mail did not go out, for people who know nothing of mail servers."""

import re

from hotline.delivery.mail_queue import LEFT
from hotline.errors import T, Text

PAST = "its day was over before it could be sent"
NO_UNIT = "no unit that the paper goes to has this address any more"
MOVED = "nobody whom it is for has this address any more"

_OWN = {
    LEFT: T("发送过程被打断，不知道邮件发出没有。"),
    NO_UNIT: T("收文单位已不用这个邮箱。"),
    PAST: T("当日没能发出，清单已过期。"),
    MOVED: T("这个邮箱已没有人使用（已改邮箱、停用账号或调整职责）。"),
}
# Of a server's answer, its code and, where there is one, its enhanced code; the first that fits.
_ANSWERS = (
    (r"53[045] .*", T("发信账号没有通过邮件服务器的验证，请网络管理员核对。")),
    (r"\d+ 5\.1\.[0-6]", T("收件邮箱不存在或写错了，请核对邮箱。")),
    (r"\d+ 5\.2\.1", T("收件邮箱已停用，请核对邮箱。")),
    (r"\d+ [45]\.2\.2", T("收件邮箱已满，请对方清理。")),
    (r"\d+ 5\.(2\.3|3\.4)", T("邮件太大，对方的邮件服务器不收。")),
    (r"\d+ 5\.7\.\d+", T("邮件服务器按安全规则拒收，请网络管理员查明原因。")),
    (r"55[013] .*", T("收件邮箱不存在或拒收，请核对邮箱。")),
    (r"[45]52 .*", T("收件邮箱已满，或邮件太大。")),
    (r"4\d\d .*", T("邮件服务器暂时不收，多次重试没有发出。")),
    (r"5\d\d .*", T("邮件服务器拒收，请网络管理员查明原因。")),
)
_BROKEN = (
    (r"TimeoutError|TooSlow|SMTPServerDisconnected: .*timed out", T("邮件服务器没有及时应答。")),
    (r"ValueError", T("这不是可以投递的邮箱，请核对。")),
    (
        r"(SMTPServerDisconnected|OSError|\w*(Connection|Pipe|SSL)\w*)",
        T("与邮件服务器的连接中断。"),
    ),
)
_OTHER = T("没有发出，请网络管理员查明原因。")


def explain(error: str | None) -> Text | None:
    """A kept error as a sentence; None where there is none."""
    if not error:
        return None
    if error in _OWN:
        return _OWN[error]
    if answer := re.match(r"([45]\d\d)\b[ -]?(\d\.\d+\.\d+)?", error):
        code = f"{answer[1]} {answer[2] or ''}"
        return next(said for pattern, said in _ANSWERS if re.fullmatch(pattern, code))
    return next((said for pattern, said in _BROKEN if re.match(pattern, error)), _OTHER)


def is_ours(error: str) -> bool:
    """Whether the words are this program's own and no mail server's."""
    return error in _OWN
