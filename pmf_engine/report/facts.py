"""The facts of one exception in reading order, each a label and sentences: what all renderings print of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_date, show_periods
from pmf_engine.report.chart_words import assurance_words, no_signal_words, signal_words
from pmf_engine.report.item import Comment, Compared, Item, Point
from pmf_engine.report.matters import Matter, MatterKind
from pmf_engine.report.reported_action import action_words, expected_words
from pmf_engine.report.scored_twice_words import scored_twice_words
from pmf_engine.report.wording import (
    and_words,
    because_words,
    carried_words,
    gap_words,
    groups_words,
    interval_words,
    lasting_words,
    level_of_one,
    marks_words,
    parts_words,
    plain_status,
    plural,
    raised_in_words,
    raised_words,
    reason_words,
    sentence,
    travel_words,
    value_words,
    where_words,
)

TREND = "Trend"
"""The label of the fact beside which a renderer draws the last periods."""


_LISTS = ("Where", "Agency", "Action", "Expected", "Compared", "Holds up", "Owed by")


class Fact(NamedTuple):
    """A fact: a label of one word or two and its sentences."""

    label: str
    sentences: tuple[str, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The sentences as they are printed: a list keeps each on a line of its own."""
        return self.sentences if self.label in _LISTS else (" ".join(self.sentences),)


def matter_facts(matter: Matter) -> list[Fact]:
    """The facts of a matter: those of its first exception, what else waits, what is asked, and who can mend it."""
    facts = item_facts(matter.first)
    if len(matter.items) > 1:
        facts.append(Fact("Holds up", tuple(item.indicator.title for item in matter.items)))
    for agency in matter.late:
        owed = tuple(f"{late.figure.title}, {late.period}, due {show_date(late.due)}" for late in agency.returns)
        facts.append(Fact("Owed by", (f"{agency.agency.title}: {'; '.join(owed)}",)))
    return [
        *facts,
        Fact("Ask", tuple(sentence(ask) for ask in matter.asks)),
        Fact("Owner", (and_words(matter.owners),)),
    ]


def matter_head(matter: Matter) -> str:
    """What a reader must know of a matter before its facts: that only groups are meant, and how the whole is."""
    item = matter.first
    if matter.kind != MatterKind.GROUPS:
        return ""
    raised = [(sum(g.escalate_to is not None for g in outside.groups), outside) for outside in item.outside]
    where = and_words([f"{count} of {outside.of} {plural(outside.by.title)}" for count, outside in raised if count])
    whole = f"the whole is {plain_status(item.status)}" + (f" at {item.shown}" if item.shown else "")
    return f"in {where}; {whole}"


def shown_words(point: Point) -> str:
    """The value of a point as it is shown, or that there is none.

    >>> shown_words(Point("2016-17 Q1", "suppressed", None, "")), shown_words(Point("2016-17 Q1", "late", None, ""))
    ('withheld', 'no figure')
    """
    return point.shown or (plain_status(point.status) if point.status == Status.SUPPRESSED else "no figure")


def item_facts(item: Item) -> list[Fact]:
    """The facts of an indicator: those that are absent have no line, but for comparison and the agency's words."""
    facts = [Fact("Now", tuple(_now(item)))]
    if item.scored_twice:
        facts.append(Fact("Scored", (scored_twice_words(item.scored_twice),)))
    if gap := gap_words(item):
        facts.append(Fact("Gap", (sentence(gap),)))
    facts += [Fact(TREND, tuple(_trend(item))), Fact("Chance", tuple(_chance(item)))]
    facts.append(Fact("Compared", tuple(map(_compared, item.compared)) or ("No figure to compare with.",)))
    facts.append(Fact("Where", tuple(_where(item))))
    if item.shows_words:
        comments = tuple(map(comment_words, item.comments))
        facts.append(Fact("Agency", comments or ("No explanation received.",)))
    if item.actions is not None:
        facts.append(Fact("Action", tuple(map(action_words, item.actions)) or ("None agreed.",)))
        facts.append(Fact("Expected", tuple(words for action in item.actions if (words := expected_words(action)))))
    facts += [Fact("Listed", tuple(_listed(item))), Fact("Data", tuple(_data(item)))]
    return [fact for fact in facts if fact.sentences]


def _now(item: Item) -> Iterator[str]:
    """The value, its parts and bands, why there is none, and what was last known."""
    if item.value is None:
        yield reason_words(item) or "No figure."
        if item.carried:
            yield sentence(carried_words(item.carried))
    else:
        parts = parts_words(item)
        yield sentence(f"{value_words(item)}{f', {parts}' if parts else ''}")
    if item.good:
        tolerable = f"; {item.tolerance} is tolerable" if item.tolerance else ""
        yield f"Good is {item.good}{tolerable}."
    if chance := interval_words(item):
        yield sentence(chance)
    if item.reference:
        yield f"Source: {item.reference}."


def _trend(item: Item) -> Iterator[str]:
    """The directions of travel, and for how long it has been so."""
    if travel := travel_words(item):
        yield sentence(travel)
    yield sentence(lasting_words(item))


def _chance(item: Item) -> Iterator[str]:
    """What a control chart says, and the interval of the value."""
    chart = item.chart
    if signal := signal_words(chart, item.own_months):
        yield f"Control chart: {signal}."
    elif chart.mean is None and chart.no_signal is not None and item.value is not None:
        yield f"No control chart: {no_signal_words(chart, item.own_months)}."
    if (assured := assurance_words(chart)) and item.good:
        yield f"What is good, {item.good}, {assured}."
    if item.interval and not item.allow_for_chance:
        yield f"95% interval: {item.interval}."


def _compared(compared: Compared) -> str:
    """A figure for comparison with its year."""
    when = f" ({compared.period})" if compared.period else ""
    return f"{compared.of.title}: {compared.shown or 'no figure'}{when}."


def _where(item: Item) -> Iterator[str]:
    """The groups outside, by breakdown and status."""
    for outside in item.outside:
        groups = "; ".join(
            f"{plain_status(status)} {words}" for status, words in groups_words(outside, item.period.cadence.months)
        )
        yield f"{where_words(outside)}: {groups}."


def comment_words(comment: Comment) -> str:
    """An agency's words with whose they are, and the day of its return."""
    of = f", on {comment.group}" if comment.group and comment.group != comment.agency.title else ""
    day = f", with its return of {show_date(comment.received_on)}" if comment.received_on else ""
    return f"“{' '.join(comment.words.split())}” {comment.agency.title}{of}{day}."


def _listed(item: Item) -> Iterator[str]:
    """Why the exception is listed, and its life."""
    if item.escalate_to is None:
        return
    yield f"{sentence(because_words(item) or 'by its groups')}"
    if item.raised:
        yield sentence(raised_words(item.raised, item.period.cadence.months))
    elif item.group_only and (
        lives := [g.raised for o in item.outside for g in o.groups if g.escalate_to and g.raised]
    ):
        longest = max(lives, key=lambda life: life.periods)
        lasted = show_periods(longest.periods, longest.months)
        yield f"Longest in any group: {lasted}, first with {level_of_one(longest.to)}."
    if item.raised_in:
        yield f"Raised in {raised_in_words(item.raised_in)}."


def _data(item: Item) -> Iterator[str]:
    """What the reader must know of the data: the marks, and that a grade is the agencies' own."""
    if item.value is not None and not any(char.isdigit() for char in item.shown):
        yield "Graded by the agencies themselves."
    if item.marks:
        yield sentence(marks_words(item.marks))
