"""Why cells were refused: where each stands, in words that a reason ends with."""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.submissions.problem_kinds import Severity
from pmf_engine.submissions.problems import PLACE

_OTHERWISE: Final = {
    "sent-twice": "another row contradicts it",
    "told-apart": "another row contradicts it",
    "received-early": "its period was not over then",
}
"""What is wrong with a cell that could be read, by the kind of its problem."""


def with_refusals(cells: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """Fills `why` of the refused cells for which nothing is known yet: the place where each stands.

    Args:
        cells: Cells that stand, with `state`, `why` and the columns of their places.
        problems: The problems of submissions.
    """
    unsaid = (pl.col("state") == "invalid") & pl.col("why").is_null() & pl.col("file").is_not_null()
    if not cells.select(unsaid.any()).item():
        return cells
    lost = problems.filter(pl.col("severity") == Severity.LOST, pl.col("kind").is_in(list(_OTHERWISE)))
    kinds = lost.select(*PLACE, "kind").unique(PLACE, keep="first", maintain_order=True)
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
    wrong = pl.col("kind").replace_strict(_OTHERWISE, default="could not be read", return_dtype=pl.String)
    why = pl.format("it came in `{}`{} and {}", "file", row, wrong.fill_null("could not be read"))
    joined = cells.join(kinds, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(why=pl.when(unsaid).then(why).otherwise("why")).drop("kind")
