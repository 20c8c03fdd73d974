"""What became of those scored before and after: an indicator with `better_off` and its faces taken together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pmf_engine.domain.faces import FACES, indicator_of
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.history_row import HistoryRow


@dataclass(frozen=True)
class ScoredTwice:
    """Of the records that an indicator with `better_off` is about in one period, as a whole or in one group.

    Attributes:
        records: How many there are.
        scored: How many of them are scored before and after.
        better: How many of these are better by the least change.
        worse: How many are worse by the least change.
        mean_change: The mean change of their scores; None without one, as where too few are scored twice.
        lower: The lower end of its 95 % interval; None without one.
        upper: The upper end.
        places: The decimals that the mean change is shown with.
    """

    records: int
    scored: int
    better: int
    worse: int
    mean_change: float | None
    lower: float | None
    upper: float | None
    places: int

    @property
    def same(self) -> int:
        """How many are neither better nor worse by the least change."""
        return self.scored - self.better - self.worse


def scored_twice(framework: Framework, id_: str, row_of: Callable[[str], HistoryRow | None]) -> ScoredTwice | None:
    """What became of those that an indicator or one of its faces is about.

    Args:
        framework: The framework that defines the indicator.
        id_: The id of the indicator or of one of its faces.
        row_of: The row of an indicator or face in the period and group; None where there is none.

    Returns:
        None where the indicator has no faces, or a count is not known.
    """
    own = indicator_of(id_)
    ids = (own, *(f"{own}.{face}" for face in FACES))
    if not framework.indicators.keys() >= {*ids}:
        return None
    rows = [row for row in map(row_of, ids) if row is not None]
    if len(rows) < len(ids):
        return None
    better, worse, change, scored = rows
    counts = scored.denominator, scored.numerator, better.numerator, worse.numerator
    records, twice, ups, downs = (None if count is None else int(count) for count in counts)
    if records is None or twice is None or ups is None or downs is None:
        return None
    places = framework.indicators[change.indicator].places
    return ScoredTwice(records, twice, ups, downs, change.value, change.lower, change.upper, places)
