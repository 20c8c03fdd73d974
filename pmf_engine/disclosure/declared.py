"""The sums that a framework declares: a share's parts of its whole, parts without a common case, and checks.

Everyone who reads the framework knows them, whether or not a share is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import combinations

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


def declared_links(counts: Collection[Count], reader: Reader) -> Iterator[Linked]:
    """The links of counts by the sums that the framework declares, where rows have every term but the rest.

    Args:
        counts: The counts of rows.
        reader: The counts in formulas.
    """
    texts = {count.text for count in counts}
    parts_of, sums_of = _parts_of(reader), _equal_sums(reader)
    for count in sorted(counts, key=str):
        for parts in sorted(parts_of.get(count.text, ())):
            if texts.issuperset(parts):
                terms = (*parts, " less ".join((count.text, *parts)))
                yield Linked(Link.PARTS, count, tuple(count._replace(text=text) for text in terms), (1.0,) * len(terms))
        for terms_of in sums_of.get(count.text, ()):
            if texts.issuperset(terms_of):
                terms_ = tuple(count._replace(text=text) for text in terms_of)
                yield Linked(Link.SUM, count, terms_, tuple(terms_of.values()))


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


def _equal_sums(reader: Reader) -> dict[str, list[Terms]]:
    """By the text of a count, the sums that checks say it is: `boys + girls = all`."""
    sums_of: dict[str, list[Terms]] = defaultdict(list)
    for operator, left, right in _checks(reader):
        difference = added(left, scaled(right, -1)) or {}
        total = next((text for text, factor in difference.items() if abs(factor) == 1.0), None)
        if operator == "=" and total is not None and len(difference) > 1:
            terms = {text: factor for text, factor in difference.items() if text != total}
            sums_of[total].append(scaled(terms, -difference[total]) or {})
    return sums_of


def _checks(reader: Reader) -> Iterator[tuple[str, Terms, Terms]]:
    """The checks that compare sums of figures: `<=` or `=`, and both sides."""
    for check in reader.framework.checks.values():
        if isinstance(check.formula, Binary) and check.formula.operator in ("<=", ">=", "="):
            left, right = reader.terms(check.formula.left), reader.terms(check.formula.right)
            if left is not None and right is not None:
                is_mirrored = check.formula.operator == ">="
                yield ("<=", right, left) if is_mirrored else (check.formula.operator, left, right)
