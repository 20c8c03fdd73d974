"""Outstanding returns: the figures and lists that agencies have not sent, when they are due, and for how long."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import has_status, is_awaited
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.expected import absent
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.list_facts import lists_absent
from pmf_engine.framework.dependencies import figures_used, list_cadences
from pmf_engine.framework.model import Framework

OUTSTANDING: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "figure": pl.String,
    "agency": pl.String,
    "start": pl.Int32,
    "months": pl.Int32,
    "period": pl.String,
    "due": pl.Date,
    "status": pl.String,
    "run": pl.Int64,
}
"""The columns of `Evaluation.outstanding`."""


def outstanding_plan(inputs: Inputs, end: int) -> pl.LazyFrame:
    """The query for the latest outstanding period of each figure and agency, with the number of such periods in a row.

    Where that period is not due yet, the latest late period of the same row of periods is included as well.
    """
    framework = inputs.framework
    used = sorted({name for indicator in framework.indicators.values() for name in figures_used(framework, indicator)})
    latest = pl.col("start") + 2 * pl.col("months") > end
    late = has_status(pl.col("code"), Status.LATE)
    missing = absent(inputs, used).with_columns(pl.col("figure").cast(pl.String)).drop("why")
    waited = pl.concat([missing, lists_absent(inputs)])
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
            pl.col("figure").cast(pl.String), "agency", "start", "months", "due", "status", pl.col("run").cast(pl.Int64)
        )
    )


def with_period_labels(rows: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Adds the name of each period, puts the columns in the order of `OUTSTANDING`, and sorts the rows."""
    starts = {name: figure.cadence.year_start for name, figure in framework.figures.items()}
    starts |= {id_: cadence.year_start for id_, cadence in list_cadences(framework).items()}
    labels = [
        Period(start, Cadence(months, starts[figure])).label
        for figure, start, months in rows.select("figure", "start", "months").iter_rows()
    ]
    return (
        rows.with_columns(period=pl.Series(labels, dtype=pl.String))
        .select(list(OUTSTANDING))
        .sort("figure", "agency", "start")
    )
