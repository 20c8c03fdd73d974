"""Runs: for how many periods in a row a series has had its status."""

from __future__ import annotations

import polars as pl

from pmf_engine.judgement.series import earlier, last_known


def with_run(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds `run`: for how many periods in a row the series has had its status.

    A period without a value does not end a run of a status with a value: the run steps over it.
    """
    value_status = pl.when("has_value").then("status")
    before = pl.when("has_value").then(earlier(last_known(value_status))).otherwise(earlier(pl.col("status")))
    frame = frame.with_columns(changed=(pl.col("status") != before).fill_null(True))
    valued, other = (_rows_since("changed", of) for of in (pl.col("has_value"), ~pl.col("has_value")))
    return frame.with_columns(run=pl.when("has_value").then(valued).otherwise(other)).drop("changed")


def _rows_since(changed: str, counted: pl.Expr) -> pl.Expr:
    """How many of the counted rows there are from the last counted one with a change; each series begins with one."""
    count = counted.cast(pl.Int64).cum_sum()
    return count - pl.when(counted & pl.col(changed)).then(count - 1).forward_fill()
