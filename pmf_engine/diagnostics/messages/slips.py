"""Warnings about what is allowed but is probably a mistake."""

from __future__ import annotations

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span


def swapped(span: Span, part: str, whole: str) -> Diagnostic:
    text = f"`{part}` is the part here and `{whole}` the whole, which looks the wrong way round"
    return Diagnostic(Kind.SWAPPED, text, span, "write percent(part, whole)", "warning")


def no_population(span: Span) -> Diagnostic:
    text = "this rate is not of a population: what it divides by is not a stock"
    return Diagnostic(Kind.NO_POPULATION, text, span, "write percent(part, whole) for a share", "warning")


def stock_over_time(span: Span, name: str) -> Diagnostic:
    text = f"`{name}` is a stock, and the same may be counted in both periods that are added here"
    return Diagnostic(Kind.STOCK_OVER_TIME, text, span, None, "warning")


def not_a_percentage(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        Kind.UNIT, f"the indicator is a percentage, from 0 to 100, and `{text}` is not", span, None, "warning"
    )


def ratio_as_percentage(span: Span, formula: str, indicator: str, part: str, whole: str, band: str) -> Diagnostic:
    return Diagnostic(
        Kind.UNIT,
        f"`{formula}` of `{indicator}` divides a part by its whole, which gives between 0 and 1, and `{band}` looks "
        "like a percentage",
        span,
        f"write percent({part}, {whole}), or give the indicator a `unit` if it is no percentage",
        "warning",
    )


def stock_as_percentage(span: Span, figure: str, band: str) -> Diagnostic:
    return Diagnostic(
        Kind.UNIT,
        f"`{figure}` has no unit, and `{band}` looks like a percentage",
        span,
        "give the figure a `unit`: `percent`, or what it counts",
        "warning",
    )


def groups_not_listed(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.GROUPS,
        f"breakdown `{name}` lists no groups, so that a misspelt name or a total may count as one",
        span,
        "list them as `groups: [...]`, or write `groups: open` if they change from period to period",
        "warning",
    )
