"""What is wrong with submissions: every problem by agency and file, what was read of each file, and what is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation, evaluate
from pmf_engine.framework.model import Framework
from pmf_engine.report.model import Named
from pmf_engine.report.problems import ToldProblem, told_problems
from pmf_engine.submissions.problem_kinds import Severity
from pmf_engine.submissions.problems import together
from pmf_engine.submissions.submissions import Submissions


@dataclass(frozen=True)
class FileRead:
    """A file of returns, in cells, or of a list, in records: read, used and set aside; with its problems.

    The problems are those of the agency under which the file stands. The counts are of the whole file, and None of a
    file that was not read, or of which some are not known.
    """

    file: str
    received_on: date | None
    of: str
    read: int | None
    used: int | None
    set_aside: int | None
    problems: tuple[ToldProblem, ...]


@dataclass(frozen=True)
class Overdue:
    """A figure or list that is due and has not come."""

    item: Named
    period: str
    due: date
    days_late: int
    run: int


@dataclass(frozen=True)
class AgencyFiles:
    """What one agency sent and has not sent; `agency` is None for files and problems that are of nobody known."""

    agency: Named | None
    files: tuple[FileRead, ...]
    late: tuple[Overdue, ...]


@dataclass(frozen=True)
class Validation:
    """All that is to be said of a folder of submissions on one day, agency by agency in the framework's order.

    `counts` has the problems by severity.
    """

    board: str
    as_of: date
    agency: Named | None
    counts: dict[str, int]
    agencies: tuple[AgencyFiles, ...]

    @property
    def is_to_mend(self) -> bool:
        """Whether a value was lost or is in doubt."""
        return bool(self.counts[Severity.LOST] or self.counts[Severity.DOUBT])


def validation(framework: Framework, submissions: Submissions, as_of: date, *, agency: str | None = None) -> Validation:
    """The validation of submissions as they stood on a day.

    Args:
        framework: The framework that they were read with.
        submissions: What agencies sent.
        as_of: The day that decides what had come and what is late.
        agency: Only what this agency can mend.
    """
    last_month = Cadence(1, framework.board.year_start).last_ended_by(month_of(as_of))
    evaluation = evaluate(framework, submissions, last_month, as_of)
    problems = told_problems(together(evaluation.problems, submissions.marked_at(evaluation.as_of)))
    if agency is not None:
        problems = [problem for problem in problems if problem.agency == agency]
    files = _files(evaluation)
    senders = _senders(evaluation)
    late = _late(evaluation)
    parts = []
    for id_ in [*framework.agencies, None] if agency is None else [agency]:
        own = [problem for problem in problems if problem.agency == id_]
        names = sorted({problem.file for problem in own} | {file for file in files if id_ in senders.get(file, {None})})
        part = AgencyFiles(
            None if id_ is None else Named(id_, framework.agencies[id_].name),
            tuple(_file_read(name, files, own) for name in names),
            late.get(id_ or "", ()),
        )
        if part.files or part.late:
            parts.append(part)
    counts = {severity.value: sum(each.severity == severity for each in problems) for severity in Severity}
    named = None if agency is None else Named(agency, framework.agencies[agency].name)
    return Validation(framework.board.name, evaluation.as_of, named, counts, tuple(parts))


def _files(evaluation: Evaluation) -> dict[str, tuple[date | None, str, int | None, int | None, int | None]]:
    """The day each file was received, what it holds, and how much of that was read, used and set aside."""
    columns = ["file", "received_on", "read", "used", "set_aside"]
    files: dict[str, tuple[date | None, str, int | None, int | None, int | None]] = {}
    for file, received_on, read, used, set_aside in evaluation.submissions.files.select(columns).iter_rows():
        files[file] = (received_on, "cell", read, used, set_aside)
    for part in evaluation.submissions.lists:
        files[part.file] = (part.received_on, "record", None, None, None)
    counted = evaluation.inputs.counted.read.values() if evaluation.inputs else ()
    records: dict[str, int] = {}
    for read in (one for reads in counted for one in reads):
        records[read.file] = max(records.get(read.file, 0), read.records)
    for file, number in records.items():
        files[file] = (files[file][0], "record", number, None, None)
    return files


def _senders(evaluation: Evaluation) -> dict[str, set[str]]:
    """The agencies that each file holds anything of; files of which none is known are left out."""
    readings = evaluation.submissions.readings.filter(pl.col("agency").is_not_null())
    senders: dict[str, set[str]] = {}
    for file, agency in readings.select("file", "agency").unique().iter_rows():
        senders.setdefault(file, set()).add(agency)
    for part in evaluation.submissions.lists:
        agencies = evaluation.framework.lists[part.list].agencies
        if len(agencies) == 1:
            senders.setdefault(part.file, set()).update(agencies)
    return senders


def _file_read(
    name: str,
    files: dict[str, tuple[date | None, str, int | None, int | None, int | None]],
    problems: Iterable[ToldProblem],
) -> FileRead:
    counts = files.get(name, (None, "cell", None, None, None))
    return FileRead(name, *counts, tuple(problem for problem in problems if problem.file == name))


def _late(evaluation: Evaluation) -> dict[str, tuple[Overdue, ...]]:
    """What is late by agency, the longest overdue first."""
    items = {**evaluation.framework.figures, **evaluation.framework.lists}
    late: dict[str, list[Overdue]] = {}
    columns = ["figure", "agency", "period", "due", "run"]
    rows = evaluation.outstanding.filter(pl.col("status") == Status.LATE.value).sort("due", "figure")
    for figure, agency, period, due, run in rows.select(columns).iter_rows():
        named = Named(figure, getattr(items[figure], "title", figure))
        late.setdefault(agency, []).append(Overdue(named, period, due, (evaluation.as_of - due).days, run or 0))
    return {agency: tuple(overdue) for agency, overdue in late.items()}
