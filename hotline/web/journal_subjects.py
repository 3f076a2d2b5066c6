"""What the entries of the journal are about, where a bare id says too little to a reader."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.models.inspection import Call, Check, Round
from hotline.models.journal import AuditEntry
from hotline.models.loop import Rectification
from hotline.models.papers import Notice
from hotline.models.registry import Line, Unit

Named = dict[tuple[str, str], str]


def named(session: Session, entries: Iterable[AuditEntry]) -> Named:
    """Number and round, or paper, of the checks, calls and rectifications among the entries.

    By (subject, id); a query each.
    """
    wanted: dict[str, set[int]] = {"check": set(), "call": set(), "rectification": set()}
    for entry in entries:
        if entry.subject in wanted and entry.subject_id.isdigit():
            wanted[entry.subject].add(int(entry.subject_id))
    found: Named = {}
    queries = {
        "check": select(Check.id, Check.number, Round.code).join(Check.round),
        "call": select(Call.id, Check.number, Round.code)
        .join(Check, Check.id == Call.check_id)
        .join(Check.round),
        "rectification": select(
            Rectification.id, func.coalesce(Line.number, Unit.name), Notice.number
        )
        .join(Unit, Unit.id == Rectification.unit_id)
        .join(Notice, Notice.id == Rectification.notice_id)
        .outerjoin(Line, Line.id == Rectification.line_id),
    }
    ids = {"check": Check.id, "call": Call.id, "rectification": Rectification.id}
    for subject, query in queries.items():
        if not wanted[subject]:
            continue
        for id_, number, code in session.execute(query.where(ids[subject].in_(wanted[subject]))):
            found[subject, str(id_)] = f"{number} · {code}"
    return found
