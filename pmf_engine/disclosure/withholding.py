"""Which rows to withhold: those with a small count, and those from which one could be worked out.

Once a count of a group is withheld, so are the same counts of all groups of that breakdown, and everything that sums
link to them; of the whole, what is withheld and what is left. Then each withheld count may be anything from none to
its whole: put every case into that group, or every case into another one, and all that is published stays as it is.
An exact choice would withhold fewer rows; this one needs no solver, and looks at no value of a withheld count.
"""

from __future__ import annotations

from collections import defaultdict

from pmf_engine.disclosure.tables import Count, Link, Linked, Tables


def withheld_counts(tables: Tables, limit: int) -> set[Count]:
    """The counts that no published row may show.

    Args:
        tables: The counts and their links.
        limit: The smallest count above 0 that may be published.
    """
    hidden = {count for count, value in tables.values.items() if 0 < value < limit}
    of_count: dict[Count, list[Linked]] = defaultdict(list)
    for linked in tables.links:
        for count in linked.counts:
            of_count[count].append(linked)
    waiting = [*hidden]
    while waiting:
        for linked in of_count[waiting.pop()]:
            more = _withheld_with(linked, hidden) - hidden
            hidden |= more
            waiting += more
    return hidden


def _withheld_with(linked: Linked, hidden: set[Count]) -> set[Count]:
    """The counts of a sum that must be withheld, as one of them is."""
    total, terms = linked.total, set(linked.terms)
    match linked.link:
        case Link.GROUPS:
            return terms | {total} if len(terms) == 1 else terms
        case Link.PARTS if total.by is None:
            return terms
    return terms | {total}


def withheld_rows(tables: Tables, limit: int) -> set[int]:
    """The positions of the rows that must be withheld."""
    hidden = withheld_counts(tables, limit)
    return {position for position, counts in tables.published.items() if not hidden.isdisjoint(counts)}
