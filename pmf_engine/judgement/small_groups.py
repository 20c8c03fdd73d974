"""Small groups: red or amber groups that rest on too few to be escalated."""

from __future__ import annotations

import polars as pl

from pmf_engine.domain.status import Status


def with_small(frame: pl.LazyFrame, least: int | None) -> pl.LazyFrame:
    """Adds `small`: whether a red or amber group rests on fewer than the board escalates groups from.

    The size of a percentage is its denominator, of a rate its numerator, of a count its value. A mean or a grade has
    none, and is never small; nor is a value of which a part is missing.

    Args:
        frame: Rows with a status and numbers, and their indicator's `ratio` and `adds_up`.
        least: The size to escalate groups from; None for any.
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
