"""Messages about keys and values that are missing, unknown or of the wrong type for their section."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import did_you_mean, quoted_list, shown_value


def first_word(name: str) -> str:
    """The key in a text that joins a key and its value.

    >>> first_word("decimals=2")
    'decimals'
    """
    match = re.match("[a-z_]*[a-z]", name)
    return match.group() if match else ""


def unknown_key(
    span: Span, name: str, names: Sequence[str], near: str | None, elsewhere: str | None, after_comma: bool
) -> Diagnostic:
    help_ = f"did you mean `{near}`?" if near else None
    first = first_word(name)
    if elsewhere:
        help_ = help_ or f"`{name}` belongs {elsewhere}"
    elif first != name and first in names:
        rest = name.removeprefix(first).lstrip(" :=-")
        help_ = f"write `{first}: {rest}`" if rest.strip("_") else f"did you mean `{first}`?"
    elif after_comma and help_ is None:
        help_ = "put the text before it in quotes, if the `,` is part of it"
    return Diagnostic(Kind.UNKNOWN_KEY, f"unknown key `{name}`", span, help_)


def same_column(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.INDENTATION,
        f"`{name}` stands in the same column as the lines below it",
        span,
        "indent it less, or them more",
    )


def not_indented(span: Span, name: str, owner: str | None) -> Diagnostic:
    help_ = f"indent it further than `{owner}`, if it is part of it" if owner else None
    return Diagnostic(Kind.INDENTATION, f"`{name}` stands where an id should", span, help_)


def nested(span: Span, name: str, inside: str, like: str) -> Diagnostic:
    return Diagnostic(Kind.INDENTATION, f"`{name}` stands inside `{inside}`", span, f"line it up with `{like}`")


def missing_key(span: Span, names: Sequence[str], of: str) -> Diagnostic:
    help_ = "write `suppress_below: 6` beside it" if "suppress_below" in names else None
    return Diagnostic(Kind.MISSING_KEY, f"{of} has no {quoted_list(names, 'or')}", span, help_)


def no_section(span: Span, what: str, name: str, section: str) -> Diagnostic:
    return Diagnostic(Kind.MISSING_KEY, f"{what} `{name}` is named here, and `{section}` is missing", span)


def nothing_in(span: Span, what: str) -> Diagnostic:
    return Diagnostic(Kind.EMPTY, f"{what} is empty", span)


def wrong_type(span: Span, what: str, wanted: str, value: object, help_: str | None = None) -> Diagnostic:
    if wanted == "text" and isinstance(value, (int, float, bool)):
        help_ = "put it in quotes"
    elif wanted == "a list" and isinstance(value, str):
        help_ = "write `[one, another]`"
    return Diagnostic(Kind.WRONG_TYPE, f"{what} must be {wanted}, not {shown_value(value)}", span, help_)


def not_one_of(span: Span, what: str, value: object, allowed: Sequence[str]) -> Diagnostic:
    help_ = did_you_mean(value, allowed) if isinstance(value, str) else None
    shown = f"`{value}`" if isinstance(value, str) else shown_value(value)
    return Diagnostic(Kind.NOT_ALLOWED, f"{what} must be {quoted_list(allowed, 'or')}, not {shown}", span, help_)


def not_a_month(span: Span, what: str, value: object, months: Sequence[str]) -> Diagnostic:
    help_ = did_you_mean(value, months) if isinstance(value, str) else None
    return Diagnostic(
        Kind.NOT_ALLOWED, f"{what} must be a month, such as `april`, not {shown_value(value)}", span, help_
    )


def out_of_range(span: Span, what: str, wanted: str, value: object) -> Diagnostic:
    return Diagnostic(Kind.OUT_OF_RANGE, f"{what} must be {wanted}, not `{value}`", span)


def too_few(span: Span, what: str, least: int) -> Diagnostic:
    return Diagnostic(Kind.TOO_FEW, f"{what} needs at least {least} item{'s' if least > 1 else ''}", span)


def bad_id(span: Span, name: str) -> Diagnostic:
    tidy = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]", "_", name.lower())).strip("_")
    usable = re.fullmatch(r"[a-z][a-z0-9_]*", tidy)
    return Diagnostic(
        Kind.BAD_ID,
        f"`{name}` is not an id: lower-case letters, digits and `_`, a letter first",
        span,
        f"write `{tidy}`" if usable and tidy != name else None,
    )


def agency_breakdown(span: Span) -> Diagnostic:
    return Diagnostic(Kind.RESERVED, "`agency` is always a breakdown, without an entry", span, "delete this entry")


def reserved_id(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.RESERVED, f"`{name}` is a word of the formula language and cannot be an id", span)
