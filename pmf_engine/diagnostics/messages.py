"""The wording of every finding about the two files, one function per kind of mistake.

Matter of fact: no capital, no full stop, the author's own spelling in backticks, and at most one line of
help. Where a nearest name is meant, `known` is everything the name could have been.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic, nearest
from pmf_engine.diagnostics.source import Span

_FEW = 8
"""How many names are listed where one of them was meant."""


def _meant(name: str, known: Iterable[str]) -> str | None:
    found = nearest(name, known)
    return f"did you mean `{found}`?" if found else None


def _shown(value: object) -> str:
    """A value as its author would recognise it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text `{value}`" if len(value) <= 40 and "\n" not in value else "a text"
    if isinstance(value, (int, float)):
        return f"the number `{value}`" if len(str(value)) <= 40 else "a number"
    return "keys with values" if isinstance(value, dict) else "a list"


def _list(names: Sequence[str], last: str = "and") -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


# -- files -------------------------------------------------------------------------


def no_such_folder(span: Span, folder: str) -> Diagnostic:
    return Diagnostic("no-file", f"no folder `{folder}`", span)


def no_such_file(span: Span, name: str, near: str | None) -> Diagnostic:
    help_ = f"rename `{near}`" if near else "`--config` names the folder that holds it"
    return Diagnostic("no-file", f"no file `{name}` here", span, help_)


def file_and_folder(span: Span) -> Diagnostic:
    return Diagnostic(
        "two-places", "`indicators.yaml` and the folder `indicators` are both here", span, "keep one of the two"
    )


def unreadable_file(span: Span, why: str) -> Diagnostic:
    return Diagnostic("unreadable", f"cannot read this file: {why.lower()}", span)


def not_utf8(span: Span, byte: int) -> Diagnostic:
    return Diagnostic("not-utf-8", f"byte {byte:#04x} here is not UTF-8 text", span, "save the file again as UTF-8")


def empty_file(span: Span) -> Diagnostic:
    return Diagnostic("empty-file", "nothing in this file", span)


def bad_character(span: Span, char: str) -> Diagnostic:
    return Diagnostic("bad-character", f"character U+{ord(char):04X} cannot be used here", span, "delete it")


# -- YAML ----------------------------------------------------------------------------


def unclosed_bracket(span: Span, bracket: str) -> Diagnostic:
    return Diagnostic("unclosed", f"this `{bracket}` is not closed", span, f"write `{_CLOSING[bracket]}` where it ends")


_CLOSING = {"[": "]", "{": "}"}


def wrong_bracket(span: Span, found: str, opened: str, line: int) -> Diagnostic:
    return Diagnostic("unclosed", f"`{found}` cannot close the `{opened}` of line {line}", span)


def closes_nothing(span: Span, bracket: str) -> Diagnostic:
    return Diagnostic("unclosed", f"this `{bracket}` closes nothing", span)


def missing_comma(span: Span, opened: str, line: int) -> Diagnostic:
    return Diagnostic("yaml", f"no `,` before this, inside the `{opened}` of line {line}", span)


def unclosed_quote(span: Span, quote: str) -> Diagnostic:
    return Diagnostic("unclosed", f"this {quote} is not closed", span)


def after_quote(span: Span, quote: str, apostrophe: bool) -> Diagnostic:
    help_ = f"put {'double' if quote == chr(39) else 'single'} quotes round it all"
    if apostrophe:
        help_ = "an apostrophe inside single quotes is written twice"
    return Diagnostic("yaml", f"the {quote} before this ends the text", span, help_)


def bad_escape(span: Span, escape: str) -> Diagnostic:
    return Diagnostic("yaml", f"`{escape}` means nothing inside double quotes", span, "use single quotes")


def tab(span: Span) -> Diagnostic:
    return Diagnostic("tab", "a tab cannot stand here", span, "use spaces")


def cannot_start(span: Span, char: str) -> Diagnostic:
    return Diagnostic("yaml", f"a value cannot start with `{char}`", span, "put the value in quotes")


BAND_SIGNS = {
    "<=": "write `at most`",
    "=<": "write `at most`",
    "\u2264": "write `at most`",
    ">=": "write `at least`",
    "=>": "write `at least`",
    "\u2265": "write `at least`",
    "<": "write `below`",
    ">": "write `above`",
    "=": "write `is`",
    "==": "write `is`",
}


def block_sign(span: Span, sign: str) -> Diagnostic:
    return Diagnostic(
        "yaml", f"a value cannot start with `{sign}`", span, BAND_SIGNS.get(sign, "put the value in quotes")
    )


def nothing_before(span: Span, char: str) -> Diagnostic:
    return Diagnostic("yaml", f"nothing stands before this `{char}`", span)


def second_colon(span: Span) -> Diagnostic:
    return Diagnostic("yaml", "a second `:` cannot stand here", span, "put the value in quotes")


def list_beside_key(span: Span) -> Diagnostic:
    return Diagnostic(
        "yaml", "a list cannot start on the line of its key", span, "write `[a, b]`, or one item per line"
    )


def no_colon(span: Span) -> Diagnostic:
    return Diagnostic("yaml", "this line has no `:` after its key", span)


def no_space(span: Span) -> Diagnostic:
    return Diagnostic("yaml", "no space after this `:`", span)


def too_far_in(span: Span, like: str, line: int) -> Diagnostic:
    return Diagnostic(
        "indentation", "this line is indented further than it may be", span, f"line it up with `{like}` in line {line}"
    )


def not_aligned(span: Span, like: str | None, line: int) -> Diagnostic:
    help_ = f"line it up with `{like}` in line {line}" if like else None
    return Diagnostic("indentation", "this does not line up with what stands above it", span, help_)


def second_document(span: Span, mark: str) -> Diagnostic:
    return Diagnostic("yaml", f"`{mark}` starts a second part of the file", span, "keep all in one")


def nested_too_deeply(span: Span) -> Diagnostic:
    return Diagnostic("too-deep", "too many levels inside one another", span)


def tag(span: Span, word: str) -> Diagnostic:
    return Diagnostic("tag", f"tag `{word}` cannot be used here", span, "write the plain value")


def anchor(span: Span, word: str) -> Diagnostic:
    return Diagnostic("anchor", f"anchor `{word}` cannot be used here", span, "write the value out where it is needed")


def alias(span: Span, word: str) -> Diagnostic:
    return Diagnostic("alias", f"alias `{word}` cannot be used here", span, "write the value out")


def merge_key(span: Span) -> Diagnostic:
    return Diagnostic("merge", "merge `<<` cannot be used here", span, "write the keys out where they are needed")


def key_not_text(span: Span) -> Diagnostic:
    return Diagnostic("key", "a key must be text, not a list or keys with values", span)


def duplicate_key(span: Span, name: str, line: int) -> Diagnostic:
    return Diagnostic("duplicate-key", f"`{name}` stands here twice, first in line {line}", span)


# -- shape -----------------------------------------------------------------------


def first_word(name: str) -> str:
    """What a key begins with that was run together with its value."""
    found = re.match("[a-z_]*[a-z]", name)
    return found.group() if found else ""


def unknown_key(
    span: Span, name: str, known: Sequence[str], elsewhere: str | None = None, after_comma: bool = False
) -> Diagnostic:
    help_ = _meant(name, known)
    first = first_word(name)
    if elsewhere:
        help_ = help_ or f"`{name}` belongs {elsewhere}"
    elif first != name and first in known:
        help_ = f"write `{first}: {name.removeprefix(first).lstrip(' :=-')}`"
    elif after_comma and help_ is None:
        help_ = "put the text before it in quotes, if the `,` is part of it"
    return Diagnostic("unknown-key", f"unknown key `{name}`", span, help_)


def same_column(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "indentation",
        f"`{name}` stands in the same column as the lines below it",
        span,
        "indent it less, or them more",
    )


def not_indented(span: Span, name: str, owner: str | None) -> Diagnostic:
    help_ = f"indent it further than `{owner}`, if it is part of it" if owner else None
    return Diagnostic("indentation", f"`{name}` stands where an id should", span, help_)


def nested(span: Span, name: str, inside: str, like: str) -> Diagnostic:
    return Diagnostic("indentation", f"`{name}` stands inside `{inside}`", span, f"line it up with `{like}`")


def missing_key(span: Span, names: Sequence[str], of: str) -> Diagnostic:
    return Diagnostic("missing-key", f"{of} has no {_list(names, 'or')}", span)


def no_section(span: Span, what: str, name: str, section: str) -> Diagnostic:
    return Diagnostic("missing-key", f"{what} `{name}` is named here, and `{section}` is missing", span)


def nothing_in(span: Span, what: str) -> Diagnostic:
    return Diagnostic("empty", f"{what} is empty", span)


def wrong_type(span: Span, what: str, wanted: str, value: object, help_: str | None = None) -> Diagnostic:
    if wanted == "text" and isinstance(value, (int, float, bool)):
        help_ = "put it in quotes"
    elif wanted == "a list" and isinstance(value, str):
        help_ = "write `[one, another]`"
    return Diagnostic("wrong-type", f"{what} must be {wanted}, not {_shown(value)}", span, help_)


def not_one_of(span: Span, what: str, value: object, allowed: Sequence[str]) -> Diagnostic:
    help_ = _meant(value, allowed) if isinstance(value, str) else None
    shown = f"`{value}`" if isinstance(value, str) else _shown(value)
    return Diagnostic("not-allowed", f"{what} must be {_list(allowed, 'or')}, not {shown}", span, help_)


def not_a_month(span: Span, what: str, value: object, months: Sequence[str]) -> Diagnostic:
    help_ = _meant(value, months) if isinstance(value, str) else None
    return Diagnostic("not-allowed", f"{what} must be a month, such as `april`, not {_shown(value)}", span, help_)


def out_of_range(span: Span, what: str, wanted: str, value: object) -> Diagnostic:
    return Diagnostic("out-of-range", f"{what} must be {wanted}, not `{value}`", span)


def too_few(span: Span, what: str, least: int) -> Diagnostic:
    return Diagnostic("too-few", f"{what} needs at least {least} item{'s' if least > 1 else ''}", span)


def bad_id(span: Span, name: str) -> Diagnostic:
    tidy = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]", "_", name.lower())).strip("_")
    usable = re.fullmatch(r"[a-z][a-z0-9_]*", tidy)
    return Diagnostic(
        "bad-id",
        f"`{name}` is not an id: lower-case letters, digits and `_`, a letter first",
        span,
        f"write `{tidy}`" if usable and tidy != name else None,
    )


def agency_breakdown(span: Span) -> Diagnostic:
    return Diagnostic("reserved", "`agency` is always a breakdown, without an entry", span, "delete this entry")


def reserved_id(span: Span, name: str) -> Diagnostic:
    return Diagnostic("reserved", f"`{name}` is a word of the formula language and cannot be an id", span)


# -- names -----------------------------------------------------------------------


def unknown_name(span: Span, what: str, name: str, known: Iterable[str]) -> Diagnostic:
    earlier = re.fullmatch("(?:last|previous|prior|past)_?([a-z]+)|([a-z]+)_(?:ago|before)", name)
    meant = _EARLIER_WORDS.get(earlier[1] or earlier[2]) if earlier else None
    help_ = _EARLIER[meant] if meant and meant in known else _meant(name, known)
    return Diagnostic("unknown-name", f"unknown {what} `{name}`", span, help_)


def same_id(span: Span, name: str, what: str, line: int, file: str) -> Diagnostic:
    return Diagnostic("duplicate-id", f"`{name}` is already the id of {what}, in {file} line {line}", span)


def already_given(span: Span, name: str, line: int, file: str) -> Diagnostic:
    return Diagnostic("duplicate-id", f"`{name}` is already given in {file} line {line}", span)


def repeated(span: Span, what: str, name: str) -> Diagnostic:
    return Diagnostic("repeated", f"{what} `{name}` is named twice", span)


def scale_needed(span: Span, name: str) -> Diagnostic:
    return Diagnostic("scale", f"figure `{name}` is a grade and has no `scale`", span)


def scale_not_needed(span: Span, name: str, kind: str) -> Diagnostic:
    return Diagnostic("scale", f"figure `{name}` is a {kind}; only a grade has a `scale`", span)


def by_agency_mixed(span: Span, names: Sequence[str]) -> Diagnostic:
    return Diagnostic(
        "by-agency",
        "`by: agency` needs figures that the same agencies send, and "
        + " and ".join(f"`{name}`" for name in names)
        + " come from different ones",
        span,
    )


# -- formulas: reading -----------------------------------------------------------


def comment_cut(span: Span, cut: str) -> Diagnostic:
    return Diagnostic(
        "comment",
        f"`{cut}` is a comment, and not part of what stands before it",
        span,
        "put a comment on a line of its own",
        "warning",
    )


def empty_formula(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "nothing stands here", span)


def formula_too_long(span: Span, longest: int) -> Diagnostic:
    return Diagnostic("syntax", f"longer than {longest} characters", span, "divide it over several indicators")


def formula_too_deep(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "too many levels in one formula", span, "divide it over several indicators")


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
    return Diagnostic("syntax", f"`{text}` is not a number here", span, help_)


def not_lower_case(span: Span, text: str, compared: bool = False) -> Diagnostic:
    help_ = f"put it in quotes: `'{text}'`" if compared else f"write `{text.lower()}`"
    return Diagnostic("syntax", f"`{text}` is not in lower case", span, help_)


def not_a_name(span: Span, text: str) -> Diagnostic:
    return Diagnostic("syntax", f"`{text}` is not a name: letters a to z, digits and `_`, a letter first", span)


def not_a_number(span: Span, text: str) -> Diagnostic:
    return Diagnostic("syntax", f"`{text}` is not a number", span)


def bad_sign(span: Span, text: str) -> Diagnostic:
    if text in ('"', "'"):
        return Diagnostic("syntax", f"this {text} is not closed", span)
    if not text.isprintable():
        return Diagnostic("syntax", f"an invisible character, U+{ord(text[0]):04X}, stands here", span, "delete it")
    return Diagnostic("syntax", f"`{text}` cannot stand here", span, _SIGNS.get(text))


def unexpected(span: Span, text: str, wanted: str, doing: str) -> Diagnostic:
    if text == ")" and not wanted:
        return Diagnostic("syntax", "this `)` closes nothing", span)
    found = f"`{text}` does not fit here" if text else "this ends too early"
    needed = f": expected {wanted} {doing}".rstrip() if wanted else ""
    earlier = _EARLIER_WORDS.get(text) if wanted == "`and`" else None
    return Diagnostic("syntax", found + needed, span, _SIGNS.get(text) or (_EARLIER[earlier] if earlier else None))


_EARLIER = {
    "previous": "`previous` is its value in the period before",
    "year_ago": "`year_ago` is its value in the same period of the year before",
}
_EARLIER_WORDS = {"year": "year_ago"} | dict.fromkeys(["month", "quarter", "half", "period", "time"], "previous")
"""What people mean by `last year` or `previous quarter`, in the words of bands."""


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
    help_ = BAND_SIGNS.get(text) or _BAND_WORDS.get(text) or _meant(text, _BANDS)
    if kind == "number":
        help_ = f"write `at least {text}`, `at most {text}` or `is {text}`"
    found = f"`{text}` does not fit here" if text else "this ends too early"
    return Diagnostic("syntax", f"{found}: expected {_list(_BANDS, 'or')}", span, help_)


def percent_of_what(span: Span) -> Diagnostic:
    return Diagnostic(
        "syntax", "expected `of` after `%`", span, "leave the `%` out where the indicator is a percentage itself"
    )


def which_share(span: Span) -> Diagnostic:
    return Diagnostic(
        "syntax",
        "this can be read in two ways",
        span,
        "put brackets round what belongs together: `(50% of a) + b` or `50% of (a + b)`",
    )


def chained_comparison(span: Span) -> Diagnostic:
    return Diagnostic(
        "syntax", "one comparison cannot follow another", span, "write `a between 1 and 5`, or join two with `and`"
    )


def number_too_large(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "number too large", span)


def no_such_date(span: Span, text: str) -> Diagnostic:
    return Diagnostic("syntax", f"there is no date `{text}`", span)


def date_not_meant(span: Span, text: str, first: int, last: int) -> Diagnostic:
    return Diagnostic("syntax", f"dates are from {first} to {last}, and `{text}` is not", span)


def number_of_periods(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "expected a whole number of periods, 1 to 99, after `for`", span)


def not_compared(span: Span, found: str, truth: bool, comparable: str = "numbers") -> Diagnostic:
    help_ = "join with `and`, `or` and `not` what is true or false" if truth else None
    text = f"only {comparable} can be compared here, and this compares what is {found}"
    return Diagnostic("type", text, span, help_)


def which_for(span: Span, denied: bool = False) -> Diagnostic:
    ways = "`(not a) for 2 periods` or `not (a for 2 periods)`"
    if not denied:
        ways = "`(a and b) for 2 periods` or `a and (b for 2 periods)`"
    return Diagnostic("syntax", "this can be read in two ways", span, f"put brackets round what must last: {ways}")


# -- formulas: meaning -----------------------------------------------------------


def unknown_function(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("unknown-name", f"unknown function `{name}`", span, _meant(name, known))


def not_yet_function(span: Span, name: str) -> Diagnostic:
    return Diagnostic("syntax", f"`{name}` is a function; write `{name}(...)`", span)


def argument_count(span: Span, name: str, usage: str, given: int) -> Diagnostic:
    return Diagnostic(
        "arguments", f"`{name}` cannot take {given} value{'' if given == 1 else 's'}", span, f"write `{usage}`"
    )


def operand_type(span: Span, operator: str, wanted: str, found: str) -> Diagnostic:
    return Diagnostic("type", f"{operator} needs {wanted}, and this is {found}", span)


def incomparable(span: Span, left: str, right: str) -> Diagnostic:
    return Diagnostic("type", f"{left} cannot be compared with {right}", span)


def unordered(span: Span, operator: str, kind: str) -> Diagnostic:
    return Diagnostic("type", f"`{operator}` cannot order {kind}", span, "use `=` or `!=`")


def unknown_grade(span: Span, grade: str, scale: str, grades: Sequence[str]) -> Diagnostic:
    return Diagnostic("unknown-name", f"`{grade}` is not a grade of scale `{scale}`", span, _meant(grade, grades))


def not_a_result(span: Span, found: str, wanted: str) -> Diagnostic:
    return Diagnostic("type", f"this is {found}; {wanted}", span)


def text_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic("type", f"figure `{name}` is text and cannot be worked with", span)


def flows_only(span: Span, function: str, added_by: str | None = None) -> Diagnostic:
    if added_by:
        text = f"`{function}` adds up over time, and `{added_by}` has done so already"
        return Diagnostic("flow-only", text, span)
    text = f"`{function}` adds up over time, and this is not a flow"
    return Diagnostic("flow-only", text, span, "a year's stock is that of its last period")


def stands_for_missing(span: Span) -> Diagnostic:
    return Diagnostic("type", "a number written here would stand for what is missing", span, "name a figure")


def names_nothing(span: Span) -> Diagnostic:
    return Diagnostic("no-figure", "this names no figure, and is the same whatever is sent", span)


def divides_by_nothing(span: Span) -> Diagnostic:
    return Diagnostic("out-of-range", "this is 0, and nothing can be divided by it", span)


def impossible_number(span: Span, function: str, wanted: str) -> Diagnostic:
    return Diagnostic("out-of-range", f"`{function}` needs {wanted} here", span)


def no_consecutive(span: Span, function: str) -> Diagnostic:
    return Diagnostic("frequency", f"`{function}` needs regular periods, and this indicator is ad hoc", span)


def not_in_condition(span: Span, function: str) -> Diagnostic:
    help_ = "`change` is `value` less that of the period before" if function == "previous" else None
    return Diagnostic("syntax", f"`{function}` cannot be used in a condition", span, help_)


def too_coarse(span: Span, name: str, frequency: str, id_: str, needed: str) -> Diagnostic:
    return Diagnostic(
        "frequency",
        f"flow `{name}` is {frequency}, and cannot be divided over the shorter periods of `{id_}`, which is {needed}",
        span,
    )


def misaligned(span: Span, name: str, id_: str) -> Diagnostic:
    return Diagnostic(
        "frequency",
        f"the periods of figure `{name}` do not fit into those of indicator `{id_}`",
        span,
        "their years start in different months",
    )


def ad_hoc_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "frequency", f"figure `{name}` is ad hoc and has no regular periods", span, "make the indicator ad hoc too"
    )


def compared_with_itself(span: Span, name: str) -> Diagnostic:
    return Diagnostic("comparison", f"`{name}` cannot be compared with itself", span)


def not_comparable(span: Span, name: str, what: str, own: str) -> Diagnostic:
    return Diagnostic("comparison", f"`{name}` is {what}, and the indicator is {own}", span)


def chain_too_long(span: Span, longest: int) -> Diagnostic:
    return Diagnostic("too-deep", f"more than {longest} indicators rest on one another here", span)


def cycle(span: Span, path: Sequence[str]) -> Diagnostic:
    return Diagnostic("cycle", "goes round in a circle: " + " -> ".join(f"`{name}`" for name in path), span)


# -- lists ---------------------------------------------------------------------------


def list_without_time(span: Span, name: str) -> Diagnostic:
    help_ = "`date` names the column of an event, `spell` the two that a spell starts and ends with"
    return Diagnostic("missing-key", f"list `{name}` needs either `date` or `spell`", span, help_)


def list_twice_timed(span: Span, name: str) -> Diagnostic:
    return Diagnostic("unknown-key", f"list `{name}` has both `date` and `spell`", span, "keep one of the two")


def spell_ends(span: Span) -> Diagnostic:
    return Diagnostic("wrong-type", "`spell` needs two columns", span, "write `spell: [started_on, ended_on]`")


def column_type(span: Span, text: str, known: Sequence[str]) -> Diagnostic:
    help_ = _meant(text, known) or f"write {_list(known, 'or')}, with `?` after it where a cell may be blank"
    return Diagnostic("wrong-type", f"`{text}` is not a type of column", span, help_)


def column_reserved(span: Span, name: str) -> Diagnostic:
    return Diagnostic("reserved", f"`{name}` has a meaning of its own here and cannot name a column", span)


def unknown_column(span: Span, name: str, list_: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("unknown-name", f"list `{list_}` has no column `{name}`", span, _meant(name, known))


def not_a_date_column(span: Span, name: str, wanted: str) -> Diagnostic:
    return Diagnostic("wrong-type", f"column `{name}` gives a time and must be a `{wanted}`", span)


def not_a_group_column(span: Span, name: str) -> Diagnostic:
    text = f"column `{name}` says which group a record is of and must be a `text`"
    return Diagnostic("wrong-type", text, span, "write `text`, or `text?` where a cell may be blank")


def agency_column_needed(span: Span, name: str) -> Diagnostic:
    text = f"list `{name}` comes from several agencies, and no column says whose a record is"
    return Diagnostic("missing-key", text, span, "add `agency: text` to its columns")


def agency_never_blank(span: Span, name: str) -> Diagnostic:
    text = f"list `{name}` comes from several agencies, and where `agency` is blank nobody knows whose a record is"
    return Diagnostic("wrong-type", text, span, "write `text`")


def bare_list(span: Span, name: str) -> Diagnostic:
    return Diagnostic("type", f"`{name}` is a list", span, f"write `count({name})`")


def not_over_a_list(span: Span, function: str) -> Diagnostic:
    help_ = "write `a + b`" if function == "sum" else None
    return Diagnostic("syntax", f"`{function}` is of a list, not of several values", span, help_)


def not_a_list_name(span: Span, function: str) -> Diagnostic:
    return Diagnostic("syntax", f"`{function}` needs the name of a list here", span)


def no_lists_here(span: Span) -> Diagnostic:
    return Diagnostic("type", "a list cannot be counted here", span, "make an indicator of it, and name that")


def senders_of_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic("type", f"`{name}` is not a figure, and only figures come from agencies", span)


def senders_counted(span: Span, name: str) -> Diagnostic:
    help_ = f"write `count(agencies of {name} where value >= 5)`"
    return Diagnostic("type", "agencies can only be counted", span, help_)


def senders_cadence(span: Span, name: str, id_: str) -> Diagnostic:
    text = f"the agencies of `{name}` can only be counted in its own periods, and those of `{id_}` are others"
    return Diagnostic("frequency", text, span)


def only_value(span: Span, name: str) -> Diagnostic:
    help_ = _meant(name, ["value"]) or "only `value` (what each agency sent), numbers and grades in quotes can"
    return Diagnostic("unknown-name", f"`{name}` cannot stand here", span, help_)


def not_of_agency(span: Span, function: str) -> Diagnostic:
    return Diagnostic("type", f"`{function}` cannot be worked out of what one agency sent", span)


def no_such_list(span: Span, name: str, known: bool, lists: Iterable[str]) -> Diagnostic:
    found = f"`{name}` is not a list" if known else f"unknown list `{name}`"
    return Diagnostic("unknown-name", found, span, _meant(name, lists))


def never_in_column(span: Span, text: str, column: str, name: str, known: Sequence[str]) -> Diagnostic:
    listed = f"write {_list(known, 'or')}" if 0 < len(known) <= _FEW else None
    return Diagnostic(
        "unknown-name", f"`{column}` of list `{name}` is never `{text}`", span, _meant(text.strip(), known) or listed
    )


def which_spells(span: Span, name: str) -> Diagnostic:
    text = f"`{name}` is a list of spells, and this does not say which"
    return Diagnostic("type", text, span, f"write `{name} open`, `{name} started` or `{name} ended`")


def no_spells(span: Span, name: str, state: str) -> Diagnostic:
    return Diagnostic("type", f"`{name}` is a list of events, which are never `{state}`", span)


def aggregate_inside(span: Span, function: str) -> Diagnostic:
    text = f"`{function}` of a list cannot stand inside another"
    return Diagnostic("type", text, span, "a record knows only its own columns")


def distinct_of_count(span: Span, function: str) -> Diagnostic:
    return Diagnostic("type", f"`distinct` goes with `count`, not with `{function}`", span)


def only_of_records(span: Span, function: str) -> Diagnostic:
    text = f"`{function}` is worked out for each record of a list"
    return Diagnostic("type", text, span, f"write it inside, as in `count(list where {function}(a, b) > 5)`")


def not_of_records(span: Span, function: str) -> Diagnostic:
    return Diagnostic("type", f"`{function}` cannot be worked out for one record of a list", span)


def no_column_for(span: Span, breakdown: str, lists: Sequence[str]) -> Diagnostic:
    text = f"no column `{breakdown}` in {_list(lists)}, which this rests on"
    return Diagnostic("unknown-name", text, span)


def unused_list(span: Span, name: str) -> Diagnostic:
    return Diagnostic("unused", f"nothing uses list `{name}`", span, None, "warning")


# -- tolerances and escalation -----------------------------------------------------


def tolerance_for_nothing(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("unknown-name", f"no indicator `{name}`", span, _meant(name, known))


def bad_from(span: Span, text: str) -> Diagnostic:
    return Diagnostic("bad-period", f"`{text}` is not a period", span, "write `2016-17` or `2016-17 Q3`")


def from_needed(span: Span) -> Diagnostic:
    return Diagnostic("missing-key", "only the first of several entries can go without `from`", span)


def from_order(span: Span, text: str, before: str) -> Diagnostic:
    if text == before:
        return Diagnostic("from-order", f"two entries are from `{text}`", span)
    return Diagnostic(
        "from-order", f"`{text}` comes after `{before}` here, and is earlier", span, "put the oldest first"
    )


def good_outside(span: Span, good: str, tolerance: str) -> Diagnostic:
    return Diagnostic("band-order", f"good `{good}` is not inside tolerance `{tolerance}`", span)


def good_beyond(span: Span, good: str, tolerance: str, name: str) -> Diagnostic:
    text = f"good `{good}` is not inside tolerance `{tolerance}` while `{name}` is above 0"
    return Diagnostic("band-order", text, span, None, "warning")


def no_amber(span: Span, tolerance: str) -> Diagnostic:
    text = f"tolerance `{tolerance}` allows no more than good does, so nothing is ever amber"
    return Diagnostic("no-amber", text, span, "leave `tolerance` out where amber is not meant", "warning")


def from_inside(span: Span, text: str, period: str, following: str) -> Diagnostic:
    said = f"`{text}` begins inside `{period}`, which this entry does not judge"
    return Diagnostic("from-inside", said, span, f"it holds from `{following}` on", "warning")


def bad_review(span: Span, text: str) -> Diagnostic:
    help_ = "write `2016-17`, `2016-17 Q3` or 2017-03-31"
    return Diagnostic("bad-period", f"`{text}` is neither a period nor a date", span, help_)


def review_due(span: Span, text: str, name: str) -> Diagnostic:
    said = f"the tolerance of `{name}` was to be reviewed by `{text}`, which is past"
    return Diagnostic("review-due", said, span, "agree the next entry, or a later `review_by`", "warning")


def empty_band(span: Span, text: str) -> Diagnostic:
    help_ = "the lower end comes first" if text.startswith("between") else None
    return Diagnostic("empty-band", f"nothing can be `{text}`", span, help_)


def no_interval(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "no-interval",
        f"there is no interval to allow for chance by: `{name}` is not a `percent`, nor a `rate` per a fixed number",
        span,
    )


def same_value(span: Span, text: str, name: str) -> Diagnostic:
    return Diagnostic(
        "cycle",
        f"`{text}` is what `{name}` comes to, which cannot be judged by its own value",
        span,
        "`previous` is its value in the period before",
    )


def own_value(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "cycle", f"`{name}` cannot be judged by its own value", span, "`previous` is its value in the period before"
    )


def from_far(span: Span, text: str, years: int) -> Diagnostic:
    said = f"`{text}` begins more than {years} years from now, and this entry judges nothing until then"
    return Diagnostic("from-far", said, span, None, "warning")


def review_before(span: Span, text: str, start: str) -> Diagnostic:
    said = f"the review by `{text}` comes before this entry begins, in `{start}`"
    return Diagnostic("review-due", said, span, None, "warning")


def opposite(span: Span, good: str, tolerance: str) -> Diagnostic:
    text = f"tolerance `{tolerance}` points the other way than good `{good}`"
    return Diagnostic("band-order", text, span, "low is good with `at most`, high with `at least`", "warning")


def always_good(span: Span, text: str, name: str) -> Diagnostic:
    said = f"every value of `{name}` is `{text}`, so all is green"
    return Diagnostic("band-reach", said, span, None, "warning")


def never_met(span: Span, text: str, name: str) -> Diagnostic:
    return Diagnostic("band-reach", f"no value of `{name}` is ever `{text}`", span, None, "warning")


def bound_of_another_kind(span: Span, text: str, what: str, own: str) -> Diagnostic:
    return Diagnostic("comparison", f"`{text}` is {what}, and the indicator is {own}", span, None, "warning")


def unused_target(span: Span, text: str) -> Diagnostic:
    help_ = "write `target` in `good`, such as `at least target`"
    return Diagnostic("unused", f"no band of this entry uses its target `{text}`", span, help_, "warning")


def wrong_target(span: Span, wanted: str, value: object, written: str) -> Diagnostic:
    shown = _shown(written) if isinstance(value, str) else f"the number `{written}`"
    number = re.fullmatch(r"(-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*%?", written.strip()) if wanted == "a number" else None
    help_ = f"write `{number[1].replace(',', '')}`" if number else None
    return Diagnostic("wrong-type", f"`target` must be {wanted}, not {shown}", span, help_)


def never_holds(span: Span, when: str) -> Diagnostic:
    return Diagnostic("rule", f"`{when}` never holds, so nothing goes up by this rule", span, None, "warning")


def always_holds(span: Span, when: str) -> Diagnostic:
    return Diagnostic("rule", f"`{when}` always holds, so everything goes up by this rule", span, None, "warning")


def never_ends(span: Span, until: str, when: str) -> Diagnostic:
    text = f"`{until}` never ends what goes up when `{when}`"
    help_ = "`until` is asked in periods with a value in which `when` does not hold"
    return Diagnostic("rule", text, span, help_, "warning")


def until_idle(span: Span, until: str, when: str) -> Diagnostic:
    text = f"`{until}` holds as soon as `{when}` does not, so `until` changes nothing"
    return Diagnostic("rule", text, span, "leave `until` out, or say what must be reached", "warning")


def rule_twice(span: Span, rule: str, line: int) -> Diagnostic:
    return Diagnostic("rule", f"rule `{rule}` stands here twice, first in line {line}", span, None, "warning")


def rule_below(span: Span, when: str, to: str, other: str, higher: str) -> Diagnostic:
    text = f"`{when}` goes to `{to}`, and `{other}` to `{higher}` already, which is higher"
    return Diagnostic("rule", text, span, None, "warning")


def no_target(span: Span) -> Diagnostic:
    return Diagnostic("unknown-name", "`target` is not given in this entry", span)


def target_outside(span: Span) -> Diagnostic:
    return Diagnostic("unknown-name", "`target` can only be named in a band", span, "`good` and `tolerance` are bands")


def no_tolerance(span: Span, name: str, evidence: str) -> Diagnostic:
    return Diagnostic(
        "no-tolerance", f"{evidence} indicator `{name}` has no tolerance and will not be rated", span, None, "warning"
    )


def unused_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic("unused", f"nothing uses figure `{name}`", span, None, "warning")


# -- examples --------------------------------------------------------------------


def not_of_this(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    text = f"this indicator does not rest on a figure or list `{name}`"
    return Diagnostic("unknown-name", text, span, _meant(name, known))


def records_of_a_figure(span: Span, name: str) -> Diagnostic:
    help_ = "give it a value, or a series such as `12 14`"
    return Diagnostic("wrong-type", f"`{name}` is a figure and has no records", span, help_)


def not_records(span: Span, name: str) -> Diagnostic:
    text = f"`{name}` is a list, and this is not a list of records"
    help_ = "write one map of columns for each record, or `[]` where there are no records"
    return Diagnostic("wrong-type", text, span, help_)


def column_not_given(span: Span, column: str) -> Diagnostic:
    return Diagnostic("missing-key", f"this record has no `{column}`, which the formula looks at", span)


def not_a_sender(span: Span, agency: str, figure: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("unknown-name", f"`{agency}` does not send `{figure}`", span, _meant(agency, known))


def not_its_period(span: Span, text: str, example: str) -> Diagnostic:
    return Diagnostic(
        "bad-period", f"`{text}` is not a period of this indicator", span, f"write one such as `{example}`"
    )


def not_a_value(span: Span, text: str) -> Diagnostic:
    help_ = _meant(text, ["nothing"])
    if re.fullmatch(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?\s*%?", text):
        help_ = f"write `{re.sub('[,%]', '', text).strip()}`"
    return Diagnostic("wrong-type", f"`value` must be a number, not `{text}`", span, help_)


def bad_date(span: Span, text: str) -> Diagnostic:
    return Diagnostic("bad-date", f"`{text}` is not a date", span, "write it as 2017-05-31")


# -- what looks like a slip --------------------------------------------------------


def swapped(span: Span, part: str, whole: str) -> Diagnostic:
    text = f"`{part}` is the part here and `{whole}` the whole, which looks the wrong way round"
    return Diagnostic("swapped", text, span, "write percent(part, whole)", "warning")


def no_population(span: Span) -> Diagnostic:
    text = "this rate is not of a population: what it divides by is not a stock"
    return Diagnostic("no-population", text, span, "write percent(part, whole) for a share", "warning")


def stock_over_time(span: Span, name: str) -> Diagnostic:
    text = f"`{name}` is a stock, and the same may be counted in both periods that are added here"
    return Diagnostic("stock-over-time", text, span, None, "warning")


def not_a_percentage(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "unit", f"the indicator is a percentage, from 0 to 100, and `{text}` is not", span, None, "warning"
    )
