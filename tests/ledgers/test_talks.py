"""The ledger of talks: triggers in words, promises kept, reports due, who sees what."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from hotline.ledgers import ledger_exports, ledger_talks
from hotline.ledgers.ledger_pages import Sorting
from hotline.ledgers.ledger_talks import OVERDUE, Sought
from hotline.models.loop import Commitment, Rectification, Talk
from hotline.models.papers import Notice
from tests.factories import actor_for
from tests.inspection.spot_checks import on
from tests.issuing.closed_rounds import close_a_round
from tests.ledgers.followed import LATER, follow, statements


@pytest.fixture
def followed(database, settings):
    """Two units of which lines hung up: each is called to a talk."""
    return follow(close_a_round(database, settings))


def found(followed, actor=None, **sought):
    with followed.database.read() as session:
        return ledger_talks.find(
            session, actor or followed.closed.chief, Sought(**sought), now=LATER
        ).rows


def hold_first(followed) -> None:
    """The first was told and held, with two promises, one of them kept."""
    with followed.database.write() as session:
        talk = session.scalars(select(Talk).order_by(Talk.id)).first()
        notice = session.scalars(select(Notice).where(Notice.unit_id == talk.unit_id)).first()
        talk.state, talk.held_at, talk.held_place = "held", on(17), "三楼会议室"
        talk.report_due_on = date(2026, 11, 20)
        for n, state in enumerate(("closed", "in_progress")):
            promise = Commitment(talk_id=talk.id, what=f"{n}", due_on=date(2026, 11, 20), person="")
            session.add(promise)
            session.flush()
            session.add(
                Rectification(
                    notice_id=notice.id,
                    commitment_id=promise.id,
                    unit_id=talk.unit_id,
                    what=promise.what,
                    counted_from=on(17).date(),
                    due_on=promise.due_on,
                    state=state,
                    created_at=on(17),
                )
            )


def test_who_is_called_and_why(followed):
    rows = found(followed)
    assert [(row.unit, row.state) for row in rows] == [
        ("长安区水利局", "due"),
        ("桥西区水利局", "due"),
    ]
    first = rows[0]
    assert {trigger.reason.key for trigger in first.triggers} == {"talk.critical"}
    assert [trigger.number for trigger in first.triggers] == ["0311-86100000", "0311-86100001"]
    assert (first.promised, first.report_due_on, first.overdue) == (0, None, False)


def test_promises_and_a_report_that_is_due(followed):
    hold_first(followed)
    [held] = found(followed, state="held")
    assert (held.promised, held.kept, held.place) == (2, 1, "三楼会议室")
    assert held.overdue
    assert [row.id for row in found(followed, flag=OVERDUE)] == [held.id]
    with followed.database.read() as session:
        chief = followed.closed.chief
        counts = ledger_talks.state_counts(session, chief, Sought(state="due"), now=LATER)
        assert (counts["due"], counts["held"], sum(counts.values())) == (1, 1, 2)
        assert list(ledger_talks.periods(session, chief)) == ["2026-11"]
        table = ledger_exports.talks(session, chief, Sought(), now=LATER)
    row = next(row for row in table.rows if row[4] == "已约谈")
    assert row[3] == (
        "0311-86100000 2026-11-09 09:00 拨测，接通后直接挂断；"
        "0311-86100001 2026-11-09 09:00 拨测，接通后直接挂断"
    )
    assert row[7:11] == (2, 1, "2026-11-20", "是")


def test_a_talk_is_known_once_its_paper_is_issued(followed):
    closed = followed.closed
    with closed.database.write() as session:
        inspector = actor_for(session, "city_inspector")
        auditor = actor_for(session, "auditor")
    for actor in (inspector, followed.reader, closed.other, auditor):
        assert found(followed, actor) == []
    hold_first(followed)
    assert len(found(followed, inspector)) == len(found(followed, followed.reader)) == 1
    for actor in (followed.rival, closed.other, auditor):
        assert found(followed, actor) == []


def test_filters_order_and_cost(followed):
    hold_first(followed)
    everything = {row.id for row in found(followed)}
    for key in ledger_talks.SORTS:
        for down in (False, True):
            rows = found(followed, sorting=Sorting(key, down))
            assert {row.id for row in rows} == everything, key
    for sought, expected in (
        ({"search": "桥西区"}, 1),
        ({"search": "会议室"}, 1),
        ({"period": "2026-10"}, 0),
        ({"round_code": followed.closed.code}, 2),
        ({"unit_id": followed.rival.unit_id}, 1),
        ({"own": True}, 2),
    ):
        assert len(found(followed, **sought)) == expected, sought
    with followed.database.read() as session, statements(followed.database) as sent:
        ledger_talks.find(session, followed.closed.chief, Sought(), now=LATER)
    assert len([said for said in sent if said.startswith("SELECT")]) == 3
