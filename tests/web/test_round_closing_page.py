"""The page and the command that close a round name the rounds around it: a warning, no refusal."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hotline.cli import main
from hotline.inspection import rounds
from hotline.inspection.rounds import NewRound
from tests.factories import OPERATOR
from tests.web.browsing import text_of
from tests.web.calling import NOW

ROOT = Path(__file__).resolve().parents[2]


def test_closing_names_earlier_rounds_still_open_and_later_ones_closed(city_round):
    """November's round of 石家庄 is there; this is December's."""
    first = "C-130100-2026-11"
    with city_round.database.write() as session:
        new = NewRound("city", "130100", "2026-12")
        later = rounds.open_round(
            session, OPERATOR, new, settings=city_round.settings, now=NOW
        ).code
    browser = city_round.browser(city_round.admin)
    page = browser.get(f"/rounds/{later}/close")
    assert "较早的轮次尚未关闭" in text_of(page)
    assert f'href="/rounds/{first}"' in page.get_data(as_text=True)
    assert "轮次尚未关闭" not in text_of(browser.get(f"/rounds/{first}/close"))

    def close(code: str):
        usual = {
            "HOTLINE_CONFIG": str(ROOT / "config.yaml"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{city_round.database.url.database}",
        }
        return CliRunner().invoke(main, ["rounds", "close", code, "--as-is", "到期"], env=usual)

    told = close(later)
    assert told.exit_code == 0
    assert f"较早的 {first} 尚未关闭" in told.stderr
    page = browser.get(f"/rounds/{first}/close")
    assert "较晚的轮次已先关闭" in text_of(page)
    told = close(first)
    assert told.exit_code == 0
    assert f"较晚的 {later} 已先关闭" in told.stderr
