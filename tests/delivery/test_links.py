"""Links that open one paper to one unit: signed, expiring, revocable; and signing for a paper."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from string import ascii_letters, digits

import pytest

from hotline import audit
from hotline.delivery import links, receipts
from hotline.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from hotline.models.loop import Rectification
from hotline.models.papers import Receipt
from hotline.models.registry import Unit
from hotline.rights import Actor
from tests.delivery.papers import KEY, a_town, issued
from tests.factories import NOW, OPERATOR, actor_for, make_unit


@pytest.fixture
def paper(database, settings):
    """A paper to 长安区第1水厂, and its link."""
    with database.write() as session:
        found = a_town(session, settings, lines=2)
        unit = session.query(Unit).filter_by(name="长安区第1水厂").one()
        notice = issued(session, found, unit)
        link = links.make(session, notice, unit.id, by="PA", settings=settings, now=NOW)
    return notice, unit, link


def token_of(link, settings, key=KEY) -> str:
    return links.address(link, key=key, settings=settings).rpartition("/")[2]


def visit(database, token, now=NOW, key=KEY):
    with database.read() as session:
        return links.visitor(session, token, key=key, now=now)


def test_a_link_makes_a_visitor_a_reader_of_its_unit(database, settings, paper):
    notice, unit, link = paper
    came = visit(database, token_of(link, settings))
    assert came.notice.id == notice.id
    assert came.actor == Actor(f"link:{link.id}", "unit_reader", unit_id=unit.id)


def test_an_altered_link_opens_nothing(database, settings, paper):
    token = token_of(paper[2], settings)
    altered = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "A" + token[1:],
        token[: len(token) // 2],
        token + "x",
        paper[2].nonce,
        "",
        "秘密",
        "." * 300,
        token_of(paper[2], settings, key="x" * 40),
    ]
    for one in altered:
        with pytest.raises(NotFound):
            visit(database, one)


def test_every_character_of_a_link_counts(database, settings, paper):
    token = token_of(paper[2], settings)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(NotFound):
            visit(database, token[:place] + other + token[place + 1 :])
    for last in ascii_letters + digits + "-_=":
        if last != token[-1]:
            with pytest.raises(NotFound):
                visit(database, token[:-1] + last)


def test_a_link_ends_by_itself(database, settings, paper):
    token = token_of(paper[2], settings)
    end = NOW + timedelta(days=settings.papers.link_days)
    assert visit(database, token, end - timedelta(seconds=1))
    with pytest.raises(Gone, match="过期"):
        visit(database, token, end)


def test_a_link_is_revoked_at_once_and_once(database, settings, paper):
    notice, _unit, link = paper
    token = token_of(link, settings)
    with database.write() as session:
        links.revoke(session, OPERATOR, link.id, now=NOW)
    with pytest.raises(Gone, match="停用"):
        visit(database, token)
    with database.write() as session, pytest.raises(Conflict):
        links.revoke(session, OPERATOR, link.id, now=NOW)
    with database.write() as session:
        new = links.standing(session, notice, link.unit_id, by="PA", settings=settings, now=NOW)
        assert new.id != link.id


def test_who_may_make_and_revoke_links(database, settings, paper):
    notice, unit, link = paper
    with database.write() as session:
        stranger = actor_for(session, "city_admin", area_code="130200")
        inspector = actor_for(session, "city_inspector")
        reader = actor_for(session, "unit_reader", unit=session.get_one(Unit, unit.id))
        own = actor_for(session, "city_admin")
        other = make_unit(session, "130104", "桥西区水利局")
        for who, refusal in ((stranger, NotFound), (inspector, Forbidden), (reader, Forbidden)):
            with pytest.raises(refusal):
                links.offer(session, who, notice.id, unit.id, settings=settings, now=NOW)
            with pytest.raises(refusal):
                links.revoke(session, who, link.id, now=NOW)
        with pytest.raises(NotFound):
            links.offer(session, own, notice.id, other.id, settings=settings, now=NOW)
        assert links.offer(session, own, notice.id, unit.id, settings=settings, now=NOW)


def sign(database, actor, notice, link=None, **more):
    with database.write() as session:
        return receipts.sign(
            session,
            actor,
            notice.id,
            now=NOW,
            link_id=link.id if link else None,
            **{"signer": "王主任", "post": "主任", "phone": "0311-86050000", **more},
        )


def test_a_visitor_signs_once_and_the_tasks_begin(database, settings, paper):
    notice, unit, link = paper
    with database.write() as session:
        session.add(
            Rectification(
                notice_id=notice.id,
                unit_id=unit.id,
                what="查明原因",
                counted_from=NOW.date(),
                due_on=NOW.date(),
                created_at=NOW,
            )
        )
    came = visit(database, token_of(link, settings))
    signed = sign(database, came.actor, notice, link)
    assert (signed.by, signed.signer, signed.link_id) == (f"link:{link.id}", "王主任", link.id)
    with pytest.raises(Conflict, match="已由王主任于 2026-11-03 09:30 签收"):
        sign(database, came.actor, notice, link, signer="李四")
    with database.read() as session:
        assert session.query(Rectification).one().state == "in_progress"
        assert audit.verify(session)[1] == []


def test_a_reader_with_an_account_signs_for_the_own_unit_alone(database, paper):
    notice, unit, _link = paper
    with database.write() as session:
        reader = actor_for(session, "unit_reader", unit=session.get_one(Unit, unit.id))
        second = session.query(Unit).filter_by(name="长安区第2水厂").one()
        other = actor_for(session, "unit_reader", unit=second)
    with pytest.raises(NotFound):
        sign(database, other, notice)
    with pytest.raises(Forbidden):
        sign(database, OPERATOR, notice)
    assert sign(database, reader, notice).unit_id == unit.id


def test_a_link_signs_for_its_own_paper_alone(database, settings, paper):
    _notice, unit, link = paper
    with database.write() as session:
        found = session.get_one(type(paper[0]), paper[0].id).round
        other = issued(session, found, session.get_one(Unit, unit.id))
    came = visit(database, token_of(link, settings))
    with pytest.raises(NotFound):
        sign(database, came.actor, other, link)
    stranger = Actor.visitor(link.id, unit.id + 1)
    with pytest.raises(NotFound):
        sign(database, stranger, paper[0], link)


def test_a_receipt_says_who(database, settings, paper):
    came = visit(database, token_of(paper[2], settings))
    wrong = {"signer": " ", "post": "主\n任", "phone": "1" * 41}
    with pytest.raises(Invalid) as refused:
        sign(database, came.actor, paper[0], paper[2], **wrong)
    assert {error.field for error in refused.value.errors} == {"signer", "post", "phone"}


def test_eight_who_sign_at_once_leave_one_receipt(database, settings, paper):
    notice, _unit, link = paper
    came = visit(database, token_of(link, settings))

    def attempt(n: int) -> bool:
        try:
            sign(database, came.actor, notice, link, signer=f"第{n}人")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    with database.read() as session:
        assert session.query(Receipt).count() == 1
