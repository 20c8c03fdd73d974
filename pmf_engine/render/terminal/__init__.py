"""The exception report on a terminal, for reading at a meeting; the only place that imports rich.

Every status has its own word and symbol, so that the page reads without colour.
"""

from __future__ import annotations

from pmf_engine.render.terminal.changes import write_changes
from pmf_engine.render.terminal.exceptions import write_exceptions
from pmf_engine.render.terminal.first_screen import write_first_screen
from pmf_engine.render.terminal.page import NARROWEST, Page
from pmf_engine.render.terminal.sections import write_rest
from pmf_engine.render.terminal.tables import write_tables
from pmf_engine.report.depth import Depth
from pmf_engine.report.first_screen import first_screen
from pmf_engine.report.model import ExceptionReport

__all__ = ["render_terminal"]


def render_terminal(
    report: ExceptionReport,
    *,
    width: int,
    color: bool,
    ascii: bool = False,
    depth: Depth = Depth.FIRST,
    plain: bool = False,
) -> str:
    """The report as text, ending in a line break.

    Args:
        report: The report to render.
        width: The most cells of a line, 40 at least.
        color: Whether to style the text by escape codes.
        ascii: Whether to use ASCII characters only.
        depth: The first screen alone, with the exceptions in full, or with everything.
        plain: Whether to write sentences without symbols, bars and rules, for screen readers.
    """
    page = Page(max(width, NARROWEST), ascii, plain)
    screen = first_screen(report)
    write_first_screen(page, screen)
    if depth >= Depth.DETAIL:
        write_exceptions(page, screen)
        if report.since:
            write_changes(page, report.since)
    if depth >= Depth.ALL:
        write_rest(page, report)
        write_tables(page, report)
    return page.text(color)
