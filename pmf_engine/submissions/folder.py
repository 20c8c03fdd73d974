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
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import parse_period

PROBLEMS: dict[str, Any] = {
    "file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String, "text": pl.String,
    "kind": pl.String, "message": pl.String,
}  # fmt: skip

EDGES = (
    " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
)
"""What may stand around a text without being part of it."""

# -- wording ------------------------------------------------------------------------

WORDING = {
    "ambiguous-period": "`{text}` may be a month or a year; write `{month}` for the month or `{year}` for the year",
    "blank": "no {what} in this row; {expected}",
    "bad-manifest-dates": "`covers_to` is before `covers_from`",
    "columns-not-read": "{columns} are no columns of this list and are not read",
    "column-twice": "two columns are called `{text}`; {so}",
    "empty-file": "nothing in this file",
    "future-record": "`{text}` is after {day}, the last day that counts here; this record is not counted",
    "outside-record": "`{text}` is none of the days from {first} to {last} that this file speaks for; "
    "this record is not counted",
    "file-superseded": "`{other}` came later and speaks for {first} to {last}; for these days {what} are not counted",
    "covers-half": "no {what} beside `{text}`; which days this file speaks for is not known, so it speaks for none",
    "figure-column": "`{text}` is a figure with a column of its own beside `figure` and `value`; "
    "what stands in it is set aside",
    "file-twice": "`{text}` stands in the manifest more than once; {so}",
    "list-column-missing": "no column {missing} in this header; nothing in this file can be used{help}",
    "list-column-twice": "two columns are called `{text}`; nothing in this file can be used",
    "longer-differs": "the figure for `{period}` is `{text}`, but {parts}; both stand as sent",
    "misnamed-column": "`{text}` stands in `{column}`, which is not a known column; this row is set aside, "
    "since it may be of a group of `{by}`",
    "missing-column": "no column {missing} in this header; everything in this file is set aside",
    "more-records": "there are more than {shown} such records in this file",
    "negative": "`{text}` is below zero, and `{figure}` cannot be",
    "no-such-file": "no file `{text}` in this folder{help}",
    "not-a-date": "`{text}` is not a date; expected a date such as `2017-01-31` or `31/01/2017`",
    "not-a-grade": "`{text}` is not a grade of `{scale}`; expected {grades}{help}",
    "not-a-number": "`{text}` is not a number; {hint}",
    "not-a-period": "`{text}` is not a period; expected a period such as {example}",
    "not-a-list": "this is not list `{list}`; the first row that is not blank should name the columns {columns}",
    "not-a-text": "`{text}` is not one text",
    "not-yes-or-no": "`{text}` is not `yes` or `no`",
    "not-read": "this file is not read; save it as CSV",
    "not-a-return": "this is not a return; the first row that is not blank should name the columns `period`, "
    "`agency`, `figure` and `value`, or `period`, `agency` and figures",
    "period-misaligned": "`{text}` does not begin where a period of `{figure}` does; its year starts in another month",
    "period-too-short": "`{text}` is shorter than a period of `{figure}`, which is {frequency}",
    "repeated-record": "this record is the same as {place}; both are counted",
    "sent-twice": "`{text}` here but `{other}` in {place}; both are set aside, since nothing says which came later",
    "sheet-not-read": "this sheet is not list `{list}`, which another sheet of the file is; it is not read",
    "split-number": "`{text}` looks like one number that its comma has split over two cells; "
    "write it in quotes or without the comma",
    "spell-reversed": "this spell ends on {end}, before it starts on {start}; it is set aside",
    "superseded": "`{text}` was replaced by `{other}` in {place}, which came later",
    "surplus-cell": "`{text}` stands beyond the last column that has a name",
    "told-apart": "nothing that is known tells this from {place}, only the text under {columns}; both are set aside",
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
) -> tuple[Table | None, list[Problem]]:
    """A CSV file as a table, or nothing where there is none in it, and what is wrong with it.

    UTF-8 or Windows-1252, with commas, semicolons, tabs or bars: whichever gives a header with the best `score`. The
    header is the first row that is not blank, or where there may be titles above it (`titled`) the best of the first.
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
    head, most = text[first : first + 100_000], _TITLES if titled else 1
    headers = {delimiter: max(_first_rows(head, delimiter, most), key=score, default=[]) for delimiter in ",;\t|"}
    delimiter = max(headers, key=lambda one: score(headers[one]))
    header = headers[delimiter]
    full = len(header)
    while len(header) > 1 and not header[-1].strip(EDGES):
        header.pop()
    width = len(header)
    rows = _plain(text, delimiter, width)
    broken: set[int] = set()
    if rows is None:
        done: list[pl.DataFrame] = []
        records: list[list[str]] = []
        for number, (cells, whole) in enumerate(_records(text, delimiter, width), 1):
            if not whole:
                report("unclosed-quote", number, text=delimiter.join(cells)[:200])
                broken.add(number)
            elif any(cell.strip(EDGES) for cell in cells[width:]) or len(cells) > full:
                cells, split = _rejoined(cells, full if len(cells) > full else width, delimiter)
                if split is not None:
                    name = header[split].strip(EDGES) if split < width else ""
                    report("split-number", number, name or letter(split), cells[split])
                    broken.add(number)
                for place, cell in enumerate(cells[width:], width):
                    if cell.strip(EDGES):  # nobody can say which of the cells is one too many
                        report("surplus-cell", number, letter(place), cell)
                        broken.add(number)
            cells = (cells + [""] * (width - len(cells)))[:width]
            records.append(cells)
            if len(records) == _AT_ONCE:
                done.append(_frame(records, width))
                records = []
        rows = pl.concat([*done, _frame(records, width)])
    filled = (one for one in enumerate(rows.iter_rows(), 1) if re.search(_FILLED, "".join(filter(None, one[1]))))
    firsts = list(islice(filled, most))
    top = firsts[0][0]
    if titled and score(header):
        top = next((row for row, texts in firsts if [text or "" for text in texts] == header), top)
        problems = [problem for problem in problems if problem.row is None or problem.row > top]
        broken = {row for row in broken if row > top}
    rows = rows.with_row_index("row", 1).cast({"row": pl.Int64}).slice(top)
    said = pl.concat_str(pl.exclude("row"), ignore_nulls=True).str.strip_chars(EDGES) != ""
    rows = rows.filter(said | pl.col("row").is_in(sorted(broken)))
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


# -- the folder -------------------------------------------------------------------------

MANIFEST = "manifest.csv"
_COLUMNS = ("file", "received_on", "covers_from", "covers_to")


@dataclass(frozen=True)
class Arrival:
    """When a file came, and for a list which dates it speaks for; `unsure` where these are said and not understood."""

    received_on: date | None
    covers_from: date | None = None
    covers_to: date | None = None
    unsure: bool = False


def files_in(folder: Path) -> dict[str, Path]:
    """Every file below a folder, by its path from there with forward slashes, in the order of these names."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in sorted(names, reverse=True):  # `manifest.csv` itself before its other spellings
            path = Path(place, name)
            # a name that is no text to the system is still shown
            shown = path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()
            found[MANIFEST if shown.lower() == MANIFEST and MANIFEST not in found else shown] = path
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
    folded: dict[str, list[str]] = {}
    for name in files:
        folded.setdefault(name.casefold(), []).append(name)
    found: dict[str, Arrival] = {}
    for number, *cells in table.rows.iter_rows():
        if number in table.broken:
            continue
        texts = {name: (cells[place] or "").strip(EDGES) for name, place in at.items()}
        path = texts["file"].replace("\\", "/").removeprefix("./")
        fits = [path] if path in files else folded.get(path.casefold(), [])
        if len(fits) != 1:
            column = table.header[at["file"]]
            report(number, column, texts["file"], "no-such-file", help=meant(path, files))
            continue
        target = fits[0]
        dates: dict[str, date | None] = {}
        for what in _COLUMNS[1:]:
            dates[what] = parse_date(texts.get(what, ""))
            if dates[what] is None and (texts.get(what) or what == "received_on"):
                report(number, table.header[at[what]], texts[what], "not-a-date")
        ends = [what for what in ("covers_from", "covers_to") if texts.get(what)]
        arrival = Arrival(**dates, unsure=bool(ends) and None in (dates["covers_from"], dates["covers_to"]))
        if len(ends) == 1:
            [other] = {"covers_from", "covers_to"} - {*ends}
            report(number, table.header[at[ends[0]]], texts[ends[0]], "covers-half", what=f"`{other}`")
        if arrival.covers_from and arrival.covers_to and arrival.covers_to < arrival.covers_from:
            report(number, table.header[at["covers_to"]], texts["covers_to"], "bad-manifest-dates")
            arrival = replace(arrival, covers_from=None, covers_to=None, unsure=True)
        if target in found:
            same = found[target] == arrival
            so = "it says the same of it" if same else "what it says of it differs, so none of it is used"
            report(number, table.header[at["file"]], texts["file"], "file-twice", so=so)
            covered = any(one.covers_from or one.covers_to or one.unsure for one in (found[target], arrival))
            arrival = arrival if same else Arrival(None, unsure=covered)
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
