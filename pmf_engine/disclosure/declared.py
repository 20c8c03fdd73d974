"""The sums that a framework declares: a share's parts of its whole, parts without a common case, and checks.

Everyone who reads the framework knows them, whether or not a share is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, combinations

from pmf_engine.disclosure.counts import Reader, Terms, added, scaled
from pmf_engine.disclosure.tables import Count, Link, Linked
from pmf_engine.domain.faces import WORSE
from pmf_engine.formula.equivalence import ValueNumbers
from pmf_engine.formula.syntax import Aggregate, Binary, Expression

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
"""The comparison of `b` with `a`, by that of `a` with `b`."""

_EXCLUDING = {
    "<": (">", ">=", "="), "<=": (">",), ">": ("<", "<=", "="), ">=": ("<",), "=": ("<", ">", "!="), "!=": ("=",)
}  # fmt: skip
"""The comparisons that do not hold where one of the same two values holds."""


class Declared:
    """The sums that a framework declares between the counts of rows.

    A count of which no row has the group or the period is in them, too: of a part that rows show by district the whole
    is at least as large there, whether or not a row shows it.

    Args:
        reader: The counts in formulas.
        counts: The counts that rows have, and those that their sums name.
    """

    def __init__(self, reader: Reader, counts: Collection[Count]) -> None:
        self._own = {*counts}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for count in counts:
            self._lengths[count.text].add(count.months)
        texts, parts_of = {count.text for count in counts}, _parts_of(reader)
        wholes_of: dict[str, set[str]] = defaultdict(set)
        for whole, several in parts_of.items():
            for part in {part for parts in several for part in parts}:
                wholes_of[part].add(whole)
        below = _reached(texts, {whole: {*chain(*several)} for whole, several in parts_of.items()})
        between = below & _reached(texts, wholes_of)
        self._parts_of = {
            whole: sorted({tuple(part for part in parts if part in between) for parts in parts_of[whole]} - {()})
            for whole in between & parts_of.keys()
        }
        self._wholes_of = {part: sorted(wholes_of[part] & between) for part in between & wholes_of.keys()}
        self._sums_of: dict[str, list[tuple[str, Terms]]] = defaultdict(list)
        for total, terms in _equal_sums(reader):
            if len({total, *terms}.intersection(texts)) > 1:
                for text in (total, *terms):
                    self._sums_of[text].append((total, terms))

    def links(self, count: Count, counts: Collection[Count]) -> Iterator[Linked]:
        """The links of a count, where so far there are those counts.

        A whole of which no row has the group or period is left out where it binds nothing that its others do not: of
        one part alone, and of a period whose shorter ones have the whole and the part.
        """
        for whole in (count.text, *self._wholes_of.get(count.text, ())):
            total, found = count._replace(text=whole), self._parts_of.get(whole, ())
            if total not in self._own:
                found = [parts for parts in found if all(count._replace(text=part) in counts for part in parts)]
                lengths = self._lengths[whole]
                is_one = len({*chain(*found)}) < 2 or min(lengths, default=0) < count.months
                if is_one and not lengths.isdisjoint(self._lengths[count.text]):
                    continue
            for parts in found:
                terms = [count._replace(text=text) for text in (*parts, " less ".join((whole, *parts)))]
                yield Linked(Link.PARTS, total, tuple(terms), (1.0,) * len(terms))
        for total_, terms_ in self._sums_of.get(count.text, ()):
            own = tuple(count._replace(text=text) for text in terms_)
            yield Linked(Link.SUM, count._replace(text=total_), own, tuple(terms_.values()))


def _reached(texts: Iterable[str], steps: Mapping[str, Collection[str]]) -> set[str]:
    """Texts, and those that steps from them lead to."""
    reached = {*texts}
    waiting = [*reached]
    while waiting:
        new = {*steps.get(waiting.pop(), ())} - reached
        reached |= new
        waiting += new
    return reached


def _parts_of(reader: Reader) -> dict[str, set[tuple[str, ...]]]:
    """By the text of a whole, the texts of parts of it that have no case in common."""
    parts_of: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for indicator in reader.framework.indicators.values():
        share = reader.counts(indicator)
        if share and share.is_share:
            part, whole = share.texts
            parts_of[whole].add((part,))
    for whole, pair in _disjoint_shares(reader):
        parts_of[whole].add(pair)
    for operator, left, right in _checks(reader):
        if operator == "<=" and [*right.values()] == [1.0] and {*left.values()} == {1.0}:
            parts_of[next(iter(right))].add(tuple(sorted(left)))
    return parts_of


def _disjoint_shares(reader: Reader) -> Iterator[tuple[str, tuple[str, str]]]:
    """The wholes and numerators of two shares that have no case in common.

    Nobody is better and worse, so that two such shares together tell how many are neither. So do two shares of one list
    whose conditions exclude each other: `after > before` and `after < before`.
    """
    indicators = reader.framework.indicators
    shares: dict[str, list[tuple[str, Aggregate]]] = defaultdict(list)
    for id_, indicator in indicators.items():
        share, worse = reader.counts(indicator), indicators.get(f"{id_}.{WORSE}")
        if share is None or not share.is_share:
            continue
        part, whole = share.texts
        other = reader.counts(worse) if worse else None
        if other and other.is_share and other.texts[1] == whole:
            yield whole, (part, other.texts[0])
        if indicator.ratio and isinstance(indicator.ratio.arguments[0], Aggregate):
            shares[whole].append((part, indicator.ratio.arguments[0]))
    for whole, parts in shares.items():
        for (one, first), (other_, second) in combinations(sorted(parts, key=lambda each: each[0]), 2):
            alike = (first.function, first.distinct, first.state) == (second.function, second.distinct, second.state)
            if alike and first.where and second.where and _exclude(first.where, second.where):
                yield whole, (one, other_)


def _exclude(one: Expression, other: Expression) -> bool:
    """Whether two conditions are comparisons of the same two values of which never both hold."""
    if not isinstance(one, Binary) or not isinstance(other, Binary) or other.operator not in _MIRRORED:
        return False
    numbers = ValueNumbers()
    sides, others = ([numbers.of(side) for side in (each.left, each.right)] for each in (one, other))
    excluded = _EXCLUDING.get(one.operator, ())
    return (sides == others and other.operator in excluded) or (
        sides == others[::-1] and _MIRRORED[other.operator] in excluded
    )


def _equal_sums(reader: Reader) -> Iterator[tuple[str, Terms]]:
    """The counts that checks say are sums of others, and those: `boys + girls = all`."""
    for operator, left, right in _checks(reader):
        difference = added(left, scaled(right, -1)) or {}
        total = next((text for text, factor in difference.items() if abs(factor) == 1.0), None)
        if operator == "=" and total is not None and len(difference) > 1:
            terms = {text: factor for text, factor in difference.items() if text != total}
            yield total, scaled(terms, -difference[total]) or {}


def _checks(reader: Reader) -> Iterator[tuple[str, Terms, Terms]]:
    """The checks that compare sums of figures: `<=` or `=`, and both sides."""
    for check in reader.framework.checks.values():
        if isinstance(check.formula, Binary) and check.formula.operator in ("<=", ">=", "="):
            left, right = reader.terms(check.formula.left), reader.terms(check.formula.right)
            if left is not None and right is not None:
                is_mirrored = check.formula.operator == ">="
                yield ("<=", right, left) if is_mirrored else (check.formula.operator, left, right)
