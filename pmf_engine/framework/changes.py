"""What begins, ends and takes over: which agency's returns count under which, and what is owed and measured when."""

from __future__ import annotations

from dataclasses import replace

from pmf_engine.formula.syntax import Call, Expression, children, names
from pmf_engine.framework.model import Agency, Break, Figure, Framework, Indicator, RecordList


def takeovers(framework: Framework, agency: str) -> tuple[Agency, ...]:
    """The agencies whose returns count under one: itself, and those that it succeeds, directly or not.

    Where only one side says when the change was, that is the other's beginning or end too.
    """
    found = {agency: framework.agencies[agency]}
    open_ = [agency]
    while open_:
        new = found[open_.pop()]
        ends: list[int] = []
        for id_ in new.succeeds:
            if id_ not in found:
                old = framework.agencies[id_]
                found[id_] = replace(old, until=new.since if old.until is None else old.until)
                open_.append(id_)
            ends += [found[id_].until or 0]
        if new.since is None and ends and max(ends):
            found[new.id] = replace(new, since=max(ends))
    return tuple(found.values())


def owed(framework: Framework, figure: Figure | RecordList, agency: str) -> tuple[int | None, int | None]:
    """The first month for which an agency owes a figure or list, and the month after the last one.

    An agency owes what those that it succeeds owed.
    """
    senders = takeovers(framework, agency)
    begun = [sender.since for sender in senders]
    since = None if None in begun else min(month for month in begun if month is not None)
    starts = [month for month in (since, figure.since) if month is not None]
    ends = [month for month in (senders[0].until, figure.until) if month is not None]
    return max(starts, default=None), min(ends, default=None)


def measured_months(framework: Framework, indicator: Indicator) -> tuple[int | None, int | None]:
    """The first month in which an indicator is measured, and the month after the last one.

    It is measured while all figures and lists are there that it needs.
    """
    needs: list[Figure | RecordList] = [framework.lists[name] for name in indicator.lists if name in framework.lists]
    if indicator.missing == "any" and not _stands_in(indicator.formula):
        needs += [framework.figures[name] for name in indicator.figures]
    starts = [each.since for each in (indicator, *needs) if each.since is not None]
    ends = [each.until for each in (indicator, *needs) if each.until is not None]
    return max(starts, default=None), min(ends, default=None)


def breaks_of(framework: Framework, indicator: Indicator) -> tuple[Break, ...]:
    """The breaks of an indicator, and of all that its formula rests on, the earliest first."""
    found: list[Break] = []
    waiting, seen = [indicator], {indicator.id}
    while waiting:
        each = waiting.pop()
        found += each.breaks
        others = {node.name for node in names(each.formula)} & framework.indicators.keys() - seen
        waiting += [framework.indicators[id_] for id_ in sorted(others)]
        seen |= others
    for name in indicator.figures:
        found += framework.figures[name].breaks
    for name in indicator.lists:
        found += framework.lists[name].breaks
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.at))


def _stands_in(node: Expression) -> bool:
    """Whether one part of a formula may stand in for another that has no value, as in `first_known(new, old)`."""
    if isinstance(node, Call) and node.function == "first_known":
        return True
    return any(_stands_in(child) for child in children(node))
