"""Changes over time: which agency succeeds which, and from when until when figures are owed and indicators measured."""

from __future__ import annotations

from dataclasses import replace

from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.syntax import Call, Expression, children, names
from pmf_engine.framework.model import Agency, Break, Figure, Framework, Indicator, RecordList


def takeovers(framework: Framework, agency: str) -> tuple[Agency, ...]:
    """The agencies whose returns count as an agency's own: itself, and the closure of the agencies that it succeeds.

    Where only one of two agencies has the month of the takeover, the month applies to both.
    """
    agencies = {agency: framework.agencies[agency]}
    waiting = [agency]
    while waiting:
        new = agencies[waiting.pop()]
        ends: list[int] = []
        for id_ in new.succeeds:
            if id_ not in agencies:
                old = framework.agencies[id_]
                agencies[id_] = replace(old, until=new.since if old.until is None else old.until)
                waiting.append(id_)
            ends += [agencies[id_].until or 0]
        if new.since is None and ends and max(ends):
            agencies[new.id] = replace(new, since=max(ends))
    return tuple(agencies.values())


def owing_months(framework: Framework, agency: str) -> tuple[int | None, int | None]:
    """The first month for which an agency owes anything, and the month after the last one.

    An agency also owes what the agencies that it succeeds owed. None is no first or no last month.
    """
    senders = takeovers(framework, agency)
    begun = [sender.since for sender in senders]
    return None if None in begun else min(month for month in begun if month is not None), senders[0].until


def owed(framework: Framework, figure: Figure | RecordList, agency: str) -> tuple[int | None, int | None]:
    """The first month for which an agency owes a figure or list, and the month after the last one; see `owing_months`.

    None is no first or no last month.
    """
    since, until = owing_months(framework, agency)
    starts = [month for month in (since, figure.since) if month is not None]
    ends = [month for month in (until, figure.until) if month is not None]
    return max(starts, default=None), min(ends, default=None)


def measured_months(framework: Framework, indicator: Indicator) -> tuple[int | None, int | None]:
    """The first month in which an indicator is measured, and the month after the last one.

    An indicator is measured while every figure and list that it needs exists. None is no first or no last month.
    """
    needs: list[Figure | RecordList] = [framework.lists[name] for name in indicator.lists if name in framework.lists]
    if indicator.missing == "any" and not _coalesces(indicator.expression):
        needs += [framework.figures[name] for name in indicator.figures]
    starts = [each.since for each in (indicator, *needs) if each.since is not None]
    ends = [each.until for each in (indicator, *needs) if each.until is not None]
    return max(starts, default=None), min(ends, default=None)


def breaks_of(framework: Framework, indicator: Indicator) -> tuple[Break, ...]:
    """The breaks of an indicator and of all that its formula uses, directly or not, the earliest first."""
    breaks: list[Break] = []
    waiting, seen = [indicator], {indicator.id}
    while waiting:
        used = waiting.pop()
        breaks += used.breaks
        others = {node.name for node in names(used.expression)} & framework.indicators.keys() - seen
        waiting += [framework.indicators[id_] for id_ in sorted(others)]
        seen |= others
    for name in indicator.figures:
        breaks += framework.figures[name].breaks
    for name in indicator.lists:
        breaks += framework.lists[name].breaks
    return tuple(sorted(dict.fromkeys(breaks), key=lambda break_: break_.at))


def _coalesces(node: Expression) -> bool:
    """Whether a formula can do without one of its figures, as `first_known(new, old)` can."""
    if isinstance(node, Call) and FUNCTIONS[node.function].coalesces:
        return True
    return any(_coalesces(child) for child in children(node))
