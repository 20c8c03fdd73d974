"""Kinds of problems of the registers of the board: actions, requests, reviews and money."""

from __future__ import annotations

from typing import Final

from pmf_engine.domain.problem_kind import ProblemKind
from pmf_engine.submissions.severity import DOUBT, LOST, NOTE, Kind

REGISTER_KINDS: Final = {
    ProblemKind.REGISTER_BLANK: Kind(DOUBT, "no `{column}` in this row; write {expected}"),
    ProblemKind.REGISTER_COLUMN_MISSING: Kind(
        LOST, "no column {missing} in this header of `{register}`; nothing in this table can be used"
    ),
    ProblemKind.REGISTER_DAY_ORDER: Kind(
        LOST, "`{text}` is before {other}, which stands under `{column}`; it is not used: mend the one that is wrong"
    ),
    ProblemKind.REGISTER_GROUP_ALONE: Kind(
        LOST, "nothing says which breakdown `{text}` is a group of; write it under `by`"
    ),
    ProblemKind.REGISTER_ID_TWICE: Kind(
        LOST, "`{text}` stands in rows {rows} of this file, and they differ, so none is used"
    ),
    ProblemKind.REGISTER_NAME: Kind(LOST, "unknown {what} `{text}`{help}"),
    ProblemKind.REGISTER_ROW_BLANK: Kind(LOST, "no `{column}` in this row, so it is not used; write {expected}"),
    ProblemKind.REGISTER_ROW_ASIDE: Kind(LOST, "`{text}` is not {expected}{help}; this row is not used"),
    ProblemKind.REGISTER_SENT_TWICE: Kind(
        LOST,
        "`{text}` says something else in {place}; neither is used, since nothing says which came later: let "
        "manifest.csv say when each was received",
    ),
    ProblemKind.REGISTER_STATE: Kind(
        DOUBT, "`{text}` {contradiction}; it counts as {state} until one of the two is mended"
    ),
    ProblemKind.REGISTER_UNDATED: Kind(
        NOTE, "manifest.csv does not say when this file was received, so it counts in reports as of every day"
    ),
    ProblemKind.REGISTER_VALUE: Kind(LOST, "`{text}` is not {expected}"),
}
"""Every kind of problem of a register with its severity and wording."""
