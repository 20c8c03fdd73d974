"""The one pass over each list that an evaluation makes: records to totals, with the problems of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from pmf_engine.domain.dates import LAST_YEAR
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records.asked_texts import Slips, slips_among, trimmed_texts
from pmf_engine.records.columns import REFUSED
from pmf_engine.records.coverage import covered, readable
from pmf_engine.records.overlap import current
from pmf_engine.records.queries import ListPlan, ListQuery
from pmf_engine.records.record_problems import record_problems
from pmf_engine.records.text_problems import text_problems
from pmf_engine.records.totals import ListTotals, Read, tables
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.list_values import bad
from pmf_engine.submissions.problems import Problem, problems_frame, with_senders
from pmf_engine.submissions.record_dates import with_conventions
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Vocabulary, fold

Engine = Literal["auto", "in-memory", "streaming"]

_LAST_DAY = date(LAST_YEAR, 12, 31)
"""No day after it is counted or covered: the end of what Polars and people's dates have in common."""

_CACHES_AS_PLANNED = pl.QueryOptFlags(comm_subplan_elim=False)
"""Polars keeps in memory what `ListPlan` caches, and nothing else that queries have in common."""


def count(
    framework: Framework,
    pieces: Sequence[ListPart],
    queries: Sequence[ListQuery],
    last_day: date,
    as_of: date,
    engine: Engine,
    groups: Iterable[tuple[str, str]] = (),
) -> tuple[ListTotals, pl.DataFrame]:
    """Works out all that is asked of lists.

    Args:
        framework: What the lists are.
        pieces: The files, sheets and frames with records, of all lists.
        queries: What is asked, of all lists.
        last_day: The last day that counts.
        as_of: The last day that can have been.
        engine: How Polars works: `streaming` holds a part of the records at a time.
        groups: Groups that returns name, with their breakdowns: records that spell them otherwise are of these.

    Returns:
        The totals, and the problems of records as rows of `PROBLEMS`.
    """
    last_day, as_of = min(last_day, _LAST_DAY), min(as_of, _LAST_DAY)
    vocabulary, totals = Vocabulary(framework), ListTotals()
    problems: list[Problem] = []
    spellings = {(by, fold(group)): group for by, group in groups}
    for id_ in dict.fromkeys(query.list.id for query in queries):
        list_ = framework.lists[id_]
        received = [piece for piece in pieces if piece.list == id_]
        if not received:
            continue
        counting = current(received, list_, vocabulary)
        own = [query for query in queries if query.list.id == id_]
        answers = _answers(vocabulary, list_, counting.pieces, own, (last_day, as_of), engine)
        plan = answers.plan
        for query, frames in zip(own, answers.frames, strict=True):
            for by, table in (tables(plan, query, frames, spellings) if frames else {}).items():
                totals.tables[*query.key, by] = table
                if by is not None:
                    totals.groups.setdefault(by, set()).update(table.rows["group"].to_list())
        totals.coverage.update(covered(vocabulary, answers.pieces, answers.checks, as_of))
        for agency, disputed in counting.dispute.items():
            totals.coverage.setdefault((id_, agency), []).extend(disputed)
        totals.read[id_] = list(_read(answers))
        of_files = [problem for piece in answers.pieces for problem in piece.problems]
        of_records = record_problems(answers.pieces, plan, answers.checks, answers.frames)
        of_texts = text_problems(answers.pieces, plan, answers.held)
        problems += [problem._replace(item=id_) for problem in (*counting.problems, *of_files, *of_records, *of_texts)]
    return totals, with_senders(problems_frame(problems), framework)


@dataclass(frozen=True)
class _Answers:
    """What the queries over a list gave: `checks` are its rows by piece and agency, `frames` those of each query.

    `held` are the texts of records, by column and folded text, where they are compared with texts.
    """

    pieces: Sequence[ListPart]
    plan: ListPlan
    checks: Sequence[Mapping[str, Any]]
    frames: Sequence[Sequence[pl.DataFrame]]
    held: Mapping[str, Mapping[str, str]]


def _answers(
    vocabulary: Vocabulary,
    list_: RecordList,
    pieces: Sequence[ListPart],
    queries: Sequence[ListQuery],
    days: tuple[date, date],
    engine: Engine,
) -> _Answers:
    """Runs the queries over a list: first as if texts were plain and dates all in one form.

    Where a cell was refused, they run again `patient` of every form of dates; where a file breaks off, again with
    what of it can be read; where texts are a slip away from what is asked for, again to find which values rest on them.
    """
    patient = reread = False
    slips: Slips = {}
    while True:
        plan = ListPlan(vocabulary, list_, pieces, queries, *days, patient, slips)
        if plan.records is None:
            return _Answers(pieces, plan, [], [[] for _ in queries], {})
        lazy = [plan.queries(query) for query in queries]
        flat = [plan.checks, *plan.texts, *(frame for frames in lazy for frame in frames)]
        try:
            checks, *answers = pl.collect_all(flat, engine=engine, optimizations=_CACHES_AS_PLANNED)
        except DAMAGED:
            if reread:
                raise
            pieces, reread = [readable(piece, list_, vocabulary.framework) for piece in pieces], True
            continue
        if not patient:
            if checks[REFUSED].sum():
                patient = True
                pieces = [with_conventions(piece, list_) for piece in pieces]
                continue
            checks = checks.with_columns(pl.lit(0).alias(bad(name)) for name in plan.columns)
        remaining = iter(answers)
        held = {column: trimmed_texts(next(remaining), column in plan.open) for column in plan.asked}
        found = slips_among(plan.asked, held)
        if found != slips:
            slips = found
            continue
        frames_of = [[next(remaining) for _ in frames] for frames in lazy]
        return _Answers(pieces, plan, checks.rows(named=True), frames_of, held)


def _read(answers: _Answers) -> Iterator[Read]:
    """What was read of each piece."""
    for number, piece in enumerate(answers.pieces):
        rows = [row for row in answers.checks if row["piece"] == number]
        yield Read(
            piece.file,
            piece.sheet,
            sum(row["records"] for row in rows),
            min((row["first"] for row in rows if row["first"]), default=None),
            max((row["last"] for row in rows if row["last"]), default=None),
            piece.covers,
            sum(row[bad(name)] for row in rows for name in answers.plan.columns),
        )
