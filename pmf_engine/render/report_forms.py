"""The forms of an exception report: functions from a report to text for people, or to bytes for other programs.

Each imports its libraries when it is first called.
"""

from __future__ import annotations

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.report.depth import Depth
from pmf_engine.report.model import ExceptionReport


@checked
def to_terminal(
    report: ExceptionReport,
    *,
    width: int = 80,
    color: bool = False,
    ascii: bool = False,
    depth: Depth = Depth.FIRST,
    plain: bool = False,
) -> str:
    """The report as text, ending in a line break.

    Args:
        report: The report to render.
        width: The most characters of a line, 40 at least.
        color: Whether to style the text by the escape codes of terminals.
        ascii: Whether to use ASCII characters only.
        depth: The first screen alone, with the exceptions in full, or with everything.
        plain: Whether to write sentences without symbols, bars and rules, for screen readers.
    """
    from pmf_engine.render.terminal import render_terminal

    return render_terminal(report, width=width, color=color, ascii=ascii, depth=depth, plain=plain)


@checked
def to_html(report: ExceptionReport) -> str:
    """The report as one file of HTML, without script and network, with its charts inside."""
    from pmf_engine.render.html import render_html

    return render_html(report)


@checked
def to_markdown(report: ExceptionReport) -> str:
    """The report as Markdown, with room for the minutes."""
    from pmf_engine.render.markdown_paper import to_markdown as paper_to_markdown
    from pmf_engine.report.exception_paper import exception_paper

    return paper_to_markdown(exception_paper(report))


@checked
def to_json(report: ExceptionReport) -> str:
    """The report as JSON, with the number of its `schema`; equal for equal reports."""
    return report.to_json()


@checked
def to_xlsx(report: ExceptionReport) -> bytes:
    """The report as the bytes of a workbook, with a table on each sheet; equal for equal reports."""
    from pmf_engine.render.workbook import to_workbook

    return to_workbook(report)


@checked
def to_docx(report: ExceptionReport) -> bytes:
    """The report as the bytes of a Word document; equal for equal reports.

    Raises:
        MissingExtra: python-docx is not installed, which the extra `word` brings; it is an `Error`.
    """
    from pmf_engine.render.word import to_word
    from pmf_engine.report.exception_paper import exception_paper

    return to_word(exception_paper(report), report.as_of)
