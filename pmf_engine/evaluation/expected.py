"""Which agency owes which figure for which period, and when it is due."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pmf_engine.domain.periods import Frequency
from pmf_engine.domain.reason_codes import MISREAD, has_status, reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.lifetimes import there
from pmf_engine.framework.changes import owing_months
from pmf_engine.framework.model import Figure

SENT = ("figure", "agency", "start", "months")
"""The key of a return: a figure of an agency in a period."""


def absent(inputs: Inputs, figures: Iterable[str]) -> pl.LazyFrame:
    """The regular figures that agencies have not sent: the rows of `expected` without a cell."""
    return _owed(inputs, figures, absent=True)


def expected(inputs: Inputs, figures: Iterable[str]) -> pl.LazyFrame:
    """The regular figures that agencies owe, received or not.

    Columns: those of `SENT`, `begun` (the first month for which the figure was asked for), `due` (the last day in
    time), `code` (the reason code while the figure is not received) and `why` (details of the reason).
    """
    return _owed(inputs, figures)


def _owed(inputs: Inputs, figures: Iterable[str], absent: bool = False) -> pl.LazyFrame:
    """The rows of `expected`, all or those without a cell.

    What is absent is found by sender, as a difference of lists: to lay out each return first takes longer.
    """
    regular = [
        figure for figure in map(inputs.framework.figures.__getitem__, figures) if figure.frequency != Frequency.AD_HOC
    ]
    times = pl.LazyFrame(
        [
            (*cadence, period.start, period.last_day)
            for cadence in sorted({figure.cadence for figure in regular})
            for period in inputs.window.expected(cadence)
        ],
        schema={"months": pl.Int32, "year_start": pl.Int32, "start": pl.Int32, "last_day": pl.Date},
        orient="row",
    )
    due = pl.col("last_day") + pl.duration(days=pl.col("days"))
    senders, time = _senders(inputs, regular), ["months", "year_start"]
    if absent:
        came = inputs.cells.group_by("figure", "agency", "months").agg(came=pl.col("start").unique())
        senders = (
            senders.join(times.group_by(time).agg("start"), on=time, maintain_order="left")
            .join(came, on=["figure", "agency", "months"], how="left", maintain_order="left")
            .with_columns(pl.col("start").list.set_difference(pl.col("came").fill_null([])).list.sort())
            .explode("start", empty_as_null=False)
        )
        time = [*time, "start"]
    returns = (
        senders.join(times, on=time, maintain_order="left")
        .filter(there())
        .join(inputs.begun.lazy(), on="figure", how="left")
        # A figure is asked for from its first month from any agency. A figure that no agency ever sent is late from the
        # first month of anything from the agency that owes it.
        .with_columns(begun=pl.coalesce("asked_since", "begun", "first_heard"))
        .select(*SENT, "begun", due=due.cast(pl.Date))
        .with_columns(
            code=pl.when(pl.col("start") + pl.col("months") <= pl.col("begun"))
            .then(reason_code(Status.NO_DATA))
            .when(pl.col("due") < inputs.as_of)
            .then(reason_code(Status.LATE))
            .otherwise(reason_code(Status.NOT_DUE))
            .cast(pl.UInt32)
        )
    )
    return perhaps_misread(returns.with_columns(why=pl.lit(None, dtype=pl.String)), inputs, Status.LATE)


def _senders(inputs: Inputs, regular: Iterable[Figure]) -> pl.LazyFrame:
    """The agencies that owe each figure, for how long, and in how many days after a period."""
    figures = pl.LazyFrame(
        [
            (figure.id, agency, days, *figure.cadence, figure.since, figure.until)
            for figure in regular
            for agency, days in figure.due.items()
        ],
        schema={
            "figure": inputs.names,
            "agency": pl.String,
            "days": pl.Int64,
            "months": pl.Int32,
            "year_start": pl.Int32,
            "asked_since": pl.Int32,
            "asked_until": pl.Int32,
        },
        orient="row",
    )
    agencies = pl.LazyFrame(
        [
            (id_, inputs.first_heard.get(id_, inputs.window.first), *owing_months(inputs.framework, id_))
            for id_ in inputs.framework.agencies
        ],
        schema={"agency": pl.String, "first_heard": pl.Int32, "since": pl.Int32, "until": pl.Int32},
        orient="row",
    )
    return figures.join(agencies, on="agency", maintain_order="left").with_columns(
        since=pl.max_horizontal("since", "asked_since"), until=pl.min_horizontal("until", "asked_until")
    )


def perhaps_misread(returns: pl.LazyFrame, inputs: Inputs, status: Status) -> pl.LazyFrame:
    """Makes returns with a status `invalid` where a row that cannot be placed may be that return; `why` names the row.

    Args:
        returns: Rows with the columns of `SENT`, `code` and `why`.
        inputs: The rows that cannot be placed.
        status: `late` for returns that have not come, `no_data` for those without a number.
    """
    if inputs.misread.is_empty():
        return returns
    rows = inputs.misread.lazy()
    ended = pl.col("start") + pl.col("months") <= pl.col("until")
    of_any = rows.filter(pl.col("start").is_null()).select("figure", "agency", "until", why_any="why")
    of_period = rows.filter(pl.col("start").is_not_null()).select("figure", "agency", "start", why_then="why")
    row = pl.coalesce("why_then", pl.when(ended).then("why_any"))
    is_misread = has_status(pl.col("code"), status) & row.is_not_null()
    return (
        returns.join(of_any, on=["figure", "agency"], how="left")
        .join(of_period, on=["figure", "agency", "start"], how="left")
        .with_columns(
            why=pl.when(is_misread).then(row).otherwise("why"),
            code=pl.when(is_misread)
            .then(pl.lit(reason_code(Status.INVALID, MISREAD), dtype=pl.UInt32))
            .otherwise("code"),
        )
        .drop("until", "why_any", "why_then")
    )
