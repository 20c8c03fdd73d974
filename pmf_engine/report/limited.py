"""A report limited to a level of governance: every section has only what goes, or went, to that level or above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pmf_engine.report.item import Raised
from pmf_engine.report.matters import matters
from pmf_engine.report.model import ExceptionReport, GroupsOver, LateAgency, Recovered
from pmf_engine.report.since import SinceReport


def limited(report: ExceptionReport, to: str, governance: Sequence[str]) -> ExceptionReport:
    """The report with what goes to a level of governance or above.

    Args:
        report: A report on all levels.
        to: The id of the level.
        governance: The ids of all levels, the lowest first.
    """
    high = set(governance[governance.index(to) :])
    levels = tuple(level for level in report.levels if level.level.id in high)
    ids = {item.indicator.id for level in levels for item in level.items}

    def reached(raised: Raised | None) -> bool:
        return raised is not None and raised.to.id in high

    def waited_for(agency: LateAgency) -> LateAgency:
        returns = [late for late in agency.returns if ids & {waiting.id for waiting in late.waiting}]
        return replace(agency, returns=tuple(returns))

    def ended(over: Sequence[Recovered]) -> tuple[Recovered, ...]:
        return tuple(recovered for recovered in over if reached(recovered.raised))

    def groups_ended(over: GroupsOver) -> GroupsOver:
        return replace(over, groups=tuple(group for group in over.groups if reached(group.raised)))

    def of_high(since: SinceReport) -> SinceReport:
        changes = [change for change in since.changes if high & {to.id for to in (change.to_then, change.to_now) if to}]
        levels = [level for level in since.levels if level.level.id in high]
        return replace(since, levels=tuple(levels), changes=tuple(changes))

    limited_to = replace(report, levels=levels)
    return replace(
        limited_to,
        since=of_high(report.since) if report.since else None,
        to=next(level.level for level in report.levels if level.level.id == to),
        below=len(matters(report)) - len(matters(limited_to)),
        watch=(),
        without_value=(),
        unrated=(),
        small_groups=(),
        observations=(),
        returns=(),
        late=tuple(agency for agency in map(waited_for, report.late) if agency.returns),
        recovered=ended(report.recovered),
        ended=ended(report.ended),
        groups_over=tuple(over for over in map(groups_ended, report.groups_over) if over.groups),
        indicators=tuple(line for line in report.indicators if line.indicator.id in ids),
        by_group=tuple(
            replace(table, rows=tuple(row for row in table.rows if row[0].id in ids)) for table in report.by_group
        ),
    )
