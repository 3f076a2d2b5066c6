"""Moments and seconds as people and Excel write them."""

from __future__ import annotations

from datetime import datetime

import pytest

from hotline.clock import ZONE
from hotline.files.spreadsheets import moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 09:12",
        "2026-11-03T09:12:00",
        "2026-11-03T09:12:00+08:00",
        "2026-11-03T01:12Z",
        "2026-11-03 02:12:00+0100",
        "2026/11/3 9:12",
        "2026.11.3 9:12:00",
        "2026年11月3日 9时12分",
        "2026年11月3日9时12分0秒",
        "2026年11月3日 9点12分",
        "２０２６-１１-０３　０９：１２",
        " 2026-11-03  09:12:00.400 ",
    ],
)
def test_one_moment_in_many_spellings(text):
    assert moment(text) == datetime(2026, 11, 3, 9, 12, tzinfo=ZONE)
    assert moment(text).utcoffset().total_seconds() == 0


@pytest.mark.parametrize(
    ("serial", "at"),
    [
        ("46329.38", (2026, 11, 3, 9, 7, 12)),
        ("46329.3833333333", (2026, 11, 3, 9, 12, 0)),
        ("46329.5", (2026, 11, 3, 12, 0, 0)),
        ("46329.99999999", (2026, 11, 4, 0, 0, 0)),
        ("４６３２９.５", (2026, 11, 3, 12, 0, 0)),
    ],
)
def test_excel_serials(serial, at):
    assert moment(serial) == datetime(*at, tzinfo=ZONE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-03",
        "46329",
        "46329.",
        "2026-13-03 09:12",
        "2026-02-30 09:12",
        "2026-11-03 24:00",
        "2026-11-03 9:12 PM",
        "0001-01-01 00:00",
        "99999.5",
        "11-03 09:12",
        "昨天 9:12",
        "2026-11-03 09:12 and more",
        "2026-11-03 09:12+99:99",
        "-1.5",
        "nan",
    ],
)
def test_what_is_no_moment(text):
    with pytest.raises(ValueError, match=r".*"):
        moment(text)
