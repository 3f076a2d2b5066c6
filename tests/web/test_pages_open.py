"""Every page opens on PostgreSQL too, for everyone whom it is for."""

from __future__ import annotations

import pytest
import time_machine

from hotline.models.people import User
from tests.web import rights_table
from tests.web.rights_table import COLUMNS
from tests.web.town import NOW, Town

ONE_OF_EACH_ROLE = ("PA", "PI", "SA", "SP", "SU", "AU")


def pages_for(who: str) -> list[str]:
    """What the table lets them read."""
    place = COLUMNS.index(who)
    return [
        row
        for method, row, expected in rights_table.rows()
        if method == "GET" and expected[place] == 200
    ]


@pytest.fixture
def everything(postgresql_database, settings):
    with time_machine.travel(NOW, tick=False):
        yield Town(postgresql_database, settings).settle_down().go_out()


@pytest.mark.postgresql
def test_on_postgresql_too(everything):
    refused = []
    for who in ONE_OF_EACH_ROLE:
        for template in pages_for(who):
            answer = everything.browser(who).get(everything.address(template))
            answer.close()
            if answer.status_code != 200:
                refused.append(f"{template} for {who}: {answer.status_code}")
    assert not refused, "\n".join(refused)


@pytest.mark.postgresql
def test_a_first_password_opens_nothing_but_its_change(everything):
    with everything.database.write() as session:
        user = session.get_one(User, everything.people["SA"].user_id)
        user.must_change_password = True
    browser = everything.browser("SA")
    for address in ("/", "/lines", "/users", "/rounds"):
        assert browser.get(address).location == "/password"
    assert browser.post("/rounds/new").location == "/password"
    assert browser.get("/password").status_code == 200
