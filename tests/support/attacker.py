"""An attacker on published rows: linear programs for the least and the greatest value that a withheld count may have.

It knows the formulas, and that groups add up to their whole; it is written without the code under test, from counts of
figures by quarter and group.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf

import highspy

from tests.support.secret_counts import BESIDE, INSIDE, Linear, Secrets


class Attacker:
    """What can be worked out from sums of counts whose values are known, of a board and of later states of it.

    It knows which counts were not revised.

    Args:
        boards: The board and its later states.
        whole_numbers: Whether it reckons with whole numbers alone, by integer programs.
    """

    def __init__(self, *boards: Secrets, whole_numbers: bool = False) -> None:
        self._whole_numbers = whole_numbers
        cells = [(at, cell) for at, board in enumerate(boards) for cell in board.counts]
        self.columns = {cell: place for place, cell in enumerate(cells)}
        self._asked: list[int] = []
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self.solver.setOptionValue("output_flag", False)
        for _ in self.columns:
            self.solver.addVar(0, inf)
        for at, board in enumerate(boards):
            shape = board.shape
            for quarter in shape.quarters:
                for figure in board.figures:
                    for by in [*shape.groups][1:]:
                        other = dict.fromkeys(shape.whole(figure, quarter, by), -1.0)
                        self.confine({**shape.whole(figure, quarter), **other}, 0, 0, at)
            for cell in board.counts:
                if (cell.quarter, cell.group) in board.late:
                    self.confine({cell: 1.0}, 0, 0, at)
                if cell.figure in INSIDE:
                    parts = [cell, cell._replace(figure=BESIDE.get(cell.figure, cell.figure))]
                    whole_ = {cell._replace(figure=INSIDE[cell.figure]): 1.0}
                    self.confine({**whole_, **dict.fromkeys(parts, -1.0)}, 0, inf, at)
        for at, (board, later) in enumerate(pairwise(boards)):
            for cell, count in board.counts.items():
                if later.counts[cell] == count and (cell.quarter, cell.group) not in board.late - later.late:
                    self.solver.addRow(0, 0, 2, [self.columns[at, cell], self.columns[at + 1, cell]], [1.0, -1.0])

    def confine(self, linear: Linear, low: float, high: float, at: int = 0) -> None:
        """What is known of a sum of counts of one of the boards: its least and its greatest value."""
        places = [self.columns[at, cell] for cell in linear]
        self.solver.addRow(low, high, len(places), places, [*linear.values()])

    def learns(self, linear: Linear, value: float, at: int = 0) -> None:
        """A published number of one of the boards."""
        self.confine(linear, value, value, at)

    def bounds(self, linear: Linear, at: int = 0) -> tuple[float, float]:
        """The least and the greatest value of a sum of counts of one of the boards, by all that is known."""
        for place in self._asked:
            self.solver.changeColCost(place, 0.0)
        self._asked = [self.columns[at, cell] for cell in linear]
        for place, factor in zip(self._asked, linear.values(), strict=True):
            self.solver.changeColCost(place, factor)
        return self._bound(highspy.ObjSense.kMinimize), self._bound(highspy.ObjSense.kMaximize)

    def _bound(self, sense: highspy.ObjSense) -> float:
        self.solver.changeObjectiveSense(sense)
        self.solver.run()
        is_whole = self._whole_numbers and self._is_broken()
        if is_whole:
            self._take(highspy.HighsVarType.kInteger)
            self.solver.run()
        status, value = self.solver.getModelStatus(), self.solver.getInfo().objective_function_value
        if is_whole:
            self._take(highspy.HighsVarType.kContinuous)
        if status == highspy.HighsModelStatus.kOptimal:
            return float(value)
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return -inf if sense == highspy.ObjSense.kMinimize else inf
        raise AssertionError(f"the published numbers contradict each other: {status}")

    def _take(self, kind: highspy.HighsVarType) -> None:
        """From now on counts are whole numbers, or any."""
        for place in self.columns.values():
            self.solver.changeColIntegrality(place, kind)

    def _is_broken(self) -> bool:
        """Whether the solution found has counts that are no whole numbers."""
        values = self.solver.getSolution().col_value
        is_optimal = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return is_optimal and any(abs(value - round(value)) > 1e-6 for value in values)
