"""What escalation rules may ask about actions: is one overdue, is none agreed, was what was expected missed?

In a period an action counts that was agreed by the end of the next period, or by the day of the evaluation where that
is earlier: the board answers a period's figures in the period after it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.numbers import NEAR
from pmf_engine.domain.status import ActionFact
from pmf_engine.formula.syntax import names
from pmf_engine.framework.model import Framework

PROMISES: Final = FrameSchema(
    "PROMISES",
    Column("indicator", pl.String, "the indicator that the action is to improve"),
    Column("for_by", pl.String, "the breakdown of the group that it is for", nullable=True),
    Column("for_group", pl.String, "the group; null for the whole", nullable=True),
    Column("agreed_on", pl.Date, "the day on which it was agreed", nullable=True),
    Column("due_on", pl.Date, "the day by which it is to be done", nullable=True),
    Column("done_on", pl.Date, "the day on which it was done", nullable=True),
    Column("reach_by", pl.Int32, "the month after the last in which the value is to be reached", nullable=True),
    Column("low", pl.Float64, "the lower end of the value to reach", nullable=True),
    Column("low_open", pl.Boolean, "whether that end is not reached itself", nullable=True),
    Column("high", pl.Float64, "the upper end of the value to reach", nullable=True),
    Column("high_open", pl.Boolean, "whether that end is not reached itself", nullable=True),
)
"""The actions that rules may ask about: a row for each that was not dropped."""

_ROW = ("indicator", "by", "group", "start")


def asks_of_actions(framework: Framework) -> bool:
    """Whether a rule asks about actions."""
    conditions = [each for rule in framework.rules for each in (rule.condition, rule.ends) if each is not None]
    return any(node.name in [*ActionFact] for condition in conditions for node in names(condition))


def with_action_facts(
    frame: pl.LazyFrame, framework: Framework, promises: pl.DataFrame | None, as_of: date
) -> pl.LazyFrame:
    """Adds a column for each `ActionFact`, where a rule asks about actions.

    Args:
        frame: Rows with `indicator`, `by`, `group`, `start`, `months`, `value` and `has_value`.
        framework: The framework with the rules.
        promises: The actions, with the columns of `PROMISES`; None for none.
        as_of: The day of the evaluation.
    """
    if not asks_of_actions(framework):
        return frame
    promises = PROMISES.empty() if promises is None else promises
    rows = frame.select(*_ROW, "months", "value", "has_value")
    both = rows.join(promises.lazy(), on="indicator")
    own = pl.col("by").eq_missing(pl.col("for_by")) & pl.col("group").eq_missing(pl.col("for_group"))
    any_part = pl.col("group").is_null() | pl.col("for_group").is_null() | own
    day = _day_of_answer(as_of)
    agreed = (pl.col("agreed_on") <= day).fill_null(True)
    is_open = (pl.col("done_on") > day).fill_null(True)
    over = (pl.col("reach_by") <= pl.col("start") + pl.col("months")).fill_null(False)
    facts = both.group_by(_ROW).agg(
        (own & agreed & is_open & (pl.col("due_on") < day).fill_null(False)).any().alias(ActionFact.OVERDUE),
        (~(any_part & agreed).any()).alias(ActionFact.NONE),
        (own & over & pl.col("has_value") & ~_is_reached()).any().alias(ActionFact.MISSED),
    )
    joined = frame.join(facts, on=_ROW, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(
        pl.col(ActionFact.OVERDUE).fill_null(False),
        pl.col(ActionFact.NONE).fill_null(True),
        pl.when("has_value").then(pl.col(ActionFact.MISSED).fill_null(False)).alias(ActionFact.MISSED),
    )


def _day_of_answer(as_of: date) -> pl.Expr:
    """The day by which the figures of a row's period have been answered."""
    month = pl.col("start") + 2 * pl.col("months")
    after = pl.date(month // 12, month % 12 + 1, 1).dt.offset_by("-1d")
    return pl.min_horizontal(after, pl.lit(as_of))


def _is_reached() -> pl.Expr:
    """Whether a row's value is inside the value to reach; numbers nearer than one part in 10^9 are equal."""
    value = pl.col("value")
    inside = []
    for end, is_open, beyond in (
        (pl.col("low"), pl.col("low_open"), value > pl.col("low")),
        (pl.col("high"), pl.col("high_open"), value < pl.col("high")),
    ):
        near = (value - end).abs() <= NEAR * pl.max_horizontal(value.abs(), end.abs())
        inside.append(pl.when(near.fill_null(False)).then(~is_open).otherwise(beyond))
    return pl.all_horizontal(inside).fill_null(False)
