"""The page of the scheduler's jobs, and the alarm where no scheduler lives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline import audit
from hotline.models.jobs import JobPlan, JobRun, Runner
from tests.web.browsing import text_of
from tests.web.calling import NOW

ALARM = {"zh": "没有调度程序在运行", "en": "No scheduler is running"}


def add(city_round, *rows) -> None:
    with city_round.database.write() as session:
        session.add_all(rows)


def a_scheduler(**more) -> Runner:
    return Runner(**{"token": "t", "name": "here:1", "started_at": NOW, "heartbeat_at": NOW} | more)


def a_run(job: str, period: str, state: str, **more) -> JobRun:
    usual = {"token": "t", "runner": "here:1", "lease_until": NOW, "started_at": NOW}
    return JobRun(**usual | {"job": job, "period": period, "state": state} | more)


def the_run(city_round, period: str) -> JobRun:
    with city_round.database.read() as session:
        return session.query(JobRun).filter_by(period=period).one()


@pytest.fixture
def busy(city_round):
    """A living scheduler with one job that goes on always and one that failed."""
    add(
        city_round,
        a_scheduler(),
        JobPlan(job="deliver", next_at=NOW + timedelta(minutes=1)),
        JobPlan(job="tidy", next_at=NOW + timedelta(days=1)),
        a_run("deliver", "always", "done", finished_at=NOW + timedelta(seconds=4)),
        a_run("tidy", "2026-11-08", "done", finished_at=NOW, started_at=NOW - timedelta(days=2)),
        a_run(
            "tidy",
            "2026-11-09",
            "failed",
            finished_at=NOW,
            attempts=2,
            error="OSError: <disk> full",
            retry_at=NOW + timedelta(minutes=5),
        ),
        a_run("tidy", "2026-11-10", "running", lease_until=NOW + timedelta(minutes=5)),
    )
    return city_round


def test_what_a_run_came_to_is_said_in_words(busy):
    result = {
        "unknown_codes": ["130102", "999999"],
        "opened": ["C-130100-2026-11"],
        "without_inspectors": ["C-130100-2026-11"],
    }
    add(
        busy,
        JobPlan(job="open-city-rounds", next_at=NOW),
        a_run("open-city-rounds", "2026-11", "done", finished_at=NOW, result=result),
    )
    said = text_of(busy.browser(busy.province).get("/jobs"))
    assert "rounds.city 中不是汇总分组的代码：130102、999999；开始：C-130100-2026-11；" in said
    assert "没有检查员：C-130100-2026-11" in said
    assert "OSError: <disk> full" in said


class TestAlarm:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_administrators_are_told_on_the_first_page(self, city_round, language):
        for actor in (city_round.admin, city_round.province):
            page = city_round.browser(actor, language=language).get("/")
            assert ALARM[language] in text_of(page)
            assert '<p class="alarm" role="alert">' in page.text
        assert ALARM[language] not in text_of(
            city_round.browser(city_round.inspector, language=language).get("/")
        )

    def test_a_living_scheduler_is_not_spoken_of(self, city_round):
        add(city_round, a_scheduler())
        for address in ("/", "/jobs"):
            page = city_round.browser(city_round.province).get(address)
            assert ALARM["zh"] not in text_of(page)

    @pytest.mark.parametrize(
        "gone", [{"stopped_at": NOW}, {"heartbeat_at": NOW - timedelta(minutes=2)}]
    )
    def test_one_that_stopped_or_fell_silent_is_none(self, city_round, gone):
        add(city_round, a_scheduler(**gone))
        for address in ("/", "/jobs"):
            page = city_round.browser(city_round.province).get(address)
            assert ALARM["zh"] in text_of(page)


class TestPage:
    def test_without_a_scheduler_so_far_it_says_how_to_start_one(self, city_round):
        said = text_of(city_round.browser(city_round.province).get("/jobs"))
        assert "用 hotline serve 启动" in said

    def test_each_job_has_its_last_and_next_run_and_what_failed(self, busy):
        said = text_of(busy.browser(busy.province).get("/jobs"))
        assert (
            "发送文书和提醒邮件 11月10日 10:00 已完成 4 秒 11月10日 10:01 2026-11-10 10:00:00 0"
            in said
        )
        assert (
            "清理到期记录 11月10日 10:00 正在运行 租约至 2026-11-10 10:05:00 — "
            "11月10日 10:05 重试 11月11日 10:00 2026-11-10 10:00:00 1" in said
        )
        assert "here:1" in said

    def test_a_failure_is_shown_with_its_words_and_its_next_attempt(self, busy):
        page = busy.browser(busy.province).get("/jobs")
        assert "OSError: &lt;disk&gt; full" in page.text
        assert "失败 11月10日 10:05 重试" in text_of(page)

    def test_what_failed_comes_first_and_is_announced_to_the_province(self, busy):
        page = busy.browser(busy.province).get("/jobs")
        said = text_of(page)
        assert said.index("清理到期记录") < said.index("发送文书和提醒邮件")
        assert said.index("清理到期记录 2026-11-09") < said.index("清理到期记录 2026-11-10")
        home = busy.browser(busy.province).get("/")
        assert "定时任务失败，到期的事没有办成：清理到期记录" in text_of(home)
        assert 'href="/jobs">看原因' in home.text
        assert "定时任务失败" not in text_of(busy.browser(busy.admin).get("/"))
        busy.browser(busy.province).post(f"/jobs/{the_run(busy, '2026-11-09').id}/again")
        assert "定时任务失败" not in text_of(busy.browser(busy.province).get("/"))

    def test_a_run_that_a_person_asked_for_is_no_failure(self, busy):
        browser = busy.browser(busy.province)
        run = the_run(busy, "2026-11-08")
        browser.post(f"/jobs/{run.id}/again")
        page = browser.get("/jobs")
        assert "清理到期记录 2026-11-08 2026-11-08 10:00:00 待重跑" in text_of(page)
        assert f"/jobs/{run.id}/again" not in page.text
        assert "每分钟查看一次" in text_of(page)
        metrics = browser.get("/metrics").text
        assert 'hotline_job_periods{job="tidy",state="failed"} 1.0' in metrics
        assert 'hotline_job_periods{job="tidy",state="asked"} 1.0' in metrics

    def test_without_a_scheduler_it_does_not_promise_when(self, busy):
        add(busy)
        with busy.database.write() as session:
            session.query(Runner).update({"stopped_at": NOW})
        browser = busy.browser(busy.province)
        browser.post(f"/jobs/{the_run(busy, '2026-11-08').id}/again")
        assert "现在没有调度程序在运行，启动后才会做" in text_of(browser.get("/jobs"))

    def test_a_run_whose_process_is_gone_says_so_and_can_be_run_again(self, busy):
        add(busy, a_run("chase", "2026-11-10c", "running"), JobPlan(job="chase", next_at=NOW))
        page = busy.browser(busy.province).get("/jobs")
        assert "已中断，等待接管 租约至 2026-11-10 10:00:00" in text_of(page)
        run = the_run(busy, "2026-11-10c")
        assert f"/jobs/{run.id}/again" in page.text
        assert busy.browser(busy.province).post(f"/jobs/{run.id}/again").status_code == 303
        assert the_run(busy, "2026-11-10c").state == "failed"

    def test_a_mail_server_that_cannot_be_reached_is_told(self, busy):
        with busy.database.write() as session:
            run = session.query(JobRun).filter_by(period="always").one()
            run.result = {"unreachable": "ConnectionRefusedError: <x>"}
        page = busy.browser(busy.province).get("/jobs")
        assert "邮件服务器连不上" in text_of(page)
        assert "ConnectionRefusedError: &lt;x&gt;" in page.text

    def test_a_mail_server_that_takes_letters_without_an_answer_is_told(self, busy):
        with busy.database.write() as session:
            run = session.query(JobRun).filter_by(period="always").one()
            run.result = {"sent": 3, "unknown": 1, "unanswered": "TooSlow: <x>"}
        page = busy.browser(busy.province).get("/jobs")
        assert "邮件服务器收了信没有答复，其余邮件都在队列里，会自动再试：TooSlow: <x>" in text_of(
            page
        )
        assert "发送结果不明 1" in text_of(page)
        assert "连不上" not in text_of(page)

    def test_the_first_page_says_so_to_the_province(self, busy):
        with busy.database.write() as session:
            run = session.query(JobRun).filter_by(period="always").one()
            run.result = {"unreachable": "ConnectionRefusedError: <x>"}
        for actor, told in ((busy.province, True), (busy.admin, False), (busy.inspector, False)):
            page = text_of(busy.browser(actor).get("/"))
            assert ("邮件服务器连不上" in page) is told
        with busy.database.write() as session:
            session.query(JobRun).filter_by(period="always").one().result = {"sent": 1}
        assert "邮件服务器连不上" not in text_of(busy.browser(busy.province).get("/"))

    def test_what_a_run_came_to_stays_when_it_is_done_once_more(self, busy):
        add(
            busy,
            JobPlan(job="open-city-rounds", next_at=NOW),
            a_run(
                "open-city-rounds",
                "2026-11",
                "done",
                finished_at=NOW,
                result={"opened": ["C-130100-2026-11"]},
            ),
        )
        browser = busy.browser(busy.province)
        browser.post(f"/jobs/{the_run(busy, '2026-11').id}/again")
        before = "重做前（11月10日 10:00）：开始：C-130100-2026-11"
        assert before in text_of(browser.get("/jobs"))

    def test_what_is_left_to_people_has_no_next_time(self, busy, monkeypatch):
        add(busy, JobPlan(job="open-city-rounds", next_at=None))
        browser = busy.browser(busy.province)
        assert "不自动进行" not in text_of(browser.get("/jobs"))
        settings, database = busy.app.extensions["hotline"]
        rounds = settings.rounds.model_copy(update={"automatic": False})
        by_hand = settings.model_copy(update={"rounds": rounds})
        monkeypatch.setitem(busy.app.extensions, "hotline", (by_hand, database))
        said = text_of(browser.get("/jobs"))
        assert "不自动进行（config.yaml 的 rounds.automatic 为 false）" in said
        assert 'next_timestamp_seconds{job="open-city-rounds"}' not in browser.get("/metrics").text

    def test_only_what_ended_can_be_run_again(self, busy):
        page = busy.browser(busy.province).get("/jobs").text
        for period, offered in (("2026-11-08", True), ("2026-11-09", True), ("2026-11-10", False)):
            assert (f"/jobs/{the_run(busy, period).id}/again" in page) is offered
        assert f"/jobs/{the_run(busy, 'always').id}/again" not in page

    def test_running_again_is_left_to_the_scheduler_and_kept_in_the_journal(self, busy):
        run = the_run(busy, "2026-11-08")
        answer = busy.browser(busy.province).post(f"/jobs/{run.id}/again")
        assert (answer.status_code, answer.location) == (303, "/jobs")
        again = the_run(busy, "2026-11-08")
        assert (again.state, again.retry_at, again.attempts) == ("failed", NOW, 0)
        with busy.database.read() as session:
            assert audit.verify(session)[1] == []

    def test_the_journal_has_words_for_it(self, busy):
        busy.browser(busy.province).post(f"/jobs/{the_run(busy, '2026-11-08').id}/again")
        said = text_of(busy.browser(busy.province).get("/journal"))
        assert "重做任务" in said
        assert "定时任务" in said
