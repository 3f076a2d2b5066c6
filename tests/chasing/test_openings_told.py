"""Lines in use that no round takes in are told, whatever the scheduler says it has done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline.chasing import digests, due_points
from hotline.chasing.digests import Reader
from hotline.clock import Period, at
from hotline.inspection import round_openings, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.messages import Message
from hotline.models.registry import Line
from tests.factories import OPERATOR, actor_for, make_areas, make_line
from tests.inspection.spot_checks import on

NOVEMBER = Period.parse("2026-11")


class Corner:
    """Three lines of 石家庄, known for long; 唐山 has none."""

    def __init__(self, session):
        make_areas(session)
        for n in range(3):
            make_line(session, line_id=f"LINE{n}", created_at=on(1, month=9))
        self.city = actor_for(session, "city_admin")
        self.other = actor_for(session, "city_admin", area_code="130200")
        self.inspector = actor_for(session, "city_inspector")
        self.province = actor_for(session, "province_admin")


@pytest.fixture
def corner(database):
    with database.write() as session:
        return Corner(session)


@pytest.fixture
def lite(sqlite_database):
    with sqlite_database.write() as session:
        return Corner(session)


def open_city(session, settings, now, names=None, period="2026-11"):
    plan = NewRound("city", "130100", period, names=names)
    return rounds.open_round(session, OPERATOR, plan, settings=settings, now=now)


def told(session, actor, settings, now, words="抽查") -> list[tuple[str, str]]:
    points = due_points.points_of(session, actor, settings=settings, now=now)
    return [(str(one.text), one.path) for one in points if words in str(one.text)]


def configured(settings, **city):
    changed = settings.rounds.city.model_copy(update=city)
    rules = settings.rounds.model_copy(update={"city": changed})
    return settings.model_copy(update={"rounds": rules})


def test_a_group_that_got_lines_after_the_opening_is_told(database, settings, corner):
    with database.write() as session:
        done = round_openings.open_city_rounds(session, NOVEMBER, settings=settings, now=on(2))
        assert "130200" in done["without_lines"]
        assert told(session, corner.other, settings, on(3)) == []
        make_line(session, area_code="130202", created_at=on(3))
        said = (
            "唐山市2026年11月抽查应于11月2日开始，还没有开始，在用线路 1 条。请核对后人工开始。",
            "/rounds/new?level=city&period=2026-11&area_code=130200",
        )
        assert told(session, corner.other, settings, on(4)) == [said]
        assert said in told(session, corner.province, settings, on(4))
        assert told(session, corner.city, settings, on(4), "应于") == []
        assert told(session, corner.inspector, settings, on(4)) == []
        plan = NewRound("city", "130200", "2026-11")
        rounds.open_round(session, OPERATOR, plan, settings=settings, now=on(4))
        assert told(session, corner.other, settings, on(4), "应于") == []


def test_what_is_not_due_yet_or_was_not_wanted_is_not_told(sqlite_database, settings, lite):
    with sqlite_database.read() as session:
        opening = round_openings.opening(NOVEMBER, settings)
        words = "应于"
        assert told(session, lite.city, settings, opening + timedelta(minutes=5), words) == []
        assert told(session, lite.city, settings, opening + timedelta(minutes=20), words) != []
        elsewhere = configured(settings, groups=("130200",))
        assert told(session, lite.city, elsewhere, on(4)) == []
        by_hand = settings.rounds.model_copy(update={"automatic": False})
        by_hand = settings.model_copy(update={"rounds": by_hand})
        assert told(session, lite.city, by_hand, on(4), words) != []


def test_the_province_hears_of_its_own_and_of_all_groups_in_one(sqlite_database, settings, lite):
    with sqlite_database.write() as session:
        make_line(session, area_code="130202", created_at=on(3))
        said = told(session, lite.province, settings, on(20), "应于")
        assert said == [
            (
                "石家庄市、唐山市2026年11月抽查应于11月2日开始，还没有开始，在用线路 4 条。"
                "请核对后人工开始。",
                "/rounds/new?level=city&period=2026-11",
            ),
            (
                "河北省2026年第四季度抽查应于11月2日开始，还没有开始，在用线路 4 条。"
                "请核对后人工开始。",
                "/rounds/new?level=province&period=2026Q4&area_code=130000",
            ),
        ]


def test_a_month_that_passed_without_a_round_is_told_for_some_days(sqlite_database, settings, lite):
    words = "没有抽查"
    with sqlite_database.write() as session:
        said = [
            ("石家庄市2026年10月没有抽查，在用线路 3 条；这一期已过。", "/rounds?level=city"),
        ]
        assert told(session, lite.city, settings, on(2), words) == said
        assert told(session, lite.city, settings, on(12), words) == []
        session.execute(update(Line).values(created_at=on(1)))
        assert told(session, lite.city, settings, on(2), words) == []


def test_a_round_over_some_lines_that_stands_for_the_month_is_told(database, settings, corner):
    words = "由人工开始"
    with database.write() as session:
        part = open_city(session, settings, on(1), names=("LINE0",))
        done = round_openings.open_city_rounds(session, NOVEMBER, settings=settings, now=on(2))
        assert done["known_in_part"] == [part.code]
        assert "known" not in done
        said = (
            "石家庄市2026年11月抽查由人工开始，只含在用线路 3 条中的 1 条，"
            "其余本期不会自动抽查，也不能另开一轮，请核对。",
            f"/rounds/{part.code}",
        )
        for actor in (corner.city, corner.province):
            assert told(session, actor, settings, on(3), words) == [said]
        for actor in (corner.other, corner.inspector):
            assert told(session, actor, settings, on(3), words) == []
        assert told(session, corner.city, settings, on(1, month=12), words) == []
        session.execute(update(Line).where(Line.line_id != "LINE0").values(status="retired"))
        assert told(session, corner.city, settings, on(3), words) == []


def test_the_digest_says_it_too(sqlite_database, settings, lite):
    with sqlite_database.read() as session:
        readers = [Reader("city", lite.city)]
        said = digests.write(session, readers, settings=settings, now=on(4))
        assert said is not None
        assert "还没有开始，在用线路 3 条" in said.body
        assert f"{settings.public_url}/rounds/new?level=city&period=2026-11" in said.body


def test_a_round_that_waits_only_for_a_line_out_of_use_can_be_closed(database, settings, corner):
    with database.write() as session:
        found = open_city(session, settings, on(2))
        checks = session.scalars(select(Check).order_by(Check.id)).all()
        for check in checks[:2]:
            check.closable, check.calls_made, check.review = True, 1, "accepted"
        session.flush()
        words = "照现状关闭"
        assert told(session, corner.city, settings, on(16), words) == []
        session.get_one(Line, checks[2].line_id).status = "retired"
        session.flush()
        said = (
            "石家庄市2026年11月抽查除 1 条不再使用或不能再拨的线路外，"
            "没有别的待办，可以照现状关闭。",
            f"/rounds/{found.code}/close",
        )
        assert told(session, corner.city, settings, on(16), words) == [said]
        assert told(session, corner.city, settings, on(3, month=12), words) == [said]
        assert told(session, corner.inspector, settings, on(16), words) == []
        checks[1].review = "pending"
        session.flush()
        assert told(session, corner.city, settings, on(16), words) == []


def test_past_its_end_what_could_still_be_put_off_goes_by_the_ladder(
    sqlite_database, settings, lite
):
    with sqlite_database.write() as session:
        open_city(session, settings, on(2))
        session.execute(update(Round).values(ends_on=on(10).date()))
        session.expire_all()
        assert told(session, lite.city, settings, on(13), "照现状关闭") == []
        assert told(session, lite.city, settings, on(13), "已于") != []


def test_what_a_reader_hears_of_for_the_first_time_is_always_named(
    sqlite_database, settings, monkeypatch
):
    """Two old rounds fill the list; on the day the third goes up the ladder it is named, too."""
    monkeypatch.setattr(digests, "SHOWN", 2)
    with sqlite_database.write() as session:
        make_areas(session)
        areas = {"130100": 20, "130200": 21, "130600": 22, "130700": 25}
        make_line(session, area_code="130100")
        for code in areas:
            make_line(session, area_code=code)
            actor_for(session, "city_admin", area_code=code)
            tester = actor_for(session, "city_inspector", area_code=code).user_id
            plan = NewRound("city", code, "2026-10", inspectors=(tester,))
            rounds.open_round(session, OPERATOR, plan, settings=settings, now=on(9, month=10))
        province = actor_for(session, "province_admin")
        for code, day in areas.items():
            ends = update(Round).where(Round.area_code == code)
            session.execute(ends.values(ends_on=on(day, month=10).date()))
        session.expire_all()
        readers = [Reader("province", province)]

        def late(now, **more) -> list[str]:
            said = digests.write(session, readers, settings=settings, now=now, **more)
            assert said is not None
            lines = said.body.splitlines()
            start = next(n for n, line in enumerate(lines) if line.startswith("逾期"))
            return lines[start : lines.index("", start)]

        # 25 October is a Sunday: five working days after it is Friday the 30th.
        new = late(on(30, month=10))
        assert new[0] == "逾期（4 项，其中新增 1 项）"
        assert new[1].startswith("1. 【新增】张家口市2026年10月抽查已于10月25日到期")
        assert "石家庄市" in new[3]
        assert new[-1] == "另有 2 项，请登录查看。"
        # A day on which no list went out makes nothing old.
        assert "新增 1 项" in late(on(2), last=on(29, month=10).date())[0]
        assert "新增" not in late(on(2))[0]
        every = late(on(30, month=10), last=on(1, month=10).date())
        assert len([line for line in every if "到期" in line]) == 4


def test_the_last_list_that_went_out_counts(database, settings, corner):
    with database.write() as session:
        for period, state in (("2026-11-02", "sent"), ("2026-11-03", "left")):
            session.add(
                Message(
                    kind="digest",
                    period=period,
                    recipient="a@example.cn",
                    subject="x",
                    body="x",
                    message_id=f"<{period}>",
                    state=state,
                    attempts=1,
                    created_at=at(on(2).date(), on(2).time()),
                )
            )
        session.flush()
        assert digests._last_lists(session, "2026-11-04") == {"a@example.cn": on(2).date()}
