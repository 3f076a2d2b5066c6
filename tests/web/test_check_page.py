"""The page of a check: what it shows, the form of a dial, correcting and voiding."""

from __future__ import annotations

import re

import time_machine
from sqlalchemy import func, select

from hotline import clock
from hotline.inspection import check_sheets
from hotline.models.inspection import Call, Check
from tests.factories import actor_for, make_unit
from tests.inspection.spot_checks import dial, on
from tests.web.browsing import chosen, field, text_of
from tests.web.calling import form

ROUND = "/rounds/C-130100-2026-11"


def address(check_id: int) -> str:
    return f"/checks/{check_id}"


def count_calls(found) -> int:
    with found.database.read() as session:
        return session.scalar(select(func.count(Call.id)))


def the_check(found, check_id: int) -> Check:
    with found.database.read() as session:
        return session.get_one(Check, check_id)


class TestForm:
    def test_is_filled_with_the_next_attempt_and_this_moment(self, city_round):
        one = city_round.checks[0]
        page = city_round.browser(city_round.inspector).get(address(one))
        assert field(page, "attempt") == "1"
        assert field(page, "started_at") == "2026-11-10 10:00:00"
        city_round.log(one, dial(on(10, "09:00"), outcome=21))
        page = city_round.browser(city_round.inspector).get(address(one))
        assert field(page, "attempt") == "2"

    def test_a_busy_line_keeps_its_attempt_until_the_next_may_be_made(self, city_round):
        one = city_round.checks[0]
        city_round.log(one, dial(on(10, "09:55"), outcome=22))
        page = city_round.browser(city_round.inspector).get(address(one))
        assert field(page, "attempt") == "1"
        assert "还可 3 次" in text_of(page)

    def test_each_rendered_form_has_a_key_of_its_own(self, city_round):
        browser = city_round.browser(city_round.inspector)
        keys = {field(browser.get(address(city_round.checks[0])), "idempotency_key") for _ in "ab"}
        assert len(keys) == 2

    def test_saves_a_call_and_shows_what_it_came_to(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        answer = browser.send(f"{address(one)}/calls", form(answered_by="王红 3号", D1="no"))
        assert answer.status_code == 303
        page = browser.get(answer.location)
        said = text_of(page)
        assert "已保存第 1 次拨测：11 接通并受理" in said
        assert "93.8" in said
        assert "暂定" in said
        assert "D1 说明办理程序和责任单位 主要 否 0 6" in said
        assert "王红 3号" in said
        # Nothing is left to dial: the desk has answered.
        assert "idempotency_key" not in page.text

    def test_the_same_form_twice_stores_one_call(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        sent = form(21, idempotency_key="the-same")
        places = [browser.send(f"{address(one)}/calls", sent).location for _ in range(2)]
        assert places[0] == places[1]
        assert count_calls(city_round) == 1

    def test_another_call_under_a_used_key_is_refused_and_stays_typed(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        browser.send(f"{address(one)}/calls", form(21, idempotency_key="k"))
        again = form(21, idempotency_key="k", note="另一种说法")
        answer = browser.send(f"{address(one)}/calls", again)
        assert answer.status_code == 409
        assert "内容不同" in text_of(answer)
        assert "另一种说法" in answer.text
        assert count_calls(city_round) == 1

    def test_every_mistake_stands_at_its_field_and_on_top(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        sent = form(ring_s="-3", attempt="x", started_at="昨天", note="<b>&记一笔", B3="")
        answer = browser.send(f"{address(one)}/calls", sent)
        assert answer.status_code == 400
        for name in ("ring_s", "attempt", "started_at"):
            assert f'href="#f-{name}"' in answer.text
            assert f'id="f-{name}-wrong"' in answer.text
            assert field(answer, name) == str(sent[name])
        assert "&lt;b&gt;&amp;记一笔" in answer.text
        assert chosen(answer, "outcome") == ["11"]
        assert chosen(answer, "B1") == ["yes"]
        assert count_calls(city_round) == 0

    def test_a_blank_answer_is_a_mistake_of_its_row(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        answer = browser.send(f"{address(one)}/calls", form(B3=""))
        assert answer.status_code == 400
        assert 'href="#f-B3"' in answer.text
        assert 'id="f-B3-wrong"' in answer.text

    def test_nothing_chosen_at_all_is_a_mistake_of_the_outcome(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        answer = browser.post(f"{address(one)}/calls", attempt="1", started_at="2026-11-10 09:00")
        assert answer.status_code == 400
        assert 'id="f-outcome-wrong"' in answer.text

    def test_full_width_digits_are_read(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        sent = form(ring_s="１５．０４", attempt="１")
        assert browser.send(f"{address(one)}/calls", sent).status_code == 303
        assert the_check(city_round, one).ring_s == 15.0

    def test_a_critical_item_caps_the_score(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        sent = form(B7="no", critical=["B7"])
        page = browser.get(browser.send(f"{address(one)}/calls", sent).location)
        assert the_check(city_round, one).score_tenths == 590
        assert "最高 59 分" in text_of(page)

    def test_a_call_after_a_settled_one_is_refused(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        city_round.log(one, dial(on(10, "09:00"), outcome=14))
        answer = browser.send(f"{address(one)}/calls", form(attempt="2"))
        assert answer.status_code == 400
        assert "已有定论" in text_of(answer)
        assert count_calls(city_round) == 1

    def test_without_a_token_nothing_is_stored(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        answer = browser.client.post(f"{address(one)}/calls", data=form(21))
        assert answer.status_code == 400
        assert count_calls(city_round) == 0


class TestNextLine:
    def test_goes_to_the_next_untested_line(self, city_round):
        browser, ids = city_round.browser(city_round.inspector), city_round.checks
        answer = browser.send(f"{address(ids[1])}/calls", form(next="1"))
        page = browser.get(answer.location)
        assert page.location == address(ids[2])

    def test_prefers_a_line_whose_redial_has_fallen_due(self, city_round):
        browser, ids = city_round.browser(city_round.inspector), city_round.checks
        city_round.log(ids[4], dial(on(9, "09:00"), outcome=21))
        assert browser.get(f"{address(ids[0])}/next").location == address(ids[4])

    def test_leaves_out_what_may_not_be_dialled_yet(self, city_round):
        browser, ids = city_round.browser(city_round.inspector), city_round.checks
        for one in ids[:3]:
            city_round.log(one, dial(on(10, "09:50"), outcome=21))
        city_round.log(ids[3], dial(on(10, "09:00")))
        assert browser.get(f"{address(ids[0])}/next").location == address(ids[4])
        city_round.log(ids[4], dial(on(10, "09:00")))
        answer = browser.get(f"{address(ids[0])}/next")
        assert answer.location == address(ids[0])
        assert "没有其他可拨的线路" in text_of(browser.get(answer.location))

    def test_never_sends_anyone_to_their_own_unit(self, city_round):
        with city_round.database.write() as session:
            unit = make_unit(session, "130104", "桥西区水利局")
            mine = actor_for(session, "city_admin", unit=unit)
        with city_round.database.read() as session:
            found = [
                check_sheets.next_to_dial(
                    session, mine, here, settings=city_round.settings, now=clock.now()
                )
                for here in city_round.checks
            ]
        assert set(found) <= set(city_round.checks[:3])


class TestShown:
    def test_why_it_cannot_be_closed_and_when_to_dial_again(self, city_round):
        one = city_round.checks[0]
        city_round.log(one, dial(on(10, "09:50"), outcome=21))
        said = text_of(city_round.browser(city_round.inspector).get(address(one)))
        assert "还不能关闭：值班时间内须拨 3 次，现有 1 次" in said
        assert "下一次可拨 11月10日 10:20" in said

    def test_void_calls_and_corrections_stay_to_be_seen(self, city_round):
        one = city_round.checks[0]
        call = city_round.log(one, dial(on(10, "09:00"), note="初记"))
        browser = city_round.browser(city_round.inspector)
        sent = form(at="2026-11-10 09:00", ring_s="18", note="初记", reason="核对录音")
        assert browser.send(f"/calls/{call}/correct", sent).status_code == 303
        said = text_of(browser.get(address(one)))
        assert "振铃秒数： 12.0 秒 → 18.0 秒" in said
        assert "核对录音" in said
        assert the_check(city_round, one).klass == "SLOW"
        admin = city_round.browser(city_round.admin)
        assert admin.post(f"/calls/{call}/void", reason="录音缺失").status_code == 303
        said = text_of(admin.get(address(one)))
        assert "已作废" in said
        assert "录音缺失" in said
        assert "不计" in said

    def test_in_english_no_chinese_word_of_ours_is_left(self, city_round):
        one = city_round.checks[0]
        city_round.log(one, dial(on(10, "09:00")))
        page = city_round.browser(city_round.inspector, language="en").get(address(one))
        said = (
            text_of(page).replace("长安区水利局", "").replace("石家庄市", "").replace("长安区", "")
        )
        assert not [sign for sign in said.replace("中文", "") if "\u4e00" <= sign <= "\u9fff"]

    def test_how_many_queries_it_takes_does_not_follow_the_calls(self, city_round):
        browser, one = city_round.browser(city_round.inspector), city_round.checks[0]
        city_round.log(one, dial(on(9, "09:00"), outcome=21))
        with city_round.queries() as few:
            browser.get(address(one))
        for n in range(2, 8):
            city_round.log(one, dial(on(10, f"09:{n * 4:02d}"), outcome=21, attempt=n))
        with city_round.queries() as many:
            browser.get(address(one))
        assert len(few) == len(many)


class TestReturned:
    def test_the_first_thing_to_do_is_to_correct_the_decisive_call(self, city_round):
        one = city_round.checks[0]
        first = city_round.log(one, dial(on(9, "09:00"), outcome=23))
        city_round.log(one, dial(on(9, "10:00"), outcome=23, attempt=2))
        inspector = city_round.browser(city_round.inspector)
        assert 'class="btn btn-primary" href="/calls/' not in inspector.get(address(one)).text
        city_round.browser(city_round.admin).post(f"/reviews/{one}/return", reason="核对")
        page = inspector.get(address(one)).text
        found = re.findall(r'class="btn btn-primary" href="(/calls/\d+/correct)"', page)
        with city_round.database.read() as session:
            decided = session.get_one(Check, one).decisive_at
            calls = session.scalars(select(Call).where(Call.check_id == one)).all()
            wanted = next(call.id for call in calls if call.started_at == decided)
        assert found == [f"/calls/{wanted}/correct"]
        assert wanted >= first
        assert 'class="btn btn-outline-secondary" href="#call-form"' in page


class TestCorrecting:
    def test_the_form_holds_the_call(self, city_round):
        call = city_round.log(
            city_round.checks[0], dial(on(10, "09:00"), D3="否", caller_number="1")
        )
        page = city_round.browser(city_round.inspector).get(f"/calls/{call}/correct")
        assert field(page, "ring_s") == "12"
        assert field(page, "started_at") == "2026-11-10 09:00:00"
        assert chosen(page, "D3") == ["no"]
        assert chosen(page, "D4") == [""]

    def test_needs_a_reason(self, city_round):
        call = city_round.log(city_round.checks[0], dial(on(10, "09:00")))
        browser = city_round.browser(city_round.inspector)
        answer = browser.send(f"/calls/{call}/correct", form(at="2026-11-10 09:00", ring_s="18"))
        assert answer.status_code == 400
        assert 'href="#f-reason"' in answer.text
        assert the_check(city_round, city_round.checks[0]).ring_s == 12.0

    def test_the_last_item_may_be_answered_later(self, city_round):
        one = city_round.checks[0]
        call = city_round.log(one, dial(on(10, "09:00")))
        assert the_check(city_round, one).provisional
        browser = city_round.browser(city_round.inspector)
        sent = form(at="2026-11-10 09:00", D4="yes", reason="已回访")
        assert browser.send(f"/calls/{call}/correct", sent).status_code == 303
        assert not the_check(city_round, one).provisional


class TestVoiding:
    def test_needs_a_reason_and_says_so_at_the_field(self, city_round):
        one = city_round.checks[0]
        call = city_round.log(one, dial(on(10, "09:00")))
        answer = city_round.browser(city_round.admin).post(f"/calls/{call}/void", reason=" ")
        assert answer.status_code == 400
        assert f'id="void-{call}-wrong"' in answer.text
        assert the_check(city_round, one).klass == "PASS"

    def test_is_not_for_inspectors_nor_for_ones_own_call(self, city_round):
        one = city_round.checks[0]
        call = city_round.log(one, dial(on(10, "09:00")), city_round.admin)
        for actor in (city_round.inspector, city_round.admin):
            answer = city_round.browser(actor).post(f"/calls/{call}/void", reason="不要了")
            assert answer.status_code == 403
        page = city_round.browser(city_round.admin).get(address(one))
        assert f"/calls/{call}/void" not in page.text

    def test_opens_a_settled_check_for_another_dial(self, city_round):
        one = city_round.checks[0]
        call = city_round.log(one, dial(on(10, "09:00"), outcome=14))
        city_round.browser(city_round.admin).post(f"/calls/{call}/void", reason="拨错号码")
        page = city_round.browser(city_round.inspector).get(address(one))
        assert field(page, "attempt") == "1"


class TestWhenToDial:
    """The page says when the line may be dialled, before it is too late, and what has changed."""

    def said(self, city_round, check_id, now):
        with time_machine.travel(now, tick=False):
            browser = city_round.browser(city_round.inspector)
            return [text_of(browser.get(path)) for path in (address(check_id), "/", ROUND)]

    def test_off_duty_it_names_the_start_of_the_next_duty_hours(self, city_round):
        one = city_round.checks[0]
        city_round.log(one, dial(on(9, "09:00"), outcome=21))
        page, home, listed = self.said(city_round, one, on(14, "21:00"))  # a Saturday
        assert "下一次可拨 11月16日 08:30" in page
        assert "现在可以复拨 0" in home
        assert "现在可拨" not in listed
        assert listed.count("11月16日 08:30 起可拨") == 5
        page, home, listed = self.said(city_round, one, on(16, "08:30"))
        assert "下一次可拨 现在" in page
        assert "现在可以复拨 1" in home
        assert "现在可拨" in listed

    def test_it_says_that_the_round_ends_first(self, city_round):
        one = city_round.checks[0]
        assert "已拨不满规定次数" not in self.said(city_round, one, on(27, "09:00"))[0]
        assert (
            "若仍未接通，截止前已拨不满规定次数" in self.said(city_round, one, on(30, "09:00"))[0]
        )
        page, home, listed = self.said(city_round, one, on(30, "18:00"))
        assert "本轮11月30日截止，按复拨规则已来不及再拨，请告知管理员。" in page
        assert "下一次可拨 已过截止" in page
        assert "已过截止 5" in home
        assert "已过截止 5" in listed
        later = self.said(city_round, one, on(1, "09:00", month=12))[0]
        assert "本轮已于11月30日截止，不能再拨，请告知管理员。" in later

    def test_a_dial_before_its_time_is_said_to_be_lost(self, city_round):
        one = city_round.checks[0]
        city_round.log(one, dial(on(9, "14:00"), outcome=21))
        lost = "现在拨而未接通不算规定的次数，却占用一次"
        assert (
            f"11月9日 14:30 起才计入复拨规则：{lost}"
            in self.said(city_round, one, on(9, "14:10"))[0]
        )
        assert lost not in self.said(city_round, one, on(9, "14:30"))[0]

    def test_what_the_registry_says_by_now(self, city_round):
        one, other = city_round.checks[:2]
        with city_round.database.write() as session:
            session.get_one(Check, one).line.status = "suspended"
            session.get_one(Check, other).line.duty_hours = "每天 08:00-20:00"
        page, home, listed = self.said(city_round, one, on(10, "10:00"))
        for said in (page, listed):
            assert "线路已停用" in said
        assert "请勿再拨，由管理员决定。" in page
        assert "线路已不在用 1" in home
        assert "值班时间已变更为 每天 08:00-20:00" in listed
        assert "请告知管理员" in self.said(city_round, other, on(10, "10:00"))[0]

    def test_off_duty_the_form_asks_for_the_outcome_that_blames_nobody(self, city_round):
        one = city_round.checks[0]
        asks = "请选“92 测试中止/超出值班时间”"
        assert asks in self.said(city_round, one, on(9, "12:20"))[0]
        assert asks not in self.said(city_round, one, on(9, "10:00"))[0]
