"""The one door through which an evaluation reads records: every query over them runs on its engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import polars as pl

Engine: TypeAlias = pl.Engine | Literal["auto", "in-memory", "streaming"]
"""An engine of Polars, or the name of one on this machine. `streaming` keeps only a part of the records in memory."""

_CACHES_AS_PLANNED = pl.QueryOptFlags(comm_subplan_elim=False)
"""Polars keeps only the frames that a plan caches in memory, and no other common subplans."""


def collected(queries: Sequence[pl.LazyFrame], engine: Engine) -> list[pl.DataFrame]:
    """The results of queries over records: in one go where the engine can do that, else one by one.

    Args:
        queries: The queries.
        engine: The engine.
    """
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
