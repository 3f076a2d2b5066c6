"""Chinese telephone numbers as people write them, brought to one form.

`0311-86051234`, `0311-86051234转801`, `13812345678`, `4008123456`, `12314`.
"""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

from hotline.errors import HotlineError, T

_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
_GROUPED = re.compile(r"^\(?(0\d{2,3})\)?[\s-]*([\d\s]+?)-(\d{1,6})$")
_COUNTRY = re.compile(r"^((\+|00)86|86(?=[\s-]))[\s-]*")
_ALLOWED = re.compile(r"[\d\s()+-]+")


class BadNumber(HotlineError):
    """Not a telephone number of the kinds that are known here."""


def normalise(raw: str, *, demo: bool = False) -> str:
    """The one form of a number. `demo` also lets numbers pass that cannot be dialled.

    A demo number has a real area code and a subscriber number of the right length whose first
    digit is 0. Raises BadNumber.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    text = re.sub(r"[‐-―−]", "-", text)
    extension = ""
    if match := _EXTENSION.search(text):
        extension, text = match[1], text[: match.start()].strip()
    elif (match := _GROUPED.match(text)) and len(re.sub(r"\s", "", match[2])) >= 7:
        extension, text = match[3], f"{match[1]}-{match[2]}"
    if not _ALLOWED.fullmatch(text):
        raise BadNumber(T("不是电话号码。固定电话请写成 0311-86051234，分机写成“转801”。"))
    national = _COUNTRY.sub("", text)
    digits = re.sub(r"\D", "", national)
    if national != text and digits[:1] != "0" and _kind("0" + digits) == PhoneNumberType.FIXED_LINE:
        digits = "0" + digits
    number = _form(digits, demo)
    return f"{number}转{extension}" if extension else number


def _form(digits: str, demo: bool) -> str:
    if re.fullmatch(r"1\d{2,4}|9[56]\d{3,6}", digits):
        return digits
    for prefix in (3, 4):
        area, subscriber = digits[:prefix], digits[prefix:]
        if not digits.startswith("0") or not _is_area_code(area):
            continue
        if subscriber.startswith("0"):
            stand_in = area + "8" + subscriber[1:]
            if _kind(stand_in) != PhoneNumberType.FIXED_LINE:
                break
            if not demo:
                raise BadNumber(
                    T("这是演示号码，不能用作真实线路；确为演示数据时请加 --demo-numbers。")
                )
            return f"{area}-{subscriber}"
        if _kind(digits) == PhoneNumberType.FIXED_LINE:
            return f"{area}-{subscriber}"
    if digits.startswith("0"):
        raise BadNumber(T("区号或号码位数不对，请核对区号及本地号码的位数。"))
    if _kind(digits) is not None:
        return digits
    if 7 <= len(digits) <= 8:
        raise BadNumber(T("缺少区号，请写成 0311-86051234。"))
    raise BadNumber(T("号码位数不对，请核对。"))


def _is_area_code(area: str) -> bool:
    """Two digits after the 0 for Beijing (10) and the 2x cities, three elsewhere."""
    short = area[1:2] == "2" or area == "010"
    return len(area) == (3 if short else 4)


def _kind(digits: str) -> int | None:
    """phonenumbers' kind of a national number; None if it is not valid in China."""
    try:
        parsed = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.number_type(parsed) if phonenumbers.is_valid_number(parsed) else None
