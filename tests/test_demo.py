"""The demo: what it shows, that it loads once, on any day, and never holds a number to ring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hotline import audit
from hotline.accounts import passwords
from hotline.clock import at, local
from hotline.db import Database, Table
from hotline.demo.load import load
from hotline.demo.people import PASSWORD
from hotline.demo.story import LENIENT, SHARES
from hotline.inspection import checks, figures, reviews, rounds
from hotline.ladder import missed_dates
from hotline.ledgers import unit_sheets
from hotline.models.inspection import Call, CallCorrection, Check, Round
from hotline.models.loop import Appeal, Commitment, Rectification, RectificationStep, Talk
from hotline.models.papers import Delivery, Notice, Receipt
from hotline.models.people import User
from hotline.models.registry import Line, LineChange, Unit
from hotline.operations import schema
from hotline.registry.phone_numbers import BadNumber, normalise
from hotline.rights import Actor
from hotline.rules.outcomes import Klass
from hotline.settings import Settings
from tests.factories import SHANGHAI, make_areas, make_line

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=SHANGHAI)
FEW = {"130800", "133100"}
OPERATOR = Actor.operator("test")


@dataclass
class Demo:
    database: Database
    said: list[str]
    papers: Path


@pytest.fixture(scope="module")
def demo(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The whole demo as of a Monday in November."""
    folder = tmp_path_factory.mktemp("demo")
    database = Database(f"sqlite:///{folder / 'hotline.db'}")
    schema.upgrade(database)
    said: list[str] = []
    load(database, settings, now=NOW, say=said.append)
    yield Demo(database, said, folder / "demo-notices")
    database.close()


@pytest.fixture
def session(demo: Demo):
    with demo.database.read() as session:
        yield session


def closed_checks():
    """Of samples that are over; a re-check is no sample."""
    over = Round.closed_at.is_not(None)
    return select(Check).join(Round).where(over, Round.purpose == "sample")


def test_classes_are_met_in_the_shares_of_real_life(session):
    classes = Counter(check.klass for check in session.scalars(closed_checks()))
    n = classes.total()
    assert n == 196 + 3 * 195  # the province's own line is in no city's round
    shares = {klass: classes[klass.value] / n for klass in (*SHARES, Klass.PASS)}
    wanted = SHARES | {Klass.PASS: 0.74}
    assert shares == {klass: pytest.approx(share, abs=0.012) for klass, share in wanted.items()}
    # A dial that an appeal struck out leaves a void check.
    assert sum(shares.values()) == pytest.approx(1, abs=0.005)


def test_every_class_is_reached_in_several_ways(session):
    calls = Counter(session.scalars(select(Call.outcome)))
    assert set(calls) == {11, 12, 13, 14, 15, 16, 17, *range(21, 29), 91, 92}
    reasons = {said[0] for check in session.scalars(closed_checks()) for said in check.reasons}
    assert {"slow.ring", "slow.attempts", "slow.hold_total_s", "slow.transfers"} <= reasons
    assert {"slow.transfer_lost", "irregular.majors", "irregular.critical"} <= reasons
    barely = closed_checks().where(Check.klass == "PASS", Check.score_tenths < 800)
    assert session.scalars(barely).all()


def test_three_months_and_a_quarter_are_closed_and_two_periods_run(session):
    found = session.scalars(select(Round).where(Round.purpose == "sample")).all()
    periods = Counter((r.period, r.is_open) for r in found)
    assert periods == {
        ("2026-08", False): 14,
        ("2026-09", False): 14,
        ("2026-10", False): 14,
        ("2026Q3", False): 1,
        ("2026-11", True): 14,
        ("2026Q4", True): 1,
    }
    assert not [r.code for r in found if r.as_is_reason]


def test_what_runs_is_part_done_and_gives_everyone_work(session):
    running = rounds.progress(session, OPERATOR, only_open=True)
    cities = [p for p in running if p.round.level == "city"]
    share = sum(p.dialled for p in cities) / sum(p.lines for p in cities)
    assert share == pytest.approx(0.5, abs=0.12)
    [province] = [p for p in running if p.round.level == "province"]
    assert 0 < province.dialled < province.lines / 2
    returned = select(Check).join(Round).where(Check.review == "returned")
    assert [check.group_code for check in session.scalars(returned)] == ["130100"]
    for name in ("province-admin", "bd-admin"):
        actor = Actor.of(session.scalar(select(User).where(User.name == name)))
        assert reviews.waiting(session, actor)


def test_nothing_happens_after_now_or_before_it_was_dialled(session):
    late = select(func.count(Call.id)).where(Call.recorded_at > NOW)
    early = select(func.count(Call.id)).where(Call.recorded_at <= Call.started_at)
    assert session.scalar(late) == session.scalar(early) == 0
    assert session.scalar(select(func.max(Round.closed_at))) < NOW


def test_most_checks_were_reviewed_and_never_by_the_caller(session):
    reviewed = Counter(check.review for check in session.scalars(closed_checks()))
    assert reviewed["accepted"] / reviewed.total() > 0.95
    own = select(func.count(Check.id)).join(Call, Call.check_id == Check.id)
    own = own.where(Check.reviewed_by.in_([Call.inspector, Call.recorded_by]))
    assert session.scalar(own) == 0


def test_one_city_is_much_worse_when_the_province_looks(session, settings):
    [quarter] = session.scalars(select(Round).where(Round.code == "P-130000-2026Q3"))
    agreement = figures.self_check(session, quarter)[LENIENT]
    assert agreement.false_pass_rate > 0.35
    found = figures.of_round(session, OPERATOR, quarter, settings=settings)
    row = next(area for area in found.areas if area.code == LENIENT)
    assert row.tally.pass_rate < 0.65


def test_some_lines_fail_again_and_again(session):
    failed = closed_checks().where(Check.klass.not_in(["PASS", "VOID"]))
    times = Counter(check.line_id for check in session.scalars(failed))
    assert sum(n >= 3 for n in times.values()) >= 5


def test_a_number_and_an_owner_changed_and_calls_were_set_right(session):
    assert set(session.scalars(select(LineChange.field))) == {"number", "owner"}
    assert session.scalar(select(func.count(CallCorrection.id))) >= 2
    assert session.scalar(select(func.count(Call.id)).where(Call.voided_at.is_not(None))) >= 1


def can_be_dialled(number: str) -> bool:
    """What the registry takes for a real line's number."""
    try:
        return bool(normalise(number))
    except BadNumber:
        return False


def test_no_number_can_be_dialled(session):
    numbers = [*session.scalars(select(Line.number)), *session.scalars(select(Check.number))]
    numbers += session.scalars(select(Call.number_dialled))
    numbers += session.scalars(select(Call.caller_number).where(Call.caller_number.is_not(None)))
    changes = session.scalars(select(LineChange).where(LineChange.field == "number")).all()
    numbers += [value for c in changes for value in (c.old_value, c.new_value)]
    assert len(set(numbers)) >= 196
    assert [number for number in numbers if can_be_dialled(number)] == []
    assert set(session.scalars(select(Line.owner_phone))) == {None}
    assert all(owner.endswith("示例") for owner in session.scalars(select(Line.owner)))


def test_papers_are_issued_by_a_second_person(session):
    issued = session.scalars(select(Notice).where(Notice.state == "issued")).all()
    kinds = Counter(paper.kind for paper in issued)
    assert kinds["circular"] == 41
    assert kinds["rectification"] > 60
    assert {"talk", "talk_record", "correction"} <= set(kinds)
    assert not [p.number for p in issued if p.issued_by in {*p.hands, p.drafted_by, p.submitted_by}]
    assert {paper.issued_by for paper in issued} == {
        "province-admin",  # the correction, which the other one decided on
        "province-admin-2",
        "sjz-admin-2",
        "bd-admin-2",
    }
    waiting = Counter(session.scalars(select(Notice.state).where(Notice.state != "issued")))
    assert waiting["draft"] > 0
    assert waiting["submitted"] > 0


def test_rectifications_are_met_in_every_state(session):
    found = session.scalars(select(Rectification)).all()
    states = Counter(one.state for one in found)
    assert set(states) >= {"in_progress", "reported", "rechecking", "returned", "closed"}
    assert states["closed"] > len(found) / 2
    late = [one for one in found if missed_dates.is_overdue(one, NOW.date())]
    assert 0 < len(late) < len(found) / 5
    struck_off = [one for one in found if one.state == "closed" and one.line_id]
    assert struck_off
    for one in struck_off:
        assert one.recheck_round.closed_at <= one.closed_at
        [klass] = session.scalars(select(Check.klass).where(Check.round == one.recheck_round))
        assert klass == "PASS"
    assert not [one.id for one in found if one.reported_by and one.reported_by == one.verified_by]
    steps = Counter(session.scalars(select(RectificationStep.step)))
    assert {"return", "recheck_fail", "overdue", "hold", "cancel"} <= set(steps)


def test_appeals_and_talks_take_their_course(session):
    assert Counter(session.scalars(select(Appeal.state))).keys() == {"filed", "revoked"}
    states = Counter(session.scalars(select(Talk.state)))
    assert {"due", "held", "reported", "closed", "no_show"} <= set(states)
    ended = session.scalars(select(Talk).where(Talk.state == "closed")).all()
    assert all(talk.record.number and len(talk.commitments) == 2 for talk in ended)
    kept = select(Rectification.state).join(Commitment).where(Commitment.talk_id == ended[0].id)
    assert set(session.scalars(kept)) == {"closed"}


def test_the_reader_of_a_unit_has_something_to_read(session, settings):
    reader = Actor.of(session.scalar(select(User).where(User.name == "unit-reader")))
    sheet = unit_sheets.get_for(session, reader, reader.unit_id, settings=settings, now=NOW)
    assert sheet.papers
    assert sheet.problems.total


def test_nothing_is_sent_and_no_address_leads_anywhere(session):
    addresses = [*session.scalars(select(Unit.email).where(Unit.email.is_not(None)))]
    addresses += session.scalars(select(Delivery.recipient))
    assert addresses
    assert all(address.endswith("@example.invalid") for address in addresses)
    assert set(session.scalars(select(Delivery.state))) == {"queued"}


def test_everything_is_done_in_working_hours(session, settings):
    moments = [
        *session.scalars(select(Notice.issued_at).where(Notice.issued_at.is_not(None))),
        *session.scalars(select(Receipt.at)),
        *session.scalars(select(RectificationStep.at)),
        *session.scalars(select(Talk.held_at).where(Talk.held_at.is_not(None))),
        *session.scalars(select(Appeal.filed_at)),
    ]
    assert len(moments) > 300
    for moment in map(local, moments):
        assert settings.working_days.is_working(moment.date())
        assert time(8, 30) <= moment.time() <= time(17, 30)
        assert moment <= NOW


def test_it_verifies(session, settings):
    require_sound(session, settings)


def test_every_role_has_an_account_that_opens_at_once(session):
    users = session.scalars(select(User)).all()
    assert {user.role for user in users} == {
        "province_admin",
        "city_admin",
        "province_inspector",
        "city_inspector",
        "unit_reader",
        "auditor",
    }
    assert not any(user.must_change_password for user in users)
    assert passwords.matches(users[0].password_hash, PASSWORD)


def test_it_says_who_may_sign_in_and_where_the_papers_lie(demo, session):
    said = "\n".join(demo.said)
    assert PASSWORD in said
    assert all(name in said for name in session.scalars(select(User.name)))
    assert str(demo.papers) in said
    names = sorted(path.name for path in demo.papers.iterdir())
    assert {"P-130000-2026Q3-通报.pdf", "C-130100-2026-10-通报.pdf"} < set(names)
    assert all(path.read_bytes().startswith(b"%PDF") for path in demo.papers.iterdir())


def test_a_second_run_changes_nothing_and_draws_what_is_missing(demo, settings):
    before = contents(demo.database)
    stamps = {path: path.stat().st_mtime_ns for path in demo.papers.iterdir()}
    lost = min(stamps)
    lost.unlink()
    said: list[str] = []
    load(demo.database, settings, now=at(datetime(2027, 2, 1), NOW.time()), say=said.append)
    assert contents(demo.database) == before
    assert lost.read_bytes().startswith(b"%PDF")
    kept = {path: path.stat().st_mtime_ns for path in demo.papers.iterdir() if path != lost}
    assert kept == {path: stamp for path, stamp in stamps.items() if path != lost}
    assert said[-len(demo.said[-25:]) :] == demo.said[-25:]


@pytest.mark.parametrize(
    "now",
    [
        pytest.param("2027-01-01 00:20", id="new year's night"),
        pytest.param("2026-11-01 11:00", id="a Sunday, the first of the month"),
        pytest.param("2026-10-03 09:00", id="in the October holidays"),
        pytest.param("2026-03-02 09:10", id="the first working morning after a short month"),
    ],
)
def test_it_loads_on_awkward_days(sqlite_database, settings, now):
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    load(sqlite_database, settings, now=moment, say=lambda text: None, groups=FEW)
    with sqlite_database.read() as session:
        require_sound(session, settings)
        samples = session.scalars(select(Round).where(Round.purpose == "sample")).all()
        assert Counter(found.is_open for found in samples) == {True: 3, False: 3 * 2 + 1}
        assert session.scalar(select(func.max(Call.recorded_at))) <= moment


@pytest.mark.postgresql
def test_the_same_day_gives_the_same_data_on_either_database(
    postgresql_database, sqlite_database, settings, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for each in (postgresql_database, sqlite_database):
        load(each, settings, now=NOW, say=lambda text: None, groups={"133100"})
    assert calls_of(postgresql_database) == calls_of(sqlite_database) != []


def test_a_database_in_use_is_left_alone(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        make_line(session)
    before, said = contents(sqlite_database), []
    load(sqlite_database, settings, now=NOW, say=said.append)
    assert contents(sqlite_database) == before
    assert said == ["数据库里已有线路，未装入演示数据。"]


def require_sound(session, settings):
    """Scores and journal verify, and every round's figures add up."""
    count, different = checks.verify(session, settings)
    assert count > 0
    assert different == []
    count, broken = audit.verify(session)
    assert count > 0
    assert broken == []
    for found in session.scalars(select(Round)):
        assert figures.of_round(session, OPERATOR, found, settings=settings).balanced, found.code


def contents(database):
    """Every row of every table."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Table.metadata.sorted_tables
        }


def calls_of(database):
    columns = (Check.number, Call.started_at, Call.outcome, Call.ring_s, Call.answers, Call.note)
    query = select(*columns).join(Check).order_by(Call.started_at, Check.number)
    with database.read() as session:
        return [tuple(row) for row in session.execute(query)]
