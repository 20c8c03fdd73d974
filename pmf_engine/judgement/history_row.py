"""A row of `Evaluation.judged` as a type: one indicator, or one group of it, in one period."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl


class HistoryRow(NamedTuple):
    """A row of `Evaluation.judged`; the fields are the columns of `JUDGED_ROWS`, in their order.

    `start` is a month as a number, `months` the length of the period. `by` and `group` are None for the whole.
    """

    indicator: str
    period: str
    by: str | None
    group: str | None
    numerator: float | None
    denominator: float | None
    value: float | None
    lower: float | None
    upper: float | None
    status: str
    reason: str | None
    direction: str | None
    run: int
    escalate_to: str | None
    rules: list[str]
    marks: list[dict[str, str]]
    starts_on: date
    ends_on: date
    unit: str | None
    reason_kind: str | None
    missing_inputs: list[dict[str, str | None]]
    owners: list[str]
    good_low: float | None
    good_high: float | None
    tolerance_low: float | None
    tolerance_high: float | None
    target: float | None
    level: int
    rule_ids: list[int]
    start: int
    months: int
    named: list[float | None]
    compared: list[float | None] | None
    direction_year_ago: str | None
    points: int | None
    mean: float | None
    lower_limit: float | None
    upper_limit: float | None
    signal: str | None
    side: int | None
    special_cause: str | None
    no_signal: str | None
    assurance: str | None
    chart: str | None
    sigma_z: float | None
    rebased: str | None
    rebased_because: str | None
    raised: str | None
    raised_to: str | None
    raised_status: str | None
    raised_value: float | None
    raised_for: int | None
    recovered: str | None
    small: bool | None
    partial: bool | None
    shown: bool | None


def history_rows(history: pl.DataFrame) -> list[HistoryRow]:
    """The rows of `Evaluation.judged`, or of a part of it, in their order."""
    return [HistoryRow._make(values) for values in history.select(HistoryRow._fields).iter_rows()]
