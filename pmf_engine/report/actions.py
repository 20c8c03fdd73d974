"""What was agreed, whether it was done, and what its indicator did since; the matters without an action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pmf_engine.evaluation.actions import compared_periods
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.evaluated import own_rows
from pmf_engine.judgement.formatting import show_value
from pmf_engine.report.build import exception_report
from pmf_engine.report.item import Item, Named, ReportedAction
from pmf_engine.report.matters import Matter, matters


@dataclass(frozen=True)
class Unattended:
    """A matter of the report with an exception that has no action.

    Attributes:
        indicators: The indicators without an action; several that wait for the same return are one matter.
        groups: The groups that go up, where the whole does not; none for a whole.
        level: The level of governance.
    """

    indicators: tuple[Named, ...]
    groups: tuple[str, ...]
    level: Named


@dataclass(frozen=True)
class Shown:
    """A period by which an action is judged, with its value in words."""

    label: str
    shown: str
    after: bool
    left_out: bool


@dataclass(frozen=True)
class Actions:
    """The actions of a board as of a day.

    Attributes:
        actions: The actions, in the order of their files.
        matters: How many matters the report on the period has.
        unattended: Those without an action.
    """

    board: str
    period: str
    as_of: date
    agency: Named | None
    actions: tuple[ReportedAction, ...]
    matters: int
    unattended: tuple[Unattended, ...]

    def of_state(self, state: str) -> tuple[ReportedAction, ...]:
        """The actions that are open, done or dropped."""
        return tuple(action for action in self.actions if action.state == state)

    @property
    def overdue(self) -> tuple[ReportedAction, ...]:
        """The open actions past their due day, the longest first."""
        late = [action for action in self.actions if action.days_overdue]
        return tuple(sorted(late, key=lambda action: -action.days_overdue))

    @property
    def without_effect(self) -> tuple[ReportedAction, ...]:
        """The actions that were done, and of which nothing good is seen."""
        return tuple(action for action in self.actions if action.is_without_effect)


def actions_of(evaluation: Evaluation, agency: str | None = None) -> Actions:
    """The actions as of the day of an evaluation, those of one agency or all: as in the report on its period.

    Args:
        evaluation: The evaluation of a period.
        agency: The id of an agency: what it does, and what is to improve an indicator that concerns it.

    Raises:
        UnknownName: There is no such agency.
        ValueError: The evaluation has no period.
    """
    report = exception_report(evaluation, agency=agency)
    found = matters(report)
    return Actions(
        board=report.board,
        period=report.period.label,
        as_of=report.as_of,
        agency=report.agency,
        actions=report.actions or (),
        matters=len(found),
        unattended=tuple(_unattended(matter) for matter in found if not all(item.actions for item in matter.items)),
    )


def _unattended(matter: Matter) -> Unattended:
    """A matter by its exceptions without an action."""
    left = [item for item in matter.items if not item.actions]
    return Unattended(tuple(item.indicator for item in left), _groups(left[0]), matter.level)


def _groups(item: Item) -> tuple[str, ...]:
    """The groups that go up of an exception of groups alone."""
    raised = [group.name for outside in item.outside for group in outside.groups if group.escalate_to]
    return tuple(raised) if item.group_only else ()


def shown_periods(evaluation: Evaluation, action: str) -> tuple[Shown, ...]:
    """The periods by which an action is judged, with their values in words; none for one that cannot be judged."""
    framework = evaluation.framework
    for row in evaluation.actions.filter(id=action).iter_rows(named=True):
        periods = compared_periods(row, own_rows(evaluation), framework)
        indicator = framework.indicators.get(row["indicator"] or "")
        if indicator is not None:
            return tuple(Shown(p.label, show_value(p.value, indicator), p.after, p.left_out) for p in periods)
    return ()
