"""E-mails of issued papers: who gets one, how often it is tried, what is never sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes

import pytest

from hotline import audit
from hotline.db import Database
from hotline.delivery import deliveries, delivery_panels, links
from hotline.errors import Conflict, Forbidden, NotFound
from hotline.mail import Mailer, Outcome
from hotline.models.inspection import Check
from hotline.models.papers import Delivery, Finding, Notice, NoticeFinding, NoticeLink
from hotline.models.registry import Unit
from hotline.settings import Mail
from tests.delivery.papers import KEY, PDF, a_town, issued, queue_letters, states
from tests.factories import NOW, OPERATOR, actor_for, make_line, make_unit
from tests.inspection.spot_checks import a_round

SENT = Outcome("sent")


def send(database, office, now=NOW, **more):
    return deliveries.deliver(
        database, Mailer(office.mail), key=KEY, settings=office, now=now, **more
    )


def queue_to(database, office, *emails: str) -> None:
    """One 整改通知书 to a unit of each address."""
    with database.write() as session:
        found = a_town(session, office)
        for n, email in enumerate(emails):
            unit = make_unit(session, "130102", f"单位{n}")
            unit.email = email
            notice = issued(session, found, unit)
            deliveries.queue_for(session, notice, settings=office, now=NOW)


def decide(database, office, delivery_id, decision, now=NOW, actor=OPERATOR) -> None:
    with database.write() as session:
        delivery_panels.decide(session, actor, delivery_id, decision, settings=office, now=now)


def panel_of(session, office, notice) -> delivery_panels.Panel:
    notice = session.get_one(Notice, notice.id)
    return delivery_panels.delivery_panel(
        session, OPERATOR, notice, key=KEY, settings=office, now=NOW
    )


def name_in(session, notice, found, line) -> None:
    """Let the paper name the line's check as a finding."""
    check = session.query(Check).filter_by(round_id=found.id, line_id=line.id).one()
    finding = Finding(
        round_id=found.id, check_id=check.id, klass="SLOW", evidence=[], created_at=NOW
    )
    session.add(finding)
    session.flush()
    session.add(NoticeFinding(notice_id=notice.id, finding_id=finding.id))
    session.flush()


def message_id(content: bytes) -> str:
    return message_from_bytes(content)["Message-ID"]


def about(moment, *, minutes: int) -> bool:
    """So many minutes after NOW; the clock goes on while letters are sent."""
    return timedelta(minutes=minutes) <= moment - NOW < timedelta(minutes=minutes + 1)


def state_of(database, recipient: str) -> Delivery:
    with database.read() as session:
        return session.query(Delivery).filter_by(recipient=recipient).one()


def test_what_is_queued_is_sent_with_its_paper(database, office, postbox):
    queue_to(database, office, "one@example.cn", "two@example.cn", "three@example.cn")
    run = send(database, office)
    assert [told.state for told in run.told] == ["sent"] * 3
    assert run.unreachable is None
    assert sorted(postbox.recipients) == ["one@example.cn", "three@example.cn", "two@example.cn"]
    letter = postbox.letter("one@example.cn")
    kept = state_of(database, "one@example.cn")
    assert letter["Message-ID"] == kept.message_id
    assert letter["To"] == "one@example.cn"
    assert letter["From"] == "省水利厅 <papers@example.cn>"
    assert kept.state == "sent"
    assert about(kept.sent_at, minutes=0)
    assert "关于限期整改饮水安全监督电话问题的通知" in letter["Subject"]
    [paper] = letter.iter_attachments()
    assert paper.get_content() == PDF
    assert "整改通知书" in paper.get_filename()
    assert paper.get_filename().endswith(".pdf")
    text = letter.get_body().get_content()
    assert "单位0：" in text
    assert "https://hotline.example.cn/n/" in text
    assert send(database, office).told == []


def test_the_link_in_the_letter_opens_that_paper_for_that_unit(database, office, postbox):
    queue_to(database, office, "one@example.cn")
    send(database, office)
    text = postbox.letter("one@example.cn").get_body().get_content()
    [address] = [line for line in text.splitlines() if line.startswith("https://")]
    with database.read() as session:
        visit = links.visitor(session, address.rpartition("/")[2], key=KEY, now=NOW)
        assert visit.unit.email == "one@example.cn"
        assert visit.notice.id == session.query(Delivery).one().notice_id


def test_a_refused_letter_has_failed_and_the_others_go_out(database, office, postbox):
    queue_to(database, office, "refused@example.cn", "unread@example.cn", "one@example.cn")
    run = send(database, office)
    assert [told.state for told in run.told] == ["failed", "failed", "sent"]
    assert "550 no such mailbox" in state_of(database, "refused@example.cn").error
    assert postbox.recipients == ["one@example.cn"]


@pytest.mark.parametrize("who", ["later@example.cn", "full@example.cn"])
def test_a_letter_put_off_is_tried_again_later_and_not_for_ever(database, office, who):
    queue_to(database, office, who)
    assert [told.state for told in send(database, office).told] == ["queued"]
    kept = state_of(database, who)
    assert about(kept.not_before, minutes=10)
    assert kept.claim is None
    assert send(database, office).told == []
    assert send(database, office, NOW + timedelta(minutes=11)).told[0].state == "queued"
    assert about(state_of(database, who).not_before, minutes=31)
    assert send(database, office, NOW + timedelta(minutes=32)).told[0].state == "failed"
    assert send(database, office, NOW + timedelta(days=9)).told == []


def test_a_line_that_breaks_after_the_letter_leaves_it_unknown_and_unsent(
    database, office, postbox
):
    queue_to(database, office, "dropped@example.cn", "one@example.cn")
    run = send(database, office)
    # The next one might fare the same.
    assert [told.state for told in run.told] == ["unknown"]
    assert "SMTPServerDisconnected" in run.unanswered
    assert run.unreachable is None
    assert [told.state for told in send(database, office).told] == ["sent"]
    assert send(database, office, NOW + timedelta(days=9)).told == []
    assert postbox.recipients == ["dropped@example.cn", "one@example.cn"]


def test_without_a_server_nothing_is_claimed(database, office, server, settings):
    queue_to(database, office, "one@example.cn")
    server.stop()
    run = send(database, office)
    assert run.unreachable
    assert run.told == []
    assert send(database, settings).unreachable == "mail.host"
    kept = state_of(database, "one@example.cn")
    assert (kept.state, kept.attempts) == ("queued", 0)


def test_a_claim_past_its_lease_is_unknown_and_waits_for_a_person(database, office, postbox):
    queue_to(database, office, "one@example.cn")
    with database.write() as session:
        taken = deliveries.claim(session, key=KEY, settings=office, now=NOW)
    assert send(database, office, NOW + timedelta(minutes=19)).told == []
    run = send(database, office, NOW + timedelta(minutes=20))
    assert [told.state for told in run.told] == ["unknown"]
    assert send(database, office, NOW + timedelta(days=9)).told == []
    assert postbox.recipients == []
    # Whoever sent it after all says so in the end.
    with database.write() as session:
        state = deliveries.settle(
            session, taken.delivery_id, taken.token, SENT, settings=office, now=NOW
        )
    assert state == "sent"


def test_a_person_settles_what_is_unknown(database, office, postbox):
    queue_to(database, office, *(f"dropped{n}@example.cn" for n in range(3)))
    for _ in range(3):
        send(database, office)
    with database.read() as session:
        ids = [delivery.id for delivery in session.query(Delivery).order_by(Delivery.id)]
    for delivery_id, decision in zip(ids, ("sent", "failed", "again"), strict=True):
        decide(database, office, delivery_id, decision)
    with database.read() as session:
        assert list(states(session).values()) == ["sent", "failed", "queued"]
        assert audit.verify(session)[1] == []
    with pytest.raises(Conflict):
        decide(database, office, ids[0], "again")
    with pytest.raises(Conflict):
        decide(database, office, ids[1], "sent")
    decide(database, office, ids[1], "again")
    first = [content for one, content in postbox.envelopes if one == "dropped2@example.cn"]
    for _ in range(2):
        send(database, office, NOW + timedelta(hours=1))
    again = [content for one, content in postbox.envelopes if one == "dropped2@example.cn"]
    assert (len(first), len(again)) == (1, 2)
    assert message_id(again[0]) == message_id(again[1])


def test_a_late_answer_does_not_undo_what_a_person_said(database, office):
    queue_to(database, office, "one@example.cn")
    with database.write() as session:
        taken = deliveries.claim(session, key=KEY, settings=office, now=NOW)
    later = NOW + timedelta(minutes=20)
    decide(database, office, taken.delivery_id, "failed", later)
    with database.write() as session:
        said = deliveries.settle(
            session, taken.delivery_id, taken.token, SENT, settings=office, now=later
        )
    assert said is None
    assert state_of(database, "one@example.cn").state == "failed"


def test_who_may_settle(database, office):
    queue_to(database, office, "dropped@example.cn")
    send(database, office)
    with database.write() as session:
        ours = session.query(Delivery).one().id
        stranger = actor_for(session, "city_admin", area_code="130200")
        inspector = actor_for(session, "province_inspector")
        own = actor_for(session, "city_admin")
    for who, refusal in ((stranger, NotFound), (inspector, Forbidden)):
        with pytest.raises(refusal):
            decide(database, office, ours, "sent", actor=who)
    decide(database, office, ours, "sent", actor=own)


def test_a_circular_goes_to_every_unit_of_a_citys_round_once(database, office, postbox):
    with database.write() as session:
        found = a_town(session, office, lines=3)
        # Two units share a mailbox, one has none.
        first, second, third = session.query(Unit).order_by(Unit.id)
        second.email, third.email = first.email, None
        notice = issued(session, found)
        assert deliveries.queue_for(session, notice, settings=office, now=NOW) == 1
        assert deliveries.queue_for(session, notice, settings=office, now=NOW) == 0
    send(database, office)
    text = postbox.letter("unit1@example.cn").get_body().get_content()
    assert text.count("https://hotline.example.cn/n/") == 2
    assert "长安区第2水厂：" in text
    with database.read() as session:
        panel = panel_of(session, office, notice)
        assert [unit.name for unit in panel.by_hand] == ["长安区第3水厂"]
        assert panel.unmailed == []
        assert {link.link.unit_id for link in panel.links} == {first.id, second.id}


def test_a_circular_of_the_province_goes_to_cities_and_to_the_units_it_names(database, office):
    with database.write() as session:
        a_town(session, office)
        city = make_unit(session, "130200", "唐山市水利局")
        own_group = make_unit(session, "130682", "定州市水利局")
        named, spared = (make_unit(session, "130202", name) for name in ("甲", "乙"))
        make_line(session, area_code="130200", unit=city)
        make_line(session, area_code="130682", unit=own_group)
        lines = [make_line(session, area_code="130202", unit=unit) for unit in (named, spared)]
        found = a_round(session, office, level="province", area="130000", period="2026Q4")
        notice = issued(session, found)
        name_in(session, notice, found, lines[0])
        units = {unit.name for unit in deliveries.recipients.units_of(session, notice)}
    assert units == {"唐山市水利局", "定州市水利局", "甲"}


def test_a_paper_to_a_city_goes_to_its_city_level_unit(database, office):
    with database.write() as session:
        found = a_town(session, office)
        unit = make_unit(session, "130100", "石家庄市水利局")
        make_line(session, area_code="130100", unit=unit)
        notice = issued(session, found, kind="talk", area_code="130100")
        assert deliveries.recipients.units_of(session, notice) == [unit]


def test_a_correction_goes_to_who_got_the_paper_and_an_absence_is_told_to_all(database, office):
    with database.write() as session:
        found = a_town(session, office, lines=2)
        absent = make_unit(session, "130104", "桥西区水利局")
        circular = issued(session, found)
        talk = issued(session, found, absent, kind="talk")
        correction = issued(session, found, kind="correction", refers_to_id=circular.id)
        of_letter = issued(session, found, kind="correction", refers_to_id=talk.id)
        absence = issued(session, found, kind="no_show", refers_to_id=talk.id)
        session.flush()
        units = deliveries.recipients.units_of
        told = {unit.name for unit in units(session, circular)}
        assert told == {"长安区第1水厂", "长安区第2水厂"}
        assert {unit.name for unit in units(session, correction)} == told
        assert units(session, of_letter) == [absent]
        assert {unit.name for unit in units(session, absence)} == told | {"桥西区水利局"}


def test_an_address_that_came_later_is_mailed_on_request(database, office):
    with database.write() as session:
        found = a_town(session, office)
        unit = session.query(Unit).one()
        unit.email = None
        notice = issued(session, found, unit)
        assert deliveries.queue_for(session, notice, settings=office, now=NOW) == 0
        with pytest.raises(Conflict):
            delivery_panels.queue_more(session, OPERATOR, notice.id, settings=office, now=NOW)
        unit.email = "one@example.cn"
        session.flush()
        assert delivery_panels.queue_more(session, OPERATOR, notice.id, settings=office, now=NOW)
        assert states(session) == {"one@example.cn": "queued"}


@pytest.mark.parametrize(
    ("now_at", "expected"),
    [
        ("new@example.cn", {"new@example.cn": "sent", "b@example.cn": "sent"}),
        (None, {"a@example.cn": "failed", "b@example.cn": "sent"}),
    ],
)
def test_nothing_goes_to_an_address_that_was_corrected(database, office, postbox, now_at, expected):
    queue_to(database, office, "a@example.cn", "b@example.cn")
    with database.write() as session:
        session.query(Unit).filter_by(email="a@example.cn").one().email = now_at
    send(database, office)
    assert {to for to, _ in postbox.envelopes} == {
        address for address, state in expected.items() if state == "sent"
    }
    with database.read() as session:
        assert states(session) == expected


def test_many_deliverers_at_once_send_each_letter_once(database, office, postbox):
    with database.write() as session:
        queue_letters(session, office, 24)
    url = database.engine.url.render_as_string(hide_password=False)

    def work(_n: int) -> int:
        own = Database(url)
        try:
            return send(own, office).count("sent")
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 24
    assert len(set(postbox.recipients)) == len(postbox.recipients) == 24
    with database.read() as session:
        assert set(states(session).values()) == {"sent"}
        assert session.query(NoticeLink).count() == 24


def test_a_letter_goes_out_between_two_transactions(database, office):
    """While a server is spoken to, others may write."""
    queue_to(database, office, "one@example.cn")

    class Slow(Mailer):
        def send(self, letter):
            with database.write() as session:
                make_unit(session, "130102", "趁此登记的单位")
            return super().send(letter)

    run = deliveries.deliver(database, Slow(office.mail), key=KEY, settings=office, now=NOW)
    assert run.count("sent") == 1


def test_one_connection_takes_the_whole_queue(database, office, postbox):
    queue_to(database, office, "one@example.cn", "two@example.cn", "three@example.cn")
    opened = []

    class Counting(Mailer):
        def _connected(self, ends_at):
            opened.append(1)
            return super()._connected(ends_at)

    deliveries.deliver(database, Counting(office.mail), key=KEY, settings=office, now=NOW)
    assert len(opened) == 1
    assert len(postbox.recipients) == 3


def test_no_more_than_asked_for(database, office, postbox):
    queue_to(database, office, "one@example.cn", "two@example.cn")
    assert len(send(database, office, limit=1).told) == 1
    assert len(postbox.recipients) == 1


def test_mail_settings_do_not_send_a_password_in_the_clear():
    with pytest.raises(ValueError, match="starttls or ssl"):
        Mail(user="papers", security="none")
