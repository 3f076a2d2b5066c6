"""A browser without a window: someone signed in, who reads pages and sends their forms."""

from __future__ import annotations

import html
import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from hotline import clock
from hotline.models.people import User
from hotline.rights import Actor
from hotline.web.current import session_key

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """Pages as one user gets them. `actor` None: nobody is signed in."""

    def __init__(self, app: Flask, actor: Actor | None = None, language: str | None = None):
        self.client = app.test_client()
        if actor is not None and actor.user_id is not None:
            # Everyone sits at a machine of their own: rates are counted by address.
            self.client.environ_base["REMOTE_ADDR"] = f"127.0.1.{actor.user_id % 250 + 1}"
        with self.client.session_transaction() as session:
            if actor is not None:
                since = int(clock.now().timestamp())
                key = session_key(actor.user_id, _epoch(app, actor))
                session.update(_user_id=key, _fresh=True, since=since)
            if language:
                session["language"] = language
        self._token: str | None = None

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, **fields: Any) -> TestResponse:
        """Send a form with its token."""
        return self.send(address, fields)

    def send(self, address: str, fields: dict[str, Any], **more: Any) -> TestResponse:
        if self._token is None:
            self._token = _TOKEN.search(self.get("/keys").text)[1]
        answer = self.client.post(address, data={"csrf_token": self._token, **fields}, **more)
        if address in ("/sign-in", "/sign-out", "/password"):
            self._token = None  # a new session has a new one
        return answer


def _epoch(app: Flask, actor: Actor) -> int:
    with app.extensions["hotline"][1].read() as session:
        return session.get_one(User, actor.user_id).epoch


def text_of(answer: TestResponse) -> str:
    """What a page says: its words without markup, blanks made one."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def field(answer: TestResponse, name: str) -> str:
    """The value of a text or hidden field."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', answer.text)[0]
    return html.unescape(re.search(r'value="([^"]*)"', tag)[1])


def chosen(answer: TestResponse, name: str) -> list[str]:
    """The values ticked under a name."""
    tags = re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', answer.text)
    return [re.search(r'value="([^"]*)"', tag)[1] for tag in tags if " checked" in tag]
