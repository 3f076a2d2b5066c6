"""A real mail server on loopback, whose answers go by whom a letter is for."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hotline.settings import Settings
from tests.delivery.papers import with_server


class Postbox:
    """What was taken in. `later@`, `refused@` and `dropped@` are what happens to their letters."""

    def __init__(self) -> None:
        self.envelopes: list[tuple[str, bytes]] = []
        self.refusing = False

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("refused"):
            return "550 no such mailbox"
        if address.startswith("later"):
            return "451 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("unread"):
            return "554 not this one"
        if recipient.startswith("full"):
            return "452 mailbox full"
        self.envelopes.append((recipient, envelope.content))
        if recipient.startswith("dropped"):
            server.transport.abort()
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.envelopes]

    def letter(self, recipient: str) -> EmailMessage:
        """The one letter to someone."""
        [envelope] = [envelope for envelope in self.envelopes if envelope[0] == recipient]
        return self.parsed(envelope)

    @staticmethod
    def parsed(envelope: tuple[str, bytes]) -> EmailMessage:
        return message_from_bytes(envelope[1], policy=policy.default)


class Running(Controller):
    """A server on a free port of loopback."""

    def __init__(self, postbox: Postbox, **more: object):
        super().__init__(postbox, hostname="127.0.0.1", port=0, **more)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox) -> Iterator[Running]:
    running = Running(postbox)
    running.start()
    yield running
    if running.loop.is_running():
        running.stop()


@pytest.fixture
def office(settings: Settings, server: Running) -> Settings:
    """The settings of an office with that mail server."""
    return with_server(settings, server.port)
