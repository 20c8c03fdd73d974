"""The files of record-level lists: which are whose, what their headers say, and their records with types.

A file is looked at from the outside only (its header); its records stay where they are until an evaluation reads
them, once, as a stream.
"""

from __future__ import annotations

import csv
import io
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.submissions.csv_tables import read_csv
from pmf_engine.submissions.excel_tables import read_sheets
from pmf_engine.submissions.folder import Arrival
from pmf_engine.submissions.problems import Problem, listed, meant, say
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.vocabulary import fold_header

SUFFIXES = (".csv", ".parquet", ".xlsx")

_HEAD = 1 << 18
"""How much of a text file is looked at to find its header."""

_SMALL = 50_000_000
"""A text of fewer bytes, with quotes in it, is read row by row: quotes that are not closed swallow rows."""

_BLANK = "__HIVE_DEFAULT_PARTITION__"
"""What folders are called whose records have no value."""

ROW, PIECE = ":row", ":piece"
"""Where a record stands, and in which piece: names that no column of a list can have."""


@dataclass(frozen=True)
class ListPart:
    """One file, sheet or frame with records of a list.

    `frame` has the list's columns as they came, by id, and ROW, where they stand; it is None where the header cannot
    be used, and `problems` say why. `titles` are the columns as the file calls them, `folders` those that the names
    of folders give, with what they say. `covers` are the first and last day it speaks for, where the manifest says
    so; where it cannot be understood there, `unsure` has what is known of them. `dates` are the formats of its
    columns of dates that are texts, as its first rows have them. Rows in `broken` could not be made out: they are
    records of which nothing is known. `errors` are the texts that a sheet has where a formula has no value. What is
    `ready` costs next to nothing to be read again.
    """

    list: str
    file: str
    frame: pl.LazyFrame | None
    titles: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    received_on: date | None = None
    covers: DateRange | None = None
    unsure: tuple[date | None, date | None] | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    quoted: bool = False
    errors: frozenset[str] = frozenset()
    broken: frozenset[int] = frozenset()
    folders: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    ready: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether some of its texts may be none."""
        return self.quoted or bool(self.errors)


def list_of(name: str, framework: Framework) -> list[RecordList]:
    """The lists that a file may hold records of: by their patterns, or by the name of the file or of its folder."""
    if PurePosixPath(name).suffix.lower() not in SUFFIXES:
        return []
    found = [one for one in framework.lists.values() if any(_matches(name, pattern) for pattern in one.files)]
    if found:
        return found
    path = PurePosixPath(name.lower())
    places = [*path.parts[:-1], path.name.removesuffix(path.suffix)]
    named = [
        one
        for one in framework.lists.values()
        if not one.files and any(place == one.id or place.startswith((f"{one.id}_", f"{one.id}-")) for place in places)
    ]
    return [max(named, key=lambda one: len(one.id))] if named else []


def _matches(name: str, pattern: str) -> bool:
    return fnmatch(name, pattern.replace("\\", "/").removeprefix("./").replace("**/", "*"))


def read_list_parts(
    path: Path, name: str, one: RecordList, framework: Framework, arrival: Arrival | None
) -> list[ListPart]:
    """The pieces that a file holds: one, or one for each sheet."""
    blank = ListPart(one.id, name, None, path=path, received_on=arrival.received_on if arrival else None)
    if arrival and arrival.unsure:
        blank = replace(blank, unsure=(arrival.covers_from, arrival.covers_to))
    elif arrival and arrival.covers_from and arrival.covers_to:
        blank = replace(blank, covers=DateRange(arrival.covers_from, arrival.covers_to))
    header = _Header(one, framework, _folders(name))
    try:
        match path.suffix.lower():
            case ".parquet":
                return [replace(_from_frame(blank, pl.scan_parquet(path), header), ready=True)]
            case ".xlsx":
                return _from_sheets(blank, path, header)
            case _:
                return [_from_text(blank, path, header)]
    except (OSError, pl.exceptions.PolarsError, ValueError) as error:
        why = error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is damaged"
        return [_refused(blank, "unreadable", why=why.lower())]


def list_part_of(frame: pl.DataFrame | pl.LazyFrame, name: str, one: RecordList, framework: Framework) -> ListPart:
    """A frame that an embedding tool holds, as a piece."""
    blank = ListPart(one.id, name, None, ready=isinstance(frame, pl.DataFrame))
    return _from_frame(blank, frame.lazy(), _Header(one, framework, {}))


def _folders(name: str) -> dict[str, str]:
    """What folders called `column=value` say of all that is in them, as Hive writes them."""
    pairs = (part.split("=", 1) for part in PurePosixPath(name).parts[:-1] if "=" in part)
    return {fold_header(unquote(key)): "" if value == _BLANK else unquote(value) for key, value in pairs}


def _refused(piece: ListPart, kind: str, row: int | None = None, **words: object) -> ListPart:
    problem = Problem(piece.file, piece.sheet, row, None, None, kind, say(kind, **words))
    return replace(piece, frame=None, problems=(*piece.problems, problem))


class _Header:
    """Finds a list's columns in a header."""

    def __init__(self, one: RecordList, framework: Framework, folders: Mapping[str, str]) -> None:
        self.one = one
        self.folders = {}
        self.known = {fold_header(name): name for name in one.columns}
        for name in one.columns:
            if name in framework.breakdowns:
                self.known.setdefault(fold_header(framework.breakdowns[name].title), name)
        for folded, value in folders.items():
            if folded in self.known:
                self.folders[self.known[folded]] = value

    def score(self, header: Sequence[str]) -> int:
        """How many of the list's columns a header names."""
        return len({self.known.get(fold_header(title.strip(EDGES))) for title in header} - {None})

    def strange(self, header: Sequence[str]) -> bool:
        """Whether a header names fewer than half of the columns that no record is without."""
        named = {self.known.get(fold_header(title.strip(EDGES))) for title in header} | self.folders.keys()
        needed = {name for name, column in self.one.columns.items() if not column.optional}
        return len(needed & named) * 2 < len(needed)

    def read(self, piece: ListPart, header: Sequence[str], row: int | None) -> tuple[ListPart, dict[str, int]]:
        """Where each column stands; a piece that cannot be used says why."""
        places: dict[str, int] = {}
        other: list[str] = []
        for place, title in enumerate(header):
            name = self.known.get(fold_header(title.strip(EDGES)))
            if name is None:
                other += [title.strip(EDGES)] if title.strip(EDGES) else []
            elif name in places:
                return _refused(piece, "list-column-twice", row, text=title.strip(EDGES)), {}
            else:
                places[name] = place
        missing = [name for name in self.one.columns if name not in places and name not in self.folders]
        if missing:
            near = meant(missing[0], other)
            return _refused(piece, "list-column-missing", row, missing=listed(missing, "and"), help=near), {}
        if other:
            shown = [*other[:5], *([f"{len(other) - 5} more"] if len(other) > 5 else [])]
            said = say("columns-not-read", columns=", ".join(f"`{title}`" for title in shown))
            problem = Problem(piece.file, piece.sheet, row, None, None, "columns-not-read", said)
            piece = replace(piece, problems=(*piece.problems, problem))
        titles = {name: header[place].strip(EDGES) for name, place in places.items()}
        folders = {name: value for name, value in self.folders.items() if name not in titles}
        return replace(piece, titles=titles | {name: name for name in folders}, folders=folders), places

    def columns(self, places: Mapping[str, str]) -> list[pl.Expr]:
        """The list's columns by id, from the columns of a frame."""
        found = [pl.col(places[name]).alias(name) for name in self.one.columns if name in places]
        return found + [
            pl.lit(value or None, pl.String).alias(name) for name, value in self.folders.items() if name not in places
        ]


def _from_frame(piece: ListPart, frame: pl.LazyFrame, header: _Header) -> ListPart:
    names = frame.collect_schema().names()
    piece, places = header.read(piece, names, None)
    if not piece.titles:
        return piece
    chosen = {name: names[place] for name, place in places.items()}
    return replace(piece, frame=frame.with_row_index(ROW, 1).select(ROW, *header.columns(chosen)))


def _from_sheets(piece: ListPart, path: Path, header: _Header) -> list[ListPart]:
    found: list[ListPart] = []
    strange: list[ListPart] = []
    for name, (rows, errors) in read_sheets(path).items():
        head = [[str(cell or "") for cell in row] for row in rows.head(20).iter_rows()]
        scores = [header.score(row) for row in head]
        if not scores or not max(scores):
            continue  # a sheet of something else
        top = scores.index(max(scores))
        sheet, places = header.read(replace(piece, sheet=name), head[top], top + 1)
        if sheet.titles:
            columns = rows.columns
            data = rows.with_row_index(ROW, 1).slice(top + 1)
            filled = ~pl.all_horizontal(pl.col(columns).str.strip_chars(EDGES).fill_null("") == "")
            chosen = {name: columns[place] for name, place in places.items()}
            records = data.filter(filled).lazy().select(ROW, *header.columns(chosen))
            sheet = replace(sheet, frame=records, errors=errors, ready=True)
        (strange if sheet.frame is None and header.strange(head[top]) else found).append(sheet)
    if found and all(sheet.frame is not None for sheet in found) and strange:
        said = say("sheet-not-read", list=piece.list)
        notes = [Problem(piece.file, sheet.sheet, None, None, None, "sheet-not-read", said) for sheet in strange]
        return [replace(found[0], problems=(*found[0].problems, *notes)), *found[1:]]
    return [*found, *strange] or [
        _refused(piece, "not-a-list", list=piece.list, columns=listed(header.one.columns, "and"))
    ]


def _from_text(piece: ListPart, path: Path, header: _Header) -> ListPart:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head.strip():
            return _refused(piece, "empty-file")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            quoted = whole.find(b'"') >= 0
            if quoted and len(whole) < _SMALL:
                return whole_text(piece, header)
    try:
        text = head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return whole_text(piece, header)
    if "\r" in text.replace("\r\n", ""):  # lines that only a carriage return ends
        return whole_text(piece, header)
    found = max((_top(text, delimiter, header) for delimiter in ",;\t|"), key=lambda found: found[0])
    score, top, names, rows, delimiter = found
    if not score:
        return _refused(piece, "not-a-list", list=piece.list, columns=listed(header.one.columns, "and"))
    piece, places = header.read(replace(piece, quoted=quoted), names, top + 1)
    if not piece.titles:
        return piece
    columns = [str(place) for place in range(len(names))]
    frame = pl.scan_csv(
        path, has_header=False, skip_lines=top + 1, separator=delimiter, schema=dict.fromkeys(columns, pl.String),
        infer_schema=False, extra_columns="raise", missing_columns="insert", row_index_name=ROW,
        row_index_offset=top + 2, quote_char='"' if quoted else None,
    )  # fmt: skip
    dates = {}
    for name, column in header.one.columns.items():
        if column.kind == "date" and name in places:
            texts = [row[places[name]] for row in rows if len(row) > places[name] and row[places[name]]]
            dates[name] = "%d/%m/%Y" if texts and "/" in texts[0] else "%Y-%m-%d"
    chosen = {name: columns[place] for name, place in places.items()}
    frame = frame.filter(pl.any_horizontal(pl.col(list(chosen.values())).is_not_null()))
    return replace(piece, frame=frame.select(ROW, *header.columns(chosen)), dates=dates)


def _top(text: str, delimiter: str, header: _Header) -> tuple[int, int, list[str], list[list[str]], str]:
    """The header among the first rows, the best: how good it is, the line it stands in, and the rows after it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    best, rows, done = (0, 0, list[str]()), list[list[str]](), 0
    try:
        for cells in reader:
            score = header.score(cells) if done < 20 else 0
            if score > best[0]:
                best, rows = (score, done, cells), []
            else:
                rows.append(cells)
            done = reader.line_num
            if len(rows) > 100:
                break
    except csv.Error:
        pass
    return (*best, rows, delimiter)


def whole_text(piece: ListPart, header: _Header) -> ListPart:
    """A text file read row by row, as returns are: for what cannot be read as a stream of plain rows."""
    assert piece.path is not None
    table, problems = read_csv(piece.path, piece.file, header.score, piece.received_on, titled=True)
    piece = replace(piece, problems=(*piece.problems, *problems), quoted=False, frame=None)
    if table is None:
        return piece
    piece, places = header.read(piece, table.header, table.header_row)
    if not piece.titles:
        return piece
    chosen = {name: str(place) for name, place in places.items()}
    broken = pl.col("row").is_in(sorted(table.broken))
    blank = pl.all_horizontal(pl.col(list(chosen.values())).is_null())
    rows = table.rows.filter(broken | ~blank).with_columns(
        pl.when(~broken).then(pl.col(list(chosen.values()))).name.keep()
    )
    frame = rows.rename({"row": ROW}).select(ROW, *header.columns(chosen))
    return replace(piece, frame=frame.lazy(), dates={}, broken=table.broken, ready=True)


def read_again(piece: ListPart, one: RecordList, framework: Framework) -> ListPart:
    """A text file of which the rows are not plain, read row by row."""
    kept = tuple(problem for problem in piece.problems if problem.kind != "columns-not-read")
    return whole_text(replace(piece, problems=kept), _Header(one, framework, _folders(piece.file)))
