"""Small groups: red or amber groups whose numbers are too small to be escalated."""

from __future__ import annotations

import polars as pl

from pmf_engine.domain.status import Status


def with_small(frame: pl.LazyFrame, least: int | None) -> pl.LazyFrame:
    """Adds `small`: whether a red or amber group is smaller than `least`.

    The size of a percentage is its denominator, of a rate its numerator, of a count its value. A mean or a grade has no
    size: it is never small. A partial value is never small either.

    Args:
        frame: Rows with a status and numbers, and their indicator's `ratio` and `adds_up`.
        least: The size from which the board escalates groups; None for all sizes.
    """
    if least is None:
        return frame.with_columns(small=pl.lit(False))
    size = (
        pl.when(pl.col("ratio") == "percent")
        .then("denominator")
        .when(pl.col("ratio") == "rate")
        .then("numerator")
        .when("adds_up")
        .then("value")
    )
    outside = pl.col("status").is_in([Status.RED.value, Status.AMBER.value])
    small = pl.col("by").is_not_null() & outside & (size < least) & ~pl.col("partial")
    return frame.with_columns(small=small.fill_null(False))
