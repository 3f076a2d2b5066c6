"""What is said of a line: its fields as a person gives them, checked, in their one form.

Form and file pass through the same gate.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hotline import texts
from hotline.errors import T, Text
from hotline.files.spreadsheets import Column
from hotline.models.registry import Area
from hotline.registry.phone_numbers import BadNumber, normalise
from hotline.rules.duty import DutyHours
from hotline.words import LINE_LEVEL, LINE_STATUS

COLUMNS = (
    Column("number", "号码", True, "监督电话，如 0311-86051234、0311-86051234转801、12314。"),
    Column("unit", "责任单位", True, "单位全称，最多 200 个字。"),
    Column("level", "层级", True, "省级、市级或县级。"),
    Column("area_code", "行政区划代码", True, "单位所在行政区的 6 位代码，须已导入。"),
    Column("line_id", "线路编号", False, "改号时必填，系统凭它找到原线路；新线路可留空。"),
    Column("report_group", "汇总分组", False, "单独统计时填行政区代码；留空按所在市统计。"),
    Column("owner", "责任人", False, "负责接听的人，最多 60 个字。"),
    Column("owner_phone", "联系电话", False, "责任人的电话，手机或带区号的固定电话。"),
    Column(
        "duty_hours", "值班时间", False, "如 工作日 08:30-12:00,13:30-17:30；留空用本系统统一时间。"
    ),
    Column("status", "状态", False, "在用、停用或注销；留空：新线路为在用，原有线路不变。"),
)
FIELDS = (
    "number",
    "unit",
    "area_code",
    "level",
    "report_group",
    "owner",
    "owner_phone",
    "duty_hours",
    "status",
)
FIELD_WORD = {
    "number": T("号码"),
    "unit": T("责任单位"),
    "level": T("层级"),
    "area_code": T("行政区"),
    "line_id": T("线路编号"),
    "report_group": T("指定汇总分组"),
    "group_code": T("汇总分组"),
    "owner": T("责任人"),
    "owner_phone": T("联系电话"),
    "duty_hours": T("值班时间"),
    "status": T("状态"),
}
Values = dict[str, str | None]


class _Wrong(Exception):
    def __init__(self, text: Text):
        super().__init__(str(text))
        self.text = text


@dataclass
class Reading:
    """What was understood (None: said to be empty), and what was not, by field."""

    values: Values = field(default_factory=dict)
    mistakes: dict[str, Text] = field(default_factory=dict)


def read(
    raw: Mapping[str, str], areas: Mapping[str, Area], *, demo_numbers: bool = False
) -> Reading:
    """Check the fields that `raw` has, and no others. Areas are given by their codes.

    A blank status is left out of the values: it says nothing.
    """
    gates: dict[str, Callable[[str], str | None]] = {
        "number": lambda text: _number(text, demo_numbers),
        "unit": lambda text: _words(text, 200, T("请填写责任单位全称。")),
        "level": lambda text: _one_of(text, _LEVELS, T("请填省级、市级或县级。")),
        "area_code": lambda text: _area(text, areas) or _needed(T("请填 6 位行政区划代码。")),
        "line_id": _line_id,
        "report_group": lambda text: _area(text, areas),
        "owner": lambda text: _words(text, 60),
        "owner_phone": lambda text: _number(text, demo_numbers) if text else None,
        "duty_hours": _duty_hours,
        "status": lambda text: _one_of(text, _STATUSES, T("请填在用、停用或注销。")),
    }
    reading = Reading()
    for name, gate in gates.items():
        if name not in raw:
            continue
        text = texts.clean(raw[name])
        if name == "status" and not text:
            continue
        try:
            reading.values[name] = gate(text)
        except _Wrong as wrong:
            reading.mistakes[name] = wrong.text
        except BadNumber as wrong:
            reading.mistakes[name] = wrong.text
    return reading


def _needed(text: Text) -> str:
    raise _Wrong(text)


def _words(text: str, longest: int, needed: Text | None = None) -> str | None:
    if why := texts.mistake(text, longest=longest):
        raise _Wrong(why)
    if not text and needed:
        raise _Wrong(needed)
    return text or None


def _number(text: str, demo: bool) -> str:
    if not text:
        raise _Wrong(T("请填写号码。"))
    return normalise(text, demo=demo)


def _line_id(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text)
    if plain and not re.fullmatch(r"[\w.-]{1,40}", plain):
        raise _Wrong(T("线路编号最多 40 个字，只能用文字、数字、点、横线和下划线。"))
    return plain or None


def _area(text: str, areas: Mapping[str, Area]) -> str | None:
    code = unicodedata.normalize("NFKC", text)
    if code and code not in areas:
        raise _Wrong(T("系统里没有这个代码的行政区，请核对，或先导入行政区。"))
    return code or None


def _duty_hours(text: str) -> str | None:
    if not text:
        return None
    try:
        hours = str(DutyHours.parse(text))
    except ValueError as error:
        raise _Wrong(T("看不懂值班时间，请写成 工作日 08:30-12:00,13:30-17:30。")) from error
    if len(hours) > 120:
        raise _Wrong(T("值班时段过多，请合并。"))
    return hours


def _one_of(text: str, known: Mapping[str, str], wrong: Text) -> str:
    word = unicodedata.normalize("NFKC", text).lower()
    if word not in known:
        raise _Wrong(wrong)
    return known[word]


_LEVELS = {key: key for key in LINE_LEVEL} | {"省": "province", "市": "city", "县": "county"}
_LEVELS |= {word.msgid: key for key, word in LINE_LEVEL.items()}
_STATUSES = {key: key for key in LINE_STATUS} | {
    word.msgid: key for key, word in LINE_STATUS.items()
}
