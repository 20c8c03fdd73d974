"""What has changed since an earlier report was saved: dataclasses without layout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pmf_engine.domain.periods import Period
from pmf_engine.report.item import Named, Point


class Cause(StrEnum):
    """Why a result differs from what was reported; a result may have several causes."""

    REVISED = "revised"
    """A figure or list that was there has another content now."""
    DEFINITION = "definition"
    """The tolerance, the definition of the indicator, or the rules are others now."""
    RECEIVED = "received"
    """A figure or list came that was not there."""
    PASSED = "passed"
    """Nothing came and nothing was changed: what was not due is late."""


@dataclass(frozen=True)
class ResultChange:
    """A result that differs from what was reported.

    Attributes:
        indicator: The indicator.
        by: The breakdown of the group; None for the whole.
        group: The name of the group; None for the whole.
        causes: Why it differs, in the order of `Cause`.
        columns: The columns of `Evaluation.results` that differ; none where the result was not there, or is no more.
        then: The result as it was reported; None where there was none.
        now: The result as it is now; None where there is none.
        to_then: The level that it went up to.
        to_now: The level that it goes up to.
    """

    indicator: Named
    by: Named | None
    group: str | None
    causes: tuple[str, ...]
    columns: tuple[str, ...]
    then: Point | None
    now: Point | None
    to_then: Named | None
    to_now: Named | None


@dataclass(frozen=True)
class LevelChange:
    """How many exceptions went up to a level of governance, and how many would now."""

    level: Named
    then: int
    now: int


@dataclass(frozen=True)
class SinceReport:
    """An earlier report, and what has changed in its period since.

    Attributes:
        as_of: The day of the earlier report.
        period: Its period.
        levels: Its exceptions by level, the highest level first.
        changes: The results that differ, in the order of the framework.
    """

    as_of: date
    period: Period
    levels: tuple[LevelChange, ...]
    changes: tuple[ResultChange, ...]

    @property
    def then(self) -> int:
        """How many exceptions it reported."""
        return sum(level.then for level in self.levels)

    @property
    def now(self) -> int:
        """How many exceptions its period has as now known."""
        return sum(level.now for level in self.levels)

    def by(self, cause: str) -> tuple[ResultChange, ...]:
        """The changes with a cause."""
        return tuple(change for change in self.changes if cause in change.causes)
