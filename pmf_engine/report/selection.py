"""A selection of an evaluation's results: of some indicators, one lead agency, one content area, one breakdown."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pmf_engine.evaluation.evaluate import Evaluation, altered


def selected(
    evaluation: Evaluation,
    *,
    indicators: Collection[str] = (),
    agency: str | None = None,
    content_area: str | None = None,
    by: str | None = None,
) -> Evaluation:
    """The evaluation with the rows that meet every condition; nothing is evaluated again.

    Args:
        evaluation: The evaluation.
        indicators: The ids of indicators; empty for all.
        agency: The agency that leads them, or whose own rows are shown; None for any.
        content_area: A content area that they are in; None for any.
        by: The breakdown of which rows are shown, without wholes; None for wholes and all breakdowns.
    """
    defined = evaluation.framework.indicators
    ids = [
        id_
        for id_, indicator in defined.items()
        if (not indicators or id_ in indicators) and content_area in (None, *indicator.content_areas)
    ]
    kept = pl.col("indicator").is_in(ids)
    if agency is not None:
        led = [id_ for id_ in ids if defined[id_].lead_agency == agency]
        own = (pl.col("by") == "agency") & (pl.col("group") == agency)
        kept &= pl.col("indicator").is_in(led) | own.fill_null(False)
    if by is not None:
        kept &= (pl.col("by") == by).fill_null(False)
    return altered(evaluation, judged=evaluation.judged.filter(kept))
