"""The table of functions: every row has all its parts, in every room that has one."""

import re
from pathlib import Path

import polars as pl
import pytest

from pmf_engine.formula.compute import record_expressions
from pmf_engine.formula.compute.maybe import MaybeExpr
from pmf_engine.formula.compute.operations import OPERATIONS, PLACE, TURN, work
from pmf_engine.formula.functions import FUNCTIONS, OVER_TIME, Function
from pmf_engine.formula.syntax import PRODUCT, SUM

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
    assert function.name in record_expressions.FUNCTIONS_OF_RECORDS


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
    if function.stands_in or function.name in ("min", "max"):
        parts = [part, part]
    value = work(function.name, parts, 3, 6 if needs_span else 0).value
    whole = frame.select(value)["literal" if False else value.meta.output_name()][-1]
    alone = frame.tail(1).select(value).to_series()[0]
    assert (whole != alone) == (function.name in OVER_TIME)


@pytest.mark.parametrize("function", OF_FIGURES, ids=named)
def test_every_function_has_a_case_in_explain(function: Function) -> None:
    text = (ROOT / "tests" / "evaluation" / "test_explain_functions.py").read_text(encoding="utf-8")
    assert re.search(rf'"{function.name}\(', text)
