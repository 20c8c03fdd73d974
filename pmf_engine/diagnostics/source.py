"""Text and places in it: what a message needs to point at the words a person wrote."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Source:
    """A text and the name it is shown under (a path as the user gave it)."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column, both from 1, of a character offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, number: int) -> int:
        """Where a line, counted from 1, begins."""
        return self._line_starts[number - 1]

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line break."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")


@dataclass(frozen=True)
class Span:
    """The characters from `start` up to `end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line the span starts on, counted from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column the span starts at, counted from 1."""
        return self.source.position(self.start)[1]

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"


@dataclass(frozen=True)
class Passage:
    """A text taken out of a source (a formula, say), which knows where each of its characters stands.

    `offsets` is the source offset of the first character where the two run in step, or one offset
    per character (and one for the end) where quoting shortened the text.
    """

    source: Source
    text: str
    offsets: int | tuple[int, ...]

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Where the characters from `start` up to `end` stand in the source."""
        end = len(self.text) if end is None else end
        if isinstance(self.offsets, int):
            return Span(self.source, self.offsets + start, self.offsets + end)
        return Span(self.source, self.offsets[start], self.offsets[end])
