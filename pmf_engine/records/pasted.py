"""Pasted extracts: files in which many records come again in the same order, as when an extract is pasted twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from pmf_engine.domain.problem_kind import ProblemKind
from pmf_engine.framework.model import RecordList
from pmf_engine.submissions.engines import Engine, result
from pmf_engine.submissions.list_parts import ROW, ListPart, refused
from pmf_engine.submissions.problems import Problem

_FEWEST = 5
"""The fewest different records that come again in the same order: two events may be alike, five in a row are a copy."""

_SHARE = 10
"""A copy holds at least one record in ten of its file: records sorted by a column that is not read may be alike."""

_DISTANCES = 3
"""How many of the most frequent distances between equal records are looked at."""


def without_pasted(
    parts: Sequence[ListPart], problems: Iterable[Problem], list_: RecordList, engine: Engine
) -> list[ListPart] | None:
    """The list parts without the records of those that hold an extract twice; None where none does.

    Args:
        parts: The list parts.
        problems: The problems of their records. The parts are read again only where records are repeated.
        list_: The list.
        engine: The engine that reads the parts.
    """
    if all(problem.kind != ProblemKind.REPEATED_RECORD for problem in problems):
        return None
    rest = [_refused_if_pasted(part, list_, engine) for part in parts]
    return None if all(new is old for new, old in zip(rest, parts, strict=True)) else rest


def _refused_if_pasted(part: ListPart, list_: RecordList, engine: Engine) -> ListPart:
    """The part; without its records where a run of them comes again further down, or each of them is there as often.

    They are at least `_FEWEST` different records of at least two days: records of one day may be equal in any order.

    Args:
        part: The list part.
        list_: Its list.
        engine: The engine that reads it.
    """
    if part.frame is None:
        return part
    record = pl.struct(pl.exclude(ROW)).hash()
    records = result(part.frame.select(ROW, pl.col(list_.start).alias("day"), record.alias("record")), engine)
    if _are_many(records) and (times := _times(records)) > 1:
        return refused(part, "pasted-records", how=f"each record of this file is there {times} times")
    for distance in _distances(records):
        first, copy = _copy(records, distance)
        if _are_many(copy) and copy.height * _SHARE >= records.height:
            now, before = (f"{rows[ROW][0]} to {rows[ROW][-1]}" for rows in (copy, first))
            how = f"the rows {now} are the rows {before} again, in the same order"
            return refused(part, "pasted-records", copy[ROW][0], how=how)
    return part


def _are_many(records: pl.DataFrame) -> bool:
    """Whether records are so many different ones, of more than one day, that they are not alike by chance."""
    return records["record"].n_unique() >= _FEWEST and records["day"].drop_nulls().n_unique() > 1


def _times(records: pl.DataFrame) -> int:
    """How often every record is there; 0 where some are there more often than others."""
    times = records.group_by("record").len()["len"].unique()
    return int(times[0]) if len(times) == 1 else 0


def _copy(records: pl.DataFrame, distance: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The longest run of records that are equal to those a distance before, and those; a single other record is in it.

    Args:
        records: All records.
        distance: How many records before; the run is no longer, as an extract that is there three times is one run.
    """
    again = (pl.col("record") == pl.col("record").shift(distance)).fill_null(False)
    closed = again | (again.shift().fill_null(False) & again.shift(-1).fill_null(False))
    runs = records.select(again=closed).with_row_index("at").with_columns(run=pl.col("again").rle_id())
    runs = runs.filter("again").group_by("run").agg(pl.col("at").first(), pl.len().alias("length"))
    at, length = runs.sort("length", "at", descending=[True, False]).select("at", "length").row(0)
    length = min(length, distance)
    return records.slice(at - distance, length), records.slice(at, length)


def _distances(records: pl.DataFrame) -> list[int]:
    """The most frequent distances between a record and the next that is equal, in records, the shortest first."""
    fewest = max(_FEWEST, records.height // _SHARE)
    equal = records.with_row_index("at").filter(pl.col("record").is_duplicated())
    if equal.height < fewest:
        return []
    is_next = pl.col("record") == pl.col("record").shift()
    distances = equal.sort("record", "at").select(pl.when(is_next).then(pl.col("at").cast(pl.Int64).diff()))
    counts = distances.group_by("at").len().filter(pl.col("at") >= _FEWEST, pl.col("len") >= fewest)
    return counts.sort("len", "at", descending=[True, False])["at"].head(_DISTANCES).to_list()
