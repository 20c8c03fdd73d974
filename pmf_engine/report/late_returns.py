"""Outstanding returns in a report: those that are late, by agency, and those that are not due yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pmf_engine.domain.periods import month_of
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.report.item import Named
from pmf_engine.report.model import LateAgency, LateReturn
from pmf_engine.report.scope import Scope


class OutstandingRow(NamedTuple):
    """A row of `Evaluation.outstanding`; the fields are the columns of `OUTSTANDING` that a report needs."""

    item: str
    agency: str
    period: str
    starts_on: date
    ends_on: date
    due: date
    status: str
    days_late: int
    run: int
    waiting: list[str]


def outstanding_rows(evaluation: Evaluation) -> list[OutstandingRow]:
    """The outstanding returns of all agencies."""
    return [OutstandingRow._make(row) for row in evaluation.outstanding.select(OutstandingRow._fields).iter_rows()]


def within(scope: Scope, rows: Iterable[OutstandingRow]) -> list[OutstandingRow]:
    """The outstanding returns within a scope: its agency owes them, or an indicator that it leads waits for them.

    Of a content area, those that one of its indicators waits for.
    """
    within_scope = []
    for row in rows:
        concerns = scope.agency in (None, row.agency) or any(scope.leads(id_) for id_ in row.waiting)
        if concerns and (scope.area is None or any(scope.is_in_area(id_) for id_ in row.waiting)):
            within_scope.append(row)
    return within_scope


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
            evaluation.framework.agencies[id_].lead_officer,
        )
        for id_, returns in late.items()
    ]
    return tuple(sorted(agencies, key=lambda agency: (-agency.returns[0].days_late, agency.agency.id)))


def _late_return(evaluation: Evaluation, row: OutstandingRow) -> LateReturn:
    """A late return from its outstanding row; a list has the title of the list."""
    framework = evaluation.framework
    figure_or_list = framework.figures.get(row.item) or framework.lists.get(row.item)
    return LateReturn(
        figure=Named(row.item, figure_or_list.title if figure_or_list else row.item),
        period=row.period,
        months=month_of(row.ends_on) + 1 - month_of(row.starts_on),
        due=row.due,
        days_late=row.days_late,
        run=row.run,
        waiting=tuple(Named(id_, framework.indicators[id_].title) for id_ in row.waiting),
    )
