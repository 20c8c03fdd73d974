"""Values of cells: numbers, grades and markers, and why a text is none of these."""

from __future__ import annotations

import re

import polars as pl

from pmf_engine.framework.model import Figure, Framework
from pmf_engine.submissions.problems import listed, meant, say
from pmf_engine.submissions.vocabulary import fold

STATE = pl.Enum(["ok", "no_data", "suppressed", "invalid"])

MARKERS = {"c": "suppressed"} | dict.fromkeys(
    ["x", "z", "..", ".", "-", "\u2013", "n/a", "na", "u", "k", "low"], "no_data"
)

LARGEST = 1e15

NUMBER = (
    r"^(?:[+\-\u2212]?£?|£[+\-\u2212])(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?$|^[+\-\u2212]?\.[0-9]+$"
)

PERCENT = r"^[+\-\u2212]?(?:[0-9]*\.?[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?)%$"


def _number_hint(text: str) -> str:
    """What to write in place of a text that is not a number."""
    if text.startswith("="):
        return "it is a formula; save the sheet with its results as values"
    if re.fullmatch(r"[+\-\u2212]?\d+,\d+", text):
        return "write decimals with a point, and thousands as `1,234`"
    return "expected a number such as `1234` or `12.5`, or `c` (withheld) or `x` (not available)"


def add_values(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Adds `value` and `state`. A word that is a grade of the figure's own scale is that before it is a marker."""
    clean, is_number = pl.col("clean"), pl.col("type").is_in(["flow", "stock"])
    bare = clean.str.replace_all("[,£%+]", "").str.replace("\u2212", "-", literal=True)
    plain = clean.str.contains(NUMBER) | clean.str.contains(PERCENT)
    number = pl.col("value")  # a column between the steps, since an expression is worked out wherever it stands
    cells = cells.with_columns(value=pl.when(is_number & plain).then(bare).cast(pl.Float64, strict=False))
    cells = cells.with_columns(value=pl.when(number == 0).then(0.0).otherwise(number))  # -0 is 0
    fits = (number.abs() <= LARGEST) & (pl.col("signed") | (number >= 0))
    cells = cells.with_columns(value=pl.when(fits).then(number))
    if (graded := cells["type"] == "grade").any():
        lookup = cells.filter(graded).select("scale", "clean").unique()
        positions = [_grade(framework, *row) for row in lookup.iter_rows()]
        lookup = lookup.with_columns(pl.Series("grade", positions, pl.Float64))
        cells = cells.join(lookup, on=["scale", "clean"], how="left", maintain_order="left")
        cells = cells.with_columns(pl.coalesce("value", "grade").alias("value")).drop("grade")
    marker = clean.str.to_lowercase().replace_strict(MARKERS, default=None, return_dtype=pl.String)
    state = (
        pl.when(clean == "")
        .then(pl.lit("no_data"))
        .when((pl.col("type") == "text") | pl.col("value").is_not_null())
        .then(pl.lit("ok"))
        .otherwise(marker.fill_null("invalid"))
    )
    return cells.with_columns(state.cast(STATE).alias("state"))


def _grade(framework: Framework, scale: str, text: str) -> float | None:
    grades = [fold(grade) for grade in framework.scales[scale]]
    return grades.index(fold(text)) + 1.0 if fold(text) in grades else None


def wrong_value(framework: Framework, figure_id: str, text: str) -> tuple[str, str]:
    """The kind and message of the problem of a text that is no value of its figure."""
    figure: Figure = framework.figures[figure_id]
    if figure.kind == "grade":
        grades = framework.scales[figure.scale or ""]
        message = say("not-a-grade", text=text, scale=figure.scale, grades=listed(grades), help=meant(text, grades))
        return "not-a-grade", message
    if not re.search(NUMBER, text) and not re.search(PERCENT, text):
        return "not-a-number", say("not-a-number", text=text, hint=_number_hint(text))
    number = abs(float(re.sub("[^0-9.]", "", text)))
    kind = "too-large" if number > LARGEST else "negative"
    return kind, say(kind, text=text, figure=figure_id)
