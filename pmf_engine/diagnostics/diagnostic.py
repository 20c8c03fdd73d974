"""What is wrong with a file, where, and what to do about it; and how that is shown.

The wording of every kind of mistake stands in `messages`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pmf_engine.diagnostics.source import Span

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BREAK = re.compile(r"\s*[\n\r]\s*")

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Diagnostic:
    """One finding: its kind, a sentence, the place and at most one line of help."""

    kind: str
    message: str
    span: Span
    help: str | None = None
    severity: Severity = "error"

    def __post_init__(self) -> None:
        # what an author wrote is quoted in these, and may hold line breaks and what acts on a terminal
        for name in ("message", "help"):
            if text := getattr(self, name):
                object.__setattr__(self, name, _CONTROL.sub("\ufffd", _BREAK.sub(" ", text)))

    def __str__(self) -> str:
        return render(self)


class ConfigError(Exception):
    """The two YAML files cannot be used; `diagnostics` says why, everything at once."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(in_file_order(diagnostics))
        super().__init__("\n".join(render(found) for found in self.diagnostics))


def in_file_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each finding once, by file and then by place."""
    unique = dict.fromkeys(diagnostics)
    return sorted(unique, key=lambda found: (found.span.source.name, found.span.start, found.span.end))


def render(found: Diagnostic) -> str:
    """The finding as people see it: a clickable first line, the source line, a caret under the words."""
    span = found.span
    line, column = span.source.position(span.start)
    prefix = "warning: " if found.severity == "warning" else ""
    head = f"{span}: {prefix}{found.message} [{found.kind}]"
    shown = _CONTROL.sub("\ufffd", span.source.line(line))  # a stray escape character would act on the terminal
    shown, column = _clipped(shown, column)
    gutter = " " * len(str(line))
    width = max(1, _cells(shown[column - 1 : column - 1 + span.end - span.start]))
    parts = [head]
    if shown.strip():
        pad = "".join(char if char == "\t" else " " * _cells(char) for char in shown[: column - 1])
        parts += [f"{gutter} |", f"{line} | {shown}", f"{gutter} | {pad}{'^' * width}"]
    if found.help:
        parts.append(f"{gutter} = help: {found.help}")
    return "\n".join(parts)


_WIDEST = 200


def _clipped(shown: str, column: int) -> tuple[str, int]:
    """A line that nobody could read whole, such as a file of one line, cut to what stands round a column."""
    if len(shown) <= _WIDEST:
        return shown, column
    start = max(0, min(column - 1 - _WIDEST // 2, len(shown) - _WIDEST))
    cut = shown[start : start + _WIDEST]
    if start > 0:
        cut = "…" + cut[1:]
    return (cut[:-1] + "…" if start + _WIDEST < len(shown) else cut), column - start


def render_github(found: Diagnostic) -> str:
    """The finding as a workflow annotation of GitHub Actions."""
    end_line, end_column = found.span.source.position(max(found.span.start, found.span.end - 1))
    text = f"{found.message} [{found.kind}]" + (f" ({found.help})" if found.help else "")
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = found.span.source.name.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
    return (
        f"::{found.severity} file={name},line={found.span.line},col={found.span.column},"
        f"endLine={end_line},endColumn={end_column + 1}::{text}"
    )


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings as a JSON array of objects."""
    rows = []
    for found in diagnostics:
        end_line, end_column = found.span.source.position(max(found.span.start, found.span.end - 1))
        rows.append(
            {
                "file": found.span.source.name,
                "line": found.span.line,
                "column": found.span.column,
                "end_line": end_line,
                "end_column": end_column + 1,
                "severity": found.severity,
                "kind": found.kind,
                "message": found.message,
                "help": found.help,
            }
        )
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
