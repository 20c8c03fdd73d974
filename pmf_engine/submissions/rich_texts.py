"""Texts of a workbook of which a part is raised or struck: a reader that joins the parts takes `842¹` for 8421."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from pmf_engine.submissions.workbook_styles import is_true

_RAISED: Final = ("superscript", "subscript")
_MARKS: Final = re.compile(r"\(?\[?([0-9a-z*#†‡]{1,2}(?:\s*,\s*[0-9a-z*#†‡]{1,2})*)\]?\)?", re.IGNORECASE)
_ORDINALS: Final = ("st", "nd", "rd", "th")

STRUCK: Final = ", struck through"
"""What ends the text of a cell that is struck through, in whole or in part."""


def may_be_rich(xml: bytes) -> bool:
    """Whether a part of a workbook may hold texts that are raised or struck through in part."""
    return b"vertAlign" in xml or b"strike" in xml


def odd_texts(shared: bytes) -> Mapping[str, str]:
    """The texts of the table of shared texts that are seen otherwise than a reader joins them, by their number."""
    if not may_be_rich(shared):
        return {}
    texts = (element for _, element in ElementTree.iterparse(BytesIO(shared)) if _name(element) == "si")
    return {str(number): seen for number, each in enumerate(texts) if (seen := seen_text(each)) is not None}


def seen_text(element: ElementTree.Element) -> str | None:
    """A text as it is seen, with a raised mark as `842 [1]`; None for one without raised or struck parts.

    >>> raised = "<si><r><t>842</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>1</t></r></si>"
    >>> seen_text(ElementTree.fromstring(raised))
    '842 [1]'
    >>> seen_text(ElementTree.fromstring("<si><r><rPr><strike/></rPr><t>8</t></r><r><t>42</t></r></si>"))
    '842, struck through'
    """
    text, is_odd, is_struck = "", False, False
    for part in element.iterfind("{*}r"):
        written = "".join(each.text or "" for each in part.iterfind("{*}t"))
        align = part.find("{*}rPr/{*}vertAlign")
        is_raised = align is not None and align.get("val") in _RAISED
        is_struck = is_struck or (_is_struck(part.find("{*}rPr/{*}strike")) and written.strip() != "")
        marks = _MARKS.fullmatch(written.strip()) if is_raised and text.strip() else None
        if marks and written.strip().lower() not in _ORDINALS:
            is_odd = True
            written = _in_brackets(re.split(r"\s*,\s*", marks[1]))
        text += written
    if is_struck:
        return text + STRUCK
    return text if is_odd else None


def _in_brackets(marks: Iterable[str]) -> str:
    """Marks of footnotes as they stand behind a number.

    >>> _in_brackets(["1", "2"])
    ' [1] [2]'
    """
    return "".join(f" [{mark}]" for mark in marks)


def _is_struck(line: ElementTree.Element | None) -> bool:
    return line is not None and is_true(line.get("val", "1"))


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
