"""Figures: which rounds there are, one round's totals, rows and lines, each with its definition."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from hotline import clock, words
from hotline.errors import T, Text
from hotline.inspection import figures, rounds
from hotline.inspection.figures import RoundFigures
from hotline.models.inspection import Round
from hotline.papers import circulars
from hotline.papers.circulars import by_rank
from hotline.rules.outcomes import Klass, Outcome
from hotline.rules.statistics import Agreement
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.downloads import XLSX, file_answer
from hotline.web.wording import word
from reports.circular_annexes import annexes
from reports.workbook import workbook

room = Blueprint("figures", __name__, url_prefix="/figures")

CLASSES = tuple(klass for klass in Klass if klass.tested)
DEFINITIONS: tuple[tuple[Text, Text], ...] = (
    (T("抽查数"), T("有结果且不是“不计”的线路；各项率除另有说明外以它为分母。")),
    (T("合格率"), T("合格 ÷ 抽查数；排名依据，区间为 95% Wilson 区间。")),
    (T("首拨接通率"), T("第一次有效拨打即接通的线路 ÷ 抽查数；占线重拨不算第一次。")),
    (T("接通率"), T("决定结果的那次拨打接通 ÷ 抽查数。")),
    (T("及时接通率"), T("接通并受理且振铃不超过 15 秒 ÷ 抽查数。")),
    (T("有效率"), T("接通并受理 ÷ 抽查数。")),
    (T("规范率"), T("不属受理不规范 ÷ 接通并受理、直接挂断、拒绝受理的线路数。")),
    (T("平均得分"), T("抽查数内各线路得分的平均，零分计入。")),
    (T("较上期"), T("与同级同地上一轮比较合格率，只算两期都测的线路，单位为个百分点。")),
    (T("排名"), T("按合格率，并列同名次（4、4、4、7）；抽查不足 {n} 条的不排名。")),
)


@dataclass(frozen=True)
class SelfCheck:
    """What the province found on lines that a city had tested itself."""

    group: str
    agreement: Agreement
    too_often: bool


@room.get("")
def index() -> ResponseReturnValue:
    actor, settings = current_actor(), current_settings()
    with current_database().read() as session:
        closed = [one for one in rounds.progress(session, actor) if not one.round.is_open]
        latest = closed[:1]
        shown = [figures.of_round(session, actor, one.round, settings=settings) for one in latest]
    return render_template("figures/index.html", rounds=closed, latest=shown)


@room.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    actor, settings = current_actor(), current_settings()
    with current_database().read() as session:
        found = rounds.get_sample(session, actor, code)
        counted = figures.of_round(session, actor, found, settings=settings)
        checked = _self_checks(session, found, counted)
    rows = by_rank(counted)
    return render_template(
        "figures/show.html",
        round=found,
        figures=counted,
        rows=rows,
        drawn=len(rows) > 1 and any(row.tally.lines > 1 for row in rows),
        classes=CLASSES,
        outcomes=[
            (outcome, words.OUTCOME[outcome], counted.total.outcomes[outcome])
            for outcome in Outcome
            if counted.total.outcomes.get(outcome)
        ],
        definitions=_definitions(),
        self_checks=checked,
        chart=json.dumps(_chart(counted), ensure_ascii=False),
        province_row=words.PROVINCE_ROW,
        klass_words=words.KLASS,
    )


@room.get("/<code>/export.xlsx")
def export(code: str) -> ResponseReturnValue:
    """The annexes as they stand now, as far as the actor may see them."""
    with current_database().read() as session:
        found = rounds.get_sample(session, current_actor(), code)
        facts = circulars.facts(
            session, current_actor(), found, settings=current_settings(), now=clock.now()
        )
    return file_answer(workbook(annexes(facts)), f"{code}-统计.xlsx", XLSX)


def _definitions() -> list[tuple[Text, Text]]:
    least = current_settings().figures.min_tested_for_rank
    return [(name, Text(said.msgid, {"n": least})) for name, said in DEFINITIONS]


def _chart(counted: RoundFigures) -> dict[str, Any]:
    """What the chart draws: the classes of each row, the best row on top."""
    rows = [row for row in by_rank(counted) if row.tally.tested]
    return {
        "rows": [row.name or word(words.PROVINCE_ROW) for row in rows],
        "classes": [
            {
                "name": f"{word(words.KLASS_LETTER[klass])} {word(words.KLASS[klass])}",
                "key": klass.value,
                "counts": [row.tally.classes.get(klass, 0) for row in rows],
            }
            for klass in CLASSES
        ],
    }


def _self_checks(session: Session, found: Round, counted: RoundFigures) -> list[SelfCheck]:
    """Does the self-check hold, for the rows that are shown; empty for a city's own round.

    It counts lines of the whole group, and so is none of a unit's.
    """
    if found.level != "province" or found.is_open or not current_actor().sees_groups:
        return []
    limit = current_settings().figures.false_pass_rate_above
    by_group = figures.self_check(session, found)
    return [
        SelfCheck(row.name or word(words.PROVINCE_ROW), held, (held.false_pass_rate or 0) > limit)
        for row in counted.areas
        if (held := by_group.get(row.code)) is not None
    ]
