"""How one value came about: every part of its formula and its bands, and all that it looked at."""

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
    """A figure or an aggregate of a list in the period that begins with month `start`, as a value looks at it.

    `name` is the figure's id, or the aggregate's text. The value is None where its `code` is not 0. `used_by` says what
    looks at it (`formula`, `good`, `tolerance`, `comparison`). `partial` says that some of its agencies lack and were
    done without. A figure that is `counted` has no value of its own: what each of its agencies sent is counted.
    """

    name: str
    start: int
    value: float | None
    code: int
    used_by: tuple[str, ...]
    partial: bool = False
    counted: bool = False
    whole: bool = False
    """Whether it bounds a group by its whole."""


@dataclass(frozen=True)
class Workings:
    """How one value came about, part by part.

    `looked` is all that it rests on. `steps` are the parts of the formula, innermost first: text, value and code.
    `limits` are those of the bands: band, words, operator, bound, and whether it holds.
    """

    looked: list[Looked]
    steps: list[tuple[str, float | None, int]]
    limits: list[tuple[str, str, str, float | None, bool | None]]


def workings(
    framework: Framework, inputs: Inputs, indicator: Indicator, period: Period, by: str | None, group: str | None
) -> Workings:
    """Works an indicator out for one period and group, keeping every part; by the same code as `rows`."""
    counted = counted_senders(framework, [indicator])
    steps = Steps([period.cadence.months])
    wholes = whole_bounds(framework, inputs, by, [indicator])
    sheet = Sheet(framework, steps, 0, period.cadence.months, wholes)
    value = sheet.indicator(indicator)
    text = indicator.passage.text
    nodes = {" ".join(text[node.start : node.end].split()): node for node in _parts(framework, indicator.formula)}
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
    looked = [("formula", indicator.formula), *((name, limit.bound) for name, _, limit, _ in bounds)]
    looked += [("comparison", Name(0, 0, name)) for name in indicator.compare]
    used_by: dict[Look, dict[str, None]] = {}
    for user, node in looked:
        spared = user == "formula" and does_without(framework, indicator)
        for name, start, how in sorted(reach(framework, indicator, node, period, spared)):
            if start not in by_start:
                continue
            if how == SOME and (by_start[start][code_column(name)] == 0 or by_start[start][lenient_column(name)] > 0):
                how = ALL  # nothing lacks, or too much
            used_by.setdefault((name, start, how), {})[user] = None
    senders = {one.list.name: one.text for one in counted}
    bounding = wholes.get(indicator.id, frozenset())

    def seen(name: str, start: int, how: str, users: tuple[str, ...]) -> Looked:
        whole = name in bounding and not {"formula", "comparison"} & {*users}
        key = senders[name] if how == EACH else whole_of(name) if whole else name
        code = 0 if how == SOME else by_start[start][code_column(key)]
        value = by_start[start][value_column(key)] if code == 0 and how != EACH else None
        return Looked(name, start, value, code, users, partial=how == SOME, counted=how == EACH, whole=whole)

    return Workings(
        [seen(*look, tuple(users)) for look, users in used_by.items()],
        [(said, *_told(worked[part], at)) for said, part in zip(nodes, parts, strict=True)],
        [
            (
                name,
                band.text,
                limit.operator,
                _told(worked[bound], at)[0],
                _holds(limit, worked[value], worked[bound], at),
            )
            for name, band, limit, bound in bounds
        ],
    )


def _told(step: MaybeSeries, at: int) -> tuple[float | None, int]:
    """The value and the code of a step in one row."""
    return (None if step.code[at] else step.value[at]), step.code[at]


def _holds(limit: Limit, value: MaybeSeries, bound: MaybeSeries, at: int) -> bool | None:
    """Whether a limit holds in one row; None where the value or the bound lacks."""
    one, other = (
        MaybeExpr(*(pl.lit(column[at], dtype=column.dtype) for column in (step.value, step.code)))
        for step in (value, bound)
    )
    held: bool | None = pl.select(held_against(limit.operator, one, other)).item()
    return held


def _parts(framework: Framework, node: Expression) -> Iterator[Expression]:
    """The parts of a formula that are worked out, innermost first; figures and numbers stand for themselves."""
    for child in children(node):
        yield from _parts(framework, child)
    if isinstance(node, (Aggregate, Call, Unary, Binary)) or (
        isinstance(node, Name) and node.name not in framework.figures
    ):
        yield node


def reason(code: int, framework: Framework) -> str | None:
    r"""Why there is no value, and for want of which figure: `late: \`referrals\``; None where there is one."""
    if code == 0:
        return None
    status, number = ReasonCode.read(code)
    source = SourceIndex(framework.figures, framework.lists).name(number)
    return f"{status}: `{source}`" if source else status
