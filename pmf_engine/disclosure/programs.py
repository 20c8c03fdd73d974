"""The programs of the search for the fewest rows: linear ones that ask for changes, and one that chooses rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any, NamedTuple

from pmf_engine.disclosure.accounts import Accounts, Case, Need, Part
from pmf_engine.disclosure.tables import Count

_MOST_NODES = 500
"""How many nodes of the search tree an integer program may take."""

_WHOLE = 150
"""How many steps a choice of whole rows takes."""

_FREE = 1e3
NEAR = 1e-6
"""What counts as nothing."""


class TooManyStepsError(Exception):
    """The steps are used up."""


@dataclass
class Steps:
    """How many steps are left: a linear program takes one, and one more for each
    hundred counts. They bound the time, alike on every machine."""

    left: int

    def take(self, steps: int) -> None:
        """Takes some steps. Raises TooManyStepsError where there are none left."""
        if self.left < 0:
            raise TooManyStepsError
        self.left -= steps


class Cut(NamedTuple):
    """Of the counts, each by its weight, at least `least` must be withheld."""

    weights: Mapping[int, float]
    least: float


class Programs:
    """The linear programs that ask whether a small count can change.

    The variables are the changes of counts, in cases. A count of which nobody knows the value changes by at most one
    case down, where it may have one, and by at most the largest factor of the sums up.
    """

    def __init__(self, accounts: Accounts, part: Part, steps: Steps) -> None:
        import numpy as np

        self.np, self._part, self._steps = np, part, steps
        self.rows_of = [sorted(accounts.tables.rows.get(count, ())) for count in part.counts]
        self._places = {count: place for place, count in enumerate(part.counts)}
        self._solver = new_solver()
        size = len(part.counts)
        self._all = np.arange(size, dtype=np.int32)
        self._solver.addVars(size, np.zeros(size), np.zeros(size))
        most, entries = 1.0, list[tuple[int, int, float]]()
        for row, equation in enumerate(part.equations):
            factors: dict[int, float] = defaultdict(float)
            for count, factor in zip(equation.counts, (-1.0, *equation.factors), strict=True):
                most = max(most, abs(factor), 1 / abs(factor))
                if count in self._places:
                    factors[self._places[count]] += factor
            self._solver.addRow(0, 0, len(factors), [*factors], [*factors.values()])
            entries += [(row, place, factor) for place, factor in factors.items()]
        self._of_row = np.array([row for row, _, _ in entries], dtype=int)
        self._of_count = np.array([place for _, place, _ in entries], dtype=int)
        self._factors = np.array([factor for _, _, factor in entries])
        self._solver.changeObjectiveSense(_highspy().ObjSense.kMaximize)
        is_free = np.array([count in accounts.free for count in part.counts])
        is_large = np.array([accounts.is_large(count) for count in part.counts])
        self._up = np.where(is_free, _FREE, most)
        self._down = np.where(is_free, -_FREE, np.where(is_large, -1.0, 0.0))
        self._down_of: dict[Case, Any] = {}
        self._last = 0
        self._found: dict[tuple[Count, bool, Case], Any] = {}

    def missing(self, need: Need, way: tuple[Case, ...], hidden: Any, share: float = 1.0) -> Cut | None:
        """What must be withheld besides for a change to be possible in one way; None where it is possible.

        Args:
            need: The change.
            way: The cases that must be free to leave their counts.
            hidden: Of each count, how far it is withheld, from 0 to 1.
            share: How much of the change must be possible.
        """
        if share <= 0:
            return None
        small, sign = self._places[need.small], 1.0 if need.is_up else -1.0
        for case in way:
            down = self._lowest(case)
            low, high = down * hidden, self._up * hidden
            low[small], high[small] = (0, 1) if need.is_up else (-1, 0)
            self._solver.changeColsBounds(len(self._all), self._all, low, high)
            self._solver.changeColCost(self._last, 0.0)
            self._solver.changeColCost(small, sign)
            self._last = small
            self._steps.take(1 + len(self._all) // 100)
            self._solver.run()
            solution = self._solver.getSolution()
            changes = self.np.array(solution.col_value)
            if sign * changes[small] >= share - NEAR:
                self._found[need.small, need.is_up, case] = changes
                continue
            reduced = self.np.array(solution.col_dual)
            own = max(0.0, sign * reduced[small])
            weights = self.np.where(reduced > 0, reduced * self._up, reduced * down)
            weights[small] = 0.0
            return Cut({int(at): float(weights[at]) for at in self.np.nonzero(weights > 1e-9)[0]}, 1 - own)
        return None

    def hidden(self, rows: Collection[int]) -> Any:
        """Of each count, 1 where rows are all that show it, else 0."""
        return self.np.array([float(all(row in rows for row in of)) for of in self.rows_of])

    def hold(self, needs: Sequence[Need], hidden: Any) -> bool:
        """Whether the changes that the solver found are what they must be, by arithmetic alone."""
        return all(any(all(self._holds(need, case, hidden) for case in way) for way in need.ways) for need in needs)

    def _holds(self, need: Need, case: Case, hidden: Any) -> bool:
        np, changes = self.np, self._found.get((need.small, need.is_up, case))
        if changes is None:
            return False
        small = self._places[need.small]
        others = np.arange(len(changes)) != small
        return bool(
            abs(changes[small] - (1.0 if need.is_up else -1.0)) < NEAR
            and self.keeps_sums(changes)
            and np.all((changes > self._lowest(case) * hidden - NEAR)[others])
            and np.all((changes < self._up * hidden + NEAR)[others])
        )

    def keeps_sums(self, changes: Any) -> bool:
        """Whether some changes, one of each count, keep every sum."""
        np = self.np
        sums = np.bincount(self._of_row, self._factors * changes[self._of_count]) if len(self._of_row) else 0.0
        return bool(np.all(np.abs(sums) < NEAR))

    def rows_used(self, need: Need, way: tuple[Case, ...]) -> frozenset[int]:
        """The rows of the counts that change in a way that was found possible."""
        changes = sum(abs(self._found[need.small, need.is_up, case]) for case in way)
        return frozenset(row for at in self.np.nonzero(changes > NEAR)[0] for row in self.rows_of[at])

    def changed(self, needs: Sequence[Need]) -> frozenset[Count]:
        """The counts that change in one of the accounts."""
        cases = ((need, case) for need in needs for way in need.ways for case in way)
        found = (self._found.get((need.small, need.is_up, case)) for need, case in cases)
        nothing = self.np.zeros(len(self._all))
        total: Any = sum((abs(changes) for changes in found if changes is not None), nothing)
        return frozenset(count for count, change in zip(self._part.counts, total, strict=True) if change > NEAR)

    def _lowest(self, case: Case) -> Any:
        """How far each count may go down as a case leaves its counts."""
        if case not in self._down_of:
            down = self._down.copy()
            down[[self._places[count] for count in case if count in self._places]] = -1.0
            self._down_of[case] = self.np.minimum(self._down, down)
        return self._down_of[case]


class Master:
    """The integer program that chooses rows by the cuts found so far.

    The variables are the rows, the counts that more than one row shows, and the ways of needs that have a choice.
    """

    def __init__(
        self, rows_of: Sequence[Sequence[int]], needs: Sequence[Need], always: Collection[int], steps: Steps
    ) -> None:
        self._solver, self._steps, self.bound = new_solver(), steps, 0.0
        self._solver.setOptionValue("mip_rel_gap", 0.0)
        self._solver.setOptionValue("mip_max_nodes", _MOST_NODES)
        self._size, self._values, self._is_whole = 0, list[float](), False
        self._rows = {row: self._variable(row in always, 1.0) for row in sorted({*always}.union(*rows_of))}
        self._counts = [self._withheld(rows) for rows in rows_of]
        self._ways: dict[tuple[int, int], int] = {}
        for number, need in enumerate(needs):
            if len(need.ways) > 1:
                ways = {(number, which): self._variable(False, 0.0) for which in range(len(need.ways))}
                self._at_least(1.0, dict.fromkeys(ways.values(), 1.0))
                self._ways |= ways

    def _variable(self, is_one: bool, cost: float) -> int:
        self._solver.addVar(float(is_one), 1)
        self._solver.changeColCost(self._size, cost)
        self._size += 1
        return self._size - 1

    def _withheld(self, rows: Sequence[int]) -> int | None:
        """The variable that says how far a count is withheld: by every row that shows it; None without rows."""
        if len(rows) < 2:
            return self._rows[rows[0]] if rows else None
        count = self._variable(False, 0.0)
        for row in rows:
            self._at_least(0.0, {self._rows[row]: 1.0, count: -1.0})
        return count

    def _at_least(self, least: float, weights: Mapping[int, float]) -> None:
        self._solver.addRow(least, _highspy().kHighsInf, len(weights), [*weights], [*weights.values()])

    def take_rows_whole(self) -> None:
        """From now on a row is withheld or not."""
        self._is_whole = True
        for variable in (*self._rows.values(), *self._ways.values()):
            self._solver.changeColIntegrality(variable, _highspy().HighsVarType.kInteger)

    def least(self) -> int:
        """How many rows every choice of whole rows has at least."""
        bound: float = self._solver.getInfo().mip_dual_bound
        return ceil(bound - NEAR)

    def solve(self) -> bool:
        """Finds the fewest rows that keep all cuts; whether it is proved that there are no fewer."""
        self._solver.run()
        self._steps.take(_WHOLE if self._is_whole else 1)
        self._values = list(self._solver.getSolution().col_value)
        self.bound = self._solver.getInfo().objective_function_value
        return bool(self._solver.getModelStatus() == _highspy().HighsModelStatus.kOptimal)

    def hidden(self) -> Any:
        """Of each count, how far it is withheld."""
        import numpy as np

        values = np.clip(self._values, 0, 1)
        return np.array([1.0 if variable is None else values[variable] for variable in self._counts])

    def share(self, number: int, which: int) -> float:
        """How far a need takes one of its ways."""
        return self._values[self._ways[number, which]] if (number, which) in self._ways else 1.0

    def rows_withheld(self) -> frozenset[int]:
        """The rows that are withheld."""
        return frozenset(row for row, variable in self._rows.items() if self._values[variable] > 0.5)

    def cut(self, cut: Cut, of: tuple[int, int] | None) -> bool:
        """Adds a cut, that of a need which takes one of its ways if it is of such; whether that says anything."""
        weights, least = dict[int, float](), cut.least
        for count, weight in cut.weights.items():
            variable = self._counts[count]
            if variable is None:
                least -= weight
            else:
                weights[variable] = weights.get(variable, 0.0) + weight
        if least < NEAR:
            return False
        weights = {variable: min(weight, least) for variable, weight in weights.items()}
        way = None if of is None else self._ways[of]
        self._at_least(0.0 if way is not None else least, weights if way is None else {**weights, way: -least})
        return True


def _highspy() -> Any:
    import highspy

    return highspy


@cache
def _silent_solver() -> Any:
    """A class of solvers without the banner that highspy prints to standard output, where papers go."""
    highspy = _highspy()

    class SilentSolver(highspy.Highs):  # type: ignore[misc, name-defined]
        def enableCallbacks(self) -> None:  # noqa: N802  # highspy calls it so
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return SilentSolver


def new_solver() -> Any:
    """A solver that says nothing, and takes the same steps each time."""
    solver = _silent_solver()()
    for name, value in {"threads": 1, "random_seed": 0, "presolve": "off"}.items():
        solver.setOptionValue(name, value)
    return solver
