"""Messages about layouts: where figures stand in a workbook of a fixed form."""

from __future__ import annotations

from collections.abc import Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import quoted_list


def not_cells(span: Span, text: str) -> Diagnostic:
    help_ = "write `C14`, cells of one row or column such as `C14:F14` or `C5:C16`, or `C5:C` down to the last"
    return Diagnostic(Kind.CELLS, f"`{text}` names no cells", span, help_)


def not_one_cell(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.CELLS, f"`{text}` is several cells, and one names the period", span)


def cells_without_labels(span: Span, text: str) -> Diagnostic:
    help_ = "say in `periods`, or in `groups` by breakdown, which cells name those of `at`"
    return Diagnostic(Kind.CELLS, f"`{text}` is several cells, and nothing says what each is of", span, help_)


def cells_not_along(span: Span, text: str, what: str, other: str) -> Diagnostic:
    help_ = "both need the same columns of a row, or the same rows of a column"
    return Diagnostic(Kind.CELLS, f"`{text}` does not lie along the {what} in `{other}`", span, help_)


def same_cells(span: Span, text: str, other: str) -> Diagnostic:
    return Diagnostic(Kind.CELLS, f"`{text}` holds a cell of `{other}` too", span)


def period_twice(span: Span) -> Diagnostic:
    return Diagnostic(Kind.CELLS, "both `period` and `periods` name periods", span, "keep one of the two")


def not_sent_by(span: Span, figure: str, agency: str, senders: Sequence[str]) -> Diagnostic:
    message = f"`{agency}` does not send figure `{figure}`; it comes from {quoted_list(senders, 'and')}"
    return Diagnostic(Kind.CELLS, message, span)


def unknown_placeholder(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.CELLS, f"`{text}` stands for nothing", span, "`{period}` stands for the period")


def not_a_workbook(span: Span, text: str) -> Diagnostic:
    help_ = "cells have places in `.xlsx`, `.xlsm` and `.csv` files"
    return Diagnostic(Kind.CELLS, f"`{text}` names no files whose cells have a place", span, help_)


def sheet_of_text(span: Span) -> Diagnostic:
    return Diagnostic(Kind.CELLS, "a CSV file has no sheets", span, "take `sheet` out")
