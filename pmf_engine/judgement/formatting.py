"""Formatting of values, bands, periods and dates, shared by all renderers.

Judgement works at full precision. Formatting rounds numbers for readers, and keeps enough decimals that each number
lies in the same bands as the exact value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import isinf
from typing import Final

from pmf_engine.domain.numbers import close, half_up_decimal
from pmf_engine.domain.periods import MONTHS, Period
from pmf_engine.formula.functions import FUNCTIONS, RATIOS
from pmf_engine.formula.syntax import Call, Expression, children
from pmf_engine.framework.model import Indicator
from pmf_engine.framework.tolerances import Entry, Interval, settled_band

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
    """The value for readers: rounded half up, with `%` for a percentage; a grade by its name.

    Where rounding would move the value into another band, `show_value` adds decimals; where no decimals help, because
    the value only counts as equal to a bound, it takes decimals away.

    Args:
        value: The exact value.
        indicator: The indicator, with its unit and decimals.
        entry: The tolerance in force.
        grades: The grades of the indicator's scale, worst to best.
        known: The numbers of the names in bands (see `Indicator.band_names`); bounds without a number are ignored.
    """
    if indicator.type.kind == "grade" and float(value).is_integer() and 1 <= value <= len(grades):
        return grades[int(value) - 1]
    suffix = "%" if indicator.unit == "%" else ""
    bands = _intervals(entry, known)
    exact = decimal_of(value)
    sides = [band.sides(value) for band in bands]
    least = _places(indicator, exact)
    nearest = None
    for places in (*range(least, MOST_DECIMALS + 1), *range(least - 1, -1, -1)):
        rounded = half_up_decimal(exact, places)
        if [band.sides(float(rounded)) for band in bands] == sides:
            if [_sides_as_read(band, rounded) for band in bands] == sides:
                return f"{rounded:,f}{suffix}"
            nearest = rounded if nearest is None else nearest
    if nearest is not None:
        return f"{nearest:,f}{suffix}"
    for digits in range(3, 17):
        written = format(Decimal(repr(value)), f".{digits}e")
        if [band.sides(float(written)) for band in bands] == sides:
            return f"{written}{suffix}"
    return f"{value!r}{suffix}"


def show_rounded(value: float, places: int) -> str:
    """A number rounded half up to a number of decimals, without separators.

    >>> show_rounded(1234.25, 1)
    '1234.3'
    """
    return f"{half_up_decimal(decimal_of(value), places):f}"


def show_number(value: float) -> str:
    """An exact number, such as a numerator, a target or a bound, without trailing zeros.

    >>> show_number(1234.50)
    '1,234.5'
    """
    exact = decimal_of(value)
    digits = f"{exact:,f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def show_status(status: str) -> str:
    """A status in words.

    >>> show_status("not_due")
    'not due'
    """
    return status.replace("_", " ")


def show_date(day: date) -> str:
    """A date as people write it.

    >>> show_date(date(2017, 2, 1))
    '1 February 2017'
    """
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def show_months(period: Period) -> str:
    """The months of a period: `October to December 2016`."""
    first, last = period.first_day, period.last_day
    start, end = MONTHS[first.month - 1].capitalize(), MONTHS[last.month - 1].capitalize()
    if period.cadence.months == 1:
        return f"{end} {last.year}"
    return f"{start} to {end} {last.year}" if first.year == last.year else f"{start} {first.year} to {end} {last.year}"


def show_periods(count: int, months: int) -> str:
    """A number of periods, each of a length in months.

    >>> show_periods(4, 3), show_periods(1, 12)
    ('4 quarters', '1 year')
    """
    return show_count(count, _LENGTHS.get(months, "period"))


def show_count(count: int, thing: str) -> str:
    """A number with its noun.

    >>> show_count(1, "quarter"), show_count(1200, "quarter")
    ('1 quarter', '1,200 quarters')
    """
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def trend(values: Sequence[float | None], *, ascii: bool = False) -> str:
    """A sparkline of one character a period, higher for more; `·` (`?` in ASCII) for a period without a value.

    >>> trend([1.0, 2.0, None, 8.0])
    '▁▂·█'
    """
    levels, gap = (_ASCII_BLOCKS, "?") if ascii else (_BLOCKS, "·")
    numbers = [value for value in values if value is not None]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 0.0)

    def level(value: float) -> str:
        if close(low, high):
            return levels[len(levels) // 2 - 1]
        # Halved first, so that the distance between two huge numbers stays finite.
        share = (value / 2 - low / 2) / (high / 2 - low / 2)
        return levels[min(int(share * len(levels)), len(levels) - 1)]

    return "".join(gap if value is None else level(value) for value in values)


def decimal_of(value: float) -> Decimal:
    """The decimal number of a float, without the rounding error of binary fractions.

    >>> decimal_of(0.1 + 0.2)
    Decimal('0.3')
    """
    # Twelve digits cut the rounding error off, and are finer than any two numbers that count as different.
    return Decimal(int(value)) if float(value).is_integer() else Decimal(format(value, ".12g"))


def _places(indicator: Indicator, exact: Decimal) -> int:
    """The decimals of a value before bands ask for more: 0 for a whole number from a formula that does not divide."""
    if indicator.decimals is not None:
        return indicator.decimals
    formula = indicator.expression
    if isinstance(formula, Call) and FUNCTIONS[formula.function].rounds:
        return indicator.places
    if not divides(formula) and exact == exact.to_integral_value():
        return 0
    return indicator.places


def divides(node: Expression) -> bool:
    """Whether an expression contains a division, as an operator or in a function."""
    if getattr(node, "function", None) in _DIVIDING or getattr(node, "operator", None) == "/":
        return True
    return any(divides(child) for child in children(node))


def _intervals(entry: Entry | None, numbers: Mapping[str, float] | None) -> list[Interval]:
    """The bands of a tolerance entry as intervals, with the numbers of names filled in."""
    if entry is None:
        return []
    bands = [settled_band(band, numbers) if numbers else band for band in (entry.good, entry.tolerance) if band]
    return [Interval.known(band, entry.target_value) for band in bands]


def _sides_as_read(interval: Interval, shown: Decimal) -> tuple[bool, bool]:
    """Whether a number as shown lies above the low end and below the high end, by exact comparison."""
    low, high = interval.low, interval.high
    above = isinf(low) or shown > decimal_of(low) or (shown == decimal_of(low) and not interval.low_open)
    below = isinf(high) or shown < decimal_of(high) or (shown == decimal_of(high) and not interval.high_open)
    return above, below
