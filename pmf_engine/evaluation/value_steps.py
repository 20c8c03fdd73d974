"""Steps of values: indicators, figures, aggregates and the parts of formulas as steps of one panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from pmf_engine.formula.compute.batches import Steps
from pmf_engine.formula.compute.column_names import (
    code_column,
    groups_of,
    lenient_column,
    owed_column,
    value_column,
)
from pmf_engine.formula.compute.compiling import amount, number
from pmf_engine.formula.functions import OVER_TIME
from pmf_engine.formula.syntax import Expression, aggregates, of_senders
from pmf_engine.framework.dependencies import (
    does_without,
    leaves_first,
)
from pmf_engine.framework.model import Framework, Indicator

_KEEPS_BREAKS = ("finite", "unbroken")
"""The operations that carry an indicator's own breaks; other steps may be shared with indicators without breaks."""


class _IndicatorKey(NamedTuple):
    """An indicator and its treatment of missing inputs: within a panel, these determine its value."""

    id: str
    missing: str


class ValueSteps:
    """Turns indicators and their parts into steps of one panel. Methods return the number of a step.

    It is a `Maker` of formulas (see `formula.compute.compiling`), and caches the step of each indicator's value.

    Attributes:
        sums: The figures that count as the sum of their groups.
    """

    def __init__(
        self,
        framework: Framework,
        steps: Steps,
        panel: int,
        months: int,
        sums: frozenset[str] = frozenset(),
    ) -> None:
        self.framework = framework
        self.steps = steps
        self.panel = panel
        self.months = months
        self.sums = sums
        self._indicator_steps: dict[_IndicatorKey, int] = {}
        self._breaks: dict[int, frozenset[int]] = {}
        self._own_breaks: frozenset[int] = frozenset()
        has_breaks = any(list_.breaks for list_ in framework.lists.values())
        formulas = [indicator.expression for indicator in framework.indicators.values()] if has_breaks else []
        self._aggregates = {node.text: node for formula in formulas for node in aggregates(formula)}

    # -- as a `Maker` ----------------------------------------------------------------

    def constant(self, value: float) -> int:
        """A number that is the same in every row."""
        return self.steps.constant(self.panel, value)

    def made(self, operation: str, *of: int, span: int = 0) -> int:
        """The result of an operation on other steps, without reading across the breaks of their inputs."""
        if not self._breaks and not self._own_breaks:
            return self.steps.made(self.panel, operation, of, span)
        breaks = frozenset[int]().union(*(self._breaks.get(part, ()) for part in of))
        own = self._own_breaks if operation in (*OVER_TIME, *_KEEPS_BREAKS) else frozenset[int]()
        respected = breaks | own if own or operation in (*OVER_TIME, "unbroken") else ()
        step = self.steps.made(self.panel, operation, of, span, respected)
        if breaks | own:
            self._breaks[step] = breaks | own
        return step

    def named(self, name: str) -> int:
        """A figure, an aggregate, or an indicator.

        A formula uses another indicator strictly: only where all inputs of that indicator have a value.
        """
        other = self.framework.indicators.get(name)
        if other is None:
            return self._column(name) if name in self.framework.figures else self._aggregate(name)
        return self.indicator(other if other.missing == "any" else replace(other, missing="any"))

    # -- indicators ------------------------------------------------------------------

    def _column(self, name: str, code: Callable[[str], str] = code_column) -> int:
        """A figure or aggregate with one of its codes; a flow that adds up over the period has no value at a break."""
        key = groups_of(name) if name in self.sums else name
        step = self.steps.column(self.panel, value_column(key), code(key))
        source = self.framework.figures.get(name)
        if source is not None and source.breaks:
            self._breaks[step] = frozenset(break_.at for break_ in source.breaks)
            if source.kind == "flow" and source.cadence.months < self.months:
                return self.made("unbroken", step)
        return step

    def _aggregate(self, name: str) -> int:
        """An aggregate of a list, by its text: one over the records of a whole period has no value at a break."""
        step = self.steps.column(self.panel, value_column(name), code_column(name))
        node = self._aggregates.get(name)
        breaks = self.framework.lists[node.list.name].breaks if node and not of_senders(node) else ()
        if node is None or not breaks:
            return step
        self._breaks[step] = frozenset(break_.at for break_ in breaks)
        return step if node.state == "open" else self.made("unbroken", step)

    def _lenient(self, name: str) -> int:
        """A figure or aggregate with its code for lenient sums; see `laid_out`."""
        return self._column(name, lenient_column)

    def _owed(self, name: str) -> int:
        """A figure with its code, 0 in periods in which it is not owed; see `laid_out`."""
        figure = self.framework.figures[name]
        return self._column(name, owed_column if (figure.since, figure.until) != (None, None) else code_column)

    def indicator(self, indicator: Indicator) -> int:
        """The value of an indicator; a value that overflows becomes `invalid`, so that no band rates it."""
        key = _IndicatorKey(indicator.id, indicator.missing)
        if key not in self._indicator_steps:
            # The innermost first: a chain of indicators must not become a chain of calls.
            for other in leaves_first(self.framework, indicator):
                strict = _IndicatorKey(other.id, "any")
                if strict not in self._indicator_steps:
                    self._indicator_steps[strict] = self._finite(replace(other, missing="any"))
            self._indicator_steps[key] = self._finite(indicator)
        return self._indicator_steps[key]

    def _finite(self, indicator: Indicator) -> int:
        """The value of an indicator, after those of the indicators in its formula."""
        answered = None
        if indicator.answered is not None:
            share, least = indicator.answered
            answered = self.indicator(self.framework.indicators[share]), self.constant(least)
        self._own_breaks = frozenset(break_.at for break_ in indicator.breaks)
        step = self.made("finite", self.part(indicator, indicator.expression))
        if answered is not None:
            step = self.made("answered", step, *answered)
        adds_up = indicator.lists or any(self.framework.figures[name].kind == "flow" for name in indicator.figures)
        if self._own_breaks and adds_up and indicator.cadence.months < self.months:
            step = self.made("unbroken", step)
        self._own_breaks = frozenset()
        return step

    def part(self, indicator: Indicator, node: Expression) -> int:
        """A part of an indicator's formula, with lenient sums where the indicator allows them."""
        strict = number(node, self, self.named)
        if not does_without(self.framework, indicator):
            return strict
        owed = number(node, self, self._owed)
        return self.made("lenient_or_reason", amount(node, self, self._lenient), strict, owed)
