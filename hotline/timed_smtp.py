"""SMTP on which an exchange has an end, however slowly the server speaks.

A socket's timeout is one of each read: a server that sends a few bytes now and then never meets it.
"""

import io
import smtplib
import socket
from ssl import SSLContext
from time import monotonic
from typing import Any


class TooSlow(smtplib.SMTPException):
    """The exchange was not over at its end."""


class TimedSMTP(smtplib.SMTP):
    """A connection that waits `timeout` seconds for a sign of the server, but not past `ends_at`.

    `ends_at`, on the monotonic clock, is set anew before each exchange. `tls`: from the first byte.
    How long it takes to look up the host's address is the resolver's affair.
    """

    def __init__(
        self, host: str, port: int, *, timeout: float, ends_at: float, tls: SSLContext | None
    ):
        self.ends_at, self._tls = ends_at, tls
        try:
            super().__init__(host, port, timeout=timeout)
        except BaseException:
            # Nobody else has hold of what was opened by then.
            self.close()
            raise

    def wait_s(self) -> float:
        """How long the next step may take. Raises TooSlow when there is no time left."""
        left = self.ends_at - monotonic()
        if left <= 0:
            raise TooSlow("the mail server took too long")
        return min(self.timeout, left)

    def send(self, s: Any) -> None:
        """The same piece by piece, since sending all of it is bounded by no timeout over TLS."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        left = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        try:
            while left:
                self.sock.settimeout(self.wait_s())
                left = left[self.sock.send(left) :]
        except OSError as error:
            self.close()
            words = f"Connection unexpectedly closed: {error}"
            raise smtplib.SMTPServerDisconnected(words) from error

    def getreply(self) -> tuple[int, bytes]:
        """The same, within the exchange."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Reading(self, self.sock))
        answer = super().getreply()
        if self.sock is not None:
            # What comes next may be a handshake, which goes by the timeout that it finds. The
            # answer stands, also where it came at the last moment.
            left = max(self.ends_at - monotonic(), 0.001)
            self.sock.settimeout(min(self.timeout, left))
        return answer

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Each of the host's addresses in turn, all of them within the exchange."""
        failed = OSError(f"no address of {host}")
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                opened = socket.create_connection((str(address[0]), port), self.wait_s())
            except OSError as error:
                failed = error
                continue
            opened.settimeout(self.wait_s())
            return self._tls.wrap_socket(opened, server_hostname=host) if self._tls else opened
        raise failed


class _Reading(io.RawIOBase):
    """What the server says; each read waits only as long as the connection may."""

    def __init__(self, server: TimedSMTP, connection: socket.socket):
        self._server, self._connection = server, connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._server.wait_s())
        return self._connection.recv_into(buffer)
