"""The life of an exception: when it was raised, what it was then, how long it has lasted, and when it recovered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from pmf_engine.domain.status import Status
from pmf_engine.judgement.history_row import HistoryRow

LIFE: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "raised": pl.String,
    "raised_to": pl.String,
    "raised_status": pl.String,
    "raised_value": pl.Float64,
    "raised_for": pl.Int64,
    "recovered": pl.String,
}
"""The life of the exception that lasts, or of the last one that did: the period it was first raised in, the level it
went to then, the status and value of then, how many periods it has lasted, and, once it is over, the first period
without it. All null where there has been none."""


@dataclass(frozen=True)
class Life:
    """How long an exception has lasted: see `LIFE`. `raised_status` and `raised_value` are what it was when raised."""

    raised: str
    raised_to: str
    raised_status: str
    raised_value: float | None
    raised_for: int
    recovered: str | None


def read_life(row: HistoryRow) -> Life | None:
    """The life of the exception that lasts in a row, or of the last one before it; None without any."""
    if row.raised is None:
        return None
    assert row.raised_to is not None
    assert row.raised_status is not None
    assert row.raised_for is not None
    return Life(row.raised, row.raised_to, row.raised_status, row.raised_value, row.raised_for, row.recovered)


def with_life(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds the columns of `LIFE`: the life of each exception as it stood in each period.

    Before the first return of a figure the status is `no_data`, which a rule may escalate. Once returns come, an
    exception begins anew, so that it is not as old as the series.
    """
    up = pl.col("level") >= 0
    life = ["line", "heard", "life"]  # the rows from where an exception began to where the next one does
    began = {
        "raised": pl.col("period"),
        "raised_to": pl.col("escalate_to"),
        "raised_status": pl.col("status").cast(pl.String),
        "raised_value": pl.col("value"),
    }
    lived = {name: column.first().over(life) for name, column in began.items()}
    lived["raised_for"] = up.cast(pl.Int64).cum_sum().over(life)
    lived["recovered"] = pl.when(~up).then(pl.when(~up).then("period").drop_nulls().first().over(life))
    return (
        frame.with_columns(heard=(pl.col("status") != Status.NO_DATA).cast(pl.Int8).cum_max().over("line"))
        .with_columns(began=up & ~up.shift(1).over("line", "heard").fill_null(False))
        .with_columns(life=pl.col("began").cast(pl.Int64).cum_sum().over("line", "heard"))
        .with_columns(**{name: pl.when(pl.col("life") > 0).then(column) for name, column in lived.items()})
        .drop("heard", "began", "life")
    )
