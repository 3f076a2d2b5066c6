"""What a rectification that fails calls for: a talk, and after a talk the copy upwards (抄送)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.clock import local
from hotline.ladder import talk_calls
from hotline.ladder.talk_history import held_before
from hotline.models.loop import Rectification
from hotline.models.papers import MeasureDue
from hotline.rules.escalation import Measure, Step, copy_up
from hotline.rules.reasons import Reason


def call_for_talk(
    session: Session, found: Rectification, trigger: Reason, *, now: datetime
) -> list[MeasureDue]:
    """The steps, as measures of the round that the paper is of, the talk's given to a talk.

    The caller has locked the rectification.
    """
    held = held_before(session, found)
    steps = [Measure(Step.TALK, trigger)]
    if held is not None and held < now:
        steps.append(copy_up(local(held).date()))
    check = found.finding.check if found.finding else None
    called = [
        MeasureDue(
            round_id=found.notice.round_id,
            step=measure.step.value,
            trigger=measure.trigger.to_json(),
            line_id=found.line_id,
            unit_id=found.unit_id,
            area_code=check.area_code if check else found.unit.area_code,
        )
        for measure in steps
    ]
    session.add_all(called)
    session.flush()
    talk_calls.call_for(session, found.notice.round, now=now)
    return called
