"""Problems of submissions: the columns of their frame, their messages, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.status import texts
from pmf_engine.framework.model import Figure, Framework, RecordList
from pmf_engine.submissions.problem_kinds import KINDS, Severity

PROBLEMS = FrameSchema(
    "PROBLEMS",
    Column("file", pl.String, "the file, by its path below the folder of submissions"),
    Column("sheet", pl.String, "the sheet of a workbook", nullable=True),
    Column("row", pl.Int64, "the row as people count them, from 1; null for the whole file", nullable=True),
    Column("column", pl.String, "the column as the file calls it", nullable=True),
    Column("text", pl.String, "the cell's own text", nullable=True),
    Column("kind", pl.String, "a key of KINDS"),
    Column("message", pl.String, "a sentence for the sender: what is wrong, and what would settle it"),
    Column("severity", pl.Enum(texts(Severity)), "what it means for values"),
    Column("agency", pl.String, "the id of the agency that can mend it", nullable=True),
    Column("item", pl.String, "the id of the figure or list", nullable=True),
    Column("period", pl.String, "the label of the period", nullable=True),
    Column("by", pl.String, "the breakdown of the group", nullable=True),
    Column("group", pl.String, "the group", nullable=True),
)
"""The columns of problems. What a problem is of (`agency` and the columns after it) is null where nothing says so."""

_OF = ("agency", "item", "period", "by", "group")


class Problem(NamedTuple):
    """Something in a submission that was not used as it came, or needs a person to look; one row of `problems`."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    text: str | None
    kind: str
    message: str
    agency: str | None = None
    item: str | None = None
    period: str | None = None
    by: str | None = None
    group: str | None = None


def say(kind: str, **words: object) -> str:
    """The message of a problem of this kind."""
    return KINDS[kind].wording.format_map(words)


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names in backticks, as a sentence lists them."""
    quoted = [f"`{name}`" for name in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def meant(text: str, known: Iterable[str]) -> str:
    """The end of a message that says which known name is near, or nothing."""
    found = nearest(text[:100], known)
    return f"; did you mean `{found}`?" if found else ""


PLACE = ("file", "sheet", "row", "column")


def problems_frame(problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems as a frame with the columns of `PROBLEMS`."""
    schema = {name: dtype for name, dtype in PROBLEMS.polars.items() if name != "severity"}
    return _with_severity(pl.DataFrame(list(problems), schema=schema, orient="row"))


def problems_of_cells(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Cells with a `kind` and a `message` as problems, each of the figure, agency, period and group of its cell."""
    cells = cells.with_columns(pl.lit(None, PROBLEMS.polars[name]).alias(name) for name in _OF if name not in cells)
    if {"figure", "start", "months"} <= set(cells.columns):
        cells = cells.with_columns(_labels(cells, framework), item="figure")
    return _with_severity(cells.select(name for name in PROBLEMS.polars if name != "severity"))


def _with_severity(problems: pl.DataFrame) -> pl.DataFrame:
    severities = {kind: entry.severity.value for kind, entry in KINDS.items()}
    dtype = PROBLEMS.polars["severity"]
    severity = pl.col("kind").replace_strict(severities, return_dtype=pl.String).cast(dtype)
    return problems.with_columns(severity=severity).select(list(PROBLEMS.polars))


def _labels(cells: pl.DataFrame, framework: Framework) -> pl.Series:
    """The label of each cell's period; null where the cell's period is not known."""

    def label(figure: str | None, start: int | None, months: int | None) -> str | None:
        if start is None or months is None:
            return None
        known = framework.figures.get(figure or "")
        year_start = known.cadence.year_start if known else framework.board.year_start
        return Period(start, Cadence(months, year_start)).label

    labels = [label(*row) for row in cells.select("figure", "start", "months").iter_rows()]
    return pl.Series("period", labels, pl.String)


def together(*problems: pl.DataFrame) -> pl.DataFrame:
    """Problems as one frame, each once, in the order of their places.

    A problem that several cells of a row share is of what these have in common.
    """
    once = pl.concat(problems).unique()
    same = [name for name in once.columns if name not in _OF]
    if once.select(same).is_duplicated().any():
        shared = [pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name) for name in _OF]
        once = once.group_by(same, maintain_order=True).agg(shared)
    return once.sort(*PLACE, "kind", "message", "text").select(list(PROBLEMS.polars))


def with_senders(problems: pl.DataFrame, framework: Framework, readings: pl.DataFrame | None = None) -> pl.DataFrame:
    """Problems of which nothing says whose they are, with the only agency that it can be.

    That is the only sender of the figure or list, else the only agency that the file's cells are of.
    """
    sources: Mapping[str, Figure | RecordList] = {**framework.figures, **framework.lists}
    alone = {id_: source.agencies[0] for id_, source in sources.items() if len(source.agencies) == 1}
    of_item = pl.col("item").replace_strict(alone, default=None, return_dtype=pl.String)
    if readings is None:
        return problems.with_columns(agency=pl.coalesce("agency", of_item))
    files = readings.filter(pl.col("agency").is_not_null()).group_by("file").agg(pl.col("agency").unique())
    files = files.filter(pl.col("agency").list.len() == 1).select("file", of_file=pl.col("agency").list.first())
    joined = problems.join(files, on="file", how="left", maintain_order="left")
    return joined.with_columns(agency=pl.coalesce("agency", of_item, "of_file")).select(list(PROBLEMS.polars))
