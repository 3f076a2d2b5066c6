"""Where titles are turned over, counted in characters: by their sense, in no rectangle."""

from itertools import pairwise

import pytest

from reports.titles import turned


def lines(text: str, measure: float = 20) -> list[str]:
    return turned(text, lambda part: sum(1 if ord(c) > 255 else 0.5 for c in part), measure)


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("饮水安全监督电话整改通知书", "饮水安全监督电话整改通知书"),
        (
            "关于2026年第四季度饮水安全监督电话抽查情况的通报",
            "关于2026年第四季度饮水安全|监督电话抽查情况的通报",
        ),
        (
            "关于石家庄市2026年11月饮水安全监督电话抽查情况的通报",
            "关于石家庄市2026年11月|饮水安全监督电话抽查情况的通报",
        ),
        (
            "关于河北省石家庄市井陉矿区农村饮水安全供水服务总站逾期未报送整改情况的督办通知",
            "关于河北省石家庄市|井陉矿区农村饮水安全供水服务总站|逾期未报送整改情况的督办通知",
        ),
    ],
)
def test_by_its_sense(title, wanted):
    assert "|".join(lines(title)) == wanted


def test_typed_line_ends_are_kept():
    assert lines("关于甲\n乙丙丁戊己的通知") == ["关于甲", "乙丙丁戊己的通知"]


def test_typed_line_ends_that_make_a_rectangle_are_moved():
    made = lines("关于示范市示范县水利局\n未按要求参加约谈的通报")
    assert made == ["关于示范市示范县水利局未按要求", "参加约谈的通报"]
    assert lines("甲甲甲甲\n乙乙乙乙") == ["甲甲甲甲乙乙乙乙"]


@pytest.mark.parametrize("unit", ["示范县水利局", "示范自治县农村饮水安全供水服务管理总站"])
@pytest.mark.parametrize("quarter", "一二三四")
@pytest.mark.parametrize("end", ["的通报", "及整改工作的通知", "有关问题的督办通知"])
def test_no_word_number_or_character_is_torn_off(unit, quarter, end):
    title = f"关于{unit}2026年第{quarter}季度饮水安全监督电话抽查情况{end}"
    made = lines(title)
    assert "".join(made) == title
    for line in made:
        assert 3 <= len(line) <= 26
        assert line[0] not in "的和与及，）"
    for word in (f"2026年第{quarter}季度", "饮水安全", "监督电话", "情况", "通报", "通知"):
        assert word not in title or any(word in line for line in made)


def test_a_name_of_two_hundred_signs_is_quick_and_fits():
    made = lines(f"关于{'示范自治县农村饮水安全供水服务管理总站' * 10}的通报")
    assert len(made) <= 12
    assert all(len(line) <= 20 for line in made)
    assert min(len(line) for line in made) > 8


def test_a_word_longer_than_a_line_is_cut():
    made = lines("A" * 100)
    assert "".join(made) == "A" * 100
    assert all(len(line) <= 40 for line in made)
    assert all(a for a, _ in pairwise([*made, ""]))
