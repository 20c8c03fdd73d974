"""The vocabulary of results: statuses, directions of travel, and the signals of control charts.

Every member equals its text: `Status.GREEN == "green"`, and `str(Status.GREEN)` is `green`. Polars columns hold the
texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache


class Status(StrEnum):
    """The status of a row: a rating, `not_rated` for a value without a tolerance, or the reason for having no value.

    Reasons are in the order of their rank. Where several inputs of a formula have no value, the reason with the
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
        """Whether a row of this status has a value, rated or not."""
        return self in Status.with_value()

    @property
    def rank(self) -> int:
        """The rank among reasons for having no value, from 1; 0 for a status with a value.

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
        """The statuses of rows with a value."""
        return (*cls.rated(), cls.NOT_RATED)

    @classmethod
    @cache
    def missing(cls) -> tuple[Status, ...]:
        """The statuses of rows without a value, by rank, the lowest first."""
        return tuple(status for status in cls if status not in cls.with_value())


class ReasonKind(StrEnum):
    """Why a row has no value or no rating, or less of one than it might: the kind of its `reason`."""

    NOT_COME = "not_come"
    """A return or list is late."""
    NEVER_SENT = "never_sent"
    """No agency ever sent the figure or list."""
    NOT_DUE = "not_due"
    """A return or list is not due yet."""
    PERIOD_NOT_OVER = "period_not_over"
    """The period has not ended."""
    NOT_AVAILABLE = "not_available"
    """The agency has no such number, says so or left the cell blank, or did not send the figure then."""
    INCOMPLETE = "incomplete"
    """A part of the figure is missing, such as a group or the days that no file covers."""
    WITHHELD = "withheld"
    """The agency withheld the number, such as a small one."""
    REFUSED = "refused"
    """A cell or record came that cannot be used; `problems` says why."""
    NOT_PLACED = "not_placed"
    """Rows came that may be the figure and cannot be placed."""
    DIVIDE_BY_ZERO = "divide_by_zero"
    """The formula has nothing to divide by."""
    IMPOSSIBLE = "impossible"
    """The part exceeds the whole, what cannot be is below zero, or the result is no number."""
    NOTHING_BEFORE = "nothing_before"
    """The formula or a band looks at an earlier period, and there is none."""
    BREAK_INSIDE = "break_inside"
    """A break in the series lies inside the period."""
    BREAK_BEFORE = "break_before"
    """The formula or a band looks at a period before the last break in the series."""
    TOO_FEW_ANSWERED = "too_few_answered"
    """Too few were scored before and after, by `respond`."""
    WORSE_BY_GROUPS = "worse_by_groups"
    """Groups add up to less than their whole, and the worse of both readings rates the value."""
    ARRIVAL_UNKNOWN = "arrival_unknown"
    """Nothing says when a file was received, and the value would be green."""
    ROUNDED = "rounded"
    """Counts are rounded for the public, and the rating rests on the exact ones."""


class ItemKind(StrEnum):
    """Whether an item that agencies send is a figure or a list of records."""

    FIGURE = "figure"
    LIST = "list"


class Direction(StrEnum):
    """The direction of travel since an earlier period, by the polarity of the indicator."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    UNCHANGED = "unchanged"


class Signal(StrEnum):
    """A signal of a control chart. Of several signals at one point the first in this order applies."""

    OUTSIDE_LIMITS = "outside_limits"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    SHIFT = "shift"


class SpecialCause(StrEnum):
    """Whether a signal is bad news or good news."""

    CONCERN = "special_cause_concern"
    IMPROVEMENT = "special_cause_improvement"


class ChartName(StrEnum):
    """A kind of control chart: `xmr` of individual values, `p` of percentages or `u` of rates with denominators."""

    XMR = "xmr"
    P = "p"
    U = "u"

    @property
    def ratio(self) -> str | None:
        """The function that the whole formula must call to give the chart its denominators; None for any formula.

        >>> ChartName.P.ratio, ChartName.XMR.ratio
        ('percent', None)
        """
        return {ChartName.P: "percent", ChartName.U: "rate"}.get(self)


class NoSignal(StrEnum):
    """The reason why a row has no control chart."""

    TOO_FEW = "too_few"
    """The series has too few points."""
    GAP = "gap"
    """Too few points follow the last gap."""
    REBASED = "rebased"
    """Too few points follow the period in which the limits began anew."""
    NO_VALUE = "no_value"
    """The row has no value."""
    GRADE = "grade"
    """The indicator is a grade."""
    AD_HOC = "ad_hoc"
    """The indicator is ad hoc."""
    SUMS = "sums"
    """Each value adds up over several periods, so that neighbouring values share data."""
    NOT_ASKED = "not_asked"
    """The tolerance says `chart: none`."""


class Assurance(StrEnum):
    """Whether a process that only chance varies meets its target: always, sometimes or never."""

    CONSISTENTLY = "consistently"
    BY_CHANCE = "by_chance"
    NEVER = "never"


class EvidenceType(StrEnum):
    """What an indicator is evidence of: how much was done, how well, or with what result."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    OUTCOME = "outcome"


class Outcome(StrEnum):
    """Whether a cell that was read counts, and if not, why."""

    USED = "used"
    """Its value counts."""
    REPEATED = "repeated"
    """Another cell says the same, and counts."""
    SUPERSEDED = "superseded"
    """A cell that came later counts in its place."""
    REFUSED = "refused"
    """It cannot be read, or contradicts another: its key has no value."""
    UNKNOWN = "unknown"
    """It lies in a part of a file that cannot be read, so that nobody knows what it is of."""


class Verdict(StrEnum):
    """What an indicator did since an action was done. None of these says that the action was the cause."""

    BETTER = "better since"
    NO_CHANGE = "no change seen"
    WORSE = "worse since"
    TOO_EARLY = "too early"
    CANNOT_TELL = "cannot be told"


class NoChange(StrEnum):
    """Why no change is seen since an action was done: nothing moved, or no more than the time before explains."""

    AS_BEFORE = "it was already moving, and went on as before"
    WITHIN = "within what the trend and scatter of before explain"
    NOTHING = "no more than chance, trend and season explain"


class ActionFact(StrEnum):
    """What escalation rules may ask about actions."""

    OVERDUE = "action_overdue"
    """An action for the row is open past its due day."""
    NONE = "no_action"
    """No action was agreed for the row."""
    MISSED = "expected_missed"
    """The value that an action was to reach by now is not reached."""


class Expected(StrEnum):
    """Whether an action's value to reach was reached by its time."""

    MET = "met"
    MISSED = "missed"
    NOT_YET = "not yet"
    """Its time is still to come."""
    NO_FIGURE = "no figure"
    """Its time has come, and the indicator has no value."""


def texts(members: Iterable[StrEnum]) -> list[str]:
    """The texts of members, as plain `str`: Polars and argparse treat a list of members differently.

    >>> texts(Direction)
    ['improving', 'worsening', 'unchanged']
    """
    return [member.value for member in members]
