"""What came: the files of a folder of submissions, when each came, and each as a table of strings.

Knows nothing of figures or agencies. Whatever a file holds, the answer is a table, a problem or both.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pmf_engine.diagnostics import nearest

PROBLEMS: dict[str, Any] = {
    "file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String, "text": pl.String,
    "kind": pl.String, "message": pl.String,
}  # fmt: skip

EDGES = " \t\r\n\v\f\u00a0\u2007\u2009\u202f\u200b\ufeff"
"""What may stand around a text without being part of it."""

# -- wording ------------------------------------------------------------------------

WORDING = {
    "blank": "no {what} in this row; {expected}",
    "bad-manifest-dates": "`covers_to` is before `covers_from`",
    "column-twice": "two columns are called `{text}`; {so}",
    "empty-file": "nothing in this file",
    "file-twice": "`{text}` stands in the manifest more than once; {so}",
    "missing-column": "no column {missing} in this header; everything in this file is set aside",
    "negative": "`{text}` is below zero, and `{figure}` cannot be",
    "no-such-file": "no file `{text}` in this folder{help}",
    "not-a-date": "`{text}` is not a date; expected a date such as `2017-01-31` or `31/01/2017`",
    "not-a-grade": "`{text}` is not a grade of `{scale}`; expected {grades}{help}",
    "not-a-number": "`{text}` is not a number; {hint}",
    "not-a-period": "`{text}` is not a period; expected a period such as {example}",
    "not-read": "this file is not read; save it as CSV",
    "not-a-return": "this is not a return; the first row that is not blank should name the columns `period`, "
    "`agency`, `figure` and `value`, or `period`, `agency` and figures",
    "period-misaligned": "`{text}` does not begin where a period of `{figure}` does; its year starts in another month",
    "period-too-short": "`{text}` is shorter than a period of `{figure}`, which is {frequency}",
    "sent-twice": "`{text}` here but `{other}` in {place}; both are set aside, since nothing says which came later",
    "split-number": "`{text}` looks like one number that its comma has split over two cells; "
    "write it in quotes or without the comma",
    "superseded": "`{text}` was replaced by `{other}` in {place}, which came later",
    "surplus-cell": "`{text}` stands beyond the last column that has a name",
    "too-large": "`{text}` is too large to be a figure",
    "two-breakdowns": "`{text}` stands beside another breakdown; a row is of one breakdown, or of none for the whole",
    "unclosed-quote": 'a quote (") opens in this row and is not closed; this row is set aside',
    "unknown-agency": "unknown agency `{text}`{help}",
    "unknown-column": "unknown column `{text}`{help}",
    "unknown-figure": "unknown figure `{text}`{help}",
    "unknown-group": "unknown group `{text}` of `{by}`{help}",
    "unreadable": "cannot read this file: {why}",
    "whole-differs": "the whole is `{text}`, but its groups by `{by}` add up to {total}; the whole stands",
    "wrong-sender": "`{agency}` does not send `{figure}`; it comes from {senders}",
}
"""The wording of every problem, by its kind. Matter of fact, no capital, no full stop."""


class Problem(NamedTuple):
    """Something in a submission that was not used as it came, or needs a person to look; one row of `problems`."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    text: str | None
    kind: str
    message: str


def say(kind: str, **words: object) -> str:
    """The message of a problem of this kind."""
    return WORDING[kind].format_map(words)


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names in backticks, as a sentence lists them."""
    quoted = [f"`{name}`" for name in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def meant(text: str, known: Iterable[str]) -> str:
    """The end of a message that says which known name is near, or nothing."""
    found = nearest(text[:100], known)
    return f"; did you mean `{found}`?" if found else ""


# -- tables ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A rectangle of strings. `rows` has `row` (as a spreadsheet counts) and the columns `0`, `1`, … of the header.

    Empty cells are null, blank rows are left out. Rows in `broken` are to be set aside; their problems are told.
    """

    file: str
    header: tuple[str, ...]
    header_row: int
    rows: pl.DataFrame
    broken: frozenset[int] = frozenset()
    sheet: str | None = None
    received_on: date | None = None
    from_text: bool = False


def letter(place: int) -> str:
    """What a spreadsheet calls a column, counted from 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


# -- CSV --------------------------------------------------------------------------------


_AT_ONCE = 20_000  # rows kept as Python lists, which take many times the room
_FILLED = r'[^\s,;"\u200b\ufeff]'  # more than the separators of an empty row


def read_csv(
    path: Path, file: str, score: Callable[[Sequence[str]], int], received_on: date | None = None
) -> tuple[Table | None, list[Problem]]:
    """A CSV file as a table, or nothing where there is none in it, and what is wrong with it.

    UTF-8 or Windows-1252, with commas, semicolons or tabs: whichever gives a header with the best `score`.
    """
    problems: list[Problem] = []

    def report(
        kind: str, row: int | None = None, column: str | None = None, text: str | None = None, **more: str
    ) -> None:
        problems.append(Problem(file, None, row, column, text, kind, say(kind, text=text, **more)))

    try:
        if not path.is_file():
            raise OSError(0, "it is not a file, or a link to nothing")
        text = _decode(path.read_bytes())
    except OSError as error:
        report("unreadable", why=(error.strerror or "the system refused").lower())
        return None, problems
    if text is None:
        report("unreadable", why="it is not text; save it as CSV UTF-8")
        return None, problems
    begin = re.search(_FILLED, text)
    if begin is None:
        report("empty-file")
        return None, problems
    first = max(text.rfind("\n", 0, begin.start()), text.rfind("\r", 0, begin.start())) + 1
    headers = {delimiter: _header(text[first : first + 100_000], delimiter) for delimiter in ",;\t"}
    delimiter = max(headers, key=lambda one: score(headers[one]))
    header = headers[delimiter]
    while len(header) > 1 and not header[-1].strip(EDGES):
        header.pop()
    width = len(header)
    rows = _plain(text, delimiter, width)
    broken: set[int] = set()
    if rows is None:
        done: list[pl.DataFrame] = []
        records: list[list[str]] = []
        for number, (cells, whole) in enumerate(_records(text, delimiter, width), 1):
            if len(cells) != width or not whole:
                surplus = [(place, cell) for place, cell in enumerate(cells) if place >= width and cell.strip(EDGES)]
                if not whole:
                    report("unclosed-quote", number, text=delimiter.join(cells)[:200])
                    broken.add(number)
                elif len(cells) > width and (halves := _halves(cells, delimiter)):
                    report("split-number", number, text=halves)
                    broken.add(number)
                elif surplus:  # nobody can say which of the cells is one too many
                    broken.add(number)
                for place, cell in surplus if whole else ():
                    report("surplus-cell", number, letter(place), cell)
                cells = (cells + [""] * (width - len(cells)))[:width]
            records.append(cells)
            if len(records) == _AT_ONCE:
                done.append(_frame(records, width))
                records = []
        rows = pl.concat([*done, _frame(records, width)])
    rows = rows.with_row_index("row", 1).cast({"row": pl.Int64})
    filled = pl.any_horizontal(pl.col(map(str, range(width))).str.contains(_FILLED).fill_null(False))
    top = rows.filter(filled)["row"].to_list()[0]
    blank = pl.all_horizontal(pl.col(map(str, range(width))).str.strip_chars(EDGES).fill_null("") == "")
    rows = rows.filter(pl.col("row") > top, ~blank | pl.col("row").is_in(sorted(broken)))
    table = Table(
        file, tuple(header), top, rows, frozenset(broken), received_on=received_on, from_text=delimiter == ","
    )
    return table, problems


def _frame(records: list[list[str]], width: int) -> pl.DataFrame:
    rows = pl.DataFrame(records, schema={str(place): pl.String for place in range(width)}, orient="row")
    return rows.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _decode(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _header(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration):
        return []


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
            try:
                cells = next(csv.reader([line], delimiter=delimiter), [])
                whole = line.count('"') % 2 == 0 and len(cells) <= width
            except csv.Error:
                cells, whole = line.rstrip("\r\n").split(delimiter), False
            yield cells, whole
            done += 1


def _swallowed(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a cell of several lines holds what looks like rows; prose has spaces after its commas."""
    for cell in cells:
        for line in re.split("[\r\n]+", cell)[1:]:
            parts = line.split(delimiter)
            if len(parts) >= max(width - 1, 3) and not any(part.startswith(" ") for part in parts):
                return True
    return False


def _halves(cells: Sequence[str], delimiter: str) -> str | None:
    """The first `1,234` that a comma has split over two cells."""
    if delimiter != ",":
        return None
    for one, other in pairwise(cells):
        if re.fullmatch(r"\s*[+\-\u2212]?£?[1-9][0-9]{0,2}", one) and re.fullmatch(r"[0-9]{3}(\.[0-9]+)?%?\s*", other):
            return f"{one.strip()},{other.strip()}"
    return None


# -- the folder -------------------------------------------------------------------------

MANIFEST = "manifest.csv"
_COLUMNS = ("file", "received_on", "covers_from", "covers_to")


@dataclass(frozen=True)
class Arrival:
    """When a file came, and for a list which dates it speaks for."""

    received_on: date | None
    covers_from: date | None = None
    covers_to: date | None = None


def files_in(folder: Path) -> dict[str, Path]:
    """Every file below a folder, by its path from there with forward slashes, in the order of these names."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            # a name that is no text to the system is still shown
            shown = path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()
            found[MANIFEST if shown.lower() == MANIFEST else shown] = path
    return dict(sorted(found.items()))


def read_manifest(files: Mapping[str, Path]) -> tuple[dict[str, Arrival], list[Problem]]:
    """What `manifest.csv` says of the files of a folder, by their names, and what is wrong with it.

    A file that stands there twice with different dates has none.
    """
    if MANIFEST not in files:
        return {}, []

    def known(header: Sequence[str]) -> int:
        return sum(_manifest_column(name) in _COLUMNS for name in header)

    table, problems = read_csv(files[MANIFEST], MANIFEST, known)
    if table is None:
        return {}, problems

    def report(row: int, column: str | None, text: str | None, kind: str, **more: str) -> None:
        problems.append(Problem(MANIFEST, None, row, column, text, kind, say(kind, text=text, **more)))

    at: dict[str, int] = {}
    for place, name in enumerate(table.header):
        what = _manifest_column(name)
        if what not in _COLUMNS and name.strip():
            report(table.header_row, name, name, "unknown-column", help=meant(name, _COLUMNS))
        elif what in at:
            report(table.header_row, name, name, "column-twice", so="the first is used")
        else:
            at[what] = place
    if missing := [name for name in _COLUMNS[:2] if name not in at]:
        report(table.header_row, None, None, "missing-column", missing=listed(missing, "and"))
        return {}, problems
    folded = {name.casefold(): name for name in files}
    found: dict[str, Arrival] = {}
    for number, *cells in table.rows.iter_rows():
        if number in table.broken:
            continue
        texts = {name: (cells[place] or "").strip(EDGES) for name, place in at.items()}
        path = texts["file"].replace("\\", "/").removeprefix("./")
        target = path if path in files else folded.get(path.casefold())
        if target is None:
            column = table.header[at["file"]]
            report(number, column, texts["file"], "no-such-file", help=meant(path, files))
            continue
        dates: dict[str, date | None] = {}
        for what in _COLUMNS[1:]:
            dates[what] = parse_date(texts.get(what, ""))
            if dates[what] is None and (texts.get(what) or what == "received_on"):
                report(number, table.header[at[what]], texts[what], "not-a-date")
        arrival = Arrival(**dates)
        if arrival.covers_from and arrival.covers_to and arrival.covers_to < arrival.covers_from:
            report(number, table.header[at["covers_to"]], texts["covers_to"], "bad-manifest-dates")
            arrival = replace(arrival, covers_from=None, covers_to=None)
        if target in found:
            same = found[target] == arrival
            so = "it says the same of it" if same else "what it says of it differs, so none of it is used"
            report(number, table.header[at["file"]], texts["file"], "file-twice", so=so)
            arrival = arrival if same else Arrival(None)
        found[target] = arrival
    return found, problems


def _manifest_column(name: str) -> str:
    return re.sub(r"[\s_\-]+", "_", name.strip(EDGES).casefold())


def parse_date(text: str) -> date | None:
    """A date written as `2017-01-31` or `31/01/2017`; None for anything else."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    if found is None:
        return None
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
