"""Sections of a sheet: rows with values under one header, and what stands above, between and below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pmf_engine.submissions.layouts.grid import Grid, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, NO_ACTUAL, PART, PERIOD, VALUE, Lexicon
from pmf_engine.submissions.period_headings import is_made_on
from pmf_engine.submissions.vocabulary import fold

_HEADERS = 3
"""The most rows of a header."""

_WEEKS = 53
"""The most weeks of a year: no period has a greater number within its year."""

_LONGEST_HEADING = 60
"""The most characters of a heading; what is longer is a note."""


@dataclass(frozen=True)
class Section:
    """Rows under one header.

    Attributes:
        titles: The rows above the header.
        headers: The rows of the header, from the top; none for a form without a header.
        rows: The rows below, titles of blocks and rows without a value among them.
        of_values: Those of them that hold values.
        values: The columns with values, from the left.
        labels: The other columns with texts.
    """

    titles: Sequence[Row]
    headers: Sequence[Row]
    rows: Sequence[Row]
    of_values: Sequence[Row]
    values: Sequence[int]
    labels: Sequence[int]


def _heads(lexicon: Lexicon, text: str) -> bool:
    """Whether a text over values heads them: a name, a word for a role, or a word for what is no actual number."""
    return bool(lexicon.roles(text)) or lexicon.role_word(text) is not None or bool(NO_ACTUAL.fullmatch(fold(text)))


def _is_number_of_year(lexicon: Lexicon, text: str) -> bool:
    """Whether a number may be a year or a month: `2016`, `201617`."""
    return text.isdigit() and len(text) in (4, 6) and lexicon.is_period(text)


def has_values(row: Row, lexicon: Lexicon) -> bool:
    """Whether a row holds values, and is no header of years."""
    values = [text for text in row.cells if text and lexicon.is_value(text)]
    if not values:
        label, *others = (text for text in row.cells if text)
        return bool(lexicon.roles(label) - {PART}) and any(map(lexicon.may_be_value, others))
    if not all(_is_number_of_year(lexicon, text) for text in values):
        return True
    labels = [text for text in row.cells if text and not lexicon.is_value(text)]
    return any(lexicon.roles(text) - {PERIOD, PART} for text in labels) or not labels


def is_keyed(row: Row, lexicon: Lexicon) -> bool:
    """Whether a row is a title of two cells, such as `Period` beside `Q3 2016-17`, or `Printed` beside a day."""
    if len(row.filled) != 2:
        return False
    key, named = (row.cells[position] for position in row.filled)
    return lexicon.role_word(key) in lexicon.roles(named) or (is_made_on(key) and lexicon.is_dated((key, named)))


def sections_of(grid: Grid, lexicon: Lexicon) -> list[Section]:
    """The sections of a sheet, in the order of their rows; none for a sheet without values."""
    starts: list[tuple[list[Row], list[Row], list[Row]]] = []
    above: list[Row] = []
    for holds, rows in _runs(grid.rows, lexicon):
        if not holds:
            above = rows
            continue
        headers = _headers(above, rows, lexicon) or (
            _misspelt_header(above, starts[-1][1], rows, lexicon) if starts else []
        )
        if headers or not starts:
            split = above.index(headers[-1]) + 1 if headers else len(above)
            titles = [row for row in above[:split] if row not in headers]
            starts.append((titles, headers, [*above[split:], *rows]))
        else:
            starts[-1][2].extend([*above, *rows])
        above = []
    if starts:
        starts[-1][2].extend(above)
    return [_section(*start, lexicon) for start in starts]


def _runs(rows: Sequence[Row], lexicon: Lexicon) -> Iterator[tuple[bool, list[Row]]]:
    """Runs of rows with and without values; titles such as `Quarter` beside 1 above the first values hold none."""
    first = next((row for row in rows if has_values(row, lexicon) and not _is_number_of_period(row, lexicon)), None)
    number = 0 if first is None else first.number
    for holds, run in groupby(rows, key=lambda row: row.number >= number and has_values(row, lexicon)):
        yield holds, list(run)


def _is_number_of_period(row: Row, lexicon: Lexicon) -> bool:
    """Whether a row is a title such as `Quarter` beside 1, or `Week` beside 12."""
    texts = [row.cells[position] for position in row.filled]
    if len(texts) != 2 or lexicon.role_word(texts[0]) != PERIOD:
        return False
    return re.fullmatch("[0-9]{1,2}", texts[1]) is not None and int(texts[1]) <= _WEEKS


def _headers(above: Sequence[Row], rows: Sequence[Row], lexicon: Lexicon) -> list[Row]:
    """The header among the rows above some rows with values: those that name something over a column of values."""
    columns = {position for row in rows for position in row.filled if lexicon.may_be_value(row.cells[position])}
    first = min((position for row in rows for position in row.filled), default=0)
    hits = [
        row
        for row in above
        if not is_keyed(row, lexicon)
        and not (row is not above[-1] and lexicon.is_dated([row.cells[at] for at in row.filled]))
        and (
            any(_heads(lexicon, row.cells[at]) for at in row.filled if at in columns and at > first)
            or sum(lexicon.role_word(row.cells[at]) is not None for at in row.filled) > 1
            or _heads_a_part(row, columns, first, lexicon)
        )
    ]
    return hits[-_HEADERS:]


def _misspelt_header(above: Sequence[Row], headers: Sequence[Row], rows: Sequence[Row], lexicon: Lexicon) -> list[Row]:
    """The row right above values that stands where a header stood before, and heads a column with what names nothing.

    Without it these values would be taken for those of the header before.
    """
    if not above or not headers or is_keyed(above[-1], lexicon):
        return []
    columns = {position for row in rows for position in row.filled if lexicon.may_be_value(row.cells[position])}
    heads = {position for row in headers for position in row.filled} & columns
    texts = [above[-1].cells[position] for position in above[-1].filled if position in heads]
    return [above[-1]] if any(len(text) <= _LONGEST_HEADING for text in texts) else []


def _heads_a_part(row: Row, columns: set[int], first: int, lexicon: Lexicon) -> bool:
    """Whether a row has a heading of figures, and over values one that is neither a word for them nor for all of them.

    `Measure` beside `Boys` heads numbers of boys, and is no title of numbers of all.
    """
    over = [row.cells[at] for at in row.filled if at in columns and at > first]
    heads_figures = any(lexicon.role_word(row.cells[at]) == FIGURE for at in row.filled if at not in columns)
    return heads_figures and any(not lexicon.is_whole(text) for text in over)


def _section(titles: list[Row], headers: list[Row], rows: list[Row], lexicon: Lexicon) -> Section:
    """The section with its columns of values and of labels."""
    width = max((len(row.cells) for row in rows), default=0)
    values: list[int] = []
    labels: list[int] = []
    of_values = [row for row in rows if has_values(row, lexicon)]
    for position in range(width):
        texts = [row.cells[position] for row in of_values if row.cells[position]]
        heads = [row.cells[position] for row in headers if row.cells[position]]
        words = {lexicon.role_word(head) for head in heads[-1:]}
        numbers = sum(map(lexicon.may_be_value, texts))
        across = any(lexicon.roles(head) for head in heads) or VALUE in words
        if not texts and not (across and heads):
            continue
        named = bool(texts) and all(lexicon.roles(text) for text in texts)
        heads_labels = bool(words & {PERIOD, AGENCY, "comment"}) or any((word or "")[:3] == "by " for word in words)
        if words == {PERIOD} and any(PART in lexicon.roles(row.cells[at]) for row in headers for at in values):
            heads_labels = False  # `Year` behind its quarters heads their total
        if heads_labels or (FIGURE in words and 2 * numbers < len(texts)) or (named and not across):
            labels.append(position)
        elif across or 2 * numbers >= len(texts):
            values.append(position)
        else:
            labels.append(position)
    return Section(titles, headers, rows, of_values, values, labels)
