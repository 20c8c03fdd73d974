"""An explanation as text to read from top to bottom, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import wrap

from pmf_engine.explain import Comparison, Explanation, Source

_WORDS = {"<=": "at most", "<": "below", ">=": "at least", ">": "above", "=": "equal to"}


def to_json(explanation: Explanation) -> str:
    """The explanation as one JSON object, values at full precision."""
    return json.dumps(asdict(explanation), indent=2, ensure_ascii=False) + "\n"


def to_text(explanation: Explanation, width: int = 80) -> str:
    """The explanation in sections: the value, its sources, its formula, how it is judged, and where it goes."""
    lines: list[str] = []
    for line in _lines(explanation):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        # Paths and formulas are broken only where they hold a space.
        lines += wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(lines) + "\n"


def _lines(one: Explanation) -> Iterator[str]:
    group = f", {one.by} {one.group}" if one.group is not None else ""
    yield f"{one.title}"
    yield f"{one.indicator}, {one.period}{group}, as of {one.as_of}"
    yield ""
    yield f"status: {one.status}" + (f", because {one.reason}" if one.reason else "")
    if one.value is not None:
        yield f"value: {one.value!r}" + _of(one)
    yield ""
    yield "figures"
    for source in one.sources:
        yield from _source(source)
    yield ""
    yield f"formula, {one.place}"
    yield f"  {one.formula}"
    for step in one.steps:
        yield f"    {step.text} = {step.reason or _exact(step.value)}"
    yield ""
    yield from _judged(one)
    yield ""
    yield "history"
    for point in one.history:
        direction = f", {point.direction}" if point.direction else ""
        yield f"  {point.period}: {_exact(point.value)}, {point.status}{direction}"
    periods = f"{one.run} period{'' if one.run == 1 else 's'}"
    yield f"  {one.status} for {periods} running, those without a value stepped over"
    yield ""
    yield "escalation"
    for rule in one.rules:
        yield f"  {'holds' if rule.holds else 'does not hold'}: {rule.when} -> {rule.to}, {rule.place}"
    yield f"  goes to: {one.escalate_to or 'nobody'}"


def _of(one: Explanation) -> str:
    if one.numerator is None or one.denominator is None:
        return ""
    interval = f", 95% interval {one.lower!r} to {one.upper!r}" if one.lower is not None else ""
    return f" ({_exact(one.numerator)} of {_exact(one.denominator)}{interval})"


def _source(source: Source) -> Iterator[str]:
    how = f", {', '.join(source.how)}" if source.how else ""
    yield f"  {source.figure}, {source.period} = {source.reason or _exact(source.value)}{how}"
    yield f"    {source.kind}: {source.title}"
    for cell in source.cells:
        group = f", {cell.group}" if cell.group is not None else ""
        state = "" if cell.state == "ok" else f" ({cell.state})"
        yield f"    {cell.file} row {cell.row}: {cell.agency}, {cell.period}{group}: `{cell.text}`{state}"
        if cell.comment:
            yield f"      “{cell.comment}”"
    for absent in source.absent:
        yield f"    not sent by {absent}"


def _judged(one: Explanation) -> Iterator[str]:
    judged = one.judgement
    if judged is None:
        yield "tolerance: none in force, so the value is for information"
        return
    yield f"tolerance, {judged.place}" + (f": {judged.reference}" if judged.reference else "")
    if judged.target is not None:
        yield f"  target: {_exact(judged.target)}"
    for comparison in judged.comparisons:
        yield f"  {comparison.band}, {comparison.words}: {_compared(one.value, comparison)}"


def _compared(value: float | None, one: Comparison) -> str:
    if one.bound is None:
        return "the bound is missing"
    if value is None:
        return f"no value to compare with {_exact(one.bound)}"
    answer = "yes" if one.holds else "no"
    return f"is {_exact(value)} {_WORDS[one.operator]} {_exact(one.bound)}? {answer}"


def _exact(value: float | None) -> str:
    """All digits, without the point where there is no fraction."""
    if value is None:
        return "no value"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
