"""Fits: the ways in which a block can be read, with the labels of each of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

from pmf_engine.submissions.layouts.gaps import Titles, roles_of_column
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PART, PERIOD, VALUE, Lexicon
from pmf_engine.submissions.layouts.sections import Section
from pmf_engine.submissions.period_headings import is_made_on
from pmf_engine.submissions.side_columns import agrees
from pmf_engine.submissions.vocabulary import fold

NEEDED = (PERIOD, AGENCY, FIGURE)

_MOST_WAYS = 100
"""The most ways to read the columns of labels that are compared; no layout fits a sheet with more."""


@dataclass(frozen=True)
class Fit:
    """A way to read a block.

    Attributes:
        across: The roles that the header gives to each column of values.
        columns: The labels of each column of values that is read.
        unread: The heading of each column of values that is not read; the label is empty for a column without one.
        labels: The column of each role that stands in the rows.
        renamed: Those columns with a heading that is not known, which is given.
        others: The columns of texts without a role.
        fixed: The labels that titles and names give to the whole block.
        missing: The roles that nothing gives.
    """

    across: tuple[str, ...]
    columns: Mapping[int, Mapping[str, Label]]
    unread: Mapping[int, Label]
    labels: Mapping[str, int]
    renamed: Mapping[int, Label]
    others: Sequence[int]
    fixed: Mapping[str, Label] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def ways_of(grid: Grid, section: Section, lexicon: Lexicon) -> list[Fit]:
    """Every way to read the header and the columns of labels of a section."""
    return [
        fit for columns in _header_fits(grid, section, lexicon) for fit in _label_fits(grid, section, columns, lexicon)
    ]


def fits_of(ways: Sequence[Fit], number: int, titles: Titles) -> list[Fit]:
    """Every way to read a block; the nearest ones, with their missing roles, where none is complete.

    Args:
        ways: The ways to read its section.
        number: The number of the block.
        titles: The titles of the sheet.
    """
    fits = [_completed(fit, number, titles) for fit in ways]
    least = min((len(fit.missing) for fit in fits), default=0)
    return [fit for fit in fits if len(fit.missing) == least]


def _header_fits(grid: Grid, section: Section, lexicon: Lexicon) -> Iterator[Fit]:
    """The ways to read the header: for each of its rows the role of its names."""
    choices = []
    for row in section.headers:
        named = {role for position in section.values for role in lexicon.roles(row.cells[position])}
        # among quarters without a year, the year itself is a period of its own
        choices.append(sorted(named - {PERIOD} if PART in named else named) or [""])
    for roles in product(*choices):
        given = [role for role in roles if role]
        if len({*given}) < len(given):
            continue
        columns, unread = {}, {}
        for position in section.values:
            labels, unnamed = _labels_of_column(grid, section, position, roles, lexicon)
            if unnamed is None:
                columns[position] = labels
            else:
                unread[position] = unnamed
        if not given:
            own = [at for at in columns if lexicon.is_value_heading(section.headers[-1].cells[at])] if roles else []
            if len(own) == 1:
                unread |= {at: grid.label(section.headers[-1], at) for at in columns if at not in own}
                columns = {at: columns[at] for at in own}
            if len(columns) != 1:
                continue
        elif not columns:
            continue
        yield Fit(tuple(dict.fromkeys(given)), columns, unread, {}, {}, ())


def _labels_of_column(
    grid: Grid, section: Section, position: int, roles: Sequence[str], lexicon: Lexicon
) -> tuple[dict[str, Label], Label | None]:
    """The labels that the header gives to a column of values, and its heading where that names nothing of the kind.

    A blank cell of a row above the last continues the cell to its left, unless the row begins with a blank over a
    named column: its cells may then be centred over their columns. A pivot table has a row with the name of what the
    row below names: `Period` over the first of the periods.
    """
    labels: dict[str, Label] = {}
    plain = any(lexicon.role_word(row.cells[position]) == VALUE for row in section.headers)
    blank, heading = True, ""
    for row, role in zip(section.headers, roles, strict=True):
        at = position
        last = section.headers[-1]
        if row is not last and last.cells[position] and not _is_centred(section, row, roles[-1], lexicon):
            while at > section.values[0] and not row.cells[at]:
                at -= 1
        label = grid.label(row, at)
        blank &= not label.text
        names = lexicon.roles(label.text)
        heading = label.text if lexicon.role_word(label.text) == PERIOD else heading
        if not role:
            is_word = lexicon.role_word(label.text) in (VALUE, *roles)
            if label.text and not is_word and not _is_unit(labels, label.text, lexicon):
                return {}, label
        elif role in names or (role == PART and PERIOD in names):
            named = role if role in names else PERIOD
            labels[named] = label._replace(text=lexicon.bare(label.text)) if named == PERIOD else label
        elif _is_total_of_groups(row, role, label.text, lexicon):
            labels[role] = label
        else:
            return {}, label
    if blank and section.headers and not plain and (any(roles) or len(section.values) > 1):
        return {}, Label("", section.headers[-1].number, grid.column(position))
    if PERIOD in labels:
        labels[PERIOD] = labels[PERIOD]._replace(heading=heading)
    return labels, None


def _is_total_of_groups(row: Row, role: str, text: str, lexicon: Lexicon) -> bool:
    """Whether a text such as `Total` means all groups: in a row of a header that names each of them, and nothing else.

    Beside some of the groups it may be the total of these.
    """
    by = role.removeprefix("by ")
    if by not in lexicon.words.groups or not lexicon.words.is_whole(by, text):
        return False
    groups, texts = lexicon.words.groups[by], [row.cells[at] for at in row.filled]
    named = {groups.find(each) for each in texts}
    return named >= groups.titles.keys() and not any(lexicon.roles(each) & {FIGURE, PERIOD, PART} for each in texts)


def _is_unit(labels: Mapping[str, Label], text: str, lexicon: Lexicon) -> bool:
    """Whether a text is the unit of the figure that heads its column."""
    words = lexicon.words
    figure = words.figures.find(labels[FIGURE].text) if FIGURE in labels else None
    return figure is not None and agrees(words.framework.figures[figure], text)


def _is_centred(section: Section, row: Row, role: str, lexicon: Lexicon) -> bool:
    """Whether a row of a header is blank over the first column that the last row names, or means by a misspelt name."""
    last = section.headers[-1]
    named = (
        at
        for at in section.values
        if role and (role in lexicon.roles(last.cells[at]) or lexicon.is_near_name(last.cells[at]))
    )
    return not row.cells[next(named, section.values[0])] and row is not section.headers[-1]


def _label_fits(grid: Grid, section: Section, header: Fit, lexicon: Lexicon) -> Iterator[Fit]:
    """The ways to read the columns of labels beside a header."""
    options: list[list[tuple[int, str, Label | None]]] = []
    near: list[tuple[int, str, Label]] = []
    fixed: dict[str, int] = {}
    for position in section.labels:
        heads = [grid.label(row, position) for row in section.headers if row.cells[position]]
        words = [word for head in heads if (word := lexicon.role_word(head.text)) not in (None, VALUE)]
        roles = roles_of_column(section, position, lexicon)
        word = PART if words[-1:] == [PERIOD] and PART in roles else words[-1] if words else None
        if word is not None and word not in fixed:
            fixed[word] = position
            continue
        named = [head for head in heads if not lexicon.roles(head.text)]
        if named and PERIOD in roles and is_made_on(named[-1].text) and fold(named[-1].text) != "date":
            continue
        if named:
            near += [(position, role, named[-1]) for role in sorted(roles)]
        else:
            options.append([(position, role, None) for role in sorted(roles)])
    if fixed.keys() & {*header.across}:
        return
    taken = {*header.across, *fixed}
    open_ = [[each for each in choice if each[1] not in taken] for choice in options]
    choices: list[list[tuple[int, str, Label | None] | None]] = [
        [*choice, *([None] if not choice or _contested(choice, open_) else [])] for choice in open_
    ]
    if prod(map(len, choices)) > _MOST_WAYS:
        return
    for chosen in product(*choices):
        labels = [each for each in chosen if each is not None]
        if len({role for _, role, _ in labels}) < len(labels):
            continue
        found = fixed | {role: position for position, role, _ in labels}
        renamed = {}
        for position, role, head in near:  # a heading that is not known, over names of a role that nothing else gives
            if role not in {*found, *header.across} and role in NEEDED:
                found[role] = position
                renamed[position] = head
        others = [position for position in section.labels if position not in found.values()]
        yield Fit(header.across, header.columns, header.unread, found, renamed, others)


def _contested(choice: list[tuple[int, str, Label | None]], options: list[list[tuple[int, str, Label | None]]]) -> bool:
    """Whether another column may have each role that a column may have."""
    others = {role for other in options if other is not choice for _, role, _ in other}
    return bool(choice) and {role for _, role, _ in choice} <= others


def _completed(fit: Fit, number: int, titles: Titles) -> Fit:
    """A fit with the labels that titles and names give, and the roles that are still missing."""
    dated = fit.labels.get(PERIOD, -1)
    if dated in fit.renamed and is_made_on(fit.renamed[dated].text) and titles.label(PERIOD, number) is not None:
        labels = {role: at for role, at in fit.labels.items() if at != dated}
        renamed = {at: head for at, head in fit.renamed.items() if at != dated}
        fit = replace(fit, labels=labels, renamed=renamed, others=sorted([*fit.others, dated]))
    given = {*fit.across, *fit.labels}
    grouped = any(role.startswith("by ") for role in given)
    fixed: dict[str, Label] = {}
    missing: list[str] = []
    for role in titles.roles():
        if role in given or (grouped and role.startswith("by ")):
            continue
        label = titles.label(role, number)
        if label is not None:
            fixed[role] = label
        elif role in NEEDED:
            missing.append(role)
    return Fit(fit.across, fit.columns, fit.unread, fit.labels, fit.renamed, fit.others, fixed, tuple(missing))
