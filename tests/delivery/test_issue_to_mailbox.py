"""From the issue of a round's papers to the unit that opens its letter, with nothing made up."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pypdfium2

from hotline.delivery import deliveries, links, receipts
from hotline.files import storage
from hotline.issuing import paper_bundles
from hotline.loop import rectifications
from hotline.mail import Mailer
from hotline.models.loop import Rectification
from hotline.models.papers import Delivery, Notice
from hotline.models.registry import Unit
from hotline.rights import Actor
from tests.delivery.papers import KEY
from tests.issuing.closed_rounds import NOW, close_a_round


def test_a_rounds_papers_reach_their_units(database, office, postbox):
    closed = close_a_round(database, office)
    with database.write() as session:
        for unit in session.query(Unit):
            unit.email = f"unit{unit.id}@example.cn"
    papers = closed.issued()
    with database.read() as session:
        queued = session.query(Delivery).count()
        units = {unit.id: unit.email for unit in session.query(Unit)}
    run = deliveries.deliver(database, Mailer(office.mail), key=KEY, settings=office, now=NOW)
    assert run.count("sent") == queued == len(postbox.envelopes)
    letters = [paper for paper in papers.values() if paper.kind == "rectification"]
    assert letters
    for paper in letters:
        mine = [
            letter
            for letter in map(postbox.parsed, postbox.envelopes)
            if str(paper.number) in letter["Subject"]
        ]
        [letter] = mine
        assert letter["To"] == units[paper.unit_id]
        [attached] = letter.iter_attachments()
        with database.read() as session:
            assert attached.get_content() == storage.fetch(session, paper.file)
        assert attached.get_content().startswith(b"%PDF")
    _opens_signs_and_reports(database, office, letters[0], letter=postbox)


def _opens_signs_and_reports(database, office, paper, letter) -> None:
    [sent] = [
        one for one in map(letter.parsed, letter.envelopes) if str(paper.number) in one["Subject"]
    ]
    text = sent.get_body().get_content()
    [address] = [line for line in text.splitlines() if line.startswith("https://")]
    with database.write() as session:
        visit = links.visitor(session, address.rpartition("/")[2], key=KEY, now=NOW)
        receipts.sign(
            session, visit.actor, paper.id, signer="王主任", now=NOW, link_id=visit.link.id
        )
        tasks = session.query(Rectification).filter_by(notice_id=paper.id).all()
        assert {task.state for task in tasks} == {"in_progress"}
        rectifications.report(
            session,
            visit.actor,
            tasks[0].id,
            body="已更换话机。",
            reporter="王主任",
            settings=office,
            now=NOW,
        )
        assert tasks[0].state == "reported"


def test_a_rounds_issued_papers_in_one_file(database, settings):
    closed = close_a_round(database, settings)
    closed.issued()
    with database.read() as session:
        actor = Actor.operator("tester")
        packed = ZipFile(BytesIO(paper_bundles.zipped(session, actor, closed.code)))
        printed = paper_bundles.print_file(session, actor, closed.code, settings=settings)
        kept = [storage.fetch(session, paper.file) for paper in session.query(Notice)]
    assert sorted(map(packed.read, packed.namelist())) == sorted(kept)
    pages = [len(pypdfium2.PdfDocument(paper)) for paper in kept]
    # Each paper begins on an odd page.
    assert len(pypdfium2.PdfDocument(printed)) in (
        sum(n + n % 2 for n in pages),
        sum(n + n % 2 for n in pages) - 1,
    )
