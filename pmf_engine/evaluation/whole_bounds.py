"""Bounds by wholes: a figure that no agency sends by a breakdown bounds the groups of that breakdown by its whole.

England's average bounds a district's rate, which does not add up over districts. A county's total does not bound a
district's count, which does.
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
        indicators: The indicators with that breakdown.
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
    """The figures in the bounds of an indicator, directly or through indicators."""
    named = {node.name for band in indicator.bands for limit in band.limits for node in names(limit.bound)}
    figures = named & framework.figures.keys()
    return figures | {
        figure for id_ in named & framework.indicators.keys() for figure in framework.indicators[id_].figures
    }


def _divided(inputs: Inputs, by: str, figures: Iterable[str]) -> set[str]:
    """The figures that an agency ever sent by a breakdown; none by agency, where every figure has groups."""
    if by == AGENCY or not figures:
        return set()
    sent = inputs.cells.filter(pl.col("by") == by, pl.col("figure").is_in(sorted(figures)))
    return set(sent.select(pl.col("figure").unique().cast(pl.String)).collect(engine="in-memory")["figure"])


def _sends_none(framework: Framework, indicator: Indicator, figure: str) -> bool:
    """Whether no agency that sends the inputs of an indicator sends the figure."""
    return senders_of(framework, indicator).isdisjoint(framework.figures[figure].agencies)
