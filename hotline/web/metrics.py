"""Figures for monitoring, in the form that Prometheus reads: GET /metrics.

Each worker process counts its own requests; where PROMETHEUS_MULTIPROC_DIR names a folder, as
`hotline serve` sees to, any of them answers for all.
"""

import hmac
import os
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import event

from hotline import clock
from hotline.errors import Forbidden, T
from hotline.operations import vitals
from hotline.settings import metrics_token
from hotline.web.current import current_database

room = Blueprint("metrics", __name__)
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def start(app: Flask) -> None:
    """Count this application's requests and its connections to the database."""
    # It settles at its import whether processes share their counts: not before the fork.
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    own = CollectorRegistry()
    requests = Counter(
        "hotline_requests",
        "Requests answered.",
        ["endpoint", "method", "status"],
        registry=own,
    )
    seconds = Histogram(
        "hotline_request_seconds",
        "From the request to the answer's head.",
        ["endpoint"],
        buckets=_BUCKETS,
        registry=own,
    )
    connections = Gauge(
        "hotline_database_connections",
        "Connections to the database in use by web processes.",
        registry=own,
        multiprocess_mode="livesum",
    )
    app.extensions["hotline.metrics"] = own

    @app.after_request
    def count(answer: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        requests.labels(endpoint, method, answer.status_code).inc()
        if began := g.get("began"):
            seconds.labels(endpoint).observe(time.perf_counter() - began)
        return answer

    pool = app.extensions["hotline"][1].engine.pool
    event.listen(pool, "checkout", lambda *_: connections.inc())
    event.listen(pool, "checkin", lambda *_: connections.dec())


def forget(pid: int) -> None:
    """A worker process is gone: its open connections count no more."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)


@room.get("/metrics")
def show() -> ResponseReturnValue:
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST
    from prometheus_client.multiprocess import MultiProcessCollector

    if not _may_read():
        raise Forbidden(T("运行指标只供本机和持有令牌的监控程序读取。"))
    with current_database().read() as session:
        found = vitals.take(session, now=clock.now())
    shared = current_app.extensions["hotline.metrics"]
    if FOLDER in os.environ:
        shared = CollectorRegistry()
        MultiProcessCollector(shared)
    stored = CollectorRegistry()
    stored.register(_Stored(found))
    text = generate_latest(shared) + generate_latest(stored)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    token = metrics_token()
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    # Behind a proxy on this machine everyone seems to come from here; a proxy says so.
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Stored:
    """What the database knows, of all processes on all machines."""

    def __init__(self, found: vitals.Vitals):
        self._found = found

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        def gauge(name: str, what: str, *labels: str) -> GaugeMetricFamily:
            return GaugeMetricFamily(f"hotline_{name}", what, labels=labels)

        alive = gauge("scheduler_alive", "1 while any scheduler shows that it lives.")
        alive.add_metric((), float(self._found.scheduler_alive))
        yield alive
        periods = gauge("job_periods", "Periods of a job by state.", "job", "state")
        done = gauge("job_done_timestamp_seconds", "When a job last succeeded.", "job")
        took = gauge("job_duration_seconds", "How long its last success took.", "job")
        following = gauge("job_next_timestamp_seconds", "When a job is next due.", "job")
        for name, job in self._found.jobs.items():
            for state, n in job.periods.items():
                periods.add_metric((name, state), n)
            if job.done_at is not None and job.took_s is not None:
                done.add_metric((name,), job.done_at.timestamp())
                took.add_metric((name,), job.took_s)
            if job.next_at is not None:
                following.add_metric((name,), job.next_at.timestamp())
        yield from (periods, done, took, following)
        mails = gauge("mails", "E-mails by what they carry and by state.", "kind", "state")
        for kind, states in self._found.queues.items():
            for state, n in states.items():
                mails.add_metric((kind, state), n)
        yield mails
