"""Issued is what was on the screen: any change of a paper's words since then refuses the issue."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from hotline.issuing import approval, notice_sheets, round_papers, shown_papers
from hotline.issuing.shown_papers import Changed
from hotline.loop import appeal_decisions, appeals
from hotline.loop.appeal_decisions import Remedy
from hotline.models.inspection import Call, Check
from hotline.models.loop import Appeal
from hotline.models.papers import Notice, NumberSeries
from hotline.papers import notice_documents, paper_edits
from tests.factories import actor_for
from tests.inspection.spot_checks import dial, on
from tests.issuing.closed_rounds import NOW, ClosedRound, close_a_round

USUAL = Path(notice_documents.__file__).parents[1] / "data" / "papers"


def shown(closed: ClosedRound, notice_id: int) -> str:
    """What the page of a paper carries."""
    with closed.database.read() as session:
        return notice_sheets.get_for(
            session, closed.chief, notice_id, settings=closed.settings, now=NOW
        ).seen


def round_shown(closed: ClosedRound) -> str:
    with closed.database.read() as session:
        return round_papers.get_for(
            session, closed.chief, closed.code, settings=closed.settings, now=NOW
        ).seen


def body(closed: ClosedRound, paper: Notice) -> tuple[object, ...]:
    with closed.database.read() as session:
        paper = session.get_one(Notice, paper.id)
        document = notice_documents.document_of(session, paper, settings=closed.settings, now=NOW)
    return document.body, document.annexes


def letters(closed: ClosedRound) -> tuple[Notice, Notice]:
    """To whom the first finding is written, and to the other unit."""
    with closed.database.read() as session:
        unit_id = session.get_one(Check, closed.findings()[0].check_id).unit_id
    first, second = sorted(closed.letters, key=lambda paper: paper.unit_id != unit_id)
    return first, second


def issue(closed: ClosedRound, notice_id: int, seen: str, settings=None):
    with closed.database.write() as session:
        return approval.issue(
            session,
            closed.chief,
            notice_id,
            settings=settings or closed.settings,
            now=NOW,
            seen=seen,
        )


def issue_round(closed: ClosedRound, seen: str):
    with closed.database.write() as session:
        return approval.issue_round(
            session, closed.chief, closed.code, settings=closed.settings, now=NOW, seen=seen
        )


def edit(closed: ClosedRound, notice_id: int) -> None:
    with closed.database.write() as session:
        paper_edits.edit(
            session,
            closed.drafter,
            notice_id,
            {"opening": "请于会前报送。"},
            settings=closed.settings,
            now=NOW,
        )


def drop(closed: ClosedRound, number: int = 0) -> None:
    finding = closed.findings()[number]
    with closed.database.write() as session:
        paper_edits.drop_finding(session, closed.drafter, finding.id, reason="录音存疑", now=NOW)


def appeal_against_the_first(closed: ClosedRound, outcome: str, raw: dict[str, object]) -> None:
    """Its unit disputes the hang-up; whoever decides corrects the call."""
    finding = closed.findings()[0]
    with closed.database.write() as session:
        unit = session.get_one(Check, finding.check_id).unit
        reader = actor_for(session, "unit_reader", name="unit", unit=unit)
        appeal = appeals.file(
            session,
            reader,
            finding.id,
            body="当时已受理。",
            appellant="王某",
            settings=closed.settings,
            now=NOW,
        )
        call = session.scalars(select(Call.id).where(Call.check_id == finding.check_id)).one()
        appeal_decisions.decide(
            session,
            actor_for(session, "city_admin", name="judge"),
            appeal.id,
            outcome=outcome,
            reason="录音显示已接听。",
            remedy=Remedy({call: raw}),
            settings=closed.settings,
            now=NOW,
        )


def ready(closed: ClosedRound) -> None:
    closed.accept()
    with closed.database.write() as session:
        approval.submit_round(session, closed.drafter, closed.code, now=NOW)


def no_number_was_taken(closed: ClosedRound) -> bool:
    with closed.database.read() as session:
        return session.scalars(select(NumberSeries.last)).all() == []


def test_what_was_shown_is_issued(closed):
    ready(closed)
    letter = letters(closed)[0]
    seen = shown(closed, letter.id)
    assert seen == shown(closed, letter.id)
    assert issue(closed, letter.id, seen).serial == 1


@pytest.mark.parametrize("change", [edit, lambda closed, _: drop(closed)], ids=["text", "finding"])
def test_a_paper_that_changed_since_is_not_issued_and_takes_no_number(closed, change):
    ready(closed)
    letter = letters(closed)[0]
    seen = shown(closed, letter.id)
    change(closed, letter.id)
    with pytest.raises(Changed, match="请看过改动后的文书") as refused:
        issue(closed, letter.id, seen)
    assert [str(one) for one in refused.value.details] == [f"{letter.title}：内容有改动"]
    assert closed.papers()[letter.key].state == "submitted"
    assert no_number_was_taken(closed)
    assert issue(closed, letter.id, shown(closed, letter.id)).serial == 1


def test_a_finding_dropped_out_of_one_letter_leaves_another_as_it_was_shown(closed):
    ready(closed)
    first, second = letters(closed)
    seen = {paper.id: shown(closed, paper.id) for paper in (first, second, closed.circular)}
    drop(closed)
    for paper in (first, closed.circular):
        with pytest.raises(Changed):
            issue(closed, paper.id, seen[paper.id])
    assert issue(closed, second.id, seen[second.id]).state == "issued"


@pytest.mark.parametrize(
    ("outcome", "raw"),
    [
        ("partly", dial(on(9, "09:00"), outcome=15, answered_by="张三")),
        ("revoked", dial(on(9, "09:00"), answered_by="张三")),
    ],
)
def test_an_appeal_decided_meanwhile_changes_the_circular(closed, outcome, raw):
    ready(closed)
    letter = letters(closed)[0]
    issue(closed, letter.id, shown(closed, letter.id))
    seen = shown(closed, closed.circular.id)
    appeal_against_the_first(closed, outcome, raw)
    with pytest.raises(Changed):
        issue(closed, closed.circular.id, seen)
    with pytest.raises(Changed):
        issue_round(closed, seen)


def test_an_appeal_that_comes_while_its_paper_is_issued_waits_for_it(closed, monkeypatch):
    ready(closed)
    letter = letters(closed)[0]
    issue(closed, letter.id, shown(closed, letter.id))
    seen, words = shown(closed, closed.circular.id), body(closed, closed.circular)
    disputed = Thread(
        target=appeal_against_the_first,
        args=(closed, "revoked", dial(on(9, "09:00"), answered_by="张三")),
    )
    require_seen = shown_papers.require_seen

    def a_moment_after(*given, **named):
        require_seen(*given, **named)
        disputed.start()
        disputed.join(1)

    monkeypatch.setattr(shown_papers, "require_seen", a_moment_after)
    issued = issue(closed, closed.circular.id, seen)
    disputed.join(30)
    with closed.database.read() as session:
        appeal = session.scalars(select(Appeal)).one()
        assert (appeal.state, appeal.correction.refers_to_id) == ("revoked", issued.id)
    assert body(closed, issued) == words


def test_other_settings_are_another_paper(closed):
    ready(closed)
    letter = letters(closed)[0]
    seen = shown(closed, letter.id)
    papers = closed.settings.papers.model_copy(update={"contacts": {"130100": "水利科，12345"}})
    with pytest.raises(Changed):
        issue(closed, letter.id, seen, closed.settings.model_copy(update={"papers": papers}))


def test_wording_that_was_changed_is_another_paper(closed, tmp_path):
    ready(closed)
    own = Path(shutil.copytree(USUAL, tmp_path / "wording"))
    papers = closed.settings.papers.model_copy(update={"templates": str(own)})
    settings = closed.settings.model_copy(update={"papers": papers})
    letter = letters(closed)[0]
    seen = shown(closed, letter.id)
    wording = own / "rectification.txt"
    said = wording.read_text(encoding="utf-8")
    wording.write_text(f"{said}\n\n另附说明一份。\n", encoding="utf-8")
    with pytest.raises(Changed):
        issue(closed, letter.id, seen, settings)
    wording.write_text(said, encoding="utf-8")
    assert issue(closed, letter.id, seen, settings).state == "issued"


def test_a_round_is_issued_as_it_was_shown(closed):
    ready(closed)
    seen = round_shown(closed)
    assert set(seen.split()) == {shown(closed, paper.id) for paper in closed.papers().values()}
    assert len(issue_round(closed, seen)) == 3


def test_one_changed_paper_keeps_the_whole_round_back_and_is_named(closed):
    ready(closed)
    seen, letter = round_shown(closed), letters(closed)[1]
    edit(closed, letter.id)
    with pytest.raises(Changed) as refused:
        issue_round(closed, seen)
    assert [str(one) for one in refused.value.details] == [f"{letter.title}：内容有改动"]
    assert {paper.state for paper in closed.papers().values()} == {"submitted"}
    assert no_number_was_taken(closed)
    assert len(issue_round(closed, round_shown(closed))) == 3


def test_papers_that_came_or_went_since_are_named(closed):
    closed.accept()
    first, second = letters(closed)
    closed.submit(first.id)
    seen = round_shown(closed)
    closed.submit(second.id)
    with closed.database.write() as session:
        approval.return_(session, closed.drafter, first.id, reason="改期", now=NOW)
    with pytest.raises(Changed) as refused:
        issue_round(closed, seen)
    assert [str(one) for one in refused.value.details] == [
        f"{second.title}：打开页面时不在待签发之列",
        "有 1 份已不在待签发之列",
    ]


def test_no_more_than_ten_are_named(database, settings):
    units = [f"长安区第{n}水利站" for n in range(1, 12)]
    closed = close_a_round(database, settings, units=units, passing=0)
    ready(closed)
    with pytest.raises(Changed) as refused:
        issue_round(closed, "")
    said = [str(one) for one in refused.value.details]
    assert len(said) == 11
    assert said[-1] == "另有 2 项"


def test_nothing_is_marked_while_something_stands_in_the_way(closed):
    with closed.database.write() as session:
        approval.submit_round(session, closed.drafter, closed.code, now=NOW)
    assert round_shown(closed) == ""
    closed.accept()
    assert round_shown(closed) != ""
