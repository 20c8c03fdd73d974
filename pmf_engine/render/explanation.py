"""An explanation as text to read from top to bottom, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import wrap

from pmf_engine.explanation import Comparison, Explanation
from pmf_engine.provenance import Source
from pmf_engine.render.words import assurance_words, no_signal_words, signal_words, tamed

_WORDS = {"<=": "at most", "<": "below", ">=": "at least", ">": "above", "=": "equal to"}


def to_json(explanation: Explanation) -> str:
    """The explanation as one JSON object, values at full precision."""
    return json.dumps(asdict(explanation), indent=2, ensure_ascii=False) + "\n"


def to_text(explanation: Explanation, width: int = 80) -> str:
    """The explanation in sections: the value, its sources, its formula, how it is judged, and where it goes."""
    lines: list[str] = []
    for line in map(tamed, _lines(explanation)):
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
        if step.formula:
            yield f"      {step.text} is {step.formula}, {step.place}"
    yield ""
    yield from _judged(one)
    yield ""
    yield from _charted(one)
    yield ""
    yield "history"
    for point in one.history:
        said = [_exact(point.value), point.status, point.direction, point.signal and f"signal {point.signal}"]
        up = f" -> {point.escalate_to}" if point.escalate_to else ""
        yield f"  {point.period}: {', '.join(part for part in said if part)}{up}"
    periods = f"{one.run} period{'' if one.run == 1 else 's'}"
    yield f"  {one.status} for {periods} running, those without a value stepped over"
    yield ""
    yield "escalation"
    for rule in one.rules:
        until = f" until {rule.until}" if rule.until else ""
        yield f"  {'holds' if rule.holds else 'does not hold'}: {rule.when}{until} -> {rule.to}, {rule.place}"
        if rule.cleared_by:
            yield f"    cleared by {rule.cleared_by}"
    yield f"  goes to: {one.escalate_to or 'nobody'}"
    yield from _lived(one)


def _charted(one: Explanation) -> Iterator[str]:
    chart, judged = one.chart, one.judgement
    yield "control chart"
    if chart.mean is not None:
        limits = f"limits {_exact(chart.lower_limit)} to {_exact(chart.upper_limit)}"
        yield f"  mean {_exact(chart.mean)}, {limits}, of the {chart.points} periods up to {one.period}"
    if chart.signal:
        yield f"  signal, {chart.signal}: {signal_words(chart, 0)}"
        yield f"    given by {', '.join(chart.signal_points)}"
    else:
        yield f"  no signal: {no_signal_words(chart, 0)}"
    if (assured := assurance_words(chart)) and judged:
        yield f"  good, {judged.good}: {assured}"


def _lived(one: Explanation) -> Iterator[str]:
    life = one.exception
    if life is None:
        yield "  never an exception"
        return
    value = f" at {_exact(life.raised_value)}" if life.raised_value is not None else ""
    periods = f"{life.raised_for} period{'' if life.raised_for == 1 else 's'}"
    yield f"  raised: {life.raised}, to {life.raised_to}, {life.raised_status}{value}"
    if life.recovered:
        yield f"  lasted: {periods}; recovered in {life.recovered}"
    else:
        yield f"  has lasted: {periods}"


def _of(one: Explanation) -> str:
    if one.numerator is None or one.denominator is None:
        return ""
    interval = f", 95% interval {one.lower!r} to {one.upper!r}" if one.lower is not None else ""
    return f" ({_exact(one.numerator)} of {_exact(one.denominator)}{interval})"


def _source(source: Source) -> Iterator[str]:
    how = f", {', '.join(source.how)}" if source.how else ""
    if source.used_by != ("formula",):
        how += f", for {' and '.join(source.used_by)}"
    yield f"  {source.figure}, {source.period} = {source.reason or _exact(source.value)}{how}"
    yield f"    {source.kind}: {source.title}"
    several = len({cell.by for cell in source.cells if cell.by is not None}) > 1
    for cell in source.cells:
        group = f", {cell.by} {cell.group}" if several else f", {cell.group}"
        if cell.group is None:
            group = f", no known {cell.by}" if cell.by else ""
        state = "" if cell.state == "ok" else f" ({cell.state})"
        yield f"    {cell.file} row {cell.row}: {cell.agency}, {cell.period}{group}: `{cell.text}`{state}"
        for why in cell.why:
            yield f"      {why}"
        if cell.comment:
            yield f"      “{cell.comment}”"
    for one in source.records:
        times = f", {one.speaks_from} to {one.speaks_to}" if one.speaks_from else ""
        refused = f", {one.refused} cells refused" if one.refused else ""
        yield f"    {tamed(one.file)}: {one.records:,} records{times}{refused}"
    for absent in source.absent:
        yield f"    not sent by {absent}"


def _judged(one: Explanation) -> Iterator[str]:
    judged = one.judgement
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
        yield f"  {comparison.band}, {comparison.words}: {_compared(one.value, comparison)}"
    if judged.allow_for_chance:
        yield f"  allowing for chance: {_by_chance(one)}"


def _compared(value: float | None, one: Comparison) -> str:
    if one.bound is None:
        return "the bound is missing"
    if value is None:
        return f"no value to compare with {_exact(one.bound)}"
    if one.holds is None:
        return f"{_exact(value)} is a sum of nothing, and is not compared with {_exact(one.bound)}"
    answer = "yes" if one.holds else "no"
    return f"is {_exact(value)} {_WORDS[one.operator]} {_exact(one.bound)}? {answer}"


def _by_chance(one: Explanation) -> str:
    judged = one.judgement
    assert judged is not None
    if one.value is None or one.lower is None:
        return "no interval"
    if judged.beyond_chance is None:
        return "not asked of a value that is good"
    band = f"tolerance, {judged.tolerance}" if judged.tolerance else f"good, {judged.good}"
    answer = "yes" if judged.beyond_chance else "no"
    return f"is the whole of {one.lower!r} to {one.upper!r} outside {band}? {answer}"


def _exact(value: float | None) -> str:
    """All digits, without the point where there is no fraction."""
    if value is None:
        return "no value"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
