"""Dependencies of indicators: which figures, lists and other indicators each uses, and how many months back."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final, TypeAlias

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS
from pmf_engine.formula.look_back import months_back, span, spans, sums_periods
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Name, aggregates, children, names, of_senders
from pmf_engine.framework.model import Framework, Indicator


def dimension_of(framework: Framework, name: str) -> int | None:
    """The time dimension of a figure or an indicator (see `time_dimension`)."""
    if name in framework.figures:
        return int(framework.figures[name].kind == "flow")
    other = framework.indicators.get(name)
    return other.dimension if other else 0


def reached(framework: Framework, indicators: Sequence[Indicator]) -> list[Indicator]:
    """The closure of some indicators: these, and all that their formulas, bands and comparisons name."""
    by_id: dict[str, Indicator] = {}
    waiting = list(indicators)
    while waiting:
        indicator = waiting.pop()
        if indicator.id not in by_id:
            by_id[indicator.id] = indicator
            waiting += [framework.indicators[name] for name in indicator.named if name in framework.indicators]
    return list(by_id.values())


def leaves_first(framework: Framework, indicator: Indicator) -> list[Indicator]:
    """The closure of an indicator's formula, in topological order: each indicator after those that it names itself."""
    by_id: dict[str, Indicator] = {}
    opened: set[str] = set()
    waiting = [(indicator, False)]
    while waiting:
        named, is_done = waiting.pop()
        if is_done:
            by_id[named.id] = named
        elif named.id not in opened:  # a figure and an indicator with one id, which is reported, would be a circle
            opened.add(named.id)
            ids = [node.name for node in names(named.expression)]
            others = [framework.indicators[id_] for id_ in ids if id_ in framework.indicators]
            waiting += [(named, True), *((other, False) for other in others)]
    del by_id[indicator.id]
    return list(by_id.values())


def figures_of(framework: Framework, indicators: Sequence[Indicator]) -> list[str]:
    """Every figure that some indicators use, in formulas, bands and comparisons."""
    indicators_ = reached(framework, indicators)
    named = {name for indicator in indicators_ for name in indicator.named if name in framework.figures}
    return sorted(named | {name for indicator in indicators_ for name in indicator.figures})


def figures_used(framework: Framework, indicator: Indicator) -> tuple[str, ...]:
    """Every figure that an indicator uses for its value, its rating or a comparison, figures of the formula first."""
    figures = dict.fromkeys(indicator.figures)
    looked_up = [node.name for term in indicator.band_terms.values() for node in names(term)]
    for name in [*sorted(looked_up), *indicator.compare]:
        other = framework.indicators.get(name)
        figures |= dict.fromkeys(other.figures if other else (name,) if name in framework.figures else ())
    return tuple(figures)


def senders_of(framework: Framework, indicator: Indicator) -> set[str]:
    """The agencies that send the figures and lists of an indicator's formula."""
    agencies = {agency for name in indicator.figures for agency in framework.figures[name].agencies}
    return agencies | {agency for name in indicator.lists for agency in framework.lists[name].agencies}


def list_cadences(framework: Framework) -> Mapping[str, Cadence]:
    """The cadence in which agencies must send each list: the shortest of the indicators that use the list."""
    cadences: dict[str, Cadence] = {}
    for indicator in framework.indicators.values():
        for name in indicator.lists:
            shortest = cadences.get(name, indicator.cadence)
            cadences[name] = min(shortest, indicator.cadence, key=lambda cadence: cadence.months)
    return cadences


def asked_of_lists(framework: Framework, indicators: Sequence[Indicator]) -> list[Aggregate]:
    """Every aggregate of lists that some indicators and their bands use, each once."""
    by_text = {
        aggregate.text: aggregate
        for indicator in reached(framework, indicators)
        for aggregate in (*aggregates(indicator.expression), *(indicator.spread or ()))
        if not of_senders(aggregate)
    }
    return list(by_text.values())


def counted_senders(framework: Framework, indicators: Sequence[Indicator]) -> list[Aggregate]:
    """Every count of the agencies that sent a figure that some indicators and their bands use, each once."""
    by_text = {
        aggregate.text: aggregate
        for indicator in reached(framework, indicators)
        for aggregate in aggregates(indicator.expression)
        if of_senders(aggregate)
    }
    return list(by_text.values())


def is_amount(node: Expression, figures: Container[str]) -> bool:
    """Whether an expression is a figure or a sum of figures, to which the key `missing` applies.

    A share without a part of its numerator, or a difference without its subtrahend, would be wrong, not incomplete.
    """
    if isinstance(node, Name):
        return node.name in figures
    is_sum = isinstance(node, Binary) and node.operator == "+"
    return is_sum and all(is_amount(child, figures) for child in children(node))


def does_without(framework: Framework, indicator: Indicator) -> bool:
    """Whether an indicator leaves missing parts out: its key `missing` says so, and its formula is a sum of figures."""
    return indicator.missing != "any" and is_amount(indicator.expression, framework.figures)


def adds(framework: Framework, indicator: Indicator) -> int | None:
    """The direction in which a missing part could move the value of an indicator that leaves missing parts out.

    Returns:
        1 for a value that could only be larger, as a sum of figures that are never negative; -1 for one that could only
        be lower, as the worst of several grades; 0 for one that could be either; None for an indicator that leaves
        no parts out.
    """
    if not does_without(framework, indicator):
        return None
    figures = [framework.figures[name] for name in indicator.figures]
    if all(figure.kind == "grade" for figure in figures):
        return -1
    return 1 if all(figure.kind in ("flow", "stock") and not figure.signed for figure in figures) else 0


def looks_back_whole_periods(framework: Framework, indicator: Indicator, months: int) -> bool:
    """Whether every number of months in an indicator's formula and bands, and in those it names, is whole periods.

    Args:
        framework: The framework of the indicator.
        indicator: The indicator.
        months: The length of a period.
    """
    return all(
        span_ % months == 0
        for other in reached(framework, [indicator])
        for node in (other.expression, *other.bands)
        for _, span_ in spans(node)
    )


def adds_up_over_groups(framework: Framework, indicator: Indicator) -> bool:
    """Whether the whole of an indicator is the sum of its groups, as of a count and not of a share, rate or grade."""
    adds_up_by_id: dict[str, bool] = {}

    def adds_up(node: Expression) -> bool:
        """Whether an expression's value for the whole is the sum of its values for the groups."""
        match node:
            case Name() if node.name in framework.indicators:
                return adds_up_by_id.get(node.name, False)
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

    for other in (*leaves_first(framework, indicator), indicator):  # no recursion through a chain of indicators
        adds_up_by_id[other.id] = adds_up(other.expression)
    return adds_up_by_id[indicator.id]


def sums_over_periods(framework: Framework, indicator: Indicator) -> bool:
    """Whether an indicator's value adds up over several periods, by its formula or the formula of one it names."""
    return any(sums_periods(other.expression) for other in (indicator, *leaves_first(framework, indicator)))


# -- the look-back of a value ---------------------------------------------------------


def looked_back(framework: Framework, cadences: Mapping[str, Cadence]) -> Mapping[str, Mapping[str, list[int]]]:
    """The look-back of indicators.

    Args:
        framework: The framework of the indicators.
        cadences: The cadence at which each indicator is computed, by its id.

    Returns:
        For each indicator and each figure or list that it reads in earlier periods, how many months back, ascending;
        0 is the period itself.
    """
    look_backs: dict[str, dict[str, list[int]]] = {}
    memo: dict[tuple[str, int], _Backs] = {}
    for id_, cadence in cadences.items():
        indicator = framework.indicators[id_]
        own = _formula_backs(framework, indicator, cadence.months, memo)
        backs = {name: set(months) for name, months in own.items()}
        for entry in indicator.tolerances:
            for band in (entry.good, entry.tolerance):
                for limit in band.limits if band else ():
                    _add(backs, _backs(framework, limit.bound, cadence.months, memo, own))
        look_backs[id_] = {name: sorted(months) for name, months in backs.items() if months != {0}}
    return look_backs


_Backs: TypeAlias = "Mapping[str, set[int]]"


def _formula_backs(
    framework: Framework, indicator: Indicator, months: int, memo: dict[tuple[str, int], _Backs]
) -> _Backs:
    """As `looked_back`, of an indicator's formula, memoised by indicator and length of the period in `memo`."""
    if (indicator.id, months) not in memo:
        for other in (*leaves_first(framework, indicator), indicator):
            if (other.id, months) not in memo:
                memo[other.id, months] = _backs(framework, other.expression, months, memo, {})
    return memo[indicator.id, months]


def _backs(
    framework: Framework, node: Expression, months: int, memo: dict[tuple[str, int], _Backs], own: _Backs
) -> _Backs:
    """As `looked_back`, of an expression.

    `own` is the look-back of the judged indicator, for the names `previous` and `year_ago` in its bands.
    """
    if isinstance(node, Name):
        if node.name in framework.figures:
            return {node.name: {0}}
        if node.name in framework.indicators:
            return _formula_backs(framework, framework.indicators[node.name], months, memo)
        is_earlier = node.name in EARLIER_VALUES  # `target` is not
        return _earlier(own, months_back(node.name, months)) if is_earlier else {}
    if isinstance(node, Aggregate):
        return {node.list.name: {0}}
    backs: dict[str, set[int]] = {}
    for child in children(node):
        _add(backs, _backs(framework, child, months, memo, own))
    return _earlier(backs, months_back(node.function, months, span(node))) if isinstance(node, Call) else backs


def _earlier(backs: _Backs, steps: Sequence[int]) -> _Backs:
    """Look-backs from each of the periods that are `steps` months back."""
    return {name: {back + step for back in months for step in steps} for name, months in backs.items()}


def _add(backs: dict[str, set[int]], more: _Backs) -> None:
    for name, months in more.items():
        backs.setdefault(name, set()).update(months)


# -- the cells of one value -----------------------------------------------------------

ALL: Final = "all"
SOME: Final = "some"
EACH: Final = "each"
"""How a value reads a figure: needs all its agencies, sums those that sent it (lenient), or counts each agency."""

Look: TypeAlias = "tuple[str, int, str]"
"""A read of a figure or an aggregate: its name or text, the first month of the period, and ALL, SOME or EACH."""


def reach(framework: Framework, own: Indicator, node: Expression, period: Period, lenient: bool = False) -> set[Look]:
    """The reads of an expression in one period: which figures and aggregates, in which periods, and how.

    Args:
        framework: The framework.
        own: The indicator whose formula or band the expression is. `previous` and `year_ago` in a band are its own
            earlier values.
        node: The expression.
        period: The period of the value.
        lenient: Whether sums of figures leave out agencies that sent nothing. Formulas of other indicators never do.
    """
    months, year = period.cadence.months, Cadence(12, period.cadence.year_start)
    looks = set[Look]()
    waiting, seen = [(node, 0, lenient)], set[tuple[int, int, bool]]()
    while waiting:
        part, back, lenient = waiting.pop()
        if (id(part), back, lenient) in seen:
            continue
        seen.add((id(part), back, lenient))
        start = period.start - back
        if isinstance(part, Aggregate):
            looks.add((part.list.name, start, EACH) if of_senders(part) else (part.text, start, ALL))
        elif isinstance(part, Name) and part.name in framework.figures:
            looks.add((part.name, start, SOME if lenient else ALL))
        elif isinstance(part, Name) and part.name in EARLIER_VALUES:
            [offset] = months_back(part.name, months)
            waiting.append((own.expression, back + offset, does_without(framework, own)))
        elif isinstance(part, Name) and part.name in framework.indicators:  # `target` is neither
            waiting.append((framework.indicators[part.name].expression, back, False))
        else:
            of_year = start - year.holding(start).start + 1
            offsets = months_back(part.function, months, span(part), of_year) if isinstance(part, Call) else [0]
            waiting += [(child, back + offset, lenient) for child in children(part) for offset in offsets]
    return looks
