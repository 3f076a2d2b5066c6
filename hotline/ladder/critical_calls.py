"""Which critical item a check failed, and in which call: what a talk's trigger has to say."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.inspection.dialling_hours import off_duty
from hotline.models.inspection import Call, Check
from hotline.rules.outcomes import Outcome
from hotline.settings import Settings

_BY_OUTCOME = {Outcome.HANGUP: "hangup", Outcome.REFUSED: "refused"}


def particulars(
    session: Session, check_ids: Collection[int], settings: Settings
) -> dict[int, dict[str, object]]:
    """Check id → `what` (`hangup`, `refused`, ids of items) and `at`, the call's start in ISO.

    `off_duty` is there, and true, for a call when nobody had to answer.

    Checks whose decisive call failed no critical item are left out.
    """
    query = (
        select(Call.check_id, Call.outcome, Call.critical, Call.started_at, Check.duty_hours)
        .join(Check, Check.id == Call.check_id)
        .where(Check.id.in_(check_ids), Check.critical, Call.started_at == Check.decisive_at)
    )
    found: dict[int, dict[str, object]] = {}
    for check_id, outcome, items, started_at, hours in session.execute(query):
        how = _BY_OUTCOME.get(Outcome(outcome))
        what = [*([how] if how else []), *sorted(items)]
        found[check_id] = {"what": what, "at": local(started_at).isoformat(timespec="minutes")}
        if off_duty(started_at, hours, settings):
            found[check_id]["off_duty"] = True
    return found
