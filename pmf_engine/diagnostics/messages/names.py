"""Messages about ids: unknown ids, duplicate ids, and ids of the wrong kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import did_you_mean

EARLIER = {
    "previous": "`previous` is its value in the period before",
    "year_ago": "`year_ago` is its value in the same period of the year before",
}
EARLIER_WORDS = {"year": "year_ago"} | dict.fromkeys(["month", "quarter", "half", "period", "time"], "previous")
"""The word of the band language for `last year`, `previous quarter` and the like."""


def unknown_name(span: Span, what: str, name: str, names: Iterable[str]) -> Diagnostic:
    earlier = re.fullmatch("(?:last|previous|prior|past)_?([a-z]+)|([a-z]+)_(?:ago|before)", name)
    meant = EARLIER_WORDS.get(earlier[1] or earlier[2]) if earlier else None
    help_ = EARLIER[meant] if meant and meant in names else did_you_mean(name, names)
    return Diagnostic(Kind.UNKNOWN_NAME, f"unknown {what} `{name}`", span, help_)


def same_id(span: Span, name: str, what: str, line: int, file: str) -> Diagnostic:
    return Diagnostic(Kind.DUPLICATE_ID, f"`{name}` is already the id of {what}, in {file} line {line}", span)


def already_given(span: Span, name: str, line: int, file: str) -> Diagnostic:
    return Diagnostic(Kind.DUPLICATE_ID, f"`{name}` is already given in {file} line {line}", span)


def repeated(span: Span, what: str, name: str) -> Diagnostic:
    return Diagnostic(Kind.REPEATED, f"{what} `{name}` is named twice", span)


def scale_needed(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.SCALE, f"figure `{name}` is a grade and has no `scale`", span)


def scale_not_needed(span: Span, name: str, kind: str) -> Diagnostic:
    return Diagnostic(Kind.SCALE, f"figure `{name}` is a {kind}; only a grade has a `scale`", span)


def flow_of_percent(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.UNIT,
        f"figure `{name}` is a flow, which adds up over time; a percentage does not",
        span,
        "write `kind: stock`",
    )


def plausible_of_no_number(span: Span, name: str, kind: str) -> Diagnostic:
    return Diagnostic(Kind.PLAUSIBLE, f"figure `{name}` is a {kind}; only numbers have a `plausible`", span)


def plausible_from_data(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        Kind.PLAUSIBLE, f"`{text}` depends on what is sent; `plausible` is held to numbers", span, "write `at most 500`"
    )


def by_agency_mixed(span: Span, names: Sequence[str]) -> Diagnostic:
    return Diagnostic(
        Kind.BY_AGENCY,
        "`by: agency` needs figures that the same agencies send, and "
        + " and ".join(f"`{name}`" for name in names)
        + " come from different ones",
        span,
    )
