"""Bands in words for readers: `90% or more`, `no more than a year ago (116)`, without ids and without syntax."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from pmf_engine.domain.numbers import close, half_up_decimal
from pmf_engine.formula.constants import constant
from pmf_engine.formula.syntax import Band, Binary, Call, Expression, Grade, Limit, Name, children
from pmf_engine.framework.tolerances import Entry, settled
from pmf_engine.judgement.formatting import MOST_DECIMALS, decimal_of, show_number

_NUMBERS: Final[Mapping[str, str]] = {
    "<=": "{} or less", ">=": "{} or more", "<": "less than {}", ">": "more than {}", "=": "exactly {}",
}  # fmt: skip
_NAMED: Final[Mapping[str, str]] = {
    "<=": "no more than {}", ">=": "no less than {}", "<": "less than {}", ">": "more than {}", "=": "the same as {}",
}  # fmt: skip
_GRADES: Final[Mapping[str, str]] = {
    "<=": "{} or worse", ">=": "{} or better", "<": "worse than {}", ">": "better than {}", "=": "{}",
}  # fmt: skip
_OWN_NAMES: Final[Mapping[str, str]] = {
    "target": "the target",
    "year_ago": "a year ago",
    "previous": "the period before",
}
_BEFORE_BOUND: Final = re.compile(r"^(at most|at least|below|above|more than|less than|exactly) ")


def band_words(
    band: Band | None,
    entry: Entry | None = None,
    *,
    known: Mapping[str, float] | None = None,
    unit: str = "",
    value: float | None = None,
    shown: str | None = None,
    titles: Mapping[str, str] | None = None,
    grades: Sequence[str] = (),
) -> str:
    """A band in words, with the numbers of its bounds, and in brackets what they are worked out from.

    Given a `value` and its formatted text `shown`, the numbers have enough decimals to show on which side of each bound
    the value lies. Where a bound has no number, the author's words with titles in the place of ids.

    Args:
        band: The band; None gives an empty text.
        entry: Its tolerance entry, for the target.
        known: The numbers of the names in the band (see `Indicator.band_names`).
        unit: `%` for percentages.
        value: The exact value.
        shown: The value as the reader sees it.
        titles: The titles of the figures and indicators that the band may name, by id.
        grades: The grades of the scale, worst to best.
    """
    if band is None:
        return ""
    source = _in_titles(band.text, {**(titles or {}), **_OWN_NAMES})
    suffix = "%" if unit == "%" else ""
    parts: list[tuple[Limit, str]] = []
    graded: list[str] = []
    for limit in band.limits:
        if isinstance(limit.bound, Grade):
            graded.append(_grade_words(limit.operator, limit.bound.words, grades))
            continue
        bound = _bound(limit, entry, known)
        if bound is None:
            return source
        parts.append((limit, _show_bound(limit, bound, value, shown) + suffix))
    if graded:
        return " and ".join((*graded, *(number for _, number in parts)))
    return _number_words(parts, _BEFORE_BOUND.sub("", source))


def _number_words(parts: Sequence[tuple[Limit, str]], source: str) -> str:
    """The limits of a band with their numbers; `source` is what the numbers are worked out from."""
    limits = [limit for limit, _ in parts]
    if [limit.operator for limit in limits] == [">=", "<="]:
        words = f"{parts[0][1]} to {parts[1][1]}"
    elif len(parts) == 1 and _is_term(limits[0].bound):
        return f"{_NAMED[limits[0].operator].format(source)} ({parts[0][1]})"
    else:
        words = " and ".join(_NUMBERS[limit.operator].format(number) for limit, number in parts)
    plain = all(not _worked_out(limit.bound) or _is_target(limit.bound) for limit in limits)
    return words if plain else f"{words} ({source})"


def _grade_words(operator: str, grade: str, grades: Sequence[str]) -> str:
    """A limit by a grade: `met or better`; the best grade alone is itself.

    >>> _grade_words(">=", "met", ["not met", "met", "exceeded"]), _grade_words(">=", "met", ["not met", "met"])
    ('met or better', 'met')
    """
    end = {">=": grades[-1:], "<=": grades[:1]}.get(operator, ())
    return grade if grade in end else _GRADES[operator].format(grade)


def _is_target(bound: Expression) -> bool:
    return isinstance(bound, Name) and bound.name == "target"


def _is_term(bound: Expression) -> bool:
    """Whether a bound is one name that is looked up in data, such as `year_ago`."""
    return isinstance(bound, Name) and bound.name != "target"


def _in_titles(words: str, titles: Mapping[str, str]) -> str:
    """An author's words with titles in the place of ids.

    >>> _in_titles("at most 110% of year_ago", {"year_ago": "a year ago"})
    'at most 110% of a year ago'
    """
    named = re.sub(r"[A-Za-z_][A-Za-z0-9_]*", lambda name: titles.get(name[0], name[0]), words)
    return named.replace("_", " ")


def _bound(limit: Limit, entry: Entry | None, numbers: Mapping[str, float] | None) -> float | None:
    """The number of a limit's bound by constant folding; None where a name in it has no number."""
    return constant(settled(limit.bound, numbers or {}), entry.target_value if entry else None)


def _worked_out(node: Expression) -> bool:
    """Whether a bound is computed: it has a name, an operator or a call."""
    return isinstance(node, Name | Binary | Call) or any(_worked_out(child) for child in children(node))


def _show_bound(limit: Limit, bound: float, value: float | None, shown: str | None) -> str:
    """A bound with the fewest decimals by which `shown` meets the limit exactly where `value` meets it.

    A bound that the author wrote as a number stays as written.
    """
    if not _worked_out(limit.bound):
        return show_number(bound)
    exact = decimal_of(bound)
    try:
        read = None if value is None or shown is None else Decimal(shown.rstrip("%").replace(",", ""))
    except InvalidOperation:
        read = None
    if value is None or read is None:
        return show_number(float(half_up_decimal(exact, 1)))
    meets = _meets(limit, value, bound)
    for places in range(1, MOST_DECIMALS + 1):
        number = half_up_decimal(exact, places)
        if _holds(limit.operator, read, number) == meets == _meets(limit, float(read), float(number)):
            return show_number(float(number))
    return show_number(bound)


def _meets(limit: Limit, value: float, bound: float) -> bool:
    """Whether a value meets a limit; numbers that differ by a rounding error count as equal."""
    if close(value, bound):
        return "=" in limit.operator
    return _holds(limit.operator, value, bound)


def _holds(operator: str, left: float | Decimal, right: float | Decimal) -> bool:
    """Whether a comparison holds exactly.

    >>> _holds("<=", 20, 20), _holds("<", 20, 20), _holds("=", 19, 20)
    (True, False, False)
    """
    if left == right:
        return "=" in operator
    return operator != "=" and (left < right) == operator.startswith("<")
