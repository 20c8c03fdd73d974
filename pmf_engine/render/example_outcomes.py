"""Outcomes of examples, as text and as JUnit XML for continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from pmf_engine.domain.plain_text import tamed
from pmf_engine.evaluation.example_outcomes import Coverage, ExampleOutcome

_NOT_XML = re.compile("[\ufffe\uffff]")


def to_text(outcomes: Sequence[ExampleOutcome], coverage: Sequence[Coverage]) -> str:
    """The failed examples with their differences, the bands and reasons that no example reaches, and the totals."""
    lines: list[str] = []
    for outcome in outcomes:
        if not outcome.passed:
            lines.append(f"{outcome.place}: `{outcome.indicator}`, example {outcome.number}")
            lines += [*(f"  {line}" for line in _failure(outcome)), ""]
    unreached = [indicator for indicator in coverage if indicator.unreached]
    if unreached:
        lines.append("no example reaches")
        lines += [f"  {indicator.indicator}: {', '.join(indicator.unreached)}" for indicator in unreached]
        lines.append("")
    failed = sum(not outcome.passed for outcome in outcomes)
    possible = sum(len(indicator.possible) for indicator in coverage)
    reached = possible - sum(len(indicator.unreached) for indicator in coverage)
    lines.append(f"{len(outcomes)} examples: {len(outcomes) - failed} passed, {failed} failed")
    lines.append(f"{reached} of {possible} bands and reasons reached")
    return "\n".join(lines) + "\n"


def to_junit(outcomes: Sequence[ExampleOutcome]) -> str:
    """JUnit XML with a test case for each example, named by its indicator and number."""
    failed = sum(not outcome.passed for outcome in outcomes)
    suite = ElementTree.Element("testsuite", name="pmf test", tests=str(len(outcomes)), failures=str(failed))
    for outcome in outcomes:
        case = ElementTree.SubElement(
            suite, "testcase", classname=outcome.indicator, name=f"example {outcome.number}", file=tamed(outcome.place)
        )
        if not outcome.passed:
            lines = [_NOT_XML.sub("\ufffd", line) for line in _failure(outcome)]
            failure = ElementTree.SubElement(case, "failure", message="; ".join(lines))
            failure.text = "\n".join([tamed(outcome.place), *lines])
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _failure(outcome: ExampleOutcome) -> Iterator[str]:
    """Lines about a failed example: each difference, the reason, and each problem of the given records."""
    for difference in outcome.differences:
        yield tamed(f"{difference.what}: expected {difference.expected}, got {difference.got}")
    if outcome.reason:
        yield tamed(f"because {outcome.reason}")
    for problem in outcome.problems:
        yield tamed(problem)
