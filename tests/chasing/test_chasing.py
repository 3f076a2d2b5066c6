"""Three weeks around the National Day: who is told of what on which day, and never twice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from hotline.chasing import digests, due_points
from hotline.delivery import messages
from hotline.models.messages import Message
from hotline.models.people import User
from hotline.rules.chasing import Rung, rung, working_days_to
from scheduler.jobs import JOBS
from scheduler.runner import Office, first_start, run_due
from tests.chasing.late import DUE, Kept, a_late_repair
from tests.factories import SHANGHAI
from tests.loop.repairs import bring_to

FIRST, LAST = date(2026, 9, 21), date(2026, 10, 14)
HOURS = (time(0, 30), time(9, 1), time(18, 30))
CHASE = next(job for job in JOBS if job.name == "chase")


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)


@pytest.fixture
def repair(database, settings):
    with database.write() as session:
        return a_late_repair(session, settings)


@pytest.fixture
def lite(sqlite_database, settings):
    """The same where one kind of database tells as much as both."""
    with sqlite_database.write() as session:
        return a_late_repair(session, settings)


def test_three_weeks_of_a_scheduler_that_looks_at_all_hours(database, settings, repair):
    mailer, wall = Kept(settings), [at(FIRST, time(0))]
    office = Office(database, settings, now=lambda: wall[0])
    first_start(database, wall[0])
    for n in range((LAST - FIRST).days + 1):
        for hour in HOURS:
            wall[0] = at(FIRST + timedelta(days=n), hour)
            run_due(office, CHASE)
            messages.send(database, mailer, settings=settings, now=wall[0])
    told = defaultdict(list)
    for moment, letter in mailer.letters:
        if "整改逾期 " in letter.text or "整改还有 " in letter.text:
            told[letter.recipient.partition("@")[0]].append(f"{moment:%m-%d}")
    before, after = ["09-24", "09-29"], ["10-08", "10-09", "10-10", "10-12", "10-13", "10-14"]
    assert told == {
        "unit": before + after,
        "office": before + after,
        "inspector": before + after,
        "admin": after[1:],
        "other": after[1:],
        "province": after[4:],
    }
    seen = [(moment.date(), letter.recipient) for moment, letter in mailer.letters]
    assert len(seen) == len(set(seen))
    off = {date(2026, 9, 25) + timedelta(days=n) for n in (0, 1, 2)}
    off |= {date(2026, 10, 1) + timedelta(days=n) for n in range(7)} | {date(2026, 10, 11)}
    assert off.isdisjoint(day for day, _ in seen)
    assert all(time(8, 30) <= moment.time() < time(17, 30) for moment, _ in mailer.letters)


def test_the_list_leads_to_the_page_for_those_who_can_open_it(sqlite_database, settings, lite):
    now = at(date(2026, 10, 8), time(9))
    digests.chase(sqlite_database, "2026-10-08", settings=settings, now=now)
    with sqlite_database.read() as session:
        query = select(Message).where(
            Message.recipient.in_(["unit@example.cn", "office@example.cn"])
        )
        office, unit = session.scalars(query.order_by(Message.recipient)).all()
    page = f"{settings.public_url}/rectifications/{lite.id}"
    for told in (office, unit):
        assert "逾期 1 项" in told.subject
        assert "整改逾期 1 个工作日：" in told.body
    assert page in unit.body
    assert page not in office.body


def test_it_goes_on_until_it_is_reported(sqlite_database, settings, lite):
    now = at(date(2026, 10, 8), time(9))
    with sqlite_database.write() as session:
        reader = lite.case.unit
        [point] = due_points.points_of(session, reader, settings=settings, now=now)
        assert (point.path, point.late) == (f"/rectifications/{lite.id}", True)
        bring_to(session, settings, lite, "reported")
        assert due_points.points_of(session, reader, settings=settings, now=now) == []


def test_another_city_and_an_auditor_hear_nothing(sqlite_database, settings, lite):
    now = at(date(2026, 10, 14), time(9))
    with sqlite_database.read() as session:
        for who in ("other_city", "other_unit", "auditor", "province_inspector"):
            actor = lite.people[who]
            points = due_points.points_of(session, actor, settings=settings, now=now)
            assert [one for one in points if not one.path.startswith("/rounds/new")] == [], who


def test_the_province_stands_in_for_a_city_without_an_administrator(
    sqlite_database, settings, lite
):
    province = lite.people["province"]

    def told_on(day: int) -> bool:
        now = at(date(2026, 10, day), time(9))
        with sqlite_database.read() as session:
            points = due_points.points_of(session, province, settings=settings, now=now)
            return any(one.path == f"/rectifications/{lite.id}" for one in points)

    assert [told_on(day) for day in (8, 9, 13)] == [False, False, True]
    with sqlite_database.write() as session:
        for who in ("admin", "other"):
            session.get_one(User, lite.people[who].user_id).active = False
    assert [told_on(day) for day in (8, 9, 13)] == [False, True, True]


def test_again_after_a_kill_adds_nothing(database, settings, repair):
    now = at(date(2026, 10, 8), time(9))
    again = {"settings": settings, "now": now}
    first = digests.chase(database, "2026-10-08", **again)
    assert first.queued == first.addresses > 0
    assert digests.chase(database, "2026-10-08", **again).queued == 0
    assert digests.chase(database, "2026-10-07", **again) == digests.Chased()
    with database.read() as session:
        assert session.scalar(select(func.count(Message.id))) == first.queued


def test_a_list_that_missed_its_day_is_not_sent(sqlite_database, settings, lite):
    eve, mailer = at(date(2026, 10, 8), time(9)), Kept(settings)
    digests.chase(sqlite_database, "2026-10-08", settings=settings, now=eve)
    assert (
        messages.send(sqlite_database, mailer, settings=settings, now=eve.replace(hour=20)).told
        == []
    )
    messages.send(sqlite_database, mailer, settings=settings, now=eve + timedelta(days=1))
    assert mailer.letters == []
    with sqlite_database.read() as session:
        assert set(session.scalars(select(Message.state))) == {"left"}


def test_readers_of_one_mailbox_get_one_list(sqlite_database, settings, lite):
    with sqlite_database.write() as session:
        for user in session.scalars(select(User).where(User.email.is_not(None))):
            user.email = "office@example.cn"
    now = at(date(2026, 10, 14), time(9))
    assert digests.chase(sqlite_database, "2026-10-14", settings=settings, now=now).queued == 1
    with sqlite_database.read() as session:
        body = session.scalars(select(Message.body)).one()
        assert body.count(f"/rectifications/{lite.id}\n") == 1


def test_the_ladder_and_the_days_left(settings):
    calendar = settings.working_days
    assert working_days_to(date(2026, 9, 24), DUE, calendar) == 3
    assert working_days_to(date(2026, 10, 10), DUE, calendar) == -3
    steps = [rung(n, city_after=2, province_after=5) for n in (-3, 1, 2, 4, 5, 9)]
    one, two, three = Rung.UNIT, Rung.CITY, Rung.PROVINCE
    assert steps == [one, one, two, two, three, three]
