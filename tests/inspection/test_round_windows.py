"""The last day of a round: room for the retry rule however late it opens, and putting it off."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from hotline.chasing import due_points
from hotline.clock import Period
from hotline.db import finish
from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.inspection import calls, doubles, figures, redraws, round_openings, rounds, samples
from hotline.inspection.rounds import NewRound
from hotline.ladder import findings
from hotline.models.inspection import Round
from hotline.models.journal import AuditEntry
from hotline.papers import round_closings
from tests.factories import OPERATOR, SHANGHAI, actor_for
from tests.inspection.spot_checks import (
    NOON_OF_THE_LAST,
    a_registry,
    a_round,
    checks_of,
    dial,
    log,
    on,
)
from tests.inspection.test_doubles import Doubled
from tests.inspection.test_redraws import as_opened_before


def close(session, settings, found):
    now = datetime(2026, 11, 28, 18, tzinfo=SHANGHAI)
    round_closings.close(
        session, OPERATOR, found.code, as_is_reason="线路改造", settings=settings, now=now
    )


@pytest.fixture
def doubled(database, settings):
    return Doubled(database, settings)


def put_off(doubled, session, day, *, reason="线路抢修", actor=None, code=None, now=None):
    who, which = actor or doubled.admin, code or doubled.code
    return rounds.extend(session, who, which, day, reason=reason, now=now or on(10))


def changed(settings, **rules):
    city = settings.rounds.city.model_copy(update=rules)
    of_rounds = settings.rounds.model_copy(update={"city": city})
    return settings.model_copy(update={"rounds": of_rounds})


@pytest.mark.parametrize(
    ("opened", "last"),
    [
        (on(20), date(2026, 11, 25)),  # its own window has four working days left
        (on(24), date(2026, 11, 26)),
        (on(24, "16:00"), date(2026, 11, 27)),  # the day is over
        (on(25), date(2026, 11, 27)),
        (on(26), date(2026, 11, 30)),  # too late for its window: the rest of the month
        (on(30), date(2026, 12, 2)),  # and past it
        (on(28), date(2026, 12, 2)),  # a Saturday
    ],
)
def test_a_round_that_opens_late_has_three_working_days(sqlite_database, settings, opened, last):
    with sqlite_database.write() as session:
        a_registry(session)
        period = Period.parse("2026-11")
        round_openings.open_city_rounds(session, period, settings=settings, now=opened)
        found = session.scalars(select(Round)).one()
        assert (found.ends_on, found.starts_on) == (last, date(2026, 11, 2))


def test_a_line_can_be_tested_by_the_retry_rule_even_then(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        period = Period.parse("2026-11")
        round_openings.open_city_rounds(session, period, settings=settings, now=on(30))
        (check,) = checks_of(session, session.scalars(select(Round)).one())
        for n, at in enumerate((on(30, "10:00"), on(30, "15:00"), on(1, month=12)), start=1):
            raw = dial(at, outcome=21, attempt=n)
            calls.record(session, OPERATOR, check.id, raw, settings=settings, now=on(2, month=12))
        session.refresh(check)
        assert check.closable


def test_codes_that_are_no_reporting_group_are_said(database, settings):
    """130102 is a county of 石家庄, which has no rounds of its own."""
    wrong = changed(settings, groups=("130100", "130102", "999999"), tested_by={"130100": "139900"})
    with database.write() as session:
        a_registry(session)
        said = round_openings.open_city_rounds(
            session, Period.parse("2026-11"), settings=wrong, now=on(2)
        )
        assert said["unknown_codes"] == ["130102", "139900", "999999"]
        assert said["opened"] == ["C-130100-2026-11"]
        assert "without_lines" not in said
        province, city = actor_for(session), actor_for(session, "city_admin")
        for actor, settings_, told in (
            (province, wrong, ["130102、139900、999999 不是汇总分组"]),
            (province, settings, []),
            (city, wrong, []),
        ):
            points = due_points.points_of(session, actor, settings=settings_, now=on(2))
            about = [str(point.text) for point in points if point.path == "/jobs"]
            assert len(about) == len(told)
            assert all(words in text for words, text in zip(told, about, strict=True))


@pytest.mark.parametrize(("day", "refused"), [(30, True), (31, False)])
def test_a_round_is_opened_a_year_before_its_period_at_the_earliest(
    sqlite_database, settings, day, refused
):
    with sqlite_database.write() as session:
        a_registry(session)
        new, now = NewRound("city", "130100", "2027-11"), on(day, month=10)
        if not refused:
            assert rounds.open_round(session, OPERATOR, new, settings=settings, now=now)
            return
        with pytest.raises(Invalid) as refusal:
            rounds.open_round(session, OPERATOR, new, settings=settings, now=now)
        (error,) = refusal.value.errors
        assert error.field == "period"
        assert "2027-11-01 才开始" in str(error.text)


def test_the_last_day_is_put_off_and_the_deal_still_holds(doubled):
    with doubled.database.write() as session:
        before = doubled.of(session, doubled.code).ends_on
        found = put_off(doubled, session, date(2026, 12, 31))
        assert found.ends_on == doubled.of(session).ends_on == date(2026, 12, 31)
        finish(session)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "round.extend")).one()
        assert (entry.actor, entry.reason) == ("admin", "线路抢修")
        assert (entry.old, entry.new) == (
            {"ends_on": before.isoformat()},
            {"ends_on": "2026-12-31"},
        )
        session.expire_all()
        assert redraws.verify(session, OPERATOR, doubled.code, settings=doubled.settings).same


def test_of_a_round_dealt_before_it_was_kept_the_first_end_decides(doubled):
    with doubled.database.write() as session:
        as_opened_before(session, doubled)
        for day in (5, 18):
            put_off(doubled, session, date(2026, 12, day))
        finish(session)
        session.expire_all()
        again = redraws.verify(session, OPERATOR, doubled.code, settings=doubled.settings)
        assert again.same
        assert again.deal.drawn_again


@pytest.mark.parametrize(
    ("day", "reason", "fields"),
    [
        (date(2026, 11, 30), "x", ["ends_on"]),  # as it is
        (date(2027, 1, 1), "x", ["ends_on"]),  # more than 31 days after November
        (date(2026, 12, 3), "x", ["ends_on"]),  # has passed
        (None, " ", ["ends_on", "reason"]),
        (date(2026, 12, 10), "x" * 501, ["reason"]),
    ],
)
def test_what_the_last_day_cannot_be(doubled, day, reason, fields):
    with doubled.database.write() as session, pytest.raises(Invalid) as refusal:
        put_off(doubled, session, day, reason=reason, now=on(4, month=12))
    assert [error.field for error in refusal.value.errors] == fields


def test_past_the_latest_day_it_says_plainly_that_none_is_left(doubled):
    day, new_year = date(2027, 1, 5), on(1, month=1).replace(year=2027)
    with doubled.database.write() as session:
        with pytest.raises(Invalid):
            put_off(doubled, session, day, now=on(31, month=12))
        with pytest.raises(Conflict) as refusal:
            put_off(doubled, session, day, now=new_year)
    assert "不能再延长，只能照现状关闭" in str(refusal.value)


def test_only_an_open_sample_is_put_off_by_whoever_manages_it(doubled):
    day = date(2026, 12, 10)
    with doubled.database.write() as session:
        other = actor_for(session, "city_admin", area_code="130200")
        for actor, refusal in ((other, NotFound), (doubled.ann, Forbidden)):
            with pytest.raises(refusal):
                put_off(doubled, session, day, actor=actor)
        with pytest.raises(Conflict):
            put_off(doubled, session, day, code=f"D-{doubled.code}")
        doubled.of(session, doubled.code).closed_at = on(20)
        session.flush()
        with pytest.raises(Conflict):
            put_off(doubled, session, day)


def test_a_round_put_off_into_the_next_month_is_still_the_one_before_it(database, settings):
    with database.write() as session:
        a_registry(session)
        october = a_round(session, settings, period="2026-10", now=on(30, month=10))
        (check,) = checks_of(session, october)
        log(session, settings, check, dial(on(12, month=10), outcome=21))
        rounds.extend(session, OPERATOR, october.code, date(2026, 11, 30), reason="停电", now=on(2))
        close(session, settings, october)
        november = a_round(session, settings, now=on(2))
        assert figures.previous_round(session, november).code == october.code
        (line,) = samples.frame_of(
            session, "city", "130100", Period.parse("2026-11"), now=NOON_OF_THE_LAST
        )
        assert line.failed_last
        november.ends_on = date(2026, 11, 25)
        session.flush()
        assert [len(past) for past in findings._past(session, november).values()] == [1]


def test_doubles_that_one_inspector_alone_would_make_are_told_of(doubled):
    with doubled.database.write() as session:
        new = NewRound("city", "130100", "2026-12", inspectors=(doubled.ann.user_id,))
        alone = rounds.open_round(session, OPERATOR, new, settings=doubled.settings, now=on(2))
        assert doubles.of_round(session, alone) is None
        assert doubles.left_out(alone)
        assert not doubles.left_out(doubled.of(session, doubled.code))
        assert not doubles.left_out(doubled.of(session))
