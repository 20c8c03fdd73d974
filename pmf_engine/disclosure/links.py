"""What binds a count: the rows that show it, the sums that it is in, and whether it may change without giving it away.

Nothing here looks at the value of a count but to see whether it is nothing, small or large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pmf_engine.disclosure.tables import Count, Link, Linked, Tables


class Inner(NamedTuple):
    """What is counted, and in which months: a count of any group."""

    text: str
    start: int
    months: int

    def of(self, slice_: Slice) -> Count:
        """The count of a group, or of the whole."""
        return Count(*self, *slice_)


class Slice(NamedTuple):
    """A group of a breakdown; the whole where both are None."""

    by: str | None
    group: str | None


@dataclass(frozen=True)
class Aim:
    """Which small count shall change, and which way.

    Attributes:
        small: The count.
        is_up: It shall go up, by up to the limit less two; else down, to 1.
        supersets: The counts of which it is a part.
        free: The rows that its change the other way withholds.
    """

    small: Count
    is_up: bool
    supersets: frozenset[Count]
    free: frozenset[int] = frozenset()


class Links:
    """Counts with the rows that show them, the sums that they are in, and whether they may change."""

    def __init__(self, tables: Tables, limit: int) -> None:
        self.tables, self.limit = tables, limit
        self.inner: dict[Count, list[Mapping[Inner, float]]] = defaultdict(list)
        self._sums: dict[frozenset[tuple[Inner, float]], Mapping[Inner, float]] = {}
        self.groups: dict[Count, list[Linked]] = defaultdict(list)
        self.totals: dict[Count, list[Count]] = defaultdict(list)
        self._supersets_of: dict[Count, frozenset[Count]] = {}
        large: dict[Slice, int] = defaultdict(int)
        for linked in tables.links:
            self._add(linked)
        self.earlier: dict[Count, list[Linked]] = defaultdict(list)
        for linked in tables.earlier:
            if linked.link is Link.GROUPS:
                for count in linked.counts:
                    self.earlier[count].append(linked)
            else:
                self._add(linked)
        for count, value in tables.values.items():
            large[slice_of(count)] += value >= limit
        self.large = large

    def _add(self, linked: Linked) -> None:
        if linked.link is Link.GROUPS:
            for count in linked.counts:
                self.groups[count].append(linked)
        else:
            factors = {inner_of(linked.total): -1.0}
            for term, factor in zip(linked.terms, linked.factors, strict=True):
                factors[inner_of(term)] = factors.get(inner_of(term), 0.0) + factor
            once = self._sums.setdefault(frozenset(factors.items()), factors)
            for count in linked.counts:
                self.inner[count].append(once)
        if min(linked.factors) > 0:
            for term in linked.terms:
                self.totals[term].append(linked.total)

    def may_change(self, count: Count, change: float, aim: Aim) -> bool:
        """Whether a count may change, whatever its value and that of the small one are.

        None may that an earlier paper published. Every other count may go up. A large one may go down, and so may what
        the small one is a part of, and the only part of the small one, which are as large.
        """
        value = self.tables.values.get(count)
        if value is None or count in self.tables.known:
            return False
        if (change > 0) == aim.is_up or value >= self.limit:
            return True
        return not aim.is_up and (count == aim.small or count in aim.supersets or self._is_only_part(count, aim.small))

    def _is_only_part(self, count: Count, small: Count) -> bool:
        """Whether all other parts of the small one are nothing."""
        for link in self.inner.get(small, ()):
            if (
                link.get(inner_of(small)) == -1.0
                and link.get(inner_of(count)) == 1.0
                and slice_of(count) == slice_of(small)
            ):
                others = [each.of(slice_of(small)) for each in link if each not in (inner_of(small), inner_of(count))]
                return all(self.tables.values.get(other) == 0 for other in others)
        return False

    def may_share(self, count: Count, own: Count) -> bool:
        """Whether a group can give some of its small count, and of a count of which that is a part."""
        if count not in self.tables.values or count in self.tables.known:
            return False
        return count == own or count in self.supersets(own)

    def supersets(self, count: Count) -> frozenset[Count]:
        """The counts of which a count is a part."""
        if count not in self._supersets_of:
            reached: set[Count] = set()
            waiting = [count]
            while waiting:
                new = {*self.totals.get(waiting.pop(), ())} - reached
                reached |= new
                waiting += new
            self._supersets_of[count] = frozenset(reached)
        return self._supersets_of[count]


def inner_of(count: Count) -> Inner:
    """What a count counts, of whichever group."""
    return Inner(count.text, count.start, count.months)


def slice_of(count: Count) -> Slice:
    """The group of a count."""
    return Slice(count.by, count.group)
