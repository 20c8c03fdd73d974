"""Headers of returns: the role of each column, and whether the file has the columns that it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from pmf_engine.domain.markers import state_of
from pmf_engine.submissions.cell_values import is_number
from pmf_engine.submissions.problems import Problem, listed, meant, say
from pmf_engine.submissions.side_columns import agrees, counts_rows, is_reference, is_unit_heading, of_own_area
from pmf_engine.submissions.table import EDGES, RawTable, blank, letter
from pmf_engine.submissions.vocabulary import REQUIRED, Vocabulary


@dataclass
class Found:
    """The content of the tables laid out so far.

    Attributes:
        cells: The value cells, with the texts of their period, agency, figure and group.
        set_aside: The cells that are not read further.
        problems: The problems of all tables.
    """

    cells: list[pl.DataFrame] = field(default_factory=list)
    set_aside: list[pl.DataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Columns:
    """The columns of a return by their roles. A column's name is its position, as in `RawTable.rows`.

    Attributes:
        titles: The titles of all columns.
        own: The columns `period`, `agency`, `figure`, `value` and `comment`, by these names.
        by: The column of each breakdown.
        figures: The columns of each figure.
        unknown: The columns without a known role, notes excepted.
        notes: The columns of notes.
        near: Those of `unknown` that may be a breakdown's column under another name, each with the breakdown.
        counted: Those of `unknown` that hold numbers beside the figures. The other unknown columns may name a part.
    """

    titles: list[str]
    own: dict[str, str]
    by: dict[str, str]
    figures: dict[str, list[str]]
    unknown: list[str]
    near: dict[str, str]
    counted: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def long(self) -> bool:
        """Whether each row names its figure, with the value in a column of its own."""
        return "value" in self.own

    @property
    def of_figures(self) -> list[str]:
        """The columns titled as a figure."""
        return [column for columns in self.figures.values() for column in columns]

    @property
    def unread(self) -> list[str]:
        """The columns whose cells are set aside: figures in a long return, unknown columns in a wide one."""
        return self.of_figures if self.long else self.unknown

    @property
    def beside(self) -> list[str]:
        """The unknown columns, in the order of their titles, that may distinguish rows with the same key."""
        stray = self.of_figures if self.long else []
        return sorted((column for column in [*self.unknown, *stray] if column not in self.near), key=self.called)

    @property
    def parts(self) -> list[str]:
        """The unknown columns whose cells may name the part of the figure that a row is about."""
        return [column for column in self.unknown if column not in self.near and column not in self.counted]

    @property
    def units(self) -> list[str]:
        """The unknown columns of a long return that hold the unit of each row."""
        return [column for column in self.unknown if self.long and is_unit_heading(self.called(column))]

    def called(self, column: str) -> str:
        """The title of a column."""
        return self.titles[int(column)]

    def title(self, column: str) -> pl.Expr:
        """The title of a column, as a constant for every row."""
        return pl.lit(self.called(column))


def recognise(
    table: RawTable, words: Vocabulary, found: Found, unread: Callable[[pl.DataFrame, str, str], None]
) -> Columns | None:
    """The columns of a return by their roles; None, with every row set aside, for a header without the needed columns.

    Args:
        table: The return.
        words: The names of the framework.
        found: Receives the problems of the header.
        unread: Sets rows aside: called with the rows, the column of their texts and its title.
    """
    titles = [name.strip(EDGES) or letter(position) for position, name in enumerate(table.header)]
    roles = [words.role(name) for name in table.header]
    places: dict[tuple[str, str], list[str]] = {}
    for position, role in enumerate(roles):
        if role:
            places.setdefault(role, []).append(str(position))
    own = {name: places[name, name][0] for name in (*REQUIRED, "comment") if (name, name) in places}
    figures = {id_: columns for (what, id_), columns in places.items() if what == "figure column"}
    by = {id_: columns[0] for (what, id_), columns in places.items() if what == "by"}
    long, needed = bool(own.keys() & {"figure", "value"}), own.keys() & set(REQUIRED)

    def report(kind: str, column: str | None = None, **more: object) -> None:
        text = None if column is None else titles[int(column)]
        message = say(kind, text=text, **more)
        where = text if column is None else (table.placed or {}).get(int(column), text)
        found.problems.append(Problem(table.file, table.sheet, table.header_row, where, text, kind, message))

    if len(needed) < 2 and not (figures and needed):
        # in a file that is no return, the fit of its rows to its first row means nothing
        noise = ("surplus-cell", "split-number")
        found.problems = [each for each in found.problems if each.file != table.file or each.kind not in noise]
        report("not-a-return")
        return None
    names_of_columns = (
        words.headers if long else [*words.headers, *words.figures.titles, *words.figures.titles.values()]
    )
    unknown, near, notes = _unknown_columns(table, titles, own, words, names_of_columns, report)
    for columns in figures.values() if long else ():
        for column in columns:
            report("figure-column", column)
    missing = [name for name in (REQUIRED if long else ("period", "agency")) if name not in own]
    unusable = False
    for (what, _), columns in places.items():
        if len(columns) > 1 and not (long and what == "figure column"):
            fatal = what not in ("comment", "figure column")
            unusable |= fatal
            consequence = "both are set aside" if what == "figure column" else "the first is used"
            report("column-twice", columns[1], so="everything in this file is set aside" if fatal else consequence)
    if missing or not (long or figures):
        near_missing, lacking = _lacking(missing, unknown, titles, words)
        found.problems = _without_unlikely(table, found.problems, {titles[int(column)] for column in near_missing})
        report("missing-column", next(iter(near_missing), None), **lacking)
        unusable = True
    if unusable:
        shown = own.get("value", "0")
        unread(table.rows, shown, titles[int(shown)])
        return None
    recognised = Columns(titles, own, by, figures, unknown, near, notes=notes)
    return recognised if long else replace(recognised, counted=_counted(table, recognised))


def _lacking(
    missing: list[str], unknown: list[str], titles: list[str], words: Vocabulary
) -> tuple[list[str], dict[str, str]]:
    """The unknown columns that may be missing ones under misspelt headings, and the words of the problem of these."""
    names = missing or [*words.figures.titles, *words.figures.titles.values()]
    near = [column for column in unknown if meant(titles[int(column)], names)]
    hints = [f"`{titles[int(column)]}`{meant(titles[int(column)], names)[1:]}" for column in near]
    lacking = listed(missing, "and") if missing else "named after a figure, nor `figure` and `value`,"
    return near, {"missing": lacking, "help": "; for " + ", and for ".join(hints) if hints else ""}


def _without_unlikely(table: RawTable, problems: Iterable[Problem], named: Collection[str]) -> list[Problem]:
    """The problems without those of unknown columns that are near no name: all of the file is set aside anyway.

    Those that the problem of the missing columns names are left out, too.
    """
    return [
        each
        for each in problems
        if each.file != table.file
        or each.kind != "unknown-column"
        or not (each.text in named or each.message == say("unknown-column", text=each.text, help=""))
    ]


def _beside(
    table: RawTable, titles: list[str], own: Mapping[str, str], words: Vocabulary, report: Callable[..., None]
) -> set[str]:
    """The unknown columns that part no numbers: references of rows, of which each is reported, the own area, units."""
    unknown = [str(at) for at, name in enumerate(table.header) if words.role(name) is None]
    unknown = [column for column in unknown if not words.is_note(titles[int(column)])]
    if not unknown:
        return set()
    figures = [(text or "").strip(EDGES) for text in table.rows[own["figure"]]] if "figure" in own else [""]
    figures = figures if "figure" in own else figures * table.rows.height
    aside = of_own_area(titles, table.rows, unknown, words)
    for column in (each for each in unknown if each not in aside):
        texts = [(text or "").strip(EDGES) for text in table.rows[column]]
        if is_reference(titles[int(column)], texts, figures) or _counts_rows(table, titles, column):
            report("derived-column", column)
            aside.add(column)
        elif "figure" in own and is_unit_heading(titles[int(column)]):
            pairs = {(words.figures.find(figure), unit) for figure, unit in zip(figures, texts, strict=True)}
            if all(id_ is None or agrees(words.framework.figures[id_], unit) for id_, unit in pairs):
                aside.add(column)
    return aside


def _counts_rows(table: RawTable, titles: list[str], column: str) -> bool:
    """Whether a column without a heading, before all others, counts the rows of a table as exports of programs do."""
    placed = table.placed or {}
    if column != "0" if table.placed is None else placed.get(int(column)) != titles[int(column)]:
        return False
    rows = table.rows.select("row", column).unique("row", keep="first", maintain_order=True)
    is_unnamed = table.placed is not None or not table.header[0].strip(EDGES)
    return is_unnamed and counts_rows([(text or "").strip(EDGES) for text in rows[column]])


def _unknown_columns(
    table: RawTable,
    titles: list[str],
    own: Mapping[str, str],
    words: Vocabulary,
    names_of_columns: list[str],
    report: Callable[..., None],
) -> tuple[list[str], dict[str, str], list[str]]:
    """The columns without a role, the breakdown that some of them may be, and those of notes. Each gives a problem.

    Args:
        table: The return.
        titles: The titles of its columns.
        own: Its own columns by their names.
        words: The names of the framework.
        names_of_columns: The names that a message may suggest.
        report: Adds a problem of a kind at a column.
    """
    aside = _beside(table, titles, own, words, report)
    unnamed = [
        position
        for position, name in enumerate(table.header)
        if words.role(name) is None and str(position) not in aside
    ]
    unknown = [
        str(position)
        for position in unnamed
        if table.header[position].strip(EDGES) or not table.rows.select(blank(str(position)).all()).item()
    ]
    texts_of = {column: table.rows[column].drop_nulls().unique() for column in unknown}
    notes = [column for column in unknown if _is_note(titles[int(column)], texts_of[column], words)]
    unread_notes = [column for column in notes if not words.is_ignored(titles[int(column)])]
    if unread_notes:
        columns = listed((titles[int(column)] for column in unread_notes), "and")
        report("notes-not-read", unread_notes[0], columns=columns)
    unknown = [column for column in unknown if column not in notes]
    meant_by = {column: words.breakdown_meant(titles[int(column)], texts_of[column]) for column in unknown}
    near = {column: by for column, by in meant_by.items() if by is not None}
    for column in unknown:
        so = f"; rows that fill it are set aside, since they may be of a group of `{near.get(column)}`"
        report("unknown-column", column, help=meant(titles[int(column)], names_of_columns) + so * (column in near))
    return unknown, near, unread_notes


def _is_note(title: str, texts: Iterable[str], words: Vocabulary) -> bool:
    """Whether the board ignores a column, or its title is that of notes and none of its texts is a group."""
    if words.is_ignored(title):
        return True
    return words.is_note(title) and not any(groups.find(text) for text in texts for groups in words.groups.values())


def _counted(table: RawTable, columns: Columns) -> list[str]:
    """The unknown columns of a wide return that hold numbers throughout, such as `% in time` beside the counts.

    None where two rows have the same period, sender and group: there a number may distinguish the parts of a figure.
    """
    unknown = [column for column in columns.unknown if column not in columns.near]
    numbers = [column for column in unknown if _holds_numbers(table.rows[column])]
    if not numbers:
        return []
    keys = [columns.own["period"], columns.own["agency"], *columns.by.values()]
    alike = table.rows.select(pl.col(keys).str.strip_chars(EDGES).str.to_lowercase()).is_duplicated().any()
    return [] if alike else numbers


def _holds_numbers(column: pl.Series) -> bool:
    """Whether every filled cell of a column is a number or a marker, and at least one is a number."""
    texts = [text for text in column.drop_nulls().str.strip_chars(EDGES).unique() if text]
    numbers = [text for text in texts if is_number(text)]
    return bool(numbers) and all(text in numbers or state_of(text) is not None for text in texts)
