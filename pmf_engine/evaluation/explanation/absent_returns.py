"""Returns that agencies have not sent, as far as one figure or list in one period needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from pmf_engine.domain.periods import Period
from pmf_engine.domain.reason_codes import ReasonCode
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.expected import absent
from pmf_engine.evaluation.inputs import AGENCY, Inputs, Slice
from pmf_engine.evaluation.list_facts import list_codes
from pmf_engine.framework.model import Figure, RecordList


@dataclass(frozen=True)
class Absent:
    """A return, or a group of a return, that an agency has not sent.

    `period` is None where the agency is not asked for the figure at all, and `due` where the return of that period came
    without the group.
    """

    agency: str
    period: str | None = None
    due: date | None = None
    by: str | None = None
    group: str | None = None


def senders(agencies: Collection[str], slice_: Slice) -> list[str]:
    """The agencies that send a figure or a list; in a slice by agency only its own."""
    return sorted(agency for agency in agencies if slice_.by != AGENCY or agency == slice_.group)


def absent_figures(
    inputs: Inputs,
    figure: Figure,
    periods: Sequence[Period],
    waits_for: Period | None,
    cells: Sequence[Mapping[str, Any]],
    slice_: Slice,
) -> Iterator[Absent]:
    """The agencies that have not sent a figure for one of `periods`, or a group of it, nor for what it `waits_for`.

    `cells` are rows of `Evaluation.cells` that count.
    """
    if slice_.by == AGENCY and slice_.group not in figure.agencies:
        yield Absent(slice_.group or "")
        return
    rows = absent(inputs, [figure.id]).collect(engine="in-memory").iter_rows(named=True)
    due = {(row["agency"], row["start"], row["months"]): row["due"] for row in rows}
    sent = {(cell["agency"], cell["start"], cell["months"]) for cell in cells}
    for own in sorted({*periods, *([waits_for] if waits_for else [])}):
        for agency in senders(figure.agencies, slice_):
            key = (agency, own.start, own.cadence.months)
            if key in due:
                yield Absent(agency, own.label, due[key])
            elif own in periods and key not in sent:
                yield Absent(agency, own.label, None, *(slice_ if slice_.by != AGENCY else ()))


def absent_lists(inputs: Inputs, list_: RecordList, period: Period, slice_: Slice) -> Iterator[Absent]:
    """The agencies whose lists do not cover a period; a list that came and cannot be read is not absent."""
    if slice_.by == AGENCY and slice_.group not in list_.agencies:
        yield Absent(slice_.group or "")
        return
    codes = list_codes(inputs, list_, period.cadence).filter(pl.col("start") == period.start, pl.col("code") > 0)
    asked = senders(list_.agencies, slice_)
    for agency, code in codes.select("agency", "code").iter_rows():
        if agency in asked and ReasonCode.read(code).status != Status.INVALID:
            yield Absent(agency, period.label, period.last_day + timedelta(days=list_.due[agency]))
