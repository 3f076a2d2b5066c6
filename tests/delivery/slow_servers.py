"""Mail servers that keep one waiting, each at one step of a letter's way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Slow:
    """What such a server has seen. `dull`: the step after which it says nothing that helps."""

    port: int
    dull: str
    way: str
    connections: int = 0
    letters: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def stall(self, line: socket.socket, code: bytes) -> None:
        """Silent, or line upon line of an answer, or a line without end, for long."""
        bit = {"silent": b"", "lines": code + b"-wait\r\n", "bytes": b"2"}[self.way]
        for _ in range(75):
            if self.over.wait(0.2):
                return
            line.sendall(bit)

    def serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as heard:
            try:
                self._greet(line)
                for said in heard:
                    if not self._answer(line, heard, said.strip().upper()):
                        return
            except OSError:
                return

    def _greet(self, line: socket.socket) -> None:
        if self.dull == "greeting":
            self.stall(line, b"220")
        line.sendall(b"220 here\r\n")

    def _answer(self, line: socket.socket, heard: Iterator[bytes], said: bytes) -> bool:
        if said.startswith(b"MAIL") and self.dull == "sender":
            self.stall(line, b"250")
        if said == b"DATA":
            line.sendall(b"354 go on\r\n")
            while next(heard).strip() != b".":
                pass
            self.letters += 1
            if self.dull == "letter":
                self.stall(line, b"250")
        line.sendall(b"221 bye\r\n" if said == b"QUIT" else b"250 fine\r\n")
        return said != b"QUIT"


@contextmanager
def slow_server(dull: str, way: str = "lines") -> Iterator[Slow]:
    """One on loopback, until the block is left."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        slow = Slow(listening.getsockname()[1], dull, way)

        def take() -> None:
            while not slow.over.is_set():
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                slow.connections += 1
                threading.Thread(target=slow.serve, args=(line,), daemon=True).start()

        threading.Thread(target=take, daemon=True).start()
        try:
            yield slow
        finally:
            slow.over.set()
            listening.shutdown(socket.SHUT_RDWR)
