"""What submissions hold on a day: the cells that count then, their groups and marks, and what no cell tells.

Programs ask `Submissions.known_at`; the engine needs less than that, and faster.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from pmf_engine.domain.marks import CELL_WORDS
from pmf_engine.submissions.content import standing_at
from pmf_engine.submissions.problems import PROBLEMS, problems_of_cells, say
from pmf_engine.submissions.submissions import Submissions
from pmf_engine.submissions.table import EDGES


def cells_at(submissions: Submissions, as_of: date) -> pl.DataFrame:
    """The `cells` of a day: of several readings of one key, the latest received by then."""
    return standing_at(submissions, as_of).cells


def marked_at(submissions: Submissions, as_of: date) -> pl.DataFrame:
    """A note for each cell of a day whose number has a mark, with the columns of `PROBLEMS`."""
    marked = cells_at(submissions, as_of).filter(pl.col("mark").is_not_null(), pl.col("state") != "invalid")
    if marked.is_empty() or submissions.framework is None:
        return PROBLEMS.empty()
    messages = [
        say("marked", text=text.strip(EDGES), words=CELL_WORDS[mark], so="used" if state == "ok" else "not used")
        for text, mark, state in marked.select("text", "mark", "state").iter_rows()
    ]
    marked = marked.with_columns(kind=pl.lit("marked"), message=pl.Series("message", messages, pl.String))
    return problems_of_cells(marked, submissions.framework)


def unplaced_at(submissions: Submissions, as_of: date) -> pl.DataFrame:
    """The cells of groups received by a day from unknown agencies: `agency`, `start`, `by` and `group`."""
    came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
    named = submissions.readings.filter(came, pl.col("agency").is_null(), pl.col("start").is_not_null())
    return named.filter(pl.col("group").is_not_null()).select("agency", "start", "by", "group")


def groups_at(submissions: Submissions, as_of: date) -> pl.DataFrame:
    """Every group named in a cell received by a day, refused cells included: columns `by` and `group`."""
    came = pl.col("received_on").is_null() | (pl.col("received_on") <= as_of)
    named = submissions.readings.filter(came, pl.col("by").is_not_null(), pl.col("group").is_not_null())
    return named.select("by", "group").unique().sort("by", "group")
