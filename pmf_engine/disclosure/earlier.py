"""What earlier papers published, beside the counts of today.

A count that an earlier paper published, and that is the same today, is known: it cannot be withheld any more. Where it
was revised, or had not come yet, the sums of that paper still hold between what it published and what nobody has
published: they are sums of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pmf_engine.disclosure.counts import Counts, Reader
from pmf_engine.disclosure.rounding import Ends, Rounding
from pmf_engine.disclosure.tables import Count, Link, Linked, Row, Tables, work_out
from pmf_engine.domain.numbers import NEAR

Published = Mapping[Count, Ends | None]
"""Between what each count was by a paper; None where nothing had come. What it withheld is left out."""


@dataclass(frozen=True)
class Paper:
    """An earlier paper.

    Attributes:
        rows: Its rows, but those that it withheld; with nulls where nothing had come.
        withheld: The rows that it withheld.
        reader: The counts in the formulas of that day.
        rounding: How it rounded its counts; None where it did not.
    """

    rows: Sequence[Row]
    withheld: Sequence[Row]
    reader: Reader
    rounding: Rounding | None = None

    def counts_of(self) -> Mapping[str, Counts]:
        """By indicator, the counts of its rows."""
        return self.reader.counts_of(row.indicator for row in (*self.rows, *self.withheld))

    def published(self) -> Published:
        """What it published of each count.

        A row without a value does not say that nothing had come where another row shows the count, or one was withheld.
        """
        withheld = {count for count, _ in self._counts(self.withheld)}
        nothing = {count: None for count, value in self._counts(self.rows) if value is None and count not in withheld}
        exact = self.reader.exact(self.counts_of().values())
        shown = {count: value for count, value in self._counts(self.rows) if value is not None}
        return nothing | {
            count: (value, value) if self.rounding is None or count.text in exact else self.rounding.ends(value)
            for count, value in shown.items()
        }

    def kept(self) -> set[Count]:
        """The counts that it withheld, of which nobody can tell which were small."""
        return {count for count, _ in self._counts(self.withheld)} - self.published().keys()

    def rows_counts(self) -> Iterator[tuple[Count, ...]]:
        """The counts of each row that it showed."""
        counts_of = self.counts_of()
        return (tuple(row.counts(counts_of[row.indicator])) for row in self.rows if row.indicator in counts_of)

    def _counts(self, rows: Sequence[Row]) -> Iterator[tuple[Count, float | None]]:
        """The counts of rows, with their values."""
        counts_of = self.counts_of()
        for row in rows:
            if row.indicator in counts_of:
                yield from row.counts(counts_of[row.indicator]).items()


def shown_by(papers: Sequence[Published]) -> dict[Count, Ends]:
    """Between what each count was by papers, the later one where they contradict each other."""
    shown: dict[Count, Ends] = {}
    for published in papers:
        for count, ends in published.items():
            if ends is not None:
                before = shown.get(count, ends)
                low, high = max(before[0], ends[0]), min(before[1], ends[1])
                shown[count] = (low, high) if low <= high else ends
    return shown


def contradicted_by(tables: Tables, shown: Mapping[Count, Ends]) -> set[Count]:
    """The counts that no row shows today, and of which today's sums say that one was revised since it was shown.

    Groups are left out, as some cases of a whole may be in none of them.
    """
    unseen = {count: ends for count, ends in shown.items() if count not in tables.values}
    sums = [linked for linked in tables.links if linked.link is not Link.GROUPS]
    return {count for linked in sums if not _holds(tables, linked, unseen) for count in unseen.keys() & linked.counts}


def revised_sums(tables: Tables, shown: Mapping[Count, Ends]) -> set[Count]:
    """The counts that were not shown, but gave themselves away by sums of what was, and are others today."""
    then = {count: low for count, (low, high) in shown.items() if low == high}
    work_out(then, tables.links)
    return {count for count, value in then.items() if count not in shown and not tables.may_be(count, (value, value))}


def earlier_links(tables: Tables, papers: Sequence[Published]) -> Iterator[Linked]:
    """The sums of earlier papers, as far as they say of a count of today what its own sums do not.

    What was published then and is another today stands beside the count of today, as a count of its own. So does what
    had not come: it was nothing, or whatever the sums make of it; and what was left of a whole beside such a part, of
    which nobody knows how many there were. What was withheld then is taken to be as it is today.
    """
    sums = {linked.total for linked in tables.links if linked.link is Link.SUM}
    for number, published in enumerate(papers, 1):
        told = {count for count, ends in published.items() if ends is not None or count not in sums}
        revised = {count for count, ends in published.items() if ends is None or not tables.may_be(count, ends)}
        rounded = {count for count in told & tables.ranges.keys() if count in published}
        for linked in tables.links:
            of_then = revised & {*linked.counts}
            if of_then and rounded and not _holds(tables, linked, {count: published[count] for count in of_then}):
                of_then |= rounded & {*linked.counts}  # one of them was revised, and rounds to the same
            if of_then and not {*linked.counts} <= told - tables.ranges.keys():
                if linked.link is Link.PARTS:
                    of_then |= {linked.terms[-1]} - told
                then = {count: count._replace(text=f"{count.text} (of paper {number})") for count in of_then}
                for count in of_then:
                    low, high = published.get(count) or (0.0, 0.0)
                    tables.add(then[count], low if count in told and low == high else None)
                    if low < high:
                        tables.ranges[then[count]] = (low, high)
                tables.known |= {then[count] for count in of_then & told}
                total, *terms = (then.get(count, count) for count in linked.counts)
                yield linked._replace(total=total, terms=tuple(terms))


def _holds(tables: Tables, linked: Linked, then: Published) -> bool:
    """Whether a sum may hold between some counts as they were then and the others as they are today."""
    least = most = 0.0
    for count, factor in zip(linked.counts, (-1.0, *linked.factors), strict=True):
        value = tables.values.get(count)
        ends = (then[count] or (0.0, 0.0)) if count in then else None if value is None else (value, value)
        if ends is None:
            return True
        least, most = least + min(factor * each for each in ends), most + max(factor * each for each in ends)
    return least <= NEAR <= most + 2 * NEAR


def given_away(tables: Tables, small: Iterable[Count]) -> Collection[Count]:
    """The counts of today's rows, of small ones, that earlier papers give away already, whatever is withheld today."""
    if not tables.known:
        return ()
    own = {count for counts in tables.published.values() for count in counts}
    own |= {
        part for linked in tables.links if linked.link is Link.PARTS and linked.total in own for part in linked.terms
    }
    values = {count: tables.values[count] for count in tables.known - tables.ranges.keys()}
    work_out(values, [*tables.links, *tables.earlier])
    return [count for count in small if count in own and values.get(count) == tables.values[count]]
