"""Declared schemas of frames that pass between rooms: a line for each column, checked in tests.

    FACTS = FrameSchema(
        "FACTS",
        Column("figure", pl.String, "the figure's id"),
        Column("value", pl.Float64, "in the figure's unit", nullable=True),
    )
    FACTS.polars()  # for `pl.DataFrame(rows, schema=FACTS.polars(), orient="row")`
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
    >>> dict(facts.polars())
    {'figure': String}
    >>> facts.names
    ('figure',)
    """

    def __init__(self, name: str, *columns: Column) -> None:
        self.name = name
        self.columns = {column.name: column for column in columns}
        if len(self.columns) != len(columns):
            raise ValueError(f"{name} declares a column twice")
        self._types = pl.Schema({column.name: column.dtype for column in columns})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(self.columns)

    def polars(self) -> pl.Schema:
        """The names and types of its columns, as Polars takes them."""
        return self._types

    def markdown(self) -> str:
        """A table in Markdown with a line for each column: its name, its type, whether it may be null, and its meaning.

        >>> print(FrameSchema("FACTS", Column("figure", pl.String, "the figure's id")).markdown())
        | column | type | null | meaning |
        |---|---|---|---|
        | `figure` | String | no | the figure's id |
        """
        lines = ["| column | type | null | meaning |", "|---|---|---|---|"]
        for column in self.columns.values():
            null = "yes" if column.nullable else "no"
            lines.append(f"| `{column.name}` | {_type_name(self._types[column.name])} | {null} | {column.doc} |")
        return "\n".join(lines)

    def empty(self) -> pl.DataFrame:
        """A frame without rows."""
        return pl.DataFrame(schema=self._types)

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
        problems = [f"{name} is missing" for name in self._types if name not in actual]
        problems += [
            f"{name} is {actual[name]}, not {dtype}"
            for name, dtype in self._types.items()
            if name in actual and actual[name] != dtype
        ]
        problems += [f"{name} is not declared" for name in actual if name not in self._types]
        if not problems and list(actual) != list(self._types):
            problems.append(f"its columns are in the order {', '.join(actual)}")
        if not problems and isinstance(frame, pl.DataFrame):
            problems = [
                f"{column.name} has {nulls} nulls"
                for column in self.columns.values()
                if not column.nullable and (nulls := frame[column.name].null_count())
            ]
        return problems


def _type_name(dtype: pl.DataType) -> str:
    """A Polars type as people write it: `Enum`, `List(String)`, `List(Struct(kind, text))`."""
    if isinstance(dtype, pl.List):
        return f"List({_type_name(dtype.inner)})"  # type: ignore[arg-type]  # an instance, in a schema
    if isinstance(dtype, pl.Struct):
        return f"Struct({', '.join(field.name for field in dtype.fields)})"
    return str(dtype.base_type())


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
