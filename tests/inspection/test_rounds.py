"""Opening, closing and reviewing a round; what it leads to."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from hotline.errors import Conflict, Forbidden, Invalid, NotFound
from hotline.inspection import calls, reviews, rounds
from hotline.inspection.rounds import NewRound
from hotline.ladder import findings
from hotline.models.inspection import Check
from hotline.models.papers import Finding, MeasureDue
from hotline.papers import notices, round_closings
from tests.factories import NOW, OPERATOR, actor_for, make_areas, make_line
from tests.inspection.spot_checks import (
    NOON_OF_THE_LAST,
    a_registry,
    a_round,
    checks_of,
    dial,
    log,
    on,
)


def close(session, settings, found, *, as_is=None, actor=OPERATOR):
    return round_closings.close(
        session, actor, found.code, as_is_reason=as_is, settings=settings, now=NOON_OF_THE_LAST
    )


def unanswered(session, settings, check):
    """Three attempts as the retry rule wants them."""
    for n, moment in enumerate((on(3), on(3, "15:00"), on(4)), start=1):
        log(session, settings, check, dial(moment, outcome="21", attempt=n))


@pytest.mark.parametrize(
    ("level", "area", "period", "field"),
    [
        ("city", "130100", "2026Q4", "period"),
        ("province", "130000", "2026-11", "period"),
        ("city", "130100", "2026-13", "period"),
        ("city", "130000", "2026-11", "area_code"),
        ("province", "130100", "2026Q4", "area_code"),
        ("city", "999999", "2026-11", "area_code"),
        ("city", "130200", "2026-11", "area_code"),
    ],
)
def test_a_round_that_cannot_be(sqlite_database, settings, level, area, period, field):
    with sqlite_database.write() as session:
        a_registry(session)
    with pytest.raises(Invalid) as refusal, sqlite_database.write() as session:
        a_round(session, settings, level=level, area=area, period=period)
    assert refusal.value.errors[0].field == field


def test_a_round_is_opened_once(database, settings):
    with database.write() as session:
        a_registry(session)
        assert a_round(session, settings).code == "C-130100-2026-11"
    with pytest.raises(Conflict), database.write() as session:
        a_round(session, settings)


def test_a_city_round_covers_its_group_and_leaves_out_what_is_not_in_use(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        here = make_line(session)
        make_line(session, area_code="130102", status="suspended")
        make_line(session, area_code="130181")
        make_line(session, area_code="130202")
        found = a_round(session, settings)
        assert [check.line_id for check in checks_of(session, found)] == [here.id]


def test_a_given_list_must_lie_within_the_round(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        inside, outside = make_line(session), make_line(session, area_code="130202")
        for names, ok in ((inside.number,), True), ((inside.line_id, outside.number), False):
            new = NewRound("city", "130100", "2026-11", names=names)
            if ok:
                found = rounds.open_round(
                    session, OPERATOR, new, settings=settings, now=NOON_OF_THE_LAST
                )
                assert found.coverage == "list"
            else:
                session.delete(checks_of(session, found)[0])
                session.delete(found)
                session.flush()
                with pytest.raises(Invalid):
                    rounds.open_round(
                        session, OPERATOR, new, settings=settings, now=NOON_OF_THE_LAST
                    )


def test_closing_names_every_line_that_is_not_judged_yet(database, settings):
    with database.write() as session:
        a_registry(session, lines=4)
        found = a_round(session, settings)
        done, once, vacant, _untested = checks_of(session, found)
        log(session, settings, done, dial())
        log(session, settings, once, dial(outcome="21"))
        log(session, settings, vacant, dial(outcome="空号"))
        with pytest.raises(Conflict) as refusal:
            close(session, settings, found)
    told = [str(detail) for detail in refusal.value.details]
    assert len(told) == 3
    assert not any(done.number in words for words in told)
    assert any("须拨 3 次，现有 1 次" in words for words in told)
    assert any("须 2 次拨测证实" in words and "请复核人作废" in words for words in told)
    assert any("尚未拨测" in words for words in told)


def test_the_reason_for_closing_as_is_is_kept_only_where_it_was_needed(database, settings):
    with database.write() as session:
        a_registry(session, lines=2)
        found = a_round(session, settings)
        log(session, settings, checks_of(session, found)[0], dial())
        assert close(session, settings, found, as_is="演练").as_is_reason == "演练"


def test_a_round_with_every_line_judged_closes_and_needs_no_reason(database, settings):
    with database.write() as session:
        a_registry(session, lines=2)
        found = a_round(session, settings)
        good, dead = checks_of(session, found)
        log(session, settings, good, dial())
        unanswered(session, settings, dead)
        closed = close(session, settings, found, as_is="不必")
        assert closed.as_is_reason is None
        assert [f.klass for f in session.scalars(select(Finding))] == ["UNREACHABLE"]
        steps = {m.step for m in session.scalars(select(MeasureDue))}
        assert steps == {"circular", "rectify"}
        assert [n.kind for n in notices.find(session, OPERATOR)] == ["circular", "rectification"]
        assert not any(check.provisional for check in checks_of(session, found))


def test_counts_that_do_not_add_up_are_never_let_through(database, settings):
    with database.write() as session:
        a_registry(session, lines=2)
        found = a_round(session, settings)
        for check in checks_of(session, found):
            log(session, settings, check, dial())
        session.execute(update(Check).values(outcome=None))
        with pytest.raises(Conflict) as refusal:
            close(session, settings, found, as_is="照样关")
    assert [str(words) for words in refusal.value.details] == [
        "长安区：分类或结果之和不等于抽查数",
        "合计：分类或结果之和不等于抽查数",
    ]


def test_nothing_is_logged_after_closing(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        found = a_round(session, settings)
        check = checks_of(session, found)[0]
        log(session, settings, check, dial())
        close(session, settings, found)
        with pytest.raises(Conflict):
            log(session, settings, check, dial(on(4), attempt=2))
        with pytest.raises(Conflict):
            close(session, settings, found)


def test_a_returned_check_keeps_the_round_open_until_it_is_worked_on(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        found = a_round(session, settings)
        check = checks_of(session, found)[0]
        log(session, settings, check, dial(outcome="12", ring_s="9"))
        log(session, settings, check, dial(on(4), outcome="12", ring_s="9", attempt=2))
        admin = actor_for(session)
        more = {"settings": settings, "now": NOW}
        with pytest.raises(Invalid):
            reviews.return_(session, admin, check.id, reason=" ", **more)
        reviews.return_(session, admin, check.id, reason="请核对号码", **more)
        with pytest.raises(Conflict, match="未满足"):
            close(session, settings, found)
        log(session, settings, check, dial(on(5), attempt=3))
        close(session, settings, found)


def test_review_lists_failures_first_and_never_ones_own_calls(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session, lines=3)
        found = a_round(session, settings)
        good, bad, own = checks_of(session, found)
        admin = actor_for(session)
        log(session, settings, good, dial())
        log(session, settings, bad, dial(outcome="14"))
        log(session, settings, own, dial(), admin)
        assert [c.id for c in reviews.waiting(session, admin)] == [bad.id, good.id]
        with pytest.raises(Forbidden):
            reviews.accept(session, admin, own.id, settings=settings, now=NOW)
        reviews.accept(session, admin, bad.id, settings=settings, now=NOW)
        assert [c.id for c in reviews.waiting(session, admin)] == [good.id]


def test_a_new_call_asks_for_a_new_review(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        check = checks_of(session, a_round(session, settings))[0]
        for n, moment in enumerate((on(3), on(3, "15:00"), on(4)), start=1):
            log(session, settings, check, dial(moment, outcome="21", attempt=n))
        reviews.accept(session, actor_for(session), check.id, settings=settings, now=NOW)
        log(session, settings, check, dial(on(5), attempt=4))
        session.refresh(check)
        assert check.review == "pending"


def test_a_city_cannot_open_or_close_what_is_not_its_own(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        found = a_round(session, settings)
        stranger = actor_for(session, "city_admin", area_code="130200")
        with pytest.raises(NotFound):
            close(session, settings, found, as_is="x", actor=stranger)
        new = NewRound("city", "130100", "2026-10")
        with pytest.raises(Forbidden):
            rounds.open_round(session, stranger, new, settings=settings, now=NOON_OF_THE_LAST)


def test_three_bad_months_in_six_call_for_a_talk(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        said = []
        for month in (8, 9, 10):
            found = a_round(session, settings, period=f"2026-{month:02d}")
            check = checks_of(session, found)[0]
            day = on(12, month=month)
            log(session, settings, check, dial(day, **dict.fromkeys(("B2", "D1"), "否")))
            close(session, settings, found)
            said.append([m.trigger for m in findings.measures(session, found) if m.step == "talk"])
    assert said == [[], [], [["talk.months", {"n": 3, "rounds": 6}]]]


def test_progress_counts_checks_not_calls(database, settings):
    with database.write() as session:
        a_registry(session, lines=3)
        found = a_round(session, settings)
        first, second, _third = checks_of(session, found)
        log(session, settings, first, dial())
        log(session, settings, second, dial(outcome="21"))
    with database.read() as session:
        (row,) = rounds.progress(session, OPERATOR, only_open=True)
        assert row.round.area.name == "石家庄市"
        assert (row.lines, row.dialled, row.closable, row.reviewed) == (3, 2, 1, 0)


def test_who_corrected_a_call_does_not_review_it(sqlite_database, settings):
    with sqlite_database.write() as session:
        a_registry(session)
        check = checks_of(session, a_round(session, settings))[0]
        admin = actor_for(session)
        call_id = log(session, settings, check, dial()).call_id
        calls.correct(
            session,
            admin,
            call_id,
            dial(ring_s="9"),
            reason="听录音",
            settings=settings,
            now=NOON_OF_THE_LAST,
        )
        assert reviews.waiting(session, admin) == []
        with pytest.raises(Forbidden):
            reviews.accept(session, admin, check.id, settings=settings, now=NOW)


def test_an_administrator_of_a_city_keeps_the_provinces_inspectors_or_takes_them_off(
    sqlite_database, settings
):
    with sqlite_database.write() as session:
        a_registry(session)
        sent = actor_for(session, "province_inspector")
        own = actor_for(session, "city_inspector", area_code="130100")
        found = a_round(session, settings, inspectors=(sent.user_id,))
        city = actor_for(session, "city_admin", area_code="130100")
        both = [sent.user_id, own.user_id]
        rounds.assign(session, city, found.code, both, settings=settings, now=NOW)
        assert {user.name for user in found.inspectors} == {sent.name, own.name}
        rounds.assign(session, city, found.code, [own.user_id], settings=settings, now=NOW)
        assert {user.name for user in found.inspectors} == {own.name}
        with pytest.raises(Invalid):
            rounds.assign(session, city, found.code, both, settings=settings, now=NOW)
