"""Declared schemas of frames that pass between rooms: a line for each column, checked in tests.

    FACTS = FrameSchema(
        "FACTS",
        Column("figure", pl.String, "the figure's id"),
        Column("value", pl.Float64, "in the figure's unit", nullable=True),
    )
    FACTS.polars  # for `pl.DataFrame(rows, schema=FACTS.polars, orient="row")`
    FACTS.empty()
    FACTS.check(frame)  # returns the frame; looks at it only where checks are on

Checks are on where the environment has PMF_CHECK_FRAMES, or within `checks()`; otherwise `check` costs one comparison.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

DataType = pl.DataType | type[pl.DataType]
_Frame = TypeVar("_Frame", pl.DataFrame, pl.LazyFrame)


@dataclass(frozen=True)
class Column:
    """A column of a frame: its name, its Polars type, a line of documentation, and whether its cells may be null."""

    name: str
    dtype: DataType
    doc: str
    nullable: bool = False


class FrameSchemaError(AssertionError):
    """A frame that does not have the columns, the types or the values that its schema declares."""


class FrameSchema:
    """The columns of a frame, in order.

    Args:
        name: The name of the frame in messages, such as FACTS.
        columns: Its columns, in order.

    >>> facts = FrameSchema("FACTS", Column("figure", pl.String, "the figure's id"))
    >>> dict(facts.polars)
    {'figure': String}
    >>> facts.empty().columns
    ['figure']
    """

    def __init__(self, name: str, *columns: Column) -> None:
        self.name = name
        self.columns = {column.name: column for column in columns}
        if len(self.columns) != len(columns):
            raise ValueError(f"{name} declares a column twice")
        self.polars = pl.Schema({column.name: column.dtype for column in columns})

    def empty(self) -> pl.DataFrame:
        """A frame without rows."""
        return pl.DataFrame(schema=self.polars)

    def with_columns(self, name: str, *columns: Column) -> FrameSchema:
        """The schema of a frame with further columns on the right."""
        return FrameSchema(name, *self.columns.values(), *columns)

    def check(self, frame: _Frame) -> _Frame:
        """Checks a frame against the schema where checks are on.

        Args:
            frame: A frame. A lazy frame is checked for names and types only, an eager frame for nulls too.

        Returns:
            The same frame.

        Raises:
            FrameSchemaError: The frame has other columns, another order, other types, or a null where none may be.
        """
        if _Checks.on:
            problems = self.problems(frame)
            if problems:
                raise FrameSchemaError(f"{self.name}: {'; '.join(problems)}")
        return frame

    def problems(self, frame: pl.DataFrame | pl.LazyFrame) -> list[str]:
        """The differences between a frame and the schema, in words; empty for a frame that conforms.

        >>> facts = FrameSchema("FACTS", Column("figure", pl.String, "the figure's id"))
        >>> facts.problems(pl.DataFrame({"figure": [1], "extra": [2]}))
        ['figure is Int64, not String', 'extra is not declared']
        """
        actual = frame.collect_schema()
        problems = [f"{name} is missing" for name in self.polars if name not in actual]
        problems += [
            f"{name} is {actual[name]}, not {dtype}"
            for name, dtype in self.polars.items()
            if name in actual and actual[name] != dtype
        ]
        problems += [f"{name} is not declared" for name in actual if name not in self.polars]
        if not problems and list(actual) != list(self.polars):
            problems.append(f"its columns are in the order {', '.join(actual)}")
        if not problems and isinstance(frame, pl.DataFrame):
            problems = [
                f"{column.name} has {nulls} nulls"
                for column in self.columns.values()
                if not column.nullable and (nulls := frame[column.name].null_count())
            ]
        return problems


class _Checks:
    on = bool(os.environ.get("PMF_CHECK_FRAMES"))


@contextmanager
def checks() -> Iterator[None]:
    """Turns checks on inside a `with` block."""
    before, _Checks.on = _Checks.on, True
    try:
        yield
    finally:
        _Checks.on = before
