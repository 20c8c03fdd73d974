"""Misread rows: rows of returns with an unknown period or figure, and the figures that each may be about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.table import EDGES

MISREAD = FrameSchema(
    "MISREAD",
    Column("figure", pl.String, "the figure that a row is about, or may be about"),
    Column("agency", pl.String, "the agency that sent the row"),
    Column("start", pl.Int32, "the first month of its period; null where the period is unknown", nullable=True),
    Column("on", pl.Date, "the last day on which such a row was received"),
    Column("why", pl.String, "a clause that names the file and row"),
)
"""Misread rows, by the figure, agency and period that each may be about."""

_PLACE = ["file", "sheet", "row"]


def misread_rows(readings: pl.DataFrame, problems: pl.DataFrame, framework: Framework, as_of: date) -> pl.DataFrame:
    """The misread rows received by a day, with the columns of `MISREAD`.

    A row with an unknown figure may be about the sender's figure with a near name; without a near name, about any
    figure that the sender owes.

    Args:
        readings: The cells of returns.
        problems: Their problems.
        framework: The framework that names the figures.
        as_of: The day; it includes rows without a day of receipt.
    """
    has_text = pl.col("text").str.strip_chars(EDGES).fill_null("") != ""
    came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
    lost = pl.col("figure").is_null() | pl.col("start").is_null()
    rows = readings.filter(came, has_text, lost, pl.col("agency").is_not_null())
    if rows.is_empty():
        return MISREAD.empty()
    of_figures = rows.filter(pl.col("figure").is_not_null())
    columns = ["figure", "agency", "start", "received_on", *_PLACE]
    both = pl.concat([of_figures.select(columns), _of_any(rows, problems, framework).select(columns)])
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
    why = pl.format("a row that may be of it came in `{}`{} and could not be read", "file", row)
    placed = both.with_columns(why=why, on=pl.col("received_on").fill_null(as_of)).sort("on", *_PLACE)
    kept = placed.group_by("figure", "agency", "start", maintain_order=True).agg(pl.col("on", "why").last())
    return MISREAD.check(kept.select(MISREAD.names))


def _of_any(rows: pl.DataFrame, problems: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Rows with an unknown figure, repeated for each figure that they may be about."""

    @cache
    def meant(agency: str, text: str | None) -> Sequence[str]:
        owed = {id_: figure.title for id_, figure in framework.figures.items() if agency in figure.agencies}
        ids = {**{title: id_ for id_, title in owed.items()}, **dict(zip(owed, owed, strict=True))}
        near = nearest((text or "")[:100], ids)
        return [ids[near]] if near else list(owed)

    unknown = rows.filter(pl.col("figure").is_null())
    named = (
        problems.filter(pl.col("kind") == "unknown-figure").unique(_PLACE, keep="first").select(*_PLACE, name="text")
    )
    unknown = unknown.join(named, on=_PLACE, how="left", nulls_equal=True)
    figures = [meant(agency, name) for agency, name in unknown.select("agency", "name").iter_rows()]
    return (
        unknown.with_columns(figure=pl.Series(figures, dtype=pl.List(pl.String)))
        .explode("figure")
        .filter(pl.col("figure").is_not_null())
    )
