"""Dates of records: their forms, time stamps with a zone, and the day-first and month-first conventions."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from pmf_engine.framework.model import RecordList
from pmf_engine.submissions.engines import Engine, result
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.table import EDGES

_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y")

_TIMES = (
    "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%d/%m/%Y %H:%M:%S%.f", "%d/%m/%Y %H:%M", "%d-%b-%Y %H:%M:%S%.f",
)  # fmt: skip

_STAMPS = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")
"""Times with a zone are instants: their day depends on the board's time zone."""

_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}\b"

_FEW = 0.01
"""Up to this share of the unambiguous dates may be month first by a slip."""


def date_of_text(text: pl.Expr, form: str | None, patient: bool, time_zone: str) -> pl.Expr:
    """Texts as dates, in one form, or `patient` in every form.

    Args:
        text: The texts.
        form: The form of the first rows; None where it is unknown.
        patient: Try every form.
        time_zone: The board's time zone.
    """
    if form is not None and not patient:
        return text.str.to_date(form, strict=False)
    times = [text.str.to_datetime(each, strict=False, time_unit="us").dt.date() for each in _TIMES]
    instants = [text.str.to_datetime(each, strict=False, time_unit="us", time_zone="UTC") for each in _STAMPS]
    stamps = [day_of_instant(each, time_zone) for each in instants]
    return pl.coalesce([text.str.to_date(each, strict=False) for each in _DATES] + times + stamps)


def day_of_instant(instant: pl.Expr, time_zone: str) -> pl.Expr:
    """The day of an instant in the board's time zone."""
    return instant.dt.convert_time_zone(time_zone).dt.date()


def ambiguous(text: pl.Expr) -> pl.Expr:
    """Whether a date is another day when it is read month first."""
    first, second = _numbers(text)
    return ((first <= 12) & (second <= 12) & (first != second)).fill_null(False)


def month_first_only(text: pl.Expr) -> pl.Expr:
    """Whether a date can only be month first."""
    first, second = _numbers(text)
    return ((first <= 12) & second.is_between(13, 31)).fill_null(False)


def _numbers(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The first two numbers of dates with slashes; null for other texts."""
    first, second = (text.str.extract(_SLASHED, group).cast(pl.Int8, strict=False) for group in (1, 2))
    return first, second


def with_conventions(part: ListPart, list_: RecordList, engine: Engine) -> ListPart:
    """The part with `month_first`: its columns of dates that may be month first.

    A column may be where some dates can only be month first, and either no date can only be day first or the former
    are too many for slips.

    Args:
        part: The list part.
        list_: Its list.
        engine: The engine that reads it.
    """
    if part.frame is None:
        return part
    dtypes = part.frame.collect_schema()
    date_columns = [name for name, column in list_.columns.items() if column.kind == "date"]
    texts = [name for name in date_columns if dtypes.get(name) == pl.String]
    if not texts or part.month_first:
        return part
    counts: list[pl.Expr] = []
    for name in texts:
        first, second = _numbers(pl.col(name).str.strip_chars(EDGES))
        counts += [
            ((first <= 12) & second.is_between(13, 31)).sum().alias(f"month:{name}"),
            ((second <= 12) & first.is_between(13, 31)).sum().alias(f"day:{name}"),
        ]
    counts_of = result(part.frame.select(counts), engine).row(0, named=True)
    changed: dict[str, str] = {}
    for name in texts:
        month, day = counts_of[f"month:{name}"], counts_of[f"day:{name}"]
        if month and (not day or month > _FEW * (month + day)):
            text = pl.col(name).str.strip_chars(EDGES)
            month_first = part.frame.filter(month_first_only(text)).select(ROW, text)
            row, shown = result(month_first.head(1), engine).row(0)
            changed[name] = f"`{shown}` in row {row}"
    return replace(part, month_first=changed)


def slashed_numbers(text: str) -> tuple[int, int] | None:
    """The first two numbers of a date with slashes.

    >>> slashed_numbers("3/25/2016"), slashed_numbers("2016-03-25")
    ((3, 25), None)
    """
    match = re.match(_SLASHED, text)
    return (int(match[1]), int(match[2])) if match else None
