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
from pmf_engine.submissions.csv_limits import keep_cells_within, keep_lines_within
from pmf_engine.submissions.limits import LIMITS, Measure, UnreadableError, keep_within, why_unreadable
from pmf_engine.submissions.misnamed import what_it_is
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.table import EDGES, RawTable, is_filled, letter

FIRST_HALF = r"[+\-\u2212]?£?[0-9]+(?:[.,][0-9]{3})*"

SECOND_HALF = r"[0-9]+(?:\.[0-9]+)?\s*[%*a-zA-Z]?"
"""The texts that a comma separates when it splits a number without quotes: `1` and `234`, or `30` and `75`."""

_TITLES = 20
"""Where titles may precede the header, the header is one of this many rows."""

_AT_ONCE = 20_000
"""The batch size: so many rows are Python lists, which take many times the memory of a frame."""

_FILLED = r'[^\s,;|"\u200b\ufeff]'
"""A character of a filled cell: a row of separators alone is blank."""


def read_csv(
    path: Path,
    file: str,
    score: Callable[[Sequence[str]], int],
    received_on: date | None = None,
    titled: bool = False,
) -> tuple[RawTable | None, list[Problem]]:
    """Reads a CSV file in UTF-8 or Windows-1252, with commas, semicolons, tabs or bars.

    Args:
        path: The file.
        file: Its name in problems.
        score: How many cells of a row are names of columns. The delimiter is the one whose header scores best.
        received_on: The day on which the file was received.
        titled: Titles may precede the header: it is the row with the best score among the first. Otherwise it is the
            first row that is not blank.

    Returns:
        The table, None for a file without one; and the problems of the file.
    """
    faults = Faults(file)
    try:
        return _read(path, faults, score, received_on, titled)
    except UnreadableError as error:
        faults.refuse(error)
        return None, faults.problems


def _read(
    path: Path, faults: Faults, score: Callable[[Sequence[str]], int], received_on: date | None, titled: bool
) -> tuple[RawTable | None, list[Problem]]:
    """The table of `read_csv`. Raises UnreadableError for a file above a limit."""
    whole = text_of_file(path, faults)
    text, told = without_separator_line(whole or "")
    begin = re.search(_FILLED, text)
    if begin is None:
        if whole is not None:
            faults.report("empty-file")
        return None, faults.problems
    first = max(text.rfind("\n", 0, begin.start()), text.rfind("\r", 0, begin.start())) + 1
    head, most = text[first : first + 100_000], _TITLES if titled else 1
    choice = told or ",;\t|"
    headers = {delimiter: max(_first_rows(head, delimiter, most), key=score, default=[]) for delimiter in choice}
    delimiter = max(headers, key=lambda candidate: score(headers[candidate]))
    header = headers[delimiter]
    full = len(header)
    while len(header) > 1 and not header[-1].strip(EDGES):
        header.pop()
    keep_cells_within(text, first, delimiter, len(header))
    rows = _plain(text, delimiter, len(header))
    if rows is None:
        rows = _mended_rows(text, delimiter, header, full, faults)
    numbered = enumerate(rows.iter_rows(), 1)
    filled = ((number, texts) for number, texts in numbered if re.search(_FILLED, "".join(filter(None, texts))))
    firsts = list(islice(filled, most))
    top = firsts[0][0]
    if titled and score(header):
        top = next((row for row, texts in firsts if [text or "" for text in texts] == header), top)
        faults.leave_out_titles(top)
    titles = tuple(text for row, texts in firsts if row < top for text in texts if text and text.strip(EDGES))
    cells = cells_of_an_open_line(text, delimiter)
    cut = None if cells is None or cells >= len(header) else (rows.height, cells)
    rows = rows.with_row_index("row", 1).cast({"row": pl.Int64}).slice(top)
    rows = _without_long_cells(rows, faults) if len(text) > LIMITS[Measure.CELL].most else rows
    if not any(is_filled(rows[column]) for column in rows.columns[1:]):
        has_text = pl.concat_str(pl.exclude("row"), ignore_nulls=True).str.strip_chars(EDGES) != ""
        rows = rows.filter(has_text | pl.col("row").is_in(sorted(faults.broken)))
    broken = frozenset(faults.broken)
    from_text = delimiter == ","
    table = RawTable(
        faults.file, tuple(header), top, rows, broken, received_on=received_on, from_text=from_text, cut=cut,
        titles=titles,
    )  # fmt: skip
    return table, faults.problems


def _without_long_cells(rows: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The rows of a file, in which the rows with cells above the limit have a problem and blank cells."""
    most = LIMITS[Measure.CELL].most
    cells = pl.exclude("row")
    lengths = rows.select(cells.str.len_bytes().max())
    if not lengths.width or max(filter(None, lengths.row(0)), default=0) <= most:
        return rows
    long = rows.filter(pl.any_horizontal(cells.str.len_chars() > most))
    for number, *texts in long.filter(~pl.col("row").is_in(sorted(faults.broken))).iter_rows():
        text = max(filter(None, texts), key=len)
        faults.report_row("long-cell", number, text=text[:100], most=f"{most:,}")
    is_long = pl.col("row").is_in(long["row"].implode())
    return rows.with_columns(pl.when(~is_long | (cells.str.len_chars() <= most)).then(cells).name.keep())


def cells_of_an_open_line(text: str, delimiter: str) -> int | None:
    """How many cells the last line has where no line break ends it and it holds no quote.

    >>> cells_of_an_open_line("a,b,c\\n1,2", ","), cells_of_an_open_line("a,b,c\\n1,2\\n", ",")
    (2, None)
    """
    line = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
    return line.count(delimiter) + 1 if line.strip(EDGES) and '"' not in line else None


class Faults:
    """The problems of a file, and the numbers of the rows that these problems set aside."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.broken: set[int] = set()

    def report(
        self, kind: str, row: int | None = None, column: str | None = None, text: str | None = None, **more: str
    ) -> None:
        """Adds a problem; raises where the file has more problems than are kept."""
        self.problems.append(Problem(self.file, None, row, column, text, kind, say(kind, text=text, **more)))
        keep_within(Measure.FAULTS, len(self.problems))

    def report_row(self, kind: str, row: int, column: str | None = None, text: str | None = None, **more: str) -> None:
        """Adds a problem that sets its row aside."""
        self.report(kind, row, column, text, **more)
        self.broken.add(row)

    def refuse(self, error: UnreadableError) -> None:
        """Replaces all problems by that of a file that is not read."""
        self.problems, self.broken = [], set()
        self.report("unreadable", why=why_unreadable(error))

    def leave_out_titles(self, top: int) -> None:
        """Drops the problems of row `top`, the header, and of the titles above it."""
        self.problems = [problem for problem in self.problems if problem.row is None or problem.row > top]
        self.broken = {row for row in self.broken if row > top}


def text_of_file(path: Path, faults: Faults) -> str | None:
    """The text of a file; None, with a problem, for a file that cannot be read."""
    try:
        if not path.is_file():
            raise OSError(0, "it is not a file, or a link to nothing")
        with path.open("rb") as stream:
            keep_within(Measure.BYTES, keep_lines_within(stream))
            stream.seek(0)
            text, other = _decode(stream.read())
    except OSError as error:
        faults.report("unreadable", why=(error.strerror or "the system refused").lower())
        return None
    if text is None:
        faults.report("unreadable", why=what_it_is(path) or "it is not text; save it as CSV UTF-8")
    if other is not None:
        faults.report("two-encodings", other)
    return text


def _mended_rows(text: str, delimiter: str, header: Sequence[str], full: int, faults: Faults) -> pl.DataFrame:
    """The rows of a text with quotes or surplus cells, each padded or cut to the width of the header.

    Args:
        text: The text of the file.
        delimiter: The character between its cells.
        header: The header without blank columns at its end.
        full: The width of the header with these columns.
        faults: Receives the problems of the rows.
    """
    width = len(header)
    done: list[pl.DataFrame] = []
    records: list[list[str]] = []
    for number, (cells, whole) in enumerate(records_of_text(text, delimiter, width), 1):
        if not whole and sum(map(len, cells)) > csv.field_size_limit():
            most = LIMITS[Measure.CELL].most
            faults.report_row("long-cell", number, text=delimiter.join(cells)[:100], most=f"{most:,}")
        elif not whole:
            faults.report_row("unclosed-quote", number, text=delimiter.join(cells)[:200])
        elif any(cell.strip(EDGES) for cell in cells[width:]) or len(cells) > full:
            cells, split = _rejoined(cells, full if len(cells) > full else width, delimiter)
            if split is not None:
                name = header[split].strip(EDGES) if split < width else ""
                faults.report_row("split-number", number, name or letter(split), cells[split])
            for position, cell in enumerate(cells[width:], width):
                if cell.strip(EDGES):  # which cell of the row is one too many is unknown
                    faults.report_row("surplus-cell", number, letter(position), cell)
        records.append((cells + [""] * (width - len(cells)))[:width])
        if len(records) == _AT_ONCE:
            done.append(_frame(records, width))
            records = []
    return pl.concat([*done, _frame(records, width)])


def _frame(records: list[list[str]], width: int) -> pl.DataFrame:
    rows = pl.DataFrame(records, schema={str(position): pl.String for position in range(width)}, orient="row")
    return rows.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _decode(data: bytes) -> tuple[str | None, int | None]:
    """The text of a file's bytes; and for a mixture of two encodings, the number of the first line not in UTF-8.

    >>> _decode("Môn".encode() + b"\\n" + "Môn".encode("cp1252"))
    ('Môn\\nMôn', 2)
    """
    if (encoding := _wide_encoding(data)) is not None:
        try:
            return data.decode(encoding), None
        except UnicodeDecodeError:
            return None, None
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


def _wide_encoding(data: bytes) -> str | None:
    r"""The encoding of a text of two bytes a character, by its mark or by the zero bytes of its first characters.

    >>> _wide_encoding("period".encode("utf-16")), _wide_encoding(b"p\0e\0r\0i\0o\0d\0"), _wide_encoding(b"period")
    ('utf-16', 'utf-16-le', None)
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:200]
    if len(data) % 2 or len(head) < 4:
        return None
    high, low = head[0::2], head[1::2]
    if all(low) and high.count(0) > 0.8 * len(high):
        return "utf-16-be"
    return "utf-16-le" if all(high) and low.count(0) > 0.8 * len(low) else None


def without_separator_line(text: str) -> tuple[str, str | None]:
    r"""A text with a blank in place of its first line `sep=;`, by which spreadsheets are told the delimiter; and that.

    >>> without_separator_line("sep=;\nperiod;value")
    ('\nperiod;value', ';')
    """
    match = re.match(r"[ \t\ufeff]*\"?sep=([,;|\t])\"?[ \t,;]*(?=[\r\n]|$)", text, re.IGNORECASE)
    return (text, None) if match is None else (text[match.end() :], match[1])


def _first_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The cells of the first rows of a text, at most `most`, up to the first row that the csv module refuses."""
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
    """The rows of a text in which every line is one row: the fast path, in Polars.

    None for a text with quotes, surplus cells or bare carriage returns, which needs `_mended_rows`.
    """
    if '"' in text:
        return None
    text = text.replace("\r\n", "\n") if "\r" in text else text
    if "\r" in text:
        return None
    lines = text.count("\n") + (not text.endswith("\n"))
    schema = {str(position): pl.String for position in range(width)}
    try:
        rows = pl.read_csv(
            text.encode(), has_header=False, schema=schema, separator=delimiter, quote_char=None, infer_schema=False,
            extra_columns="raise", missing_columns="insert",
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    return rows if rows.height == lines else None


def records_of_text(text: str, delimiter: str, width: int) -> Iterator[tuple[list[str], bool]]:
    """The cells of each row, and whether its quotes are closed.

    An unclosed quote makes one cell of all the rows below it. Recovery: such a quote ends with its own line, and
    reading resumes at the next line.
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
            # without closed quotes, the cells between delimiters are the best guess at the period and agency of the row
            yield (cells if whole or len(bare) != width else bare), whole
            done += 1


def _swallowed(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a cell of several lines contains rows, or the end of one row and the beginning of the next.

    A line is a row where it names a period and has several cells, or as many cells as a row. Prose has spaces after
    its commas, and rows do not.
    """
    for cell in cells:
        for number, line in enumerate(re.split("[\r\n]+", cell) if "\n" in cell or "\r" in cell else ()):
            parts = line.split(delimiter)
            dated = any(parse_period(part.strip(EDGES), start) for part in parts for start in (1, 4))
            spaced = any(part.startswith(" ") for part in parts)
            long = len(parts) >= max(width - 1, 3)
            if (dated and len(parts) > 1 and (long or not spaced)) or (number and long and not spaced):
                return True
    return False


def _rejoined(cells: list[str], width: int, delimiter: str) -> tuple[list[str], int | None]:
    """A row that is too long with its split numbers joined; and the position of the first joined number, or None.

    >>> _rejoined(["2016-17 Q1", "police", "1", "234"], 3, ",")
    (['2016-17 Q1', 'police', '1,234'], 2)
    """
    first = None
    while delimiter == "," and len(cells) > width:
        bare = [cell.strip(EDGES) for cell in cells]
        halves = (
            position
            for position, (left, right) in enumerate(pairwise(bare))
            if re.fullmatch(FIRST_HALF, left) and re.fullmatch(SECOND_HALF, right)
        )
        position = next(halves, None)
        if position is None:
            break
        cells = [*cells[:position], ",".join(bare[position : position + 2]), *cells[position + 2 :]]
        first = position if first is None else first
    return cells, first
