"""What a copy of the database must be before it may take the place of one, of whatever kind."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hotline import audit
from hotline.errors import Conflict, T
from hotline.operations import schema


def require_known(version: str | None, name: str) -> None:
    """Refuse, by the file's `name`, what this program neither made nor can bring up to date."""
    if not schema.knows(version or ""):
        raise Conflict(T("备份出自更新的版本，请先升级程序：{file}", file=name))


def require_whole_journal(engine: Engine) -> int:
    """The number of the journal's entries. Raises Conflict where its chain is broken."""
    with Session(engine) as session:
        count, broken = audit.verify(session)
    if broken:
        raise Conflict(T("备份里的日志链不完整，自第 {n} 条起。", n=broken[0]))
    return count
