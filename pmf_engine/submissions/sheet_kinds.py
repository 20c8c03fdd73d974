"""Kinds of problems of sheets whose numbers may be of something else than they seem."""

from __future__ import annotations

from typing import Final

from pmf_engine.domain.problem_kind import ProblemKind
from pmf_engine.submissions.severity import LOST, NOTE, Kind

SHEET_KINDS: Final = {
    ProblemKind.TOTAL_ROW: Kind(NOTE, "this row adds up others, and is not read"),
    ProblemKind.BLANK_BELOW: Kind(
        LOST,
        "no {by} in this row, which stands below `{text}` and may be of it or of the whole; write the {by} in each "
        "row, and rows of the whole above all others",
    ),
    ProblemKind.FOOTNOTE_READ: Kind(NOTE, "`{text}` is a footnote of numbers, which are used"),
    ProblemKind.FOOTNOTE_UNKNOWN: Kind(
        LOST,
        "`{text}` is a footnote, and may say that its numbers are of something else than is asked for, so they are not "
        "used; send the numbers that are asked for, without the mark, and say the rest in their comment",
    ),
    ProblemKind.OUT_OF_SCOPE: Kind(
        LOST,
        "`{text}` says that these numbers may not be {what}, so they are not used; send the numbers that are asked "
        "for, or take these words away where they say nothing of them",
    ),
    ProblemKind.LABEL_CHANGED: Kind(
        LOST,
        "`{text}` stands beside {place}, where layout `{layout}` expects {expected}, so `{figure}` is not used; put "
        "its number back there, or let `cells` of the layout say where it stands and how it is called now",
    ),
    ProblemKind.LABEL_DIFFERS: Kind(
        LOST,
        "`{text}` stands beside {place}, and `{other}` in `{file}`, so `{figure}` is not used; put its number back "
        "there, or let `cells` of layout `{layout}` say under `label` how it may be called",
    ),
    ProblemKind.LAYOUT_TWICE: Kind(
        LOST, "the name of this file is one of layouts {layouts}; nothing in it is used until it is of one alone"
    ),
    ProblemKind.MIXED_COLUMN: Kind(
        LOST,
        "`{text}` names a figure in a column that also names groups, so what each row is of is not known and none is "
        "used; give figures and groups a column each (a pivot table: tabular form, with all labels repeated)",
    ),
    ProblemKind.NOTES_SHEET: Kind(NOTE, "this sheet is taken for notes or choices, and nothing in it is used"),
    ProblemKind.PACK_SHEET: Kind(
        LOST,
        "layout `{layout}` reads {what}, and this file has {sheets}; nothing in it is used: name the sheet again as it "
        "was, or let `sheet` of the layout name it",
    ),
    ProblemKind.STRANGE_HEADING: Kind(
        LOST,
        "`{text}` stands over these numbers and nothing says what it means, so they may be of a part and are not "
        "used; take it away, send the numbers of all, or let `ignore_columns` of the board name it",
    ),
    ProblemKind.TABLES_BESIDE: Kind(
        LOST,
        "two tables stand side by side, the second from here on, so which titles are of which is not known and neither "
        "is used; put the second below the first, or on a sheet of its own",
    ),
    ProblemKind.TWO_VALUES: Kind(
        LOST,
        "`{first}` and `{second}` may both head the values, so neither is used; head the column that counts `value`, "
        "or take the other away",
    ),
    ProblemKind.VALUES_OR_ROWS: Kind(
        LOST, "`{text}` may head values, or number the rows, so nothing below it is used; head values with `value`"
    ),
    ProblemKind.YEAR_TURNS: Kind(
        LOST,
        "`{text}` stands behind `{before}` under one year, so it may be of that year or of the next; none of these "
        "values is used: write the year of each beside it, such as `{example}`",
    ),
}
