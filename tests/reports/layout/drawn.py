"""The papers drawn and measured, each once in a process."""

from functools import cache

from reports.official import draw
from tests.reports.layout import head_rules, page_rules, text_rules
from tests.reports.layout.measuring import measure
from tests.reports.layout.papers import PAPERS
from tests.reports.layout.reading import Reading

RULES = (*page_rules.RULES, *head_rules.RULES, *text_rules.RULES)


@cache
def pdf_of(name: str) -> bytes:
    return draw(PAPERS[name])


@cache
def reading(name: str) -> Reading:
    return Reading(PAPERS[name], measure(pdf_of(name)))
