"""The language of wording templates: Jinja in a sandbox, where a value is never markup.

A template has head lines (`title: …`), a line `---`, and its body.
"""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reports.periods import date_words
from reports.tables import percent, points, rounded

FIELDS = ("title", "addressee", "signature", "note")
MARKERS = ("grid", "slot", "receipt", "signers")
DIVIDER = "---"
FIELD = re.compile(rf"({'|'.join(FIELDS)})[ \t]*[:：][ \t]*(.*)", re.DOTALL)
# Stand in the rendered text and in no typed one: where a value begins, a line end inside it.
VALUE, BREAK = "\ufdd0", "\ufdd1"
_TAG = r"(?:\{%(?:(?!%\}).)*%\}|\{#(?:(?!#\}).)*#\})"
_TAGS_ALONE = re.compile(rf"(?ms)^[ \t]*({_TAG}(?:[ \t]*{_TAG})*)[ \t]*\n")
_PIECES = re.compile(rf"(?s){_TAG}|\{{\{{.*?\}}\}}|\n|[^{{\n]+|\{{")
_NO_END = "{#\n#}"
_FAILURES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_OUTSIDE = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


class WordingError(Exception):
    """A template that cannot be used: its name, the line (0: of no one line) and what is wrong.

    `fault`: syntax, name, field, marker, grid, slot or value; `detail` names the culprit.
    """

    def __init__(self, template: str, line: int, fault: str, detail: str) -> None:
        super().__init__(f"{template}:{line}: {fault}: {detail}")
        self.template, self.line, self.fault, self.detail = template, line, fault, detail


@dataclass(frozen=True)
class Source:
    """A template as it was written; `name` is its file's."""

    name: str
    text: str

    @property
    def plain(self) -> list[str]:
        """Its lines with comments blanked, so that they keep their numbers."""
        text = re.sub(r"(?s)\{#.*?#\}", lambda found: "\n" * found[0].count("\n"), self.text)
        return text.split("\n")


def fill(source: Source, values: Mapping[str, object]) -> str:
    """The template with its values; raises WordingError."""
    template = _compiled(source)
    try:
        return template.render(values)
    except _FAILURES as error:
        raise WordingError(source.name, _line_of(error, source), "value", str(error)) from error


def title_source(source: Source) -> Source:
    """The head's title lines alone, on the lines where they stand."""
    lines = source.plain
    start = next((i for i, line in enumerate(lines) if line.startswith("title")), len(lines))
    more = takewhile(lambda line: line[:1] in (" ", "\t") and line.strip(), lines[start + 1 :])
    return Source(
        source.name, "\n".join([*[""] * start, *lines[start : start + 1], *more, DIVIDER, ""])
    )


@lru_cache(maxsize=64)
def check(source: Source, names: frozenset[str], title_names: frozenset[str]) -> None:
    """Refuse what shows without values: syntax, unknown names, fields and markers.

    Raises WordingError.
    """
    _compiled(source)
    _check_names(source, names)
    _check_names(title_source(source), title_names)
    lines = source.plain
    if DIVIDER not in lines:
        raise WordingError(source.name, 1, "field", DIVIDER)
    divided = lines.index(DIVIDER)
    for i, line in enumerate(lines[:divided], 1):
        if line.strip() and not line.startswith((" ", "\t", "{%")) and not FIELD.match(line):
            raise WordingError(source.name, i, "field", line.strip())
    if not any(line.startswith("title") for line in lines[:divided]):
        raise WordingError(source.name, 1, "field", "title")
    for i, line in enumerate(lines[divided + 1 :], divided + 2):
        word = line.strip(" \t").partition(" ")[0]
        if word.startswith("###") or (word.startswith("@") and word[1:] not in MARKERS):
            raise WordingError(source.name, i, "marker", word)


def _check_names(source: Source, names: frozenset[str]) -> None:
    tree = _ENVIRONMENT.parse(_without_trace(source.text))
    for node in tree.find_all(_OUTSIDE):
        raise WordingError(source.name, node.lineno, "syntax", type(node).__name__.lower())
    unknown = find_undeclared_variables(tree) - names - set(_ENVIRONMENT.globals)
    for name in tree.find_all(nodes.Name):
        if name.name in unknown:
            raise WordingError(source.name, name.lineno, "name", name.name)


@lru_cache(maxsize=64)
def _compiled(source: Source) -> Template:
    try:
        code = _ENVIRONMENT.compile(_without_trace(source.text), source.name, source.name)
    except TemplateSyntaxError as error:
        raise WordingError(source.name, error.lineno, "syntax", str(error.message)) from error
    return Template.from_code(_ENVIRONMENT, code, _ENVIRONMENT.make_globals(None))


def _without_trace(text: str) -> str:
    """A line of nothing but tags is no line, and one whose tags left nothing is no blank line.

    The first gives up its line end to a comment, so that lines still count; the second ends with
    a mark.
    """
    made, tagged = [], False
    for piece in _PIECES.findall(_TAGS_ALONE.sub(rf"\1{_NO_END}", text.replace("\r\n", "\n"))):
        if piece == "\n" and tagged:
            made.append(VALUE)
        if piece in ("\n", _NO_END):
            tagged = False
        tagged = tagged or piece.startswith("{%")
        made.append(piece)
    return "".join(made)


def _line_of(error: BaseException, source: Source) -> int:
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 0 for f in reversed(frames) if f.filename == source.name), 0)


def _marked(value: object) -> str:
    """A value on its way into the text; None is —, as in the tables."""
    if isinstance(value, float):
        value = number_words(value)
    text = str("—" if value is None else value)
    return VALUE + text.replace("\r\n", BREAK).replace("\r", BREAK).replace("\n", BREAK)


def number_words(value: float) -> str:
    """15.0 → 15, 12.5 → 12.5."""
    return str(int(value)) if value == int(value) else rounded(value, 1)


def rate_words(rate: float | None, n: int) -> str:
    """78.57%（154/196）; — where there is no denominator."""
    if rate is None or not n:
        return "—"
    return f"{percent(rate)}（{round(rate * n)}/{n}）"


def share_words(part: int, n: int) -> str:
    """A part of n in the same form."""
    return rate_words(part / n if n else None, n)


def sentence(text: str) -> str:
    """Without the full stop that its writer may have put; the template puts one."""
    return text.rstrip("。；;. \n")


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, finalize=_marked, keep_trailing_newline=True, cache_size=0
)
_ENVIRONMENT.filters.update(
    percent=percent,
    points=points,
    rate=rate_words,
    share=share_words,
    score=lambda value: rounded(value, 1),
    rounded=rounded,
    day=date_words,
    sentence=sentence,
)
