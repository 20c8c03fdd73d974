"""The window of an evaluation: its months, and the periods in these months."""

from __future__ import annotations

from dataclasses import dataclass

from pmf_engine.domain.periods import Cadence, Period


@dataclass(frozen=True)
class Window:
    """The months of an evaluation, from `start` up to `end`.

    Data begin with the month `first` and end before the month `last` (with the window, where it is None). Figures are
    collected up to the window's end; indicators are evaluated up to the period that holds the last month of data.
    """

    start: int
    end: int
    first: int
    last: int | None = None

    def periods(self, cadence: Cadence) -> list[Period]:
        """The cadence's periods in which figures are collected, in order."""
        return self._up_to(cadence, self.end)

    def worked_out(self, cadence: Cadence) -> list[Period]:
        """The cadence's periods in which indicators are evaluated, in order."""
        return self._up_to(cadence, self.end if self.last is None else self.last)

    def expected(self, cadence: Cadence) -> list[Period]:
        """The periods of figures that the window needs: of yearly figures also the year before, as a stock lasts."""
        periods = self.periods(cadence)
        if cadence.months != 12:
            return periods
        return [Period(periods[0].start - cadence.months, cadence), *periods]

    def _up_to(self, cadence: Cadence, end: int) -> list[Period]:
        """The cadence's periods from the one that contains the window's first month up to a month."""
        first = cadence.holding(self.start)
        count = -(-(end - first.start) // cadence.months)
        return [Period(first.start + position * cadence.months, cadence) for position in range(count)]
