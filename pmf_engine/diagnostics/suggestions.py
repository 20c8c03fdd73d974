"""Suggestions in messages: the nearest name, lists of names, and values in the spelling of the YAML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

FEW = 8
"""The most names that a message lists as choices."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The most similar of some names, without regard to case; None where none is similar.

    >>> nearest("referals", ["referrals", "plans"])
    'referrals'
    >>> nearest("visits", ["referrals", "plans"])
    """
    written = name.lower()
    letters = _letters(written)
    folded = _folded(tuple(names))
    likely = [
        candidate
        for candidate, (own, _) in folded.items()
        if 2 * (len(own) - len(own.translate(None, letters))) >= _LIKE * (len(own) + len(letters)) - 0.01
    ]  # the others have too few letters of the name, which is far quicker to find than how like it they are
    close = get_close_matches(written, likely, n=1, cutoff=_LIKE) if likely else []
    return folded[close[0]][1] if close else None


_LIKE = 0.7
"""How like each other two names must be: the letters that they share, in their order, of the letters of both."""


@lru_cache(maxsize=8)
def _folded(names: tuple[str, ...]) -> dict[str, tuple[bytes, str]]:
    """Names by their small letters, with these as bytes; kept, as a mistake of one name is often one of many."""
    return {name.lower(): (_letters(name.lower()), name) for name in sorted(names, reverse=True)}


def _letters(text: str) -> bytes:
    """A byte for each letter of a text, the same for equal letters: bytes are quick to count."""
    return text.encode("latin-1", "replace")


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """The help line that suggests the nearest of some names; None where none is similar.

    >>> did_you_mean("referals", ["referrals", "plans"])
    'did you mean `referrals`?'
    """
    near = nearest(name, names)
    return f"did you mean `{near}`?" if near else None


def quoted_list(names: Sequence[str], last: str = "and") -> str:
    """Names in backticks, joined as in a sentence.

    >>> quoted_list(["a", "b", "c"], "or")
    '`a`, `b` or `c`'
    """
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def shown_value(value: object) -> str:
    """A value of the YAML in words that its author recognises.

    >>> shown_value(True), shown_value("3"), shown_value([1])
    ('`true`', 'the text `3`', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text `{value}`" if len(value) <= 40 and "\n" not in value else "a text"
    if isinstance(value, (int, float)):
        return f"the number `{value}`" if len(str(value)) <= 40 else "a number"
    return "keys with values" if isinstance(value, dict) else "a list"
