"""What stands in the way of issuing a paper, in words that name it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hotline import words
from hotline.errors import T, Text
from hotline.models.papers import Finding, Notice
from hotline.papers import notices
from hotline.rights import Actor
from hotline.settings import Settings
from reports.document import Document
from reports.gate import missing_in

# A correction or a reminder may be about findings that are disputed or were revoked.
_ABOUT_STANDING_FINDINGS = ("circular", "rectification", "talk")


def not_submitted(notice: Notice) -> Text | None:
    """Why its state does not let it be issued; None if it was submitted."""
    return {
        "draft": T("还没有送审，不能签发。"),
        "issued": T("已经签发：{number}", number=notice.number),
        "withdrawn": T("已撤回，不能签发。"),
    }.get(notice.state)


def why_not_theirs(actor: Actor, notice: Notice) -> Text | None:
    """Why this one may not issue it; None if the deed is theirs."""
    if actor.name in (notice.drafted_by, notice.submitted_by, *notice.hands):
        return T("您参与过拟稿、修改或送审，须由另一位管理员签发。")
    return None


def obstacles(session: Session, wanted: Sequence[Notice]) -> list[Text]:
    """What is unfinished about the findings that papers name, a sentence a line.

    A line that stands in the way of a 通报 and of a letter is named once.
    """
    named = notices.findings_of(session, wanted)
    said: list[Text] = []
    for notice in wanted:
        for finding in named[notice.id]:
            why = _unfinished(finding, notice)
            if why is not None:
                number, unit = finding.check.number, finding.check.unit.name
                said.append(T("{number} {unit}：{why}", number=number, unit=unit, why=why))
        if notice.kind == "rectification" and not any(map(stands, named[notice.id])):
            said.append(T("{title}：列入的问题均已剔除，请撤回本文书", title=_called(notice)))
    return list({str(text): text for text in said}.values())


def missing(document: Document, settings: Settings) -> list[Text]:
    """The characters of a paper that no face has, each with its code point.

    Raises Conflict where there are no typefaces at all.
    """
    with notices.faces_needed():
        absent = missing_in(document, notices.faces_of(settings))
    return [T("{char}（U+{code}）", char=char, code=f"{ord(char):04X}") for char in absent]


def stands(finding: Finding) -> bool:
    """Is it a finding that a paper may still name?"""
    return finding.state not in ("dropped", "revoked")


def _unfinished(finding: Finding, notice: Notice) -> Text | None:
    if not stands(finding):
        return None
    if finding.check.review != "accepted":
        return words.REVIEW[finding.check.review]
    if finding.state == "held" and notice.kind in _ABOUT_STANDING_FINDINGS:
        return T("申诉尚未决定")
    return None


def _called(notice: Notice) -> str:
    return notice.unit.name if notice.unit else notice.title
