"""A mistake in a file with its position and a way to fix it; renderings for people, GitHub Actions and programs.

The wording of every kind of mistake is in `messages`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind
from pmf_engine.diagnostics.errors import Error
from pmf_engine.diagnostics.source import Place, Span

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"(?<!\s)\s*[\n\r]\s*")


@dataclass(frozen=True)
class Diagnostic:
    """One mistake or warning.

    Attributes:
        kind: The kind of mistake, such as `unknown-name`.
        message: One sentence without a capital and a full stop.
        span: The characters that the message is about.
        help: At most one line that says how to fix the mistake.
        severity: An `error` makes the files unusable, a `warning` does not.
        path: The keys and numbers of items that lead to the part of the file, such as `("figures", "plans", "from")`.
    """

    kind: DiagnosticKind
    message: str
    span: Span
    help: str | None = None
    severity: Literal["error", "warning"] = "error"
    path: tuple[str | int, ...] = ()

    def __post_init__(self) -> None:
        # Both quote the author, whose text may contain line breaks and control characters of terminals.
        for name in ("message", "help"):
            if (text := getattr(self, name)) and not text.isprintable():
                object.__setattr__(self, name, _CONTROL.sub("\ufffd", _BREAK.sub(" ", text)))

    @property
    def place(self) -> Place:
        """The lines and columns that the message is about."""
        return self.span.place

    def to_dict(self) -> dict[str, Any]:
        """The diagnostic as plain data for JSON, with lines and columns from 1."""
        return {
            **asdict(self.place),
            "severity": self.severity,
            "kind": self.kind.value,
            "message": self.message,
            "help": self.help,
            "path": list(self.path),
        }

    def render(self, *, color: bool = False) -> str:
        """The diagnostic for people: a first line that editors can follow, its line of the file, and carets under it.

        Args:
            color: Whether to mark the kind of mistake, the carets and the help by the escape codes of terminals.
        """
        return render(self, color=color)

    def __str__(self) -> str:
        return self.render()


class ConfigError(Error):
    """The two YAML files contain errors. `diagnostics` lists every error and warning, in file order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(in_file_order(diagnostics))
        super().__init__("\n".join(render(diagnostic) for diagnostic in self.diagnostics))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


def in_file_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Every diagnostic once, sorted by file and position."""

    def position(diagnostic: Diagnostic) -> tuple[str, int, int]:
        span = diagnostic.span
        return span.source.name, span.start, span.end

    return sorted(dict.fromkeys(diagnostics), key=position)


_STYLES = {"error": "1;31", "warning": "1;33", "help": "36"}
"""By what is marked, the numbers of its style in the escape codes of terminals: red, yellow and cyan."""


def render(diagnostic: Diagnostic, *, color: bool = False) -> str:
    """The diagnostic for people; see `Diagnostic.render`."""

    def styled(text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text

    span, severity = diagnostic.span, diagnostic.severity
    line, column = span.source.position(span.start)
    prefix = f"{styled('warning:', severity)} " if severity == "warning" else ""
    head = f"{span}: {prefix}{diagnostic.message} {styled(f'[{diagnostic.kind}]', severity)}"
    text_line = _CONTROL.sub("\ufffd", span.source.line(line))  # an escape character would control the terminal
    text_line, column = _clipped(text_line, column)
    gutter = " " * len(str(line))
    width = max(1, _cells(text_line[column - 1 : column - 1 + span.end - span.start]))
    parts = [head]
    if text_line.strip():
        pad = "".join(char if char == "\t" else " " * _cells(char) for char in text_line[: column - 1])
        parts += [f"{gutter} |", f"{line} | {text_line}", f"{gutter} | {pad}{styled('^' * width, severity)}"]
    if diagnostic.help:
        parts.append(f"{gutter} = {styled('help:', 'help')} {diagnostic.help}")
    return "\n".join(parts)


_WIDEST = 200


def _clipped(text_line: str, column: int) -> tuple[str, int]:
    """A line and a column in it, the line cut to `_WIDEST` characters around the column.

    A minified file, for example, is one line of many thousand characters.
    """
    if len(text_line) <= _WIDEST:
        return text_line, column
    start = max(0, min(column - 1 - _WIDEST // 2, len(text_line) - _WIDEST))
    cut = text_line[start : start + _WIDEST]
    if start > 0:
        cut = "…" + cut[1:]
    return (cut[:-1] + "…" if start + _WIDEST < len(text_line) else cut), column - start


def render_github(diagnostic: Diagnostic) -> str:
    """The diagnostic as a workflow annotation of GitHub Actions."""
    span = diagnostic.span
    end_line, end_column = span.source.position(max(span.start, span.end - 1))
    text = f"{diagnostic.message} [{diagnostic.kind}]" + (f" ({diagnostic.help})" if diagnostic.help else "")
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = span.source.name.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
    return (
        f"::{diagnostic.severity} file={name},line={span.line},col={span.column},"
        f"endLine={end_line},endColumn={end_column + 1}::{text}"
    )


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The diagnostics as a JSON array of objects, one for each, with lines and columns from 1."""
    return json.dumps([diagnostic.to_dict() for diagnostic in diagnostics], indent=2, ensure_ascii=False)


def _cells(text: str) -> int:
    """The width of a text in terminal cells: 2 for a wide character, 0 for a combining accent."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
