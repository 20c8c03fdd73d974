"""The files of lists: the list of each file, by its name, and its list parts, by its header.

Only the header is read here. An evaluation reads the records, once, as a stream.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from pmf_engine.domain.dates import DateRange
from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.submissions.file_state import unchanged
from pmf_engine.submissions.folder import Arrival
from pmf_engine.submissions.limits import why_unreadable
from pmf_engine.submissions.list_headers import ListHeader, folders_of
from pmf_engine.submissions.list_parts import ListPart, refused
from pmf_engine.submissions.period_names import days_in_name
from pmf_engine.submissions.readers import READERS
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import fold


def list_of(name: str, framework: Framework) -> list[RecordList]:
    """The lists that a file may be of: by their patterns, else by the name of the file or of its folder."""
    if PurePosixPath(name).suffix.lower() not in READERS:
        return []
    lists = framework.lists.values()
    by_pattern = [list_ for list_ in lists if any(_matches(name, pattern) for pattern in list_.files)]
    if by_pattern:
        return by_pattern
    path = PurePosixPath(name.lower())
    parts = [_as_id(part) for part in (*path.parts[:-1], path.name.removesuffix(path.suffix))]
    named = [
        (len(called), list_)
        for list_ in lists
        for called in _names(list_)
        if any(f"{part}_".startswith(f"{called}_") for part in parts)
    ]
    return [max(named, key=lambda each: each[0])[1]] if named else []


def _names(list_: RecordList) -> list[str]:
    """The names that files of a list may have; none for a list with patterns."""
    names = () if list_.files else (list_.id, *list_.formerly, *list_.also_called)
    return [_as_id(name.lower()).strip("_") for name in names]


def _as_id(name: str) -> str:
    """A name in the form of an id.

    >>> _as_id("plan list as at 2017-03-31"), _as_id("visit_list [final]")
    ('plan_list_as_at_2017_03_31', 'visit_list_final_')
    """
    return re.sub(r"[^0-9a-z]+", "_", name)


def _matches(name: str, pattern: str) -> bool:
    """Whether a file's name matches a pattern, in which `**/` is any number of folders.

    >>> _matches("2016/police/plans.csv", "**/plans*.csv"), _matches("plans.csv", "./plans.csv")
    (True, True)
    """
    return fnmatch(name, pattern.replace("\\", "/").removeprefix("./").replace("**/", "*"))


def read_list_parts(
    path: Path, name: str, list_: RecordList, framework: Framework, arrival: Arrival | None
) -> list[ListPart]:
    """The list parts of a file: one, or one for each sheet.

    Args:
        path: The file.
        name: Its path from the folder of submissions.
        list_: The list.
        framework: The framework of the list.
        arrival: The file's row of the manifest; None without one.
    """
    blank = ListPart(list_.id, name, None, path=path, time_zone=framework.board.time_zone)
    blank = arrived(blank, framework, arrival or Arrival(None))
    header = ListHeader(list_, framework, folders_of(name))
    read = READERS[path.suffix.lower()].records
    assert read is not None, "a file of a format without records is not read as a list"
    try:
        with unchanged(path):
            return read(blank, path, header)
    except (*DAMAGED, ValueError) as error:
        return [refused(blank, "unreadable", why=why_unreadable(error))]


def arrived(part: ListPart, framework: Framework, arrival: Arrival) -> ListPart:
    """A part with its day of receipt and the days that it covers, by the manifest, else by its name.

    Args:
        part: The list part.
        framework: The framework of the list.
        arrival: The file's row of the manifest.
    """
    keys = [f"{key}={value}" for key, value in sorted(folders_of(part.file).items())]
    key = ";".join(fold(text) for text in (*keys, arrival.part) if text)
    part = replace(part, received_on=arrival.received_on, part=key)
    if arrival.unsure:
        return replace(part, unsure=(arrival.covers_from, arrival.covers_to))
    if arrival.covers_from and arrival.covers_to:
        return replace(part, covers=DateRange(arrival.covers_from, arrival.covers_to))
    named = days_in_name(part.file, part.list, framework.board.year_start)
    if named and arrival.received_on:
        named = named.shared(DateRange(date.min, arrival.received_on))
    return replace(part, covers=named)
