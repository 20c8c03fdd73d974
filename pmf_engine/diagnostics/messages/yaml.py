"""Messages about files that do not exist or cannot be read, and about text that is not YAML."""

from __future__ import annotations

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span

# -- files ---------------------------------------------------------------------------


def no_such_folder(span: Span, folder: str) -> Diagnostic:
    return Diagnostic(Kind.NO_FILE, f"no folder `{folder}`", span)


def no_such_file(span: Span, name: str, near: str | None) -> Diagnostic:
    help_ = f"rename `{near}`" if near else "`--config` names the folder that holds it"
    return Diagnostic(Kind.NO_FILE, f"no file `{name}` here", span, help_)


def file_and_folder(span: Span) -> Diagnostic:
    return Diagnostic(
        Kind.TWO_PLACES, "`indicators.yaml` and the folder `indicators` are both here", span, "keep one of the two"
    )


def unreadable_file(span: Span, why: str) -> Diagnostic:
    return Diagnostic(Kind.UNREADABLE, f"cannot read this file: {why.lower()}", span)


def not_utf8(span: Span, byte: int) -> Diagnostic:
    return Diagnostic(Kind.NOT_UTF_8, f"byte {byte:#04x} here is not UTF-8 text", span, "save the file again as UTF-8")


def empty_file(span: Span) -> Diagnostic:
    return Diagnostic(Kind.EMPTY_FILE, "nothing in this file", span)


def bad_character(span: Span, char: str) -> Diagnostic:
    return Diagnostic(Kind.BAD_CHARACTER, f"character U+{ord(char):04X} cannot be used here", span, "delete it")


# -- YAML ----------------------------------------------------------------------------


def unclosed_bracket(span: Span, bracket: str) -> Diagnostic:
    return Diagnostic(
        Kind.UNCLOSED, f"this `{bracket}` is not closed", span, f"write `{_CLOSING[bracket]}` where it ends"
    )


_CLOSING = {"[": "]", "{": "}"}


def wrong_bracket(span: Span, bracket: str, opened: str, line: int) -> Diagnostic:
    return Diagnostic(Kind.UNCLOSED, f"`{bracket}` cannot close the `{opened}` of line {line}", span)


def closes_nothing(span: Span, bracket: str) -> Diagnostic:
    return Diagnostic(Kind.UNCLOSED, f"this `{bracket}` closes nothing", span)


def missing_comma(span: Span, opened: str, line: int) -> Diagnostic:
    return Diagnostic(Kind.YAML, f"no `,` before this, inside the `{opened}` of line {line}", span)


def unclosed_quote(span: Span, quote: str) -> Diagnostic:
    return Diagnostic(Kind.UNCLOSED, f"this {quote} is not closed", span)


def after_quote(span: Span, quote: str, apostrophe: bool) -> Diagnostic:
    help_ = f"put {'double' if quote == chr(39) else 'single'} quotes round it all"
    if apostrophe:
        help_ = "an apostrophe inside single quotes is written twice"
    return Diagnostic(Kind.YAML, f"the {quote} before this ends the text", span, help_)


def bad_escape(span: Span, escape: str) -> Diagnostic:
    return Diagnostic(Kind.YAML, f"`{escape}` means nothing inside double quotes", span, "use single quotes")


def tab(span: Span) -> Diagnostic:
    return Diagnostic(Kind.TAB, "a tab cannot stand here", span, "use spaces")


def cannot_start(span: Span, char: str) -> Diagnostic:
    return Diagnostic(Kind.YAML, f"a value cannot start with `{char}`", span, "put the value in quotes")


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
        Kind.YAML, f"a value cannot start with `{sign}`", span, BAND_SIGNS.get(sign, "put the value in quotes")
    )


def nothing_before(span: Span, char: str) -> Diagnostic:
    return Diagnostic(Kind.YAML, f"nothing stands before this `{char}`", span)


def second_colon(span: Span) -> Diagnostic:
    return Diagnostic(Kind.YAML, "a second `:` cannot stand here", span, "put the value in quotes")


def list_beside_key(span: Span) -> Diagnostic:
    return Diagnostic(
        Kind.YAML, "a list cannot start on the line of its key", span, "write `[a, b]`, or one item per line"
    )


def no_colon(span: Span) -> Diagnostic:
    return Diagnostic(Kind.YAML, "this line has no `:` after its key", span)


def no_space(span: Span) -> Diagnostic:
    return Diagnostic(Kind.YAML, "no space after this `:`", span)


def too_far_in(span: Span, like: str, line: int) -> Diagnostic:
    return Diagnostic(
        Kind.INDENTATION,
        "this line is indented further than it may be",
        span,
        f"line it up with `{like}` in line {line}",
    )


def not_aligned(span: Span, like: str | None, line: int) -> Diagnostic:
    help_ = f"line it up with `{like}` in line {line}" if like else None
    return Diagnostic(Kind.INDENTATION, "this does not line up with what stands above it", span, help_)


def second_document(span: Span, mark: str) -> Diagnostic:
    return Diagnostic(Kind.YAML, f"`{mark}` starts a second part of the file", span, "keep all in one")


def nested_too_deeply(span: Span) -> Diagnostic:
    return Diagnostic(Kind.TOO_DEEP, "too many levels inside one another", span)


def tag(span: Span, word: str) -> Diagnostic:
    return Diagnostic(Kind.TAG, f"tag `{word}` cannot be used here", span, "write the plain value")


def anchor(span: Span, word: str) -> Diagnostic:
    return Diagnostic(
        Kind.ANCHOR, f"anchor `{word}` cannot be used here", span, "write the value out where it is needed"
    )


def alias(span: Span, word: str) -> Diagnostic:
    return Diagnostic(Kind.ALIAS, f"alias `{word}` cannot be used here", span, "write the value out")


def merge_key(span: Span) -> Diagnostic:
    return Diagnostic(Kind.MERGE, "merge `<<` cannot be used here", span, "write the keys out where they are needed")


def key_not_text(span: Span) -> Diagnostic:
    return Diagnostic(Kind.KEY, "a key must be text, not a list or keys with values", span)


def duplicate_key(span: Span, name: str, line: int) -> Diagnostic:
    return Diagnostic(Kind.DUPLICATE_KEY, f"`{name}` stands here twice, first in line {line}", span)
