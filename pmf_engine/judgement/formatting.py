"""How values, bands, periods and dates are put into words: what every renderer shows alike.

Judging happens at full precision elsewhere; here a number is only made readable, and never so short that it seems
to stand in a band it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Final

from pmf_engine.domain.numbers import close, half_up_decimal
from pmf_engine.domain.periods import MONTHS, Period
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import RATIOS
from pmf_engine.formula.syntax import Band, Binary, Call, Expression, Limit, Name, children
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.tolerances import Entry, Interval, settled, settled_band

MOST_DECIMALS: Final = 12

_DIVIDING: Final = RATIOS | {"mean", "median"}
_LENGTHS: Final = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_ASCII_BLOCKS: Final = "_.-~=+*#"


def show_value(
    value: float,
    indicator: Indicator,
    entry: Entry | None = None,
    *,
    grades: Sequence[str] = (),
    known: Mapping[str, float] | None = None,
) -> str:
    """The value as people read it: rounded half up, with `%` where it is a percentage, a grade in its own words.

    `entry` is the tolerance in force: decimals are added while rounding would move the value into another of its
    bands, and where none help, because it only counts as equal to the end of one, left out. `grades` are those of the
    indicator's scale, worst to best; `known` holds what the bands look up (see `Indicator.band_names`): only ends that
    are known can be watched.
    """
    if indicator.type.kind == "grade" and float(value).is_integer() and 1 <= value <= len(grades):
        return grades[int(value) - 1]
    suffix = "%" if indicator.unit == "%" else ""
    bands = _intervals(entry, known)
    exact = _decimal(value)
    stands = [band.sides(value) for band in bands]
    least = _places(indicator, exact)
    alike = None
    for places in (*range(least, MOST_DECIMALS + 1), *range(least - 1, -1, -1)):
        rounded = half_up_decimal(exact, places)
        if [band.sides(float(rounded)) for band in bands] == stands:
            if [_sides_as_read(band, rounded) for band in bands] == stands:
                return f"{rounded:,f}{suffix}"
            alike = rounded if alike is None else alike
    if alike is not None:
        return f"{alike:,f}{suffix}"
    for digits in range(3, 17):
        written = format(Decimal(repr(value)), f".{digits}e")
        if [band.sides(float(written)) for band in bands] == stands:
            return f"{written}{suffix}"
    return f"{value!r}{suffix}"


def show_rounded(value: float, places: int) -> str:
    """A number rounded half up to so many decimals, without separators."""
    return f"{half_up_decimal(_decimal(value), places):f}"


def show_number(value: float) -> str:
    """A number as it is, without trailing zeros: a numerator, a target, a bound."""
    exact = _decimal(value)
    digits = f"{exact:,f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def show_band(
    band: Band | None,
    entry: Entry | None = None,
    *,
    known: Mapping[str, float] | None = None,
    unit: str = "",
    value: float | None = None,
    shown: str | None = None,
) -> str:
    """The author's words for a band, and in brackets the numbers they come to where the words do not say.

    With a value and how it is shown, the numbers have as many decimals as it takes to see on which side it stands.
    """
    if band is None:
        return ""
    suffix = "%" if unit == "%" else ""
    numbers: list[str] = []
    for limit in band.limits:
        bound = _bound(limit, entry, known)
        if bound is None:
            return band.text
        numbers.append(_show_bound(limit, bound, value, shown) + suffix)
    if not any(_worked_out(limit.bound) for limit in band.limits):
        return band.text
    return f"{band.text} ({' to '.join(dict.fromkeys(numbers))})"


def show_status(status: str) -> str:
    """A status in words."""
    return status.replace("_", " ")


def show_date(day: date) -> str:
    """A date as people write it: 1 February 2017."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def show_months(period: Period) -> str:
    """The months of a period: `October to December 2016`."""
    first, last = period.first_day, period.last_day
    start, end = MONTHS[first.month - 1].capitalize(), MONTHS[last.month - 1].capitalize()
    if period.cadence.months == 1:
        return f"{end} {last.year}"
    return f"{start} to {end} {last.year}" if first.year == last.year else f"{start} {first.year} to {end} {last.year}"


def show_periods(count: int, months: int) -> str:
    """So many periods of a length in months: `4 quarters`."""
    return show_count(count, _LENGTHS.get(months, "period"))


def show_count(count: int, thing: str) -> str:
    """So many of a thing: `1 quarter`, `4 quarters`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def trend(values: Sequence[float | None], *, ascii: bool = False) -> str:
    """A line of one character a period, higher for more; `·` (`?` in ASCII) for a period without a value."""
    levels, gap = (_ASCII_BLOCKS, "?") if ascii else (_BLOCKS, "·")
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)

    def level(value: float) -> str:
        if close(low, high):
            return levels[len(levels) // 2 - 1]
        # Halved first, so that the distance between two huge numbers stays a number.
        share = (value / 2 - low / 2) / (high / 2 - low / 2)
        return levels[min(int(share * len(levels)), len(levels) - 1)]

    return "".join(gap if value is None else level(value) for value in values)


def _decimal(value: float) -> Decimal:
    # Twelve digits leave the float's own noise behind, finer than any two numbers that count as different.
    return Decimal(int(value)) if float(value).is_integer() else Decimal(format(value, ".12g"))


def _places(indicator: Indicator, exact: Decimal) -> int:
    if indicator.decimals is not None:
        return indicator.decimals
    formula = indicator.formula
    if isinstance(formula, Call) and formula.function == "round":
        return indicator.places
    if not _divides(formula) and exact == exact.to_integral_value():
        return 0
    return indicator.places


def _divides(node: Expression) -> bool:
    if getattr(node, "function", None) in _DIVIDING or getattr(node, "operator", None) == "/":
        return True
    return any(_divides(child) for child in children(node))


def _intervals(entry: Entry | None, known: Mapping[str, float] | None) -> list[Interval]:
    if entry is None:
        return []
    bands = [settled_band(band, known) if known else band for band in (entry.good, entry.tolerance) if band]
    return [Interval.known(band, entry.target) for band in bands]


def _sides_as_read(interval: Interval, shown: Decimal) -> tuple[bool, bool]:
    """The same of a number as shown, for a reader who knows of no numbers that count as equal."""
    low, high = interval.low, interval.high
    above = isinf(low) or shown > _decimal(low) or (shown == _decimal(low) and not interval.low_open)
    below = isinf(high) or shown < _decimal(high) or (shown == _decimal(high) and not interval.high_open)
    return above, below


def _bound(limit: Limit, entry: Entry | None, known: Mapping[str, float] | None) -> float | None:
    return constant(settled(limit.bound, known or {}), entry.target if entry else None)


def _worked_out(node: Expression) -> bool:
    """Whether the words leave something to work out, which a plain number or a grade does not."""
    return isinstance(node, Name | Binary | Call) or any(_worked_out(child) for child in children(node))


def _show_bound(limit: Limit, bound: float, value: float | None, shown: str | None) -> str:
    exact = _decimal(bound)
    try:
        seen = None if value is None or shown is None else Decimal(shown.rstrip("%").replace(",", ""))
    except InvalidOperation:
        seen = None
    if value is None or seen is None:
        return show_number(float(half_up_decimal(exact, 1)))
    stands = _meets(limit, value, bound)
    for places in range(1, MOST_DECIMALS + 1):
        number = half_up_decimal(exact, places)
        if _holds(limit.operator, seen, number) == stands == _meets(limit, float(seen), float(number)):
            return show_number(float(number))
    return show_number(bound)


def _meets(limit: Limit, value: float, bound: float) -> bool:
    if close(value, bound):
        return "=" in limit.operator
    return _holds(limit.operator, value, bound)


def _holds(operator: str, left: float | Decimal, right: float | Decimal) -> bool:
    if left == right:
        return "=" in operator
    return operator != "=" and (left < right) == operator.startswith("<")
