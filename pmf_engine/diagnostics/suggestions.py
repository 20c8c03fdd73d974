"""Names and values as messages quote them: the nearest name, lists of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

FEW = 8
"""How many names are listed where one of them was meant."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or nothing if none is near.

    >>> nearest("referals", ["referrals", "plans"])
    'referrals'
    >>> nearest("visits", ["referrals", "plans"])
    """
    folded = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    close = get_close_matches(name.lower(), list(folded), n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Help that asks for the nearest name.

    >>> did_you_mean("referals", ["referrals", "plans"])
    'did you mean `referrals`?'
    """
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else None


def quoted_list(names: Sequence[str], last: str = "and") -> str:
    """Names in backticks, as a sentence lists them.

    >>> quoted_list(["a", "b", "c"], "or")
    '`a`, `b` or `c`'
    """
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def shown_value(value: object) -> str:
    """A value of the YAML as its author would recognise it.

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
