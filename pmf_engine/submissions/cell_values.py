"""Values of cells: numbers with their marks, grades and markers; and the problem of a text that is none of these."""

from __future__ import annotations

import re
from math import inf, nextafter
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.markers import is_unreliable, split_mark, state_of
from pmf_engine.framework.model import Figure, Framework
from pmf_engine.framework.tolerances import Interval
from pmf_engine.submissions.problems import listed, meant, say
from pmf_engine.submissions.vocabulary import fold

STATE = pl.Enum(["ok", "no_data", "suppressed", "invalid"])

LARGEST = 1e15
"""The largest number that a cell may give, whatever its sign: floating point is exact to the unit up to it."""

_MOST = 100.0
"""The largest percentage of a figure without `plausible`."""

NUMBER = (
    r"^(?:[+\-\u2212]?£?|£[+\-\u2212])(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?$|^[+\-\u2212]?\.[0-9]+$"
)

PERCENT = r"^[+\-\u2212]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?)\s*%$"

REFUSED = re.compile(
    r"[+\-]?[0-9.]+(?:E[+\-]?[0-9]+)?, (?:struck through|(?:perhaps )?not shown|shown as .*|with the comment .*)",
    re.DOTALL,
)
"""A number of a workbook that is refused for how its cell shows it."""

MERGED = re.compile(r"\(merged in [A-Z]+\d+:[A-Z]+\d+\)$")
"""What ends the text of a cell of a workbook whose value is not known, since it is merged with others."""


def is_number(text: str) -> bool:
    """Whether a text is a number or a percentage, with or without a mark behind it.

    >>> is_number("1,234"), is_number("45 %"), is_number("12 [r]"), is_number("Female")
    (True, True, True, False)
    """
    written = _normal_form((split_mark(text) or (text,))[0])
    return re.search(NUMBER, written) is not None or re.search(PERCENT, written) is not None


def _normal_form(text: str) -> str:
    """A number without the spaces between its thousands, and with a sign in place of an accountant's brackets.

    >>> _normal_form("1 234"), _normal_form("(1,200)"), _normal_form("12 34")
    ('1234', '-1,200', '12 34')
    """
    if match := re.fullmatch(r"\(\s*(£?[0-9][0-9, ]*+(?:\.[0-9]+)?)\s*\)", text):
        text = f"-{match[1]}"
    grouped = re.fullmatch(r"[+\-\u2212]?£?[1-9][0-9]{0,2}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?:\.[0-9]+)?", text)
    return re.sub(r"\s", "", text) if grouped else text


class Bounds(NamedTuple):
    """The numbers that a figure may have.

    Attributes:
        is_percent: The figure is a percentage.
        is_whole: Its numbers have no decimals.
        low: The smallest number, inclusive.
        high: The largest number, inclusive.
    """

    is_percent: bool = False
    is_whole: bool = False
    low: float = -inf
    high: float = inf


BOUNDS = {"is_percent": pl.Boolean, "is_whole": pl.Boolean, "low": pl.Float64, "high": pl.Float64}
"""The columns of `Bounds`."""


def bounds_of(figure: Figure) -> Bounds:
    """The numbers that a figure may have: `plausible` narrows a count's, and replaces a percentage's 0 to 100."""
    if figure.kind not in ("flow", "stock"):
        return Bounds()
    low, high = -inf if figure.signed else 0.0, inf
    if figure.is_percent:
        low, high = (-inf, inf) if figure.plausible else (-_MOST if figure.signed else 0.0, _MOST)
    if figure.plausible is not None:
        least, most = figure.plausible.low, figure.plausible.high
        low = max(low, nextafter(least, inf) if figure.plausible.low_open else least)
        high = min(high, nextafter(most, -inf) if figure.plausible.high_open else most)
    return Bounds(figure.is_percent, figure.whole, low, high)


def add_values(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Adds `value`, `state` and `mark`: a text that is both a grade of its figure's scale and a marker is the grade.

    A number outside the `Bounds` of its figure is `invalid`.
    """
    clean, is_number = pl.col("clean"), pl.col("type").is_in(["flow", "stock"])
    cells = cells.join(_signs(cells), on="clean", how="left", maintain_order="left")
    written = pl.coalesce("marked", "clean")
    bare = written.str.replace_all(r"[,£%+\s]", "").str.replace("\u2212", "-", literal=True)
    plain = written.str.contains(NUMBER) | written.str.contains(PERCENT)
    number = pl.col("value")  # a column between the steps: Polars computes an expression again wherever it is used
    cells = cells.with_columns(value=pl.when(is_number & plain).then(bare).cast(pl.Float64, strict=False))
    cells = cells.with_columns(value=pl.when(number == 0).then(0.0).otherwise(number))  # -0 is 0
    with_sign = written.str.ends_with("%")
    # a bare number up to 1 may be a share of 1, as a spreadsheet keeps 31 %
    of_unit = pl.when("is_percent").then(with_sign | (number == 0) | (number.abs() > 1)).otherwise(~with_sign)
    is_whole = ~pl.col("is_whole") | (number == number.round())
    fits = (number.abs() <= LARGEST) & number.is_between("low", "high") & of_unit & is_whole
    if "unformatted" in cells.columns:
        fits &= ~(pl.col("unformatted").fill_null(False) & _may_be_percent())
    cells = cells.with_columns(value=pl.when(fits).then(number))
    # reports show a number that its sender marks as unreliable, and formulas do not use it
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


def _may_be_percent() -> pl.Expr:
    """Whether a number of a file that does not tell formats may be shown as a percentage: 0.31 as 31 %, 1 as 100 %."""
    return (
        ~pl.col("clean").str.ends_with("%")
        & (pl.col("is_percent") | (pl.col("value").abs() <= 1))
        & (pl.col("value") != 0)
    )


def _signs(cells: pl.DataFrame) -> pl.DataFrame:
    """Each distinct text that is no plain number: the number before its mark, the kind of mark, the marker's state."""
    plain = pl.col("clean").str.contains(NUMBER) | (pl.col("clean") == "")
    texts = cells.filter(~plain, pl.col("type") != "text")["clean"].unique()
    schema = {"clean": pl.String, "marked": pl.String, "mark_kind": pl.String, "marker": pl.String}
    return pl.DataFrame([(text, *_sign(text)) for text in texts], schema=schema, orient="row")


def _sign(text: str) -> tuple[str | None, str | None, str | None]:
    """The number before a text's mark, the kind of mark, and the state that a marker means; None for each it has not.

    >>> _sign("12 [r]"), _sign("c"), _sign("many")
    (('12', 'revised', None), (None, None, 'suppressed'), (None, None, None))
    """
    if (state := state_of(text)) is not None:
        return None, "unreliable" if is_unreliable(text) else None, state
    number, kind = split_mark(text) or (text, None)
    plain = _normal_form(number)
    return (None if plain == text else plain), kind, None


def _with_grades(cells: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """Cells with the position of each grade on its scale, from 1, as the value."""
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


def wrong_value(framework: Framework, figure_id: str, text: str, unformatted: bool | None = None) -> tuple[str, str]:
    """The kind and message of the problem at a cell whose text is no value of its figure.

    Args:
        framework: The framework of the figure.
        figure_id: The figure.
        text: The text of the cell.
        unformatted: The file does not tell how its numbers are shown.
    """
    if unformatted and is_number(text) and "%" not in text:
        return "format-unknown", say("format-unknown", text=text)
    figure: Figure = framework.figures[figure_id]
    if figure.kind == "grade":
        grades = framework.scales[figure.scale or ""]
        message = say("not-a-grade", text=text, scale=figure.scale, grades=listed(grades), help=meant(text, grades))
        return "not-a-grade", message
    if re.fullmatch(r"#(?:[A-Z]+/?[0A]?[!?]?)", text):
        return "error-cell", say("error-cell", text=text)
    if not is_number(text):
        return "not-a-number", say("not-a-number", text=text, hint=_number_hint(text))
    written = _normal_form((split_mark(text) or (text,))[0])
    number = float(re.sub("[^0-9.-]", "", written.replace("\u2212", "-")))
    kind, more = _misfit(figure, number, written)
    return kind, say(kind, text=text, figure=figure_id, **more)


def _misfit(figure: Figure, number: float, written: str) -> tuple[str, dict[str, object]]:
    """The kind of problem of a number outside its figure's `Bounds`, and the words that fill in its message.

    The checks run from the most specific mistake to the most general.
    """
    if written.endswith("%") and not figure.is_percent:
        return "percent-of-a-count", {}
    if abs(number) > LARGEST:
        return "too-large", {}
    if figure.is_percent and not written.endswith("%") and number and abs(number) <= 1:
        return "fraction", {"percent": f"{number * 100:.12g}%"}
    if number < 0 and not figure.signed and not figure.is_percent:
        return "negative", {}
    if figure.whole and number != round(number):
        return "not-whole", {"counted": f"counts {figure.unit}" if figure.unit else "is a count"}
    if figure.plausible is None:
        return "not-a-percentage", {}
    return "implausible", {"allowed": _in_words(figure.plausible)}


def _in_words(interval: Interval) -> str:
    """An interval in the words of the YAML, such as `at least 0 and below 10`."""
    if interval.low > -inf and interval.high < inf and not interval.low_open and not interval.high_open:
        return f"between {interval.low:.12g} and {interval.high:.12g}"
    low = f"{'above' if interval.low_open else 'at least'} {interval.low:.12g}" if interval.low > -inf else ""
    high = f"{'below' if interval.high_open else 'at most'} {interval.high:.12g}" if interval.high < inf else ""
    return " and ".join(filter(None, (low, high)))


def _number_hint(text: str) -> str:
    """The advice for a text that is not a number: how to write the number that it seems to mean.

    >>> _number_hint("12,5")
    'write decimals with a point, and thousands as `1,234`'
    """
    if MERGED.search(text):
        return "merging hides for which cells it stands, so unmerge it and fill each cell"
    if text.endswith(", struck through"):
        return "delete it, or write it without the line"
    if text.endswith(", perhaps not shown"):
        return "a conditional format of its cell may hide it; take that off, or write what is meant"
    if text.endswith(", not shown"):
        return "show it by another colour or format, or delete it"
    if ", with the comment: " in text:
        return "send the number that is asked for, or take the comment away where it says nothing of it"
    if ", shown as " in text:
        return "its format shows another number; format the cell as a plain number, so that it shows the one you mean"
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text):
        return "its cell is formatted as a day or a time; write it as a plain number"
    if text.startswith("="):
        return "it is a formula; save the sheet with its results as values"
    if re.fullmatch(r"[+\-\u2212]?\d+,\d+", text):
        return "write decimals with a point, and thousands as `1,234`"
    if re.fullmatch(r"[>≥~][^0-9\n]*[0-9].*|[0-9.]+%?\s*(?:[-\u2013]|to)\s*[0-9.]+%?", text):
        return "write the number itself, or `c` where it may not be known"
    return "expected a number such as `1234` or `12.5`, or `c` (withheld) or `x` (not available)"
