"""Shortfalls: how many more or fewer of what is counted would have been tolerable, and good, by exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isinf

from pmf_engine.framework.model import Indicator
from pmf_engine.framework.tolerances import Entry, Interval, settled_band
from pmf_engine.judgement.formatting import decimal_of, divides


@dataclass(frozen=True)
class Shortfall:
    """How far a count, or the numerator of a percentage, is from its bands.

    Attributes:
        more: Whether more would be better; else fewer.
        tolerable: How many more or fewer would have been tolerable; None where the value is, or nothing is.
        good: How many more or fewer would have been good; None where no number of the denominator would.
        outside: How many of the denominator are missing from the numerator, where more would be better.
    """

    more: bool
    tolerable: int | None
    good: int | None
    outside: int | None


def shortfall(
    indicator: Indicator,
    entry: Entry | None,
    known: dict[str, float],
    value: float | None,
    numerator: float | None,
    denominator: float | None,
) -> Shortfall | None:
    """The shortfall of a value from its bands.

    Args:
        indicator: The indicator: a percentage of whole numbers, or a count of what is whole.
        entry: The tolerance in force.
        known: The numbers of the names in its bands.
        value: The value; the count where there is no denominator.
        numerator: The numerator of a percentage.
        denominator: The denominator of a percentage.

    Returns:
        None for other values, for bands without a constant end, and where closeness to a number is good.
    """
    if entry is None or value is None or entry.polarity == "close":
        return None
    if indicator.is_share and numerator is not None and denominator:
        count, per = numerator, Fraction(decimal_of(denominator)) / 100
    elif numerator is None and indicator.type.kind == "number" and not divides(indicator.expression):
        count, per, denominator = value, Fraction(1), None
    else:
        return None
    if not float(count).is_integer() or (denominator is not None and not denominator.is_integer()):
        return None
    more = entry.polarity == "high"
    needed = {}
    for name, band in entry.bands.items():
        interval = Interval.known(settled_band(band, known), entry.target_value)
        needed[name] = _steps(interval, per, int(count), denominator if more else None)
    outside = int(denominator - count) if more and denominator is not None else None
    tolerable, good = needed.get("tolerance"), needed["good"]
    return Shortfall(more, tolerable or None, good, outside) if good else None


def _steps(interval: Interval, per: Fraction, count: int, most: float | None) -> int | None:
    """The least change of a count that brings it into an interval with one end; None where none does.

    Args:
        interval: The interval of values.
        per: The count that is a value of 1.
        count: The present count.
        most: The largest possible count; None without one.
    """
    if isinf(interval.low) == isinf(interval.high):
        return None
    if isinf(interval.high):
        least = Fraction(decimal_of(interval.low)) * per
        wanted = floor(least) + 1 if interval.low_open else ceil(least)
        return None if most is not None and wanted > most else max(wanted - count, 0)
    highest = Fraction(decimal_of(interval.high)) * per
    wanted = ceil(highest) - 1 if interval.high_open else floor(highest)
    return None if wanted < 0 else max(count - wanted, 0)
