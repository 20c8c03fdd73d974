"""The cause of a YAML parser's error, found in the text, for people who do not know the parser's terms.

A parser reports where it stopped and what it expected there. The mistake is often further up: an open bracket, a line
with one space too many. This file knows the parser's words, not the parser.
"""

from __future__ import annotations

import re

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Source, Span

_OPENING = {"[": "]", "{": "}"}
_KEY = re.compile(r"""(?P<indent>[ ]*)(?P<dash>(?:-[ ]+)*)(?P<key>[^\s#:'"][^:#]*?|"[^"]*"|'[^']*')[ ]*:(?=\s|$)""")
_ITEM = re.compile(r"[ ]*(?P<key>-)(?=\s|$)")
_FLOW_PIECE = re.compile(
    r"""(?<![^\s\[{,:])(?:"(?:\\.|[^"\\])*"|'[^']*')  # quotes where a value starts, not an apostrophe
    | (?<![^\s\[{,])\#[^\n]* | [\[\]{}]""",
    re.VERBOSE,
)
_TABS = re.compile(r"(?P<tabs>\t+)")
_TABS_BEFORE = re.compile(r"(?:[ ]*\n)*[ ]*(?P<tabs>\t+)")
_OPENED_QUOTE = re.compile(r"""(?:^|[:\-,\[{]\s+|[\[{])(?P<quote>["'])""")
_DOCUMENT = re.compile(r"^(?:---|\.\.\.)", re.M)
_CANNOT_START = ("cannot start any token", "node content", "mapping keys", "anchor", "alias", "tag", "directive")
_SIGN = re.compile(r"[|>][=<>]?")


def explain(source: Source, at: int, begun: int | None, problem: str, context: str) -> Diagnostic:
    """The diagnostic for an error of the parser.

    Args:
        source: The text.
        at: The offset at which the parser stopped.
        begun: The offset at which the construct began that it was parsing; None where it has none.
        problem: What it expected, in its words.
        context: The construct, in its words.
    """
    text = source.text
    if tab := _tab(source, at):
        return tab
    if at >= len(text.rstrip()):
        at = max(0, len(text.rstrip()) - 1)
        ended = True
    else:
        ended = False
    begun = at if begun is None else min(begun, len(text) - 1)
    if "double-quoted" in context:
        return _escape(source, begun, at)
    if "quoted scalar" in context:
        return messages.unclosed_quote(Span(source, begun, begun + 1), text[begun])
    if "block scalar" in context and (sign := _SIGN.match(text, begun)):
        return messages.block_sign(Span(source, *sign.span()), sign.group())
    if "flow" in context or (ended and _open_bracket(text, len(text)) is not None):
        return _flow(source, at, begun, ended)
    if text[at : at + 1] in ("]", "}"):
        return messages.closes_nothing(Span(source, at, at + 1), text[at])
    if "alias" in problem:
        return messages.alias(_word(source, at), _text(_word(source, at)))
    if text.startswith(("---", "..."), at) or "another document" in problem or "document end" in problem:
        marks = list(_DOCUMENT.finditer(text, 0, at + 3))
        mark = marks[-1] if marks else None
        start = mark.start() if mark else at
        return messages.second_document(Span(source, start, start + 3), text[start : start + 3])
    if any(word in context for word in ("anchor", "alias", "tag", "directive")):
        at = begun
    if text.startswith("%", at) or any(reason in problem + context for reason in _CANNOT_START):
        return messages.cannot_start(Span(source, at, at + 1), text[at])
    if "sequence entries" in problem:
        return messages.list_beside_key(Span(source, at, at + 1))
    if "mapping values" in problem:
        return _colon(source, at)
    if "expected ':'" in problem:
        return _no_colon(source, begun)
    if text[:at].rstrip(" ").endswith(("'", '"')) and not _first_on_line(text, at):
        return _quoted(source, at)
    if "<document start>" in problem and (directive := re.compile("^%", re.M).search(text, 0, at)):
        return messages.cannot_start(Span(source, *directive.span()), "%")
    if "<document start>" in problem or "block end" in problem or "expected key" in problem:
        return _aligned(source, at)
    return messages.cannot_start(Span(source, at, at + 1), text[at])


def _tab(source: Source, at: int) -> Diagnostic | None:
    """Reports tabs where the parser stopped, in the indentation of that line, or in that of the next line with text."""
    start = source.text.rfind("\n", 0, at) + 1
    match = _TABS.match(source.text, at) or _TABS_BEFORE.match(source.text, start)
    return messages.tab(Span(source, *match.span("tabs"))) if match else None


def _escape(source: Source, begun: int, at: int) -> Diagnostic:
    """Reports a backslash inside double quotes that begins no escape."""
    start = source.text.rfind("\\", begun, at + 1)
    end = start + 2
    if end > len(source.text):
        return messages.unclosed_quote(Span(source, begun, begun + 1), '"')
    return messages.bad_escape(Span(source, start, end), source.text[start:end])


def _quoted(source: Source, at: int) -> Diagnostic:
    """Reports text after closing quotes: an apostrophe, or a quote that is open since some line above."""
    text = source.text
    close = len(text[:at].rstrip(" ")) - 1
    quote = text[close]
    for number in range(source.position(at)[0] - 1, 0, -1):
        line = source.line(number)
        opened = _OPENED_QUOTE.search(line)
        if opened and opened["quote"] == quote:
            if line.count(quote) % 2 == 0:
                break
            start = source.offset(number) + opened.start("quote")
            return messages.unclosed_quote(Span(source, start, start + 1), quote)
    end = text.find("\n", at)
    written = text[at : end if end >= 0 else len(text)].rstrip()
    apostrophe = quote == "'" and close == at - 1 and text[at].isalpha()
    return messages.after_quote(Span(source, at, at + len(written)), quote, apostrophe)


def _flow(source: Source, at: int, begun: int, ended: bool) -> Diagnostic:
    """Reports a mistake inside brackets: an open bracket, a bracket closed by the other kind, or a missing comma."""
    text = source.text
    opened = begun if text[begun] in _OPENING else _open_bracket(text, at + ended)
    if opened is None:
        return messages.cannot_start(Span(source, at, at + 1), text[at])
    bracket, line = text[opened], source.position(opened)[0]
    closed = _is_closed(text, opened)
    if ended or (not closed and text[at] not in "]},"):
        return messages.unclosed_bracket(Span(source, opened, opened + 1), bracket)
    if text[at] in "]}":
        return messages.wrong_bracket(Span(source, at, at + 1), text[at], bracket, line)
    if text[at] == ",":
        return messages.nothing_before(Span(source, at, at + 1), ",")
    if text[at] == ":":
        start = max(text.rfind(sign, 0, at) for sign in ("\n", ",", " ", bracket)) + 1
        if re.search(r":\s+$", text[opened + 1 : start]):
            return messages.second_colon(Span(source, at, at + 1))
        if text[start:at].strip():
            # A key over two lines is really a value and a key: a bracket or a comma is missing between them.
            before = text[opened + 1 : start].rstrip(" ")
            if before.endswith("\n") and not closed:
                return messages.unclosed_bracket(Span(source, opened, opened + 1), bracket)
            return messages.missing_comma(Span(source, start, at), bracket, line)
    return messages.missing_comma(_word(source, at), bracket, line)


def _is_closed(text: str, opened: int) -> bool:
    """Whether the opening bracket at an offset has its closing bracket."""
    depth = 0
    for piece in _FLOW_PIECE.finditer(text, opened):
        depth += 1 if piece.group() in ("[", "{") else -1 if piece.group() in ("]", "}") else 0
        if depth == 0:
            return True
    return False


def _open_bracket(text: str, at: int) -> int | None:
    """The offset of the innermost bracket that is open at an offset; None where none is."""
    opened: list[int] = []
    for piece in _FLOW_PIECE.finditer(text, 0, at):
        sign = piece.group()
        if sign in _OPENING:
            opened.append(piece.start())
        elif sign in ("]", "}") and opened:
            opened.pop()
    return opened[-1] if opened else None


def _colon(source: Source, at: int) -> Diagnostic:
    """Reports an unexpected `:`: the second of a line, a line indented too far, or a line above without a `:`."""
    text = source.text
    number = source.position(at)[0]
    start = source.offset(number)
    above = _line_above(source, number)
    key = _KEY.match(text, start, at + 1)
    if above is None or key is None or key.end() != at + 1:
        return messages.second_colon(Span(source, at, at + 1))
    before = _KEY.match(source.line(above))
    span = Span(source, key.start("key"), key.end("key"))
    if before is None:
        return _no_colon(source, source.offset(above) + _indent(source.line(above)))
    if _indent(source.line(number)) > before.start("key"):
        return messages.too_far_in(span, before["key"], above)
    return messages.second_colon(Span(source, at, at + 1))


def _no_colon(source: Source, begun: int) -> Diagnostic:
    """Reports a line without a `:`, or without a space after its `:`."""
    line = source.line(source.position(begun)[0])
    start = begun - source.position(begun)[1] + 1
    close = re.compile(r"(?<![^\s:])[^\s:]+[ ]*(?P<colon>:)(?=\S)").search(line)
    if close:
        return messages.no_space(Span(source, start + close.start("colon"), start + close.end("colon")))
    return messages.no_colon(Span(source, begun, start + len(line.rstrip())))


def _aligned(source: Source, at: int) -> Diagnostic:
    """Reports a line that is not aligned with any line above, and suggests the nearest column."""
    number, column = source.position(at)
    item = source.text.startswith("- ", at)
    new_section = number > 1 and not source.line(number - 1).strip()
    nearest: tuple[int, str, int] | None = None
    lowest = column + 10**6
    for above in range(number - 1, 0, -1):
        key = _ITEM.match(source.line(above)) if item else _KEY.match(source.line(above))
        if key is None or key.start("key") >= lowest:
            continue
        lowest = key.start("key")
        distance = abs(lowest - (column - 1))
        if nearest is None or distance < nearest[0] or (distance == nearest[0] and new_section):
            nearest = (distance, key["key"], above)
    span = Span(source, at, at + 1) if item else _word(source, at)
    return messages.not_aligned(span, nearest[1] if nearest else None, nearest[2] if nearest else 0)


def _line_above(source: Source, number: int) -> int | None:
    for above in range(number - 1, 0, -1):
        written = source.line(above).strip()
        if written and not written.startswith("#"):
            return above
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _first_on_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _word(source: Source, at: int) -> Span:
    match = re.compile(r"[^\s:,\[\]{}]+|\S|").match(source.text, at)
    return Span(source, at, max(at + 1, match.end() if match else at))


def _text(span: Span) -> str:
    return span.source.text[span.start : span.end]
