"""Kinds of problems of the registers of the board: actions, requests, reviews and money."""

from __future__ import annotations

from typing import Final

from pmf_engine.submissions.severity import DOUBT, LOST, NOTE, Kind

REGISTER_KINDS: Final = {
    "register-blank": Kind(DOUBT, "no `{column}` in this row; write {expected}"),
    "register-column-missing": Kind(
        LOST, "no column {missing} in this header of `{register}`; nothing in this table can be used"
    ),
    "register-day-order": Kind(
        LOST, "`{text}` is before {other}, which stands under `{column}`; it is not used: mend the one that is wrong"
    ),
    "register-group-alone": Kind(LOST, "nothing says which breakdown `{text}` is a group of; write it under `by`"),
    "register-id-twice": Kind(LOST, "`{text}` stands in rows {rows} of this file, and they differ, so none is used"),
    "register-name": Kind(LOST, "unknown {what} `{text}`{help}"),
    "register-row-blank": Kind(LOST, "no `{column}` in this row, so it is not used; write {expected}"),
    "register-row-aside": Kind(LOST, "`{text}` is not {expected}{help}; this row is not used"),
    "register-sent-twice": Kind(
        LOST,
        "`{text}` says something else in {place}; neither is used, since nothing says which came later: let "
        "manifest.csv say when each was received",
    ),
    "register-state": Kind(DOUBT, "`{text}` {contradiction}; it counts as {state} until one of the two is mended"),
    "register-undated": Kind(
        NOTE, "manifest.csv does not say when this file was received, so it counts in reports as of every day"
    ),
    "register-value": Kind(LOST, "`{text}` is not {expected}"),
}
"""Every kind of problem of a register with its severity and wording."""
