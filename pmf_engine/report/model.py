"""The exception report: what the sub-committee looks at, gathered from an evaluation.

Frozen dataclasses, in the order in which they are to be read and without any layout; a renderer decides how they
look. Nothing is judged here: statuses, directions and escalation come from the evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pmf_engine.domain.marks import Mark
from pmf_engine.domain.periods import Period
from pmf_engine.judgement.control_charts import Chart
from pmf_engine.report.problems import ToldProblem


@dataclass(frozen=True)
class Named:
    """An id of the framework and what people call it."""

    id: str
    title: str


@dataclass(frozen=True)
class Point:
    """What an indicator was in one period; `shown` is the value in words, empty where there is none."""

    period: str
    status: str | None
    value: float | None
    shown: str


@dataclass(frozen=True)
class Travel:
    """The direction of travel since an earlier period, and the value `then`: empty where none is known, or where what
    is unchanged would be shown with other decimals."""

    direction: str | None
    then: str


@dataclass(frozen=True)
class Moved:
    """A tolerance that has changed: the bands of then and of now, in words."""

    then: str
    now: str


@dataclass(frozen=True)
class Raised:
    """An exception since it was first raised: what the indicator was `then`, the level it went `to`, how many periods
    it has lasted, the period in which it had recovered, if it has, how the tolerance has changed since, if so, and the
    length of these periods, the indicator's own, in months."""

    then: Point
    to: Named
    periods: int
    recovered: str | None
    moved: Moved | None
    months: int


@dataclass(frozen=True)
class OwnPeriod:
    """An indicator's own period, within a longer one that is reported, in which it was an exception: what it was, and
    the level it went to. `groups` are those that went there where the whole went nowhere."""

    was: Point
    to: Named
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Comment:
    """What an agency says of its own figures; `group` where it speaks of one group."""

    agency: Named
    group: str | None
    words: str


@dataclass(frozen=True)
class Group:
    """One group of a breakdown, outside what is good, without a value, or an exception still.

    `interval` and `by_interval` are as those of an item.
    """

    name: str
    status: str
    value: float | None
    shown: str
    reason: str | None
    run: int
    escalate_to: Named | None
    raised: Raised | None
    interval: str
    by_interval: bool
    marks: tuple[Mark, ...] = ()
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True)
class Outside:
    """The groups of one breakdown that call for attention, worst first, out of `of` groups."""

    by: Named
    of: int
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Compared:
    """A figure or indicator that an indicator is shown beside, and what it was in the same period."""

    of: Named
    value: float | None
    shown: str


@dataclass(frozen=True)
class Item:
    """One indicator in one period, with what is needed to scrutinise it.

    `good` and `tolerance` are the author's words. `rules` are all that hold, those that decide the level first
    and again in `deciding`. `carried` is the last period with a value, where this one has none. `group_only`
    says that the whole goes nowhere and only groups do. `interval` is that of 95 % in words, empty where there is
    none, `allow_for_chance` whether the tolerance asks for it, and `by_interval` whether it decided: the value is red
    all the same, or amber where by itself it would be red. `travel` is since the period before, `year_ago` since the
    same period of the year before, None where that is the period before. `raised` is the exception since it began,
    `chart` what the control chart says; both are of the indicator's own periods, of `own_months`. Where these are
    shorter than `period`, `raised_in` are those of them in which it was an exception.
    """

    indicator: Named
    content_areas: tuple[Named, ...]
    evidence_type: str
    level: str
    agency: Named
    lead_officer: str | None
    period: Period
    status: str
    reason: str | None
    value: float | None
    shown: str
    unit: str
    numerator: float | None
    denominator: float | None
    lower: float | None
    upper: float | None
    interval: str
    good: str
    tolerance: str
    allow_for_chance: bool
    by_interval: bool
    target: str
    reference: str | None
    direction: str | None
    previous: Point | None
    travel: Travel
    year_ago: Travel | None
    trend: tuple[Point, ...]
    run: int
    since: str
    escalate_to: Named | None
    rules: tuple[str, ...]
    deciding: tuple[str, ...]
    raised: Raised | None
    chart: Chart
    comments: tuple[Comment, ...]
    outside: tuple[Outside, ...]
    carried: Point | None
    group_only: bool
    own_months: int
    compared: tuple[Compared, ...] = ()
    marks: tuple[Mark, ...] = ()
    raised_in: tuple[OwnPeriod, ...] = ()


@dataclass(frozen=True)
class Level:
    """A level of governance and what goes up to it, worst first."""

    level: Named
    items: tuple[Item, ...]


@dataclass(frozen=True)
class LateReturn:
    """A figure that is due and has not come, and the indicators that wait for it."""

    figure: Named
    period: str
    due: date
    days_late: int
    run: int
    waiting: tuple[Named, ...]


@dataclass(frozen=True)
class LateAgency:
    """What one agency has not sent, the longest overdue first."""

    agency: Named
    returns: tuple[LateReturn, ...]


@dataclass(frozen=True)
class Recovered:
    """An indicator that has recovered: what it was, what it is, the exception that it was, if it was one, and how the
    tolerance has changed in between, if it has. `raised_in` is as that of an item."""

    indicator: Named
    agency: Named
    then: Point
    now: Point
    raised: Raised | None
    moved: Moved | None
    raised_in: tuple[OwnPeriod, ...] = ()


@dataclass(frozen=True)
class GroupsOver:
    """The groups of one breakdown of an indicator that are no longer exceptions, out of `of` groups."""

    indicator: Named
    agency: Named
    by: Named
    of: int
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Observation:
    """Evidence in words that an agency sent."""

    agency: Named
    figure: Named
    period: str
    words: str


@dataclass(frozen=True)
class DataQuality:
    """What was read: every cell of a return is either used or set aside; of lists, the records.

    `files` are those of returns, `lists` those of lists. `first_problems` are the gravest of the `problems`.
    """

    files: int
    cells_read: int
    cells_used: int
    cells_set_aside: int
    problems: int
    lists: int = 0
    records_read: int = 0
    first_problems: tuple[ToldProblem, ...] = ()


@dataclass(frozen=True)
class ExceptionReport:
    """Everything that fell outside what the board had agreed, for one period as known on one date.

    `counts` has indicators per status, `evidence` the same per evidence type. `levels` are the highest first;
    `watch` are red and amber indicators that no rule sends up; `without_value` are those that have no value for
    another reason than not being due, and that no rule sends up. `below` counts the exceptions left out because
    they go to a lower level than was asked for. `charts` has indicators by what their control charts say: `signal`,
    `chance` where there is none, or why there can be none (see `NoSignal`). `recovered` is what is green
    again, exceptions that ended so among it; `ended` are the other exceptions that are over, `groups_over` those of
    groups.
    `led_by_others` counts the indicators that others than the `agency` lead: it owes what they wait for, or is itself
    outside in them. `small_groups` are red or amber groups that go nowhere, as they rest on fewer than
    `escalate_groups_from`.
    """

    board: str
    period: Period
    as_of: date
    agency: Named | None
    to: Named | None
    counts: Mapping[str, int]
    evidence: Mapping[str, Mapping[str, int]]
    levels: tuple[Level, ...]
    below: int
    charts: Mapping[str, int]
    watch: tuple[Item, ...]
    without_value: tuple[Item, ...]
    late: tuple[LateAgency, ...]
    recovered: tuple[Recovered, ...]
    ended: tuple[Recovered, ...]
    groups_over: tuple[GroupsOver, ...]
    not_due: int
    unrated: tuple[Item, ...]
    observations: tuple[Observation, ...]
    data_quality: DataQuality
    led_by_others: int = 0
    small_groups: tuple[GroupsOver, ...] = ()
    escalate_groups_from: int | None = None

    @property
    def exceptions(self) -> int:
        """How many indicators go up, to whichever level."""
        return sum(len(level.items) for level in self.levels)
