"""Values of cells: numbers with their marks, grades and markers, and why a text is none of these."""

from __future__ import annotations

import re

import polars as pl

from pmf_engine.domain.markers import is_unreliable, split_mark, state_of
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.submissions.problems import listed, meant, say
from pmf_engine.submissions.vocabulary import fold

STATE = pl.Enum(["ok", "no_data", "suppressed", "invalid"])

LARGEST = 1e15

NUMBER = (
    r"^(?:[+\-\u2212]?£?|£[+\-\u2212])(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?$|^[+\-\u2212]?\.[0-9]+$"
)

PERCENT = r"^[+\-\u2212]?(?:[0-9]*\.?[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?)%$"


def add_values(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Adds `value`, `state` and `mark`. A word of the figure's own scale is a grade before it is a marker."""
    clean, is_number = pl.col("clean"), pl.col("type").is_in(["flow", "stock"])
    cells = cells.join(_signs(cells), on="clean", how="left", maintain_order="left")
    written = pl.coalesce("marked", "clean")
    bare = written.str.replace_all("[,£%+]", "").str.replace("\u2212", "-", literal=True)
    plain = written.str.contains(NUMBER) | written.str.contains(PERCENT)
    number = pl.col("value")  # a column between the steps, since an expression is worked out wherever it stands
    cells = cells.with_columns(value=pl.when(is_number & plain).then(bare).cast(pl.Float64, strict=False))
    cells = cells.with_columns(value=pl.when(number == 0).then(0.0).otherwise(number))  # -0 is 0
    fits = (number.abs() <= LARGEST) & (pl.col("signed") | (number >= 0))
    cells = cells.with_columns(value=pl.when(fits).then(number))
    # a number that its sender calls unreliable is shown and not used
    unreliable = is_number & (pl.col("mark_kind") == "unreliable").fill_null(False)
    usable = number.is_not_null() | pl.col("marked").is_null()
    state = pl.when(unreliable & usable).then(pl.lit("no_data")).otherwise("marker")
    cells = cells.with_columns(value=pl.when(~unreliable).then(number), marker=state)
    cells = _with_grades(cells, framework)
    state = (
        pl.when(clean == "")
        .then(pl.lit("no_data"))
        .when((pl.col("type") == "text") | pl.col("value").is_not_null())
        .then(pl.lit("ok"))
        .otherwise(pl.col("marker").fill_null("invalid"))
    )
    cells = cells.with_columns(state.cast(STATE).alias("state"))
    kept = is_number & (pl.col("state") != "invalid") & pl.col("mark_kind").is_not_null()
    return cells.with_columns(mark=pl.when(kept).then("mark_kind")).drop("marked", "mark_kind", "marker")


def _signs(cells: pl.DataFrame) -> pl.DataFrame:
    """What each text that is not plainly a number says: the number before a mark, its kind, or a marker's state."""
    plain = pl.col("clean").str.contains(NUMBER) | (pl.col("clean") == "")
    texts = cells.filter(~plain, pl.col("type") != "text")["clean"].unique()
    schema = {"clean": pl.String, "marked": pl.String, "mark_kind": pl.String, "marker": pl.String}
    return pl.DataFrame([(text, *_sign(text)) for text in texts], schema=schema, orient="row")


def _sign(text: str) -> tuple[str | None, str | None, str | None]:
    if (state := state_of(text)) is not None:
        return None, "unreliable" if is_unreliable(text) else None, state
    number, kind = split_mark(text) or (None, None)
    return number, kind, None


def _with_grades(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Cells of grades with the positions of these on their scales as values."""
    if not (graded := cells["type"] == "grade").any():
        return cells
    lookup = cells.filter(graded).select("scale", "clean").unique()
    positions = [_grade(framework, *row) for row in lookup.iter_rows()]
    lookup = lookup.with_columns(pl.Series("grade", positions, pl.Float64))
    cells = cells.join(lookup, on=["scale", "clean"], how="left", maintain_order="left")
    return cells.with_columns(pl.coalesce("value", "grade").alias("value")).drop("grade")


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
    written = (split_mark(text) or (text,))[0]
    if not re.search(NUMBER, written) and not re.search(PERCENT, written):
        return "not-a-number", say("not-a-number", text=text, hint=_number_hint(text))
    number = abs(float(re.sub("[^0-9.]", "", written)))
    kind = "too-large" if number > LARGEST else "negative"
    return kind, say(kind, text=text, figure=figure_id)


def _number_hint(text: str) -> str:
    """What to write in place of a text that is not a number."""
    if text.startswith("="):
        return "it is a formula; save the sheet with its results as values"
    if re.fullmatch(r"[+\-\u2212]?\d+,\d+", text):
        return "write decimals with a point, and thousands as `1,234`"
    if re.fullmatch(r"[>≥~].*[0-9].*|[0-9.]+%?\s*(?:[-\u2013]|to)\s*[0-9.]+%?", text):
        return "write the number itself, or `c` where it may not be known"
    return "expected a number such as `1234` or `12.5`, or `c` (withheld) or `x` (not available)"
