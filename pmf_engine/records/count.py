"""Counting: one pass over each list per evaluation, from records to totals and problems of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pmf_engine.diagnostics.errors import ReadError
from pmf_engine.domain.dates import LAST_YEAR
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records.asked_texts import Slips, slips_among, trimmed_texts
from pmf_engine.records.columns import REFUSED
from pmf_engine.records.coverage import Coverage, covered, readable
from pmf_engine.records.list_query import ListQuery, QueryId, columns_of_queries
from pmf_engine.records.overlap import current
from pmf_engine.records.pasted import without_pasted
from pmf_engine.records.queries import ListPlan
from pmf_engine.records.record_problems import record_problems
from pmf_engine.records.samples import numbers_of_texts
from pmf_engine.records.text_problems import text_problems
from pmf_engine.records.totals import ListTotals, Read, tables
from pmf_engine.submissions.engines import Engine, collected, first_line
from pmf_engine.submissions.list_parts import ListPart, refused
from pmf_engine.submissions.list_values import bad
from pmf_engine.submissions.problems import Problem, problems_frame, with_senders
from pmf_engine.submissions.record_dates import with_conventions
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Vocabulary, fold

_LAST_DAY = date(LAST_YEAR, 12, 31)
"""The last day that is counted or covered: the last that both Polars and dates of records can express."""


def count(
    framework: Framework,
    parts: Sequence[ListPart],
    queries: Sequence[ListQuery],
    last_day: date,
    as_of: date,
    engine: Engine,
    groups: Iterable[tuple[str, str]] = (),
) -> tuple[ListTotals, pl.DataFrame]:
    """Computes the totals of all lists.

    Args:
        framework: The lists.
        parts: The list parts of all lists.
        queries: The queries over all lists.
        last_day: The last day that counts.
        as_of: The day of the evaluation: records of later days are problems.
        engine: The engine of Polars; `streaming` keeps only a part of the records in memory.
        groups: Breakdowns and groups named in returns. Records with another spelling belong to these groups.

    Returns:
        The totals, and the problems of records as rows of `PROBLEMS`.
    """
    last_day, as_of = min(last_day, _LAST_DAY), min(as_of, _LAST_DAY)
    vocabulary, totals = Vocabulary(framework), ListTotals()
    problems: list[Problem] = []
    spellings = {(by, fold(group)): group for by, group in groups}
    for id_ in dict.fromkeys(query.list.id for query in queries):
        received = [part for part in parts if part.list == id_]
        if not received:
            continue
        own = [query for query in queries if query.list.id == id_]
        counted = _counted(vocabulary, framework.lists[id_], received, own, (last_day, as_of), engine)
        answers = counted.answers
        for query, frames in zip(own, answers.frames, strict=True):
            for by, table in (tables(answers.plan, query, frames, spellings) if frames else {}).items():
                totals.tables[*query.key, by] = table
                if by is not None:
                    totals.name_groups(id_, by, table.rows)
        totals.coverage.update(covered(vocabulary, answers.parts, answers.checks, as_of))
        for agency, disputed in counted.dispute.items():
            totals.coverage.setdefault((id_, agency), []).extend(disputed)
        totals.read[id_] = list(_read(answers))
        problems += [problem._replace(item=id_) for problem in counted.problems]
    return totals, with_senders(problems_frame(problems), framework)


def queries_by_id(
    framework: Framework, parts: Sequence[ListPart], queries: Sequence[ListQuery], last_day: date, as_of: date
) -> dict[QueryId, pl.LazyFrame]:
    """The queries that `count` runs first, where no cell of the records is refused and no file damaged.

    Args:
        framework: The lists.
        parts: The list parts of all lists.
        queries: The queries over all lists.
        last_day: The last day that counts.
        as_of: The day of the evaluation.
    """
    last_day, as_of = min(last_day, _LAST_DAY), min(as_of, _LAST_DAY)
    vocabulary, by_id = Vocabulary(framework), dict[QueryId, pl.LazyFrame]()
    for id_ in dict.fromkeys(query.list.id for query in queries):
        list_, own = framework.lists[id_], [query for query in queries if query.list.id == id_]
        counting = current([part for part in parts if part.list == id_], list_, vocabulary, "streaming").parts
        sample = numbers_of_texts(counting, list_, columns_of_queries(list_, own), "streaming")
        plan = ListPlan(vocabulary, list_, counting, own, last_day, as_of, False, {}, sample)
        by_id |= plan.by_id if plan.records else {}
    return by_id


@dataclass(frozen=True)
class _Counted:
    """The results of the queries over a list, its days in `dispute` by agency, and the problems of its records."""

    answers: _Answers
    dispute: Mapping[str, Sequence[Coverage]]
    problems: Sequence[Problem]


def _counted(
    vocabulary: Vocabulary,
    list_: RecordList,
    received: Sequence[ListPart],
    queries: Sequence[ListQuery],
    days: tuple[date, date],
    engine: Engine,
) -> _Counted:
    """Counts a list, and again without the files that turned out to be damaged, pasted twice or changed meanwhile.

    All that is known of a file is of one version: a list is counted only once its files are the same before and after.

    Args:
        vocabulary: The names of the framework.
        list_: The list.
        received: Its list parts.
        queries: Its queries.
        days: The last day that counts, and the day of the evaluation.
        engine: The engine of Polars.
    """
    while True:
        failure: BaseException | None = None
        try:
            counting = current(received, list_, vocabulary, engine)
            answers = _answers(vocabulary, list_, counting.parts, queries, days, engine)
            of_files = [problem for part in answers.parts for problem in part.problems]
            of_records = record_problems(answers.parts, answers.plan, answers.checks, answers.frames, engine)
            of_texts = text_problems(answers.parts, answers.plan, answers.held, engine)
            problems = [*counting.problems, *of_files, *of_records, *of_texts]
        except DAMAGED as error:
            failure = error
        if failure is None and not any(part.changed and part.frame is not None for part in received):
            rest = without_pasted(received, problems, list_, engine)
            if rest is None:
                return _Counted(answers, counting.dispute, problems)
            received = rest
            continue
        legible = [readable(part, list_, vocabulary.framework) for part in received]
        if failure is not None and all(new is old for new, old in zip(legible, received, strict=True)):
            legible = [_given_up(part, failure) for part in received]
            if all(part.path is not None or part.frame is None for part in received):
                raise ReadError(f"the records of `{list_.id}` cannot be counted: {first_line(failure)}") from failure
        received = legible


def _given_up(part: ListPart, failure: BaseException) -> ListPart:
    """A part without its records where an embedding program gave them as a query, which may raise at any reading."""
    if part.path is not None or part.frame is None:
        return part
    return refused(part, "unreadable", why=f"it raised while it was counted: {first_line(failure)}")


@dataclass(frozen=True)
class _Answers:
    """The results of the queries over a list.

    Attributes:
        parts: The list parts, as they were read.
        plan: The plan of the queries.
        checks: The rows of `ListPlan.checks`, one for each list part and agency.
        frames: The frames of each query.
        held: The texts of records in columns with asked texts, by column and folded text.
    """

    parts: Sequence[ListPart]
    plan: ListPlan
    checks: Sequence[Mapping[str, Any]]
    frames: Sequence[Sequence[pl.DataFrame]]
    held: Mapping[str, Mapping[str, str]]


def _answers(
    vocabulary: Vocabulary,
    list_: RecordList,
    parts: Sequence[ListPart],
    queries: Sequence[ListQuery],
    days: tuple[date, date],
    engine: Engine,
) -> _Answers:
    """Runs the queries over a list, from the fastest plan to the most careful.

    The first plan expects plain texts and one form of dates. After a refused cell they run again with a `patient` plan,
    which reads every form of dates; after texts one slip away from an asked text, to find the values that depend on
    them.

    Args:
        vocabulary: The names of the framework.
        list_: The list.
        parts: Its list parts.
        queries: Its queries.
        days: The last day that counts, and the day of the evaluation.
        engine: The engine of Polars.
    """
    patient = False
    slips: Slips = {}
    sample = numbers_of_texts(parts, list_, columns_of_queries(list_, queries), engine)
    while True:
        plan = ListPlan(vocabulary, list_, parts, queries, *days, patient, slips, sample)
        if not plan.records:
            return _Answers(parts, plan, [], [[] for _ in queries], {})
        lazy = [plan.queries(query) for query in queries]
        flat = [plan.checks, *plan.texts.values(), *(frame for frames in lazy for frame in frames)]
        checks, *answers = collected(flat, engine)
        remaining = iter(answers)
        written = {column: next(remaining) for column in plan.texts}
        if not patient:
            if checks[REFUSED].sum() or plan.doubts(written):
                patient = True
                parts = [with_conventions(part, list_, engine) for part in parts]
                continue
            checks = checks.with_columns(pl.lit(0).alias(bad(name)) for name in plan.columns)
        texts = {column: trimmed_texts(written[column], column in plan.open) for column in plan.asked}
        found_slips = slips_among(plan.asked, texts)
        if found_slips != slips:
            slips = found_slips
            continue
        frames_of = [[next(remaining) for _ in frames] for frames in lazy]
        return _Answers(parts, plan, checks.rows(named=True), frames_of, texts)


def _read(answers: _Answers) -> Iterator[Read]:
    """The numbers of records and refused cells of each list part, and its dates."""
    for number, part in enumerate(answers.parts):
        rows = [row for row in answers.checks if row["piece"] == number]
        yield Read(
            part.file,
            part.sheet,
            sum(row["records"] for row in rows),
            min((row["first"] for row in rows if row["first"]), default=None),
            max((row["last"] for row in rows if row["last"]), default=None),
            part.covers,
            sum(row[bad(name)] for row in rows for name in answers.plan.columns),
        )
