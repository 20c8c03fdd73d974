"""`count(agencies of f where ...)`: how many agencies sent a figure whose value meets a condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pmf_engine.domain.periods import Cadence
from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import Status
from pmf_engine.formula.compute.column_names import code_column, lenient_column, value_column
from pmf_engine.formula.compute.conditions import Columns, truth
from pmf_engine.formula.compute.maybe import MaybeExpr
from pmf_engine.formula.syntax import (
    Aggregate,
    Between,
    Binary,
    Expression,
    Grade,
    In,
    IsMissing,
    Literal,
    Unary,
)
from pmf_engine.framework.model import Figure


def count_senders(
    aggregate: Aggregate,
    figure: Figure,
    facts: pl.LazyFrame,
    cadence: Cadence,
    grades: Sequence[str],
    number: int,
    every: int,
) -> pl.LazyFrame:
    """The count by `group` and `start`, in the last of the figure's periods in each of a cadence's.

    Args:
        aggregate: The count, with its condition.
        figure: The figure that agencies send.
        facts: The facts of the figure (see `figure_facts`).
        cadence: The periods to count in.
        grades: The grades of the figure's scale, worst to best.
        number: The number of the figure in reason codes.
        every: How many agencies of a group owe the figure.

    Returns:
        The value and codes of the count, in columns by its text (see `column_names`). The count has no value until
        every agency has sent the figure.
    """
    names = {"value": MaybeExpr(pl.col("value"), pl.lit(0, dtype=pl.UInt32))}
    is_met = pl.lit(True)
    if aggregate.where is not None:
        numbers = Columns()
        condition = _graded(aggregate.where, [grade.lower() for grade in grades])
        is_met = truth(condition, numbers, names.__getitem__, {})
        for stage in numbers.stages:
            facts = facts.with_columns(stage)
    start = pl.col("start") - (pl.col("start") - (cadence.year_start - 1)) % cadence.months
    # An agency that has not answered an ad hoc request has no row.
    absent = pl.when(pl.col("agency").n_unique() < every).then(reason_code(Status.NO_DATA)).otherwise(0)
    code = pl.max_horizontal(pl.col("code").max(), absent)
    named = pl.when(code > 0).then(code + number).otherwise(0).cast(pl.UInt32)
    own = figure.cadence.months
    return (
        facts.filter(pl.col("months") == own, pl.col("start") + own == start + cadence.months)
        .with_columns(start=start)
        .group_by("group", "start")
        .agg(
            ((pl.col("code") == 0) & is_met).sum().cast(pl.Float64).alias(value_column(aggregate.text)),
            named.alias(code_column(aggregate.text)),
            named.alias(lenient_column(aggregate.text)),
        )
    )


def _graded(node: Expression, grades: Sequence[str]) -> Expression:
    """A condition in which `Grade` nodes, with positions on the scale, replace the texts of grades."""
    match node:
        case Literal(value=str() as text):
            return Grade(node.start, node.end, grades.index(text.lower()) + 1, text)
        case Binary():
            return replace(node, left=_graded(node.left, grades), right=_graded(node.right, grades))
        case Unary() | IsMissing():
            return replace(node, operand=_graded(node.operand, grades))
        case In():
            items = tuple(_graded(item, grades) for item in node.items)
            return replace(node, operand=_graded(node.operand, grades), items=items)
        case Between():
            operand, low, high = (_graded(part, grades) for part in (node.operand, node.low, node.high))
            return replace(node, operand=operand, low=low, high=high)
    return node
