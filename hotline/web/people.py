"""People by their full names; the journal alone says the names they sign in with."""

from flask import g
from sqlalchemy import select

from hotline.models.people import User
from hotline.web.current import current_database
from hotline.web.wording import say

_users = User.__table__


def called(login: str | None) -> str:
    """The full name of an account, or the login where it has none or is no account's."""
    if not login:
        return ""
    if login.startswith("link:"):
        return say("邮件链接")
    return say("系统") if login == "system" else know_names().get(login, login)


def know_names() -> dict[str, str]:
    """Full names by login, read once per request.

    To be called before a view that renders inside its session opens that session, so that no
    request waits for a second connection while it holds one.
    """
    if "full_names" not in g:
        query = select(_users.c.name, _users.c.full_name).where(_users.c.full_name != "")
        with current_database().engine.connect() as reading:
            g.full_names = {row.name: row.full_name for row in reading.execute(query)}
    names: dict[str, str] = g.full_names
    return names
