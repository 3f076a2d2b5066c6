"""Bulletins: figures equal to the ledgers', drawn once, kept, mailed, read by whom it concerns."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from hotline.chasing import bulletins
from hotline.chasing.bulletin_facts import Span, facts, office
from hotline.delivery import messages
from hotline.errors import NotFound
from hotline.files import storage
from hotline.ledgers import ledger_problems
from hotline.models.inspection import Round
from hotline.models.messages import Bulletin, Message
from hotline.models.registry import Area
from reports.wording_syntax import rate_words
from scheduler.periods import months_over, weeks_over
from tests.chasing.late import Kept, a_late_repair
from tests.factories import SHANGHAI, make_line
from tests.inspection.spot_checks import a_registry, a_round, on

MONDAY = on(23, "08:40")


@pytest.fixture
def repair(database, settings):
    with database.write() as session:
        return a_late_repair(session, settings)


def test_the_figures_are_those_of_the_ledgers(database, settings, repair):
    with database.read() as session:
        for code in ("130000", "130100", "130200"):
            area = session.get_one(Area, code)
            made = facts(session, area, Span.parse("2026-W47"), settings=settings, now=MONDAY)
            sought = ledger_problems.Sought(own=True)
            shown = ledger_problems.summary(session, office(area), sought, now=MONDAY)
            said = {figure.name: figure.value for figure in made.standing}
            done = shown.completion
            assert said["问题"] == f"{shown.total}项"
            assert said["未销号"] == f"{shown.open}项"
            assert said["逾期"] == f"{shown.overdue}项"
            assert said["整改完成率"] == rate_words(done.rate, done.due)
            assert len(made.late) == shown.overdue == (0 if code == "130200" else 1)
            deeds = {figure.name: figure.value for figure in made.deeds}
            assert deeds["下达整改"] == ("0项" if code == "130200" else "1项")
            assert (deeds["签发整改通知书"] == "1份") == (code != "130200")
            assert len(made.closed) == (0 if code == "130200" else 1)


def test_what_was_done_outside_the_span_is_not_counted(database, settings, repair):
    with database.read() as session:
        area = session.get_one(Area, "130100")
        for period in ("2026-W46", "2026-W48", "2026-10"):
            made = facts(session, area, Span.parse(period), settings=settings, now=MONDAY)
            assert {figure.value for figure in made.deeds if figure.name != "拨测"} <= {
                "0份",
                "0项",
                "0件",
                "0次",
            }


def test_each_office_s_is_drawn_once_and_sent_once(database, settings, repair):
    at = {"settings": settings, "now": MONDAY}
    first = bulletins.draw_all(database, "2026-W47", **at)
    assert first == 3
    with database.read() as session:
        before = {one.area_code: one.file for one in session.scalars(select(Bulletin))}
        assert storage.fetch(session, before["130100"]).startswith(b"%PDF")
        queued = session.execute(select(Message.recipient, Message.period)).all()
        assert sorted(queued) == [
            ("admin@example.cn", "2026-W47 130100"),
            ("other@example.cn", "2026-W47 130100"),
            ("other_city@example.cn", "2026-W47 130200"),
            ("province@example.cn", "2026-W47 130000"),
        ]
    assert bulletins.draw_all(database, "2026-W47", settings=settings, now=on(24)) == 0
    with database.read() as session:
        assert {one.area_code: one.file for one in session.scalars(select(Bulletin))} == before
    mailer = Kept(settings)
    for _ in range(2):
        messages.send(database, mailer, settings=settings, now=on(23, "09:00"))
    assert len(mailer.letters) == 4
    assert all(
        letter.paper and letter.paper_name.endswith("周报.pdf") for _, letter in mailer.letters
    )


def test_a_city_reads_its_own_only(sqlite_database, settings):
    with sqlite_database.write() as session:
        people = a_late_repair(session, settings).people
    bulletins.draw_all(sqlite_database, "2026-10", settings=settings, now=on(2, "08:40"))
    with sqlite_database.read() as session:
        own = bulletins.find(session, people["admin"]).rows
        assert [one.area_code for one in own] == ["130100"]
        all_ = bulletins.find(session, people["province"], kind="month")
        assert [one.area_code for one in all_.rows] == ["130000", "130100", "130200"]
        [one] = bulletins.find(session, people["province"], area="130200").rows
        assert one.area_code == "130200"
        assert bulletins.find(session, people["admin"], area="130200").total == 0
        for who in ("other_city", "inspector", "unit", "auditor"):
            with pytest.raises(NotFound):
                bulletins.get_for(session, people[who], own[0].id)


def test_they_fall_due_on_the_first_working_day_after(settings):
    eight, calendar = time(8, 40), settings.working_days
    since = datetime(2026, 9, 21, tzinfo=SHANGHAI)
    weeks = weeks_over(since, eight, calendar)
    got = [next(weeks) for _ in range(4)]
    assert [(due.period, due.at.astimezone(SHANGHAI).date()) for due in got] == [
        ("2026-W38", date(2026, 9, 21)),
        ("2026-W39", date(2026, 9, 28)),
        ("2026-W40", date(2026, 10, 8)),
        ("2026-W41", date(2026, 10, 12)),
    ]
    months = months_over(since, eight, calendar)
    assert [
        (due.period, due.at.astimezone(SHANGHAI).date()) for due in (next(months), next(months))
    ] == [
        ("2026-09", date(2026, 10, 8)),
        ("2026-10", date(2026, 11, 2)),
    ]


def test_its_rounds_are_those_that_were_open_when_the_span_ended(database, settings):
    """November's report is drawn on 1 December, when the rounds of December are open already."""
    first, drawn = on(1, "08:00", month=12), on(1, "08:40", month=12)
    with database.write() as session:
        a_registry(session)
        make_line(session, area_code="130200", level="city")
        for area, period, opened in (
            ("130100", "2026-11", on(2)),
            ("130200", "2026-11", on(2)),
            ("130100", "2026-12", first),
        ):
            a_round(session, settings, area=area, period=period, now=opened)
        over = session.scalars(select(Round).where(Round.code == "C-130200-2026-11")).one()
        over.closed_at, over.closed_by = first, "x"

    def listed(code, period):
        with database.read() as session:
            area, span = session.get_one(Area, code), Span.parse(period)
            made = facts(session, area, span, settings=settings, now=drawn)
        return [one.name for one in made.open], [one.name for one in made.closed]

    november = ["石家庄市2026年11月", "唐山市2026年11月"]
    assert listed("130000", "2026-11") == (november, [])
    assert listed("130000", "2026-W48") == (november, [])
    assert listed("130200", "2026-11") == (november[1:], [])
    assert listed("130100", "2026-10") == ([], [])
    december = ["石家庄市2026年12月", "石家庄市2026年11月"]
    assert listed("130000", "2026-12") == (december, november[1:])


def test_long_lists_are_paged_and_narrowed_to_an_office(database, settings, repair):
    with database.write() as session:
        file = storage.keep(session, b"x", now=MONDAY)
        for n in range(60):
            day = date(2025, 1, 5) + timedelta(weeks=n)
            row = Bulletin(
                kind="week",
                period=f"{day:%G-W%V}",
                area_code="130100" if n % 2 else "130200",
                title="周报",
                starts_on=day,
                ends_on=day,
                document={},
                file=file,
                created_at=MONDAY,
            )
            session.add(row)
    with database.read() as session:
        province = repair.people["province"]
        pages = [bulletins.find(session, province, page=n) for n in (1, 2)]
        assert [(one.total, one.pages, len(one.rows)) for one in pages] == [
            (60, 2, 50),
            (60, 2, 10),
        ]
        assert len({row.id for one in pages for row in one.rows}) == 60
        own = bulletins.find(session, province, area="130200")
        assert own.total == 30
        assert {row.area.code for row in own.rows} == {"130200"}
        codes = [area.code for area in bulletins.offices_of(session, province)]
        assert codes == ["130100", "130200"]
        city = repair.people["admin"]
        assert [area.code for area in bulletins.offices_of(session, city)] == ["130100"]
        assert bulletins.find(session, city, area="130200").total == 0
