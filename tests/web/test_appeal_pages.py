"""The pages of an appeal: the unit's form, the decision with its evidence, what comes of it."""

from __future__ import annotations

from io import BytesIO

import pytest
import time_machine
from sqlalchemy import select

from hotline.app import create_app
from hotline.models.loop import Appeal
from hotline.models.papers import Notice
from tests.inspection.spot_checks import on
from tests.loop.disputed import TWO_MAJORS, a_case
from tests.loop.test_appeals import PNG
from tests.web.browsing import Browser, text_of

FILED = on(18, "10:00")


@pytest.fixture
def dispute(sqlite_database, settings):
    """25 s and two major items: 81.3, both; its papers issued the day before."""
    with time_machine.travel(FILED, tick=False):
        with sqlite_database.write() as session:
            case = a_case(session, settings, [{"ring_s": "25", **TWO_MAJORS[0]}])
        app = create_app(settings, sqlite_database, "k" * 40)
        yield case, lambda actor, **more: Browser(app, actor, **more), sqlite_database


def file(case, browser, **more):
    given = {"body": "录音可查。", "appellant": "王某"} | more
    return browser(case.unit).send(f"/findings/{case.finding_id}/appeal", given)


def appeal_of(database) -> Appeal:
    with database.read() as session:
        return session.scalars(select(Appeal)).one()


def correction(case, database, **values) -> dict[str, object]:
    """The form of the decisive dial, as its page offers it, with these values changed."""
    with database.read() as session:
        call = case.calls(session)[0]
        sent = {
            "call": call.id,
            "outcome": call.outcome,
            "attempt": call.attempt,
            "started_at": "2026-11-03 09:30:00",
            "ring_s": "25",
            **call.answers,
        }
    return sent | values


def test_the_units_form_says_by_when_and_shows_the_evidence(dispute):
    case, browser, _ = dispute
    said = text_of(browser(case.unit).get(f"/findings/{case.finding_id}/appeal"))
    assert "11月20日" in said
    assert "自 11月17日 次日起 3 个工作日" in said
    assert "D1 说明办理程序和责任单位" in said


def test_mistakes_stand_at_their_fields_and_what_was_typed_stays(dispute):
    case, browser, database = dispute
    files = {"files": (BytesIO(b"MZ\x90"), "证据.pdf")}
    answer = file(case, browser, body="录音<b>可查", appellant="", **files)
    assert answer.status_code == 400
    assert "录音&lt;b&gt;可查" in answer.text
    assert 'id="appellant-wrong"' in answer.text
    assert "证据.pdf：" in text_of(answer)
    with database.read() as session:
        assert session.scalars(select(Appeal)).all() == []


def test_filed_with_a_file_that_the_office_can_open(dispute):
    case, browser, database = dispute
    answer = file(case, browser, files=(BytesIO(PNG), "现场.png"))
    assert (answer.status_code, answer.location) == (303, f"/appeals/{appeal_of(database).id}")
    page = browser(case.other).get(answer.location)
    assert "录音可查。" in text_of(page)
    assert "现场.png" in text_of(page)
    file_address = page.text.partition('href="/attachments/')[2].partition('"')[0]
    assert browser(case.other).get(f"/attachments/{file_address}").data == PNG
    again = browser(case.unit).get(f"/findings/{case.finding_id}/appeal")
    assert (again.status_code, again.location) == (302, answer.location)


def test_out_of_time_there_is_no_form(dispute):
    case, browser, _ = dispute
    with time_machine.travel(on(23), tick=False):
        page = browser(case.unit).get(f"/findings/{case.finding_id}/appeal")
        assert "申诉期限已过。" in text_of(page)
        assert 'name="body"' not in page.text
        assert file(case, browser).status_code == 409


def test_whoever_reviewed_is_told_why_they_do_not_decide(dispute):
    case, browser, database = dispute
    file(case, browser)
    page = browser(case.admin).get(f"/appeals/{appeal_of(database).id}")
    assert "申诉涉及本人的复核" in text_of(page)
    assert 'id="decide"' not in page.text
    assert 'id="decide"' in browser(case.other).get(f"/appeals/{appeal_of(database).id}").text


def test_a_dial_is_set_right_in_the_form_of_the_decision(dispute):
    case, browser, database = dispute
    file(case, browser)
    address = f"/appeals/{appeal_of(database).id}"
    sent = correction(case, database, D1="yes")
    office = browser(case.other)
    offered = office.get(f"{address}?call={sent['call']}").text
    assert 'id="f-ring_s"' in offered
    sent |= {"verdict": "partly", "decision": "D1 已说明。"}
    assert office.send(f"{address}/decide", sent).status_code == 303
    said = text_of(office.get(address))
    assert "部分采信" in said
    assert "81.3 →" in said
    assert "87.5" in said
    assert "待另一位管理员签发" in said
    # The unit sees the decision, and the correction once it is issued.
    assert "更正通知" not in text_of(browser(case.unit).get(address))
    with database.write() as session:
        paper = session.scalars(select(Notice).where(Notice.kind == "correction")).one()
        paper.state, paper.number, paper.issued_at = "issued", "石水监电〔2026〕9号", FILED
    assert "石水监电〔2026〕9号" in text_of(browser(case.unit).get(address))


def test_a_refused_decision_keeps_the_dials_form(dispute):
    case, browser, database = dispute
    file(case, browser)
    address = f"/appeals/{appeal_of(database).id}/decide"
    sent = correction(case, database, D1="yes", ring_s="", note="核对过")
    answer = browser(case.other).send(address, sent | {"verdict": "partly", "decision": "说明"})
    assert answer.status_code == 400
    assert 'id="f-ring_s-wrong"' in answer.text
    assert "核对过" in answer.text
    sent = correction(case, database, D1="yes", D2="yes", ring_s="12")
    answer = browser(case.other).send(address, sent | {"verdict": "partly", "decision": ""})
    assert answer.status_code == 400
    assert 'id="decision-wrong"' in answer.text
    answer = browser(case.other).send(address, sent | {"verdict": "partly", "decision": "说明"})
    assert "请选撤销" in text_of(answer)
    assert appeal_of(database).state == "filed"


def test_dials_are_struck_out_by_their_boxes(dispute):
    case, browser, database = dispute
    file(case, browser)
    with database.read() as session:
        call_id = case.calls(session)[0].id
    sent = {"verdict": "revoked", "decision": "录音缺失", "struck_out": [call_id]}
    answer = browser(case.other).send(f"/appeals/{appeal_of(database).id}/decide", sent)
    assert answer.status_code == 303
    with database.read() as session:
        assert case.check(session).klass == "VOID"
        assert case.finding(session).state == "revoked"


def test_the_pages_speak_english_too(dispute):
    case, browser, database = dispute
    file(case, browser)
    said = text_of(browser(case.other, language="en").get(f"/appeals/{appeal_of(database).id}"))
    assert "Decide the appeal" in said


def test_the_units_own_page_leads_to_the_form(dispute):
    case, browser, _ = dispute
    address = f'href="/findings/{case.finding_id}/appeal"'
    assert address in browser(case.unit).get("/unit").text
    file(case, browser)
    assert address not in browser(case.unit).get("/unit").text
    with time_machine.travel(on(23), tick=False):
        assert address not in browser(case.unit).get("/unit").text


def test_the_ledger_leads_from_a_disputed_problem_to_its_appeal(dispute):
    case, browser, database = dispute
    address = 'href="/appeals/'
    assert address not in browser(case.other).get("/problems").text
    file(case, browser)
    assert f'{address}{appeal_of(database).id}"' in browser(case.other).get("/problems").text
