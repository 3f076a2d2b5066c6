"""What an administrator sees of the e-mails that are no papers, and what they decide there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.delivery import message_panels, messages
from hotline.delivery.mail_errors import MOVED, PAST
from hotline.delivery.message_panels import AGAIN, LEFT, WAITING
from hotline.errors import Conflict, Invalid, NotFound
from hotline.mail import Mailer, Outcome
from hotline.models.journal import AuditEntry
from hotline.models.messages import Message
from hotline.models.people import User
from tests.delivery.told import DAY, LATER, NOW, SENT_AT, people, set_email, told
from tests.inspection.spot_checks import on


def shown(session, actor, settings, now=NOW, **more):
    return message_panels.find(session, actor, settings=settings, now=now, **more)


def recipients(session, actor, settings, **more) -> set[str]:
    listed = shown(session, actor, settings, **more).listed
    return {one.message.recipient.partition("@")[0] for one in listed}


def get(database, id_: int) -> Message:
    with database.read() as session:
        return session.get_one(Message, id_)


def decide(database, actor, id_, decision, settings, now=NOW):
    with database.write() as session:
        return message_panels.decide(
            session, actor, id_, decision, settings=settings, now=now
        ).state


class TestWhoSeesWhose:
    EVERYONE = ("province", "city", "other_city", "inspector", "changan", "lunan")

    @pytest.fixture
    def town(self, database):
        with database.write() as session:
            found = people(session)
            for name in self.EVERYONE:
                told(session, name)
        return found

    def test_the_province_all_a_city_its_own_people_and_units(self, database, settings, town):
        with database.read() as session:
            assert recipients(session, town["province"], settings) == set(self.EVERYONE)
            assert recipients(session, town["city"], settings) == {"city", "inspector", "changan"}
            assert recipients(session, town["other_city"], settings) == {"other_city", "lunan"}
            for who in ("inspector", "auditor"):
                assert recipients(session, town[who], settings) == set()
            for who, n in (("province", 6), ("city", 3), ("inspector", 0), ("auditor", 0)):
                now = {"settings": settings, "now": NOW}
                assert message_panels.waiting(session, town[who], **now) == n

    @pytest.mark.parametrize("who", ["province", "other_city", "lunan"])
    def test_an_address_that_others_share_is_the_province_s(self, database, settings, town, who):
        with database.write() as session:
            set_email(session, town["inspector"], f"{who}@example.cn")
        with database.read() as session:
            assert recipients(session, town["city"], settings) == {"city", "changan"}
            seen = recipients(session, town["other_city"], settings)
            assert seen == {"other_city", "lunan"} - {who}

    def test_an_address_that_nobody_has_any_more_is_the_province_s(self, database, settings, town):
        with database.write() as session:
            set_email(session, town["inspector"], None)
        with database.read() as session:
            assert "inspector" not in recipients(session, town["city"], settings)
            assert "inspector" in recipients(session, town["province"], settings)

    @pytest.mark.parametrize("decision", [AGAIN, LEFT])
    def test_nobody_decides_for_others(self, database, settings, town, decision):
        with database.read() as session:
            query = select(Message.id).where(Message.recipient == "lunan@example.cn")
            id_ = session.scalars(query).one()
        for who in ("city", "inspector", "auditor"):
            with pytest.raises(NotFound):
                decide(database, town[who], id_, decision, settings)
            with database.write() as session:
                now = {"settings": settings, "now": NOW}
                assert message_panels.leave(session, town[who], [id_], **now) == 0
        assert get(database, id_).state == "failed"

    def test_who_reads_there_is_named(self, database, settings, town):
        with database.read() as session:
            listed = shown(session, town["province"], settings).listed
            by_name = {r.name: r.unit for one in listed for r in one.readers}
            assert by_name["长安区水利局"]
            assert not by_name["inspector"]


class TestStates:
    def test_a_claim_past_its_lease_waits_before_anyone_noted_it(self, database, settings):
        """The process died between claim and settle."""
        lease = timedelta(minutes=settings.deliveries.lease_minutes)
        with database.write() as session:
            admin = people(session)["province"]
            id_ = told(session, "city", "queued")
        with database.write() as session:
            assert messages.claim(session, now=NOW) is not None
        for now, state, n in (
            (NOW + lease - timedelta(seconds=1), "sending", 0),
            (NOW + lease, "unknown", 1),
        ):
            with database.read() as session:
                found = shown(session, admin, settings, now=now)
                assert [(one.message.id, one.state) for one in found.listed] == [(id_, state)]
                assert found.waiting == n
                waiting = shown(session, admin, settings, now=now, state=WAITING)
                assert waiting.total == n
                assert shown(session, admin, settings, now=now, state="queued").total == 1 - n

    def test_each_state_has_its_list_and_each_message_is_in_one(self, sqlite_database, settings):
        with sqlite_database.write() as session:
            admin = people(session)["province"]
            for n, state in enumerate(("queued", "sending", "sent", "failed", "unknown", "left")):
                told(session, f"p{n}", state, at=NOW)
            told(session, "p9", "sent", kind="week", period="2026-W47 130100")
        with sqlite_database.read() as session:
            counts = {
                state: shown(session, admin, settings, state=state).total
                for state in ("", *message_panels.STATES)
            }
            assert counts == {"": 7, "waiting": 2, "queued": 2, "sent": 2, "left": 1}
            [week] = shown(session, admin, settings, kind="week").listed
            assert (week.period, week.area) == ("2026-W47", "石家庄市")

    def test_lists_that_could_not_go_out_are_counted_until_a_later_day_s_do(
        self, sqlite_database, settings, office, postbox
    ):
        with sqlite_database.write() as session:
            admin = people(session)["province"]
            old = told(session, "city", "queued")
            told(session, "inspector", "queued")
        dead = Mailer(settings.mail)
        messages.send(sqlite_database, dead, settings=settings, now=LATER)
        assert (get(sqlite_database, old).state, get(sqlite_database, old).error) == ("left", PAST)
        with sqlite_database.write() as session:
            found = shown(session, admin, settings, now=LATER)
            assert (found.let_go, found.let_go_on, found.waiting) == (2, DAY, 0)
            told(session, "city", "queued", period="2026-11-24", at=LATER)
        messages.send(sqlite_database, Mailer(office.mail), settings=office, now=LATER)
        with sqlite_database.read() as session:
            assert shown(session, admin, settings, now=LATER).let_go == 0

    def test_a_long_list_comes_in_pages(self, sqlite_database, settings, monkeypatch):
        monkeypatch.setattr(message_panels, "PAGE", 2)
        with sqlite_database.write() as session:
            admin = people(session)["province"]
            ids = [told(session, f"p{n}", at=SENT_AT + timedelta(minutes=n)) for n in range(5)]
        with sqlite_database.read() as session:
            pages = [shown(session, admin, settings, page=n) for n in (1, 2, 3, 9)]
            listed = [[one.message.id for one in page.listed] for page in pages]
            assert listed == [ids[:-3:-1], ids[2:0:-1], ids[:1], ids[:1]]
            assert {(page.total, page.pages) for page in pages} == {(5, 3)}


class TestDecisions:
    @pytest.fixture
    def failed(self, database):
        with database.write() as session:
            found = people(session)
            return found["province"], told(session, "city", error="550 5.1.1 x", attempts=6)

    def test_sent_again_it_is_the_same_message_and_goes_out_once(
        self, database, office, postbox, failed
    ):
        admin, id_ = failed
        before = get(database, id_).message_id
        assert decide(database, admin, id_, AGAIN, office) == "queued"
        for _ in range(2):
            messages.send(database, Mailer(office.mail), settings=office, now=NOW)
        assert postbox.recipients == ["city@example.cn"]
        assert postbox.letter("city@example.cn")["Message-ID"] == before
        after = get(database, id_)
        assert (after.state, after.attempts, after.error) == ("sent", 1, None)
        assert after.settled_by == "province"
        with pytest.raises(Conflict):
            decide(database, admin, id_, AGAIN, office)

    def test_left_it_is_never_sent(self, database, office, postbox, failed):
        admin, id_ = failed
        assert decide(database, admin, id_, LEFT, office) == "left"
        messages.send(database, Mailer(office.mail), settings=office, now=NOW)
        assert postbox.recipients == []
        after = get(database, id_)
        assert (after.state, after.settled_by, after.error) == ("left", "province", "550 5.1.1 x")
        for decision in (AGAIN, LEFT):
            with pytest.raises(Conflict):
                decide(database, admin, id_, decision, office)

    def test_the_journal_says_who_decided_what_of_which(self, database, settings, failed):
        admin, id_ = failed
        decide(database, admin, id_, AGAIN, settings)
        with database.read() as session:
            entry = session.scalars(select(AuditEntry)).one()
            assert (entry.actor, entry.action) == ("province", "message.decide")
            assert (entry.subject, entry.subject_id) == ("message", f"digest {DAY}")
            assert entry.old == {"mail_state": "failed", "error": "550 5.1.1 x"}
            assert entry.new == {"mail_state": "queued", "recipient": "city@example.cn"}
            assert audit.verify(session) == (1, [])

    def test_whoever_was_still_sending_it_notes_nothing(self, database, settings, failed):
        admin, _ = failed
        lease = timedelta(minutes=settings.deliveries.lease_minutes)
        with database.write() as session:
            id_ = told(session, "inspector", "queued")
        with database.write() as session:
            held = messages.claim(session, now=NOW)
        assert held is not None
        assert held.id == id_
        decide(database, admin, id_, AGAIN, settings, now=NOW + lease)
        with database.write() as session:
            said = messages.mail_queue.settle(
                session,
                Message,
                held.id,
                held.token,
                Outcome("failed", "550 late"),
                settings=settings,
                now=NOW + lease,
            )
        assert said is None
        assert get(database, id_).state == "queued"

    def test_of_two_at_once_one_decides(self, database, settings, failed):
        admin, id_ = failed

        def try_(decision: str) -> str:
            try:
                return decide(database, admin, id_, decision, settings)
            except Conflict:
                return "too late"

        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(try_, [AGAIN, LEFT, AGAIN, LEFT]))
        assert said.count("too late") == 3
        with database.read() as session:
            assert len(session.scalars(select(AuditEntry)).all()) == 1

    @pytest.mark.parametrize("state", ["queued", "sending", "sent", "left"])
    def test_what_needs_no_decision_gets_none(self, sqlite_database, settings, state):
        with sqlite_database.write() as session:
            admin = people(session)["province"]
            id_ = told(session, "city", state, at=NOW)
        for decision in (AGAIN, LEFT):
            with pytest.raises(Conflict):
                decide(sqlite_database, admin, id_, decision, settings)

    @pytest.mark.parametrize("word", ["", "sent", "failed", "x"])
    def test_no_other_word_is_taken(self, sqlite_database, settings, word):
        with sqlite_database.write() as session:
            admin = people(session)["province"]
            id_ = told(session, "city")
        with pytest.raises(Invalid):
            decide(sqlite_database, admin, id_, word, settings)

    def test_many_are_left_at_once_but_none_that_changed_meanwhile(self, database, settings):
        with database.write() as session:
            admin = people(session)["province"]
            ids = [
                told(session, "p1", "failed"),
                told(session, "p2", "unknown"),
                told(session, "p3", "sent"),
                told(session, "p4", "queued"),
            ]
            unlisted = told(session, "p5", "failed")
        with database.write() as session:
            n = message_panels.leave(session, admin, ids, settings=settings, now=NOW)
        assert n == 2
        states = [get(database, id_).state for id_ in (*ids, unlisted)]
        assert states == ["left", "left", "sent", "queued", "failed"]
        with database.read() as session:
            assert audit.verify(session) == (2, [])


class TestWhatIsNotSentAgain:
    @pytest.mark.parametrize(
        ("now", "may"),
        [
            (on(23, "17:29"), True),
            (on(23, "17:30"), False),
            (on(24, "08:00"), False),
        ],
    )
    def test_a_list_after_its_day(self, sqlite_database, settings, now, may):
        with sqlite_database.write() as session:
            admin = people(session)["province"]
            id_ = told(session, "city", "failed")
            other = told(session, "city", "failed", kind="week", period="2026-W47 130100")
        with sqlite_database.read() as session:
            listed = shown(session, admin, settings, now=now).listed
            offered = {one.message.id: one.may_resend for one in listed}
            assert offered == {id_: may, other: True}
            assert all(one.waits and (one.why_not is None) == one.may_resend for one in listed)
        if may:
            assert decide(sqlite_database, admin, id_, AGAIN, settings, now=now) == "queued"
            return
        with pytest.raises(Conflict, match="清单已过期"):
            decide(sqlite_database, admin, id_, AGAIN, settings, now=now)
        assert decide(sqlite_database, admin, id_, LEFT, settings, now=now) == "left"

    @pytest.mark.parametrize("gone", ["address", "account", "duty", "office"])
    def test_what_nobody_whom_it_is_for_would_read(self, database, office, postbox, gone):
        with database.write() as session:
            found = people(session)
            id_ = told(session, "city", "failed", kind="week", period="2026-W47 130100")
            queued = told(session, "city", "queued", kind="month", period="2026-10 130100")
            user = session.get_one(User, found["city"].user_id)
            if gone == "address":
                user.email = "new@example.cn"
            elif gone == "account":
                user.active = False
            elif gone == "office":
                user.area_code = "130200"
            else:
                user.role = "city_inspector"
        with pytest.raises(Conflict, match="没有人使用"):
            decide(database, found["province"], id_, AGAIN, office)
        messages.send(database, Mailer(office.mail), settings=office, now=NOW)
        assert postbox.recipients == []
        let_go = get(database, queued)
        assert (let_go.state, let_go.error, let_go.attempts) == ("left", MOVED, 0)

    def test_a_list_still_goes_to_a_unit_and_to_an_account_that_changed_its_duty(
        self, sqlite_database, office, postbox
    ):
        with sqlite_database.write() as session:
            found = people(session)
            session.get_one(User, found["city"].user_id).role = "city_inspector"
            told(session, "city", "queued")
            told(session, "changan", "queued")
            told(session, "auditor", "queued")
        messages.send(sqlite_database, Mailer(office.mail), settings=office, now=NOW)
        assert sorted(postbox.recipients) == ["changan@example.cn", "city@example.cn"]
