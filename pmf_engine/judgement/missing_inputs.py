"""Missing inputs: every figure and list that a row lacks, in which period, and the agencies that can mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from pmf_engine.domain.reason_codes import SourceIndex, source_number
from pmf_engine.framework.model import Figure, Framework, RecordList

MISSING_INPUT: Final = pl.Struct({"item": pl.String, "agency": pl.String, "period": pl.String})
"""The Polars type of a missing input in frames of results: a figure or list, its sender, and the period's label."""

_ROW: Final = ["indicator", "by", "group", "start"]


def with_missing_inputs(
    frame: pl.LazyFrame, lacking: pl.LazyFrame, uses: Mapping[str, Mapping[str, tuple[int, ...]]], framework: Framework
) -> pl.LazyFrame:
    """Adds `missing_inputs`, and `owners`, the ids of the agencies that can mend the row.

    A row that a missing figure or list decides has all of its missing inputs, the deciding one first; its agency is
    null where several may send it and the row does not show which. Owners are the senders of missing inputs; the owner
    of every other row is the lead agency.

    Args:
        frame: Rows with the columns that `with_reasons` adds or keeps.
        lacking: As for `with_reasons`, with `senders`, the ids of the agencies.
        uses: By indicator and figure or list, how many months back the indicator reads it, 0 for the row's period.
        framework: The framework that defines figures, lists and lead agencies.
    """
    leads = pl.LazyFrame(
        [(indicator.id, [indicator.lead_agency]) for indicator in framework.indicators.values()],
        schema={"indicator": pl.String, "lead": pl.List(pl.String)},
        orient="row",
    )
    sole = _sole_senders(framework)
    listed = _listed(frame, lacking, uses, framework)
    return (
        frame.join(leads, on="indicator", how="left", maintain_order="left")
        .join(listed, on=_ROW, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(sole=pl.col("figure").replace_strict(sole, default=None, return_dtype=pl.String))
        .with_columns(
            missing_inputs=pl.when(pl.col("missing_inputs").is_not_null())
            .then("missing_inputs")
            .when(pl.col("figure").is_not_null())
            .then(pl.concat_list(pl.struct(item="figure", agency="sole", period="period")))
            .otherwise(pl.lit([], dtype=pl.List(MISSING_INPUT))),
            owners=pl.when(pl.col("mending").list.len() > 0)
            .then("mending")
            .when(pl.col("sole").is_not_null())
            .then(pl.concat_list("sole"))
            .otherwise("lead"),
        )
        .drop("mending", "lead", "sole")
    )


def _listed(
    frame: pl.LazyFrame, lacking: pl.LazyFrame, uses: Mapping[str, Mapping[str, tuple[int, ...]]], framework: Framework
) -> pl.LazyFrame:
    """The missing inputs of each row that one decides, and their senders; arguments as `with_missing_inputs`."""
    numbers = SourceIndex(framework.figures, framework.lists).numbers
    read = pl.LazyFrame(
        [
            (id_, numbers[item], item, back)
            for id_, items in uses.items()
            for item, all_ in items.items()
            for back in all_
        ],
        schema={"indicator": pl.String, "number": pl.UInt32, "item": pl.String, "back": pl.Int32},
        orient="row",
    )
    missing = lacking.filter(source_number(pl.col("code")) > 0).with_columns(number=source_number(pl.col("code")))
    keys = ["months", "year_start", "by", "group"]
    decided = frame.filter(pl.col("figure").is_not_null()).select(*_ROW, "months", "year_start", "because")
    return (
        decided.join(read, on="indicator")
        .with_columns(at=pl.col("start") - pl.col("back"))
        .join(
            missing.select(*keys, "number", "code", "senders", at="start", period="lacked_in"),
            on=[*keys, "number", "at"],
            nulls_equal=True,
        )
        .explode("senders")
        .sort(pl.col("code") != pl.col("because"), "back", "number", "code", "senders", "period")
        .unique([*_ROW, "item", "senders", "period"], keep="first", maintain_order=True)
        .group_by(_ROW, maintain_order=True)
        .agg(
            missing_inputs=pl.struct("item", pl.col("senders").alias("agency"), "period"),
            mending=pl.col("senders").drop_nulls().unique(maintain_order=True),
        )
    )


def _sole_senders(framework: Framework) -> dict[str, str]:
    """By figure and list, the agency that sends it, of those that only one agency sends."""
    sources: list[Figure | RecordList] = [*framework.figures.values(), *framework.lists.values()]
    return {source.id: source.agencies[0] for source in sources if len(source.agencies) == 1}
