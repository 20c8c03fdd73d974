"""A year of the board: one evaluation of it, and the rows that the reports on its quarters show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pmf_engine.diagnostics.errors import UnknownPeriod
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.evaluation.evaluate import Evaluation, evaluate
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.report.row_words import RowWords
from pmf_engine.submissions.submissions import Submissions

_QUARTER = 3


@dataclass(frozen=True, eq=False)
class BoardYear:
    """A year of the board, as it is known on a day.

    Attributes:
        evaluation: The evaluation of the year: yearly values, and rows in the indicators' own periods.
        monthly: The evaluation of the year's last quarter for indicators with shorter periods; None without any.
    """

    evaluation: Evaluation
    monthly: Evaluation | None = None

    @property
    def framework(self) -> Framework:
        """The framework of the board."""
        return self.evaluation.framework

    @property
    def period(self) -> Period:
        """The year that was evaluated."""
        assert self.evaluation.period is not None, "a year is evaluated for its period"
        return self.evaluation.period

    @property
    def as_of(self) -> date:
        """The day as of which the year is known."""
        return self.evaluation.as_of

    @cached_property
    def words(self) -> RowWords:
        """Puts the rows of the year into words."""
        return RowWords(self.framework)

    @cached_property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters of the year."""
        return self.framework.periods(self.period, frequency=Frequency.QUARTERLY)

    @cached_property
    def yearly(self) -> Mapping[str, tuple[HistoryRow, ...]]:
        """By indicator, the rows of its whole, the oldest first: of years, or of own periods where these are kept."""
        wholes: dict[str, list[HistoryRow]] = {}
        for row in history_rows(self.evaluation.judged):
            if row.by is None:
                wholes.setdefault(row.indicator, []).append(row)
        return {id_: tuple(sorted(rows, key=lambda row: row.start)) for id_, rows in wholes.items()}

    def value_of_year(self, indicator: str, back: int = 0) -> HistoryRow | None:
        """The row of an indicator's whole that ends with the year, or with the one some years before; None without."""
        end = self.period.end - 12 * back
        rows = [row for row in self.yearly.get(indicator, ()) if end - 12 < row.start + row.months <= end]
        return rows[-1] if rows else None

    @cached_property
    def own_rows(self) -> tuple[HistoryRow, ...]:
        """The rows of wholes and groups in the indicators' own periods."""
        yearly, own = self.evaluation.judged, self.evaluation.own
        shorter = set() if own is None else set(own["indicator"].unique())
        rows = [row for row in history_rows(yearly) if row.indicator not in shorter]
        return (*rows, *(() if own is None else history_rows(own)))

    @cached_property
    def quarterly_rows(self) -> tuple[HistoryRow, ...]:
        """The rows of wholes and groups in quarters, or in the indicators' own periods where these are longer."""
        rows = tuple(row for row in self.own_rows if row.months >= _QUARTER)
        return rows if self.monthly is None else (*rows, *history_rows(self.monthly.judged))

    @cached_property
    def _series(self) -> tuple[tuple[HistoryRow, ...], ...]:
        """The rows of each series, the oldest first."""
        series: dict[tuple[str, str | None, str | None], list[HistoryRow]] = {}
        for row in sorted(self.quarterly_rows, key=lambda row: row.start):
            series.setdefault((row.indicator, row.by, row.group), []).append(row)
        return tuple(map(tuple, series.values()))

    def reported(self, quarter: Period) -> tuple[HistoryRow, ...]:
        """The rows that a report on a quarter shows as of the same day: of each series the last to end by then."""
        ended = ([row for row in rows if row.start + row.months <= quarter.end] for rows in self._series)
        return tuple(rows[-1] for rows in ended if rows and self._is_shown(rows[-1], quarter))

    def _is_shown(self, row: HistoryRow, quarter: Period) -> bool:
        """Whether a report on a quarter shows a row: an earlier request outside the cycle only as an exception."""
        ad_hoc = self.framework.indicators[row.indicator].frequency == Frequency.AD_HOC
        return not ad_hoc or row.level >= 0 or row.start >= quarter.start

    def exceptions(self, quarter: Period) -> tuple[HistoryRow, ...]:
        """The rows that the report on a quarter escalates, wholes and groups."""
        return tuple(row for row in self.reported(quarter) if row.level >= 0)

    def raised_to(self, quarter: Period) -> dict[str, str]:
        """By indicator with an exception in a quarter, whole or by group, the highest level that it goes up to."""
        levels = list(self.framework.governance)
        raised: dict[str, int] = {}
        for row in self.exceptions(quarter):
            raised[row.indicator] = max(raised.get(row.indicator, 0), row.level)
        return {indicator: levels[level] for indicator, level in raised.items()}


def board_year(framework: Framework, submissions: Submissions, period: Period, as_of: date) -> BoardYear:
    """Evaluates the year that holds a period.

    Raises:
        UnknownPeriod: The period is longer than a year of the board or lies across two of them.
    """
    year = Cadence(12, framework.board.year_start).holding(period.start)
    if period.end > year.end:
        raise UnknownPeriod(f"{period.label} does not lie in one year of the board")
    evaluation = evaluate(framework, submissions, year, as_of)
    shorter = [id_ for id_, indicator in framework.indicators.items() if indicator.cadence.months < _QUARTER]
    shorter = [id_ for id_ in shorter if framework.indicators[id_].frequency != Frequency.AD_HOC]
    if not shorter:
        return BoardYear(evaluation)
    last = framework.periods(year, frequency=Frequency.QUARTERLY)[-1]
    return BoardYear(evaluation, evaluate(framework, submissions, last, as_of, only=shorter))
