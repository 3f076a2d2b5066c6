"""`hotline demo`: load the demo once, draw its papers, say where everything is."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.clock import at, local
from hotline.db import Database
from hotline.demo import contacts, papers, people, registry
from hotline.demo.campaigns import closing, lay_out, working_days
from hotline.demo.programme import Programme
from hotline.demo.registry import DemoLine
from hotline.demo.signing_off import sign_off
from hotline.demo.story import Story
from hotline.demo.timeline import Deed, Office, Timeline
from hotline.loop import reminders
from hotline.models.journal import AuditEntry
from hotline.models.registry import Line
from hotline.registry import lines
from hotline.registry.area_imports import import_areas
from hotline.registry.line_imports import import_lines
from hotline.rights import Actor
from hotline.settings import Settings
from reports.periods import period_words

Say = Callable[[str], object]
OPERATOR = Actor.operator("demo")
_LOADED = "demo.load"
_DAYS_BEFORE = 7


def load(
    database: Database,
    settings: Settings,
    *,
    now: datetime,
    say: Say,
    groups: Collection[str] | None = None,
) -> None:
    """Load the demo in one transaction, unless it was loaded before; draw what papers are missing.

    The same day gives the same data. `groups`: only the lines of these reporting groups. A
    database with lines of its own is left as it is, and that is said.
    """
    demo_lines = registry.lines(groups)
    with database.read() as session:
        shown = _loaded(session)
        foreign = shown is None and session.scalar(select(exists().where(Line.id > 0)))
    if foreign:
        say("数据库里已有线路，未装入演示数据。")
        return
    if shown is None:
        say("装入演示数据……")
        with database.write() as session:
            shown = _load(session, settings, demo_lines, now, say)
    folder = papers.folder_for(database)
    with database.read() as session:
        drawn = papers.draw_missing(session, OPERATOR, shown, folder, settings=settings, now=now)
    if drawn:
        say(f"  已绘制文书 {drawn} 份")
    say(f"\n演示账号（密码都是 {people.PASSWORD}）：")
    for person in people.everyone(demo_lines):
        say(f"  {person}")
    say(f"演示文书（PDF）：{folder.resolve()}")
    say("启动网页：hotline serve")


def _loaded(session: Session) -> list[str] | None:
    """The codes of the rounds whose papers are shown; None if the demo was never loaded."""
    said = session.scalar(select(AuditEntry.new).where(AuditEntry.action == _LOADED))
    return None if said is None else list(said["shown"])


def _load(
    session: Session,
    settings: Settings,
    demo_lines: Sequence[DemoLine],
    now: datetime,
    say: Say,
) -> list[str]:
    today = local(now).date()
    random = Random(f"hotline {today}")
    programme = Programme.seen_from(today)
    actors = _set_up(session, settings, demo_lines, programme)
    say(f"  登记线路 {len(demo_lines)} 条，账号 {len(actors)} 个")

    story = Story(random, demo_lines)
    timeline = Timeline(now)
    plans = programme.plans(demo_lines, story)
    for plan, fates in plans:
        lay_out(timeline, random, plan, fates, settings)
        if plan.closes:
            deed = sign_off(plan, fresh=plan.period == programme.months[-1])
            timeline.add(closing(plan, settings), deed)
    _change_lines(timeline, story, demo_lines, programme, settings)
    _urge(timeline, today, settings)

    office = Office(session, settings, actors, timeline)
    still_open = Counter(plan.period.name for plan, _ in plans if plan.closes)
    rounds = dict(still_open)
    for moment, deed in timeline:
        seen = len(office.closed)
        deed(office, moment)
        # What is kept of one deed would only slow the next ones down.
        session.expunge_all()
        for code in office.closed[seen:]:
            period = code.split("-", 2)[2]
            still_open[period] -= 1
            if not still_open[period]:
                say(f"  {period_words(period)}：{rounds[period]} 轮抽查已关闭")

    months = [p for p, _ in plans if p.level == "city" and p.period == programme.months[-1]]
    quarters = [p for p, _ in plans if p.level == "province" and p.closes]
    shown = [quarters[0].code, months[0].code]
    audit.record(
        session,
        actor=OPERATOR.name,
        action=_LOADED,
        subject="demo",
        subject_id=today.isoformat(),
        new={"shown": shown},
        now=now,
    )
    return shown


def _set_up(
    session: Session,
    settings: Settings,
    demo_lines: Sequence[DemoLine],
    programme: Programme,
) -> dict[str, Actor]:
    """Areas, lines and accounts, some days before the first round. Name → who acts."""
    began = at(programme.first_day - timedelta(days=_DAYS_BEFORE), time(9))
    import_areas(session, OPERATOR, registry.areas_file(settings), now=began)
    import_lines(
        session,
        OPERATOR,
        registry.lines_file(demo_lines, settings),
        demo_numbers=True,
        now=began + timedelta(minutes=20),
    )
    everyone = people.everyone(demo_lines)
    actors = people.add_all(
        session, OPERATOR, everyone, demo_lines, now=began + timedelta(minutes=40)
    )
    contacts.add_some(session, OPERATOR, now=began + timedelta(minutes=50))
    return dict(actors)


def _urge(timeline: Timeline, today: date, settings: Settings) -> None:
    """On the last working morning, what was not reported in time calls for a talk and a paper."""
    day = today - timedelta(days=1)
    while not settings.working_days.is_working(day):
        day -= timedelta(days=1)

    def deed(office: Office, now: datetime) -> None:
        reminders.call_for_overdue(office.session, settings=settings, now=now, draft=True)

    timeline.add(at(day, time(8, 40)), deed)


def _change_lines(
    timeline: Timeline,
    story: Story,
    demo_lines: Sequence[DemoLine],
    programme: Programme,
    settings: Settings,
) -> None:
    """A wrong number is put right after the first month, and a post changes hands in the second."""
    if story.moved is None:
        return
    last_day = working_days(programme.months[0], settings)[-1]
    timeline.add(at(last_day, time(18, 30)), _new_number(story.moved))
    heir = next(line for line in demo_lines if line.line_id not in (story.moved.line_id,))
    middle = working_days(programme.months[1], settings)[10]
    timeline.add(at(middle, time(9, 40)), _new_owner(heir))


def _new_number(line: DemoLine) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        moved = registry.renumbered(line)
        table = registry.lines_file([moved], office.settings)
        import_lines(office.session, office.actors[people.FIRST], table, demo_numbers=True, now=now)

    return deed


def _new_owner(line: DemoLine) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        actor = office.actors[people.FIRST]
        lines.update(
            office.session,
            actor,
            line.line_id,
            {"owner": "欧阳示例"},
            now=now,
            reason="岗位调整",
        )

    return deed
