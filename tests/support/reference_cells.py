"""What stands of the cells of a board, slowly and exactly: slips of the decimal point, and wholes against their groups.

Written from the description alone, to hold the engine against; `reference` works out formulas from what it leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median

Sent = tuple[str, str, int, int]
"""Figure, agency, the first month of the period and how many it has."""

Reading = Fraction | str
"""A number, or why there is none."""

Cells = dict[Sent, dict[str | None, Reading]]
"""By district, None for the whole."""

NEAR = Fraction(1, 10**9)


def without_slips(cells: Cells, numbers: set[str], partners: Mapping[str, set[str]]) -> Cells:
    """The cells, without the numbers that a moved decimal point explains.

    Args:
        cells: All cells.
        numbers: The figures that are numbers.
        partners: Of figures of which nothing but a ratio is used, the others of these ratios.
    """
    found = {sent: dict(groups) for sent, groups in cells.items()}
    rows = sorted(
        {
            (start, agency, months, str(group or ""), group)
            for (_, agency, start, months), groups in cells.items()
            for group in groups
        },
        key=lambda row: row[:4],
    )
    earlier: dict[tuple[str, str, int, str | None], list[Fraction]] = {}
    for start, agency, months, _, group in rows:
        values = {
            name: value
            for name in numbers
            if isinstance(value := cells.get((name, agency, start, months), {}).get(group), Fraction)
        }
        before = {name: earlier.setdefault((name, agency, months, group), []) for name in values}
        times = {name: _times(value, before[name][-12:]) for name, value in values.items()}
        for name, value in values.items():
            mine = times[name]
            others = [times.get(other) for other in partners.get(name, ())]
            alike = bool(others) and all(
                mine is not None
                and other is not None
                and (mine > 1) == (other > 1)
                and max(mine, other) < 5 * min(mine, other)
                for other in others
            )
            if mine is not None and (mine > 1 or _is_shift(value, before[name][-12:])) and not alike:
                found[name, agency, start, months][group] = "invalid"
            else:
                before[name].append(value)
    return found


def _times(value: Fraction, earlier: Sequence[Fraction]) -> Fraction | None:
    """How many times the median of those before it a number is, where it is far out of line with all of them."""
    if len(earlier) < 3 or value <= 0 or median(earlier) < 20:
        return None
    middle = median(earlier)
    if value >= 10 * middle and value >= 5 * max(earlier):
        return value / middle
    if value * 10 <= middle and value * 5 <= min(earlier):
        return value / middle
    return None


def _is_shift(value: Fraction, earlier: Sequence[Fraction]) -> bool:
    """Whether one, two or three places to the right a small number is like those before it."""
    return any(
        min(earlier) <= value * shift * Fraction(3, 2) and value * shift <= max(earlier) * Fraction(3, 2)
        for shift in (10, 100, 1000)
    )


def held_wholes(cells: Cells, numbers: set[str], districts: Sequence[str]) -> tuple[Cells, dict[Sent, Fraction]]:
    """The cells, without wholes that their groups contradict or that leave one out; and sums that may be a whole."""
    found, others = {sent: dict(groups) for sent, groups in cells.items()}, dict[Sent, Fraction]()
    for sent, groups in cells.items():
        whole = groups.get(None)
        parts = [value for name, value in groups.items() if name is not None]
        if sent[0] not in numbers or not isinstance(whole, Fraction) or not parts:
            continue
        known = [value for value in parts if isinstance(value, Fraction)]
        total = sum(known, Fraction(0))
        if abs(whole - total) <= NEAR * max(abs(whole), abs(total)):
            if known and len(known) < len(parts):  # a total that leaves out a district without a number
                found[sent][None] = "invalid"
            continue
        complete = len(known) == len(parts) == len(districts)
        digits = max(_digits(value) for value in (whole, *known))
        unit = Fraction(1, 10**digits) if 0 < digits <= 3 else Fraction(0)
        room = (len(districts) + 1) * unit / 2 + NEAR * abs(whole)
        if total > whole + room or (complete and total < whole - max(abs(whole) / 20, Fraction(2)) - room):
            found[sent][None] = "invalid"
        elif complete and total < whole - room:
            others[sent] = total
    return found, others


def _digits(value: Fraction) -> int:
    """How many decimals a number has; 4 for more than three."""
    return next((digits for digits in range(4) if (value * 10**digits).denominator == 1), 4)
