"""Layouts of returns: the value cells of a long or wide table, each with the texts of its period and names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl

from pmf_engine.submissions.blank_groups import groups_above
from pmf_engine.submissions.csv_tables import FIRST_HALF, SECOND_HALF
from pmf_engine.submissions.headers import Columns, Found, recognise
from pmf_engine.submissions.key_numbers import with_answers
from pmf_engine.submissions.layouts.scope import scope_of_note
from pmf_engine.submissions.period_headings import length_of
from pmf_engine.submissions.problems import Problem, meant, say
from pmf_engine.submissions.side_columns import agrees
from pmf_engine.submissions.table import EDGES, RawTable, blank, clean_text
from pmf_engine.submissions.vocabulary import REQUIRED, Vocabulary, is_of_all

_END = re.compile(SECOND_HALF)

PLACES_OF_LABELS = [f"{role}_{what}" for role in ("period", "agency", "figure", "group") for what in ("row", "column")]
"""The columns with the places of labels that stand in another row than their value."""


def lay_out_together(tables: list[RawTable], words: Vocabulary, found: Found) -> None:
    """Adds the value cells of tables to `found`: of plain tables with one header together, of others one by one.

    What is done for each table costs more than the few cells that most returns have. The list of tables is emptied.
    """
    alike: dict[object, list[RawTable]] = {}
    for position, table in enumerate(tables):
        key: object = (table.header, table.from_text, table.in_order) if _is_plain(table, words) else position
        alike.setdefault(key, []).append(table)
    tables.clear()
    for key in [*alike]:
        same = alike.pop(key)
        lay_out(same[0] if len(same) == 1 else _joined(same), words, found)


def _is_plain(table: RawTable, words: Vocabulary) -> bool:
    """Whether a table is long, its header says all of its columns, and none of its rows has or may have a problem."""
    roles = [words.role(name) for name in table.header]
    names = {role[0] for role in roles if role is not None}
    if None in roles or len({*roles}) < len(roles) or not names >= {*REQUIRED} or "figure column" in names:
        return False
    special = (table.sheet, table.cut, table.placed, table.broken or None, table.is_wide or None)
    if any(each is not None for each in special) or table.unformatted:
        return False
    after = roles.index(("value", "value")) + 1
    if not table.from_text or after == len(roles):
        return True
    role = roles[after]
    return not _ends(table.rows[str(after)], "" if role is None else role[1], words)


def _joined(tables: Sequence[RawTable]) -> RawTable:
    """Plain tables with one header as one, whose rows have their `file` and its day of receipt, `received_on`."""
    files = pl.DataFrame(
        [(table.file, table.received_on) for table in tables],
        schema={"file": pl.String, "received_on": pl.Date}, orient="row",
    )  # fmt: skip
    places = pl.concat(
        [pl.repeat(place, table.rows.height, dtype=pl.UInt32, eager=True) for place, table in enumerate(tables)]
    )
    rows = pl.concat([table.rows for table in tables])
    return replace(tables[0], file="", received_on=None, rows=with_answers(rows, files, places))


def lay_out(table: RawTable, words: Vocabulary, found: Found) -> None:
    """Adds the value cells of a table to `found`, each with the texts of its period, agency, figure and group."""
    several = table.is_of_several
    here = [
        pl.col("file") if several else pl.lit(table.file).alias("file"),
        pl.lit(table.sheet, pl.String).alias("sheet"),
        pl.col("received_on") if several else pl.lit(table.received_on, pl.Date).alias("received_on"),
    ]

    def unread(rows: pl.DataFrame, column: str, title: str) -> None:
        text = pl.col(column).fill_null("").alias("text")
        found.set_aside.append(rows.select(*here, "row", pl.lit(title).alias("column"), text))

    columns = recognise(table, words, found, unread)
    if columns is None:
        return
    if table.from_text:
        table = _rejoin(table, columns, words, found)
    table = _without_cut_row(table, columns, found)
    keys = [*here, *_keys(table, columns), *_part(table, columns, words)]
    found.cells.append(_long_cells(table, columns, keys) if columns.long else _wide_cells(table, columns, keys))
    for column in columns.unread:
        unread(table.rows.filter(~blank(column)), column, columns.called(column))


def _without_cut_row(table: RawTable, columns: Columns, found: Found) -> RawTable:
    """Sets the last row aside where the file ends within it, before a value: what was cut off may be a value."""
    if table.cut is None:
        return table
    row, cells = table.cut
    values = [columns.own["value"]] if columns.long else columns.of_figures
    missing = [column for column in values if int(column) >= cells]
    if not missing or table.rows.filter(row=row).is_empty():
        return table
    column = columns.called(missing[0])
    problem = Problem(table.file, table.sheet, row, column, None, "cut-row", say("cut-row", column=column))
    found.problems.append(problem)
    return replace(table, broken=table.broken | {row})


def _keys(table: RawTable, columns: Columns) -> list[pl.Expr]:
    """The columns that all value cells of a row share: the texts of its period, agency and group, and their columns.

    Those of the period and agency still have the spaces around them.
    """
    own, title, placed = columns.own, columns.title, table.placed is not None
    by = [(id_, column, "") for id_, column in columns.by.items()]
    by += [(id_, column, columns.called(column)) for column, id_ in columns.near.items()]
    filled = {column: ~blank(column) for _, column, _ in by}

    def of_group(says: Callable[[str, str, str], pl.Expr]) -> pl.Expr:
        return pl.coalesce(pl.lit(None, pl.String), *(pl.when(filled[entry[1]]).then(says(*entry)) for entry in by))

    beside = [pl.concat_str(title(c), clean_text(c), separator="\x1f") for c in columns.beside]
    return [
        *(pl.col(own[name]).alias(f"{name}_text") for name in ("period", "agency")),
        *(title(own[name]).alias(f"{name}_column") for name in ("period", "agency") if not placed),
        of_group(lambda id_, column, misnamed: pl.lit(id_)).alias("by"),
        of_group(lambda id_, column, misnamed: clean_text(column)).alias("group_text"),
        pl.coalesce(
            pl.when(pl.col("group_column") != "").then("group_column") if placed else pl.lit(None, pl.String),
            of_group(lambda id_, column, misnamed: title(column)),
        ).alias("group_column"),
        of_group(lambda id_, column, misnamed: pl.lit(misnamed)).alias("misnamed"),
        (pl.sum_horizontal(pl.lit(0), *filled.values()) > 1).alias("crowded"),
        clean_text(own.get("comment")).alias("comment"),
        pl.concat_str([pl.lit(""), *beside], separator="\x1e", ignore_nulls=True).alias("beside"),
        *groups_above(table, columns),
        pl.lit(not columns.long or table.is_wide).alias("wide"),
        _is_broken(table).alias("broken"),
        *(pl.lit(True).alias("unformatted") for _ in [0] if table.unformatted),
        *(pl.col(name) for name in PLACES_OF_LABELS if placed and name != "group_column"),
        *_period_heading(columns, placed=placed),
    ]


def _is_broken(table: RawTable) -> pl.Expr:
    """Whether each cell is set aside with a problem that it has already."""
    of_rows = pl.col("row").is_in(sorted(table.broken))
    return of_rows if table.placed is None else of_rows | pl.col("is_refused")


def _period_heading(columns: Columns, *, placed: bool) -> list[pl.Expr]:
    """What heads the period of each cell; nothing for a table in which it says nothing of the length of a period."""
    heading = columns.called(columns.own["period"])
    if placed:
        return [pl.col("period_heading")]
    return [] if length_of(heading) is None else [pl.lit(heading).alias("period_heading")]


def _long_cells(table: RawTable, columns: Columns, keys: list[pl.Expr]) -> pl.DataFrame:
    """The value cells of a table in which each row names its figure."""
    figure, value = columns.own["figure"], columns.own["value"]
    places = [columns.title(figure).alias("figure_column"), columns.title(value).alias("column")]
    return table.rows.select(
        "row",
        *keys,
        pl.col(figure).alias("figure_text"),
        *(places if table.placed is None else [pl.col("value_column").alias("column")]),
        pl.col(value).fill_null("").alias("text"),
        _is_broken(table).alias("refused"),
    )


def _wide_cells(table: RawTable, columns: Columns, keys: list[pl.Expr]) -> pl.DataFrame:
    """The value cells of a table with a column for each figure."""
    rows = table.rows.with_columns(*keys)
    cells = [
        rows.select(
            pl.exclude([str(position) for position in range(len(table.header))]),
            pl.lit(id_).alias("figure_text"),
            columns.title(column).alias("figure_column"),
            columns.title(column).alias("column"),
            pl.col(column).fill_null("").alias("text"),
            (pl.col("broken") | (pl.lit(len(twins) > 1) & ~blank(column))).alias("refused"),
        )
        for id_, twins in columns.figures.items()
        for column in twins
    ]
    return pl.concat(cells).sort("row", "column", maintain_order=True)


def _part(table: RawTable, columns: Columns, words: Vocabulary) -> list[pl.Expr]:
    """For each row `part` and `part_column`: the text in an unknown column that names a part, and the column's title.

    Both are null in a row without such a text. A cell that reads `All`, or that repeats the row's own figure or agency
    in other words, is no part. A note or comment that is of a part, or that says `cumulative`, is one.
    """
    texts, titles = [pl.lit(None, pl.String)], [pl.lit(None, pl.String)]
    named = {"agency": words.agencies, **({"figure": words.figures} if columns.long else {})}
    for column in columns.parts:
        distinct = {(text or "").strip(EDGES) for text in table.rows[column].unique()}
        is_part = pl.lit(True)
        for role, names in named.items():
            ids_of_texts = {text: id_ for text in distinct if (id_ := names.find(text)) is not None}
            if ids_of_texts:
                own = {text: names.find(text.strip(EDGES)) for text in table.rows[columns.own[role]].unique() if text}
                ids = [pl.col(columns.own[role]).replace_strict(own, default=None, return_dtype=pl.String)]
                ids.append(clean_text(column).replace_strict(ids_of_texts, default=None, return_dtype=pl.String))
                is_part &= ids[0].ne(ids[1]).fill_null(True)
        says = [text for text in distinct if text and not is_of_all(text) and not words.is_area(text)]
        if column in columns.units:
            own_figure = pl.col(columns.own["figure"])
            for text in table.rows[columns.own["figure"]].drop_nulls().unique():
                id_ = words.figures.find(text.strip(EDGES))
                right = [unit for unit in says if id_ is not None and agrees(words.framework.figures[id_], unit)]
                is_part &= ~((own_figure == text) & clean_text(column).is_in(right).fill_null(False)).fill_null(False)
        is_part &= clean_text(column).is_in(says).fill_null(False)
        texts.append(pl.when(is_part).then(clean_text(column)))
        titles.append(pl.when(is_part).then(columns.title(column)))
    for column in [*columns.notes, *([columns.own["comment"]] if "comment" in columns.own else [])]:
        notes = table.rows[column].drop_nulls().unique()
        says = [note.strip(EDGES) for note in notes if scope_of_note(note) is not None]
        is_part = clean_text(column).is_in(says).fill_null(False)
        texts.append(pl.when(is_part).then(clean_text(column)))
        titles.append(pl.when(is_part).then(columns.title(column)))
    return [pl.coalesce(texts).alias("part"), pl.coalesce(titles).alias("part_column")]


def _has_own_digits(table: RawTable, columns: Columns, column: str, words: Vocabulary) -> bool:
    """Whether the digits of a column are its own values, and no end of a number that a comma has split.

    The digits of an unknown column of numbers are its own where every row has some and not all of them could be
    thousands. The digits of a breakdown without listed groups are codes of groups where one period and figure has
    several rows, since a sender gives each number once.
    """
    texts = {(text or "").strip(EDGES) for text in table.rows[column].unique()}
    if column in columns.counted:
        return "" not in texts and any(re.fullmatch("[0-9]{3}", text) is None for text in texts)
    if all(by_column != column or by in words.groups for by, by_column in columns.by.items()):
        return False
    keys = [own for name, own in columns.own.items() if name in ("period", "agency", "figure")]
    several = table.rows.select(pl.col(keys).str.strip_chars(EDGES)).is_duplicated().any()
    return several and all(_END.fullmatch(text) for text in texts)


def _ends(column: pl.Series, role: str, words: Vocabulary) -> list[str]:
    """The texts of the column behind a number that may be the end of that number, since they are no values of it."""
    texts = {(text or "").strip(EDGES) for text in column.unique()}
    return [text for text in texts if _END.fullmatch(text) and not words.stands_for(role, text)]


def _rejoin(table: RawTable, columns: Columns, words: Vocabulary, found: Found) -> RawTable:
    """Joins numbers that a comma without quotes has split over two cells: `30,75` was read as `30` and `75`.

    The joined number is a guess, so its row is broken. The cells after the number move one column back, so that the row
    keeps its own period, agency, figure and group. Digits in the column beside a number are the end of that number,
    unless they are values of the column: a listed group, another figure's number, or codes (see `_has_own_digits`).

    Args:
        table: The return.
        columns: Its columns by their roles.
        words: The names of the framework.
        found: Receives a problem for each split number.
    """
    rows, broken, split_numbers = table.rows, set(table.broken), dict[int, tuple[str, str]]()
    role = {position: what for what, position in [*columns.own.items(), *columns.by.items()]}
    for value in [columns.own["value"]] if columns.long else columns.of_figures:
        after, column = str(int(value) + 1), columns.called(value)
        if int(after) == len(table.header) or after in columns.of_figures:
            continue
        if _has_own_digits(table, columns, after, words):
            continue
        if not columns.long and after in columns.unknown and meant(columns.called(after), words.figures.titles):
            continue
        while True:
            ends = _ends(rows[after], role.get(after, ""), words)
            if not ends:
                break
            number, end = clean_text(value), clean_text(after)
            # the number of a broken row may continue with further thousands
            more = number.str.contains(",") & end.str.contains(r"^[0-9]{3}\b") | ~pl.col("row").is_in(sorted(broken))
            split = (number.str.contains(f"^(?:{FIRST_HALF})$") & end.is_in(ends) & more).fill_null(False)
            whole = pl.concat_str(number, end, separator=",")
            halves = rows.filter(split).select("row", whole).rows()
            if not halves:
                break
            split_numbers |= {row: (column, text) for row, text in halves}
            broken |= split_numbers.keys()
            places = [str(position) for position in range(int(after), len(table.header))]
            moved = [(value, whole), *zip(places, [*map(pl.col, places[1:]), pl.lit(None, pl.String)], strict=True)]
            rows = rows.with_columns(
                pl.when(split).then(text).otherwise(pl.col(position)).alias(position) for position, text in moved
            )
    for row, (column, text) in split_numbers.items():
        if row not in table.broken:
            message = say("split-number", text=text)
            found.problems.append(Problem(table.file, table.sheet, row, column, text, "split-number", message))
    return replace(table, rows=rows, broken=frozenset(broken))
