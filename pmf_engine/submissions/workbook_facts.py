"""The parts of a workbook as a file: which sheets it has, which of them it hides, and how it counts days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from pmf_engine.submissions.limits import LIMITS, Measure, UnreadableError, keep_within
from pmf_engine.submissions.package_limits import keep_unpacked_within
from pmf_engine.submissions.rich_texts import may_be_rich
from pmf_engine.submissions.sheet_extent import check_extent
from pmf_engine.submissions.sheet_facts import SheetFacts, SheetReader
from pmf_engine.submissions.sheet_xml import below_cells
from pmf_engine.submissions.workbook_notes import notes_of
from pmf_engine.submissions.workbook_styles import is_true

_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

_EXTENSIONS = rb"<((?:\w+:)?)extLst\b.*?</\1extLst>"

_TEXTS = "xl/sharedstrings.xml"

_BLOCK = 1 << 20
"""The bytes of a part that are unpacked at once."""


class Workbook:
    """The parts of a workbook. A damaged workbook raises KeyError, BadZipFile or ParseError."""

    def __init__(self, parts: ZipFile) -> None:
        self._parts = parts
        keep_unpacked_within(parts)
        self._names = {name.replace("\\", "/").lower(): name for name in parts.namelist()}
        self._root = ElementTree.fromstring(self._part("xl/workbook.xml"))

    def _part(self, name: str) -> bytes:
        """The bytes of a part, whatever the case of its name."""
        return b"".join(self._blocks(name))

    def _has(self, name: str) -> bool:
        return name.lower() in self._names

    def _blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, block by block; raises BadZipFile where it unpacks to another size than it says."""
        part = self._parts.getinfo(self._names[name.lower()])
        unbounded = copy(part)
        unbounded.file_size = LIMITS[Measure.UNPACKED].most  # or reading would end after the size that the part says
        size = 0
        with self._parts.open(unbounded) as stream:
            while block := stream.read(_BLOCK):
                yield block
                size += len(block)
                if size > part.file_size:
                    break
        if size != part.file_size:
            raise BadZipFile

    def check_texts(self) -> None:
        """Refuses a table of texts above the limit, or of another size than it says."""
        if _TEXTS in self._names:
            keep_within(Measure.TEXTS, self._parts.getinfo(self._names[_TEXTS]).file_size)
            for _ in self._blocks(_TEXTS):
                pass

    def sheets(self) -> Iterator[tuple[str, SheetFacts]]:
        """The name and facts of each sheet, in the order of the workbook."""
        links = ElementTree.fromstring(self._part("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        for sheet in self._root.iterfind("{*}sheets/{*}sheet"):
            target = targets[sheet.get(_LINK) or sheet.get(_STRICT_LINK)]
            hidden = sheet.get("state", "visible") != "visible"
            part = str(PurePosixPath("/xl", target))[1:]
            text = self._part(part)
            check_extent(text)
            facts = self._reader.facts(b"" if hidden else text, hidden)
            notes = (
                ()
                if hidden
                else notes_of(part, below_cells(text), self._part, lambda name: name.lower() in self._names)
            )
            yield sheet.get("name", ""), replace(facts, notes=notes)

    @property
    def counts_from_1904(self) -> bool:
        """Whether days count from 1904, as on old Macs.

        Raises:
            UnreadableError: Only an extension of the workbook sets 1904.
        """
        own = [each.get("date1904") for each in self._root.iterfind("{*}workbookPr")]
        every = [each.get("date1904") for each in self._root.iterfind(".//{*}workbookPr")]
        if any(map(is_true, every)) and not any(map(is_true, own)):
            raise UnreadableError("it says in two ways from which year its dates count")
        return any(map(is_true, own))

    @property
    def has_extensions(self) -> bool:
        """Whether the workbook has extensions, with which Polars ignores the setting of 1904."""
        return self._root.find(".//{*}extLst") is not None

    def without_extensions(self) -> BytesIO:
        """A copy of the workbook without extensions."""
        name = self._names["xl/workbook.xml"]
        copy = BytesIO()
        with ZipFile(copy, "w") as parts:
            for each in self._parts.namelist():
                text = self._parts.read(each)
                parts.writestr(each, re.sub(_EXTENSIONS, b"", text, flags=re.DOTALL) if each == name else text)
        copy.seek(0)
        return copy

    @cached_property
    def _never_calculated(self) -> bool:
        """Whether the program that wrote the workbook left its formulas to be calculated when it is opened."""
        return any(is_true(each.get("fullCalcOnLoad")) for each in self._root.iterfind("{*}calcPr"))

    @cached_property
    def _reader(self) -> SheetReader:
        shared = self._part(_TEXTS) if _TEXTS in self._names else b""
        return SheetReader(self._styles, shared if may_be_rich(shared) else b"", self._never_calculated)

    @cached_property
    def _styles(self) -> ElementTree.Element:
        """The styles of cells; an element without any for a workbook without styles."""
        part = "xl/styles.xml"
        return ElementTree.fromstring(self._part(part)) if part in self._names else ElementTree.Element("styleSheet")
