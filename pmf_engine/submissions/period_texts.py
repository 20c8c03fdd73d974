"""Texts of periods in returns: the period that a text names, or why it names none."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from pmf_engine.domain.periods import MONTHS, Cadence, Frequency, Period, parse_day, parse_period
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.submissions.period_headings import Length, is_bound, is_of_other_year, length_of, period_below
from pmf_engine.submissions.problems import say

_NOTHING = (None, None, False)


class PeriodTexts:
    """The texts that name periods of a framework's figures."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self._parse, self._parse_day = cache(parse_period), cache(parse_day)

    def find(self, figure_id: str | None, text: str | None, heading: str | None = None) -> tuple[Any, ...]:
        """The period that a text names: its start and length in months, and whether the text is a day of it.

        The kind and message of a problem come last.

        Args:
            figure_id: The figure; None for an unknown one.
            text: The text.
            heading: What heads the text: the days below `Month` are those of months.
        """
        year_start = self.framework.board.year_start
        figure = self.framework.figures[figure_id] if figure_id else None
        usual = figure.cadence if figure else Cadence(3, year_start)
        if text is None:
            expected = f"expected a period such as {_example(usual)}"
            return *_NOTHING, "blank", say("blank", what="period", expected=expected)
        if heading and is_of_other_year(heading.casefold(), usual.year_start):
            message = say("not-a-period", text=f"{heading} {text}", example=_example(usual))
            return *_NOTHING, "not-a-period", message
        length = length_of(heading) if heading else None
        if length is not None and (length.months == 0 or is_bound(text, length, usual.year_start)):
            return self._of_length(figure, f"{heading} {text}", text, length)
        if day := self._parse_day(text):
            return self._of_day(figure, text, day)
        years = [figure.cadence.year_start, year_start] if figure else [year_start]
        months = figure.cadence.months if figure else 12
        period = next((parsed for year in years if (parsed := self._parse(text, year, months))), None)
        if period is None:
            return *_NOTHING, *self._no_period(text, year_start, months, usual)
        return _aligned(figure, text, period, by_day=False)

    def _of_length(self, figure: Figure | None, text: str, bound: str, length: Length) -> tuple[Any, ...]:
        """The period of a known length that a day or month bounds.

        Args:
            figure: The figure.
            text: The heading and the day or month, for a message.
            bound: The day or month.
            length: What the heading says.
        """
        usual = figure.cadence if figure else Cadence(3, self.framework.board.year_start)
        if length.months == 0 and figure:
            return *_NOTHING, "period-too-short", _too_short(figure, text)
        first = figure is not None and figure.kind == "flow"
        period = period_below(length, bound, usual.year_start, first=first)
        if period is not None:
            return _aligned(figure, text, period, by_day=True)
        kind = "not-a-period" if self._parse_day(bound) is None else "day-for-a-period"
        return None, None, kind == "day-for-a-period", kind, say(kind, text=text, example=_example(usual))

    def _of_day(self, figure: Figure | None, text: str, day: date) -> tuple[Any, ...]:
        """The period of a figure that a day begins or ends. Only a last day names the period of a stock."""
        fixed = figure is not None and figure.frequency is not Frequency.AD_HOC
        if figure is not None and fixed and (period := figure.cadence.bounded_by(day, figure.kind == "flow")):
            return period.start, period.cadence.months, True, None, None
        example = _example(figure.cadence if figure else Cadence(3, self.framework.board.year_start))
        return None, None, True, "day-for-a-period", say("day-for-a-period", text=text, example=example)

    def _no_period(self, text: str, year_start: int, months: int, usual: Cadence) -> tuple[str, str]:
        """The kind and message of the problem of a text that names no period, or one of two.

        Args:
            text: The text.
            year_start: The month in which the board's year starts.
            months: The length of a period of the figure; 12 for an unknown figure.
            usual: The cadence of the example in the message.
        """
        month = self._parse(re.sub(r"^(\d{4})\s*+/?\s*+(\d\d)$", r"\1-\2", text), year_start, 1)
        if month and months == 1:
            year, number = divmod(month.start, 12)
            names = {"month": f"{MONTHS[number][:3].capitalize()} {year}", "year": f"{year}-{year + 1}"}
            return "ambiguous-period", say("ambiguous-period", text=text, **names)
        alone = re.fullmatch(r"(?:fy\s*|(q[1-4]|h[12])\s*)?((?:19|20)?\d\d)", text, re.IGNORECASE)
        if alone and year_start != 1 and (len(alone[2]) == 4 or alone[0] != alone[2]):
            year = int(alone[2]) if len(alone[2]) == 4 else 2000 + int(alone[2])
            part = f" {alone[1].upper()}" if alone[1] else ""
            first, second = (f"{begins}-{(begins + 1) % 100:02d}{part}" for begins in (year - 1, year))
            return "ambiguous-year", say("ambiguous-year", text=text, first=first, second=second)
        return "not-a-period", say("not-a-period", text=text, example=_example(usual))


def _aligned(figure: Figure | None, text: str, period: Period, *, by_day: bool) -> tuple[Any, ...]:
    """A period of a figure, or why it is none: it is shorter than the figure's own, or begins within one of these."""
    length = period.cadence.months
    if figure and length < figure.cadence.months:
        return *_NOTHING, "period-too-short", _too_short(figure, text)
    if figure and (period.start - (figure.cadence.year_start - 1)) % length:
        return *_NOTHING, "period-misaligned", say("period-misaligned", text=text, figure=figure.id)
    return period.start, length, by_day, None, None


def _too_short(figure: Figure, text: str) -> str:
    return say("period-too-short", text=text, figure=figure.id, frequency=figure.frequency.value)


def _example(cadence: Cadence) -> str:
    """An example of a period of a cadence, in backticks.

    >>> _example(Cadence(3, 4)), _example(Cadence(6, 1))
    ('`2016-17 Q3`', '`2016 H1`')
    """
    year = "2016" if cadence.year_start == 1 else "2016-17"
    return {1: "`2016-12`", 3: f"`{year} Q3`", 6: f"`{year} H1`"}.get(cadence.months, f"`{year}`")
