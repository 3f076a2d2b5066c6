"""Who may enter which room. A route that is not in the table is closed to everyone."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hotline.errors import Forbidden, T
from hotline.models.people import ROLES
from hotline.rights import ADMIN_ROLES, INSPECTOR_ROLES

Who = frozenset[str] | None
ANYONE: Who = None
SIGNED_IN: Who = frozenset(ROLES)
ADMINS: Who = frozenset(ADMIN_ROLES)
INSPECTING: Who = frozenset(ADMIN_ROLES + INSPECTOR_ROLES)
PROVINCE_ADMIN: Who = frozenset({"province_admin"})
READERS: Who = frozenset(ROLES) - {"auditor"}

TABLE: dict[str, Who] = {
    "static": ANYONE,
    "help.health": ANYONE,
    "metrics.show": ANYONE,
    "help.icon": ANYONE,
    "help.keys": ANYONE,
    "language.switch": ANYONE,
    "sign_in.enter": ANYONE,
    "sign_in.leave": SIGNED_IN,
    "sign_in.password": SIGNED_IN,
    "sign_in.email": SIGNED_IN,
    "home.today": SIGNED_IN,
    "users.index": ADMINS,
    "users.add": ADMINS,
    "users.edit": ADMINS,
    "users.reset": ADMINS,
    "users.activate": ADMINS,
    "users.deactivate": ADMINS,
    "journal.index": SIGNED_IN,
    "bulletins.index": ADMINS,
    "bulletins.pdf": ADMINS,
    "messages.index": ADMINS,
    "messages.decide": ADMINS,
    "messages.leave": ADMINS,
    "jobs.index": PROVINCE_ADMIN,
    "jobs.again": PROVINCE_ADMIN,
    "areas.index": PROVINCE_ADMIN,
    "areas.import_": PROVINCE_ADMIN,
    "areas.template": PROVINCE_ADMIN,
    "lines.index": READERS,
    "lines.export": READERS,
    "lines.show": READERS,
    "lines.add": ADMINS,
    "lines.edit": ADMINS,
    "lines.complain": ADMINS,
    "line_imports.page": ADMINS,
    "line_imports.preview": ADMINS,
    "line_imports.template": ADMINS,
    "rounds.index": READERS,
    "rounds.open_": ADMINS,
    "rounds.show": READERS,
    "rounds.inspectors": ADMINS,
    "assignments.page": ADMINS,
    "rounds.close": ADMINS,
    "rounds.settle": ADMINS,
    "rounds.call_off": ADMINS,
    "rounds.extend": ADMINS,
    "figures.index": READERS,
    "figures.show": READERS,
    "figures.export": READERS,
    "checks.show": READERS,
    "checks.record": INSPECTING,
    "checks.next_line": INSPECTING,
    "checks.correct": INSPECTING,
    "checks.void": ADMINS,
    "reviews.index": ADMINS,
    "reviews.accept": ADMINS,
    "reviews.accept_passes": ADMINS,
    "reviews.return_": ADMINS,
    "ledgers.problems": READERS,
    "ledgers.export_problems": READERS,
    "ledgers.notices": READERS,
    "ledgers.export_notices": READERS,
    "ledgers.talks": READERS,
    "ledgers.export_talks": READERS,
    "unit_page.show": frozenset({"unit_reader"}),
    "unit_page.of_unit": ADMINS,
    "notices.show": READERS,
    "notices.pdf": READERS,
    "notices.docx": READERS,
    "notices.annexes": READERS,
    "drafts.submit": ADMINS,
    "drafts.return_": ADMINS,
    "drafts.withdraw": ADMINS,
    "drafts.issue": ADMINS,
    "drafts.edit": ADMINS,
    "drafts.drop": ADMINS,
    "drafts.restore": ADMINS,
    "drafts.of_round": ADMINS,
    "drafts.submit_round": ADMINS,
    "drafts.issue_round": ADMINS,
    "deliveries.decide": ADMINS,
    "deliveries.queue": ADMINS,
    "deliveries.link": ADMINS,
    "deliveries.revoke": ADMINS,
    "deliveries.receipt": frozenset({"unit_reader"}),
    "deliveries.zip_": READERS,
    "deliveries.print_": READERS,
    "units.index": ADMINS,
    "units.edit": ADMINS,
    "public_notices.show": ANYONE,
    "public_notices.pdf": ANYONE,
    "public_notices.sign": ANYONE,
    "public_notices.report": ANYONE,
    "public_notices.appeal": ANYONE,
    "verification.show": ANYONE,
    "verification.compare": ANYONE,
    "rectifications.show": READERS,
    "rectifications.report": frozenset({"unit_reader"}),
    "rectifications.return_": ADMINS,
    "rectifications.recheck": ADMINS,
    "rectifications.settle": ADMINS,
    "rectifications.call_off": ADMINS,
    "rectifications.extend": ADMINS,
    "rectifications.close": ADMINS,
    "attachments.download": READERS,
    "appeals.file": frozenset({"unit_reader"}),
    "appeals.show": READERS,
    "appeals.decide": ADMINS,
    "talks.show": READERS,
    "talks.arrange": ADMINS,
    "talks.record": ADMINS,
    "talks.no_show": ADMINS,
    "talks.cancel": ADMINS,
    "talks.report": frozenset({"unit_reader", "city_admin"}),
    "talks.return_": ADMINS,
    "talks.close": ADMINS,
    "call_imports.page": INSPECTING,
    "call_imports.preview": INSPECTING,
    "call_imports.template": INSPECTING,
}
# Where someone may go who has yet to change the first password.
_BEFORE_CHANGE = {
    "static",
    "help.health",
    "metrics.show",
    "help.icon",
    "help.keys",
    "language.switch",
    "sign_in.enter",
    "sign_in.leave",
    "sign_in.password",
    "public_notices.show",
    "public_notices.pdf",
    "public_notices.sign",
    "public_notices.report",
    "public_notices.appeal",
    "verification.show",
    "verification.compare",
}


def start(app: Flask) -> None:
    app.before_request(_guard)


def may(endpoint: str, role: str | None) -> bool:
    """May someone of this role (None: not signed in) enter? The object's own rights come on top."""
    if endpoint not in TABLE:
        return False
    who = TABLE[endpoint]
    return who is None or role in who


def safe_next(given: str | None) -> str | None:
    """A local path to go on to; None for anything that might lead to another site."""
    if not given or not given.startswith("/") or given.startswith("//") or "\\" in given:
        return None
    if any(ord(sign) < 0x21 for sign in given):
        return None
    parts = urlsplit(given)
    return None if parts.scheme or parts.netloc else given


def _guard() -> ResponseReturnValue | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None
    if endpoint not in TABLE:
        raise Forbidden(T("这个页面没有对您开放。"))
    who = TABLE[endpoint]
    if g.signed_in is None:
        return None if who is None else _to_sign_in()
    if g.signed_in.must_change_password and endpoint not in _BEFORE_CHANGE:
        return redirect(url_for("sign_in.password"))
    if not may(endpoint, g.actor.role):
        raise Forbidden(T("这个页面没有对您的角色开放。"))
    return None


def _to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("sign_in.enter", next=None if wanted == "/" else wanted)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("sign_in.enter")})
    return redirect(target)
