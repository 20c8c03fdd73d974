"""The days of periods in frames: the first and the last, from the month and the length that columns hold as numbers."""

from __future__ import annotations

import polars as pl


def days_of_periods() -> list[pl.Expr]:
    """`starts_on` and `ends_on`, the first and last day of a row's period, from `start` and `months`.

    >>> pl.DataFrame({"start": [24195], "months": [3]}).select(days_of_periods()).row(0)
    (datetime.date(2016, 4, 1), datetime.date(2016, 6, 30))
    """
    after = pl.col("start") + pl.col("months")
    first, next_ = (pl.date(month // 12, month % 12 + 1, 1) for month in (pl.col("start"), after))
    return [first.alias("starts_on"), next_.dt.offset_by("-1d").alias("ends_on")]
