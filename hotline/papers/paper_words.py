"""Units and reasons as papers put them."""

import re
from typing import cast

from sqlalchemy.orm import Session

from hotline import words
from hotline.models.inspection import Round
from hotline.models.registry import Area, Unit
from hotline.rules.reasons import Reason
from hotline.rules.rubric import Rubric
from hotline.settings import Settings

_WIDE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}))?(?!\d)")
_GAP = re.compile(rf"(?<=[{_WIDE}]) +(?=[!-~])|(?<=[!-~]) +(?=[{_WIDE}])")


def reason(said: Reason, rubric: Rubric | None = None) -> str:
    """A reason without the blanks that a screen has around numbers, days written out.

    `rubric`: the names of failed items stand with their ids.
    """
    if rubric is not None and said.key == "irregular.majors":
        ids = cast(list[str], said.params["items"])
        named = [f"{item_id}{rubric.item(item_id).name}" for item_id in ids]
        said = Reason(said.key, {**said.params, "items": named})
    return _DAY.sub(_written_out, _GAP.sub("", str(words.reason(said))))


def _written_out(found: re.Match[str]) -> str:
    year, month, day = map(int, found.groups()[:3])
    hour, minute = found.groups()[3:]
    return f"{year}年{month}月{day}日" + (f"{int(hour)}:{minute}" if hour else "")


def full_name(name: str, area: str, city: str = "") -> str:
    """A unit's name with its area's, and with its city's where that is given.

    Neither is said twice: 长安区水利局, 石家庄市长安区水利局, 石家庄高新区社会事务局.
    """
    own = name if name.startswith(area) else area + name
    if not city or city == area or own.startswith(city.removesuffix("市")):
        return own
    return city + own


def unit_name(session: Session, unit: Unit, found: Round) -> str:
    """What a round's papers call a unit; those of the province say its city too.

    Two cities may each have a 桥西区水利局.
    """
    city = city_of(session, unit.area) if found.level == "province" else ""
    return full_name(unit.name, unit.area.name, city)


def city_of(session: Session, area: Area) -> str:
    """The name of the city that an area is counted under; empty where it is none's."""
    above: Area | None = session.get(Area, area.report_group) if area.report_group else area
    while above is not None and above.level not in ("city", "province") and not area.report_group:
        above = session.get(Area, above.parent_code) if above.parent_code else None
    return above.name if above is not None and above.level != "province" else ""


def city_office(area: Area, settings: Settings) -> str:
    """Whom a paper to a whole city is written to."""
    return settings.issuer(area.code, area.name, "city")
