"""What went wrong with an e-mail, in words for people."""

from __future__ import annotations

import pytest

from hotline.delivery import mail_errors, mail_queue
from hotline.delivery.mail_errors import explain
from hotline.mail import Letter, Mailer
from tests.delivery.told import NOW


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (mail_queue.LEFT, "被打断"),
        (mail_errors.PAST, "已过期"),
        (mail_errors.MOVED, "没有人使用"),
        (mail_errors.NO_UNIT, "收文单位"),
        ("550 5.1.1 <x@example.cn>: User unknown", "不存在或写错了"),
        ("550-5.1.1 The email account does not exist", "不存在或写错了"),
        ("550 no such mailbox", "不存在或拒收"),
        ("552 5.2.2 mailbox full", "已满，请对方清理"),
        ("452 4.2.2 over quota", "已满，请对方清理"),
        ("552 message size exceeds limit", "已满，或邮件太大"),
        ("552 5.3.4 too big", "太大"),
        ("554 5.7.1 spam", "安全规则"),
        ("451 4.7.1 Greylisting in action", "暂时不收"),
        ("421 too busy", "暂时不收"),
        ("535 5.7.8 authentication failed", "发信账号"),
        ("530 must issue STARTTLS", "发信账号"),
        ("501 syntax", "网络管理员"),
        ("TimeoutError: timed out", "没有及时应答"),
        ("TooSlow: the mail server took too long", "没有及时应答"),
        ("SMTPServerDisconnected: Connection unexpectedly closed: timed out", "没有及时应答"),
        ("SMTPServerDisconnected: Connection unexpectedly closed", "连接中断"),
        ("ConnectionResetError: [Errno 104]", "连接中断"),
        ("BrokenPipeError: [Errno 32]", "连接中断"),
        ("SSLEOFError: EOF occurred", "连接中断"),
        ("ValueError: no e-mail address: 'x'", "可以投递的邮箱"),
        ("KeyError: 'x'", "查明原因"),
        ("5500 is no answer", "查明原因"),
    ],
)
def test_each_kind_of_error_has_its_words(error, said):
    assert said in str(explain(error))


def test_no_error_has_none():
    assert explain(None) is None
    assert explain("") is None


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("refused", "不存在或拒收"),
        ("later", "暂时不收"),
        ("unread", "拒收"),
        ("full", "已满"),
        ("dropped", "连接中断"),
    ],
)
def test_what_a_real_server_does_is_understood(office, to, said):
    mailer = Mailer(office.mail)
    mailer.open()
    letter = Letter("<1@example.cn>", f"{to}@example.cn", "x", "x", NOW)
    outcome = mailer.send(letter)
    mailer.close()
    assert outcome.result != "sent"
    assert said in str(explain(outcome.said))
