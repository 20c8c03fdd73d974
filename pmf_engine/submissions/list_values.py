"""Values of records: the columns of a list with their declared types, and the refused cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from pmf_engine.diagnostics.suggestions import FEW
from pmf_engine.domain.dates import FIRST_DATA_YEAR, FIRST_YEAR, LAST_YEAR, DateRange
from pmf_engine.formula.syntax import folded
from pmf_engine.framework.model import Column, RecordList
from pmf_engine.submissions.cell_values import LARGEST, NUMBER
from pmf_engine.submissions.list_parts import PIECE, ROW, ListPart
from pmf_engine.submissions.problems import listed, meant
from pmf_engine.submissions.record_dates import ambiguous, date_of_text, day_of_instant, slashed_numbers
from pmf_engine.submissions.record_texts import kind_of_text, no_text, suspicious, unquoted, without_nulls
from pmf_engine.submissions.table import EDGES

_FIRST, _LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)

_FIRST_TIME = date(FIRST_DATA_YEAR, 1, 1)
"""The first possible start of a record; other dates may be older."""

_PLANNED = 20
"""The most years after the receipt of a file for which the end of a spell may be planned."""

_SMALL_NUMBERS = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
"""Types whose numbers are all below `LARGEST`."""

_TINY_NUMBERS = (pl.Int8, pl.Int16, pl.UInt8, pl.UInt16)
"""Types whose sums and differences cannot leave Int32, which takes half the time of Int64."""

_TRUTH = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


def bad(name: str) -> str:
    """The column with the flag of refused cells in a column.

    >>> bad("start")
    'bad:start'
    """
    return f"bad:{name}"


def raw(name: str) -> str:
    """The column with the texts of a column as written, with the spaces around them."""
    return f"raw:{name}"


def typed(
    part: ListPart,
    list_: RecordList,
    columns: Iterable[str],
    number: int,
    patient: bool,
    closely: Iterable[str] = (),
    apart: Collection[str] = (),
) -> pl.LazyFrame:
    """A part's records with the types that its list declares, its number as `piece`, and `bad:` of each column.

    Refused cells are null. Texts also have a `raw:` column as written, since a check of each text is the most expensive
    operation of all.

    Args:
        part: The list part.
        list_: Its list.
        columns: The columns to read.
        number: The number of the part.
        patient: Read every form of dates and numbers, not only that of the first rows. Otherwise `bad:` of a text means
            that only a patient reading can decide whether it is one.
        closely: Columns whose texts are checked in every character. In a small part all columns are.
        apart: Columns whose distinct texts are checked apart (`doubtful_text`); a plain text of them is not refused.
    """
    assert part.frame is not None
    dtypes = part.frame.collect_schema()
    close = {*columns} if part.small else {*closely}
    made: list[pl.Expr] = []
    for name in columns:
        column = list_.columns[name]
        value, refused = _cell(part, list_, name, dtypes[name], patient)
        if part.broken:
            refused = refused | pl.col(ROW).is_in(sorted(part.broken))
        if column.kind == "text":
            plain = dtypes[name] == pl.String and not patient and not part.doubtful and not part.broken
            made.append((pl.col(name) if plain else value).alias(raw(name)))
            if plain:
                doubtful = doubtful_text(pl.col(name), column, name in close)
                refused = pl.lit(False) if name in apart else doubtful
        made += [value.alias(name), refused.alias(bad(name))]
    frame = part.frame
    if patient and part.path is not None and dtypes[list_.start] == pl.String:  # leave out rows of spaces
        names = [name for name in list_.columns if name not in part.folders and dtypes[name] == pl.String]
        filled = pl.any_horizontal((pl.col(names).str.strip_chars(EDGES) != "").fill_null(False))
        frame = frame.filter(filled | pl.col(ROW).is_in(sorted(part.broken)))
    # Not a constant: grouped by a constant, Polars keeps all records in memory.
    numbered = pl.when(pl.col(ROW).is_not_null()).then(pl.lit(number, dtype=pl.Int32))
    return frame.select(pl.col(ROW).cast(pl.Int64), numbered.alias(PIECE), *made)


def _cell(part: ListPart, list_: RecordList, name: str, dtype: pl.DataType, patient: bool) -> tuple[pl.Expr, pl.Expr]:
    """A typed column, and whether each cell is refused: it cannot be read, or is a blank in a required column.

    Args:
        part: The list part.
        list_: Its list.
        name: The column.
        dtype: The type of the column in the part.
        patient: Read every form of dates and numbers.
    """
    column: Column = list_.columns[name]
    kind = column.read_as
    cell = pl.col(name)
    if dtype == pl.Categorical or dtype == pl.Enum:
        cell, dtype = cell.cast(pl.String), pl.String()
    if dtype == pl.String:
        value, given = _from_string(part, column, name, cell, patient)
    else:
        value, given = _from_type(cell, kind, dtype, part.time_zone), cell.is_not_null()
        if column.kind == "percent":
            value = _percentage(value)
    if kind == "date":
        value = pl.when(value.is_between(*possible(part, list_, name))).then(value)
    if kind == "number" and dtype not in _SMALL_NUMBERS:
        value = pl.when(value.is_between(-LARGEST, LARGEST)).then(value)
    if column.kind == "percent":
        value = pl.when(value.is_between(0, 100)).then(value)
    if column.values and column.kind == "text":
        value = pl.when(~not_a_value(value, column)).then(value)
    return value, (given & value.is_null()) if column.optional else value.is_null()


def doubtful_text(text: pl.Expr, column: Column, closely: bool) -> pl.Expr:
    """Whether a text as written is refused, or may be: only a patient reading can decide.

    Args:
        text: The texts.
        column: Their column.
        closely: Check each character.
    """
    doubtful = suspicious(text, column.optional, closely)
    if not column.values:
        return doubtful
    stripped = text.str.strip_chars(EDGES)
    return doubtful | ((stripped != "") & not_a_value(stripped, column)).fill_null(False)


def has_doubtful(texts: pl.Series, column: Column) -> bool:
    """Whether any of the distinct texts of a column as written is refused, or may be, see `doubtful_text`."""
    return bool(texts.to_frame().select(doubtful_text(pl.col(texts.name), column, closely=True).any()).item())


def not_a_value(text: pl.Expr, column: Column) -> pl.Expr:
    """Whether a text is none of the `values` of its column, without regard to case."""
    return ~text.str.to_lowercase().is_in([folded(value) for value in column.values or ()]).fill_null(True)


def possible(part: ListPart, list_: RecordList, name: str) -> DateRange:
    """The possible days of a date: no start is after the file's receipt, and an end may be planned.

    A planned end more than twenty years later is a slip.
    """
    if name not in (list_.start, list_.end):
        return DateRange(_FIRST, _LAST)
    if part.latest is None:
        return DateRange(_FIRST_TIME, _LAST)
    last = part.latest if name == list_.start else date(part.latest.year + _PLANNED, 12, 31)
    return DateRange(_FIRST_TIME, min(last, _LAST))


def _from_string(part: ListPart, column: Column, name: str, cell: pl.Expr, patient: bool) -> tuple[pl.Expr, pl.Expr]:
    """A typed column from texts, and whether each cell is filled.

    Args:
        part: The list part.
        column: The column of the list.
        name: Its name.
        cell: The texts.
        patient: Read every form of dates and numbers.
    """
    if part.quoted:  # a line break shows a quote that swallows rows
        cell = pl.when(cell.str.contains("\n", literal=True).fill_null(False)).then(pl.lit("\0")).otherwise(cell)
    if part.faults:
        cell = pl.when(cell.is_in(sorted(part.faults))).then(pl.lit("\0")).otherwise(cell)
    stripped = cell.str.strip_chars(EDGES) if patient or column.kind in ("text", "truth") else cell
    given = pl.when(stripped != "").then(stripped)
    text = without_nulls(given, column.kind) if patient else given
    if column.kind == "text" and (patient or part.doubtful):
        bare = unquoted(text)
        return pl.when(~no_text(bare)).then(bare), bare.is_not_null()
    return _value(part, column, name, text, patient), text.is_not_null()


def _value(part: ListPart, column: Column, name: str, text: pl.Expr, patient: bool) -> pl.Expr:
    """The value of a text by the kind of its column; null for a text of another kind.

    Args:
        part: The list part.
        column: The column of the list.
        name: Its name.
        text: The filled texts.
        patient: Read every form of dates and numbers.
    """
    match column.kind:
        case "text":
            return text
        case "date":
            date_ = date_of_text(text, part.dates.get(name), patient, part.time_zone)
            return pl.when(~ambiguous(text)).then(date_) if name in part.month_first and patient else date_
        case "number":
            return _number(text, patient)
        case "percent":
            bare = _percentage(_number(text, patient))
            if not patient:
                return bare
            signed = text.str.ends_with("%")
            return pl.when(signed).then(_number(text.str.strip_chars_end("%"), patient)).otherwise(bare)
        case _:
            return text.str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)


def _percentage(number: pl.Expr) -> pl.Expr:
    """Numbers without `%` as percentages; null above 0 and up to 1: a spreadsheet stores 31 % as 0.31, 100 % as 1."""
    return pl.when((number <= 0) | (number > 1)).then(number)


def _number(text: pl.Expr, patient: bool) -> pl.Expr:
    """The number of a text: `patient` with thousands, signs and pounds, else only digits and a point."""
    if not patient:
        return pl.when(text.str.contains(r"^-?[0-9]+(?:\.[0-9]+)?$")).then(text).cast(pl.Float64, strict=False)
    plain = text.str.strip_chars(EDGES).str.replace_all("[,£\u2212+]", "")
    number = pl.when(text.str.contains(NUMBER)).then(plain).cast(pl.Float64, strict=False)
    return pl.when(text.str.contains("\u2212")).then(-number).otherwise(number)


def _from_type(cell: pl.Expr, kind: str, dtype: pl.DataType, time_zone: str) -> pl.Expr:
    """A typed column from a column with a type: null throughout where the type is not that of the kind."""
    match kind:
        case "text" if dtype.is_integer():
            return cell.cast(pl.String)
        case "date" if dtype == pl.Date:
            return cell
        case "date" if isinstance(dtype, pl.Datetime):
            return cell.dt.date() if dtype.time_zone is None else day_of_instant(cell, time_zone)
        case "number" if dtype in _TINY_NUMBERS:
            return cell.cast(pl.Int32)
        case "number" if dtype.is_integer():
            return cell.cast(pl.Int64, strict=False)
        case "number" if dtype.is_float() or dtype.is_decimal():
            return cell.cast(pl.Float64)
        case "truth" if dtype == pl.Boolean:
            return cell
    blank = {"text": pl.String, "date": pl.Date, "number": pl.Float64, "truth": pl.Boolean}
    return pl.lit(None, dtype=blank[kind])


def whole_numbers(parts: Sequence[ListPart], list_: RecordList) -> frozenset[str]:
    """The columns of numbers whose type is an integer in every part."""
    schemas = [part.frame.collect_schema() for part in parts if part.frame is not None]
    numbers = [name for name, column in list_.columns.items() if column.read_as == "number"]
    return frozenset(name for name in numbers if schemas and all(each[name].is_integer() for each in schemas))


def why_refused(part: ListPart, list_: RecordList, name: str, text: str) -> tuple[str, dict[str, object]]:
    """The kind of problem of a refused, filled cell, and the words that fill in its message.

    Args:
        part: The list part.
        list_: Its list.
        name: The column.
        text: The cell as text.
    """
    kind = list_.columns[name].kind
    common = part.faults.get(text) or kind_of_text(text, kind)
    if common:
        return common, {"list": list_.id, "what": f"`{name}`"}
    match kind:
        case "date":
            first, second = slashed_numbers(text) or (0, 0)
            if 1 <= first <= 12 < second <= 31:
                return "month-first-date", {}
            if name in part.month_first and 1 <= first <= 12 and 1 <= second <= 12:
                return "ambiguous-date", {"other": part.month_first[name]}
            return "not-a-date", {}
        case "number":
            percent = "percentages stand in columns of type `percent`"
            return "not-a-number", {"hint": percent if "%" in text else "expected a number such as `1234` or `12.5`"}
        case "percent":
            fraction = re.fullmatch(r"0?\.[0-9]+|1(?:\.0+)?", text) is not None
            return ("fraction", {"percent": f"{Decimal(text) * 100:f}%"}) if fraction else ("not-a-percentage", {})
        case "truth":
            return "not-yes-or-no", {}
    if (values := list_.columns[name].values) and folded(text) not in map(folded, values):
        return "not-a-value", {"column": name, "values": _some(values), "help": meant(text, values)}
    return "not-a-text", {}


def _some(values: Sequence[str]) -> str:
    """The values of a column as a sentence lists them; of many only the first."""
    more = f" and {len(values) - FEW} more" if len(values) > FEW else ""
    return listed(values) if not more else f"{', '.join(f'`{value}`' for value in values[:FEW])}{more}"
