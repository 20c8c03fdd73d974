"""Bounds by the whole: for a group, a figure that nobody sends by its breakdown bounds by its whole.

England's average is a bound for a district where the value does not add up over districts; a county's total is none for
a district's count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from pmf_engine.evaluation.inputs import AGENCY, WORLD, Inputs
from pmf_engine.formula.syntax import names
from pmf_engine.framework.dependencies import adds_up_over_groups, senders_of
from pmf_engine.framework.model import Framework, Indicator


def whole_bounds(
    framework: Framework, inputs: Inputs, by: str | None, indicators: Sequence[Indicator]
) -> Mapping[str, frozenset[str]]:
    """By indicator id, the figures that bound its groups by their wholes; no entry where there are none.

    Args:
        framework: The framework that defines the indicators.
        inputs: The figures that were sent.
        by: The breakdown of the groups; None for wholes.
        indicators: Indicators that are computed by that breakdown.
    """
    if by is None or by == WORLD:
        return {}
    bounding = {
        indicator.id: _bounding(framework, indicator)
        for indicator in indicators
        if indicator.tolerances and not adds_up_over_groups(framework, indicator)
    }
    divided = _divided(inputs, by, {figure for figures in bounding.values() for figure in figures})
    wholes = {
        id_: frozenset(
            figure
            for figure in figures
            if figure not in divided and (by != AGENCY or _sends_none(framework, framework.indicators[id_], figure))
        )
        for id_, figures in bounding.items()
    }
    return {id_: figures for id_, figures in wholes.items() if figures}


def _bounding(framework: Framework, indicator: Indicator) -> set[str]:
    """The figures that the bounds of an indicator name, through indicators too."""
    named = {node.name for band in indicator.bands for limit in band.limits for node in names(limit.bound)}
    figures = named & framework.figures.keys()
    return figures | {
        figure for id_ in named & framework.indicators.keys() for figure in framework.indicators[id_].figures
    }


def _divided(inputs: Inputs, by: str, figures: Iterable[str]) -> set[str]:
    """Those of the figures that were ever sent by a breakdown; by agency every figure is, so that tells nothing."""
    if by == AGENCY or not figures:
        return set()
    sent = inputs.cells.filter(pl.col("by") == by, pl.col("figure").is_in(sorted(figures)))
    return set(sent.select(pl.col("figure").unique().cast(pl.String)).collect(engine="in-memory")["figure"])


def _sends_none(framework: Framework, indicator: Indicator, figure: str) -> bool:
    """Whether none of the agencies that an indicator's own figures come from sends the figure."""
    return senders_of(framework, indicator).isdisjoint(framework.figures[figure].agencies)
