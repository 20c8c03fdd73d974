"""Columns with few texts have each text looked at once; what is wrong with one record is found all the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pmf_engine.formula.compute.dates import DATE_FUNCTIONS, evened
from pmf_engine.records import samples
from tests.records.test_counting import COVERS, Q1, board
from tests.support.boards import cell, evaluate

NORTH = {"x": "count(referral_list where district = 'north')"}
ROWS = 3_000


def written(folder: Path, formulas: dict[str, str], districts: list[str | None]) -> Path:
    """A board with a Parquet file of referrals, one of each district."""
    manifest = {"manifest.csv": COVERS + "referral_list.parquet,2016-07-01,2016-04-01,2016-06-30\n"}
    made = board(folder, formulas, manifest)
    rows = len(districts)
    pl.select(
        child_id=pl.int_range(rows).cast(pl.String),
        received_on=pl.lit(date(2016, 5, 9)).repeat_by(rows).explode(),
        previous_on=pl.lit(None, pl.Date),
        cost=pl.lit(1.0),
        district=pl.Series(districts, dtype=pl.String),
    ).write_parquet(made / "returns" / "referral_list.parquet")
    return made


@pytest.mark.parametrize("text", ["#N/A", "1.2E+12", "=A1", "\0"])
def test_one_record_with_an_error_is_refused_wherever_it_is(tmp_path: Path, text: str) -> None:
    districts: list[str | None] = ["North", "South"] * (ROWS // 2)
    districts[ROWS // 2] = text  # neither among the first records nor among the last, of which the sample is taken
    evaluation = evaluate(written(tmp_path, NORTH, districts))
    assert cell(evaluation, "x", Q1, "status") == "invalid"
    assert evaluation.problems["row"].to_list() == [ROWS // 2 + 1]


@pytest.mark.parametrize("text", ["NULL", " ", "\u3000", None])
def test_a_blank_is_a_blank_however_it_is_written(tmp_path: Path, text: str | None) -> None:
    districts: list[str | None] = ["North", " NORTH ", "South"] * (ROWS // 3)
    districts[ROWS // 2 + 2] = text  # it was South
    formulas = NORTH | {"blank": "count(referral_list where district is missing)"}
    evaluation = evaluate(written(tmp_path, formulas, districts))
    assert [cell(evaluation, id_, Q1, "value") for id_ in formulas] == [2 * ROWS // 3, 1]


@pytest.mark.parametrize("few", [0, 100])
def test_many_texts_are_counted_like_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("pmf_engine.records.queries.FEW", few)
    assert samples.FEW == 100
    formulas = {"x": "count(referral_list where child_id = '1234')", "all": "count(referral_list)"}
    evaluation = evaluate(written(tmp_path, formulas, ["North"] * ROWS))
    assert [cell(evaluation, id_, Q1, "value") for id_ in formulas] == [1, ROWS]


def test_the_evened_calendar_is_that_of_polars() -> None:
    days = pl.select(day=pl.date_range(date(1900, 3, 1), date(2100, 2, 28)))["day"]
    evened_days = days.to_frame().select(evened(pl.col("day"))).to_series()
    months = days.dt.year().cast(pl.Int32) * 12 + days.dt.month().cast(pl.Int32) - 1
    assert (evened_days == months * 32 + days.dt.day().cast(pl.Int32)).all()


@pytest.mark.parametrize(
    ("first", "second", "months"),
    [
        (date(2016, 1, 31), date(2016, 2, 29), 0),
        (date(2016, 1, 31), date(2016, 3, 1), 1),
        (date(2016, 3, 1), date(2016, 1, 31), -1),
        (date(2016, 2, 29), date(2016, 1, 31), 0),
        (date(2015, 12, 15), date(2016, 12, 14), 11),
        (date(2016, 12, 14), date(2015, 12, 15), -11),
        (date(2016, 12, 15), date(2015, 12, 15), -12),
    ],
)
def test_whole_months_forwards_and_backwards(first: date, second: date, months: int) -> None:
    row = pl.select(
        DATE_FUNCTIONS["months"](pl.lit(first), pl.lit(second)),
        years=DATE_FUNCTIONS["years"](pl.lit(first), pl.lit(second)),
    )
    assert row.row(0) == (months, int(months / 12))
