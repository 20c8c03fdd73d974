"""Declared schemas of frames say what a frame lacks, and look only where checks are on."""

from __future__ import annotations

import polars as pl
import pytest

from pmf_engine.domain.frame_schema import Column, FrameSchema, FrameSchemaError, checks

FACTS = FrameSchema(
    "FACTS", Column("figure", pl.String, "the id"), Column("value", pl.Float64, "in its unit", nullable=True)
)


def test_a_frame_that_fits_is_handed_on() -> None:
    frame = pl.DataFrame({"figure": ["a"], "value": [None]}, schema=FACTS.polars())
    with checks():
        assert FACTS.check(frame) is frame
        lazy = frame.lazy()
        assert FACTS.check(lazy) is lazy


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"figure": ["a"]}), "FACTS: value is missing"),
        (pl.DataFrame({"figure": ["a"], "value": [1]}), "FACTS: value is Int64, not Float64"),
        (pl.DataFrame({"value": [1.0], "figure": ["a"]}), "FACTS: its columns are in the order value, figure"),
        (pl.DataFrame({"figure": [None], "value": [1.0]}, schema=FACTS.polars()), "FACTS: figure has 1 nulls"),
        (FACTS.empty().with_columns(more=1), "FACTS: more is not declared"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_where_checks_are_on(frame: pl.DataFrame, message: str) -> None:
    with checks(), pytest.raises(FrameSchemaError, match=f"^{message}$"):
        FACTS.check(frame)


def test_nothing_is_checked_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmf_engine.domain.frame_schema._Checks.on", False)
    FACTS.check(pl.DataFrame({"other": [1]}))


def test_a_column_declared_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="FACTS declares a column twice"):
        FACTS.with_columns("FACTS", Column("value", pl.Float64, "again"))
