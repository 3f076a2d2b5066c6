"""Signing in, and changing one's own password."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.passwords import hash_password, matches, password_errors
from hotline.db import Database
from hotline.errors import FieldError, Invalid, T, Text
from hotline.models.people import User
from hotline.rights import Actor
from hotline.settings import Security

_UNKNOWN = "?"


@dataclass(frozen=True)
class SignIn:
    """What came of an attempt: the account, or (user None) why not, always in the same words."""

    user: User | None
    refusal: Text | None = None


def authenticate(
    database: Database, name: str, password: str, *, security: Security, now: datetime
) -> SignIn:
    """Try to sign in. Unknown name, wrong password, locked or closed account look the same.

    Failures are counted and journalled in the database, so a refusal is an answer, not an error.
    It has transactions of its own, because hashing must not hold the lock of a write.
    """
    name = normalize("NFKC", name[:120]).strip()[:60]
    with database.read() as session:
        known = session.execute(
            select(User.id, User.password_hash).where(User.name == name)
        ).one_or_none()
    right = matches(known.password_hash if known else None, password)
    with database.write() as session:
        user = session.get(User, known.id, with_for_update=True) if known else None
        # A password changed since it was compared is as good as a wrong one.
        same = user is not None and known is not None and user.password_hash == known.password_hash
        if user is not None and right and same and user.active and not _locked(user, now):
            user.failed_logins, user.locked_until = 0, None
            _journal(session, user.name, "sign_in", now)
            return SignIn(user)
        reason = _count_failure(user, security, now) if user is not None else "unknown"
        _journal(session, user.name if user else _UNKNOWN, "sign_in.refused", now, reason)
    return SignIn(
        None,
        T(
            "用户名或密码不正确，或账号已停用。连续输错 {n} 次将锁定 {minutes} 分钟。",
            n=security.lock_after_failures,
            minutes=security.lock_minutes,
        ),
    )


def change_password(
    session: Session, actor: Actor, current: str, new: str, again: str, *, now: datetime
) -> User:
    """Change one's own password; sessions begun before end. Raises Invalid with every mistake."""
    user = session.get_one(User, actor.user_id, with_for_update=True)
    errors = []
    if not matches(user.password_hash, current):
        errors.append(FieldError("current", T("当前密码不正确。")))
    errors += password_errors(new, user.name)
    if new == current:
        errors.append(FieldError("password", T("新密码须与当前密码不同。")))
    if new != again:
        errors.append(FieldError("again", T("两次输入的新密码不一致。")))
    if errors:
        raise Invalid(errors)
    user.password_hash = hash_password(new)
    user.must_change_password = False
    user.epoch += 1
    _journal(session, user.name, "user.change_password", now)
    return user


def sign_out(session: Session, actor: Actor, *, now: datetime) -> None:
    """End all sessions of someone who leaves: a copied cookie is worth nothing afterwards."""
    session.get_one(User, actor.user_id, with_for_update=True).epoch += 1
    _journal(session, actor.name, "sign_out", now)


def _locked(user: User, now: datetime) -> bool:
    return user.locked_until is not None and user.locked_until > now


def _count_failure(user: User, security: Security, now: datetime) -> str:
    """Count a failure, lock the account when it was one too many; what it was, in a word."""
    if not user.active:
        return "inactive"
    if _locked(user, now):
        return "locked"
    user.failed_logins += 1
    if user.failed_logins >= security.lock_after_failures:
        user.failed_logins = 0
        user.locked_until = now + timedelta(minutes=security.lock_minutes)
        return "now locked"
    return "password"


def _journal(
    session: Session, name: str, action: str, now: datetime, reason: str | None = None
) -> None:
    audit.record(
        session,
        actor=name,
        action=action,
        subject="user",
        subject_id=name,
        now=now,
        reason=reason,
    )
