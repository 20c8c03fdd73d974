"""Accounts: the changes to counts that must be possible beside each small count, whatever the counts are.

A small count may be anything from 1 to the limit less one where as many cases can be taken from it, or put into it,
while all that is published stays as it is. Cases that are put into it come from counts that have enough of them: a
large one, or all others of a large sum. A case is in more than one count: in all sums above it and, of the parts of
each sum, in one. Nobody knows in which, so that the change must be possible for each. Nothing here looks at the value
of a count but to see whether it is nothing, small or large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pmf_engine.disclosure.linking import REST
from pmf_engine.disclosure.links import inner_of, slice_of
from pmf_engine.disclosure.tables import Count, Link, Linked, Tables

_MOST_CASES = 40
"""How many kinds of cases of one count are told apart; beyond, all its parts must stay as they are."""

_MOST_DONORS = 12
"""How many large counts are tried as donors of one small count."""

Case = frozenset[Count]
"""The counts that one case is in."""


class Equation(NamedTuple):
    """A count that is the sum of others, each times its factor."""

    total: Count
    terms: tuple[Count, ...]
    factors: tuple[float, ...]

    @property
    def counts(self) -> tuple[Count, ...]:
        """The sum and its terms."""
        return self.total, *self.terms

    @property
    def is_plain(self) -> bool:
        """Whether every case of a term is a case of the sum."""
        return min(self.factors) > 0


@dataclass(frozen=True)
class Need:
    """A change of a small count that must be possible.

    Attributes:
        small: The small count.
        is_up: It goes up by one case, else down.
        ways: One of them must be possible. Each lists the cases of which every one must be free to leave its counts.
    """

    small: Count
    is_up: bool
    ways: tuple[tuple[Case, ...], ...]

    @property
    def loosest(self) -> Case:
        """A case in every count that a case of any way is in: without it free to leave, no way is possible."""
        return frozenset().union(*(case for way in self.ways for case in way))


@dataclass(frozen=True)
class Part:
    """Counts that no sum and no row joins with any others: what is withheld of them is chosen by itself."""

    counts: list[Count] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    small: list[Count] = field(default_factory=list)


class Accounts:
    """The sums of tables, and what each small count needs.

    Args:
        tables: The counts and their links.
        limit: The smallest count above 0 that may be published.

    Attributes:
        equations: The sums of counts.
        fixed: The counts that everybody knows.
        free: Sums of which only the terms say what they may be.
    """

    def __init__(self, tables: Tables, limit: int) -> None:
        self.tables, self.limit = tables, limit
        self.equations = list(_equations(tables))
        everything = tables.counts.union(*(each.counts for each in self.equations))
        self._order = {count: number for number, count in enumerate(sorted(everything, key=str))}
        self._as_total: dict[Count, list[Equation]] = defaultdict(list)
        self._as_term: dict[Count, list[Equation]] = defaultdict(list)
        for equation in self.equations:
            self._as_total[equation.total].append(equation)
            for term in equation.terms:
                self._as_term[term].append(equation)
        own = {count for counts in tables.published.values() for count in counts}
        absent = tables.absent & own
        totals = {linked.total for linked in tables.links if linked.link is Link.SUM}
        self.free = {count for count in totals & tables.counts if count not in tables.worked_out}
        self._nothing = _late(tables, absent) - self.free
        self._nothing |= {count for each in self.equations for count in each.counts} - tables.counts
        self.fixed = self._nothing | tables.known
        self._cases: dict[Count, tuple[Case, ...]] = {}

    def is_large(self, count: Count) -> bool:
        """Whether as many cases as any small count may need can leave a count."""
        return self.tables.worked_out.get(count, 0.0) >= self.limit

    def parts(self, small: Collection[Count]) -> Iterator[Part]:
        """The tables in parts, those with a small count."""
        root: dict[Count, Count] = {}

        def find(count: Count) -> Count:
            while (above := root.setdefault(count, count)) != count:
                root[count] = root[above]
                count = root[count]
            return count

        for joined in (*(each.counts for each in self.equations), *self.tables.published.values()):
            changing = [count for count in joined if count not in self.fixed]
            for count in changing[1:]:
                root[find(count)] = find(changing[0])
        found: dict[Count, Part] = {find(count): Part() for count in sorted(small, key=str)}
        for count in sorted(self.tables.counts - self.fixed, key=str):
            if (part := found.get(find(count))) is not None:
                part.counts.append(count)
        for count in sorted(small, key=str):
            found[find(count)].small.append(count)
        for equation in self.equations:
            changing = [count for count in equation.counts if count not in self.fixed]
            if changing and (part := found.get(find(changing[0]))) is not None:
                part.equations.append(equation)
        yield from found.values()

    def needs(self, small: Count) -> tuple[Need, Need]:
        """What a small count needs: to go up, and to go down."""
        ways: list[tuple[Case, ...]] = [(frozenset(),)]
        for equation in self._as_term[small]:
            if any(factor != 1 for factor in equation.factors):
                continue
            others = [term for term in self._with_cases(equation) if term != small]
            large = [self.cases(other) for other in others if self.is_large(other)]
            ways += large[:_MOST_DONORS]
            if others and self.is_large(equation.total):
                shared = tuple(case for other in others for case in self.cases(other))
                ways += [shared] if len(shared) <= _MOST_CASES else []
        return Need(small, True, tuple(dict.fromkeys(ways))), Need(small, False, (self.cases(small),))

    def cases(self, count: Count) -> tuple[Case, ...]:
        """The kinds of cases that a count may have, by the counts that each is in.

        Parts are told apart where some of them may have no case to give.
        """
        if count in self._cases:
            return self._cases[count]
        base = self._upward([count])
        waiting, found = [base], dict[Case, None]()
        while waiting and len(waiting) + len(found) <= _MOST_CASES:
            case = waiting.pop()
            if any(sum(term in case for term in each.terms) > 1 for each in self._sums(case)):
                continue
            parts = next((parts for each in self._sums(case) if (parts := self._parting(each, case, count))), ())
            waiting += [self._upward([*case, part]) for part in parts]
            if not parts:
                found[case] = None
        self._cases[count] = (base,) if waiting or not found else tuple(found)
        return self._cases[count]

    def _sums(self, case: Case) -> Iterator[Equation]:
        for count in sorted(case, key=self._order.__getitem__):
            yield from (each for each in self._as_total[count] if each.is_plain)

    def _parting(self, equation: Equation, case: Case, of: Count) -> list[Count]:
        """The terms of a sum of which a case of the sum is in one; none where it does not matter in which."""
        if not case.isdisjoint(equation.terms):
            return []
        terms, value = self._with_cases(equation), self.tables.worked_out.get(equation.total)
        matters = value is None or value < self.limit or len(terms) == 1
        return terms if matters or (equation.total == of and not all(map(self.is_large, terms))) else []

    def _with_cases(self, equation: Equation) -> list[Count]:
        """The terms of a sum that may have a case."""
        return [term for term in equation.terms if self.tables.worked_out.get(term) != 0 and term not in self._nothing]

    def _upward(self, counts: Iterable[Count]) -> Case:
        """Counts, and those of which they are a part."""
        reached = {*counts}
        waiting = [*reached]
        while waiting:
            new = {each.total for each in self._as_term[waiting.pop()] if each.is_plain} - reached
            reached |= new
            waiting += new
        return frozenset(reached)


def _equations(tables: Tables) -> Iterator[Equation]:
    """The sums of tables, and those of the parts of wholes that are in none of their groups.

    A difference is turned: `a - b` and `b` add up to `a`, as cases of both are cases of `a`.
    """
    sums = [(each.total, each.terms, each.factors) for each in (*tables.links, *tables.earlier)]
    inner = defaultdict(list)
    for each in tables.links:
        if each.link is not Link.GROUPS:
            for count in each.counts:
                inner[inner_of(count)].append(each)
    rests = dict[tuple[Count, tuple[Count, ...], tuple[float, ...]], None]()
    for count in sorted((count for count in tables.counts if count.group == REST), key=str):
        for each in inner[inner_of(count)]:
            own = tuple(inner_of(other).of(slice_of(count)) for other in each.counts)
            rests[own[0], own[1:], each.factors] = None
    for total, terms, factors in (*sums, *rests):
        plus = [place for place, factor in enumerate(factors) if factor > 0]
        if len(plus) == 1 and len(factors) > 1 and factors[plus[0]] == 1:
            less = [place for place in range(len(terms)) if place != plus[0]]
            parts = total, *(terms[place] for place in less)
            yield Equation(terms[plus[0]], parts, (1.0, *(-factors[place] for place in less)))
        else:
            yield Equation(total, terms, factors)


def _late(tables: Tables, absent: Collection[Count]) -> set[Count]:
    """The counts that had not come, and those without a value that such a count is a sum of or a part of.

    A total of what has come leaves nothing for them. What an earlier paper withheld had come.
    """
    late = {count for count in absent if not tables.worked_out.get(count)}
    beside: dict[Count, list[Linked]] = defaultdict(list)
    for linked in tables.links:
        if linked.link is not Link.GROUPS:
            for count in linked.counts:
                beside[count].append(linked)
    waiting = [*late]
    while waiting:
        beside_it = {count for linked in beside[waiting.pop()] for count in linked.counts}
        new = {
            count for count in beside_it if not any(count in each for each in (tables.worked_out, tables.kept, late))
        }
        late |= new
        waiting += new
    return late
