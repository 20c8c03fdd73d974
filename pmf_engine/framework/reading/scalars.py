"""Texts and numbers of YAML: what plain ones mean, and what their author wrote, character by character."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from pmf_engine.diagnostics.source import Passage, Source

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def plain(text: str) -> Any:
    """The value of a plain scalar: an integer, a number, a truth value, None or a text."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first.isdigit() or first in "-+.":
        if _INTEGER.fullmatch(text) and len(text) < 400:
            return int(text)
        if _FLOAT.fullmatch(text) and isfinite(number := float(text)):
            return number
    return text


def passage(source: Source, start: int, end: int, style: str | None, value: str) -> Passage:
    """The text of a scalar in its author's spelling, with the position of each character.

    Args:
        source: The file.
        start: The offset of the scalar.
        end: The offset behind it, which may include white space.
        style: Its quotes or the sign of its block; None for a plain one.
        value: What the parser read.
    """
    raw = source.text[start:end]
    if style in ("|", ">"):
        header = raw.find("\n") + 1
        text, offsets = _block(raw[header:]), start + header
    elif style in ("'", '"'):
        return _unquoted(source, raw, start, style, value)
    else:
        text, offsets = raw.rstrip(), start
    if text != value and text.split() != value.split():  # an unforeseen form: every span is the whole scalar
        return Passage(source, value, (start,) * len(value) + (end,))
    return Passage(source, text, offsets)


def _block(text: str) -> str:
    """The lines of a block scalar, without the less indented lines after it that a parser may include."""
    lines = text.splitlines(keepends=True)
    filled = [line for line in lines if line.strip()]
    if not filled:
        return ""
    indent = len(filled[0]) - len(filled[0].lstrip(" "))
    kept = []
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip(" ")) < indent:
            break
        kept.append(line)
    return "".join(kept).rstrip()


_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\n[ \t]*|.)", re.S)
_ESCAPED = {"\n": "", "n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "/": "/", " ": " "}


def _unquoted(source: Source, raw: str, start: int, style: str, value: str) -> Passage:
    """The text inside quotes, unescaped, with the position of each character."""
    chars: list[str] = []
    offsets: list[int] = []
    at, stop = 1, len(raw) - 1
    while at < stop:
        char, length = raw[at], 1
        if style == "'" and raw.startswith("''", at):
            length = 2
        elif style == '"' and char == "\\" and (escape := _ESCAPE.match(raw, at)):
            code = escape.group()
            length = len(code)
            char = chr(int(code[2:], 16)) if code[1] in "xuU" else _ESCAPED.get(code[1], " ")
        if char:
            chars.append(char)
            offsets.append(start + at)
        at += length
    text = "".join(chars)
    if text.split() != value.split():
        return Passage(source, value, (start,) * len(value) + (start + len(raw),))
    return Passage(source, text, (*offsets, start + stop))
