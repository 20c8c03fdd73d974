"""Totals of lists: each aggregate by period and group, and which periods the lists cover.

In a period that a list covers, no matching record means 0; in any other it means nothing. A record that was refused
makes the totals that it might have counted in `invalid`: those of its period and group where these are known, else all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.domain.marks import MARKS, MarkKind
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import Status
from pmf_engine.formula.compute.column_names import code_column, value_column
from pmf_engine.formula.syntax import Aggregate, columns_of
from pmf_engine.framework.model import RecordList
from pmf_engine.records.asked_texts import slip_columns
from pmf_engine.records.columns import AGENCY, START, Part, combined, unplaced_column
from pmf_engine.records.coverage import Coverage, joined, month_ends, whole_months
from pmf_engine.records.list_query import ListQuery
from pmf_engine.records.queries import ListPlan
from pmf_engine.submissions.list_values import bad
from pmf_engine.submissions.vocabulary import fold, spelling_order

_INVALID, _NO_DATA, _UNDEFINED = reason_code(Status.INVALID), reason_code(Status.NO_DATA), reason_code(Status.UNDEFINED)
_DIGITS = 12
"""The significant digits of a sum or mean: further digits depend on the order in which a stream adds."""
_LEAST, _MOST = 10.0**_DIGITS, 2.0**53
"""Between these limits sums are rounded to whole numbers, whose sum is exact in any order."""


@dataclass(frozen=True)
class Read:
    """The content of one list part: its number of records, their first and last date, its number of refused cells."""

    file: str
    sheet: str | None
    records: int
    first: date | None
    last: date | None
    covers: DateRange | None
    refused: int


@dataclass(frozen=True)
class Table:
    """The totals of a query in one breakdown, or of the whole.

    Attributes:
        rows: `start`, `group` (empty for the whole), and for each aggregate its value and reason code (see
            `value_column`, `code_column`).
        unplaced: By `group`, the reason code that records with unknown dates cause (`unplaced_column`).
        ungrouped: `start` of the periods with a record of an unknown group; null where that may be any period.
    """

    rows: pl.DataFrame
    unplaced: pl.DataFrame
    ungrouped: pl.DataFrame


@dataclass
class ListTotals:
    """The totals of all lists.

    Attributes:
        tables: The totals by query and breakdown.
        coverage: The coverage by list and agency.
        named: The groups of each list's records by list and breakdown, with the first month of a period that has one.
        read: The content of the list parts by list.
    """

    tables: dict[tuple[str, Cadence, str | None, str | None], Table] = field(default_factory=dict)
    coverage: dict[tuple[str, str], list[Coverage]] = field(default_factory=dict)
    named: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    read: dict[str, list[Read]] = field(default_factory=dict)

    def groups(self, by: str) -> set[str]:
        """The groups of a breakdown that the records of any list name."""
        return {group for (_, breakdown), groups in self.named.items() if breakdown == by for group in groups}

    def name_groups(self, list_: str, by: str, rows: pl.DataFrame) -> None:
        """Adds the groups of a table's rows to those that a list names."""
        named = self.named.setdefault((list_, by), {})
        for group, start in rows.group_by("group").agg(pl.col("start").min()).iter_rows():
            named[group] = min(start, named.get(group, start))

    @property
    def marks(self) -> pl.DataFrame:
        """The marks of totals over days that a file without records covers, with the columns of `MARKS`."""
        rows = [
            (id_, agency, None, None, each.touched.start, len(each.touched), MarkKind.EMPTY_LIST.value, text)
            for (id_, agency), coverage in self.coverage.items()
            for each in coverage
            if each.empty and (text := f"`{each.empty}` has a header and no records")
        ]
        return pl.DataFrame(rows, schema=MARKS.polars(), orient="row")

    def extent(self) -> range:
        """The months that lists cover, or may, from the first to the last."""
        coverage = [each for of_agency in self.coverage.values() for each in of_agency]
        certain = [each.touched for each in coverage if each.exact or not each.refused]
        if not certain and coverage:  # every file was refused, and may be of any time: take the year up to the last day
            certain = [range(max(each.touched.stop for each in coverage) - 12, each.touched.stop) for each in coverage]
        if not certain:
            return range(0)
        return range(min(months.start for months in certain), max(months.stop for months in certain))

    def months(self, list_: RecordList, agency: str, at_end: bool = False) -> tuple[set[int], set[int]]:
        """The months that an agency's records cover, and the months of refused files.

        Args:
            list_: The list.
            agency: An agency that sends it.
            at_end: Count the months of which the records cover the last day.
        """
        coverage = self.coverage.get((list_.id, agency), [])
        of = month_ends if at_end else whole_months
        sure = {month for days in joined(coverage) for month in of(days)}
        return sure, {month for each in coverage if each.refused for month in each.touched}

    def settled_by(self, list_: RecordList, agency: str, period: Period) -> list[str]:
        """The lines that manifest.csv needs before the coverage of a period is known."""
        months = range(period.start, period.end)
        return [
            each.settled_by
            for each in self.coverage.get((list_.id, agency), [])
            if each.settled_by and any(month in each.touched for month in months)
        ]

    def codes(
        self,
        list_: RecordList,
        agency: str,
        periods: Sequence[Period],
        as_of: date,
        first: int,
        at_end: bool = False,
    ) -> list[int]:
        """The reason code of each period: 0 where an agency's records cover the period, or its last day (`at_end`).

        Args:
            list_: The list.
            agency: An agency that sends it.
            periods: Periods of one cadence.
            as_of: The day of the evaluation, which decides whether records are late or not due yet.
            first: The month from which a list that no agency ever sent is late.
            at_end: The last day of the period is enough.
        """
        sure, refused = self.months(list_, agency, at_end)
        begun = min((month for each in list_.agencies for month in self.months(list_, each)[0]), default=first)
        codes = []
        for period in periods:
            months = range(period.end - 1, period.end) if at_end else range(period.start, period.end)
            due = period.last_day + timedelta(days=list_.due[agency])
            if not refused.isdisjoint(months):
                codes.append(_INVALID)
            elif sure.issuperset(months):
                codes.append(0)
            elif period.end <= begun:
                codes.append(_NO_DATA)
            elif due >= as_of:
                codes.append(reason_code(Status.NOT_DUE))
            else:
                open_ = self.settled_by(list_, agency, period)
                codes.append(_NO_DATA if open_ else reason_code(Status.LATE))
        return codes


# -- from query results to tables ---------------------------------------------------------


def tables(
    plan: ListPlan, query: ListQuery, frames: Sequence[pl.DataFrame], spellings: dict[tuple[str, str], str]
) -> Mapping[str | None, Table]:
    """The table of each breakdown of a query, and of the whole (None), from the frames of `ListPlan.queries`.

    Args:
        plan: The plan of the list's queries.
        query: The query.
        frames: The results of the query.
        spellings: The names of unlisted groups by breakdown and folded text. New groups are added.
    """
    additive, *alone = frames
    by = [name for name in query.by if name in plan.columns]
    for each in by:
        if each in plan.open:
            _spell(each, additive[each], spellings)
    tables_by: dict[str | None, Table] = {}
    for number, name in enumerate([None, *by]):
        tables_by[name] = _table(plan, query, name, additive, alone[number] if alone else None, spellings)
    if AGENCY in query.by and AGENCY not in plan.columns:
        agency = pl.lit(query.list.agencies[0] if query.list.agencies else "").alias("group")
        whole = tables_by[None]
        tables_by[AGENCY] = Table(whole.rows.with_columns(agency), whole.unplaced.with_columns(agency), whole.ungrouped)
    return tables_by


def _table(
    plan: ListPlan,
    query: ListQuery,
    name: str | None,
    additive: pl.DataFrame,
    alone: pl.DataFrame | None,
    spellings: Mapping[tuple[str, str], str],
) -> Table:
    """The table of one breakdown: its parts combined over the other breakdowns, as values with reason codes.

    Args:
        plan: The plan of the list's queries.
        query: The query.
        name: The breakdown; None for the whole.
        additive: The parts of additive aggregates.
        alone: The values of the other aggregates by the breakdown; None without such aggregates.
        spellings: The names of unlisted groups by breakdown and folded text.
    """
    grouped = _grouped(additive, name, plan, spellings)
    ungrouped = grouped.select("start").clear()
    if name is not None:
        # A blank in an optional column is no group; in another column the group is unknown.
        of_none: pl.Expr | pl.Series = pl.lit(False)
        if query.list.columns[name].optional:
            of_none = additive[name].is_null() & (additive[bad(name)] == 0)
        if name == AGENCY and len(query.list.agencies) == 1:  # the list's only sender
            sender = pl.lit(query.list.agencies[0])
            grouped = grouped.with_columns(group=pl.when(of_none).then(sender).otherwise("group"))
        ungrouped = grouped.filter(pl.col("group").is_null() & ~of_none).select("start").unique()
    parts = [combined(column) for column in grouped.columns if ":" in column]
    rows = grouped.filter(pl.col("group").is_not_null()).group_by("start", "group").agg(parts)
    if alone is not None:
        values_alone = _grouped(alone, name, plan, spellings).filter(pl.col("group").is_not_null())
        rows = rows.join(values_alone, on=["start", "group"], how="left", nulls_equal=True)
    values = [
        expression
        for number, aggregate in enumerate(query.aggregates)
        for expression in _value_and_code(number, aggregate, plan)
    ]
    placed = rows.filter(pl.col("start").is_not_null()).select("start", "group", *values)
    codes = [pl.lit(_INVALID, dtype=pl.UInt32).alias(unplaced_column(each.text)) for each in query.aggregates]
    return Table(placed, rows.filter(pl.col("start").is_null()).select("group", *codes), ungrouped)


def _spell(by: str, texts: pl.Series, spellings: dict[tuple[str, str], str]) -> None:
    """Adds a name for each new group, of its spellings the first by `spelling_order`."""
    written = {" ".join(text.split()) for text in texts.unique().drop_nulls()}
    for text in sorted(written, key=spelling_order):
        spellings.setdefault((by, fold(text)), text)


def _grouped(
    answer: pl.DataFrame, name: str | None, plan: ListPlan, spellings: Mapping[tuple[str, str], str]
) -> pl.DataFrame:
    """The result of a query by `start` and `group`: empty for the whole, null for an unknown group.

    Args:
        answer: A frame of the query.
        name: The breakdown; None for the whole.
        plan: The plan of the list's queries.
        spellings: The names of unlisted groups by breakdown and folded text.
    """
    group: pl.Expr | pl.Series = pl.lit("").alias("group")
    if name is not None:
        texts, names = answer[name], plan.names.get(name)
        groups = {
            text: spellings.get((name, fold(text)), text) if names is None else names.find(text)
            for text in texts.unique().drop_nulls()
        }
        group = texts.replace_strict(groups, default=None, return_dtype=pl.String).alias("group")
    parts = [column for column in answer.columns if ":" in column and column != START]
    return answer.select(pl.col(START).alias("start"), group, *parts)


_EXTREMES = {"min": Part.LEAST, "max": Part.GREATEST, "median": Part.MEDIAN}


def _value_and_code(number: int, aggregate: Aggregate, plan: ListPlan) -> list[pl.Expr]:
    """The value of an aggregate and its reason code, from its parts.

    Args:
        number: The number of the aggregate in its query.
        aggregate: The aggregate.
        plan: The plan of the list's queries.
    """
    list_ = plan.list
    count, nothing = pl.col(Part.COUNT.column(number)), pl.lit(False)
    total = pl.col(Part.SUM.column(number))
    blank = nothing
    if aggregate.distinct:
        value = pl.col(Part.DISTINCT.column(number)).cast(pl.Float64)
    elif aggregate.function == "count":
        value = count.cast(pl.Float64)
    elif aggregate.function == "sum":
        value, blank = _sure(total), pl.col(Part.BLANK.column(number)) > 0
    elif aggregate.function == "mean":
        value, nothing = _sure(total / count), count == 0
    else:
        value = pl.col(_EXTREMES[aggregate.function].column(number)).cast(pl.Float64)
        nothing = value.is_null()
    used = [name for name in sorted(columns_of(aggregate)) if name in list_.columns]
    flags = [bad(name) for name in used if name not in (list_.start, list_.end)]
    flags += slip_columns(plan.slips, aggregate)
    refused = pl.any_horizontal([pl.col(name) > 0 for name in flags]) if flags else pl.lit(False)
    code = (
        pl.when(refused).then(_INVALID).when(blank).then(_NO_DATA).when(nothing).then(_UNDEFINED).otherwise(0)
    ).cast(pl.UInt32)
    return [value.alias(value_column(aggregate.text)), code.alias(code_column(aggregate.text))]


def _sure(value: pl.Expr) -> pl.Expr:
    """A sum or mean rounded to the digits that do not depend on the order in which a stream adds."""
    whole = (value.abs() >= _LEAST) & (value.abs() < _MOST)
    return pl.when(whole).then(value.round()).otherwise(value.round_sig_figs(_DIGITS))
