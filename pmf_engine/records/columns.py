"""Names of columns: those that queries add to the columns of a list, and those of totals.

An id of the YAML has no colon, so none of these can be the name of a list's column.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from pmf_engine.framework.changes import takeovers
from pmf_engine.framework.model import RecordList
from pmf_engine.submissions.vocabulary import Names, Vocabulary

AGENCY = "agency"
"""The list's own column with the agency that sent a record, where several agencies send the list."""

START = ":start"
"""The first month of the period that a record is counted in; null for refused dates."""

REVERSED, REFUSED = ":reversed", ":refused"
"""Whether a record's dates are out of order, and whether any of its cells was refused."""

FIRST_PERIOD, PERIOD_AFTER = ":first_period", ":period_after"
"""The first month of the period in which a spell starts, and of the first period at whose end it is closed."""


def out_of_order(list_: RecordList) -> pl.Expr:
    """Whether a record's dates are out of order: a spell ends before its start, or they contradict `order`."""
    pairs = [pl.col(later) < pl.col(earlier) for earlier, later in list_.date_pairs]
    return pl.any_horizontal(pairs).fill_null(False) if pairs else pl.lit(False)


class Part(StrEnum):
    """The partial results of an aggregate over records, from which totals combine its value."""

    COUNT = "n"
    BLANK = "b"
    SUM = "s"
    LEAST = "l"
    GREATEST = "h"
    DISTINCT = "d"
    MEDIAN = "m"

    def column(self, number: int) -> str:
        """The column of this part of the aggregate with a number.

        >>> Part.SUM.column(3)
        's:3'
        """
        return f"{self}:{number}"


def combined(column: str) -> pl.Expr:
    """The combination of a column over several groups of records: the smallest, the largest or the sum of its values.

    The column has parts of an aggregate, or numbers of refused cells.
    """
    if column.startswith(f"{Part.LEAST}:"):
        return pl.col(column).min()
    if column.startswith(f"{Part.GREATEST}:"):
        return pl.col(column).max()
    return pl.col(column).sum()


def unplaced_column(text: str) -> str:
    """The column of an aggregate's reason code that records with unknown dates cause."""
    return f"e:{text}"


def group_names(vocabulary: Vocabulary, list_: RecordList) -> dict[str, Names]:
    """The names of listed groups by breakdown; under AGENCY the names of the agencies that send the list.

    Records of an agency that a sender has taken over count as the sender's.
    """
    senders = {id_: title for id_, title in vocabulary.agencies.titles.items() if id_ in list_.agencies}
    others: dict[str, list[str]] = {id_: [] for id_ in senders}
    for id_ in senders:
        for agency in takeovers(vocabulary.framework, id_):
            if agency.id == id_ or agency.id not in senders:
                own = () if agency.id == id_ else (agency.id, agency.name)
                others[id_] += [*own, *agency.formerly, *agency.also_called]
    return vocabulary.groups | {AGENCY: Names(senders, others=others)}
