"""Asked texts: the texts that conditions compare a list's columns with, and those of records that are a slip away.

A record whose category reads `Negelct` is hardly of a category of its own. Where a condition asks for `Neglect` and
nothing asks for `Negelct`, nobody knows which of the two is right, and what rests on `Neglect` has no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import polars as pl

from pmf_engine.formula.syntax import Aggregate, Binary, Expression, In, Literal, Name, children, folded, record_parts
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.submissions.list_values import bad, raw
from pmf_engine.submissions.table import EDGES

_FEWEST_LETTERS = 5
"""Texts of fewer letters may differ by one and both be meant: `open`, `opens`."""

Slips = Mapping[str, Mapping[str, frozenset[str]]]
"""By column and asked text, the folded texts of records that are one slip away from it."""


def asked_of_list(framework: Framework, list_: RecordList, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The texts that any indicator compares some of a list's columns with: as written, by column and folded text.

    Columns that hold nothing but listed groups, agencies or `values` are no part of it.
    """
    listed = {by for by, breakdown in framework.breakdowns.items() if breakdown.names is not None}
    found: dict[str, dict[str, str]] = {}
    for indicator in framework.indicators.values():
        for aggregate in indicator.aggregates:
            if aggregate.list.name != list_.id:
                continue
            for column, text in asked_texts(aggregate):
                if column in columns and column not in (*listed, "agency") and not list_.columns[column].values:
                    found.setdefault(column, {}).setdefault(compared(text, column in framework.breakdowns), text)
    return found


def asked_texts(aggregate: Aggregate) -> Iterator[tuple[str, str]]:
    """The columns that an aggregate compares with texts, each with the text."""
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


def texts_of_records(records: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """The different texts of a column, as they were written."""
    return records.select(pl.col(raw(column)).unique())


def trimmed_texts(frame: pl.DataFrame, groups: bool) -> dict[str, str]:
    """The texts of `texts_of_records` without spaces around them, as written, by how they are compared."""
    texts = sorted(text for text in frame.to_series().str.strip_chars(EDGES).drop_nulls() if text)
    return {compared(text, groups): text for text in reversed(texts)}


def compared(text: str, groups: bool) -> str:
    """A text as conditions compare it: repeated spaces tell no groups apart.

    >>> compared(" Castle  Point", True), compared(" Castle  Point", False)
    ('castle point', 'castle  point')
    """
    return " ".join(folded(text).split()) if groups else folded(text)


def slips_among(asked: Mapping[str, Mapping[str, str]], held: Mapping[str, Iterable[str]]) -> Slips:
    """The texts of records that are one slip away from one that is asked for, and that nothing asks for.

    Args:
        asked: By column, what is asked for, by folded text.
        held: By column, the folded texts of records.
    """
    found: dict[str, dict[str, frozenset[str]]] = {}
    for column, texts in asked.items():
        others = [text for text in held.get(column, ()) if text not in texts]
        for text in texts:
            if near := frozenset(other for other in others if is_slip(text, other)):
                found.setdefault(column, {})[text] = near
    return found


def is_slip(text: str, other: str) -> bool:
    """Whether two texts of five or more letters differ by one letter more, less, else, or by two that changed places.

    Not where a digit or a word of one letter may tell them apart.

    >>> is_slip("neglect", "negelct"), is_slip("neglect", "neglekt"), is_slip("neglect", "neglct")
    (True, True, True)
    >>> is_slip("category a", "category b"), is_slip("stage 12", "stage 11"), is_slip("open", "opens")
    (False, False, False)
    >>> is_slip("neglect", "neglect"), is_slip("neglect", "neglected")
    (False, False)
    """
    if text == other or abs(len(text) - len(other)) > 1 or not (_tells(text) and _tells(other)):
        return False
    short, long = sorted((text, other), key=len)
    same = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    if short[same + 1 :] == long[same + 1 :]:
        return True
    swapped = long[same + 1 : same + 2] + long[same : same + 1]
    return short[same : same + 2] == swapped and short[same + 2 :] == long[same + 2 :]


def _tells(text: str) -> bool:
    """Whether a text is long enough, and has no digit and no word of one letter."""
    letters = sum(letter.isalpha() for letter in text)
    return (
        letters >= _FEWEST_LETTERS and not any(map(str.isdigit, text)) and all(len(word) > 1 for word in text.split())
    )


def slip_column(column: str, text: str) -> str:
    """The name of what `bad` is a flag of: that a record's text in a column is a slip of a text that is asked for."""
    return f"{column}={text}"


def slip_flags(slips: Slips, label: Callable[[str, pl.Expr], pl.Expr]) -> list[pl.Expr]:
    """For each text that records have slips of, whether a record's text is one of these, by its `label`."""
    return [
        label(column, pl.col(column)).is_in(sorted(near)).fill_null(False).alias(bad(slip_column(column, text)))
        for column, texts in slips.items()
        for text, near in texts.items()
    ]


def slip_columns(slips: Slips, aggregate: Aggregate | None = None) -> Sequence[str]:
    """The flags of all slips, or of those of texts that an aggregate asks for."""
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
