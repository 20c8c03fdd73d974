"""What earlier papers published, beside the counts of today.

A count that an earlier paper published, and that is the same today, is known: it cannot be withheld any more. Where it
was revised, or had not come yet, the sums of that paper still hold between what it published and what nobody has
published: they are sums of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pmf_engine.disclosure.counts import Counts, Reader
from pmf_engine.disclosure.tables import Count, Link, Linked, Row, Tables, work_out

Published = Mapping[Count, float | None]
"""What a paper published of each count; None where nothing had come. What it withheld is left out."""


@dataclass(frozen=True)
class Paper:
    """An earlier paper.

    Attributes:
        rows: Its rows, but those that it withheld; with nulls where nothing had come.
        withheld: The rows that it withheld.
        reader: The counts in the formulas of that day.
    """

    rows: Sequence[Row]
    withheld: Sequence[Row]
    reader: Reader

    def counts_of(self) -> Mapping[str, Counts]:
        """By indicator, the counts of its rows."""
        return self.reader.counts_of(row.indicator for row in (*self.rows, *self.withheld))

    def published(self) -> Published:
        """What it published of each count.

        A row without a value does not say that nothing had come where another row shows the count, or one was withheld.
        """
        withheld = {count for count, _ in self._counts(self.withheld)}
        nothing = {count: None for count, value in self._counts(self.rows) if value is None and count not in withheld}
        return {**nothing, **{count: value for count, value in self._counts(self.rows) if value is not None}}

    def kept(self) -> set[Count]:
        """The counts that it withheld, of which nobody can tell which were small."""
        return {count for count, _ in self._counts(self.withheld)} - self.published().keys()

    def _counts(self, rows: Sequence[Row]) -> Iterator[tuple[Count, float | None]]:
        """The counts of rows, with their values."""
        counts_of = self.counts_of()
        for row in rows:
            if row.indicator in counts_of:
                yield from row.counts(counts_of[row.indicator]).items()


def earlier_links(tables: Tables, papers: Sequence[Published]) -> Iterator[Linked]:
    """The sums of earlier papers, as far as they say of a count of today what its own sums do not.

    What was published then and is another today stands beside the count of today, as a count of its own. So does what
    had not come: it was nothing, or whatever the sums make of it; and what was left of a whole beside such a part, of
    which nobody knows how many there were. What was withheld then is taken to be as it is today.
    """
    sums = {linked.total for linked in tables.links if linked.link is Link.SUM}
    for number, published in enumerate(papers, 1):
        told = {count for count, value in published.items() if value is not None or count not in sums}
        revised = {count for count, value in published.items() if value is None or tables.values.get(count) != value}
        for linked in tables.links:
            of_then = revised & {*linked.counts}
            if of_then and not {*linked.counts} <= told:
                if linked.link is Link.PARTS:
                    of_then |= {linked.terms[-1]} - told
                then = {count: count._replace(text=f"{count.text} (of paper {number})") for count in of_then}
                for count in of_then:
                    tables.add(then[count], (published[count] or 0.0) if count in told else None)
                tables.known |= {then[count] for count in of_then & told}
                total, *terms = (then.get(count, count) for count in linked.counts)
                yield linked._replace(total=total, terms=tuple(terms))


def given_away(tables: Tables, small: Iterable[Count]) -> Collection[Count]:
    """The counts of today's rows, of small ones, that earlier papers give away already, whatever is withheld today."""
    if not tables.known:
        return ()
    own = {count for counts in tables.published.values() for count in counts}
    own |= {
        part for linked in tables.links if linked.link is Link.PARTS and linked.total in own for part in linked.terms
    }
    values = {count: tables.values[count] for count in tables.known}
    work_out(values, [*tables.links, *tables.earlier])
    return [count for count in small if count in own and values.get(count) == tables.values[count]]
