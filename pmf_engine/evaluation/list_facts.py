"""Facts of lists: which periods each agency's list covers, and the value of each aggregate over a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import has_status, reason_code, status_rank
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.inputs import AGENCY, WORLD, Inputs
from pmf_engine.formula.compute.column_names import code_column, lenient_column, value_column
from pmf_engine.formula.syntax import Aggregate
from pmf_engine.framework.changes import owed
from pmf_engine.framework.dependencies import list_cadences
from pmf_engine.framework.model import Indicator, RecordList
from pmf_engine.judgement.reasons import LACKING
from pmf_engine.records.columns import unplaced_column

_NO_DATA = reason_code(Status.NO_DATA)
_ABSENT = {
    "figure": pl.String,
    "agency": pl.String,
    "start": pl.Int32,
    "months": pl.Int32,
    "begun": pl.Int32,
    "due": pl.Date,
    "code": pl.UInt32,
}


def list_codes(inputs: Inputs, list_: RecordList, cadence: Cadence, at_end: bool = False) -> pl.DataFrame:
    """The reason code of a list by period (`start`) and `agency` that owes it then: 0 for a covered period.

    With `at_end` a period is covered where its last day is: enough for spells that are open at the end.
    """
    periods = inputs.window.worked_out(cadence)
    rows = []
    for agency in list_.agencies:
        first = inputs.first_heard.get(agency, inputs.window.first)
        since, until = owed(inputs.framework, list_, agency)
        asked = [period for period in periods if (since or 0) < period.end and (until is None or period.end <= until)]
        codes = inputs.counted.codes(list_, agency, asked, inputs.as_of, first, at_end)
        rows += [(period.start, agency, code) for period, code in zip(asked, codes, strict=True)]
    return pl.DataFrame(rows, schema={"start": pl.Int32, "agency": pl.String, "code": pl.UInt32}, orient="row")


def list_starts(inputs: Inputs, indicator: Indicator) -> set[int]:
    """The first months of the periods of which the lists of an ad hoc indicator cover a month."""
    starts: set[int] = set()
    for id_ in indicator.lists:
        list_ = inputs.framework.lists[id_]
        for agency in list_.agencies:
            for at_end in (False, True):
                covered, _ = inputs.counted.months(list_, agency, at_end)
                starts |= {indicator.cadence.holding(month).start for month in covered}
    return starts


def lists_lacking(inputs: Inputs, cadence: Cadence, by: str | None, ids: Iterable[str]) -> pl.LazyFrame:
    """The agencies whose list does not cover a period, by the code of the list, with names and labels for reasons."""
    labels = {period.start: period.label for period in inputs.window.worked_out(cadence)}
    frames = [pl.DataFrame(schema=LACKING.polars())]
    for id_ in sorted(ids):
        list_ = inputs.framework.lists[id_]
        names = {agency: inputs.framework.agencies[agency].name for agency in list_.agencies}
        lines = pl.DataFrame(
            [
                (period.start, agency, line)
                for period in inputs.window.worked_out(cadence)
                for agency in list_.agencies
                for line in inputs.counted.settled_by(list_, agency, period)[:1]
            ],
            schema={"start": pl.Int32, "agency": pl.String, "settled_by": pl.String},
            orient="row",
        )
        codes = [list_codes(inputs, list_, cadence, at_end) for at_end in ((False, True) if list_.end else (False,))]
        lacking = (
            pl.concat(codes)
            .unique(maintain_order=True)
            .filter(pl.col("code") > 0)
            .join(lines, on=["start", "agency"], how="left", maintain_order="left")
            .with_columns(
                pl.when(pl.col("code") == _NO_DATA).then("settled_by"),
                pl.col("code") + inputs.numbers[id_],
                group=pl.col("agency") if by == AGENCY else pl.lit(None, dtype=pl.String),
                name=pl.col("agency").replace(names),
            )
            .group_by("code", "start", "group")
            .agg(
                pl.col("settled_by").drop_nulls().first(),
                agencies=pl.col("name").unique().sort().str.join(", "),
                senders=pl.col("agency").unique().sort(),
            )
            .with_columns(
                months=pl.lit(cadence.months, dtype=pl.Int32),
                year_start=pl.lit(cadence.year_start, dtype=pl.Int32),
                by=pl.lit(by, dtype=pl.String),
                lacked_in=pl.col("start").replace_strict(labels, return_dtype=pl.String),
                apart=pl.lit(False),
                why=pl.lit(None, dtype=pl.String),
            )
        )
        if by not in (None, AGENCY):
            lacking = lacking.drop("group").join(pl.DataFrame({"group": inputs.groups[by]}), how="cross")
        frames.append(lacking.select(LACKING.names))
    return pl.concat(frames).lazy()


def lists_absent(inputs: Inputs) -> pl.LazyFrame:
    """The periods that agencies' lists do not cover, with the columns of `expected.absent`."""
    rows = []
    for id_, cadence in list_cadences(inputs.framework).items():
        list_ = inputs.framework.lists[id_]
        states = {
            aggregate.state
            for indicator in inputs.framework.indicators.values()
            for aggregate in indicator.aggregates
            if aggregate.list.name == id_
        }
        for start, agency, code in (
            list_codes(inputs, list_, cadence, states == {"open"}).filter(pl.col("code") > 0).iter_rows()
        ):
            due = Period(start, cadence).last_day + timedelta(days=list_.due[agency])
            rows.append((id_, agency, start, cadence.months, None, due, code))
    return pl.LazyFrame(rows, schema=_ABSENT, orient="row")


def with_aggregates(
    inputs: Inputs, frame: pl.LazyFrame, cadence: Cadence, by: str | None, aggregates: Sequence[Aggregate]
) -> pl.LazyFrame:
    """Adds the value and the codes of each aggregate over a list to a panel."""
    for id_, at_end in dict.fromkeys((aggregate.list.name, aggregate.state == "open") for aggregate in aggregates):
        frame = _with_coverage(inputs, frame, cadence, by, id_, at_end)
    views: dict[tuple[str, Cadence, str | None], list[Aggregate]] = {}
    for aggregate in aggregates:
        views.setdefault((aggregate.list.name, cadence, aggregate.state), []).append(aggregate)
    for view, members in views.items():
        frame = _with_view(inputs, frame, view, by, members)
    return frame


def _coverage_column(id_: str, at_end: bool) -> str:
    """The column with the code of a list's coverage.

    >>> _coverage_column("referrals", at_end=True)
    'covers:referrals:end'
    """
    return f"covers:{id_}:{'end' if at_end else 'all'}"


def _with_coverage(
    inputs: Inputs, frame: pl.LazyFrame, cadence: Cadence, by: str | None, id_: str, at_end: bool
) -> pl.LazyFrame:
    """Adds the code of a list in each period to a panel: 0 where the list covers the period, or its last day."""
    column = _coverage_column(id_, at_end)
    codes = list_codes(inputs, inputs.framework.lists[id_], cadence, at_end).lazy()
    if by == AGENCY:
        frame = frame.join(codes.rename({"agency": "group", "code": column}), on=["start", "group"], how="left")
    else:
        worst = codes.group_by("start").agg(pl.col("code").max().alias(column))
        frame = frame.join(worst, on="start", how="left")
    # An agency that does not send the list has no row.
    code = pl.col(column).fill_null(_NO_DATA)
    if by == WORLD:
        own = [world for list_, world in inputs.world_lists if list_ == id_]
        code = pl.when(pl.col("group").is_in(own)).then(0).otherwise(code)
    return frame.with_columns(code.cast(pl.UInt32).alias(column))


def _with_view(
    inputs: Inputs,
    frame: pl.LazyFrame,
    view: tuple[str, Cadence, str | None],
    by: str | None,
    members: Sequence[Aggregate],
) -> pl.LazyFrame:
    """Adds the aggregates of one list over records of one state to a panel."""
    id_ = view[0]
    table = inputs.counted.tables.get((*view, by))
    number = inputs.numbers[id_]
    coverage = pl.col(_coverage_column(id_, view[2] == "open"))
    texts = [aggregate.text for aggregate in members]
    if table is None:
        code = (pl.when(coverage > 0).then(coverage).otherwise(_NO_DATA) + number).cast(pl.UInt32)
        zeros = [pl.lit(0.0).alias(value_column(text)) for text in texts]
        codes = [code.alias(column(text)) for text in texts for column in (code_column, lenient_column)]
        return frame.with_columns(*zeros, *codes)
    columns = [column(text) for text in texts for column in (value_column, code_column)]
    without_group = table.ungrouped["start"]
    unsure = pl.col("start").is_in(without_group.drop_nulls().to_list())
    if without_group.null_count():  # a record without a group may be in any period
        unsure = pl.lit(True)
    coverage = pl.max_horizontal(coverage, _unnamed(inputs, id_, view[1], by))
    return (
        frame.join(table.rows.lazy().select("start", "group", *columns), on=["start", "group"], how="left")
        .join(table.unplaced.lazy().select("group", *map(unplaced_column, texts)), on="group", how="left")
        .with_columns(
            *[pl.col(value_column(text)).fill_null(0.0) for text in texts],
            *[_code(aggregate, coverage, unsure, number).alias(code_column(aggregate.text)) for aggregate in members],
        )
        .with_columns(*[pl.col(code_column(text)).alias(lenient_column(text)) for text in texts])
    )


def _unnamed(inputs: Inputs, id_: str, cadence: Cadence, by: str | None) -> pl.Expr:
    """The code of the groups that no record of a list has named up to a period, where the breakdown lists none.

    A name that only another list or a return uses may be a misspelt one: its count is unknown, not 0.
    """
    if by is None or by not in inputs.framework.breakdowns or inputs.framework.breakdowns[by].groups is not None:
        return pl.lit(0, dtype=pl.UInt32)
    named = inputs.counted.named.get((id_, by), {})
    first = pl.col("group").replace_strict(named, default=None, return_dtype=pl.Int32)
    is_named = (pl.col("start") + cadence.months > first).fill_null(False)
    return pl.when(is_named).then(0).otherwise(_NO_DATA).cast(pl.UInt32)


def _code(aggregate: Aggregate, coverage: pl.Expr, unsure: pl.Expr, number: int) -> pl.Expr:
    """The code of an aggregate, from the coverage of its list and its refused records."""
    empty = 0 if aggregate.function in ("count", "sum") else reason_code(Status.UNDEFINED)
    code = pl.max_horizontal(
        coverage,
        pl.col(code_column(aggregate.text)).fill_null(empty),
        pl.col(unplaced_column(aggregate.text)).fill_null(0),
        pl.when(unsure).then(reason_code(Status.INVALID)).otherwise(0),
    )
    of_list = (status_rank(code) > 0) & ~has_status(code, Status.UNDEFINED)
    source = pl.when(of_list).then(number).otherwise(0)
    return (code + source).cast(pl.UInt32)
