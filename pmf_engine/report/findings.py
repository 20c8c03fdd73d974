"""Findings of a report, for scripts: whether it has an exception, a problem, or a row with some status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pmf_engine.domain.status import Status
from pmf_engine.report.item import Item
from pmf_engine.report.model import ExceptionReport

EXCEPTIONS: Final = "exceptions"
PROBLEMS: Final = "problems"


def has_finding(report: ExceptionReport, finding: str) -> bool:
    """Whether a report has a finding.

    Args:
        report: An exception report.
        finding: `exceptions` for indicators that go up, `problems` for problems of submissions, or a status. A status
            counts for a whole, for a group, and for the last period with a value of an indicator without one.
    """
    if finding == EXCEPTIONS:
        return report.exceptions > 0
    if finding == PROBLEMS:
        return report.data_quality.problems > 0
    return bool(report.counts.get(finding)) or finding in set(_statuses(report))


def _statuses(report: ExceptionReport) -> Iterator[Status | str]:
    """The statuses of the items of a report, of their groups, and of their last periods with a value."""
    items: list[Item] = [item for level in report.levels for item in level.items]
    items += [*report.watch, *report.without_value, *report.unrated]
    for small in report.small_groups:
        yield from (group.status for group in small.groups)
    for item in items:
        yield item.status
        if item.carried and item.carried.status:
            yield item.carried.status
        for outside in item.outside:
            yield from (group.status for group in outside.groups)
