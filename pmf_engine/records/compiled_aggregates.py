"""Aggregates as Polars expressions: the parts that add up over groups of records, or the aggregate itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pmf_engine.formula.syntax import Aggregate
from pmf_engine.records.columns import Part

_NOT_ADDITIVE = ("median",)
"""Functions whose value of a whole cannot be had from those of its groups; nor can that of `distinct` ones."""


@dataclass(frozen=True)
class CompiledAggregate:
    """An aggregate with its number in the query: `value` is what it is of, `condition` which records it counts."""

    number: int
    aggregate: Aggregate
    value: pl.Expr | None
    condition: pl.Expr | None

    @property
    def is_additive(self) -> bool:
        """Whether that of a whole can be had from those of its groups."""
        return not self.aggregate.distinct and self.aggregate.function not in _NOT_ADDITIVE

    def parts(self) -> Iterator[pl.Expr]:
        """The parts that an additive aggregate is made from."""
        function, value, condition = self.aggregate.function, self.value, self.condition
        if value is None:
            yield (pl.len() if condition is None else condition.sum()).alias(Part.COUNT.column(self.number))
            return
        known = value.is_not_null()
        yield (known if condition is None else condition & known).sum().alias(Part.COUNT.column(self.number))
        if function == "count":
            return
        counted = value if condition is None else pl.when(condition).then(value)
        if function in ("sum", "mean"):
            yield counted.sum().alias(Part.SUM.column(self.number))
        if function == "sum":
            blank = ~known if condition is None else condition & ~known
            yield blank.sum().alias(Part.BLANK.column(self.number))
        if function == "min":
            yield counted.min().alias(Part.LEAST.column(self.number))
        if function == "max":
            yield counted.max().alias(Part.GREATEST.column(self.number))

    def alone(self) -> pl.Expr:
        """The aggregate itself, where it is not additive."""
        assert self.value is not None
        counted = self.value if self.condition is None else self.value.filter(self.condition)
        if self.aggregate.distinct:
            return counted.drop_nulls().n_unique().alias(Part.DISTINCT.column(self.number))
        return counted.median().alias(Part.MEDIAN.column(self.number))
