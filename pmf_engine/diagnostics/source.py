"""Source texts, spans of their characters, and passages cut out of them: how a message points at its author's words."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Source:
    """The text of a file and its name in messages: the path as the user wrote it."""

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
        """The line and column, both from 1, of a character offset.

        >>> Source("indicators.yaml", "board: A\\nfigures:\\n").position(11)
        (2, 3)
        """
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, number: int) -> int:
        """The offset of the first character of a line, counted from 1."""
        return self._line_starts[number - 1]

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line break."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")


@dataclass(frozen=True)
class Place:
    """Where something is in a file; `str` gives `file:line:column`, which editors follow.

    Attributes:
        file: The path of the file, as the user wrote it.
        line: The line of the first character, from 1.
        column: The column of the first character, from 1.
        end_line: The line of the last character.
        end_column: The column after the last character.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Span:
    """The characters of a source from offset `start` up to but without `end`."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def place(self) -> Place:
        """The lines and columns of the characters.

        >>> Span(Source("a.yaml", "board: A\\nfigures:\\n"), 9, 16).place
        Place(file='a.yaml', line=2, column=1, end_line=2, end_column=8)
        """
        end_line, end_column = self.source.position(max(self.start, self.end - 1))
        return Place(self.source.name, self.line, self.column, end_line, end_column + 1)

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"


@dataclass(frozen=True)
class Passage:
    """A text cut out of a source, such as a formula, with the position of each of its characters.

    `offsets` is the offset of the first character where the text is a slice of the source. Where YAML's quoting
    shortened the text, it is a tuple with an offset for each character and one for the end.
    """

    source: Source
    text: str
    offsets: int | tuple[int, ...]

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The span in the source of the text's characters from `start` up to but without `end`.

        >>> str(Passage(Source("a.yaml", "formula: a + b"), "a + b", 9).span(4))
        'a.yaml:1:14'
        """
        end = len(self.text) if end is None else end
        if isinstance(self.offsets, int):
            return Span(self.source, self.offsets + start, self.offsets + end)
        return Span(self.source, self.offsets[start], self.offsets[end])


@dataclass(frozen=True)
class ComposedPassage(Passage):
    """A text composed from parts of a source, such as a formula that several keys stand for.

    Attributes:
        whole: The span of all the parts in the source.
        parts: The first and last offset in the text, and the span in the source, of each part that its author wrote.
    """

    whole: Span
    parts: tuple[tuple[int, int, Span], ...]

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The span of the part around some characters of the text; the whole where no single part has them."""
        end = len(self.text) if end is None else end
        return next((span for first, last, span in self.parts if first <= start and end <= last), self.whole)
