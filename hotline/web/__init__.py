"""The web pages: one blueprint a room, behind one guard."""

from hotline.web import (
    areas,
    call_imports,
    checks,
    figures,
    help,
    home,
    journal,
    language,
    line_imports,
    lines,
    notices,
    reviews,
    rounds,
    sign_in,
    users,
)

ROOMS = (
    sign_in.room,
    language.room,
    help.room,
    home.room,
    lines.room,
    line_imports.room,
    areas.room,
    rounds.room,
    notices.room,
    reviews.room,
    checks.room,
    call_imports.room,
    figures.room,
    users.room,
    journal.room,
)
