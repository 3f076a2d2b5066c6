"""Passwords: how they are kept, what one must be like."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.errors import FieldError, T

SHORTEST = 10
LONGEST = 200
# Without the signs that are mistaken for one another when read out.
_SIGNS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679"
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The password as it is kept (argon2id, salted). Takes some hundredths of a second."""
    return _hasher.hash(_plain(password))


def matches(kept: str | None, password: str) -> bool:
    """Is this the password? `kept` None (no such account) takes as long and is never right."""
    try:
        right = _hasher.verify(kept or _nobodys(), _plain(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def password_errors(password: str, user_name: str) -> list[FieldError]:
    """What is wrong with a new password; empty if nothing is."""
    password = _plain(password)
    if not SHORTEST <= len(password) <= LONGEST:
        text = T("密码须为 {least}–{most} 个字符。", least=SHORTEST, most=LONGEST)
        return [FieldError("password", text)]
    if user_name and user_name.casefold() in password.casefold():
        return [FieldError("password", T("密码中不能含用户名。"))]
    if len(set(password)) < 4:
        return [FieldError("password", T("密码太简单，至少要有 4 个不同的字符。"))]
    return []


def temporary_password() -> str:
    """Twelve signs that can be read out over a telephone."""
    return "".join(secrets.choice(_SIGNS) for _ in range(12))


def _plain(password: str) -> str:
    # Cut first: normalising takes time by the square of the length, and anyone may send one.
    return unicodedata.normalize("NFC", password[: 8 * LONGEST])


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex(16))
