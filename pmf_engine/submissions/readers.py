"""The formats of files by suffix: the functions that read returns and lists from each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from pmf_engine.submissions.file_state import state_of
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.list_csv import part_of_text
from pmf_engine.submissions.list_headers import ListHeader
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.list_sheets import parts_of_workbook
from pmf_engine.submissions.parquet_limits import keep_parquet_within
from pmf_engine.submissions.returns import (
    Return,
    return_of_old_workbook,
    return_of_parquet,
    return_of_text,
    return_of_workbook,
)

_FEW = 1_000_000
"""The reader checks every character of the texts of lists up to this number of records."""


Reader = Callable[[Path, str, Lexicon, date | None], Return]
"""Reads a return, from its path, its name in problems, what texts name and the day of receipt."""


@dataclass(frozen=True)
class Format:
    """The functions that read a format; None for what the format is not read for.

    Attributes:
        returns: Reads a return.
        records: Reads the parts of a list, one for each sheet, from a part without records, the path and the header
            that a list must have.
    """

    returns: Reader | None = None
    records: Callable[[ListPart, Path, ListHeader], list[ListPart]] | None = None


def part_of_frame(
    part: ListPart, frame: pl.LazyFrame, header: ListHeader, renamed: Mapping[str, str] = MappingProxyType({})
) -> ListPart:
    """The part with the records of a frame with typed columns.

    Args:
        part: The part without records.
        frame: The records.
        header: The header that the list must have.
        renamed: The titles of columns that the frame calls otherwise.
    """
    names = frame.collect_schema().names()
    keep_within(Measure.COLUMNS, len(names))
    part, places = header.read(part, [renamed.get(name, name) for name in names], None)
    if not part.titles:
        return part
    chosen = {name: names[position] for name, position in places.items()}
    if part.path is not None or part.ready:  # to count the rows of a lazy query may cost as much as the query
        rows = frame.select(pl.len()).collect().item()
        keep_within(Measure.ROWS, rows)
        part = replace(part, small=rows <= _FEW)
    return replace(part, frame=frame.with_row_index(ROW, 1).select(ROW, *header.columns(chosen)))


def _records_of_text(part: ListPart, path: Path, header: ListHeader) -> list[ListPart]:
    return [part_of_text(part, path, header)]


def _records_of_parquet(part: ListPart, path: Path, header: ListHeader) -> list[ListPart]:
    part = replace(part, state=state_of(path), ready=True)
    keep_parquet_within(path)
    return [part_of_frame(part, pl.scan_parquet(path, glob=False), header)]


READERS: Final[Mapping[str, Format]] = {
    ".csv": Format(return_of_text, _records_of_text),
    ".parquet": Format(return_of_parquet, _records_of_parquet),
    ".xlsx": Format(return_of_workbook, parts_of_workbook),
    ".xlsm": Format(return_of_workbook, parts_of_workbook),
    **dict.fromkeys((".xls", ".xlsb", ".ods"), Format(return_of_old_workbook)),
    **dict.fromkeys((".numbers", ".tsv", ".txt", ".json", ".xml"), Format()),
    **dict.fromkeys((".xltx", ".xltm", ".xlt", ".xlam", ".ots", ".fods", ".htm", ".html", ".odt"), Format()),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".doc", ".docx", ".pdf", ".rtf", ".msg"), Format()),
}
"""Every format that a reader knows; one without functions is named in a problem as not read."""

_NOTES: Final = frozenset({".md", ".py", ".yaml", ".yml"})
"""Suffixes of files that the board itself keeps in a folder of submissions."""

_OF_PROGRAMS: Final = (".", "~$", "thumbs.db", "desktop.ini")
"""Beginnings of the names of files that programs make for themselves, such as Excel's lock files."""


def is_passed_over(path: Path) -> bool:
    """Whether no agency sent a file, so that reading skips it without a problem.

    >>> is_passed_over(Path("~$police.xlsx")), is_passed_over(Path("README.md")), is_passed_over(Path("police.msg"))
    (True, True, False)
    """
    return path.suffix.lower() in _NOTES or path.name.lower().startswith(_OF_PROGRAMS)
