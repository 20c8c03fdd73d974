"""What examples came to, as text and as JUnit's XML for continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from pmf_engine.evaluation.examples import Coverage, Outcome
from pmf_engine.report.wording import tamed

_NOT_XML = re.compile("[\ufffe\uffff]")


def to_text(outcomes: Sequence[Outcome], coverage: Sequence[Coverage]) -> str:
    """Each example that failed with what differs, then what no example reaches, then the totals."""
    lines: list[str] = []
    for outcome in outcomes:
        if not outcome.passed:
            lines.append(f"{outcome.place}: `{outcome.indicator}`, example {outcome.number}")
            lines += [*(f"  {line}" for line in _said(outcome)), ""]
    unreached = [one for one in coverage if one.unreached]
    if unreached:
        lines.append("no example reaches")
        lines += [f"  {one.indicator}: {', '.join(one.unreached)}" for one in unreached]
        lines.append("")
    failed = sum(not outcome.passed for outcome in outcomes)
    possible = sum(len(one.possible) for one in coverage)
    reached = possible - sum(len(one.unreached) for one in coverage)
    lines.append(f"{len(outcomes)} examples: {len(outcomes) - failed} passed, {failed} failed")
    lines.append(f"{reached} of {possible} bands and reasons reached")
    return "\n".join(lines) + "\n"


def to_junit(outcomes: Sequence[Outcome]) -> str:
    """One test case for each example, named after its indicator and number."""
    failed = sum(not outcome.passed for outcome in outcomes)
    suite = ElementTree.Element("testsuite", name="pmf test", tests=str(len(outcomes)), failures=str(failed))
    for outcome in outcomes:
        case = ElementTree.SubElement(
            suite, "testcase", classname=outcome.indicator, name=f"example {outcome.number}", file=tamed(outcome.place)
        )
        if not outcome.passed:
            said = [_NOT_XML.sub("\ufffd", line) for line in _said(outcome)]
            failure = ElementTree.SubElement(case, "failure", message="; ".join(said))
            failure.text = "\n".join([tamed(outcome.place), *said])
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _said(outcome: Outcome) -> Iterator[str]:
    """What differs, a line each, why there is no value, and what was wrong with the records given."""
    for one in outcome.differences:
        yield tamed(f"{one.what}: expected {one.expected}, got {one.got}")
    if outcome.reason:
        yield tamed(f"because {outcome.reason}")
    for problem in outcome.problems:
        yield tamed(problem)
