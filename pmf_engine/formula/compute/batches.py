"""The steps of many formulas, worked out together: what does the same, for however many formulas, is done at once.

A formula is worked out for a panel, which has a row for each period of each group. Each of its operations is a step,
with a value and a code for each row. Steps that do the same to what is there already are put one below the other and
worked out in one go, so that a thousand formulas cost hardly more than ten; a formula that others name is worked out
once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from pmf_engine.formula.compute.operations import OVER_TIME, PLACE, TURN, Computed, work

_ROWS = 4_000_000
"""Rows that are worked out in one go: more would take memory, and no longer save time."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a step came to: a value and a code for each row of its panel, and what was spared (see `Computed`)."""

    value: pl.Series
    code: pl.Series
    spared: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """An operation on other steps of a panel, or a `leaf`: a number, or the names of two columns, value and code."""

    panel: int
    operation: str
    of: tuple[int, ...]
    leaf: float | tuple[str, str] | None
    depth: int


_Key: TypeAlias = "tuple[int, str, tuple[int, ...], float | tuple[str, str] | None]"


class Steps:
    """Steps of panels with periods of so many months each. Every step is there once, known by its number."""

    def __init__(self, months: Sequence[int]) -> None:
        self._months = months
        self._steps: list[_Step] = []
        self._numbers: dict[_Key, int] = {}

    def constant(self, panel: int, value: float) -> int:
        """The same number in every row."""
        return self._step(panel, "", (), value)

    def column(self, panel: int, value: str, code: str) -> int:
        """What is in the panel already, by the names of two columns."""
        return self._step(panel, "", (), (value, code))

    def made(self, panel: int, operation: str, of: tuple[int, ...]) -> int:
        """What an operation makes of other steps of the panel (see `work`)."""
        return self._step(panel, operation, of, None)

    def _step(self, panel: int, operation: str, of: tuple[int, ...], leaf: float | tuple[str, str] | None) -> int:
        key = (panel, operation, of, leaf)
        number = self._numbers.get(key)
        if number is None:
            depth = 1 + max(self._steps[one].depth for one in of) if of else 0
            number = self._numbers[key] = len(self._steps)
            self._steps.append(_Step(panel, operation, of, leaf, depth))
        return number

    def worked_out(self, panels: Sequence[pl.DataFrame], wanted: Collection[int]) -> dict[int, Worked]:
        """What the steps that are wanted came to, in the rows of each panel.

        These are sorted by period within each series, and have the columns `PLACE` and `TURN`.
        """
        uses = Counter(wanted)
        for step in self._steps:
            uses.update(step.of)
        done: dict[int, Worked] = {}
        by_depth: dict[int, list[int]] = {}
        for number, step in enumerate(self._steps):
            by_depth.setdefault(step.depth, []).append(number)
        for depth, numbers in sorted(by_depth.items()):
            if depth == 0:
                for number in numbers:
                    done[number] = _leaf(panels[self._steps[number].panel], self._steps[number].leaf)
                continue
            for batch in self._batches(numbers, panels, done):
                self._work_out(batch, panels, done)
            uses.subtract(one for number in numbers for one in self._steps[number].of)
            for one in {one for number in numbers for one in self._steps[number].of if not uses[one]}:
                del done[one]
        return {number: done[number] for number in wanted}

    def _batches(
        self, numbers: Sequence[int], panels: Sequence[pl.DataFrame], done: dict[int, Worked]
    ) -> Iterator[list[int]]:
        """Steps that do the same, as many as are worked out in one go."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for number in numbers:
            step = self._steps[number]
            months = self._months[step.panel] if step.operation in OVER_TIME else 0
            key = (step.operation, months, *(done[one].spared is None for one in step.of))
            alike.setdefault(key, []).append(number)
        for batch in alike.values():
            rows, begun = 0, 0
            for place, number in enumerate(batch):
                height = panels[self._steps[number].panel].height
                if rows and rows + height > _ROWS:
                    yield batch[begun:place]
                    rows, begun = 0, place
                rows += height
            yield batch[begun:]

    def _work_out(self, batch: Sequence[int], panels: Sequence[pl.DataFrame], done: dict[int, Worked]) -> None:
        steps = [self._steps[number] for number in batch]
        first = steps[0]
        columns: dict[str, pl.Series] = {}
        of: list[Computed] = []
        for place in range(len(first.of)):
            given = [done[step.of[place]] for step in steps]
            columns[f"v{place}"] = stacked([one.value for one in given])
            columns[f"c{place}"] = stacked([one.code for one in given])
            spared = [one.spared for one in given if one.spared is not None]
            if spared:
                columns[f"s{place}"] = stacked(spared)
            of.append(Computed(pl.col(f"v{place}"), pl.col(f"c{place}"), pl.col(f"s{place}") if spared else None))
        if first.operation in OVER_TIME:
            columns |= {name: stacked([panels[step.panel][name] for step in steps]) for name in (PLACE, TURN)}
        part = work(first.operation, of, self._months[first.panel])
        made = pl.DataFrame(columns).select(
            value=part.value.cast(pl.Float64),
            code=part.code.cast(pl.UInt32),
            **({} if part.spared is None else {"spared": part.spared.cast(pl.UInt32)}),
        )
        at = 0
        for number, step in zip(batch, steps, strict=True):
            height = panels[step.panel].height
            done[number] = Worked(*(column.slice(at, height) for column in made.iter_columns()))
            at += height


def _leaf(panel: pl.DataFrame, leaf: float | tuple[str, str] | None) -> Worked:
    if isinstance(leaf, tuple):
        return Worked(panel[leaf[0]], panel[leaf[1]])
    return Worked(repeated(leaf, pl.Float64, panel.height), repeated(0, pl.UInt32, panel.height))


def stacked(columns: Sequence[pl.Series]) -> pl.Series:
    """Columns one below the other."""
    return pl.concat(columns, rechunk=True) if len(columns) > 1 else columns[0]


def repeated(value: object, dtype: type[pl.DataType], height: int) -> pl.Series:
    """A column of the same in every row."""
    return pl.Series([value], dtype=dtype).new_from_index(0, height)
