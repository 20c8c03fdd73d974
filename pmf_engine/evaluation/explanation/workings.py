"""Workings of one value: every part of its formula and its bands, and every figure and aggregate in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pmf_engine.domain.periods import Period
from pmf_engine.domain.reason_codes import ReasonCode, SourceIndex
from pmf_engine.evaluation.indicator_rows import Sheet, panel_of
from pmf_engine.evaluation.inputs import Inputs
from pmf_engine.evaluation.panels import laid_out
from pmf_engine.evaluation.whole_bounds import whole_bounds
from pmf_engine.formula.compute.batches import Steps
from pmf_engine.formula.compute.column_names import code_column, lenient_column, value_column, whole_of
from pmf_engine.formula.compute.maybe import MaybeExpr, MaybeSeries
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Limit, Name, Unary, children
from pmf_engine.framework.dependencies import ALL, EACH, SOME, Look, counted_senders, does_without, reach
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.judgement.limits import held_against


@dataclass(frozen=True)
class Looked:
    """A figure or an aggregate of a list that a value reads in one period.

    Attributes:
        name: The figure's id, or the aggregate's text.
        start: The first month of the period.
        value: The value; None where the code is not 0.
        code: The reason code.
        used_by: The parts that read it: `formula`, `good`, `tolerance`, `comparison`.
        partial: Whether a lenient sum leaves some of its agencies out.
        counted: Whether a count of its senders reads it: the figure then has no value of its own.
        whole: Whether it bounds a group by its whole.
    """

    name: str
    start: int
    value: float | None
    code: int
    used_by: tuple[str, ...]
    partial: bool = False
    counted: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Workings:
    """The parts of one value.

    Attributes:
        looked: The figures and aggregates that the value and its bands read.
        steps: The parts of the formula, innermost first: text, value and code.
        limits: The limits of the bands: band, words, operator, bound, and whether the limit holds.
    """

    looked: list[Looked]
    steps: list[tuple[str, float | None, int]]
    limits: list[tuple[str, str, str, float | None, bool | None]]


def workings(
    framework: Framework, inputs: Inputs, indicator: Indicator, period: Period, by: str | None, group: str | None
) -> Workings:
    """Computes an indicator for one period and group by the same code as `rows`, and keeps every part."""
    counted = counted_senders(framework, [indicator])
    steps = Steps([period.cadence.months])
    wholes = whole_bounds(framework, inputs, by, [indicator])
    sheet = Sheet(framework, steps, 0, period.cadence.months, wholes)
    value = sheet.indicator(indicator)
    text = indicator.passage.text
    nodes = {" ".join(text[node.start : node.end].split()): node for node in _parts(framework, indicator.expression)}
    parts = [sheet.part(indicator, node) for node in nodes.values()]
    bounds = [
        (name, band, limit, sheet.bound(indicator, entry, limit.bound, value))
        for entry in [indicator.entry_for(period)]
        if entry and sheet.judges(indicator, entry)
        for name, band in (("good", entry.good), ("tolerance", entry.tolerance))
        if band
        for limit in band.limits
    ]
    [frame] = laid_out([panel_of(framework, inputs, period.cadence, by, [indicator])])
    worked = steps.worked_out([frame], [value, *parts, *(bound for *_, bound in bounds)])
    rows = frame.with_row_index("row").filter(pl.col("group") == (group or ""))
    by_start = {row["start"]: row for row in rows.iter_rows(named=True)}
    at = by_start[period.start]["row"]
    looked = [("formula", indicator.expression), *((name, limit.bound) for name, _, limit, _ in bounds)]
    looked += [("comparison", Name(0, 0, name)) for name in indicator.compare]
    used_by: dict[Look, dict[str, None]] = {}
    for user, node in looked:
        is_lenient = user == "formula" and does_without(framework, indicator)
        for name, start, how in sorted(reach(framework, indicator, node, period, is_lenient)):
            if start not in by_start:
                continue
            if how == SOME and (by_start[start][code_column(name)] == 0 or by_start[start][lenient_column(name)] > 0):
                how = ALL  # no agency is missing, or too many are
            used_by.setdefault((name, start, how), {})[user] = None
    senders = {aggregate.list.name: aggregate.text for aggregate in counted}
    bounding = wholes.get(indicator.id, frozenset())

    def read(name: str, start: int, how: str, users: tuple[str, ...]) -> Looked:
        whole = name in bounding and not {"formula", "comparison"} & {*users}
        key = senders[name] if how == EACH else whole_of(name) if whole else name
        code = 0 if how == SOME else by_start[start][code_column(key)]
        value = by_start[start][value_column(key)] if code == 0 and how != EACH else None
        return Looked(name, start, value, code, users, partial=how == SOME, counted=how == EACH, whole=whole)

    return Workings(
        [read(*look, tuple(users)) for look, users in used_by.items()],
        [(words, *_in_row(worked[part], at)) for words, part in zip(nodes, parts, strict=True)],
        [
            (
                name,
                band.text,
                limit.operator,
                _in_row(worked[bound], at)[0],
                _holds(limit, worked[value], worked[bound], at),
            )
            for name, band, limit, bound in bounds
        ],
    )


def _in_row(step: MaybeSeries, at: int) -> tuple[float | None, int]:
    """The value and the code of a step in one row."""
    return (None if step.code[at] else step.value[at]), step.code[at]


def _holds(limit: Limit, value: MaybeSeries, bound: MaybeSeries, at: int) -> bool | None:
    """Whether a limit holds in one row; None where the value or the bound is missing."""
    left, right = (
        MaybeExpr(*(pl.lit(column[at], dtype=column.dtype) for column in (step.value, step.code)))
        for step in (value, bound)
    )
    holds: bool | None = pl.select(held_against(limit.operator, left, right)).item()
    return holds


def _parts(framework: Framework, node: Expression) -> Iterator[Expression]:
    """The computed parts of a formula, innermost first: all nodes except figures and numbers."""
    for child in children(node):
        yield from _parts(framework, child)
    if isinstance(node, (Aggregate, Call, Unary, Binary)) or (
        isinstance(node, Name) and node.name not in framework.figures
    ):
        yield node


def reason(code: int, framework: Framework) -> str | None:
    r"""The reason for having no value, and the missing figure: `late: \`referrals\``; None for a code of 0."""
    if code == 0:
        return None
    status, number = ReasonCode.read(code)
    source = SourceIndex(framework.figures, framework.lists).name(number)
    return f"{status}: `{source}`" if source else status
