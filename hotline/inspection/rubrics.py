"""Rubric versions: frozen when a round opens, read back for every check of it."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.models.inspection import RubricVersion
from hotline.rules.rubric import Rubric


def freeze(session: Session, rubric: Rubric, now: datetime) -> RubricVersion:
    """The stored version with exactly this content; made if there is none yet."""
    canonical = canonical_json(rubric)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    query = select(RubricVersion).where(RubricVersion.digest == digest)
    if found := session.scalar(query):
        return found
    made = RubricVersion(
        version=rubric.version, digest=digest, body=json.loads(canonical), created_at=now
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        # Another round that opened at this moment was quicker.
        return session.scalars(query).one()
    return made


def load(session: Session, digest: str) -> Rubric:
    """A frozen rubric by its digest; read from the database once per process."""
    return _CACHE.get(digest) or _remember(session, digest)


def canonical_json(rubric: Rubric) -> str:
    return json.dumps(rubric.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)


_CACHE: dict[str, Rubric] = {}


def _remember(session: Session, digest: str) -> Rubric:
    body = session.scalar(select(RubricVersion.body).where(RubricVersion.digest == digest))
    _CACHE[digest] = Rubric.model_validate(body)
    return _CACHE[digest]
