"""Every route × every role × inside and outside the scope, in one table."""

from __future__ import annotations

import pytest

from hotline.web.guard import TABLE, may
from tests.web import rights_table
from tests.web.rights_table import COLUMNS
from tests.web.town import PEOPLE, Town


def routes(town: Town) -> set[tuple[str, str]]:
    return {
        (method, rule.endpoint)
        for rule in town.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


@pytest.mark.parametrize("who", COLUMNS)
def test_each_route_answers_each_person_as_the_table_says(town, who):
    browser, different = town.browser(who), []
    for method, row, expected in rights_table.rows():
        template, _, body = row.partition("+")
        address = town.address(template)
        # What changes the session itself is sent by a browser of its own.
        sender = town.browser(who) if template.startswith(("/sign", "/language")) else browser
        if method == "GET":
            answer = sender.get(address)
        else:
            answer = sender.send(address, rights_table.body(body, town.ids))
        answer.close()
        wanted = expected[COLUMNS.index(who)]
        if answer.status_code != wanted:
            different.append(f"{method} {row}: {answer.status_code}, not {wanted}")
        if who is None and wanted == 302 and not template.startswith("/language"):
            assert answer.location.startswith("/sign-in"), row
    assert not different, "\n".join(different)


def test_the_table_leaves_no_route_out(town):
    adapter = town.app.url_map.bind("localhost")
    told = set()
    for method, row, _ in rights_table.rows():
        path = town.address(row.partition("+")[0]).partition("?")[0]
        told.add((method, adapter.match(path, method=method)[0]))
    assert routes(town) - told == set()


def test_the_table_has_every_role(town):
    assert {PEOPLE[who][0] for who in COLUMNS if who} == {a.role for a in town.people.values()}
    assert len({a.role for a in town.people.values()}) == 6


def test_the_guard_knows_every_route_and_no_other(town):
    assert {endpoint for _, endpoint in routes(town)} == set(TABLE)


def test_a_route_that_nobody_opened_is_closed_to_everyone(town):
    closed = Town(town.database, town.settings, people=town.people, ids=town.ids)
    closed.app.add_url_rule("/secret", "secret", lambda: "open", methods=["GET", "POST"])
    for who in COLUMNS:
        assert closed.browser(who).get("/secret").status_code == 403, who
        assert closed.browser(who).post("/secret").status_code == 403, who
    assert not may("secret", "province_admin")
