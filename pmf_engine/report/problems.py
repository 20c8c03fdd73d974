"""Problems of submissions as typed rows for reports."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pmf_engine.submissions.problems import PROBLEMS

FIRST = 5
"""How many problems a report on indicators names before it refers to `pmf validate`."""


@dataclass(frozen=True)
class ToldProblem:
    """A problem of a submission; the fields are the columns of `PROBLEMS`."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    text: str | None
    kind: str
    message: str
    severity: str
    agency: str | None
    item: str | None
    period: str | None
    by: str | None
    group: str | None
    key: str | None


def told_problems(problems: pl.DataFrame) -> list[ToldProblem]:
    """The problems of a frame as typed rows, the gravest first, then in the order of the frame."""
    ordered = problems.sort(pl.col("severity").to_physical(), maintain_order=True)
    return [ToldProblem(**row) for row in ordered.select(PROBLEMS.names).iter_rows(named=True)]
