"""What the entries of the journal are about, where a bare id says too little to a reader."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.models.inspection import Call, Check, Round
from hotline.models.journal import AuditEntry

Named = dict[tuple[str, str], str]


def named(session: Session, entries: Iterable[AuditEntry]) -> Named:
    """Number and round of each check and call among the entries, by (subject, id). Two queries."""
    wanted: dict[str, set[int]] = {"check": set(), "call": set()}
    for entry in entries:
        if entry.subject in wanted and entry.subject_id.isdigit():
            wanted[entry.subject].add(int(entry.subject_id))
    found: Named = {}
    queries = {
        "check": select(Check.id, Check.number, Round.code).join(Check.round),
        "call": select(Call.id, Check.number, Round.code)
        .join(Check, Check.id == Call.check_id)
        .join(Check.round),
    }
    for subject, query in queries.items():
        which = (Check if subject == "check" else Call).id.in_(wanted[subject])
        for id_, number, code in session.execute(query.where(which)):
            found[subject, str(id_)] = f"{number} · {code}"
    return found
