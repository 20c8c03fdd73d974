"""Moves: changes to counts that keep every sum, so that nobody who knows the sums can tell which of them is true.

A move shifts cases between two groups of a breakdown, or between a group and its whole, alike in every count that it
touches. The search looks at no value of a count, only at whether it is nothing, small or large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count as counter
from itertools import islice, product
from typing import NamedTuple

from pmf_engine.disclosure.tables import Count, Link, Linked, Tables

_MOST_STATES = 300
"""How many changes are tried for one small count."""

_MOST_CARRIERS = 40
"""How many choices of groups are tried for one small count."""

_NEAR = 1e-9


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


class Move(NamedTuple):
    """A change that keeps every sum.

    Attributes:
        counts: The counts that change; no paper may show one of them.
        rows: The rows that show them.
    """

    counts: frozenset[Count]
    rows: frozenset[int]


@dataclass(frozen=True)
class _Aim:
    """Which small count shall change, and which way.

    Attributes:
        small: The count.
        is_up: It shall go up, by up to the limit less two; else down, to 1.
        supersets: The counts of which it is a part.
    """

    small: Count
    is_up: bool
    supersets: frozenset[Count]


@dataclass(frozen=True)
class _Carriers:
    """The groups that change: by which factor each, and which of them share one change in any way."""

    factors: Mapping[Slice, float]
    sharing: frozenset[Slice] = frozenset()


class _State(NamedTuple):
    """A change that may not keep every sum yet: by how much each count of a carrier changes, times its factor."""

    changes: Mapping[Inner, float]
    carriers: _Carriers
    rows: frozenset[int]


class _Links:
    """Counts with the rows that show them, the sums that they are in, and whether they may change."""

    def __init__(self, tables: Tables, limit: int) -> None:
        self.tables, self.limit = tables, limit
        self.rows: dict[Count, frozenset[int]] = {}
        self.inner: dict[Count, list[Mapping[Inner, float]]] = defaultdict(list)
        self.groups: dict[Count, list[Linked]] = defaultdict(list)
        self.totals: dict[Count, list[Count]] = defaultdict(list)
        self._supersets_of: dict[Count, frozenset[Count]] = {}
        large: dict[Slice, int] = defaultdict(int)
        rows: dict[Count, set[int]] = defaultdict(set)
        for position, counts in tables.published.items():
            for count in counts:
                rows[count].add(position)
        self.rows = {count: frozenset(positions) for count, positions in rows.items()}
        for linked in tables.links:
            self._add(linked)
        for count, value in tables.values.items():
            large[_slice(count)] += value >= limit
        self.large = large

    def _add(self, linked: Linked) -> None:
        if linked.link is Link.GROUPS:
            for count in linked.counts:
                self.groups[count].append(linked)
        else:
            factors = {_inner(linked.total): -1.0}
            for term, factor in zip(linked.terms, linked.factors, strict=True):
                factors[_inner(term)] = factors.get(_inner(term), 0.0) + factor
            for count in linked.counts:
                self.inner[count].append(factors)
        if min(linked.factors) > 0:
            for term in linked.terms:
                self.totals[term].append(linked.total)

    def may_change(self, count: Count, change: float, aim: _Aim) -> bool:
        """Whether a count may change, whatever its value and that of the small one are.

        Every count may go up. A large one may go down, and so may what the small one is a part of, and the only part of
        the small one, which are as large.
        """
        value = self.tables.values.get(count)
        if value is None:
            return False
        if (change > 0) == aim.is_up or value >= self.limit:
            return True
        return not aim.is_up and (count == aim.small or count in aim.supersets or self._is_only_part(count, aim.small))

    def _is_only_part(self, count: Count, small: Count) -> bool:
        """Whether all other parts of the small one are nothing."""
        for link in self.inner.get(small, ()):
            if link.get(_inner(small)) == -1.0 and link.get(_inner(count)) == 1.0 and _slice(count) == _slice(small):
                others = [each.of(_slice(small)) for each in link if each not in (_inner(small), _inner(count))]
                return all(self.tables.values.get(other) == 0 for other in others)
        return False

    def may_share(self, count: Count, own: Count) -> bool:
        """Whether a group can give some of its small count, and of a count of which that is a part."""
        return count in self.tables.values and (count == own or count in self.supersets(own))

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


class Moves:
    """Finds moves of small counts.

    Args:
        tables: The counts and their links.
        limit: The smallest count above 0 that may be published.
    """

    def __init__(self, tables: Tables, limit: int) -> None:
        self._tables, self._links = tables, _Links(tables, limit)

    def cheapest(self, small: Count, hidden: frozenset[int]) -> Move | None:
        """A move of a small count that withholds few rows more; None where none is found.

        Args:
            small: The count that must not be worked out.
            hidden: The rows that are withheld already.
        """
        supersets = self._links.supersets(small)
        moves: list[Move] = []
        for is_up in (True, False):
            aim = _Aim(small, is_up, supersets)
            move = self._search(aim, hidden) or self._upward(aim, hidden)
            if move is None:
                return None
            moves.append(move)
            hidden |= move.rows
        up, down = moves
        return Move(up.counts | down.counts, up.rows | down.rows)

    def _search(self, aim: _Aim, hidden: frozenset[int]) -> Move | None:
        """A change that keeps every sum, with the fewest rows: best first."""
        order = counter()
        waiting: list[tuple[int, int, int, _State]] = []
        seen: set[tuple[frozenset[tuple[Inner, float]], frozenset[tuple[Slice, float]]]] = set()

        def add(state: _State | None) -> None:
            if state is None:
                return
            known = (frozenset(state.changes.items()), frozenset(state.carriers.factors.items()))
            if known not in seen:
                seen.add(known)
                heappush(waiting, (len(state.rows), len(state.changes), next(order), state))

        for carriers in self._choices(aim):
            add(self._with(_State({}, carriers, frozenset()), _inner(aim.small), 1.0, aim, hidden))
        for _ in range(_MOST_STATES):
            if not waiting:
                return None
            state = heappop(waiting)[-1]
            link = self._unbalanced(state)
            if link is None:
                if self._keeps_wholes(state):
                    return self._move(state)
                continue
            imbalance = sum(factor * state.changes.get(each, 0.0) for each, factor in link.items())
            for each, factor in link.items():
                if each not in state.changes and abs(imbalance / factor) <= 1 + _NEAR:
                    add(self._with(state, each, -imbalance / factor, aim, hidden))
        return None

    def _upward(self, aim: _Aim, hidden: frozenset[int]) -> Move | None:
        """The change of every count of which the small one is a part, with the fewest rows."""
        moves: list[tuple[int, int, Move]] = []
        for carriers in self._choices(aim):
            state = self._with(_State({}, carriers, frozenset()), _inner(aim.small), 1.0, aim, hidden)
            while state is not None and (link := self._unbalanced(state)) is not None:
                imbalance = sum(factor * state.changes.get(each, 0.0) for each, factor in link.items())
                total = next(each for each, factor in link.items() if factor == -1.0)
                state = None if total in state.changes else self._with(state, total, imbalance, aim, hidden)
            if state is not None and self._keeps_wholes(state):
                moves.append((len(state.rows), len(moves), self._move(state)))
        return min(moves)[-1] if moves else None

    # -- which groups -------------------------------------------------------------------------------

    def _choices(self, aim: _Aim) -> Iterator[_Carriers]:
        """The groups that may change: with another group, or with the whole and a group of each other breakdown."""
        small, own = aim.small, _slice(aim.small)
        links = self._links.groups[small]
        if small.by is None or not links:
            yield from self._with_groups({own: 1.0}, links if small.by is None else (), aim)
            return
        for linked in links:
            others = [_slice(term) for term in linked.terms if term != small]
            for other in self._ranked(others)[:_MOST_CARRIERS]:
                yield _Carriers({own: 1.0, other: -1.0})
            if aim.is_up and self._tables.values.get(linked.total, 0.0) >= self._links.limit:
                yield from self._sharing(linked, {own: 1.0}, -1.0)
            rest = [each for each in self._links.groups[linked.total] if each != linked]
            yield from self._with_groups({own: 1.0, _slice(linked.total): 1.0}, rest, aim)

    def _with_groups(self, factors: Mapping[Slice, float], links: Iterable[Linked], aim: _Aim) -> Iterator[_Carriers]:
        """Carriers with one group of each link, or all of them where they go down together."""
        choices: list[list[_Carriers]] = []
        for linked in links:
            groups = self._ranked(map(_slice, linked.terms))[:_MOST_CARRIERS]
            choices.append([_Carriers({group: 1.0}) for group in groups])
            if not aim.is_up:
                choices[-1] += self._sharing(linked, {}, 1.0)
        for chosen in islice(product(*choices), _MOST_CARRIERS):
            more = {group: factor for carriers in chosen for group, factor in carriers.factors.items()}
            sharing = frozenset(group for carriers in chosen for group in carriers.sharing)
            yield _Carriers({**factors, **more}, sharing)

    def _sharing(self, linked: Linked, factors: Mapping[Slice, float], factor: float) -> list[_Carriers]:
        """All other groups together, each of which gives what it can; none where one of them may not change."""
        terms = [term for term in linked.terms if _slice(term) not in factors and self._tables.values.get(term) != 0]
        if not terms or any(term not in self._tables.values for term in terms):
            return []
        groups = frozenset(map(_slice, terms))
        return [_Carriers({**factors, **dict.fromkeys(sorted(groups, key=str), factor / len(groups))}, groups)]

    def _ranked(self, slices: Iterable[Slice]) -> list[Slice]:
        """Groups, those with the most large counts first."""
        return sorted(slices, key=lambda each: (-self._links.large[each], str(each)))

    # -- what changes -------------------------------------------------------------------------------

    def _with(self, state: _State, key: Inner, change: float, aim: _Aim, hidden: frozenset[int]) -> _State | None:
        """A state with one change more; None where a count may not change so."""
        rows = set(state.rows)
        for slice_, factor in state.carriers.factors.items():
            count = key.of(slice_)
            if count not in self._tables.counts:
                continue
            if slice_ in state.carriers.sharing:
                may = change > 0 and self._links.may_share(count, _inner(aim.small).of(slice_))
            else:
                may = self._links.may_change(count, factor * change, aim)
            if not may:
                return None
            rows |= self._links.rows.get(count, frozenset()) - hidden
        return _State({**state.changes, key: change}, state.carriers, frozenset(rows))

    def _unbalanced(self, state: _State) -> Mapping[Inner, float] | None:
        """A sum of counts of one group that the changes do not keep."""
        for key in state.changes:
            for slice_ in state.carriers.factors:
                for link in self._links.inner.get(key.of(slice_), ()):
                    if abs(sum(factor * state.changes.get(each, 0.0) for each, factor in link.items())) > _NEAR:
                        return link
        return None

    def _keeps_wholes(self, state: _State) -> bool:
        """Whether each whole changes as its groups do."""
        for key, slice_ in product(state.changes, state.carriers.factors):
            for linked in self._links.groups.get(key.of(slice_), ()):
                signs = [state.carriers.factors.get(_slice(count), 0.0) for count in linked.counts]
                if abs(sum(signs[1:]) - signs[0]) > _NEAR:
                    return False
        return True

    def _move(self, state: _State) -> Move:
        counts = {key.of(slice_) for key in state.changes for slice_ in state.carriers.factors} & self._tables.counts
        rows = frozenset(row for count in counts for row in self._links.rows.get(count, ()))
        return Move(frozenset(counts), rows)


def _inner(count: Count) -> Inner:
    return Inner(count.text, count.start, count.months)


def _slice(count: Count) -> Slice:
    return Slice(count.by, count.group)
