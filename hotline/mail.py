"""E-mail by SMTP: a letter in, what became of it out. Nothing here knows the database."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from time import monotonic
from typing import Literal

from hotline.settings import Mail
from hotline.timed_smtp import TimedSMTP

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
)

# A server that works takes leave, and says that it is there, at once.
_QUICK_S = 3


def longest_exchange_s(mail: Mail) -> int:
    """The most that connecting, or one letter, takes, and taking leave after it."""
    return 2 * mail.timeout_s + _QUICK_S


@dataclass(frozen=True)
class Letter:
    """An e-mail as plain values, with one paper or none. Sent again it is the same message."""

    message_id: str
    recipient: str
    subject: str
    text: str
    written_at: datetime
    paper_name: str = ""
    paper: bytes | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a letter, and the server's words.

    sent: the server took it. later: it did not, and may another time. failed: it never will.
    unknown: the line broke after the letter had gone out, before the answer came.
    `broken`: the server fell silent or spoke no SMTP; it is not the letter's fault, and the
    next one would fare no better.
    """

    result: Literal["sent", "later", "failed", "unknown"]
    said: str = ""
    broken: bool = False


class Unreachable(Exception):
    """No server to send with; no letter was touched."""


def is_address(text: str) -> bool:
    """One plain address that no server reads as anything more."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def message(letter: Letter, mail: Mail) -> EmailMessage:
    """The letter as it goes over the wire. Raises ValueError for an address that is none."""
    if not is_address(letter.recipient):
        raise ValueError(f"no e-mail address: {letter.recipient!r}")
    said = EmailMessage(policy=SMTP)
    said["From"] = Address(_one_line(mail.sender_name), addr_spec=mail.sender)
    said["To"] = letter.recipient
    said["Subject"] = _one_line(letter.subject)
    said["Date"] = format_datetime(letter.written_at)
    said["Message-ID"] = letter.message_id
    said["Auto-Submitted"] = "auto-generated"
    said.set_content(letter.text, cte="base64")
    if letter.paper is not None:
        name = _one_line(letter.paper_name)
        said.add_attachment(letter.paper, maintype="application", subtype="pdf", filename=name)
    return said


class Mailer:
    """One connection to the office's server, opened when needed and kept while it works.

    Opening it, and each letter, ends after twice `mail.timeout_s`, however slow the server is.
    """

    def __init__(self, mail: Mail, password: str = ""):
        self.mail = mail
        self._password = password
        self._server: TimedSMTP | None = None

    def open(self) -> None:
        """Be ready to send. Raises Unreachable, with the server's words."""
        ends_at = monotonic() + 2 * self.mail.timeout_s
        if self._server is not None and self._answers(self._server):
            return
        self.close()
        if not self.mail.host:
            raise Unreachable("mail.host")
        try:
            self._server = self._connected(ends_at)
            if self.mail.user:
                self._server.login(self.mail.user, self._password)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Unreachable(_words(error)) from error

    def send(self, letter: Letter) -> Outcome:
        """Hand one letter over, on the connection that `open` made."""
        try:
            content = message(letter, self.mail).as_bytes()
        except ValueError as error:
            return Outcome("failed", _words(error))
        outcome = self._hand_over(letter.recipient, content)
        if outcome.result != "sent":
            self.close()
        return outcome

    def close(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.ends_at = monotonic() + _QUICK_S
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()

    def _connected(self, ends_at: float) -> TimedSMTP:
        tls = ssl.create_default_context() if self.mail.security == "ssl" else None
        host, port, timeout = self.mail.host, self.mail.port, self.mail.timeout_s
        opened = TimedSMTP(host, port, timeout=timeout, ends_at=ends_at, tls=tls)
        self._server = opened
        if self.mail.security == "starttls":
            opened.starttls(context=ssl.create_default_context())
        opened.ehlo_or_helo_if_needed()
        return opened

    def _hand_over(self, recipient: str, content: bytes) -> Outcome:
        server = self._server
        assert server is not None, "open() comes first"
        began = monotonic()
        server.ends_at = began + self.mail.timeout_s
        try:
            for command, expected in (
                (lambda: server.mail(self.mail.sender), (250,)),
                (lambda: server.rcpt(recipient), (250, 251)),
                (lambda: server.docmd("DATA"), (354,)),
            ):
                code, said = command()
                if code not in expected:
                    return _refused(code, said)
        except (smtplib.SMTPException, OSError) as error:
            return Outcome("later", _words(error), broken=True)
        # From here on the server may have the letter, whatever happens to the line.
        server.ends_at = began + 2 * self.mail.timeout_s
        try:
            server.send(re.sub(rb"(?m)^\.", b"..", content) + b".\r\n")
            code, said = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Outcome("unknown", _words(error), broken=True)
        if code == 250:
            return Outcome("sent", _text(said))
        if 400 <= code < 600:
            return _refused(code, said)
        return Outcome("unknown", _text(said), broken=True)

    @staticmethod
    def _answers(server: TimedSMTP) -> bool:
        server.ends_at = monotonic() + _QUICK_S
        try:
            return server.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False


def _refused(code: int, said: bytes) -> Outcome:
    return Outcome("failed" if code >= 500 else "later", f"{code} {_text(said)}"[:500])


def _words(error: Exception) -> str:
    """Type and text: a bare `timed out` says too little, a closed socket nothing at all."""
    return f"{type(error).__name__}: {error}"[:500]


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace").replace("\n", " ")[:400]


def _one_line(text: str) -> str:
    return " ".join(text.split())
