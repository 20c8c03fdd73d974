"""Problems of submissions: the columns of their frame, and the wording of every kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest

PROBLEMS: dict[str, Any] = {
    "file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String, "text": pl.String,
    "kind": pl.String, "message": pl.String,
}  # fmt: skip

WORDING = {
    "ambiguous-period": "`{text}` may be a month or a year; write `{month}` for the month or `{year}` for the year",
    "blank": "no {what} in this row; {expected}",
    "bad-manifest-dates": "`covers_to` is before `covers_from`",
    "columns-not-read": "{columns} are no columns of this list and are not read",
    "column-twice": "two columns are called `{text}`; {so}",
    "empty-file": "nothing in this file",
    "future-record": "`{text}` is after {day}, the last day that counts here; this record is not counted",
    "outside-record": "`{text}` is none of the days from {first} to {last} that this file speaks for; "
    "this record is not counted",
    "file-superseded": "`{other}` came later and speaks for {first} to {last}; for these days {what} are not counted",
    "covers-half": "no {what} beside `{text}`; which days this file speaks for is not known, so it speaks for none",
    "figure-column": "`{text}` is a figure with a column of its own beside `figure` and `value`; "
    "what stands in it is set aside",
    "file-twice": "`{text}` stands in the manifest more than once; {so}",
    "list-column-missing": "no column {missing} in this header; nothing in this file can be used{help}",
    "list-column-twice": "two columns are called `{text}`; nothing in this file can be used",
    "longer-differs": "the figure for `{period}` is `{text}`, but {parts}; both stand as sent",
    "misnamed-column": "`{text}` stands in `{column}`, which is not a known column; this row is set aside, "
    "since it may be of a group of `{by}`",
    "missing-column": "no column {missing} in this header; everything in this file is set aside",
    "more-records": "there are more than {shown} such records in this file",
    "negative": "`{text}` is below zero, and `{figure}` cannot be",
    "no-such-file": "no file `{text}` in this folder{help}",
    "not-a-date": "`{text}` is not a date; expected a date such as `2017-01-31` or `31/01/2017`",
    "not-a-grade": "`{text}` is not a grade of `{scale}`; expected {grades}{help}",
    "not-a-number": "`{text}` is not a number; {hint}",
    "not-a-period": "`{text}` is not a period; expected a period such as {example}",
    "not-a-list": "this is not list `{list}`; the first row that is not blank should name the columns {columns}",
    "not-a-text": "`{text}` is not one text",
    "not-yes-or-no": "`{text}` is not `yes` or `no`",
    "not-read": "this file is not read; save it as CSV",
    "not-a-return": "this is not a return; the first row that is not blank should name the columns `period`, "
    "`agency`, `figure` and `value`, or `period`, `agency` and figures",
    "period-misaligned": "`{text}` does not begin where a period of `{figure}` does; its year starts in another month",
    "period-too-short": "`{text}` is shorter than a period of `{figure}`, which is {frequency}",
    "repeated-record": "this record is the same as {place}; both are counted",
    "sent-twice": "`{text}` here but `{other}` in {place}; both are set aside, since nothing says which came later",
    "sheet-not-read": "this sheet is not list `{list}`, which another sheet of the file is; it is not read",
    "split-number": "`{text}` looks like one number that its comma has split over two cells; "
    "write it in quotes or without the comma",
    "spell-reversed": "this spell ends on {end}, before it starts on {start}; it is set aside",
    "superseded": "`{text}` was replaced by `{other}` in {place}, which came later",
    "surplus-cell": "`{text}` stands beyond the last column that has a name",
    "told-apart": "nothing that is known tells this from {place}, only the text under {columns}; both are set aside",
    "too-large": "`{text}` is too large to be a figure",
    "two-breakdowns": "`{text}` stands beside another breakdown; a row is of one breakdown, or of none for the whole",
    "unclosed-quote": 'a quote (") opens in this row and is not closed; this row is set aside',
    "unknown-agency": "unknown agency `{text}`{help}",
    "unknown-column": "unknown column `{text}`{help}",
    "unknown-figure": "unknown figure `{text}`{help}",
    "unknown-group": "unknown group `{text}` of `{by}`{help}",
    "unreadable": "cannot read this file: {why}",
    "whole-differs": "the whole is `{text}`, but its groups by `{by}` add up to {total}; the whole stands",
    "wrong-sender": "`{agency}` does not send `{figure}`; it comes from {senders}",
}
"""The wording of every problem, by its kind. Matter of fact, no capital, no full stop."""


class Problem(NamedTuple):
    """Something in a submission that was not used as it came, or needs a person to look; one row of `problems`."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    text: str | None
    kind: str
    message: str


def say(kind: str, **words: object) -> str:
    """The message of a problem of this kind."""
    return WORDING[kind].format_map(words)


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names in backticks, as a sentence lists them."""
    quoted = [f"`{name}`" for name in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def meant(text: str, known: Iterable[str]) -> str:
    """The end of a message that says which known name is near, or nothing."""
    found = nearest(text[:100], known)
    return f"; did you mean `{found}`?" if found else ""


PLACE = ("file", "sheet", "row", "column")


def together(*problems: pl.DataFrame) -> pl.DataFrame:
    """Problems as one frame, each once, in the order of their places."""
    return pl.concat(problems).unique().sort(*PLACE, "kind", "message", "text")
