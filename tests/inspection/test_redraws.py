"""A round and its doubles drawn again, whatever changed since; and of those opened before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, text, update

from hotline.accounts import users
from hotline.accounts.users import Profile
from hotline.cli import main
from hotline.db import finish
from hotline.errors import Conflict, Forbidden, NotFound
from hotline.inspection import reassignments, redraws, rounds
from hotline.inspection.rounds import NewRound
from hotline.models.inspection import Check, Round
from hotline.models.journal import AuditEntry
from hotline.models.people import User
from hotline.models.registry import Line
from hotline.settings import CalendarOverlay, Settings
from tests.factories import OPERATOR, actor_for, make_line, make_unit
from tests.inspection.spot_checks import checks_of, on
from tests.inspection.test_doubles import Doubled, doubling

ROOT = Path(__file__).parents[2]
# As rounds were drawn before what decides it was kept with them: it must never come out otherwise.
FIRST = {
    "LINE0": ("bob", 25, "pm"),
    "LINE1": ("bob", 20, "am"),
    "LINE2": ("bob", 5, "am"),
    "LINE3": ("ann", 23, "am"),
    "LINE4": ("ann", 10, "am"),
    "LINE5": ("ann", 16, "pm"),
    "LINE6": ("bob", 16, "am"),
    "LINE7": ("bob", 10, "pm"),
    "LINE8": ("ann", 3, "pm"),
}
SECOND = {
    "LINE3": ("bob", 4, "pm"),
    "LINE5": ("bob", 13, "pm"),
    "LINE6": ("ann", 16, "pm"),
    "LINE7": ("ann", 17, "am"),
    "LINE8": ("bob", 3, "am"),
}


@pytest.fixture
def doubled(database, settings):
    return Doubled(database, settings)


def verify(session, doubled, *, settings=None):
    finish(session)
    session.expire_all()
    settings = settings or doubled.settings
    return redraws.verify(session, OPERATOR, doubled.code, settings=settings)


def with_days_off(settings, *days):
    """The settings with another calendar, made anew: a calendar is read once."""
    off = CalendarOverlay(days_off=tuple(date(2026, 11, day) for day in days))
    fields = {name: getattr(settings, name) for name in Settings.model_fields}
    return Settings.model_validate(fields | {"calendar": off})


def hand_on(session, doubled, line="LINE4", to="anyone"):
    of_line = select(Check.id).join(Line).join(Round)
    of_line = of_line.where(Round.code == doubled.code, Line.line_id == line)
    found = session.scalars(of_line).all()
    assert reassignments.hand_on(session, OPERATOR, doubled.code, found, to, now=on(3)) == 1


def meddle(session, code, line, **values):
    """Change a check behind the system's back."""
    of_line = select(Check.id).join(Line, Line.id == Check.line_id).join(Round)
    of_line = of_line.where(Round.code == code, Line.line_id == line)
    session.execute(update(Check).where(Check.id.in_(of_line.scalar_subquery())).values(values))


def as_opened_before(session, doubled):
    """Take away what was not kept of a round then: its dealing, and the journal's word of it."""
    forget(session, doubled.code, "dealing")
    forget(session, f"D-{doubled.code}", "deal")
    session.execute(update(Round).values(dealing=None))


def forget(session, code, what):
    """Take it out of the journal's entry of a round's opening, past its triggers."""
    finish(session)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_update"))
    else:
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only"))
    opened = AuditEntry.subject_id == code, AuditEntry.action == "round.open"
    for key, new in session.execute(select(AuditEntry.id, AuditEntry.new).where(*opened)).all():
        said = {name: value for name, value in new.items() if name != what}
        session.execute(update(AuditEntry).where(AuditEntry.id == key).values(new=said))


def test_what_is_drawn_is_what_was_always_drawn(doubled):
    with doubled.database.read() as session:
        for code, wanted in ((doubled.code, FIRST), (f"D-{doubled.code}", SECOND)):
            query = select(Line.line_id, User.name, Check.planned_on, Check.planned_half)
            query = query.join(Check, Check.line_id == Line.id).join(Round)
            query = query.join(User, User.id == Check.inspector_id).where(Round.code == code)
            drawn = {line: (who, day.day, half) for line, who, day, half in session.execute(query)}
            assert drawn == wanted
        found = verify(session, doubled)
        assert found.same
        assert (found.doubled.percent, found.doubled.drawn) == (50, 5)
        assert found.deal.facts_kept
        assert found.deal.drawn_again


def test_nothing_that_changes_afterwards_makes_a_redraw_fail(doubled):
    with doubled.database.write() as session:
        ann, bob = doubled.ann, doubled.bob
        elsewhere = make_unit(session, "130102", "长安区水利局")
        for who, unit in ((ann, None), (bob, elsewhere.id)):
            user = session.get_one(User, who.user_id)
            profile = Profile("city_inspector", area_code="130100", unit_id=unit)
            users.update(session, OPERATOR, user, profile, now=on(4))
        users.set_active(session, OPERATOR, session.get_one(User, bob.user_id), False, now=on(4))
        session.execute(
            update(Line).values(
                number=Line.number + "9", duty_hours="工作日 08:00-12:00", status="retired"
            )
        )
        make_line(session, area_code="130102")
        changed = with_days_off(doubling(doubled.settings, 0), 2, 3, 4, 5)
        found = verify(session, doubled, settings=changed)
        assert found.same
        assert (found.doubled.percent, found.doubled.drawn) == (50, 5)


def test_neither_a_hand_over_nor_who_leaves_and_returns_makes_it_fail(doubled):
    with doubled.database.write() as session:
        carl = actor_for(session, "city_inspector", name="carl")
        ann, bob = doubled.ann.user_id, doubled.bob.user_id
        for people in ([bob], [bob, carl.user_id], [ann, bob, carl.user_id]):
            rounds.assign(
                session, OPERATOR, doubled.code, people, settings=doubled.settings, now=on(3)
            )
            session.flush()
        hand_on(session, doubled, "LINE7", str(carl.user_id))
        found = verify(session, doubled)
        assert found.same
        assert found.deal.handed_on == 5
        meddle(session, doubled.code, "LINE6", inspector_id=ann)
        assert verify(session, doubled).deal.inspectors == ("LINE6",)


def test_doubles_that_someone_meddled_with_are_named(doubled):
    with doubled.database.write() as session:
        double, carl = f"D-{doubled.code}", actor_for(session, "city_inspector", name="carl")
        meddle(session, double, "LINE3", inspector_id=carl.user_id)
        meddle(session, double, "LINE5", planned_half="am")
        one = session.scalar(select(Line.id).where(Line.line_id == "LINE4"))
        meddle(session, double, "LINE6", line_id=one)
        found = verify(session, doubled)
        said = found.doubled
        assert (said.inspectors, said.order) == (("LINE3",), ("LINE5",))
        assert (said.missing, said.extra) == (("LINE6",), ("LINE4",))
        assert (found.same, found.deal.same, said.in_journal) == (False, True, True)
        forget(session, double, "deal")
        assert not verify(session, doubled).doubled.in_journal


def test_doubles_that_are_gone_are_missed_and_those_never_drawn_are_extra(doubled):
    with doubled.database.write() as session:
        double = doubled.of(session)
        session.execute(delete(Check).where(Check.round_id == double.id))
        double.inspectors = []
        session.flush()
        session.execute(delete(Round).where(Round.id == double.id))
        assert verify(session, doubled).doubled.missing == tuple(sorted(SECOND))
        none = doubled.open(session, doubling(doubled.settings, 0), "2026-12")
        finish(session)
        found = redraws.verify(session, OPERATOR, none.code, settings=doubled.settings)
        assert found.same
        assert (found.doubled.percent, found.doubled.drawn) == (0, 0)
        invented = Round(code=f"D-{none.code}", purpose="double", level="city", coverage="list")
        for name in ("area_code", "period", "starts_on", "ends_on", "rubric_id", "opened_at"):
            setattr(invented, name, getattr(none, name))
        invented.opened_by = "x"
        session.add(invented)
        session.flush()
        session.execute(
            update(Check)
            .where(Check.round_id == none.id, Check.id == checks_of(session, none)[0].id)
            .values(round_id=invented.id)
        )
        finish(session)
        found = redraws.verify(session, OPERATOR, none.code, settings=doubled.settings)
        assert found.doubled.extra == ("LINE3",)


@pytest.mark.parametrize(
    "kept",
    [
        {"doubles_percent": 20.0},
        {"testers": {"ann": None, "bob": None}},
        {"slots": [["2026-11-02", "am"]]},
        None,
    ],
)
def test_kept_facts_that_were_changed_are_not_what_the_journal_says(doubled, kept):
    with doubled.database.write() as session:
        found = doubled.of(session, doubled.code)
        found.dealing = {**found.dealing, **kept} if kept else None
        session.flush()
        again = verify(session, doubled)
        assert not again.same
        assert not again.deal.in_journal


def test_of_a_round_opened_before_everything_but_the_share_is_drawn_again(doubled):
    with doubled.database.write() as session:
        as_opened_before(session, doubled)
        found = verify(session, doubled)
        assert found.same
        assert (found.deal.facts_kept, found.deal.drawn_again) == (False, True)
        assert (found.doubled.percent, found.doubled.drawn) == (None, 5)
        # What the inspectors were then is read back from the journal.
        for unit in (None, make_unit(session, "130102", "长安区水利局").id):
            user = session.get_one(User, doubled.ann.user_id)
            profile = Profile("city_inspector", area_code="130100", unit_id=unit)
            users.update(session, OPERATOR, user, profile, now=on(4))
        assert verify(session, doubled).deal.drawn_again
        hand_on(session, doubled)
        assert verify(session, doubled).same
        meddle(session, f"D-{doubled.code}", "LINE5", planned_half="am")
        assert verify(session, doubled).doubled.order == ("LINE5",)


def test_of_one_whose_days_are_not_known_the_lines_are_compared_as_they_stand(doubled):
    with doubled.database.write() as session:
        as_opened_before(session, doubled)
        changed = with_days_off(doubled.settings, 3)
        found = verify(session, doubled, settings=changed)
        assert found.same
        assert (found.deal.drawn_again, found.deal.untold, found.doubled) == (False, False, None)
        meddle(session, doubled.code, "LINE4", planned_half="pm")
        assert not verify(session, doubled, settings=changed).same
        hand_on(session, doubled)
        found = verify(session, doubled, settings=changed)
        assert found.same
        assert found.deal.untold


def test_of_a_round_opened_before_without_doubles_none_are_looked_for(database, settings):
    plain = Doubled(database, settings)
    with database.write() as session:
        code = plain.open(session, doubling(plain.settings, 0), "2026-12").code
        plain.code = code
        as_opened_before(session, plain)
        found = verify(session, plain)
        assert found.same
        assert (found.doubled.percent, found.doubled.drawn) == (None, 0)


def test_only_who_manages_a_round_draws_it_again(doubled):
    def asked(actor, code=doubled.code):
        with doubled.database.read() as session:
            return redraws.verify(session, actor, code, settings=doubled.settings)

    assert asked(doubled.admin).same
    with doubled.database.write() as session:
        other = actor_for(session, "city_admin", area_code="130200")
    for actor, refusal in ((doubled.ann, Forbidden), (other, NotFound)):
        with pytest.raises(refusal):
            asked(actor)
    with pytest.raises(Conflict) as refused:
        asked(doubled.admin, f"D-{doubled.code}")
    assert doubled.code in str(refused.value)
    with doubled.database.write() as session:
        number = session.scalars(select(Line.number)).first()
        named = NewRound("city", "130100", "2026-12", (number,))
        code = rounds.open_round(
            session, OPERATOR, named, settings=doubled.settings, now=on(2)
        ).code
    with pytest.raises(Conflict):
        asked(doubled.admin, code)


def test_the_command_tells_what_it_drew_and_what_was_not_kept(sqlite_database, settings):
    doubled = Doubled(sqlite_database, settings)
    usual = {
        "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
        "HOTLINE_DATABASE_URL": f"sqlite:///{sqlite_database.url.database}",
    }

    def told(code=doubled.code):
        return CliRunner().invoke(main, ["rounds", "sample", code, "--verify"], env=usual)

    said = told()
    assert (said.exit_code, said.stderr) == (0, "")
    assert "双盲复测：比例 50%，应有 5 条。" in said.stdout
    assert "重抽结果一致。" in said.stdout
    assert "没有留存" not in said.stdout
    refused = told(f"D-{doubled.code}")
    assert refused.exit_code == 1
    assert f"随原抽查一并重抽：{doubled.code}" in refused.stderr
    with sqlite_database.write() as session:
        hand_on(session, doubled)
        as_opened_before(session, doubled)
    said = told()
    assert said.exit_code == 0
    assert "双盲复测比例没有留存" in said.stdout
    assert "后来改派或放开的 1 条不比对检查员。" in said.stdout
    assert "条数照日志，比例无从核对" in said.stdout
    with sqlite_database.write() as session:
        meddle(session, f"D-{doubled.code}", "LINE5", planned_half="am")
    said = told()
    assert said.exit_code == 1
    assert "双盲复测计划首拨不同：LINE5" in said.stderr
    assert "重抽结果不一致。" in said.stdout
