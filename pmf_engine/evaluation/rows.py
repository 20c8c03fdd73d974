"""Rows of an evaluation as types: results, and the series of an indicator as a plot needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from pmf_engine.diagnostics.errors import Error, UnknownName
from pmf_engine.domain.marks import Mark, read_marks
from pmf_engine.domain.status import Direction, ReasonKind, Signal, SpecialCause, Status
from pmf_engine.framework.changes import breaks_of
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.history_row import HistoryRow, history_rows


class MissingInput(NamedTuple):
    """A figure or list that a row lacks.

    Attributes:
        item: The id of the figure or list.
        agency: The id of its sender; None where unknown.
        period: The label of the period.
    """

    item: str
    agency: str | None
    period: str


class ResultRow(NamedTuple):
    """A row of `Evaluation.results`; the fields are the columns of `pmf.schemas.RESULTS`, which says what each is."""

    indicator: str
    period: str
    by: str | None
    group: str | None
    numerator: float | None
    denominator: float | None
    value: float | None
    lower: float | None
    upper: float | None
    status: Status
    reason: str | None
    direction: Direction | None
    run: int
    escalate_to: str | None
    rules: tuple[str, ...]
    marks: tuple[Mark, ...]
    starts_on: date
    ends_on: date
    unit: str | None
    reason_kind: ReasonKind | None
    missing_inputs: tuple[MissingInput, ...]
    owners: tuple[str, ...]
    good_low: float | None
    good_high: float | None
    tolerance_low: float | None
    tolerance_high: float | None
    target: float | None
    level: int
    rule_ids: tuple[int, ...]


def result_rows(results: pl.DataFrame) -> tuple[ResultRow, ...]:
    """The rows of `Evaluation.results`, or of a part of it."""
    rows = []
    for row in results.iter_rows(named=True):
        row["status"] = Status(row["status"])
        row["direction"] = row["direction"] and Direction(row["direction"])
        row["reason_kind"] = row["reason_kind"] and ReasonKind(row["reason_kind"])
        row["marks"] = read_marks(row["marks"])
        row["missing_inputs"] = tuple(MissingInput(**missing) for missing in row["missing_inputs"])
        row |= {name: tuple(row[name]) for name in ("rules", "owners", "rule_ids")}
        rows.append(ResultRow(**row))
    return tuple(rows)


class SeriesPoint(NamedTuple):
    """One period of a series: its value, its bands and its control chart.

    Attributes:
        period: The label of the period.
        starts_on: Its first day.
        ends_on: Its last day.
        value: The value at full precision; None where there is none.
        status: The status.
        lower: The lower end of the 95 % interval; None without an interval.
        upper: Its upper end.
        good_low: The lower end of the good band in force; None where it has none.
        good_high: Its upper end.
        tolerance_low: The lower end of the tolerance in force; None where it has none.
        tolerance_high: Its upper end.
        chart_mean: The mean of the control chart as it stood in the period; None without a chart.
        chart_lower: Its lower limit.
        chart_upper: Its upper limit.
        signal: The signal of the chart at this point; None without one.
        special_cause: Whether the signal is a concern or an improvement; None without one.
    """

    period: str
    starts_on: date
    ends_on: date
    value: float | None
    status: Status
    lower: float | None
    upper: float | None
    good_low: float | None
    good_high: float | None
    tolerance_low: float | None
    tolerance_high: float | None
    chart_mean: float | None
    chart_lower: float | None
    chart_upper: float | None
    signal: Signal | None
    special_cause: SpecialCause | None


class SeriesBreak(NamedTuple):
    """A break in a series.

    Attributes:
        on: The first day from which values do not compare with those before.
        because: The reason, in the words of the framework.
    """

    on: date
    because: str


@dataclass(frozen=True, repr=False)
class Series:
    """An indicator over time, whole or of one group, the oldest period first.

    Attributes:
        indicator: The id of the indicator.
        title: Its title.
        unit: The unit of its values, such as `%`; None without one.
        by: The breakdown of the group; None for the whole.
        group: The group; None for the whole.
        points: The periods, the oldest first.
        breaks: The breaks in the series, the earliest first.
    """

    indicator: str
    title: str
    unit: str | None
    by: str | None
    group: str | None
    points: tuple[SeriesPoint, ...]
    breaks: tuple[SeriesBreak, ...]

    def __repr__(self) -> str:
        group = f", {self.group}" if self.group else ""
        return f"<Series of {self.indicator}{group}: {len(self.points)} points>"


def series_of(framework: Framework, judged: pl.DataFrame, last: HistoryRow) -> Series:
    """The series of a row up to it."""
    indicator = framework.indicators[last.indicator]
    rows = judged.filter(
        pl.col("by").eq_missing(pl.lit(last.by)),
        pl.col("group").eq_missing(pl.lit(last.group)),
        pl.col("start") <= last.start,
        indicator=last.indicator,
    )
    breaks = breaks_of(framework, indicator)
    return Series(
        indicator=indicator.id,
        title=indicator.title,
        unit=last.unit,
        by=last.by,
        group=last.group,
        points=tuple(map(_point, history_rows(rows.sort("start")))),
        breaks=tuple(SeriesBreak(one.on, one.because) for one in breaks),
    )


def _point(row: HistoryRow) -> SeriesPoint:
    """A point from its row."""
    return SeriesPoint(
        period=row.period,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        value=row.value,
        status=Status(row.status),
        lower=row.lower,
        upper=row.upper,
        good_low=row.good_low,
        good_high=row.good_high,
        tolerance_low=row.tolerance_low,
        tolerance_high=row.tolerance_high,
        chart_mean=row.mean,
        chart_lower=row.lower_limit,
        chart_upper=row.upper_limit,
        signal=None if row.signal is None else Signal(row.signal),
        special_cause=None if row.special_cause is None else SpecialCause(row.special_cause),
    )


class NoRow(Error, ValueError):  # noqa: N818  # what it is, is in the name
    """An indicator without a row, or a group that several breakdowns have."""


def find_row(rows: pl.DataFrame, indicator: str, group: str | None) -> pl.DataFrame:
    """The one row of the whole of an indicator or of a group, among its rows of one period.

    Raises:
        UnknownName: There is no such group.
        NoRow: There are no rows, or several of such groups.
    """
    if rows.is_empty():
        raise NoRow(f"`{indicator}` is ad hoc, and nothing was asked for in this period")
    if group is None:
        return rows.filter(pl.col("group").is_null())
    groups = rows.filter(pl.col("group").is_not_null())
    both = pl.concat_str("by", pl.lit("="), "group")
    chosen = groups.filter(both == group)
    if chosen.is_empty():
        chosen = groups.filter(pl.col("group") == group)
    if chosen.is_empty():
        names = [*groups["group"], *groups.select(both).to_series()]
        hint = f"its groups are {', '.join(_spelt(groups)) or 'none'}"
        raise UnknownName(f"group of `{indicator}`", group, names, f"`{indicator}` has no group `{group}`", hint)
    if len(chosen) > 1:
        spellings = " or ".join(_spelt(chosen))
        raise NoRow(f"`{indicator}` has a group `{group}` in {len(chosen)} breakdowns; write {spellings}")
    return chosen


def _spelt(groups: pl.DataFrame) -> list[str]:
    """Each group as `explain` takes it: with its breakdown, where several breakdowns have a group of that name."""
    several = pl.col("group").is_duplicated()
    both = pl.concat_str("by", pl.lit("="), "group")
    return [f"`{name}`" for name in groups.select(pl.when(several).then(both).otherwise("group")).to_series()]
