"""The history of an evaluation by series: the rows before a row, and facts for reports from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.marks import MarkKind
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Direction, Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.framework.changes import breaks_of
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.control_charts import Chart, read_chart
from pmf_engine.judgement.exception_life import read_life
from pmf_engine.judgement.formatting import show_rounded
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.report.item import Moved, OwnPeriod, Point, Raised, Travel
from pmf_engine.report.order import OUTSIDE
from pmf_engine.report.row_words import RowWords

TREND_PERIODS = 8


class SeriesKey(NamedTuple):
    """The indicator and the slice of a series: the whole, or one group of a breakdown."""

    indicator: str
    by: str | None
    group: str | None


class Restated(NamedTuple):
    """A result whose value is another than an earlier report said; `group` is its name in reports."""

    indicator: str
    by: str | None
    group: str | None
    period: str


class _Rows:
    """The rows of a history, made when they are first asked for: those of all wholes together, of groups by series.

    A report looks back over every whole, and over few of its many groups.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    @cached_property
    def _wholes(self) -> dict[int, HistoryRow]:
        """The rows of wholes by their place in the frame."""
        places = self._frame["by"].is_null().arg_true()
        return dict(zip(places, history_rows(self._frame[places]), strict=True))

    def at(self, places: Sequence[int], are_wholes: bool) -> list[HistoryRow]:
        """The rows of one series."""
        if are_wholes:
            return [self._wholes[place] for place in places]
        return history_rows(self._frame[places])


class Past(Mapping[int, HistoryRow]):
    """The rows of a series by the month in which their period starts, the oldest first."""

    def __init__(self, rows: _Rows, places: Sequence[int], is_whole: bool) -> None:
        self._all, self._places, self._is_whole = rows, places, is_whole

    @cached_property
    def _rows(self) -> dict[int, HistoryRow]:
        return {row.start: row for row in self._all.at(self._places, self._is_whole)}

    def __getitem__(self, start: int) -> HistoryRow:
        return self._rows[start]

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._places)


def _by_series(rows: pl.DataFrame | None) -> dict[SeriesKey, Past]:
    """The rows of each series."""
    if rows is None:
        return {}
    series = rows.with_row_index("place").group_by(SeriesKey._fields, maintain_order=True)
    places = series.agg(pl.col("place").sort_by("start")).select(*SeriesKey._fields, "place")
    made = _Rows(rows)
    return {key: Past(made, at, key.by is None) for *names, at in places.iter_rows() if (key := SeriesKey(*names))}


class HistoryView(RowWords):
    """The rows of an evaluation's history by series.

    Attributes:
        series: The rows of each series.
        restated: The results whose value is another than an earlier report said.
    """

    def __init__(self, evaluation: Evaluation, restated: frozenset[Restated] = frozenset()) -> None:
        super().__init__(evaluation.framework)
        self.restated = restated
        self._judged = evaluation.judged
        self.series = _by_series(evaluation.judged)
        self._own = _by_series(evaluation.own)

    def shown(self) -> list[HistoryRow]:
        """The rows of the results, series by series."""
        return history_rows(self._judged.filter("shown"))

    def last_rows(self) -> list[HistoryRow]:
        """The last row of each series."""
        return history_rows(self._judged.sort("start").unique(SeriesKey._fields, keep="last", maintain_order=True))

    def past(self, row: HistoryRow) -> Mapping[int, HistoryRow]:
        """All rows of the series of a row, by start."""
        return self.series[_key(row)]

    def at(self, row: HistoryRow, indicator: str) -> HistoryRow | None:
        """The row of another indicator in the period, breakdown and group of a row; None without one."""
        past = self.series.get(SeriesKey(indicator, row.by, row.group))
        return past.get(row.start) if past else None

    def up_to(self, row: HistoryRow) -> list[HistoryRow]:
        """The rows of a series up to and including a row, the oldest first."""
        past = self.past(row)
        return [past[start] for start in sorted(past) if start <= row.start]

    def point(self, row: HistoryRow) -> Point:
        """The status and the value of a row."""
        key = Restated(row.indicator, row.by, self.group(row) if row.by else None, row.period)
        restated = key in self.restated or any(mark["kind"] == MarkKind.REVISED for mark in row.marks or ())
        return Point(row.period, row.status, row.value, self.value(row), restated and row.value is not None)

    def _whole_point(self, row: HistoryRow) -> Point:
        """The point of a row in a sparkline, without a partial value: that would look like a fall."""
        return Point(row.period, row.status, None, "") if row.partial else self.point(row)

    def previous(self, row: HistoryRow) -> Point | None:
        """The point of the period just before a row; None without a row there."""
        before = self.past(row).get(row.start - row.months)
        return self.point(before) if before else None

    def travel(self, row: HistoryRow, months: int, direction: str | None) -> Travel:
        """The direction of travel of a row since the row some months before, and the earlier value.

        The earlier value is empty where it is unchanged but would show other decimals, and where a partial value or a
        break between the two rows leaves the direction unknown.
        """
        before = self.past(row).get(row.start - months)
        if before is None or before.value is None or row.value is None:
            return Travel(direction, "")
        if direction is None and (row.partial or before.partial or self._has_break(before, row)):
            return Travel(direction, "")
        places = self.indicator(row).places
        unchanged = direction == Direction.UNCHANGED
        same = unchanged and show_rounded(before.value, places) == show_rounded(row.value, places)
        return Travel(direction, "" if same else self.value(before))

    def _has_break(self, before: HistoryRow, row: HistoryRow) -> bool:
        """Whether a break lies between two rows of a series, or inside one of their periods."""
        breaks = breaks_of(self.framework, self.indicator(row))
        return any(before.start < break_.at < row.start + row.months for break_ in breaks)

    def trend(self, row: HistoryRow) -> tuple[Point, ...]:
        """The points of the last eight periods from the first value of the series on, without partial values."""
        past, period = self.past(row), self.period(row)
        length = period.cadence.months
        first = min((start for start in past if past[start].value is not None), default=period.start)
        return tuple(
            self._whole_point(past[start])
            if start in past
            else Point(Period(start, period.cadence).label, None, None, "")
            for start in range(period.start - (TREND_PERIODS - 1) * length, period.start + 1, length)
            if min(first, period.start) <= start
        )

    def since(self, row: HistoryRow) -> str:
        """The period in which the run began: a run counts periods with its status, and skips those without a value."""
        same = [earlier for earlier in self.up_to(row) if earlier.status == row.status]
        return same[-(row.run or 1) :][0].period

    def last_with_value(self, row: HistoryRow) -> HistoryRow | None:
        """The last row with a value before a row."""
        earlier = [point for point in self.up_to(row)[:-1] if point.status in Status.with_value()]
        return earlier[-1] if earlier else None

    def chart(self, row: HistoryRow) -> Chart:
        """The control chart of the series up to a row."""
        return read_chart(self.own_up_to(row))

    # -- own periods, in which rules are tested ----------------------------------------------

    def own_up_to(self, row: HistoryRow) -> list[HistoryRow]:
        """The rows in the indicator's own periods that end by the end of a row, the oldest first."""
        own = self._own.get(_key(row))
        if own is None:
            return self.up_to(row)
        end = row.start + row.months
        return [own[start] for start in sorted(own) if start + own[start].months <= end] or self.up_to(row)

    def own_row(self, row: HistoryRow) -> HistoryRow:
        """The row in the indicator's own period that ends with a row; the row itself where that is one."""
        return self.own_up_to(row)[-1] if _key(row) in self._own else row

    def raised_in(self, row: HistoryRow, groups: Iterable[HistoryRow] = ()) -> tuple[OwnPeriod, ...]:
        """The own periods within a longer one in which an indicator was an exception, whole or by its groups.

        Args:
            row: The row of the whole in the period of the report.
            groups: The rows of its groups.

        Returns:
            An empty tuple where the period of the row is the indicator's own.
        """
        wholes = {own.start: own for own in self._own_within(row)}
        periods: dict[int, list[HistoryRow]] = {}
        for own in (*wholes.values(), *(own for group in groups for own in self._own_within(group))):
            if own.escalate_to:
                periods.setdefault(own.start, []).append(own)
        return tuple(self._own_period(wholes[start], raised) for start, raised in sorted(periods.items()))

    def _own_within(self, row: HistoryRow) -> list[HistoryRow]:
        """The rows in own periods that lie in the longer period of a row."""
        if _key(row) not in self._own:
            return []
        return [own for own in self.own_up_to(row) if own.months < row.months and own.start >= row.start]

    def _own_period(self, whole: HistoryRow, raised: Sequence[HistoryRow]) -> OwnPeriod:
        """An own period from the row of its whole and the rows in it that go up, the whole's among them or not."""
        highest = max(raised, key=lambda row: row.level or 0)
        level = self.level(highest.escalate_to)
        assert level is not None
        groups = tuple(self.group(row) for row in raised if row.by is not None and row.level == highest.level)
        return OwnPeriod(self.point(whole), level, () if any(row is whole for row in raised) else groups)

    # -- exceptions ------------------------------------------------------------------------

    def raised(self, row: HistoryRow) -> Raised | None:
        """The exception in a row, or the latest one before it; None before the first."""
        life, lasted = read_life(row), self.exception_rows(row)
        if life is None:
            return None
        level = self.level(life.raised_to)
        assert level is not None
        now = self.own_row(row)
        moved = self.moved(lasted[0], now)
        return Raised(self.point(lasted[0]), level, life.raised_for, life.recovered, moved, now.months)

    def exception_rows(self, row: HistoryRow) -> list[HistoryRow]:
        """The rows of an exception in own periods: from the row that raised it up to the row before the current one.

        An exception that the current row raised has that row alone. Empty without an exception.
        """
        life = read_life(row)
        if life is None:
            return []
        past = self.own_up_to(row)
        began = next(own.start for own in past if own.period == life.raised)
        return [own for own in past if began <= own.start < max(past[-1].start, began + 1)]

    def moved(self, then: HistoryRow, now: HistoryRow) -> Moved | None:
        """The tolerances in force in an earlier row and in the current one, where they judge differently; else None."""
        before, entry = self.entry(then), self.entry(now)
        if then.status not in Status.rated() or before is None or _terms(before) == _terms(entry):
            return None
        return Moved(self._both_bands(then), self._both_bands(now))

    def _both_bands(self, row: HistoryRow) -> str:
        """The good band of a row with its tolerance in brackets."""
        good, tolerance = self.bands(row)
        return f"{good} (tolerance: {tolerance})" if good and tolerance else good or "none"


def last_telling(rows: Sequence[HistoryRow]) -> HistoryRow:
    """The row that stands for an exception: the last red or amber, else the last with a value, else the first."""
    outside = [row for row in rows if row.status in OUTSIDE]
    if outside:
        return outside[-1]
    with_value = [row for row in rows if row.status in Status.with_value()]
    if with_value:
        return with_value[-1]
    return rows[0]


def _key(row: HistoryRow) -> SeriesKey:
    return SeriesKey(row.indicator, row.by, row.group)


def _terms(entry: Entry | None) -> tuple[str, str | None, float | None, bool] | None:
    """The parts of a tolerance entry that decide ratings: entries with equal terms judge alike."""
    if entry is None:
        return None
    tolerance = entry.tolerance.text if entry.tolerance else None
    return entry.good.text, tolerance, entry.target_value, entry.allow_for_chance
