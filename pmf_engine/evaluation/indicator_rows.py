"""Indicator rows: one for each indicator, period and group, with its value and whether that is in its bands.

First the formulas and bands of all indicators are broken into steps (see `formula.compute.batches`), so that equal
steps are computed once and similar ones together. `judgement.judge` turns the rows into statuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.periods import Cadence
from pmf_engine.evaluation.inputs import AGENCY, Inputs
from pmf_engine.evaluation.panels import Panel, laid_out, planned_panel
from pmf_engine.evaluation.whole_bounds import whole_bounds
from pmf_engine.formula.compute.batches import Steps
from pmf_engine.formula.compute.column_names import (
    code_column,
    groups_of,
    lenient_column,
    owed_column,
    value_column,
    whole_of,
)
from pmf_engine.formula.compute.operations import amount, number
from pmf_engine.formula.functions import EARLIER_VALUES, OVER_TIME
from pmf_engine.formula.syntax import Band, Binary, Expression, aggregates, children, of_senders
from pmf_engine.framework.dependencies import (
    adds,
    asked_of_lists,
    counted_senders,
    does_without,
    figures_of,
    leaves_first,
    reached,
    senders_of,
)
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.bands import SIGNS, Case, Shape, banded

_KEEPS_BREAKS = ("finite", "unbroken")
"""What the breaks of an indicator make of its value; its other parts it may share with others, which have none."""

_MOST_CHOICES = 3
"""Of how many figures that are in doubt every choice is a reading."""


@dataclass(frozen=True)
class _Job:
    """The indicators that are computed in one panel: those of one cadence, whole or by one breakdown."""

    cadence: Cadence
    by: str | None
    indicators: tuple[Indicator, ...]


def rows(framework: Framework, inputs: Inputs, cadences: Mapping[str, Cadence]) -> pl.DataFrame:
    """Computes every indicator in `cadences`, whole and by its breakdowns, in all periods of the inputs' window.

    Args:
        framework: The framework that defines the indicators.
        inputs: The figures and list totals that they use.
        cadences: By indicator id, the length of the periods to compute it for.

    Returns:
        A frame with the columns of `judgement.judge.ROWS`.
    """
    jobs = _jobs(framework, cadences)
    steps = Steps([job.cadence.months for job in jobs])
    cases: list[Case] = []
    for panel, job in enumerate(jobs):
        wholes = whole_bounds(framework, inputs, job.by, job.indicators)
        sheet = Sheet(framework, steps, panel, job.cadence.months, wholes, inputs.in_doubt(job.by))
        cases += [case for indicator in job.indicators for case in sheet.cases(indicator, job.by)]
    panels = [panel_of(framework, inputs, job.cadence, job.by, job.indicators) for job in jobs]
    frames = laid_out(panels)
    worked = steps.worked_out(frames, [step for case in cases for step in case.steps])
    panel_attributes = pl.DataFrame(
        [(panel, job.cadence.months, job.cadence.year_start, job.by) for panel, job in enumerate(jobs)],
        schema={"panel": pl.UInt32, "months": pl.Int32, "year_start": pl.Int32, "by": pl.String},
        orient="row",
    )
    tested = banded(cases, frames, worked)
    tested = tested.join(panel_attributes, on="panel", how="left", maintain_order="left").drop("panel")
    return tested.with_columns(group=pl.when(pl.col("by").is_not_null()).then("group"))


def _jobs(framework: Framework, cadences: Mapping[str, Cadence]) -> list[_Job]:
    """Groups indicators by cadence and breakdown; of each cadence the whole comes first."""
    grouped: dict[tuple[Cadence, str | None], list[Indicator]] = {}
    for id_, cadence in cadences.items():
        indicator = framework.indicators[id_]
        for by in (None, *indicator.by):
            grouped.setdefault((cadence, by), []).append(indicator)
    order = {None: 0} | {by: position for position, by in enumerate([AGENCY, *framework.breakdowns], start=1)}
    keys = sorted(grouped, key=lambda key: (key[0], order[key[1]]))
    return [_Job(cadence, by, tuple(grouped[cadence, by])) for cadence, by in keys]


def panel_of(
    framework: Framework, inputs: Inputs, cadence: Cadence, by: str | None, indicators: Sequence[Indicator]
) -> Panel:
    """The panel of every figure and list total that these indicators and their bands use."""
    lenient = any(indicator.missing != "any" for indicator in reached(framework, indicators))
    listed = [*asked_of_lists(framework, indicators), *counted_senders(framework, indicators)]
    wholes = whole_bounds(framework, inputs, by, indicators).values()
    of_bounds = sorted({figure for figures in wholes for figure in figures})
    return planned_panel(inputs, cadence, by, figures_of(framework, indicators), lenient, listed, of_bounds)


class _IndicatorKey(NamedTuple):
    """An indicator and how it treats missing inputs: what the value of an indicator depends on, within a panel."""

    id: str
    missing: str


class Sheet:
    """Turns indicators, their bands and parts into steps of one panel. Methods return the number of a step.

    It is a `Maker` of formulas (see `formula.compute.operations`), and remembers the steps of each indicator's value.

    Attributes:
        wholes: By indicator, the figures that bound its groups by their wholes.
        in_doubt: The figures whose groups come to less than their whole somewhere: they have a second reading.
        sums: The figures that this sheet reads as the sum of their groups.
    """

    def __init__(
        self,
        framework: Framework,
        steps: Steps,
        panel: int,
        months: int,
        wholes: Mapping[str, frozenset[str]] | None = None,
        in_doubt: frozenset[str] = frozenset(),
        sums: frozenset[str] = frozenset(),
    ) -> None:
        self.framework = framework
        self.wholes = wholes or {}
        self.steps = steps
        self.panel = panel
        self.months = months
        self.in_doubt = in_doubt
        self.sums = sums
        self._indicator_steps: dict[_IndicatorKey, int] = {}
        self._by_sums: dict[frozenset[str], Sheet] = {}
        self._breaks: dict[int, frozenset[int]] = {}
        self._own_breaks: frozenset[int] = frozenset()
        has_breaks = any(one.breaks for one in framework.lists.values())
        formulas = [indicator.formula for indicator in framework.indicators.values()] if has_breaks else []
        self._aggregates = {node.text: node for formula in formulas for node in aggregates(formula)}

    # -- as a `Maker` ----------------------------------------------------------------

    def constant(self, value: float) -> int:
        """A number that is the same in every row."""
        return self.steps.constant(self.panel, value)

    def made(self, operation: str, *of: int, span: int = 0) -> int:
        """The result of an operation on other steps, which does not look across the breaks of what they rest on."""
        if not self._breaks and not self._own_breaks:
            return self.steps.made(self.panel, operation, of, span)
        breaks = frozenset[int]().union(*(self._breaks.get(part, ()) for part in of))
        own = self._own_breaks if operation in (*OVER_TIME, *_KEEPS_BREAKS) else frozenset[int]()
        looked_at = breaks | own if own or operation in (*OVER_TIME, "unbroken") else ()
        step = self.steps.made(self.panel, operation, of, span, looked_at)
        if breaks | own:
            self._breaks[step] = breaks | own
        return step

    def named(self, name: str) -> int:
        """A figure, an aggregate, or an indicator.

        A formula that uses an indicator takes its value only where all inputs of that indicator have one.
        """
        other = self.framework.indicators.get(name)
        if other is None:
            return self._column(name) if name in self.framework.figures else self._aggregate(name)
        return self.indicator(other if other.missing == "any" else replace(other, missing="any"))

    # -- indicators ------------------------------------------------------------------

    def _column(self, name: str, code: Callable[[str], str] = code_column) -> int:
        key = groups_of(name) if name in self.sums else name
        step = self.steps.column(self.panel, value_column(key), code(key))
        source = self.framework.figures.get(name)
        if source is not None and source.breaks:
            self._breaks[step] = frozenset(each.at for each in source.breaks)
            if source.kind == "flow" and source.cadence.months < self.months:
                return self.made("unbroken", step)
        return step

    def _aggregate(self, name: str) -> int:
        """An aggregate of a list, by its text: what adds up over its period does not reach across a break."""
        step = self.steps.column(self.panel, value_column(name), code_column(name))
        node = self._aggregates.get(name)
        breaks = self.framework.lists[node.list.name].breaks if node and not of_senders(node) else ()
        if node is None or not breaks:
            return step
        self._breaks[step] = frozenset(each.at for each in breaks)
        return step if node.state == "open" else self.made("unbroken", step)

    def _lenient(self, name: str) -> int:
        """A figure or aggregate with the code by which sums do without what has not come; see `laid_out`."""
        return self._column(name, lenient_column)

    def _owed(self, name: str) -> int:
        """A figure with the code of what is missing of what is owed; see `laid_out`."""
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
        """The value of an indicator whose parts that are indicators are made already."""
        self._own_breaks = frozenset(each.at for each in indicator.breaks)
        step = self.made("finite", self.part(indicator, indicator.formula))
        adds_up = indicator.lists or any(self.framework.figures[name].kind == "flow" for name in indicator.figures)
        if self._own_breaks and adds_up and indicator.cadence.months < self.months:
            step = self.made("unbroken", step)
        self._own_breaks = frozenset()
        return step

    def part(self, indicator: Indicator, node: Expression) -> int:
        """A part of an indicator's formula; its sums do without missing inputs where the indicator allows that."""
        strict = number(node, self, self.named)
        if not does_without(self.framework, indicator):
            return strict
        owed = number(node, self, self._owed)
        return self.made("lenient_or_reason", amount(node, self, self._lenient), strict, owed)

    # -- bands -----------------------------------------------------------------------

    def cases(self, indicator: Indicator, by: str | None) -> Iterator[Case]:
        """One case for the periods before the first tolerance entry, and one for those of each entry."""
        value = self.indicator(indicator)
        shown_value = value
        is_sum = isinstance(indicator.formula, Binary) and does_without(self.framework, indicator)
        if indicator.missing == "never" and is_sum:
            # A sum without any input is shown as 0; it keeps its reason code, so that nothing rates it.
            shown_value = self.made("zero_if_none_came", value, *(self._lenient(name) for name in indicator.figures))
        ratio = indicator.ratio
        parts = [shown_value, *self._of_ratio(indicator)]
        near = [entry.good if self._has_gap(indicator, entry) else None for entry in indicator.tolerances]
        gaps = [
            bound
            for entry, band in zip(indicator.tolerances, near, strict=True)
            for bound in self._bounds(indicator, entry, band, value)
        ]
        named = [
            number(term, self, lambda name: self._looked_up(indicator, name, value))
            for term in indicator.band_terms.values()
        ]
        compared = [self.named(name) for name in indicator.compare]
        after = gaps + named + compared
        operators = tuple(_operators(band) for band in near) if gaps else ()
        may_add = adds(self.framework, indicator)
        unrated = Shape((), (), None, operators, len(named), len(compared), ratio is not None, may_add)
        senders = frozenset(senders_of(self.framework, indicator)) if by == AGENCY else None
        case = Case(indicator.id, self.panel, unrated, (*parts, *after), senders=senders, per=indicator.per)
        starts = [entry.start for entry in indicator.tolerances]
        if not starts or starts[0] is not None:
            yield replace(case, until=starts[0] if starts else None)
        for position, (entry, until) in enumerate(zip(indicator.tolerances, [*starts, None][1:], strict=True)):
            in_force = replace(case, start=entry.start, until=until)
            if not self.judges(indicator, entry):
                yield in_force
                continue
            good, tolerance = (self._bounds(indicator, entry, band, value) for band in (entry.good, entry.tolerance))
            readings = [sheet._rated(indicator, entry) for sheet in self._readings(indicator)]
            yield replace(
                in_force,
                shape=replace(
                    unrated,
                    good=_operators(entry.good),
                    tolerance=_operators(entry.tolerance),
                    chance=ratio.function if ratio and entry.allow_for_chance else None,
                    readings=len(readings),
                ),
                steps=(*parts, *good, *tolerance, *after, *(step for reading in readings for step in reading)),
                entry=position,
                sign=SIGNS[entry.polarity],
            )

    def _of_ratio(self, indicator: Indicator) -> list[int]:
        """The numerator and the denominator, where the formula is a ratio."""
        return [number(node, self, self.named) for node in indicator.ratio.arguments[:2]] if indicator.ratio else []

    def _rated(self, indicator: Indicator, entry: Entry) -> list[int]:
        """The numbers by which an entry rates an indicator: see `Shape.rated_columns`."""
        value = self.indicator(indicator)
        bounds = [self._bounds(indicator, entry, band, value) for band in (entry.good, entry.tolerance)]
        return [value, *self._of_ratio(indicator), *bounds[0], *bounds[1]]

    def _readings(self, indicator: Indicator) -> Iterator[Sheet]:
        """The other readings by which an indicator is judged: wholes that are in doubt are the sums of their groups.

        First all of them are, then each choice of some; of many figures, each by itself.
        """
        figures = sorted(self.in_doubt.intersection(figures_of(self.framework, [indicator])))
        counts = range(len(figures), 0, -1) if len(figures) <= _MOST_CHOICES else (len(figures), 1)
        for count in counts if figures else ():
            for chosen in combinations(figures, count):
                sums = frozenset(chosen)
                if sums not in self._by_sums:
                    self._by_sums[sums] = Sheet(
                        self.framework, self.steps, self.panel, self.months, self.wholes, sums=sums
                    )
                yield self._by_sums[sums]

    def judges(self, indicator: Indicator, entry: Entry) -> bool:
        """Whether a tolerance entry applies to periods of this panel's length.

        Its bounds are meant for the indicator's own periods. Over longer ones they apply only where neither the value
        nor the bounds grow with the length.
        """
        return self.months == indicator.cadence.months or entry.scale_free

    def _has_gap(self, indicator: Indicator, entry: Entry) -> bool:
        """Whether the distance to the good band decides direction and control chart: polarity is `close`."""
        return entry.polarity == "close" and self.judges(indicator, entry)

    def _bounds(self, indicator: Indicator, entry: Entry, band: Band | None, value: int) -> list[int]:
        """The bounds of all limits of a band."""
        return [self.bound(indicator, entry, limit.bound, value) for limit in band.limits] if band else []

    def bound(self, indicator: Indicator, entry: Entry, node: Expression, value: int) -> int:
        """The bound of a limit of an indicator, where `value` is the step that is compared with it.

        A computed bound that overflows becomes `invalid`: otherwise every value would be at most that.
        """

        def look_up(name: str) -> int:
            if name == "target" and entry.target is not None:
                return self.constant(entry.target)
            return self._looked_up(indicator, name, value)

        step = number(node, self, look_up)
        return self.made("finite", step) if children(node) else step

    def _looked_up(self, indicator: Indicator, name: str, value: int) -> int:
        """What a name in a band stands for: the value in an earlier period, or a figure or indicator.

        A partial value bounds nothing. For a group it may be the whole of what it names (see `whole_bounds`).
        """
        if name in EARLIER_VALUES:
            complete = indicator.missing == "any" or not does_without(self.framework, indicator)
            return self.made(name, value if complete else self.indicator(replace(indicator, missing="any")))
        wholes = self.wholes.get(indicator.id, frozenset())
        return self._whole(name, wholes) if wholes else self.named(name)

    def _whole(self, name: str, wholes: frozenset[str]) -> int:
        """A figure, or an indicator of nothing but such figures, as the whole; another as it is by groups."""
        if name in wholes:
            return self._column(whole_of(name))
        other = self.framework.indicators.get(name)
        if other is None or other.lists or not wholes.issuperset(other.figures):
            return self.named(name)
        return self.made("finite", number(other.formula, self, lambda part: self._whole(part, wholes)))


def _operators(band: Band | None) -> tuple[str, ...]:
    """The operators of a band's limits."""
    return tuple(limit.operator for limit in band.limits) if band else ()
