"""Files of unknown arrival: the marks of values that use them, and the rows that they leave in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from pmf_engine.domain.marks import KIND, MARKS, MarkKind
from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.marks import with_marks
from pmf_engine.framework.model import Framework
from pmf_engine.records.totals import ListTotals

_TEXT = "nothing says when `{}` was received"

ROW = ("indicator", "by", "group", "start")


def arrival_marks(undated: frozenset[str], cells: pl.DataFrame, counted: ListTotals) -> pl.DataFrame:
    """The marks of cells and records in files of unknown arrival.

    Args:
        undated: The names of these files.
        cells: The cells of returns that count.
        counted: The totals of lists, with the counts of each file.
    """
    if not undated:
        return MARKS.empty()
    kind = pl.lit(MarkKind.ARRIVAL_UNKNOWN.value).cast(KIND)
    of_cells = cells.filter(pl.col("file").is_in(list(undated)), pl.col("state") == "ok").with_columns(
        item="figure", kind=kind, text=pl.format(_TEXT, "file")
    )
    of_lists = pl.DataFrame(
        list(_of_lists(undated, counted)),
        schema={"item": pl.String, "start": pl.Int32, "months": pl.Int32, "text": pl.String},
        orient="row",
    ).with_columns(pl.lit(None, pl.String).alias(name) for name in ("agency", "by", "group"))
    columns = MARKS.names
    return pl.concat([of_cells.select(columns), of_lists.with_columns(kind=kind).select(columns)])


def _of_lists(undated: frozenset[str], counted: ListTotals) -> Iterator[tuple[str, int, int, str]]:
    """The list, the first month, the number of months and the text of the mark of each file with records."""
    for id_, reads in counted.read.items():
        for read in reads:
            first, last = (read.covers.first, read.covers.last) if read.covers else (read.first, read.last)
            if read.file in undated and first is not None and last is not None:
                start = month_of(first)
                yield id_, start, month_of(last) + 1 - start, _TEXT.format(read.file)


def doubting(of_cells: pl.DataFrame, unknown: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The marks that leave no row green: doubts of cells, and in a report as of a day before today unknown arrivals.

    Args:
        of_cells: The marks of cells that others contradict.
        unknown: The marks of files of unknown arrival.
        as_of: The day of the evaluation.
    """
    doubts = of_cells.filter(pl.col("kind") == MarkKind.DOUBT)
    return pl.concat([doubts, unknown]) if as_of < date.today() else doubts


def in_doubt(
    rows: pl.DataFrame,
    framework: Framework,
    inputs: Inputs,
    cadences: Mapping[str, Cadence],
    marks: pl.DataFrame | None,
) -> pl.DataFrame:
    """Adds `doubt`: why a row cannot be green or improving, from the marks of its inputs; null without such marks.

    Args:
        rows: Rows with the columns of `ROW`.
        framework: The framework that defines the indicators.
        inputs: The figures and list totals of the values.
        cadences: By indicator, the length of its rows' periods.
        marks: The columns of `MARKS`; None for no doubt.
    """
    if marks is None or marks.is_empty():
        return rows.with_columns(doubt=pl.lit(None, pl.String))
    indicators = {id_: replace(indicator, compare=()) for id_, indicator in framework.indicators.items()}
    judging = replace(framework, indicators=indicators)  # figures for comparison have no part in a rating
    marked = with_marks(rows.select(ROW), judging, inputs, cadences, marks)
    texts = pl.col("marks").list.eval(pl.element().struct.field("text")).list.join(", ")
    doubts = marked.filter(pl.col("marks").list.len() > 0).select(*ROW, doubt=texts)
    return rows.join(doubts, on=ROW, how="left", nulls_equal=True, maintain_order="left")
