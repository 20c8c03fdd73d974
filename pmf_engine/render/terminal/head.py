"""The head of the report: board, period and scope, and the number of indicators by status."""

from __future__ import annotations

from rich.text import Text

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date, show_months
from pmf_engine.render.terminal.page import Page, status_style
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.wording import MARKS, QUESTIONS, status_word

_MOST_MARKS = 400
"""The most indicators that the head draws with a symbol each."""


def write_head(page: Page, report: ExceptionReport) -> None:
    """Writes board, period and scope, the number of exceptions, and the indicators by status and evidence."""
    page.line(page.write((report.board, "bold")))
    page.line(page.write((f"Exception report, {report.period.label}", "bold"), f" ({show_months(report.period)})"))
    page.line(page.write(f"as known on {show_date(report.as_of)}"))
    if report.agency:
        others = f", and {report.led_by_others:,} of others that wait for it or show it outside"
        page.line(
            page.write(f"only indicators led by {report.agency.title}{others if report.led_by_others else ''}"), hang=2
        )
    if report.to:
        page.line(page.write(f"only what goes to {report.to.title} or above"))
    page.line()
    if highest := next((level for level in report.levels if level.items), None):
        up = f"{show_count(report.exceptions, 'exception')}, {len(highest.items):,} of them to {highest.level.title}"
    elif report.agency and (report.late or report.watch or report.without_value):
        up = "No rule sends anything up"
    else:
        up = "No exceptions"
    late = sum(len(agency.returns) for agency in report.late)
    page.line(page.write((f"{up}; {show_count(late, 'figure') if late else 'nothing'} late.", "bold")), hang=2)
    page.line()
    total = sum(report.counts.values())
    page.flow([_status_count(page, status, count) for status, count in report.counts.items() if count])
    if total <= _MOST_MARKS:
        page.line(
            page.write(*((MARKS[status] * count, status_style(status)) for status, count in report.counts.items()))
        )
    page.line()
    _write_evidence(page, report, total)


def _status_count(page: Page, status: str, count: int) -> Text:
    return page.write((f"{MARKS[status]} {status_word(status)}", status_style(status)), f" {count:,}")


def _write_evidence(page: Page, report: ExceptionReport, total: int) -> None:
    """Writes the counts of statuses by type of evidence: a table, or on a narrow page a line for each type."""
    heads = ("RED", "AMBER", "GREEN", "not rated", "no value", "not due")
    missing = [status for status in Status.missing() if status != Status.NOT_DUE]
    rows = []
    for kind, counts in [*report.evidence.items(), ("", report.counts)]:
        numbers = [counts[status] for status in (Status.RED, Status.AMBER, Status.GREEN, Status.NOT_RATED)]
        numbers += [sum(counts[status] for status in missing), counts[Status.NOT_DUE]]
        rows.append((QUESTIONS.get(kind, f"All {show_count(total, 'indicator')}"), numbers))
    label = max(len(question) for question, _ in rows) + 2
    if label + sum(len(head) + 3 for head in heads) <= page.width:
        page.line(page.write(" " * label, *((head.rjust(len(head) + 3), "dim") for head in heads)))
        for question, numbers in rows:
            cells = (f"{number or '-':>{len(head) + 3}}" for head, number in zip(heads, numbers, strict=True))
            page.line(page.write(question.ljust(label), *cells))
        return
    for question, numbers in rows:
        parts = [f"{head} {number:,}" for head, number in zip(heads, numbers, strict=True) if number]
        page.line(page.write(f"{question} ", ", ".join(parts) or "nothing"), hang=2)
