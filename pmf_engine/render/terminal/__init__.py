"""The exception report on a terminal, for reading at a meeting; the only place that imports rich.

Every status has its own word and symbol, so that the page reads without colour.
"""

from __future__ import annotations

from pmf_engine.render.terminal.exceptions import write_exceptions
from pmf_engine.render.terminal.head import write_head
from pmf_engine.render.terminal.page import NARROWEST, Page
from pmf_engine.render.terminal.sections import (
    write_foot,
    write_groups_over,
    write_indicators,
    write_late_returns,
    write_observations,
    write_recovered,
    write_small_groups,
    write_unrated,
)
from pmf_engine.report.model import ExceptionReport

__all__ = ["render_terminal"]


def render_terminal(report: ExceptionReport, *, width: int, color: bool, ascii: bool = False) -> str:
    """The report as text, ending in a line break.

    Args:
        report: The report to render.
        width: The most cells of a line, 40 at least.
        color: Whether to style the text by escape codes.
        ascii: Whether to use ASCII characters only.
    """
    page = Page(max(width, NARROWEST), ascii)
    write_head(page, report)
    write_exceptions(page, report)
    write_indicators(page, report.watch, "Outside what is good, and no rule sends it up")
    write_indicators(page, report.without_value, "Without a value, and no rule sends it up")
    write_late_returns(page, report)
    write_recovered(page, report.recovered, "Green again")
    write_recovered(page, report.ended, "No longer an exception, though not by turning green")
    write_groups_over(page, report)
    write_small_groups(page, report)
    write_unrated(page, report)
    write_observations(page, report)
    write_foot(page, report)
    return page.text(color)
