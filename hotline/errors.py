"""What can go wrong, as types, each carrying a sentence for the person who caused it.

A sentence is a `Text`: a Chinese message with named places, which is also its key in the
translation catalogues. Use cases raise these; the edge (web, command line) words and shows them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """A sentence for a user: the catalogue's key (Chinese) and the values of its places.

    `context` tells the catalogue which of two meanings one Chinese word has.
    """

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict)
    context: str | None = None

    def __str__(self) -> str:
        return self.msgid.format(**{name: str(value) for name, value in self.params.items()})


def T(msgid: str, **params: object) -> Text:
    """Mark a sentence for the catalogues; the extraction looks for this name."""
    return Text(msgid, params)


def T_in(context: str, msgid: str) -> Text:
    """The same for a word that means something else elsewhere: 退回, a button and a state."""
    return Text(msgid, context=context)


@dataclass(frozen=True)
class FieldError:
    """One mistake: where (the field, and a file's row), what was given, what to do."""

    field: str
    text: Text
    row: int | None = None
    value: str = ""

    def __str__(self) -> str:
        where = f"第 {self.row} 行 " if self.row is not None else ""
        given = f"“{self.value}”：" if self.value else ""
        column = f"[{self.field}] " if self.field else ""
        return f"{where}{column}{given}{self.text}"


class HotlineError(Exception):
    """A refusal that a person can act on; `text` says what is wrong and what to do."""

    def __init__(self, text: Text):
        super().__init__(str(text))
        self.text = text


class NotFound(HotlineError):
    """There is no such thing, or this user may not know that there is."""


class Gone(HotlineError):
    """It was there and open to this visitor, and is no longer."""


class Forbidden(HotlineError):
    """The thing is known to the user, but this deed is not theirs to do."""


class Conflict(HotlineError):
    """The state of things does not allow it now; `details` names what stands in the way."""

    def __init__(self, text: Text, details: Iterable[Text] = ()):
        super().__init__(text)
        self.details = tuple(details)


class Invalid(HotlineError):
    """The input is wrong; every mistake at once, in `errors`."""

    def __init__(self, errors: Iterable[FieldError]):
        self.errors = tuple(errors)
        super().__init__(T("有 {n} 处需要改正。", n=len(self.errors)))

    @classmethod
    def one(cls, field: str, text: Text, value: str = "") -> "Invalid":
        return cls([FieldError(field, text, value=value)])


def explain(error: Exception) -> str:
    """An error in lines for the one who looks after the system: a refusal with every detail."""
    if not isinstance(error, HotlineError):
        return f"{type(error).__name__}: {error}"
    details = error.errors if isinstance(error, Invalid) else ()
    more = error.details if isinstance(error, Conflict) else ()
    return "\n  ".join(map(str, (error, *details, *more)))
