"""Returns of each format: the tables of a file, from the plain long file to sheets of any layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pmf_engine.framework.layouts import Layout
from pmf_engine.submissions.csv_grids import read_csv_grid
from pmf_engine.submissions.csv_tables import read_csv
from pmf_engine.submissions.layouts.covers import with_covers
from pmf_engine.submissions.layouts.footnotes import is_footnote
from pmf_engine.submissions.layouts.grid import Grid, Row
from pmf_engine.submissions.layouts.mapped import Pack, layouts_of, packs_of, tables_of_packs
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.layouts.reading import Read, read_grid, values_of
from pmf_engine.submissions.layouts.scope import doubt_of, is_strange_title, says_something
from pmf_engine.submissions.layouts.titles import TitlesDifferError, from_titles, names_of_file
from pmf_engine.submissions.layouts.years import turning_sheets
from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.other_sheets import lists_problems, without_notes
from pmf_engine.submissions.parquet_limits import keep_parquet_within
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.registers import RegisterTable, header_among, register_of
from pmf_engine.submissions.sheet_grids import grids_of_old_workbook, grids_of_workbook
from pmf_engine.submissions.table import EDGES, RawTable, as_text, blank, is_filled
from pmf_engine.submissions.vocabulary import REQUIRED


class SetAside(NamedTuple):
    """A cell that is in no table."""

    file: str
    sheet: str | None
    received_on: date | None
    row: int
    column: str
    text: str


SET_ASIDE = {
    "file": pl.String, "sheet": pl.String, "received_on": pl.Date, "row": pl.Int64, "column": pl.String,
    "text": pl.String,
}  # fmt: skip


@dataclass
class Return:
    """The content of a file: tables, problems, the cells that are in no table, registers, and packs of a fixed form."""

    tables: list[RawTable] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)
    registers: list[RegisterTable] = field(default_factory=list)
    packs: list[Pack] = field(default_factory=list)

    def add_register(self, grid: Grid) -> bool:
        """Adds a sheet that is a register of the board; False for another sheet."""
        found = header_among((row.cells for row in grid.rows), grid.file)
        if found is None:
            return False
        position, register = found
        self.registers.append(RegisterTable(register, _table_below(grid, position)))
        return True

    def extend(self, other: Return) -> None:
        """Adds the content of another file."""
        self.tables += other.tables
        self.problems += other.problems
        self.aside += other.aside
        self.registers += other.registers
        self.packs += other.packs

    def read_packs(self, lexicon: Lexicon) -> None:
        """Makes tables of the packs of all files, whose labels are held against each other."""
        tables, problems = tables_of_packs(self.packs, lexicon)
        self.tables += tables
        self.problems += problems

    def add(self, grid: Grid, read: Read) -> None:
        """Adds what was read of a sheet."""
        self.tables += read.tables
        self.problems += read.problems
        self.aside += [SetAside(grid.file, grid.sheet, grid.received_on, *cell) for cell in read.aside]


def is_plain(header: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a header names a period, an agency, and a figure and a value or figures: no other layout fits it."""
    roles = [lexicon.words.role(name) for name in header]
    own = {role[0] for role in roles if role is not None}
    return own >= {*REQUIRED} or (own >= {"period", "agency", "figure column"} and not own & {"figure", "value"})


_OF_ROWS: Final = {("period", "period"), ("agency", "agency")}
"""The roles of the columns that are filled in every row of a plain return."""


def _has_telling_titles(table: RawTable, lexicon: Lexicon) -> bool:
    """Whether titles between the rows of a plain table, or the names of its sheet and file, say more of its numbers.

    They may name a group, or say that the numbers are of something else, such as `Boys only`.
    """
    roles = [lexicon.words.role(name) for name in table.header]
    columns = [str(position) for position in range(len(table.header))]
    own = [str(position) for position, role in enumerate(roles) if role in _OF_ROWS]
    rows = table.rows
    if len(own) > 1 and all(is_filled(rows[position]) or _is_named(rows[position]) for position in own):
        rows = rows.clear()  # every row names its period and agency, so that none is a title
    alone = rows.filter(pl.sum_horizontal(pl.col(columns).is_not_null()) == 1) if rows.height else rows
    single: Iterable[str] = alone.select(pl.coalesce(columns)).to_series().unique() if alone.height else ()
    titles = [title.strip(EDGES) for title in [*table.titles, *single]]
    unnamed = pl.all_horizontal(blank(position) for position in own) if own else pl.lit(False)
    for texts in rows.filter(unnamed).select(columns).unique().iter_rows() if rows.height else ():
        if not any(says_something((text or "").strip(EDGES), lexicon) for text in texts if text):
            return True
    names = names_of_file(table.file, table.sheet)
    if any(doubt_of(title, lexicon) for title in [*titles, *(name.text for name in names)]):
        return True
    if any(map(is_footnote, single)):
        return True
    first = alone["0"].drop_nulls().unique()
    if any(is_strange_title(title.strip(EDGES), lexicon) for title in [*table.titles, *first]):
        return True
    if any(role is not None and role[0] == "by" for role in roles):
        return False
    if any((role or "").startswith("by ") for title in titles for role in lexicon.roles(title)):
        return True
    try:
        return any(from_titles(f"by {by}", names, lexicon) is not None for by in lexicon.words.groups)
    except TitlesDifferError:
        return True


def _is_named(column: pl.Series) -> bool:
    """Whether no text of a column is blank."""
    return all((text or "").strip(EDGES) for text in column.unique())


def return_of_text(path: Path, file: str, lexicon: Lexicon, received_on: date | None) -> Return:
    """A return in a CSV file. A file with a plain header goes the fast way; another is read as a sheet of any layout.

    Args:
        path: The file.
        file: Its name in problems.
        lexicon: What texts name.
        received_on: The day of receipt.
    """
    layouts = layouts_of(file, lexicon.words.framework.layouts)
    if layouts:
        whole, problems = read_csv_grid(path, file, lexicon, received_on)
        return _packs(layouts, [] if whole is None else [whole], [], problems, lexicon)
    table, problems = read_csv(path, file, lambda header: _score(header, lexicon), received_on)
    plain = Return([] if table is None else [table], problems)
    if table is not None and (register := register_of(table.header)) is not None:
        return Return(problems=problems, registers=[RegisterTable(register, table)])
    if table is None or (is_plain(table.header, lexicon) and not _has_telling_titles(table, lexicon)):
        return plain
    grid, more = read_csv_grid(path, file, lexicon, received_on)
    if grid is None:
        return plain
    of_board = Return(problems=more)
    if of_board.add_register(grid):
        return of_board
    read = read_grid(grid, lexicon)
    if not read.fits:
        needed = {role[0] for name in table.header if (role := lexicon.words.role(name)) and role[0] in REQUIRED}
        if len(needed) > 1 or not any(map(_names_its_cell, read.problems)):
            return plain
    laid_out = Return(problems=more)
    laid_out.add(grid, read)
    return laid_out


def _names_its_cell(problem: Problem) -> bool:
    """Whether a problem says more of a file that is no return than that it is none."""
    return problem.kind == "nothing-names" or problem.column is not None


def return_of_workbook(path: Path, file: str, lexicon: Lexicon, received_on: date | None) -> Return:
    """A return in a workbook: each of its sheets that holds values, by the layout of the sheet.

    Raises:
        ValueError: The file is damaged or above a limit, or its message says why else it is no workbook.
    """
    grids, refused, problems = grids_of_workbook(path, file, lexicon, received_on)
    if layouts := layouts_of(file, lexicon.words.framework.layouts):
        return _packs(layouts, grids, refused, problems, lexicon)
    content = Return(problems=problems)
    grids = with_covers(grids, lexicon)
    turning = turning_sheets(grids, lexicon)
    unread = []
    for number, grid in enumerate(grids):
        if lists_problems(grid):
            continue
        if (table := _plain_table(grid, lexicon)) is not None:
            content.tables.append(table)
        elif not content.add_register(grid):
            read = _read_sheet(number, grid, turning, lexicon)
            content.add(grid, read) if read.fits else unread.append((grid, read))
    for grid, read in unread:
        content.add(grid, without_notes(grid, read) if content.tables else read)
    for grid in refused:
        if header_among((row.cells for row in grid.rows), grid.file) is None:
            content.add(grid, Read(aside=values_of(grid, lexicon, grid.rows)))
    if not content.tables and not content.registers and not content.problems:
        content.problems.append(Problem(file, None, None, None, None, "no-figures", say("no-figures")))
    return content


def _packs(
    layouts: Sequence[Layout], grids: Sequence[Grid], refused: Sequence[Grid], problems: list[Problem], lexicon: Lexicon
) -> Return:
    """A file of a fixed form, by the layout of its name; nothing is read of it where several layouts have its name."""
    packs, more = packs_of(layouts, grids, refused, lexicon)
    content = Return(problems=[*problems, *more], packs=packs)
    for grid in [*refused, *([] if packs else grids)]:
        content.add(grid, Read(aside=values_of(grid, lexicon, grid.rows)))
    return content


def _read_sheet(number: int, grid: Grid, turning: Mapping[int, Sequence[Problem]], lexicon: Lexicon) -> Read:
    """A sheet of any layout; refused where the names of the sheets turn into the next year (see `turning_sheets`)."""
    if number not in turning:
        return read_grid(grid, lexicon)
    return Read(problems=[*turning[number]], aside=values_of(grid, lexicon, grid.rows))


def return_of_old_workbook(path: Path, file: str, lexicon: Lexicon, received_on: date | None) -> Return:
    """A return in an .xls, .xlsb or .ods file: values alone, without the formats of numbers.

    Raises:
        ValueError: The file is damaged or above a limit.
    """
    grids, problems = grids_of_old_workbook(path, file, received_on)
    content = Return(problems=problems)
    grids = with_covers(grids, lexicon)
    turning = turning_sheets(grids, lexicon)
    for number, grid in enumerate(grids):
        if not content.add_register(grid):
            content.add(grid, _read_sheet(number, grid, turning, lexicon))
    if not content.tables and not content.registers and len(content.problems) == 1:
        content.problems.append(Problem(file, None, None, None, None, "no-figures", say("no-figures")))
    return content


def return_of_parquet(path: Path, file: str, lexicon: Lexicon, received_on: date | None) -> Return:
    """A return in a Parquet file, which has a header by its nature.

    Raises:
        PolarsError: The file is damaged.
        UnreadableError: It is above a limit.
    """
    keep_within(Measure.BYTES, keep_parquet_within(path))
    lazy = pl.scan_parquet(path, glob=False)
    width, height = len(lazy.collect_schema()), lazy.select(pl.len()).collect().item()
    keep_within(Measure.COLUMNS, width)
    keep_within(Measure.CELLS, width * height, row=height, column=width)
    frame = lazy.collect()
    texts = [as_text(column).alias(str(position)) for position, column in enumerate(frame.get_columns())]
    rows = pl.DataFrame(texts).with_row_index("row", 2).cast({"row": pl.Int64})
    rows = rows.filter(~pl.all_horizontal(blank(str(position)) for position in range(len(texts)))) if texts else rows
    table = RawTable(file, tuple(frame.columns), 1, rows, received_on=received_on)
    if (register := register_of(table.header)) is not None:
        return Return(registers=[RegisterTable(register, table)])
    if is_plain(table.header, lexicon):
        return Return([table])
    filled = table.rows.drop("row").fill_null("")
    lines = [Row(1, table.header, len(table.header))]
    lines += [
        Row(number, cells, len(cells)) for number, cells in zip(table.rows["row"], filled.iter_rows(), strict=True)
    ]
    grid = Grid(file, lines, received_on=received_on)
    read = read_grid(grid, lexicon)
    content = Return()
    if content.add_register(grid):
        return content
    content.tables += [] if read.fits else [table]
    if read.fits:
        content.add(grid, read)
    return content


def _plain_table(grid: Grid, lexicon: Lexicon) -> RawTable | None:
    """The table of a sheet with a plain header in its first row; None for another, or one whose name gives a group."""
    header, *rows = grid.rows
    if not is_plain(header.cells, lexicon):
        return None
    width = max(header.filled) + 1
    if any(any(row.cells[width:]) for row in rows):
        return None
    table = _table_below(grid, 0)
    return None if _has_telling_titles(table, lexicon) else table


def _table_below(grid: Grid, position: int) -> RawTable:
    """The table of a sheet whose header is the row in a position: as wide as the last filled cell of the header."""
    header, rows = grid.rows[position], grid.rows[position + 1 :]
    width = max(header.filled) + 1
    texts = {
        str(position): pl.Series([row.cells[position] or None for row in rows], dtype=pl.String)
        for position in range(width)
    }
    numbers = pl.Series("row", [row.number for row in rows], dtype=pl.Int64)
    frame = pl.DataFrame([numbers, *(series.alias(name) for name, series in texts.items())])
    return RawTable(
        grid.file, header.cells[:width], header.number, frame, grid.broken, grid.sheet, grid.received_on
    )  # fmt: skip


def _score(header: Sequence[str], lexicon: Lexicon) -> int:
    """How many cells of a row are names of columns of returns; those of a register count where none is."""
    return lexicon.words.score(header) or (len(header) if register_of(header) else 0)
