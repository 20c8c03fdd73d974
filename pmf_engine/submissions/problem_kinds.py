"""Kinds of problems: how severe each is, and its wording."""

from __future__ import annotations

from typing import Final

from pmf_engine.submissions.register_kinds import REGISTER_KINDS
from pmf_engine.submissions.severity import DOUBT, LOST, NOTE, Kind

KINDS = {
    "ambiguous-date": Kind(
        LOST,
        "`{text}` may be day first or month first, since {other} of this column can only be month first; write "
        "dates as `2017-01-31`",
    ),
    "ambiguous-period": Kind(
        LOST, "`{text}` may be a month or a year; write `{month}` for the month or `{year}` for the year"
    ),
    "ambiguous-year": Kind(LOST, "`{text}` may be in one of two years; write `{first}` or `{second}`"),
    "blank": Kind(LOST, "no {what} in this row; {expected}"),
    "arrival-unknown": Kind(
        DOUBT,
        "{who}; it counts, but makes nothing green in a report as of a day before today, until {until}",
    ),
    "bad-manifest-dates": Kind(LOST, "`covers_to` is before `covers_from`"),
    "check-answered": Kind(NOTE, "{says}, and the sender's comment says that it is right: {numbers}"),
    "check-doubt": Kind(
        DOUBT,
        "{says}: {numbers}; send what is wrong again, or where it is right repeat the number in the comment of its row",
    ),
    "check-lost": Kind(LOST, "{says}: {numbers}; none of them is used until what is wrong is sent again"),
    "check-note": Kind(NOTE, "{says}: {numbers}"),
    "columns-not-read": Kind(NOTE, "{columns} are no columns of this list and are not read"),
    "column-twice": Kind(LOST, "two columns are called `{text}`; {so}"),
    "cut-list": Kind(
        LOST,
        "the file ends within this record, and may have been cut short; nothing in this file is used, since nothing "
        "says how many records it lacks; send the whole file again",
    ),
    "cut-row": Kind(
        LOST, "the file ends within this row, before `{column}`, so that it may be cut short; send the whole file again"
    ),
    "day-for-a-period": Kind(LOST, "`{text}` is a day, not a period; write the period, such as {example}"),
    "decimal-slip": Kind(
        LOST,
        "`{text}` is {size} as all that came before ({low} to {high}); if it is right, repeat the number in the "
        "comment of its row, send it again in a later file, or let `plausible` of `{figure}` allow it",
    ),
    "derived-column": Kind(NOTE, "`{text}` is worked out from other columns, or is no figure, and is not read"),
    "digits-lost": Kind(
        LOST,
        "`{text}` is a number of which a spreadsheet has dropped the last digits; format the column as text and "
        "enter them again",
    ),
    "error-cell": Kind(LOST, "`{text}` is an error of a spreadsheet, and no value; mend it, and save the file again"),
    "empty-file": Kind(DOUBT, "nothing in this file"),
    "format-tells-less": Kind(
        NOTE,
        "a file of this kind does not say which of its rows are hidden and how its numbers are shown; better save it "
        "as .xlsx",
    ),
    "format-unknown": Kind(
        LOST,
        "`{text}` may be shown as a percentage, and a file of this kind does not say so; save it as .xlsx and send it "
        "again",
    ),
    "fraction": Kind(LOST, "`{text}` may be {percent} or {text}%; write which of them it is, with its `%`"),
    "future-record": Kind(LOST, "`{text}` is after {day}, the last day that counts here; this record is not counted"),
    "outside-record": Kind(
        LOST,
        "`{text}` is none of the days from {first} to {last} that this file speaks for; this record is not counted",
    ),
    "file-superseded": Kind(
        NOTE, "`{other}` came later and speaks for {first} to {last}; for these days {what} are not counted"
    ),
    "covers-after-received": Kind(
        LOST,
        "`{text}` is after {received}, the day on which `{file}` was received, and a file covers no day after that; "
        "so none of its records is used until one of the two days is mended, such as `{line}`",
    ),
    "after-receipt": Kind(
        LOST, "`{text}` is after {day}, the day on which this file was received: no record can be of a day to come"
    ),
    "empty-list": Kind(NOTE, "this file has a header and no records{so}"),
    "records-shared": Kind(
        LOST,
        "this file and `{other}` both cover {first} to {last} and have records in common, and nothing says which of "
        "the two came later; so no value of these days is used until {says} when each was received, or one is taken "
        "away",
    ),
    "out-of-order": Kind(
        LOST,
        "`{text}` is before {other}, which stands under `{column}`, and the dates of a record run in the order "
        "{order}; this record is set aside",
    ),
    "covers-half": Kind(
        LOST, "no {what} beside `{text}`; which days this file speaks for is not known, so it speaks for none"
    ),
    "figure-column": Kind(
        LOST,
        "`{text}` is a figure with a column of its own beside `figure` and `value`; what stands in it is set aside",
    ),
    "formula-cell": Kind(
        LOST,
        "`{text}` is a formula whose result is not stored in this file; open the file in a spreadsheet, save it, "
        "and send it again",
    ),
    "file-twice": Kind(DOUBT, "`{text}` stands in the manifest more than once; {so}"),
    "hidden-columns": Kind(
        NOTE, "columns of this sheet are hidden ({count}); what stands in them is read like the others"
    ),
    "hidden-columns-refused": Kind(
        LOST,
        "columns of this sheet are hidden ({count}), so what counts is not known and nothing in it is used; unhide or "
        "delete them, and send the file again",
    ),
    "hidden-rows": Kind(
        NOTE, "rows of this sheet are hidden, {count} in all and the first here; they are read like the others"
    ),
    "hidden-rows-refused": Kind(
        LOST,
        "rows {rows} of this sheet are hidden or filtered out, so what counts is not known and nothing in it is used; "
        "unhide or delete them, and send the file again",
    ),
    "hidden-sheet": Kind(
        DOUBT, "this sheet is hidden and is not read; if its records are meant, unhide it and send the file again"
    ),
    "layouts-differ": Kind(
        LOST,
        "this can be read in two ways, and they differ: {first}, or {second}; nothing in this sheet is used: name the "
        "columns `period`, `agency`, `figure` and `value`, and send it again",
    ),
    "hidden-sheet-of-figures": Kind(
        DOUBT, "this sheet is hidden and is not read; if its figures are meant, unhide it and send the file again"
    ),
    "link": Kind(LOST, "this is a link, which is not followed; put what it leads to in its place"),
    "list-column-missing": Kind(LOST, "no column {missing} in this header; nothing in this file can be used{help}"),
    "list-column-twice": Kind(LOST, "two columns are called `{text}`; nothing in this file can be used"),
    "implausible": Kind(
        LOST, "`{text}` is not plausible for `{figure}`, which is {allowed}; mend it, or widen `plausible`"
    ),
    "long-cell": Kind(
        LOST,
        "a cell of this row, which begins with `{text}`, has more than {most} characters, the most that are read; this "
        "row is set aside",
    ),
    "longer-outdated": Kind(
        NOTE, "parts of this period came later, in `{other}`; what they come to stands in the place of `{text}`"
    ),
    "longer-without-parts": Kind(
        LOST,
        "parts of this period came later than `{text}`, in `{other}`, and not all of them are there; send the period "
        "again, or the parts that are missing",
    ),
    "longer-differs": Kind(DOUBT, "the figure for `{period}` is `{text}`, but {parts}; both stand as sent"),
    "may-be-part": Kind(
        LOST,
        "`{text}` stands in `{column}`, which is not a known column, so this row may be of a part and is set aside; "
        "send the number of all, or let `ignore_columns` of the board name the column",
    ),
    "marked": Kind(NOTE, "`{text}` {words}; the number is {so}"),
    "merged-cell": Kind(
        LOST, "this cell is blank and {text}; what it holds is not known, so unmerge it and fill each cell"
    ),
    "misnamed-column": Kind(
        LOST,
        "`{text}` stands in `{column}`, which is not a known column; this row is set aside, "
        "since it may be of a group of `{by}`",
    ),
    "missing-column": Kind(LOST, "no column {missing} in this header; everything in this file is set aside"),
    "month-first-date": Kind(
        LOST, "`{text}` can only be month first, and dates are read day first; write dates as `2017-01-31`"
    ),
    "more-records": Kind(LOST, "there are more than {shown} such records in this file"),
    "negative": Kind(LOST, "`{text}` is below zero, and `{figure}` cannot be"),
    "no-figures": Kind(DOUBT, "no sheet of this file holds figures"),
    "no-format": Kind(NOTE, "this file is of no kind that is read, and nothing in it is used"),
    "no-layout": Kind(
        LOST,
        "these values are in no layout that is known, and are not used; give them a header with "
        "`period`, `agency`, `figure` and `value`, or with figures or periods",
    ),
    "nothing-names": Kind(
        LOST,
        "nothing names the {what} of these values, so they are not used; write it in a column, in the header, in a "
        "title, or in the name of the sheet or file",
    ),
    "no-such-file": Kind(DOUBT, "no file `{text}` in this folder{help}"),
    "not-a-date": Kind(LOST, "`{text}` is not a date; expected a date such as `2017-01-31` or `31/01/2017`"),
    "not-a-grade": Kind(LOST, "`{text}` is not a grade of `{scale}`; expected {grades}{help}"),
    "not-a-number": Kind(LOST, "`{text}` is not a number; {hint}"),
    "not-a-percentage": Kind(LOST, "`{text}` is not a percentage; expected one from 0 to 100, such as `31%` or `31`"),
    "not-a-period-column": Kind(
        LOST, "`{text}` heads a column of values among periods and is none, so nothing below it is used"
    ),
    "not-a-period": Kind(LOST, "`{text}` is not a period; expected a period such as {example}"),
    "not-a-list": Kind(
        LOST, "this is not list `{list}`; the first row that is not blank should name the columns {columns}"
    ),
    "not-a-text": Kind(LOST, "`{text}` is not one text"),
    "not-yes-or-no": Kind(LOST, "`{text}` is not `yes` or `no`"),
    "name-not-text": Kind(LOST, "the name of this file is not in UTF-8, so the file is not read; give it another name"),
    "not-read": Kind(LOST, "this file is not read; save it as CSV"),
    "not-a-file": Kind(LOST, "this is a pipe, a device or the like, and is not read; put a file in its place"),
    "not-a-return": Kind(
        LOST,
        "this is not a return; the first row that is not blank should name the columns `period`, "
        "`agency`, `figure` and `value`, or `period`, `agency` and figures",
    ),
    "not-whole": Kind(
        LOST,
        "`{text}` has decimals, and `{figure}` {counted}; send the whole number, or let `unit` or `whole: false` of "
        "the figure allow decimals",
    ),
    "notes-not-read": Kind(NOTE, "notes under {columns} are not read; what is to be shown stands in `comment`"),
    "null-text": Kind(LOST, "`{text}` says that this cell is blank; every record of `{list}` has {what}"),
    "part-aside": Kind(
        NOTE,
        "`{text}` stands in `{column}`, which is not a known column, so this row may be of a part; "
        "a row of the same file without it counts",
    ),
    "percent-of-a-count": Kind(
        LOST,
        "`{text}` is a percentage, and `{figure}` is none; send the number itself, or give a stock that is a "
        "percentage `unit: percent`",
    ),
    "period-misaligned": Kind(
        LOST, "`{text}` does not begin where a period of `{figure}` does; its year starts in another month"
    ),
    "period-too-short": Kind(LOST, "`{text}` is shorter than a period of `{figure}`, which is {frequency}"),
    "received-in-future": Kind(
        LOST,
        "`{text}` is still to come, so `{file}` cannot have been received then; write the day on which it came",
    ),
    "received-early": Kind(
        LOST,
        "`{text}` is for {period}, which ends on {last}, and this file was received before, on {received}; "
        "it is not used: send the figure again when the period is over, or correct its `received_on`",
    ),
    "repeated-record": Kind(DOUBT, "this record is the same as {place}; both are counted"),
    "same-as-before": Kind(
        DOUBT,
        "all {count} numbers of this return are those of the period before; send it again, or where they are right "
        "repeat one of them in the comment of its row",
    ),
    "sent-twice": Kind(
        LOST, "`{text}` here but `{other}` in {place}; both are set aside, since nothing says which came later"
    ),
    "sheet-not-read": Kind(NOTE, "this sheet is not list `{list}`, which another sheet of the file is; it is not read"),
    "sheet-without-header": Kind(
        LOST,
        "this sheet has no header of list `{list}`, but rows like its records; give it the header of the other "
        "sheet, or take it out of the file",
    ),
    "split-number": Kind(
        LOST,
        "`{text}` looks like one number that its comma has split over two cells; "
        "write it in quotes or without the comma",
    ),
    "spell-reversed": Kind(LOST, "this spell ends on {end}, before it starts on {start}; it is set aside"),
    "superseded": Kind(NOTE, "`{text}` was replaced by `{other}` in {place}, which came later"),
    "surplus-cell": Kind(LOST, "`{text}` stands beyond the last column that has a name"),
    "swallowed-records": Kind(
        LOST,
        'a quote (") opens in this row and closes in a later one, so that the records between are one cell; '
        "nothing in this file can be used before it is mended",
    ),
    "titles-differ": Kind(
        LOST,
        "the titles and names of this sheet and its file name more than one {what}, `{first}` and `{second}`; nothing "
        "in this sheet is used until they agree",
    ),
    "told-apart": Kind(
        LOST, "nothing that is known tells this from {place}, only the text under {columns}; both are set aside"
    ),
    "too-large": Kind(LOST, "`{text}` is too large to be a figure"),
    "total-by-sum": Kind(
        LOST,
        "`{text}` is the sum of all other groups of `{by}` in this file, so it may be their total; list the groups of "
        "`{by}` in indicators.yaml, or leave the cell blank for the whole",
    ),
    "total-of-groups": Kind(
        LOST,
        "`{text}` is a total and no group of `{by}`; leave the cell blank for the whole{help}",
    ),
    "two-breakdowns": Kind(
        LOST, "`{text}` stands beside another breakdown; a row is of one breakdown, or of none for the whole"
    ),
    "two-encodings": Kind(
        NOTE,
        "some lines of this file are in UTF-8 and others, of which this is the first, in Windows-1252; each is "
        "read in its own",
    ),
    "unclosed-quote": Kind(LOST, 'a quote (") opens in this row and is not closed; this row is set aside'),
    "unknown-agency": Kind(LOST, "unknown agency `{text}`{help}"),
    "unknown-column": Kind(DOUBT, "unknown column `{text}`{help}"),
    "unknown-figure": Kind(LOST, "unknown figure `{text}`{help}"),
    "unknown-group": Kind(LOST, "unknown group `{text}` of `{by}`{help}"),
    "unreadable-folder": Kind(LOST, "cannot open this folder, so nothing in it is read: {why}"),
    "unreadable": Kind(LOST, "cannot read this file: {why}"),
    "whole-differs": Kind(DOUBT, "the whole is `{text}`, but its groups by `{by}` add up to {total}; the whole stands"),
    "not-a-value": Kind(LOST, "`{text}` is none of the values of `{column}`; expected {values}{help}"),
    "not-then": Kind(
        LOST,
        "`{what}` is not asked for in {period}; send it for another, or say since or until when it is there",
    ),
    "whole-contradicts": Kind(
        LOST,
        "the whole is `{text}`, but its groups by `{by}` add up to {total}; nobody can tell which is right, so the "
        "whole has no value until one of them is sent again",
    ),
    "whole-corrected": Kind(
        DOUBT,
        "the whole was corrected to `{text}` after its groups by `{by}` came, which add up to {total}; "
        "the whole stands",
    ),
    "whole-outdated": Kind(
        NOTE, "groups by `{by}` came later than the whole `{text}`; their sum, {total}, stands in its place"
    ),
    "whole-without-groups": Kind(
        LOST,
        "groups by `{by}` came later than the whole `{text}` and add up to {total}, but not all of them are there; "
        "send the whole again, or the groups that are missing",
    ),
    "text-nowhere": Kind(NOTE, "no record of this list has `{text}` under `{column}`, which {who} for{help}"),
    "text-slip": Kind(
        LOST,
        "`{text}` is one slip away from `{asked}`, which {who} for, and nothing asks for `{text}`{more}; so what rests "
        "on `{asked}` has no value where such a record counts: mend the one that is wrong, or list both in `values` of "
        "`{column}`",
    ),
    "wrong-sender": Kind(LOST, "`{agency}` does not send `{figure}`; it comes from {senders}"),
    "zero-byte": Kind(LOST, "`{text}` holds a zero byte, which is part of no text"),
    "zero-byte-in-file": Kind(
        LOST, "this row holds a zero byte, which is part of no text; nothing in this file can be used"
    ),
    **REGISTER_KINDS,
}
"""Every kind of problem with its severity and wording. A wording is a plain clause without capital or full stop."""

NOTHING_READ: Final = frozenset(
    {"link", "name-not-text", "no-format", "not-a-file", "not-read", "unreadable", "unreadable-folder"}
)
"""The kinds of problems of files that were not read at all, and so may contain any figure or record."""
