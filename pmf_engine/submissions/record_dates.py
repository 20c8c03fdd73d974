"""Dates of records: the forms that people and programs write them in, stamps with a zone, and the two conventions."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from pmf_engine.framework.model import RecordList
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.table import EDGES

_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y")

_TIMES = (
    "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%d/%m/%Y %H:%M:%S%.f", "%d/%m/%Y %H:%M", "%d-%b-%Y %H:%M:%S%.f",
)  # fmt: skip

_STAMPS = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
"""Times with a zone: instants, and not days before somebody says whose."""

_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}\b"

_FEW = 0.01
"""The share of dates that can only be month first which are slips, among those that can be told."""


def date_of_text(text: pl.Expr, form: str | None, patient: bool, time_zone: str) -> pl.Expr:
    """Texts as dates: in one form, or `patient`, in every form that people write dates in."""
    if form is not None and not patient:
        return text.str.to_date(form, strict=False)
    times = [text.str.to_datetime(each, strict=False, time_unit="us").dt.date() for each in _TIMES]
    instants = [text.str.to_datetime(each, strict=False, time_unit="us", time_zone="UTC") for each in _STAMPS]
    stamps = [day_of_instant(each, time_zone) for each in instants]
    return pl.coalesce([text.str.to_date(each, strict=False) for each in _DATES] + times + stamps)


def day_of_instant(instant: pl.Expr, time_zone: str) -> pl.Expr:
    """The day that an instant falls on by the board's own clock."""
    return instant.dt.convert_time_zone(time_zone).dt.date()


def ambiguous(text: pl.Expr) -> pl.Expr:
    """Whether a date may be day first or month first, and is not the same either way."""
    first, second = _numbers(text)
    return ((first <= 12) & (second <= 12) & (first != second)).fill_null(False)


def month_first_only(text: pl.Expr) -> pl.Expr:
    """Whether a date can only be month first."""
    first, second = _numbers(text)
    return ((first <= 12) & second.is_between(13, 31)).fill_null(False)


def _numbers(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    first, second = (text.str.extract(_SLASHED, group).cast(pl.Int8, strict=False) for group in (1, 2))
    return first, second


def with_conventions(part: ListPart, list_: RecordList) -> ListPart:
    """The part with those of its columns of dates in which day and month may have changed places.

    They have where a date can only be month first, and no other only day first, or too many are for slips.
    """
    if part.frame is None:
        return part
    dtypes = part.frame.collect_schema()
    dates = [name for name, column in list_.columns.items() if column.kind == "date"]
    texts = [name for name in dates if dtypes.get(name) == pl.String]
    if not texts or part.month_first:
        return part
    counts: list[pl.Expr] = []
    for name in texts:
        first, second = _numbers(pl.col(name).str.strip_chars(EDGES))
        counts += [
            ((first <= 12) & second.is_between(13, 31)).sum().alias(f"month:{name}"),
            ((second <= 12) & first.is_between(13, 31)).sum().alias(f"day:{name}"),
        ]
    found = part.frame.select(counts).collect(engine="streaming").row(0, named=True)
    changed: dict[str, str] = {}
    for name in texts:
        month, day = found[f"month:{name}"], found[f"day:{name}"]
        if month and (not day or month > _FEW * (month + day)):
            text = pl.col(name).str.strip_chars(EDGES)
            row, shown = part.frame.filter(month_first_only(text)).select(ROW, text).head(1).collect().row(0)
            changed[name] = f"`{shown}` in row {row}"
    return replace(part, month_first=changed)


def slashed_numbers(text: str) -> tuple[int, int] | None:
    """The first two numbers of a date with slashes.

    >>> slashed_numbers("3/25/2016"), slashed_numbers("2016-03-25")
    ((3, 25), None)
    """
    found = re.match(_SLASHED, text)
    return (int(found[1]), int(found[2])) if found else None
