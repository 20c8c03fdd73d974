"""The validation report: every problem by agency and file, counts of each file, and late returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pmf_engine.domain.periods import Cadence, month_of
from pmf_engine.evaluation.evaluate import Evaluation, evaluate
from pmf_engine.framework.model import Framework
from pmf_engine.report.item import Named
from pmf_engine.report.late_returns import late_agencies, outstanding_rows
from pmf_engine.report.model import LateReturn
from pmf_engine.report.problems import ToldProblem, told_problems
from pmf_engine.submissions.days import marked_at
from pmf_engine.submissions.problems import together
from pmf_engine.submissions.severity import Severity
from pmf_engine.submissions.submissions import Submissions


@dataclass(frozen=True)
class FileRead:
    """A file of returns or of a list, with its counts and problems.

    Attributes:
        of: The unit of the counts: `cell` for returns, `record` for lists.
        read: The number of units in the whole file; None where unknown.
        used: How many of these were used; None where unknown.
        set_aside: How many of these were set aside; None where unknown.
        problems: The problems of the agency that lists the file.
    """

    file: str
    received_on: date | None = None
    of: str = "cell"
    read: int | None = None
    used: int | None = None
    set_aside: int | None = None
    problems: tuple[ToldProblem, ...] = ()


@dataclass(frozen=True)
class AgencyFiles:
    """The files and late returns of one agency; `agency` is None for files and problems of an unknown agency."""

    agency: Named | None
    files: tuple[FileRead, ...]
    late: tuple[LateReturn, ...]


@dataclass(frozen=True)
class Validation:
    """The validation of a folder of submissions on one day, by agency in the framework's order.

    `counts` has the number of problems by severity.
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
    """The validation of submissions as of a day.

    Args:
        framework: The framework that the submissions were read with.
        submissions: The returns and lists of all agencies.
        as_of: The day that decides which files count and what is late.
        agency: Limits the validation to this agency's files and late returns; None for all.
    """
    last_month = Cadence(1, framework.board.year_start).last_ended_by(month_of(as_of))
    evaluation = evaluate(framework, submissions, period=last_month, as_of=as_of)
    problems = told_problems(together(evaluation.problems, marked_at(submissions, evaluation.as_of)))
    if agency is not None:
        problems = [problem for problem in problems if problem.agency == agency]
    files = _files(evaluation)
    senders = _senders(evaluation)
    late = {late.agency.id: late.returns for late in late_agencies(evaluation, outstanding_rows(evaluation))}
    parts = []
    for id_ in [*framework.agencies, None] if agency is None else [agency]:
        own = [problem for problem in problems if problem.agency == id_]
        names = sorted({problem.file for problem in own} | {file for file in files if id_ in senders.get(file, {None})})
        part = AgencyFiles(
            None if id_ is None else Named(id_, framework.agencies[id_].name),
            tuple(_with_problems(files.get(name) or FileRead(name), own) for name in names),
            late.get(id_ or "", ()),
        )
        if part.files or part.late:
            parts.append(part)
    counts = {severity.value: sum(problem.severity == severity for problem in problems) for severity in Severity}
    named = None if agency is None else Named(agency, framework.agencies[agency].name)
    return Validation(framework.board.name, evaluation.as_of, named, counts, tuple(parts))


def _files(evaluation: Evaluation) -> dict[str, FileRead]:
    """The files that were read, without their problems; of a file of a list, the records that were counted."""
    columns = ["file", "received_on", "read", "used", "set_aside"]
    files = {
        file: FileRead(file, received_on, "cell", *counts)
        for file, received_on, *counts in evaluation.submissions.files.select(columns).iter_rows()
    }
    records: dict[str, int] = {}
    for reads in evaluation.inputs.counted.read.values() if evaluation.inputs else ():
        for list_read in reads:
            records[list_read.file] = max(records.get(list_read.file, 0), list_read.records)
    for part in evaluation.submissions.lists:
        files[part.file] = FileRead(part.file, part.received_on, "record", records.get(part.file))
    return files


def _senders(evaluation: Evaluation) -> dict[str, set[str]]:
    """By file, the agencies whose figures or records it has; files of unknown agencies have no entry."""
    readings = evaluation.submissions.readings.filter(pl.col("agency").is_not_null())
    senders: dict[str, set[str]] = {}
    for file, agency in readings.select("file", "agency").unique().iter_rows():
        senders.setdefault(file, set()).add(agency)
    for part in evaluation.submissions.lists:
        agencies = evaluation.framework.lists[part.list].agencies
        if len(agencies) == 1:
            senders.setdefault(part.file, set()).update(agencies)
    return senders


def _with_problems(file: FileRead, problems: Iterable[ToldProblem]) -> FileRead:
    """A file with those of the problems that are its own."""
    return replace(file, problems=tuple(problem for problem in problems if problem.file == file.file))
