"""Patterns: changes of what is counted that keep every sum of one group, whichever group it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from heapq import heappop, heappush
from itertools import count as counter
from typing import NamedTuple

from pmf_engine.disclosure.links import Inner, Slice
from pmf_engine.disclosure.tables import Count

_MOST_STATES = 150
"""How many changes are tried in the search for the patterns of what is counted."""

NEAR = 1e-9

Sum = tuple[tuple[Inner, float], ...]
"""What is counted of one group that adds up to nothing, each with its factor; the total first."""


class Pattern(NamedTuple):
    """Changes of what is counted that keep every sum of one group.

    Attributes:
        changes: The number of each thing that changes, and by how much.
        bits: Those that go up, by their numbers; above them those that go down.
    """

    changes: tuple[tuple[int, float], ...]
    bits: int


class Patterns(NamedTuple):
    """The patterns that change one thing that is counted, those with the fewest changes first.

    Attributes:
        numbers: What they change, each with its number.
        patterns: The patterns.
        groups: The counts of groups; filled as they are asked for.
    """

    numbers: Mapping[Inner, int]
    patterns: Sequence[Pattern]
    groups: dict[Slice, Group]

    def both(self, up: int, down: int) -> int:
        """The bits of what goes up and of what goes down."""
        return up | down << len(self.numbers)


class Group(NamedTuple):
    """The counts of a group that patterns change: which may go up and which down, as bits, and the rows of each."""

    counts: Sequence[Count]
    up: int
    down: int
    rows: Sequence[frozenset[int]]


def find_patterns(key: Inner, sums: Set[Sum]) -> Patterns:
    """The patterns that change one thing that is counted by one; those that need few changes more are tried first."""
    of_key: dict[Inner, list[tuple[int, float]]] = defaultdict(list)
    terms = sorted(sums)
    for number, sum_ in enumerate(terms):
        for each, factor in sum_:
            of_key[each].append((number, factor))
    order, found, seen = counter(), list[dict[Inner, float]](), set[frozenset[tuple[Inner, float]]]()
    waiting = list[tuple[int, int, dict[Inner, float], dict[int, float]]]()

    def add(changes: dict[Inner, float], open_: Mapping[int, float], each: Inner, change: float) -> None:
        """Adds a change to others, and to the sums that they do not keep."""
        changes, open_ = {**changes, each: change}, {**open_}
        known = frozenset(changes.items())
        if known in seen:
            return
        seen.add(known)
        for number, factor in of_key[each]:
            excess = open_.pop(number, 0.0) + factor * change
            if abs(excess) > NEAR:
                open_[number] = excess
        heappush(waiting, (len(changes) + len(open_), next(order), changes, open_))

    add({}, {}, key, 1.0)
    for _ in range(_MOST_STATES):
        if not waiting:
            break
        *_, changes, open_ = heappop(waiting)
        if not open_:
            found.append(changes)
            continue
        number = min(open_)
        for each, factor in terms[number]:
            if each not in changes and abs(open_[number] / factor) <= 1 + NEAR:
                add(changes, open_, each, -open_[number] / factor)
    numbers = {each: at for at, each in enumerate(dict.fromkeys(each for changes in found for each in changes))}
    patterns = []
    for changes in sorted(found, key=len):
        up, down = (sum(1 << numbers[each] for each in changes if sign * changes[each] > 0) for sign in (1, -1))
        numbered = tuple((numbers[each], change) for each, change in changes.items())
        patterns.append(Pattern(numbered, up | down << len(numbers)))
    return Patterns(numbers, patterns, {})
