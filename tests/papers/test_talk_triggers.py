"""What the papers of a talk say about the critical item that triggered it, and about its call."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from hotline.loop import talk_records
from hotline.loop.talk_records import Minutes, Promise
from hotline.models.papers import MeasureDue, Notice
from hotline.papers.notice_documents import compose
from tests.factories import OPERATOR, make_areas, make_line
from tests.inspection.spot_checks import on
from tests.loop.called import TUESDAY, a_round_of, arranged, every_talk
from tests.loop.disputed import ISSUED, a_case, issue_paper
from tests.reports.test_circular import words_of

HANGUP, REFUSED = {"outcome": 14}, {"outcome": 15}
ABUSE, BRUSH_OFF = {"B6": "否", "critical": "B6"}, {"B7": "否", "critical": "B7"}
BOTH = {"B6": "否", "B7": "否", "critical": "B6、B7"}
LOST = {"outcome": 17, **ABUSE}  # put through to nobody by somebody who was rude
MANY = {"B2": "否", "B3": "否", **ABUSE}
SAID = [
    (HANGUP, "接通后直接挂断"),
    (REFUSED, "拒绝受理、推诿"),
    (ABUSE, "B6出现忌语或辱骂"),
    (BRUSH_OFF, "B7推诿"),
    (BOTH, "B6出现忌语或辱骂、B7推诿"),
    (LOST, "B6出现忌语或辱骂"),
]
MINUTES = Minutes(
    on(24, "09:40"),
    "三楼",
    "局长 王某",
    "值守不到位。",
    "按期整改。",
    (Promise("双人值守", on(30).date(), "王某"),),
)


def a_talk(session, settings, dials):
    """The case of one line with these dials, and the talk that it is called to."""
    case = a_case(session, settings, dials, issue=())
    (talk,) = every_talk(session)
    return case, arranged(session, settings, talk, OPERATOR)


def paper(session, settings, kind):
    notice = session.scalars(select(Notice).where(Notice.kind == kind)).one()
    return compose(session, notice, settings=settings, now=ISSUED)


@pytest.mark.parametrize(("said", "words"), SAID)
def test_the_notice_says_which_and_when(database, settings, said, words):
    with database.write() as session:
        case, _ = a_talk(session, settings, [said])
        told = paper(session, settings, "talk")
        number = case.check(session).number
    line = f"监督电话{number}：2026年11月3日9:30拨测，{words}（2026年11月抽查）。"
    assert line in words_of(told)


def test_the_call_is_the_one_that_decided(database, settings):
    with database.write() as session:
        a_talk(session, settings, [{"outcome": 21}, HANGUP])
        told = paper(session, settings, "talk")
    assert "2026年11月3日15:00拨测，接通后直接挂断" in words_of(told)
    assert "2026-11-03 15:00" in told.annexes[0].rows[0]


def test_annex_and_circular_say_the_same(database, settings):
    with database.write() as session:
        a_talk(session, settings, [MANY])
        row = paper(session, settings, "talk").annexes[0].rows[0]
        circular = words_of(paper(session, settings, "circular"))
    assert row[-1] == (
        "一票否决项：B6出现忌语或辱骂；"
        "3个主要项目不合格：B2主动报单位、B3询问诉求及地点、B6态度文明、无忌语；"
        "受理与答复得38分，不足56分的70%"
    )
    assert "2026年11月3日9:30拨测，B6出现忌语或辱骂" in circular


def test_the_record_reads_each_trigger_out_on_a_line(database, settings):
    with database.write() as session:
        case, talk = a_talk(session, settings, [HANGUP])
        issue_paper(session, settings, talk.notice, now=TUESDAY)
        talk_records.record(
            session, OPERATOR, talk.id, MINUTES, settings=settings, now=on(24, "11:00")
        )
        record = paper(session, settings, "talk_record")
        number = case.check(session).number
    words = words_of(record)
    assert (
        "石家庄市2026年11月饮水安全监督电话抽查（轮次编号C-130100-2026-11）"
        "和此后的整改中存在以下问题：\n"
        f"监督电话{number}：2026年11月3日9:30拨测，接通后直接挂断（2026年11月抽查）。\n"
    ) in words
    assert "2026-11-03 09:30" in words


def test_a_citys_rate_stands_with_what_it_rests_on(database, settings):
    with database.write() as session:
        make_areas(session)
        lines = {make_line(session): said for said in (21, 21, None)}
        a_round_of(session, settings, "2026Q4", lines)
        (talk,) = every_talk(session)
        arranged(session, settings, talk, OPERATOR)
        told = words_of(paper(session, settings, "talk"))
    assert (
        "石家庄市监督电话合格率33.33%（实测3条，合格1条），低于70.00%（2026年第四季度抽查）。"
    ) in told


def test_a_talk_called_before_triggers_had_the_particulars_looks_them_up(database, settings):
    with database.write() as session:
        a_talk(session, settings, [REFUSED])
        session.execute(
            update(MeasureDue)
            .where(MeasureDue.step == "talk")
            .values(trigger=["talk.critical", {}])
        )
        told = words_of(paper(session, settings, "talk"))
        circular = words_of(paper(session, settings, "circular"))
    assert "2026年11月3日9:30拨测，拒绝受理、推诿" in told
    assert "直接挂断、拒绝受理或一票否决项不合格" in circular
