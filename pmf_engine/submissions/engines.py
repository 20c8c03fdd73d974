"""The one door through which an evaluation reads records: every query over them runs on its engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import polars as pl

from pmf_engine.submissions.table import DAMAGED

Engine: TypeAlias = pl.Engine | Literal["auto", "in-memory", "streaming"]
"""An engine of Polars, or the name of one on this machine. `streaming` keeps only a part of the records in memory."""

_CACHES_AS_PLANNED = pl.QueryOptFlags(comm_subplan_elim=False)
"""Polars keeps only the frames that a plan caches in memory, and no other common subplans."""


def collected(queries: Sequence[pl.LazyFrame], engine: Engine) -> list[pl.DataFrame]:
    """The results of queries over records: in one go where the engine can do that, else one by one.

    Args:
        queries: The queries.
        engine: The engine.

    Raises:
        PolarsError: A query raised; also where a frame or an engine of a program raised an error of its own kind.
    """
    try:
        return _collected(queries, engine)
    except DAMAGED:
        raise
    except Exception as error:
        raise pl.exceptions.ComputeError(first_line(error)) from error


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its kind where it says nothing."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def _collected(queries: Sequence[pl.LazyFrame], engine: Engine) -> list[pl.DataFrame]:
    if isinstance(engine, pl.Engine) and type(engine).collect_all is pl.Engine.collect_all:
        return [query.collect(engine=engine, optimizations=_CACHES_AS_PLANNED) for query in queries]
    return pl.collect_all(queries, engine=engine, optimizations=_CACHES_AS_PLANNED)


def result(query: pl.LazyFrame, engine: Engine) -> pl.DataFrame:
    """The result of one query over records.

    Args:
        query: The query.
        engine: The engine.
    """
    return collected([query], engine)[0]
