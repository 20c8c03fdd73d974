"""Asked texts: the texts that conditions compare with a list's columns, and the texts of records one slip away.

A category `Negelct` is most likely a misspelt `Neglect`. Where a condition asks for `Neglect` and none for `Negelct`,
which of the two is right is unknown, and totals that depend on `Neglect` have no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import polars as pl

from pmf_engine.formula.syntax import Aggregate, Binary, Expression, In, Literal, Name, children, folded, record_parts
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.submissions.list_values import bad
from pmf_engine.submissions.table import EDGES

_FEWEST_LETTERS = 5
"""Shorter texts often differ by one letter and are both right: `open`, `opens`."""

Slips = Mapping[str, Mapping[str, frozenset[str]]]
"""By column and asked text, the folded texts of records that are one slip away from it."""


def asked_of_list(framework: Framework, list_: RecordList, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The texts that indicators compare with columns of a list: as written, by column and folded text.

    Columns with listed groups, agencies or `values` are left out: other checks find their misspelt texts.

    Args:
        framework: The indicators and breakdowns.
        list_: The list.
        columns: The columns of interest.
    """
    listed = {by for by, breakdown in framework.breakdowns.items() if breakdown.names is not None}
    texts: dict[str, dict[str, str]] = {}
    for indicator in framework.indicators.values():
        for aggregate in indicator.aggregates:
            if aggregate.list.name != list_.id:
                continue
            for column, text in asked_texts(aggregate):
                if column in columns and column not in (*listed, "agency") and not list_.columns[column].values:
                    texts.setdefault(column, {}).setdefault(compared(text, column in framework.breakdowns), text)
    return texts


def asked_texts(aggregate: Aggregate) -> Iterator[tuple[str, str]]:
    """The pairs of a column and a text that an aggregate compares."""
    left: list[Expression] = record_parts(aggregate)
    while left:
        node = left.pop()
        match node:
            case Binary(operator="=" | "!=", left=Name(name=column), right=Literal(value=str() as text)):
                yield column, text
            case Binary(operator="=" | "!=", left=Literal(value=str() as text), right=Name(name=column)):
                yield column, text
            case In(operand=Name(name=column), items=items):
                literals = (item.value for item in items if isinstance(item, Literal))
                yield from ((column, text) for text in literals if isinstance(text, str))
        left += children(node)


def trimmed_texts(frame: pl.DataFrame, groups: bool) -> dict[str, str]:
    """The texts of a column without spaces around them, by their compared form.

    Args:
        frame: Its distinct texts, as written.
        groups: The column is a breakdown.
    """
    texts = sorted(text for text in frame.to_series().str.strip_chars(EDGES).drop_nulls() if text)
    return {compared(text, groups): text for text in reversed(texts)}


def compared(text: str, groups: bool) -> str:
    """A text in the form that conditions compare: in names of groups, repeated spaces are one space.

    >>> compared(" Castle  Point", True), compared(" Castle  Point", False)
    ('castle point', 'castle  point')
    """
    return " ".join(folded(text).split()) if groups else folded(text)


def slips_among(asked: Mapping[str, Mapping[str, str]], recorded: Mapping[str, Iterable[str]]) -> Slips:
    """The texts of records that are one slip away from an asked text and are not asked for themselves.

    Args:
        asked: The asked texts by column and folded text.
        recorded: The folded texts of records by column.
    """
    slips: dict[str, dict[str, frozenset[str]]] = {}
    for column, texts in asked.items():
        others = [text for text in recorded.get(column, ()) if text not in texts]
        for text in texts:
            if near := frozenset(other for other in others if is_slip(text, other)):
                slips.setdefault(column, {})[text] = near
    return slips


def is_slip(text: str, other: str) -> bool:
    """Whether the Damerau-Levenshtein distance of two texts is 1: a letter more, less or other, or two swapped.

    Never for texts of fewer than five letters, or with a digit or a word of one letter, which may be a code.

    >>> is_slip("neglect", "negelct"), is_slip("neglect", "neglekt"), is_slip("neglect", "neglct")
    (True, True, True)
    >>> is_slip("category a", "category b"), is_slip("stage 12", "stage 11"), is_slip("open", "opens")
    (False, False, False)
    >>> is_slip("neglect", "neglect"), is_slip("neglect", "neglected")
    (False, False)
    """
    if text == other or abs(len(text) - len(other)) > 1 or not (_shows_slips(text) and _shows_slips(other)):
        return False
    short, long = sorted((text, other), key=len)
    same = next((position for position, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    if short[same + 1 :] == long[same + 1 :]:
        return True
    swapped = long[same + 1 : same + 2] + long[same : same + 1]
    return short[same : same + 2] == swapped and short[same + 2 :] == long[same + 2 :]


def _shows_slips(text: str) -> bool:
    """Whether a text is long enough for a slip to show, and has no digit and no word of one letter."""
    letters = sum(letter.isalpha() for letter in text)
    return (
        letters >= _FEWEST_LETTERS and not any(map(str.isdigit, text)) and all(len(word) > 1 for word in text.split())
    )


def slip_column(column: str, text: str) -> str:
    """The name for `bad` of the flag that a record's text in a column is a slip of an asked text."""
    return f"{column}={text}"


def slip_flags(slips: Slips, label: Callable[[str, pl.Expr], pl.Expr]) -> list[pl.Expr]:
    """For each asked text with slips, the flag of the records whose text is one of them.

    Args:
        slips: The slips by column and asked text.
        label: The compared form of a column's texts, see `ListPlan.label`.
    """
    return [
        label(column, pl.col(column)).is_in(sorted(near)).fill_null(False).alias(bad(slip_column(column, text)))
        for column, texts in slips.items()
        for text, near in texts.items()
    ]


def slip_columns(slips: Slips, aggregate: Aggregate | None = None) -> Sequence[str]:
    """The columns of the flags of all slips, or of the slips of texts that an aggregate asks for."""
    asked = None
    if aggregate is not None:
        asked = {
            (column, compared(text, groups)) for column, text in asked_texts(aggregate) for groups in (True, False)
        }
    return [
        bad(slip_column(column, text))
        for column, texts in slips.items()
        for text in texts
        if asked is None or (column, text) in asked
    ]
