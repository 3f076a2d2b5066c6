"""Where one can go from a page: the rooms by task, and the addresses of static files."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for

from hotline import clock, words
from hotline.errors import T, Text
from hotline.web import guard
from hotline.web.language import LANGUAGES
from hotline.web.wording import word


@dataclass(frozen=True)
class Place:
    """One entry of the navigation.

    `rooms`: the blueprints, or single endpoints, in which it shows as the present one.
    """

    endpoint: str
    name: Text
    rooms: tuple[str, ...]
    at_the_bottom: bool = False

    def shown_in(self, present: Collection[str | None]) -> bool:
        """Is this the place one is at?"""
        return any(room in present for room in self.rooms)


PLACES = (
    Place("home.today", T("今日"), ("home",), at_the_bottom=True),
    Place("unit_page.show", T("本单位"), ("unit_page.show",), at_the_bottom=True),
    Place("rounds.index", T("抽查"), ("rounds", "checks", "call_imports"), at_the_bottom=True),
    Place("lines.index", T("线路"), ("lines", "line_imports"), at_the_bottom=True),
    Place("reviews.index", T("复核"), ("reviews",)),
    Place(
        "ledgers.problems",
        T("问题"),
        ("ledgers.problems", "rectifications", "appeals", "attachments"),
    ),
    Place("ledgers.notices", T("文书"), ("ledgers.notices", "notices", "drafts", "deliveries")),
    Place("ledgers.talks", T("约谈"), ("ledgers.talks", "talks")),
    Place("figures.index", T("统计"), ("figures",)),
    Place("bulletins.index", T("周报月报"), ("bulletins", "messages")),
    Place("areas.index", T("行政区"), ("areas",)),
    Place("units.index", T("单位"), ("units", "unit_page.of_unit")),
    Place("users.index", T("账号"), ("users",)),
    Place("jobs.index", T("定时任务"), ("jobs",)),
    Place("journal.index", T("日志"), ("journal",)),
)


def start(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, address_with=address_with)

    @app.context_processor
    def for_every_page() -> dict[str, Any]:
        now = clock.now()
        today = clock.local(now).date()
        return {
            "printed_at": now,
            "round_levels": words.ROUND_LEVEL,
            "area_levels": words.AREA_LEVEL,
            "role_name": word(words.ROLE[g.actor.role]) if g.get("actor") else "",
            "places": _places(),
            "present_rooms": {request.blueprint, request.endpoint},
            "present_month": clock.Period.month_of(today).name,
            "present_quarter": clock.Period.quarter_of(today).name,
            "languages": LANGUAGES,
            "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        }


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it."""
    return url_for("static", filename=name, v=_version(f"{current_app.static_folder}/{name}"))


def address_with(name: str, value: object) -> str:
    """This page's address with one filter set (empty: taken away), from page 1 again."""
    kept = {key: given for key, given in request.args.items() if key not in (name, "page")}
    if value not in (None, ""):
        kept[name] = str(value)
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _places() -> list[Place]:
    """The rooms that exist and are open to whoever asks."""
    if g.get("signed_in") is None or g.signed_in.must_change_password:
        return []
    known = current_app.view_functions
    return [p for p in PLACES if p.endpoint in known and guard.may(p.endpoint, g.actor.role)]


@cache
def _version(path: str) -> str:
    file = Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""
