"""Lines of a paragraph: nothing lost, nothing too wide, no mark where it may not stand."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reports.line_breaking import SQUEEZE, Face, Run, break_lines
from reports.line_units import BLANK_AFTER, BLANK_BEFORE, CLOSING, OPENING

SIZE = 10.0
HALF = dict.fromkeys(range(0x20, 0x7F), 500.0) | {0x301: 0.0, 0x200D: 0.0}
SONG, BOLD = Face("song", HALF), Face("bold", HALF | {ord("水"): 1100.0})
FORBIDDEN_FIRST = "，。、；：？！”’）》】〕％…"  # GB/T 15834 in plain words
FORBIDDEN_LAST = "（“‘《【〔"


def lines(text: str, chars: float = 10, indent: float = 2, **how):
    room = chars * SIZE
    return break_lines([Run(text, SONG, SIZE)], room - indent * SIZE, room, **how)


def texts(text: str, *args, **how) -> list[str]:
    return [line.text for line in lines(text, *args, **how)]


def drawn_width(line) -> float:
    """As a reader sees it: from the first character to the end of the last."""
    last = line.pieces[-1]
    return last.x + last.width(len(last.text)) - last.spacing


SIGNS = "水利局监督电话，。、；：？！“”（）《》〔〕…—𠮷３ 　"
WORDS = ["78.57%", "2026年", "甲/乙", "A&B", "0311-00000001★", "（154/196）", "e\u0301"]
prose = st.lists(st.sampled_from([*SIGNS, *WORDS, "👨\u200d👩"]), max_size=120).map("".join)
anything = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=150)
measures = st.floats(3, 30).map(lambda chars: round(chars, 2))


@settings(deadline=None)
@given(prose | anything, measures, st.booleans(), st.sampled_from([0.0, -0.2, 0.3]))
@example("（" * 50, 3, True, 0.0)
@example("。" * 50, 3, True, 0.0)
@example("a" * 200, 5.25, True, -0.2)
def test_nothing_is_lost_and_nothing_too_wide(text, chars, filled, spacing):
    made = lines(text, chars, min(2, chars / 3), filled=filled, spacing=spacing)
    assert "".join(line.text for line in made) == text
    for i, line in enumerate(made):
        room = (chars - (min(2, chars / 3) if i == 0 else 0)) * SIZE
        visible = "".join(piece.text for piece in line.pieces)
        if len(visible) > 1:
            assert line.width <= room + 1e-6
        if visible:
            assert drawn_width(line) == pytest.approx(line.width, abs=1e-6)
        assert not line.hung.strip()


@settings(deadline=None)
@given(prose, st.floats(12, 30))
def test_no_mark_where_it_may_not_stand(text, chars):
    made = [line.text for line in lines(text, chars, 0)]
    for before, after in pairwise(made):
        unit_too_wide = len(after.rstrip(CLOSING)) == 0 or len(before.lstrip(OPENING)) == 0
        if not unit_too_wide and not _longer_than_a_line(text, chars):
            assert after[0] not in FORBIDDEN_FIRST, (before, after)
            assert before.rstrip()[-1:] not in tuple(FORBIDDEN_LAST), (before, after)
            assert not (before[-1].isascii() and before[-1].isdigit() and after[0].isdigit())


def _longer_than_a_line(text: str, chars: float) -> bool:
    """Marks in such a row that no line could hold them and what they belong to."""
    row = longest = 0.0
    for c in text:
        row = row + 0.5 if c.isascii() else row + 1 if c in OPENING + CLOSING + "　" else 0
        longest = max(longest, row)
    return longest + 2 > chars


@settings(deadline=None)
@given(st.text("水利局监督电话，。", min_size=30, max_size=200), st.floats(8, 30))
def test_full_lines_end_at_the_measure(text, chars):
    made = lines(text, chars, 2)
    if "。。" in text or "，，" in text or "，。" in text or "。，" in text:
        return
    for i, line in enumerate(made[:-1]):
        assert line.width == pytest.approx(chars * SIZE - (2 * SIZE if i == 0 else 0), abs=1e-6)


@settings(deadline=None)
@given(prose, measures)
def test_marks_are_squeezed_no_further_than_looks_good(text, chars):
    for line in lines(text, chars, 0):
        for piece, following in pairwise(line.pieces):
            marks = (piece.text[-1] in BLANK_AFTER) + (following.text[0] in BLANK_BEFORE)
            assert piece.spacing >= -marks * SQUEEZE * SIZE - 1e-9


def test_plain_hanzi_fill_the_measure_without_any_spacing():
    made = lines("水" * 28)
    assert [len(line.text) for line in made] == [8, 10, 10]
    assert {piece.spacing for line in made for piece in line.pieces} == {0.0}


def test_a_closing_mark_pulls_its_character_down_or_is_squeezed_in():
    assert texts("水利局监督电话八九，水水水水", 8, 0) == ["水利局监督电话八", "九，水水水水"]
    line = lines("水，局，督、话，八九。水水水水水水", 10, 0)[0]
    assert line.text == "水，局，督、话，八九。"
    assert line.width == pytest.approx(10 * SIZE)
    assert [round(piece.spacing, 6) for piece in line.pieces if piece.text in "，、"] == [-2.5] * 4


def test_an_opening_mark_goes_down_with_what_it_opens():
    assert texts("水利局监督电（话）水水", 8, 0)[0] == "水利局监督电"


def test_numbers_are_whole_and_a_word_longer_than_a_line_is_cut():
    assert texts("水利局监督电78.57%水水水", 7, 0) == ["水利局监督电", "78.57%水水水"]
    assert texts("水" + "a" * 40, 10, 0, filled=False) == ["水" + "a" * 18, "a" * 20, "aa"]


def test_looseness_is_shared_with_the_lines_before():
    text = "水利局监督电话水利局监督电话水利局监督电话" + "0311-00000000-00" + "水利"
    gaps = [line.pieces[0].spacing for line in lines(text, 11, 0)[:-1]]
    greedy = (22 - 21) * SIZE / 9
    assert max(gaps) <= greedy + 1e-6


def test_words_are_spaced_out_only_where_a_line_is_very_loose():
    slightly = lines("水利局监督电话2026，" + "a" * 8 + "水" * 9, 11.2, 0)[0]
    assert {piece.text: piece.spacing for piece in slightly.pieces}["202"] == 0
    very = lines("水利2026年" + "a" * 16 + "水" * 9, 10, 0)[0]
    assert [piece.text for piece in very.pieces] == ["水利2026年"]
    assert very.pieces[0].spacing > 2


def test_a_line_that_cannot_be_filled_decently_stays_as_it_is():
    first = lines("水利" + "a" * 19 + "水水", 10, 0)[0]
    assert first.text == "水利"
    assert first.width == 2 * SIZE


def test_no_single_character_is_left_for_the_last_line():
    text = "水利局监督电话八九十一二三四五六七八九十" * 3 + "。"
    assert [len(line) for line in texts(text, 20, 0)] == [19, 19, 20, 3]


def test_runs_keep_their_faces_and_widths():
    made = break_lines([Run("（一）水。", BOLD, SIZE), Run("共18条水水水", SONG, SIZE)], 80, 100)
    faces = [[(piece.text, piece.face.name) for piece in line.pieces] for line in made]
    joined = ["".join(text for text, face in faces[0] if face == name) for name in ("bold", "song")]
    assert joined[0] == "（一）水。"
    assert joined[1].startswith("共18条")
    assert made[0].width == pytest.approx(80)


def test_spaces_hang_over_and_are_not_drawn():
    first = lines("水利局监督电话八九十 一二三四", 10, 0)[0]
    assert first.hung == " "
    assert first.width == 10 * SIZE
    assert first.pieces[-1].text.endswith("十")


def test_an_empty_paragraph_is_an_empty_line():
    assert [line.pieces for line in break_lines([], 100, 100)] == [()]
    assert [line.text for line in break_lines([Run("", SONG, SIZE)], 100, 100)] == [""]


def test_a_grid_is_kept_by_the_last_line_too():
    last = lines("水" * 25, 10, 2, spacing=-0.2)[-1]
    assert {piece.spacing for piece in last.pieces} == {-0.2}
