"""Messages about tolerances and escalation rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import did_you_mean, shown_value


def tolerance_for_nothing(span: Span, name: str, names: Iterable[str]) -> Diagnostic:
    return Diagnostic(Kind.UNKNOWN_NAME, f"no indicator `{name}`", span, did_you_mean(name, names))


def bad_from(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.BAD_PERIOD, f"`{text}` is not a period", span, "write `2016-17` or `2016-17 Q3`")


def from_needed(span: Span) -> Diagnostic:
    return Diagnostic(Kind.MISSING_KEY, "only the first of several entries can go without `from`", span)


def from_order(span: Span, text: str, before: str) -> Diagnostic:
    if text == before:
        return Diagnostic(Kind.FROM_ORDER, f"two entries are from `{text}`", span)
    return Diagnostic(
        Kind.FROM_ORDER, f"`{text}` comes after `{before}` here, and is earlier", span, "put the oldest first"
    )


def good_outside(span: Span, good: str, tolerance: str) -> Diagnostic:
    return Diagnostic(Kind.BAND_ORDER, f"good `{good}` is not inside tolerance `{tolerance}`", span)


_AGAINST_FACES: Final = {
    "": "few are better off",
    "worse": "many are worse off",
    "mean_change": "scores rise little, or fall",
    "scored": "few are scored twice",
}
"""By the face of an indicator with `better_off`, what a band in the wrong direction would call good."""


def against_face(span: Span, face: str, good: str) -> Diagnostic:
    text = f"`{good}` would call it good that {_AGAINST_FACES[face]}"
    help_ = f"write `{'at most' if face == 'worse' else 'at least'}` and a number"
    return Diagnostic(Kind.BETTER_OFF, text, span, help_)


def good_beyond(span: Span, good: str, tolerance: str, name: str) -> Diagnostic:
    text = f"good `{good}` is not inside tolerance `{tolerance}` while `{name}` is above 0"
    return Diagnostic(Kind.BAND_ORDER, text, span, None, "warning")


def no_amber(span: Span, tolerance: str) -> Diagnostic:
    text = f"tolerance `{tolerance}` allows no more than good does, so nothing is ever amber"
    return Diagnostic(Kind.NO_AMBER, text, span, "leave `tolerance` out where amber is not meant", "warning")


def bad_base(span: Span, base: int, limit: int, low: int, high: int) -> Diagnostic:
    text = f"`round_to` must be from {low} to {high} beside `suppress_below: {limit}`, not `{base}`"
    why = "a smaller base hides no small count" if base < low else "a larger one rounds counts of children to nothing"
    return Diagnostic(Kind.OUT_OF_RANGE, text, span, why)


def from_inside(span: Span, text: str, period: str, following: str) -> Diagnostic:
    message = f"`{text}` begins inside `{period}`, which this entry does not judge"
    return Diagnostic(Kind.FROM_INSIDE, message, span, f"it holds from `{following}` on", "warning")


def bad_review(span: Span, text: str) -> Diagnostic:
    help_ = "write `2016-17`, `2016-17 Q3` or 2017-03-31"
    return Diagnostic(Kind.BAD_PERIOD, f"`{text}` is neither a period nor a date", span, help_)


def review_due(span: Span, text: str, name: str) -> Diagnostic:
    message = f"the tolerance of `{name}` was to be reviewed by `{text}`, which is past"
    return Diagnostic(Kind.REVIEW_DUE, message, span, "agree the next entry, or a later `review_by`", "warning")


def empty_band(span: Span, text: str) -> Diagnostic:
    help_ = "the lower end comes first" if text.startswith("between") else None
    return Diagnostic(Kind.EMPTY_BAND, f"nothing can be `{text}`", span, help_)


def no_interval(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.NO_INTERVAL,
        f"there is no interval to allow for chance by: `{name}` is not a `percent`, nor a `rate` per a fixed number",
        span,
    )


def same_value(span: Span, text: str, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.CYCLE,
        f"`{text}` is what `{name}` comes to, which cannot be judged by its own value",
        span,
        "`previous` is its value in the period before",
    )


def own_value(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.CYCLE, f"`{name}` cannot be judged by its own value", span, "`previous` is its value in the period before"
    )


def from_far(span: Span, text: str, years: int) -> Diagnostic:
    message = f"`{text}` begins more than {years} years from now, and this entry judges nothing until then"
    return Diagnostic(Kind.FROM_FAR, message, span, None, "warning")


def review_before(span: Span, text: str, start: str) -> Diagnostic:
    message = f"the review by `{text}` comes before this entry begins, in `{start}`"
    return Diagnostic(Kind.REVIEW_DUE, message, span, None, "warning")


def opposite(span: Span, good: str, tolerance: str) -> Diagnostic:
    text = f"tolerance `{tolerance}` points the other way than good `{good}`"
    return Diagnostic(Kind.BAND_ORDER, text, span, "low is good with `at most`, high with `at least`", "warning")


def always_good(span: Span, text: str, name: str) -> Diagnostic:
    message = f"every value of `{name}` is `{text}`, so all is green"
    return Diagnostic(Kind.BAND_REACH, message, span, None, "warning")


def never_met(span: Span, text: str, name: str) -> Diagnostic:
    return Diagnostic(Kind.BAND_REACH, f"no value of `{name}` is ever `{text}`", span, None, "warning")


def bound_of_another_kind(span: Span, text: str, what: str, own: str) -> Diagnostic:
    return Diagnostic(Kind.COMPARISON, f"`{text}` is {what}, and the indicator is {own}", span, None, "warning")


def unused_target(span: Span, text: str) -> Diagnostic:
    help_ = "write `target` in `good`, such as `at least target`"
    return Diagnostic(Kind.UNUSED, f"no band of this entry uses its target `{text}`", span, help_, "warning")


def wrong_target(span: Span, wanted: str, value: object, written: str) -> Diagnostic:
    shown = shown_value(written) if isinstance(value, str) else f"the number `{written}`"
    number = re.fullmatch(r"(-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*%?", written.strip()) if wanted == "a number" else None
    help_ = f"write `{number[1].replace(',', '')}`" if number else None
    return Diagnostic(Kind.WRONG_TYPE, f"`target` must be {wanted}, not {shown}", span, help_)


def never_holds(span: Span, when: str) -> Diagnostic:
    return Diagnostic(Kind.RULE, f"`{when}` never holds, so nothing goes up by this rule", span, None, "warning")


def always_holds(span: Span, when: str) -> Diagnostic:
    return Diagnostic(Kind.RULE, f"`{when}` always holds, so everything goes up by this rule", span, None, "warning")


def never_ends(span: Span, until: str, when: str) -> Diagnostic:
    text = f"`{until}` never ends what goes up when `{when}`"
    help_ = "`until` is asked in periods with a value in which `when` does not hold"
    return Diagnostic(Kind.RULE, text, span, help_, "warning")


def until_idle(span: Span, until: str, when: str) -> Diagnostic:
    text = f"`{until}` holds as soon as `{when}` does not, so `until` changes nothing"
    return Diagnostic(Kind.RULE, text, span, "leave `until` out, or say what must be reached", "warning")


def rule_twice(span: Span, rule: str, line: int) -> Diagnostic:
    return Diagnostic(Kind.RULE, f"rule `{rule}` stands here twice, first in line {line}", span, None, "warning")


def rule_below(span: Span, when: str, to: str, other: str, higher: str) -> Diagnostic:
    text = f"`{when}` goes to `{to}`, and `{other}` to `{higher}` already, which is higher"
    return Diagnostic(Kind.RULE, text, span, None, "warning")


def no_target(span: Span) -> Diagnostic:
    return Diagnostic(Kind.UNKNOWN_NAME, "`target` is not given in this entry", span)


def target_outside(span: Span) -> Diagnostic:
    return Diagnostic(
        Kind.UNKNOWN_NAME, "`target` can only be named in a band", span, "`good` and `tolerance` are bands"
    )


def no_tolerance(span: Span, name: str, evidence: str) -> Diagnostic:
    return Diagnostic(
        Kind.NO_TOLERANCE,
        f"{evidence} indicator `{name}` has no tolerance and will not be rated",
        span,
        None,
        "warning",
    )


def unused_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.UNUSED, f"nothing uses figure `{name}`", span, None, "warning")


def no_chart(span: Span, key: str, name: str, reason: str) -> Diagnostic:
    return Diagnostic(Kind.NO_CHART, f"`{key}` asks for a control chart of `{name}`, and {reason}", span)


def chart_of_no_ratio(span: Span, chart: str, wanted: str, name: str) -> Diagnostic:
    per = " per a fixed number" if wanted == "rate" else ""
    text = f"a `{chart}` chart needs the numerator and denominator of a `{wanted}`{per}, which `{name}` is not"
    return Diagnostic(Kind.NO_CHART, text, span, "write `xmr`, or leave it to `auto`")


def rebase_without_chart(span: Span) -> Diagnostic:
    return Diagnostic(Kind.NO_CHART, "`rebase` begins a chart anew that `chart: none` does without", span)


def rebase_inside(span: Span, text: str, period: str) -> Diagnostic:
    help_ = "write a period that the indicator has"
    return Diagnostic(
        Kind.BAD_PERIOD, f"`{text}` begins inside `{period}`, and a chart begins anew with a whole period", span, help_
    )


def rebase_order(span: Span, text: str, before: str) -> Diagnostic:
    message = f"`{text}` does not come after `{before}`, where the chart begins anew already"
    return Diagnostic(Kind.REBASE_ORDER, message, span, "put the oldest first")
