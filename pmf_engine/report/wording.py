"""The words of reports: statuses, values, travel and groups as a reader says them, shared by all renderings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from pmf_engine.domain.marks import Mark
from pmf_engine.domain.status import Direction, Status
from pmf_engine.judgement.formatting import show_count, show_number, show_periods, show_status
from pmf_engine.report.item import Group, Item, Moved, Named, Outside, OwnPeriod, Point, Raised
from pmf_engine.report.model import GroupsOver, Recovered

MARKS: Final[Mapping[str, str]] = {
    Status.RED: "■", Status.AMBER: "◆", Status.GREEN: "●", Status.NOT_RATED: "○", Status.LATE: "!",
    Status.NO_DATA: "?", Status.SUPPRESSED: "~", Status.UNDEFINED: "÷", Status.INVALID: "x", Status.NOT_DUE: "·",
}  # fmt: skip
"""A symbol for each status, so that colour is never the only sign."""

LETTERS: Final[Mapping[str | None, str]] = {
    Status.RED: "R",
    Status.AMBER: "A",
    Status.GREEN: "G",
    Status.NOT_RATED: "-",
    Status.LATE: "L",
    Status.NOT_DUE: "·",
    None: "·",
}
"""A letter for each status in a line of periods; all other statuses have `?`."""

QUESTIONS: Final = {
    "quantity": "How much did we do?",
    "quality": "How well did we do it?",
    "outcome": "Is anyone better off?",
}
"""The question that each type of evidence answers (element 2)."""

_WORDS: Final[Mapping[str, str]] = {
    Status.INVALID: "query", Status.SUPPRESSED: "withheld", Status.NO_DATA: "no data", Status.UNDEFINED: "none",
    Status.NOT_RATED: "no rating", Status.NOT_DUE: "not due",
}  # fmt: skip
_TRAVEL: Final[Mapping[str, str]] = {
    Direction.IMPROVING: "better", Direction.WORSENING: "worse", Direction.UNCHANGED: "no change",
}  # fmt: skip
_BODIES: Final = {"board", "sub-committee", "committee", "subgroup", "group", "executive", "panel", "partnership"}


def status_word(status: str) -> str:
    """A status as a word: in capitals where it calls for attention.

    >>> status_word("late"), status_word("invalid"), status_word("not_due")
    ('LATE', 'QUERY', 'not due')
    """
    word = plain_status(status)
    return word if status in (Status.NOT_RATED, Status.NOT_DUE) else word.upper()


def plain_status(status: str) -> str:
    """A status as a word within a sentence.

    >>> plain_status("red"), plain_status("suppressed")
    ('red', 'withheld')
    """
    return _WORDS.get(status, show_status(status))


def level_word(level: Named) -> str:
    """The short name of a level of governance for several exceptions: the kind of body that it is, or its own title.

    >>> level_word(Named("board", "Essex Safeguarding Children Board")), level_word(Named("lead", "Lead agency"))
    ('the Board', 'lead agencies')
    """
    is_agency = level.title.lower().endswith(" agency")
    return f"{level.title[:1].lower()}{level.title[1:-1]}ies" if is_agency else level_of_one(level)


def level_of_one(level: Named) -> str:
    """The short name of a level of governance for one exception, whose lead agency is one.

    >>> level_of_one(Named("board", "Essex Safeguarding Children Board")), level_of_one(Named("lead", "Lead agency"))
    ('the Board', 'the lead agency')
    """
    last = level.title.rpartition(" ")[2]
    name = last if last.lower() in _BODIES else level.title
    return f"the {name if name.lower() == 'board' else name[:1].lower() + name[1:]}"


def value_words(item: Item) -> str:
    """The value with its unit: `43.9 per 10,000`; `no figure` without one."""
    if item.value is None:
        return "no figure"
    return f"{item.shown} {item.unit}" if item.unit not in ("", "%") else item.shown


def parts_words(item: Item | Group) -> str:
    """The numerator and denominator of a value: `184 of 241`; empty for a value without these."""
    if item.value is None or item.numerator is None or item.denominator is None:
        return ""
    return f"{show_number(item.numerator)} of {show_number(item.denominator)}"


def direction_words(direction: str, then: str, now: str) -> str:
    """A direction of travel between two values as they are shown; one that moved need be neither better nor worse.

    >>> direction_words("unchanged", "21.0%", "21.0%"), direction_words("unchanged", "206.3", "222.6")
    ('no change', 'neither better nor worse')
    """
    has_moved = direction == Direction.UNCHANGED and then and then != now
    return "neither better nor worse" if has_moved else _TRAVEL[direction]


def arrow_words(item: Item) -> str:
    """Better or worse, with an arrow the way the number went: `↓ worse`; empty where it is not known."""
    if item.direction is None:
        return ""
    word = direction_words(item.direction, item.travel.then, item.shown)
    before = item.previous.value if item.previous else None
    if item.value is None or before is None or word == _TRAVEL[Direction.UNCHANGED]:
        return word
    return f"{'↑' if item.value > before else '↓'} {word}"


def length_word(months: int) -> str:
    """The name of a period of a length.

    >>> length_word(3), length_word(12)
    ('quarter', 'year')
    """
    return show_periods(1, months).removeprefix("1 ")


def travel_words(item: Item) -> str:
    """The directions of travel: `worse than last quarter (72.6%) and than a year ago (75.7%)`; empty without any."""
    parts = []
    for travel, when in (
        (item.travel, f"last {length_word(item.period.cadence.months)}"),
        (item.year_ago, "a year ago"),
    ):
        if travel is None or (travel.direction is None and not travel.then):
            continue
        then = f" ({travel.then})" if travel.then else ""
        if travel.direction is None:
            parts.append(f"{travel.then} {when}")
        else:
            word = direction_words(travel.direction, travel.then, item.shown)
            parts.append(f"{word} {'since' if word == _TRAVEL[Direction.UNCHANGED] else 'than'} {when}{then}")
    if len(parts) == 2 and parts[0].partition(" ")[0] == parts[1].partition(" ")[0] in ("better", "worse"):
        return f"{parts[0]} and {parts[1].partition(' ')[2]}"
    return ", ".join(parts)


def lasting_words(item: Item) -> str:
    """The run of a status, or the status before: `red for 4 quarters, since 2015-16 Q4`."""
    months, word = item.period.cadence.months, plain_status(item.status)
    length = length_word(months)
    if item.run > 1:
        return f"{word} for {show_periods(item.run, months)}, since {item.since}"
    if item.previous is None or item.previous.status is None:
        return f"{word} in the first {length} on record"
    return f"{word} this {length}, {plain_status(item.previous.status)} the {length} before"


def reason_words(item: Item) -> str:
    """Why an item has no value, in a sentence with its numbers."""
    if item.status == Status.UNDEFINED:
        return "None in the period, so there is nothing to divide by."
    numbers = item.numerator, item.denominator
    if item.status == Status.INVALID and None not in numbers and (numbers[0] or 0) > (numbers[1] or 0):
        part, whole = show_number(numbers[0] or 0), show_number(numbers[1] or 0)
        return f"{part} are counted of only {whole}: a part cannot be larger than its whole."
    return sentence(item.reason or "")


def sentence(words: str) -> str:
    """Words as a sentence.

    >>> sentence("it came late")
    'It came late.'
    """
    ended = words if words.endswith((".", "?", "!")) else f"{words}."
    return ended[:1].upper() + ended[1:] if words else ""


def carried_words(point: Point) -> str:
    """The last status and value of an indicator without a value now.

    >>> carried_words(Point("2016-17 Q1", "red", 73.1, "73.1%"))
    'red when last known, in 2016-17 Q1: 73.1%'
    """
    return f"{plain_status(point.status or Status.NO_DATA)} when last known, in {point.period}: {point.shown}"


def because_words(item: Item) -> str:
    """The rules that send an exception up, without those that others imply: `red three quarters running`."""
    rules = [words for words in item.because if not any(o.startswith(f"{words} ") for o in item.because)]
    return "; ".join(rules) + (f" (in {and_words(item.because_of)})" if item.because_of else "")


def gap_words(item: Item) -> str:
    """How many more or fewer would be tolerable, and good: `20 more would be tolerable, 92 more good`."""
    gap = item.shortfall
    if gap is None or gap.good is None:
        return ""
    change = "more" if gap.more else "fewer"
    if gap.tolerable is None:
        return f"{gap.good:,} {change} would be good"
    return f"{gap.tolerable:,} {change} would be tolerable, {gap.good:,} {change} good"


def and_words(names: Sequence[str], most: int = 4) -> str:
    """Names in a row, at most some of them.

    >>> and_words(["a", "b", "c"]), and_words(["a", "b", "c", "d", "e", "f"])
    ('a, b and c', 'a, b, c, d and 2 more')
    >>> and_words(["Health, by the trusts", "Police"])
    'Health, by the trusts; and Police'
    """
    shown = list(names[:most])
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest:,} more")
    if len(shown) < 2:
        return "".join(shown)
    separator, last = ("; ", "; and ") if any(", " in name for name in shown) else (", ", " and ")
    return f"{separator.join(shown[:-1])}{last}{shown[-1]}"


def group_words(group: Group, months: int) -> str:
    """A group with its value, parts, run, interval and marks: `Basildon 75.0% (3 of 4; 2 quarters)`.

    A group that looks better now than when its exception was raised has the row that raised it, in place of run and
    interval.
    """
    notes = [show_periods(group.run, months) if group.run > 1 else ""]
    notes.append(f"allowing for chance, {group.interval}" if group.by_interval else "")
    if group.raised and (group.raised.recovered or _eases(group.status, group.raised.then.status)):
        notes = [f"raised {group.raised.then.period}, {point_words(group.raised.then)}"]
        notes.append(moved_words(group.raised.moved) if group.raised.moved else "")
    notes = [parts_words(group), *notes, marks_words(group.marks)]
    noted = "; ".join(note for note in notes if note)
    return " ".join(part for part in (group.name, group.shown, f"({noted})" if noted else "") if part)


def groups_words(outside: Outside | GroupsOver, months: int) -> list[tuple[str, str]]:
    """The groups of a breakdown by status, in the order that they stand in: the status, and the groups in words."""
    statuses = dict.fromkeys(group.status for group in outside.groups)
    return [
        (status, ", ".join(group_words(group, months) for group in outside.groups if group.status == status))
        for status in statuses
    ]


def where_words(outside: Outside | GroupsOver) -> str:
    """How many groups of a breakdown are in question: `District, 2 of 12`; `District, all 12`."""
    count = len(outside.groups)
    return f"{outside.by.title}, {f'all {count:,}' if count == outside.of else f'{count:,} of {outside.of:,}'}"


def _eases(now: str, then: str | None) -> bool:
    """Whether a status looks better than the status that was raised, or hides that.

    >>> _eases("amber", "red"), _eases("late", "red"), _eases("red", "amber")
    (True, True, False)
    """
    return now != then and now != Status.RED


def marks_words(marks: Iterable[Mark]) -> str:
    """The marks of a value by kind: `revised: `12 [r]` in `x.csv` row 5 was revised`."""
    kinds: dict[str, list[str]] = {}
    for mark in marks:
        kinds.setdefault(mark.kind.replace("_", " "), []).append(mark.text)
    return "; ".join(f"{kind}: {', '.join(texts)}" for kind, texts in kinds.items())


def point_words(point: Point) -> str:
    """The status and value of a point within a sentence.

    >>> point_words(Point("2016-17 Q1", "red", 34.1, "34.1%")), point_words(Point("2016-17 Q1", "late", None, ""))
    ('red 34.1%', 'late')
    """
    return " ".join(part for part in (plain_status(point.status or Status.NO_DATA), point.shown) if part)


def raised_words(raised: Raised, months: int) -> str:
    """The row that raised an exception, its level and its length, as a clause."""
    if raised.recovered is None and raised.periods == 1 and raised.months == months:
        return f"new this {length_word(months)}"
    words = f"first raised {raised.then.period}, {point_words(raised.then)}, with {level_of_one(raised.to)}"
    words += f"; an exception for {show_periods(raised.periods, raised.months)}"
    return f"{words}; {moved_words(raised.moved)}" if raised.moved else words


def raised_in_words(periods: Sequence[OwnPeriod]) -> str:
    """The own periods with an exception within a longer period: `2016-17 Q1 red 34.1%, to the Board`."""
    words = []
    for level, raised in groupby(periods, lambda own: own.to):
        parts = []
        for own in raised:
            groups = f"{len(own.groups)} of its groups" if len(own.groups) > 1 else "".join(own.groups)
            parts.append(f"{own.was.period} {groups or point_words(own.was)}")
        words.append(f"{', '.join(parts)}, to {level_of_one(level)}")
    return "; ".join(words)


def moved_words(moved: Moved) -> str:
    """A change of tolerance.

    >>> moved_words(Moved("20 or less", "35 or less"))
    'the tolerance has changed since, from 20 or less to 35 or less'
    """
    return f"the tolerance has changed since, from {moved.then} to {moved.now}"


def over_words(recovered: Recovered) -> list[str]:
    """A recovery: the row before it, the length of the exception, and the change of tolerance."""
    words = [f"was {point_words(recovered.then)} in {recovered.then.period}"]
    if recovered.raised:
        words.append(f"an exception from {recovered.raised.then.period} until {recovered.raised.recovered}")
    if len(recovered.raised_in) > 1:
        words.append(f"raised in {raised_in_words(recovered.raised_in)}")
    return [*words, moved_words(recovered.moved)] if recovered.moved else words


_DECIDED: Final[Mapping[str, str]] = {Status.RED: ": red all the same", Status.AMBER: ": amber, not red"}


def interval_words(item: Item) -> str:
    """The interval, where a tolerance allows for chance: `allowing for chance, 10.9% to 25.5%: amber, not red`."""
    if not item.allow_for_chance or item.value is None:
        return ""
    if not item.interval:
        return "allowing for chance, without an interval"
    decided = _DECIDED.get(item.status, "") if item.by_interval else ""
    return f"allowing for chance, {item.interval}{decided}"


def problems_words(kinds: Mapping[str, int], severities: Mapping[str, int]) -> str:
    """What is wrong with submissions, by name where it has one: `1 figure replaced, 2 values refused`."""
    named = [show_phrase(count, *_PROBLEMS[kind]) for kind, count in kinds.items() if kind in _PROBLEMS]
    rest = [show_phrase(count, *_SEVERITIES[severity]) for severity, count in severities.items() if count]
    return ", ".join((*named, *rest))


def show_phrase(count: int, singular: str, plural: str) -> str:
    """A number with the phrase for it.

    >>> show_phrase(1, "figure replaced", "figures replaced")
    '1 figure replaced'
    """
    return f"{count:,} {singular if count == 1 else plural}"


_PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "superseded": ("figure replaced", "figures replaced"),
    "whole-differs": ("total unlike the sum of its parts", "totals unlike the sums of their parts"),
    "decimal-slip": ("figure ten times as large or small", "figures ten times as large or small"),
    "arrival-unknown": ("file that came on an unknown day", "files that came on unknown days"),
}
NAMED_PROBLEMS: Final = frozenset(_PROBLEMS)
"""The kinds of problems that have a name of their own in `problems_words`."""

_SEVERITIES: Final[Mapping[str, tuple[str, str]]] = {
    "lost": ("value refused", "values refused"),
    "doubt": ("in doubt", "in doubt"),
    "note": ("note", "notes"),
}


def plural(title: str) -> str:
    """The plural of a breakdown's title within a sentence.

    >>> plural("District"), plural("Agency")
    ('districts', 'agencies')
    """
    word = title[:1].lower() + title[1:]
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def be(count: int, of: int | None = None) -> str:
    """The verb for a number of things, or for a part of so many.

    >>> be(1), be(0), be(1, 3), be(0, 1), be(2, 2)
    ('is', 'are', 'is', 'is', 'are')
    """
    return "is" if 1 in (count, of) else "are"


def counted(count: int, thing: str) -> str:
    """A number with its noun, `no` for none.

    >>> counted(0, "matter"), counted(2, "matter")
    ('no matters', '2 matters')
    """
    return show_count(count, thing) if count else f"no {thing}s"
