"""Papers where typefaces are missing: said before issue, on the page and by the command."""

from __future__ import annotations

import pytest

from hotline.errors import Conflict
from hotline.issuing import approval, notice_sheets
from hotline.papers import notices
from hotline.settings import Settings
from tests.issuing.closed_rounds import NOW, close_a_round


@pytest.fixture
def without_a_face(settings: Settings) -> Settings:
    """An office that names a typeface which is not there."""
    papers = settings.papers.model_copy(update={"fonts": {"fangsong": ("/nowhere/fang.ttf",)}})
    return settings.model_copy(update={"papers": papers})


def test_nothing_is_issued_without_typefaces_and_no_number_is_lost(
    sqlite_database, settings, without_a_face
):
    closed = close_a_round(sqlite_database, without_a_face)
    with pytest.raises(Conflict, match="没有可用的字体") as refused:
        closed.issued()
    assert "/nowhere/fang.ttf" in str(refused.value.details[0])
    with sqlite_database.read() as session:
        sheet = notice_sheets.get_for(
            session, closed.chief, closed.circular.id, settings=without_a_face, now=NOW
        )
        assert "没有可用的字体" in str(sheet.obstacles[0])
        with pytest.raises(Conflict):
            notices.pdf(session, sheet.notice, settings=without_a_face, now=NOW)
    with sqlite_database.write() as session:
        issued = approval.issue_round(
            session, closed.chief, closed.code, settings=settings, now=NOW
        )
    assert [paper.serial for paper in issued] == [1, 2, 3]
