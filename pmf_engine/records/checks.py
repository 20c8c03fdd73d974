"""Checks of list parts: how many records each has, which cells are refused, and its first and last dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.framework.model import RecordList
from pmf_engine.records.columns import AGENCY, REFUSED, REVERSED
from pmf_engine.records.placing import PartRecords
from pmf_engine.submissions.list_values import bad


def checks_of_part(
    records: PartRecords, list_: RecordList, columns: Sequence[str], as_of: date, patient: bool
) -> pl.LazyFrame:
    """For a list part and each agency: the numbers of records and refused cells, and the first and last dates.

    Only a `patient` plan counts refused cells by column; another plan is used only where no cell is refused. Days
    after `as_of` are planned ends or mistakes, and give no coverage.

    Args:
        records: The records of the part.
        list_: The list.
        columns: The columns that are looked at.
        as_of: The day of the evaluation.
        patient: Whether the plan is patient.
    """
    dated = {name: pl.when(pl.col(name) <= as_of).then(name) for name in (list_.start, list_.end) if name}
    flags = [bad(name) for name in columns]
    checks = [
        pl.col(flags if patient else [REFUSED]).sum(),
        pl.len().alias("records"),
        dated[list_.start].min().alias("first"),
        dated[list_.end or list_.start].min().alias("first_end"),
        pl.max_horizontal([days.max() for days in dated.values()]).alias("last"),
        (pl.col(list_.start) > as_of).sum().alias("future"),
        _outside(list_, records.days).sum().alias("outside"),
        (pl.col(REVERSED) if list_.date_pairs else pl.lit(False)).sum().alias("reversed"),
    ]
    # A column before the aggregate: inside the aggregate Polars would keep all records in memory.
    flagged = records.frame.with_columns(pl.any_horizontal(flags).alias(REFUSED))
    if AGENCY in columns:
        of_part = flagged.group_by(AGENCY).agg(checks)
    else:
        of_part = flagged.select(checks).filter(pl.col("records") > 0)
    return of_part.with_columns(pl.lit(records.number, dtype=pl.Int32).alias("piece"))


def _outside(list_: RecordList, days: DateRange | None) -> pl.Expr:
    """Whether a record is outside its file's days: an event on another day, or a spell that starts later."""
    if days is None:
        return pl.lit(False)
    day = pl.col(list_.start)
    return day > days.last if list_.end else ~day.is_between(*days)
