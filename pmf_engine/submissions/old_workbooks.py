"""The sheets of .xls, .xlsb and .ods files, read in a process of their own.

Their reader takes sizes in a damaged file at their word: it may ask for more memory than there is, which ends its
process. A process of its own costs a third of a second, and ends alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from pmf_engine.submissions.limits import UnreadableError
from pmf_engine.submissions.misnamed import what_it_is

_MOST_MEMORY: Final = 4_000_000_000
"""The memory in bytes that the process may ask for, where the system can hold it to that."""

_PROGRAM: Final = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from pmf_engine.submissions.old_workbooks import print_sheets
print_sheets(sys.argv[2])
"""


class OldSheet(NamedTuple):
    """A sheet: its name, whether the workbook shows it, and its rows of texts, from the first column with a value."""

    name: str
    visible: bool
    rows: list[list[str | None]]


def read_old_workbook(path: Path) -> list[OldSheet]:
    """The sheets of an .xls, .xlsb or .ods file.

    Raises:
        UnreadableError: The file is damaged, or no such file.
    """
    command = [sys.executable, "-I", "-c", _PROGRAM, json.dumps(sys.path), str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        damaged = "it is damaged, or no workbook, whatever its name says; save it as .xlsx"
        raise UnreadableError(what_it_is(path) or damaged)
    return [OldSheet(*sheet) for sheet in json.loads(done.stdout)]


def print_sheets(path: str) -> None:
    """Prints the sheets of a file as JSON: what the process of its own does."""
    _limit_memory()
    from fastexcel import read_excel

    workbook = read_excel(path)
    sheets = []
    for name in workbook.sheet_names:
        sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        visible = sheet.visible == "visible"
        sheets.append(OldSheet(name, visible, [[*row] for row in sheet.to_polars().iter_rows()] if visible else []))
    sys.stdout.buffer.write(json.dumps(sheets).encode("utf-8"))


def _limit_memory() -> None:
    """Holds this process to its memory where the system can: Windows cannot, and macOS may refuse."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
