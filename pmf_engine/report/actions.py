"""What was agreed, whether it was done, and what its indicator did since; the exceptions without an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pmf_engine.domain.status import Expected, Verdict
from pmf_engine.evaluation.actions import compared_periods
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.evaluated import own_rows
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.judgement.formatting import show_count, show_date, show_number, show_rounded, show_value
from pmf_engine.report.item import Named, ReportedAction


@dataclass(frozen=True)
class Unattended:
    """An exception without an action: the indicator, its groups or none for the whole, and its level of governance."""

    indicator: Named
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
        exceptions: How many exceptions there are: an indicator with its groups is one.
        unattended: Those without an action.
    """

    board: str
    period: str
    as_of: date
    agency: Named | None
    actions: tuple[ReportedAction, ...]
    exceptions: int
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
    """The actions as of the day of an evaluation, of one agency or of all.

    Args:
        evaluation: The evaluation of a period.
        agency: The id of an agency: what it does, and what is to improve an indicator that it leads.

    Raises:
        UnknownName: There is no such agency.
    """
    framework = evaluation.framework
    led = framework.led_by(agency) if agency is not None else ()
    rows = list(evaluation.actions.iter_rows(named=True))
    shown = [row for row in rows if agency is None or row["agency"] == agency or row["indicator"] in led]
    groups = _exceptions(evaluation, None if agency is None else led)
    attended = {row["indicator"] for row in rows if row["state"] != "dropped"}
    left = tuple(each for each in groups if each.indicator.id not in attended)
    return Actions(
        board=framework.board.name,
        period="" if evaluation.period is None else evaluation.period.label,
        as_of=evaluation.as_of,
        agency=None if agency is None else Named(agency, framework.agencies[agency].name),
        actions=tuple(reported_action(row, framework, evaluation.as_of) for row in shown),
        exceptions=len(groups),
        unattended=left,
    )


def shown_periods(evaluation: Evaluation, action: str) -> tuple[Shown, ...]:
    """The periods by which an action is judged, with their values in words; none for one that cannot be judged."""
    framework = evaluation.framework
    for row in evaluation.actions.filter(id=action).iter_rows(named=True):
        periods = compared_periods(row, own_rows(evaluation), framework)
        indicator = framework.indicators.get(row["indicator"] or "")
        if indicator is not None:
            return tuple(Shown(p.label, show_value(p.value, indicator), p.after, p.left_out) for p in periods)
    return ()


def _exceptions(evaluation: Evaluation, led: Sequence[str] | None) -> list[Unattended]:
    """The exceptions of an evaluation, one for each indicator, highest first; of some indicators or of all."""
    framework = evaluation.framework
    groups: dict[str, list[str]] = {}
    levels: dict[str, str] = {}
    columns = ("indicator", "by", "group", "escalate_to")
    for indicator, by, group, level in evaluation.exceptions.select(columns).iter_rows():
        if led is None or indicator in led:
            name = framework.agencies[group].name if by == "agency" and group in framework.agencies else group
            groups.setdefault(indicator, []).extend([] if group is None else [name])
            levels.setdefault(indicator, level)
    wholes = set(evaluation.exceptions.filter(pl.col("group").is_null())["indicator"])
    return [
        Unattended(
            Named(id_, framework.indicators[id_].title),
            () if id_ in wholes else tuple(names),
            Named(levels[id_], framework.governance[levels[id_]]),
        )
        for id_, names in groups.items()
    ]


def reported_action(row: Mapping[str, Any], framework: Framework, as_of: date) -> ReportedAction:
    """An action for readers, from a row of `JUDGED_ACTIONS`."""
    indicator = framework.indicators.get(row["indicator"] or "")
    agency = framework.agencies.get(row["agency"] or "")
    return ReportedAction(
        id=row["id"],
        text=row["action"],
        indicator=None if indicator is None else Named(indicator.id, indicator.title),
        group=row["group"],
        agency=None if agency is None else Named(agency.id, agency.name),
        owner=row["owner"],
        agreed_on=row["agreed_on"],
        due_on=row["due_on"],
        done_on=row["done_on"],
        state=row["state"],
        days_overdue=(as_of - row["due_on"]).days if row["overdue"] else 0,
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        comparison="" if indicator is None else _comparison(row, indicator),
        beside=() if indicator is None else tuple(_beside(row, indicator)),
        expects=_expects(row),
        expected=None if row["expected"] is None else Expected(row["expected"]),
        lesson=row["lesson"],
        became=row["became"],
        shared_with=row["shared_with"],
        evidence=row["evidence"],
    )


def _comparison(row: Mapping[str, Any], indicator: Indicator) -> str:
    """The values before and after, and the interval of the change, in words; empty where nothing was compared."""
    if row["change"] is None or row["before"] is None or row["after"] is None:
        return ""
    before, after = (show_value(row[name], indicator) for name in ("before", "after"))
    ends = f"{_number(row['change_lower'], indicator)} to {_number(row['change_upper'], indicator)}"
    sides = f"{before} in {row['periods_before']} periods before, {after} in {row['periods_after']} after"
    if indicator.is_share:
        return f"{sides}: {_number(row['change'], indicator)} points, {ends}"
    if indicator.ratio is not None:
        return f"{sides}: {show_rounded(row['change'], 2)} times, {_times(row)}"
    return f"{sides}: {_number(row['change'], indicator)}, {ends}"


def _times(row: Mapping[str, Any]) -> str:
    """The interval of a ratio, in words."""
    return " to ".join(
        "any number" if row[name] == float("inf") else show_rounded(row[name], 2)
        for name in ("change_lower", "change_upper")
    )


def _number(value: float | None, indicator: Indicator) -> str:
    """A difference with its sign."""
    shown = show_rounded(value or 0.0, max(indicator.places, 1))
    return shown if shown.startswith("-") else f"+{shown}"


_MOVING = {1: "It was already getting better before.", -1: "It was getting worse before."}


def _beside(row: Mapping[str, Any], indicator: Indicator) -> list[str]:
    """What to know beside a verdict: was it moving or at its worst, what else was done, how did untouched groups do."""
    sentences = [_MOVING[row["was_moving"]]] if row["was_moving"] else []
    if row["at_worst"]:
        sentences.append("It was at its worst in the year before; what is at its worst tends back by itself.")
    if row["what_else"]:
        sentences.append(f"For the same children at the time: {', '.join(row['what_else'])}.")
    if row["untouched"] and row["untouched_before"] is not None and row["untouched_after"] is not None:
        before, after = (show_value(row[f"untouched_{side}"], indicator) for side in ("before", "after"))
        names = ", ".join(row["untouched"]) if len(row["untouched"]) <= 3 else f"{len(row['untouched'])} others"
        sentences.append(f"Where nothing was done ({names}) it went from {before} to {after}.")
    return sentences


def _expects(row: Mapping[str, Any]) -> str:
    """The value to reach and by when, in words."""
    if row["expected_value"] is None:
        return ""
    by = f" by {row['expected_by']}" if row["expected_by"] else ""
    return f"{row['expected_value']}{by}"


def action_words(action: ReportedAction) -> str:
    """An action in a line: who does what, how far it is, and what its indicator did since."""
    of = f" ({action.group})" if action.group else ""
    if action.state == "done":
        done = f"done {show_date(action.done_on)}" if action.done_on else "done"
        return f"{action.id} {action.text}{of}, {action.owner or 'no owner'}: {done}; {action.verdict}."
    due = f"due {show_date(action.due_on)}" if action.due_on else "no day by which it is due"
    late = f", {show_count(action.days_overdue, 'day')} overdue" if action.days_overdue else ""
    return f"{action.id} {action.text}{of}, {action.owner or 'no owner'}: open, {due}{late}."


def expected_words(action: ReportedAction) -> str:
    """What is expected of an action in a line; empty where nothing is."""
    if not action.expects:
        return ""
    agreed = f" (agreed {show_date(action.agreed_on)})" if action.agreed_on else ""
    return f"{action.id} {action.expects}{agreed}{f': {action.expected}' if action.expected else ''}."


def count_words(actions: Sequence[ReportedAction]) -> str:
    """How many actions there are: `3 open (1 overdue), 2 done; effect: 1 better since, 1 too early`."""
    if not actions:
        return "none agreed"
    counts = {state: sum(action.state == state for action in actions) for state in ("open", "done", "dropped")}
    overdue = sum(action.days_overdue > 0 for action in actions)
    verdicts = {verdict: sum(a.state == "done" and a.verdict == verdict for a in actions) for verdict in Verdict}
    parts = [f"{counts['open']} open{f' ({overdue} overdue)' if overdue else ''}"]
    told = ", ".join(f"{show_number(count)} {verdict}" for verdict, count in verdicts.items() if count)
    parts.append(f"{counts['done']} done" + (f"; effect: {told}" if told else ""))
    return ", ".join(parts)
