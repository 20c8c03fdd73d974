"""Texts as long as a cell may be: what they are is told in time that grows with their length alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pmf_engine.domain.periods import parse_day, parse_period
from pmf_engine.report.summary import names_such_periods
from pmf_engine.submissions.cell_values import is_number
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.vocabulary import Vocabulary
from tests.support.year_board import framework

LEXICON = Lexicon(Vocabulary(framework()))
QUARTER = parse_period("2016-17 Q3", 4)
assert QUARTER is not None


@pytest.mark.parametrize(
    ("read", "begin", "unit", "end"),
    [
        (is_number, "", "9", "z"),
        (is_number, "(1", " ", "z"),
        (lambda text: parse_period(text, 4), "2016", " ", "z"),
        (parse_day, "1", "-", "z"),
        (LEXICON.is_period, "q1 ", " ", "z"),
        (LEXICON.keyed, "(", "\n ", "z"),
        (lambda text: names_such_periods(text, QUARTER), "# a", " ", "b"),
    ],
)
def test_a_long_text_takes_no_second(read: Callable[[str], object], begin: str, unit: str, end: str) -> None:
    text = begin + unit * (32_767 // len(unit)) + end
    start = time.process_time()
    assert not read(text)
    assert time.process_time() - start < 1


def test_numbers_and_periods_are_read_as_before() -> None:
    for text in ("12", "12.5%", ".5%", "1,234%", "(1,200)", "( 12)", "12 [r]"):
        assert is_number(text), text
    for text in ("1.", "12.%", "%", "1,23%", "(1,200", "1 2"):
        assert not is_number(text), text
    for text in ("Period : 2016-17 Q3", "Period - 2016-17 Q3"):
        assert LEXICON.keyed(text) == ("period", "2016-17 Q3", "Period")
