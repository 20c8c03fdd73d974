"""The current cells of a day: the latest of each key, checked against the other cells."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.marks import CELL_WORDS, KIND, MARKS
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.decimal_slips import refuse_slips
from pmf_engine.submissions.figure_checks import check_figures
from pmf_engine.submissions.key_numbers import distinct_keys, may_repeat
from pmf_engine.submissions.later_files import longer_periods_replaced, withdrawn
from pmf_engine.submissions.problems import PROBLEMS
from pmf_engine.submissions.readings import KEY, KEYED, SERIES
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.wholes import hold_wholes


class Standing(NamedTuple):
    """The current cells of a day, with the problems and marks of cells that other cells contradict.

    Attributes:
        cells: The columns of readings; `why`, the reason of a cell that other cells refuse; and `other`, the sum of
            the groups of a whole that differs from that sum within the limits.
        problems: The contradictions, with the columns of `PROBLEMS`.
        marks: The marks of cells in doubt, with the columns of `MARKS`.
    """

    cells: pl.DataFrame
    problems: pl.DataFrame
    marks: pl.DataFrame


def received_by(readings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The readings received by a day that no later file had replaced by then."""
    came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
    open_ = pl.col("until").is_null() | (pl.col("until") > as_of)
    return readings.filter(KEYED, pl.col("outcome") != "unknown", came, open_)


def latest(came: pl.DataFrame) -> pl.DataFrame:
    """One reading for each series and period: the latest.

    Of readings of one day, those that are used or refused precede repeated and superseded ones, and then the first of
    the file counts.
    """
    not_superseded = pl.col("outcome").is_in(["used", "refused"])
    order: list[str | pl.Expr] = [
        "received_on",
        not_superseded.alias("standing"),
        pl.int_range(pl.len(), 0, -1).alias("place"),
    ]
    several = may_repeat(came, ["series", "start"])
    if not several.any():
        return came
    last = came.with_row_index("at").filter(several).sort(*order, nulls_last=False).unique(KEY, keep="last")
    return came.filter(~several | pl.int_range(pl.len()).is_in(last["at"].implode()))


def standing_cells(readings: pl.DataFrame, framework: Framework | None, as_of: date) -> Standing:
    """The current cells of a day: the latest of each key, after every check against other cells.

    Args:
        readings: All readings.
        framework: Its breakdowns and figures limit how far cells may differ; without it nothing is checked.
        as_of: The day.
    """
    came = received_by(readings, as_of)
    came = came.with_columns(series=distinct_keys(came, SERIES).places)
    cells = latest(came).with_columns(why=pl.lit(None, dtype=pl.String), other=pl.lit(None, dtype=pl.Float64))
    if framework is None:
        return Standing(cells.drop("series"), PROBLEMS.empty(), MARKS.empty())
    cells = withdrawn(cells, came, framework)
    cells, slips = refuse_slips(cells, came, framework)
    cells, replaced = longer_periods_replaced(cells, framework)
    cells, wholes, marks = hold_wholes(cells, came, framework)
    cells, failed, doubts = check_figures(cells, framework)
    return Standing(cells.drop("series"), pl.concat([slips, replaced, wholes, failed]), pl.concat([marks, doubts]))


def marks_of_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """The marks beside the numbers of cells that are used, with the columns of `MARKS`."""
    marked = cells.filter(pl.col("mark").is_not_null(), pl.col("state") == "ok")
    where = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
    words = pl.col("mark").replace_strict(CELL_WORDS, return_dtype=pl.String)
    text = pl.format("`{}` in `{}`{} {}", pl.col("text").str.strip_chars(EDGES), "file", where, words)
    return marked.with_columns(item="figure", kind=pl.col("mark").cast(KIND), text=text).select(MARKS.names)
