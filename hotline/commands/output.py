"""What the commands print: tables for people, JSON and CSV for other programs."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hotline.inspection.call_imports import Plan as CallPlan
    from hotline.inspection.figures import LineFigure, RoundFigures
    from hotline.models.papers import Notice
    from hotline.registry.line_imports import Plan as LinePlan
    from hotline.rules.statistics import Tally

_COUNTS = (
    "pass",
    "slow",
    "irregular",
    "slow_irregular",
    "unreachable",
    "wrong_number",
    "void",
)


def figures_json(figures: "RoundFigures") -> dict[str, Any]:
    """The figures under the names that other programs rely on; rates are fractions."""
    from hotline.rules.outcomes import Outcome
    from hotline.words import PROVINCE_ROW

    return {
        "round": figures.round.code,
        "balanced": figures.balanced,
        "outcomes": {
            outcome.name: figures.total.outcomes.get(outcome, 0)
            for outcome in Outcome
            if not outcome.void
        },
        "total": _tally_json(figures.total)
        | {
            "previous_round": figures.previous,
            "change_points": figures.change.points,
            "change_n": figures.change.n,
        },
        "areas": [
            {"code": row.code, "name": row.name or str(PROVINCE_ROW), "rank": row.rank}
            | _tally_json(row.tally)
            | {"change_points": row.change.points, "change_n": row.change.n}
            for row in figures.areas
        ],
        "again": _tally_json(figures.again),
        "lines": [_line_json(line) for line in figures.lines],
    }


def show_figures(figures: "RoundFigures", form: str) -> None:
    """Print a round's figures as table, json or csv (the lines)."""
    if form == "json":
        _print_json(figures_json(figures))
    elif form == "csv":
        _print_csv(figures_json(figures)["lines"])
    else:
        _figures_table(figures)


def show_line_plan(plan: "LinePlan", *, rows: bool) -> None:
    """Print what an import of lines does, row by row if asked, and its warnings."""
    for row in plan.rows if rows else ():
        click.echo(str(row))
    for warning in plan.warnings:
        click.echo(f"提示：{warning}", err=True)


def show_call_plan(plan: "CallPlan", *, rows: bool) -> None:
    """Print what an import of calls does to each check, if asked."""
    from hotline.words import klass

    for verdict in plan.verdicts if rows else ():
        change = f"{klass(verdict.before)} → {klass(verdict.after)}"
        click.echo(f"{verdict.number} {verdict.unit}：新增 {verdict.calls} 次，{change}")


def show_notices(notices: "Sequence[Notice]", form: str) -> None:
    """Print a round's papers as table or json."""
    from hotline import words

    listed = [
        {
            "id": notice.id,
            "round": notice.round.code,
            "kind": notice.kind,
            "title": notice.title,
            "unit": notice.unit.name if notice.unit else None,
            "number": notice.number,
            "status": notice.state,
            "drafted_at": notice.drafted_at.isoformat(),
            "issued_at": notice.issued_at.isoformat() if notice.issued_at else None,
            "sha256": notice.file,
        }
        for notice in notices
    ]
    if form == "json":
        _print_json(listed)
        return
    for item in listed:
        state = item["number"] or words.NOTICE_STATE[str(item["status"])]
        click.echo(f"{item['id']:>5}  {state}  {item['title']}  {item['unit'] or ''}")


def _tally_json(tally: "Tally") -> dict[str, Any]:
    from hotline.rules.outcomes import Klass

    low, high = tally.pass_interval or (None, None)
    counts = {name: tally.classes.get(Klass(name.upper()), 0) for name in _COUNTS}
    return {
        "lines": tally.lines,
        "tested": tally.tested,
        **counts,
        "untested": tally.untested,
        "first_dial_connect_rate": tally.first_dial_connect_rate,
        "connect_rate": tally.connect_rate,
        "timely_rate": tally.timely_rate,
        "valid_rate": tally.valid_rate,
        "handling_rate": tally.handling_rate,
        "pass_rate": tally.pass_rate,
        "pass_rate_low": low,
        "pass_rate_high": high,
        "mean_score": tally.mean_score,
    }


def _line_json(line: "LineFigure") -> dict[str, Any]:
    from hotline.words import reason

    result = line.result
    return {
        "number": line.number,
        "unit": line.unit,
        "area_code": line.area_code,
        "class": result.klass.value if result.klass else None,
        "score": line.score,
        "provisional": line.provisional,
        "apart": line.apart,
        "attempts": line.attempts,
        "outcome": result.outcome.name if result.outcome else None,
        "reasons": [str(reason(said)) for said in line.reasons],
    }


def _figures_table(figures: "RoundFigures") -> None:
    from rich.console import Console
    from rich.table import Table

    from hotline.words import PROVINCE_ROW, percent

    counted = ("线路", "抽查", "合格", "打不通", "号码错误", "仅慢", "仅不规范", "两项")
    rated = ("首拨接通率", "接通率", "及时接通率", "合格率", "平均得分")
    table = Table("排名", "地区", *counted, *rated, title=figures.round.code)
    rows = [(row.rank, row.name or str(PROVINCE_ROW), row.tally) for row in figures.areas]
    for rank, name, tally in [*rows, (None, "合计", figures.total)]:
        counts = _tally_json(tally)
        mean = tally.mean_score
        table.add_row(
            str(rank or "—"),
            name,
            *(str(counts[key]) for key in ("lines", "tested", "pass", "unreachable")),
            *(str(counts[key]) for key in ("wrong_number", "slow", "irregular", "slow_irregular")),
            percent(tally.first_dial_connect_rate),
            percent(tally.connect_rate),
            percent(tally.timely_rate),
            percent(tally.pass_rate),
            "—" if mean is None else f"{mean:.1f}",
        )
    Console(width=None if sys.stdout.isatty() else 180).print(table)
    click.echo("各项比率的分母均为抽查数（不含不计和未测的线路）。")


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_csv(lines: list[dict[str, Any]]) -> None:
    import pandas

    frame = pandas.DataFrame(lines)
    frame["reasons"] = frame["reasons"].map("；".join)
    click.echo(frame.to_csv(index=False), nl=False)


def tell_import(
    added: int,
    changed: int | None,
    unchanged: int,
    ignored: tuple[str, ...],
    dry_run: bool = False,
) -> None:
    """What an import did; `changed` None: it changes nothing that is there."""
    said = f"新增 {added}，" + (f"变更 {changed}，" if changed is not None else "")
    click.echo(f"{'（试运行，未保存）' if dry_run else ''}{said}不变 {unchanged}。")
    if ignored:
        click.echo(f"未用的列：{'、'.join(ignored)}")
