"""The ledger of problems: every state, who sees what, filters, order, figures, its cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select

from hotline.ladder.rectification_figures import Completion, Due, completion
from hotline.ledgers import ledger_exports, ledger_problems
from hotline.ledgers.ledger_pages import Sorting
from hotline.ledgers.ledger_problems import OVERDUE, STATES, Sought
from hotline.models.inspection import Round
from hotline.models.loop import Commitment, Rectification, RectificationStep, Talk
from hotline.models.papers import Finding, Notice
from tests.factories import actor_for
from tests.inspection.spot_checks import on
from tests.issuing.closed_rounds import close_a_round
from tests.ledgers.followed import LATER, drop_one, follow, many, statements, struck_off

UNITS = (*("长安区水利局",) * 3, *("桥西区水利局",) * 2, "桥西区农村供水中心")
NUMBERS = [f"0311-8610{n:04d}" for n in range(6)]


@pytest.fixture
def closed(database, settings):
    """Five hang-ups of two units and one line in order; nothing issued."""
    return close_a_round(database, settings, units=UNITS)


@pytest.fixture
def followed(closed):
    """The first is reported, two wait, the fourth was sent back, the fifth waits."""
    return follow(closed)


def found(followed, actor=None, now=LATER, **sought):
    closed = followed.closed
    with closed.database.read() as session:
        return ledger_problems.find(
            session, actor or closed.chief, Sought(**sought), settings=closed.settings, now=now
        ).rows


def numbers(rows):
    return [row.number for row in rows]


def test_a_problem_is_new_until_its_paper_is_issued(closed):
    drop_one(closed, NUMBERS[2])
    with closed.database.write() as session:
        at = {"settings": closed.settings, "now": LATER}
        rows = ledger_problems.find(session, closed.drafter, Sought(), **at).rows
        states = {row.number: row.state for row in rows}
        told = actor_for(session, "province_inspector")
        assert ledger_problems.find(session, told, Sought(), **at).rows == []
        assert ledger_problems.find(session, closed.other, Sought(), **at).rows == []
    assert states == dict.fromkeys(NUMBERS[:5], "new") | {NUMBERS[2]: "dropped"}
    assert {(row.notice_number, row.due_on, row.step) for row in rows} == {(None, None, None)}


def test_a_row_says_who_what_until_when_and_how_far(followed):
    first = next(row for row in found(followed) if row.number == NUMBERS[3])
    assert (first.unit, first.area, first.klass) == ("桥西区水利局", "桥西区", "IRREGULAR")
    assert first.notice_number.startswith("石家庄")
    assert (first.state, first.returns, first.step) == ("returned", 1, "return")
    assert first.due_on == date(2026, 11, 23)
    assert not first.overdue
    assert first.rectification_id
    assert first.period == "2026-11"


def test_what_is_overdue_stands_first_and_what_is_over_last(followed):
    with followed.database.write() as session:
        struck_off(session, followed.rows(session)[1], on(18))
    rows = found(followed)
    assert [row.state for row in rows][-1] == "closed"
    assert {row.number for row in rows if row.overdue} == {NUMBERS[2], NUMBERS[4]}
    open_days = [row.due_on for row in rows if row.state != "closed"]
    assert open_days == sorted(open_days)


FILTERS = [
    ({"state": "open"}, 5),
    ({"state": "returned"}, 1),
    ({"state": "reported"}, 1),
    ({"state": "new"}, 0),
    ({"flag": OVERDUE}, 3),
    ({"klass": "IRREGULAR"}, 5),
    ({"klass": "SLOW"}, 0),
    ({"search": "桥西区"}, 2),
    ({"search": "桥西区 0003"}, 1),
    ({"search": "86100001"}, 1),
    ({"search": "031186100001"}, 1),
    ({"search": "100%"}, 0),
    ({"period": "2026-11"}, 5),
    ({"period": "2026-10"}, 0),
    ({"round_code": "C-130100-2026-11"}, 5),
    ({"group": "130100"}, 5),
    ({"group": "130200"}, 0),
    ({"own": True}, 5),
]


def test_filters(followed):
    assert [(sought, len(found(followed, **sought))) for sought, _ in FILTERS] == FILTERS


def test_every_column_sorts_both_ways_and_never_wavers(followed):
    for key in ledger_problems.SORTS:
        up = numbers(found(followed, sorting=Sorting(key)))
        down = numbers(found(followed, sorting=Sorting(key, down=True)))
        assert sorted(up) == sorted(down) == NUMBERS[:5], key
    assert numbers(found(followed, sorting=Sorting("number", down=True))) == NUMBERS[4::-1]


def test_each_sees_their_own(followed):
    closed = followed.closed
    with closed.database.write() as session:
        people = {
            role: actor_for(session, role, **more)
            for role, more in {
                "province_admin": {},
                "province_inspector": {},
                "city_inspector": {},
                "auditor": {},
            }.items()
        }
    seen = {role: len(found(followed, actor)) for role, actor in people.items()}
    assert seen == {
        "province_admin": 5,
        "province_inspector": 5,
        "city_inspector": 5,
        "auditor": 0,
    }
    assert found(followed, closed.other) == []
    assert {row.unit for row in found(followed, followed.reader)} == {"长安区水利局"}
    assert {row.unit for row in found(followed, followed.rival)} == {"桥西区水利局"}
    assert found(followed, followed.rival, unit_id=followed.reader.unit_id) == []
    assert found(followed, people["province_inspector"], own=True) == []


def test_an_appeal_a_revocation_and_a_circular_alone_show_as_such(followed):
    with followed.database.write() as session:
        rows = followed.rows(session)
        rows[1].held = True
        session.get_one(Finding, rows[1].finding_id).state = "held"
        rows[2].state = "cancelled"
        session.get_one(Finding, rows[2].finding_id).state = "revoked"
        lone = session.get_one(Finding, rows[4].finding_id)
        assert lone.state == "issued"
        steps = RectificationStep.rectification_id == rows[4].id
        session.execute(delete(RectificationStep).where(steps))
        session.delete(rows[4])
    states = {row.number: (row.state, row.overdue) for row in found(followed)}
    assert states == {
        NUMBERS[0]: ("reported", False),
        NUMBERS[1]: ("held", False),
        NUMBERS[2]: ("revoked", False),
        NUMBERS[3]: ("returned", False),
        NUMBERS[4]: ("named", False),
    }


def test_a_promise_made_in_a_talk_is_a_row_too(followed):
    with followed.database.write() as session:
        notice = session.scalar(select(Notice).where(Notice.kind == "rectification"))
        talk = Talk(
            round_id=notice.round_id,
            unit_id=followed.reader.unit_id,
            area_code="130102",
            created_at=LATER,
        )
        session.add(talk)
        session.flush()
        promise = Commitment(
            talk_id=talk.id, what="更换话机", due_on=date(2028, 1, 10), person="李"
        )
        session.add(promise)
        session.flush()
        session.add(
            Rectification(
                notice_id=notice.id,
                commitment_id=promise.id,
                unit_id=followed.reader.unit_id,
                what=promise.what,
                owner=promise.person,
                counted_from=LATER.date(),
                due_on=promise.due_on,
                created_at=LATER,
            )
        )
    [row] = found(followed, search="更换话机")
    assert (row.number, row.klass, row.what, row.owner) == (None, None, "更换话机", "李")
    assert row.area == "长安区"
    assert row.provisional
    assert len(found(followed, followed.reader)) == 4


def test_a_date_is_provisional_only_while_something_hangs_on_it(followed):
    with followed.database.write() as session:
        for one in followed.rows(session)[:2]:
            one.due_on = date(2028, 1, 10)
        struck_off(session, followed.rows(session)[0], on(18))
    assert {row.number for row in found(followed) if row.provisional} == {NUMBERS[1]}


def test_the_counts_are_those_of_the_rows(followed):
    closed = followed.closed
    with closed.database.write() as session:
        struck_off(session, followed.rows(session)[0], on(18))
    rows = found(followed)
    with closed.database.read() as session:
        for sought in (Sought(), Sought(state="closed"), Sought(flag=OVERDUE)):
            counted = ledger_problems.summary(session, closed.chief, sought, now=LATER)
            assert {s: n for s, n in counted.states.items() if n} == Counter(
                row.state for row in rows
            )
            assert counted.overdue == sum(row.overdue for row in rows) == 3
            assert (counted.total, counted.open) == (5, 4)
            # The one sent back is due on the 23rd, which has not passed.
            assert counted.completion == Completion(due=4, in_time=1)
        only = replace(Sought(), search="桥西区")
        counted = ledger_problems.summary(session, closed.chief, only, now=LATER)
        assert counted.completion == Completion(due=1, in_time=0)


def test_the_file_has_the_rows_and_figures_of_the_page(followed):
    closed = followed.closed
    with closed.database.read() as session:
        table = ledger_exports.problems(
            session, closed.chief, Sought(state="open"), settings=closed.settings, now=LATER
        )
    assert [row[0] for row in table.rows] == numbers(found(followed, state="open"))
    assert "未销号5条，其中逾期3条；整改完成率0.00%（0/4）" in table.scope
    assert table.scope.startswith("截至2026-11-23 09:00  共5条")
    heads = [column.head for column in table.columns]
    returned = next(row for row in table.rows if row[heads.index("状态")] == "退回")
    assert returned[heads.index("退回次数")] == 1
    assert returned[heads.index("期限")] == "2026-11-23"
    assert any("整改完成率：" in said for said in table.definitions)


def test_what_it_costs_does_not_follow_the_rows(followed):
    closed = followed.closed
    at = {"settings": closed.settings, "now": LATER}

    def asked():
        with closed.database.read() as session, statements(closed.database) as sent:
            ledger_problems.find(session, closed.chief, Sought(), **at)
            ledger_problems.find(session, closed.chief, Sought(), size=3_000, **at)
            ledger_problems.summary(session, closed.chief, Sought(), now=LATER)
            ledger_exports.problems(session, closed.chief, Sought(), **at)
            return len([said for said in sent if said.startswith("SELECT")])

    few = asked()
    with closed.database.write() as session:
        many(session, session.scalar(select(Round.id)), 3_000)
    assert asked() == few == 8
    with closed.database.read() as session:
        page = ledger_problems.find(session, closed.chief, Sought(), page=99, **at)
    assert (page.total, page.pages, page.page, len(page.rows)) == (3_005, 61, 61, 5)


@pytest.mark.parametrize(
    ("state", "held", "due_on", "reported", "counts", "in_time"),
    [
        ("closed", False, 19, 19, True, True),
        ("closed", False, 19, 20, True, False),
        ("reported", False, 19, 18, True, False),
        ("in_progress", False, 19, None, True, False),
        ("in_progress", False, 23, None, False, False),
        ("closed", False, 23, 18, False, False),
        ("cancelled", False, 19, 18, False, False),
        ("in_progress", True, 19, None, False, False),
    ],
)
def test_closed_on_time_over_due(state, held, due_on, reported, counts, in_time):
    at = None if reported is None else datetime(2026, 11, reported, 15, 59, tzinfo=UTC)
    one = Due(date(2026, 11, due_on), state, held, at)
    counted = completion([one], date(2026, 11, 23))
    assert counted == Completion(due=int(counts), in_time=int(in_time))
    assert counted.rate == (float(in_time) if counts else None)


def test_a_day_is_shanghais():
    at = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert (
        completion([Due(date(2026, 11, 19), "closed", False, at)], date(2026, 11, 23)).in_time == 0
    )


def test_every_state_has_a_word():
    assert {"new", "named", "dropped", "held", "revoked"} | set(ledger_problems.OPEN_STATES) | {
        "closed"
    } == set(STATES)
