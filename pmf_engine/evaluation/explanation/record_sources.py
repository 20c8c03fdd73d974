"""The files of records behind one aggregate, and the problems of the records that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from pmf_engine.domain.periods import Period
from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluated import Evaluated
from pmf_engine.evaluation.inputs import AGENCY, Inputs
from pmf_engine.formula.compute.column_names import code_column
from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import Aggregate, columns_of
from pmf_engine.framework.model import RecordList
from pmf_engine.records.columns import group_names
from pmf_engine.records.coverage import standing
from pmf_engine.records.totals import Read
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.list_values import bad, typed
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Names, Vocabulary, fold

_SHOWN = 5
"""The most problems of a file that an explanation lists."""

_WHOLE_ROWS = ("surplus-cell", "split-number", "unclosed-quote")
"""Kinds of problems that make a whole row unreadable, in any column."""

_BLANK = "blank, and a sum of part is not a smaller sum"


@dataclass(frozen=True)
class Fault:
    """A problem in a file of records: the row, column and text of the cell, if it is about one, and a sentence."""

    row: int | None
    column: str | None
    text: str | None
    message: str


@dataclass(frozen=True)
class Records:
    """A file with records of a list: the number of records, the days that it covers, and its number of refused cells.

    `faults` are the first problems that concern the value, and `more_faults` is the number of the others.
    """

    file: str
    records: int
    speaks_from: date | None
    speaks_to: date | None
    refused: int
    faults: tuple[Fault, ...] = ()
    more_faults: int = 0


def is_blank(inputs: Inputs, aggregate: Aggregate, period: Period, by: str | None, group: str | None) -> bool:
    """Whether an aggregate has no value because a cell that it adds up is blank."""
    table = inputs.counted.tables.get((aggregate.list.name, period.cadence, aggregate.state, by))
    if table is None:
        return False
    rows = table.rows.filter(pl.col("start") == period.start, pl.col("group") == (group or ""))
    return reason_code(Status.NO_DATA) in rows[code_column(aggregate.text)]


def records(
    evaluation: Evaluated, inputs: Inputs, aggregate: Aggregate, period: Period, by: str | None, group: str | None
) -> tuple[Records, ...]:
    """The files that an aggregate was counted in, with their faults; for an agency, the files with its records."""
    list_ = evaluation.framework.lists[aggregate.list.name]
    names = group_names(Vocabulary(evaluation.framework), list_)
    parts = standing(evaluation.submissions.lists, evaluation.as_of)
    pieces = {(piece.file, piece.sheet): piece for piece in parts if piece.list == list_.id}
    blank = is_blank(inputs, aggregate, period, by, group)
    files = []
    for read in inputs.counted.read.get(list_.id, []):
        trace = _Trace(pieces.get((read.file, read.sheet)), list_, aggregate, period, by, group, names)
        if by == AGENCY and not trace.may_hold(group):
            continue
        problems = evaluation.problems.filter(
            pl.col("file") == read.file, pl.col("sheet").eq_missing(pl.lit(read.sheet))
        )
        faults = [*trace.concerning(problems.rows(named=True)), *(trace.blanks() if blank else ())]
        files.append(_records(read, faults))
    return tuple(files)


def _records(read: Read, faults: Sequence[Fault]) -> Records:
    """A file of records from the counts of its reading, with the first of its faults."""
    first, last = read.covers or (read.first, read.last)
    return Records(
        file=read.file if read.sheet is None else f"{read.file} sheet {read.sheet}",
        records=read.records,
        speaks_from=first,
        speaks_to=last,
        refused=read.refused,
        faults=tuple(faults[:_SHOWN]),
        more_faults=max(0, len(faults) - _SHOWN),
    )


class _Trace:
    """Finds the records of one file that an aggregate reads in one period and group."""

    def __init__(
        self,
        piece: ListPart | None,
        list_: RecordList,
        aggregate: Aggregate,
        period: Period,
        by: str | None,
        group: str | None,
        names: Mapping[str, Names],
    ) -> None:
        self.piece = piece
        self.list = list_
        self.aggregate = aggregate
        self.period = period
        self.by = by if by in list_.columns else None
        self.group = group
        self.names = names
        self.times = [name for name in (list_.start, list_.end) if name]
        read = {*self.times, *columns_of(aggregate), *([self.by] if self.by else []), AGENCY}
        self.columns = sorted(read & list_.columns.keys())

    def may_hold(self, agency: str | None) -> bool:
        """Whether the file may have records of an agency, as far as its texts are legible."""
        if AGENCY not in self.list.columns:
            return True
        rows = self._read([AGENCY], pl.lit(True), pl.col(AGENCY, bad(AGENCY)))
        return rows is None or any(self._is_of(row, AGENCY, agency) for row in rows.unique().iter_rows(named=True))

    def concerning(self, problems: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
        """The problems that concern the value: of the file as a whole, and of the records that the aggregate reads."""
        titles = self.piece.titles if self.piece else {}
        read = {titles.get(name, name) for name in self.columns}
        numbers = [row["row"] for row in problems if row["row"] is not None]
        rows = self._read(self.columns, pl.col(ROW).is_in(numbers), pl.all()) if numbers else None
        reads = {row[ROW]: self._reads(row) for row in rows.iter_rows(named=True)} if rows is not None else {}
        for problem in problems:
            in_column = problem["column"] in (None, *read) or problem["kind"] in _WHOLE_ROWS
            if problem["kind"] != "columns-not-read" and in_column and reads.get(problem["row"], True):
                yield Fault(problem["row"], problem["column"], problem["text"], problem["message"])

    def blanks(self) -> Iterator[Fault]:
        """The blank cells that leave a sum without a value."""
        assert self.aggregate.of is not None
        kinds = {name: column.read_as for name, column in self.list.columns.items()}
        compiled = RecordExpressions(kinds | {"period_start": "date", "period_end": "date"})
        without_number = compiled.number(self.aggregate.of).is_null()
        if self.aggregate.where is not None:
            without_number = without_number & compiled.value(self.aggregate.where).fill_null(False)
        labels = [pl.col(name).str.to_lowercase().alias(f"label:{name}") for name in sorted(compiled.labels)]
        rows = self._read(self.columns, without_number, pl.all(), labels)
        if rows is None or self.piece is None:
            return
        added = [name for name in self.columns if name in columns_of(replace(self.aggregate, where=None))]
        for row in rows.iter_rows(named=True):
            empty = [self.piece.titles.get(name, name) for name in added if row[name] is None and not row[bad(name)]]
            if empty and self._reads(row):
                yield Fault(row[ROW], empty[0], "", _BLANK)

    def _read(
        self, columns: Sequence[str], which: pl.Expr, what: pl.Expr, more: Sequence[pl.Expr] = ()
    ) -> pl.DataFrame | None:
        """The records of the file that meet a condition; None where the file cannot be read."""
        if self.piece is None or self.piece.frame is None or self.piece.changed:
            return None
        days = {"period_start": self.period.first_day, "period_end": self.period.last_day}
        bounds = [pl.lit(day).alias(name) for name, day in days.items()]
        try:
            frame = typed(self.piece, self.list, columns, 0, patient=True).with_columns(*bounds, *more)
            return frame.filter(which).select(what).collect(engine="streaming")
        except DAMAGED:
            return None

    def _reads(self, row: Mapping[str, Any]) -> bool:
        """Whether a record may count in the period and group; a record with refused dates may count in any period."""
        if self.by and not self._is_of(row, self.by, self.group):
            return False
        first, last = self.period.first_day, self.period.last_day
        start, end = row[self.list.start], row[self.list.end] if self.list.end else None
        lost = any(row[bad(name)] for name in self.times) or (start and end and end < start)
        if lost:
            return True
        if self.aggregate.state == "open":
            return bool(start <= last and (end is None or end > last))
        day = end if self.aggregate.state == "ended" else start
        return day is not None and bool(first <= day <= last)

    def _is_of(self, row: Mapping[str, Any], name: str, group: str | None) -> bool:
        """Whether a record may be of a group: its text names the group, or no known group."""
        text, names = row[name], self.names.get(name)
        if text is None:
            return bool(row[bad(name)]) or not self.list.columns[name].optional
        if names is None:
            return fold(text) == fold(group or "")
        named = names.find(text)
        return named is None or named == group
