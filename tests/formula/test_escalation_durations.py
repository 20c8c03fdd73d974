"""Units in `C for N ...`: a unit that is longer than a period is so many periods of each indicator."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pmf_engine.formula import escalation_durations, parser
from pmf_engine.formula.escalation_durations import UNITS, Unit
from tests.support.boards import evaluate, write_board, write_returns

FIGURES = """
monthly_a: {title: A, from: care, kind: stock, frequency: monthly}
quarterly_b: {title: B, from: care, kind: stock, frequency: quarterly}
"""
INDICATORS = """
a: {frequency: monthly, formula: monthly_a}
b: {frequency: quarterly, formula: quarterly_b}
"""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.plural)
def test_a_unit_has_its_words_and_a_length(unit: Unit) -> None:
    assert unit.singular != unit.plural
    assert unit.periods(1, 12) >= 1
    assert unit.months is None or unit.periods(12, unit.months) == 12


def test_a_unit_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a row for quarters, `for 2 quarters` is six months or two quarters; two years of quarters are eight."""
    quarter = Unit("quarter", "quarters", 3)
    monkeypatch.setattr(parser, "BY_WORD", {**escalation_durations.BY_WORD, "quarter": quarter, "quarters": quarter})
    tolerances = "a: {good: at most 5}\nb: {good: at most 5}"
    write_board(tmp_path, FIGURES, INDICATORS, tolerances, "- {when: red for 2 quarters, to: lead_agency}")
    months = [f"2016-{month:02d},care,monthly_a,{9 if month > 4 else 1}" for month in range(4, 13)]
    quarters = [f"2016-17 Q{place},care,quarterly_b,{value}" for place, value in enumerate((9, 1, 9, 9), 1)]
    write_returns(tmp_path, "\n".join([*months, *quarters]))
    results = evaluate(tmp_path, as_of=date(2017, 7, 1)).results
    results = results.filter(pl.col("rules").list.len() > 0, pl.col("status") == "red")
    assert results.select("indicator", "period").rows() == [
        ("a", "2016-10"), ("a", "2016-11"), ("a", "2016-12"), ("b", "2016-17 Q4"),
    ]  # fmt: skip
    assert quarter.periods(8, 3) == 8
    assert quarter.periods(1, 12) == 1
