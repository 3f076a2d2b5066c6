"""A mail server that is slow without end: every exchange ends, and is told for what it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import select

from hotline.delivery import deliveries, messages
from hotline.mail import Letter, Mailer, Unreachable
from hotline.models.messages import Message
from hotline.models.papers import Delivery
from hotline.settings import Mail
from tests.delivery.papers import KEY, queue_letters, states, with_server
from tests.delivery.slow_servers import slow_server
from tests.delivery.told import NOW as IN_HOURS
from tests.delivery.told import people, told
from tests.factories import NOW

LETTER = Letter(
    message_id="<1@example.cn>",
    recipient="one@example.cn",
    subject="通知",
    text="见附件。\n",
    written_at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
)


def mailer(port: int, **more: object) -> Mailer:
    usual = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 1}
    return Mailer(Mail.model_validate(usual | more))


def hasty(settings, port: int):
    office = with_server(settings, port)
    return office.model_copy(
        update={"mail": Mail.model_validate(office.mail.model_dump() | {"timeout_s": 1})}
    )


@pytest.mark.parametrize(
    ("way", "security"), [("lines", "none"), ("bytes", "starttls"), ("silent", "ssl")]
)
def test_a_greeting_without_end_is_no_server(way, security):
    began = monotonic()
    with slow_server("greeting", way) as slow:
        sender = mailer(slow.port, security=security)
        with pytest.raises(Unreachable, match=r"TooSlow|timed out"):
            sender.open()
    assert monotonic() - began < 3


def test_before_a_letter_is_handed_over_nothing_was_sent():
    with slow_server("sender") as slow:
        sender = mailer(slow.port)
        sender.open()
        began = monotonic()
        outcome = sender.send(LETTER)
        assert (outcome.result, outcome.broken) == ("later", True)
        assert "TooSlow" in outcome.said or "timed out" in outcome.said
    # It takes no leave for long either.
    assert monotonic() - began < 5
    assert slow.letters == 0


@pytest.mark.parametrize("way", ["lines", "bytes", "silent"])
def test_once_it_is_handed_over_its_fate_is_unknown(way):
    with slow_server("letter", way) as slow:
        sender = mailer(slow.port)
        sender.open()
        began = monotonic()
        outcome = sender.send(LETTER)
        assert (outcome.result, outcome.broken) == ("unknown", True)
        assert monotonic() - began < 6
    assert slow.letters == 1


def test_a_run_ends_with_the_first_letter_of_unknown_fate(database, settings):
    with database.write() as session:
        queue_letters(session, settings, 3)
    with slow_server("letter", "silent") as slow:
        office = hasty(settings, slow.port)
        run = deliveries.deliver(database, Mailer(office.mail), key=KEY, settings=office, now=NOW)
    assert [one.state for one in run.told] == ["unknown"]
    assert run.unanswered == run.told[0].said
    assert run.unreachable is None
    assert (slow.connections, slow.letters) == (1, 1)
    with database.read() as session:
        assert sorted(states(session).values()) == ["queued", "queued", "unknown"]


def test_a_server_that_takes_no_letter_costs_none_of_them_an_attempt(database, settings):
    with database.write() as session:
        queue_letters(session, settings, 2)
    with slow_server("sender") as slow:
        office = hasty(settings, slow.port)
        run = deliveries.deliver(database, Mailer(office.mail), key=KEY, settings=office, now=NOW)
    assert [one.state for one in run.told] == ["queued"]
    assert run.unreachable == run.told[0].said
    assert run.unanswered is None
    with database.read() as session:
        first, second = session.scalars(select(Delivery).order_by(Delivery.id))
        assert [(one.state, one.attempts) for one in (first, second)] == [("queued", 0)] * 2
        # The other one has its turn first.
        assert first.not_before >= NOW + timedelta(minutes=10)
        assert second.not_before is None


def test_papers_wait_for_the_next_run_once_the_process_is_to_stop(database, office, postbox):
    with database.write() as session:
        queue_letters(session, office, 3)

    def run(enough: int):
        return deliveries.deliver(
            database,
            Mailer(office.mail),
            key=KEY,
            settings=office,
            now=NOW,
            stopping=lambda: len(postbox.envelopes) >= enough,
        )

    first = run(1)
    assert ([one.state for one in first.told], first.unreachable) == (["sent"], None)
    assert run(1).told == []
    assert len(run(9).told) == 2


def test_so_do_messages(database, office, postbox):
    with database.write() as session:
        people(session)
        for who in ("city", "province"):
            told(session, who, "queued")
    run = messages.send(
        database,
        Mailer(office.mail),
        settings=office,
        now=IN_HOURS,
        stopping=lambda: len(postbox.envelopes) >= 1,
    )
    assert [one.state for one in run.told] == ["sent"]
    with database.read() as session:
        assert sorted(session.scalars(select(Message.state))) == ["queued", "sent"]


def test_an_answer_that_comes_at_the_last_moment_counts():
    with slow_server("nothing") as slow:
        sender = mailer(slow.port)
        sender.open()
        server = sender._server
        server.putcmd("NOOP")
        # The answer is here, and nobody has looked at it yet.
        server.file.peek()
        server.ends_at = monotonic()
        assert server.getreply()[0] == 250
        sender.close()
