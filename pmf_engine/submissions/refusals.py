"""Why cells were refused: the clause that ends a reason, such as `it came in x.csv row 3 and could not be read`."""

from __future__ import annotations

from typing import Final

import polars as pl

from pmf_engine.submissions.problems import PLACE
from pmf_engine.submissions.severity import Severity

_OTHERWISE: Final = {
    "sent-twice": "another row contradicts it",
    "told-apart": "another row contradicts it",
    "received-early": "its period was not over then",
}
"""The mistake of a cell with a readable value, by the kind of its problem."""


def with_refusals(cells: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """Fills `why` of refused cells without a reason: the file and row of each, and the mistake.

    Args:
        cells: Current cells with `state`, `why` and the columns of `PLACE`.
        problems: The problems of submissions.
    """
    unexplained = (pl.col("state") == "invalid") & pl.col("why").is_null() & pl.col("file").is_not_null()
    if not cells.select(unexplained.any()).item():
        return cells
    lost = problems.filter(pl.col("severity") == Severity.LOST, pl.col("kind").is_in(list(_OTHERWISE)))
    kinds = lost.select(*PLACE, "kind").unique(PLACE, keep="first", maintain_order=True)
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" row {}", "row")).otherwise(pl.lit(""))
    wrong = (
        pl.col("kind").cast(pl.String).replace_strict(_OTHERWISE, default="could not be read", return_dtype=pl.String)
    )
    why = pl.format("it came in `{}`{} and {}", "file", row, wrong.fill_null("could not be read"))
    joined = cells.join(kinds, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(why=pl.when(unexplained).then(why).otherwise("why")).drop("kind")
