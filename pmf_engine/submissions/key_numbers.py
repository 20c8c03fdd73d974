"""Keys as numbers: what is asked of whole columns of keys is answered sooner of one number than of several texts."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Final

import polars as pl

_MOST: Final = 2**62
"""Numbers of keys stay below this, well within 64 bits."""


def key_numbers(frame: pl.DataFrame, keys: Iterable[str]) -> pl.Series:
    """A number for each row, the same for two rows just where all their keys are the same; null is a key, too.

    Args:
        frame: The rows.
        keys: Columns of texts, whole numbers, days and truths.

    >>> rows = pl.DataFrame({"a": ["x", "y", "x", None], "b": [1, 1, 1, 1]})
    >>> key_numbers(rows, ["a", "b"]).rank("dense").to_list()
    [2, 3, 2, 1]
    """
    texts = {key for key in keys if frame.schema[key] == pl.String}
    codes = frame.select(
        pl.col(key).cast(pl.Categorical(pl.Categories.random())) if key in texts else pl.col(key) for key in keys
    ).select(pl.all().to_physical().cast(pl.Int64))
    lows, highs = codes.min().row(0), codes.max().row(0)
    sizes = {
        name: high - low + 2 for name, low, high in zip(codes.columns, lows, highs, strict=True) if low is not None
    }
    if prod(sizes.values()) >= _MOST:
        distinct = frame.select(keys).unique().with_row_index("number")
        joined = frame.select(keys).join(distinct, on=[*keys], how="left", nulls_equal=True, maintain_order="left")
        return joined["number"].cast(pl.Int64)
    number = pl.repeat(0, pl.len(), dtype=pl.Int64)
    for name, size in sizes.items():
        number = number * size + (pl.col(name) - pl.col(name).min() + 1).fill_null(0)
    return codes.select(number.alias("number")).to_series()


def may_repeat(frame: pl.DataFrame, keys: Iterable[str]) -> pl.Series:
    """Whether another row may have the same keys as a row: true where one has, and false nearly everywhere else."""
    hashes = frame.select(keys).hash_rows()
    if hashes.n_unique() == frame.height:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    return hashes.is_duplicated()
