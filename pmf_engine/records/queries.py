"""The queries that compute every aggregate of a list, by period and group.

All queries over a list share one scan of its files, which are read as a stream. The results are small, with rows by
period and group; `totals` turns them into the totals of indicators.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.formula.compute.dates import month_of_day
from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import Aggregate, Expression, columns_of, names
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records import pre_aggregation
from pmf_engine.records.asked_texts import Slips, asked_of_list, slip_columns, slip_flags, texts_of_records
from pmf_engine.records.columns import (
    AGENCY,
    COVERED_FROM,
    COVERED_UNTIL,
    FIRST_PERIOD,
    OPEN_FROM,
    OPEN_TO,
    PERIOD_AFTER,
    REFUSED,
    REVERSED,
    START,
    group_names,
    out_of_order,
)
from pmf_engine.records.compiled_aggregates import CompiledAggregate
from pmf_engine.submissions.list_parts import PIECE, ListPart
from pmf_engine.submissions.list_values import bad, raw, typed, whole_numbers
from pmf_engine.submissions.vocabulary import Vocabulary


@dataclass(frozen=True)
class ListQuery:
    """The aggregates of a list in the periods of one cadence, over its events or its spells in one state.

    Attributes:
        list: The list.
        cadence: The cadence of the periods.
        state: `open`, `started` or `ended` for spells; None for events.
        aggregates: The aggregates.
        by: The breakdowns in which any aggregate is needed, besides the whole.
    """

    list: RecordList
    cadence: Cadence
    state: str | None
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]

    @property
    def key(self) -> tuple[str, Cadence, str | None]:
        """The list, cadence and state, which no two queries share."""
        return self.list.id, self.cadence, self.state


def list_queries(
    framework: Framework, asked: Iterable[tuple[Cadence, Sequence[str], Sequence[Aggregate]]]
) -> list[ListQuery]:
    """The queries for all indicators, with each distinct aggregate once.

    Args:
        framework: The lists.
        asked: The cadence, the breakdowns and the aggregates of each indicator.
    """
    parts: dict[tuple[str, Cadence, str | None], tuple[dict[str, Aggregate], dict[str, None]]] = {}
    for cadence, by, aggregates in asked:
        for aggregate in aggregates:
            key = (aggregate.list.name, cadence, aggregate.state)
            by_text, breakdowns = parts.setdefault(key, ({}, {}))
            by_text.setdefault(aggregate.text, aggregate)
            breakdowns |= dict.fromkeys(by)
    return [
        ListQuery(framework.lists[name], cadence, state, tuple(by_text.values()), tuple(breakdowns))
        for (name, cadence, state), (by_text, breakdowns) in parts.items()
    ]


# -- the plan ----------------------------------------------------------------------------


class ListPlan:
    """The queries over one list: `checks` by list part, and `queries` for each `ListQuery`.

    `last_day` is the last day that counts, `as_of` the day of the evaluation. A `patient` plan reads dates in every
    form (see `typed` in `submissions.list_values`). `slips` are the texts of records one slip away from an asked text.
    `records` is None where no list part can be read.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        list_: RecordList,
        parts: Sequence[ListPart],
        list_queries: Sequence[ListQuery],
        last_day: date,
        as_of: date,
        patient: bool,
        slips: Slips | None = None,
    ) -> None:
        self.list = list_
        self.vocabulary = vocabulary
        self.names = group_names(vocabulary, list_)
        self.open = frozenset(vocabulary.framework.breakdowns) & list_.columns.keys() - self.names.keys()
        self.as_of = as_of
        self.list_queries = list_queries
        self.last_day = last_day
        self.times = [name for name in (list_.start, list_.end) if name]
        looked = {
            name for query in list_queries for each in query.aggregates for name in columns_of(each)
        } & list_.columns.keys()
        groups = {name for query in list_queries for name in query.by if name in list_.columns}
        senders = {AGENCY} & list_.columns.keys()
        self.columns = sorted({*self.times, *list_.order, *looked, *groups, *senders})
        usable = [(number, part) for number, part in enumerate(parts) if part.frame is not None]
        distinct = [each.of for query in list_queries for each in query.aggregates if each.distinct and each.of]
        closely = {
            node.name for of in distinct for node in names(of)
        }  # counting distinct texts costs more than a check of each character
        frames = [typed(part, list_, self.columns, number, patient, closely) for number, part in usable]
        self.rows = RecordExpressions(
            {name: column.read_as for name, column in list_.columns.items()} | dict.fromkeys(_BOUNDS, "date"),
            whole_numbers([part for _, part in usable], list_),
            self.open | self.names.keys(),
        )
        self.patient = patient
        self.slips = slips or {}
        self.asked = asked_of_list(vocabulary.framework, list_, self.columns)
        self.bounded = any(part.covers or part.counts for _, part in usable)
        if self.bounded:
            frames = [_bounded(frame, part) for frame, (_, part) in zip(frames, usable, strict=True)]
        # Cache the frames that are expensive to read; a `ready` frame streams again for each query.
        frames = [
            self._checked(frame) if part.ready else self._checked(frame).cache()
            for frame, (_, part) in zip(frames, usable, strict=True)
        ]
        self.records = pl.concat(frames, how="vertical_relaxed") if frames else None

    def _checked(self, records: pl.LazyFrame) -> pl.LazyFrame:
        """Records with REVERSED, where the list has dates in an order."""
        return records.with_columns(out_of_order(self.list).alias(REVERSED)) if self.list.date_pairs else records

    @property
    def checks(self) -> pl.LazyFrame:
        """For each list part and agency: the numbers of records and refused cells, and the first and last dates.

        Only a `patient` plan counts refused cells by column; another plan is used only where no cell is refused. Days
        after `as_of` are planned ends or mistakes, and give no coverage.
        """
        assert self.records is not None
        dated = {name: pl.when(pl.col(name) <= self.as_of).then(name) for name in self.times}
        flags = [bad(name) for name in self.columns]
        # A column before the aggregate: inside the aggregate Polars would keep all records in memory.
        records = self.records.with_columns(pl.any_horizontal(flags).alias(REFUSED))
        return records.group_by(pl.col(PIECE).alias("piece"), *({AGENCY} & set(self.columns))).agg(
            pl.col(flags if self.patient else [REFUSED]).sum(),
            records=pl.len(),
            first=dated[self.list.start].min(),
            first_end=dated[self.list.end or self.list.start].min(),
            last=pl.max_horizontal([days.max() for days in dated.values()]),
            future=(pl.col(self.list.start) > self.as_of).sum(),
            outside=self._outside.sum(),
            reversed=pl.col(REVERSED).sum() if self.list.date_pairs else pl.lit(0, dtype=pl.UInt32),
        )

    @property
    def texts(self) -> list[pl.LazyFrame]:
        """The distinct texts of each column with asked texts, in the order of `asked`."""
        return [] if self.records is None else [texts_of_records(self.records, column) for column in self.asked]

    @property
    def _outside(self) -> pl.Expr:
        """Whether a record is outside its file's coverage: an event on another day, or a spell that starts later."""
        if not self.bounded:
            return pl.lit(0, dtype=pl.UInt32)
        day = pl.col(self.list.start)
        later = day > pl.col(COVERED_UNTIL)
        return later if self.list.end else later | (day < pl.col(COVERED_FROM))

    def queries(self, query: ListQuery) -> list[pl.LazyFrame]:
        """The frames of a query.

        The first has the parts of all additive aggregates by all breakdowns together; totals combine them for the
        whole and for each breakdown. The other frames have the other aggregates (medians, distinct values): one frame
        for the whole, then one for each breakdown.
        """
        assert self.records is not None
        compiled = [self._compiled(number, aggregate) for number, aggregate in enumerate(query.aggregates)]
        labels = [
            self.label(name, pl.col(name)).cast(pl.Categorical).alias(f"label:{name}")
            for name in sorted(self.rows.labels)
        ]
        records = records_by_period(self.records, query, self.last_day, self.bounded).with_columns(labels)
        by = [name for name in query.by if name in self.columns]
        frames = [self._additive(records, by, [each for each in compiled if each.is_additive])]
        alone = [each.alone() for each in compiled if not each.is_additive]
        for name in [None, *by] if alone else []:
            group = [] if name is None else [self._group(name).alias(name)]
            frames.append(records.group_by(START, *group).agg(alone))
        return frames

    def _additive(
        self, records: pl.LazyFrame, by: Sequence[str], compiled: Sequence[CompiledAggregate]
    ) -> pl.LazyFrame:
        """The parts of additive aggregates by all breakdowns together, and the numbers of refused cells of each column.

        Aggregates whose conditions distinguish few values are computed by pre-aggregation, the others directly.

        Args:
            records: The records with their periods.
            by: The breakdowns.
            compiled: The additive aggregates.
        """
        texts = {name: raw(name) for name in by if self.list.columns[name].kind == "text"}
        keys = [START, *(texts.get(name, name) for name in by)]
        distinctions = pre_aggregation.Distinctions(self.rows, self.label)
        shared = pre_aggregation.shared_groupings(distinctions, {each.number: each.aggregate for each in compiled})
        pre_aggregated = {number for grouping in shared for number in grouping.aggregates}
        direct = [part for each in compiled if each.number not in pre_aggregated for part in each.parts()]
        frames = [pre_aggregation.pre_aggregated(grouping, distinctions, records, keys) for grouping in shared]
        if direct or not shared:
            frames.append(records.group_by(keys).agg(direct))
        flags = [bad(name) for name in self.columns if name not in self.times]
        counted = [*(flags if self.patient else ()), *slip_columns(self.slips)]
        if counted:  # the results of an impatient plan with refused cells are discarded
            flagged = records.with_columns(slip_flags(self.slips, self.label)).filter(pl.any_horizontal(counted))
            frames.append(flagged.group_by(keys).agg(pl.col(counted).sum()))
        joined = frames[0]
        for frame in frames[1:]:
            joined = joined.join(frame, on=keys, how="left", nulls_equal=True)
        nothing = pl.lit(0, dtype=pl.UInt32)
        refused = [pl.col(name).fill_null(0) if name in counted else nothing.alias(name) for name in {*flags, *counted}]
        trimmed = [pre_aggregation.trimmed(text).alias(name) for name, text in texts.items()]
        return joined.with_columns(refused).with_columns(trimmed).drop(texts.values())

    def label(self, name: str, text: pl.Expr) -> pl.Expr:
        """The compared form of a column's texts: lower case, with one spelling for each group and agency."""
        lower = text.str.to_lowercase()
        if name in self.open:
            return self._spelling(name, text)
        if name not in self.names:
            return lower
        return pl.coalesce(self._spelling(name, text).str.to_lowercase(), lower)

    def _spelling(self, name: str, text: pl.Expr) -> pl.Expr:
        """A listed group by its id, an unlisted group folded: medians over two spellings could not be combined."""
        names = self.names.get(name)
        if names is None and name not in self.open:
            return text
        text = text.str.to_lowercase().str.replace_all(r"\s+", " ")
        if names is None:
            return text
        if name != AGENCY:
            text = text.str.replace_all(" ", "", literal=True)
        return text.replace_strict(dict(names.spellings), default=None, return_dtype=pl.String)

    def _group(self, name: str) -> pl.Expr:
        """The group of a record. A record without an agency belongs to the only agency that sends the list."""
        group = self._spelling(name, pl.col(name))
        if name != AGENCY or len(self.list.agencies) > 1:
            return group
        return pl.when(pl.col(name).is_null()).then(pl.lit(self.list.agencies[0])).otherwise(group)

    def _compiled(self, number: int, aggregate: Aggregate) -> CompiledAggregate:
        """An aggregate as Polars expressions.

        Args:
            number: The number of the aggregate in its query.
            aggregate: The aggregate.
        """
        of, where = aggregate.of, aggregate.where
        value = None
        if of is not None:
            if aggregate.function != "count":
                value = self.rows.number(of).cast(pl.Float64)
            else:
                value = self.rows.distinct(of) if aggregate.distinct else self.rows.value(of)
        condition = None if where is None else self.rows.value(where)
        return CompiledAggregate(number, aggregate, _per_record(value, of), _per_record(condition, where))


_BOUNDS = ("period_start", "period_end")
"""Names of dates that conditions may use besides the columns of a list."""


def _bounded(frame: pl.LazyFrame, part: ListPart) -> pl.LazyFrame:
    """The records of a list part with the days and months that the part covers."""
    first, last = part.counts or part.covers or (date.min, date.max)
    last = min(last, date.max - timedelta(days=1))
    columns = {
        COVERED_FROM: first,
        COVERED_UNTIL: last,
        OPEN_FROM: month_of(first),
        OPEN_TO: month_of(last + timedelta(days=1)) - 1,
    }
    of_each = pl.when(pl.col(PIECE).is_not_null())
    return frame.with_columns(of_each.then(pl.lit(value)).alias(name) for name, value in columns.items())


def _per_record(value: pl.Expr | None, node: Expression | None) -> pl.Expr | None:
    """A value for each record. A constant is repeated for each record: Polars would aggregate it as one value."""
    if value is None or node is None or names(node):
        return value
    return pl.when(pl.col(PIECE).is_not_null()).then(value)


# -- records in periods ----------------------------------------------------------------------


def records_by_period(records: pl.LazyFrame, query: ListQuery, last_day: date, bounded: bool) -> pl.LazyFrame:
    """Records with the first month of their period as START; a spell that is open in several periods is in each.

    START is null for a record with refused dates.

    Args:
        records: The records.
        query: The query.
        last_day: The last day that counts.
        bounded: The records have the days that their file covers, and count only in these.
    """
    list_, cadence = query.list, query.cadence
    unplaced = pl.any_horizontal([pl.col(bad(name)) for name in (list_.start, list_.end) if name])
    if list_.date_pairs:
        unplaced = unplaced | pl.col(REVERSED)
    if query.state == "open":
        placed = _open_spells(records, query, unplaced, last_day, bounded)
    else:
        day = list_.end if query.state == "ended" else list_.start
        assert day is not None
        counts = pl.col(day) <= last_day
        if bounded:  # another file may have the record too, and cover its day
            counts = counts & pl.col(day).is_between(COVERED_FROM, COVERED_UNTIL)
        start = pl.when(~unplaced).then(_period(pl.col(day), cadence))
        placed = records.filter(unplaced | counts.fill_null(False)).with_columns(start.alias(START))
    used = {name for each in query.aggregates for name in columns_of(each)}
    bounds = []
    if "period_start" in used:
        bounds.append(_first_day(pl.col(START)).alias("period_start"))
    if "period_end" in used:
        bounds.append((_first_day(pl.col(START) + cadence.months) - pl.duration(days=1)).alias("period_end"))
    return placed.with_columns(bounds) if bounds else placed


def _open_spells(
    records: pl.LazyFrame, query: ListQuery, unplaced: pl.Expr, last_day: date, bounded: bool
) -> pl.LazyFrame:
    """Spells, repeated for each period at whose end they are open.

    A spell that ends in a period, even on its last day, is not open at the end of that period.

    Args:
        records: The spells.
        query: The query.
        unplaced: Whether the dates of a record were refused.
        last_day: The last day that counts.
        bounded: The records have the months that their file covers, and count only in these.
    """
    list_, cadence = query.list, query.cadence
    assert list_.end is not None
    final = cadence.holding(month_of(last_day)).start
    first = _period(pl.col(list_.start), cadence)
    end = _period(pl.col(list_.end), cadence).fill_null(final + cadence.months)
    after = pl.min_horizontal(end, final + cadence.months)
    spells = (
        records.with_columns(pl.when(~unplaced).then(first).alias(FIRST_PERIOD), after.alias(PERIOD_AFTER))
        .filter(pl.col(FIRST_PERIOD).is_null() | (pl.col(FIRST_PERIOD) < pl.col(PERIOD_AFTER)))
        .with_columns(pl.int_ranges(FIRST_PERIOD, PERIOD_AFTER, cadence.months, dtype=pl.Int32).alias(START))
        .explode(START)
        .drop(FIRST_PERIOD, PERIOD_AFTER)
    )
    if not bounded:
        return spells
    last_month = pl.col(START) + cadence.months - 1
    return spells.filter(pl.col(START).is_null() | last_month.is_between(OPEN_FROM, OPEN_TO))


def _period(day: pl.Expr, cadence: Cadence) -> pl.Expr:
    """The first month of the period of a day."""
    month, _ = month_of_day(day)
    if cadence.months == 1:
        return month
    first = cadence.year_start - 1
    # An integer division takes a third of the time of a remainder.
    return (month - first) // cadence.months * cadence.months + first


def _first_day(month: pl.Expr) -> pl.Expr:
    """The first day of a month."""
    return pl.date(month // 12, month % 12 + 1, 1)
