"""Deliverers that are killed: no e-mail is lost, none goes out twice, what is unsure is shown."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta

from hotline.delivery import deliveries, delivery_panels
from hotline.mail import Mailer
from hotline.models.papers import Delivery
from tests.conftest import ROOT
from tests.delivery import killed
from tests.delivery.papers import KEY, queue_letters
from tests.factories import NOW, OPERATOR

LETTERS = 110


def test_deliverers_killed_sixty_five_times(database, office, postbox):
    with database.write() as session:
        queue_letters(session, office, LETTERS)
    url = database.engine.url.render_as_string(hide_password=False)
    config, port = ROOT / "config.yaml", office.mail.port
    command = [sys.executable, "-m", "tests.delivery.killed", url, str(config), str(port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr

    later = NOW + timedelta(minutes=office.deliveries.lease_minutes)
    run = deliveries.deliver(database, Mailer(office.mail), key=KEY, settings=office, now=later)
    assert run.unreachable is None
    received = Counter(postbox.recipients)
    assert max(received.values()) == 1
    with database.read() as session:
        found = session.query(Delivery).all()
        states = Counter(one.state for one in found)
        assert len(found) == LETTERS
        assert set(states) == {"sent", "unknown"}
        assert states["unknown"] >= killed.BETWEEN_CLAIM_AND_SEND + killed.AFTER_SEND
        assert {one.recipient for one in found if one.state == "sent"} <= set(received)
        assert all(one.state == "unknown" for one in found if one.recipient not in received)
        lost = [one for one in found if one.state == "unknown"]
        assert sum(one.recipient in received for one in lost) >= killed.AFTER_SEND
        for one in lost:
            panel = delivery_panels.delivery_panel(
                session, OPERATOR, one.notice, key=KEY, settings=office, now=later
            )
            assert [each.decisions for each in panel.mailed] == [("sent", "again", "failed")]
    again = deliveries.deliver(
        database, Mailer(office.mail), key=KEY, settings=office, now=later + timedelta(days=30)
    )
    assert again.told == []
