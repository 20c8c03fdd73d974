"""Random boards for the attack on papers: counts of figures by quarter and group, some late, some revised later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

QUARTERS = [24195 + 3 * number for number in range(8)]
"""The first months of 2016-17 Q1 to 2017-18 Q4, counted from January of the year 0."""

GROUPS: Mapping[str, list[str]] = {"district": ["A", "B", "C", "D"], "ward": ["K", "L"], "agency": ["P", "Q"]}
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


class Shape(NamedTuple):
    """How large a board is: its quarters, and the groups of each breakdown, of which all have the same wholes."""

    quarters: list[int]
    groups: Mapping[str, list[str]]

    @property
    def first(self) -> str:
        """The breakdown of which the groups add up to the wholes."""
        return next(iter(self.groups))

    def whole(self, figure: str, quarter: int, by: str | None = None) -> dict[Cell, float]:
        """The whole of a figure as the sum of its groups."""
        by = by or self.first
        return {Cell(figure, quarter, by, group): 1.0 for group in self.groups[by]}


LARGE = Shape(QUARTERS, {by: GROUPS[by] for by in ("district", "ward")})


def small_shape(rnd: Random) -> Shape:
    """A year or less by one or two breakdowns of two to four groups; that by agency adds up to the whole, too."""
    groups = {
        by: GROUPS[by] for by in rnd.choice([("district",), ("agency",), ("district", "ward"), ("ward", "agency")])
    }
    if "district" in groups:
        groups["district"] = GROUPS["district"][: rnd.randint(2, 4)]
    return Shape(QUARTERS[: rnd.randint(2, 4)], groups)


@dataclass
class Secrets:
    """The counts of a random board: of each figure by quarter and group, all breakdowns with the same wholes."""

    counts: dict[Cell, int] = field(default_factory=dict)
    late: set[tuple[int, str]] = field(default_factory=set)
    """Quarters and groups without a return: everyone knows that they add nothing to any total."""
    shape: Shape = LARGE

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

    def value(self, linear: Linear) -> float:
        """The value of a sum of counts."""
        return sum(self.counts[cell] * factor for cell, factor in linear.items())

    def revised(self, rnd: Random) -> Secrets:
        """The board some months later: late returns have come, and some counts were revised.

        Raises:
            OverflowError: The groups of one breakdown leave no room for those of another.
        """
        later = Secrets({**self.counts}, {each for each in sorted(self.late) if rnd.random() < 0.5}, self.shape)
        often = rnd.choice([0.1, 0.3])
        for quarter in self.shape.quarters:
            changed = {at for at, _ in self.late - later.late if at == quarter and self.shape != LARGE}
            for group in self.shape.groups[self.shape.first]:
                came = (quarter, group) in self.late - later.late
                for figure in self.figures if (quarter, group) not in later.late else ():
                    if came or rnd.random() < often:
                        cell = Cell(figure, quarter, self.shape.first, group)
                        least = later.least(cell)
                        most = later.most(cell) if figure in INSIDE else least + 20
                        later.counts[cell] = rnd.randint(least, most)
                        changed.add(quarter)
            if changed:
                later.split(quarter, rnd, keep=self.shape != LARGE and rnd.random() < 0.7)
        return later

    def split(self, quarter: int, rnd: Random, *, keep: bool = False) -> None:
        """The same children once more, by each further breakdown: every child of `deep` is one of `part` and of `all`.

        Args:
            quarter: The quarter.
            rnd: The source of chance.
            keep: Groups keep their counts as far as these fit the whole.
        """
        figures = [figure for figure in ("deep", "part", "other", "all", *reversed(PAIR)) if figure in self.figures]
        for by in [*self.shape.groups][1:]:
            for figure in figures:
                of_whole = int(self.value(self.shape.whole(figure, quarter)))
                groups = [Cell(figure, quarter, by, group) for group in self.shape.groups[by]]
                came = [cell for cell in groups if (quarter, cell.group) not in self.late]
                least = {cell: self.least(cell) for cell in groups}
                old = {cell: self.counts.get(cell, 0) for cell in groups}
                is_new = any(old[cell] and cell not in came for cell in groups) or not any(old.values())
                if keep and not is_new and sum(old.values()) == of_whole and all(old[c] >= least[c] for c in groups):
                    continue
                spare = of_whole - sum(least.values())
                if spare < 0 or any(least[cell] for cell in groups if cell not in came):
                    raise OverflowError
                cuts = [0, *sorted(rnd.randint(0, spare) for _ in came[1:]), spare]
                for cell in groups:
                    self.counts[cell] = 0
                for cell, low, high in zip(came, cuts, cuts[1:], strict=False):
                    self.counts[cell] = least[cell] + high - low


def secrets(rnd: Random, figures: tuple[str, ...] = FIGURES, shape: Shape = LARGE) -> Secrets:
    """Random counts of some figures, of which many are small and some are nothing.

    Raises:
        OverflowError: The groups of one breakdown leave no room for those of another.
    """
    scale = rnd.choice([4, 10, 40, 300])
    board = Secrets(shape=shape)
    often = rnd.choice([0, 0, 0.1, 0.4])
    first, *others = shape.groups
    board.late = {
        (quarter, group) for quarter in shape.quarters for group in shape.groups[first] if rnd.random() < often
    }
    if shape != LARGE:
        last = {(quarter, shape.groups[by][-1]) for quarter in shape.quarters for by in others}
        board.late |= {each for each in sorted(last) if rnd.random() < often / 2}
    for quarter in shape.quarters:
        for figure in figures:
            for group in shape.groups[first]:
                cell = Cell(figure, quarter, first, group)
                if (quarter, group) in board.late:
                    board.counts[cell] = 0
                    continue
                most = board.most(cell) if figure in INSIDE else scale
                board.counts[cell] = rnd.choice([rnd.randint(0, most), most, 0])
        board.split(quarter, rnd)
    return board


def random_board(rnd: Random, figures: tuple[str, ...] = FIGURES, shape: Shape = LARGE) -> Secrets:
    """A random board."""
    while True:
        try:
            return secrets(rnd, figures, shape)
        except OverflowError:  # one breakdown leaves no room for another
            continue


def random_boards(rnd: Random, figures: tuple[str, ...] = FIGURES, shape: Shape = LARGE) -> tuple[Secrets, Secrets]:
    """A random board, and the same some months later."""
    while True:
        board = random_board(rnd, figures, shape)
        try:
            return board, board.revised(rnd)
        except OverflowError:  # one breakdown leaves no room for another
            continue
