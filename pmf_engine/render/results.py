"""Results as a table for people, and as CSV, JSON and Parquet for other programs."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from pmf_engine.disclosure.rounding import rounding_words
from pmf_engine.domain.plain_text import FORMULA_SIGNS, tamed
from pmf_engine.domain.status import Direction
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.judgement.formatting import show_periods
from pmf_engine.judgement.history_row import HistoryRow, history_rows
from pmf_engine.report.result_words import results_in_words
from pmf_engine.report.row_words import RowWords
from pmf_engine.report.wording import LETTERS, level_of_one, marks_words, plain_status, sentence

_RIGHT = {"value"}
_TRAVEL: Final[Mapping[str | None, str]] = {
    Direction.IMPROVING: "better",
    Direction.WORSENING: "worse",
    Direction.UNCHANGED: "neither",
    None: "",
}


def to_table(evaluation: Evaluation) -> str:
    """A table with aligned columns, rounded values and words; the other formats have values at full precision."""
    words = RowWords(evaluation.framework)
    rows = [_cells(words, row) for row in history_rows(evaluation.judged.filter("shown"))]
    return _aligned(rows) + _rounded(evaluation) if rows else "no results\n"


def _cells(words: RowWords, row: HistoryRow) -> dict[str, str]:
    """The cells of a row, by the head of their column."""
    unit = words.indicator(row).unit
    value, level = words.value(row), words.level(row.escalate_to)
    lasting = f"for {show_periods(row.run, row.months)}" if row.run > 1 else ""
    why = [words.in_titles(row.reason), marks_words(words.marks(row))]
    return {
        "indicator": words.indicator(row).title,
        "period": row.period,
        "group": words.group(row) if row.by else "",
        "value": f"{value} {unit}" if value and unit not in ("", "%") else value,
        "status": f"{plain_status(row.status)} {lasting}".strip(),
        "travel": _TRAVEL[row.direction],
        "goes to": level_of_one(level) if level else "",
        "why, and what to know": " ".join(sentence(part) for part in why if part),
    }


def to_wide_table(evaluation: Evaluation) -> str:
    """A table with a row for each indicator and group, and a column for each period: letter and rounded value."""
    words = RowWords(evaluation.framework)
    rows: dict[tuple[str, str | None, str | None], dict[str, str]] = {}
    for row in history_rows(evaluation.judged.filter("shown")):
        cells = rows.setdefault(
            (row.indicator, row.by, row.group),
            {"indicator": words.indicator(row).title, "group": words.group(row) if row.by else ""},
        )
        cells[row.period] = f"{LETTERS.get(row.status, '?')} {words.value(row)}".strip()
    heads = ["indicator", "group", *_periods(evaluation)]
    return (
        _aligned([{head: cells.get(head, "") for head in heads} for cells in rows.values()])
        + _LEGEND
        + _rounded(evaluation)
    )


def _rounded(evaluation: Evaluation) -> str:
    """A line that says that counts are rounded; nothing where they are not."""
    words = rounding_words(evaluation.withheld)
    return f"{words}\n" if words else ""


_LEGEND: Final = (
    "R red, A amber, G green, - no rating, L late, ? withheld or without a figure for another reason, · not due\n"
)


def _aligned(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows with aligned columns below their heads, without the columns in which every cell is empty."""
    tame = [{head: " ".join(tamed(cell).split()) for head, cell in row.items()} for row in rows]
    heads = [head for head in (tame[0] if tame else ()) if any(row[head] for row in tame)]
    widths = {head: max(len(head), *(len(row[head]) for row in tame)) for head in heads}

    def line(cells: Mapping[str, str]) -> str:
        padded = (
            cells[head].rjust(width) if head in _RIGHT else cells[head].ljust(width) for head, width in widths.items()
        )
        return "  ".join(padded).rstrip() + "\n"

    return "".join([line({head: head for head in heads}), *map(line, tame)])


def _periods(evaluation: Evaluation) -> list[str]:
    """The labels of the periods that are shown, by their end, the shorter first."""
    shown = evaluation.judged.filter("shown").select("period", "months", end=pl.col("start") + pl.col("months"))
    return shown.unique().sort("end", "months", "period")["period"].unique(maintain_order=True).to_list()


def tidy(evaluation: Evaluation, *, ids: bool = False, wide: bool = False) -> pl.DataFrame:
    """The results as a frame for other programs.

    Args:
        evaluation: The evaluation.
        ids: Leave the columns in words out.
        wide: A row for each indicator and group, with a column for the value of each period, and behind these one for
            the status of each.
    """
    if not wide:
        return evaluation.results if ids else results_in_words(evaluation)
    key, periods = ["indicator", "by", "group", "unit"], _periods(evaluation)
    results = evaluation.results
    values = results.pivot("period", index=key, values="value").select(*key, *periods)
    statuses = results.with_columns(pl.col("status").cast(pl.String)).pivot("period", index=key, values="status")
    both = values.hstack(statuses.select(pl.col(name).alias(f"{name} status") for name in periods).get_columns())
    if ids:
        return both
    titles = {id_: indicator.title for id_, indicator in evaluation.framework.indicators.items()}
    titled = both.with_columns(title=pl.col("indicator").replace_strict(titles, return_dtype=pl.String))
    return titled.select("indicator", "title", pl.exclude("indicator", "title"))


_UNSEEN: Final = "[\\p{Cf}--\u200d]"
"""Characters that are not seen and may reorder a text; the joiner of emoji stays."""


def to_csv(results: pl.DataFrame) -> str:
    """CSV by RFC 4180 with a header; `; ` joins what a row has several of, such as rules and the texts of marks.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, and no text controls a terminal (see
    `tamed`).
    """
    lacking = pl.element().struct
    parts = [lacking.field(name) for name in ("item", "agency", "period")]
    inputs = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    joined = {
        "rules": pl.col("rules").list.join("; "),
        "owners": pl.col("owners").list.join("; "),
        "rule_ids": pl.col("rule_ids").cast(pl.List(pl.String)).list.join("; "),
        "missing_inputs": pl.col("missing_inputs").list.eval(inputs).list.join("; "),
        "marks": _marks_text(),
    }
    plain = results.with_columns(**{name: words for name, words in joined.items() if name in results.columns})
    texts = pl.col(pl.String)
    plain = plain.with_columns(texts.str.replace_all(r"[\p{Cc}\p{Zl}\p{Zp}]", " ").str.replace_all(_UNSEEN, ""))
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
