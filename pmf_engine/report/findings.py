"""Findings that a script asks a report for: whether anything in it has a status, is an exception, or is a problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pmf_engine.domain.status import Status
from pmf_engine.report.model import ExceptionReport, Item

EXCEPTIONS: Final = "exceptions"
PROBLEMS: Final = "problems"


def has_finding(report: ExceptionReport, finding: str) -> bool:
    """Whether a report has a finding.

    Args:
        report: An exception report; only what it shows counts.
        finding: `exceptions` for anything that goes up, `problems` for anything wrong with what was sent, or a status.
            A status counts wherever the report says it: of a whole, of a group, and of what was so in its last period
            with a value.
    """
    if finding == EXCEPTIONS:
        return report.exceptions > 0
    if finding == PROBLEMS:
        return report.data_quality.problems > 0
    return bool(report.counts.get(finding)) or finding in set(_statuses(report))


def _statuses(report: ExceptionReport) -> Iterator[Status | str]:
    """The statuses that the items of a report, their groups, and their last periods with a value have."""
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
