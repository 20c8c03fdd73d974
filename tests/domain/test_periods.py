"""What texts are taken for a period, and which are not because they could be two."""

from __future__ import annotations

import pytest

from pmf_engine.domain.periods import parse_period

APRIL, JANUARY = 4, 1


@pytest.mark.parametrize("text", ["2010/11", "2010 / 11", "2011/12", "2000/01"])
@pytest.mark.parametrize("year_start", [APRIL, JANUARY])
def test_a_financial_year_is_never_a_month(text: str, year_start: int) -> None:
    assert parse_period(text, year_start, months=1) is None


@pytest.mark.parametrize("text", ["2010-11", "11/2010", "11-2010", "Nov 2010", "November 2010", "2010 nov"])
def test_a_month_in_the_ways_people_write_it(text: str) -> None:
    period = parse_period(text, APRIL, months=1)
    assert period is not None
    assert (period.label, period.cadence.months) == ("2010-11", 1)


@pytest.mark.parametrize("text", ["2010/11", "2010-11", "2010/2011", "2010-2011", "201011"])
def test_a_year_where_quarters_or_years_are_expected(text: str) -> None:
    for months in (3, 12):
        period = parse_period(text, APRIL, months)
        assert period is not None
        assert (period.label, period.cadence.months) == ("2010-11", 12)


@pytest.mark.parametrize(
    ("text", "label"), [("2016/12", "2016-12"), ("2010/12", "2010-12"), ("2012/13", "2012-13"), ("2016/17", "2016-17")]
)
def test_what_can_be_one_thing_only_is_that(text: str, label: str) -> None:
    period = parse_period(text, APRIL, months=1)
    assert period is not None
    assert period.label == label
