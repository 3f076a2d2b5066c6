"""Who is told of a round that nears its end or is past it: inspector, its office, the province."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from sqlalchemy import select, update

from hotline.chasing import digests, due_points
from hotline.inspection import reviews, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.messages import Message
from hotline.models.people import User
from hotline.rules.chasing import Rung, tells
from tests.factories import OPERATOR, SHANGHAI, actor_for, make_areas, make_line
from tests.inspection.spot_checks import on
from tests.inspection.test_doubles import Doubled
from tests.loop.repairs import a_repair, call_again, report

ENDS = date(2026, 11, 30)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), SHANGHAI)


class Town:
    """A city's round and the province's, nine lines in each, with their people."""

    def __init__(self, session, settings):
        make_areas(session)
        for n in range(9):
            make_line(session, line_id=f"LINE{n}")
        self.people = {
            "ann": actor_for(session, "city_inspector", name="ann"),
            "bob": actor_for(session, "city_inspector", name="bob"),
            "far": actor_for(session, "province_inspector", name="far"),
            "city": actor_for(session, "city_admin", name="city"),
            "other": actor_for(session, "city_admin", name="other", area_code="130200"),
            "province": actor_for(session, "province_admin", name="province"),
        }
        for name, actor in self.people.items():
            session.get_one(User, actor.user_id).email = f"{name}@example.cn"
        own = (self.people["ann"].user_id, self.people["bob"].user_id)
        at_work = {"settings": settings, "now": on(2, "08:00")}
        plans = (
            NewRound("city", "130100", "2026-11", inspectors=own, seed="s"),
            NewRound("province", "130000", "2026Q4", inspectors=(self.people["far"].user_id,)),
        )
        self.city, self.quarter = (
            rounds.open_round(session, OPERATOR, plan, **at_work).code for plan in plans
        )
        session.execute(update(Round).values(ends_on=ENDS))

    def told(self, session, settings, who: str, day: date) -> list[tuple[str, str]]:
        points = due_points.points_of(session, self.people[who], settings=settings, now=at(day))
        return [(str(point.text), point.path) for point in points]

    def told_on(self, session, settings, day: date) -> set[tuple[str, str]]:
        """Who is told of which round that day."""
        return {
            (who, code)
            for who in self.people
            for _, path in self.told(session, settings, who, day)
            for code in (self.city, self.quarter)
            if path.startswith(f"/rounds/{code}")
        }


@pytest.fixture
def town(database, settings):
    with database.write() as session:
        return Town(session, settings)


@pytest.fixture
def lite(sqlite_database, settings):
    with sqlite_database.write() as session:
        return Town(session, settings)


def change(session, code: str, n: int | None = None, **values) -> None:
    """Set the first `n` checks of a round so, or all."""
    ids = session.scalars(
        select(Check.id).join(Round).where(Round.code == code).order_by(Check.id).limit(n)
    ).all()
    session.execute(update(Check).where(Check.id.in_(ids)).values(**values))
    session.expire_all()


def test_a_rounds_end_goes_up_the_ladder(database, settings, town):
    dials = {("ann", town.city), ("bob", town.city), ("far", town.quarter)}
    closes, above = {("city", town.city), ("province", town.quarter)}, {("province", town.city)}
    want = {
        date(2026, 11, 24): set(),
        date(2026, 11, 25): dials,
        date(2026, 11, 26): set(),
        date(2026, 11, 27): dials | closes,
        date(2026, 11, 30): set(),
        date(2026, 12, 1): dials,
        date(2026, 12, 2): dials | closes,
        date(2026, 12, 4): dials | closes,
        date(2026, 12, 7): dials | closes | above,
        date(2026, 12, 9): dials | closes | above,
    }
    with database.read() as session:
        assert {day: town.told_on(session, settings, day) for day in want} == want


def test_what_waits_only_to_be_closed_is_told_to_its_own_office(sqlite_database, settings, lite):
    with sqlite_database.write() as session:
        change(session, lite.city, closable=True, calls_made=1, review="accepted")
        day = date(2026, 11, 20)
        said = ("石家庄市2026年11月抽查已全部复核，可以关闭。", f"/rounds/{lite.city}")
        assert lite.told(session, settings, "city", day) == [said]
        for who in ("province", "ann", "other"):
            assert lite.told(session, settings, who, day) == []
        assert said in lite.told(session, settings, "province", date(2026, 12, 7))
        assert said not in lite.told(session, settings, "province", date(2026, 12, 4))


def test_the_province_does_not_hear_at_once_that_a_city_sent_nobody(
    sqlite_database, settings, lite
):
    with sqlite_database.write() as session:
        rounds.assign(session, OPERATOR, lite.city, [], settings=settings, now=on(3))
        day = date(2026, 11, 20)
        assert "没有检查员可拨" in lite.told(session, settings, "city", day)[0][0]
        assert lite.told(session, settings, "province", day) == []


def test_the_province_stands_in_for_a_city_without_an_administrator(database, settings, town):
    with database.write() as session:
        session.get_one(User, town.people["city"].user_id).active = False
        rounds.assign(session, OPERATOR, town.city, [], settings=settings, now=on(3))
    with database.read() as session:
        said = town.told(session, settings, "province", date(2026, 11, 20))
        assert said == [
            (
                "石家庄市2026年11月抽查有 9 条线路没有检查员可拨，请指派。",
                f"/rounds/{town.city}/inspectors",
            )
        ]
        for day in (date(2026, 11, 27), date(2026, 12, 2)):
            assert ("province", town.city) in town.told_on(session, settings, day)


def test_an_inspector_hears_of_what_is_theirs_and_of_what_came_back(database, settings, town):
    eve = date(2026, 11, 27)
    with database.write() as session:
        mine = (Check.inspector_id == town.people["ann"].user_id) & (Round.code == town.city)
        ids = session.scalars(select(Check.id).join(Round).where(mine).order_by(Check.id)).all()
        assert 0 < len(ids) < 9
        free = session.scalars(
            select(Check.id).join(Round).where(~mine, Round.code == town.city).limit(1)
        ).one()
        session.execute(update(Check).where(Check.id == free).values(inspector_id=None))
        done = {"closable": True, "calls_made": 1}
        session.execute(update(Check).where(Check.id.in_(ids[:1])).values(done))
        session.execute(update(Check).where(Check.id == ids[1]).values(**done, review="returned"))
        session.expire_all()
        left = len(ids) - 2 + 1
        came_back = (
            "石家庄市2026年11月抽查有 1 条被退回，请处理。",
            f"/rounds/{town.city}?state=returned",
        )
        assert town.told(session, settings, "ann", eve) == [
            (
                f"石家庄市2026年11月抽查于11月30日截止，您还有 {left} 条未测完。",
                f"/rounds/{town.city}",
            ),
            came_back,
        ]
        assert town.told(session, settings, "ann", date(2026, 11, 20)) == [came_back]
        assert came_back not in town.told(session, settings, "bob", eve)


def test_the_days_list_tells_apart_what_presses_and_what_waits(sqlite_database, settings, lite):
    day = "2026-11-26"
    with sqlite_database.write() as session:
        change(session, lite.city, 3, closable=True, calls_made=1, klass="PASS")
        change(session, lite.city, 1, review="returned", inspector_id=lite.people["ann"].user_id)
        waiting = reviews.count_waiting(session, lite.people["city"])
        assert waiting == 2
    now = at(date.fromisoformat(day))
    digests.chase(sqlite_database, day, settings=settings, now=now)
    with sqlite_database.read() as session:
        letters = {m.recipient.partition("@")[0]: m for m in session.scalars(select(Message))}
    assert "检查待复核 2 条" in letters["city"].body
    assert letters["ann"].subject.endswith("：待办 1 项")
    assert "待办（1 项）\n1. 石家庄市2026年11月抽查有 1 条被退回，请处理。\n" in letters["ann"].body
    assert f"{settings.public_url}/rounds/{lite.city}?state=returned\n" in letters["ann"].body
    assert "临期" not in letters["ann"].body
    assert "bob" not in letters


def test_two_inspectors_of_one_mailbox_each_have_their_count(sqlite_database, settings, lite):
    with sqlite_database.write() as session:
        names = User.name.in_(["ann", "bob"])
        session.execute(update(User).where(names).values(email="desk@example.cn"))
    digests.chase(sqlite_database, "2026-11-27", settings=settings, now=at(date(2026, 11, 27)))
    with sqlite_database.read() as session:
        body = session.scalars(
            select(Message.body).where(Message.recipient == "desk@example.cn")
        ).one()
    assert body.count("您还有") == 2
    assert "ann：石家庄市2026年11月" in body
    assert "bob：石家庄市2026年11月" in body


def test_a_rechecks_end_is_told_like_a_rounds(database, settings):
    with database.write() as session:
        repair = a_repair(session, settings)
        report(session, settings, repair)
        code = call_again(session, settings, repair).code

    def told(session, who, day):
        points = due_points.points_of(session, repair.people[who], settings=settings, now=at(day))
        return [(str(one.text), one.path) for one in points if "复查" in str(one.text)]

    late, page = date(2026, 12, 9), f"/rounds/{code}"
    with database.write() as session:
        found = session.scalars(select(Round).where(Round.code == code)).one()
        assert found.ends_on == date(2026, 12, 7)
        [(said, path)] = told(session, "inspector", late)
        assert said == (
            f"石家庄市复查{code}（12月7日截止）您还有 1 条未测完，其中 1 条不能再拨，请告知管理员。"
        )
        assert path == page
        assert told(session, "inspector", date(2026, 12, 4)) != []
        assert [path for _, path in told(session, "admin", late)] == [page]
        for who in ("province", "other_city", "unit", "province_inspector"):
            assert told(session, who, late) == [], who
        change(session, code, closable=True, calls_made=1, review="accepted")
        ready = (f"石家庄市复查{code}已复核，可以认定结果。", f"/rectifications/{repair.id}")
        assert told(session, "admin", date(2026, 11, 24)) == [ready]
        assert told(session, "inspector", late) == []


def test_doubles_are_told_of_to_those_who_test_them_alone(database, settings):
    doubled = Doubled(database, settings)
    code, late = f"D-{doubled.code}", on(9, month=12)

    def told(session, who):
        points = due_points.points_of(session, who, settings=settings, now=late)
        return [str(one.text) for one in points if code in one.path]

    with database.write() as session:
        session.execute(update(Round).values(ends_on=ENDS))
        by = session.scalars(select(Check.inspector_id).join(Round).where(Round.code == code)).all()
        for who in (doubled.ann, doubled.bob):
            n = by.count(who.user_id)
            said = (
                f"石家庄市双盲复测{code}（11月30日截止）您还有 {n} 条未测完，"
                f"其中 {n} 条不能再拨，请告知管理员。"
            )
            assert told(session, who) == ([said] if n else [])
        assert told(session, doubled.admin) == [
            f"石家庄市双盲复测{code}已于11月30日到期，还有 {len(by)} 条未测完。"
        ]
        unseen = [
            actor_for(session, "city_inspector", name="x"),
            actor_for(session, "province_inspector", name="y"),
            actor_for(session, "city_admin", name="z", area_code="130200"),
        ]
        assert [told(session, who) for who in unseen] == [[], [], []]
        change(session, code, closable=True, calls_made=1, review="accepted")
        assert told(session, doubled.admin) == [f"石家庄市双盲复测{code}已全部复核，可以办结。"]


def test_the_rungs_of_a_rounds_end():
    steps = {"city_after": 2, "province_after": 5}

    def who(left, late=False, days=(3, 1)):
        return [own for own in Rung if tells(own, left, late, days, **steps)]

    assert who(4) == who(2) == who(0) == []
    assert who(3) == [Rung.UNIT]
    assert who(1) == [Rung.UNIT, Rung.CITY]
    assert who(1, days=()) == []
    assert who(-1, True) == who(0, True) == [Rung.UNIT]
    assert who(-2, True) == who(-4, True) == [Rung.UNIT, Rung.CITY]
    assert who(-5, True) == list(Rung)
