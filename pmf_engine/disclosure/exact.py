"""The fewest rows to withhold, by an integer program: the cell suppression problem of Fischetti and Salazar (2001).

A binary variable for each row says whether it is withheld. For each change that a small count needs, a linear program
asks whether it is possible beside the rows that are published; if not, its dual solution is a cut: an inequality that
every safe choice keeps and this one does not. Cuts are first sought for the linear relaxation, where each row may be
withheld in part, then for whole rows. When no cut is left, every change is possible.

All limits are on numbers of steps, none on time, so that the choice is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass

from pmf_engine.disclosure.accounts import Accounts, Need, Part
from pmf_engine.disclosure.programs import Cut, Master, Programs, Steps, TooManyStepsError
from pmf_engine.disclosure.tables import Count

EXTRA = "disclosure"
"""The extra of the package that brings the solver."""

_MOST_ROUNDS = 200
"""How often cuts are sought for one part."""

_MOST_WHOLE = 20
"""How often whole rows are chosen for one part."""

_TAIL = 5
"""After how many rounds in which the bound hardly moves rows are taken as whole."""

_PART = 1e-2
"""By how much a cut must do better where rows are withheld in part."""


@dataclass(frozen=True)
class Exact:
    """The choice for a part of the tables.

    Attributes:
        rows: The rows to withhold; those with a small count among them.
        counts: The counts that change in one of the accounts.
        least: How many rows must be withheld at least.
    """

    rows: frozenset[int]
    counts: frozenset[Count]
    least: int


def has_solver() -> bool:
    """Whether the solver is installed, and can be loaded."""
    try:
        import highspy  # noqa: F401
    except ImportError:
        return False
    return True


def fewest_rows(
    accounts: Accounts,
    part: Part,
    first: Collection[int],
    otherwise: Callable[[Collection[Count]], Collection[int]],
    steps: Steps,
) -> Exact | None:
    """The fewest rows to withhold of a part of the tables that are found; None where none are.

    Args:
        accounts: The sums of the tables.
        part: The part.
        first: The rows that are withheld whatever the choice is.
        otherwise: What to withhold where no account is found for some small counts.
        steps: How many steps the search may take.
    """
    try:
        programs = Programs(accounts, part, steps)
        everything = programs.np.ones(len(part.counts))
        needs, stuck = list[Need](), set[Count]()
        for need in (need for count in part.small for need in accounts.needs(count)):
            ways = tuple(way for way in need.ways if programs.missing(need, way, everything) is None)
            if ways:
                needs.append(Need(need.small, need.is_up, ways))
            else:
                stuck.add(need.small)
        always = {*first, *(otherwise(stuck) if stuck else ())}
        search = _Search(programs, needs, always, steps)
        rows = search.rows()
        if not search.holds(rows):
            return None
    except TooManyStepsError:
        return None
    return Exact(rows, programs.changed(needs), search.least)


class _Search:
    """The search for the fewest rows: by cuts for rows that are withheld in part, then for whole rows."""

    def __init__(self, programs: Programs, needs: Sequence[Need], always: Collection[int], steps: Steps) -> None:
        self._programs, self._needs, self._always = programs, needs, frozenset(always)
        self._master = Master(programs.rows_of, needs, always, steps)
        self._used: list[frozenset[int] | None] = [None] * len(needs)
        self.least = len(always)

    def rows(self) -> frozenset[int]:
        """The fewest rows that are found."""
        self._relax([Need(need.small, need.is_up, ((need.loosest,),)) for need in self._needs])
        self._relax(self._needs)
        best = self._completed(self._always)
        self._master.take_rows_whole()
        try:
            for _ in range(_MOST_WHOLE):
                is_solved = self._master.solve()
                self.least = max(self.least, self._master.least())
                if len(best) <= self.least:
                    break
                rows = self._master.rows_withheld()
                found = self._cuts(self._needs, range(len(self._needs)), whole=True)
                best = min(best, self._completed(rows) if found else rows, key=len)
                if len(best) <= self.least or not is_solved:
                    break
        except TooManyStepsError:
            pass
        return best

    def holds(self, rows: frozenset[int]) -> bool:
        """Whether every change is possible beside some rows, by arithmetic alone."""
        hidden = self._programs.hidden(rows)
        for need in self._needs:
            for way in need.ways:
                if self._programs.hold([need], hidden) or self._programs.missing(need, way, hidden) is None:
                    break
        return self._programs.hold(self._needs, hidden)

    def _relax(self, needs: Sequence[Need]) -> None:
        """Seeks cuts where rows may be withheld in part, until there are none, or the bound hardly moves."""
        open_, tail = {*range(len(needs))}, 0
        for _ in range(_MOST_ROUNDS):
            before = self._master.bound
            self._master.solve()
            tail = tail + 1 if self._master.bound < before + 1e-3 else 0
            found = self._cuts(needs, open_, whole=False)
            if not found and len(open_) < len(needs):
                found = self._cuts(needs, range(len(needs)), whole=False)
            if not found or tail > _TAIL:
                return
            open_ = found

    def _cuts(self, needs: Sequence[Need], open_: Collection[int], *, whole: bool) -> set[int]:
        """Adds the cuts that the needs of some numbers give; returns the numbers of those that gave one."""
        hidden, found = self._master.hidden(), set[int]()
        for number in sorted(open_):
            need, cuts = needs[number], list[tuple[int, Cut]]()
            for which, way in enumerate(need.ways):
                share = 1.0 if len(need.ways) == 1 else self._master.share(number, which)
                cut = self._programs.missing(need, way, hidden, 1.0 if whole else share - _PART)
                if cut is not None:
                    cuts.append((which, cut))
                elif whole:
                    break
            else:
                for which, cut in cuts:
                    if self._master.cut(cut, (number, which) if len(need.ways) > 1 else None):
                        found.add(number)
        return found

    def _completed(self, rows: Collection[int]) -> frozenset[int]:
        """Rows and those that are missing beside them, without those that no change needs."""
        chosen, rows_of = {*rows}, self._programs.rows_of
        for number in range(len(self._needs)):
            while (cut := self._missing(number, chosen)) is not None:
                open_ = [at for at in cut.weights if not chosen.issuperset(rows_of[at])]
                if not open_:
                    return frozenset(row for of in rows_of for row in of) | self._always
                chosen |= {*rows_of[max(open_, key=lambda at: (cut.weights[at], -at))]}
        for row in sorted(chosen - self._always):
            fewer = chosen - {row}
            if all(self._missing(number, fewer) is None for number in range(len(self._needs))):
                chosen = fewer
        return frozenset(chosen)

    def _missing(self, number: int, rows: Set[int]) -> Cut | None:
        """What is missing beside some rows for a need in one of its ways; None where one is possible."""
        used = self._used[number]
        if used is not None and used <= rows:
            return None
        need, hidden, cuts = self._needs[number], self._programs.hidden(rows), list[Cut]()
        for way in need.ways:
            cut = self._programs.missing(need, way, hidden)
            if cut is None:
                self._used[number] = self._programs.rows_used(need, way)
                return None
            cuts.append(cut)
        return min(cuts, key=lambda cut: len(cut.weights))
