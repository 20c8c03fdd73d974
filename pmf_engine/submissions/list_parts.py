"""Parts of lists: one file, sheet or frame with records, before its cells have types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from pmf_engine.domain.dates import DateRange
from pmf_engine.submissions.problems import Problem, say

ROW, PIECE = ":row", ":piece"
"""Where a record stands, and in which part: names that no column of a list can have."""


@dataclass(frozen=True)
class ListPart:
    """One file, sheet or frame with records of a list.

    `frame` has the list's columns as they came, by id, and ROW, where they stand; it is None where the header cannot
    be used, and `problems` say why. `titles` are the columns as the file calls them, `folders` those that the names
    of folders give, with what they say. `covers` are the first and last day it covers, where the manifest or its name
    says so; where that cannot be understood, `unsure` has what is known of them. `counts` are the days for which its
    records count, where other files cover some of the rest. Files of one `part` replace each other. No record of it is
    dated after `latest`. `dates` are the formats of its
    columns of dates that are texts, as its first rows have them. Rows in `broken` could not be made out: they are
    records of which nothing is known. `faults` are the texts that stand where a sheet's cell has no value that can
    be known, with the kind of problem that each is. `month_first` are its columns of dates in which the ambiguous
    ones cannot be trusted to be day first, with a date that shows it. Time stamps with a zone count by the day in
    `time_zone`. What is `ready` costs next to nothing to be read again; `small` says that it has few records, so
    that every cell can be looked at closely.
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
    def doubtful(self) -> bool:
        """Whether some of its texts may be none."""
        return self.quoted or bool(self.faults)


def noted(part: ListPart, kind: str, row: int | None = None, **words: object) -> ListPart:
    """The part with a problem of a kind; `words` fill in its wording."""
    problem = Problem(part.file, part.sheet, row, None, None, kind, say(kind, **words))
    return replace(part, problems=(*part.problems, problem))


def refused(part: ListPart, kind: str, row: int | None = None, **words: object) -> ListPart:
    """The part as one that cannot be used, with the problem that says why."""
    return replace(noted(part, kind, row, **words), frame=None)
