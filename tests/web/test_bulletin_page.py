"""The page of reports: turned, and for the province narrowed to an office."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hotline.files import storage
from hotline.models.messages import Bulletin
from tests.factories import NOW
from tests.web.browsing import text_of


@pytest.fixture
def reported(city_round):
    """Sixty weeks of 石家庄's and one of 唐山's."""
    with city_round.database.write() as session:
        file = storage.keep(session, b"x", now=NOW)
        for n in range(61):
            day = date(2025, 1, 5) + timedelta(weeks=n)
            row = Bulletin(
                kind="week",
                period=f"{day:%G-W%V}",
                area_code="130100" if n else "130200",
                title="周报",
                starts_on=day,
                ends_on=day,
                document={},
                file=file,
                created_at=NOW,
            )
            session.add(row)
    return city_round


def test_what_does_not_fit_on_a_page_is_on_the_next(reported):
    browser = reported.browser(reported.province)
    first, last = browser.get("/bulletins"), browser.get("/bulletins?page=2")
    assert "共 61 条 · 第 1/2 页" in text_of(first)
    oldest = "2025年第1周"
    assert oldest not in text_of(first)
    assert oldest in text_of(last)
    assert [page.text.count('class="row-link"') for page in (first, last)] == [50, 11]


def test_the_province_picks_an_office(reported):
    page = reported.browser(reported.province).get("/bulletins?area=130200&kind=week")
    assert '<option value="130200" selected>唐山市</option>' in page.text
    assert page.text.count('class="row-link"') == 1
    assert 'name="kind" value="week"' in page.text
    none = reported.browser(reported.province).get("/bulletins?area=130200&kind=month")
    assert "没有符合条件的周报或月报" in text_of(none)


def test_a_city_has_nothing_to_pick(reported):
    page = reported.browser(reported.admin).get("/bulletins?area=130200")
    assert "<option" not in page.text
    assert 'class="row-link"' not in page.text
    assert "共 60 条" in text_of(reported.browser(reported.admin).get("/bulletins"))
