"""The life of an exception: the period and row that raised it, how long it lasted, and when it recovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.status import Status
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.judgement.series import POSITION, count_so_far, earlier, last_known, opens
from pmf_engine.judgement.status import STATUS

LIFE: Final = FrameSchema(
    "LIFE",
    Column("raised", pl.String, "the period that raised this exception, or the latest one before", nullable=True),
    Column("raised_to", pl.String, "the level of governance that it went to then", nullable=True),
    Column("raised_status", STATUS, "the status of that period", nullable=True),
    Column("raised_value", pl.Float64, "the value of that period", nullable=True),
    Column("raised_for", pl.Int64, "for how many periods the exception lasted", nullable=True),
    Column("recovered", pl.String, "the first period without it", nullable=True),
)
"""The columns of the life of an exception, all null before the first exception of a series."""


HAS_COME: Final = count_so_far(pl.col("status") != Status.NO_DATA) > 0
"""Whether a figure of a row's series had come by its period: `no_data` before that is no gap."""


@dataclass(frozen=True)
class Life:
    """The life of an exception, with the columns of `LIFE`: `raised_for` counts periods, `recovered` is None so far."""

    raised: str
    raised_to: str
    raised_status: str
    raised_value: float | None
    raised_for: int
    recovered: str | None


def read_life(row: HistoryRow) -> Life | None:
    """The life of the exception in a row, or of the latest one before it; None before the first."""
    if row.raised is None:
        return None
    assert row.raised_to is not None
    assert row.raised_status is not None
    assert row.raised_for is not None
    return Life(row.raised, row.raised_to, row.raised_status, row.raised_value, row.raised_for, row.recovered)


def with_life(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds the columns of `LIFE`: the life of the exception up to each period.

    Before the first return of a figure the status is `no_data`, which a rule may escalate. The first return begins
    a new exception, so that no exception is as old as its series.
    """
    up = pl.col("level") >= 0
    began = {"raised": "period", "raised_to": "escalate_to", "raised_status": "status", "raised_value": "value"}
    first = pl.col("life").fill_null(0)  # the row that raised the exception, from which its life lasts to the next one
    lived = {name: pl.col(column).gather(first) for name, column in began.items()}
    lived["raised_for"] = count_so_far(up, "life")
    lived["recovered"] = pl.when(~up).then(last_known(pl.when(~up & up.shift(1)).then("period"), "life"))
    return (
        frame.with_columns(known=opens(pl.col("opens"), HAS_COME))
        .with_columns(life=last_known(pl.when(up & ~earlier(up, "known").fill_null(False)).then(POSITION), "known"))
        .with_columns(**{name: pl.when(pl.col("life").is_not_null()).then(column) for name, column in lived.items()})
        .drop("known", "life")
    )
