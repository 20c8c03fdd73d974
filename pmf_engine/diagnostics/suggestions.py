"""Suggestions in messages: the nearest name, lists of names, and values in the spelling of the YAML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

FEW = 8
"""The most names that a message lists as choices."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The most similar of some names, without regard to case; None where none is similar.

    >>> nearest("referals", ["referrals", "plans"])
    'referrals'
    >>> nearest("visits", ["referrals", "plans"])
    """
    folded = {candidate.lower(): candidate for candidate in sorted(names, reverse=True)}
    close = get_close_matches(name.lower(), list(folded), n=1, cutoff=0.7)
    return folded[close[0]] if close else None


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
