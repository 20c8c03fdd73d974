"""Misread rows: rows of returns with an unknown period, figure or agency, and the figures that each may be about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.table import EDGES

MISREAD = FrameSchema(
    "MISREAD",
    Column("figure", pl.String, "the figure that a row is about, or may be about"),
    Column("agency", pl.String, "the agency that sent the row, or may have sent it"),
    Column("start", pl.Int32, "the first month of its period; null where the period is unknown", nullable=True),
    Column("named", pl.Boolean, "whether the row has the figure's name, or one near it"),
    Column("corrects", pl.Boolean, "whether an older number of the figure does not stand beside it"),
    Column("on", pl.Date, "the last day on which such a row was received"),
    Column("why", pl.String, "a clause that names the file and row"),
)
"""Misread rows and refused files, by the figure, agency and period that each may be about."""

_PLACE = ["file", "sheet", "row"]


def misread_rows(
    readings: pl.DataFrame, problems: pl.DataFrame, refused: pl.DataFrame, framework: Framework, as_of: date
) -> pl.DataFrame:
    """The misread rows and refused files received by a day, with the columns of `MISREAD`.

    A row with an unknown figure may be about the sender's figure with a near name; without a near name, about any
    figure that the sender owes. A row with an unknown agency may be from the agency with a near name; without a near
    name, from the one that its problem is for. A refused file may be about every figure that its agency owes.

    Args:
        readings: The cells of returns.
        problems: Their problems.
        refused: The refused files, with the columns of `REFUSED_FILES`.
        framework: The framework that names the figures.
        as_of: The day; it includes rows without a day of receipt.
    """
    has_text = pl.col("text").str.strip_chars(EDGES).fill_null("") != ""
    came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
    lost = pl.any_horizontal(pl.col("figure", "start", "agency").is_null())
    totals = problems.filter(pl.col("kind") == "total-row").select(_PLACE).unique()
    unplaced = readings.filter(came, has_text, lost).join(totals, on=_PLACE, how="anti", nulls_equal=True)
    rows = _with_agencies(unplaced, problems, framework)
    of_figures = rows.filter(pl.col("figure").is_not_null()).with_columns(named=pl.lit(True))
    found = [of_figures, _of_any(rows, problems, framework), _of_columns(readings.filter(came), problems, framework)]
    columns = ["figure", "agency", "start", "named", "received_on", *_PLACE]
    of_rows = pl.concat([each.select(columns) for each in found])
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
    why = pl.format("a row that may be of it came in `{}`{} and could not be read", "file", row)
    of_rows = of_rows.with_columns(corrects="named", why=why)
    both = pl.concat([of_rows, _of_files(refused.filter(came), framework).select(of_rows.columns)])
    placed = both.with_columns(on=pl.col("received_on").fill_null(as_of)).sort("on", *_PLACE)
    kept = placed.group_by("figure", "agency", "start", maintain_order=True).agg(
        pl.col("on", "why").last(), pl.col("named", "corrects").any()
    )
    return MISREAD.check(kept.select(MISREAD.names))


def without_outdated(cells: pl.DataFrame, misread: pl.DataFrame) -> pl.DataFrame:
    """Cells, of which those have no value that a later misread row or refused file may correct.

    Args:
        cells: The current cells of a day.
        misread: The misread rows of that day, with the columns of `MISREAD`.
    """
    later = misread.filter("corrects", pl.col("start").is_not_null())
    if later.is_empty():
        return cells
    later = later.select("figure", "agency", "start", "on", correction="why")
    joined = cells.join(later, on=["figure", "agency", "start"], how="left", maintain_order="left")
    is_old = (pl.col("on") > pl.col("received_on")).fill_null(False)
    return joined.with_columns(
        pl.when(is_old).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(~is_old).then("value").alias("value"),
        pl.when(is_old).then("correction").otherwise("why").alias("why"),
    ).select(cells.columns)


def _with_agencies(rows: pl.DataFrame, problems: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Rows with the agency that each is from or may be from; without rows that may be from any agency."""
    if not rows["agency"].has_nulls():
        return rows
    agencies = {
        **{agency.name: id_ for id_, agency in framework.agencies.items()},
        **{id_: id_ for id_ in framework.agencies},
    }

    @cache
    def meant(text: str | None) -> str | None:
        near = nearest((text or "")[:_LONGEST], agencies)
        return agencies[near] if near else None

    unknown = (
        rows.filter(pl.col("agency").is_null())
        .drop("agency")
        .join(_texts(problems, "unknown-agency", "agency"), on=_PLACE, how="inner", nulls_equal=True)
    )
    near = pl.Series([meant(text) for text in unknown["name"]], dtype=pl.String)
    known = rows.filter(pl.col("agency").is_not_null())
    senders = {id_: list(figure.agencies) for id_, figure in framework.figures.items()}
    owed = pl.col("figure").replace_strict(senders, default=[*framework.agencies])
    found = unknown.with_columns(agency=pl.coalesce(near, "agency")).filter(owed.list.contains(pl.col("agency")))
    return pl.concat([known, found.select(known.columns)])


def _of_any(rows: pl.DataFrame, problems: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Rows with an unknown figure, repeated for each figure that they may be about."""

    @cache
    def meant(agency: str, text: str | None) -> tuple[Sequence[str], bool]:
        near = _figure_meant(agency, text, framework)
        owed = [id_ for id_, figure in framework.figures.items() if agency in figure.agencies]
        return ([near], True) if near else (owed, False)

    unknown = rows.filter(pl.col("figure").is_null())
    unknown = unknown.join(_texts(problems, "unknown-figure"), on=_PLACE, how="left", nulls_equal=True)
    figures = [meant(agency, name) for agency, name in unknown.select("agency", "name").iter_rows()]
    return (
        unknown.with_columns(
            figure=pl.Series([ids for ids, _ in figures], dtype=pl.List(pl.String)),
            named=pl.Series([is_near for _, is_near in figures], dtype=pl.Boolean),
        )
        .explode("figure")
        .filter(pl.col("figure").is_not_null())
    )


def _of_columns(readings: pl.DataFrame, problems: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """The rows of wide returns with an unknown column that has nearly the name of a figure of their agency."""
    unknown = problems.filter(pl.col("kind") == "unknown-column").select("file", "sheet", name="text")
    placed = readings.filter(pl.col("agency").is_not_null(), pl.col("start").is_not_null())
    rows = placed.join(unknown, on=["file", "sheet"], nulls_equal=True)
    rows = rows.unique(["agency", "start", "name", *_PLACE], maintain_order=True)

    meant = cache(lambda agency, text: _figure_meant(agency, text, framework))
    figures = [meant(agency, name) for agency, name in rows.select("agency", "name").iter_rows()]
    named = rows.with_columns(figure=pl.Series(figures, dtype=pl.String), named=pl.lit(True))
    return named.filter(pl.col("figure").is_not_null())


def _of_files(refused: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Refused files, repeated for each figure that their agency owes, in the figure's period with the file's month."""
    owed = [
        (file, received_on, agency, id_, figure.cadence.holding(month).start)
        for file, received_on, agency, month in refused.iter_rows()
        for id_, figure in framework.figures.items()
        if agency in figure.agencies
    ]
    columns = {"file": pl.String, "received_on": pl.Date, "agency": pl.String, "figure": pl.String, "start": pl.Int32}
    return pl.DataFrame([*dict.fromkeys(owed)], schema=columns, orient="row").with_columns(
        named=False,
        corrects=True,
        sheet=pl.lit(None, pl.String),
        row=pl.lit(None, pl.Int64),
        why=pl.format("`{}`, which may hold it, could not be read", "file"),
    )


def _figure_meant(agency: str, text: str | None, framework: Framework) -> str | None:
    """The figure that an agency sends and whose id or title is nearest to a text; None where none is near."""
    owed = {id_: figure.title for id_, figure in framework.figures.items() if agency in figure.agencies}
    ids = {**{title: id_ for id_, title in owed.items()}, **dict(zip(owed, owed, strict=True))}
    near = nearest((text or "")[:_LONGEST], ids)
    return ids[near] if near else None


_LONGEST = 100
"""How many characters of a text are compared with names."""


def _texts(problems: pl.DataFrame, kind: str, *more: str) -> pl.DataFrame:
    """The text (`name`) of the first problem of a kind in each row, with the columns `more`."""
    return problems.filter(pl.col("kind") == kind).unique(_PLACE, keep="first").select(*_PLACE, *more, name="text")
