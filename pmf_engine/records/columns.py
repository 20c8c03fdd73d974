"""Names of the columns that queries over a list add to its own, and of those of its totals.

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
"""The first month of the period that a record is counted in; null where its dates were refused."""

REVERSED, REFUSED = ":reversed", ":refused"
"""Whether a record's dates run otherwise than they can, and whether any of its cells was refused."""

COVERED_FROM, COVERED_UNTIL = ":covered_from", ":covered_until"
"""The first and last day that the record's file covers."""

OPEN_FROM, OPEN_TO = ":open_from", ":open_to"
"""The first and last month whose last day the record's file covers: those it can say open spells of."""

FIRST_PERIOD, PERIOD_AFTER = ":first_period", ":period_after"
"""The first month of the period that a spell starts in, and of the first at whose end it is not open."""


def out_of_order(list_: RecordList) -> pl.Expr:
    """Whether a record's dates run otherwise than they can: its spell ends before it starts, or its order is broken."""
    pairs = [pl.col(later) < pl.col(earlier) for earlier, later in list_.date_pairs]
    return pl.any_horizontal(pairs).fill_null(False) if pairs else pl.lit(False)


class Part(StrEnum):
    """What queries work out of an aggregate's records; its value is made from these."""

    COUNT = "n"
    BLANK = "b"
    SUM = "s"
    LEAST = "l"
    GREATEST = "h"
    DISTINCT = "d"
    MEDIAN = "m"

    def column(self, number: int) -> str:
        """The column that has it of the aggregate with a number.

        >>> Part.SUM.column(3)
        's:3'
        """
        return f"{self}:{number}"


def combined(column: str) -> pl.Expr:
    """A column of parts, or of numbers of refused cells, of several groups of records as that of all of them."""
    if column.startswith(f"{Part.LEAST}:"):
        return pl.col(column).min()
    if column.startswith(f"{Part.GREATEST}:"):
        return pl.col(column).max()
    return pl.col(column).sum()


def unplaced_column(text: str) -> str:
    """The column of a table of totals with the reason code that records leave which cannot be placed in time."""
    return f"e:{text}"


def group_names(vocabulary: Vocabulary, list_: RecordList) -> dict[str, Names]:
    """The names of the groups that are listed, by breakdown; of agencies, those that send the list.

    What agencies sent that a sender has taken over counts as the sender's.
    """
    senders = {id_: title for id_, title in vocabulary.agencies.titles.items() if id_ in list_.agencies}
    others: dict[str, list[str]] = {id_: [] for id_ in senders}
    for id_ in senders:
        for agency in takeovers(vocabulary.framework, id_):
            if agency.id == id_ or agency.id not in senders:
                own = () if agency.id == id_ else (agency.id, agency.name)
                others[id_] += [*own, *agency.formerly, *agency.also_called]
    return vocabulary.groups | {AGENCY: Names(senders, others=others)}
