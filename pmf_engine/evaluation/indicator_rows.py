"""From panels of figures to rows: one for each indicator, period and group, with its value and what bands say of it.

What formulas and bands are made of is gathered from all indicators first, step by step (see `formula.steps`), and then
worked out together; what is said of the rows (status, direction, run, escalation) is `judge`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pmf_engine.domain.periods import Cadence
from pmf_engine.evaluation.inputs import AGENCY, Inputs, Panel, laid_out
from pmf_engine.formula.compute.batches import Steps
from pmf_engine.formula.compute.operations import amount, number
from pmf_engine.formula.syntax import Band, Binary, Expression, children
from pmf_engine.framework.dependencies import (
    asked_of_lists,
    counted_senders,
    does_without,
    figures_of,
    leaves_first,
    reached,
)
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.bands import SIGNS, Case, Shape, said_of


@dataclass(frozen=True)
class _Job:
    """The indicators of one panel."""

    cadence: Cadence
    by: str | None
    indicators: tuple[Indicator, ...]


def rows(framework: Framework, inputs: Inputs, cadences: Mapping[str, Cadence]) -> pl.DataFrame:
    """Every indicator in every period of its cadence in `cadences` and of the window, whole and by its breakdowns.

    Columns: indicator, start, months, year_start, by, group (null for the whole), value, code, left_out, numerator,
    denominator, good, tolerable (null: cannot be said), band_code, rated, entry (the place of the one in force), sign,
    gaps (how far it is from good by each entry by which closeness is), named and compared (see `Evaluation`).
    """
    jobs = _jobs(framework, cadences)
    steps = Steps([job.cadence.months for job in jobs])
    cases: list[Case] = []
    for place, job in enumerate(jobs):
        sheet = Sheet(framework, steps, place, job.cadence.months)
        cases += [case for one in job.indicators for case in sheet.cases(one, job.by)]
    panels = [panel_of(framework, inputs, job.cadence, job.by, job.indicators) for job in jobs]
    frames = laid_out(panels)
    worked = steps.worked_out(frames, [number for case in cases for number in case.steps])
    known = pl.DataFrame(
        [(place, job.cadence.months, job.cadence.year_start, job.by) for place, job in enumerate(jobs)],
        schema={"panel": pl.UInt32, "months": pl.Int32, "year_start": pl.Int32, "by": pl.String},
        orient="row",
    )
    said = said_of(cases, frames, worked).join(known, on="panel", how="left", maintain_order="left").drop("panel")
    return said.with_columns(group=pl.when(pl.col("by").is_not_null()).then("group"))


def _jobs(framework: Framework, cadences: Mapping[str, Cadence]) -> list[_Job]:
    grouped: dict[tuple[Cadence, str | None], list[Indicator]] = {}
    for id_, cadence in cadences.items():
        indicator = framework.indicators[id_]
        for by in (None, *indicator.by):
            grouped.setdefault((cadence, by), []).append(indicator)
    order = {None: 0} | {by: place for place, by in enumerate(["agency", *framework.breakdowns], start=1)}
    keys = sorted(grouped, key=lambda key: (key[0], order[key[1]]))
    return [_Job(cadence, by, tuple(grouped[cadence, by])) for cadence, by in keys]


def panel_of(
    framework: Framework, inputs: Inputs, cadence: Cadence, by: str | None, indicators: Sequence[Indicator]
) -> Panel:
    """All that these indicators and their bands rest on."""
    lenient = any(one.missing != "any" for one in reached(framework, indicators))
    listed = [*asked_of_lists(framework, indicators), *counted_senders(framework, indicators)]
    return inputs.panel(cadence, by, figures_of(framework, indicators), lenient, listed)


class Sheet:
    """What indicators, their bands and parts are in one panel: the numbers of steps (see `Steps`)."""

    def __init__(self, framework: Framework, steps: Steps, panel: int, months: int) -> None:
        self.framework = framework
        self.steps = steps
        self.panel = panel
        self.months = months
        self._known: dict[tuple[str, str], int] = {}

    # What formulas are made with: see `operations.Maker`.

    def constant(self, value: float) -> int:
        """A number, the same in every row."""
        return self.steps.constant(self.panel, value)

    def made(self, operation: str, *of: int) -> int:
        """What an operation makes of other steps."""
        return self.steps.made(self.panel, operation, of)

    def named(self, name: str) -> int:
        """A figure, an aggregate, or an indicator; of these, others may use only what is complete."""
        other = self.framework.indicators.get(name)
        if other is None:
            return self._column(name, "c")
        return self.indicator(other if other.missing == "any" else replace(other, missing="any"))

    def _column(self, name: str, code: str) -> int:
        return self.steps.column(self.panel, f"v:{name}", f"{code}:{name}")

    def _lenient(self, name: str) -> int:
        return self._column(name, "k")

    def indicator(self, indicator: Indicator) -> int:
        """The value of an indicator; what overflows is no number, and no band may judge it."""
        key = (indicator.id, indicator.missing)
        if key not in self._known:
            for other in leaves_first(self.framework, indicator):  # so that no chain is as deep as it is long
                if (other.id, "any") not in self._known:
                    self._known[other.id, "any"] = self.made("finite", number(other.formula, self, self.named))
            self._known[key] = self.made("finite", self.part(indicator, indicator.formula))
        return self._known[key]

    def part(self, indicator: Indicator, node: Expression) -> int:
        """A part of an indicator's formula, which does without what may lack where the indicator says so."""
        strict = number(node, self, self.named)
        if not does_without(self.framework, indicator):
            return strict
        return self.made("spare", amount(node, self, self._lenient), strict)

    # -- bands -----------------------------------------------------------------------

    def cases(self, indicator: Indicator, by: str | None) -> Iterator[Case]:
        """The indicator under each of its entries: from where that is in force to where the next one is."""
        value = self.indicator(indicator)
        told = value
        is_sum = isinstance(indicator.formula, Binary) and does_without(self.framework, indicator)
        if indicator.missing == "never" and is_sum:
            # A sum of nothing is 0; its code stays, so that it is not rated.
            told = self.made("nothing", value, *(self._lenient(name) for name in indicator.figures))
        ratio = indicator.ratio
        parts = [told]
        if ratio is not None:
            parts += [number(node, self, self.named) for node in ratio.arguments[:2]]
        near = [entry.good if self._by_closeness(indicator, entry) else None for entry in indicator.tolerances]
        gaps = [
            bound
            for entry, band in zip(indicator.tolerances, near, strict=True)
            for bound in self._bounds(entry, band, value)
        ]
        named = [
            number(term, self, lambda name: self._looked_up(name, value)) for term in indicator.band_terms.values()
        ]
        compared = [self.named(name) for name in indicator.compare]
        after = gaps + named + compared
        operators = tuple(_operators(band) for band in near) if gaps else ()
        nothing = Shape((), (), None, operators, len(named), len(compared), ratio is not None)
        senders = frozenset(self.framework.senders(indicator)) if by == AGENCY else None
        case = Case(indicator.id, self.panel, nothing, (*parts, *after), senders=senders, per=indicator.per)
        starts = [entry.start for entry in indicator.tolerances]
        if not starts or starts[0] is not None:
            yield replace(case, until=starts[0] if starts else None)
        for place, entry in enumerate(indicator.tolerances):
            in_force = replace(case, start=entry.start, until=starts[place + 1] if place + 1 < len(starts) else None)
            if not self.judges(indicator, entry):
                yield in_force
                continue
            good, tolerance = (self._bounds(entry, band, value) for band in (entry.good, entry.tolerance))
            yield replace(
                in_force,
                shape=replace(
                    nothing,
                    good=_operators(entry.good),
                    tolerance=_operators(entry.tolerance),
                    chance=ratio.function if ratio and entry.allow_for_chance else None,
                ),
                steps=(*parts, *good, *tolerance, *after),
                entry=place,
                sign=SIGNS[entry.polarity],
            )

    def judges(self, indicator: Indicator, entry: Entry) -> bool:
        """Whether an entry says anything of periods of this length.

        What adds up over time is not judged over a longer period by what is good in a shorter one, and a bound that
        adds up says nothing of what does not.
        """
        return self.months == indicator.cadence.months or entry.scale_free

    def _by_closeness(self, indicator: Indicator, entry: Entry) -> bool:
        return entry.polarity == "close" and self.judges(indicator, entry)

    def _bounds(self, entry: Entry, band: Band | None, value: int) -> list[int]:
        return [self.bound(entry, limit.bound, value) for limit in band.limits] if band else []

    def bound(self, entry: Entry, node: Expression, value: int) -> int:
        """The bound of a limit; `value` is what it is to be compared with.

        Everything is at most what overflows, and nothing is good for that.
        """

        def look_up(name: str) -> int:
            if name == "target" and entry.target is not None:
                return self.constant(entry.target)
            return self._looked_up(name, value)

        found = number(node, self, look_up)
        return self.made("finite", found) if children(node) else found

    def _looked_up(self, name: str, value: int) -> int:
        """What a band means by a name: of `value` itself some time ago, or another figure or indicator."""
        return self.made(name, value) if name in ("previous", "year_ago") else self.named(name)


def _operators(band: Band | None) -> tuple[str, ...]:
    return tuple(limit.operator for limit in band.limits) if band else ()
