"""A validation of submissions as text, by agency and file, and as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import wrap
from typing import Final

from pmf_engine.domain.plain_text import csv_cell, tamed
from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date, show_periods
from pmf_engine.report.model import LateReturn
from pmf_engine.report.problems import ToldProblem
from pmf_engine.report.validation import FileRead, Validation
from pmf_engine.report.wording import status_word
from pmf_engine.submissions.severity import Severity

_COUNTS = {Severity.LOST: "with a value lost", Severity.DOUBT: "in doubt", Severity.NOTE: "to note"}
_INDENTS = 4


def to_json(validation: Validation) -> str:
    """The validation as one JSON object, with dates in ISO 8601."""
    return json.dumps(asdict(validation), indent=2, ensure_ascii=False, default=str) + "\n"


def to_csv(validation: Validation) -> str:
    """CSV by RFC 4180: a row for each problem, and for each return that is late.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("agency", "file", "sheet", "row", "column", "text", "severity", "kind", "message"))
    for part in validation.agencies:
        agency = part.agency.id if part.agency else ""
        rows: list[tuple[object, ...]] = [
            (each.file, each.sheet, each.row, each.column, each.text, each.severity, each.kind, each.message)
            for file in part.files
            for each in file.problems
        ]
        rows += [("", "", "", "", "", "late", "late", _overdue(overdue)) for overdue in part.late]
        writer.writerows([csv_cell(cell) for cell in (agency, *row)] for row in rows)
    return out.getvalue()


def to_text(validation: Validation, width: int = 80) -> str:
    """The files and late returns of each agency, and the problems of each file with their positions."""
    lines: list[str] = []
    for line in map(tamed, _lines(validation)):
        indent = " " * (len(line) - len(line.lstrip()) + _INDENTS)
        # Paths break only at spaces, so that people can copy them.
        lines += wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(lines) + "\n"


def _lines(validation: Validation) -> Iterator[str]:
    """The lines of the text, before wrapping."""
    yield f"{validation.board}: what was sent, as of {show_date(validation.as_of)}"
    if validation.agency:
        yield f"only {validation.agency.title}"
    yield counts_words(validation.counts)
    for part in validation.agencies:
        yield ""
        yield part.agency.title if part.agency else "Of no agency that is known"
        for overdue in part.late:
            yield f"  {_overdue(overdue)}"
        for file in part.files:
            yield f"  {_file(file)}"
            for problem in file.problems:
                yield f"    {problem.severity:<5} {problem_words(problem)}"


def counts_words(counts: dict[str, int]) -> str:
    """The numbers of problems by severity: `3 problems: 2 with a value lost, 1 to note`."""
    total = sum(counts.values())
    parts = [f"{counts[severity]:,} {words}" for severity, words in _COUNTS.items() if counts[severity]]
    return f"{show_count(total, 'problem')}: {', '.join(parts)}" if total else "no problems"


_OF_BOARD: Final = re.compile(r", or (?:let|widen|give|list) [^;]*$")
"""The end of a message that says what the board may change in its own files."""


def for_sender(message: str) -> str:
    """A message without what only the board can do.

    >>> for_sender("`4` is not plausible; mend it, or widen `plausible`")
    '`4` is not plausible; mend it'
    """
    return _OF_BOARD.sub("", message)


def problem_words(problem: ToldProblem) -> str:
    """A problem with its position, `sheet Q1, row 56, value: ...`, and the cell's text unless the message quotes it."""
    sheet = f"sheet `{problem.sheet}`" if problem.sheet else ""
    row = f"row {problem.row}" if problem.row is not None else ""
    position = ", ".join(part for part in (sheet, row, problem.column or "") if part)
    own = f" (the cell says `{problem.text}`)" if problem.text and problem.text.strip() not in problem.message else ""
    return f"{position}: {problem.message}{own}" if position else f"{problem.message}{own}"


def _file(file: FileRead) -> str:
    received = f", received {show_date(file.received_on)}" if file.received_on else ""
    if file.read is None:
        return f"{file.file}{received}"
    counts = show_count(file.read, file.of) + " read"
    if file.used is not None and file.set_aside is not None:
        counts += f" = {file.used:,} used + {file.set_aside:,} set aside"
    return f"{file.file}{received}: {counts}"


def _overdue(overdue: LateReturn) -> str:
    again = f", {show_periods(overdue.run, overdue.months)} running" if overdue.run > 1 else ""
    days = show_count(overdue.days_late, "day")
    since = f"{overdue.figure.title} for {overdue.period}, due {show_date(overdue.due)}"
    return f"{status_word(Status.LATE)} {days}: {since}{again}"
