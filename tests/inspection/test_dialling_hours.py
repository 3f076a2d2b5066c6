"""What may be dialled when: duty hours, the end of the round, lines that left the registry."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from hotline.chasing import agenda, due_points
from hotline.inspection import calls, check_lists, check_sheets, dialling_hours
from hotline.inspection.check_lists import STATES, Sought
from hotline.models.inspection import Check, Round
from hotline.models.registry import Line
from tests.factories import actor_for, make_line
from tests.inspection.spot_checks import a_registry, a_round, checks_of, dial, on, open_to_all

DAILY = "每天 08:00-21:30"


@pytest.fixture
def listed(database, settings):
    """Of four lines, a retry that is due and three untested, the last of them with a daily desk."""
    with database.write() as session:
        a_registry(session, lines=3)
        make_line(session, duty_hours=DAILY)
        ann = actor_for(session, "city_inspector", name="ann")
        found = a_round(session, settings, inspectors=(ann.user_id,))
        open_to_all(session, found)
        ids = [check.id for check in checks_of(session, found)]
        raw = dial(on(6, "09:00"), outcome=21)
        calls.record(session, ann, ids[0], raw, settings=settings, now=on(6))
    return SimpleNamespace(database=database, settings=settings, ann=ann, code=found.code, ids=ids)


def ends_on(listed, day: int) -> None:
    with listed.database.write() as session:
        session.execute(update(Round).values(ends_on=date(2026, 11, day)))


def of_line(listed, check_id: int, **values: object) -> None:
    with listed.database.write() as session:
        line = select(Check.line_id).where(Check.id == check_id).scalar_subquery()
        session.execute(update(Line).where(Line.id == line).values(**values))


def seen(listed, now):
    """By check: its turn and from when on it may be dialled; and each state's checks.

    Whatever the list shows, the first page and the round's numbers count the same.
    """
    usual = {"settings": listed.settings, "now": now}
    with listed.database.read() as session:
        found = session.scalars(select(Round)).one()
        openings = dialling_hours.of_round(session, found, listed.settings, now)
        rows = check_lists.find(session, listed.ann, found, Sought(), openings).checks
        states = {}
        for state in STATES:
            sought = Sought(state=state)
            states[state] = [
                c.id for c in check_lists.find(session, listed.ann, found, sought, openings).checks
            ]
        progress = check_lists.progress(session, listed.ann, found, openings)
        duties = agenda.of(session, listed.ann, **usual).duties
        after = check_sheets.next_to_dial(session, listed.ann, listed.ids[1], **usual)
        for row in rows:
            sheet = check_sheets.get_for(session, listed.ann, row.id, **usual)
            assert (sheet.opens_at, sheet.in_use) == (row.opens_at, row.in_use)
            assert sheet.changes == row.changes
    assert progress.states == {state: len(ids) for state, ids in states.items()}
    assert sorted(id_ for ids in states.values() for id_ in ids) == sorted(listed.ids)
    assert (duties.untested, duties.due, duties.later) == tuple(
        len(states[name]) for name in ("todo", "due", "later")
    )
    assert (duties.over, duties.unused) == (len(states["over"]), len(states["unused"]))
    order = [row.turn for row in rows]
    assert order == sorted(order, key=list(check_lists.TURNS).index)
    return SimpleNamespace(
        turns={row.id: row.turn for row in rows},
        opens={row.id: row.opens_at for row in rows},
        states=states,
        after=after,
        rows={row.id: row for row in rows},
    )


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (on(7, "21:00"), on(9, "08:30")),  # a Saturday
        (on(10, "12:20"), on(10, "13:30")),  # lunch
        (on(9, "17:30"), on(10, "08:30")),
    ],
)
def test_a_line_off_duty_stands_under_later_with_the_start_of_its_next_hours(listed, now, opens):
    retry, *plain, daily = listed.ids
    what = seen(listed, now)
    assert what.turns == {**dict.fromkeys((retry, *plain), "later"), daily: "now"}
    assert what.opens == {**dict.fromkeys((retry, *plain), opens), daily: now}
    assert (what.states["due"], what.states["later"]) == ([], [retry])
    assert what.after == daily
    later = seen(listed, opens)
    assert later.turns == dict.fromkeys(listed.ids, "now")
    assert later.states["due"] == [retry]
    assert later.after == retry


def test_before_its_first_day_a_round_waits_for_the_first_duty_hours_in_it(listed):
    with listed.database.write() as session:
        session.execute(update(Round).values(starts_on=date(2026, 11, 14)))
    what = seen(listed, on(10))
    assert set(what.turns.values()) == {"later"}
    assert what.opens[listed.ids[1]] == on(16, "08:30")
    assert what.opens[listed.ids[3]] == on(14, "08:00")


def test_what_no_longer_fits_into_the_round_is_not_offered(listed):
    retry, *plain, daily = listed.ids
    ends_on(listed, 6)
    what = seen(listed, on(6, "09:10"))  # the retry waits until 9:30 of this day
    assert what.turns == {retry: "later", **dict.fromkeys((*plain, daily), "now")}
    what = seen(listed, on(6, "18:00"))
    assert what.turns == {**dict.fromkeys((retry, *plain), "over"), daily: "now"}
    assert what.opens == {**dict.fromkeys((retry, *plain)), daily: on(6, "18:00")}
    what = seen(listed, on(9, "09:00"))
    assert what.turns == dict.fromkeys(listed.ids, "over")
    assert what.states["over"] == [*listed.ids]
    assert what.after is None


def test_a_next_call_after_the_last_day_is_too_late_already_on_that_day(listed):
    retry = listed.ids[0]
    with listed.database.write() as session:
        raw = dial(on(6, "14:00"), outcome=21, attempt=2)
        calls.record(session, listed.ann, retry, raw, settings=listed.settings, now=on(6, "14:01"))
    assert seen(listed, on(6, "14:30")).opens[retry] == on(9, "08:30")
    ends_on(listed, 6)
    what = seen(listed, on(6, "14:30"))
    assert (what.turns[retry], what.opens[retry]) == ("over", None)


def test_an_inspector_is_not_asked_to_dial_what_would_be_refused(listed):
    def said(who, now):
        with listed.database.read() as session:
            points = due_points.points_of(session, who, settings=listed.settings, now=now)
        return [str(point.text) for point in points]

    with listed.database.write() as session:
        chief = actor_for(session, "city_admin")
    ends_on(listed, 9)
    assert said(listed.ann, on(6, "18:00")) == [
        "石家庄市2026年11月抽查于11月9日截止，您还有 4 条未测完。"
    ]
    of_line(listed, listed.ids[1], status="suspended")
    assert said(listed.ann, on(6, "18:00")) == [
        "石家庄市2026年11月抽查（11月9日截止）您还有 4 条未测完，其中 1 条不能再拨，请告知管理员。"
    ]
    assert "其中 4 条不能再拨" in said(listed.ann, on(10))[0]
    assert said(chief, on(11)) == ["石家庄市2026年11月抽查已于11月9日到期，还有 4 条未测完。"]


def test_a_line_that_left_the_registry_stands_apart_and_changes_are_said(listed):
    retry, moved, gone, daily = listed.ids
    of_line(listed, retry, status="suspended")
    of_line(listed, gone, status="retired")
    of_line(listed, moved, number="0311-86009999", duty_hours=DAILY)
    what = seen(listed, on(10, "10:00"))
    assert what.turns == {moved: "now", daily: "now", retry: "unused", gone: "unused"}
    assert what.after == daily
    assert not what.rows[retry].may_dial(on(10, "10:00"))
    changes = {id_: [str(text) for text in row.changes] for id_, row in what.rows.items()}
    assert changes == {
        retry: ["线路已停用"],
        gone: ["线路已注销"],
        moved: ["号码已变更为 0311-86009999", f"值班时间已变更为 {DAILY}"],
        daily: [],
    }


def test_a_closed_round_keeps_its_states_whatever_becomes_of_its_lines(listed):
    of_line(listed, listed.ids[0], status="retired")
    with listed.database.write() as session:
        session.execute(update(Round).values(closed_at=on(30, "18:00")))
    now = on(1, month=12)
    with listed.database.read() as session:
        found = session.scalars(select(Round)).one()
        openings = dialling_hours.of_round(session, found, listed.settings, now)
        progress = check_lists.progress(session, listed.ann, found, openings)
        rows = check_lists.find(session, listed.ann, found, Sought(), openings).checks
    assert {state: n for state, n in progress.states.items() if n} == {"todo": 3, "due": 1}
    assert {row.changes for row in rows} == {()}


def test_the_office_s_own_hours_are_no_change_to_a_line_that_has_none(settings):
    hours = str(settings.duty_of(None))
    assert dialling_hours.changes("1", hours, "active", "1", None, settings) == ()
