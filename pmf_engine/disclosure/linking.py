"""Builds tables of rows: every count that they publish or give away, and the sums that link counts.

Counts are linked in five ways: the sums that the framework declares (a numerator and what is left of the denominator,
those better, worse and neither, checks), the groups of a whole, the terms of a sum, the periods of a longer one, and
the periods that a function over time adds up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from pmf_engine.disclosure.counts import Counts, Reader, Terms
from pmf_engine.disclosure.declared import Declared
from pmf_engine.disclosure.earlier import Paper, contradicted_by, earlier_links, revised_sums, shown_by
from pmf_engine.disclosure.tables import Count, Link, Linked, Row, Tables, work_out
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
    papers_published = [paper.published() for paper in earlier]
    shown_before = shown_by(papers_published)
    tables.kept = {count for paper in earlier for count in paper.kept()}
    tables.counts |= shown_before.keys() | tables.kept
    formulas = [item for counts in [*(paper.counts_of() for paper in earlier), counts_of] for item in counts.items()]
    reader_of_all = reader
    for paper in earlier:
        reader_of_all = reader_of_all.beside(paper.reader)
    _add_links(tables, [counts for _, counts in formulas], reader_of_all, {
        text: year_starts[id_] for id_, counts in formulas if id_ in year_starts for text in counts.texts
    })  # fmt: skip
    contradicted = contradicted_by(tables, shown_before)
    for count, ends in shown_before.items():
        if count not in contradicted:
            tables.know(count, ends)
    for paper in earlier:
        for of_row in paper.rows_counts() if paper.rounding else ():
            tables.know_rest(of_row, paper.rounding.limit if paper.rounding else 1)
    tables.kept -= tables.known
    tables.link(_rests(tables))
    tables.revised = ({*shown_before} - tables.known) | revised_sums(tables, shown_before)
    tables.earlier = list(earlier_links(tables, papers_published))
    return tables


def _add_links(tables: Tables, formulas: Sequence[Counts], reader: Reader, year_starts: Mapping[str, int]) -> None:
    """Links the counts with each other, and with those that only sums name.

    Args:
        tables: The tables; values that sums give away are added, too.
        formulas: The counts in the formulas of all papers.
        reader: The counts in formulas.
        year_starts: By the text of a count, the month in which the year of its indicator begins.
    """
    adding_up = _adding_up(formulas, reader.flows)
    sums = _Sums({text: terms for counts in formulas for text, terms in counts.sums.items()}, reader, year_starts)
    _link_all(tables, sums.links, adding_up)
    declared = Declared(reader, tables.counts)
    _link_all(tables, lambda count: (*sums.links(count), *declared.links(count, tables.counts)), adding_up)
    tables.link(_groups(tables.counts))
    work_out(tables.values, tables.links)


def _link_all(tables: Tables, links_of: Callable[[Count], Iterable[Linked]], adding_up: Set[str]) -> None:
    """Links every count as told, and with shorter periods; so too the counts that only these links name."""
    made, waiting = {*tables.links}, {*tables.counts}
    while waiting:
        of_each = (linked for count in sorted(waiting, key=str) for linked in links_of(count))
        new = [linked for linked in dict.fromkeys(of_each) if linked not in made]
        made |= {*new}
        waiting = tables.link(new)
        new = [linked for linked in _shorter(tables.counts, adding_up) if linked not in made]
        made |= {*new}
        waiting |= tables.link(new)


def _linked(link: Link, total: Count, terms: Iterable[Count]) -> Linked:
    """A plain sum."""
    terms = tuple(terms)
    return Linked(link, total, terms, (1.0,) * len(terms))


def _adding_up(formulas: Iterable[Counts], flows: Set[str]) -> set[str]:
    """The texts of counts that add up over time, as all their terms do."""
    texts = {*flows}
    for counts in formulas:
        texts |= {text for text, terms in counts.sums.items() if flows >= terms.keys()}
        if counts.left and texts.issuperset(counts.sums):
            texts.add(counts.left)
    return texts


@dataclass(frozen=True)
class _Sums:
    """The formulas by which a count is a sum: of terms, or of earlier periods.

    Attributes:
        terms: The terms of each sum, by its text.
        reader: The terms that read other periods.
        year_starts: By text, the month in which the year of its indicator begins.
    """

    terms: Mapping[str, Terms]
    reader: Reader
    year_starts: Mapping[str, int]

    def links(self, count: Count) -> Iterator[Linked]:
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


def _shorter(counts: Collection[Count], adding_up: Set[str]) -> Iterator[Linked]:
    """The links of counts with those of the shorter periods in their own, where any row or sum has such.

    A count that does not add up over time is that of the last of them.
    """
    lengths: dict[str, set[int]] = defaultdict(set)
    for count in counts:
        lengths[count.text].add(count.months)
    for count in sorted((count for count in counts if len(lengths[count.text]) > 1), key=str):
        for months in sorted(lengths[count.text]):
            if months < count.months and count.months % months == 0:
                starts = range(count.start, count.start + count.months, months)
                parts = [count._replace(start=start, months=months) for start in starts]
                yield _linked(Link.SUM, count, parts if count.text in adding_up else parts[-1:])


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
