"""Batched evaluation: the steps of many formulas computed together.

A formula is computed over a panel, which has a row for each period of each group. Each operation of the formula is a
step, with a value and a reason code for each row of the panel. Hash consing: equal steps of several formulas are one
step. Batching: steps with the same operation, from all panels, are stacked and computed at once, so that a thousand
formulas cost hardly more than ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl

from pmf_engine.formula.compute.maybe import MaybeExpr, MaybeSeries
from pmf_engine.formula.compute.operations import ACROSS, PLACE, SEGMENT, TURN, work
from pmf_engine.formula.functions import OVER_TIME

_ROWS = 4_000_000
"""The most rows of one batch: a larger batch takes more memory and saves no more time."""


class _Step(NamedTuple):
    """A node of the graph of computations.

    Attributes:
        panel: The number of the panel.
        operation: A name in `OPERATIONS`; empty for a leaf.
        of: The numbers of the steps that are its operands.
        leaf: A constant, or the names of a column of values and a column of reason codes.
        span: The number of months that a call names, 0 for none.
        breaks: The months of breaks; the operation reads no value across one.
    """

    panel: int
    operation: str
    of: tuple[int, ...]
    leaf: float | tuple[str, str] | None = None
    span: int = 0
    breaks: tuple[int, ...] = ()


class Steps:
    """The steps over some panels: a directed acyclic graph without duplicates, in which steps have numbers.

    Args:
        months: The length of a period of each panel.
    """

    def __init__(self, months: Sequence[int]) -> None:
        self._months = months
        self._steps: list[_Step] = []
        self._depths: list[int] = []
        self._numbers: dict[_Step, int] = {}

    def constant(self, panel: int, value: float) -> int:
        """The same number in every row."""
        return self._number(_Step(panel, "", (), value))

    def column(self, panel: int, value: str, code: str) -> int:
        """A value of the panel and its reason code, by the names of two columns."""
        return self._number(_Step(panel, "", (), (value, code)))

    def made(self, panel: int, operation: str, of: tuple[int, ...], span: int = 0, breaks: Iterable[int] = ()) -> int:
        """An operation on other steps of the panel (see `work`) that reads no value across a break."""
        return self._number(_Step(panel, operation, of, None, span, tuple(sorted(set(breaks)))))

    def _number(self, step: _Step) -> int:
        """The number of a step, the same for equal steps."""
        number = self._numbers.get(step)
        if number is None:
            number = self._numbers[step] = len(self._steps)
            self._steps.append(step)
            self._depths.append(1 + max(self._depths[part] for part in step.of) if step.of else 0)
        return number

    def worked_out(self, panels: Sequence[pl.DataFrame], wanted: Collection[int]) -> dict[int, MaybeSeries]:
        """Computes steps, level by level of the graph.

        The result of a step is freed (reference counting) when the last step that uses it is computed.

        Args:
            panels: The panels, sorted by period within each series, with the columns `PLACE` and `TURN`.
            wanted: The numbers of the steps whose values are needed.

        Returns:
            The values and reason codes of each wanted step, for the rows of its panel.
        """
        uses = Counter(wanted)
        for step in self._steps:
            uses.update(step.of)
        done: dict[int, MaybeSeries] = {}
        by_depth: dict[int, list[int]] = {}
        for number, depth in enumerate(self._depths):
            by_depth.setdefault(depth, []).append(number)
        for depth, numbers in sorted(by_depth.items()):
            if depth == 0:
                for number in numbers:
                    done[number] = _leaf(panels[self._steps[number].panel], self._steps[number].leaf)
                continue
            for batch in self._batches(numbers, panels, done):
                self._work_out(batch, panels, done)
            uses.subtract(part for number in numbers for part in self._steps[number].of)
            for part in {part for number in numbers for part in self._steps[number].of if not uses[part]}:
                del done[part]
        return {number: done[number] for number in wanted}

    def _batches(
        self, numbers: Sequence[int], panels: Sequence[pl.DataFrame], done: dict[int, MaybeSeries]
    ) -> Iterator[list[int]]:
        """Groups steps with the same operation into batches of at most `_ROWS` rows."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for number in numbers:
            step = self._steps[number]
            months = self._months[step.panel] if step.operation in OVER_TIME else 0
            left_out = (done[part].left_out is None for part in step.of)
            key = (step.operation, months, step.span, bool(step.breaks), *left_out)
            alike.setdefault(key, []).append(number)
        for batch in alike.values():
            rows, first = 0, 0
            for index, number in enumerate(batch):
                height = panels[self._steps[number].panel].height
                if rows and rows + height > _ROWS:
                    yield batch[first:index]
                    rows, first = 0, index
                rows += height
            yield batch[first:]

    def _work_out(self, batch: Sequence[int], panels: Sequence[pl.DataFrame], done: dict[int, MaybeSeries]) -> None:
        """Computes a batch: stacks the operands of its steps, runs the operation, and slices the result by step."""
        steps = [self._steps[number] for number in batch]
        first = steps[0]
        columns: dict[str, pl.Series] = {}
        of: list[MaybeExpr] = []
        for index in range(len(first.of)):
            operands = [done[step.of[index]] for step in steps]
            columns[f"v{index}"] = stacked([operand.value for operand in operands])
            columns[f"c{index}"] = stacked([operand.code for operand in operands])
            left_out = [operand.left_out for operand in operands if operand.left_out is not None]
            if left_out:
                columns[f"l{index}"] = stacked(left_out)
            of.append(MaybeExpr(pl.col(f"v{index}"), pl.col(f"c{index}"), pl.col(f"l{index}") if left_out else None))
        if first.operation in OVER_TIME:
            columns |= {name: stacked([panels[step.panel][name] for step in steps]) for name in (PLACE, TURN)}
        if first.breaks:
            segments = [_segments(panels[step.panel], self._months[step.panel], step.breaks) for step in steps]
            columns |= {name: stacked([frame[name] for frame in segments]) for name in (SEGMENT, ACROSS)}
        result = work(first.operation, of, self._months[first.panel], first.span, bool(first.breaks))
        made = pl.DataFrame(columns).select(
            value=result.value.cast(pl.Float64),
            code=result.code.cast(pl.UInt32),
            **({} if result.left_out is None else {"left_out": result.left_out.cast(pl.UInt32)}),
        )
        offset = 0
        for number, step in zip(batch, steps, strict=True):
            height = panels[step.panel].height
            done[number] = MaybeSeries(*(column.slice(offset, height) for column in made.iter_columns()))
            offset += height


def _segments(panel: pl.DataFrame, months: int, breaks: Sequence[int]) -> pl.DataFrame:
    """The columns `SEGMENT` and `ACROSS` of a panel; `months` is the length of its periods."""
    start, end = pl.col("start"), pl.col("start") + months
    passed = [(start >= at).cast(pl.Int32) + (end > at).cast(pl.Int32) for at in breaks]
    across = [(start < at) & (at < end) for at in breaks]
    return panel.select(pl.sum_horizontal(passed).alias(SEGMENT), pl.any_horizontal(across).alias(ACROSS))


def _leaf(panel: pl.DataFrame, leaf: float | tuple[str, str] | None) -> MaybeSeries:
    """The value and reason code of a constant or of two columns, for each row of a panel."""
    if isinstance(leaf, tuple):
        return MaybeSeries(panel[leaf[0]], panel[leaf[1]])
    return MaybeSeries(repeated(leaf, pl.Float64, panel.height), repeated(0, pl.UInt32, panel.height))


def stacked(columns: Sequence[pl.Series]) -> pl.Series:
    """The concatenation of columns, one below the other."""
    return pl.concat(columns, rechunk=True) if len(columns) > 1 else columns[0]


def repeated(value: object, dtype: type[pl.DataType], height: int) -> pl.Series:
    """A column of some height with the same value in every row."""
    return pl.Series([value], dtype=dtype).new_from_index(0, height)
