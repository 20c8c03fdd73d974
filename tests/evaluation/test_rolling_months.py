"""`rolling_months(x, n)`: a flow added up over the n months that end with a period, every one of them needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import evaluate, write_board, write_returns

QUARTERS = [f"{year}-{year % 100 + 1} Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]
FIGURE = "x: {title: X, from: care, kind: flow, frequency: quarterly}"


def values(folder: Path, indicator: str, texts: list[str], period: str | None = None) -> dict[str, tuple[str, object]]:
    """The status and value of indicator `y` in each period, from a text for each quarter of 2015-16 and 2016-17."""
    write_board(folder, FIGURE, indicator)
    write_returns(folder, "\n".join(f"{quarter},care,x,{text}" for quarter, text in zip(QUARTERS, texts, strict=True)))
    results = evaluate(folder, period, date(2017, 7, 1)).results.filter(indicator="y")
    return {row["period"]: (row["status"], row["value"]) for row in results.rows(named=True)}


def test_two_quarters_of_a_quarterly_indicator(tmp_path: Path) -> None:
    rows = values(tmp_path, "y: {frequency: quarterly, formula: 'rolling_months(x, 6)'}", list("12345678"))
    # Nothing is known of the quarter before the first.
    assert rows["2015-16 Q1"] == ("no_data", None)
    assert [rows[quarter][1] for quarter in QUARTERS[1:]] == [3, 5, 7, 9, 11, 13, 15]


def test_every_quarter_is_needed_and_the_reason_names_the_one_that_is_missing(tmp_path: Path) -> None:
    rows = values(tmp_path, "y: {frequency: quarterly, formula: 'rolling_months(x, 9)'}", ["1", "2", "x", *"45678"])
    assert [rows[quarter][0] for quarter in QUARTERS[2:5]] == ["no_data"] * 3
    assert rows["2016-17 Q2"] == ("not_rated", 15)
    reasons = evaluate(tmp_path, None, date(2017, 7, 1)).results
    [reason] = reasons.filter(indicator="y", period="2016-17 Q1")["reason"]
    assert "2015-16 Q3" in reason


@pytest.mark.parametrize(("months", "value"), [(12, 26.0), (24, 36.0)])
def test_whole_years_of_an_annual_indicator(tmp_path: Path, months: int, value: float) -> None:
    rows = values(tmp_path, f"y: {{frequency: annual, formula: 'rolling_months(x, {months})'}}", list("12345678"))
    assert rows["2016-17"] == ("not_rated", value)


def test_half_years(tmp_path: Path) -> None:
    rows = values(tmp_path, "y: {frequency: half-yearly, formula: 'rolling_months(x, 12)'}", list("12345678"))
    assert rows["2016-17 H1"] == ("not_rated", 3 + 4 + 5 + 6)
    assert rows["2016-17 H2"] == ("not_rated", 5 + 6 + 7 + 8)


def test_it_is_a_rolling_year_over_twelve_months(tmp_path: Path) -> None:
    over_months = values(tmp_path, "y: {frequency: quarterly, formula: 'rolling_months(x, 12)'}", list("12345678"))
    assert over_months == values(tmp_path, "y: {frequency: quarterly, formula: rolling_year(x)}", list("12345678"))


def test_a_report_on_a_year_shows_the_last_quarter_of_what_is_no_whole_number_of_years(tmp_path: Path) -> None:
    six = "y: {frequency: quarterly, formula: 'rolling_months(x, 6)'}"
    assert values(tmp_path, six, list("12345678"), "2016-17") == {"2016-17 Q4": ("not_rated", 15)}
    year = "y: {frequency: quarterly, formula: 'rolling_months(x, 12)'}"
    assert values(tmp_path, year, list("12345678"), "2016-17") == {"2016-17": ("not_rated", 26)}


def test_explain_shows_every_cell_of_every_period(tmp_path: Path) -> None:
    values(tmp_path, "y: {frequency: quarterly, formula: 'rolling_months(x, 9)'}", list("12345678"))
    explanation = pmf.explain(evaluate(tmp_path, "2016-17 Q4", date(2017, 7, 1)), "y")
    cells = {(source.period, cell.text) for source in explanation.sources for cell in source.cells}
    assert cells == {("2016-17 Q2", "6"), ("2016-17 Q3", "7"), ("2016-17 Q4", "8")}
