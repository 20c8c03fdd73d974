"""A page of the terminal: lines of styled text of a given width.

Texts of authors and agencies are plain text: brackets and control characters have no meaning. Long lines wrap; no text
is cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

from pmf_engine.domain.plain_text import in_ascii, tamed
from pmf_engine.domain.status import Status
from pmf_engine.report.wording import MARKS, status_word

NARROWEST = 40

# Light on dark, dark on light, and blue for green: readers who do not see hues distinguish them by brightness.
_STYLES: Mapping[str, str] = {
    Status.RED: "bold white on red",
    Status.AMBER: "bold black on yellow",
    Status.GREEN: "cyan",
    Status.LATE: "bold magenta",
    Status.NOT_DUE: "dim",
}
Part = str | tuple[str, str]
"""Words, or words with their style."""


class Page:
    """Lines of text of a given width, in the order of writing."""

    def __init__(self, width: int, ascii: bool, plain: bool = False) -> None:
        self.width = width
        self.ascii = ascii
        self.plain = plain
        self.lines: list[Text] = []
        self.console = Console(file=StringIO(), width=width, color_system=None)

    def write(self, *parts: Part) -> Text:
        """A text of parts, each plain or with a style."""
        text = Text()
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            text.append(_clean(words, self.ascii), style)
        return text

    def wrapped(self, text: Text, width: int, hang: int = 0) -> list[Text]:
        """The text in lines of a width, all but the first indented by `hang`."""
        if text.cell_len <= width and "\n" not in text.plain and "\t" not in text.plain:
            return [text]
        if hang and (first := text.wrap(self.console, width, overflow="fold", tab_size=1)) and len(first) > 1:
            rest = text[len(first[0].plain) :]
            while rest.plain.startswith(" "):
                rest = rest[1:]
            indented = [Text(" " * hang) + line for line in self.wrapped(rest, width - hang)]
            return [first[0], *indented]
        return list(text.wrap(self.console, width, overflow="fold", tab_size=1))

    def line(self, text: Text | None = None, indent: int = 0, hang: int = 0) -> None:
        """Adds a text, wrapped to the page and indented by `indent`."""
        for line in self.wrapped(text or Text(), self.width - indent, hang):
            self.lines.append(Text(" " * indent) + line)

    def clipped(self, text: Text, width: int) -> Text:
        """The text, cut to a width with an ellipsis where it is longer."""
        if text.cell_len <= width:
            return text
        dots = "..." if self.ascii else "…"
        cut = text.copy()
        cut.truncate(max(width - len(dots), 0))
        cut.rstrip()
        return cut + Text(dots)

    def sides(self, left: Text, right: Text) -> None:
        """Adds a text with another at the right edge; below it where both do not fit."""
        room = self.width - left.cell_len - right.cell_len
        if right.cell_len and room >= 2 and not self.plain:
            self.line(left + Text(" " * room) + right)
        else:
            self.line(left, hang=2)
            if right.cell_len:
                self.line(right, hang=2)

    def fact(self, label: str, sentences: Sequence[str], indent: int, width: int) -> None:
        """Adds a label with sentences beside it, each on a line of its own."""
        if self.plain or self.width < 60:
            for sentence in sentences:
                self.line(self.write((f"{label}: ", "bold"), one_line(sentence)), indent, 2)
            return
        for place, sentence in enumerate(sentences):
            head = f"{label if place == 0 else '':<{width}}"
            self.line(self.write((head, "bold"), one_line(sentence)), indent, width)

    def columns(self, cells: Sequence[tuple[int, Sequence[Text]]], indent: int = 0) -> None:
        """Adds cells side by side with a gap of 2; each cell is its width and its texts, one below another."""
        stacks = [[line for text in texts for line in self.wrapped(text, width, 2)] for width, texts in cells]
        for row in zip_longest(*stacks):
            line = Text(" " * indent)
            for (width, _), part in zip(cells, row, strict=True):
                part = part.copy() if part is not None else Text()
                part.rstrip()
                line += part + Text(" " * (width - part.cell_len + 2))
            self.lines.append(line)

    def heading(self, title: str, note: str = "") -> None:
        """Adds the title of a section, with a note to the right where it fits, and a horizontal rule."""
        self.line()
        self.sides(self.write((title, "bold")), self.write(note))
        if not self.plain:
            self.line(self.write(("─" * self.width, "dim")))

    def text(self, color: bool) -> str:
        """All lines, without spaces at their ends."""
        if not color:
            return "".join(f"{line.plain.rstrip()}\n" for line in self.lines)
        out = StringIO()
        console = Console(
            file=out,
            width=self.width,
            color_system="standard",
            force_terminal=True,
            no_color=False,
            legacy_windows=False,
        )
        for line in self.lines:
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)
        return out.getvalue()


def _clean(words: str, ascii: bool) -> str:
    """The words as plain text (see `tamed`), with `ascii` in ASCII characters only.

    >>> _clean("↑ café", ascii=True)
    '^ cafe'
    """
    plain = tamed(words)
    return in_ascii(plain) if ascii else plain


def one_line(words: str) -> str:
    """Words with each run of white space as one space.

    >>> one_line("a  b\\n c")
    'a b c'
    """
    return " ".join(words.split())


def marked_status(page: Page, status: str) -> tuple[str, str]:
    """A status with its symbol, which a plain page leaves out, and its style."""
    return ("" if page.plain else f"{MARKS[status]} ") + status_word(status), status_style(status)


def status_style(status: str) -> str:
    """The style of a status."""
    return _STYLES.get(status, "magenta" if status in Status.missing() else "")
