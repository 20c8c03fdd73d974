"""Runs: for how many periods in a row a series has had its status."""

from __future__ import annotations

import polars as pl


def with_run(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Adds `run`: for how many periods in a row the series has had its status.

    A period without a value does not end a run of a status with a value: the run steps over it.
    """
    value_status = pl.when("has_value").then("status")
    last = value_status.forward_fill().shift(1).over("line")
    changed = (
        pl.when("has_value")
        .then(pl.col("status") != last)
        .otherwise(pl.col("status") != pl.col("status").shift(1).over("line"))
    )
    return (
        frame.with_columns(changed=changed.fill_null(True))
        .with_columns(block=pl.col("changed").cast(pl.Int64).cum_sum().over("line", "has_value"))
        .with_columns(run=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("line", "has_value", "block"))
        .drop("changed", "block")
    )
