"""What stays together where a line is turned over."""

import time

import pytest

from reports.line_units import character_ends, elastic_gaps, unit_ends


def units(text: str) -> list[str]:
    ends = unit_ends(text)
    return [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("合格率78.57%（154/196）。", "合 格 率 78.57% （154/196）。"),
        ("2026年11月3日", "2026年 11月 3日"),
        ("下降−3.10个百分点", "下 降 −3.10个 百 分 点"),
        ("拨打0311-00000001★、", "拨 打 0311-00000001★、"),
        ("轮次P-130000-2026Q4）", "轮 次 P-130000-2026Q4）"),
        ("冀水〔2026〕3号文", "冀 水 〔2026〕3号 文"),
        ("他说：“好”。", "他 说： “好”。"),
        ("《水法》（试行）", "《水 法》 （试 行）"),
        ("甲/乙／丙", "甲/乙／丙"),
        ("振铃(秒)，1,234元", "振 铃 (秒)， 1,234元"),
        ("f(x)/2水", "f(x)/2 水"),
        ("省略……号——止", "省 略…… 号—— 止"),
        ("72.31%～83.72%", "72.31%～ 83.72%"),
        ("￥12.50，№7", "￥12.50， №7"),
        ("don’t停", "don’ t 停"),
        ("１２３４年", "１２３４年"),
    ],
)
def test_units(text, parted):
    assert units(text) == parted.split(" ")


def test_spaces_stay_with_what_they_follow():
    assert units("1. 一　二") == ["1. ", "一　", "二"]
    assert units(" 一") == [" ", "一"]


@pytest.mark.parametrize("whole", ["👨\u200d👩\u200d👧", "👍🏽", "🇨🇳", "e\u0301", "✔\ufe0f"])
def test_what_is_one_sign_is_one_unit(whole):
    assert units(f"水{whole}水") == ["水", whole, "水"]
    assert sum(elastic_gaps(whole)) == 1  # only the gap after it


def test_gaps_inside_words_are_stiff():
    assert list(elastic_gaps("合2026年ab（c）")) == [1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1]


def test_characters_of_a_long_word_keep_their_marks():
    assert character_ends("（abc）。") == [2, 3, 6]


REPEATED = [
    *"/(（。\u200d🇨 ",
    "a(",
    "字/",
    "a/(",
    "a\u0301",
    "〔2026〕",
    "1年",
    "（ ",
    "。 ",
    "！\u0301",
]


@pytest.mark.parametrize("typed", [part * (9000 // len(part)) for part in REPEATED])
def test_no_text_is_slow_to_cut(typed):
    start = time.perf_counter()
    for ends in (unit_ends(typed), character_ends(typed)):
        assert ends[-1] == len(typed)
        assert ends == sorted(set(ends))
    elastic_gaps(typed)
    assert time.perf_counter() - start < 2
