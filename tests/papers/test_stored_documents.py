"""Documents as JSON: there and back without loss, through the database too."""

import json
from dataclasses import replace

import pytest

from hotline.models.papers import Notice
from hotline.papers.notice_documents import document_of, from_json, to_json
from tests.loop.disputed import ISSUED, a_case
from tests.papers.test_notice_documents import GIVEN, composed, the
from tests.reports import samples


@pytest.mark.parametrize("kind", samples.sample_documents())
def test_a_document_survives_json(kind):
    paper = samples.sample_documents()[kind]
    kept = json.loads(json.dumps(to_json(paper), ensure_ascii=False))
    assert from_json(kept) == paper
    assert to_json(from_json(kept)) == kept


def test_whole_numbers_and_odd_texts_survive_json_as_they_were():
    paper = samples.paper_of(samples.circular())
    table = replace(paper.annexes[0], rows=((1, 1.0, 0.0, None, "1", "", "\u2028𠮷", True and 3),))
    paper = replace(paper, annexes=(table,), title="甲\n乙", date=None)
    again = from_json(json.loads(json.dumps(to_json(paper))))
    assert again == paper
    assert [type(c) for c in again.annexes[0].rows[0]] == [type(c) for c in table.rows[0]]


def test_a_documents_json_survives_the_database(database, settings):
    with database.write() as session:
        a_case(session, settings, issue=())
        notice = the(session, "circular")
        paper = composed(session, settings, notice, GIVEN)
        notice.document = to_json(paper)
        notice_id = notice.id
    with database.read() as session:
        kept = session.get_one(Notice, notice_id)
        assert document_of(session, kept, settings=settings, now=ISSUED) == paper
