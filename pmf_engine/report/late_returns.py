"""Outstanding returns in a report: those that are late, by agency, and those that are not due yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.framework.dependencies import figures_used
from pmf_engine.framework.model import Framework
from pmf_engine.report.model import LateAgency, LateReturn, Named
from pmf_engine.report.scope import Scope


class OutstandingRow(NamedTuple):
    """A row of `Evaluation.outstanding`; the fields are the columns of `OUTSTANDING` that a report needs."""

    figure: str
    agency: str
    period: str
    due: date
    status: str
    run: int | None


def outstanding_rows(evaluation: Evaluation) -> list[OutstandingRow]:
    """The outstanding returns of all agencies."""
    return [OutstandingRow._make(row) for row in evaluation.outstanding.select(OutstandingRow._fields).iter_rows()]


def within(scope: Scope, rows: Iterable[OutstandingRow]) -> list[OutstandingRow]:
    """The outstanding returns within a scope: its agency owes them, or an indicator that it leads waits for them."""
    return [
        row
        for row in rows
        if scope.agency in (None, row.agency)
        or any(scope.leads(named.id) for named in _waiting(scope.framework, row.figure))
    ]


def late_agencies(evaluation: Evaluation, rows: Iterable[OutstandingRow]) -> tuple[LateAgency, ...]:
    """The late returns among outstanding rows, by agency, the longest overdue first."""
    late: dict[str, list[LateReturn]] = {}
    for row in rows:
        if row.status == Status.LATE:
            late.setdefault(row.agency, []).append(_late_return(evaluation, row))
    agencies = [
        LateAgency(
            Named(id_, evaluation.framework.agencies[id_].name),
            tuple(sorted(returns, key=lambda item: (-item.days_late, item.figure.id))),
        )
        for id_, returns in late.items()
    ]
    return tuple(sorted(agencies, key=lambda agency: (-agency.returns[0].days_late, agency.agency.id)))


def _late_return(evaluation: Evaluation, row: OutstandingRow) -> LateReturn:
    """A late return from its outstanding row; a list has the title of the list."""
    framework = evaluation.framework
    figure_or_list = framework.figures.get(row.figure) or framework.lists.get(row.figure)
    return LateReturn(
        figure=Named(row.figure, figure_or_list.title if figure_or_list else row.figure),
        period=row.period,
        due=row.due,
        days_late=(evaluation.as_of - row.due).days,
        run=row.run or 0,
        waiting=_waiting(framework, row.figure),
    )


def _waiting(framework: Framework, figure: str) -> tuple[Named, ...]:
    """The indicators that use a figure or a list."""
    return tuple(
        Named(indicator.id, indicator.title)
        for indicator in framework.indicators.values()
        if figure in figures_used(framework, indicator) or figure in indicator.lists
    )
