"""Aggregates as Polars expressions: parts to combine over groups of records, or the aggregate itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pmf_engine.formula.syntax import Aggregate
from pmf_engine.records.columns import Part

_NOT_ADDITIVE = ("median",)
"""Functions whose value for a whole does not follow from parts of its groups, as with every `distinct`."""


@dataclass(frozen=True)
class CompiledAggregate:
    """An aggregate as Polars expressions.

    Attributes:
        number: Its number in the query.
        aggregate: The aggregate of the formula.
        value: The aggregated value of a record; None where records themselves are counted.
        condition: Whether a record counts; None for all records.
    """

    number: int
    aggregate: Aggregate
    value: pl.Expr | None
    condition: pl.Expr | None

    @property
    def is_additive(self) -> bool:
        """Whether the value for a whole follows from parts of its groups."""
        return not self.aggregate.distinct and self.aggregate.function not in _NOT_ADDITIVE

    def parts(self) -> Iterator[pl.Expr]:
        """The parts of an additive aggregate: its count, with the sum, blanks, minimum or maximum that it needs."""
        function, value, condition = self.aggregate.function, self.value, self.condition
        if value is None:
            yield (pl.len() if condition is None else condition.sum()).alias(Part.COUNT.column(self.number))
            return
        has_value = value.is_not_null()
        yield (has_value if condition is None else condition & has_value).sum().alias(Part.COUNT.column(self.number))
        if function == "count":
            return
        counted = value if condition is None else pl.when(condition).then(value)
        if function in ("sum", "mean"):
            yield counted.sum().alias(Part.SUM.column(self.number))
        if function == "sum":
            blank = ~has_value if condition is None else condition & ~has_value
            yield blank.sum().alias(Part.BLANK.column(self.number))
        if function == "min":
            yield counted.min().alias(Part.LEAST.column(self.number))
        if function == "max":
            yield counted.max().alias(Part.GREATEST.column(self.number))

    def alone(self) -> pl.Expr:
        """The value of an aggregate that is not additive: a median, or a number of distinct values."""
        assert self.value is not None
        counted = self.value if self.condition is None else self.value.filter(self.condition)
        if self.aggregate.distinct:
            return counted.drop_nulls().n_unique().alias(Part.DISTINCT.column(self.number))
        return counted.median().alias(Part.MEDIAN.column(self.number))
