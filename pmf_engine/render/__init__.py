"""How reports, results, explanations, outcomes of examples and definitions look: a file or folder for each.

Public are the forms of an exception report, which are functions of the report, and the words in them:

    page = pmf.render.to_html(pmf.exception_report(evaluation))

A form of one's own is a function of the report, too: `def mine(report: pmf.ExceptionReport) -> str`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmf_engine.domain.late_names import late_names

if TYPE_CHECKING:
    from pmf_engine.render import words as words
    from pmf_engine.render.report_forms import to_docx, to_html, to_json, to_markdown, to_terminal, to_xlsx

_HOMES = {
    "to_docx": "report_forms",
    "to_html": "report_forms",
    "to_json": "report_forms",
    "to_markdown": "report_forms",
    "to_terminal": "report_forms",
    "to_xlsx": "report_forms",
    "words": "words",
}

__all__ = ["to_docx", "to_html", "to_json", "to_markdown", "to_terminal", "to_xlsx", "words"]

if not TYPE_CHECKING:  # so that a misspelt name is one to type checkers too
    __getattr__ = late_names(__name__, _HOMES)
