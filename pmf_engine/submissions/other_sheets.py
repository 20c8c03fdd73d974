"""Sheets of a return that hold none of its figures: notes, lists of choices, and the list of what is to be mended."""

from __future__ import annotations

import re
from typing import Final

from pmf_engine.submissions.layouts.grid import Grid
from pmf_engine.submissions.layouts.reading import Read
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.vocabulary import fold

PROBLEM_LIST: Final = ("What", "Sheet", "Cell", "It says", "Why, and what would settle it")
"""The header of the sheet that `pmf validate --format xlsx` puts before those of a sender."""

_OF_NOTES: Final = re.compile(
    r"(?:\d+[. ]+)?(?:instructions?|guidance|guide|notes?|footnotes?|definitions?|glossary|read ?me|contents|index|help"
    r"|about|introduction|background|change (?:log|control)|changes|version(?: control| history|s)?|metadata"
    r"|data dictionary|(?:drop ?down )?lists?|look ?ups?|drop ?downs?|validations?|data validation|choices|codes"
    r"|workings?|calculations?|calcs|cover|front|contacts?|contact details|legend|key|export summary|sign ?off"
    r"|data quality|how to .*)(?: (?:notes?|sheets?|pages?|tabs?|data|values|tables?))?"
)


def lists_problems(grid: Grid) -> bool:
    """Whether a sheet is the list of problems in a workbook that came back from the sender with it."""
    return tuple(grid.rows[0].cells[: len(PROBLEM_LIST)]) == PROBLEM_LIST


def is_of_notes(name: str) -> bool:
    """Whether the name of a sheet says that it holds notes or choices.

    >>> is_of_notes("Guidance notes"), is_of_notes("Lookups"), is_of_notes("Return")
    (True, True, False)
    """
    return _OF_NOTES.fullmatch(fold(name.replace("_", " "))) is not None


def without_notes(grid: Grid, read: Read) -> Read:
    """What is said of a sheet that no layout fits, beside one that is read: of a sheet of notes no more than its name.

    A sheet of notes is called so, or its only values are letters and signs that also are markers, such as `c` and `-`.
    """
    has_digits = any(re.search(r"\d", text) for _, _, text in read.aside)
    if not read.problems or (has_digits and not is_of_notes(grid.sheet or "")):
        return read
    return Read(problems=[Problem(grid.file, grid.sheet, None, None, None, "notes-sheet", say("notes-sheet"))])
