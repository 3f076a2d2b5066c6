"""The examples of the operations guide fit what the program counts on."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", GUIDE, re.DOTALL)


def block(words: str) -> str:
    [found] = [one for one in BLOCKS if words in one]
    return found


def test_the_proxy_lets_through_what_hotline_takes(settings):
    size = re.search(r"client_max_body_size (\d+)m;", block("listen 443"))
    most = max(settings.imports.max_bytes, settings.uploads.max_total_bytes)
    assert int(size[1]) * 2**20 > most + 1_000_000


def test_the_proxy_itself_says_who_visits():
    said = block("listen 443")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in said
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in said
    assert "proxy_set_header Host $host;" in said


@pytest.mark.parametrize(
    ("address", "hidden"),
    [
        ("/n/abc.def", True),
        ("//n/abc", True),
        ("/n/abc/paper.pdf?x=1", True),
        ("/notices/7", False),
        ("/", False),
    ],
)
def test_the_proxy_keeps_links_out_of_its_log(address, hidden):
    said = block("log_format")
    pattern = re.search(r"~(\S+)\s+/n/\.\.\.;", said)[1]
    assert bool(re.search(pattern, address)) is hidden
    assert "$request_uri" not in said.partition("log_format")[2].partition(";")[0]
    assert "$hotline_address" in said.partition("log_format")[2].partition(";")[0]


def test_what_the_service_writes_is_its_own():
    for words in ("Description=Hotline\n", "Type=oneshot"):
        assert "UMask=0077" in block(words)
        assert "User=hotline" in block(words)
