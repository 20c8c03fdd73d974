"""What a paper for the public has published: its rows, kept beside it for the papers that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

import polars as pl

from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.earlier import Paper
from pmf_engine.disclosure.rounding import Rounding
from pmf_engine.disclosure.tables import Row
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.evaluated import Evaluated
from pmf_engine.framework.model import Framework

PUBLISHED: Final = FrameSchema(
    "PUBLISHED",
    Column("indicator", pl.String, "the indicator's id"),
    Column("start", pl.Int32, "the first month of the period"),
    Column("months", pl.Int32, "the length of the period"),
    Column("by", pl.String, "the breakdown; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("numerator", pl.Float64, "the numerator, where there is one", nullable=True),
    Column("denominator", pl.Float64, "the denominator, where there is one", nullable=True),
    Column("value", pl.Float64, "the value", nullable=True),
    Column("is_withheld", pl.Boolean, "whether it was withheld"),
    Column("rounded_to", pl.Int64, "what its counts were rounded to; null where they were not", nullable=True),
)
"""The rows of a paper for the public, of all periods."""


@dataclass(frozen=True, eq=False)
class PublishedPaper:
    """A paper for the public that was given out.

    Attributes:
        rows: Its rows, with the columns of `PUBLISHED`.
        framework: The framework of that day.
    """

    rows: pl.DataFrame
    framework: Framework

    def paper(self) -> Paper:
        """The paper as counts see it; rows of indicators that its framework does not have are left out."""
        known = self.rows.filter(pl.col("indicator").is_in(list(self.framework.indicators)))
        shown, withheld = known.filter(~pl.col("is_withheld")), known.filter("is_withheld")
        limit = self.framework.disclosure.suppress_below if self.framework.disclosure else 1
        rounding = None if self.rounded_to is None else Rounding(self.rounded_to, limit)
        return Paper(list(_rows(shown)), list(_rows(withheld)), Reader(self.framework), rounding)

    @property
    def rounded_to(self) -> int | None:
        """What its counts were rounded to; None where they were not."""
        return cast("int | None", self.rows["rounded_to"].max())


def _rows(frame: pl.DataFrame) -> Iterator[Row]:
    return (Row(*row) for row in frame.select(Row._fields).iter_rows())


def published_rows(evaluation: Evaluated) -> pl.DataFrame:
    """The rows of an evaluation for the public, with the columns of `PUBLISHED`."""
    frames = [evaluation.judged] if evaluation.own is None else [evaluation.judged, evaluation.own]
    rows = pl.concat(frame.select(*Row._fields, "status") for frame in frames)
    disclosure = evaluation.framework.disclosure
    marked = rows.with_columns(
        is_withheld=pl.col("status").cast(pl.String) == Status.SUPPRESSED.value,
        rounded_to=pl.lit(disclosure.round_to if disclosure else None, pl.Int64),
    )
    return PUBLISHED.check(marked.select(PUBLISHED.names).unique(maintain_order=True))
