"""Samples of records: how many distinct texts a column has, more or less."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pmf_engine.framework.model import RecordList
from pmf_engine.submissions.engines import Engine, result
from pmf_engine.submissions.list_parts import ListPart

_ROWS = 500
"""The first and the last records of a list part that are in the sample, each so many."""

_PARTS = 8
"""The most list parts in the sample."""

FEW = 100
"""Up to this number of distinct texts in a sample, it pays to look at each distinct text of a column once."""


def numbers_of_texts(
    parts: Sequence[ListPart], list_: RecordList, columns: Sequence[str], engine: Engine
) -> dict[str, int]:
    """The number of distinct texts in a sample of each column of texts.

    Empty for a list with a part that is expensive to read, or whose cells need more than a look at each text.

    Args:
        parts: The list parts.
        list_: Their list.
        columns: The columns of the list that are read.
        engine: The engine that reads them.
    """
    texts = [name for name in columns if list_.columns[name].kind == "text"]
    frames = [part.frame.select(texts) for part in parts if part.frame is not None]
    plain = all(part.ready and not part.doubtful and not part.broken for part in parts)
    if not texts or not frames or not plain:
        return {}
    if any(dtype != pl.String for frame in frames for dtype in frame.collect_schema().values()):
        return {}
    sample = pl.concat([rows for frame in frames[:_PARTS] for rows in (frame.head(_ROWS), frame.tail(_ROWS))])
    return result(sample.select(pl.col(texts).n_unique()), engine).row(0, named=True)
