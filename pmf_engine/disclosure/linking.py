"""Builds tables of rows: every count that they publish or give away, and the sums that link counts.

Counts are linked in six ways: the parts of a row (a numerator and what is left of the denominator), those scored twice
(better, worse and neither), the groups of a whole, the terms of a sum, the periods of a longer one, and the periods
that a function over time adds up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pmf_engine.disclosure.counts import Counts, Reader, Terms
from pmf_engine.disclosure.earlier import Paper, earlier_links
from pmf_engine.disclosure.tables import Count, Link, Linked, Row, Tables, work_out
from pmf_engine.domain.faces import WORSE
from pmf_engine.domain.numbers import NEAR
from pmf_engine.formula.look_back import months_back

REST = "(in no group)"
"""The part of a whole that is in none of its groups."""


def tables_of(
    rows: Sequence[Row], reader: Reader, year_starts: Mapping[str, int], earlier: Sequence[Paper] = ()
) -> Tables:
    """The tables that rows form.

    Args:
        rows: The rows; those without counts form no table.
        reader: The counts in formulas.
        year_starts: By indicator, the month in which its year begins.
        earlier: Earlier papers, the oldest first.
    """
    tables = Tables()
    counts_of = reader.counts_of(row.indicator for row in rows)
    for position, row in enumerate(rows):
        if row.indicator in counts_of:
            counts = row.counts(counts_of[row.indicator])
            tables.published[position] = tuple(counts)
            for count, value in counts.items():
                tables.add(count, value)
    papers = [(paper.counts_of(), paper.published()) for paper in earlier]
    for paper in earlier:
        reader = reader.beside(paper.reader)
    before = {count: value for _, published in papers for count, value in published.items() if value is not None}
    tables.counts |= before.keys()
    named = [item for counts, _ in [*papers, (counts_of, None)] for item in counts.items()]
    _add_links(tables, [counts for _, counts in named], reader, {
        text: year_starts[id_] for id_, counts in named if id_ in year_starts for text in counts.texts
    })  # fmt: skip
    for count, value in before.items():
        if tables.values.get(count, value) == value:
            tables.know(count, value)
    tables.kept = {count for paper in earlier for count in paper.kept()} - tables.known
    _drop_open_links(tables)
    tables.link(_rests(tables))
    tables.earlier = list(earlier_links(tables, [published for _, published in papers]))
    return tables


def _add_links(tables: Tables, known: Sequence[Counts], reader: Reader, year_starts: Mapping[str, int]) -> None:
    """Links the counts with each other, and with those that only sums name.

    Args:
        tables: The tables; values that sums give away are added, too.
        known: The counts in the formulas.
        reader: The counts in formulas.
        year_starts: By the text of a count, the month in which the year of its indicator begins.
    """
    flows = _flows(known, reader.flows)
    sums = _Sums({text: terms for counts in known for text, terms in counts.sums.items()}, reader, year_starts)
    lengths: dict[str, set[int]] = defaultdict(set)
    for count in tables.counts:
        lengths[count.text].add(count.months)
    waiting = {*tables.counts}
    while waiting:
        waiting = tables.link(
            linked
            for count in sorted(waiting, key=str)
            for linked in (*sums.of(count), *_shorter(count, lengths[count.text], count.text in flows))
        )
    tables.link([*_parts(tables.counts, reader), *_neither(tables.counts, reader)])
    tables.link(_groups(tables.counts))
    work_out(tables.values, tables.links)


def _linked(link: Link, total: Count, terms: Iterable[Count]) -> Linked:
    """A plain sum."""
    terms = tuple(terms)
    return Linked(link, total, terms, (1.0,) * len(terms))


def _flows(counts: Iterable[Counts], flows: Collection[str]) -> set[str]:
    """The texts of counts that add up over time: all their terms do."""
    sums = [each for one in counts for each in one.sums.items()]
    adding = {text for text, terms in sums if {*terms} <= {*flows}} | {*flows}
    return adding | {one.left for one in counts if one.left and {*one.sums} <= adding}


def _parts(counts: Collection[Count], reader: Reader) -> Iterator[Linked]:
    """The links of denominators with their numerators and what is left, of all shares of the framework.

    Everyone knows what is a part of what, whether or not the share is published.
    """
    texts = {count.text for count in counts}
    wholes: dict[str, list[Counts]] = defaultdict(list)
    for share in map(reader.counts, reader.framework.indicators.values()):
        if share and share.left and {*share.texts} <= texts:
            wholes[share.texts[1]].append(share)
    seen = set()
    for count in sorted(counts, key=str):
        for share in wholes[count.text]:
            linked = _linked(
                Link.PARTS, count, (count._replace(text=share.texts[0]), count._replace(text=share.left or ""))
            )
            if linked not in seen:
                seen.add(linked)
                yield linked


def _neither(counts: Collection[Count], reader: Reader) -> Iterator[Linked]:
    """The links of those scored twice with the better, the worse and the others, by each indicator with `better_off`.

    Nobody is better and worse, so that the two shares together tell how many are neither.
    """
    indicators = reader.framework.indicators
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for id_, indicator in indicators.items():
        worse = indicators.get(f"{id_}.{WORSE}")
        shares = [reader.counts(each) for each in (indicator, worse) if each is not None]
        texts = [share.texts for share in shares if share is not None and share.is_share]
        if worse is not None and len(texts) == 2:
            (better_text, twice), (worse_text, _) = texts
            found[twice].add((better_text, worse_text))
    for count in sorted(counts, key=str):
        for parts in sorted(found.get(count.text, ())):
            terms = (*parts, " less ".join((count.text, *parts)))
            yield _linked(Link.PARTS, count, (count._replace(text=text) for text in terms))


@dataclass(frozen=True)
class _Sums:
    """The sums that counts are: of terms, or of earlier periods.

    Attributes:
        terms: The terms of each sum, by its text.
        reader: The terms that read other periods.
        year_starts: By text, the month in which the year of its indicator begins.
    """

    terms: Mapping[str, Terms]
    reader: Reader
    year_starts: Mapping[str, int]

    def of(self, count: Count) -> Iterator[Linked]:
        """The links of a count with its terms and with earlier periods."""
        terms = self.terms.get(count.text, {})
        if [*terms] not in ([], [count.text]):
            own = tuple(count._replace(text=term) for term in terms)
            yield Linked(Link.SUM, count, own, (*terms.values(),))
        over_time = self.reader.over_time.get(count.text)
        if over_time:
            of_year = (count.start - (self.year_starts.get(count.text, 1) - 1)) % 12 + 1
            back = months_back(over_time.function, count.months, over_time.span, of_year)
            yield _linked(
                Link.SUM, count, (count._replace(text=over_time.of, start=count.start - each) for each in back)
            )


def _shorter(count: Count, lengths: Iterable[int], adds_up: bool) -> Iterator[Linked]:
    """The links of a count with those of the shorter periods in its own, where rows publish both.

    A count that does not add up over time is that of the last of them.
    """
    for months in lengths:
        if months < count.months and count.months % months == 0:
            starts = range(count.start, count.start + count.months, months)
            parts = [count._replace(start=start, months=months) for start in starts]
            yield _linked(Link.SUM, count, parts if adds_up else parts[-1:])


def _groups(counts: Collection[Count]) -> list[Linked]:
    """Each whole with its groups, by each breakdown: all groups that any row has of it."""
    groups: dict[str, set[str]] = defaultdict(set)
    wholes: set[tuple[Count, str]] = set()
    for count in counts:
        if count.by is not None and count.group is not None:
            groups[count.by].add(count.group)
            wholes.add((count._replace(by=None, group=None), count.by))
    return [
        _linked(Link.GROUPS, whole, (whole._replace(by=by, group=group) for group in sorted(groups[by])))
        for whole, by in sorted(wholes, key=str)
    ]


def _drop_open_links(tables: Tables) -> None:
    """Drops each link with a count that may be anything: no row and no other link has it.

    A row without a value is no such count, as a partial total has nothing of it. Nor may it be anything beside two
    known counts: together they bound each of them.
    """
    of_rows = {count for counts in tables.published.values() for count in counts}
    while True:
        links_of = Counter(count for linked in tables.links for count in {*linked.counts})
        open_ = {count for count, links in links_of.items() if links == 1} - tables.values.keys() - of_rows
        kept = [
            linked
            for linked in tables.links
            if open_.isdisjoint(linked.telling) or sum(count in tables.values for count in linked.counts) > 2
        ]
        if len(kept) == len(tables.links):
            return
        tables.links = kept


def _rests(tables: Tables) -> Iterator[Linked]:
    """The parts of wholes that are in none of their groups, each linked with them; takes back links that do not hold.

    Groups that add up to more than their whole overlap: no sum links them.
    """
    kept = []
    for linked in tables.links:
        known = all(count in tables.values for count in linked.counts)
        if linked.link is Link.GROUPS and known:
            whole = tables.values[linked.total]
            rest = whole - sum(tables.values[group] for group in linked.terms)
            if rest < -NEAR * abs(whole):
                continue
            if rest > NEAR * abs(whole):
                left = linked.total._replace(by=linked.terms[0].by, group=REST)
                tables.add(left, rest)
                yield _linked(Link.GROUPS, linked.total, (*linked.terms, left))
                continue
        kept.append(linked)
    tables.links[: len(tables.links)] = kept
