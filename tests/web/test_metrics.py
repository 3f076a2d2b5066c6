"""What monitoring reads, and who may; what /health says when something is missing."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from sqlalchemy import text

from hotline.models.jobs import JobPlan, JobRun, Runner
from tests.delivery.told import told
from tests.web.calling import NOW


def figures(answer) -> dict[str, dict[tuple[str, ...], float]]:
    """By the samples' names: value by the values of the labels, in the order of their names."""
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in parse(answer.text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def add(city_round, *rows) -> None:
    with city_round.database.write() as session:
        session.add_all(rows)


def a_scheduler(**more) -> Runner:
    return Runner(**{"token": "t", "name": "here:1", "started_at": NOW, "heartbeat_at": NOW} | more)


def a_run(period: str, state: str, began=NOW, **more) -> JobRun:
    fixed = {"job": "deliver", "token": "t", "runner": "here:1", "lease_until": NOW}
    return JobRun(period=period, state=state, started_at=began, **fixed, **more)


class TestFigures:
    def test_requests_are_counted_by_what_was_answered(self, city_round):
        browser = city_round.browser(city_round.admin)
        for address in ("/rounds", "/rounds", "/nowhere/1", "/nowhere/2"):
            browser.get(address)
        browser.client.open("/rounds", method="BREW")
        found = figures(browser.get("/metrics"))
        assert found["hotline_requests_total"] == {
            ("rounds.index", "GET", "200"): 2,
            ("none", "GET", "404"): 2,
            ("none", "other", "405"): 1,
        }
        assert found["hotline_request_seconds_count"][("rounds.index",)] == 2
        assert 0 < found["hotline_request_seconds_sum"][("rounds.index",)] < 60

    def test_no_connection_is_left_in_use(self, city_round):
        browser = city_round.browser(city_round.admin)
        browser.get("/rounds")
        assert figures(browser.get("/metrics"))["hotline_database_connections"][()] == 0

    def test_jobs_queues_and_the_scheduler_come_from_the_database(self, city_round):
        browser = city_round.browser(None)
        before = figures(browser.get("/metrics"))
        assert before["hotline_scheduler_alive"][()] == 0
        assert before["hotline_mails"][("paper", "queued")] == 0
        assert before["hotline_mails"][("message", "left")] == 0
        assert "hotline_job_periods" not in before
        ended = NOW + timedelta(seconds=3)
        add(
            city_round,
            a_scheduler(),
            JobPlan(job="deliver", next_at=NOW + timedelta(minutes=1)),
            JobPlan(job="new", next_at=NOW),
            a_run("1", "done", NOW - timedelta(days=1), finished_at=NOW),
            a_run("2", "done", finished_at=ended),
            a_run("3", "failed", finished_at=ended + timedelta(seconds=9), retry_at=NOW),
            a_run("4", "failed", attempts=0, retry_at=NOW),
            a_run("5", "failed"),
            a_run("6", "running"),
        )
        with city_round.database.write() as session:
            for n, state in enumerate(("failed", "failed", "unknown", "left")):
                told(session, f"p{n}", state)
        after = figures(browser.get("/metrics"))
        assert after["hotline_scheduler_alive"][()] == 1
        states = ("failed", "unknown", "left", "sent")
        assert [after["hotline_mails"][("message", s)] for s in states] == [2, 1, 1, 0]
        assert after["hotline_mails"][("paper", "failed")] == 0
        assert after["hotline_job_periods"][("deliver", "done")] == 2
        for state in ("failed", "asked", "passed_over", "interrupted"):
            assert after["hotline_job_periods"][("deliver", state)] == 1
        assert after["hotline_job_periods"][("new", "failed")] == 0
        assert after["hotline_job_done_timestamp_seconds"] == {("deliver",): ended.timestamp()}
        assert after["hotline_job_duration_seconds"] == {("deliver",): 3}
        assert after["hotline_job_next_timestamp_seconds"][("new",)] == NOW.timestamp()


class TestWhoMayRead:
    TOKEN = "a token of monitoring"

    def ask(self, city_round, address: str, **headers: str) -> int:
        client = city_round.browser(None).client
        where = {"REMOTE_ADDR": address}
        return client.get("/metrics", environ_base=where, headers=headers).status_code

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
    def test_this_machine(self, city_round, address):
        assert self.ask(city_round, address) == 200

    @pytest.mark.parametrize("address", ["192.0.2.7", "", "unix:"])
    def test_nobody_else(self, city_round, address, monkeypatch):
        monkeypatch.delenv("HOTLINE_METRICS_TOKEN", raising=False)
        assert self.ask(city_round, address) == 403
        assert self.ask(city_round, address, Authorization="Bearer ") == 403

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_nobody_through_a_proxy_on_this_machine(self, city_round, header):
        assert self.ask(city_round, "127.0.0.1", **{header: "127.0.0.1"}) == 403

    def test_whoever_has_the_token(self, city_round, monkeypatch):
        monkeypatch.setenv("HOTLINE_METRICS_TOKEN", self.TOKEN)
        assert self.ask(city_round, "192.0.2.7", Authorization=f"Bearer {self.TOKEN}") == 200
        for said in (f"Bearer {self.TOKEN}x", f"Basic {self.TOKEN}", "Bearer 令牌", "Bearer"):
            assert self.ask(city_round, "192.0.2.7", Authorization=said) == 403


class TestHealth:
    def test_it_names_version_database_and_scheduler(self, city_round):
        browser = city_round.browser(None)
        answer = browser.get("/health")
        assert (answer.status_code, answer.json) == (
            200,
            {
                "status": "ok",
                "version": version("hotline"),
                "database": "ok",
                "scheduler": "missing",
            },
        )
        add(city_round, a_scheduler())
        assert browser.get("/health").json["scheduler"] == "alive"

    def test_a_scheduler_that_stopped_or_fell_silent_is_missing(self, city_round):
        add(
            city_round,
            a_scheduler(stopped_at=NOW),
            a_scheduler(token="s", heartbeat_at=NOW - timedelta(minutes=2)),
        )
        assert city_round.browser(None).get("/health").json["scheduler"] == "missing"

    def test_a_database_that_fails_is_503_and_nothing_of_it_is_told(self, city_round):
        with city_round.database.write() as session:
            session.execute(text("DROP TABLE runners"))
        answer = city_round.browser(None).get("/health")
        assert answer.status_code == 503
        assert answer.json == {
            "status": "failing",
            "version": version("hotline"),
            "database": "failing",
            "scheduler": "unknown",
        }
