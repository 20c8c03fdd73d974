"""The files of records that one number was counted in, and what is wrong with the records that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pmf_engine.domain.periods import Period
from pmf_engine.domain.reason_codes import reason_code
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.inputs import AGENCY, Inputs
from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import Aggregate, columns_of
from pmf_engine.framework.model import RecordList
from pmf_engine.records.columns import group_names
from pmf_engine.records.coverage import standing
from pmf_engine.records.totals import Read
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.list_values import bad, typed
from pmf_engine.submissions.vocabulary import Names, Vocabulary, fold

_SHOWN = 5
"""Problems of a file that are shown one by one."""

_WHOLE_ROWS = ("surplus-cell", "split-number", "unclosed-quote")
"""Kinds of problems that leave nothing of a row to be read, whichever column they are in."""

_BLANK = "blank, and a sum of part is not a smaller sum"


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file of records: the row, column and text, where it is of one cell, and a sentence."""

    row: int | None
    column: str | None
    text: str | None
    message: str


@dataclass(frozen=True)
class Records:
    """A file that holds records of a list: how many, the days that they speak for, and cells refused in all of it.

    `faults` are the first of those that concern the value, and `more_faults` how many others do.
    """

    file: str
    records: int
    speaks_from: str | None
    speaks_to: str | None
    refused: int
    faults: tuple[Fault, ...] = ()
    more_faults: int = 0


def is_blank(inputs: Inputs, one: Aggregate, period: Period, by: str | None, group: str | None) -> bool:
    """Whether an aggregate has no value since a cell that it adds up is blank."""
    table = inputs.counted.tables.get((one.list.name, period.cadence, one.state, by))
    if table is None:
        return False
    rows = table.rows.filter(pl.col("start") == period.start, pl.col("group") == (group or ""))
    return reason_code(Status.NO_DATA) in rows[f"c:{one.text}"]


def records(
    evaluation: Evaluation, inputs: Inputs, one: Aggregate, period: Period, by: str | None, group: str | None
) -> tuple[Records, ...]:
    """The files that an aggregate was counted in, each with its faults; of an agency, those that hold its records."""
    list_ = evaluation.framework.lists[one.list.name]
    names = group_names(Vocabulary(evaluation.framework), list_)
    came = standing(evaluation.submissions.lists, evaluation.as_of)
    pieces = {(piece.file, piece.sheet): piece for piece in came if piece.list == list_.id}
    blank = is_blank(inputs, one, period, by, group)
    found = []
    for read in inputs.counted.read.get(list_.id, []):
        trace = _Trace(pieces.get((read.file, read.sheet)), list_, one, period, by, group, names)
        if by == AGENCY and not trace.may_hold(group):
            continue
        problems = evaluation.problems.filter(
            pl.col("file") == read.file, pl.col("sheet").eq_missing(pl.lit(read.sheet))
        )
        faults = [*trace.concerning(problems.rows(named=True)), *(trace.blanks() if blank else ())]
        found.append(_records(read, faults))
    return tuple(found)


def _records(one: Read, faults: Sequence[Fault]) -> Records:
    first, last = one.covers or (one.first, one.last)
    return Records(
        file=one.file if one.sheet is None else f"{one.file} sheet {one.sheet}",
        records=one.records,
        speaks_from=str(first) if first else None,
        speaks_to=str(last) if last else None,
        refused=one.refused,
        faults=tuple(faults[:_SHOWN]),
        more_faults=max(0, len(faults) - _SHOWN),
    )


class _Trace:
    """Finds the records of one file that an aggregate looks at in one period and group."""

    def __init__(
        self,
        piece: ListPart | None,
        list_: RecordList,
        one: Aggregate,
        period: Period,
        by: str | None,
        group: str | None,
        names: Mapping[str, Names],
    ) -> None:
        self.piece = piece
        self.list = list_
        self.one = one
        self.period = period
        self.by = by if by in list_.columns else None
        self.group = group
        self.names = names
        self.times = [name for name in (list_.start, list_.end) if name]
        looked = {*self.times, *columns_of(one), *([self.by] if self.by else []), AGENCY}
        self.columns = sorted(looked & list_.columns.keys())

    def may_hold(self, agency: str | None) -> bool:
        """Whether records of an agency are in the file, as far as its texts can be made out."""
        if AGENCY not in self.list.columns:
            return True
        rows = self._read([AGENCY], pl.lit(True), pl.col(AGENCY, bad(AGENCY)))
        return rows is None or any(self._is_of(row, AGENCY, agency) for row in rows.unique().iter_rows(named=True))

    def concerning(self, problems: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
        """The problems of the file that concern the value: those of all of it, and of records that it looks at."""
        titles = self.piece.titles if self.piece else {}
        looked = {titles.get(name, name) for name in self.columns}
        numbers = [row["row"] for row in problems if row["row"] is not None]
        rows = self._read(self.columns, pl.col(ROW).is_in(numbers), pl.all()) if numbers else None
        known = {row[ROW]: self._looks_at(row) for row in rows.iter_rows(named=True)} if rows is not None else {}
        for problem in problems:
            seen = problem["column"] in (None, *looked) or problem["kind"] in _WHOLE_ROWS
            if problem["kind"] != "columns-not-read" and seen and known.get(problem["row"], True):
                yield Fault(problem["row"], problem["column"], problem["text"], problem["message"])

    def blanks(self) -> Iterator[Fault]:
        """The blank cells that leave a sum without a value."""
        assert self.one.of is not None
        kinds = {name: column.read_as for name, column in self.list.columns.items()}
        compiled = RecordExpressions(kinds | {"period_start": "date", "period_end": "date"})
        lacks = compiled.number(self.one.of).is_null()
        if self.one.where is not None:
            lacks = lacks & compiled.value(self.one.where).fill_null(False)
        labels = [pl.col(name).str.to_lowercase().alias(f"label:{name}") for name in sorted(compiled.labels)]
        rows = self._read(self.columns, lacks, pl.all(), labels)
        if rows is None or self.piece is None:
            return
        added = [name for name in self.columns if name in columns_of(replace(self.one, where=None))]
        for row in rows.iter_rows(named=True):
            empty = [self.piece.titles.get(name, name) for name in added if row[name] is None and not row[bad(name)]]
            if empty and self._looks_at(row):
                yield Fault(row[ROW], empty[0], "", _BLANK)

    def _read(
        self, columns: Sequence[str], which: pl.Expr, what: pl.Expr, more: Sequence[pl.Expr] = ()
    ) -> pl.DataFrame | None:
        """Some of the file's records, None where they cannot be read as they are."""
        if self.piece is None or self.piece.frame is None:
            return None
        days = {"period_start": self.period.first_day, "period_end": self.period.last_day}
        bounds = [pl.lit(day).alias(name) for name, day in days.items()]
        try:
            frame = typed(self.piece, self.list, columns, 0, patient=True).with_columns(*bounds, *more)
            return frame.filter(which).select(what).collect(engine="streaming")
        except pl.exceptions.PolarsError:
            return None

    def _looks_at(self, row: Mapping[str, Any]) -> bool:
        """Whether a record may count in the period and group: one whose dates were refused may in any."""
        if self.by and not self._is_of(row, self.by, self.group):
            return False
        first, last = self.period.first_day, self.period.last_day
        start, end = row[self.list.start], row[self.list.end] if self.list.end else None
        lost = any(row[bad(name)] for name in self.times) or (start and end and end < start)
        if lost:
            return True
        if self.one.state == "open":
            return bool(start <= last and (end is None or end > last))
        day = end if self.one.state == "ended" else start
        return day is not None and bool(first <= day <= last)

    def _is_of(self, row: Mapping[str, Any], name: str, group: str | None) -> bool:
        """Whether a record is of a group, or may be: nobody knows whose text names none."""
        text, names = row[name], self.names.get(name)
        if text is None:
            return bool(row[bad(name)]) or not self.list.columns[name].optional
        if names is None:
            return fold(text) == fold(group or "")
        known = names.find(text)
        return known is None or known == group
