"""An explanation as text, from the value down to its sources, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from math import isfinite
from textwrap import wrap
from typing import Any

from pmf_engine.domain.plain_text import tamed
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.explanation.explain import Compared, Comparison, Explanation
from pmf_engine.evaluation.explanation.figure_sources import Cell, Source
from pmf_engine.evaluation.explanation.record_sources import Records
from pmf_engine.judgement.formatting import show_count, show_date, show_number
from pmf_engine.render.explained_words import ExplainedWords
from pmf_engine.report.chart_words import (
    assurance_words,
    chart_title,
    no_signal_words,
    rebased_words,
    signal_words,
)
from pmf_engine.report.scored_twice_words import scored_twice_words
from pmf_engine.report.wording import direction_words, plain_status
from pmf_engine.report.workings import records_words

_OPERATORS = {"<=": "at most", "<": "below", ">=": "at least", ">": "above", "=": "equal to"}
_BANDS = {"good": "good", "tolerance": "tolerable"}


def to_json(explanation: Explanation) -> str:
    """The explanation as one JSON object with ids, values at full precision; an infinite value is null."""
    return json.dumps(_finite(explanation), indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def _finite(value: Any) -> Any:
    """A value, and the values inside it, with None for infinities and NaN, which JSON does not have."""
    if is_dataclass(value):
        members = {member.name: getattr(value, member.name) for member in fields(value)}
        return {name: _finite(member) for name, member in members.items() if name != "framework"}
    if isinstance(value, list | tuple):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def to_text(explanation: Explanation, width: int = 80) -> str:
    """The explanation in sections: value, figures, formula, tolerance, control chart, history and escalation.

    It has titles in the place of ids. Numbers are rounded, never across a bound; the value stands exactly as well.
    """
    lines: list[str] = []
    for line in map(tamed, _lines(explanation, ExplainedWords(explanation))):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        # Paths and formulas break only at spaces.
        lines += wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(lines) + "\n"


def _lines(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The lines of the text, before wrapping."""
    yield explanation.title
    yield f"{explanation.period}{words.group()}. Returns received by {_day(explanation.as_of)}."
    yield ""
    because = ", " if explanation.status in Status.with_value() else ", because "
    reason = f"{because}{words.titled(explanation.reason)}" if explanation.reason else ""
    yield f"status: {plain_status(explanation.status)}{reason}"
    if explanation.value is not None:
        yield f"value: {_value(explanation, words)}"
    if explanation.scored_twice:
        yield f"scored: {scored_twice_words(explanation.scored_twice)}"
    for mark in explanation.marks:
        yield f"{mark.kind.replace('_', ' ')}: {words.titled(mark.text)}"
    yield from _directions(explanation, words)
    yield from ("", "figures")
    for source in explanation.sources:
        yield from _source(source, words)
    yield from ("", f"formula of `{explanation.indicator}`, {explanation.place}")
    yield from _formula(explanation, words)
    yield ""
    yield from _tolerance(explanation, words)
    yield ""
    yield from _control_chart(explanation, words)
    yield from ("", "history")
    yield from _history(explanation, words)
    yield ""
    yield "escalation" + (f", asked of {explanation.escalated_in}" if explanation.escalated_in else "")
    yield from _escalation(explanation, words)


def _day(text: str) -> str:
    """A date as people write it, from one of eight digits with hyphens."""
    return show_date(date.fromisoformat(text))


def _value(explanation: Explanation, words: ExplainedWords) -> str:
    """The value as shown and exactly, with its numerator, denominator and interval."""
    value = explanation.value
    assert value is not None
    shown, exact = words.shown(value), _exact(value)
    if explanation.scale:
        return f"{shown}, {int(value)} of {len(explanation.scale)} on its scale"
    parts = []
    if explanation.numerator is not None and explanation.denominator is not None:
        parts.append(f"{show_number(explanation.numerator)} of {show_number(explanation.denominator)}")
    if explanation.lower is not None:
        parts.append(f"95% interval {words.shown(explanation.lower)} to {words.shown(explanation.upper)}")
    if exact != shown.rstrip("%").replace(",", ""):
        parts.append(f"exactly {exact}")
    return shown + (f" ({'; '.join(parts)})" if parts else "")


def _directions(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The direction of travel since the period before, and since the year before where that is another period."""
    if explanation.direction:
        yield f"direction: {_travel(explanation.direction, explanation.before, explanation, words)}"
    if explanation.direction_year_ago and explanation.year_ago != explanation.before:
        travel = _travel(explanation.direction_year_ago, explanation.year_ago, explanation, words)
        yield f"direction over a year: {travel}"


def _travel(direction: str, before: Compared | None, explanation: Explanation, words: ExplainedWords) -> str:
    """A direction of travel with the value before it."""
    then = words.shown(before.value) if before else ""
    travel = direction_words(direction, then, words.shown(explanation.value))
    return f"{travel}, from {then} in {before.period}" if before else travel


def _source(source: Source, words: ExplainedWords) -> Iterator[str]:
    """A figure or aggregate in one period: its value, its cells or records, and the agencies that did not send it."""
    how = "".join(f", {words.named(step)}" for step in source.how)
    if source.used_by != ("formula",):
        how += f", for {' and '.join(source.used_by)}"
    counted = source.value is None and source.reason is None
    result = "" if counted else f": {words.reason(source.reason) or words.of_source(source)}"
    title = words.formula(source.figure) if source.records else source.title
    yield f"  {title} ({source.kind}), {source.period}{result}{how}"
    several = len({cell.by for cell in source.cells if cell.by is not None}) > 1
    for cell in source.cells:
        yield from _cell(cell, several, words)
    for records in source.records:
        yield from _records(records, words)
    for absent in source.absent:
        yield f"    {words.absent(absent)}"


def _cell(cell: Cell, several: bool, words: ExplainedWords) -> Iterator[str]:
    """A cell with its position, text and state; its breakdown is named where a source has `several`."""
    group = words.cell_group(cell, several)
    states = [*([] if cell.state == "ok" else [plain_status(cell.state)]), *(["set aside"] if cell.set_aside else [])]
    state = f" ({', '.join(states)})" if states else ""
    yield f"    {cell.file} row {cell.row}: {words.agency(cell.agency)}, {cell.period}{group}: `{cell.text}`{state}"
    for why in (*filter(None, (cell.set_aside,)), *cell.why):
        yield f"      {words.named(why)}"
    if cell.comment:
        yield f"      “{cell.comment}”"


def _records(records: Records, words: ExplainedWords) -> Iterator[str]:
    yield f"    {tamed(records.file)}: {records_words(records)}"
    for fault in records.faults:
        where = [*([f"row {fault.row}"] if fault.row else []), *([f"`{fault.column}`"] if fault.column else [])]
        yield f"      {', '.join(where)}{': ' if where else ''}{words.titled(fault.message)}"
    if records.more_faults:
        yield f"      and {records.more_faults:,} more"


def _formula(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The formula and its parts with titles, each with what it comes to."""
    yield f"  {words.formula(explanation.formula)}"
    for step in explanation.steps:
        result = words.shown(step.value) if step is explanation.steps[-1] else words.number(step.value)
        if step.reason:
            reason = words.reason(step.reason)
            result = reason if step.value is None else f"{result}, a sum of nothing ({reason})"
        yield f"    {words.formula(step.text)} = {result}"
        if step.formula:
            yield f"      {words.formula(step.text)} is {words.formula(step.formula)}, {step.place}"
    if explanation.missing != "any" and not explanation.does_without:
        yield f"  all its parts are needed: `missing: {explanation.missing}` is of sums of figures alone"


def _tolerance(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The entry in force, and the comparison of the value with each limit."""
    judged = explanation.judgement
    if judged is None:
        yield "tolerance: none in force, so the value is for information"
        return
    yield f"tolerance, {judged.place}" + (f": {judged.reference}" if judged.reference else "")
    if judged.frequency:
        band = f"good: {words.band('good')}"
        yield f"  {band}" + (f"; tolerable: {words.band('tolerance')}" if judged.tolerance else "")
        yield f"  not compared: the band is for shorter periods ({judged.frequency}), and does not judge this one"
        return
    if judged.target is not None:
        yield f"  target: {show_number(judged.target)}"
    for comparison in judged.comparisons:
        yield f"  {_BANDS[comparison.band]}: {words.band(comparison.band)}; {_compared(explanation, comparison, words)}"
    if judged.allow_for_chance:
        yield f"  allowing for chance: {_by_chance(explanation, words)}"


def _compared(explanation: Explanation, limit: Comparison, words: ExplainedWords) -> str:
    if limit.bound is None:
        return "the bound is missing"
    value, bound = words.beside(explanation.value, limit)
    if explanation.value is None:
        return f"no value to compare with {bound}"
    if limit.holds is None:
        return f"{value} is partial, and is not compared with {bound}"
    return f"is {value} {_OPERATORS[limit.operator]} {bound}? {'yes' if limit.holds else 'no'}"


def _by_chance(explanation: Explanation, words: ExplainedWords) -> str:
    """The comparison of the value's interval with the tolerance, in an entry that allows for chance."""
    judged = explanation.judgement
    assert judged is not None
    if explanation.value is None or explanation.lower is None:
        return "no interval"
    if judged.beyond_chance is None:
        return "not asked of a value that is good"
    name = "tolerance" if judged.tolerance else "good"
    band = f"what is {_BANDS[name]}, {words.band(name)}"
    answer = "yes" if judged.beyond_chance else "no"
    interval = f"{words.shown(explanation.lower)} to {words.shown(explanation.upper)}"
    return f"is the whole of {interval} outside {band}? {answer}"


def _control_chart(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The limits and the signal of the control chart, or the reason why there is none."""
    chart, judged = explanation.chart, explanation.judgement
    yield "control chart"
    if chart.mean is not None:
        limits = f"limits {words.shown(chart.lower_limit)} to {words.shown(chart.upper_limit)}"
        last = explanation.escalated_in or explanation.period
        yield f"  mean {words.shown(chart.mean)}, {limits}, of the {chart.points} periods up to {last}"
    if chart.sigma_z is not None:
        sigma = show_number(chart.sigma_z)
        yield f"  limits that know the denominators ({chart_title(chart)} chart), sigma z {sigma}"
    if rebased := rebased_words(chart):
        yield f"  {rebased}"
    if chart.signal:
        yield f"  signal: {signal_words(chart, words.months)}"
        yield f"    given by {', '.join(chart.signal_points)}"
    else:
        yield f"  no signal: {no_signal_words(chart, words.months)}"
    if (assured := assurance_words(chart)) and judged:
        yield f"  good, {words.band('good')}: {assured}"


def _history(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The last periods with value, status, travel, signal and where the indicator went up to."""
    then = ""
    for point in explanation.history:
        shown = words.shown(point.value)
        travel = direction_words(point.direction, then, shown) if point.direction else ""
        then = shown
        signal = f"a signal ({point.signal.replace('_', ' ')})" if point.signal else ""
        so_far = "so far " if not point.known else ""
        up = f"{so_far}to {words.level(point.escalate_to)}" if point.escalate_to else ""
        parts = (shown, plain_status(point.status), travel, signal, up)
        yield f"  {point.period}: {', '.join(part for part in parts if part)}"
    over = ", those without a value stepped over" if explanation.status in Status.with_value() else ""
    yield f"  {plain_status(explanation.status)} for {show_count(explanation.run, 'period')} running{over}"


def _escalation(explanation: Explanation, words: ExplainedWords) -> Iterator[str]:
    """The rules, whether each holds, and the life of the exception."""
    for rule in explanation.rules:
        yield f"  {'holds' if rule.holds else 'does not hold'}: {words.rule(rule)}, {rule.place}"
        if rule.cleared_by:
            yield f"    cleared by {words.cleared(rule)}"
    yield f"  goes to: {words.level(explanation.escalate_to) if explanation.escalate_to else 'nobody'}"
    life = explanation.exception
    if life is None:
        before = any(point.escalate_to for point in explanation.history if not point.known)
        yield "  never an exception" + (", but without data before there was anything else" if before else "")
        return
    value = f" at {words.shown(life.raised_value)}" if life.raised_value is not None else ""
    status = plain_status(life.raised_status) if life.raised_status else ""
    yield f"  raised: {life.raised}, to {words.level(life.raised_to)}, {status}{value}"
    lasted = show_count(life.raised_for, "period")
    yield f"  lasted: {lasted}; recovered in {life.recovered}" if life.recovered else f"  has lasted: {lasted}"


def _exact(value: float) -> str:
    """A value with all its digits, an integer without a decimal point.

    >>> _exact(21.0), _exact(0.1)
    ('21', '0.1')
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
