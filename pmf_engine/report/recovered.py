"""Recoveries: indicators that are green again, exceptions that ended otherwise, and groups no longer exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pmf_engine.domain.status import Status
from pmf_engine.framework.changes import measured_months
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.history_view import last_telling
from pmf_engine.report.item import Group, Named, Point, Raised
from pmf_engine.report.items import Items
from pmf_engine.report.model import GroupsOver, Recovered
from pmf_engine.report.order import OUTSIDE, rank
from pmf_engine.report.scope import Scope


def recovered(scope: Scope, raised: set[str]) -> tuple[Recovered, ...]:
    """The indicators that turned green in the report's period: exceptions with a value, and others after red or amber.

    Args:
        scope: The scope of the report.
        raised: The ids of the indicators that are exceptions.
    """
    return _worst_first(_green_again(scope, raised))


def _green_again(scope: Scope, raised: set[str]) -> Iterator[Recovered]:
    """The recoveries of `recovered`, in the order of the scope."""
    view = scope.view
    over = {row.indicator for row in scope.over(scope.wholes)}
    for row in scope.wholes:
        before, now = view.last_with_value(row), view.own_row(row)
        if row.indicator in over:
            lasted = view.exception_rows(row)
            if now.status == Status.GREEN and not now.partial and _any_value(lasted):
                yield _recovered(scope, row, now, last_telling(lasted), view.raised(row))
        # A missing figure is no recovery: what was red before the figure went missing recovers only now.
        elif row.status != Status.GREEN or row.partial or not scope.ended_in_period(row) or row.indicator in raised:
            continue
        elif before and before.status in OUTSIDE:
            yield _recovered(scope, row, row, before, None)


def ended(scope: Scope) -> tuple[Recovered, ...]:
    """The exceptions that ended in the report's period other than by turning green from a value."""
    view = scope.view
    rows = ((row, view.own_row(row), view.exception_rows(row)) for row in scope.over(scope.wholes))
    return _worst_first(
        _recovered(scope, row, now, last_telling(lasted), view.raised(row))
        for row, now, lasted in rows
        if now.status != Status.GREEN or not _any_value(lasted)
    ) + tuple(_no_longer_measured(scope))


def _no_longer_measured(scope: Scope) -> Iterator[Recovered]:
    """The exceptions of indicators and groups whose measuring ended within the report's period."""
    view = scope.view
    for row in view.last_rows():
        until = _until(scope, row)
        if until is None or (row.level or 0) < 0 or row.level is None or not scope.covers(row.indicator):
            continue
        if not scope.period.start <= until < scope.period.end or row.start + row.months > until:
            continue
        indicator = view.indicator(row)
        title = indicator.title if row.group is None else f"{indicator.title}, {row.group}"
        yield Recovered(
            indicator=Named(indicator.id, title),
            agency=view.agency(indicator.lead_agency),
            then=view.point(last_telling([*view.exception_rows(row), row])),
            now=Point(scope.period.label, None, None, "no longer measured"),
            raised=view.raised(row),
            moved=None,
        )


def _until(scope: Scope, row: HistoryRow) -> int | None:
    """The month from which a series is no longer measured; None for a series without an end."""
    framework = scope.framework
    until = [measured_months(framework, framework.indicators[row.indicator])[1]]
    breakdown = framework.breakdowns.get(row.by or "")
    until += [group.until for group in (breakdown and breakdown.groups) or () if group.name == row.group]
    return min((month for month in until if month is not None), default=None)


def groups_over(scope: Scope, items: Items) -> Iterator[GroupsOver]:
    """The groups whose exception ended in the report's period, by indicator and breakdown."""
    for id_, by, rows in _breakdowns(scope):
        groups = [replace(items.group(row), raised=scope.view.raised(row)) for row in scope.over(rows)]
        groups.sort(key=lambda group: (-rank(group.status), group.name))
        yield from _of_breakdown(scope, id_, by, len(rows), groups)


def small_groups(scope: Scope, items: Items) -> Iterator[GroupsOver]:
    """The red and amber groups that are too small to be escalated, by indicator and breakdown, worst first."""
    for id_, by, rows in _breakdowns(scope):
        groups = [items.group(row) for row in rows if row.small and row.status in OUTSIDE and not row.escalate_to]
        groups.sort(key=lambda group: (rank(group.status), group.name))
        yield from _of_breakdown(scope, id_, by, len(rows), groups)


def _breakdowns(scope: Scope) -> Iterator[tuple[str, str, list[HistoryRow]]]:
    """The rows of groups of each indicator and breakdown."""
    for id_, breakdowns in scope.breakdowns.items():
        for by, rows in breakdowns.items():
            yield id_, by, rows


def _of_breakdown(scope: Scope, id_: str, by: str, of: int, groups: list[Group]) -> Iterator[GroupsOver]:
    """The groups of one breakdown of an indicator as a section; nothing without groups."""
    indicator = scope.framework.indicators[id_]
    if groups:
        yield GroupsOver(
            indicator=Named(id_, indicator.title),
            agency=scope.view.agency(indicator.lead_agency),
            by=scope.view.breakdown(by),
            of=of,
            groups=tuple(groups),
        )


def _recovered(scope: Scope, row: HistoryRow, now: HistoryRow, then: HistoryRow, raised: Raised | None) -> Recovered:
    """A recovery from the row `then` to the row `now`, of the indicator that has `row` in the report's period."""
    view, indicator = scope.view, scope.view.indicator(row)
    return Recovered(
        indicator=Named(indicator.id, indicator.title),
        agency=view.agency(indicator.lead_agency),
        then=view.point(then),
        now=view.point(now),
        raised=raised,
        moved=view.moved(then, now),
        raised_in=view.raised_in(row, scope.groups_of(row)) if raised else (),
    )


def _any_value(rows: list[HistoryRow]) -> bool:
    return any(row.status in Status.with_value() for row in rows)


def _worst_first(over: Iterable[Recovered]) -> tuple[Recovered, ...]:
    """Recoveries by the status before: red, amber, then the rest."""
    return tuple(sorted(over, key=lambda recovery: (rank(recovery.then.status), recovery.indicator.id)))
