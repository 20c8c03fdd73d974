"""A year of the board: one evaluation of it, and the rows that the reports on its quarters show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from pmf_engine.diagnostics.errors import UnknownPeriod
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Cadence, Frequency, Period
from pmf_engine.evaluation.evaluate import Evaluation, evaluate
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.report.row_words import RowWords
from pmf_engine.submissions.content import register_at
from pmf_engine.submissions.submissions import Submissions

_BACK = 24
"""The months before the year of which rows are kept: what is shown in its first quarter is no older than two years."""


@dataclass(frozen=True, eq=False)
class BoardYear:
    """A year of the board, as it is known on a day.

    Attributes:
        evaluation: The evaluation of the year: yearly values, and rows in the indicators' own periods.
    """

    evaluation: Evaluation

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
    def _registers(self) -> dict[str, pl.DataFrame]:
        """The registers of the board that were read so far, by name."""
        return {}

    @property
    def is_public(self) -> bool:
        """Whether the year is for the public."""
        return self.evaluation.audience == Audience.PUBLIC

    def register(self, name: str) -> pl.DataFrame:
        """The rows of a register of the board that count on the day of the evaluation.

        The public sees the money, without what is noted beside it, and of the others nothing.
        """
        if name not in self._registers:
            rows = register_at(self.evaluation.submissions, name, self.as_of)
            if self.is_public:
                rows = rows.with_columns(note=pl.lit(None, pl.String)) if name == "money" else rows.clear()
            self._registers[name] = rows
        return self._registers[name]

    @cached_property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters of the year."""
        return self.framework.periods(self.period, frequency=Frequency.QUARTERLY)

    @cached_property
    def yearly(self) -> Mapping[str, tuple[HistoryRow, ...]]:
        """By indicator, the rows of its whole, the oldest first: of years, or of own periods where these are kept."""
        wholes: dict[str, list[HistoryRow]] = {}
        for row in history_rows(self.evaluation.judged.filter(pl.col("by").is_null())):
            wholes.setdefault(row.indicator, []).append(row)
        return {id_: tuple(sorted(rows, key=lambda row: row.start)) for id_, rows in wholes.items()}

    def value_of_year(self, indicator: str, back: int = 0) -> HistoryRow | None:
        """The row of an indicator's whole that ends with the year, or with the one some years before; None without."""
        end = self.period.end - 12 * back
        rows = [row for row in self.yearly.get(indicator, ()) if end - 12 < row.start + row.months <= end]
        return rows[-1] if rows else None

    @cached_property
    def own_rows(self) -> tuple[HistoryRow, ...]:
        """The rows of wholes and groups in the indicators' own periods, of the two years before the year's end.

        Those that were asked for outside the cycle are there from the first on.
        """
        yearly, own = self.evaluation.judged, self.evaluation.own
        if own is not None:
            yearly = yearly.filter(~pl.col("indicator").is_in(own["indicator"].unique().to_list()))
        ad_hoc = [id_ for id_, one in self.framework.indicators.items() if one.frequency == Frequency.AD_HOC]
        late = pl.col("start") + pl.col("months") > self.period.start - _BACK
        frames = [
            frame.filter(late | pl.col("indicator").is_in(ad_hoc)) for frame in (yearly, own) if frame is not None
        ]
        return tuple(row for frame in frames for row in history_rows(frame))

    @cached_property
    def _series(self) -> tuple[tuple[HistoryRow, ...], ...]:
        """The rows of each series, the latest first."""
        series: dict[tuple[str, str | None, str | None], list[HistoryRow]] = {}
        for row in sorted(self.own_rows, key=lambda row: -row.start):
            series.setdefault((row.indicator, row.by, row.group), []).append(row)
        return tuple(map(tuple, series.values()))

    @cached_property
    def _reported(self) -> dict[Period, tuple[HistoryRow, ...]]:
        """The rows of `reported` by quarter, so far."""
        return {}

    def reported(self, quarter: Period) -> tuple[HistoryRow, ...]:
        """The rows of which a report on a quarter, as of the same day, has the level: of each series the last by then.

        Of an indicator with shorter periods it is the one that ends with the quarter: rules are tested on those alone.
        """
        if quarter not in self._reported:
            end = quarter.end
            last = (next((row for row in rows if row.start + row.months <= end), None) for rows in self._series)
            self._reported[quarter] = tuple(row for row in last if row is not None and self._is_shown(row, quarter))
        return self._reported[quarter]

    def _is_shown(self, row: HistoryRow, quarter: Period) -> bool:
        """Whether a report on a quarter has the level of a row that ended by then.

        Not of a shorter period that ended before the quarter did, and of an earlier request outside the cycle only as
        an exception.
        """
        if row.months < quarter.cadence.months and row.start + row.months < quarter.end:
            return False
        ad_hoc = self.framework.indicators[row.indicator].frequency == Frequency.AD_HOC
        return not ad_hoc or row.level >= 0 or row.start >= quarter.start

    def exceptions(self, quarter: Period) -> tuple[HistoryRow, ...]:
        """The rows that the report on a quarter escalates, wholes and groups; none before the quarter is over."""
        return tuple(row for row in self.reported(quarter) if row.level >= 0) if self.is_over(quarter) else ()

    def is_over(self, quarter: Period) -> bool:
        """Whether a quarter had ended by the day as of which the year is known."""
        return quarter.last_day < self.as_of

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
    return BoardYear(evaluate(framework, submissions, period=year, as_of=as_of))
