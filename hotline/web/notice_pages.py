"""The page of one paper, as it is, or again with what a refused form had in it."""

from dataclasses import dataclass

from flask import render_template

from hotline import clock, words
from hotline.errors import Invalid
from hotline.issuing import notice_sheets
from hotline.papers import circulars
from hotline.web import deliveries, people
from hotline.web.call_form import item_label, outcome_label
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.wording import word


@dataclass(frozen=True)
class Refused:
    """A form of the page that was refused: which, what was typed, what is wrong with it."""

    form: str = ""
    typed: str = ""
    said: str = ""

    @classmethod
    def of(cls, form: str, typed: str, error: Invalid) -> "Refused":
        return cls(form, typed, "、".join(word(mistake.text) for mistake in error.errors))


_NOTHING = Refused()


def page(notice_id: int, refused: Refused = _NOTHING) -> str:
    """Raises NotFound outside the actor's scope."""
    people.know_names()
    now, settings = clock.now(), current_settings()
    with current_database().read() as session:
        sheet = notice_sheets.get_for(
            session, current_actor(), notice_id, settings=settings, now=now
        )
        reached = deliveries.about(session, sheet.notice)
    notice = sheet.notice
    deliveries.note_opening(notice, "page")
    return render_template(
        "notices/show.html",
        sheet=sheet,
        notice=notice,
        number=notice.number or circulars.draft_number(notice.round, settings, now),
        refused=refused,
        kind_words=words.NOTICE_KIND,
        state_words=words.NOTICE_STATE,
        review_words=words.REVIEW,
        rectification_words=words.RECTIFICATION_STATE,
        round_levels=words.ROUND_LEVEL,
        verify_url=f"{settings.public_url}/verify/{notice.verification_code}",
        item_label=item_label,
        outcome_label=outcome_label,
        **reached,
    )
