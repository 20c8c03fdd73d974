"""Looking back within series: over rows that are sorted by series and start, without a window for each series.

A window function of Polars takes its group apart; with some thousand short series that costs more than all else that
judging does. These expressions run once over the whole column. They read the column `opens`, the position of the first
row of the series, or another column that says the same of a part of it.

    frame.with_columns(opens=opens(pl.col("line")))
    frame.with_columns(before=earlier(pl.col("value")))
"""

from __future__ import annotations

from typing import Final

import polars as pl

POSITION: Final = pl.int_range(pl.len(), dtype=pl.Int64)
"""The position of each row in the frame."""


def opens(*keys: pl.Expr) -> pl.Expr:
    """The position of the first row of the run of equal keys that a row lies in.

    >>> pl.DataFrame({"key": ["a", "a", None, "b"]}).select(opens(pl.col("key"))).to_series().to_list()
    [0, 0, 2, 3]
    """
    begins = pl.any_horizontal(key.ne_missing(key.shift(1)) for key in keys) | (POSITION == 0)
    return pl.when(begins).then(POSITION).forward_fill()


def last_known(column: pl.Expr, within: str = "opens") -> pl.Expr:
    """The last value so far in the series that is not null.

    >>> rows = pl.DataFrame({"opens": [0, 0, 2, 2], "value": [1, None, None, 4]}, schema_overrides={"opens": pl.Int64})
    >>> rows.select(last_known(pl.col("value"))).to_series().to_list()
    [1, 1, None, 4]
    """
    at = pl.when(column.is_not_null()).then(POSITION).forward_fill()
    return pl.when(at >= pl.col(within)).then(column.forward_fill())


def earlier(column: pl.Expr, within: str = "opens") -> pl.Expr:
    """The value in the row before; null in the first row of the series."""
    return pl.when(pl.col(within) < POSITION).then(column.shift(1))


def rows_back(column: pl.Expr, rows: pl.Expr, within: str = "opens") -> pl.Expr:
    """The value some rows before; null where the series has no such row.

    >>> table = pl.DataFrame({"opens": [0, 0, 0, 3], "value": [5, 6, 7, 8]}, schema_overrides={"opens": pl.Int64})
    >>> table.select(rows_back(pl.col("value"), pl.lit(2))).to_series().to_list()
    [None, None, 5, None]
    """
    at = POSITION - rows
    inside = at >= pl.col(within)
    return pl.when(inside).then(column.gather(pl.when(inside).then(at).otherwise(0)))


def count_so_far(is_true: pl.Expr, within: str = "opens") -> pl.Expr:
    """In how many rows of the series up to and with this one something was true: a prefix sum. Null counts as false.

    >>> rows = pl.DataFrame({"opens": [0, 0, 2], "up": [True, True, None]}, schema_overrides={"opens": pl.Int64})
    >>> rows.select(count_so_far(pl.col("up"))).to_series().to_list()
    [1, 2, 0]
    """
    one = is_true.fill_null(False).cast(pl.Int64)
    count = one.cum_sum()
    return count - pl.when(pl.col(within) == POSITION).then(count - one).forward_fill()


def lasted(is_true: pl.Expr, within: str = "opens") -> pl.Expr:
    """For how many rows of the series something has been true; a null row neither counts nor ends the count.

    >>> rows = pl.DataFrame({"opens": [0] * 4, "up": [True, None, True, False]}, schema_overrides={"opens": pl.Int64})
    >>> rows.select(lasted(pl.col("up"))).to_series().to_list()
    [1, 1, 2, 0]
    """
    one = is_true.fill_null(False).cast(pl.Int64)
    count = one.cum_sum()
    ends = ~is_true.fill_null(True) | (pl.col(within) == POSITION)
    return count - pl.when(ends).then(count - one).forward_fill()
