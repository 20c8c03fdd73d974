"""Notes of a sheet outside its cells: comments, boxes of text, and the head and foot of its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from posixpath import normpath
from typing import Final, NamedTuple
from xml.etree import ElementTree

from pmf_engine.submissions.layouts.naming import plain
from pmf_engine.submissions.layouts.scope import scope_of_note
from pmf_engine.submissions.sheet_xml import Place, place_of

_RELATED: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_PAGE: Final = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)\b[^>]*>([^<]*)<")
_CODE: Final = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{6}|\d+|[A-Za-z+-])')
_THREADED: Final = re.compile(r"\[Threaded comment\].*?Comment:", re.DOTALL)

OURS: Final = ("not used: ", "in doubt: ", "to note: ")
"""How the comments begin that `pmf validate --format xlsx` writes."""


class Note(NamedTuple):
    """A note of a sheet.

    Attributes:
        text: The text.
        where: Where it stands, in words.
        place: The cell that it is a comment of; None for a note of the sheet.
    """

    text: str
    where: str
    place: Place | None = None


def notes_of(part: str, sheet: bytes, read: Callable[[str], bytes], has: Callable[[str], bool]) -> Sequence[Note]:
    """The notes of a sheet.

    Args:
        part: The name of its part, such as `xl/worksheets/sheet1.xml`.
        sheet: What stands below its cells, as XML.
        read: Gives the bytes of a part.
        has: Whether the workbook has a part.
    """
    pages = (_CODE.sub("\n", _unescaped(text)) for text in _PAGE.findall(sheet))
    notes = [Note(text.strip(), "in the head or foot of the page") for text in pages if text.strip()]
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if not has(relations):
        return notes
    for relation in ElementTree.fromstring(read(relations)).iterfind(_RELATED):
        kind = relation.get("Type", "").rpartition("/")[2]
        target = relation.get("Target", "")
        target = target[1:] if target.startswith("/") else normpath(f"{folder}/{target}")
        if kind in _KINDS and relation.get("TargetMode") != "External" and has(target):
            notes += _KINDS[kind](ElementTree.fromstring(read(target)))
    return notes


def _comments(comments: ElementTree.Element) -> Iterator[Note]:
    """The comments of cells."""
    for comment in comments.iterfind("{*}commentList/{*}comment"):
        text = "".join(each.text or "" for each in comment.iter() if each.tag.rpartition("}")[2] == "t")
        yield from _of_cell(_THREADED.sub("", text), comment.get("ref", ""))


def _threads(threads: ElementTree.Element) -> Iterator[Note]:
    """The comments of threads, in which people answer one another."""
    for comment in threads.iterfind("{*}threadedComment"):
        yield from _of_cell(comment.findtext("{*}text") or "", comment.get("ref", ""))


def _boxes(drawing: ElementTree.Element) -> Iterator[Note]:
    """The boxes with a text; a box is of the whole sheet."""
    for box in drawing.iter():
        if box.tag.rpartition("}")[2] == "txBody":
            lines = ("".join(each.text or "" for each in line.iterfind(".//{*}t")) for line in box.iterfind("{*}p"))
            yield Note("\n".join(lines), "in a text box")


def _of_cell(text: str, name: str) -> Iterator[Note]:
    if name and text.strip() and not text.startswith(OURS):
        yield Note(text.strip(), f"in the comment of {name}", place_of(name.split(":")[0].encode()))


_KINDS: Final[dict[str, Callable[[ElementTree.Element], Iterator[Note]]]] = {
    "comments": _comments, "threadedComment": _threads, "drawing": _boxes,
}  # fmt: skip


def _unescaped(text: bytes) -> str:
    return ElementTree.fromstring(b"<t>" + text + b"</t>").text or ""


_PIECES: Final = re.compile(r"[\n.;:!?]+|\s[-\u2013\u2014]\s|,\s")
_FOR_WHOM: Final = re.compile(r"\b(?:use|information|reference|guidance|review|discussion|office|board) only$")
_EXCLUDES: Final = re.compile(
    r"(?:(?:this|these|it|figures?|numbers?|data|count) )*"
    r"(?:excl(?:ud(?:es?|ing))?|do(?:es)? not include|not including|omits?|missing) \w.*"
)


def telling_piece(text: str) -> str | None:
    """The part of a comment, or of another note outside the cells, that says what a number is not; None for none.

    >>> telling_piece("Amy: boys only - girls to follow"), telling_piece("For internal use only")
    ('boys only', None)
    """
    for piece in map(str.strip, _PIECES.split(text)):
        words = plain(piece).strip()
        if _EXCLUDES.fullmatch(words) or (scope_of_note(piece) is not None and not _FOR_WHOM.search(words)):
            return piece
    return None
