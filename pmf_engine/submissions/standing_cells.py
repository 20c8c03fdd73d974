"""The cells that stand on a day: the latest of each, held against the others, and what these leave in doubt."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.marks import MARKS
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.decimal_slips import refuse_slips
from pmf_engine.submissions.later_files import longer_periods_replaced, withdrawn
from pmf_engine.submissions.problems import PROBLEMS
from pmf_engine.submissions.readings import KEY, KEYED
from pmf_engine.submissions.wholes import hold_wholes


class Standing(NamedTuple):
    """The cells that stand on a day, with the problems and marks of those that others contradict.

    `cells` has, besides the columns of readings, `why` (what other cells say against it, where it is refused for that)
    and `other` (the sum of its groups, where a whole differs from that by no more than it may).
    """

    cells: pl.DataFrame
    problems: pl.DataFrame
    marks: pl.DataFrame


def received_by(readings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The readings that had come by a day, and whose place no later file had taken."""
    came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
    open_ = pl.col("until").is_null() | (pl.col("until") > as_of)
    return readings.filter(KEYED, pl.col("outcome") != "unknown", came, open_)


def latest(came: pl.DataFrame) -> pl.DataFrame:
    """One reading for each figure, agency, period and group: of those that were sent again, the latest."""
    standing = pl.col("outcome").is_in(["used", "refused"])
    order: list[str | pl.Expr] = [
        "received_on",
        standing.alias("standing"),
        pl.int_range(pl.len(), 0, -1).alias("place"),
    ]
    last = came.with_row_index("at").sort(*order, nulls_last=False).unique(KEY, keep="last", maintain_order=True)
    return last.sort("at").drop("at")


def standing_cells(readings: pl.DataFrame, framework: Framework | None, as_of: date) -> Standing:
    """The cells that stand on a day.

    Args:
        readings: All readings.
        framework: Its breakdowns and figures say what may differ; without it cells are not held against each other.
        as_of: The day.
    """
    came = received_by(readings, as_of)
    cells = latest(came).with_columns(why=pl.lit(None, dtype=pl.String), other=pl.lit(None, dtype=pl.Float64))
    if framework is None:
        return Standing(cells, PROBLEMS.empty(), MARKS.empty())
    cells = withdrawn(cells, came, framework)
    cells, slips = refuse_slips(cells, came, framework)
    cells, replaced = longer_periods_replaced(cells, framework)
    cells, wholes, marks = hold_wholes(cells, came, framework)
    return Standing(cells, pl.concat([slips, replaced, wholes]), marks)
