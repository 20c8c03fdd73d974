"""Kinds of problems: how severe each is, and its wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pmf_engine.domain.problem_kind import ProblemKind
from pmf_engine.submissions.register_kinds import REGISTER_KINDS
from pmf_engine.submissions.severity import DOUBT, LOST, NOTE, Kind
from pmf_engine.submissions.sheet_kinds import SHEET_KINDS

KINDS: Final[Mapping[ProblemKind, Kind]] = {
    ProblemKind.AMBIGUOUS_DATE: Kind(
        LOST,
        "`{text}` may be day first or month first, since {other} of this column can only be month first; write "
        "dates as `2017-01-31`",
    ),
    ProblemKind.AMBIGUOUS_PERIOD: Kind(
        LOST, "`{text}` may be a month or a year; write `{month}` for the month or `{year}` for the year"
    ),
    ProblemKind.AMBIGUOUS_YEAR: Kind(LOST, "`{text}` may be in one of two years; write `{first}` or `{second}`"),
    ProblemKind.BLANK: Kind(LOST, "no {what} in this row; {expected}"),
    ProblemKind.ARRIVAL_UNKNOWN: Kind(
        DOUBT,
        "{who}; it counts, but makes nothing green in a report as of a day before today, until {until}",
    ),
    ProblemKind.BAD_MANIFEST_DATES: Kind(LOST, "`covers_to` is before `covers_from`"),
    ProblemKind.CHECK_ANSWERED: Kind(NOTE, "{says}, and the sender's comment says that it is right: {numbers}"),
    ProblemKind.CHECK_DOUBT: Kind(
        DOUBT,
        "{says}: {numbers}; send what is wrong again, or where it is right repeat the number in the comment of its row",
    ),
    ProblemKind.CHECK_LOST: Kind(LOST, "{says}: {numbers}; none of them is used until what is wrong is sent again"),
    ProblemKind.CHECK_NOTE: Kind(NOTE, "{says}: {numbers}"),
    ProblemKind.COLUMNS_NOT_READ: Kind(NOTE, "{columns} are no columns of this list and are not read"),
    ProblemKind.COLUMN_TWICE: Kind(LOST, "two columns are called `{text}`; {so}"),
    ProblemKind.CUT_LIST: Kind(
        LOST,
        "the file ends within this record, and may have been cut short; nothing in this file is used, since nothing "
        "says how many records it lacks; send the whole file again",
    ),
    ProblemKind.CUT_ROW: Kind(
        LOST, "the file ends within this row, before `{column}`, so that it may be cut short; send the whole file again"
    ),
    ProblemKind.DAY_FOR_A_PERIOD: Kind(LOST, "`{text}` is a day, not a period; write the period, such as {example}"),
    ProblemKind.DECIMAL_SLIP: Kind(
        LOST,
        "`{text}` is {size} as all that came before ({low} to {high}); if it is right, repeat the number in the "
        "comment of its row, send it again in a later file, or let `plausible` of `{figure}` allow it",
    ),
    ProblemKind.DERIVED_COLUMN: Kind(
        NOTE, "`{text}` is worked out from other columns, or is no figure, and is not read"
    ),
    ProblemKind.DIGITS_LOST: Kind(
        LOST,
        "`{text}` is a number of which a spreadsheet has dropped the last digits; format the column as text and "
        "enter them again",
    ),
    ProblemKind.ERROR_CELL: Kind(
        LOST, "`{text}` is an error of a spreadsheet, and no value; mend it, and save the file again"
    ),
    ProblemKind.EMPTY_FILE: Kind(DOUBT, "nothing in this file"),
    ProblemKind.FORMAT_TELLS_LESS: Kind(
        NOTE,
        "a file of this kind does not say which of its rows are hidden and how its numbers are shown; better save it "
        "as .xlsx",
    ),
    ProblemKind.FORMAT_UNKNOWN: Kind(
        LOST,
        "`{text}` may be shown as a percentage, and a file of this kind does not say so; save it as .xlsx and send it "
        "again",
    ),
    ProblemKind.FRACTION: Kind(LOST, "`{text}` may be {percent} or {text}%; write which of them it is, with its `%`"),
    ProblemKind.FUTURE_RECORD: Kind(
        LOST, "`{text}` is after {day}, the last day that counts here; this record is not counted"
    ),
    ProblemKind.OUTSIDE_RECORD: Kind(
        LOST,
        "`{text}` is none of the days from {first} to {last} that this file speaks for; this record is not counted",
    ),
    ProblemKind.FILE_SUPERSEDED: Kind(
        NOTE, "`{other}` came later and speaks for {first} to {last}; for these days {what} are not counted"
    ),
    ProblemKind.COVERS_AFTER_RECEIVED: Kind(
        LOST,
        "`{text}` is after {received}, the day on which `{file}` was received, and a file covers no day after that; "
        "so none of its records is used until one of the two days is mended, such as `{line}`",
    ),
    ProblemKind.AFTER_RECEIPT: Kind(
        LOST, "`{text}` is after {day}, the day on which this file was received: no record can be of a day to come"
    ),
    ProblemKind.EMPTY_LIST: Kind(NOTE, "this file has a header and no records{so}"),
    ProblemKind.RECORDS_SHARED: Kind(
        LOST,
        "this file and `{other}` both cover {first} to {last} and have records in common, and nothing says which of "
        "the two came later; so no value of these days is used until {says} when each was received, or one is taken "
        "away",
    ),
    ProblemKind.OUT_OF_ORDER: Kind(
        LOST,
        "`{text}` is before {other}, which stands under `{column}`, and the dates of a record run in the order "
        "{order}; this record is set aside",
    ),
    ProblemKind.COVERS_HALF: Kind(
        LOST, "no {what} beside `{text}`; which days this file speaks for is not known, so it speaks for none"
    ),
    ProblemKind.FIGURE_COLUMN: Kind(
        LOST,
        "`{text}` is a figure with a column of its own beside `figure` and `value`; what stands in it is set aside",
    ),
    ProblemKind.FORMULA_CELL: Kind(
        LOST,
        "`{text}` is a formula whose result is not stored in this file; open the file in a spreadsheet, save it, "
        "and send it again",
    ),
    ProblemKind.STRUCK_THROUGH: Kind(LOST, "this cell is struck through: delete it, or write it without the line"),
    ProblemKind.UNSEEN_CELL: Kind(
        LOST, "this cell holds a number and does not show it: delete it, or give it another colour or format"
    ),
    ProblemKind.FILE_TWICE: Kind(DOUBT, "`{text}` stands in the manifest more than once; {so}"),
    ProblemKind.HIDDEN_COLUMNS: Kind(
        NOTE, "columns of this sheet are hidden ({count}); what stands in them is read like the others"
    ),
    ProblemKind.HIDDEN_COLUMNS_REFUSED: Kind(
        LOST,
        "this sheet hides {columns}, so what counts is not known and nothing in it is used; show or delete what is "
        "hidden, and send the file again",
    ),
    ProblemKind.HIDDEN_ROWS: Kind(
        NOTE, "rows of this sheet are hidden, {count} in all and the first here; they are read like the others"
    ),
    ProblemKind.HIDDEN_ROWS_REFUSED: Kind(
        LOST,
        "this sheet hides {rows}, by hand or by a filter, so what counts is not known and nothing in it is used; show "
        "or delete what is hidden, and send the file again",
    ),
    ProblemKind.HIDDEN_SHEET: Kind(
        DOUBT, "this sheet is hidden and is not read; if its records are meant, unhide it and send the file again"
    ),
    ProblemKind.LAYOUTS_DIFFER: Kind(
        LOST,
        "this can be read in two ways, and they differ: {first}, or {second}; nothing in this sheet is used: name the "
        "columns `period`, `agency`, `figure` and `value`, and send it again",
    ),
    ProblemKind.HIDDEN_SHEET_OF_FIGURES: Kind(
        DOUBT, "this sheet is hidden and is not read; if its figures are meant, unhide it and send the file again"
    ),
    ProblemKind.LINK: Kind(LOST, "this is a link, which is not followed; put what it leads to in its place"),
    ProblemKind.LIST_COLUMN_MISSING: Kind(
        LOST, "no column {missing} in this header; nothing in this file can be used{help}"
    ),
    ProblemKind.LIST_COLUMN_TWICE: Kind(LOST, "two columns are called `{text}`; nothing in this file can be used"),
    ProblemKind.IMPLAUSIBLE: Kind(
        LOST, "`{text}` is not plausible for `{figure}`, which is {allowed}; mend it, or widen `plausible`"
    ),
    ProblemKind.LONG_CELL: Kind(
        LOST,
        "a cell of this row, which begins with `{text}`, has more than {most} characters, the most that are read; this "
        "row is set aside",
    ),
    ProblemKind.LONGER_OUTDATED: Kind(
        NOTE, "parts of this period came later, in `{other}`; what they come to stands in the place of `{text}`"
    ),
    ProblemKind.LONGER_WITHOUT_PARTS: Kind(
        LOST,
        "parts of this period came later than `{text}`, in `{other}`, and not all of them are there; send the period "
        "again, or the parts that are missing",
    ),
    ProblemKind.LONGER_DIFFERS: Kind(DOUBT, "the figure for `{period}` is `{text}`, but {parts}; both stand as sent"),
    ProblemKind.MAY_BE_PART: Kind(
        LOST,
        "`{text}` stands in `{column}`, which is not a known column, so this row may be of a part and is set aside; "
        "send the number of all, or let `ignore_columns` of the board name the column",
    ),
    ProblemKind.MARKED: Kind(NOTE, "`{text}` {words}; the number is {so}"),
    ProblemKind.MERGED_CELL: Kind(
        LOST, "this cell is blank and {text}; what it holds is not known, so unmerge it and fill each cell"
    ),
    ProblemKind.MISNAMED_COLUMN: Kind(
        LOST,
        "`{text}` stands in `{column}`, which is not a known column; this row is set aside, "
        "since it may be of a group of `{by}`",
    ),
    ProblemKind.MISSING_COLUMN: Kind(
        LOST, "no column {missing} in this header; everything in this file is set aside{help}"
    ),
    ProblemKind.MONTH_FIRST_DATE: Kind(
        LOST, "`{text}` can only be month first, and dates are read day first; write dates as `2017-01-31`"
    ),
    ProblemKind.MORE_RECORDS: Kind(LOST, "there are more than {shown} such records in this file"),
    ProblemKind.NEGATIVE: Kind(LOST, "`{text}` is below zero, and `{figure}` cannot be"),
    ProblemKind.NO_FIGURES: Kind(DOUBT, "no sheet of this file holds figures"),
    ProblemKind.NO_FORMAT: Kind(NOTE, "this file is of no kind that is read, and nothing in it is used"),
    ProblemKind.NO_LAYOUT: Kind(
        LOST,
        "these values are in no layout that is known, and are not used; give them a header with "
        "`period`, `agency`, `figure` and `value`, or with figures or periods",
    ),
    ProblemKind.NOTHING_NAMES: Kind(
        LOST,
        "nothing names the {what} of these values, so they are not used; write it in a column, in the header, in a "
        "title, or in the name of the sheet or file",
    ),
    ProblemKind.NO_SUCH_FILE: Kind(DOUBT, "no file `{text}` in this folder{help}"),
    ProblemKind.NOT_A_DATE: Kind(LOST, "`{text}` is not a date; expected a date such as `2017-01-31` or `31/01/2017`"),
    ProblemKind.NOT_A_GRADE: Kind(LOST, "`{text}` is not a grade of `{scale}`; expected {grades}{help}"),
    ProblemKind.NOT_A_NUMBER: Kind(LOST, "`{text}` is not a number; {hint}"),
    ProblemKind.NOT_A_PERCENTAGE: Kind(
        LOST, "`{text}` is not a percentage; expected one from 0 to 100, such as `31%` or `31`"
    ),
    ProblemKind.NOT_A_PERIOD_COLUMN: Kind(
        LOST, "`{text}` heads a column of values among periods and is none, so nothing below it is used"
    ),
    ProblemKind.NOT_A_PERIOD: Kind(LOST, "`{text}` is not a period; expected a period such as {example}"),
    ProblemKind.NOT_A_LIST: Kind(
        LOST, "this is not list `{list}`; the first row that is not blank should name the columns {columns}"
    ),
    ProblemKind.NOT_A_TEXT: Kind(LOST, "`{text}` is not one text"),
    ProblemKind.NOT_YES_OR_NO: Kind(LOST, "`{text}` is not `yes` or `no`"),
    ProblemKind.NAME_NOT_TEXT: Kind(
        LOST, "the name of this file is not in UTF-8, so the file is not read; give it another name"
    ),
    ProblemKind.NOT_READ: Kind(LOST, "this file is not read; save it as .xlsx or .csv"),
    ProblemKind.NOT_A_FILE: Kind(
        LOST, "this is a pipe, a device or the like, and is not read; put a file in its place"
    ),
    ProblemKind.NOT_A_RETURN: Kind(
        LOST,
        "this is not a return; the first row that is not blank should name the columns `period`, "
        "`agency`, `figure` and `value`, or `period`, `agency` and figures",
    ),
    ProblemKind.NOT_WHOLE: Kind(
        LOST,
        "`{text}` has decimals, and `{figure}` {counted}; send the whole number, or let `unit` or `whole: false` of "
        "the figure allow decimals",
    ),
    ProblemKind.NOTES_NOT_READ: Kind(
        NOTE, "notes under {columns} are not read; what is to be shown stands in `comment`"
    ),
    ProblemKind.NULL_TEXT: Kind(LOST, "`{text}` says that this cell is blank; every record of `{list}` has {what}"),
    ProblemKind.PART_ASIDE: Kind(
        NOTE,
        "`{text}` stands in `{column}`, which is not a known column, so this row may be of a part; "
        "a row of the same file without it counts",
    ),
    ProblemKind.PERCENT_OF_A_COUNT: Kind(
        LOST,
        "`{text}` is a percentage, and `{figure}` is none; send the number itself, or give a stock that is a "
        "percentage `unit: percent`",
    ),
    ProblemKind.PERIOD_MISALIGNED: Kind(
        LOST, "`{text}` does not begin where a period of `{figure}` does; its year starts in another month"
    ),
    ProblemKind.PERIOD_TOO_SHORT: Kind(LOST, "`{text}` is shorter than a period of `{figure}`, which is {frequency}"),
    ProblemKind.RECEIVED_IN_FUTURE: Kind(
        LOST,
        "`{text}` is still to come, so `{file}` cannot have been received then; write the day on which it came",
    ),
    ProblemKind.RECEIVED_EARLY: Kind(
        LOST,
        "`{text}` is for {period}, which ends on {last}, and this file was received before, on {received}; "
        "it is not used: send the figure again when the period is over, or correct its `received_on`",
    ),
    ProblemKind.PASTED_RECORDS: Kind(
        LOST,
        "{how}, as if an extract was pasted twice; nothing in this file can be used until each record is sent once; "
        "where they are different records, the list needs a column that tells them apart",
    ),
    ProblemKind.REPEATED_RECORD: Kind(DOUBT, "this record is the same as {place}; both are counted"),
    ProblemKind.SAME_AS_BEFORE: Kind(
        DOUBT,
        "all {count} numbers of this return are those of the period before; send it again, or where they are right "
        "repeat one of them in the comment of its row",
    ),
    ProblemKind.SENT_TWICE: Kind(
        LOST, "`{text}` here but `{other}` in {place}; both are set aside, since nothing says which came later"
    ),
    ProblemKind.SHEET_NOT_READ: Kind(
        NOTE, "this sheet is not list `{list}`, which another sheet of the file is; it is not read"
    ),
    ProblemKind.SHEET_WITHOUT_HEADER: Kind(
        LOST,
        "this sheet has no header of list `{list}`, but rows like its records; give it the header of the other "
        "sheet, or take it out of the file",
    ),
    ProblemKind.SPLIT_NUMBER: Kind(
        LOST,
        "`{text}` looks like one number that its comma has split over two cells; "
        "write it in quotes or without the comma",
    ),
    ProblemKind.SPELL_REVERSED: Kind(LOST, "this spell ends on {end}, before it starts on {start}; it is set aside"),
    ProblemKind.SUPERSEDED: Kind(NOTE, "`{text}` was replaced by `{other}` in {place}, which came later"),
    ProblemKind.SURPLUS_CELL: Kind(LOST, "`{text}` stands beyond the last column that has a name"),
    ProblemKind.SWALLOWED_RECORDS: Kind(
        LOST,
        'a quote (") opens in this row and closes in a later one, so that the records between are one cell; '
        "nothing in this file can be used before it is mended",
    ),
    ProblemKind.TITLES_DIFFER: Kind(
        LOST,
        "the titles and names of this sheet and its file name more than one {what}, `{first}` and `{second}`; nothing "
        "in this sheet is used until they agree",
    ),
    ProblemKind.TOLD_APART: Kind(
        LOST, "nothing that is known tells this from {place}, only the text under {columns}; both are set aside"
    ),
    ProblemKind.TOO_LARGE: Kind(LOST, "`{text}` is too large to be a figure"),
    ProblemKind.TOTAL_BY_SUM: Kind(
        LOST,
        "`{text}` is the sum of all other groups of `{by}` in this file, so it may be their total; list the groups of "
        "`{by}` in indicators.yaml, or leave the cell blank for the whole",
    ),
    ProblemKind.TOTAL_OF_GROUPS: Kind(
        LOST,
        "`{text}` is a total and no group of `{by}`; leave the cell blank for the whole{help}",
    ),
    ProblemKind.TWO_BREAKDOWNS: Kind(
        LOST, "`{text}` stands beside another breakdown; a row is of one breakdown, or of none for the whole"
    ),
    ProblemKind.TWO_ENCODINGS: Kind(
        NOTE,
        "some lines of this file are in UTF-8 and others, of which this is the first, in Windows-1252; each is "
        "read in its own",
    ),
    ProblemKind.UNCLOSED_QUOTE: Kind(LOST, 'a quote (") opens in this row and is not closed; this row is set aside'),
    ProblemKind.UNKNOWN_AGENCY: Kind(LOST, "unknown agency `{text}`{help}"),
    ProblemKind.UNKNOWN_COLUMN: Kind(DOUBT, "unknown column `{text}`{help}"),
    ProblemKind.UNKNOWN_FIGURE: Kind(LOST, "unknown figure `{text}`{help}"),
    ProblemKind.UNKNOWN_GROUP: Kind(LOST, "unknown group `{text}` of `{by}`{help}"),
    ProblemKind.UNREADABLE_FOLDER: Kind(LOST, "cannot open this folder, so nothing in it is read: {why}"),
    ProblemKind.UNREADABLE: Kind(LOST, "cannot read this file: {why}"),
    ProblemKind.WHOLE_DIFFERS: Kind(
        DOUBT, "the whole is `{text}`, but its groups by `{by}` add up to {total}; the whole stands"
    ),
    ProblemKind.NOT_A_VALUE: Kind(LOST, "`{text}` is none of the values of `{column}`; expected {values}{help}"),
    ProblemKind.NOT_THEN: Kind(
        LOST,
        "`{what}` is not asked for in {period}; send it for another, or say since or until when it is there",
    ),
    ProblemKind.WHOLE_CONTRADICTS: Kind(
        LOST,
        "the whole is `{text}`, but its groups by `{by}` add up to {total}; nobody can tell which is right, so the "
        "whole has no value until one of them is sent again",
    ),
    ProblemKind.WHOLE_CORRECTED: Kind(
        DOUBT,
        "the whole was corrected to `{text}` after its groups by `{by}` came, which add up to {total}; "
        "the whole stands",
    ),
    ProblemKind.WHOLE_IS_PARTIAL: Kind(
        LOST,
        "the whole is `{text}`, which is just the sum of its groups by `{by}` without {without}, of which there is no "
        "number; send the whole with all its groups, or the missing numbers, 0 where there were none",
    ),
    ProblemKind.WHOLE_OUTDATED: Kind(
        NOTE, "groups by `{by}` came later than the whole `{text}`; their sum, {total}, stands in its place"
    ),
    ProblemKind.WHOLE_WITHOUT_GROUPS: Kind(
        LOST,
        "groups by `{by}` came later than the whole `{text}` and add up to {total}, but not all of them are there; "
        "send the whole again, or the groups that are missing",
    ),
    ProblemKind.TEXT_NOWHERE: Kind(NOTE, "no record of this list has `{text}` under `{column}`, which {who} for{help}"),
    ProblemKind.TEXT_SLIP: Kind(
        LOST,
        "`{text}` is one slip away from `{asked}`, which {who} for, and nothing asks for `{text}`{more}; so what rests "
        "on `{asked}` has no value where such a record counts: mend the one that is wrong, or list both in `values` of "
        "`{column}`",
    ),
    ProblemKind.WRONG_SENDER: Kind(LOST, "`{agency}` does not send `{figure}`; it comes from {senders}"),
    ProblemKind.ZERO_BYTE: Kind(LOST, "`{text}` holds a zero byte, which is part of no text"),
    ProblemKind.ZERO_BYTE_IN_FILE: Kind(
        LOST, "this row holds a zero byte, which is part of no text; nothing in this file can be used"
    ),
    **REGISTER_KINDS,
    **SHEET_KINDS,
}
"""Every kind of problem with its severity and wording. A wording is a plain clause without capital or full stop."""

NOTHING_READ: Final = frozenset(
    {
        ProblemKind.LINK,
        ProblemKind.NAME_NOT_TEXT,
        ProblemKind.NO_FORMAT,
        ProblemKind.NOT_A_FILE,
        ProblemKind.NOT_READ,
        ProblemKind.UNREADABLE,
        ProblemKind.UNREADABLE_FOLDER,
    }
)
"""The kinds of problems of files that were not read at all, and so may contain any figure or record."""
