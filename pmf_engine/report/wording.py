"""The wording of reports: symbols, letters and short sentences, shared by all renderers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from pmf_engine.domain.marks import Mark
from pmf_engine.domain.status import Assurance, Direction, NoSignal, Signal, SpecialCause, Status
from pmf_engine.judgement.control_charts import CHARTS, LEAST, RUN, Chart
from pmf_engine.judgement.formatting import show_number, show_periods, show_status
from pmf_engine.report.model import Group, Item, Moved, OwnPeriod, Point, Raised, Recovered, Travel

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

ARROWS: Final[Mapping[str, str]] = {Direction.IMPROVING: "▲", Direction.WORSENING: "▼", Direction.UNCHANGED: "►"}
QUESTIONS: Final = {
    "quantity": "How much did we do?",
    "quality": "How well did we do it?",
    "outcome": "Is anyone better off?",
}
"""The question that each type of evidence answers (element 2)."""


def status_word(status: str) -> str:
    """A status as a word: in capitals where it calls for attention.

    >>> status_word("late"), status_word("not_due")
    ('LATE', 'not due')
    """
    word = show_status(status)
    return word if status in (Status.NOT_RATED, Status.NOT_DUE) else word.upper()


def value_words(item: Item) -> str:
    """The value with its unit: `43.9 per 10,000`."""
    if item.value is None:
        return "no value"
    return f"{item.shown} {item.unit}" if item.unit not in ("", "%") else item.shown


def parts_words(item: Item | Group) -> str:
    """The numerator and denominator of a value: `184 of 241`; empty for a value without these."""
    if item.value is None or item.numerator is None or item.denominator is None:
        return ""
    return f"{show_number(item.numerator)} of {show_number(item.denominator)}"


def travel_words(item: Item) -> str:
    """The direction of travel and the value before: `▼ worsening, from 81.3%`."""
    return _travel(item.travel, "from")


def year_ago_words(item: Item) -> str:
    """The direction since the same period of the year before: `▲ improving, year ago 72.6%`; empty without one."""
    return _travel(item.year_ago, "year ago") if item.year_ago and item.year_ago.direction else ""


def _travel(travel: Travel, since: str) -> str:
    """A direction of travel with its arrow, and the earlier value behind the word `since`.

    >>> _travel(Travel(Direction.WORSENING, "81.3%"), "from")
    '▼ worsening, from 81.3%'
    """
    arrow = f"{ARROWS[travel.direction]} {travel.direction}" if travel.direction else ""
    return ", ".join(part for part in (arrow, f"{since} {travel.then}" if travel.then else "") if part)


def lasting_words(item: Item) -> str:
    """The run of a status, or the status before: `red for 4 quarters, since 2015-16 Q4`."""
    months, word = item.period.cadence.months, show_status(item.status)
    length = show_periods(1, months).removeprefix("1 ")
    if item.run > 1:
        return f"{word} for {show_periods(item.run, months)}, since {item.since}"
    if item.previous is None or item.previous.status is None:
        return f"{word} in the first {length} on record"
    return f"{word} this {length}, {show_status(item.previous.status)} the {length} before"


def carried_words(point: Point) -> str:
    """The last status and value of an indicator without a value now.

    >>> carried_words(Point("2016-17 Q1", "red", 73.1, "73.1%"))
    'RED when last known, in 2016-17 Q1: 73.1%'
    """
    return f"{status_word(point.status or Status.NO_DATA)} when last known, in {point.period}: {point.shown}"


def rule_words(item: Item) -> str:
    """The rules that decide the level, and the other rules that hold."""
    also = "; ".join(rule for rule in item.rules if rule not in item.deciding)
    return "; ".join(item.deciding) + (f" (also: {also})" if also else "") if item.deciding else also


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
    """The status and value of a point.

    >>> point_words(Point("2016-17 Q1", "red", 34.1, "34.1%")), point_words(Point("2016-17 Q1", "late", None, ""))
    ('RED 34.1%', 'LATE')
    """
    return " ".join(part for part in (status_word(point.status or Status.NO_DATA), point.shown) if part)


# -- control charts and exceptions ------------------------------------------------------

_SIGNALS: Final[Mapping[tuple[str, int], str]] = {
    (Signal.OUTSIDE_LIMITS, 1): "above the upper limit of chance",
    (Signal.OUTSIDE_LIMITS, -1): "below the lower limit of chance",
    (Signal.TREND, 1): "{run} rising",
    (Signal.TREND, -1): "{run} falling",
    (Signal.TWO_OF_THREE, 1): "2 of 3 {each} close to the upper limit of chance or above it",
    (Signal.TWO_OF_THREE, -1): "2 of 3 {each} close to the lower limit of chance or below it",
    (Signal.SHIFT, 1): "{run} above the mean",
    (Signal.SHIFT, -1): "{run} below the mean",
}
_CAUSES: Final[Mapping[str | None, str]] = {
    SpecialCause.CONCERN: ", a concern",
    SpecialCause.IMPROVEMENT: ", an improvement",
    None: "",
}
_ASSURANCES: Final[Mapping[str, str]] = {
    Assurance.CONSISTENTLY: "will be met unless something changes",
    Assurance.BY_CHANCE: "will be met or missed by chance",
    Assurance.NEVER: "will not be met unless something changes",
}


def signal_words(chart: Chart | None, months: int) -> str:
    """The signal of a control chart and its special cause: `7 quarters rising, a concern`; empty without a signal."""
    if chart is None or chart.signal is None or chart.side is None:
        return ""
    run = show_periods(RUN, months)
    each = run.removeprefix(f"{RUN} ")
    return _SIGNALS[chart.signal, chart.side].format(run=run, each=each) + _CAUSES[chart.special_cause]


def no_signal_words(chart: Chart, months: int) -> str:
    """Why a control chart gives no signal: `only 8 quarters, and a control chart needs 12`."""
    points = show_periods(chart.points or 0, months)
    words: Mapping[str | None, str] = {
        NoSignal.TOO_FEW: f"only {points} with a value, and a control chart needs {LEAST}",
        NoSignal.GAP: f"only {points} since the gap in {chart.gap}, and a control chart needs {LEAST} without one",
        NoSignal.NO_VALUE: "there is no value",
        NoSignal.GRADE: "grades have no control chart",
        NoSignal.AD_HOC: "what is asked for ad hoc has no control chart",
        NoSignal.REBASED: f"only {points} since limits began anew in {chart.rebased}, and a chart needs {LEAST}",
        NoSignal.SUMS: "what adds up over several periods has no control chart, as its values are not independent",
        NoSignal.NOT_ASKED: "its tolerance asks for no control chart",
        None: "what varies is chance",
    }
    return words[chart.no_signal]


def chart_title(chart: Chart) -> str:
    """The name of the kind of a chart: `XmR`, `p′`, `u′`; empty without a chart."""
    return CHARTS[chart.chart].title if chart.chart else ""


def rebased_words(chart: Chart) -> str:
    """Where limits began anew, and why: `limits begin anew in 2018-19 Q1: new form`; empty without a rebase."""
    return f"limits begin anew in {chart.rebased}: {chart.rebased_because}" if chart.rebased else ""


def assurance_words(chart: Chart) -> str:
    """Whether the target will be met: `will be met or missed by chance`; empty without assurance."""
    return _ASSURANCES.get(chart.assurance or "", "")


def raised_words(raised: Raised, months: int) -> str:
    """The row that raised an exception, its level and its length: `2015-16 Q4, RED 34.1%, to the Board; 5 quarters`."""
    if raised.recovered is None and raised.periods == 1 and raised.months == months:
        return f"new this {show_periods(1, months).removeprefix('1 ')}"
    lasted = show_periods(raised.periods, raised.months)
    words = f"{raised.then.period}, {point_words(raised.then)}, to {raised.to.title}; {lasted}"
    return f"{words}; {moved_words(raised.moved)}" if raised.moved else words


def raised_in_words(periods: Sequence[OwnPeriod]) -> str:
    """The own periods with an exception within a longer period: `2016-17 Q1 RED 34.1%, to the Board`."""
    words = []
    for level, raised in groupby(periods, lambda own: own.to):
        parts = []
        for own in raised:
            groups = f"{len(own.groups)} of its groups" if len(own.groups) > 1 else "".join(own.groups)
            parts.append(f"{own.was.period} {groups or point_words(own.was)}")
        words.append(f"{', '.join(parts)}, to {level.title}")
    return "; ".join(words)


def moved_words(moved: Moved) -> str:
    """A change of tolerance.

    >>> moved_words(Moved("at most 20", "at most 35"))
    'the tolerance has changed since, from at most 20 to at most 35'
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


def charts_words(charts: Mapping[str, int]) -> str:
    """The outcomes of control charts.

    >>> charts_words({"signal": 4, "chance": 6, "grade": 2})
    '4 with a signal, 6 without; no chart for 2 of grades'
    """
    read = f"{charts.get('signal', 0):,} with a signal, {charts.get('chance', 0):,} without"
    reasons = {
        NoSignal.TOO_FEW: f"with fewer than {LEAST} periods",
        NoSignal.GAP: f"with a gap in the last {LEAST}",
        NoSignal.NO_VALUE: "without a value",
        NoSignal.GRADE: "of grades",
        NoSignal.AD_HOC: "asked for ad hoc",
        NoSignal.REBASED: f"begun anew less than {LEAST} periods ago",
        NoSignal.SUMS: "of sums over several periods",
        NoSignal.NOT_ASKED: "that no chart was asked for",
    }
    none = [f"{charts[reason]:,} {words}" for reason, words in reasons.items() if charts.get(reason)]
    return read + (f"; no chart for {', '.join(none)}" if none else "")
