"""What came: the files of a folder of submissions, when each came, and each as a table of strings.

Knows nothing of figures or agencies. Whatever a file holds, the answer is a table, a problem or both.
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
"""People write `9999-12-31` for no end: a file that covers days after this year covers those up to its receipt."""


@dataclass(frozen=True)
class Arrival:
    """When a file came, and for a list which dates it covers; `unsure` where these are said and not understood.

    `part` is which part of a list it is, where several files together are the list of a time.
    """

    received_on: date | None
    covers_from: date | None = None
    covers_to: date | None = None
    unsure: bool = False
    part: str = ""


def files_in(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """Every file below a folder, by its path from there with forward slashes, in the order of these names.

    The problems name what is not read whatever it holds: links, which are never followed; pipes and devices, which
    would be waited for; folders that cannot be opened; and names that are no text.
    """
    found: dict[str, Path] = {}
    problems: list[Problem] = []

    def report(path: Path, kind: str, **words: str) -> None:
        problems.append(Problem(_shown(path, folder), None, None, None, None, kind, say(kind, **words)))

    def unreadable(error: OSError) -> None:
        report(Path(error.filename), "unreadable-folder", why=(error.strerror or type(error).__name__).lower())

    for place, folders, names in os.walk(folder, onerror=unreadable):
        for name in folders:
            if (path := Path(place, name)).is_symlink():
                report(path, "link")
        for name in sorted(names, reverse=True):  # `manifest.csv` itself before its other spellings
            path = Path(place, name)
            if path.is_symlink():
                report(path, "link")
            elif not path.is_file():
                report(path, "not-a-file")
            elif not _is_text(name):
                report(path, "name-not-text")
            else:
                shown = _shown(path, folder)
                found[MANIFEST if shown.lower() == MANIFEST and MANIFEST not in found else shown] = path
    return dict(sorted(found.items())), problems


def _shown(path: Path, folder: Path) -> str:
    """The path of a file from the folder of submissions; bytes that are no text are shown as escapes."""
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
    """What `manifest.csv` says of the files of a folder, by their names, and what is wrong with it.

    `columns` are its columns by what they mean, in their order; None where a folder has no manifest. A file that stands
    there twice with different dates has none.
    """

    arrivals: Mapping[str, Arrival]
    problems: Sequence[Problem]
    columns: Sequence[str] | None = None

    def received_on(self, file: str) -> date | None:
        """The day on which a file was received; None where that is not known."""
        return self.arrivals[file].received_on if file in self.arrivals else None

    def unnamed(self, files: Iterable[str]) -> list[Problem]:
        """A problem for each of these files that a manifest does not name; none where there is no manifest."""
        if self.columns is None:
            return []
        told = []
        for file in files:
            if file not in self.arrivals and not file.lower().endswith(MANIFEST):
                known = {"file": file, "received_on": "YYYY-MM-DD"}
                line = manifest_line(*(known.get(column, "") for column in self.columns or _COLUMNS[:2]))
                told.append(Problem(file, None, None, None, None, "arrival-unknown", say("arrival-unknown", line=line)))
        return told

    def undated(self, files: Iterable[str]) -> frozenset[str]:
        """Those of these files of which the manifest does not say when they came; none where there is no manifest."""
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
    """Reads what `manifest.csv` says of the files of a folder.

    Args:
        files: The files of the folder by their names.
        latest: Nothing can have been received after this day.
    """
    if MANIFEST not in files:
        return Manifest({}, [])

    def known(header: Sequence[str]) -> int:
        return sum(_manifest_column(name) in _COLUMNS for name in header)

    table, problems = read_csv(files[MANIFEST], MANIFEST, known)
    if table is None:
        return Manifest({}, problems, ())
    at, more = _places(table)
    problems += more
    if missing := [name for name in _COLUMNS[:2] if name not in at]:
        message = say("missing-column", missing=listed(missing, "and"))
        problems.append(Problem(MANIFEST, None, table.header_row, None, None, "missing-column", message))
        return Manifest({}, problems, ())
    titles = {name: table.header[place] for name, place in at.items()}
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
        row = _Row(number, texts, titles)
        if len(fits) != 1:
            problems.append(row.problem("file", "no-such-file", help=meant(path, files)))
            continue
        [target] = fits
        arrival, wrong = _arrival(row, latest)
        problems += wrong
        if target in found:
            same = found[target] == arrival
            so = "it says the same of it" if same else "what it says of it differs, so none of it is used"
            problems.append(row.problem("file", "file-twice", so=so))
            covered = any(one.covers_from or one.covers_to or one.unsure for one in (found[target], arrival))
            arrival = arrival if same else Arrival(None, unsure=covered)
        found[target] = arrival
    return Manifest(found, problems, [_manifest_column(name) for name in table.header])


def _places(table: RawTable) -> tuple[dict[str, int], list[Problem]]:
    """Where each column of a manifest stands, by what it means, and what is wrong with its header."""
    at: dict[str, int] = {}
    problems = []

    def report(name: str, kind: str, **words: str) -> None:
        message = say(kind, text=name, **words)
        problems.append(Problem(MANIFEST, None, table.header_row, name, name, kind, message))

    for place, name in enumerate(table.header):
        what = _manifest_column(name)
        if what not in _COLUMNS and name.strip():
            report(name, "unknown-column", help=meant(name, _COLUMNS))
        elif what in at:
            report(name, "column-twice", so="the first is used")
        else:
            at[what] = place
    return at, problems


@dataclass(frozen=True)
class _Row:
    """A row of a manifest: its number, and its texts and the titles of its columns by what they mean."""

    number: int
    texts: Mapping[str, str]
    titles: Mapping[str, str]

    def problem(self, column: str, kind: str, **words: object) -> Problem:
        """A problem of the row's cell in a column."""
        text = self.texts[column]
        message = say(kind, text=text, **words)
        return Problem(MANIFEST, None, self.number, self.titles[column], text, kind, message)


def _arrival(row: _Row, latest: date) -> tuple[Arrival, list[Problem]]:
    """What a row of the manifest says, and what is wrong with it."""
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
