"""The frames that come out of the library, with a line for each of their columns.

    pmf.schemas.RESULTS.polars()  # names and types, as Polars takes them
    pmf.schemas.RESULTS.columns["value"].doc

Columns keep their names, types, order and meaning; new ones come behind them. docs/schemas.md has them as tables.
"""

from __future__ import annotations

from typing import Final

from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.evaluation.actions import JUDGED_ACTIONS
from pmf_engine.evaluation.comparison import CHANGES
from pmf_engine.evaluation.outstanding import OUTSTANDING
from pmf_engine.evaluation.results import EXCEPTIONS, HISTORY, RESULTS
from pmf_engine.report.result_words import RESULTS_IN_WORDS
from pmf_engine.submissions.problems import PROBLEMS
from pmf_engine.submissions.readings import READINGS
from pmf_engine.submissions.registers import ACTIONS, MONEY, REQUESTS, REVIEWS
from pmf_engine.submissions.submissions import FILES

__all__ = [
    "ACTIONS",
    "ALL",
    "CHANGES",
    "EXCEPTIONS",
    "FILES",
    "HISTORY",
    "JUDGED_ACTIONS",
    "MONEY",
    "OUTSTANDING",
    "PROBLEMS",
    "READINGS",
    "REQUESTS",
    "RESULTS",
    "RESULTS_IN_WORDS",
    "REVIEWS",
    "Column",
    "FrameSchema",
]

ALL: Final = {
    "Evaluation.results": RESULTS,
    "`pmf evaluate` as CSV, JSON and Parquet": RESULTS_IN_WORDS,
    "Evaluation.exceptions": EXCEPTIONS,
    "Evaluation.history": HISTORY,
    "Evaluation.outstanding": OUTSTANDING,
    "Evaluation.problems and Submissions.problems": PROBLEMS,
    "Comparison.changes": CHANGES,
    "Submissions.readings": READINGS,
    "Submissions.files": FILES,
    "Submissions.actions": ACTIONS,
    "Evaluation.actions": JUDGED_ACTIONS,
    "Submissions.requests": REQUESTS,
    "Submissions.reviews": REVIEWS,
    "Submissions.money": MONEY,
}
"""By frame, its schema."""


def markdown() -> str:
    """The text of docs/schemas.md."""
    head = (
        "# Schemas\n\nThe frames that come out of the library; `pmf_engine.schemas` has the same as objects. Columns "
        "keep their names, types,\norder and meaning, and a later version may add columns behind them. `Enum` columns "
        "hold words that `pmf_engine`\nexports as enums, such as `Status`; match with a default, as a later version "
        "may add words.\n"
    )
    parts = [f"## `{schema.name}`: {frames}\n\n{schema.markdown()}\n" for frames, schema in ALL.items()]
    return "\n".join([head, *parts])
