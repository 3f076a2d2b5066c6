"""The ledger of papers: its states, delivery and receipts, filters, order, who sees what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.ledgers import ledger_exports, ledger_notices
from hotline.ledgers.ledger_notices import Sought
from hotline.ledgers.ledger_pages import Sorting
from hotline.models.papers import Delivery, NoticeOpening, Receipt
from tests.factories import actor_for
from tests.issuing.closed_rounds import NOW, close_a_round
from tests.ledgers.followed import LATER, follow, statements


@pytest.fixture
def followed(database, settings):
    """A 通报 and two letters, all issued."""
    return follow(close_a_round(database, settings))


def found(followed, actor=None, **sought):
    closed = followed.closed
    with closed.database.read() as session:
        return ledger_notices.find(
            session, actor or closed.chief, Sought(**sought), settings=closed.settings, now=LATER
        ).rows


def mail(notice_id, unit_id, state, n=1, **more):
    return Delivery(
        notice_id=notice_id,
        unit_id=unit_id,
        recipient=f"r{n}@example.invalid",
        message_id=f"<{notice_id}-{n}@x>",
        state=state,
        created_at=NOW,
        **more,
    )


def test_drafts_are_counted_and_an_issued_paper_has_its_number(database, settings):
    closed = close_a_round(database, settings)
    closed.accept()
    closed.submit(closed.circular.id)
    closed.issue(closed.circular.id)
    closed.submit(closed.letters[0].id)
    at = {"settings": settings, "now": LATER}
    with database.read() as session:
        rows = ledger_notices.find(session, closed.chief, Sought(), **at).rows
        counts = ledger_notices.state_counts(session, closed.chief, Sought(state="draft"), **at)
        assert ledger_notices.rounds_of(session, closed.other) == []
        assert [one[0] for one in ledger_notices.rounds_of(session, closed.chief)] == [closed.code]
    assert [row.kind for row in rows] == ["circular", "rectification", "rectification"]
    assert counts == {"draft": 1, "submitted": 1, "issued": 1, "withdrawn": 0}
    assert rows[0].number
    assert (rows[0].issued_by, rows[0].delivery) == ("chief", "none")
    assert [row.delivery for row in rows[1:]] == [None, None]


def test_the_gravest_of_its_mails_stands_for_a_paper(followed):
    circular, mine, theirs = found(followed)
    lease = timedelta(minutes=followed.closed.settings.deliveries.lease_minutes)
    with followed.database.write() as session:
        session.add_all(
            [
                mail(circular.id, None, "sent"),
                mail(circular.id, None, "failed", 2),
                mail(mine.id, mine.unit_id, "sending", claimed_at=LATER - lease),
                mail(theirs.id, theirs.unit_id, "sending", claimed_at=LATER),
                mail(theirs.id, theirs.unit_id, "sent", 2),
            ]
        )
    assert [row.delivery for row in found(followed)] == ["failed", "unknown", "queued"]
    for state, expected in (("unknown", [mine.id]), ("failed", [circular.id]), ("none", [])):
        assert [row.id for row in found(followed, delivery=state)] == expected
        with followed.database.read() as session:
            n = ledger_notices.count(
                session,
                followed.closed.chief,
                Sought(delivery=state),
                settings=followed.closed.settings,
                now=LATER,
            )
        assert n == len(expected)


def test_receipts_and_openings(followed):
    circular, mine, theirs = found(followed)
    with followed.database.write() as session:
        for notice, unit_id in ((circular, mine.unit_id), (circular, theirs.unit_id), (mine, None)):
            session.add(
                Receipt(
                    notice_id=notice.id,
                    unit_id=unit_id or mine.unit_id,
                    signer="王某",
                    by="r1",
                    at=NOW,
                )
            )
        session.add_all(NoticeOpening(notice_id=mine.id, way="page", by="r1", at=NOW) for _ in "12")
    shown = {row.id: (row.receipts, row.openings) for row in found(followed)}
    assert shown == {circular.id: (2, 0), mine.id: (1, 2), theirs.id: (0, 0)}
    assert [row.id for row in found(followed, receipt="unsigned")] == [theirs.id]
    assert {row.id for row in found(followed, receipt="signed")} == {circular.id, mine.id}
    [letter] = found(followed, followed.reader)
    assert (letter.id, letter.receipts) == (mine.id, 1)
    [letter] = found(followed, followed.rival)
    assert (letter.id, letter.receipts, letter.signed_at) == (theirs.id, 0, None)


def test_filters_and_scope(followed):
    closed = followed.closed
    with closed.database.write() as session:
        auditor = actor_for(session, "auditor")
    for sought, expected in (
        ({"kind": "circular"}, 1),
        ({"kind": "talk"}, 0),
        ({"state": "issued"}, 3),
        ({"state": "draft"}, 0),
        ({"search": "桥西区"}, 1),
        ({"search": "2026 整改"}, 2),
        ({"round_code": closed.code}, 3),
        ({"round_code": "C-130100-2026-10"}, 0),
        ({"unit_id": followed.reader.unit_id}, 1),
        ({"own": True}, 3),
    ):
        assert len(found(followed, **sought)) == expected, sought
    assert found(followed, closed.other) == found(followed, auditor) == []


def test_every_column_sorts_both_ways(followed):
    everything = {row.id for row in found(followed)}
    for key in ledger_notices.SORTS:
        for down in (False, True):
            rows = found(followed, sorting=Sorting(key, down))
            assert {row.id for row in rows} == everything, key
    numbers = [row.number for row in found(followed, sorting=Sorting("number"))]
    assert [number[-3:] for number in numbers] == ["〕1号", "〕2号", "〕3号"]


def test_the_file_and_what_it_costs(followed):
    closed = followed.closed
    at = {"settings": closed.settings, "now": LATER}
    with closed.database.read() as session, statements(closed.database) as sent:
        table = ledger_exports.notices(session, closed.chief, Sought(), **at)
        assert len([said for said in sent if said.startswith("SELECT")]) == 2
        units_own = ledger_exports.notices(session, followed.reader, Sought(), **at)
    assert [row[2] for row in table.rows] == [row.number for row in found(followed)]
    assert "邮件" in [column.head for column in table.columns]
    assert "邮件" not in [column.head for column in units_own.columns]
    assert len(units_own.rows) == 1


def test_an_order_that_nobody_offers_is_the_usual_one():
    usual = Sorting("round", down=True)
    assert Sorting.parse("-unit", ("unit",), usual) == Sorting("unit", down=True)
    for said in ("", "id", "-", "--unit", "unit; DROP"):
        assert Sorting.parse(said, ("unit",), usual) is usual
    assert Sorting("unit").head("unit") == "-unit"
    assert Sorting("unit", down=True).head("unit") == "unit"
    assert Sorting("unit").head("kind") == "kind"
