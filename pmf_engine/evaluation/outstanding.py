"""Outstanding returns: the figures and lists that agencies have not sent, when they are due, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import polars as pl

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.period_days import days_of_periods
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import has_status, is_awaited
from pmf_engine.domain.status import ItemKind, Status, texts
from pmf_engine.evaluation.expected import absent
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.list_facts import lists_absent
from pmf_engine.framework.dependencies import figures_used, list_cadences
from pmf_engine.framework.model import Framework

OUTSTANDING: Final = FrameSchema(
    "OUTSTANDING",
    Column("item", pl.String, "the id of the figure or list"),
    Column("item_kind", pl.Enum(texts(ItemKind)), "which of the two it is"),
    Column("agency", pl.String, "the id of the agency that owes it"),
    Column("period", pl.String, "the label of the period"),
    Column("starts_on", pl.Date, "the first day of the period"),
    Column("ends_on", pl.Date, "the last day of the period"),
    Column("due", pl.Date, "the last day on which it is in time"),
    Column("status", pl.Enum([Status.LATE.value, Status.NOT_DUE.value]), "whether that day has passed"),
    Column("days_late", pl.Int64, "how many days ago it was due; 0 where it is not due yet"),
    Column("run", pl.Int64, "for how many periods in a row the agency has not sent it"),
    Column("waiting", pl.List(pl.String), "the ids of the indicators that use it"),
)
"""The columns of `Evaluation.outstanding`."""


def outstanding_plan(inputs: Inputs, end: int, chosen: Iterable[str]) -> pl.LazyFrame:
    """The query for the latest outstanding period of each figure and agency, with the number of such periods in a row.

    Where that period is not due yet, the latest late period of the same row of periods is included as well.

    Args:
        inputs: The figures and list totals of the evaluation.
        end: The month after the last one.
        chosen: The ids of the indicators that use the figures and lists.
    """
    used = sorted(_waiting(inputs.framework, chosen))
    latest = pl.col("start") + 2 * pl.col("months") > end
    late = has_status(pl.col("code"), Status.LATE)
    missing = (
        absent(inputs, [name for name in used if name in inputs.framework.figures])
        .with_columns(pl.col("figure").cast(pl.String))
        .drop("why")
    )
    waited = pl.concat([missing, lists_absent(inputs).filter(pl.col("figure").is_in(used))])
    return (
        waited.filter(pl.col("start") + pl.col("months") <= end, is_awaited(pl.col("code")))
        .sort("figure", "agency", "start")
        .with_columns(block=pl.col("start") - pl.col("months") * pl.int_range(pl.len()).over("figure", "agency"))
        .with_columns(
            run=pl.int_range(1, pl.len() + 1).over("figure", "agency", "block"),
            status=pl.when(late).then(pl.lit(Status.LATE)).otherwise(pl.lit(Status.NOT_DUE)),
            last_late=pl.when(late).then("start").max().over("figure", "agency", "block"),
        )
        .filter(latest.any().over("figure", "agency", "block"), latest | (pl.col("start") == pl.col("last_late")))
        .select(
            pl.col("figure").cast(pl.String).alias("item"), "agency", "start", "months", "due",
            pl.col("status").cast(OUTSTANDING.polars()["status"]), pl.col("run").cast(pl.Int64),
        )
    )  # fmt: skip


def outstanding_rows(rows: pl.DataFrame, framework: Framework, as_of: date, chosen: Iterable[str]) -> pl.DataFrame:
    """The rows of `outstanding_plan` with the columns of `OUTSTANDING`, sorted by item, agency and period."""
    rows = rows.sort("item", "agency", "start")
    starts = {name: figure.cadence.year_start for name, figure in framework.figures.items()}
    starts |= {id_: cadence.year_start for id_, cadence in list_cadences(framework).items()}
    labels = [
        Period(start, Cadence(months, starts[item])).label
        for item, start, months in rows.select("item", "start", "months").iter_rows()
    ]
    waiting = _waiting(framework, chosen)
    late = pl.col("status") == Status.LATE
    kinds = dict.fromkeys(framework.figures, ItemKind.FIGURE.value) | dict.fromkeys(framework.lists, "list")
    complete = rows.with_columns(
        days_of_periods(),
        item_kind=pl.col("item").replace_strict(kinds, return_dtype=pl.String).cast(OUTSTANDING.polars()["item_kind"]),
        period=pl.Series(labels, dtype=pl.String),
        days_late=pl.when(late).then((pl.lit(as_of) - pl.col("due")).dt.total_days()).otherwise(0),
        waiting=pl.Series([waiting.get(item, []) for item in rows["item"]], dtype=pl.List(pl.String)),
    )
    return OUTSTANDING.check(complete.select(OUTSTANDING.names))


def _waiting(framework: Framework, chosen: Iterable[str]) -> dict[str, list[str]]:
    """By figure and list, the ids of the chosen indicators that use it."""
    waiting: dict[str, list[str]] = {}
    for indicator in map(framework.indicators.__getitem__, chosen):
        for item in dict.fromkeys((*figures_used(framework, indicator), *indicator.lists)):
            waiting.setdefault(item, []).append(indicator.id)
    return waiting
