"""What the job that sends e-mails tells of a server that it cannot reach."""

from __future__ import annotations

import socket

from sqlalchemy import select

from hotline.models.jobs import JobRun
from hotline.models.messages import Message
from scheduler.jobs import JOBS
from scheduler.runner import Office, run_due
from tests.delivery.papers import with_server
from tests.delivery.told import NOW, people, told

DELIVER = next(job for job in JOBS if job.name == "deliver")


def ran(database, settings) -> JobRun:
    run_due(Office(database, settings, secret_key="k" * 40, now=lambda: NOW), DELIVER)
    with database.read() as session:
        return session.scalars(select(JobRun).where(JobRun.job == "deliver")).one()


def test_it_says_why_the_server_cannot_be_reached_until_it_can(sqlite_database, settings):
    with sqlite_database.write() as session:
        people(session)
        id_ = told(session, "city", "queued")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        run = ran(sqlite_database, with_server(settings, held.getsockname()[1]))
    assert run.state == "done"
    assert run.result == {"unreachable": "ConnectionRefusedError: [Errno 111] Connection refused"}
    with sqlite_database.read() as session:
        message = session.get_one(Message, id_)
        assert (message.state, message.attempts) == ("queued", 0)
    # Without a server there is nothing to reach.
    assert ran(sqlite_database, settings).result == {}
