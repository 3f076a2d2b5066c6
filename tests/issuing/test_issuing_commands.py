"""Review and issue on the command line: what each command says, and its exit code."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text, update

from hotline import audit
from hotline.cli import main
from hotline.commands import office
from hotline.issuing import integrity
from hotline.models.inspection import Call
from hotline.models.journal import AuditEntry
from hotline.models.papers import NumberSeries
from hotline.models.people import User
from tests.issuing.closed_rounds import ClosedRound, close_a_round

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def closed(sqlite_database, settings) -> ClosedRound:
    return close_a_round(sqlite_database, settings)


@pytest.fixture
def hotline(closed: ClosedRound):
    def run(*words: object) -> Result:
        environ = {
            "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
            "HOTLINE_DATABASE_URL": str(closed.database.url),
        }
        return CliRunner().invoke(main, [str(word) for word in words], env=environ)

    return run


def listed(hotline, code: str) -> list[dict[str, object]]:
    return json.loads(hotline("notices", "list", "--round", code, "--format", "json").stdout)


def test_the_whole_way_from_review_to_the_issued_files(closed, hotline, tmp_path):
    code = closed.code
    done = hotline("rounds", "review", code, "--accept-all", "--as", "reviewer")
    assert (done.exit_code, done.stdout) == (0, "已复核通过 4 条。\n")
    early = hotline("notices", "issue", "--round", code, "--as", "chief")
    assert early.exit_code == 1
    assert "没有已送审" in early.stderr
    done = hotline("notices", "submit", "--round", code, "--as", "drafter")
    assert (done.exit_code, done.stdout) == (0, f"{code} 已送审 3 份。\n")
    assert {one["status"] for one in listed(hotline, code)} == {"submitted"}
    own = hotline("notices", "issue", "--round", code, "--as", "drafter")
    assert own.exit_code == 1
    assert "另一位管理员" in own.stderr
    done = hotline("notices", "issue", "--round", code, "--as", "chief")
    assert done.exit_code == 0, done.stderr
    assert "石家庄水监电〔" in done.stdout
    papers = listed(hotline, code)
    assert {one["status"] for one in papers} == {"issued"}
    assert sorted(str(one["number"])[-2:] for one in papers) == ["1号", "2号", "3号"]
    out = tmp_path / "out"
    made = hotline("notices", "render", "--round", code, "--out", out, "--docx")
    assert made.exit_code == 0, made.stderr
    kept = {hashlib.sha256(file.read_bytes()).hexdigest() for file in out.glob("*.pdf")}
    assert kept == {one["sha256"] for one in papers}
    assert len(list(out.glob("*.docx"))) == 3
    assert len(list(out.glob("*-附件.xlsx"))) == 1
    assert hotline("notices", "verify").stdout == "核对文书 3 份，0 处不符。\n"
    assert hotline("verify").exit_code == 0
    assert hotline("audit", "verify").exit_code == 0


def test_own_calls_are_refused_by_name_and_the_rest_accepted(closed, hotline):
    with closed.database.write() as session:
        first = session.scalars(select(Call).order_by(Call.id)).first()
        session.execute(update(Call).where(Call.id == first.id).values(inspector="reviewer"))
    done = hotline("rounds", "review", closed.code, "--accept-all", "--as", "reviewer")
    assert (done.exit_code, done.stdout) == (1, "已复核通过 3 条。\n")
    assert done.stderr == "0311-86100000 长安区水利局：有本人的拨测，须由另一位管理员复核\n"
    done = hotline("rounds", "review", closed.code, "--accept-all", "--as", "chief")
    assert (done.exit_code, done.stdout) == (0, "已复核通过 1 条。\n")


def test_unreviewed_lines_are_named_and_nothing_is_issued(closed, hotline):
    hotline("notices", "submit", "--round", closed.code, "--as", "drafter")
    refused = hotline("notices", "issue", "--round", closed.code, "--as", "chief")
    assert refused.exit_code == 1
    assert "还有 3 项未处理" in refused.stderr
    assert "  0311-86100000 长安区水利局：待复核" in refused.stderr
    assert {one["number"] for one in listed(hotline, closed.code)} == {None}


@pytest.mark.parametrize("deed", ["submit", "issue", "review"])
def test_a_command_acts_with_the_rights_of_its_account(closed, hotline, deed):
    with closed.database.write() as session:
        session.execute(update(User).where(User.name == "drafter").values(active=False))
    words = (
        ("rounds", "review", closed.code, "--accept-all")
        if deed == "review"
        else ("notices", deed, "--round", closed.code)
    )
    for name, said in (
        ("nobody", "没有这个用户，或账号已停用"),
        ("drafter", "没有这个用户，或账号已停用"),
        ("other", "没有这一轮抽查"),
        ("inspector", "只有本级管理员"),
    ):
        refused = hotline(*words, "--as", name)
        assert refused.exit_code == 1
        assert said in refused.stderr, name
    assert hotline(*words).exit_code == 2


def entries(closed) -> list[AuditEntry]:
    with closed.database.read() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_the_journal_says_who_sat_at_the_command_line_and_what_they_typed(
    closed, hotline, monkeypatch
):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    before, code = len(entries(closed)), closed.code
    hotline("rounds", "review", code, "--accept-all", "--as", "reviewer")
    hotline("notices", "submit", "--round", code, "--as", "drafter")
    hotline("notices", "issue", "--round", code, "--as", "chief")
    me = pwd.getpwuid(os.getuid()).pw_name
    made = entries(closed)[before:]
    by_actor = {entry.actor: entry.shell["command"] for entry in made}
    assert by_actor == {
        "reviewer": f"hotline rounds review {code} --accept-all --as reviewer",
        "drafter": f"hotline notices submit --round {code} --as drafter",
        "chief": f"hotline notices issue --round {code} --as chief",
    }
    assert {entry.shell["os_user"] for entry in made} == {me}
    assert all(entry.shell is None for entry in entries(closed)[:before])
    with closed.database.read() as session:
        assert audit.verify(session) == (before + len(made), [])


def test_what_is_refused_leaves_no_trace(closed, hotline):
    before = len(entries(closed))
    assert hotline("notices", "issue", "--round", closed.code, "--as", "chief").exit_code == 1
    assert len(entries(closed)) == before


def test_a_changed_word_about_the_command_line_breaks_the_chain(closed, hotline):
    hotline("rounds", "review", closed.code, "--accept-all", "--as", "reviewer")
    last = entries(closed)[-1].id
    with closed.database.write() as session:
        session.execute(text("DROP TRIGGER audit_entries_no_update"))
        session.execute(update(AuditEntry).where(AuditEntry.id == last).values(shell=None))
        session.execute(update(AuditEntry).where(AuditEntry.id == 1).values(shell={"os_user": "x"}))
    with closed.database.read() as session:
        assert audit.verify(session)[1] == [1, last]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("1\n", pwd.getpwuid(1).pw_name),
        ("3999999999", "3999999999"),
        (str(os.getuid()), None),
        ("4294967295", None),
        ("", None),
        (None, None),
    ],
)
def test_whoever_signed_in_is_known_through_sudo(tmp_path, kept, said):
    file = tmp_path / "loginuid"
    if kept is not None:
        file.write_text(kept)
    assert office._login(file) == said


def test_drafts_are_rendered_as_they_stand(closed, hotline, tmp_path):
    made = hotline("notices", "render", "--round", closed.code, "--out", tmp_path / "out")
    assert len(made.stdout.splitlines()) == 4
    assert not list((tmp_path / "out").glob("*.docx"))


def test_a_gap_in_the_numbers_is_told(closed, hotline):
    closed.issued()
    with closed.database.write() as session:
        session.execute(update(NumberSeries).values(last=7))
    told = hotline("notices", "verify")
    assert told.exit_code == 1
    assert "文号有缺号或重号" in told.stderr
    with closed.database.read() as session:
        assert len(integrity.verify(session, settings=closed.settings).broken) == 1
