"""What can go wrong between an agency and the board, and what must follow: the words, and what all damages share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from statistics import median

from tests.support.damage_boards import DISTRICTS, LISTS, QUARTERS, Sent, Spot, Table, spots, start_of


class Follows(StrEnum):
    """What must follow from a damage."""

    NO_VALUE = "no value"
    """What rests on it has no value, or the right one."""
    NOT_GREEN = "marked, not green"
    """What rests on it may have a value with a mark, and is not green."""
    UNCHANGED = "unchanged"
    """It is read rightly: everything stays as it was."""
    UNNOTICEABLE = "cannot be noticed"
    """Nothing in what was sent shows it."""


@dataclass(frozen=True)
class Touched:
    """What a damage changed.

    `items` are the figures or lists, `quarters` those in which they are not as they were. `silent`: nothing shows it,
    so what rests on the items may turn out as it likes from the first of the quarters. `leans`: only other numbers
    show it, and these may be damaged too. `group` is the district that it is of, and `names` a district that is new.
    """

    items: tuple[str, ...]
    quarters: tuple[str, ...]
    silent: bool = False
    leans: bool = False
    group: str | None = None
    names: str | None = None

    @property
    def start(self) -> int:
        return min(map(start_of, self.quarters))


Do = Callable[[Sent, Random], Touched | None]


# -- choosing where ---------------------------------------------------------------------------


def any_spot(sent: Sent, rnd: Random) -> Spot:
    """A number of a return, as often a recent one as an old one."""
    recent = QUARTERS[-4:] if rnd.random() < 0.6 else QUARTERS[:-4]
    fits = [spot for spot in sent.spots() if spot.quarter in recent]
    return rnd.choice(fits or [*sent.spots()])


def in_row(spot: Spot, table: Table) -> tuple[str, ...]:
    """The figures of a spot's row."""
    if table.what == "long":
        return (spot.figure,)
    return tuple(name for name, text in zip(table.header[3:], table.rows[spot.row][3:], strict=False) if text)


def touched(spot: Spot, *, silent: bool = False, leans: bool = False, figures: Sequence[str] = ()) -> Touched:
    """What is touched where a spot's number, or its row's, is not as it was."""
    return Touched(tuple(figures) or (spot.figure,), (spot.quarter,), silent, leans, spot.district or None)


def named_before(sent: Sent, spot: Spot) -> bool:
    """Whether somebody knows that the spot's group belongs to its breakdown: it is listed, or was sent before."""
    return sent.listed or not spot.district or any(
        other.series == spot.series and start_of(other.quarter) < start_of(spot.quarter) for other in sent.spots()
    )  # fmt: skip


def slips(sent: Sent, spot: Spot, value: float) -> bool:
    """Whether a number in a spot is so far from those before that it looks like a slip of the decimal point."""
    series = [
        one for one in sent.spots() if one.series == spot.series and start_of(one.quarter) < start_of(spot.quarter)
    ]
    own = [float(one.text) for one in series if one.text.isdigit()]
    before = own[-12:]
    if len(before) < 3 or median(before) < 20 or not value:
        return False
    large = value >= 10 * median(before) and value >= 5 * max(before)
    return large or (value <= median(before) / 10 and value <= min(before) / 5)


def contradicts(sent: Sent, spot: Spot) -> bool:
    """Whether a whole and its groups stand beside the spot, so that a number far off in one contradicts the others."""
    return sent.wholes and any(spot.figure.startswith(name) for name in ("referrals", "rereferrals", "plans"))


def replaced(sent: Sent, spot: Spot, value: float) -> Touched:
    """Writes a number in a spot."""
    shown = slips(sent, spot, value) or contradicts(sent, spot)
    spot.write(f"{value:g}")
    return touched(spot, silent=not shown, leans=shown)


def misspelt(text: str, rnd: Random) -> str:
    """A word without one of its inner letters."""
    place = rnd.randrange(1, len(text) - 1)
    return text[:place] + text[place + 1 :]


def extract(sent: Sent, rnd: Random, kind: str | None = None, list_: str | None = None) -> Table | None:
    """A file of a list, with all its columns as far as earlier damages left them their names."""
    fits = [
        table
        for table in sent.tables
        if table.is_list
        and table.rows
        and table.covers
        and {*LISTS[table.what]} <= {*table.header}
        and kind in (None, table.kind)
        and list_ in (None, table.what)
    ]
    return rnd.choice(fits) if fits else None


def quarters_of(table: Table) -> tuple[str, ...]:
    """The quarters that a file is about."""
    if table.is_list:
        assert table.covers
        return tuple(
            quarter for quarter in QUARTERS
            if f"{table.covers[0]}"[:7] <= _month(quarter) <= f"{table.covers[1]}"[:7]
        )  # fmt: skip
    return tuple(dict.fromkeys(row[0] for row in table.rows if row[0] in QUARTERS))


def _month(quarter: str) -> str:
    year, month = divmod(start_of(quarter), 12)
    return f"{year:04}-{month + 1:02}"


def of_list(sent: Sent, table: Table, *, silent: bool = False, names: str | None = None) -> Touched:
    """What is touched where a file of a list is not as it was."""
    return Touched((f"{table.what}_{sent.mark}",), quarters_of(table), silent, names=names)


def of_return(table: Table, *, silent: bool = False) -> Touched:
    """What is touched where a whole return is not as it was."""
    figures = [name for row in table.rows for name in ([row[3]] if table.what == "long" else table.header[3:])]
    return Touched(tuple(dict.fromkeys(figures)), quarters_of(table), silent)


def of_lost(sent: Sent, table: Table) -> Touched:
    """What is touched where a whole return is lost: nothing shows it where it alone names groups, or is the first."""
    result, agency = of_return(table), table.rows[0][1]
    several = not sent.listed and len({row[0] for row in table.rows}) > 1 and any(row[2] for row in table.rows)
    left = [spot for other in sent.returns if other is not table for spot in spots(other) if spot.agency == agency]
    first = bool(result.quarters) and all(start_of(spot.quarter) > result.start for spot in left)
    return replace(result, silent=several or first)


def a_return(sent: Sent, rnd: Random) -> Table:
    """A file of a return: as often the last of an agency as another."""
    return rnd.choice([*sent.returns, *sent.returns[-1:] * 2])


def elsewhere(group: str, rnd: Random) -> str:
    """A district that is not this."""
    return rnd.choice([name for name in DISTRICTS if name != group])
