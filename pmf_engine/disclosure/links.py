"""What is counted, in which months and of which group: the two halves of a count."""

from __future__ import annotations

from typing import NamedTuple

from pmf_engine.disclosure.tables import Count


class Inner(NamedTuple):
    """What is counted, and in which months: a count of any group."""

    text: str
    start: int
    months: int

    def of(self, slice_: Slice) -> Count:
        """The count of a group, or of the whole."""
        return Count(*self, *slice_)


class Slice(NamedTuple):
    """A group of a breakdown; the whole where both are None."""

    by: str | None
    group: str | None


def inner_of(count: Count) -> Inner:
    """What a count counts, of whichever group."""
    return Inner(count.text, count.start, count.months)


def slice_of(count: Count) -> Slice:
    """The group of a count."""
    return Slice(count.by, count.group)
