"""The page of a talk: arranged, told of, recorded without scripts, reported on, closed."""

from __future__ import annotations

from io import BytesIO

import pytest
import time_machine

from hotline.app import create_app
from hotline.loop import talk_records
from hotline.models.loop import Talk
from hotline.models.papers import Notice
from tests.factories import actor_for, make_areas, make_line
from tests.inspection.spot_checks import on
from tests.loop.called import a_round_of, every_talk, told
from tests.loop.disputed import a_case, issue_paper
from tests.loop.test_appeals import PNG
from tests.loop.test_talk_records import MINUTES
from tests.web.browsing import Browser, field, text_of

TUESDAY = on(17, "11:00")
AFTER = on(24, "14:00")
MEETING = {
    "arrange-person": "局长 王某",
    "arrange-meets_at": "2026-11-24T09:30",
    "arrange-place": "三楼会议室",
    "arrange-host": "分管负责人",
}
RECORD = {
    "record-held_at": "2026-11-24T09:30",
    "record-place": "三楼会议室",
    "record-present": "市局：张某\n长安区水利局：王某",
    "record-account": "值班人员误挂。",
    "record-demands": "十日内培训。",
}


@pytest.fixture
def office(sqlite_database, settings):
    """A unit that hung up is to be called to a talk."""
    with sqlite_database.write() as session:
        case = a_case(session, settings)
    app = create_app(settings, sqlite_database, "k" * 40)
    return case, lambda actor, **more: Browser(app, actor, **more), sqlite_database


def talk_of(database) -> Talk:
    with database.read() as session:
        return every_talk(session)[0]


def telling(database, settings, case) -> None:
    with database.write() as session:
        told(session, settings, every_talk(session)[0], case.admin)


def recording(database, settings, case) -> None:
    with database.write() as session:
        talk = every_talk(session)[0]
        talk_records.record(session, case.admin, talk.id, MINUTES, settings=settings, now=AFTER)
        issue_paper(session, settings, talk.record, now=AFTER)


def test_why_it_is_called_for_and_the_form_to_arrange_it(office):
    case, browser, database = office
    with time_machine.travel(TUESDAY, tick=False):
        page = browser(case.admin).get(f"/talks/{talk_of(database).id}")
        said = text_of(page)
        assert "2026-11-03 09:30 拨测，接通后直接挂断" in said
        assert "今天签发的话，最早为 11月20日" in said
        assert field(page, "arrange-host") == "石家庄市水利局"
        assert browser(case.unit).get(f"/talks/{talk_of(database).id}").status_code == 404


def test_it_is_arranged_and_mistakes_keep_what_was_typed(office):
    case, browser, database = office
    address = f"/talks/{talk_of(database).id}"
    with time_machine.travel(TUESDAY, tick=False):
        wrong = MEETING | {"arrange-meets_at": "2026-11-18T09:30", "arrange-place": ""}
        answer = browser(case.admin).send(f"{address}/arrange", wrong)
        assert answer.status_code == 400
        assert field(answer, "arrange-person") == "局长 王某"
        assert field(answer, "arrange-meets_at") == "2026-11-18T09:30"
        assert 'id="arrange-place-wrong"' in answer.text
        answer = browser(case.admin).send(f"{address}/arrange", MEETING)
        assert (answer.status_code, answer.location) == (303, address)
        page = browser(case.admin).get(address)
        assert field(page, "arrange-meets_at") == "2026-11-24T09:30"
        with database.read() as session:
            assert session.get_one(Notice, talk_of(database).notice_id).state == "draft"


def test_a_record_with_several_commitments_needs_no_script(office, settings):
    case, browser, database = office
    telling(database, settings, case)
    address = f"/talks/{talk_of(database).id}"
    with time_machine.travel(AFTER, tick=False):
        sent = RECORD | {
            "promise-what": ["全员培训", "", "专人值守"],
            "promise-due_on": ["2026-12-04", "", "2026-11-26"],
            "promise-person": ["李某", "", ""],
        }
        answer = browser(case.admin).send(f"{address}/record", sent)
        assert answer.status_code == 400
        assert 'id="promise-2-person-wrong"' in answer.text
        assert "第 2 项承诺：请填写负责人。" in text_of(answer)
        sent["promise-person"] = ["李某", "", "赵<某>"]
        assert browser(case.admin).send(f"{address}/record", sent).status_code == 303
        page = browser(case.admin).get(address)
        assert "赵&lt;某&gt;" in page.text
        assert "“专人值守”的期限 2026-11-26 不在约谈后第 5 至第 20 个工作日之间" in text_of(page)
        # The unit sees that the talk was held, and what was written down once that is issued.
        assert "值班人员误挂" not in browser(case.unit).get(address).text


@pytest.mark.parametrize("due", ["2026-12-32", "2027-12-01"])
def test_a_report_date_that_cannot_be_is_refused_with_the_rest(office, settings, due):
    case, browser, database = office
    telling(database, settings, case)
    with time_machine.travel(AFTER, tick=False):
        address = f"/talks/{talk_of(database).id}/record"
        sent = RECORD | {"record-report_due_on": due, "record-place": ""}
        answer = browser(case.admin).send(address, sent)
        assert answer.status_code == 400
        assert 'id="record-report_due_on-wrong"' in answer.text
        assert 'id="record-place-wrong"' in answer.text
        assert 'id="promise-1-what-wrong"' in answer.text


def test_the_unit_reports_and_the_office_closes(office, settings):
    case, browser, database = office
    telling(database, settings, case)
    recording(database, settings, case)
    address = f"/talks/{talk_of(database).id}"
    with time_machine.travel(on(8, month=12), tick=False):
        page = browser(case.unit).get(address)
        assert "值班人员误挂电话。" in text_of(page)
        assert "期限：12月22日" in text_of(page)
        sent = {"body": "", "files": (BytesIO(b"MZ"), "证明.pdf")}
        refused = browser(case.unit).send(f"{address}/report", sent)
        assert refused.status_code == 400
        assert "证明.pdf：" in text_of(refused)
        sent = {"body": "已培训。", "files": (BytesIO(PNG), "培训.png")}
        assert browser(case.unit).send(f"{address}/report", sent).status_code == 303
        said = text_of(browser(case.admin).get(address))
        assert "已培训。" in said
        assert "培训.png" in said
        assert browser(case.admin).post(f"{address}/return").status_code == 400
        sent = {"return-reason": "没有佐证"}
        assert browser(case.admin).send(f"{address}/return", sent).status_code == 303
        assert "没有佐证" in text_of(browser(case.unit).get(address))
        sent = {"body": "补充了。"}
        assert browser(case.unit).send(f"{address}/report", sent).status_code == 303
        assert browser(case.admin).post(f"{address}/close").status_code == 303
        assert talk_of(database).state == "closed"
        assert "办结 review 12月8日 09:30" in text_of(browser(case.admin).get(address))


def test_an_absence_is_marked_after_the_time(office, settings):
    case, browser, database = office
    telling(database, settings, case)
    address = f"/talks/{talk_of(database).id}"
    with time_machine.travel(on(24, "09:00"), tick=False):
        assert "登记未到会" not in text_of(browser(case.admin).get(address))
    with time_machine.travel(AFTER, tick=False):
        assert browser(case.admin).post(f"{address}/no-show").status_code == 400
        sent = {"miss-reason": "未到会也未请假"}
        assert browser(case.admin).send(f"{address}/no-show", sent).status_code == 303
        assert "未到会也未请假" in text_of(browser(case.admin).get(address))


def test_a_new_date_hides_the_time_until_it_is_told(office, settings):
    case, browser, database = office
    telling(database, settings, case)
    address = f"/talks/{talk_of(database).id}"
    with time_machine.travel(TUESDAY, tick=False):
        later = MEETING | {"arrange-meets_at": "2026-11-30T15:00", "arrange-reason": "全省会议"}
        assert browser(case.admin).send(f"{address}/arrange", later).status_code == 303
        said = text_of(browser(case.unit).get(address))
        assert "正在重新安排" in said
        assert "11月30日" not in said
        assert "11月30日 15:00" in text_of(browser(case.admin).get(address))


def test_a_citys_rate_that_rests_on_few_lines_is_said_to_and_may_be_let_go(
    sqlite_database, settings
):
    with sqlite_database.write() as session:
        make_areas(session)
        lines = {make_line(session): 21, make_line(session): None}
        a_round_of(session, settings, "2026Q3", lines)
        chief = actor_for(session, "province_admin")
        (talk,) = every_talk(session)
    address = f"/talks/{talk.id}"
    with time_machine.travel(TUESDAY, tick=False):
        browser = Browser(create_app(settings, sqlite_database, "k" * 40), chief)
        said = text_of(browser.get(address))
        assert "合格率 50.00%（实测 2 条，合格 1 条），低于 70.00%" in said
        assert "合格率只依据 2 条线路，线路少，仅供参考。" in said
        assert "不宜约谈的，可以写明原因取消约谈。" in said
        assert browser.post(f"{address}/cancel").status_code == 400
        sent = {"cancel-reason": "只测了两条"}
        assert browser.send(f"{address}/cancel", sent).status_code == 303
        said = text_of(browser.get(address))
        assert "已取消" in said
        assert "取消原因 只测了两条" in said
        assert "仅供参考" not in said
        assert "取消约谈" not in said


@pytest.mark.parametrize(("lines", "few"), [(4, True), (5, False)])
def test_few_is_what_is_too_few_for_a_rank(sqlite_database, settings, lines, few):
    with sqlite_database.write() as session:
        make_areas(session)
        a_round_of(session, settings, "2026Q3", {make_line(session): 21 for _ in range(lines)})
        chief = actor_for(session, "province_admin")
        talk = next(one for one in every_talk(session) if one.unit_id is None)
    with time_machine.travel(TUESDAY, tick=False):
        browser = Browser(create_app(settings, sqlite_database, "k" * 40), chief)
        assert ("仅供参考" in text_of(browser.get(f"/talks/{talk.id}"))) == few


def test_once_told_of_it_only_the_warning_stays(sqlite_database, settings):
    with sqlite_database.write() as session:
        make_areas(session)
        a_round_of(session, settings, "2026Q3", {make_line(session): 21})
        chief = actor_for(session, "province_admin")
        (talk,) = every_talk(session)
        told(session, settings, talk, chief)
    with time_machine.travel(TUESDAY, tick=False):
        browser = Browser(create_app(settings, sqlite_database, "k" * 40), chief)
        said = text_of(browser.get(f"/talks/{talk.id}"))
        assert "合格率只依据 1 条线路，线路少，仅供参考。" in said
        assert "取消约谈" not in said
        assert browser.send(f"/talks/{talk.id}/cancel", {"cancel-reason": "少"}).status_code == 409
