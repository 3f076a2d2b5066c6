"""The page behind a link, as a unit without an account meets it, and as machines do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from hotline.app import create_app
from hotline.db import Database
from hotline.delivery import links
from hotline.models.inspection import Check
from hotline.models.loop import Appeal, Attachment, Rectification, RectificationReport
from hotline.models.papers import Finding, Notice, NoticeFinding, NoticeOpening, Receipt
from hotline.models.registry import Unit
from hotline.settings import Settings
from tests.delivery.papers import KEY, PDF, a_town, issued
from tests.factories import NOW, actor_for
from tests.web.browsing import Browser, text_of

HOSTILE = "<script>alert(1)</script>&供水所"


@dataclass
class Letter:
    """An issued paper with one finding and one task, and its link. It is the day of its issue."""

    app: object
    database: Database
    settings: Settings
    notice_id: int
    unit_id: int
    link_id: int
    task_id: int
    finding_id: int
    address: str

    def visit(self) -> Browser:
        return Browser(self.app)

    def come(self, role: str, **more: object) -> Browser:
        """Someone with an account."""
        with self.database.write() as session:
            if role == "unit_reader":
                more["unit"] = session.get_one(Unit, self.unit_id)
            actor = actor_for(session, role, **more)
        return Browser(self.app, actor)

    def count(self, table: type) -> int:
        with self.database.read() as session:
            return session.query(table).count()


@pytest.fixture
def letter(sqlite_database: Database, settings: Settings):
    small = settings.model_copy(
        update={
            "uploads": settings.uploads.model_copy(
                update={"max_bytes": 200_000, "max_total_bytes": 300_000}
            ),
            "imports": settings.imports.model_copy(update={"max_bytes": 100_000}),
        }
    )
    with time_machine.travel(NOW, tick=False):
        with sqlite_database.write() as session:
            found = a_town(session, settings)
            unit = session.query(Unit).one()
            unit.name = HOSTILE
            notice = issued(session, found, unit)
            check = session.query(Check).one()
            finding = Finding(
                round_id=found.id,
                check_id=check.id,
                klass="UNREACHABLE",
                evidence=[],
                state="issued",
                created_at=NOW,
            )
            session.add(finding)
            session.flush()
            session.add(NoticeFinding(notice_id=notice.id, finding_id=finding.id))
            task = Rectification(
                notice_id=notice.id,
                finding_id=finding.id,
                unit_id=unit.id,
                line_id=check.line_id,
                what="查明无人接听的原因",
                counted_from=NOW.date(),
                working_days=5,
                due_on=date(2026, 11, 10),
                created_at=NOW,
            )
            session.add(task)
            link = links.make(session, notice, unit.id, by="PA", settings=small, now=NOW)
            session.flush()
            token = links.address(link, key=KEY, settings=small).rpartition("/")[2]
            ids = (notice.id, unit.id, link.id, task.id, finding.id)
        yield Letter(
            create_app(small, sqlite_database, KEY), sqlite_database, small, *ids, f"/n/{token}"
        )


def photo(size: int = 40) -> bytes:
    made = BytesIO()
    Image.new("RGB", (size, size), "blue").save(made, "JPEG")
    return made.getvalue()


def test_the_page_says_what_the_paper_is_and_what_is_to_be_done(letter):
    said = letter.visit().get(letter.address)
    assert said.status_code == 200
    text = text_of(said)
    for words in (
        "关于限期整改",
        "试送〔2026〕",
        HOSTILE,
        "查明无人接听的原因",
        "11月10日",
        "打不通",
    ):
        assert words in text
    assert "<script>alert" not in said.text
    assert "csrf_token" not in said.text


def test_looking_signs_nothing_and_is_noted(letter):
    browser = letter.visit()
    for _ in range(3):
        assert browser.get(letter.address).status_code == 200
    paper = browser.get(f"{letter.address}/paper.pdf")
    assert paper.data == PDF
    assert paper.headers["Content-Disposition"].startswith("inline")
    saved = browser.get(f"{letter.address}/paper.pdf?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    with letter.database.read() as session:
        ways = [one.way for one in session.query(NoticeOpening).order_by(NoticeOpening.id)]
        assert ways == ["page"] * 3 + ["pdf"] * 2
        assert {one.link_id for one in session.query(NoticeOpening)} == {letter.link_id}
        assert session.query(Rectification).one().state == "issued"
    assert letter.count(Receipt) == 0


def test_a_mail_scanner_asks_for_the_head_and_leaves_no_trace(letter):
    client = letter.visit().client
    for address in (letter.address, f"{letter.address}/paper.pdf", f"{letter.address}/receipt"):
        assert client.head(address).status_code in (200, 405)
        assert client.options(address).status_code == 200
    assert letter.count(NoticeOpening) == letter.count(Receipt) == 0
    assert client.get(f"{letter.address}/receipt").status_code == 405
    assert letter.count(Receipt) == 0


def test_no_other_site_or_cache_learns_the_address(letter, capsys):
    answer = letter.visit().get(letter.address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    logged = capsys.readouterr().err
    assert '"/n/…"' in logged
    assert letter.address not in logged


@pytest.mark.parametrize("more", ["/", "/paper.pd", "/rectifications/99999999999", "//receipt"])
def test_nor_where_it_was_copied_with_more_or_less(letter, capsys, more):
    client = letter.visit().client
    for method in ("GET", "POST", "PUT"):
        answer = client.open(f"{letter.address}{more}", method=method)
        assert answer.status_code in (404, 405)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    token = letter.address.rpartition("/")[2]
    assert token not in capsys.readouterr().err


def test_signing_by_link_once(letter):
    browser = letter.visit()
    refused = browser.client.post(f"{letter.address}/receipt", data={"post": "副所长"})
    assert refused.status_code == 400
    assert "请填写签收人姓名" in refused.text
    assert 'value="副所长"' in refused.text
    signed = {"signer": "王主任", "post": "主任", "phone": "0311-86050000"}
    done = browser.client.post(f"{letter.address}/receipt", data=signed)
    assert done.status_code == 303
    text = text_of(browser.get(letter.address))
    assert "王主任 · 主任" in text
    assert "已签收。" in text
    assert "整改中" in text
    again = browser.client.post(f"{letter.address}/receipt", data={"signer": "李四"})
    assert again.status_code == 303
    assert "已由王主任于 2026-11-03 09:30 签收" in text_of(browser.get(letter.address))
    assert letter.count(Receipt) == 1


def report(letter, *files, **fields):
    data = {"body": "已更换话机。", "reporter": "王主任", **fields}
    sent = [(BytesIO(content), name) for content, name in files]
    return letter.visit().client.post(
        f"{letter.address}/rectifications/{letter.task_id}", data=data | {"files": sent}
    )


def test_a_report_with_a_photo(letter):
    assert report(letter, (photo(), "话机.jpg"), (PDF, "说明.pdf")).status_code == 303
    text = text_of(letter.visit().get(letter.address))
    for words in ("已报送", "已更换话机。", "王主任 报送于", "话机.jpg"):
        assert words in text
    assert "报送整改情况</button>" not in letter.visit().get(letter.address).text
    with letter.database.read() as session:
        assert session.query(RectificationReport).one().by == f"link:{letter.link_id}"
        assert session.query(Attachment).count() == 2
    assert report(letter).status_code == 303
    assert letter.count(RectificationReport) == 1


def test_a_program_named_as_a_paper_is_refused_and_what_was_typed_stays(letter):
    said = report(letter, (b"MZ\x90\x00" + b"\0" * 200, "整改.pdf"))
    assert said.status_code == 400
    assert "整改.pdf" in said.text
    assert "已更换话机。" in said.text
    assert letter.count(Attachment) == letter.count(RectificationReport) == 0


def test_a_report_that_says_nothing_names_every_mistake_at_its_field(letter):
    said = report(letter, body="", reporter="")
    assert said.status_code == 400
    assert f'href="#body-{letter.task_id}"' in said.text
    assert f'id="reporter-{letter.task_id}-wrong"' in said.text


def test_what_is_far_too_large_is_refused_in_words(letter):
    said = report(letter, (photo() + b"\0" * 440_000, "大图.jpg"))
    assert said.status_code == 413
    assert "附件合计超过" in said.text
    assert "关于限期整改" not in said.text
    assert letter.count(RectificationReport) == 0


def appeal(letter, **fields):
    return letter.visit().client.post(
        f"{letter.address}/findings/{letter.finding_id}",
        data={"body": "当时在岗，录音可证。", "appellant": "王主任", **fields},
    )


def test_an_appeal_in_time(letter):
    assert appeal(letter, body="").status_code == 400
    assert appeal(letter).status_code == 303
    text = text_of(letter.visit().get(letter.address))
    assert "王主任 提交于" in text
    assert "提交申诉" not in text
    assert letter.count(Appeal) == 1


def test_an_appeal_out_of_time_is_not_offered_and_not_taken(letter):
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        assert "已过申诉期限" in text_of(letter.visit().get(letter.address))
        assert appeal(letter).status_code == 303
    assert letter.count(Appeal) == 0


def test_a_link_reaches_nothing_but_its_own_paper(letter):
    with letter.database.write() as session:
        mine = session.get_one(Rectification, letter.task_id)
        other = issued(session, mine.notice.round, session.query(Unit).one())
        task = Rectification(
            notice_id=other.id,
            unit_id=letter.unit_id,
            what="另一份文书的事",
            counted_from=NOW.date(),
            due_on=NOW.date(),
            created_at=NOW,
        )
        session.add(task)
        session.flush()
        task_id = task.id
    browser = letter.visit()
    assert "另一份文书的事" not in browser.get(letter.address).text
    fields = {"body": "已改。", "reporter": "王主任"}
    said = browser.client.post(f"{letter.address}/rectifications/{task_id}", data=fields)
    assert said.status_code == 404
    for address in ("/notices", f"/notices/{letter.notice_id}", "/unit", "/problems"):
        assert browser.get(address).status_code == 302, address


@pytest.mark.parametrize("way", ["", "/paper.pdf"])
def test_a_link_past_its_time_says_what_to_do_and_nothing_of_the_paper(letter, way):
    with time_machine.travel(NOW + timedelta(days=61), tick=False):
        expired = letter.visit().get(letter.address + way)
    altered = letter.visit().get(letter.address[:-1] + ("A" if letter.address[-1] != "A" else "B"))
    with letter.database.write() as session:
        admin = actor_for(session, "city_admin")
        links.revoke(session, admin, letter.link_id, now=NOW)
    revoked = letter.visit().get(letter.address + way)
    assert (expired.status_code, revoked.status_code, altered.status_code) == (410, 410, 404)
    for answer in (expired, revoked, altered):
        assert letter.settings.papers.contact in answer.text
        for secret in ("关于限期整改", "试送", "供水所"):
            assert secret not in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    posted = letter.visit().client.post(f"{letter.address}/receipt", data={"signer": "王"})
    assert posted.status_code == 410
    assert letter.count(Receipt) == 0


def test_readers_with_accounts_are_noted_and_sign_too(letter):
    reader = letter.come("unit_reader", name="桥西")
    page = reader.get(f"/notices/{letter.notice_id}")
    assert page.status_code == 200
    assert "本单位还没有签收" in page.text
    assert reader.get(f"/notices/{letter.notice_id}.pdf").data == PDF
    assert "签收文书" in reader.get(f"/notices/{letter.notice_id}/receipt").text
    refused = reader.post(f"/notices/{letter.notice_id}/receipt", signer="", post="副所长")
    assert refused.status_code == 400
    assert 'value="副所长"' in refused.text
    assert reader.post(f"/notices/{letter.notice_id}/receipt", signer="王").status_code == 303
    assert reader.get(f"/notices/{letter.notice_id}/receipt").status_code == 303
    with letter.database.read() as session:
        seen = session.execute(select(NoticeOpening.by, NoticeOpening.way)).all()
        assert ("桥西", "page") in seen
        assert ("桥西", "pdf") in seen


def test_the_office_sees_links_openings_and_receipts_and_shuts_a_link(letter):
    office = letter.come("city_admin")
    letter.visit().get(letter.address)
    letter.visit().client.post(f"{letter.address}/receipt", data={"signer": "王主任"})
    page = office.get(f"/notices/{letter.notice_id}")
    text = text_of(page)
    assert letter.address in page.text
    for words in ("需另行送达", "王主任", "（链接） · 打开页面", "签收（1/1）"):
        assert words in text
    assert office.post(f"/links/{letter.link_id}/revoke").status_code == 303
    assert letter.address not in office.get(f"/notices/{letter.notice_id}").text
    made = office.post(f"/notices/{letter.notice_id}/links", unit_id=letter.unit_id)
    assert made.status_code == 303
    assert "可用" in office.get(f"/notices/{letter.notice_id}").text
    sent = office.post(f"/notices/{letter.notice_id}/deliveries")
    assert sent.status_code == 303
    assert "待发送" in office.get(f"/notices/{letter.notice_id}").text
    # Without a header of its own a form is refused, as everywhere behind a sign-in.
    assert office.client.post(f"/notices/{letter.notice_id}/links").status_code == 400


def test_units_say_where_their_papers_go(letter):
    office = letter.come("city_admin")
    assert "unit1@example.cn" in office.get("/units").text
    address = f"/units/{letter.unit_id}"
    refused = office.post(address, email="a@b.cn\r\nBcc: x@y.cn", contact="王主任")
    assert refused.status_code == 400
    assert 'value="王主任"' in refused.text
    assert office.post(address, email="new@example.cn", contact="王主任").status_code == 302
    assert "new@example.cn" in office.get("/units?q=供水所").text
    assert "new@example.cn" not in office.get("/units?email=none").text
    assert "new@example.cn" in office.get("/journal").text


def test_a_link_opens_so_many_times_a_minute_and_no_more(letter):
    visitor = letter.visit()
    answers = [visitor.get(letter.address).status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]


@pytest.mark.parametrize(("kind", "reported"), [("overdue", True), ("correction", False)])
def test_what_a_paper_urges_can_be_reported_on_behind_its_own_link(letter, kind, reported):
    with letter.database.write() as session:
        unit, old = session.get_one(Unit, letter.unit_id), session.get_one(Notice, letter.notice_id)
        urging = issued(session, old.round, unit, kind=kind, refers_to_id=old.id)
        link = links.make(session, urging, unit.id, by="PA", settings=letter.settings, now=NOW)
        session.flush()
        token = links.address(link, key=KEY, settings=letter.settings).rpartition("/")[2]
    visitor = letter.visit()
    assert ("查明无人接听的原因" in text_of(visitor.get(f"/n/{token}"))) is reported
    answer = visitor.client.post(
        f"/n/{token}/rectifications/{letter.task_id}",
        data={"body": "已修复线路", "reporter": "王主任"},
    )
    assert answer.status_code == (303 if reported else 404)
    assert letter.count(RectificationReport) == reported
