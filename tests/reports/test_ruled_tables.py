"""Tables on paper: columns wide enough for their words, rows that stay whole."""

import pytest

from reports import page
from reports.fonts import load
from reports.ruled_tables import IN_TEXT, table_strips
from reports.tables import Column, Kind

FACES, FRAME = load(), page.tall()


def strips(columns, rows, **changes):
    chain = FACES.fangsong
    return list(table_strips(columns, rows, FACES, IN_TEXT, FRAME, body=chain, **changes))


def cells(strip) -> list[list[str]]:
    return [[placed.line.text for placed in lines] for lines in strip.draw.__self__.cells]


def columns(*heads: tuple[str, Kind, float]) -> list[Column]:
    return [Column(*head) for head in heads]


def test_a_number_is_never_cut_however_narrow_its_column():
    made = strips(
        columns(("号码", "text", 1), ("得分", "score", 1), ("备注", "text", 30)),
        [("0311-00000001", 95.8, "备注" * 30)],
    )
    row = cells(made[1])
    assert row[0] == ["0311-00000001"]
    assert row[1] == ["95.8"]
    assert len(row[2]) > 1


def test_the_edges_are_those_of_the_type_area():
    made = strips(columns(("甲", "text", 3), ("乙", "text", 7)), [("一", "二")])
    edges = made[0].draw.__self__.edges
    assert edges[0] == FRAME.left
    assert edges[-1] == pytest.approx(FRAME.right)


def test_the_head_stays_with_the_first_row_and_the_last_with_the_total():
    made = strips(columns(("甲", "text", 1)), [("一",), ("二",), ("三",)], total=("合计",))
    assert [strip.keep for strip in made] == [False, True, False, False, True]
    assert all(strip.again is not None for strip in made[1:])
    assert cells(made[-1]) == [["合计"]]


def test_a_long_row_is_parted_and_only_its_end_is_closed():
    made = strips(columns(("甲", "text", 1), ("乙", "text", 1)), [("长" * 2000, "短")])
    parts = [strip.draw.__self__ for strip in made[1:]]
    assert len(parts) > 5
    assert [part.open for part in parts] == [True] * (len(parts) - 1) + [False]
    said = "".join(text for strip in made[1:] for text in cells(strip)[0])
    assert said == "长" * 2000
    assert [text for strip in made[1:] for text in cells(strip)[1] if text] == ["短"]


def test_no_rows_are_a_head_alone():
    assert len(strips(columns(("甲", "text", 1)), [])) == 1
