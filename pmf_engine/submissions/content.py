"""The content of submissions: what was read, and which of it counts on a day.

Programs ask `Submissions`, which is this content with what programs may ask it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pmf_engine.framework.model import Framework
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.misread import MISREAD, misread_rows, without_outdated
from pmf_engine.submissions.register_rows import standing_rows
from pmf_engine.submissions.registers import REGISTERS
from pmf_engine.submissions.sent import Sent
from pmf_engine.submissions.standing_cells import Standing, standing_cells


@dataclass(frozen=True, eq=False, repr=False)
class Content:
    """The content of submissions.

    Attributes:
        readings: A row for every cell read, with the columns of `READINGS`.
        problems: A row for everything that a person should look at, with the columns of `PROBLEMS`.
        files: The number of cells of each file of returns, with the columns of `FILES`.
        lists: The parts of lists. Their records are read at evaluation.
        framework: The framework of the names.
        undated: The files whose day of receipt nobody gave, though a manifest or `received_on` could have.
        sent: Every cell before cells were compared, which `combine` compares anew.
        standing: The cells that count once all files have come, before `without_outdated`; None where nobody asked.
    """

    readings: pl.DataFrame
    problems: pl.DataFrame
    files: pl.DataFrame
    lists: tuple[ListPart, ...] = ()
    framework: Framework | None = field(default=None, repr=False, compare=False)
    undated: frozenset[str] = frozenset()
    sent: Sent = field(default_factory=Sent, repr=False, compare=False)
    standing: Standing | None = field(default=None, repr=False, compare=False)


def standing_at(content: Content, as_of: date) -> Standing:
    """The cells that count on a day, with the problems and marks of cells that other cells contradicted then."""
    standing = content.standing
    if standing is None or not _has_come(content.readings, as_of):
        standing = standing_cells(content.readings, content.framework, as_of)
    return standing._replace(cells=without_outdated(standing.cells, misread_at(content, as_of)))


def _has_come(readings: pl.DataFrame, as_of: date) -> bool:
    """Whether all readings were received by a day, and all that later files replace were replaced by then."""
    last = readings.select(pl.max_horizontal(pl.col("received_on", "until").max())).item()
    return last is None or last <= as_of


def misread_at(content: Content, as_of: date) -> pl.DataFrame:
    """The misread rows received by a day, with the columns of `MISREAD`."""
    if content.framework is None:
        return MISREAD.empty()
    return misread_rows(content.readings, content.problems, content.sent.refused, content.framework, as_of)


def register_at(content: Content, name: str, as_of: date) -> pl.DataFrame:
    """The rows of a register that count on a day: those of files received by then, the latest of each id."""
    return standing_rows(content.sent.registers[name], REGISTERS[name], as_of)[0]
