"""Records in periods: the period in which an event counts, and the periods at whose end a spell is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.formula.compute.dates import MONTH_LENGTH, evened
from pmf_engine.formula.syntax import columns_of
from pmf_engine.records.columns import FIRST_PERIOD, PERIOD_AFTER, REVERSED, START
from pmf_engine.records.list_query import ListQuery
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.list_values import bad

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PartRecords:
    """The records of a list part in a plan.

    Attributes:
        number: The number of the part in its list.
        part: The part.
        frame: Its typed records.
    """

    number: int
    part: ListPart
    frame: pl.LazyFrame

    @property
    def days(self) -> DateRange | None:
        """The days for which the records count; None for all days."""
        return self.part.counts or self.part.covers


def records_by_period(records: PartRecords, query: ListQuery, last_day: date) -> pl.LazyFrame:
    """Records with the first month of their period as START; a spell that is open in several periods is in each.

    START is null for a record with refused dates.

    Args:
        records: The records of a list part, which count only in its days: another file may have a record too.
        query: The query.
        last_day: The last day that counts.
    """
    list_, cadence = query.list, query.cadence
    unplaced = pl.any_horizontal([pl.col(bad(name)) for name in (list_.start, list_.end) if name])
    if list_.date_pairs:
        unplaced = unplaced | pl.col(REVERSED)
    if query.state == "open":
        placed = _open_spells(records, query, unplaced, last_day)
    else:
        day = list_.end if query.state == "ended" else list_.start
        assert day is not None
        first, last = records.days or DateRange(date.min, last_day)
        counts = pl.col(day).is_between(first, min(last, last_day)).fill_null(False)
        start = pl.when(~unplaced).then(_period(pl.col(day), cadence))
        placed = records.frame.filter(unplaced | counts).with_columns(start.alias(START))
    used = {name for each in query.aggregates for name in columns_of(each)}
    bounds = []
    if "period_start" in used:
        bounds.append(_first_day(pl.col(START)).alias("period_start"))
    if "period_end" in used:
        bounds.append((_first_day(pl.col(START) + cadence.months) - pl.duration(days=1)).alias("period_end"))
    return placed.with_columns(bounds) if bounds else placed


def _open_spells(records: PartRecords, query: ListQuery, unplaced: pl.Expr, last_day: date) -> pl.LazyFrame:
    """Spells, repeated for each period at whose end they are open.

    A spell that ends in a period, even on its last day, is not open at the end of that period.

    Args:
        records: The spells of a list part, which count in the months whose last day it covers.
        query: The query.
        unplaced: Whether the dates of a record were refused.
        last_day: The last day that counts.
    """
    list_, cadence = query.list, query.cadence
    assert list_.end is not None
    final = cadence.holding(month_of(last_day)).start
    first = _period(pl.col(list_.start), cadence)
    end = _period(pl.col(list_.end), cadence).fill_null(final + cadence.months)
    after = pl.min_horizontal(end, final + cadence.months)
    spells = (
        records.frame.with_columns(pl.when(~unplaced).then(first).alias(FIRST_PERIOD), after.alias(PERIOD_AFTER))
        .filter(pl.col(FIRST_PERIOD).is_null() | (pl.col(FIRST_PERIOD) < pl.col(PERIOD_AFTER)))
        .with_columns(pl.int_ranges(FIRST_PERIOD, PERIOD_AFTER, cadence.months, dtype=pl.Int32).alias(START))
        .explode(START)
        .drop(FIRST_PERIOD, PERIOD_AFTER)
    )
    if records.days is None:
        return spells
    first_month = month_of(records.days.first)
    month_after = month_of(min(records.days.last, date.max - _DAY) + _DAY)
    last_month = pl.col(START) + cadence.months - 1
    return spells.filter(pl.col(START).is_null() | last_month.is_between(first_month, month_after - 1))


def _period(day: pl.Expr, cadence: Cadence) -> pl.Expr:
    """The first month of the period of a day."""
    first = cadence.year_start - 1
    # An integer division takes a third of the time of a remainder.
    number = (evened(day) - first * MONTH_LENGTH) // (cadence.months * MONTH_LENGTH)
    return number * cadence.months + first


def _first_day(month: pl.Expr) -> pl.Expr:
    """The first day of a month."""
    return pl.date(month // 12, month % 12 + 1, 1)
