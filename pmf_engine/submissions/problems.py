"""Problems of submissions: the columns of their frame, their messages, and the agency that each is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import polars as pl

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.problem_kind import ProblemKind
from pmf_engine.domain.status import texts
from pmf_engine.framework.model import Figure, Framework, RecordList
from pmf_engine.submissions.problem_kinds import KINDS
from pmf_engine.submissions.severity import Severity

PROBLEMS = FrameSchema(
    "PROBLEMS",
    Column("kind", pl.Enum(texts(ProblemKind)), "the kind of problem, a `ProblemKind`"),
    Column("severity", pl.Enum(texts(Severity)), "its effect on values"),
    Column("message", pl.String, "a sentence for the sender: what is wrong, and what would settle it"),
    Column("agency", pl.String, "the id of the agency that can mend it", nullable=True),
    Column("item", pl.String, "the id of the figure or list", nullable=True),
    Column("period", pl.String, "the label of the period", nullable=True),
    Column("by", pl.String, "the breakdown of the group", nullable=True),
    Column("group", pl.String, "the group", nullable=True),
    Column("file", pl.String, "the file, by its path below the folder of submissions"),
    Column("sheet", pl.String, "the sheet of a workbook", nullable=True),
    Column("row", pl.Int64, "the row as people count them, from 1; null for the whole file", nullable=True),
    Column("column", pl.String, "the column as the file calls it", nullable=True),
    Column("key", pl.String, "the key of the row in the frame that an embedding program gave", nullable=True),
    Column("text", pl.String, "the cell's own text", nullable=True),
)
"""The columns of problems. The subject of a problem (`agency` to `group`) is null where unknown."""

_OF = ("agency", "item", "period", "by", "group")


class Problem(NamedTuple):
    """A mistake or oddity in a submission, at its cell: a row of `problems` but for its severity."""

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
    key: str | None = None


def say(kind: str, **words: object) -> str:
    """The message of a problem of this kind."""
    return KINDS[ProblemKind(kind)].wording.format_map(words)


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names in backticks, as a sentence lists them.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('`a`, `b` or `c`', '`a`')
    """
    quoted = [f"`{name}`" for name in names]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def meant(text: str, names: Iterable[str]) -> str:
    """The end of a message that suggests the nearest of some names, or nothing.

    >>> meant("polise", ["police", "nhs"])
    '; did you mean `police`?'
    """
    name = nearest(text[:100], names)
    return f"; did you mean `{name}`?" if name else ""


PLACE = ("file", "sheet", "row", "column")


def problems_frame(problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems as a frame with the columns of `PROBLEMS`."""
    schema = {name: PROBLEMS.polars()[name] for name in Problem._fields}
    return _with_severity(pl.DataFrame(list(problems), schema=schema, orient="row"))


def problems_of_cells(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Problems from cells with a `kind` and a `message`, about the figure, agency, period and group of each cell."""
    missing = [name for name in (*_OF, "key") if name not in cells.columns]
    cells = cells.with_columns(pl.lit(None, PROBLEMS.polars()[name]).alias(name) for name in missing)
    if {"figure", "start", "months"} <= set(cells.columns):
        cells = cells.with_columns(_labels(cells, framework), item="figure")
    return _with_severity(cells.select(name for name in PROBLEMS.polars() if name != "severity"))


def _with_severity(problems: pl.DataFrame) -> pl.DataFrame:
    """Problems with the severity of their kinds, and with the columns of `PROBLEMS` in their order."""
    severities = {kind.value: entry.severity.value for kind, entry in KINDS.items()}
    types = PROBLEMS.polars()
    severity = pl.col("kind").cast(pl.String).replace_strict(severities, return_dtype=types["severity"])
    return problems.with_columns(pl.col("kind").cast(types["kind"]), severity=severity).select(PROBLEMS.names)


def _labels(cells: pl.DataFrame, framework: Framework) -> pl.Series:
    """The label of each cell's period; null for a cell with an unknown period."""

    def label(figure_id: str | None, start: int | None, months: int | None) -> str | None:
        if start is None or months is None:
            return None
        known_figure = framework.figures.get(figure_id or "")
        year_start = known_figure.cadence.year_start if known_figure else framework.board.year_start
        return Period(start, Cadence(months, year_start)).label

    labels = [label(*row) for row in cells.select("figure", "start", "months").iter_rows()]
    return pl.Series("period", labels, pl.String)


def together(*problems: pl.DataFrame) -> pl.DataFrame:
    """Distinct problems as one frame, in the order of their files, sheets, rows and columns.

    A problem of several cells of a row keeps the subject that these cells have in common.
    """
    once = pl.concat(problems).unique()
    same = [name for name in once.columns if name not in _OF]
    if once.select(same).is_duplicated().any():
        shared = [pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name) for name in _OF]
        once = once.group_by(same, maintain_order=True).agg(shared)
    return once.sort(*PLACE, "kind", "message", "text").select(PROBLEMS.names)


def with_senders(problems: pl.DataFrame, framework: Framework, readings: pl.DataFrame | None = None) -> pl.DataFrame:
    """Problems without an agency, with the only agency that they can be for.

    That is the only sender of the figure or list; failing that, the only agency named in the file.

    Args:
        problems: Rows of `PROBLEMS`.
        framework: The senders of figures and lists.
        readings: The cells of all files; without them only the senders count.
    """
    sources: Mapping[str, Figure | RecordList] = {**framework.figures, **framework.lists}
    alone = {id_: source.agencies[0] for id_, source in sources.items() if len(source.agencies) == 1}
    of_item = pl.col("item").replace_strict(alone, default=None, return_dtype=pl.String)
    if readings is None:
        return problems.with_columns(agency=pl.coalesce("agency", of_item))
    files = readings.filter(pl.col("agency").is_not_null()).group_by("file").agg(pl.col("agency").unique())
    files = files.filter(pl.col("agency").list.len() == 1).select("file", of_file=pl.col("agency").list.first())
    joined = problems.join(files, on="file", how="left", maintain_order="left")
    return joined.with_columns(agency=pl.coalesce("agency", of_item, "of_file")).select(PROBLEMS.names)
