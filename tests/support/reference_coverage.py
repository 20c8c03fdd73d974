"""Which days the files of a list cover, worked out slowly, day by day, to hold the engine against.

Written from what the documents say of files that replace each other. It shares nothing with the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(eq=False)
class Share:
    """What one sender has in one file: when its records start and end, and a text for each that tells it from others.

    `days` are those that the file says it covers. Once it is settled, `counts` are the days that no later file has
    taken, None where it is the only one of its part, and `disputed` those of which nobody knows what counts.
    """

    received: date | None
    part: str
    days: frozenset[date] | None
    spells: bool
    records: int
    starts: tuple[date, ...]
    ends: tuple[date, ...]
    texts: frozenset[str]
    counts: frozenset[date] | None = None
    disputed: set[date] = field(default_factory=set)

    def known(self, until: date) -> frozenset[date]:
        """The days from its first record to its last, where the file says none; of spells from the first end."""
        if self.days is not None:
            return self.days
        firsts = [day for day in (self.ends if self.spells else self.starts) if day <= until]
        dates = [day for day in (*self.starts, *self.ends) if day <= until]
        return between(min(firsts), max(dates)) if firsts else frozenset()

    def possible(self, until: date) -> frozenset[date]:
        """The days that it may cover, where the file says none."""
        starts = [day for day in self.starts if day <= until]
        if self.days is not None or not starts:
            return self.days or frozenset()
        dates = [day for day in (*self.starts, *self.ends) if day <= until]
        return between(min(starts), until if self.spells else max(dates))

    @property
    def replaced(self) -> bool:
        """Whether later files have taken all of its days."""
        return self.counts is not None and not self.counts and bool(self.known(date.max))


def between(first: date, last: date) -> frozenset[date]:
    """Every day from one to another, both included."""
    return frozenset(first + timedelta(days=after) for after in range((last - first).days + 1))


def month(day: date) -> int:
    """A month as a number, with that of January of the year 0 as 0."""
    return day.year * 12 + day.month - 1


def settle(shares: Sequence[Share], today: date) -> None:
    """Finds which days count in each of the shares of one sender and part.

    Args:
        shares: Two or more.
        today: The last day that records of a file can be of that came on an unknown day.
    """

    def later(other: Share, share: Share) -> bool:
        return bool(other.received and share.received and other.received > share.received)

    def latest(share: Share) -> date:
        return share.received or today

    for share in shares:
        taken = [other.known(latest(other)) for other in shares if later(other, share)]
        share.counts = share.known(latest(share)).difference(*taken)
    may = {}
    for share in shares:
        assert share.counts is not None
        may[share] = share.counts if share.known(latest(share)) else share.possible(latest(share))
    for share in shares:
        for other in shares:
            apart = share is other or later(share, other) or later(other, share)
            if not apart and share.texts & other.texts:
                share.disputed |= may[share] & may[other]


@dataclass(frozen=True)
class Covered:
    """The days that an agency's records cover, by part; those of which nothing is known; those that they may cover."""

    parts: dict[str, set[date]]
    disputed: set[date]
    refused: set[date]
    possible: set[date]

    def months(self, at_end: bool = False) -> set[int]:
        """The months of which every day is covered, in one part, or the last day (`at_end`)."""
        found = set[int]()
        for days in self.parts.values():
            for at in {month(day) for day in days}:
                first = date(at // 12, at % 12 + 1, 1)
                last = date((at + 1) // 12, (at + 1) % 12 + 1, 1) - timedelta(days=1)
                if last in days and (at_end or between(first, last) <= days):
                    found.add(at)
        return found

    @property
    def heard(self) -> set[int]:
        """The months of which the records say something, or may."""
        return {month(day) for days in (*self.parts.values(), self.disputed, self.possible) for day in days}


def covered(shares: Iterable[Share], as_of: date) -> Covered:
    """What an agency's shares cover up to a day."""
    found = Covered({}, set(), set(), set())
    end = date((month(as_of) + 1) // 12, (month(as_of) + 1) % 12 + 1, 1)
    for share in shares:
        found.disputed.update(share.disputed)
        if share.replaced:
            continue
        starts = [day for day in share.starts if day <= as_of]
        if share.days is None and not starts:
            if share.records:  # all that it holds was refused, or is still to come
                found.refused.update(between(date(2010, 1, 1), share.received or as_of))
            continue
        counts = share.known(as_of) if share.counts is None else share.counts
        if share.days is not None:
            counts = frozenset(day for day in counts if day < end)
        else:
            dates = [day for day in (*share.starts, *share.ends) if day <= as_of]
            until = min(share.received or as_of, as_of) if share.spells else max(dates)
            found.possible.update(between(min(*starts, until), max(*dates, until)))
        found.parts.setdefault(share.part, set()).update(counts)
    return found
