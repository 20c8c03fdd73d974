"""The sentences on what has changed since an earlier report was saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from pmf_engine.judgement.formatting import show_date
from pmf_engine.report.item import Named, Point
from pmf_engine.report.rule_words import number_word
from pmf_engine.report.since import Cause, ResultChange, SinceReport
from pmf_engine.report.wording import level_of_one, level_word, point_words, show_phrase

CAUSES: Final[Mapping[str, tuple[str, str, str]]] = {
    Cause.REVISED: ("Revised figures", "result by revised figures", "results by revised figures"),
    Cause.DEFINITION: (
        "Changed yardsticks and definitions",
        "result by a changed yardstick",
        "results by changed yardsticks",
    ),
    Cause.RECEIVED: ("Newly received", "result by a new return", "results by new returns"),
    Cause.PASSED: ("Overdue since", "result overdue since", "results overdue since"),
}
"""By cause its heading, and the phrase for one result and for several."""

_COLUMNS: Final[Mapping[str, str]] = {
    "period": "its period",
    "numerator": "its counts",
    "denominator": "its counts",
    "lower": "its interval",
    "upper": "its interval",
    "reason": "the reason",
    "reason_kind": "the reason",
    "missing_inputs": "what is missing",
    "direction": "whether it is better or worse",
    "run": "for how long it has been so",
    "rules": "the rules that hold",
    "rule_ids": "the rules that hold",
    "marks": "what to know of it",
    "unit": "its unit",
    "owners": "who can mend it",
    "good_low": "what is good",
    "good_high": "what is good",
    "tolerance_low": "what is tolerable",
    "tolerance_high": "what is tolerable",
    "target": "its target",
}
"""The columns of results in words, but for those that a change shows itself: value, status and level."""


def saved_words(since: SinceReport) -> str:
    """The earlier report and what has become of its exceptions: `26 exceptions then, 23 for Q3 as now known`."""
    then = show_phrase(since.then, "exception", "exceptions")
    period = since.period.label.rpartition(" ")[2]
    return f"the report of {_day(since.as_of)}: {then} then, {since.now:,} for {period} as now known"


def _day(day: date) -> str:
    """A day without its year, which the page names.

    >>> _day(date(2017, 2, 28))
    '28 February'
    """
    return show_date(day).rpartition(" ")[0]


def causes_words(since: SinceReport) -> str:
    """How many results differ, by cause: `4 results by revised figures, 1 result by a new return`."""
    parts = [show_phrase(len(since.by(cause)), *CAUSES[cause][1:]) for cause in Cause if since.by(cause)]
    return ", ".join(parts) or "no result differs"


def levels_words(since: SinceReport) -> Iterator[str]:
    """For each level with a change, how many exceptions it had and has: `ten with the Board then, two as now known`."""
    for level in since.levels:
        if level.then != level.now:
            then, now = number_word(level.then), number_word(level.now)
            yield f"{since.period.label}: {then} with {level_word(level.level)} then, {now} as now known"


def change_title(change: ResultChange) -> str:
    """The indicator of a change, with its group."""
    return f"{change.indicator.title}, {change.group}" if change.group else change.indicator.title


def change_words(change: ResultChange) -> str:
    """A change in a clause: `red 65.0% then, amber 76.0% now; with the Board then, with nobody now`."""
    if change.then is None or change.now is None:
        now, then = ("", change.then) if change.now is None else (change.now, "")
        if isinstance(now, Point):
            return f"was not reported; {point_words(now)} now"
        return f"{point_words(then)} then; not reported now" if isinstance(then, Point) else ""
    parts = []
    if point_words(change.then) != point_words(change.now):
        parts.append(f"{point_words(change.then)} then, {point_words(change.now)} now")
    if change.to_then != change.to_now:
        parts.append(f"with {_body(change.to_then)} then, with {_body(change.to_now)} now")
    others = _others(change.columns)
    if others and not parts:
        parts.append(f"{point_words(change.now)} as before, but {others}")
    elif not parts:
        parts.append(f"{point_words(change.now)} as before when rounded")
    return "; ".join(parts)


def _body(level: Named | None) -> str:
    return level_of_one(level) if level else "nobody"


def _others(columns: Sequence[str]) -> str:
    """The columns that differ, but for those that a change shows itself, in words."""
    words = list(dict.fromkeys(_COLUMNS[column] for column in columns if column in _COLUMNS))
    if not words:
        return ""
    rest = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"{rest} {'differs' if len(words) == 1 and words[0] != 'the rules that hold' else 'differ'}"
