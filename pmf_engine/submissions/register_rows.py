"""Rows of registers: every cell of their tables read and checked, and the row of each id that counts on a day.

A cell that cannot be used has a problem and is null, and the rest of its row counts. Rows without what a register
needs, and rows of one id that contradict each other, are set aside, each with a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import polars as pl

from pmf_engine.submissions.problems import Problem, listed, meant, problems_frame, say
from pmf_engine.submissions.register_cells import (
    RegisterWords,
    band_to_reach,
    expected,
    help_for,
    is_name,
    value_of,
)
from pmf_engine.submissions.registers import REGISTERS, Register, RegisterColumn, RegisterTable
from pmf_engine.submissions.table import EDGES, RawTable
from pmf_engine.submissions.vocabulary import Vocabulary

_KEY: Final = ":key"


def read_registers(
    tables: Iterable[RegisterTable], vocabulary: Vocabulary
) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """Every row of the tables of registers, by the name of the register, and the problems of their cells.

    Args:
        tables: The tables.
        vocabulary: The names of returns.
    """
    words = RegisterWords(vocabulary)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in REGISTERS}
    problems: list[Problem] = []
    for name, table in tables:
        reader = _TableReader(REGISTERS[name], table, words)
        rows[name] += reader.rows()
        problems += reader.problems
    return {name: pl.DataFrame(each, REGISTERS[name].schema.polars()) for name, each in rows.items()}, problems


def empty_registers() -> dict[str, pl.DataFrame]:
    """Registers without a row, by name."""
    return {name: register.schema.empty() for name, register in REGISTERS.items()}


class _TableReader:
    """Reads the rows of one table of a register and collects their problems."""

    def __init__(self, register: Register, table: RawTable, words: RegisterWords) -> None:
        self.register, self.table, self.words = register, table, words
        self.problems: list[Problem] = []
        self.positions = register.positions(table.header)
        self.titles = {name: table.header[position] for name, position in self.positions.items()}
        self.value_of = lru_cache(maxsize=None)(lambda text, column: value_of(text, column, words))

    def rows(self) -> list[dict[str, Any]]:
        """The rows that count."""
        missing = [name for name in self.register.needed if name not in self.positions]
        self._report_header()
        if missing:
            words = {"missing": listed(missing, "and"), "register": self.register.name}
            self._report("register-column-missing", self.table.header_row, None, None, **words)
            return []
        read = []
        for number, *cells in self.table.rows.select("row", pl.exclude("row")).iter_rows():
            if self.table.cut is not None and number == self.table.cut[0]:
                column = self.table.header[self.table.cut[1]]
                self._report("cut-row", number, column, column)
            elif number not in self.table.broken:
                texts = {name: (cells[at] or "").strip(EDGES) for name, at in self.positions.items()}
                if any(texts.values()) and (row := self._row(number, texts)) is not None:
                    read.append(row)
        return read

    def _report(self, kind: str, row: int | None, column: str | None, text: str | None, **words: object) -> None:
        """Adds a problem of a cell, under its column's title in the file."""
        title = None if column is None else self.titles.get(column, column)
        message = say(kind, text=text, column=title, **words)
        self.problems.append(Problem(self.table.file, self.table.sheet, row, title, text, kind, message))

    def _report_header(self) -> None:
        """The problems of the header: names of no column, and names of one column twice."""
        for position, title in enumerate(self.table.header):
            if not title.strip(EDGES) or position in self.positions.values():
                continue
            if self.register.positions([title]):
                self._report("column-twice", self.table.header_row, title, title, so="the first is used")
            else:
                names = [column.name for column in self.register.columns]
                self._report("unknown-column", self.table.header_row, title, title, help=meant(title, names))

    def _row(self, number: int, texts: Mapping[str, str]) -> dict[str, Any] | None:
        """The values of a row; None for a row that lacks what its register needs."""
        values: dict[str, Any] = {}
        unread: list[str] = []
        for column in self.register.columns:
            text = texts.get(column.name, "")
            value = self.value_of(text, column) if text else None
            values[column.name] = value
            if value is None and column.need == "row":
                self._report_needed(number, column, text)
                return None
            if text and value is None:
                self._report_unread(number, column, text)
                unread.append(column.name)
            elif value is None and column.need == "value":
                self._report("register-blank", number, column.name, None, expected=expected(column, self.words))
        self._check_past(number, texts, values, unread)
        self._check_orders(number, texts, values, unread)
        if self.register.name == "actions":
            self._check_group(number, texts, values, unread)
            self._check_state(number, texts, values)
            self._check_band(number, texts, values, unread)
        place = {"file": self.table.file, "sheet": self.table.sheet, "row": number}
        return {**values, **place, "file_received_on": self.table.received_on, "unread": unread}

    def _report_needed(self, number: int, column: RegisterColumn, text: str) -> None:
        """The problem of a row that is not used, since a cell that it needs is blank or unreadable."""
        what = {"expected": expected(column, self.words)}
        if text:
            aside = {**what, "help": help_for(text, column, self.words)}
            self._report("register-row-aside", number, column.name, text, **aside)
        else:
            self._report("register-row-blank", number, column.name, None, **what)

    def _report_unread(self, number: int, column: RegisterColumn, text: str) -> None:
        """The problem of a cell that is not used."""
        if is_name(column):
            help_ = help_for(text, column, self.words)
            self._report("register-name", number, column.name, text, what=column.kind, help=help_)
        else:
            self._report("register-value", number, column.name, text, expected=expected(column, self.words))

    def _check_past(self, number: int, texts: Mapping[str, str], values: dict[str, Any], unread: list[str]) -> None:
        """Sets aside days that were still to come when the file was received."""
        received = self.table.received_on
        for column in self.register.columns:
            day = values[column.name]
            if column.kind == "past day" and day is not None and received is not None and day > received:
                self._report("after-receipt", number, column.name, texts[column.name], day=received)
                values[column.name] = None
                unread.append(column.name)

    def _check_orders(self, number: int, texts: Mapping[str, str], values: dict[str, Any], unread: list[str]) -> None:
        """Sets aside days before the days that they follow."""
        for earlier, later in self.register.orders:
            first, second = values[earlier], values[later]
            if first is not None and second is not None and second < first:
                words = {"other": first, "column": self.titles[earlier]}
                title = self.titles[later]
                message = say("register-day-order", text=texts[later], **words)
                place = (self.table.file, self.table.sheet, number, title, texts[later])
                self.problems.append(Problem(*place, "register-day-order", message))
                values[later] = None
                unread.append(later)

    def _check_group(self, number: int, texts: Mapping[str, str], values: dict[str, Any], unread: list[str]) -> None:
        """The group in the framework's spelling, with its breakdown; both are unread where one is unknown."""
        text = texts.get("group", "")
        if not text:
            values["by"] = None
            return
        by = values["by"]
        fits = self.words.breakdowns_with(text) if not texts.get("by") else []
        if by is None and len(fits) == 1:
            [by] = fits
        values["by"], values["group"] = by, None if by is None else self.words.group(by, text)
        if values["group"] is not None:
            return
        unread.append("group")
        if by is not None:
            names = self.words.vocabulary.groups.get(by)
            help_ = names.help(text) if names is not None else ""
            self._report("unknown-group", number, "group", text, by=by, help=help_)
        elif not texts.get("by"):
            self._report("register-group-alone", number, "group", text)

    def _check_state(self, number: int, texts: Mapping[str, str], values: dict[str, Any]) -> None:
        """The state of an action, by its own cell and the day on which it was done; in doubt it is open."""
        state, done = values["state"], values["done_on"]
        if state is None:
            values["state"] = "open" if done is None else "done"
        elif state == "done" and done is None:
            contradiction = "has no day under `done_on` that can be used"
            self._report("register-state", number, "state", texts["state"], contradiction=contradiction, state="open")
            values["state"] = "open"
        elif state == "open" and done is not None:
            contradiction = f"stands beside {done} under `done_on`"
            self._report("register-state", number, "state", texts["state"], contradiction=contradiction, state="open")
            values["done_on"] = None

    def _check_band(self, number: int, texts: Mapping[str, str], values: dict[str, Any], unread: list[str]) -> None:
        """Sets aside a value to reach that is no band for the indicator."""
        text = values["expected_value"]
        if text is not None and band_to_reach(text, values["indicator"], self.words.framework) is None:
            values["expected_value"] = None
            unread.append("expected_value")
            column = next(each for each in self.register.columns if each.name == "expected_value")
            self._report_unread(number, column, texts["expected_value"])


def standing_rows(rows: pl.DataFrame, register: Register, as_of: date) -> tuple[pl.DataFrame, list[Problem]]:
    """The rows of a register that count on a day, and the problems of those that contradict each other.

    A row of the latest file replaces the rows of its key in earlier files. Rows of a key that differ, in one file or in
    files of which nothing says which came later, are all set aside.

    Args:
        rows: Every row of the register.
        register: The register.
        as_of: The day.
    """
    if rows.is_empty():
        return rows, []
    received = pl.col("file_received_on")
    own = [column.name for column in register.columns]
    folded = [pl.col(name).str.to_lowercase().fill_null("") for name in register.key]
    came = rows.filter(received.is_null() | (received <= as_of)).with_columns(
        pl.concat_str(folded, separator="\0").alias(_KEY), content=pl.struct(own).struct.json_encode()
    )
    latest = came.filter(received.is_null() | (received == received.max().over(_KEY)).fill_null(True))
    of_file = latest.group_by(_KEY, "file", maintain_order=True).agg(
        content=pl.col("content").sort().str.join("\n"), differs=pl.col("content").n_unique() > 1
    )
    of_key = of_file.group_by(_KEY, maintain_order=True).agg(
        files=pl.col("file"), clash=pl.col("content").n_unique() > 1, twice=pl.col("differs").any() & register.once
    )
    joined = latest.join(of_key, on=_KEY, maintain_order="left")
    problems = _contradictions(joined.filter(pl.col("clash") | pl.col("twice")), register)
    kept = joined.filter(~pl.col("clash") & ~pl.col("twice"), pl.col("file") == pl.col("files").list.first())
    if register.once:
        kept = kept.unique(_KEY, keep="first", maintain_order=True)
    return kept.select(rows.columns), problems


def contradictions(registers: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The problems of rows of registers that contradict each other, with the columns of `PROBLEMS`."""
    problems = [standing_rows(rows, REGISTERS[name], date.max)[1] for name, rows in registers.items()]
    return problems_frame([each for some in problems for each in some])


def _contradictions(rows: pl.DataFrame, register: Register) -> list[Problem]:
    """A problem for each of some rows whose keys are also those of other rows."""
    problems = []
    column = register.key[0]
    numbers = rows.group_by(_KEY, "file", maintain_order=True).agg("row")
    in_file = {(key, file): each for key, file, each in numbers.iter_rows()}
    for row in rows.iter_rows(named=True):
        key, file = row[_KEY], row["file"]
        if row["twice"] and len(in_file[key, file]) > 1:
            words: dict[str, object] = {"rows": _and([str(number) for number in in_file[key, file]])}
            kind = "register-id-twice"
        else:
            others: Sequence[str] = [f"`{other}`" for other in row["files"] if other != file]
            words, kind = {"place": _and(others)}, "register-sent-twice"
        message = say(kind, text=row[column], **words)
        problems.append(Problem(file, row["sheet"], row["row"], column, row[column], kind, message))
    return problems


def _and(texts: Sequence[str]) -> str:
    """Texts as a sentence lists them.

    >>> _and(["3", "5", "9"])
    '3, 5 and 9'
    """
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
