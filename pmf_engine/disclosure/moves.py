"""Moves: changes to counts that keep every sum, so that nobody who knows the sums can tell which of them is true.

A move shifts cases between two groups of a breakdown, or between a group and its whole, alike in every count that it
touches. The search looks at no value of a count, only at whether it is nothing, small or large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import count as counter
from itertools import islice, product
from typing import NamedTuple

from pmf_engine.disclosure.links import Aim, Inner, Links, Slice, inner_of, slice_of
from pmf_engine.disclosure.tables import Count, Linked, Tables

_MOST_STATES = 300
"""How many changes are tried for one small count."""

_MOST_CARRIERS = 40
"""How many choices of groups are tried for one small count."""

_NEAR = 1e-9


class Move(NamedTuple):
    """A change that keeps every sum.

    Attributes:
        counts: The counts that change; no paper may show one of them.
        rows: The rows that show them.
    """

    counts: frozenset[Count]
    rows: frozenset[int]


@dataclass(frozen=True)
class _Carriers:
    """The groups that change: by which factor each, and which of them share one change in any way."""

    factors: Mapping[Slice, float]
    sharing: frozenset[Slice] = frozenset()

    @cached_property
    def slices(self) -> frozenset[Slice]:
        """The groups."""
        return frozenset(self.factors)


class _Touched(NamedTuple):
    """What a change of a count of some groups touches: its counts by group, the sums of one group, and the rows."""

    counts: tuple[tuple[Slice, Count], ...]
    sums: tuple[Mapping[Inner, float], ...]
    rows: frozenset[int]


class _State(NamedTuple):
    """A change that may not keep every sum yet: by how much each count of a carrier changes, times its factor."""

    changes: Mapping[Inner, float]
    carriers: _Carriers
    rows: frozenset[int]


class Moves:
    """Finds moves of small counts.

    Args:
        tables: The counts and their links.
        limit: The smallest count above 0 that may be published.
    """

    def __init__(self, tables: Tables, limit: int) -> None:
        self._tables, self._links = tables, Links(tables, limit)
        self._touching: dict[tuple[Inner, frozenset[Slice]], _Touched] = {}

    def cheapest(self, small: Count, hidden: Set[int]) -> Move | None:
        """A move of a small count that withholds few rows more; None where none is found.

        Args:
            small: The count that must not be worked out.
            hidden: The rows that are withheld already.
        """
        supersets = self._links.supersets(small)
        moves: list[Move] = []
        for is_up in (True, False):
            aim = Aim(small, is_up, supersets, moves[0].rows if moves else frozenset())
            move = self._search(aim, hidden) or self._upward(aim, hidden)
            if move is None:
                return None
            moves.append(move)
        up, down = moves
        return Move(up.counts | down.counts, up.rows | down.rows)

    def _search(self, aim: Aim, hidden: Set[int]) -> Move | None:
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
            add(self._with(_State({}, carriers, frozenset()), inner_of(aim.small), 1.0, aim, hidden))
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

    def _upward(self, aim: Aim, hidden: Set[int]) -> Move | None:
        """The change of every count of which the small one is a part, with the fewest rows."""
        moves: list[tuple[int, int, Move]] = []
        for carriers in self._choices(aim):
            state = self._with(_State({}, carriers, frozenset()), inner_of(aim.small), 1.0, aim, hidden)
            while state is not None and (link := self._unbalanced(state)) is not None:
                imbalance = sum(factor * state.changes.get(each, 0.0) for each, factor in link.items())
                total = next(each for each, factor in link.items() if factor == -1.0)
                state = None if total in state.changes else self._with(state, total, imbalance, aim, hidden)
            if state is not None and self._keeps_wholes(state):
                moves.append((len(state.rows), len(moves), self._move(state)))
        return min(moves)[-1] if moves else None

    # -- which groups -------------------------------------------------------------------------------

    def _choices(self, aim: Aim) -> Iterator[_Carriers]:
        """The groups that may change: with another group, or with the whole and a group of each other breakdown."""
        small, own = aim.small, slice_of(aim.small)
        links = self._links.groups[small]
        if small.by is None or not links:
            yield from self._with_groups({own: 1.0}, links if small.by is None else (), aim)
            return
        for linked in links:
            others = [slice_of(term) for term in linked.terms if term != small]
            for other in self._ranked(others)[:_MOST_CARRIERS]:
                yield _Carriers({own: 1.0, other: -1.0})
            if aim.is_up and self._tables.values.get(linked.total, 0.0) >= self._links.limit:
                yield from self._sharing(linked, {own: 1.0}, -1.0)
            rest = [each for each in self._links.groups[linked.total] if each != linked]
            yield from self._with_groups({own: 1.0, slice_of(linked.total): 1.0}, rest, aim)

    def _with_groups(self, factors: Mapping[Slice, float], links: Iterable[Linked], aim: Aim) -> Iterator[_Carriers]:
        """Carriers with one group of each link, or all of them where they go down together."""
        choices: list[list[_Carriers]] = []
        for linked in links:
            groups = self._ranked(map(slice_of, linked.terms))[:_MOST_CARRIERS]
            choices.append([_Carriers({group: 1.0}) for group in groups])
            if not aim.is_up:
                choices[-1] += self._sharing(linked, {}, 1.0)
        for chosen in islice(product(*choices), _MOST_CARRIERS):
            more = {group: factor for carriers in chosen for group, factor in carriers.factors.items()}
            sharing = frozenset(group for carriers in chosen for group in carriers.sharing)
            yield _Carriers({**factors, **more}, sharing)

    def _sharing(self, linked: Linked, factors: Mapping[Slice, float], factor: float) -> list[_Carriers]:
        """All other groups together, each of which gives what it can; none where one of them may not change."""
        terms = [term for term in linked.terms if slice_of(term) not in factors and self._tables.values.get(term) != 0]
        if not terms or any(term not in self._tables.values for term in terms):
            return []
        groups = frozenset(map(slice_of, terms))
        return [_Carriers({**factors, **dict.fromkeys(sorted(groups, key=str), factor / len(groups))}, groups)]

    def _ranked(self, slices: Iterable[Slice]) -> list[Slice]:
        """Groups, those with the most large counts first."""
        return sorted(slices, key=lambda each: (-self._links.large[each], str(each)))

    # -- what changes -------------------------------------------------------------------------------

    def _touched(self, key: Inner, carriers: _Carriers) -> _Touched:
        """What a change of a count of some groups touches; looked up once for each."""
        of = key, carriers.slices
        if of not in self._touching:
            counts = {slice_: count for slice_ in of[1] if (count := key.of(slice_)) in self._tables.counts}
            sums = {id(each): each for slice_ in of[1] for each in self._links.inner.get(key.of(slice_), ())}
            rows = frozenset().union(*(self._tables.rows.get(count, ()) for count in counts.values()))
            self._touching[of] = _Touched(tuple(counts.items()), tuple(sums.values()), rows)
        return self._touching[of]

    def _with(self, state: _State, key: Inner, change: float, aim: Aim, hidden: Set[int]) -> _State | None:
        """A state with one change more; None where a count may not change so."""
        carriers = state.carriers
        touched = self._touched(key, carriers)
        for slice_, count in touched.counts:
            if slice_ in carriers.sharing:
                may = change > 0 and self._links.may_share(count, inner_of(aim.small).of(slice_))
            else:
                may = self._links.may_change(count, carriers.factors[slice_] * change, aim)
            if not may:
                return None
        return _State(
            {**state.changes, key: change},
            carriers,
            state.rows.union(row for row in touched.rows if row not in hidden and row not in aim.free),
        )

    def _unbalanced(self, state: _State) -> Mapping[Inner, float] | None:
        """A sum of counts of one group that the changes do not keep."""
        changes = state.changes
        for key in changes:
            for link in self._touched(key, state.carriers).sums:
                total = 0.0
                for each, factor in link.items():
                    if each in changes:
                        total += factor * changes[each]
                if abs(total) > _NEAR:
                    return link
        return None

    def _keeps_wholes(self, state: _State) -> bool:
        """Whether each whole changes as its groups do."""
        for key, slice_ in product(state.changes, state.carriers.factors):
            count = key.of(slice_)
            for linked in (*self._links.groups.get(count, ()), *self._links.earlier.get(count, ())):
                signs = [
                    state.carriers.factors.get(slice_of(each), 0.0) if inner_of(each) == key else 0.0
                    for each in linked.counts
                ]
                if abs(sum(signs[1:]) - signs[0]) > _NEAR:
                    return False
        return True

    def _move(self, state: _State) -> Move:
        counts = {key.of(slice_) for key in state.changes for slice_ in state.carriers.factors} & self._tables.counts
        rows = frozenset(row for count in counts for row in self._tables.rows.get(count, ()))
        return Move(frozenset(counts), rows)
