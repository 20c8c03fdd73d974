"""Results as a table for people, and as CSV, JSON and Parquet for other programs."""

from __future__ import annotations

import io
import re

import polars as pl

from pmf_engine.domain.plain_text import FORMULA_SIGNS, tamed
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.judgement.history_row import history_rows
from pmf_engine.report.row_words import RowWords

_TABLE = ["indicator", "period", "group", "value", "status", "direction", "run", "escalate_to", "reason", "marks"]
_RIGHT = {"value", "run"}


def to_table(evaluation: Evaluation) -> str:
    """A table with aligned columns and rounded values; the other formats have values at full precision."""
    shown = evaluation.judged.filter("shown")
    if shown.is_empty():
        return "no results\n"
    words = RowWords(evaluation.framework)
    values = [words.value(row) for row in history_rows(shown)]
    shown = shown.with_columns(pl.Series("value", values, pl.String), marks=_marks_text())
    columns = {name: ["" if cell is None else tamed(str(cell)) for cell in shown[name].to_list()] for name in _TABLE}
    columns = {name: cells for name, cells in columns.items() if any(cells)}
    widths = {name: max(len(name), *map(len, cells)) for name, cells in columns.items()}

    def line(cells: dict[str, str]) -> str:
        return "  ".join(
            cell.rjust(widths[name]) if name in _RIGHT else cell.ljust(widths[name]) for name, cell in cells.items()
        ).rstrip()

    head = line({name: name for name in columns})
    body = [line(dict(zip(columns, cells, strict=True))) for cells in zip(*columns.values(), strict=True)]
    return "\n".join([head, *body]) + "\n"


def to_csv(results: pl.DataFrame) -> str:
    """CSV by RFC 4180 with a header; `; ` joins what a row has several of, such as rules and the texts of marks.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    lacking = pl.element().struct
    parts = [lacking.field(name) for name in ("item", "agency", "period")]
    inputs = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    plain = results.with_columns(
        pl.col("rules", "owners").list.join("; "),
        pl.col("rule_ids").cast(pl.List(pl.String)).list.join("; "),
        pl.col("missing_inputs").list.eval(inputs).list.join("; "),
        marks=_marks_text(),
    )
    texts = pl.col(pl.String)
    runs = texts.str.contains(f"^[{re.escape(FORMULA_SIGNS)}]")
    return plain.with_columns(pl.when(runs).then(pl.lit("'") + texts).otherwise(texts).name.keep()).write_csv()


def _marks_text() -> pl.Expr:
    """The texts of a row's marks, joined; null for a row without marks."""
    text = pl.col("marks").list.eval(pl.element().struct.field("text")).list.join("; ")
    return pl.when(pl.col("marks").list.len() > 0).then(text)


def to_json(results: pl.DataFrame) -> str:
    """A JSON array with an object for each row."""
    return results.write_json() + "\n"


def to_parquet(results: pl.DataFrame) -> bytes:
    """The content of a Parquet file."""
    buffer = io.BytesIO()
    results.write_parquet(buffer)
    return buffer.getvalue()
