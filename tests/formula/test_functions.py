"""The table of functions: every row has all its parts, in every room that has one."""

from pathlib import Path

import polars as pl
import pytest

from pmf_engine.evaluation.evaluate import explain
from pmf_engine.formula.compute.dates import DATE_FUNCTIONS
from pmf_engine.formula.compute.maybe import MaybeExpr
from pmf_engine.formula.compute.operations import OPERATIONS, PLACE, TURN, work
from pmf_engine.formula.compute.record_expressions import NUMBER_FUNCTIONS
from pmf_engine.formula.functions import FUNCTIONS, OVER_TIME, Function
from pmf_engine.formula.syntax import PRODUCT, SUM
from tests.support.boards import evaluate, write_board, write_returns

MONTHS = [f"{2014 + month // 12}-{month % 12 + 1:02}" for month in range(2, 15)]
FIGURES = """
part: {title: Part, from: care, kind: flow, frequency: monthly}
whole: {title: Whole, from: care, kind: flow, frequency: monthly}
"""
ROOT = Path(__file__).parents[2]
OF_FIGURES = [function for function in FUNCTIONS.values() if function.of_records != "only"]
OF_RECORDS = [function for function in FUNCTIONS.values() if function.of_records != "never"]


def named(function: Function) -> str:
    return function.name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_row_is_keyed_by_its_name_and_its_usage_shows_a_call(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.name == name
    assert function.usage.startswith(f"{name}(")
    assert 1 <= function.least <= function.most


@pytest.mark.parametrize("function", OF_FIGURES, ids=named)
def test_every_function_of_figures_has_an_operation(function: Function) -> None:
    assert function.name in OPERATIONS


def test_every_operator_has_an_operation() -> None:
    assert {*SUM, *PRODUCT} <= OPERATIONS.keys()


@pytest.mark.parametrize("function", OF_RECORDS, ids=named)
def test_every_function_of_records_has_an_operation(function: Function) -> None:
    assert function.name in (DATE_FUNCTIONS if function.takes == "dates" else NUMBER_FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=named)
def test_every_function_has_its_line_in_the_documents(function: Function) -> None:
    text = (ROOT / "docs" / "formulas.md").read_text(encoding="utf-8")
    assert f"| `{function.usage}` | {function.meaning} |" in text.splitlines()


@pytest.mark.parametrize("function", OF_FIGURES, ids=named)
def test_every_function_that_may_look_back_over_periods_says_so(function: Function) -> None:
    """An operation reads other rows than its own where the table says that it looks back, and nowhere else."""
    count = 8
    frame = pl.DataFrame({"x": [float(n) for n in range(1, count + 1)], PLACE: range(count), TURN: [0, 1, 2, 3] * 2})
    part = MaybeExpr(pl.col("x"), pl.lit(0, dtype=pl.UInt32))
    needs_span = function.constant is not None and function.constant.months_back
    parts = [part] * (1 if needs_span else max(function.least, function.most if function.default is not None else 1))
    if function.coalesces or function.name in ("min", "max"):
        parts = [part, part]
    value = work(function.name, parts, 3, 6 if needs_span else 0).value
    whole = frame.select(value).to_series()[-1]
    alone = frame.tail(1).select(value).to_series()[0]
    assert (whole != alone) == (function.name in OVER_TIME)


EXPLAINED = {
    "percent": ("percent(part, whole)", 25.0, {("part", "2015-03"), ("whole", "2015-03")}),
    "rate": ("rate(part, whole, 1000)", 250.0, {("part", "2015-03"), ("whole", "2015-03")}),
    "abs": ("abs(part - whole)", 36.0, {("part", "2015-03"), ("whole", "2015-03")}),
    "round": ("round(part / 10)", 1.0, {("part", "2015-03")}),
    "min": ("min(part, whole)", 12.0, {("part", "2015-03"), ("whole", "2015-03")}),
    "max": ("max(part, whole)", 48.0, {("part", "2015-03"), ("whole", "2015-03")}),
    "first_known": ("first_known(part, whole)", 12.0, {("part", "2015-03"), ("whole", "2015-03")}),
    "previous": ("previous(part)", 11.0, {("part", "2015-02")}),
    "year_ago": ("year_ago(part)", 0.0, {("part", "2014-03")}),
    "year_to_date": ("year_to_date(part)", 78.0, {("part", month) for month in MONTHS[1:]}),
    "rolling_year": ("rolling_year(part)", 78.0, {("part", month) for month in MONTHS[1:]}),
    "rolling_months": ("rolling_months(part, 3)", 33.0, {("part", month) for month in MONTHS[-3:]}),
}
"""A formula with each function, its value in March 2015, and the cells that `explain` must show for it.

`part` was 0 in March 2014 and one more in each month since, `whole` 48 in each. The year begins in April.
"""


@pytest.mark.parametrize("function", OF_FIGURES, ids=named)
def test_every_function_has_a_case_in_explain(function: Function) -> None:
    assert function.name in EXPLAINED


@pytest.mark.parametrize("name", EXPLAINED)
def test_explain_shows_every_cell_that_a_function_looks_at(name: str, tmp_path: Path) -> None:
    formula, value, cells = EXPLAINED[name]
    write_board(tmp_path, FIGURES, f"y: {{frequency: monthly, formula: '{formula}'}}")
    rows = [f"{month},care,part,{n}\n{month},care,whole,48" for n, month in enumerate(MONTHS)]
    write_returns(tmp_path, "\n".join(rows))
    told = explain(evaluate(tmp_path, "2015-03"), "y")
    assert told.value == value
    assert {(source.figure, source.period) for source in told.sources} == cells
    assert all(len(source.cells) == 1 for source in told.sources)
