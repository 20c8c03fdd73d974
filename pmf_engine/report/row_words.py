"""Rows of the history in words: names of indicators, agencies and groups, and numbers rounded within their bands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from pmf_engine.domain.marks import Mark, MarkKind, read_marks
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.explanation.absent_returns import Absent
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry, Interval, settled_band
from pmf_engine.judgement.band_words import band_words
from pmf_engine.judgement.formatting import show_date, show_value
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.item import Compared, Named


class RowWords:
    """Puts rows of the history into words, by the names, scales and tolerances of a framework."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self._values: dict[tuple[str, str | None, str | None, int, int], str] = {}
        self._entries: dict[tuple[str, int, int], Entry | None] = {}

    # -- names ------------------------------------------------------------------------

    def indicator(self, row: HistoryRow) -> Indicator:
        """The indicator of a row."""
        return self.framework.indicators[row.indicator]

    def agency(self, id_: str) -> Named:
        """An agency by its id; an id that is not in the framework is its own name."""
        agency = self.framework.agencies.get(id_)
        return Named(id_, agency.name if agency else id_)

    def officer(self, id_: str, lead: str) -> str:
        """Who answers for an agency: its lead officer, with the name of the agency where that is not the lead's."""
        agency = self.framework.agencies.get(id_)
        officer = agency.lead_officer if agency else None
        name = self.agency(id_).title
        if officer is None:
            return name
        return officer if id_ == lead else f"{officer}, {name}"

    def level(self, id_: str | None) -> Named | None:
        """A level of governance by its id."""
        return None if id_ is None else Named(id_, self.framework.governance.get(id_, id_))

    def breakdown(self, by: str) -> Named:
        """A breakdown by its id."""
        breakdown = self.framework.breakdowns.get(by)
        return Named(by, breakdown.title if breakdown else by.capitalize())

    def group(self, row: HistoryRow) -> str:
        """The name of a row's group: the name of the agency where the breakdown is by agency."""
        assert row.group is not None
        return self.agency(row.group).title if row.by == "agency" else row.group

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of all figures, lists and indicators, by id."""
        framework = self.framework
        defined = (framework.figures, framework.lists, framework.indicators)
        return {id_: one.title for kind in defined for id_, one in kind.items()}

    def in_titles(self, words: str | None) -> str:
        """Words with the title in the place of each id in backticks: no id reaches a reader."""
        return re.sub(
            r"`(\w+)`", lambda id_: f"“{self._names[id_[1]]}”" if id_[1] in self._names else id_[0], words or ""
        )

    def in_names(self, words: str) -> str:
        """As `in_titles`, with the names of agencies and breakdowns without quotation marks."""
        return self.in_titles(re.sub(r"`(\w+)`", lambda id_: self._short_names.get(id_[1], id_[0]), words))

    def absent(self, absent: Absent) -> str:
        """A return that was not sent, within a sentence: `not sent by Police for 2016-17 Q1, due 30 July 2016`."""
        agency = self.agency(absent.agency).title
        if absent.period is None:
            return f"not asked of {agency}"
        group = f", {self.breakdown(absent.by).title.lower()} {absent.group}" if absent.by else ""
        due = f", due {show_date(absent.due)}" if absent.due else ""
        return f"not sent by {agency} for {absent.period}{group}{due}"

    @cached_property
    def _short_names(self) -> dict[str, str]:
        """The names of agencies and breakdowns by id, which need no quotation marks."""
        breakdowns = {id_: breakdown.title.lower() for id_, breakdown in self.framework.breakdowns.items()}
        return {id_: agency.name for id_, agency in self.framework.agencies.items()} | breakdowns

    @cached_property
    def _names(self) -> dict[str, str]:
        """What a reader calls whatever has an id: the names of agencies and breakdowns, and all titles."""
        return self._short_names | self.titles

    def marks(self, row: HistoryRow) -> tuple[Mark, ...]:
        """The marks of a row, with titles in the place of ids; that counts are rounded stands once on a paper."""
        marks = (mark for mark in read_marks(row.marks) if mark.kind != MarkKind.ROUNDED)
        return tuple(Mark(mark.kind, self.in_titles(mark.text)) for mark in marks)

    # -- numbers and bands ---------------------------------------------------------------

    def period(self, row: HistoryRow) -> Period:
        """The period of a row."""
        return Period(row.start, Cadence(row.months, self.indicator(row).cadence.year_start))

    def entry(self, row: HistoryRow) -> Entry | None:
        """The tolerance in force in the period of a row."""
        key = row.indicator, row.start, row.months
        if key not in self._entries:
            self._entries[key] = self.indicator(row).entry_for(self.period(row))
        return self._entries[key]

    def numbers(self, row: HistoryRow) -> dict[str, float]:
        """The numbers of the names in the bands, such as `previous`; a name without a number is left out."""
        names = self.indicator(row).band_names
        return {name: number for name, number in zip(names, row.named, strict=True) if number is not None}

    def grades(self, indicator: Indicator) -> tuple[str, ...]:
        """The grades of an indicator's scale, worst to best."""
        return self.framework.scales.get(indicator.type.scale or "", ())

    def show(self, row: HistoryRow, number: float | None) -> str:
        """A number in the unit of a row, with enough decimals to stay on its side of every bound."""
        if number is None:
            return ""
        indicator = self.indicator(row)
        return show_value(number, indicator, self.entry(row), grades=self.grades(indicator), known=self.numbers(row))

    def value(self, row: HistoryRow) -> str:
        """The value of a row in words; empty without a value."""
        key = row.indicator, row.by, row.group, row.start, row.months
        if key not in self._values:
            self._values[key] = self.show(row, row.value)
        return self._values[key]

    def bands(self, row: HistoryRow) -> tuple[str, str]:
        """The good band and the tolerance in force, in words (see `band_words`)."""
        entry, indicator = self.entry(row), self.indicator(row)
        if entry is None:
            return "", ""
        shown, grades = self.value(row), self.grades(indicator)
        good, tolerance = (
            band_words(
                band,
                entry,
                known=self.numbers(row),
                unit=indicator.unit,
                value=row.value,
                shown=shown,
                titles=self.titles,
                grades=grades,
            )
            for band in (entry.good, entry.tolerance)
        )
        return good, tolerance

    def good(self, indicator: Indicator, entry: Entry) -> str:
        """What an entry calls good, whatever the value: `20% or less`."""
        grades = self.grades(indicator)
        return band_words(entry.good, entry, unit=indicator.unit, titles=self.titles, grades=grades)

    def interval(self, row: HistoryRow) -> str:
        """The 95 % interval in words; empty without one."""
        if row.lower is None:
            return ""
        return f"{self.show(row, row.lower)} to {self.show(row, row.upper)}"

    def by_interval(self, row: HistoryRow) -> bool:
        """Whether the interval decided the status: red all the same, or amber where the value alone would be red."""
        entry = self.entry(row)
        if entry is None or not entry.allow_for_chance or row.lower is None:
            return False
        band = Interval.known(settled_band(entry.tolerance or entry.good, self.numbers(row)), entry.target_value)
        outside = row.value is not None and not all(band.sides(row.value))
        return row.status == Status.RED or (row.status == Status.AMBER and outside)

    def compared(self, row: HistoryRow) -> Iterator[Compared]:
        """The figures and indicators for comparison, with values in the format of the indicator's own."""
        for id_, value in zip(self.indicator(row).compare, row.compared or (), strict=False):
            other = self.framework.indicators.get(id_) or self.framework.figures[id_]
            longer = other.cadence.months > row.months
            period = other.cadence.holding(row.start).label if longer and value is not None else ""
            yield Compared(Named(id_, other.title), value, self.show(row, value), period)
