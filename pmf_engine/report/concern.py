"""Indicators that concern an agency, whoever leads them: they wait for its returns, or its own group is outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.inputs import AGENCY
from pmf_engine.framework.dependencies import figures_used
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.order import NOT_OUTSIDE


def concerned(evaluation: Evaluation, shown: Sequence[HistoryRow], agency: str) -> frozenset[str]:
    """The ids of the indicators in which an agency has something to mend.

    Args:
        evaluation: The evaluation of the report.
        shown: The rows of all indicators in the report.
        agency: The agency's id.
    """
    own = {row.indicator for row in shown if (row.by, row.group) == (AGENCY, agency) and _calls(row)}
    missing = [row for row in shown if row.status in Status.missing() and row.status != Status.NOT_DUE]
    return frozenset(own | _waiting(evaluation, agency) | _without_its_figure(evaluation, missing, agency))


def _calls(row: HistoryRow) -> bool:
    """Whether a row calls for attention: it is red, amber, without a value, or an exception."""
    return row.escalate_to is not None or row.status not in NOT_OUTSIDE


def _waiting(evaluation: Evaluation, agency: str) -> set[str]:
    """The indicators that use a late figure or list of the agency."""
    outstanding = evaluation.outstanding.filter(pl.col("agency") == agency, pl.col("status") == Status.LATE)
    return set(outstanding["waiting"].explode().drop_nulls())


def _without_its_figure(evaluation: Evaluation, missing: Iterable[HistoryRow], agency: str) -> set[str]:
    """The indicators without a value for whose period the agency sent a figure without a usable number.

    A list does not show whose records are missing: an indicator without a value concerns all agencies that send it.
    """
    framework = evaluation.framework
    cells = evaluation.cells.filter(pl.col("agency") == agency, pl.col("state") != "ok")
    without: dict[str, list[tuple[int, int]]] = {}
    for figure, start, months in cells.select("figure", "start", "months").iter_rows():
        without.setdefault(str(figure), []).append((start, start + months))
    ids = set()
    for row in missing:
        indicator = framework.indicators[row.indicator]
        end = row.start + row.months
        periods = (period for figure in figures_used(framework, indicator) for period in without.get(figure, ()))
        listed = any(agency in framework.lists[name].agencies for name in indicator.lists)
        if listed or any(start < end and row.start < stop for start, stop in periods):
            ids.add(row.indicator)
    return ids
