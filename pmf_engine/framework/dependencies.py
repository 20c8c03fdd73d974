"""Dependencies of indicators: which figures, lists and other indicators each uses, and how many months back."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final, TypeAlias

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS
from pmf_engine.formula.look_back import months_back, span, spans, sums_periods
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Name, aggregates, children, names, of_senders
from pmf_engine.framework.model import Framework, Indicator


def reached(framework: Framework, indicators: Sequence[Indicator]) -> list[Indicator]:
    """These indicators and all that their formulas and bands name."""
    found: dict[str, Indicator] = {}
    waiting = list(indicators)
    while waiting:
        indicator = waiting.pop()
        if indicator.id not in found:
            found[indicator.id] = indicator
            waiting += [framework.indicators[name] for name in indicator.named if name in framework.indicators]
    return list(found.values())


def leaves_first(framework: Framework, indicator: Indicator) -> list[Indicator]:
    """The indicators that a formula names, through others too, each after all that it names itself."""
    found: dict[str, Indicator] = {}
    waiting = [(indicator, False)]
    while waiting:
        named, is_done = waiting.pop()
        if is_done:
            found[named.id] = named
        elif named.id not in found:
            ids = [node.name for node in names(named.formula)]
            others = [framework.indicators[id_] for id_ in ids if id_ in framework.indicators]
            waiting += [(named, True), *((other, False) for other in others)]
    del found[indicator.id]
    return list(found.values())


def figures_of(framework: Framework, indicators: Sequence[Indicator]) -> list[str]:
    """Every figure that these indicators and their bands rest on."""
    those = reached(framework, indicators)
    named = {name for indicator in those for name in indicator.named if name in framework.figures}
    return sorted(named | {name for indicator in those for name in indicator.figures})


def figures_used(framework: Framework, indicator: Indicator) -> tuple[str, ...]:
    """Every figure that an indicator's value or rating rests on or is compared with, through its bands too."""
    found = dict.fromkeys(indicator.figures)
    looked_up = [node.name for term in indicator.band_terms.values() for node in names(term)]
    for name in [*sorted(looked_up), *indicator.compare]:
        other = framework.indicators.get(name)
        found |= dict.fromkeys(other.figures if other else (name,) if name in framework.figures else ())
    return tuple(found)


def senders_of(framework: Framework, indicator: Indicator) -> set[str]:
    """The agencies that send the figures and lists of an indicator's formula."""
    found = {agency for name in indicator.figures for agency in framework.figures[name].agencies}
    return found | {agency for name in indicator.lists for agency in framework.lists[name].agencies}


def list_cadences(framework: Framework) -> Mapping[str, Cadence]:
    """The periods in which each list that is used must come: the shortest of the indicators that rest on it."""
    found: dict[str, Cadence] = {}
    for indicator in framework.indicators.values():
        for name in indicator.lists:
            shortest = found.get(name, indicator.cadence)
            found[name] = min(shortest, indicator.cadence, key=lambda cadence: cadence.months)
    return found


def asked_of_lists(framework: Framework, indicators: Sequence[Indicator]) -> list[Aggregate]:
    """Every aggregate of lists that these indicators and their bands rest on, each once."""
    found = [
        aggregate
        for indicator in reached(framework, indicators)
        for aggregate in aggregates(indicator.formula)
        if not of_senders(aggregate)
    ]
    return list({aggregate.text: aggregate for aggregate in found}.values())


def counted_senders(framework: Framework, indicators: Sequence[Indicator]) -> list[Aggregate]:
    """Every count of the agencies that sent a figure which these indicators rest on, each once."""
    found = [
        aggregate
        for indicator in reached(framework, indicators)
        for aggregate in aggregates(indicator.formula)
        if of_senders(aggregate)
    ]
    return list({aggregate.text: aggregate for aggregate in found}.values())


def is_amount(node: Expression, figures: Container[str]) -> bool:
    """Whether an expression is a figure or a sum of figures: what `missing` speaks of.

    A share of which part is missing is not a smaller share, and what is taken away is not missing from a sum.
    """
    if isinstance(node, Name):
        return node.name in figures
    is_sum = isinstance(node, Binary) and node.operator == "+"
    return is_sum and all(is_amount(child, figures) for child in children(node))


def does_without(framework: Framework, indicator: Indicator) -> bool:
    """Whether an indicator does without what lacks: as it says, and as its formula is a sum of figures."""
    return indicator.missing != "any" and is_amount(indicator.formula, framework.figures)


def adds(framework: Framework, indicator: Indicator) -> int | None:
    """How a part that is missing could move the value of an indicator that does without it.

    Returns:
        1 where the value could only be larger, as a sum of what is never below zero; -1 where it could only be lower,
        as the worst of several grades; 0 where it could be either; None where the indicator does without nothing.
    """
    if not does_without(framework, indicator):
        return None
    figures = [framework.figures[name] for name in indicator.figures]
    if all(figure.kind == "grade" for figure in figures):
        return -1
    return 1 if all(figure.kind in ("flow", "stock") and not figure.signed for figure in figures) else 0


def looks_back_whole_periods(framework: Framework, indicator: Indicator, months: int) -> bool:
    """Whether all the months that its formula and bands say to look back, through others too, are whole periods."""
    return all(
        span_ % months == 0
        for other in reached(framework, [indicator])
        for node in (other.formula, *other.bands)
        for _, span_ in spans(node)
    )


def adds_up_over_groups(framework: Framework, indicator: Indicator) -> bool:
    """Whether a whole is as large as its groups together, as a count is; a share, rate, mean or grade is not."""
    known: dict[str, bool] = {}

    def adds_up(node: Expression) -> bool:
        match node:
            case Name() if node.name in framework.indicators:
                return known[node.name]
            case Name():
                figure = framework.figures.get(node.name)
                return figure is not None and figure.kind in ("flow", "stock") and figure.adds_up
            case Aggregate():
                return node.function in ("count", "sum")
            case Call() if FUNCTIONS[node.function].ratio:
                return False
            case Binary(operator="/"):
                return adds_up(node.left) and not adds_up(node.right)
        return any(adds_up(child) for child in children(node))

    for each in (*leaves_first(framework, indicator), indicator):  # a chain of indicators is no chain of calls
        known[each.id] = adds_up(each.formula)
    return known[indicator.id]


def sums_over_periods(framework: Framework, indicator: Indicator) -> bool:
    """Whether a value adds up over several periods, by its own formula or by that of an indicator it names."""
    return any(sums_periods(each.formula) for each in (indicator, *leaves_first(framework, indicator)))


# -- which periods a value rests on ----------------------------------------------------


def looked_back(framework: Framework, cadences: Mapping[str, Cadence]) -> Mapping[str, Mapping[str, list[int]]]:
    """How many months before a period each indicator, at its cadence, looks at each figure; 0 for the period.

    Those that are looked at in their own period alone are left out.
    """
    found: dict[str, dict[str, list[int]]] = {}
    known: dict[tuple[str, int], _Backs] = {}
    for id_, cadence in cadences.items():
        indicator = framework.indicators[id_]
        own = _formula_backs(framework, indicator, cadence.months, known)
        backs = {name: set(months) for name, months in own.items()}
        for entry in indicator.tolerances:
            for band in (entry.good, entry.tolerance):
                for limit in band.limits if band else ():
                    _add(backs, _backs(framework, limit.bound, cadence.months, known, own))
        found[id_] = {name: sorted(months) for name, months in backs.items() if months != {0}}
    return found


_Backs: TypeAlias = "Mapping[str, set[int]]"


def _formula_backs(
    framework: Framework, indicator: Indicator, months: int, known: dict[tuple[str, int], _Backs]
) -> _Backs:
    if (indicator.id, months) not in known:
        for other in (*leaves_first(framework, indicator), indicator):
            if (other.id, months) not in known:
                known[other.id, months] = _backs(framework, other.formula, months, known, {})
    return known[indicator.id, months]


def _backs(
    framework: Framework, node: Expression, months: int, known: dict[tuple[str, int], _Backs], own: _Backs
) -> _Backs:
    """As `looked_back`, of an expression; `own` are those of the indicator whose `previous` and `year_ago` it names."""
    if isinstance(node, Name):
        if node.name in framework.figures:
            return {node.name: {0}}
        if node.name in framework.indicators:
            return _formula_backs(framework, framework.indicators[node.name], months, known)
        is_earlier = node.name in EARLIER_VALUES  # `target` is not
        return _earlier(own, months_back(node.name, months)) if is_earlier else {}
    if isinstance(node, Aggregate):
        return {node.list.name: {0}}
    found: dict[str, set[int]] = {}
    for child in children(node):
        _add(found, _backs(framework, child, months, known, own))
    return _earlier(found, months_back(node.function, months, span(node))) if isinstance(node, Call) else found


def _earlier(backs: _Backs, steps: Sequence[int]) -> _Backs:
    return {name: {back + step for back in months for step in steps} for name, months in backs.items()}


def _add(backs: dict[str, set[int]], more: _Backs) -> None:
    for name, months in more.items():
        backs.setdefault(name, set()).update(months)


# -- what one value looks at -----------------------------------------------------------

ALL: Final = "all"
SOME: Final = "some"
EACH: Final = "each"
"""How a figure is looked at: as what all its agencies sent, as what some did, or one agency by one."""

Look: TypeAlias = "tuple[str, int, str]"
"""A figure or the text of an aggregate, the first month of a period, and how it is looked at."""


def reach(framework: Framework, own: Indicator, node: Expression, period: Period, spared: bool = False) -> set[Look]:
    """The figures an expression looks at, each with the first month of a period that it looks at them in.

    In the bands of `own`, `previous` and `year_ago` are its own value of then, which looks at all its formula does.
    What is `spared` does without agencies that lack; what other indicators rest on never is.
    """
    months, year = period.cadence.months, Cadence(12, period.cadence.year_start)
    found = set[Look]()
    waiting, seen = [(node, 0, spared)], set[tuple[int, int, bool]]()
    while waiting:
        part, back, spared = waiting.pop()
        if (id(part), back, spared) in seen:
            continue
        seen.add((id(part), back, spared))
        start = period.start - back
        if isinstance(part, Aggregate):
            found.add((part.list.name, start, EACH) if of_senders(part) else (part.text, start, ALL))
        elif isinstance(part, Name) and part.name in framework.figures:
            found.add((part.name, start, SOME if spared else ALL))
        elif isinstance(part, Name) and part.name in EARLIER_VALUES:
            [offset] = months_back(part.name, months)
            waiting.append((own.formula, back + offset, does_without(framework, own)))
        elif isinstance(part, Name) and part.name in framework.indicators:  # `target` is neither
            waiting.append((framework.indicators[part.name].formula, back, False))
        else:
            of_year = start - year.holding(start).start + 1
            offsets = months_back(part.function, months, span(part), of_year) if isinstance(part, Call) else [0]
            waiting += [(child, back + offset, spared) for child in children(part) for offset in offsets]
    return found
