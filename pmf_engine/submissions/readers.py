"""Every format of file that people send, by its suffix: how returns and how lists are read from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from pmf_engine.submissions.csv_tables import read_csv
from pmf_engine.submissions.list_csv import part_of_text
from pmf_engine.submissions.list_headers import ListHeader
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.list_sheets import parts_of_workbook
from pmf_engine.submissions.problems import Problem
from pmf_engine.submissions.table import RawTable

_FEW = 1_000_000
"""In lists of no more records every character of a text is looked at."""


Score = Callable[[Sequence[str]], int]
"""How good a row is as the header of a table; 0 where it is none."""


@dataclass(frozen=True)
class Format:
    """How a format is read; None where it is not.

    `returns` makes a table of texts, and says what is wrong with the file. It is given the path, the name of the file,
    how good a row is as a header, and the day that the file came. `records` makes the parts of a list, one for each
    sheet. It is given a part without records, the path, and the header that is looked for.
    """

    returns: Callable[[Path, str, Score, date | None], tuple[RawTable | None, list[Problem]]] | None = None
    records: Callable[[ListPart, Path, ListHeader], list[ListPart]] | None = None


def part_of_frame(part: ListPart, frame: pl.LazyFrame, header: ListHeader) -> ListPart:
    """The part with the records of a frame, whose columns have types."""
    names = frame.collect_schema().names()
    part, places = header.read(part, names, None)
    if not part.titles:
        return part
    chosen = {name: names[place] for name, place in places.items()}
    known = part.path is not None or part.ready  # of other frames it may cost much to know how long they are
    part = replace(part, small=known and frame.select(pl.len()).collect().item() <= _FEW)
    return replace(part, frame=frame.with_row_index(ROW, 1).select(ROW, *header.columns(chosen)))


def _records_of_text(part: ListPart, path: Path, header: ListHeader) -> list[ListPart]:
    return [part_of_text(part, path, header)]


def _records_of_parquet(part: ListPart, path: Path, header: ListHeader) -> list[ListPart]:
    return [replace(part_of_frame(part, pl.scan_parquet(path, glob=False), header), ready=True)]


READERS: Final[Mapping[str, Format]] = {
    ".csv": Format(read_csv, _records_of_text),
    ".parquet": Format(records=_records_of_parquet),
    ".xlsx": Format(records=parts_of_workbook),
    ".xlsm": Format(records=parts_of_workbook),
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers", ".tsv", ".txt", ".json", ".xml"), Format()),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".doc", ".docx", ".pdf", ".rtf", ".msg"), Format()),
}
"""The formats that people send figures and records in."""

_NOTES: Final = frozenset({".md", ".py", ".yaml", ".yml"})
"""Files that those who keep a folder of submissions have beside them."""

_OF_PROGRAMS: Final = (".", "~$", "thumbs.db", "desktop.ini")
"""How the names of files begin that programs keep for themselves, such as Excel beside what is open."""


def is_passed_over(path: Path) -> bool:
    """Whether a file is none that anybody sent, so that it is not named as one that is not read.

    >>> is_passed_over(Path("~$police.xlsx")), is_passed_over(Path("README.md")), is_passed_over(Path("police.msg"))
    (True, True, False)
    """
    return path.suffix.lower() in _NOTES or path.name.lower().startswith(_OF_PROGRAMS)
