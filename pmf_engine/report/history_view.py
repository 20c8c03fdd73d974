"""What a report looks up in an evaluation: names, values in words, and what was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.status import Direction, Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.tolerances import Entry, Interval, settled_band
from pmf_engine.judgement.exception_life import read_life
from pmf_engine.judgement.formatting import show_band, show_rounded, show_value
from pmf_engine.report.model import Compared, Moved, Named, Point, Raised, Travel

TREND_PERIODS = 8

Row = Mapping[str, Any]
_Key = tuple[str, str | None, str | None]
RANKS = (Status.RED, Status.AMBER)


class Lookup:
    """Looks things up in an evaluation made for one period; `past` has each series' rows by the month they start."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.framework = evaluation.framework
        self.past: dict[_Key, dict[int, Row]] = {}
        for row in evaluation.history.rows(named=True):
            self.past.setdefault(key_of(row), {})[row["start"]] = row

    # -- names ------------------------------------------------------------------------

    def indicator(self, row: Row) -> Indicator:
        """The indicator that a row is about."""
        return self.framework.indicators[row["indicator"]]

    def agency(self, id_: str) -> Named:
        """An agency by its id."""
        known = self.framework.agencies.get(id_)
        return Named(id_, known.name if known else id_)

    def level(self, id_: str | None) -> Named | None:
        """A level of governance by its id."""
        return None if id_ is None else Named(id_, self.framework.governance.get(id_, id_))

    def breakdown(self, by: str) -> Named:
        """A breakdown by its id."""
        known = self.framework.breakdowns.get(by)
        return Named(by, known.title if known else by.capitalize())

    def group(self, row: Row) -> str:
        """The group that a row is about, as people call it."""
        return self.agency(row["group"]).title if row["by"] == "agency" else row["group"]

    # -- values -------------------------------------------------------------------------

    def when(self, row: Row) -> Period:
        """The period of a row."""
        return Period(row["start"], Cadence(row["months"], self.indicator(row).cadence.year_start))

    def entry(self, row: Row) -> Entry | None:
        """The tolerance in force in the period of a row."""
        return self.indicator(row).entry_for(self.when(row))

    def known(self, row: Row) -> dict[str, float]:
        """The numbers that the names in the bands stand for, as far as there are any."""
        return {
            name: value
            for name, value in zip(self.indicator(row).band_names, row["named"], strict=True)
            if value is not None
        }

    def grades(self, indicator: Indicator) -> list[str]:
        """The grades of an indicator's scale, worst to best."""
        return self.framework.scales.get(indicator.type.scale or "", [])

    def show(self, row: Row, value: float | None) -> str:
        """A number in words, as the value of a row is: on its own side of every end of the bands in force."""
        if value is None:
            return ""
        indicator = self.indicator(row)
        return show_value(value, indicator, self.entry(row), grades=self.grades(indicator), known=self.known(row))

    def bands(self, row: Row) -> tuple[str, str]:
        """Good and tolerance in force, in words with what they come to."""
        entry = self.entry(row)
        if entry is None:
            return "", ""
        unit, shown = self.indicator(row).unit, self.show(row, row["value"])
        good, tolerance = (
            show_band(band, entry, known=self.known(row), unit=unit, value=row["value"], shown=shown)
            for band in (entry.good, entry.tolerance)
        )
        return good, tolerance

    def interval(self, row: Row) -> str:
        """The 95 % interval in words, each end on its side of the bands; empty where there is none."""
        if row["lower"] is None:
            return ""
        return " to ".join(self.show(row, row[end]) for end in ("lower", "upper"))

    def by_interval(self, row: Row) -> bool:
        """Whether the interval decided the status: red all the same, or amber where the value alone would be red."""
        entry = self.entry(row)
        if entry is None or not entry.allow_for_chance or row["lower"] is None:
            return False
        band = Interval.known(settled_band(entry.tolerance or entry.good, self.known(row)), entry.target)
        outside = row["value"] is not None and not all(band.sides(row["value"]))
        return row["status"] == Status.RED or (row["status"] == Status.AMBER and outside)

    def compared(self, row: Row) -> Iterator[Compared]:
        """What the indicator is shown beside, as its own values are shown."""
        indicator = self.indicator(row)
        for name, value in zip(indicator.compare, row.get("compared") or (), strict=False):
            other = self.framework.indicators.get(name) or self.framework.figures[name]
            yield Compared(Named(name, other.title), value, self.show(row, value))

    # -- what was before ------------------------------------------------------------------

    def point(self, row: Row) -> Point:
        """What an indicator was in the period of a row."""
        return Point(row["period"], row["status"], row["value"], self.show(row, row["value"]))

    def travel(self, row: Row, months: int, column: str) -> Travel:
        """The direction of travel, as a column of the row says, since so many months before."""
        before = self.past[key_of(row)].get(row["start"] - months)
        then = before["value"] if before is not None and row["value"] is not None else None
        if before is None or then is None:
            return Travel(row.get(column), "")
        places = self.indicator(row).places
        unchanged = row.get(column) == Direction.UNCHANGED
        alike = unchanged and show_rounded(then, places) == show_rounded(row["value"], places)
        return Travel(row.get(column), "" if alike else self.show(before, then))

    def trend(self, row: Row) -> tuple[Point, ...]:
        """The last periods, from the first on in which anything was known."""
        past, period = self.past[key_of(row)], self.when(row)
        length = period.cadence.months
        first = min((start for start in past if past[start]["value"] is not None), default=period.start)
        return tuple(
            self.point(past[start]) if start in past else Point(Period(start, period.cadence).label, None, None, "")
            for start in range(period.start - (TREND_PERIODS - 1) * length, period.start + 1, length)
            if min(first, period.start) <= start
        )

    def since(self, row: Row) -> str:
        """The period the run began in: the run counts periods with this status, whatever lies between them."""
        past = self.past[key_of(row)]
        alike = [start for start in sorted(past) if start <= row["start"] and past[start]["status"] == row["status"]]
        return str(past[alike[-(row["run"] or 1) :][0]]["period"])

    def last_known(self, row: Row) -> Row | None:
        """The last row before with a value."""
        past = self.past[key_of(row)]
        known = [start for start in past if start < row["start"] and past[start]["status"] in Status.with_value()]
        return past[max(known)] if known else None

    def raised(self, row: Row) -> Raised | None:
        """The exception that lasts in a row, or the last one that did."""
        life, lived = read_life(row), self.lived(row)
        if life is None:
            return None
        level = self.level(life.raised_to)
        assert level is not None
        return Raised(self.point(lived[0]), level, life.raised_for, life.recovered, self.moved(lived[0], row))

    def lived(self, row: Row) -> list[Row]:
        """The rows from where the exception of a row began to the one before it (or itself, where it began there)."""
        life = read_life(row)
        if life is None:
            return []
        past = self.past[key_of(row)]
        began = next(start for start in past if past[start]["period"] == life.raised)
        return [past[start] for start in sorted(past) if began <= start < max(row["start"], began + 1)]

    def moved(self, then: Row, now: Row) -> Moved | None:
        """The tolerance that judged then and the one in force now, where they are not the same."""
        before, entry = self.entry(then), self.entry(now)
        if then["status"] not in Status.rated() or before is None or _judging(before) == _judging(entry):
            return None
        return Moved(self._bands(then), self._bands(now))

    def _bands(self, row: Row) -> str:
        good, tolerance = self.bands(row)
        return f"{good} (tolerance: {tolerance})" if good and tolerance else good or "none"


def key_of(row: Row) -> _Key:
    """What a row is of: indicator, breakdown and group."""
    return row["indicator"], row["by"], row["group"]


def worst_of(rows: Sequence[Row]) -> Row:
    """The last that was red or amber, else the last with a value, else the first."""
    bad = [row for row in rows if row["status"] in RANKS]
    known = [row for row in rows if row["status"] in Status.with_value()]
    return [*rows[:1], *known[-1:], *bad[-1:]][-1]


def _judging(entry: Entry | None) -> object:
    """What an entry judges by."""
    if entry is None:
        return None
    tolerance = entry.tolerance.text if entry.tolerance else None
    return entry.good.text, tolerance, entry.target, entry.allow_for_chance
