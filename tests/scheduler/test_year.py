"""A year of rounds that open by themselves, in seconds: the clock is set, the calendar is real."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from hotline.clock import Calendar, Period, at
from hotline.inspection import round_openings, rounds, samples
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.jobs import JobRun
from hotline.models.registry import Area, Line
from hotline.rules.outcomes import Klass
from scheduler.jobs import JOBS
from scheduler.runner import Office, run_due
from tests.factories import OPERATOR, SHANGHAI, make_line, make_user

CITIES = [f"13{n:02d}00" for n in range(1, 12)]
OWN_GROUPS = ["130181", "130682", "133100"]
GROUPS = sorted(CITIES + OWN_GROUPS)
OPENINGS = [job for job in JOBS if job.name.startswith("open-")]
CALENDAR = Calendar()


class Wall:
    """A clock that the test sets."""

    def __init__(self, at: datetime):
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def a_province(session):
    """Hebei's groups with a few lines each, and an inspector a side."""
    session.add(Area(code="130000", name="河北省", level="province"))
    session.flush()
    for code in CITIES:
        session.add(Area(code=code, name=f"市{code}", level="city", parent_code="130000"))
    session.flush()
    for code, parent in zip(OWN_GROUPS, ("130100", "130600", "130000"), strict=True):
        area = Area(code=code, name=f"县{code}", level="county", parent_code=parent)
        session.add(area)
        session.flush()
        area.report_group = code
    for city in CITIES:
        session.add(Area(code=f"{city[:4]}02", name="某县", level="county", parent_code=city))
    session.flush()
    long_ago = datetime(2025, 12, 1, tzinfo=SHANGHAI)
    for code in GROUPS:
        make_user(session, "city_inspector", area_code=code)
        county = f"{code[:4]}02" if code in CITIES else code
        for n in range(4):
            area = code if n == 0 else county
            level = "city" if n == 0 and code in CITIES else "county"
            make_line(session, area_code=area, level=level, created_at=long_ago)
    make_user(session, "province_inspector")


def all_pass(database, now):
    """Every line of what is open passes, and what is over is closed."""
    with database.write() as session:
        session.execute(
            update(Check)
            .where(Check.klass.is_(None))
            .values(klass=Klass.PASS.value, outcome=11, decisive_at=now, closable=True)
        )
        over = Round.ends_on < now.astimezone(SHANGHAI).date()
        session.execute(update(Round).where(Round.closed_at.is_(None), over).values(closed_at=now))


def look(office, wall, moment):
    wall.at = moment
    return {job.name: run_due(office, job) for job in OPENINGS}


def working_days(first, last):
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if CALENDAR.is_working(day)]


def opened(session, level):
    query = select(Round).where(Round.level == level).order_by(Round.period, Round.area_code)
    return session.scalars(query).all()


def test_a_year_of_rounds(sqlite_database, settings):
    database = sqlite_database
    with database.write() as session:
        a_province(session)
    wall = Wall(datetime(2025, 12, 31, 18, tzinfo=SHANGHAI))
    office = Office(database, settings, now=wall)
    look(office, wall, wall.at)
    # The scheduler is down from 1 to 8 June: what fell due is done on the 9th, once.
    down = {date(2026, 6, day) for day in range(1, 9)}
    day = date(2026, 1, 1)
    while day.year == 2026:
        if day not in down:
            if day == date(2026, 6, 9):
                look(office, wall, at(day, time(7, 59)))
                with database.read() as session:
                    june = select(JobRun.started_at).where(JobRun.period == "2026-06")
                    assert session.scalars(june).all() == [at(day, time(7, 59))]
            look(office, wall, at(day, time(8)))
            if day.day % 10 == 0:
                all_pass(database, at(day, time(17)))
        day += timedelta(days=1)
    assert look(office, wall, at(date(2026, 12, 31), time(23))) == dict.fromkeys(
        (job.name for job in OPENINGS), 0
    )
    with database.read() as session:
        months, quarters = opened(session, "city"), opened(session, "province")
        assert [(one.period, one.area_code) for one in months] == [
            (f"2026-{month:02d}", code) for month in range(1, 13) for code in GROUPS
        ]
        assert [one.period for one in quarters] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
        for one in months:
            period = Period.parse(one.period)
            days = working_days(period.first, period.last)
            assert (one.starts_on, one.ends_on) == (days[0], days[-4]), one.code
            late = one.period == "2026-06"
            assert one.opened_at == (
                at(date(2026, 6, 9), time(7, 59)) if late else at(days[0], time(8))
            )
            assert [user.area_code for user in one.inspectors] == [one.area_code]
            assert one.coverage == "full"
        assert [one.starts_on for one in quarters] == [
            date(2026, 2, 2),
            date(2026, 5, 6),
            date(2026, 8, 3),
            date(2026, 11, 2),
        ]
        for one in quarters:
            period = Period.parse(one.period)
            assert one.ends_on == working_days(period.first, period.last)[-11]
            assert one.coverage == "sample"
        for found in (*months, *quarters):
            assert samples.verify(session, OPERATOR, found.code).same, found.code
        ids = [one.id for one in quarters]
        times = Counter(session.scalars(select(Check.line_id).where(Check.round_id.in_(ids))))
        assert times.keys() == set(session.scalars(select(Line.id)))
        first = session.scalars(select(Check).where(Check.round_id == ids[0])).all()
        assert len(first) < len(times)


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2026-01", date(2026, 1, 4), date(2026, 1, 27)),  # the 4th, a Sunday, is made up
        ("2026-02", date(2026, 2, 2), date(2026, 2, 25)),  # the 28th, a Saturday, is made up
        ("2026-10", date(2026, 10, 8), date(2026, 10, 27)),
    ],
)
def test_windows_follow_days_off_and_make_up_days(settings, month, first, last):
    assert round_openings.window(Period.parse(month), settings) == (first, last)


def test_a_year_whose_calendar_is_not_out_yet_counts_monday_to_friday(database, settings):
    with database.write() as session:
        a_province(session)
    wall = Wall(datetime(2026, 12, 31, 18, tzinfo=SHANGHAI))
    office = Office(database, settings, now=wall)
    look(office, wall, wall.at)
    assert CALENDAR.provisional(date(2027, 1, 1))
    assert look(office, wall, at(date(2027, 1, 1), time(8)))["open-city-rounds"] == 0
    assert look(office, wall, at(date(2027, 1, 4), time(8)))["open-city-rounds"] == 1
    assert look(office, wall, at(date(2027, 2, 1), time(8))) == {
        "open-city-rounds": 1,
        "open-province-round": 1,
    }
    with database.read() as session:
        assert len(opened(session, "city")) == 28
        [quarter] = opened(session, "province")
        assert (quarter.starts_on, quarter.ends_on) == (date(2027, 2, 1), date(2027, 3, 17))
        assert samples.verify(session, OPERATOR, quarter.code).same


def test_what_was_opened_by_hand_is_left_alone(database, settings):
    with database.write() as session:
        a_province(session)
        for line in session.scalars(select(Line).where(Line.group_code == "130181")):
            line.status = "suspended"
        session.flush()
        new = NewRound("city", "130100", "2026-11")
        by_hand = datetime(2026, 10, 30, tzinfo=SHANGHAI)
        rounds.open_round(session, OPERATOR, new, settings=settings, now=by_hand)
        wanted = settings.rounds.city.model_copy(
            update={"groups": ("130100", "130200", "130181"), "tested_by": {"130200": "130100"}}
        )
        changed = settings.model_copy(
            update={"rounds": settings.rounds.model_copy(update={"city": wanted})}
        )
        november = Period.parse("2026-11")
        said = round_openings.open_city_rounds(
            session, november, settings=changed, now=at(date(2026, 11, 2), time(8))
        )
        assert said == {
            "known": ["C-130100-2026-11"],
            "opened": ["C-130200-2026-11"],
            "without_lines": ["130181"],
        }
        by_code = {one.area_code: one for one in opened(session, "city")}
        assert by_code["130100"].opened_by == OPERATOR.name
        assert [user.area_code for user in by_code["130200"].inspectors] == ["130100"]
        late = round_openings.open_city_rounds(
            session, november, settings=settings, now=at(date(2026, 11, 30), time(8))
        )
        assert len(late["opened"]) == 11
        assert {one.ends_on for one in opened(session, "city")} == {
            date(2026, 11, 25),
            date(2026, 11, 30),  # opened by hand
            date(2026, 12, 2),  # the third working day from its opening
        }
        never = round_openings.open_city_rounds(
            session, Period.parse("2026-09"), settings=settings, now=at(date(2026, 11, 2), time(8))
        )
        assert set(never) == {"over", "without_lines"}
