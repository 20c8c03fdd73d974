"""What the engine says of a row: its status, its direction of travel, and what its control chart shows.

Every member is its own text: `Status.GREEN == "green"`, and `str(Status.GREEN)` is `green`. Polars columns hold the
plain texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache


class Status(StrEnum):
    """The status of a row: a rating, a value that nothing rates, or the reason why there is no value.

    Reasons stand in the order of their rank: where several inputs of a formula have no value, the reason with the
    highest rank becomes the status.

    >>> max(Status.LATE, Status.NO_DATA, key=lambda status: status.rank)
    <Status.LATE: 'late'>
    """

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NOT_RATED = "not_rated"
    UNDEFINED = "undefined"
    NO_DATA = "no_data"
    SUPPRESSED = "suppressed"
    NOT_DUE = "not_due"
    LATE = "late"
    INVALID = "invalid"

    @property
    def is_rated(self) -> bool:
        """Whether a tolerance rated the value: green, amber or red."""
        return self in Status.rated()

    @property
    def has_value(self) -> bool:
        """Whether there is a value, rated or not."""
        return self in Status.with_value()

    @property
    def rank(self) -> int:
        """The rank as a reason for having no value, from 1; 0 of a status with a value.

        >>> Status.RED.rank, Status.UNDEFINED.rank, Status.INVALID.rank
        (0, 1, 6)
        """
        return 0 if self.has_value else Status.missing().index(self) + 1

    @classmethod
    @cache
    def rated(cls) -> tuple[Status, ...]:
        """The ratings, the best first."""
        return (cls.GREEN, cls.AMBER, cls.RED)

    @classmethod
    @cache
    def with_value(cls) -> tuple[Status, ...]:
        """The statuses of rows that have a value."""
        return (*cls.rated(), cls.NOT_RATED)

    @classmethod
    @cache
    def missing(cls) -> tuple[Status, ...]:
        """The statuses of rows that have no value, by rank, the lowest first."""
        return tuple(status for status in cls if status not in cls.with_value())


class Direction(StrEnum):
    """The direction of travel since an earlier period, by the polarity of the indicator."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    UNCHANGED = "unchanged"


class Signal(StrEnum):
    """What a control chart signals. Of several the first applies."""

    OUTSIDE_LIMITS = "outside_limits"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    SHIFT = "shift"


class SpecialCause(StrEnum):
    """Whether a signal is bad news or good news."""

    CONCERN = "special_cause_concern"
    IMPROVEMENT = "special_cause_improvement"


class ChartName(StrEnum):
    """A kind of control chart: individual values, or what knows the denominators of a percentage or a rate."""

    XMR = "xmr"
    P = "p"
    U = "u"


class NoSignal(StrEnum):
    """Why there is no control chart to read.

    Too few points, too few since the last gap or since limits began anew, no value in the period itself, or an
    indicator without a chart: one of grades, one that is asked for ad hoc, one that adds up over several periods, or
    one whose tolerance asks for none.
    """

    TOO_FEW = "too_few"
    GAP = "gap"
    REBASED = "rebased"
    NO_VALUE = "no_value"
    GRADE = "grade"
    AD_HOC = "ad_hoc"
    SUMS = "sums"
    NOT_ASKED = "not_asked"


class Assurance(StrEnum):
    """Whether the process meets its target if nothing but chance changes it."""

    CONSISTENTLY = "consistently"
    BY_CHANCE = "by_chance"
    NEVER = "never"


def texts(members: Iterable[StrEnum]) -> list[str]:
    """The plain texts of members: Polars and argparse treat a list of members as something else.

    >>> texts(Direction)
    ['improving', 'worsening', 'unchanged']
    """
    return [member.value for member in members]
