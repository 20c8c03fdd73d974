"""Which rows to withhold: those with a small count, and those from which one could be worked out.

Each small count gets a move: a change to withheld counts that keeps all that is published, so that it may be anything
from 1 up to the limit less one. The moves are chosen so that together they withhold few rows. Where no move is found,
whatever sums link to the count is withheld. The choice looks at which counts are small, and at no other value of what
it withholds.

With the solver the fewest rows are found; without it, and for tables that would take it too many steps, moves are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from math import inf

from pmf_engine.disclosure.accounts import Accounts
from pmf_engine.disclosure.earlier import given_away
from pmf_engine.disclosure.exact import Exact, fewest_rows, has_solver
from pmf_engine.disclosure.moves import Move, Moves
from pmf_engine.disclosure.programs import Steps
from pmf_engine.disclosure.tables import Count, Link, Linked, Tables

_MOST_STEPS = 20_000
"""How many steps the solver may take: as a rule a few seconds."""

_MOST_ROWS = 5000
"""How many rows the solver is asked about."""


@dataclass(frozen=True)
class Withheld:
    """What is withheld.

    Attributes:
        rows: The positions of the rows.
        counts: The counts that no published row may show.
        given_away: The small counts that earlier papers give away, whatever is withheld.
        least: How many rows must be withheld at least; None where no solver said so.
        is_audited: The solver was asked about each small count beside rounded ones.
    """

    rows: frozenset[int]
    counts: frozenset[Count]
    given_away: Collection[Count] = ()
    least: int | None = None
    is_audited: bool = False


def withhold(tables: Tables, limit: int, *, exactly: bool | None = None) -> Withheld:
    """The rows and counts that must be withheld.

    Args:
        tables: The counts and their links.
        limit: The smallest count above 0 that may be published.
        exactly: Whether to ask the solver; None for whether it is installed.
    """
    links, accounts = links_of(tables), Accounts(tables, limit)
    kept = tables.kept | revised_beside(tables, limit)
    small = sorted(small_counts(tables, limit, kept), key=str)
    secret = kept.union(small)
    first = {at for at, counts in tables.published.items() if not secret.isdisjoint(counts)}
    use_solver = (has_solver() if exactly is None else exactly) and len(tables.published) <= _MOST_ROWS
    solved, left = _by_solver(accounts, small, first, links) if use_solver and small else ([], small)
    chosen = first.union(*(each.rows for each in solved))
    moves = by_moves(accounts, left, chosen, links)
    rows = frozenset(chosen.union(*(move.rows for move in moves)))
    shown = {count for position, counts in tables.published.items() if position not in rows for count in counts}
    counts = {*small}.union(*(move.counts for move in moves), *(each.counts for each in solved))
    counts |= {count for position in rows for count in tables.published[position]} - shown
    of_parts = frozenset[int]().union(*(each.rows for each in solved))
    least = sum(each.least for each in solved) + len(first - of_parts) if use_solver else None
    return Withheld(
        rows,
        frozenset(counts),
        given_away(tables, (count for count in small if tables.values.get(count, limit) < limit)),
        least,
    )


def _by_solver(
    accounts: Accounts, small: Collection[Count], first: Set[int], links: Mapping[Count, list[Linked]]
) -> tuple[list[Exact], list[Count]]:
    """What the solver finds, and the small counts of the tables that take it too many steps."""
    tables, solved, left, steps = accounts.tables, list[Exact](), list[Count](), Steps(_MOST_STEPS)
    for part in sorted(accounts.parts(small), key=lambda part: len(part.counts) * len(part.small)):
        own = {row for count in part.counts for row in tables.rows.get(count, ())}
        found = fewest_rows(accounts, part, own & first, lambda stuck: closure(tables, links, stuck).rows, steps)
        if found is None:
            left += part.small
        else:
            solved.append(found)
    return solved, left


def by_moves(
    accounts: Accounts, small: Sequence[Count], first: Set[int], links: Mapping[Count, list[Linked]]
) -> Collection[Move]:
    """A move of each small count, so that together they withhold few rows."""
    moves, found, stuck, hidden = Moves(accounts), dict[Count, Move](), list[Move](), {*first}
    for count in small:
        move = moves.cheapest(count, hidden) or next((each for each in stuck if count in each.counts), None)
        if move is None:
            move = closure(accounts.tables, links, [count])
            stuck.append(move)
        found[count] = move
        hidden |= move.rows
    _release(moves, found, hidden, frozenset(first).union(*(move.rows for move in stuck)))
    return found.values()


def _release(moves: Moves, found: dict[Count, Move], hidden: set[int], kept: Set[int]) -> None:
    """Releases rows without which every small count still has a move, and finds those moves."""
    users: dict[int, set[Count]] = defaultdict(set)
    for count, move in found.items():
        for row in move.rows:
            users[row].add(count)
    for row in sorted(hidden - kept, key=lambda row: (len(users[row]), row)):
        hidden.discard(row)
        others = dict[Count, Move]()
        for count in sorted(users[row], key=str):
            other = moves.within(count, hidden)
            if other is None:
                hidden.add(row)
                break
            others[count] = other
        else:
            for count, move in others.items():
                for each in found[count].rows:
                    users[each].discard(count)
                for each in move.rows:
                    users[each].add(count)
            found |= others


def small_counts(tables: Tables, limit: int, kept: Set[Count]) -> Set[Count]:
    """The counts that nobody may work out: those that are small, and those that stay withheld.

    Of what was withheld before and no row shows today the value is not known: it may have been small.
    """
    small = {count for count, value in tables.worked_out.items() if 0 < value < limit}
    nothing = {count for count, value in tables.values.items() if value <= 0} | tables.absent - tables.values.keys()
    return (small | kept & tables.counts - nothing) - tables.known


def revised_beside(tables: Tables, limit: int) -> set[Count]:
    """The revised counts that sums link to what nobody may work out, by counts that may have changed since.

    Their changes would tell by how much those changed: who knows that no other term did has its least value.
    """
    found: set[Count] = set()
    waiting = {*small_counts(tables, limit, tables.kept), *tables.kept} if tables.revised else set()
    while waiting:
        beside = {count for linked in tables.links if not waiting.isdisjoint(linked.counts) for count in linked.counts}
        waiting = beside - tables.known - tables.absent - found
        found |= waiting
    return found & tables.revised


def closure(tables: Tables, links: Mapping[Count, list[Linked]], stuck: Collection[Count], most: float = inf) -> Move:
    """Everything that sums link to some counts, or what so many sums link to them at most.

    All groups of that breakdown, and everything that sums link to them; of the whole, what is withheld and what is
    left. Then the count may be anything from none to its whole: put every case into that group, or every case into
    another one, and all that is published stays as it is. After earlier papers the whole is withheld, too, up to what
    they published: then no more is told of the count than they told.
    """
    hidden, waiting, is_later = {*stuck}, {*stuck}, bool(tables.known or tables.kept)
    while waiting and most > 0:
        linked_to = [linked for count in waiting for linked in links.get(count, ())]
        more = {count for linked in linked_to for count in (linked.counts if is_later else _withheld_with(linked))}
        waiting = more - hidden - tables.known
        hidden |= waiting
        most -= 1
    return Move(frozenset(hidden), frozenset(row for each in hidden for row in tables.rows.get(each, ())))


def links_of(tables: Tables) -> Mapping[Count, list[Linked]]:
    """By count, the sums that it is in, today's and those of earlier papers."""
    links: dict[Count, list[Linked]] = defaultdict(list)
    for linked in (*tables.links, *tables.earlier):
        for count in linked.counts:
            links[count].append(linked)
    return links


def _withheld_with(linked: Linked) -> set[Count]:
    """The counts of a sum that must be withheld, as one of them is."""
    total, terms = linked.total, set(linked.terms)
    match linked.link:
        case Link.GROUPS:
            return terms | {total} if len(terms) == 1 else terms
        case Link.PARTS if total.by is None:
            return terms
    return terms | {total}
