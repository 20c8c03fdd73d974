"""The data of the exception report, for the sub-committee.

Frozen dataclasses in reading order, without layout: a renderer decides their look. Statuses, directions and escalation
come from the evaluation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pmf_engine.domain.periods import Period
from pmf_engine.report.item import Group, Item, Moved, Named, OwnPeriod, Point, Raised, ReportedAction
from pmf_engine.report.json_form import json_schema, to_data
from pmf_engine.report.problems import ToldProblem
from pmf_engine.report.returns_by_agency import AgencyReturns
from pmf_engine.report.since import SinceReport

VERSION: Final = 1
"""The version of a report as JSON, which names it as its `schema`."""


@dataclass(frozen=True)
class Level:
    """A level of governance and the items that go up to it, worst first."""

    level: Named
    items: tuple[Item, ...]


@dataclass(frozen=True)
class LateReturn:
    """A late figure or list, and the indicators that wait for it.

    Attributes:
        figure: The figure or list.
        period: The last period that is late.
        months: The length of its periods.
        due: When it was due.
        days_late: How many days late it is.
        run: For how many of its periods running it has not come.
        waiting: The indicators that wait for it.
    """

    figure: Named
    period: str
    months: int
    due: date
    days_late: int
    run: int
    waiting: tuple[Named, ...]


@dataclass(frozen=True)
class LateAgency:
    """The late returns of one agency, the longest overdue first; `officer` is its lead officer."""

    agency: Named
    returns: tuple[LateReturn, ...]
    officer: str | None = None


@dataclass(frozen=True)
class Recovered:
    """An indicator that has recovered, or an exception that ended otherwise.

    Attributes:
        then: The row before the recovery.
        now: The row of the recovery.
        raised: The exception that ended; None for an indicator that was red or amber without an exception.
        moved: The change of tolerance between the two rows; None without one.
        raised_in: As in `Item`.
    """

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
    """Evidence in words from an agency."""

    agency: Named
    figure: Named
    period: str
    words: str


@dataclass(frozen=True)
class DataQuality:
    """Counts of the submissions: every cell of a return is either used or set aside.

    For the public only those used are counted.

    `files` counts files of returns, `lists` files of lists. `first_problems` are the gravest of the `problems`, and
    `kinds` and `severities` count them: those of kinds with a name of their own, and the rest.
    """

    files: int
    cells_read: int
    cells_used: int
    cells_set_aside: int
    problems: int
    lists: int = 0
    records_read: int = 0
    first_problems: tuple[ToldProblem, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict, hash=False)
    severities: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator in the table of all indicators, with the points of its last eight periods."""

    indicator: Named
    area: Named
    evidence_type: str
    period: str
    now: Point
    unit: str
    good: str
    direction: str | None
    trend: tuple[Point, ...]


@dataclass(frozen=True)
class GroupTable:
    """All indicators by one breakdown: for each indicator a point for each of `groups`; None for a group without."""

    by: Named
    groups: tuple[str, ...]
    rows: tuple[tuple[Named, tuple[Point | None, ...]], ...]


@dataclass(frozen=True, repr=False)
class ExceptionReport:
    """Everything outside the tolerances that the board agreed, for one period as of one date.

    Attributes:
        board: The name of the board.
        period: The period.
        as_of: The day of the report.
        late: What has not come, by agency.
        not_due: How many figures and lists are not due yet.
        unrated: The items without a rating.
        observations: Evidence in words.
        data_quality: The numbers of cells read, used and set aside, with the problems.
        escalate_groups_from: The least denominator with which a group goes up by itself; None for any.
        agency: The agency that the report is limited to; None for all.
        to: The lowest level of governance in the report; None for all.
        counts: The number of indicators by status.
        evidence: `counts` by type of evidence.
        levels: The levels of governance with their exceptions, the highest first.
        below: The number of matters left out, as they go to a level below `to`.
        charts: The number of indicators by the outcome of their control charts: `signal`, `chance` for none, or the
            reason for having no chart (see `NoSignal`).
        watch: The red and amber indicators that no rule sends up.
        without_value: The indicators without a value, though due, that no rule sends up.
        recovered: The indicators that are green again, with or without an exception that ended.
        ended: The other exceptions that ended.
        groups_over: The groups that are no longer exceptions.
        led_by_others: The number of indicators that other agencies lead and that concern the `agency`.
        small_groups: The red and amber groups that do not go up, as they are smaller than `escalate_groups_from`.
        content_area: The content area that the report is limited to; None for all.
        indicators: All indicators, by content area.
        by_group: All indicators by each breakdown but that by agency.
        not_evaluated: The number of indicators that the evaluation left out: the report says nothing of them.
        audience: For whom it is; a saved report is compared with those of its own audience.
        withheld: What a report for the public says of how the rows that it withholds were chosen; as a rule nothing.
        summary: The chair's own words, a paragraph each.
        since: What has changed since an earlier report was saved; None without one.
        actions: The actions agreed, each with what its indicator did since; None where the board keeps no actions.
        returns: The returns of each agency over the last eight quarters.
    """

    board: str
    period: Period
    as_of: date
    agency: Named | None
    to: Named | None
    counts: Mapping[str, int] = field(hash=False)
    evidence: Mapping[str, Mapping[str, int]] = field(hash=False)
    levels: tuple[Level, ...]
    below: int
    charts: Mapping[str, int] = field(hash=False)
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
    content_area: Named | None = None
    indicators: tuple[IndicatorLine, ...] = ()
    by_group: tuple[GroupTable, ...] = ()
    not_evaluated: int = 0
    audience: str = "board"
    summary: tuple[str, ...] = ()
    since: SinceReport | None = None
    actions: tuple[ReportedAction, ...] | None = None
    returns: tuple[AgencyReturns, ...] = ()
    withheld: str = ""

    @property
    def exceptions(self) -> int:
        """How many indicators go up, to any level."""
        return sum(len(level.items) for level in self.levels)

    def __repr__(self) -> str:
        counts = f"{self.exceptions} exceptions, {len(self.late)} agencies late"
        return f"<ExceptionReport of {self.board}, {self.period} as of {self.as_of}: {counts}>"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON has it: a key for each field, and the number of its `schema`.

        A period is an object with its label and its first and last day, a day is in ISO 8601.
        """
        return {"schema": VERSION, **to_data(self)}

    def to_json(self) -> str:
        """The report as JSON; equal for equal reports."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema (2020-12) that `to_dict` follows."""
        return json_schema(cls, "The exception report of a safeguarding children board", VERSION)
