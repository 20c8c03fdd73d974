"""The tables of renderings: one for each kind of result, a row for each format.

A renderer returns text for people and bytes for other programs. It imports its libraries when it is first called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pmf_engine.report.depth import Depth

if TYPE_CHECKING:
    from pmf_engine.evaluation.evaluate import Evaluation
    from pmf_engine.evaluation.example_outcomes import ExampleRun
    from pmf_engine.evaluation.explanation.explain import Explanation
    from pmf_engine.report.calendar import Calendar
    from pmf_engine.report.model import ExceptionReport
    from pmf_engine.report.template import Template
    from pmf_engine.report.validation import Validation


@dataclass(frozen=True)
class PageOptions:
    """The look of a rendering for people; other renderings ignore it.

    Attributes:
        width: The width of the page, in columns.
        color: Use the escape codes of terminals.
        ascii: Use no characters outside ASCII.
        file: The name of the sender's file that is marked.
        path: The sender's file that is marked.
        depth: How much of a report is printed.
        plain: Use sentences without bars, blocks and symbols.
        wide: Give results a column for each period.
        ids: Leave the columns in words out of results.
    """

    width: int = 80
    color: bool = False
    ascii: bool = False
    file: str | None = None
    path: Path | None = None
    depth: Depth = Depth.FIRST
    plain: bool = False
    wide: bool = False
    ids: bool = False


def _report_on_terminal(report: ExceptionReport, options: PageOptions) -> str:
    from pmf_engine.render.report_forms import to_terminal

    return to_terminal(
        report,
        width=options.width,
        color=options.color,
        ascii=options.ascii,
        depth=options.depth,
        plain=options.plain,
    )


def _file(form: str) -> Callable[[ExceptionReport, PageOptions], bytes]:
    """A form of a report as the bytes of a file, by the name of its function."""

    def rendered(report: ExceptionReport, options: PageOptions) -> bytes:
        made: str | bytes = getattr(import_module("pmf_engine.render.report_forms"), form)(report)
        return made.encode("utf-8") if isinstance(made, str) else made

    return rendered


def _results_as_table(evaluation: Evaluation, options: PageOptions) -> str:
    from pmf_engine.render.results import to_table, to_wide_table

    return to_wide_table(evaluation) if options.wide else to_table(evaluation)


def _results_as_csv(evaluation: Evaluation, options: PageOptions) -> bytes:
    from pmf_engine.render.results import tidy, to_csv

    return to_csv(tidy(evaluation, ids=options.ids, wide=options.wide)).encode("utf-8")


def _results_as_json(evaluation: Evaluation, options: PageOptions) -> bytes:
    from pmf_engine.render.results import tidy, to_json

    return to_json(tidy(evaluation, ids=options.ids, wide=options.wide)).encode("utf-8")


def _results_as_parquet(evaluation: Evaluation, options: PageOptions) -> bytes:
    from pmf_engine.render.results import tidy, to_parquet

    return to_parquet(tidy(evaluation, ids=options.ids, wide=options.wide))


def _explanation_as_text(explanation: Explanation, options: PageOptions) -> str:
    from pmf_engine.render.explanation import to_text

    return to_text(explanation, options.width)


def _explanation_as_json(explanation: Explanation, options: PageOptions) -> bytes:
    from pmf_engine.render.explanation import to_json

    return to_json(explanation).encode("utf-8")


def _outcomes_as_text(ran: ExampleRun, options: PageOptions) -> str:
    from pmf_engine.render.example_outcomes import to_text

    return to_text(*ran)


def _outcomes_as_junit(ran: ExampleRun, options: PageOptions) -> str:
    from pmf_engine.render.example_outcomes import to_junit

    return to_junit(ran.outcomes)


def _validation_as_text(validation: Validation, options: PageOptions) -> str:
    from pmf_engine.render.validation import to_text

    return to_text(validation, options.width)


def _validation_as_json(validation: Validation, options: PageOptions) -> bytes:
    from pmf_engine.render.validation import to_json

    return to_json(validation).encode("utf-8")


def _validation_as_csv(validation: Validation, options: PageOptions) -> bytes:
    from pmf_engine.render.validation import to_csv

    return to_csv(validation).encode("utf-8")


def _validation_as_letters(validation: Validation, options: PageOptions) -> str:
    from pmf_engine.render.letter import to_letters

    return to_letters(validation)


def _validation_as_workbook(validation: Validation, options: PageOptions) -> bytes:
    from pmf_engine.render.marked_workbook import marked_workbook

    return marked_workbook(validation, options.file, options.path)


def _calendar_as_table(calendar: Calendar, options: PageOptions) -> str:
    from pmf_engine.render.calendar import to_table

    return to_table(calendar)


def _calendar_as_csv(calendar: Calendar, options: PageOptions) -> bytes:
    from pmf_engine.render.calendar import to_csv

    return to_csv(calendar).encode("utf-8")


def _calendar_as_json(calendar: Calendar, options: PageOptions) -> bytes:
    from pmf_engine.render.calendar import to_json

    return to_json(calendar).encode("utf-8")


def _calendar_as_icalendar(calendar: Calendar, options: PageOptions) -> bytes:
    from pmf_engine.render.calendar import to_icalendar

    return to_icalendar(calendar)


def _template_as_workbook(template: Template, options: PageOptions) -> bytes:
    from pmf_engine.render.template import to_workbook

    return to_workbook(template)


def _template_as_csv(template: Template, options: PageOptions) -> bytes:
    from pmf_engine.render.template import to_csv

    return to_csv(template).encode("utf-8")


RENDERERS: Final[Mapping[str, Callable[[ExceptionReport, PageOptions], str | bytes]]] = {
    "terminal": _report_on_terminal,
    "html": _file("to_html"),
    "xlsx": _file("to_xlsx"),
    "docx": _file("to_docx"),
    "markdown": _file("to_markdown"),
    "json": _file("to_json"),
}
"""Renderings of an exception report."""

RESULT_RENDERERS: Final[Mapping[str, Callable[[Evaluation, PageOptions], str | bytes]]] = {
    "table": _results_as_table,
    "csv": _results_as_csv,
    "json": _results_as_json,
    "parquet": _results_as_parquet,
}
"""Renderings of the results of an evaluation."""

EXPLANATION_RENDERERS: Final[Mapping[str, Callable[[Explanation, PageOptions], str | bytes]]] = {
    "text": _explanation_as_text,
    "json": _explanation_as_json,
}
"""Renderings of an explanation."""

OUTCOME_RENDERERS: Final[Mapping[str, Callable[[ExampleRun, PageOptions], str | bytes]]] = {
    "text": _outcomes_as_text,
    "junit": _outcomes_as_junit,
}
"""Renderings of the outcomes of examples and of their coverage."""

CALENDAR_RENDERERS: Final[Mapping[str, Callable[[Calendar, PageOptions], str | bytes]]] = {
    "table": _calendar_as_table,
    "csv": _calendar_as_csv,
    "json": _calendar_as_json,
    "ics": _calendar_as_icalendar,
}
"""Renderings of the calendar of returns."""

TEMPLATE_RENDERERS: Final[Mapping[str, Callable[[Template, PageOptions], str | bytes]]] = {
    "xlsx": _template_as_workbook,
    "csv": _template_as_csv,
}
"""Renderings of the blank return of an agency."""

VALIDATION_RENDERERS: Final[Mapping[str, Callable[[Validation, PageOptions], str | bytes]]] = {
    "text": _validation_as_text,
    "json": _validation_as_json,
    "csv": _validation_as_csv,
    "xlsx": _validation_as_workbook,
    "letter": _validation_as_letters,
}
"""Renderings of a validation of submissions."""
