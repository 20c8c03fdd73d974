"""What came: the files of a folder of submissions, when each came, and each as a table of strings.

Knows nothing of figures or agencies. Whatever a file holds, the answer is a table, a problem or both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pmf_engine.domain.dates import LAST_YEAR
from pmf_engine.submissions.csv_tables import read_csv
from pmf_engine.submissions.problems import Problem, listed, meant, say
from pmf_engine.submissions.table import EDGES

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
        titles = {name: table.header[place] for name, place in at.items()}
        arrival, wrong = _arrival(number, texts, titles)
        problems += wrong
        if target in found:
            same = found[target] == arrival
            so = "it says the same of it" if same else "what it says of it differs, so none of it is used"
            report(number, table.header[at["file"]], texts["file"], "file-twice", so=so)
            covered = any(one.covers_from or one.covers_to or one.unsure for one in (found[target], arrival))
            arrival = arrival if same else Arrival(None, unsure=covered)
        found[target] = arrival
    return found, problems


def _arrival(row: int, texts: Mapping[str, str], titles: Mapping[str, str]) -> tuple[Arrival, list[Problem]]:
    """What a row of the manifest says, by its texts under each column, and what is wrong with it."""
    problems: list[Problem] = []

    def report(column: str, kind: str, **more: object) -> None:
        message = say(kind, text=texts[column], **more)
        problems.append(Problem(MANIFEST, None, row, titles[column], texts[column], kind, message))

    dates = {name: parse_date(texts.get(name, "")) for name in _DATES}
    for name in _DATES:
        if dates[name] is None and (texts.get(name) or name == "received_on"):
            report(name, "not-a-date")
    received, first, last = (dates[name] for name in _DATES)
    ends = [name for name in _DATES[1:] if texts.get(name)]
    if len(ends) == 1:
        [other] = {*_DATES[1:]} - {*ends}
        report(ends[0], "covers-half", what=f"`{other}`")
    if last is not None and last.year > _FOR_EVER:
        last = received or date(_FOR_EVER, 12, 31)
    unsure = bool(ends) and None in (first, last)
    if first and last and received and max(first, last) > received:
        late = "covers_to" if last > received else "covers_from"
        line = f"{texts['file']},{received},{min(first, received)},{min(last, received)}"
        report(late, "covers-after-received", received=received, file=texts["file"], line=line)
        unsure = True
    elif first and last and last < first:
        report("covers_to", "bad-manifest-dates")
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
