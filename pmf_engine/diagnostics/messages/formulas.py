"""Messages about formulas, bands and conditions: their syntax, their types and their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.messages.names import EARLIER, EARLIER_WORDS
from pmf_engine.diagnostics.messages.yaml import BAND_SIGNS
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import did_you_mean, quoted_list

# -- reading -------------------------------------------------------------------------


def comment_cut(span: Span, cut: str) -> Diagnostic:
    return Diagnostic(
        Kind.COMMENT,
        f"`{cut}` is a comment, and not part of what stands before it",
        span,
        "put a comment on a line of its own",
        "warning",
    )


def empty_formula(span: Span) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, "nothing stands here", span)


def formula_too_long(span: Span, longest: int) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"longer than {longest} characters", span, "divide it over several indicators")


def formula_too_deep(span: Span) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, "too many levels in one formula", span, "divide it over several indicators")


_SIGNS = {
    "==": "write `=`",
    "<>": "write `!=`",
    "\u2260": "write `!=`",
    "=<": "write `<=`",
    "\u2264": "write `<=`",
    "=>": "write `>=`",
    "\u2265": "write `>=`",
    "%": "write `percent(part, whole)` for a percentage",
    "^": "there is no power; multiply instead",
    "**": "there is no power; multiply instead",
    "&": "write `and`",
    "&&": "write `and`",
    "|": "write `or`",
    "||": "write `or`",
    "!": "write `not`",
    "\u2013": "write `-`",
    "\u2014": "write `-`",
    "\u2212": "write `-`",
    "\u00d7": "write `*`",
    "\u00f7": "write `/`",
    "[": "write `(`",
    "]": "write `)`",
    "{": "write `(`",
    "}": "write `)`",
    "\u201c": 'write plain quotes: "',
    "\u201d": 'write plain quotes: "',
    "\u2018": "write plain quotes: '",
    "\u2019": "write plain quotes: '",
    "\u00a3": "leave it out",
    "$": "leave it out",
    "\u20ac": "leave it out",
}


def grouped_number(span: Span, text: str, several: bool = False) -> Diagnostic:
    help_ = f"write `{text.replace(',', '')}`"
    if several and ",0" not in text:
        help_ += f", or `{text.replace(',', ', ')}` for {text.count(',') + 1} values"
    return Diagnostic(Kind.SYNTAX, f"`{text}` is not a number here", span, help_)


def not_lower_case(span: Span, text: str, compared: bool = False) -> Diagnostic:
    help_ = f"put it in quotes: `'{text}'`" if compared else f"write `{text.lower()}`"
    return Diagnostic(Kind.SYNTAX, f"`{text}` is not in lower case", span, help_)


def not_a_name(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"`{text}` is not a name: letters a to z, digits and `_`, a letter first", span)


def not_a_number(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"`{text}` is not a number", span)


def bad_sign(span: Span, text: str) -> Diagnostic:
    if text in ('"', "'"):
        return Diagnostic(Kind.SYNTAX, f"this {text} is not closed", span)
    if not text.isprintable():
        return Diagnostic(Kind.SYNTAX, f"an invisible character, U+{ord(text[0]):04X}, stands here", span, "delete it")
    return Diagnostic(Kind.SYNTAX, f"`{text}` cannot stand here", span, _SIGNS.get(text))


def unexpected(span: Span, text: str, wanted: str, doing: str) -> Diagnostic:
    if text == ")" and not wanted:
        return Diagnostic(Kind.SYNTAX, "this `)` closes nothing", span)
    problem = f"`{text}` does not fit here" if text else "this ends too early"
    needed = f": expected {wanted} {doing}".rstrip() if wanted else ""
    earlier = EARLIER_WORDS.get(text) if wanted == "`and`" else None
    return Diagnostic(Kind.SYNTAX, problem + needed, span, _SIGNS.get(text) or (EARLIER[earlier] if earlier else None))


_BAND_WORDS = {
    **dict.fromkeys(["less", "under", "lower", "fewer"], "write `below`, or `at most` to include the boundary"),
    **dict.fromkeys(["more", "over", "greater", "higher"], "write `above`, or `at least` to include the boundary"),
    **dict.fromkeys(["up", "maximum", "max", "most"], "write `at most`"),
    **dict.fromkeys(["minimum", "min", "least"], "write `at least`"),
    **dict.fromkeys(["equal", "equals", "exactly"], "write `is`"),
    "from": "write `between 10 and 15`",
}


_BANDS = ["at most", "at least", "below", "above", "between", "within", "is"]


def not_a_band(span: Span, text: str, kind: str) -> Diagnostic:
    help_ = BAND_SIGNS.get(text) or _BAND_WORDS.get(text) or did_you_mean(text, _BANDS)
    if kind == "number":
        help_ = f"write `at least {text}`, `at most {text}` or `is {text}`"
    problem = f"`{text}` does not fit here" if text else "this ends too early"
    return Diagnostic(Kind.SYNTAX, f"{problem}: expected {quoted_list(_BANDS, 'or')}", span, help_)


def percent_of_what(span: Span) -> Diagnostic:
    return Diagnostic(
        Kind.SYNTAX, "expected `of` after `%`", span, "leave the `%` out where the indicator is a percentage itself"
    )


def which_share(span: Span) -> Diagnostic:
    return Diagnostic(
        Kind.SYNTAX,
        "this can be read in two ways",
        span,
        "put brackets round what belongs together: `(50% of a) + b` or `50% of (a + b)`",
    )


def chained_comparison(span: Span) -> Diagnostic:
    return Diagnostic(
        Kind.SYNTAX, "one comparison cannot follow another", span, "write `a between 1 and 5`, or join two with `and`"
    )


def number_too_large(span: Span) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, "number too large", span)


def no_such_date(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"there is no date `{text}`", span)


def date_not_meant(span: Span, text: str, first: int, last: int) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"dates are from {first} to {last}, and `{text}` is not", span)


def number_of_periods(span: Span) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, "expected a whole number of periods, 1 to 99, after `for`", span)


def not_compared(span: Span, kind: str, truth: bool, comparable: str = "numbers") -> Diagnostic:
    help_ = "join with `and`, `or` and `not` what is true or false" if truth else None
    text = f"only {comparable} can be compared here, and this compares what is {kind}"
    return Diagnostic(Kind.TYPE, text, span, help_)


def which_for(span: Span, denied: bool = False) -> Diagnostic:
    ways = "`(not a) for 2 periods` or `not (a for 2 periods)`"
    if not denied:
        ways = "`(a and b) for 2 periods` or `a and (b for 2 periods)`"
    return Diagnostic(Kind.SYNTAX, "this can be read in two ways", span, f"put brackets round what must last: {ways}")


# -- meaning -------------------------------------------------------------------------


def unknown_function(span: Span, name: str, names: Iterable[str]) -> Diagnostic:
    return Diagnostic(Kind.UNKNOWN_NAME, f"unknown function `{name}`", span, did_you_mean(name, names))


def not_yet_function(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"`{name}` is a function; write `{name}(...)`", span)


def argument_count(span: Span, name: str, usage: str, given: int) -> Diagnostic:
    return Diagnostic(
        Kind.ARGUMENTS, f"`{name}` cannot take {given} value{'' if given == 1 else 's'}", span, f"write `{usage}`"
    )


def operand_type(span: Span, operator: str, wanted: str, kind: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"{operator} needs {wanted}, and this is {kind}", span)


def incomparable(span: Span, left: str, right: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"{left} cannot be compared with {right}", span)


def unordered(span: Span, operator: str, kind: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{operator}` cannot order {kind}", span, "use `=` or `!=`")


def unknown_grade(span: Span, grade: str, scale: str, grades: Sequence[str]) -> Diagnostic:
    return Diagnostic(
        Kind.UNKNOWN_NAME, f"`{grade}` is not a grade of scale `{scale}`", span, did_you_mean(grade, grades)
    )


def not_a_result(span: Span, kind: str, wanted: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"this is {kind}; {wanted}", span)


def check_of_no_number(span: Span, name: str, what: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{name}` is {what}; a check is about flows and stocks that agencies send", span)


def check_of_other_periods(span: Span, name: str, first: str) -> Diagnostic:
    return Diagnostic(
        Kind.FREQUENCY, f"figure `{name}` has other periods than `{first}`; the figures of a check have the same", span
    )


def check_of_earlier(span: Span, function: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"in a check `{function}` takes one figure, as in `{function}(referrals)`", span)


def check_function(span: Span, function: str) -> Diagnostic:
    help_ = "write `100 * a / b`" if function == "percent" else None
    return Diagnostic(
        Kind.TYPE, f"`{function}` cannot stand in a check, which compares what one return says", span, help_
    )


def text_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"figure `{name}` is text and cannot be worked with", span)


def flows_only(span: Span, function: str, added_by: str | None = None) -> Diagnostic:
    if added_by:
        text = f"`{function}` adds up over time, and `{added_by}` has done so already"
        return Diagnostic(Kind.FLOW_ONLY, text, span)
    text = f"`{function}` adds up over time, and this is not a flow"
    return Diagnostic(Kind.FLOW_ONLY, text, span, "a year's stock is that of its last period")


def stands_for_missing(span: Span) -> Diagnostic:
    return Diagnostic(Kind.TYPE, "a number written here would stand for what is missing", span, "name a figure")


def names_nothing(span: Span) -> Diagnostic:
    return Diagnostic(Kind.NO_FIGURE, "this names no figure, and is the same whatever is sent", span)


def divides_by_nothing(span: Span) -> Diagnostic:
    return Diagnostic(Kind.OUT_OF_RANGE, "this is 0, and nothing can be divided by it", span)


def impossible_number(span: Span, function: str, wanted: str) -> Diagnostic:
    return Diagnostic(Kind.OUT_OF_RANGE, f"`{function}` needs {wanted} here", span)


def no_consecutive(span: Span, function: str) -> Diagnostic:
    return Diagnostic(Kind.FREQUENCY, f"`{function}` needs regular periods, and this indicator is ad hoc", span)


def not_in_condition(span: Span, function: str) -> Diagnostic:
    help_ = "`change` is `value` less that of the period before" if function == "previous" else None
    return Diagnostic(Kind.SYNTAX, f"`{function}` cannot be used in a condition", span, help_)


def too_coarse(span: Span, name: str, frequency: str, id_: str, needed: str) -> Diagnostic:
    return Diagnostic(
        Kind.FREQUENCY,
        f"flow `{name}` is {frequency}, and cannot be divided over the shorter periods of `{id_}`, which is {needed}",
        span,
    )


def looks_back_part(span: Span, name: str, months: int, id_: str, frequency: str) -> Diagnostic:
    text = f"`{name}` adds up {months} months, which are not whole periods of `{id_}`, which is {frequency}"
    return Diagnostic(Kind.FREQUENCY, text, span)


def misaligned(span: Span, name: str, id_: str) -> Diagnostic:
    return Diagnostic(
        Kind.FREQUENCY,
        f"the periods of figure `{name}` do not fit into those of indicator `{id_}`",
        span,
        "their years start in different months",
    )


def ad_hoc_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.FREQUENCY, f"figure `{name}` is ad hoc and has no regular periods", span, "make the indicator ad hoc too"
    )


def compared_with_itself(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.COMPARISON, f"`{name}` cannot be compared with itself", span)


def not_comparable(span: Span, name: str, what: str, own: str) -> Diagnostic:
    return Diagnostic(Kind.COMPARISON, f"`{name}` is {what}, and the indicator is {own}", span)


def chain_too_long(span: Span, longest: int) -> Diagnostic:
    return Diagnostic(Kind.TOO_DEEP, f"more than {longest} indicators rest on one another here", span)


def cycle(span: Span, path: Sequence[str]) -> Diagnostic:
    return Diagnostic(Kind.CYCLE, "goes round in a circle: " + " -> ".join(f"`{name}`" for name in path), span)
