"""Tables: the counts that rows publish or give away, and the sums that link counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from math import inf
from typing import NamedTuple

from pmf_engine.disclosure.counts import Counts


class Count(NamedTuple):
    """A count: what is counted, in which months, of which group; the whole where `by` is None."""

    text: str
    start: int
    months: int
    by: str | None
    group: str | None


class Link(Enum):
    """How counts are linked."""

    PARTS = auto()
    """A whole, parts of it that have no case in common, and what is left of it, in this order."""
    GROUPS = auto()
    """A whole and its groups, in this order."""
    SUM = auto()
    """A sum and its terms, or a longer period and its parts."""


class Linked(NamedTuple):
    """Counts of which the first is a sum of the others, each times its factor."""

    link: Link
    total: Count
    terms: tuple[Count, ...]
    factors: tuple[float, ...]

    @property
    def counts(self) -> tuple[Count, ...]:
        """The sum and its terms."""
        return self.total, *self.terms


class Row(NamedTuple):
    """A row of results: its indicator, period and group, and its numbers, null where it has none."""

    indicator: str
    start: int
    months: int
    by: str | None
    group: str | None
    numerator: float | None
    denominator: float | None
    value: float | None

    def counts(self, of: Counts) -> dict[Count, float | None]:
        """The counts that it publishes, in their order, with their values as far as it has any."""
        numbers = (self.value,) if of.whole is None else (self.numerator, self.denominator)
        own = (Count(text, self.start, self.months, self.by, self.group) for text in of.texts)
        return dict(zip(own, numbers, strict=True))


@dataclass
class Tables:
    """The counts of rows and their links.

    Attributes:
        published: By the position of each row with counts, the counts that it publishes.
        counts: All counts: those of rows, and those that links name.
        values: The values of counts, as far as rows give them or sums give them away.
        links: The sums that link counts.
        known: The counts that earlier papers published, so that nobody can withhold them.
        kept: The counts that earlier papers withheld; they stay withheld, as each may have been small then.
        revised: The counts that earlier papers published, and that are others today.
        earlier: The sums of earlier papers, between those and counts of today.
        absent: The counts that a row names without a value.
        ranges: Of counts that earlier papers rounded, the least and the greatest that they may be by those papers.
    """

    published: dict[int, tuple[Count, ...]] = field(default_factory=dict)
    counts: set[Count] = field(default_factory=set)
    values: dict[Count, float] = field(default_factory=dict)
    links: list[Linked] = field(default_factory=list)
    known: set[Count] = field(default_factory=set)
    kept: set[Count] = field(default_factory=set)
    revised: set[Count] = field(default_factory=set)
    earlier: list[Linked] = field(default_factory=list)
    absent: set[Count] = field(default_factory=set)
    ranges: dict[Count, tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> Mapping[Count, frozenset[int]]:
        """By count, the positions of the rows that publish it, once all are there."""
        rows: dict[Count, set[int]] = defaultdict(set)
        for position, counts in self.published.items():
            for count in counts:
                rows[count].add(position)
        return {count: frozenset(positions) for count, positions in rows.items()}

    @cached_property
    def worked_out(self) -> Mapping[Count, float]:
        """The values, and those that they give away beside what earlier papers published, once all are there."""
        values = {**self.values}
        if self.known:
            work_out(values, self.links)
        return values

    def add(self, count: Count, value: float | None) -> None:
        """Adds a count, with its value where that is known."""
        self.counts.add(count)
        if value is not None:
            self.values[count] = value
        else:
            self.absent.add(count)

    def rest_of(self, counts: tuple[Count, ...]) -> Count | None:
        """What is left of the denominator of a row with some counts; None where that is no count."""
        part, *whole = counts
        rests = (each._replace(text=f"{each.text} less {part.text}") for each in whole)
        return next((rest for rest in rests if rest in self.counts), None)

    def may_be(self, count: Count, ends: tuple[float, float]) -> bool:
        """Whether a count may be, today, what an earlier paper published; one that no row of today has may be."""
        value = self.values.get(count)
        return ends[0] <= value <= ends[1] if value is not None else True

    def know(self, count: Count, ends: tuple[float, float]) -> None:
        """Adds what an earlier paper said of a count that no revision has changed since, as far as anyone can see."""
        if self.may_be(count, ends):
            self.known.add(count)
            if ends[0] == ends[1]:
                self.add(count, ends[0])
            else:
                self.ranges[count] = ends

    def know_rest(self, counts: tuple[Count, ...], limit: float) -> None:
        """Adds what an earlier paper said by showing rounded counts: what is left of the whole was 0, or its limit."""
        rest = self.rest_of(counts)
        value = None if rest is None else self.values.get(rest)
        if rest is not None and value is not None and self.known.issuperset(counts):
            if value == 0:
                self.ranges[rest] = (0.0, 0.0)
            elif value >= limit:
                self.ranges.setdefault(rest, (limit, inf))

    def link(self, links: Iterable[Linked]) -> set[Count]:
        """Adds links; returns the counts that only they name."""
        new: set[Count] = set()
        for linked in links:
            self.links.append(linked)
            new |= {*linked.counts} - self.counts
        self.counts |= new
        return new


def work_out(values: dict[Count, float], links: Iterable[Linked]) -> None:
    """Adds the values of counts that others give away by one of the sums; where a sum is nothing, so is each term."""
    links, found = list(links), True
    while found:
        found = False
        for _, total, terms, factors in links:
            unknown = [place for place, term in enumerate(terms) if term not in values]
            others = sum(values[term] * factor for term, factor in zip(terms, factors, strict=True) if term in values)
            if not unknown and total not in values:
                values[total] = others
            elif len(unknown) == 1 and total in values:
                [place] = unknown
                values[terms[place]] = (values[total] - others) / factors[place]
            elif unknown and values.get(total) == 0 and min(factors) > 0:
                values |= {terms[place]: 0.0 for place in unknown}
            else:
                continue
            found = True
