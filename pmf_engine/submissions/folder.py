"""Folders of submissions: the files in them, and their manifest with the day on which each file was received.

This module knows no figures and no agencies. Every file yields an entry, a problem or both.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pmf_engine.domain.dates import LAST_YEAR
from pmf_engine.submissions.csv_tables import read_csv
from pmf_engine.submissions.problems import Problem, listed, meant, say
from pmf_engine.submissions.table import EDGES, RawTable

MANIFEST = "manifest.csv"

_COLUMNS = ("file", "received_on", "covers_from", "covers_to", "part")

_DATES = ("received_on", "covers_from", "covers_to")

_FOR_EVER = LAST_YEAR
"""The last year that `covers_to` may mean literally. People write `9999-12-31` for an open end: such a file covers the
days up to its receipt."""


@dataclass(frozen=True)
class Arrival:
    """A row of the manifest: when a file was received, and for a list the days that the file covers.

    Attributes:
        received_on: The day of receipt; None where the manifest gives no usable day.
        covers_from: The first day that the file covers.
        covers_to: The last day that the file covers.
        unsure: The row gives days, but they contradict each other or cannot be read.
        part: The part of the list that the file holds, where several files together are the list for the same days.
    """

    received_on: date | None
    covers_from: date | None = None
    covers_to: date | None = None
    unsure: bool = False
    part: str = ""


def files_in(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """Every file below a folder, by its path from the folder with forward slashes, in the order of these paths.

    Returns:
        The files; and a problem for each entry that is not read, whatever its content: links, which are never followed;
        pipes and devices, on which reading would block; folders that cannot be opened; and names that are not UTF-8.
    """
    files: dict[str, Path] = {}
    problems: list[Problem] = []

    def report(path: Path, kind: str, **words: str) -> None:
        problems.append(Problem(_shown(path, folder), None, None, None, None, kind, say(kind, **words)))

    def unreadable(error: OSError) -> None:
        report(Path(error.filename), "unreadable-folder", why=(error.strerror or type(error).__name__).lower())

    for directory, folders, names in os.walk(folder, onerror=unreadable):
        for name in folders:
            if (path := Path(directory, name)).is_symlink():
                report(path, "link")
        for name in sorted(names, reverse=True):  # `manifest.csv` itself before its other spellings
            path = Path(directory, name)
            if path.is_symlink():
                report(path, "link")
            elif not path.is_file():
                report(path, "not-a-file")
            elif not _is_text(name):
                report(path, "name-not-text")
            else:
                shown = _shown(path, folder)
                files[MANIFEST if shown.lower() == MANIFEST and MANIFEST not in files else shown] = path
    return dict(sorted(files.items())), problems


def _shown(path: Path, folder: Path) -> str:
    """The path of a file from the folder of submissions; bytes that are not UTF-8 become escapes."""
    return path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()


def _is_text(name: str) -> bool:
    """Whether the name of a file is text in UTF-8."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class Manifest:
    """The content of `manifest.csv`.

    Attributes:
        arrivals: The row of each file, by the file's name. Two rows of one file with different dates give no dates.
        problems: The mistakes in the manifest.
        columns: The names of its columns in their order, as `_manifest_column` folds them; None for a folder without a
            manifest.
    """

    arrivals: Mapping[str, Arrival]
    problems: Sequence[Problem]
    columns: Sequence[str] | None = None

    def received_on(self, file: str) -> date | None:
        """The day on which a file was received; None for a file without a day in the manifest."""
        return self.arrivals[file].received_on if file in self.arrivals else None

    def unnamed(self, files: Iterable[str]) -> list[Problem]:
        """A problem for each of these files without a row in the manifest; none for a folder without a manifest."""
        if self.columns is None:
            return []
        problems = []
        for file in files:
            if file not in self.arrivals and not file.lower().endswith(MANIFEST):
                values = {"file": file, "received_on": "YYYY-MM-DD"}
                line = manifest_line(*(values.get(column, "") for column in self.columns or _COLUMNS[:2]))
                who = "manifest.csv does not say when this file was received"
                message = say("arrival-unknown", who=who, until=f"manifest.csv has a line such as `{line}`")
                problems.append(Problem(file, None, None, None, None, "arrival-unknown", message))
        return problems

    def undated_registers(self, files: Iterable[str]) -> list[Problem]:
        """A problem for each of these registers without a day of receipt; none for a folder without a manifest."""
        kind = "register-undated"
        return [Problem(file, None, None, None, None, kind, say(kind)) for file in sorted(self.undated(files))]

    def undated(self, files: Iterable[str]) -> frozenset[str]:
        """Those of these files without a day of receipt in the manifest; none for a folder without a manifest."""
        return frozenset(file for file in files if self.columns is not None and self.received_on(file) is None)


def manifest_line(*cells: object) -> str:
    """A line of `manifest.csv` as it must be written.

    >>> manifest_line("returns, police.csv", date(2017, 4, 20), "", "")
    '"returns, police.csv",2017-04-20,,'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def read_manifest(files: Mapping[str, Path], latest: date = date.max) -> Manifest:
    """Reads `manifest.csv` of a folder.

    Args:
        files: The files of the folder by their names.
        latest: The last possible day of receipt; a later day in the manifest is a problem.
    """
    if MANIFEST not in files:
        return Manifest({}, [])

    def score(header: Sequence[str]) -> int:
        return sum(_manifest_column(name) in _COLUMNS for name in header)

    table, problems = read_csv(files[MANIFEST], MANIFEST, score)
    if table is None:
        return Manifest({}, problems, ())
    at, more = _places(table)
    problems += more
    if missing := [name for name in _COLUMNS[:2] if name not in at]:
        message = say("missing-column", missing=listed(missing, "and"), help="")
        problems.append(Problem(MANIFEST, None, table.header_row, None, None, "missing-column", message))
        return Manifest({}, problems, ())
    titles = {name: table.header[position] for name, position in at.items()}
    folded: dict[str, list[str]] = {}
    for name in files:
        folded.setdefault(name.casefold(), []).append(name)
    arrivals: dict[str, Arrival] = {}
    for number, *cells in table.rows.iter_rows():
        if number in table.broken:
            continue
        texts = {name: (cells[position] or "").strip(EDGES) for name, position in at.items()}
        path = texts["file"].replace("\\", "/").removeprefix("./")
        fits = [path] if path in files else folded.get(path.casefold(), [])
        row = _Row(number, texts, titles)
        if len(fits) != 1:
            problems.append(row.problem("file", "no-such-file", help=meant(path, files)))
            continue
        [target] = fits
        arrival, wrong = _arrival(row, latest)
        problems += wrong
        if target in arrivals:
            same = arrivals[target] == arrival
            so = "it says the same of it" if same else "what it says of it differs, so none of it is used"
            problems.append(row.problem("file", "file-twice", so=so))
            covered = any(each.covers_from or each.covers_to or each.unsure for each in (arrivals[target], arrival))
            arrival = arrival if same else Arrival(None, unsure=covered)
        arrivals[target] = arrival
    return Manifest(arrivals, problems, [_manifest_column(name) for name in table.header])


def _places(table: RawTable) -> tuple[dict[str, int], list[Problem]]:
    """The position of each column of a manifest by its folded name, and the problems of the header."""
    positions: dict[str, int] = {}
    problems = []

    def report(name: str, kind: str, **words: str) -> None:
        message = say(kind, text=name, **words)
        problems.append(Problem(MANIFEST, None, table.header_row, name, name, kind, message))

    for position, name in enumerate(table.header):
        meaning = _manifest_column(name)
        if meaning not in _COLUMNS and name.strip():
            report(name, "unknown-column", help=meant(name, _COLUMNS))
        elif meaning in positions:
            report(name, "column-twice", so="the first is used")
        else:
            positions[meaning] = position
    return positions, problems


@dataclass(frozen=True)
class _Row:
    """A row of a manifest: its number; its texts and the titles of its columns, by the folded names of the columns."""

    number: int
    texts: Mapping[str, str]
    titles: Mapping[str, str]

    def problem(self, column: str, kind: str, **words: object) -> Problem:
        """A problem of the row's cell in a column."""
        text = self.texts[column]
        message = say(kind, text=text, **words)
        return Problem(MANIFEST, None, self.number, self.titles[column], text, kind, message)


def _arrival(row: _Row, latest: date) -> tuple[Arrival, list[Problem]]:
    """The arrival that a row of the manifest gives, and the problems of the row.

    Args:
        row: The row.
        latest: The last possible day of receipt.
    """
    problems: list[Problem] = []
    texts = row.texts
    dates = {name: parse_date(texts.get(name, "")) for name in _DATES}
    for name in _DATES:
        if dates[name] is None and (texts.get(name) or name == "received_on"):
            problems.append(row.problem(name, "not-a-date"))
    received, first, last = (dates[name] for name in _DATES)
    if received is not None and received > latest:
        problems.append(row.problem("received_on", "received-in-future", file=texts["file"]))
        received = None
    ends = [name for name in _DATES[1:] if texts.get(name)]
    if len(ends) == 1:
        [other] = {*_DATES[1:]} - {*ends}
        problems.append(row.problem(ends[0], "covers-half", what=f"`{other}`"))
    if last is not None and last.year > _FOR_EVER:
        last = received or date(_FOR_EVER, 12, 31)
    unsure = bool(ends) and None in (first, last)
    if first and last and received and max(first, last) > received:
        late = "covers_to" if last > received else "covers_from"
        line = manifest_line(texts["file"], received, min(first, received), min(last, received))
        problems.append(row.problem(late, "covers-after-received", received=received, file=texts["file"], line=line))
        unsure = True
    elif first and last and last < first:
        problems.append(row.problem("covers_to", "bad-manifest-dates"))
        first, last, unsure = None, None, True
    return Arrival(received, first, last, unsure, texts.get("part", "")), problems


def _manifest_column(name: str) -> str:
    """The name of a manifest's column without regard to case, spaces and hyphens.

    >>> _manifest_column(" Received-On ")
    'received_on'
    """
    return re.sub(r"[\s_\-]+", "_", name.strip(EDGES).casefold())


def parse_date(text: str) -> date | None:
    """A date written as `2017-01-31` or `31/01/2017`; None for anything else.

    >>> parse_date("31/01/2017"), parse_date("2017-02-30")
    (datetime.date(2017, 1, 31), None)
    """
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    if match is None:
        return None
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
