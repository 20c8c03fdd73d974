"""An action for readers: who does what by when, what its indicator did since, and both in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pmf_engine.domain.status import Expected, NoChange, Verdict
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.judgement.formatting import show_count, show_date, show_rounded, show_value
from pmf_engine.report.item import Named, ReportedAction


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
        return f"{action.id} {action.text}{of}, {action.owner or 'no owner'}: {done}; {verdict_words(action)}."
    due = f"due {show_date(action.due_on)}" if action.due_on else "no day by which it is due"
    late = f", {show_count(action.days_overdue, 'day')} overdue" if action.days_overdue else ""
    return f"{action.id} {action.text}{of}, {action.owner or 'no owner'}: open, {due}{late}."


_MOVED_NO_MORE: Final = "moved no more than before"
"""The words for a value that moved, but no more than it moved before: `no change seen` would be misread."""

_VERDICTS: Final = (Verdict.BETTER, _MOVED_NO_MORE, *(verdict for verdict in Verdict if verdict != Verdict.BETTER))


def verdict_words(action: ReportedAction) -> str:
    """What the indicator of an action did since, in few words."""
    is_moved = action.verdict == Verdict.NO_CHANGE and action.reason in (NoChange.AS_BEFORE, NoChange.WITHIN)
    return _MOVED_NO_MORE if is_moved else action.verdict


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
    verdicts = Counter(verdict_words(action) for action in actions if action.state == "done")
    parts = [f"{counts['open']} open{f' ({overdue} overdue)' if overdue else ''}"]
    told = ", ".join(f"{verdicts[words]:,} {words}" for words in _VERDICTS if verdicts[words])
    parts.append(f"{counts['done']} done" + (f"; effect: {told}" if told else ""))
    return ", ".join(parts)
