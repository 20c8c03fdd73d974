"""An indicator in a report, with all facts to scrutinise it: frozen dataclasses without layout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pmf_engine.domain.marks import Mark
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Expected, Verdict
from pmf_engine.evaluation.scored_twice import ScoredTwice
from pmf_engine.judgement.control_charts import Chart
from pmf_engine.report.shortfall import Shortfall


@dataclass(frozen=True)
class Named:
    """An id of the framework and its title."""

    id: str
    title: str


@dataclass(frozen=True)
class Point:
    """The status and value of a row in one period.

    Attributes:
        shown: The value in words, empty without a value.
        restated: Whether the value is marked as revised, or is another than an earlier report said.
    """

    period: str
    status: str | None
    value: float | None
    shown: str
    restated: bool = False


@dataclass(frozen=True)
class Travel:
    """The direction of travel since an earlier period, and the value `then`, in words.

    `then` is empty where no value is known, or where an unchanged value would show other decimals.
    """

    direction: str | None
    then: str


@dataclass(frozen=True)
class Moved:
    """A change of tolerance: the earlier bands and the current bands, in words."""

    then: str
    now: str


@dataclass(frozen=True)
class Raised:
    """An exception since it was raised.

    Attributes:
        then: The row that raised it.
        to: The level to which it went up then.
        periods: For how many of the indicator's own periods it has lasted.
        recovered: The period in which it recovered; None while it lasts.
        moved: The change of tolerance since; None without one.
        months: The length of the indicator's own periods, in months.
    """

    then: Point
    to: Named
    periods: int
    recovered: str | None
    moved: Moved | None
    months: int


@dataclass(frozen=True)
class OwnPeriod:
    """An indicator's own period with an exception, within a longer period of the report.

    Attributes:
        was: The row of the whole.
        to: The highest level to which the whole or a group went up.
        groups: The groups that went to that level, where the whole did not go up.
    """

    was: Point
    to: Named
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Comment:
    """A comment of an agency on its own figures; `group` is None for a comment on the whole.

    `received_on` is the day of its return, where that is known.
    """

    agency: Named
    group: str | None
    words: str
    received_on: date | None = None


@dataclass(frozen=True)
class Group:
    """One group of a breakdown that is outside the good band, without a value, or an exception.

    `interval` and `by_interval` are as in `Item`.
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
    """A figure or indicator for comparison, with its value in the same period, or in the longer `period` of that."""

    of: Named
    value: float | None
    shown: str
    period: str = ""


@dataclass(frozen=True)
class ReportedAction:
    """An action, with what its indicator did since.

    Attributes:
        id: The board's own number of it.
        text: What is to be done.
        indicator: The indicator that it is to improve.
        group: The group that it is for; None for the whole.
        agency: The agency that does it.
        owner: Who answers for it.
        state: `open`, `done` or `dropped`.
        days_overdue: How many days past its due day it is open; 0 for one that is not.
        verdict: What the indicator did since.
        reason: Why, as a clause.
        comparison: The values before and after with their interval, in words; empty without a comparison.
        beside: What to know beside the verdict, as sentences.
        expects: The value to reach and by when, in words; empty where nothing is expected.
        expected: Whether it was reached by its time.
        lesson: What was learned.
        became: What the lesson became.
        shared_with: With whom it was shared.
        evidence: Where it is written down that the action was done.
    """

    id: str
    text: str
    indicator: Named | None
    group: str | None
    agency: Named | None
    owner: str | None
    agreed_on: date | None
    due_on: date | None
    done_on: date | None
    state: str
    days_overdue: int
    verdict: Verdict
    reason: str
    comparison: str
    beside: tuple[str, ...]
    expects: str
    expected: Expected | None
    lesson: str | None
    became: str | None
    shared_with: str | None
    evidence: str | None

    @property
    def is_without_effect(self) -> bool:
        """Whether it was done, and it is neither better since nor as was expected."""
        if self.state != "done" or self.verdict == Verdict.BETTER:
            return False
        if self.verdict == Verdict.WORSE or self.expected == Expected.MISSED:
            return True
        return self.verdict == Verdict.NO_CHANGE and self.expected != Expected.MET


@dataclass(frozen=True)
class Worked:
    """A figure behind a value: its title and period, what it came to, and the cells and files that it came from."""

    title: str
    period: str
    result: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One indicator in one period, with all facts to scrutinise it.

    Attributes:
        good: The good band, in words.
        tolerance: The tolerance, in words.
        rules: All rules that hold, those in `deciding` first.
        deciding: The rules that decide the level.
        because: The deciding rules in words.
        because_of: The groups by which alone a deciding rule holds, where the whole is an exception by another rule.
        asks: What the board asks about the exception; empty where neither indicator, rule nor content area says it.
        workings: How the value was worked out; none where the report was made without.
        scored_twice: Of an indicator with `better_off` and its faces, what became of those scored before and after.
        good_low: The lower end of the good band in force; None without one. So `good_high`, and those of the tolerance.
        owners: Who can mend it: the lead agency's officer for a value, the senders' for what is missing.
        shortfall: How many more or fewer would have been tolerable, and good; None where that cannot be counted.
        carried: The last period with a value, where this one has none.
        group_only: Whether only groups go up, and the whole does not.
        interval: The 95 % interval in words; empty without one.
        allow_for_chance: Whether the tolerance asks for the interval.
        by_interval: Whether the interval decided: red all the same, or amber where the value alone would be red.
        travel: The direction of travel since the period before.
        year_ago: The same since a year before; None where periods are years.
        raised: The exception since it was raised, in the indicator's own periods.
        chart: The control chart of the indicator's own periods.
        shows_words: Whether the report may show what agencies say of it.
        own_months: The length of the indicator's own periods, in months.
        raised_in: The own periods with an exception, where they are shorter than `period`.
        actions: Of an exception, the actions that are to improve it; None where the board keeps no actions.
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
    shows_words: bool
    outside: tuple[Outside, ...]
    carried: Point | None
    group_only: bool
    own_months: int
    compared: tuple[Compared, ...] = ()
    marks: tuple[Mark, ...] = ()
    raised_in: tuple[OwnPeriod, ...] = ()
    because: tuple[str, ...] = ()
    because_of: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    shortfall: Shortfall | None = None
    owners: tuple[str, ...] = ()
    good_low: float | None = None
    good_high: float | None = None
    tolerance_low: float | None = None
    tolerance_high: float | None = None
    actions: tuple[ReportedAction, ...] | None = None
    workings: tuple[Worked, ...] = ()
    scored_twice: ScoredTwice | None = None
