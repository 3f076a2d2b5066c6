"""The public check of a paper: what anyone may know, and whether a file is the one issued."""

from __future__ import annotations

import io

import pytest
import time_machine
from sqlalchemy import select

from hotline.models.papers import Notice
from hotline.papers import notices
from tests.factories import OPERATOR
from tests.web.browsing import Browser, field, text_of
from tests.web.town import NOW, Town


@pytest.fixture
def paper(town: Town) -> Notice:
    with town.database.read() as session:
        return session.get_one(Notice, town.ids["notice.P.closed.s"])


@pytest.fixture
def anyone(town: Town) -> Browser:
    return town.browser(None)


def test_it_shows_what_the_paper_is_and_nothing_else(anyone, paper):
    page = anyone.get(f"/verify/{paper.verification_code}")
    said = text_of(page)
    for word in (
        paper.number,
        paper.title,
        "2026年11月10日",
        "130102水利局",
        "河北省水利厅",
        paper.file,
    ):
        assert word in said
    assert "未经更正" in said
    assert "梨花" not in said
    assert 'rel="noopener"' not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_code_that_stands_on_no_paper_is_unknown(town, anyone):
    with town.database.read() as session:
        codes = session.scalars(select(Notice.verification_code)).all()
    assert None in codes
    for code in ("None", "x" * 16, "%00"):
        assert anyone.get(f"/verify/{code}").status_code == 404


def test_a_file_is_compared_byte_for_byte(town, anyone, paper):
    with town.database.read() as session:
        issued = notices.pdf(session, paper, settings=town.settings, now=NOW)
    address = f"/verify/{paper.verification_code}"
    for content, said, other in (
        (issued, "一致", "不一致"),
        (issued[:-1] + b" ", "不一致", "逐字节相同"),
        (b"", "不一致", "逐字节相同"),
    ):
        answer = anyone.send(address, {"file": (io.BytesIO(content), "<b>.pdf")})
        assert answer.status_code == 200
        assert said in text_of(answer)
        assert other not in text_of(answer)
        assert "<b>.pdf" not in answer.text


def test_a_file_too_large_is_refused(anyone, paper):
    address = f"/verify/{paper.verification_code}"
    token = field(anyone.get(address), "csrf_token")
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    ).encode() + b"0" * 20_050_000
    kind = "multipart/form-data; boundary=x"
    answer = anyone.client.post(address, data=body + b"\r\n--x--", content_type=kind)
    assert answer.status_code == 413
    assert "文件太大" in text_of(answer)


def test_the_form_needs_its_token_and_a_file(town, anyone, paper):
    address = f"/verify/{paper.verification_code}"
    assert "已过期" in text_of(town.browser(None).client.post(address))
    assert "请先选择文件" in text_of(anyone.post(address))


def test_it_speaks_english_too(town, paper):
    said = text_of(town.browser(None, language="en").get(f"/verify/{paper.verification_code}"))
    assert "Compare the file you have" in said
    assert "文书查验" not in said


def test_a_correction_is_told(town, paper):
    town.database.lasting = False
    with town.database.write() as session:
        corrected = session.get_one(Notice, paper.id)
        draft = notices.draft_for(
            session,
            OPERATOR,
            corrected.round,
            key="correction:1",
            kind="correction",
            title="关于更正的通知",
            now=NOW,
            refers_to_id=paper.id,
        )
        assert town_says(town, session, paper) == ()
        draft.state, draft.number, draft.issued_at = "issued", "冀水监电〔2026〕99号", NOW
        session.flush()
        assert town_says(town, session, paper) == ("冀水监电〔2026〕99号",)


def town_says(town: Town, session, paper: Notice) -> tuple[str, ...]:
    """The numbers of the corrections that the check tells of."""
    from hotline.issuing import verifications

    found = verifications.find(session, paper.verification_code, settings=town.settings)
    return tuple(str(one.number) for one in found.corrections)


def test_so_many_checks_a_minute_and_no_more(town, paper):
    again = Town(town.database, town.settings, people=town.people, ids=town.ids)
    address = f"/verify/{paper.verification_code}"
    with time_machine.travel(NOW, tick=False):
        browser = again.browser(None)
        answers = [browser.get(address).status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]
