"""Messages about the examples of an indicator."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import did_you_mean


def not_of_this(span: Span, name: str, names: Iterable[str]) -> Diagnostic:
    text = f"this indicator does not rest on a figure or list `{name}`"
    return Diagnostic(Kind.UNKNOWN_NAME, text, span, did_you_mean(name, names))


def records_of_a_figure(span: Span, name: str) -> Diagnostic:
    help_ = "give it a value, or a series such as `12 14`"
    return Diagnostic(Kind.WRONG_TYPE, f"`{name}` is a figure and has no records", span, help_)


def not_records(span: Span, name: str) -> Diagnostic:
    text = f"`{name}` is a list, and this is not a list of records"
    help_ = "write one map of columns for each record, or `[]` where there are no records"
    return Diagnostic(Kind.WRONG_TYPE, text, span, help_)


def column_not_given(span: Span, column: str) -> Diagnostic:
    return Diagnostic(Kind.MISSING_KEY, f"this record has no `{column}`, which the formula looks at", span)


def not_a_sender(span: Span, agency: str, figure: str, names: Iterable[str]) -> Diagnostic:
    return Diagnostic(Kind.UNKNOWN_NAME, f"`{agency}` does not send `{figure}`", span, did_you_mean(agency, names))


def not_its_period(span: Span, text: str, example: str) -> Diagnostic:
    return Diagnostic(
        Kind.BAD_PERIOD, f"`{text}` is not a period of this indicator", span, f"write one such as `{example}`"
    )


def not_a_value(span: Span, text: str) -> Diagnostic:
    help_ = did_you_mean(text, ["nothing"])
    if re.fullmatch(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?\s*%?", text):
        help_ = f"write `{re.sub('[,%]', '', text).strip()}`"
    return Diagnostic(Kind.WRONG_TYPE, f"`value` must be a number, not `{text}`", span, help_)


def no_faces(span: Span, face: str) -> Diagnostic:
    text = f"`{face}` is of an indicator with `better_off`, and this one has a formula"
    return Diagnostic(Kind.BETTER_OFF, text, span, f"delete `{face}`, or write `value`")


def bad_date(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.BAD_DATE, f"`{text}` is not a date", span, "write it as 2017-05-31")
