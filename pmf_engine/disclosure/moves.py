"""Moves: changes to counts that keep every sum, found without a solver.

A move has the same change in several groups: a pattern of what is counted, in one group and the other way in another,
or in a group and its whole. The search looks at no value of a count, only at whether it is nothing, small or large.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice, product
from typing import NamedTuple

from pmf_engine.disclosure.accounts import Accounts, Case, Equation, Need
from pmf_engine.disclosure.links import Inner, Slice, inner_of, slice_of
from pmf_engine.disclosure.patterns import NEAR, Group, Pattern, Patterns, Sum, find_patterns
from pmf_engine.disclosure.tables import Count

_MOST_CARRIERS = 40
"""How many choices of groups are tried for one small count."""

_WHOLE = Slice(None, None)

Carriers = Mapping[Slice, int]
"""The groups that change: 1 for each that changes as the small count does, -1 for each that does the opposite."""


class Move(NamedTuple):
    """Changes that keep every sum.

    Attributes:
        counts: The counts that change; no paper may show one of them.
        rows: The rows that show them.
    """

    counts: frozenset[Count]
    rows: frozenset[int]


class _Change(NamedTuple):
    """A change that keeps every sum.

    Attributes:
        counts: The counts that change, and by how much.
        rises: Those that may have no case to give and go up: done backwards, a case must leave them.
        falls: Those that may have no case to give and go down.
        rows: The rows that show them.
    """

    counts: Mapping[Count, float]
    rises: frozenset[Count]
    falls: frozenset[Count]
    rows: frozenset[int]

    def lowered(self, need: Need) -> frozenset[Count]:
        """Those that may have no case to give and go down as the small count changes."""
        return self.falls if (self.counts[need.small] > 0) == need.is_up else self.rises


@dataclass(frozen=True, eq=False)
class _Joined:
    """What is counted and joined by sums.

    Attributes:
        sums: The sums.
        breakdowns: The groups of each breakdown.
        of_slices: The sums that hold of each group.
        patterns: The patterns by what they change and the sums that they keep.
    """

    sums: frozenset[Sum]
    breakdowns: Mapping[str, Sequence[Slice]]
    of_slices: dict[Slice, frozenset[Sum]] = field(default_factory=dict)
    patterns: dict[tuple[Inner, frozenset[Sum]], Patterns] = field(default_factory=dict)


class _Sums:
    """The sums of tables, and what is counted and joined by them."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        self._equations: dict[Count, list[Equation]] = defaultdict(list)
        self._groups: dict[Inner, set[Slice]] = defaultdict(set)
        self._sums: dict[Inner, set[Sum]] = defaultdict(set)
        self._of_slice: dict[Slice, set[Sum]] = defaultdict(set)
        for equation in equations:
            self._add(equation)
        self._joined: dict[Inner, _Joined] = {}

    def _add(self, equation: Equation) -> None:
        """Adds a sum: of groups, or of what is counted of one group."""
        for count in equation.counts:
            self._equations[count].append(equation)
        slices = {slice_of(count) for count in equation.counts}
        if len(slices) == 1:
            factors: dict[Inner, float] = defaultdict(float)
            for count, factor in zip(equation.counts, (-1.0, *equation.factors), strict=True):
                factors[inner_of(count)] += factor
            self._of_slice[slices.pop()].add(tuple(factors.items()))
            for key in factors:
                self._sums[key].add(tuple(factors.items()))
        elif _WHOLE in slices:
            self._groups[inner_of(equation.total)] |= slices - {_WHOLE}

    def joined_with(self, key: Inner) -> _Joined:
        """What sums join with a thing that is counted."""
        if key not in self._joined:
            keys, waiting, sums = {key}, [key], set[Sum]()
            while waiting:
                new = self._sums[waiting.pop()] - sums
                sums |= new
                more = {each for sum_ in new for each, _ in sum_} - keys
                keys |= more
                waiting += more
            breakdowns: dict[str, list[Slice]] = defaultdict(list)
            for slice_ in sorted({slice_ for each in keys for slice_ in self._groups[each]}, key=str):
                breakdowns[str(slice_.by)].append(slice_)
            self._joined |= dict.fromkeys(keys, _Joined(frozenset(sums), breakdowns))
        return self._joined[key]

    def patterns_of(self, key: Inner, carriers: Carriers) -> Patterns:
        """The patterns that change one thing that is counted, by the sums of the groups that change."""
        joined, sums = self.joined_with(key), frozenset[Sum]()
        for slice_ in carriers:
            if slice_ not in joined.of_slices:
                own = joined.sums & self._of_slice[slice_]
                joined.of_slices[slice_] = next((each for each in joined.of_slices.values() if each == own), own)
            if joined.of_slices[slice_] is not sums:
                sums |= joined.of_slices[slice_]
        if (key, sums) not in joined.patterns:
            joined.patterns[key, sums] = find_patterns(key, sums)
        return joined.patterns[key, sums]

    def unbalanced(self, changes: Mapping[Count, float]) -> Inner | None:
        """What changes in a sum that changes do not keep; None where they keep all."""
        for count in changes:
            for equation in self._equations.get(count, ()):
                total = -changes.get(equation.total, 0.0)
                for term, factor in zip(equation.terms, equation.factors, strict=True):
                    if term in changes:
                        total += factor * changes[term]
                if abs(total) > NEAR:
                    return inner_of(count)
        return None


class Moves:
    """Finds moves of small counts.

    Args:
        accounts: The sums of the tables, and what each small count needs.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts, self._tables = accounts, accounts.tables
        self._large = Counter(slice_of(count) for count in self._tables.values if accounts.is_large(count))
        counts = self._tables.counts - accounts.free
        self._bound = {count for count in counts if not accounts.is_large(count)}
        self._sums = _Sums(accounts.equations)
        self._needs: dict[Count, tuple[Need, ...]] = {}
        self._found: dict[Count, dict[frozenset[Count], _Change]] = defaultdict(dict)

    def cheapest(self, small: Count, hidden: Set[int]) -> Move | None:
        """A move of a small count that withholds few rows more; None where none is found.

        Args:
            small: The count that must not be worked out.
            hidden: The rows that are withheld already.
        """
        return self._move(small, hidden, len(self._tables.published))

    def within(self, small: Count, hidden: Set[int]) -> Move | None:
        """A move of a small count that withholds no other row; None where none is found."""
        return self._move(small, hidden, 0)

    def _move(self, small: Count, hidden: Set[int], most: int) -> Move | None:
        """A move of a small count; up and down it withholds so many other rows at most."""
        if small not in self._needs:
            self._needs[small] = tuple(map(self._plain, self._accounts.needs(small)))
        rows = frozenset[int]()
        changes = list[_Change]()
        for need in self._needs[small]:
            found = self._changes(need, hidden, rows, most)
            if found is None:
                return None
            changes += found
            rows = rows.union(*(change.rows for change in found))
        return Move(frozenset(count for change in changes for count in change.counts), rows)

    def _plain(self, need: Need) -> Need:
        """A need without what its cases say of counts that may go down anyway, and without cases that others cover."""
        ways = dict[tuple[Case, ...], None]()
        for way in need.ways:
            cases = {case & self._bound: None for case in way}
            ways[tuple(case for case in cases if not any(other < case for other in cases))] = None
        return Need(need.small, need.is_up, tuple(ways))

    def _changes(self, need: Need, hidden: Set[int], free: frozenset[int], most: int) -> list[_Change] | None:
        """The changes that one way of a need takes, with few rows more.

        One change may do for all cases of all ways. What the easiest case takes bounds what any way does.
        """
        cases = [case for way in need.ways for case in way]
        change = self._change(need, frozenset.intersection(*cases), hidden, free, most)
        best = None if change is None else [change]
        most = most if change is None else _others(change.rows, hidden, free) - 1
        if len(cases) == 1 or most < 0 or self._change(need, need.loosest, hidden, free, most) is None:
            return best
        for way in need.ways:
            changes, rows = list[_Change](), free
            for case in way:
                if any(change.lowered(need) <= case for change in changes):
                    continue
                change = self._change(need, case, hidden, rows, most - _others(rows, hidden, free))
                if change is None:
                    break
                changes.append(change)
                rows |= change.rows
            else:
                best, most = changes, _others(rows, hidden, free) - 1
        return best

    def _change(self, need: Need, case: Case, hidden: Set[int], free: Set[int], most: int) -> _Change | None:
        """The change as a case leaves its counts that withholds the fewest other rows, at most so many."""
        for change in self._found[need.small].values():
            if change.lowered(need) <= case and not _others(change.rows, hidden, free):
                return change
        best: _Change | None = None
        leaving: dict[Slice, list[Inner]] = defaultdict(list)
        for count in case:
            leaving[slice_of(count)].append(inner_of(count))
        for carriers in self._carriers(need, leaving) if most >= 0 else ():
            patterns = self._sums.patterns_of(inner_of(need.small), carriers)
            groups, may = list[Group](), -1
            for slice_, factor in carriers.items():
                group = self._group_of(patterns, slice_)
                down = group.down
                for key in leaving.get(slice_, ()):
                    if key in patterns.numbers:
                        down |= group.up & (1 << patterns.numbers[key])
                as_small = (factor > 0) == need.is_up
                may &= patterns.both(group.up, down) if as_small else patterns.both(down, group.up)
                groups.append(group)
            found = self._cheapest(patterns, carriers, groups, may, hidden, free, most)
            if found is not None:
                pattern, rows = found
                best, most = self._change_of(_cells(pattern, carriers, groups)), len(rows) - 1
                if most < 0:
                    break
        if best is not None:
            for count, by in best.counts.items():
                if abs(by) == 1:
                    self._found[count][frozenset(best.counts)] = best
        return best

    def _change_of(self, cells: Mapping[Count, float]) -> _Change:
        """The change that the changes of counts are."""
        counts = {count: change for count, change in cells.items() if count in self._tables.counts}
        bound = counts.keys() & self._bound
        return _Change(
            counts,
            frozenset(count for count in bound if counts[count] > 0),
            frozenset(count for count in bound if counts[count] < 0),
            frozenset(row for count in counts for row in self._tables.rows.get(count, ())),
        )

    def _cheapest(
        self,
        patterns: Patterns,
        carriers: Carriers,
        groups: Sequence[Group],
        may: int,
        hidden: Set[int],
        free: Set[int],
        most: int,
    ) -> tuple[Pattern, Set[int]] | None:
        """The pattern that withholds the fewest other rows in some groups, at most so many."""
        others: dict[int, set[int]] = {}
        found: tuple[Pattern, Set[int]] | None = None
        for pattern in patterns.patterns:
            if pattern.bits & ~may:
                continue
            rows = set[int]()
            for number, _ in pattern.changes:
                if number not in others:
                    shown = (row for group in groups for row in group.rows[number])
                    others[number] = {row for row in shown if row not in hidden and row not in free}
                rows |= others[number]
                if len(rows) > most:
                    break
            else:
                wrong = self._sums.unbalanced(_cells(pattern, carriers, groups))
                if wrong is None:
                    found, most = (pattern, rows), len(rows) - 1
                    if most < 0:
                        break
                else:
                    bit = 1 << patterns.numbers[wrong]
                    may &= ~patterns.both(bit, bit)
        return found

    # -- which groups -------------------------------------------------------------------------------

    def _carriers(self, need: Need, leaving: Mapping[Slice, object]) -> Iterator[Carriers]:
        """The groups that may change: with another group, or with the whole and a group of each other breakdown.

        Args:
            need: The change.
            leaving: The groups that a case leaves; one of them must change. Empty where none need.
        """
        own, breakdowns = slice_of(need.small), self._sums.joined_with(inner_of(need.small)).breakdowns

        def ranked(slices: Sequence[Slice]) -> Sequence[Slice]:
            return sorted(slices, key=lambda each: (each not in leaving, -self._large[each]))[:_MOST_CARRIERS]

        if own.by is not None:
            for other in ranked(breakdowns.get(own.by, ())):
                if other != own and (not leaving or own in leaving or other in leaving):
                    yield {own: 1, other: -1}
        choices = [ranked(slices) for by, slices in breakdowns.items() if by != own.by]
        for chosen in islice(product(*choices), _MOST_CARRIERS):
            yield dict.fromkeys((own, _WHOLE, *chosen), 1)

    # -- what changes -------------------------------------------------------------------------------

    def _group_of(self, patterns: Patterns, slice_: Slice) -> Group:
        """The counts of a group that patterns change."""
        if slice_ not in patterns.groups:
            counts = [key.of(slice_) for key in patterns.numbers]
            up = sum(1 << at for at, count in enumerate(counts) if count not in self._accounts.fixed)
            down = sum(1 << at for at, count in enumerate(counts) if count not in self._bound)
            rows = [self._tables.rows.get(count, frozenset()) for count in counts]
            patterns.groups[slice_] = Group(counts, up, down & up, rows)
        return patterns.groups[slice_]


def _others(rows: Set[int], hidden: Set[int], free: Set[int]) -> int:
    """How many of some rows are not withheld yet."""
    return sum(row not in hidden and row not in free for row in rows)


def _cells(pattern: Pattern, carriers: Carriers, groups: Sequence[Group]) -> dict[Count, float]:
    """The changes of counts as the small count goes up by one."""
    return {
        group.counts[number]: factor * change
        for factor, group in zip(carriers.values(), groups, strict=True)
        for number, change in pattern.changes
    }
