"""Indicator rows: one for each indicator, period and group, with its value and whether that is in its bands.

First the formulas and bands of all indicators are broken into steps (see `formula.compute.batches`), so that equal
steps are computed once and similar ones together. `judgement.judge` turns the rows into statuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl

from pmf_engine.domain.periods import Cadence
from pmf_engine.evaluation.inputs import AGENCY, Inputs
from pmf_engine.evaluation.panels import Panel, laid_out, planned_panel
from pmf_engine.evaluation.value_steps import ValueSteps
from pmf_engine.evaluation.whole_bounds import whole_bounds
from pmf_engine.formula.compute.batches import Steps
from pmf_engine.formula.compute.column_names import (
    whole_of,
)
from pmf_engine.formula.compute.compiling import number
from pmf_engine.formula.functions import EARLIER_VALUES
from pmf_engine.formula.syntax import Band, Binary, Expression, children
from pmf_engine.framework.dependencies import (
    adds,
    asked_of_lists,
    counted_senders,
    does_without,
    figures_of,
    reached,
    senders_of,
)
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.bands import SIGNS, Case, Shape, banded

_MOST_CHOICES = 3
"""Up to how many figures in doubt every subset of them is a reading."""


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


class Sheet(ValueSteps):
    """Turns indicators and their bands into steps of one panel, and into cases to be judged.

    Attributes:
        wholes: By indicator, the figures that bound its groups by their wholes.
        in_doubt: The figures with a whole above the sum of its groups: they have a second reading.
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
        super().__init__(framework, steps, panel, months, sums)
        self.wholes = wholes or {}
        self.in_doubt = in_doubt
        self._by_sums: dict[frozenset[str], Sheet] = {}

    def cases(self, indicator: Indicator, by: str | None) -> Iterator[Case]:
        """The cases of an indicator: the periods before its first tolerance entry, and the periods of each entry."""
        value = self.indicator(indicator)
        shown_value = value
        is_sum = isinstance(indicator.expression, Binary) and does_without(self.framework, indicator)
        if indicator.missing == "never" and is_sum:
            # A sum without any input shows 0, and keeps its reason code, so that no band rates it.
            shown_value = self.made("zero_if_none_came", value, *(self._lenient(name) for name in indicator.figures))
        ratio = indicator.ratio
        spread = [self.named(node.text) for node in indicator.spread or ()]
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
        after = gaps + named + compared + spread
        operators = tuple(_operators(band) for band in near) if gaps else ()
        may_add = adds(self.framework, indicator)
        unrated = Shape(
            (), (), None, operators, len(named), len(compared), ratio is not None, may_add, spread=bool(spread)
        )
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
        """The further readings of an indicator, which replace wholes in doubt by the sums of their groups.

        The first reading replaces all of them; the others replace each proper subset, or of many figures each alone.
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
            if name == "target" and entry.target_value is not None:
                return self.constant(entry.target_value)
            return self._looked_up(indicator, name, value)

        step = number(node, self, look_up)
        return self.made("finite", step) if children(node) else step

    def _looked_up(self, indicator: Indicator, name: str, value: int) -> int:
        """The number of a name in a band: the value in an earlier period, or a figure or indicator.

        A partial value bounds nothing. For a group, the name may mean the whole of a figure (see `whole_bounds`).
        """
        if name in EARLIER_VALUES:
            complete = indicator.missing == "any" or not does_without(self.framework, indicator)
            return self.made(name, value if complete else self.indicator(replace(indicator, missing="any")))
        wholes = self.wholes.get(indicator.id, frozenset())
        return self._whole(name, wholes) if wholes else self.named(name)

    def _whole(self, name: str, wholes: frozenset[str]) -> int:
        """The whole of a figure in `wholes`, or of an indicator of such figures alone; other names by groups."""
        if name in wholes:
            return self._column(whole_of(name))
        other = self.framework.indicators.get(name)
        if other is None or other.lists or not wholes.issuperset(other.figures):
            return self.named(name)
        return self.made("finite", number(other.expression, self, lambda part: self._whole(part, wholes)))


def _operators(band: Band | None) -> tuple[str, ...]:
    """The operators of a band's limits."""
    return tuple(limit.operator for limit in band.limits) if band else ()
