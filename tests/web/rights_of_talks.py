"""What each route answers to each person: talks and appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hotline.issuing import approval
from hotline.loop import appeals, talks
from hotline.loop.talks import Arrangement
from hotline.models.inspection import Check
from hotline.models.loop import Talk
from hotline.models.papers import Finding
from tests.factories import OPERATOR
from tests.inspection.spot_checks import on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.web.town import Town

# talk.t: T was told of it; talk.s and talk.s2: due, by 石家庄; talk.city: the province's with
# 石家庄, due. appeal.t: T's, against the province's 通报.
#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /talks/{talk.s}                200 404 404 200 404 404 404 404 404 404 404 404 403 302
GET /talks/{talk.t}                200 200 200 404 404 404 404 404 200 200 200 404 403 302
GET /talks/{talk.city}             200 404 404 404 404 404 404 404 404 404 404 404 403 302
POST /talks/{talk.s}/arrange+meeting
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.s}/arrange       400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.city}/arrange+meeting
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.t}/arrange+put-off
                                   303 403 403 404 403 403 403 403 303 403 403 404 403 302
POST /talks/{talk.t}/record        400 403 403 404 403 403 403 403 400 403 403 404 403 302
POST /talks/{talk.s}/record        409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.t}/no-show+reason
                                   409 403 403 404 403 403 403 403 409 403 403 404 403 302
POST /talks/{talk.s}/cancel+cause  303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.s}/cancel        400 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.city}/cancel+cause
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /talks/{talk.t}/cancel+cause  409 403 403 404 403 403 403 403 409 403 403 404 403 302
POST /talks/{talk.t}/report+follow-up
                                   403 403 403 404 403 403 403 404 403 403 409 404 403 302
POST /talks/{talk.t}/return+reason 409 403 403 404 403 403 403 403 409 403 403 404 403 302
POST /talks/{talk.t}/close         409 403 403 404 403 403 403 403 409 403 403 404 403 302

GET /findings/{finding.P.closed.s}/appeal
                                   403 403 403 403 403 403 403 200 403 403 404 403 403 302
GET /findings/{finding.S.closed.s}/appeal
                                   403 403 403 403 403 403 403 404 403 403 404 403 403 302
POST /findings/{finding.P.closed.s}/appeal+dispute
                                   403 403 403 403 403 403 403 303 403 403 404 403 403 302
POST /findings/{finding.P.closed.s}/appeal
                                   403 403 403 403 403 403 403 400 403 403 404 403 403 302
POST /findings/{finding.P.closed.t}/appeal+dispute
                                   403 403 403 403 403 403 403 404 403 403 409 403 403 302
GET /appeals/{appeal.t}            200 200 200 404 404 404 404 404 200 200 200 404 403 302
POST /appeals/{appeal.t}/decide+decision
                                   403 403 403 404 403 403 403 403 403 403 403 404 403 302
"""


def bodies(ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that a row has after `+`."""
    meeting = {
        "arrange-person": "局长 王某",
        "arrange-meets_at": "2026-11-24T09:30",
        "arrange-place": "三楼会议室",
        "arrange-host": "分管负责人",
    }
    return {
        "meeting": meeting,
        "put-off": meeting | {"arrange-reason": "会议冲突"},
        "cause": {"cancel-reason": "线路少"},
        "follow-up": {"body": "已培训。"},
        "dispute": {"body": "当时有人接听。", "appellant": "王某"},
        "decision": {"verdict": "upheld", "decision": "录音清楚。"},
    }


def prepare(town: Town, session: Session) -> None:
    """Talks that rounds called for, one of them told of; an appeal against the province's 通报."""
    from tests.web.town import NOW

    whom = {town.ids[f"unit.{line}"]: line for line in ("s", "s2", "t")}
    for talk in session.scalars(select(Talk).order_by(Talk.id)):
        if talk.round.level == "city" and talk.unit_id in whom:
            town.ids.setdefault(f"talk.{whom[talk.unit_id]}", talk.id)
        if talk.unit_id is None and talk.area_code == "130100":
            town.ids.setdefault("talk.city", talk.id)
    talk = _tell(town, session, int(str(town.ids["talk.t"])))
    town.ids["notice.T.closed.talk"] = talk.notice_id
    for name in ("P.closed.s", "P.closed.t", "S.closed.s"):
        query = select(Finding.id).join(Check).where(Check.id == town.ids[f"check.{name}"])
        town.ids[f"finding.{name}"] = session.scalars(query).one()
    filed = appeals.file(
        session,
        town.people["TU"],
        int(str(town.ids["finding.P.closed.t"])),
        body=f"当时有人接听{town.spice}",
        appellant=f"王某{town.spice}"[:60],
        settings=town.settings,
        now=NOW,
    )
    town.ids["appeal.t"] = filed.id


def _tell(town: Town, session: Session, talk_id: int) -> Talk:
    from tests.web.town import NOW

    meeting = Arrangement(
        person=f"局长 王某{town.spice}"[:60],
        meets_at=on(24),
        place=f"三楼会议室{town.spice}"[:200],
        host="分管负责人",
        demands=f"本人到会{town.spice}",
    )
    talk = talks.arrange(session, OPERATOR, talk_id, meeting, settings=town.settings, now=NOW)
    approval.submit(session, OPERATOR, talk.notice.id, now=NOW)
    approval.issue(session, town.people["PA"], talk.notice.id, settings=town.settings, now=NOW)
    return talk
