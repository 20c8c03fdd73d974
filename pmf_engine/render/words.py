"""What every face of a report says in the same words: marks, letters, and short sentences."""

from __future__ import annotations

from typing import Final

from pmf_engine.display import show_number, show_periods, show_status
from pmf_engine.report import Group, Item, Point
from pmf_engine.statuses import (
    AMBER,
    GREEN,
    IMPROVING,
    INVALID,
    LATE,
    NO_DATA,
    NOT_DUE,
    NOT_RATED,
    RED,
    SUPPRESSED,
    UNCHANGED,
    UNDEFINED,
    WORSENING,
)

MARKS: Final = {
    RED: "■", AMBER: "◆", GREEN: "●", NOT_RATED: "○", LATE: "!",
    NO_DATA: "?", SUPPRESSED: "~", UNDEFINED: "÷", INVALID: "x", NOT_DUE: "·",
}  # fmt: skip
"""A shape for each status, so that none is told by colour alone."""

LETTERS: Final = {RED: "R", AMBER: "A", GREEN: "G", NOT_RATED: "-", LATE: "L", NOT_DUE: "·", None: "·"}
"""A letter for each status, `?` for those not here, for a line of periods."""

ARROWS: Final = {IMPROVING: "▲", WORSENING: "▼", UNCHANGED: "►"}
QUESTIONS: Final = {
    "quantity": "How much did we do?",
    "quality": "How well did we do it?",
    "outcome": "Is anyone better off?",
}
"""What each type of evidence answers (element 2)."""


def status_word(status: str) -> str:
    """A status as a word: in capitals what asks to be seen."""
    word = show_status(status)
    return word if status in (NOT_RATED, NOT_DUE) else word.upper()


def value_words(item: Item) -> str:
    """The value with its unit: `43.9 per 10,000`."""
    if item.value is None:
        return "no value"
    return f"{item.shown} {item.unit}" if item.unit not in ("", "%") else item.shown


def parts_words(item: Item) -> str:
    """What the value was made of: `184 of 241`; empty where it was not made of two numbers."""
    if item.value is None or item.numerator is None or item.denominator is None:
        return ""
    return f"{show_number(item.numerator)} of {show_number(item.denominator)}"


def travel_words(item: Item) -> str:
    """The direction of travel and where from: `▼ worsening, from 81.3%`."""
    arrow = f"{ARROWS[item.direction]} {item.direction}" if item.direction else ""
    before = f"from {item.previous.shown}" if item.value is not None and item.previous and item.previous.shown else ""
    return ", ".join(part for part in (arrow, before) if part)


def lasting_words(item: Item) -> str:
    """How long it has been so, and what it was before: `red for 4 quarters, since 2015-16 Q4`."""
    months, word = item.period.clock.months, show_status(item.status)
    length = show_periods(1, months).removeprefix("1 ")
    if item.run > 1:
        return f"{word} for {show_periods(item.run, months)}, since {item.since}"
    if item.previous is None or item.previous.status is None:
        return f"{word} in the first {length} on record"
    return f"{word} this {length}, {show_status(item.previous.status)} the {length} before"


def carried_words(point: Point) -> str:
    """What an indicator without a value last was: `RED when last known, in 2016-17 Q1: 73.1%`."""
    return f"{status_word(point.status or NO_DATA)} when last known, in {point.period}: {point.shown}"


def rule_words(item: Item) -> str:
    """The rules that decide the level, and the others that hold."""
    also = "; ".join(rule for rule in item.rules if rule not in item.deciding)
    return "; ".join(item.deciding) + (f" (also: {also})" if also else "") if item.deciding else also


def group_words(group: Group, months: int) -> str:
    """A group, its value and how long it has been so: `Basildon 61.0% (2 quarters)`."""
    lasting = f"({show_periods(group.run, months)})" if group.run > 1 else ""
    return " ".join(part for part in (group.name, group.shown, lasting) if part)
