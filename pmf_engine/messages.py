"""The wording of every finding about the two files, one function per kind of mistake.

Matter of fact: no capital, no full stop, the author's own spelling in backticks, and at most one line of
help. Where a nearest name is meant, `known` is everything the name could have been.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pmf_engine.diagnostics import Diagnostic, nearest
from pmf_engine.source import Span


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
        return f"the text `{value}`" if len(value) <= 40 else "a text"
    if isinstance(value, (int, float)):
        return f"the number `{value}`"
    return "a map" if isinstance(value, dict) else "a list"


# -- files and YAML ----------------------------------------------------------------


def no_such_file(span: Span, path: Path) -> Diagnostic:
    return Diagnostic("no-file", f"no file `{path.name}` here", span, "`--config` names the folder that holds it")


def unreadable_file(span: Span, why: str) -> Diagnostic:
    return Diagnostic("unreadable", f"cannot read this file: {why}", span)


def not_utf8(span: Span, byte: int) -> Diagnostic:
    return Diagnostic(
        "not-utf-8", f"byte {byte:#04x} here is not UTF-8 text", span, "save the file as UTF-8 and try again"
    )


def empty_file(span: Span) -> Diagnostic:
    return Diagnostic("empty-file", "nothing in this file", span)


def bad_character(span: Span, char: str) -> Diagnostic:
    return Diagnostic("bad-character", f"character U+{ord(char):04X} may not stand in YAML", span)


def yaml_syntax(span_source: object, at: int, start: int | None, problem: str, context: str) -> Diagnostic:
    """What the YAML parser found, in words for people who do not know its terms."""
    from pmf_engine.source import Source

    assert isinstance(span_source, Source)
    text = span_source.text
    here = Span(span_source, at, min(at + 1, max(at, len(text))))
    char = text[at : at + 1]
    opened = Span(span_source, start, start + 1) if start is not None else here
    if "flow" in context and ("expected ',' or" in problem or "stream end" in problem):
        bracket = text[opened.start : opened.start + 1]
        return Diagnostic("unclosed", f"this `{bracket}` is not closed before line {here.line} goes on", opened)
    if "quoted scalar" in context and "end of stream" in problem:
        return Diagnostic("unclosed", f"this {text[opened.start]} is not closed", opened)
    if char == "\t" or "'\\t'" in problem:
        return Diagnostic("tab", "a tab cannot indent YAML", here, "use spaces")
    if "cannot start any token" in problem:
        return Diagnostic("yaml", f"a value cannot start with `{char}`", here, "put the value in quotes")
    if "mapping values are not allowed" in problem:
        return Diagnostic(
            "yaml",
            "a `:` cannot stand here",
            here,
            "check the indentation, or put text that holds `: ` in quotes",
        )
    if "block scalar" in context:
        return Diagnostic(
            "yaml",
            f"`{text[opened.start]}` starts a block of text here",
            opened,
            "put the value in quotes, or use words",
        )
    if "expected ':'" in problem:
        return Diagnostic("yaml", "this line has no `:` after its key", opened)
    if "alias" in problem:
        name = re.match(r"\*\S*", text[at:])
        end = at + (name.end() if name else 1)
        return Diagnostic("alias", "an alias cannot be used here", Span(span_source, at, end), "write the value out")
    if "another document" in problem or "document start" in problem:
        if text.startswith(("---", "..."), at):
            return Diagnostic(
                "yaml", "a second document starts here", Span(span_source, at, at + 3), "keep one per file"
            )
        return Diagnostic("indentation", "this line is indented less than the one it follows", here)
    if "block end" in problem or "expected key" in problem:
        return Diagnostic("indentation", "this does not line up with what stands above it", here)
    if "escape character" in problem:
        return Diagnostic("yaml", "unknown escape in double quotes", here, "use single quotes")
    return Diagnostic("yaml", f"not YAML: {problem or context}", here)


def nested_too_deeply(span: Span) -> Diagnostic:
    return Diagnostic("too-deep", "nested too deeply", span)


def tag(span: Span, word: str) -> Diagnostic:
    return Diagnostic("tag", f"tag `{word}` cannot be used here", span, "write the plain value")


def anchor(span: Span, word: str) -> Diagnostic:
    return Diagnostic("anchor", f"anchor `{word}` cannot be used here", span, "write the value out where it is needed")


def merge_key(span: Span) -> Diagnostic:
    return Diagnostic("merge", "merge `<<` cannot be used here", span, "write the keys out where they are needed")


def key_not_text(span: Span) -> Diagnostic:
    return Diagnostic("key", "a key must be a single word", span, "`{...}` as a value needs quotes, or a key before it")


def duplicate_key(span: Span, name: str, line: int) -> Diagnostic:
    return Diagnostic("duplicate-key", f"`{name}` stands here twice, first in line {line}", span)


# -- shape -----------------------------------------------------------------------


def unknown_key(span: Span, name: str, known: Iterable[str], elsewhere: str | None = None) -> Diagnostic:
    help_ = _meant(name, known) or (f"`{name}` belongs under {elsewhere}; check the indentation" if elsewhere else None)
    return Diagnostic("unknown-key", f"unknown key `{name}`", span, help_)


def missing_key(span: Span, name: str, of: str) -> Diagnostic:
    return Diagnostic("missing-key", f"{of} has no `{name}`", span)


def wrong_type(span: Span, what: str, wanted: str, value: object) -> Diagnostic:
    help_ = None
    if wanted == "text" and isinstance(value, (int, float, bool)):
        help_ = "put it in quotes"
    return Diagnostic("wrong-type", f"{what} must be {wanted}, not {_shown(value)}", span, help_)


def not_one_of(span: Span, what: str, value: object, allowed: Sequence[str]) -> Diagnostic:
    listed = ", ".join(f"`{word}`" for word in allowed[:-1]) + f" or `{allowed[-1]}`"
    help_ = _meant(value, allowed) if isinstance(value, str) else None
    shown = f"`{value}`" if isinstance(value, str) else _shown(value)
    return Diagnostic("not-allowed", f"{what} must be {listed}, not {shown}", span, help_)


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


def reserved_id(span: Span, name: str) -> Diagnostic:
    return Diagnostic("reserved", f"`{name}` is a word of the formula language and cannot be an id", span)


# -- names -----------------------------------------------------------------------


def unknown_name(span: Span, what: str, name: str, known: Iterable[str]) -> Diagnostic:
    return Diagnostic("unknown-name", f"unknown {what} `{name}`", span, _meant(name, known))


def same_id(span: Span, name: str, what: str, line: int, file: str) -> Diagnostic:
    return Diagnostic("duplicate-id", f"`{name}` is already the id of {what}, in {file} line {line}", span)


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
        f"`{cut}` is taken as a comment and not as part of the text before it",
        span,
        "put the text in quotes if it belongs to it",
        "warning",
    )


def empty_formula(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "nothing to work out here", span)


def formula_too_long(span: Span, longest: int) -> Diagnostic:
    return Diagnostic("syntax", f"longer than {longest} characters", span, "divide it over several indicators")


def formula_too_deep(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "too many levels in one formula", span, "divide it over several indicators")


_SIGNS = {
    "==": "write `=`",
    "%": "write percent(part, whole) for a percentage",
    "^": "there is no power operator",
    "**": "there is no power operator",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    "\u2013": "write `-`",
    "\u2212": "write `-`",
    "\u00d7": "write `*`",
    "\u00f7": "write `/`",
    "\u2264": "write `<=`",
    "\u2265": "write `>=`",
    "\u201c": 'write plain quotes: "',
    "\u2018": "write plain quotes: '",
    '"': "close the quotes on the same line",
    "'": "close the quotes on the same line",
}


def bad_token(span: Span, kind: str, text: str) -> Diagnostic:
    if kind == "grouped":
        return Diagnostic("syntax", f"`{text}` is not a number here", span, f"write `{text.replace(',', '')}`")
    if kind == "word":
        return Diagnostic("syntax", f"`{text}` is not a name: names are lower case", span, f"write `{text.lower()}`")
    if kind == "figures":
        return Diagnostic("syntax", f"`{text}` is not a number", span)
    return Diagnostic("syntax", f"`{text}` cannot stand here", span, _SIGNS.get(text))


def unexpected(span: Span, text: str, wanted: str, doing: str) -> Diagnostic:
    found = f"`{text}` does not fit here" if text else "it ends too early"
    needed = f": expected {wanted} {doing}".rstrip() if wanted else ""
    return Diagnostic("syntax", found + needed, span, _SIGNS.get(text))


def chained_comparison(span: Span) -> Diagnostic:
    return Diagnostic(
        "syntax", "one comparison cannot follow another", span, "write `a between 1 and 5`, or join two with `and`"
    )


def number_too_large(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "number too large", span)


def no_such_date(span: Span, text: str) -> Diagnostic:
    return Diagnostic("syntax", f"there is no date `{text}`", span)


def number_of_periods(span: Span) -> Diagnostic:
    return Diagnostic("syntax", "expected a whole number of periods, 1 to 99, after `for`", span)


def which_for(span: Span) -> Diagnostic:
    return Diagnostic(
        "syntax",
        "this can be read in two ways",
        span,
        "put brackets round what must last: `(a and b) for 2 periods` or `a and (b for 2 periods)`",
    )


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


def flows_only(span: Span, function: str) -> Diagnostic:
    return Diagnostic(
        "flow-only", f"`{function}` adds up over time, and this is not a flow", span, "a stock is its last period's"
    )


def no_consecutive(span: Span, function: str) -> Diagnostic:
    return Diagnostic("frequency", f"`{function}` needs regular periods, and this indicator is ad hoc", span)


def too_coarse(span: Span, name: str, frequency: str, of: str) -> Diagnostic:
    return Diagnostic("frequency", f"figure `{name}` is a flow that comes {frequency}, too seldom for {of}", span)


def misaligned(span: Span, name: str, of: str) -> Diagnostic:
    return Diagnostic("frequency", f"the periods of figure `{name}` do not fit into those of {of}", span)


def ad_hoc_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        "frequency", f"figure `{name}` is ad hoc and has no regular periods", span, "make the indicator ad hoc too"
    )


def cycle(span: Span, path: Sequence[str]) -> Diagnostic:
    return Diagnostic("cycle", "goes round in a circle: " + " -> ".join(f"`{name}`" for name in path), span)


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


def empty_band(span: Span, text: str) -> Diagnostic:
    return Diagnostic("empty-band", f"nothing can be `{text}`", span)


def no_target(span: Span) -> Diagnostic:
    return Diagnostic("unknown-name", "`target` is not given in this entry", span)


def rule_never(span: Span, name: str) -> Diagnostic:
    return Diagnostic("unknown-name", f"no level `{name}` in governance", span)


def no_tolerance(span: Span, name: str, evidence: str) -> Diagnostic:
    return Diagnostic(
        "no-tolerance", f"{evidence} indicator `{name}` has no tolerance and will not be rated", span, None, "warning"
    )


def unused_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic("unused", f"nothing uses figure `{name}`", span, None, "warning")
