"""The queries over a list that indicators need: each distinct aggregate once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pmf_engine.domain.periods import Cadence
from pmf_engine.formula.syntax import Aggregate, columns_of
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.records.columns import AGENCY


class QueryId(NamedTuple):
    """What a query over the records of a list computes.

    Attributes:
        list: The id of the list.
        kind: `checks` for the numbers of records and refused cells of each file, `texts` for the distinct texts of a
            column, `parts` for counts, sums and extremes that add up over all breakdowns, `values` for medians and
            numbers of distinct values, which do not.
        column: The column of `texts`, or the breakdown of `values`; None for the whole list.
        months: The length of the periods in months; None for `checks` and `texts`.
        year_start: The month in which years of these periods start, 1 for January; None for `checks` and `texts`.
        state: `open`, `started` or `ended` for spells in that state; None for events.
    """

    list: str
    kind: Literal["checks", "texts", "parts", "values"]
    column: str | None = None
    months: int | None = None
    year_start: int | None = None
    state: str | None = None


@dataclass(frozen=True)
class ListQuery:
    """The aggregates of a list in the periods of one cadence, over its events or its spells in one state.

    Attributes:
        list: The list.
        cadence: The cadence of the periods.
        state: `open`, `started` or `ended` for spells; None for events.
        aggregates: The aggregates.
        by: The breakdowns in which any aggregate is needed, besides the whole.
    """

    list: RecordList
    cadence: Cadence
    state: str | None
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...]

    @property
    def looked(self) -> set[str]:
        """The columns of the list that its aggregates and breakdowns look at."""
        return ({name for each in self.aggregates for name in columns_of(each)} | {*self.by}) & self.list.columns.keys()

    @property
    def key(self) -> tuple[str, Cadence, str | None]:
        """The list, cadence and state, which no two queries share."""
        return self.list.id, self.cadence, self.state


def distinct_queries(
    framework: Framework, asked: Iterable[tuple[Cadence, Sequence[str], Sequence[Aggregate]]]
) -> list[ListQuery]:
    """The queries for all indicators, with each distinct aggregate once.

    Args:
        framework: The lists.
        asked: The cadence, the breakdowns and the aggregates of each indicator.
    """
    parts: dict[tuple[str, Cadence, str | None], tuple[dict[str, Aggregate], dict[str, None]]] = {}
    for cadence, by, aggregates in asked:
        for aggregate in aggregates:
            key = (aggregate.list.name, cadence, aggregate.state)
            by_text, breakdowns = parts.setdefault(key, ({}, {}))
            by_text.setdefault(aggregate.text, aggregate)
            breakdowns |= dict.fromkeys(by)
    return [
        ListQuery(framework.lists[name], cadence, state, tuple(by_text.values()), tuple(breakdowns))
        for (name, cadence, state), (by_text, breakdowns) in parts.items()
    ]


def columns_of_queries(list_: RecordList, queries: Iterable[ListQuery]) -> list[str]:
    """The columns of a list to read: those that queries look at, its dates, and the agency.

    Args:
        list_: The list.
        queries: Its queries.
    """
    times = [name for name in (list_.start, list_.end) if name]
    looked = {name for query in queries for name in query.looked}
    return sorted({*times, *list_.order, *looked, *({AGENCY} & list_.columns.keys())})
