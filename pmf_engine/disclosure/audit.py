"""What to withhold beside rounded counts: a linear program finds how far each small count can be worked out.

Its variables are the changes of counts that keep every sum. A withheld count may be anything, a shown one whatever
rounds to what is shown. Each small count must be able to be 1 or less, and the limit less one or more. Where it is not,
the rows of its move are withheld (see `moves`), and where that is not enough, all that sums link to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from math import inf
from typing import Any

from pmf_engine.disclosure.accounts import Accounts, Part
from pmf_engine.disclosure.earlier import given_away
from pmf_engine.disclosure.moves import Move, Moves
from pmf_engine.disclosure.programs import NEAR, Programs, Steps, TooManyStepsError, new_solver
from pmf_engine.disclosure.rounding import Ends, Rounded
from pmf_engine.disclosure.tables import Count, Tables
from pmf_engine.disclosure.withholding import Withheld, by_moves, closure, links_of, revised_beside, small_counts

_MOST_STEPS = 50_000
"""How many steps the audit may take; the small counts that are left have their moves withheld."""


def withhold_beside_rounded(tables: Tables, how: Rounded, *, audits: bool) -> Withheld:
    """The rows and counts that must be withheld where all others are rounded.

    Args:
        tables: The counts and their links.
        how: Which counts are rounded.
        audits: Whether to ask the solver; without it every small count has its move.
    """
    limit, links, steps = how.rounding.limit, links_of(tables), Steps(_MOST_STEPS)
    sums = Accounts(tables, limit)
    kept = tables.kept | revised_beside(tables, limit)
    small = sorted(small_counts(tables, limit, kept), key=str)
    rests = {at: rest for at, counts in tables.published.items() if (rest := tables.rest_of(counts)) is not None}
    rows = {
        at
        for at, counts in tables.published.items()
        if not kept.union(small).isdisjoint(counts)
        or any(how.hides(count.text, tables.values.get(count)) for count in counts)
        or (at in rests and 0 < tables.values.get(rests[at], 0) < limit)
    }

    def move_all(counts: Sequence[Count]) -> None:
        rows.update(*(move.rows for move in by_moves(sums, counts, rows, links)))

    # Nobody knows what a count was that an earlier paper withheld: it may have been small, whatever it is today.
    asked = [count for count in small if audits and tables.values.get(count, limit) < limit]
    move_all([count for count in small if count not in asked])
    accounts = Accounts(replace(tables, known=tables.known - tables.ranges.keys()), limit)
    moves, stuck, is_audited = Moves(sums), list[Count](), audits
    for part in sorted(accounts.parts(asked), key=lambda part: len(part.counts) * len(part.small)):
        try:
            audit = Audit(accounts, part, how, rests, steps)
            failing = audit.failing(part.small, rows)
            for count in sorted(failing, key=lambda count: count.by is not None):  # a whole that is free frees groups
                if audit.failing([count], rows) and (move := moves.cheapest(count, rows)):
                    rows |= move.rows
                most, linked = 1, Move(frozenset(), frozenset())
                while audit.failing([count], rows):
                    before, linked = linked, closure(tables, links, [count], most)
                    if linked == before:
                        break
                    rows |= linked.rows
                    most += 1
            audit.forget_contradicted()
            stuck += audit.failing(failing, rows)
        except TooManyStepsError:
            is_audited = False
            move_all(part.small)
    hidden = {count for at in rows for count in tables.published[at]} | {*small}
    given = {*given_away(tables, asked), *(stuck if tables.known else ())}
    return Withheld(frozenset(rows), frozenset(hidden), given, is_audited=is_audited)


class Audit(Programs):
    """The linear programs about one part of the tables.

    Args:
        accounts: The sums of the tables.
        part: The part.
        how: Which counts are rounded.
        rests: By row, what is left of its denominator: a row that is shown says that it is 0, or the limit or more.
        steps: How many steps the programs may take.
    """

    def __init__(self, accounts: Accounts, part: Part, how: Rounded, rests: Mapping[int, Count], steps: Steps) -> None:
        super().__init__(accounts, part, steps)
        np, tables, limit = self.np, accounts.tables, how.rounding.limit
        rows_of_rest: dict[Count, list[int]] = defaultdict(list)
        for at, rest in rests.items():
            rows_of_rest[rest].append(at)
        self._rows_of_rest = [rows_of_rest.get(count, []) for count in part.counts]
        values = {count: tables.values[count] for count in part.small}
        self._goals = {count: (min(1.0 - value, 0.0), max(limit - 1.0 - value, 0.0)) for count, value in values.items()}
        ends = [self._ends(count, accounts, how) for count in part.counts]
        own, shown, rest = (np.array(each, dtype=float) for each in zip(*ends, strict=True))
        fixed = np.zeros(len(part.equations))
        for row, equation in enumerate(part.equations):
            for count, factor in zip(equation.counts, (-1.0, *equation.factors), strict=True):
                fixed[row] += 0.0 if count in self._places else factor * tables.values.get(count, 0.0)
        base, self._contradicted = self._base([tables.values.get(count) for count in part.counts], own, fixed)
        self._withheld, self._shown, self._as_rest = (self._changes(each, own, base) for each in (own, shown, rest))

    def _ends(self, count: Count, accounts: Accounts, how: Rounded) -> tuple[Ends, Ends, Ends]:
        """Between what everyone knows a count to be: withheld, shown, and as what is left of a whole that is shown."""
        value, ranges = accounts.tables.values.get(count), accounts.tables.ranges
        own = ranges.get(count, (-inf if count in accounts.free or (value or 0) < 0 else 0.0, inf))
        if value is None:
            return own, own, own
        return own, how.ends(count.text, value), (0.0, 0.0) if value == 0 else (how.rounding.limit, inf)

    def _changes(self, ends: Any, own: Any, base: Any) -> Any:
        """How far each count may change between some ends, and its own."""
        np = self.np
        low, high = np.maximum(ends[:, 0], own[:, 0]) - base, np.minimum(ends[:, 1], own[:, 1]) - base
        return np.stack([np.minimum(low, 0.0), np.maximum(high, 0.0)], axis=1)

    def _base(self, values: Sequence[float | None], own: Any, fixed: Any) -> tuple[Any, Any]:
        """The values of counts, and the sums that do not hold between them.

        Of counts whose value nobody has they are some that keep the sums as far as that can be.
        """
        np, size, rows = self.np, len(values), len(fixed)
        unknown = np.array([value is None for value in values])
        known = np.array([value or 0.0 for value in values])
        solver = new_solver()
        low = np.concatenate([np.where(unknown, own[:, 0], known), np.zeros(2 * rows)])
        high = np.concatenate([np.where(unknown, own[:, 1], known), np.full(2 * rows, inf)])
        solver.addVars(size + 2 * rows, low, high)
        for row in range(rows):
            at = np.nonzero(self._of_row == row)[0]
            columns = [*self._of_count[at], size + 2 * row, size + 2 * row + 1]
            solver.addRow(-fixed[row], -fixed[row], len(columns), columns, [*self._factors[at], 1.0, -1.0])
        costs = np.concatenate([np.zeros(size), np.ones(2 * rows)])
        solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self._steps.take(1 + len(costs) // 100)
        solver.run()
        solution = np.array(solver.getSolution().col_value)
        slack = solution[size:].reshape(rows, 2).sum(axis=1)
        return np.where(unknown, solution[:size], known), np.nonzero(slack > NEAR)[0]

    def forget_contradicted(self) -> None:
        """Leaves out the sums of earlier papers between counts of which one was revised since."""
        for row in self._contradicted:
            self._solver.changeRowBounds(row, -inf, inf)
        kept = ~self.np.isin(self._of_row, self._contradicted)
        self._of_row, self._of_count, self._factors = self._of_row[kept], self._of_count[kept], self._factors[kept]

    def failing(self, counts: Sequence[Count], rows: Set[int]) -> list[Count]:
        """The small counts that must have more withheld beside some rows: first all are asked together, then singly."""
        np, is_shown = self.np, self.hidden(rows) < 1
        is_rest = np.array([any(at not in rows for at in of) for of in self._rows_of_rest])
        ends = np.where(is_shown[:, None], self._shown, self._withheld)
        low = np.where(is_rest, np.maximum(ends[:, 0], self._as_rest[:, 0]), ends[:, 0])
        high = np.where(is_rest, np.minimum(ends[:, 1], self._as_rest[:, 1]), ends[:, 1])
        goals = [(count, goal) for count in counts for goal in self._goals[count]]
        down = self._unreached({count: goal for count, goal in goals if goal < 0}, low, high)
        up = self._unreached({count: goal for count, goal in goals if goal > 0}, low, high)
        return [count for count in counts if count in down or count in up]

    def _unreached(self, goals: Mapping[Count, float], low: Any, high: Any) -> Collection[Count]:
        """The counts that cannot change as far as they must, each count between its least and its greatest change."""
        waiting, reached = dict(goals), {*goals}
        while len(waiting) > 1 and reached:
            reached = self._reached(waiting, low, high)
            waiting = {count: goal for count, goal in waiting.items() if count not in reached}
        return [count for count, goal in waiting.items() if not self._reached({count: goal}, low, high)]

    def _reached(self, goals: Mapping[Count, float], low: Any, high: Any) -> set[Count]:
        """The counts that change as far as they must where all together change as far as they can, and no further."""
        np, costs, low, high = self.np, self.np.zeros(len(low)), low.copy(), high.copy()
        for count, goal in goals.items():
            place = self._places[count]
            costs[place] = 1.0 if goal > 0 else -1.0
            low[place], high[place] = max(low[place], min(goal, 0.0)), min(high[place], max(goal, 0.0))
        for change, values in ((self._solver.changeColsBounds, (low, high)), (self._solver.changeColsCost, (costs,))):
            change(len(self._all), self._all, *values)
        self._steps.take(1 + len(self._all) // 100)
        self._solver.run()
        changes = np.array(self._solver.getSolution().col_value)
        if not self.keeps_sums(changes) or np.any(changes < low - NEAR) or np.any(changes > high + NEAR):
            return set()
        return {count for count, goal in goals.items() if abs(changes[self._places[count]] - goal) < NEAR}
