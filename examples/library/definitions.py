"""What a framework says: its definitions as objects, what they rest on, and every mistake in its files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pmf_engine as pmf


def described(framework: pmf.Framework) -> Iterator[str]:
    """A line for each agency, breakdown, figure, list, indicator and rule."""
    yield of_board(framework.board)
    yield from map(of_area, framework.content_areas.values())
    yield from breaks(framework)
    for agency in framework.agencies.values():
        yield f"agency {agency.id}: {told(agency)} leads {len(framework.led_by(agency.id))} indicators"
    for breakdown in framework.breakdowns.values():
        yield f"breakdown {breakdown.id}: {', '.join(of_group(group) for group in breakdown.groups or ())}"
    yield from map(of_source, framework.figures.values())
    yield from map(of_source, framework.lists.values())
    for indicator in framework.indicators.values():
        yield from of_indicator(framework, indicator)
    for rule in framework.rules:
        yield of_rule(rule)


def of_board(board: pmf.Board) -> str:
    """The board and its year."""
    return f"board {board.name}: its year starts in month {board.year_start}"


def of_area(area: pmf.ContentArea) -> str:
    """What the board watches."""
    return f"content area {area.id}: {area.title}"


def breaks(framework: pmf.Framework) -> Iterator[str]:
    """The days from which figures and indicators do not compare with those before."""
    for figure in framework.figures.values():
        yield from map(of_break, figure.breaks)
    for indicator in framework.indicators.values():
        yield from map(of_break, indicator.breaks)


def of_break(each: pmf.Break) -> str:
    """A break in a series."""
    return f"break on {each.on}: {each.because}"


def told(agency: pmf.Agency) -> str:
    """The name of an agency."""
    return agency.name


def of_group(group: pmf.Group) -> str:
    """The name of a group of a breakdown."""
    return group.name


def of_breakdown(breakdown: pmf.Breakdown) -> int:
    """How many groups a breakdown names."""
    return len(breakdown.groups or ())


def of_source(source: pmf.Figure | pmf.RecordList) -> str:
    """A figure or list and who sends it."""
    kind = pmf.ItemKind.FIGURE if isinstance(source, pmf.Figure) else pmf.ItemKind.LIST
    return f"{kind} {source.id}: from {', '.join(source.agencies)}"


def of_indicator(framework: pmf.Framework, indicator: pmf.Indicator) -> Iterator[str]:
    """An indicator with its formula, what it rests on, and the entry in force in its last period of 2026-27."""
    if indicator.evidence_type is pmf.EvidenceType.QUALITY and indicator.frequency is pmf.Frequency.QUARTERLY:
        rests_on = ", ".join(sorted(framework.rests_on(indicator.id)))
        yield f"indicator {indicator.id}: {indicator.formula}; rests on {rests_on}"
    last = framework.periods("2026-27", frequency=pmf.Frequency.QUARTERLY)[-1]
    entry = indicator.entry_for(last)
    if entry is not None:
        yield f"  {of_entry(entry)} in {last}; sent by {', '.join(sorted(framework.senders(indicator.id)))}"


def of_entry(entry: pmf.Entry) -> str:
    """The bands of an entry of a tolerance, and which values are good."""
    better = {pmf.Polarity.HIGH: "high", pmf.Polarity.LOW: "low", pmf.Polarity.CLOSE: "close"}
    return f"good {of_band(entry.good)}, {better[entry.polarity] if entry.polarity else 'no'} is good"


def of_band(band: pmf.Band) -> str:
    """A band as its text and its ends."""
    return f"{band.text} ({band.low} to {band.high})"


def of_rule(rule: pmf.Rule) -> str:
    """An escalation rule."""
    return f"rule {rule.when} -> {rule.to}"


def mistakes(check: pmf.Check) -> Iterator[str]:
    """The mistakes and warnings of a check, each at its place."""
    for diagnostic in check.diagnostics:
        yield of_diagnostic(diagnostic)


def of_diagnostic(diagnostic: pmf.Diagnostic) -> str:
    """A mistake: where it is, and whether it is a name that nothing has."""
    place: pmf.Place = diagnostic.place
    misspelt = diagnostic.kind is pmf.DiagnosticKind.UNKNOWN_NAME
    assert diagnostic.to_dict()["line"] == place.line
    return f"{place.file}:{place.line}:{place.column} {'misspelt: ' if misspelt else ''}{diagnostic.message}"


def outcomes(run: pmf.ExampleRun) -> Iterator[str]:
    """The outcome of each example beside an indicator, and which statuses no example reaches."""
    for outcome in run.outcomes:
        yield of_outcome(outcome)
    for coverage in run.coverage:
        yield of_coverage(coverage)


def of_outcome(outcome: pmf.ExampleOutcome) -> str:
    """Whether an example holds, and what differs."""
    return (
        f"{outcome.indicator} {outcome.number}: {', '.join(map(of_difference, outcome.differences)) or 'as expected'}"
    )


def of_difference(difference: pmf.Difference) -> str:
    """What differs from an example."""
    return f"{difference.what} is {difference.got}, not {difference.expected}"


def of_coverage(coverage: pmf.Coverage) -> str:
    """The statuses of an indicator that no example reaches."""
    return f"{coverage.indicator} without an example: {', '.join(coverage.unreached)}"


def main(folder: Path) -> None:
    """Prints what the framework of a folder says, and where a misspelt copy of it is wrong."""
    check = pmf.check_framework(folder)
    framework = check.framework or pmf.load_framework(folder)
    print(*described(framework), *outcomes(pmf.run_examples(framework)), sep="\n")
    indicators, tolerances = framework.to_text()
    try:
        pmf.Framework.from_text(indicators.replace("percent(rereferrals", "percent(rereferals"), tolerances)
    except pmf.ConfigError as error:
        print(*map(of_diagnostic, error.diagnostics), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
