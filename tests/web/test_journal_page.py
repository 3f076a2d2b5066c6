"""What the journal says of deeds at the command line."""

from __future__ import annotations

import pytest

from hotline import audit
from tests.factories import actor_for
from tests.web.browsing import text_of
from tests.web.calling import NOW

COMMAND = "hotline notices issue --round <C> --as sjz-admin"


@pytest.fixture
def auditor(city_round):
    """Three deeds: of a page, of an account at the command line, of nobody's account there."""
    who = city_round.admin.name
    for n, (actor, shell) in enumerate(
        (
            (who, None),
            (who, {"os_user": "hotline", "login": "zhang", "command": COMMAND}),
            ("cli:zhang", None),
        )
    ):
        with city_round.database.write() as session:
            if shell:
                audit.note_shell(session, **shell)
            audit.record(
                session, actor=actor, action="line.add", subject="line", subject_id=n, now=NOW
            )
    with city_round.database.write() as session:
        return actor_for(session, "auditor")


def test_an_entry_names_the_person_at_the_command_line_and_the_command(city_round, auditor):
    for actor in (auditor, city_round.admin):
        page = city_round.browser(actor).get("/journal?subject=line")
        said = text_of(page)
        assert said.count("命令行：zhang（以 hotline 运行），") == 1
        assert COMMAND in said
        assert "<C>" not in page.text
    english = text_of(city_round.browser(auditor, language="en").get("/journal?subject=line"))
    assert f"at the command line: zhang (as hotline), {COMMAND}" in english


def test_deeds_at_the_command_line_can_be_picked_out(city_round, auditor):
    browser = city_round.browser(auditor)
    assert "共 3 条" in text_of(browser.get("/journal?subject=line"))
    said = text_of(browser.get("/journal?subject=line&from=shell"))
    assert "共 2 条" in said
    assert "cli:zhang" in said


def test_without_another_sign_in_the_machine_s_account_alone_is_named(city_round):
    with city_round.database.write() as session:
        audit.note_shell(session, os_user="hotline", login=None, command="hotline x")
        audit.record(
            session,
            actor=city_round.admin.name,
            action="line.add",
            subject="line",
            subject_id="1",
            now=NOW,
        )
        auditor = actor_for(session, "auditor")
    said = text_of(city_round.browser(auditor).get("/journal?subject=line"))
    assert "命令行：hotline，hotline x" in said
