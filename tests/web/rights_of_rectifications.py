"""What each route answers to each person: rectifications, their files and re-checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.loop import rechecks, rectifications
from hotline.loop.attachments import Upload
from hotline.models.inspection import Check
from hotline.models.loop import Attachment, Rectification
from hotline.models.papers import Finding, Notice, NoticeFinding
from hotline.models.registry import Unit
from tests.delivery.papers import issued
from tests.loop.files import pdf

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

# s: 石家庄's, reported with a file; s2: 石家庄's, being re-checked; p: the province's, under way;
# t: 唐山's, reported, with no line to call.
#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /rectifications/{rectification.s}
                                   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /rectifications/{rectification.s2}
                                   200 200 200 200 200 200 200 404 404 404 404 404 403 302
GET /rectifications/{rectification.p}
                                   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /rectifications/{rectification.t}
                                   200 200 200 404 404 404 404 404 200 200 200 404 403 302
GET /rectifications/4711           404 404 404 404 404 404 404 404 404 404 404 404 403 302
POST /rectifications/{rectification.p}/report+put-right
                                   403 403 403 403 403 403 403 303 403 403 404 403 403 302
POST /rectifications/{rectification.p}/report
                                   403 403 403 403 403 403 403 400 403 403 404 403 403 302
POST /rectifications/{rectification.p}/report+with-program
                                   403 403 403 403 403 403 403 400 403 403 404 403 403 302
POST /rectifications/{rectification.s}/report+put-right
                                   403 403 403 403 403 403 403 409 403 403 404 403 403 302
POST /rectifications/{rectification.s}/return+send-back
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s}/return
                                   400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.p}/return+send-back
                                   409 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s}/recheck+again-by-s
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s}/recheck+again-by-t
                                   303 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s2}/recheck/settle
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s2}/recheck/call-off+called-off
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s2}/recheck/call-off
                                   400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.p}/extend+put-off-to
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.p}/extend
                                   400 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s}/extend+put-off-to
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.s}/close
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /rectifications/{rectification.t}/close
                                   303 403 403 404 403 403 403 403 303 403 403 404 403 302
GET /attachments/{attachment.s}    200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /attachments/4711              404 404 404 404 404 404 404 404 404 404 404 404 403 302

GET /rounds/{round.R.open}         200 404 404 200 404 200 404 404 404 404 404 404 403 302
GET /checks/{check.R.open.s2}         200 404 404 200 404 200 404 404 404 404 404 404 403 302
POST /checks/{check.R.open.s2}/calls+dial
                                   303 404 404 303 404 303 404 403 404 404 403 404 403 302
POST /rounds/{round.R.open}/close+as-is
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.R.open}/close   200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /figures/{round.R.open}        404 404 404 404 404 404 404 404 404 404 404 404 403 302
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    from io import BytesIO

    said = {"body": "已更换话机。", "reporter": "王主任"}
    return {
        "put-right": said,
        "with-program": lambda: said | {"files": (BytesIO(b"MZ\x90\x00"), "报告.pdf")},
        "send-back": {"return-reason": "材料不全", "return-days": "3"},
        "again-by-s": {"recheck-inspectors": [ids["user.SC"]]},
        "again-by-t": {"recheck-inspectors": [ids["user.TI"]]},
        "called-off": {"call_off-reason": "线路抢修"},
        "put-off-to": {"extend-due_on": "2026-12-18", "extend-reason": "施工"},
    }


def prepare(town: Town, session: Session) -> None:
    """What papers of closed rounds asked of 长安区, 桥西区 and 路南区."""
    from tests.web.town import NOW

    at = {"settings": town.settings, "now": NOW}
    for name, source in (
        ("s", "S.old.s"),
        ("s2", "S.old.s2"),
        ("p", "P.old.s"),
        ("t", "T.closed.t"),
    ):
        town.ids[f"rectification.{name}"] = _opened(town, session, source, NOW)
    for name, who in (("s", "SU"), ("t", "TU")):
        rectifications.report(
            session,
            town.people[who],
            int(str(town.ids[f"rectification.{name}"])),
            body=f"已更换话机{town.spice}",
            reporter=f"王主任{town.spice}"[:60],
            files=[Upload(f"报告{town.spice}.pdf", pdf())],
            **at,
        )
    session.get_one(Rectification, town.ids["rectification.t"]).line_id = None
    session.get_one(Rectification, town.ids["rectification.p"]).state = "in_progress"
    again = session.get_one(Rectification, town.ids["rectification.s2"])
    again.state, again.reported_at, again.reported_by = "reported", NOW, "link:4711"
    session.flush()
    sent = (town.people["SC"].user_id or 0,)
    opened = rechecks.open(session, town.people["PA"], again.id, inspectors=sent, **at)
    town.ids["round.R.open"] = opened.code
    town.ids["check.R.open.s2"] = session.scalars(
        select(Check.id).where(Check.round_id == opened.id)
    ).one()
    town.ids["attachment.s"] = session.scalars(
        select(Attachment.id).order_by(Attachment.id)
    ).first()


def _opened(town: Town, session: Session, source: str, now) -> int:
    """A paper that names the finding of this check, and what it opens."""
    check = session.get_one(Check, town.ids[f"check.{source}"])
    finding = session.scalars(select(Finding).where(Finding.check_id == check.id)).one()
    unit = session.get_one(Unit, check.unit_id)
    known = select(Notice).where(
        Notice.round_id == check.round_id,
        Notice.unit_id == unit.id,
        Notice.kind == "rectification",
        Notice.number.is_not(None),
    )
    notice = session.scalar(known)
    if notice is None:
        notice = issued(session, check.round, unit, now=now)
        town.ids[f"notice.asked.{source.rpartition('.')[2]}"] = notice.id
    session.add(NoticeFinding(notice_id=notice.id, finding_id=finding.id))
    finding.state = "issued"
    session.flush()
    rectifications.open_for(session, notice, settings=town.settings, now=now)
    query = select(Rectification.id).where(Rectification.finding_id == finding.id)
    return session.scalars(query).one()
