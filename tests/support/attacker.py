"""An attacker on published rows: linear programs for the least and the greatest value that a withheld count may have.

It knows the formulas, and that groups add up to their whole; it is written without the code under test, from counts of
figures by quarter and group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from random import Random
from typing import NamedTuple

import highspy

QUARTERS = [24195 + 3 * number for number in range(8)]
"""The first months of 2016-17 Q1 to 2017-18 Q4, counted from January of the year 0."""

GROUPS: Mapping[str, list[str]] = {"district": ["A", "B", "C", "D"], "ward": ["K", "L"]}
FIGURES = ("all", "part", "other", "deep")
"""`part` and `other` are parts of `all`, `deep` is a part of `part`."""

PAIR = ("twice", "better", "worse")
"""Those scored twice, the better and the worse of them: nobody is both. Some boards have them."""

INSIDE = {"part": "all", "other": "all", "deep": "part", "better": "twice", "worse": "twice"}
BESIDE = {"better": "worse", "worse": "better"}


class Cell(NamedTuple):
    """A count of a figure in a quarter, of a group of a breakdown."""

    figure: str
    quarter: int
    by: str
    group: str


Linear = Mapping[Cell, float]


@dataclass
class Secrets:
    """The counts of a random board: of each figure by quarter and district, and by ward with the same wholes."""

    counts: dict[Cell, int] = field(default_factory=dict)
    late: set[tuple[int, str]] = field(default_factory=set)
    """Quarters and districts without a return: everyone knows that they add nothing to any total."""

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that the board has."""
        return tuple(dict.fromkeys(cell.figure for cell in self.counts))

    def least(self, cell: Cell) -> int:
        """The least that a count can be beside those of its parts."""
        parts = [self.counts.get(cell._replace(figure=part), 0) for part, of in INSIDE.items() if of == cell.figure]
        return sum(parts) if cell.figure == "twice" else max(parts, default=0)

    def most(self, cell: Cell) -> int:
        """The most that a part can be beside its whole and the other parts."""
        beside = self.counts.get(cell._replace(figure=BESIDE[cell.figure]), 0) if cell.figure in BESIDE else 0
        return self.counts[cell._replace(figure=INSIDE[cell.figure])] - beside

    def revised(self, rnd: Random) -> Secrets:
        """The board some months later: late returns have come, and some counts were revised."""
        later = Secrets({**self.counts}, {each for each in sorted(self.late) if rnd.random() < 0.5})
        often = rnd.choice([0.1, 0.3])
        for quarter in QUARTERS:
            changed = False
            for group in GROUPS["district"]:
                came = (quarter, group) in self.late - later.late
                for figure in self.figures if (quarter, group) not in later.late else ():
                    if came or rnd.random() < often:
                        cell = Cell(figure, quarter, "district", group)
                        least = later.least(cell)
                        most = later.most(cell) if figure in INSIDE else least + 20
                        later.counts[cell] = rnd.randint(least, most)
                        changed = True
            if changed:
                _by_ward(later, quarter, rnd)
        return later

    def value(self, linear: Linear) -> float:
        """The value of a sum of counts."""
        return sum(self.counts[cell] * factor for cell, factor in linear.items())


def secrets(rnd: Random, figures: tuple[str, ...] = FIGURES) -> Secrets:
    """Random counts of some figures, of which many are small and some are nothing."""
    scale = rnd.choice([4, 10, 40, 300])
    board = Secrets()
    often = rnd.choice([0, 0, 0.1, 0.4])
    board.late = {(quarter, group) for quarter in QUARTERS for group in GROUPS["district"] if rnd.random() < often}
    for quarter in QUARTERS:
        for figure in figures:
            for group in GROUPS["district"]:
                cell = Cell(figure, quarter, "district", group)
                if (quarter, group) in board.late:
                    board.counts[cell] = 0
                    continue
                most = board.most(cell) if figure in INSIDE else scale
                board.counts[cell] = rnd.choice([rnd.randint(0, most), most, 0])
        _by_ward(board, quarter, rnd)
    return board


def _by_ward(board: Secrets, quarter: int, rnd: Random) -> None:
    """The same children once more, each in a ward: every child of `deep` is one of `part` and of `all`."""
    of_whole = {figure: board.value(whole(figure, quarter)) for figure in board.figures}
    first, last = (Cell("", quarter, "ward", group) for group in GROUPS["ward"])
    for figure in ("deep", "part", "other", "all", *reversed(PAIR)):
        if figure not in of_whole:
            continue
        one, other = (ward._replace(figure=figure) for ward in (first, last))
        least, most = board.least(one), board.least(other)
        spare = int(of_whole[figure]) - least - most
        if spare < 0:
            raise OverflowError
        own = rnd.randint(0, spare)
        board.counts[one], board.counts[other] = least + own, most + spare - own


def whole(figure: str, quarter: int, by: str = "district") -> dict[Cell, float]:
    """The whole of a figure as the sum of its groups."""
    return {Cell(figure, quarter, by, group): 1.0 for group in GROUPS[by]}


class Attacker:
    """What can be worked out from sums of counts whose values are known, of a board and of later states of it.

    It knows which counts were not revised.
    """

    def __init__(self, *boards: Secrets) -> None:
        cells = [(at, cell) for at, board in enumerate(boards) for cell in board.counts]
        self.columns = {cell: place for place, cell in enumerate(cells)}
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self.solver.setOptionValue("output_flag", False)
        for _ in self.columns:
            self.solver.addVar(0, inf)
        for at, board in enumerate(boards):
            for quarter in QUARTERS:
                for figure in board.figures:
                    by_ward = dict.fromkeys(whole(figure, quarter, "ward"), -1.0)
                    self.confine({**whole(figure, quarter), **by_ward}, 0, 0, at)
            for quarter, group in board.late:
                for figure in board.figures:
                    self.confine({Cell(figure, quarter, "district", group): 1.0}, 0, 0, at)
            for cell in board.counts:
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
        ends = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self.solver.changeObjectiveSense(sense)
            for (of, cell), place in self.columns.items():
                self.solver.changeColCost(place, linear.get(cell, 0.0) if of == at else 0.0)
            self.solver.run()
            status = self.solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                ends.append(self.solver.getInfo().objective_function_value)
            elif status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                ends.append(-inf if sense == highspy.ObjSense.kMinimize else inf)
            else:
                raise AssertionError(f"the published numbers contradict each other: {status}")
        return ends[0], ends[1]
