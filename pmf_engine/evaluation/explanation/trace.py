"""The trace of figures: combining and aligning run again, and keep the cells and periods of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.evaluation.aligning import aligned, last_own_period, taken_periods
from pmf_engine.evaluation.combining import over_agencies
from pmf_engine.evaluation.figure_facts import figure_facts
from pmf_engine.evaluation.inputs import AGENCY, CELL, Inputs, Slice, collected, with_codes
from pmf_engine.framework.model import Figure


@dataclass(frozen=True)
class BreakdownTotal:
    """The total of an agency's groups in one breakdown; no total where its `code` is not 0."""

    by: str
    value: float | None
    code: int


@dataclass(frozen=True)
class Fact:
    """The value that one agency sent for one period, or its reason code.

    `cells` are the row numbers of its cells in the traced frame. `breakdowns` are the totals that the value may come
    from, where the agency sent no whole.
    """

    agency: str
    code: int
    cells: tuple[int, ...] = ()
    breakdowns: tuple[BreakdownTotal, ...] = ()


@dataclass(frozen=True)
class Taken:
    """The periods of a figure that count in one period of an indicator.

    `waits_for` is the missing period that an earlier one replaces.
    """

    periods: tuple[Period, ...]
    waits_for: Period | None = None


@dataclass(frozen=True)
class Trace:
    """The inputs that combining and aligning took: `facts` by figure and period, `taken` by figure and first month."""

    facts: dict[tuple[str, int, int], list[Fact]]
    taken: dict[tuple[str, int], Taken]

    def facts_of(self, figure: Figure, period: Period) -> list[Fact]:
        """The facts of a figure by agency, in one of the figure's own periods or in a longer period."""
        return self.facts.get((figure.id, period.start, period.cadence.months), [])

    def periods_of(self, figure: Figure, period: Period, counted: bool) -> Taken:
        """The periods of a figure that count in one of an indicator; `counted` for a count of its senders."""
        if counted:
            return Taken((last_own_period(figure.cadence, period),))
        # An ad hoc figure has no row, and so no trace, for a period in which no agency answered.
        usual = tuple(taken_periods(figure.cadence, figure.kind == "flow", period))
        taken = self.taken.get((figure.id, period.start))
        return Taken(usual) if taken is None or {*taken.periods} <= {*usual} else taken


def traced(inputs: Inputs, cells: pl.DataFrame, figures: Sequence[str], cadence: Cadence, slice_: Slice) -> Trace:
    """Combines and aligns figures again for one slice, with a trace.

    Args:
        inputs: The inputs of the evaluation.
        cells: The cells of the inputs; the trace has row numbers of this frame.
        figures: The figures to trace.
        cadence: The periods of the explained indicator.
        slice_: The explained whole or group.
    """
    numbered = cells.with_row_index(CELL).filter(pl.col("figure").is_in(list(figures)))
    rerun = replace(inputs, cells=with_codes(numbered, inputs.names, CELL), traced=True, gathered={})
    facts = figure_facts(rerun, figures, slice_.by).filter(pl.col("group") == slice_.key)
    if slice_.by == AGENCY:
        facts = facts.filter(pl.col("agency") == slice_.key)
    combined = over_agencies(rerun, facts, slice_.by)
    fact_rows, taken_rows = collected([facts, aligned(rerun, combined, figures, cadence)])
    by_period: dict[tuple[str, int, int], list[Fact]] = {}
    for row in fact_rows.sort("figure", "start", "months", "agency").iter_rows(named=True):
        totals = tuple(BreakdownTotal(total["by"], total["value"], total["code"]) for total in row["breakdowns"] or ())
        fact = Fact(row["agency"], row["code"], tuple(row["cells"]), totals)
        by_period.setdefault((row["figure"], row["start"], row["months"]), []).append(fact)
    taken: dict[tuple[str, int], Taken] = {}
    for row in taken_rows.iter_rows(named=True):
        own = inputs.framework.figures[row["figure"]].cadence
        periods = tuple(
            Period(period["start"], Cadence(period["months"], own.year_start))
            for period in sorted(row["taken"], key=lambda period: int(period["start"]))
        )
        waits_for = None if row["waits_for"] is None else Period(row["waits_for"], own)
        taken[row["figure"], row["start"]] = Taken(periods, waits_for)
    return Trace(by_period, taken)
