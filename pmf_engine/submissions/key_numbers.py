"""Keys as numbers: what is asked of whole columns of keys is answered sooner of one number than of several texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

_MOST: Final = 2**62
"""Numbers of keys and the keys themselves stay below this, well within 64 bits."""

_SPARSE: Final = 4
"""A table by the numbers of keys has at most so many places for each row."""


def key_numbers(frame: pl.DataFrame, keys: Iterable[str]) -> pl.Series:
    """A number from 0 for each row, the same for two rows just where all their keys are the same; null is a key, too.

    Among rows that have all other keys in common, the numbers are in the order of a key of whole numbers or days.

    Args:
        frame: The rows.
        keys: Columns of texts, whole numbers, days and truths.

    >>> rows = pl.DataFrame({"a": ["x", "y", "x", None], "b": [1, 1, 1, 1]})
    >>> key_numbers(rows, ["a", "b"]).rank("dense").to_list()
    [2, 3, 2, 1]
    """
    keys = [*keys]
    texts = {key for key in keys if frame.schema[key] == pl.String}
    codes = frame.select(
        pl.col(key).cast(pl.Categorical(pl.Categories.random())) if key in texts else pl.col(key) for key in keys
    ).select(pl.all().to_physical())
    codes = codes.cast({name: pl.Int8 for name, dtype in codes.schema.items() if dtype == pl.Boolean})
    limits = [codes.min().row(0), codes.max().row(0), codes.null_count().row(0)]
    numbers, count = pl.repeat(0, frame.height, dtype=pl.Int32, eager=True), 1
    for column, low, high, nulls in zip(codes, *limits, strict=True):
        if low is None or (low == high and not nulls):
            continue
        first, size = int(low) - (nulls > 0), int(high) - int(low) + 1 + (nulls > 0)
        if max(abs(first), abs(high)) >= _MOST:
            column, first, size = column.rank("dense"), 1 - (nulls > 0), frame.height + 1
        if count * size >= _MOST:
            numbers, count = numbers.rank("dense") - 1, frame.height
        dtype = pl.Int32 if max(count * size, abs(first), abs(high)) < 2**31 else pl.Int64
        code = column.cast(dtype) - first
        code = code.fill_null(0) if nulls else code
        numbers = code if count == 1 else numbers.cast(dtype) * size + code
        count *= size
    return numbers


class Distinct(NamedTuple):
    """The distinct keys of a frame.

    Attributes:
        rows: A row of the frame for each of them, in the order of `key_numbers`.
        places: The place of each row's keys among them.
    """

    rows: pl.Series
    places: pl.Series


def distinct_keys(frame: pl.DataFrame, keys: Iterable[str]) -> Distinct:
    """The distinct keys of a frame.

    Args:
        frame: The rows.
        keys: Columns of texts, whole numbers, days and truths.

    >>> rows, places = distinct_keys(pl.DataFrame({"a": ["x", "y", "x", None]}), ["a"])
    >>> rows.to_list(), places.to_list()
    ([3, 2, 1], [1, 2, 1, 0])
    """
    numbers = key_numbers(frame, keys)
    if _size(numbers) > _SPARSE * frame.height:
        numbers = numbers.rank("dense").cast(pl.Int64) - 1
    row_of = pl.repeat(None, _size(numbers), dtype=pl.UInt32, eager=True)
    row_of.scatter(numbers, pl.int_range(frame.height, dtype=pl.UInt32, eager=True))
    place_of = row_of.is_not_null().cum_sum().cast(pl.UInt32) - 1
    return Distinct(row_of.drop_nulls(), place_of.gather(numbers))


def _size(numbers: pl.Series) -> int:
    """One more than the largest of some numbers from 0."""
    highest = numbers.max()
    return highest + 1 if isinstance(highest, int) else 0


def look_up(
    frame: pl.DataFrame,
    asked: Sequence[str],
    new: Mapping[str, Any],
    find: Callable[..., tuple[Any, ...]],
    *,
    by: Sequence[str] = (),
    alike: Sequence[str] = (),
) -> pl.DataFrame:
    """Adds the answer of `find` for each distinct combination of columns, with one call for each.

    Args:
        frame: The rows.
        asked: The columns that `find` takes.
        new: The names and types of the columns that `find` returns. The last one is null in an answer without a fault.
        find: A function from the values of `asked` to those of `new`.
        by: Numbers that stand for `asked`; none for these columns themselves.
        alike: Columns with fewer distinct combinations that decide every answer without a fault.
    """
    rows, places = distinct_keys(frame, by or asked)
    distinct = frame.select(*dict.fromkeys([*asked, *alike]))[rows]

    def answers(distinct: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame([find(*row) for row in distinct.select(asked).iter_rows()], schema=new, orient="row")

    if not alike:
        return with_answers(frame, answers(distinct), places)
    first, of_first = distinct_keys(distinct, alike)
    found = answers(distinct[first])[of_first]
    is_fault = found.to_series(-1).is_not_null()
    exact = answers(distinct.filter(is_fault))
    found = found.with_columns(column.scatter(is_fault.arg_true(), exact[column.name]) for column in found)
    return with_answers(frame, found, places)


def cleaned(frame: pl.DataFrame, column: str, clean: str, expression: pl.Expr) -> pl.DataFrame:
    """A frame with `clean`, an expression of a column of texts, and `…_at`, a number for each distinct text."""
    rows, places = distinct_keys(frame, [column])
    texts = frame.select(column)[rows].with_columns(clean=expression)
    unchanged = texts[column].equals(texts["clean"])
    new = pl.col(column) if unchanged else texts["clean"].gather(places)
    return frame.with_columns(new.alias(clean), places.alias(f"{column}_at"))


def with_answers(frame: pl.DataFrame, answers: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """A frame with further columns: each row has the answer at its place; a column with one answer is a constant."""
    if not frame.height:
        return frame.with_columns(answers.clear())
    return frame.with_columns(
        pl.lit(answer[0], answer.dtype).alias(answer.name) if answer.n_unique() == 1 else answer.gather(places)
        for answer in answers
    )


def holds_anywhere(frame: pl.DataFrame, condition: pl.Expr) -> bool:
    """Whether a condition holds for any row; constant columns stay constants, which `frame["column"]` fills in."""
    return bool(frame.select(condition.any()).item())


def may_repeat(frame: pl.DataFrame, keys: Iterable[str]) -> pl.Series:
    """Whether another row may have the same keys as a row: true where one has, and false nearly everywhere else."""
    hashes = frame.select(keys).hash_rows()
    if hashes.n_unique() == frame.height:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    return hashes.is_duplicated()
