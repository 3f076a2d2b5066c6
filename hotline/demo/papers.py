"""The demo's notices as PDF files, so that a newcomer sees some at once."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from hotline.db import Database
from hotline.papers import notices
from hotline.rights import Actor
from hotline.settings import Settings


def folder_for(database: Database) -> Path:
    """Beside the file of an embedded database, else in `var`."""
    file = database.url.database
    beside = Path(file).parent if database.is_sqlite and file else Path("var")
    return beside / "demo-notices"


def draw_missing(
    session: Session,
    actor: Actor,
    codes: Iterable[str],
    folder: Path,
    *,
    settings: Settings,
    now: datetime,
) -> int:
    """Write the papers of these rounds that are not in the folder yet; how many there were.

    Those that are issued; of a round of which none is, the drafts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for code in codes:
        found = notices.find(session, actor, round_code=code)
        for notice in [one for one in found if one.number] or found:
            path = folder / f"{notices.file_name(notice)}.pdf"
            if not path.exists():
                path.write_bytes(notices.pdf(session, notice, settings=settings, now=now))
                drawn += 1
    return drawn
