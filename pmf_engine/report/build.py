"""The exception report: all sections built from an evaluation, with the headline counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.errors import UnknownName
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.status import EvidenceType, NoSignal, Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.rows import NoRow
from pmf_engine.judgement.history_row import HistoryRow
from pmf_engine.report.comparing import Comparing, restated
from pmf_engine.report.item import Item, Named
from pmf_engine.report.items import Items
from pmf_engine.report.late_returns import late_agencies, outstanding_rows, within
from pmf_engine.report.limited import limited
from pmf_engine.report.model import DataQuality, ExceptionReport, Level
from pmf_engine.report.order import OUTSIDE, READING_ORDER, worst_first
from pmf_engine.report.problems import FIRST, told_problems
from pmf_engine.report.recovered import ended, groups_over, recovered, small_groups
from pmf_engine.report.remarks import Remarks
from pmf_engine.report.returns_by_agency import returns_by_agency
from pmf_engine.report.scope import Scope
from pmf_engine.report.snapshots import Snapshot
from pmf_engine.report.tables import group_tables, indicator_lines
from pmf_engine.report.wording import NAMED_PROBLEMS
from pmf_engine.report.workings import with_workings


@checked
def exception_report(
    evaluation: Evaluation,
    *,
    agency: str | None = None,
    to: str | None = None,
    content_area: str | None = None,
    summary: Sequence[str] = (),
    saved: Snapshot | None = None,
    workings: bool = False,
) -> ExceptionReport:
    """The exception report of an evaluation that was made for one period.

    Args:
        evaluation: The result of `evaluate(..., period=...)`.
        agency: Limits the report to indicators that this agency leads, indicators of others that wait for its returns
            or in which its own group is outside, and returns that it owes or that its indicators wait for; None for
            all agencies.
        to: Limits every section to what goes, or went, to this level of governance or above; None for all. The counts
            of indicators by status stay those of all.
        content_area: Limits the report to the indicators of this content area, and what they wait for; None for all.
        summary: The chair's own words, a paragraph each (see `read_summary`); they are printed, and change nothing.
        workings: Whether exceptions have how their value was worked out, which takes a while.
        saved: An earlier report, for what has changed since (see `read_snapshot`); None without one.

    Returns:
        The report, without any layout.

    Raises:
        UnknownName: The framework has no such agency, level or content area.
        ValueError: The evaluation has no period; it is an `Error`, too.
        SnapshotError: The saved report is of another board, or of a later day.
    """
    framework = evaluation.framework
    if evaluation.period is None:
        raise NoRow("an exception report is about one period; evaluate with `period`")
    for what, name, names in (
        ("agency", agency, framework.agencies),
        ("level", to, framework.governance),
        ("content area", content_area, framework.content_areas),
    ):
        if name is not None and name not in names:
            raise UnknownName(what, name, names)
    comparing = Comparing(saved, evaluation) if saved else None
    changed = restated(comparing.since()) if comparing else frozenset()
    scope = Scope(evaluation, evaluation.period, agency, content_area, changed)
    since = comparing.since(scope.covers) if comparing else None
    report = replace(_report(scope), summary=tuple(summary), since=since)
    report = report if to is None else limited(report, to, list(framework.governance))
    return with_workings(report, evaluation) if workings else report


def _report(scope: Scope) -> ExceptionReport:
    """Builds all sections."""
    remarks = Remarks(scope)
    items = Items(scope, remarks)
    exceptions = items.exceptions()
    raised = {item.indicator.id for item in exceptions}
    rest = [items.item(row) for row in scope.wholes if row.indicator not in raised]
    without_value = [item for item in rest if item.status in Status.missing() and item.status != Status.NOT_DUE]
    outstanding = within(scope, outstanding_rows(scope.evaluation))
    area, only = scope.framework.content_areas.get(scope.area or ""), scope.evaluation.only
    return ExceptionReport(
        board=scope.framework.board.name,
        period=scope.period,
        as_of=scope.evaluation.as_of,
        audience=scope.evaluation.audience,
        withheld=scope.evaluation.withheld,
        agency=scope.view.agency(scope.agency) if scope.agency else None,
        to=None,
        counts=_counts(scope.wholes),
        evidence={
            kind: _counts(row for row in scope.wholes if scope.view.indicator(row).evidence_type == kind)
            for kind in EvidenceType
        },
        levels=_levels(scope, exceptions),
        below=0,
        charts=_chart_counts(scope.wholes),
        watch=tuple(sorted((item for item in rest if item.status in OUTSIDE), key=worst_first)),
        without_value=tuple(sorted(without_value, key=worst_first)),
        late=late_agencies(scope.evaluation, outstanding),
        recovered=recovered(scope, raised),
        ended=ended(scope),
        groups_over=tuple(groups_over(scope, items)),
        not_due=sum(row.status == Status.NOT_DUE for row in outstanding),
        unrated=tuple(item for item in rest if item.status == Status.NOT_RATED),
        observations=remarks.observations(),
        data_quality=_data_quality(scope),
        small_groups=tuple(small_groups(scope, items)),
        escalate_groups_from=scope.framework.escalate_groups_from,
        led_by_others=sum(not scope.leads(row.indicator) for row in scope.wholes),
        content_area=Named(scope.area, area.title) if scope.area and area else None,
        indicators=indicator_lines(scope),
        by_group=group_tables(scope),
        actions=scope.actions,
        returns=returns_by_agency(scope.evaluation, scope.agency),
        not_evaluated=0 if only is None else len(scope.framework.indicators) - len(only),
    )


def _levels(scope: Scope, exceptions: list[Item]) -> tuple[Level, ...]:
    """The exceptions by level of governance, from the highest level down."""
    highest_first = [Named(id_, title) for id_, title in scope.framework.governance.items()][::-1]
    return tuple(
        Level(level, tuple(item for item in exceptions if item.escalate_to == level)) for level in highest_first
    )


def _counts(rows: Iterable[HistoryRow]) -> dict[str, int]:
    """How many rows have each status, 0 for a status without rows."""
    statuses = [row.status for row in rows]
    return {status: statuses.count(status) for status in READING_ORDER}


def _chart_counts(wholes: list[HistoryRow]) -> Mapping[str, int]:
    """How many indicators have a signal, vary by chance, or have no control chart, by the reason for having none."""
    outcomes = [
        row.no_signal or ("signal" if row.signal else "chance")
        for row in wholes
        if row.no_signal or row.mean is not None
    ]
    return {outcome: outcomes.count(outcome) for outcome in ("signal", "chance", *NoSignal) if outcome in outcomes}


def _data_quality(scope: Scope) -> DataQuality:
    """The files, cells, records and problems of the submissions, counted; of an agency's problems only its own."""
    evaluation = scope.evaluation
    files: pl.DataFrame = evaluation.submissions.files
    used, aside = (int(files[column].sum()) if column in files.columns else 0 for column in ("used", "set_aside"))
    aside = 0 if evaluation.audience == Audience.PUBLIC else aside
    lists = [part for parts in evaluation.inputs.counted.read.values() for part in parts] if evaluation.inputs else []
    records = sum(part.records for part in lists)
    problems = [told for told in told_problems(evaluation.problems) if scope.agency in (None, told.agency)]
    return DataQuality(
        files=files.height,
        cells_read=used + aside,
        cells_used=used,
        cells_set_aside=aside,
        problems=len(problems),
        lists=len({part.file for part in lists}),
        records_read=records,
        first_problems=tuple(replace(told, message=scope.view.in_titles(told.message)) for told in problems[:FIRST]),
        kinds=Counter(told.kind for told in problems if told.kind in NAMED_PROBLEMS),
        severities=Counter(told.severity for told in problems if told.kind not in NAMED_PROBLEMS),
    )
