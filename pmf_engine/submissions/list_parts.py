"""List parts: each one file, sheet or frame with records, whose cells have no types yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.submissions.file_state import FileState, state_of
from pmf_engine.submissions.problems import Problem, say

ROW, PIECE = ":row", ":piece"
"""The columns with the row of a record and the number of its list part: names that no column of a list can have."""


@dataclass(frozen=True)
class ListPart:
    """One file, sheet or frame with records of a list.

    Attributes:
        list: The id of the list.
        file: The name of the file.
        frame: The list's columns as sent, by id, and ROW; None for a part with an unusable header.
        titles: The title of each column in the file.
        sheet: The sheet of a workbook.
        received_on: The day of receipt.
        covers: The days that the part covers by the manifest or its name.
        unsure: The known ends of the days that it covers, where the manifest gives contradictory days.
        counts: The days for which its records count, where other files cover some of the rest.
        part: The part of the list; files of one part replace each other.
        latest: The last possible day of a record.
        dates: The formats of columns of dates that are texts, by the first rows.
        path: The file.
        state: The state of the file when its header was read, where its records are read later.
        quoted: The file has quotes.
        faults: The texts of cells without a knowable value, each with the kind of its problem.
        broken: The rows whose cells cannot be read: records with unknown values.
        folders: The values of columns that the names of folders give.
        problems: The problems of the part.
        ready: Reading the part again is cheap.
        small: The part has few records, and every cell can be checked closely.
        month_first: The columns of dates whose ambiguous dates may be month first, each with a date that is.
        time_zone: The zone whose days time stamps count by.
    """

    list: str
    file: str
    frame: pl.LazyFrame | None
    titles: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    received_on: date | None = None
    covers: DateRange | None = None
    unsure: tuple[date | None, date | None] | None = None
    counts: DateRange | None = None
    part: str = ""
    latest: date | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    state: FileState | None = None
    quoted: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)
    broken: frozenset[int] = frozenset()
    folders: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    ready: bool = False
    small: bool = False
    month_first: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "Europe/London"

    @property
    def changed(self) -> bool:
        """Whether the file is no longer the one whose header was read."""
        return self.path is not None and self.state is not None and state_of(self.path) != self.state

    @property
    def doubtful(self) -> bool:
        """Whether a text of the part may mean that its cell has no value."""
        return self.quoted or bool(self.faults)


def noted(part: ListPart, kind: str, row: int | None = None, **words: object) -> ListPart:
    """The part with a problem of a kind; `words` fill in its wording."""
    problem = Problem(part.file, part.sheet, row, None, None, kind, say(kind, **words))
    return replace(part, problems=(*part.problems, problem))


def refused(part: ListPart, kind: str, row: int | None = None, **words: object) -> ListPart:
    """The part without its records, and with the problem that refuses it."""
    return replace(noted(part, kind, row, **words), frame=None)
