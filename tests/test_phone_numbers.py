"""Chinese telephone numbers as people write them, and the one form they are brought to."""

import pytest

from hotline.registry.phone_numbers import BadNumber, normalise

# Hebei's area codes and how long a local number is there
HEBEI = {
    "0310": 7,
    "0311": 8,
    "0312": 7,
    "0313": 7,
    "0314": 7,
    "0315": 7,
    "0316": 7,
    "0317": 7,
    "0318": 7,
    "0319": 7,
    "0335": 7,
}


@pytest.mark.parametrize(
    "written",
    [
        "0311-86051234",
        "031186051234",
        " 0311-86051234 ",
        "0311 8605 1234",
        "(0311)86051234",
        "（0311）8605-1234",
        "０３１１－８６０５１２３４",
        "0311—86051234",
        "0311–86051234",
        "0311 - 86051234",
        "+86 311 86051234",
        "+8631186051234",
        "+86-0311-86051234",
        "0086-311-86051234",
        "86-311-86051234",
    ],
)
def test_one_number_written_differently(written):
    assert normalise(written) == "0311-86051234"


@pytest.mark.parametrize(
    "written",
    [
        "0311-86051234转801",
        "0311-86051234 转 801",
        "0311-86051234分机801",
        "0311-86051234-801",
        "(0311)86051234-801",
        "0311-86051234 ext. 801",
        "0311-86051234x801",
        "0311-86051234#801",
        "0311－86051234转８０１",
        "+86 311 86051234转801",
    ],
)
def test_an_extension_written_differently(written):
    assert normalise(written) == "0311-86051234转801"


@pytest.mark.parametrize(("area", "length"), HEBEI.items())
def test_area_codes_of_hebei_and_their_lengths(area, length):
    local = "3021234" if length == 7 else "86051234"
    assert normalise(f"{area}-{local}") == f"{area}-{local}"
    assert normalise(area + local) == f"{area}-{local}"
    for wrong in (local[:-1], local + "5"):
        with pytest.raises(BadNumber, match="位数"):
            normalise(f"{area}-{wrong}")


@pytest.mark.parametrize(
    "number",
    [
        "010-66201234",
        "021-61234567",
        "0371-65521234",
        "0551-62121234",
        "0571-87021234",
        "0851-85521234",
        "0898-65301234",
        "0991-5851234",
    ],
)
def test_numbers_of_other_provinces(number):
    assert normalise(number) == number
    assert normalise(number.replace("-", "")) == number


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("4008123456", "4008123456"),
        ("400-812-3456", "4008123456"),
        ("4008123456转2", "4008123456转2"),
        ("12314", "12314"),
        ("12345", "12345"),
        ("96123", "96123"),
        ("１２３１４", "12314"),
    ],
)
def test_mobile_400_and_short_numbers(written, expected):
    assert normalise(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "无",
        "1",
        "12",
        "86051234",
        "2021234",
        "86051234转801",
        "1381234567",
        "138123456789",
        "12345678901",
        "400-123-456",
        "0000-1234567",
        "0199-1234567",
        "0311-8605123a",
        "0311-86051234/86051235",
        "0311-86051234、86051235",
        "0311-86051234转",
        "0311-86051234转1234567",
        "=1+1",
        "@86051234",
        "<b>0311-86051234</b>",
        "+1 202 555 0143",
        "+852 2345 6789",
    ],
)
def test_what_is_not_a_number_is_refused_with_a_word_for_the_user(written):
    with pytest.raises(BadNumber) as refused:
        normalise(written)
    assert str(refused.value).endswith("。")


def test_a_number_without_its_area_code_is_told_so():
    with pytest.raises(BadNumber, match="区号"):
        normalise("86051234")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0311-00000001", "0311-00000001"),
        ("0311-0000 0001", "0311-00000001"),
        ("031100000001", "0311-00000001"),
        ("0312-0000001", "0312-0000001"),
        ("0335-0000196", "0335-0000196"),
        ("0311-00000001转8", "0311-00000001转8"),
    ],
)
def test_demo_numbers_pass_only_where_they_are_let(written, expected):
    assert normalise(written, demo=True) == expected
    with pytest.raises(BadNumber, match="演示"):
        normalise(written)


@pytest.mark.parametrize("written", ["0311-0000001", "0312-00000001", "0399-0000001", "00000001"])
def test_a_demo_number_needs_a_real_area_code_and_the_right_length(written):
    with pytest.raises(BadNumber):
        normalise(written, demo=True)


@pytest.mark.parametrize(
    "number",
    ["0311-86051234", "0312-2021234", "13812345678", "4008123456", "12314", "0311-86050000"],
)
def test_letting_demo_numbers_pass_changes_nothing_for_real_ones(number):
    assert normalise(number, demo=True) == normalise(number) == number
