"""A day's list and a report over a real mail server."""

from __future__ import annotations

from hotline.chasing import bulletins, digests
from hotline.delivery import messages
from hotline.mail import Mailer
from tests.chasing.late import a_late_repair
from tests.delivery.conftest import office, postbox, server  # noqa: F401 (fixtures)
from tests.inspection.spot_checks import on


def test_the_list_and_the_report_arrive_once(sqlite_database, office, postbox):  # noqa: F811
    with sqlite_database.write() as session:
        repair = a_late_repair(session, office)
    digests.chase(sqlite_database, "2026-11-23", settings=office, now=on(23, "09:00"))
    bulletins.draw_all(sqlite_database, "2026-W47", settings=office, now=on(23, "09:00"))
    run = messages.send(sqlite_database, Mailer(office.mail), settings=office, now=on(23, "09:01"))
    assert run.count("sent") == len(run.told) == len(postbox.envelopes)
    again = messages.send(
        sqlite_database, Mailer(office.mail), settings=office, now=on(23, "09:02")
    )
    assert again.told == []
    letter = postbox.letter("unit@example.cn")
    assert letter["Subject"].startswith("监督电话抽查待办（11月23日）：逾期 1 项")
    assert f"/rectifications/{repair.id}" in letter.get_content()
    reports = [
        part
        for envelope in postbox.envelopes
        if envelope[0] == "admin@example.cn"
        for part in postbox.parsed(envelope).iter_attachments()
    ]
    assert [part.get_filename() for part in reports] == ["2026-W47-石家庄市-周报.pdf"]
    assert reports[0].get_content().startswith(b"%PDF")
