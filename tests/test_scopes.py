"""Each condition of `rights` against one town, on both databases: who has what in scope."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import rights
from hotline.chasing import agenda
from hotline.errors import Forbidden
from hotline.inspection import figures, reviews, rounds
from hotline.models.inspection import Check, Round
from hotline.models.journal import AuditEntry
from hotline.models.papers import Notice
from hotline.models.people import User
from hotline.models.registry import Line, Unit
from hotline.registry import line_lists, lines
from hotline.registry.line_lists import Sought
from tests.factories import OPERATOR
from tests.web.town import NOW, PEOPLE, Town

P_CLOSED = {"P.old", "P.closed"}
S_CLOSED = {"S.old", "S.closed"}
CLOSED = P_CLOSED | S_CLOSED | {"T.closed"}
ALL_LINES = {"s", "s2", "s3", "t", "d", "p"}
OF_S = {"s", "s2", "s3"}

LINES = {
    "PA": ALL_LINES,
    "PI": ALL_LINES,
    "PX": ALL_LINES,
    "SA": OF_S,
    "SP": OF_S,
    "SC": OF_S,
    "SX": OF_S,
    "SU": {"s"},
    "TA": {"t"},
    "TI": {"t"},
    "TU": {"t"},
    "DA": {"d"},
    "AU": set(),
}
ROUNDS = {
    "PA": CLOSED | {"P.open", "S.open", "T.open"},
    "PI": CLOSED | {"P.open"},
    "PX": CLOSED,
    "SA": P_CLOSED | S_CLOSED | {"S.open"},
    "SP": P_CLOSED | S_CLOSED | {"P.open"},
    "SC": P_CLOSED | S_CLOSED | {"S.open"},
    "SX": P_CLOSED | S_CLOSED,
    "SU": P_CLOSED | S_CLOSED,
    "TA": P_CLOSED | {"T.closed", "T.open"},
    "TI": P_CLOSED | {"T.closed", "T.open"},
    "TU": P_CLOSED | {"T.closed"},
    "DA": P_CLOSED,
    "AU": set(),
}
MANAGED = {
    "PA": CLOSED | {"P.open", "S.open", "T.open"},
    "SA": S_CLOSED | {"S.open"},
    "TA": {"T.closed", "T.open"},
}
# Of the rounds in scope, the lines whose checks are; all of a round's own lines unless said.
CHECKED_LINES = {
    "SA": {"P.old": OF_S, "P.closed": OF_S},
    "SP": {"P.old": OF_S, "P.closed": OF_S},
    "SC": {"P.old": OF_S, "P.closed": OF_S},
    "SX": {"P.old": OF_S, "P.closed": OF_S},
    "SU": {name: {"s"} for name in CLOSED},
    "TA": {name: {"t"} for name in P_CLOSED},
    "TI": {name: {"t"} for name in P_CLOSED},
    "TU": {name: {"t"} for name in CLOSED},
    "DA": {name: {"d"} for name in P_CLOSED},
}
ISSUED_BY_PROVINCE = {"P.closed.circular", "P.closed.s"}
ISSUED = ISSUED_BY_PROVINCE | {"T.closed.circular"}
DRAFTS_OF_S = {f"{r}.{p}" for r in S_CLOSED for p in ("circular", "s", "s2")}
NOTICES = {
    "PI": ISSUED,
    "PX": ISSUED,
    "SA": ISSUED_BY_PROVINCE | DRAFTS_OF_S,
    "SP": ISSUED_BY_PROVINCE,
    "SC": ISSUED_BY_PROVINCE,
    "SX": ISSUED_BY_PROVINCE,
    "SU": {"P.closed.s"},
    "TA": {"P.closed.circular", "T.closed.circular", "T.closed.t"},
    "TI": {"P.closed.circular", "T.closed.circular"},
    "TU": set(),
    "DA": {"P.closed.circular"},
    "AU": set(),
}
USERS = {
    "PA": set(PEOPLE),
    "SA": {"SA", "SP", "SC", "SX", "SU"},
    "TA": {"TA", "TI", "TU"},
    "DA": {"DA"},
}
UNITS = {"PA": ALL_LINES, "SA": OF_S, "TA": {"t"}, "DA": {"d"}}


@pytest.fixture
def town(database, settings):
    with time_machine.travel(NOW, tick=False):
        yield Town(database, settings).settle_down(furnished=False).go_out()


def names(town: Town, kind: str, ids: object) -> set[str]:
    """The short names of these ids."""
    short = {v: k.partition(".")[2] for k, v in town.ids.items() if k.startswith(f"{kind}.")}
    return {short[each] for each in ids}  # type: ignore[attr-defined]


def expected_checks(town: Town, who: str) -> set[str]:
    of_rounds = {name.partition(".")[2] for name in town.ids if name.startswith("check.")}
    kept = set()
    for name in of_rounds:
        in_round, _, line = name.rpartition(".")
        lines = CHECKED_LINES.get(who, {}).get(in_round, ALL_LINES)
        if in_round in ROUNDS[who] and line in lines:
            kept.add(name)
    return kept


def test_every_condition_lets_through_what_the_table_says(town):
    with town.database.read() as session:
        for who, actor in town.people.items():
            assert names(town, "line", ids(session, Line, rights.lines(actor))) == LINES[who]
            codes = session.scalars(select(Round.code).where(rights.rounds(actor)))
            assert names(town, "round", codes) == ROUNDS[who], who
            codes = session.scalars(select(Round.code).where(rights.managed_rounds(actor)))
            assert names(town, "round", codes) == MANAGED.get(who, set()), who
            seen = session.scalars(select(Check.id).join(Round).where(rights.checks(actor)))
            assert names(town, "check", seen) == expected_checks(town, who), who
            papers = session.scalars(select(Notice.id).join(Round).where(rights.notices(actor)))
            everything = {n.partition(".")[2] for n in town.ids if n.startswith("notice.")}
            assert names(town, "notice", papers) == NOTICES.get(who, everything), who
            accounts = ids(session, User, rights.users(actor))
            assert names(town, "user", accounts) == USERS.get(who, set()), who
            units = ids(session, Unit, rights.units(actor))
            assert names(town, "unit", units) == UNITS.get(who, set()), who
            entries = set(
                session.scalars(select(AuditEntry.actor).where(rights.entries(actor)).distinct())
            )
            assert entries <= ({who} if who != "AU" else {*PEOPLE, OPERATOR.name}), who
        assert entries >= {"PA", "PI", "SA", "SC", "TA", "TI"}


def ids(session: Session, table: type, condition: object) -> list[int]:
    return list(session.scalars(select(table.id).where(condition)))  # type: ignore[attr-defined]


def test_counts_and_last_results_stay_in_scope(town):
    """What pages add up: the province's open round (all wrong numbers) is in no one else's sum."""
    with town.database.read() as session:
        for who, actor in town.people.items():
            knows = who in ("PA", "PI", "SP")
            wrong = line_lists.find_all(session, actor, Sought(klass="WRONG_NUMBER"))
            assert bool(wrong) == knows, who
            shown = {one.round.code for one in rounds.progress(session, actor)}
            assert ("P-130000-2026Q4" in shown) == knows, who
            of_today = agenda.of(session, actor, settings=town.settings, now=NOW)
            expected = {"PA": 3, "PI": 2, "SP": 2, "SA": 1, "SC": 1}.get(who, 0)
            assert of_today.duties.untested == expected, who
            assert {one.round.code for one in of_today.open_rounds} == {
                town.ids[f"round.{name}"] for name in ROUNDS[who] if name.endswith("open")
            }
            waiting = {"PA": {"P.open", "S.open"}, "SA": {"S.open"}}.get(who, set())
            found = {check.round_id for check in reviews.waiting(session, actor)}
            codes = set(
                session.scalars(
                    select(Round.code).where(Round.id.in_(found), Round.closed_at.is_(None))
                )
            )
            assert names(town, "round", codes) == waiting, who


def test_figures_of_a_closed_round_show_each_their_own_rows(town):
    rows = {"PA": 4, "PX": 4, "SA": 1, "SX": 1, "TA": 1, "DA": 1, "SU": 1, "TU": 1}
    lines_seen = {"PA": 6, "PX": 6, "SA": 3, "SX": 3, "TA": 1, "DA": 1, "SU": 1, "TU": 1}
    # The totals of the province are for its own people and the administrators of cities.
    total = {"SX": 3, "SU": 1, "TU": 1}
    with town.database.read() as session:
        for who, n in rows.items():
            actor = town.people[who]
            found = rounds.get_for(session, actor, "P-130000-2026Q3")
            counted = figures.of_round(session, actor, found, settings=town.settings)
            assert (len(counted.areas), len(counted.lines)) == (n, lines_seen[who]), who
            assert counted.total.lines == total.get(who, 6), who
            assert counted.previous == "P-130000-2026Q2"


def test_how_a_city_checks_itself_is_no_word_for_its_units(town):
    """The province's quarter against 石家庄's September: lines of two units, added up."""
    address = "/figures/P-130000-2026Q3"
    assert "自查可信度" in town.browser("SA").get(address).text
    assert "自查可信度" not in town.browser("SU").get(address).text
    assert "自查可信度" not in town.browser("TA").get(address).text


def test_no_unit_is_drawn_into_another_group(town):
    """Rights to a unit follow its lines: only the province lays a line to another group."""
    town_hall, province, key = town.people["SA"], town.people["PA"], town.ids["line.t"]
    fields = {"number": "0315-2054321", "unit": "130202水利局", "level": "county"}
    drawn = fields | {"area_code": "130202", "report_group": "130100"}
    with town.database.write() as session:
        with pytest.raises(Forbidden):
            lines.add(session, town_hall, drawn, now=NOW)
        with pytest.raises(Forbidden):
            lines.update(session, town_hall, town.ids["line.s"], drawn, now=NOW)
        lines.update(session, province, key, {"report_group": "130100"}, now=NOW)
        # From now on it is theirs to look after, but not to pass on to another unit of 唐山.
        lines.update(session, town_hall, key, {"owner": "新责任人"}, now=NOW)
        with pytest.raises(Forbidden):
            lines.update(session, town_hall, key, {"unit": "唐山市水利局"}, now=NOW)
