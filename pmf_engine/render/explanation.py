"""An explanation as text, from the value down to its sources, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import isfinite
from textwrap import wrap
from typing import Any

from pmf_engine.domain.plain_text import tamed
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.explanation.explain import Compared, Comparison, Explanation
from pmf_engine.evaluation.explanation.figure_sources import Cell, Source
from pmf_engine.evaluation.explanation.record_sources import Records
from pmf_engine.report.chart_words import (
    assurance_words,
    chart_title,
    no_signal_words,
    rebased_words,
    signal_words,
)

_WORDS = {"<=": "at most", "<": "below", ">=": "at least", ">": "above", "=": "equal to"}


def to_json(explanation: Explanation) -> str:
    """The explanation as one JSON object, values at full precision; an infinite value is null."""
    return json.dumps(_finite(asdict(explanation)), indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def _finite(value: Any) -> Any:
    """A value, and the values inside it, with None for infinities and NaN, which JSON does not have."""
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def to_text(explanation: Explanation, width: int = 80) -> str:
    """The explanation in sections: value, figures, formula, tolerance, control chart, history and escalation."""
    lines: list[str] = []
    for line in map(tamed, _lines(explanation)):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        # Paths and formulas break only at spaces.
        lines += wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(lines) + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    """The lines of the text, before wrapping."""
    group = f", {explanation.by} {explanation.group}" if explanation.group is not None else ""
    yield f"{explanation.title}"
    yield f"{explanation.indicator}, {explanation.period}{group}, as of {explanation.as_of}"
    yield ""
    because = ", " if explanation.status in Status.with_value() else ", because "
    yield f"status: {explanation.status}" + (f"{because}{explanation.reason}" if explanation.reason else "")
    if explanation.value is not None:
        position = f", {int(explanation.value)} of {len(explanation.scale)} on its scale" if explanation.scale else ""
        value = _exact(explanation.value, explanation.scale) if explanation.scale else repr(explanation.value)
        yield f"value: {value}{position}{_of(explanation)}"
    for mark in explanation.marks:
        yield f"{mark.kind.replace('_', ' ')}: {mark.text}"
    yield from _directions(explanation)
    yield ""
    yield "figures"
    for source in explanation.sources:
        yield from _source(source)
    yield ""
    yield f"formula, {explanation.place}"
    yield f"  {explanation.formula}"
    for step in explanation.steps:
        result = _exact(step.value, explanation.scale)
        if step.reason:
            result = step.reason if step.value is None else f"{result}, a sum of nothing ({step.reason})"
        yield f"    {step.text} = {result}"
        if step.formula:
            yield f"      {step.text} is {step.formula}, {step.place}"
    if explanation.missing != "any" and not explanation.does_without:
        yield f"  all its parts are needed: `missing: {explanation.missing}` is of sums of figures alone"
    yield ""
    yield from _tolerance(explanation)
    yield ""
    yield from _control_chart(explanation)
    yield ""
    yield "history"
    for point in explanation.history:
        parts = [
            _exact(point.value, explanation.scale),
            point.status,
            point.direction,
            point.signal and f"signal {point.signal}",
        ]
        so_far = "" if point.known else " so far"
        up = f"{so_far} -> {point.escalate_to}" if point.escalate_to else ""
        yield f"  {point.period}: {', '.join(part for part in parts if part)}{up}"
    periods = f"{explanation.run} period{'' if explanation.run == 1 else 's'}"
    over = ", those without a value stepped over" if explanation.status in Status.with_value() else ""
    yield f"  {explanation.status} for {periods} running{over}"
    yield ""
    yield "escalation" + (f", asked of {explanation.escalated_in}" if explanation.escalated_in else "")
    for rule in explanation.rules:
        until = f" until {rule.until}" if rule.until else ""
        yield f"  {'holds' if rule.holds else 'does not hold'}: {rule.when}{until} -> {rule.to}, {rule.place}"
        if rule.cleared_by:
            yield f"    cleared by {rule.cleared_by}"
    yield f"  goes to: {explanation.escalate_to or 'nobody'}"
    yield from _exception(explanation)


def _directions(explanation: Explanation) -> Iterator[str]:
    """The direction of travel since the period before, and since the year before where that is another period."""
    if explanation.direction:
        yield f"direction: {explanation.direction}{_from(explanation.before, explanation.scale)}"
    if explanation.direction_year_ago and explanation.year_ago != explanation.before:
        yield f"direction over a year: {explanation.direction_year_ago}{_from(explanation.year_ago, explanation.scale)}"


def _from(before: Compared | None, scale: Sequence[str]) -> str:
    return f", from {_exact(before.value, scale)} in {before.period}" if before else ""


def _control_chart(explanation: Explanation) -> Iterator[str]:
    """The limits and the signal of the control chart, or the reason why there is none."""
    chart, judged = explanation.chart, explanation.judgement
    yield "control chart"
    if chart.mean is not None:
        limits = f"limits {_exact(chart.lower_limit)} to {_exact(chart.upper_limit)}"
        last = explanation.escalated_in or explanation.period
        yield f"  mean {_exact(chart.mean)}, {limits}, of the {chart.points} periods up to {last}"
    if chart.sigma_z is not None:
        yield f"  limits that know the denominators ({chart_title(chart)} chart), sigma z {_exact(chart.sigma_z)}"
    if rebased := rebased_words(chart):
        yield f"  {rebased}"
    if chart.signal:
        yield f"  signal, {chart.signal}: {signal_words(chart, 0)}"
        yield f"    given by {', '.join(chart.signal_points)}"
    else:
        yield f"  no signal: {no_signal_words(chart, 0)}"
    if (assured := assurance_words(chart)) and judged:
        yield f"  good, {judged.good}: {assured}"


def _exception(explanation: Explanation) -> Iterator[str]:
    """The life of the exception: when it was raised, at which value, and how long it lasts or lasted."""
    life = explanation.exception
    if life is None:
        before = any(point.escalate_to for point in explanation.history if not point.known)
        yield "  never an exception" + (", but for no_data before there was anything else" if before else "")
        return
    value = f" at {_exact(life.raised_value, explanation.scale)}" if life.raised_value is not None else ""
    periods = f"{life.raised_for} period{'' if life.raised_for == 1 else 's'}"
    yield f"  raised: {life.raised}, to {life.raised_to}, {life.raised_status}{value}"
    if life.recovered:
        yield f"  lasted: {periods}; recovered in {life.recovered}"
    else:
        yield f"  has lasted: {periods}"


def _of(explanation: Explanation) -> str:
    if explanation.numerator is None or explanation.denominator is None:
        return ""
    interval = f", 95% interval {explanation.lower!r} to {explanation.upper!r}" if explanation.lower is not None else ""
    return f" ({_exact(explanation.numerator)} of {_exact(explanation.denominator)}{interval})"


def _source(source: Source) -> Iterator[str]:
    """A figure or aggregate in one period: its value, its cells or records, and the agencies that did not send it."""
    how = "".join(f", {step}" for step in source.how)
    if source.used_by != ("formula",):
        how += f", for {' and '.join(source.used_by)}"
    counted = source.value is None and source.reason is None
    result = "" if counted else f" = {source.reason or _exact(source.value, source.scale)}"
    yield f"  {source.figure}, {source.period}{result}{how}"
    yield f"    {source.kind}: {source.title}"
    several = len({cell.by for cell in source.cells if cell.by is not None}) > 1
    for cell in source.cells:
        yield from _cell(cell, several)
    for records in source.records:
        yield from _records(records)
    for absent in source.absent:
        yield f"    not sent by {absent}"


def _cell(cell: Cell, several: bool) -> Iterator[str]:
    """A cell with its position, text and state; its breakdown is named where a source has `several`."""
    group = f", {cell.by} {cell.group}" if several else f", {cell.group}"
    if cell.group is None:
        group = f", no known {cell.by}" if cell.by else ""
    states = [*([] if cell.state == "ok" else [cell.state]), *(["set aside"] if cell.set_aside else [])]
    state = f" ({', '.join(states)})" if states else ""
    yield f"    {cell.file} row {cell.row}: {cell.agency}, {cell.period}{group}: `{cell.text}`{state}"
    if cell.set_aside:
        yield f"      {cell.set_aside}"
    for why in cell.why:
        yield f"      {why}"
    if cell.comment:
        yield f"      “{cell.comment}”"


def _records(records: Records) -> Iterator[str]:
    times = f", {records.speaks_from} to {records.speaks_to}" if records.speaks_from else ""
    refused = f", {records.refused} cell{'' if records.refused == 1 else 's'} refused" if records.refused else ""
    yield f"    {tamed(records.file)}: {records.records:,} record{'' if records.records == 1 else 's'}{times}{refused}"
    for fault in records.faults:
        where = [*([f"row {fault.row}"] if fault.row else []), *([f"`{fault.column}`"] if fault.column else [])]
        yield f"      {', '.join(where)}{': ' if where else ''}{fault.message}"
    if records.more_faults:
        yield f"      and {records.more_faults:,} more"


def _tolerance(explanation: Explanation) -> Iterator[str]:
    """The entry in force, and the comparison of the value with each limit."""
    judged = explanation.judgement
    if judged is None:
        yield "tolerance: none in force, so the value is for information"
        return
    yield f"tolerance, {judged.place}" + (f": {judged.reference}" if judged.reference else "")
    if judged.frequency:
        band = f"good, {judged.good}" + (f"; tolerance, {judged.tolerance}" if judged.tolerance else "")
        yield f"  {band}"
        yield f"  not compared: the band is for shorter periods ({judged.frequency}), and does not judge this one"
        return
    if judged.target is not None:
        yield f"  target: {_exact(judged.target)}"
    for comparison in judged.comparisons:
        yield f"  {comparison.band}, {comparison.words}: {_compared(explanation, comparison)}"
    if judged.allow_for_chance:
        yield f"  allowing for chance: {_by_chance(explanation)}"


def _compared(explanation: Explanation, limit: Comparison) -> str:
    if limit.bound is None:
        return "the bound is missing"
    bound = _exact(limit.bound, explanation.scale)
    if explanation.value is None:
        return f"no value to compare with {bound}"
    value = _exact(explanation.value, explanation.scale)
    if limit.holds is None:
        return f"{value} is partial, and is not compared with {bound}"
    return f"is {value} {_WORDS[limit.operator]} {bound}? {'yes' if limit.holds else 'no'}"


def _by_chance(explanation: Explanation) -> str:
    """The comparison of the value's interval with the tolerance, in an entry that allows for chance."""
    judged = explanation.judgement
    assert judged is not None
    if explanation.value is None or explanation.lower is None:
        return "no interval"
    if judged.beyond_chance is None:
        return "not asked of a value that is good"
    band = f"tolerance, {judged.tolerance}" if judged.tolerance else f"good, {judged.good}"
    answer = "yes" if judged.beyond_chance else "no"
    return f"is the whole of {explanation.lower!r} to {explanation.upper!r} outside {band}? {answer}"


def _exact(value: float | None, scale: Sequence[str] = ()) -> str:
    """A value with all its digits, an integer without a decimal point, a grade in words.

    >>> _exact(21.0), _exact(0.1), _exact(2.0, ["weak", "good"]), _exact(None)
    ('21', '0.1', 'good', 'no value')
    """
    if value is None:
        return "no value"
    if value in range(1, len(scale) + 1):
        return scale[int(value) - 1]
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
