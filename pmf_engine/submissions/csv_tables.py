"""CSV files as raw tables: encodings, delimiters, quotes, and numbers that a comma has split."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice, pairwise
from pathlib import Path

import polars as pl

from pmf_engine.domain.periods import parse_period
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.table import EDGES, RawTable, letter

FIRST_HALF = r"[+\-\u2212]?£?[0-9]+(?:[.,][0-9]{3})*"

SECOND_HALF = r"[0-9]+(?:\.[0-9]+)?\s*[%*a-zA-Z]?"
"""What a comma leaves of a number that was written without quotes, such as `1,234` or `30,75`."""

_TITLES = 20  # of so many rows one is the header, where there may be titles above it

_AT_ONCE = 20_000  # rows kept as Python lists, which take many times the room

_FILLED = r'[^\s,;|"\u200b\ufeff]'  # more than the separators of an empty row


def read_csv(
    path: Path,
    file: str,
    score: Callable[[Sequence[str]], int],
    received_on: date | None = None,
    titled: bool = False,
) -> tuple[RawTable | None, list[Problem]]:
    """A CSV file as a table, or nothing where there is none in it, and what is wrong with it.

    UTF-8 or Windows-1252, with commas, semicolons, tabs or bars: whichever gives a header with the best `score`. The
    header is the first row that is not blank, or where there may be titles above it (`titled`) the best of the first.
    """
    found = _Faults(file)
    text = _text(path, found)
    begin = None if text is None else re.search(_FILLED, text)
    if text is None or begin is None:
        if text is not None:
            found.report("empty-file")
        return None, found.problems
    first = max(text.rfind("\n", 0, begin.start()), text.rfind("\r", 0, begin.start())) + 1
    head, most = text[first : first + 100_000], _TITLES if titled else 1
    headers = {delimiter: max(_first_rows(head, delimiter, most), key=score, default=[]) for delimiter in ",;\t|"}
    delimiter = max(headers, key=lambda one: score(headers[one]))
    header = headers[delimiter]
    full = len(header)
    while len(header) > 1 and not header[-1].strip(EDGES):
        header.pop()
    rows = _plain(text, delimiter, len(header))
    if rows is None:
        rows = _mended_rows(text, delimiter, header, full, found)
    filled = (one for one in enumerate(rows.iter_rows(), 1) if re.search(_FILLED, "".join(filter(None, one[1]))))
    firsts = list(islice(filled, most))
    top = firsts[0][0]
    if titled and score(header):
        top = next((row for row, texts in firsts if [text or "" for text in texts] == header), top)
        found.leave_out_titles(top)
    cells = _cells_of_an_open_line(text, delimiter)
    cut = None if cells is None or cells >= len(header) else (rows.height, cells)
    rows = rows.with_row_index("row", 1).cast({"row": pl.Int64}).slice(top)
    said = pl.concat_str(pl.exclude("row"), ignore_nulls=True).str.strip_chars(EDGES) != ""
    rows = rows.filter(said | pl.col("row").is_in(sorted(found.broken)))
    broken = frozenset(found.broken)
    from_text = delimiter == ","
    table = RawTable(file, tuple(header), top, rows, broken, received_on=received_on, from_text=from_text, cut=cut)
    return table, found.problems


def _cells_of_an_open_line(text: str, delimiter: str) -> int | None:
    """How many cells the last line has where no line break ends it and it holds no quote.

    >>> _cells_of_an_open_line("a,b,c\\n1,2", ","), _cells_of_an_open_line("a,b,c\\n1,2\\n", ",")
    (2, None)
    """
    line = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    return line.count(delimiter) + 1 if line.strip(EDGES) and '"' not in line else None


class _Faults:
    """What is wrong with a file: its problems, and the rows that are broken."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.broken: set[int] = set()

    def report(
        self, kind: str, row: int | None = None, column: str | None = None, text: str | None = None, **more: str
    ) -> None:
        """Adds a problem."""
        self.problems.append(Problem(self.file, None, row, column, text, kind, say(kind, text=text, **more)))

    def report_row(self, kind: str, row: int, column: str | None = None, text: str | None = None) -> None:
        """Adds a problem for which a row is set aside."""
        self.report(kind, row, column, text)
        self.broken.add(row)

    def leave_out_titles(self, top: int) -> None:
        """Drops what is wrong above the header and in it."""
        self.problems = [problem for problem in self.problems if problem.row is None or problem.row > top]
        self.broken = {row for row in self.broken if row > top}


def _text(path: Path, found: _Faults) -> str | None:
    """The text of a file, or nothing where it cannot be read."""
    try:
        if not path.is_file():
            raise OSError(0, "it is not a file, or a link to nothing")
        text, other = _decode(path.read_bytes())
    except OSError as error:
        found.report("unreadable", why=(error.strerror or "the system refused").lower())
        return None
    if text is None:
        found.report("unreadable", why="it is not text; save it as CSV UTF-8")
    if other is not None:
        found.report("two-encodings", other)
    return text


def _mended_rows(text: str, delimiter: str, header: Sequence[str], full: int, found: _Faults) -> pl.DataFrame:
    """The rows of a text with quotes or surplus cells, each as wide as the header (`full`: with blank last columns)."""
    width = len(header)
    done: list[pl.DataFrame] = []
    records: list[list[str]] = []
    for number, (cells, whole) in enumerate(_records(text, delimiter, width), 1):
        if not whole:
            found.report_row("unclosed-quote", number, text=delimiter.join(cells)[:200])
        elif any(cell.strip(EDGES) for cell in cells[width:]) or len(cells) > full:
            cells, split = _rejoined(cells, full if len(cells) > full else width, delimiter)
            if split is not None:
                name = header[split].strip(EDGES) if split < width else ""
                found.report_row("split-number", number, name or letter(split), cells[split])
            for place, cell in enumerate(cells[width:], width):
                if cell.strip(EDGES):  # nobody can say which of the cells is one too many
                    found.report_row("surplus-cell", number, letter(place), cell)
        records.append((cells + [""] * (width - len(cells)))[:width])
        if len(records) == _AT_ONCE:
            done.append(_frame(records, width))
            records = []
    return pl.concat([*done, _frame(records, width)])


def _frame(records: list[list[str]], width: int) -> pl.DataFrame:
    rows = pl.DataFrame(records, schema={str(place): pl.String for place in range(width)}, orient="row")
    return rows.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _decode(data: bytes) -> tuple[str | None, int | None]:
    """The text, and where two encodings were pasted together, the first line that is not in UTF-8.

    >>> _decode("Môn".encode() + b"\\n" + "Môn".encode("cp1252"))
    ('Môn\\nMôn', 2)
    """
    if b"\0" in data:
        return None, None
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        pass
    texts: list[str] = []
    mixed, other = data.startswith(codecs.BOM_UTF8), 0
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        try:
            texts.append(line.decode())
            mixed |= not line.isascii()
        except UnicodeDecodeError:
            try:
                texts.append(line.decode("cp1252"))
            except UnicodeDecodeError:
                return None, None
            other = other or number
    return "\n".join(texts), other if mixed else None


def _first_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(cells)
            if len(rows) == most:
                break
    except csv.Error:
        pass
    return rows


def _plain(text: str, delimiter: str, width: int) -> pl.DataFrame | None:
    """The rows of a text without quotes or surplus cells, every line one row; None where that cannot be vouched for."""
    if '"' in text:
        return None
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        return None
    lines = text.count("\n") + (not text.endswith("\n"))
    schema = {str(place): pl.String for place in range(width)}
    try:
        rows = pl.read_csv(
            text.encode(), has_header=False, schema=schema, separator=delimiter, quote_char=None, infer_schema=False,
            extra_columns="raise", missing_columns="insert",
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    return rows if rows.height == lines else None


def _records(text: str, delimiter: str, width: int) -> Iterator[tuple[list[str], bool]]:
    """Each row's cells, and whether its quotes can be trusted.

    A quote that is not closed would swallow the rows below it. Where that shows, only the line that it stands
    in is taken, and reading goes on below.
    """
    lines = list(io.StringIO(text, newline=""))
    done = 0
    while done < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(done, len(lines))), delimiter=delimiter, strict=True)
        start = done
        try:
            for cells in reader:
                if start + reader.line_num > done + 1 and _swallowed(cells, delimiter, width):
                    raise csv.Error
                yield cells, True
                done = start + reader.line_num
        except csv.Error:
            line = lines[done]
            bare = line.rstrip("\r\n").replace('"', "").split(delimiter)
            try:
                cells = next(csv.reader([line], delimiter=delimiter), [])
                whole = line.count('"') % 2 == 0 and len(cells) <= width
            except csv.Error:
                cells, whole = bare, False
            # where the quotes are of no help, the cells without them say best what the row is of
            yield (cells if whole or len(bare) != width else bare), whole
            done += 1


def _swallowed(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a cell of several lines holds what looks like rows, or the end of one and the beginning of the next.

    Prose has spaces after its commas; rows have none there, or as many cells as rows have, and name a period.
    """
    for cell in cells:
        for place, line in enumerate(re.split("[\r\n]+", cell) if "\n" in cell or "\r" in cell else ()):
            parts = line.split(delimiter)
            dated = any(parse_period(part.strip(EDGES), start) for part in parts for start in (1, 4))
            spaced = any(part.startswith(" ") for part in parts)
            long = len(parts) >= max(width - 1, 3)
            if (dated and len(parts) > 1 and (long or not spaced)) or (place and long and not spaced):
                return True
    return False


def _rejoined(cells: list[str], width: int, delimiter: str) -> tuple[list[str], int | None]:
    """A row that is too long, its numbers made whole that their commas have split, and where the first of these is."""
    first = None
    while delimiter == "," and len(cells) > width:
        bare = [cell.strip(EDGES) for cell in cells]
        halves = (
            place
            for place, (one, other) in enumerate(pairwise(bare))
            if re.fullmatch(FIRST_HALF, one) and re.fullmatch(SECOND_HALF, other)
        )
        place = next(halves, None)
        if place is None:
            break
        cells = [*cells[:place], ",".join(bare[place : place + 2]), *cells[place + 2 :]]
        first = place if first is None else first
    return cells, first
