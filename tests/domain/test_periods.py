"""What texts are taken for a period, and which are not because they could be two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pmf_engine.domain.periods import MONTHS, Cadence, Period, parse_day, parse_period

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


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Apr-26", "2026-04"), ("Apr 26", "2026-04"), ("apr '26", "2026-04"), ("December-98", "1998-12"),
        ("Apr-Jun 2026", "2026-27 Q1"), ("April to June 2026", "2026-27 Q1"), ("Apr 2026 - Jun 2026", "2026-27 Q1"),
        ("Jan-Mar 17", "2016-17 Q4"), ("Jan-Mar 2016/17", "2016-17 Q4"), ("Oct 2016-Mar 2017", "2016-17 H2"),
        ("Apr 2016 to Mar 2017", "2016-17"), ("Q4 16/17", "2016-17 Q4"), ("26/27 Q1", "2026-27 Q1"),
        ("16/17", "2016-17"), ("FY2016/17", "2016-17"), ("Quarter 4 2016-17", "2016-17 Q4"),
    ],
)  # fmt: skip
def test_periods_as_people_write_them(text: str, label: str) -> None:
    period = parse_period(text, APRIL)
    assert period is not None
    assert period.label == label


@pytest.mark.parametrize(
    "text",
    ["10/11", "11/12", "FY17", "FY2017", "2017", "26-Apr", "Oct-Mar 2017", "May-Jul 2016", "Apr-Jun", "Mar-Feb 2016/17",
     "Apr-Jul 2016", "16/2017", "16/18 Q1", "Q1 2016"],
)  # fmt: skip
def test_what_may_be_two_things_or_none_is_no_period(text: str) -> None:
    assert parse_period(text, APRIL) is None
    assert parse_period(text, APRIL, months=1) is None


@given(st.integers(1960 * 12, 2040 * 12), st.sampled_from([1, 3, 6, 12]), st.sampled_from([1, 4, 9]))
def test_months_from_and_to_are_their_period(month: int, length: int, year_start: int) -> None:
    period = Cadence(length, year_start).holding(month)
    first, last = (MONTHS[number % 12][:3] for number in (period.start, period.end - 1))
    text = f"{first} {period.start // 12} - {last} {(period.end - 1) // 12}"
    assert parse_period(text, year_start) == period
    assert parse_day(period.last_day.strftime("%d/%m/%Y")) == period.last_day
    assert Cadence(length, year_start).bounded_by(period.last_day, first=False) == period


def test_six_digits_are_a_month_a_year_or_neither() -> None:
    assert str(parse_period("201104", APRIL, months=1)) == "2011-04"
    assert str(parse_period("201617", APRIL, months=1)) == "2016-17"
    assert parse_period("201112", APRIL, months=1) is None


def test_a_period_is_its_label_where_pydantic_writes_it() -> None:
    quarter = Cadence(3, APRIL).holding(2016 * 12 + 9)
    adapter = TypeAdapter(tuple[Period, ...])
    assert adapter.dump_json((quarter,)) == b'["2016-17 Q3"]'
    assert adapter.dump_python((quarter,)) == (quarter,)
    assert adapter.json_schema(mode="serialization")["items"]["type"] == "string"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Quarter ending 30 June 2016", "2016-17 Q1"), ("quarter ended 30/06/2016", "2016-17 Q1"),
        ("Quarter to June 2016", "2016-17 Q1"), ("Quarter ending: 30-Jun-16", "2016-17 Q1"),
        ("Three months to 31 March 2017", "2016-17 Q4"), ("6 months to 30 September 2016", "2016-17 H1"),
        ("Year ended 31 March 2017", "2016-17"), ("12 months to March 2017", "2016-17"),
        ("Month ending 30 April 2016", "2016-04"), ("1 April 2016 to 30 June 2016", "2016-17 Q1"),
        ("01/04/2016 - 30/06/2016", "2016-17 Q1"), ("01/04/2016-30/06/2016", "2016-17 Q1"),
        ("1 April - 30 June 2016", "2016-17 Q1"), ("1 Oct \u2013 31 Mar 2017", "2016-17 H2"),
        ("2016-04-01 to 2017-03-31", "2016-17"), ("End of Q1 2016/17", "2016-17 Q1"),
        ("from 1 Feb 2017 to 28 Feb 2017", "2017-02"),
    ],
)  # fmt: skip
def test_a_period_by_its_last_day_or_by_both(text: str, label: str) -> None:
    period = parse_period(text, APRIL)
    assert period is not None
    assert period.label == label


@pytest.mark.parametrize(
    "text",
    ["Quarter ending 31 May 2016", "Quarter ending 29 June 2016", "Year ending June 2016", "Week ending 3 July 2016",
     "Quarter ending 06/30/2016", "1 April 2016 to 29 June 2016", "2 April 2016 to 30 June 2016",
     "1 May 2016 to 31 July 2016", "1 April to 30 June", "01/04/2016 - 31/07/2016", "30/06/2016 - 01/04/2016"],
)  # fmt: skip
def test_days_that_bound_no_period_name_none(text: str) -> None:
    assert parse_period(text, APRIL) is None


def test_numbers_are_as_at_the_last_day_of_a_month() -> None:
    assert parse_day("As at 30 June 2016") == parse_day("position at 30/06/2016") == parse_day("end of June 2016")
    assert parse_day("As at 30 June 2016") == parse_day("2016-06-30")
    assert [parse_day(text) for text in ("as at 1 July 2016", "as at 10/07/2016", "end of 2016")] == [None] * 3
