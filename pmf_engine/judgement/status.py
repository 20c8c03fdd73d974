"""The status of a row: its rating by the band in force, or the reason that it has no value."""

from __future__ import annotations

from datetime import date

import polars as pl

from pmf_engine.domain.periods import month_of
from pmf_engine.domain.reason_codes import reason_code, status_rank
from pmf_engine.domain.status import Status, texts

STATUS = pl.Enum(texts(Status))


def with_status(frame: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Adds the status of each row, from its code, its bands and whether its period is over.

    A row with a doubt that would be green is `invalid`, and `doubted`.
    """
    # A period that is not over has only part of its data, so its value is not shown yet.
    over = pl.col("start") + pl.col("months") <= month_of(as_of)
    code = pl.when(over).then("code").otherwise(pl.lit(reason_code(Status.NOT_DUE), dtype=pl.UInt32))
    deciding = pl.when(code > 0).then(code).when(pl.col("rated") & _is_rating_open()).then("band_code").otherwise(0)
    rank = status_rank(pl.col("code"))
    amber_or_red = pl.when("tolerable").then(pl.lit(Status.AMBER)).otherwise(pl.lit(Status.RED))
    rating = pl.when("good").then(pl.lit(Status.GREEN)).otherwise(amber_or_red)
    status = pl.when("rated").then(rating).otherwise(pl.lit(Status.NOT_RATED))
    missing = pl.lit(None, dtype=pl.String)
    for reason in Status.missing():
        missing = pl.when(rank == reason.rank).then(pl.lit(reason)).otherwise(missing)
    return (
        frame.with_columns(
            pl.when(over).then(pl.col("value", "numerator", "denominator")),
            code=deciding.cast(pl.UInt32),
            # The value is complete, whether or not a band could judge it.
            known=over & (pl.col("code") == 0) & ~pl.col("partial"),
            partial=over & pl.col("partial"),
        )
        .with_columns(doubted=(pl.col("code") == 0) & pl.col("rated") & pl.col("good") & pl.col("doubt").is_not_null())
        .with_columns(
            pl.col("doubted").fill_null(False),
            code=pl.when("doubted").then(pl.lit(reason_code(Status.INVALID), dtype=pl.UInt32)).otherwise("code"),
        )
        .with_columns(status=pl.when(pl.col("code") == 0).then(status).otherwise(missing).cast(STATUS))
        .with_columns(has_value=pl.col("status").is_in(texts(Status.with_value())))
    )


def _is_rating_open() -> pl.Expr:
    """Whether the rating depends on a bound that has no number."""
    return pl.col("good").is_null() | (~pl.col("good") & pl.col("tolerable").is_null())
