"""Markers: what cells hold in place of a number, and the marks that stand behind one."""

from __future__ import annotations

import re
from typing import NamedTuple


class Marker(NamedTuple):
    """A sign of statistical publications.

    `state` is what a cell is that holds nothing else, None where the sign never stands alone. `mark` is the kind of
    mark that a number keeps that it stands behind, None where it never does.
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
"""Every sign once. All may stand in square brackets; below N (`<5`) and numbered footnotes (`[1]`) are patterns."""

_STATES = {text: marker.state for marker in MARKERS if marker.state for text in marker.texts}
_BEHIND = {text: marker.mark for marker in MARKERS if marker.mark for text in marker.texts}
_BELOW = re.compile(r"<\s?[0-9]+(?:\.[0-9]+)?\s?%?")
_SIGN = "|".join(re.escape(text) for text in _BEHIND)
_FOOTNOTE = r"(?:notes? ?)?[0-9]{1,2}"
_MARKED = re.compile(
    rf"(?P<number>.*[0-9]%?)(?:(?P<brackets>(?:\s*\[(?:{_SIGN}|{_FOOTNOTE})\])+)|\s*(?P<star>\*)|\s+(?P<sign>{_SIGN}))",
    re.IGNORECASE | re.DOTALL,
)


def _alone(text: str) -> str:
    sign = text.lower()
    return sign[1:-1].strip() if sign[:1] == "[" and sign[-1:] == "]" else sign


def state_of(text: str) -> str | None:
    """The state of a cell that holds a marker and nothing else, with or without square brackets.

    >>> state_of("[C]"), state_of("<5"), state_of(".."), state_of("12")
    ('suppressed', 'suppressed', 'no_data', None)
    """
    sign = _alone(text)
    return "suppressed" if _BELOW.fullmatch(sign) else _STATES.get(sign)


def is_unreliable(text: str) -> bool:
    """Whether a cell says that its number is too unreliable to be used, and nothing else."""
    return _BEHIND.get(_alone(text)) == "unreliable"


def split_mark(text: str) -> tuple[str, str] | None:
    """The text before a mark and the kind of the mark (the first, where there are several), or nothing.

    >>> split_mark("12 [r]"), split_mark("21.0*"), split_mark("14 p"), split_mark("21 [note 1]")
    (('12', 'revised'), ('21.0', 'footnote'), ('14', 'provisional'), ('21', 'footnote'))
    >>> split_mark("12p"), split_mark("12 [c]"), split_mark("[r]")
    (None, None, None)
    """
    found = _MARKED.fullmatch(text)
    if found is None:
        return None
    signs = re.findall(r"\[([^\]]*)\]", found["brackets"].lower()) if found["brackets"] else []
    signs = signs or [(found["star"] or found["sign"]).lower()]
    kinds = [_BEHIND.get(sign, "footnote") for sign in signs]
    # a number that its sender calls unreliable is that before all else
    return found["number"], "unreliable" if "unreliable" in kinds else kinds[0]
