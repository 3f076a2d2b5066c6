"""How units answer their papers: they sign, report, some late, some never, one disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.delivery import links, receipts
from hotline.demo import people
from hotline.demo.deciding import decide_on
from hotline.demo.desks import Desk, workday
from hotline.demo.timeline import Deed, Office
from hotline.demo.verifying import send_back, verify
from hotline.loop import appeals, rectifications
from hotline.models.loop import Rectification
from hotline.models.papers import Notice
from hotline.rights import Actor

_FATES = {
    # As _NAMES has them, in per cent.
    False: (82, 8, 6, 4, 0, 0, 0, 0),
    True: (34, 8, 6, 6, 10, 14, 12, 10),
}
_NAMES = ("passed", "late", "sent back", "failed", "returned", "silent", "reported", "rechecking")
_BODIES = (
    "已更换值守人员，明确首问负责，组织全体接线人员学习受理规范。",
    "已检修话机并增设一部分机，值班表上墙，节假日安排专人值守。",
    "已核对并更新公布号码，设置呼叫转移，午间轮班接听。",
    "已约谈当班人员，制定接听用语卡，由分管负责人每周抽听录音。",
)
_SIGNERS = ("王示例", "刘示例", "陈示例", "赵示例")
_UNSIGNED = 0.1


@dataclass(frozen=True)
class Letter:
    """A 整改通知书 at its unit. `link_id` None: the unit has an account."""

    notice_id: int
    unit_id: int
    link_id: int | None
    desk: Desk

    def actor(self, session: Session, office: Office) -> Actor:
        if self.link_id is None:
            return office.actors[people.READER]
        return Actor.visitor(self.link_id, self.unit_id)


def receive(office: Office, now: datetime, desk: Desk, paper: Notice, place: int) -> None:
    """Lay out what a unit does about the letter it is sent."""
    assert paper.unit_id is not None
    session, link_id = office.session, None
    if paper.unit_id != office.actors[people.READER].unit_id:
        by = office.actors[desk.second].name
        link = links.make(session, paper, paper.unit_id, by=by, settings=office.settings, now=now)
        link_id = link.id
    letter = Letter(paper.id, paper.unit_id, link_id, desk)
    tasks = session.scalars(
        select(Rectification.id)
        .where(Rectification.notice_id == paper.id)
        .order_by(Rectification.id)
    ).all()
    minutes = timedelta(minutes=7 * place)
    if desk.chance("signs", place).random() >= _UNSIGNED:
        office.timeline.add(workday(office, now, 1, time(9, 0)) + minutes, _sign(letter, place))
    _answer(office, now, letter, tasks, place)


def _answer(
    office: Office, now: datetime, letter: Letter, tasks: Sequence[int], place: int
) -> None:
    add, desk = office.timeline.add, letter.desk
    for n, task in enumerate(tasks):
        # One of the province's letters is disputed with success, one of a city's is undecided.
        if (place, n) == (1, 0) and desk.of_province:
            add(workday(office, now, 2, time(15, 0)), _dispute(letter, task, decided=True))
            continue
        if (place, n) == (0, 0) and desk.fresh and desk.first != people.FIRST:
            add(workday(office, now, 2, time(15, 0)), _dispute(letter, task, decided=False))
            continue
        random = desk.chance("fate", place, n)
        [fate] = random.choices(_NAMES, _FATES[desk.fresh])
        if desk.fresh and letter.link_id is None:
            fate = "returned"  # so that the one who has an account finds something to do
        if fate == "silent":
            continue
        days = 2 if fate != "late" else 7
        moment = workday(office, now, days, time(10, 30)) + timedelta(minutes=11 * n + 3 * place)
        add(moment, report(letter, task, fate, n + place))


def report(letter: Letter, task: int, fate: str, turn: int) -> Deed:
    """Report what was done; the office goes on as the fate has it."""

    def deed(office: Office, now: datetime) -> None:
        rectifications.report(
            office.session,
            letter.actor(office.session, office),
            task,
            body=_BODIES[turn % len(_BODIES)],
            reporter=_SIGNERS[turn % len(_SIGNERS)],
            settings=office.settings,
            now=now,
        )
        moment = workday(office, now, 1, time(9, 20)) + timedelta(minutes=3 * turn)
        again = report(letter, task, "passed", turn + 1)
        if fate in ("sent back", "returned"):
            then = again if fate == "sent back" else None
            office.timeline.add(moment, send_back(letter.desk, task, then))
        elif fate != "reported":
            office.timeline.add(moment, verify(letter.desk, task, fate, again))

    return deed


def _sign(letter: Letter, place: int) -> Deed:
    def deed(office: Office, now: datetime) -> None:
        receipts.sign(
            office.session,
            letter.actor(office.session, office),
            letter.notice_id,
            signer=_SIGNERS[place % len(_SIGNERS)],
            post="办公室",
            now=now,
            link_id=letter.link_id,
        )

    return deed


def _dispute(letter: Letter, task: int, *, decided: bool) -> Deed:
    """The unit disputes the finding behind a task."""

    def deed(office: Office, now: datetime) -> None:
        found = office.session.get_one(Rectification, task)
        assert found.finding_id is not None
        filed = appeals.file(
            office.session,
            letter.actor(office.session, office),
            found.finding_id,
            body="当日通信运营商割接，线路中断，附运营商说明，请予核实。",
            appellant="周示例",
            settings=office.settings,
            now=now,
        )
        if decided:
            moment = workday(office, now, 2, time(15, 30))
            office.timeline.add(moment, decide_on(letter.desk, filed.id))

    return deed
