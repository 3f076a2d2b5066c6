"""Texts, times and numbers as a person reads them, in the language of the request."""

import string
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import get_locale, gettext, pgettext

from hotline import clock, words
from hotline.errors import FieldError, Text
from hotline.rules.outcomes import Klass
from hotline.rules.reasons import Reason

NONE = "—"
_QUARTERS = "一二三四"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class _Counting(string.Formatter):
    """Texts with `{n:line|lines}`: the first word for one, the second for any other number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if value == 1 else many
        return super().format_field(value, format_spec)


_FORM = _Counting()


def word(text: Text | str) -> str:
    """A sentence in the reader's language; a plain string is taken as it is."""
    if isinstance(text, str):
        return text
    params = {name: _in_place(value) for name, value in text.params.items()}
    said = pgettext(text.context, text.msgid) if text.context else gettext(text.msgid)
    return _FORM.vformat(said, (), params)


def _in_place(value: object) -> object:
    """What stands in a place of a sentence, in the reader's language too."""
    if isinstance(value, Text):
        return word(value)
    if isinstance(value, words.OnDay):
        return day(value.day)
    return period(value.name) if isinstance(value, words.InPeriod) else value


def say(msgid: str, **params: object) -> str:
    """The same for a template: `{{ _('共 {n} 条', n=total) }}`."""
    return word(Text(msgid, params))


def reason(said: Any) -> str:
    """A stored reason (`[key, params]`) or a Reason as a sentence."""
    return word(words.reason(said if isinstance(said, Reason) else Reason.from_json(said)))


def reasons(said: Iterable[Any]) -> str:
    """Stored reasons, one after the other."""
    return say("；").join(reason(one) for one in said)


def listed(names: Iterable[str]) -> str:
    """Names in a row, with the comma of the language."""
    return say("、").join(names)


def mistake(error: FieldError) -> str:
    """A mistake in a file with its row, column and value."""
    said = word(error.text)
    if error.value:
        said = say("“{value}”：{said}", value=error.value, said=said)
    if error.row is None:
        return said
    if not error.field:
        return say("第 {row} 行：{said}", row=error.row, said=said)
    return say("第 {row} 行 [{column}] {said}", row=error.row, column=error.field, said=said)


def moment(at: datetime | None) -> str:
    """Shanghai's day and minute; the year only where it is another."""
    if at is None:
        return NONE
    at = clock.local(at)
    return f"{day(at.date())} {at:%H:%M}"


def moment_exact(at: datetime | None) -> str:
    """The same to the second, with the year."""
    return NONE if at is None else f"{clock.local(at):%Y-%m-%d %H:%M:%S}"


def day(on: date | None) -> str:
    if on is None:
        return NONE
    other_year = on.year != clock.local(clock.now()).year
    if _english():
        return f"{on.day} {_MONTHS[on.month - 1]}" + (f" {on.year}" if other_year else "")
    return (f"{on.year}年" if other_year else "") + f"{on.month}月{on.day}日"


def iso_day(on: str) -> str:
    """A day as it is kept in a period: 2026-11-23."""
    return day(date.fromisoformat(on))


def full_day(on: date) -> str:
    """The day with its year, as the paper itself gives it."""
    if _english():
        return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


def period(name: str) -> str:
    """`2026-11` as 2026年11月, `2026Q4` as 2026年第四季度, `2026-W47` as 2026年第47周."""
    year, week, number = name.partition("-W")
    if week:
        return say("{year}年第{n}周", year=year, n=int(number))
    said = clock.Period.parse(name)
    if said.is_quarter:
        return say("{year}年第{quarter}季度", year=said.first.year, quarter=quarter(name))
    if _english():
        return f"{_MONTHS[said.first.month - 1]} {said.first.year}"
    return f"{said.first.year}年{said.first.month}月"


def quarter(name: str) -> str:
    """The bare number of `2026Q4`: 四."""
    return name[-1] if _english() else _QUARTERS[int(name[-1]) - 1]


def seconds(value: float | None) -> str:
    return NONE if value is None else say("{s} 秒", s=f"{value:.1f}")


def score(tenths: int | None) -> str:
    return NONE if tenths is None else f"{tenths / 10:.1f}"


def number(value: float | None, places: int = 1) -> str:
    return NONE if value is None else f"{value:.{places}f}"


def rate(value: float | None, part: int | None = None, whole: int | None = None) -> str:
    """A fraction as 78.57%（154/196）: no rate without its n."""
    if value is None or part is None or whole is None:
        return words.percent(value)
    return say("{percent}（{part}/{whole}）", percent=words.percent(value), part=part, whole=whole)


def points(change: float | None) -> str:
    """A difference in percentage points with its sign: +1.20个百分点."""
    return NONE if change is None else say("{change}个百分点", change=signed(change))


def signed(change: float | None) -> str:
    """The bare figure of it: +1.20, −3.10, 0.00."""
    if change is None:
        return NONE
    said = f"{abs(change):.2f}"
    if said == "0.00":
        return said
    return ("−" if change < 0 else "+") + said


def _english() -> bool:
    return str(get_locale()) == "en"


FILTERS: dict[str, Callable[..., str]] = {
    "word": word,
    "reason": reason,
    "reasons": reasons,
    "listed": listed,
    "mistake": mistake,
    "moment": moment,
    "moment_exact": moment_exact,
    "day": day,
    "iso_day": iso_day,
    "full_day": full_day,
    "period": period,
    "quarter": quarter,
    "seconds": seconds,
    "score": score,
    "number": number,
    "rate": rate,
    "percent": words.percent,
    "points": points,
    "signed": signed,
    "klass_word": lambda value: word(words.klass(value)),
    "klass_letter": lambda value: word(words.KLASS_LETTER[Klass(value)]) if value else "",
}
