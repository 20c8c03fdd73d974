"""Values of records: the columns of a list with the types that it declares, and which cells are refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from pmf_engine.formula.lexer import FIRST_YEAR, LAST_YEAR
from pmf_engine.framework.model import Column, RecordList
from pmf_engine.submissions.cell_values import LARGEST, NUMBER
from pmf_engine.submissions.list_files import PIECE, ROW, ListPart
from pmf_engine.submissions.table import EDGES

_FIRST, _LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)

_FIRST_TIME = date(1950, 1, 1)
"""Dates that may be meant; records themselves are not older than this."""

_SMALL_NUMBERS = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
"""Types of which no number is too large."""

_TRUTH = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}

_DATES = ("%Y-%m-%d", "%d/%m/%Y")

_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")


def bad(name: str) -> str:
    """The column that says whether a record's cell in a column was refused."""
    return f"bad:{name}"


def raw(name: str) -> str:
    """The column that has a list's texts as they were written, with the spaces around them."""
    return f"raw:{name}"


def typed(piece: ListPart, one: RecordList, columns: Iterable[str], number: int, patient: bool) -> pl.LazyFrame:
    """A piece's records with the types that its list declares, its number as `piece`, and `bad:` of each column.

    Cells that are refused are null. Texts also come as they were written (`raw:`), since looking at each costs more
    than all else. `patient` reads every form that people write dates in, not only the one that the first rows have;
    where it is not, `bad:` of a text may also mean that it takes patience to tell whether it is blank.
    """
    assert piece.frame is not None
    dtypes = piece.frame.collect_schema()
    made: list[pl.Expr] = []
    for name in columns:
        value, refused = _cell(piece, one, name, dtypes[name], patient)
        if piece.broken:
            refused = refused | pl.col(ROW).is_in(sorted(piece.broken))
        if one.columns[name].kind == "text":
            plain = dtypes[name] == pl.String and not piece.doubtful
            made.append((pl.col(name) if plain else value).alias(raw(name)))
            if plain and not patient and not one.columns[name].optional and not piece.broken:
                # Where a text begins with a space, or with what may be one, it may be nothing but spaces.
                refused = pl.col(name).is_null() | (pl.col(name) < "!") | (pl.col(name) > "~~")
        made += [value.alias(name), refused.alias(bad(name))]
    frame = piece.frame
    if patient and piece.path is not None and dtypes[one.start] == pl.String:  # rows of a text with nothing but spaces
        names = [name for name in one.columns if name not in piece.folders and dtypes[name] == pl.String]
        filled = pl.any_horizontal((pl.col(names).str.strip_chars(EDGES) != "").fill_null(False))
        frame = frame.filter(filled | pl.col(ROW).is_in(sorted(piece.broken)))
    # A constant would do, but grouped by one Polars keeps all the records it has read.
    numbered = pl.when(pl.col(ROW).is_not_null()).then(pl.lit(number, dtype=pl.Int32))
    return frame.select(pl.col(ROW).cast(pl.Int64), numbered.alias(PIECE), *made)


def _cell(piece: ListPart, one: RecordList, name: str, dtype: pl.DataType, patient: bool) -> tuple[pl.Expr, pl.Expr]:
    """A column with its type, and whether each cell is refused: cannot be read, or is blank and may not be."""
    column: Column = one.columns[name]
    kind = column.read_as
    raw = pl.col(name)
    if dtype == pl.Categorical or dtype == pl.Enum:
        raw, dtype = raw.cast(pl.String), pl.String()
    if dtype == pl.String:
        swallowed = raw.str.contains("\n", literal=True).fill_null(False)  # rows that a quote has swallowed
        if piece.quoted:
            raw = pl.when(swallowed).then(pl.lit("\0")).otherwise(raw)
        if piece.errors:
            raw = pl.when(raw.is_in(sorted(piece.errors))).then(pl.lit("\0")).otherwise(raw)
        stripped = raw.str.strip_chars(EDGES)
        text = stripped if patient or kind in ("text", "truth") else raw
        text = pl.when(text != "").then(text)
        value = _from_string(text, kind, piece.dates.get(name), patient)
        if piece.doubtful and kind == "text":
            value = pl.when(text != "\0").then(text)
        given = text.is_not_null()
    else:
        value, given = _from_type(raw, kind, dtype), raw.is_not_null()
    if kind == "date":
        first = _FIRST_TIME if name in (one.start, one.end) else _FIRST
        value = pl.when(value.is_between(first, _LAST)).then(value)
    if kind == "number" and dtype not in _SMALL_NUMBERS:
        value = pl.when(value.is_between(-LARGEST, LARGEST)).then(value)
    if not column.optional:
        return value, value.is_null()
    if kind == "text" and dtype == pl.String and not piece.doubtful:
        return value, pl.lit(False)
    return value, given & value.is_null()


def _from_string(text: pl.Expr, kind: str, form: str | None, patient: bool) -> pl.Expr:
    match kind:
        case "text":
            return text
        case "date" if patient or form is None:
            times = [text.str.to_datetime(form, strict=False, time_unit="us").dt.date() for form in _TIMES]
            return pl.coalesce([text.str.to_date(form, strict=False) for form in _DATES] + times)
        case "date":
            return text.str.to_date(form, strict=False)
        case "number":
            plain = text.str.strip_chars(EDGES).str.replace_all("[,£\u2212+]", "") if patient else text
            form_ = NUMBER if patient else r"^-?[0-9]+(?:\.[0-9]+)?$"
            number = pl.when(text.str.contains(form_)).then(plain).cast(pl.Float64, strict=False)
            return pl.when(text.str.contains("\u2212")).then(-number).otherwise(number) if patient else number
        case _:
            return text.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)


def _from_type(raw: pl.Expr, kind: str, dtype: pl.DataType) -> pl.Expr:
    """A column that has a type already: as it is where that is the right one, else nothing but refused cells."""
    match kind:
        case "text" if dtype.is_integer():
            return raw.cast(pl.String)
        case "date" if dtype == pl.Date:
            return raw
        case "date" if dtype == pl.Datetime:
            return raw.dt.date()
        case "number" if dtype.is_integer():
            return raw.cast(pl.Int64, strict=False)
        case "number" if dtype.is_float() or dtype.is_decimal():
            return raw.cast(pl.Float64)
        case "truth" if dtype == pl.Boolean:
            return raw
    blank = {"text": pl.String, "date": pl.Date, "number": pl.Float64, "truth": pl.Boolean}
    return pl.lit(None, dtype=blank[kind])


def whole_numbers(pieces: Sequence[ListPart], one: RecordList) -> frozenset[str]:
    """The columns of numbers that hold whole ones in every piece."""
    schemas = [piece.frame.collect_schema() for piece in pieces if piece.frame is not None]
    numbers = [name for name, column in one.columns.items() if column.read_as == "number"]
    return frozenset(name for name in numbers if schemas and all(each[name].is_integer() for each in schemas))
