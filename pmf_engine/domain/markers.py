"""Markers: texts in cells in place of a number, such as `c`, or behind a number, such as `[r]`."""

from __future__ import annotations

import re
from typing import NamedTuple


class Marker(NamedTuple):
    """A symbol of statistical publications, in each of its spellings.

    Attributes:
        texts: The spellings, in lower case.
        meaning: What the symbol means, for documents.
        state: The state of a cell that holds only the symbol; None for a symbol that always follows a number.
        mark: The kind of mark that the symbol gives to the number before it; None for a symbol that never follows one.
    """

    texts: tuple[str, ...]
    meaning: str
    state: str | None
    mark: str | None = None


MARKERS = (
    Marker(("c",), "withheld", "suppressed"),
    Marker(("*",), "withheld; behind a number, a footnote", "suppressed", "footnote"),
    Marker(("x", "..", ".", ":", "-", "\u2013", "n/a", "na"), "not available", "no_data"),
    Marker(("z",), "not applicable", "no_data"),
    Marker(("k", "low"), "rounds to zero, no exact value", "no_data"),
    Marker(("u",), "unreliable, alone or behind a number", "no_data", "unreliable"),
    Marker(("r",), "revised", None, "revised"),
    Marker(("p",), "provisional", None, "provisional"),
    Marker(("e",), "estimated", None, "estimated"),
)
"""Every marker once, with or without square brackets; below N (`<5`) and numbered footnotes (`[1]`) are patterns."""

_STATES = {text: marker.state for marker in MARKERS if marker.state for text in marker.texts}
_BEHIND = {text: marker.mark for marker in MARKERS if marker.mark for text in marker.texts}
_BELOW = re.compile(r"<\s?[0-9]+(?:\.[0-9]+)?\s?%?")
_SIGN = "|".join(re.escape(text) for text in _BEHIND)
_FOOTNOTE = r"(?:notes? ?)?[0-9]{1,2}"
_MARKED = re.compile(
    rf"(?P<number>.*[0-9]%?)(?:(?P<brackets>(?:\s*\[(?:{_SIGN}|{_FOOTNOTE})\])+)|\s*(?P<star>\*)|\s+(?P<sign>{_SIGN}))",
    re.IGNORECASE | re.DOTALL,
)


def _unbracketed(text: str) -> str:
    """A text in lower case, without square brackets around the whole text."""
    sign = text.lower()
    return sign[1:-1].strip() if sign[:1] == "[" and sign[-1:] == "]" else sign


def state_of(text: str) -> str | None:
    """The state of a cell that holds only a marker, with or without square brackets; None for every other text.

    >>> state_of("[C]"), state_of("<5"), state_of(".."), state_of("12")
    ('suppressed', 'suppressed', 'no_data', None)
    """
    sign = _unbracketed(text)
    return "suppressed" if _BELOW.fullmatch(sign) else _STATES.get(sign)


def is_not_applicable(text: str) -> bool:
    """Whether a cell says that there is nothing to tell, rather than that nothing is known.

    >>> is_not_applicable("n/a"), is_not_applicable("[z]"), is_not_applicable("..")
    (True, True, False)
    """
    return _unbracketed(text) in ("z", "n/a", "na")


def is_unreliable(text: str) -> bool:
    """Whether a cell holds only the marker for an unreliable number.

    >>> is_unreliable("[u]"), is_unreliable("12 [u]")
    (True, False)
    """
    return _BEHIND.get(_unbracketed(text)) == "unreliable"


def split_mark(text: str) -> tuple[str, str] | None:
    """Splits a marked number into the text before the mark and the kind of the mark; None for every other text.

    Of several marks `unreliable` wins, else the first.

    >>> split_mark("12 [r]"), split_mark("21.0*"), split_mark("14 p"), split_mark("21 [note 1]")
    (('12', 'revised'), ('21.0', 'footnote'), ('14', 'provisional'), ('21', 'footnote'))
    >>> split_mark("12p"), split_mark("12 [c]"), split_mark("[r]")
    (None, None, None)
    """
    match = _MARKED.fullmatch(text)
    if match is None:
        return None
    signs = re.findall(r"\[([^\]]*)\]", match["brackets"].lower()) if match["brackets"] else []
    signs = signs or [(match["star"] or match["sign"]).lower()]
    kinds = [_BEHIND.get(sign, "footnote") for sign in signs]
    return match["number"], "unreliable" if "unreliable" in kinds else kinds[0]
