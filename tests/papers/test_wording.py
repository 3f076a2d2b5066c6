"""The language of wording templates: what it makes, what it refuses, and that values never act."""

import pytest

from hotline.texts import mistake_of_lines
from reports.document import Grid, Heading, Paragraph
from reports.tables import Column
from reports.wording import Slot, numeral, render, slots, title
from reports.wording_syntax import BREAK, VALUE, Source, WordingError, check

HEAD = "title: 通知\naddressee: 甲局\nsignature: 乙厅\n---\n"
GRID = Grid((Column("列", "text", 1),), (("格",),))
TYPED = [
    "# 标题",
    "## 二级",
    "@slot opening",
    "@grid calls",
    "@receipt",
    "@signers",
    "---",
    "title: 别的",
    "{{ 7*7 }}",
    "{% if x %}",
    "{# 注释 #}",
    "甲\n# 标题\n\n@receipt\n乙",
    "甲\r\n---\r\n# 乙",
    "\ufdd0# 标题",
    "\ufdd1@receipt",
    "",
]


def made(body: str, values=None, insertions=None, **grids: Grid):
    return render(Source("x.txt", HEAD + body), values or {}, grids, insertions or {})


def text_of(block) -> str:
    return block.lead + block.text


def test_paragraphs_are_parted_by_blank_lines_and_joined_without_a_gap():
    body = made("第一段，\n还是第一段。\n\n  第二段。\n\n\n").body
    assert body == [Paragraph("第一段，还是第一段。"), Paragraph("第二段。")]


def test_headings_and_leads_number_themselves():
    body = made("# 甲\n\n## 子\n正文\n\n## 丑\n\n#乙\n## 寅\n正文").body
    assert body == [
        Heading("一、甲"),
        Paragraph("正文", "（一）子"),
        Heading("（二）丑", 2),
        Heading("二、乙"),
        Paragraph("正文", "（一）寅"),
    ]


@pytest.mark.parametrize(("n", "word"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十")])
def test_numerals(n, word):
    assert numeral(n) == word


def test_a_line_of_tags_leaves_no_trace_and_an_empty_condition_no_gap():
    body = "甲\n{% if no %}\n不\n{% endif %}\n{% if no %}不{% endif %}\n乙。\n\n{# 注\n释 #}\n丙"
    assert made(body, {"no": False}).body == [Paragraph("甲乙。"), Paragraph("丙")]


def test_an_end_of_a_condition_keeps_the_blank_line_after_it():
    assert len(made("甲{% if yes %}。{% endif %}\n\n乙", {"yes": True}).body) == 2


def test_a_loop_makes_paragraphs():
    body = made(
        "{% for x in xs %}\n{{ loop.index }}. {{ x }}\n\n{% endfor %}", {"xs": ["甲", "乙"]}
    )
    assert body.body == [Paragraph("1. 甲"), Paragraph("2. 乙")]


def test_the_head_and_the_strips():
    said = render(
        Source(
            "x.txt",
            "title: 关于{{ a }}\n       的通知\nnote: 附注\n---\n@receipt\n　回\n执\n@signers\n签",
        ),
        {"a": "甲"},
        {},
        {},
    )
    assert said.fields["title"] == "关于甲\n的通知"
    assert said.fields["note"] == "附注"
    assert (said.receipt, said.signers, said.body) == (["　回", "执"], ["签"], [])


def test_tables_are_put_in_by_name_with_a_caption_and_left_out_where_empty():
    body = made("@grid t_{{ 1 }} 表{{ 2 }}：\n@grid none", t_1=GRID, none=Grid((), ()))
    assert body.body == [Grid(GRID.columns, GRID.rows, "表2：")]


def test_a_reviewers_text_stands_in_its_place_as_paragraphs():
    body = made("甲\n@slot mid 中间\n乙", insertions={"mid": "一\n\n# 二\n@receipt {{ 7*7 }}"})
    assert body.body == [
        Paragraph("甲"),
        Paragraph("一"),
        Paragraph("# 二"),
        Paragraph("@receipt {{ 7*7 }}"),
        Paragraph("乙"),
    ]


def test_a_reviewers_text_without_a_place_is_refused_not_lost():
    with pytest.raises(WordingError, match="slot: gone") as refused:
        made("甲", insertions={"gone": "话", "empty": "  "})
    assert refused.value.fault == "slot"


def test_slots_are_listed_in_order_and_not_from_comments():
    source = Source("x.txt", HEAD + "{# @slot no 不 #}\n@slot a 甲 乙\n\n  @slot b\n")
    assert slots(source) == (Slot("a", "甲 乙"), Slot("b", "b"))


@pytest.mark.parametrize("typed", TYPED)
def test_a_value_never_acts(typed):
    body = "{{ v }}\n\n甲{{ v }}\n\n# {{ v }}\n\n## {{ v }}\n文\n\n@grid t {{ v }}\n\n"
    body += "@slot s\n@receipt\n{{ v }}"
    said = render(
        Source("x.txt", "title: {{ v }}\naddressee: {{ v }}\n---\n" + body),
        {"v": typed},
        {"t": GRID},
        {"s": "话"},
    )
    plain = typed.replace("\r\n", "\n").replace("\ufdd0", "").replace("\ufdd1", "\n")
    flat = " ".join(plain.split("\n")).strip()
    kinds = [type(block) for block in said.body]
    first = [Paragraph] if plain.strip() else []
    assert kinds == [*first, Paragraph, Heading, Paragraph, Grid, Paragraph]
    assert said.body[len(first)] == Paragraph("甲" + plain)
    assert said.fields["title"] == said.fields["addressee"] == flat
    assert said.receipt == ([plain] if plain else [])
    assert said.signers == []


def test_filters_and_plain_numbers():
    values = {"rate": 154 / 196, "n": 196, "s": 15.0, "none": None, "day": "2026-11-03"}
    body = made(
        "{{ rate|rate(n) }} {{ rate|percent }} {{ 1|share(3) }} {{ s }} {{ none }} {{ day|day }}"
        " {{ 87.25|score }} {{ 2.345|rounded(2) }} {{ '完。'|sentence }}",
        values,
    ).body
    assert text_of(body[0]) == (
        "78.57%（154/196） 78.57% 33.33%（1/3） 15 — 2026年11月3日 87.3 2.35 完"
    )


@pytest.mark.parametrize(
    ("text", "line", "fault", "detail"),
    [
        (HEAD + "甲\n\n{% if %}", 7, "syntax", "Expected an expression"),
        (HEAD + "{% if x %}\n甲", 6, "syntax", "Unexpected end of template"),
        (HEAD + "甲\n{{ nobody }}", 6, "name", "nobody"),
        (HEAD + "{{ x|nofilter }}", 5, "syntax", "nofilter"),
        (HEAD + "{# 注\n释 #}\n@foto x", 7, "marker", "@foto"),
        (HEAD + "### 三级", 5, "marker", "###"),
        ("titel: 甲\n---\n", 1, "field", "titel"),
        ("title: 甲\nnonsense\n---\n", 2, "field", "nonsense"),
        ("title: 甲\n\n正文", 1, "field", "---"),
        ("{# 注\n释 #}\ntitle: 甲\n  {{ x }}\n---\n", 4, "name", "x"),
        ("note: 甲\n---\n", 1, "field", "title"),
        (HEAD + "甲\n\n{% include '/etc/passwd' %}", 7, "syntax", "include"),
        (HEAD + "{% import 'a' as b %}", 5, "syntax", "import"),
    ],
)
def test_a_broken_template_is_refused_by_name_and_line(text, line, fault, detail):
    with pytest.raises(WordingError) as refused:
        check(Source("circular.txt", text), frozenset({"x"}), frozenset({"area"}))
    said = refused.value
    assert (said.template, said.line, said.fault) == ("circular.txt", line, fault)
    assert detail in said.detail


@pytest.mark.parametrize(
    ("body", "line", "fault"),
    [
        ("甲\n\n{{ x.nothing }}", 7, "value"),
        ("{{ x.__class__ }}", 5, "value"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", 5, "value"),
        ("{{ x.append(1) }}", 5, "value"),
        ("{% for i in range(10000000) %}a{% endfor %}", 5, "value"),
        ("甲\n\n{{ 1/0 }}", 7, "value"),
        ("甲\n@grid nothing", 6, "grid"),
    ],
)
def test_what_only_shows_with_values_is_refused_by_line_too(body, line, fault):
    with pytest.raises(WordingError) as refused:
        made(body, {"x": []})
    assert (refused.value.template, refused.value.line, refused.value.fault) == (
        "x.txt",
        line,
        fault,
    )


def test_a_title_is_known_before_the_rest():
    source = Source(
        "x.txt", "{# 注 #}\ntitle: 关于{{ a }}\n       的通知\naddressee: {{ b }}\n---\n{{ c }}"
    )
    assert title(source, {"a": "甲"}) == "关于甲\n的通知"


@pytest.mark.parametrize("mark", [VALUE, BREAK])
def test_the_marks_around_values_cannot_be_typed(mark):
    assert mistake_of_lines(f"甲{mark}乙", longest=10) is not None
    assert mistake_of_lines("甲乙", longest=10) is None
