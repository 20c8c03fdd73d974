"""Which rows to withhold: those with a small count, and those from which one could be worked out.

Each small count gets a move: a change to withheld counts that keeps all that is published, so that it may be anything
from 1 up to the limit less one. The moves are chosen so that together they withhold few rows. Where no move is found,
whatever sums link to the count is withheld. The choice looks at which counts are small, and at no other value of what
it withholds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pmf_engine.disclosure.earlier import given_away
from pmf_engine.disclosure.moves import Move, Moves
from pmf_engine.disclosure.tables import Count, Link, Linked, Tables

_PASSES = 2
"""How often each move is sought anew beside the others."""


@dataclass(frozen=True)
class Withheld:
    """What is withheld.

    Attributes:
        rows: The positions of the rows.
        counts: The counts that no published row may show.
        given_away: The small counts that earlier papers give away, whatever is withheld.
    """

    rows: frozenset[int]
    counts: frozenset[Count]
    given_away: Collection[Count] = ()


def withhold(tables: Tables, limit: int) -> Withheld:
    """The rows and counts that must be withheld.

    Args:
        tables: The counts and their links.
        limit: The smallest count above 0 that may be published.
    """
    small = sorted(small_counts(tables, limit), key=str)
    first = {
        position
        for position, counts in tables.published.items()
        if not {*counts}.isdisjoint(small) or not tables.kept.isdisjoint(counts)
    }
    moves, found, links = Moves(tables, limit), dict[Count, Move](), _links_of(tables)
    used, stuck = Counter(first), set[Count]()
    for number in range(_PASSES):
        for count in small if number == 0 else reversed(small):
            before = found.get(count)
            if before and (count in stuck or all(used[row] > 1 for row in before.rows)):
                continue
            for row in before.rows if before else ():
                used[row] -= 1
                if not used[row]:
                    del used[row]
            move = moves.cheapest(count, used.keys()) or before
            if move is None:
                stuck.add(count)
                move = _closure(tables, links, count)
            found[count] = move
            used.update(move.rows)
    rows = frozenset(used)
    shown = {count for position, counts in tables.published.items() if position not in rows for count in counts}
    counts = {count for move in found.values() for count in move.counts} | {*small}
    counts |= {count for position in rows for count in tables.published[position]} - shown
    return Withheld(
        rows, frozenset(counts), given_away(tables, (count for count in small if tables.values[count] < limit))
    )


def small_counts(tables: Tables, limit: int) -> Collection[Count]:
    """The counts that nobody may work out: those that are small, and those that earlier papers withheld."""
    return {
        count
        for count, value in tables.values.items()
        if count not in tables.known and value > 0 and (value < limit or count in tables.kept)
    }


def _closure(tables: Tables, links: Mapping[Count, list[Linked]], count: Count) -> Move:
    """Everything that sums link to a count.

    All groups of that breakdown, and everything that sums link to them; of the whole, what is withheld and what is
    left. Then the count may be anything from none to its whole: put every case into that group, or every case into
    another one, and all that is published stays as it is. After earlier papers the whole is withheld, too, up to what
    they published: then no more is told of the count than they told.
    """
    hidden, waiting, is_later = {count}, [count], bool(tables.known or tables.kept)
    while waiting:
        for linked in links.get(waiting.pop(), ()):
            more = {*linked.counts} if is_later else _withheld_with(linked, hidden)
            more = {each for each in more if each not in hidden and each not in tables.known}
            hidden |= more
            waiting += more
    return Move(frozenset(hidden), frozenset(row for each in hidden for row in tables.rows.get(each, ())))


def _links_of(tables: Tables) -> Mapping[Count, list[Linked]]:
    links: dict[Count, list[Linked]] = defaultdict(list)
    for linked in (*tables.links, *tables.earlier):
        for count in linked.counts:
            links[count].append(linked)
    return links


def _withheld_with(linked: Linked, hidden: set[Count]) -> set[Count]:
    """The counts of a sum that must be withheld, as one of them is."""
    total, terms = linked.total, set(linked.terms)
    match linked.link:
        case Link.GROUPS:
            return terms | {total} if len(terms) == 1 else terms
        case Link.PARTS if total.by is None:
            return terms
    return terms | {total}
