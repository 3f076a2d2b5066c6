"""The ledgers: problems, papers and talks as lists to filter, sort, print and export."""

from collections.abc import Container
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from hotline import clock, words
from hotline.errors import T
from hotline.ladder.rectification_figures import DEFINITION, OVERDUE_DEFINITION
from hotline.ledgers import ledger_exports, ledger_notices, ledger_problems, ledger_talks
from hotline.ledgers.ledger_pages import PAGE_SIZE, WHOLE, Sorting
from hotline.models.registry import Area
from hotline.registry import areas
from hotline.rules.outcomes import Klass
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.downloads import XLSX, file_answer
from hotline.web.intake import row_id
from reports.tables import Table
from reports.workbook import workbook

room = Blueprint("ledgers", __name__)

_ALL = ("", T("全部"))
_KLASSES = [(klass.value, words.KLASS[klass]) for klass in Klass if klass.failed]


@room.get("/problems")
def problems() -> ResponseReturnValue:
    sought, actor, now = _problems(), current_actor(), clock.now()
    with current_database().read() as session:
        found = ledger_problems.find(
            session,
            actor,
            sought,
            settings=current_settings(),
            now=now,
            page=_page(),
            size=_size(),
        )
        counted = ledger_problems.summary(session, actor, sought, now=now)
        periods = ledger_problems.periods(session, actor)
        groups = _groups(session)
    return render_template(
        "ledgers/problems.html",
        found=found,
        sought=sought,
        counted=counted,
        periods=periods,
        groups=groups,
        states=ledger_problems.STATES,
        classes=[_ALL, *_KLASSES],
        step_words=words.RECTIFICATION_STEP,
        definitions=(DEFINITION, OVERDUE_DEFINITION),
        whole=_size() == WHOLE,
        filtered=bool(set(request.args) - {"sort", "page", "all"}),
    )


@room.get("/problems/export.xlsx")
def export_problems() -> ResponseReturnValue:
    now = clock.now()
    with current_database().read() as session:
        table = ledger_exports.problems(
            session, current_actor(), _problems(), settings=current_settings(), now=now
        )
    return _book(table, now)


@room.get("/notices")
def notices() -> ResponseReturnValue:
    sought, actor, settings, now = _notices(), current_actor(), current_settings(), clock.now()
    with current_database().read() as session:
        found = ledger_notices.find(
            session, actor, sought, settings=settings, now=now, page=_page(), size=_size()
        )
        counts = ledger_notices.state_counts(session, actor, sought, settings=settings, now=now)
        rounds = ledger_notices.rounds_of(session, actor)
    return render_template(
        "ledgers/notices.html",
        found=found,
        sought=sought,
        counts=counts,
        rounds=rounds,
        kinds=[_ALL, *words.NOTICE_KIND.items()],
        kind_words=words.NOTICE_KIND,
        states=words.NOTICE_STATE,
        deliveries=ledger_notices.DELIVERY,
        receipts=ledger_notices.RECEIPT,
        whole=_size() == WHOLE,
        filtered=bool(set(request.args) - {"sort", "page", "all"}),
    )


@room.get("/notices/export.xlsx")
def export_notices() -> ResponseReturnValue:
    now = clock.now()
    with current_database().read() as session:
        table = ledger_exports.notices(
            session, current_actor(), _notices(), settings=current_settings(), now=now
        )
    return _book(table, now)


@room.get("/talks")
def talks() -> ResponseReturnValue:
    sought, actor, now = _talks(), current_actor(), clock.now()
    with current_database().read() as session:
        found = ledger_talks.find(session, actor, sought, now=now, page=_page(), size=_size())
        counts = ledger_talks.state_counts(session, actor, sought, now=now)
        periods = ledger_talks.periods(session, actor)
    return render_template(
        "ledgers/talks.html",
        found=found,
        sought=sought,
        counts=counts,
        periods=periods,
        states=words.TALK_STATE,
        whole=_size() == WHOLE,
        filtered=bool(set(request.args) - {"sort", "page", "all"}),
    )


@room.get("/talks/export.xlsx")
def export_talks() -> ResponseReturnValue:
    now = clock.now()
    with current_database().read() as session:
        table = ledger_exports.talks(session, current_actor(), _talks(), now=now)
    return _book(table, now)


def _problems() -> ledger_problems.Sought:
    return ledger_problems.Sought(
        search=_search(),
        state=_one_of("state", ("open", *ledger_problems.STATES)),
        flag=_one_of("flag", (ledger_problems.OVERDUE,)),
        klass=_one_of("class", [value for value, _ in _KLASSES]),
        group=request.args.get("group") or None,
        period=request.args.get("period") or None,
        round_code=request.args.get("round") or None,
        unit_id=request.args.get("unit", type=row_id),
        own="own" in request.args,
        sorting=Sorting.parse(_sort(), ledger_problems.SORTS, ledger_problems.USUAL),
    )


def _notices() -> ledger_notices.Sought:
    return ledger_notices.Sought(
        search=_search(),
        kind=_one_of("kind", words.NOTICE_KIND),
        state=_one_of("state", words.NOTICE_STATE),
        round_code=request.args.get("round") or None,
        delivery=_one_of("delivery", ledger_notices.DELIVERY),
        receipt=_one_of("receipt", ledger_notices.RECEIPT),
        unit_id=request.args.get("unit", type=row_id),
        own="own" in request.args,
        sorting=Sorting.parse(_sort(), ledger_notices.SORTS, ledger_notices.USUAL),
    )


def _talks() -> ledger_talks.Sought:
    return ledger_talks.Sought(
        search=_search(),
        state=_one_of("state", words.TALK_STATE),
        flag=_one_of("flag", (ledger_talks.OVERDUE,)),
        period=request.args.get("period") or None,
        round_code=request.args.get("round") or None,
        unit_id=request.args.get("unit", type=row_id),
        own="own" in request.args,
        sorting=Sorting.parse(_sort(), ledger_talks.SORTS, ledger_talks.USUAL),
    )


def _groups(session: Session) -> list[Area]:
    """The reporting groups, for those who look at several."""
    if not current_actor().of_province:
        return []
    return list(areas.groups(areas.all_areas(session)).values())


def _search() -> str:
    return request.args.get("q", "").strip()[:100]


def _sort() -> str:
    return request.args.get("sort", "")


def _page() -> int:
    return request.args.get("page", 1, type=int)


def _size() -> int:
    """A page to read, or with `all` the ledger whole, to be printed."""
    return WHOLE if request.args.get("all") else PAGE_SIZE


def _one_of(name: str, allowed: Container[str]) -> str | None:
    given = request.args.get(name, "")
    return given if given in allowed else None


def _book(table: Table, now: datetime) -> ResponseReturnValue:
    today = clock.local(now).date()
    return file_answer(
        workbook([table], title=table.title, day=today.isoformat()),
        f"{table.title}-{today}.xlsx",
        XLSX,
    )
