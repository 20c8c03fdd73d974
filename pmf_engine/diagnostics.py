"""What is wrong with a file, where, and what to do about it; and how that is shown.

The wording of every kind of mistake stands in `messages`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pmf_engine.source import Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Diagnostic:
    """One finding: its kind, a sentence, the place and at most one line of help."""

    kind: str
    message: str
    span: Span
    help: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        return render(self)


class ConfigError(Exception):
    """The two YAML files cannot be used; `diagnostics` says why, everything at once."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(in_file_order(diagnostics))
        super().__init__("\n".join(render(found) for found in self.diagnostics))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or nothing if none is near."""
    folded = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(name.lower(), list(folded), n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def in_file_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each finding once, files in the order met, places in the order of the file."""
    unique = list(dict.fromkeys(diagnostics))
    files = list(dict.fromkeys(found.span.source.name for found in unique))
    return sorted(unique, key=lambda found: (files.index(found.span.source.name), found.span.start, found.span.end))


def render(found: Diagnostic) -> str:
    """The finding as people see it: a clickable first line, the source line, a caret under the words."""
    span = found.span
    line, column = span.source.position(span.start)
    prefix = "warning: " if found.severity == "warning" else ""
    head = f"{span}: {prefix}{found.message} [{found.kind}]"
    shown = span.source.line(line)
    gutter = " " * len(str(line))
    width = max(1, _cells(shown[column - 1 : column - 1 + span.end - span.start]))
    parts = [head]
    if shown.strip():
        pad = "".join(char if char == "\t" else " " * _cells(char) for char in shown[: column - 1])
        parts += [f"{gutter} |", f"{line} | {shown}", f"{gutter} | {pad}{'^' * width}"]
    if found.help:
        parts.append(f"{gutter} = help: {found.help}")
    return "\n".join(parts)


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
