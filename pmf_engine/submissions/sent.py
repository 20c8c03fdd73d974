"""What was sent: every cell of returns as it was read, before cells are compared with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.frames import KEYS
from pmf_engine.submissions.headers import Found
from pmf_engine.submissions.layout import lay_out_together
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problems import PROBLEMS, Problem, problems_frame
from pmf_engine.submissions.readings import CELLS, OUTCOME, Reader
from pmf_engine.submissions.register_rows import empty_registers, read_registers
from pmf_engine.submissions.registers import REGISTERS, RegisterTable
from pmf_engine.submissions.returns import SET_ASIDE, SetAside
from pmf_engine.submissions.table import RawTable
from pmf_engine.submissions.vocabulary import Vocabulary

_COMPARED: dict[str, Any] = {"type": pl.String, "clean": pl.String, "beside": pl.String, "group_text": pl.String}
"""The columns of cells that only their comparison needs."""

REFUSED_FILES: Any = {"file": pl.String, "received_on": pl.Date, "agency": pl.String, "start": pl.Int32}
"""The columns of refused files: a row for each month, counted from year 0, that a file is for."""


@dataclass(frozen=True)
class Sent:
    """Returns cell by cell, and list parts, before any comparison of files.

    Attributes:
        cells: The cells that name a figure or could, with the columns `CELLS` and those that comparing needs.
        unread: The cells set aside unread, with the columns `CELLS`.
        problems: The problems of single cells and files.
        lists: The list parts.
        received: The day of receipt of each return.
        undated: The files of unknown arrival.
        keys: The keys of rows that have one, with the columns `KEYS`.
        registers: Every row of the registers of the board, by their names.
        refused: The returns of which nothing was read and whose names tell the agency and the months.
    """

    cells: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={**CELLS.polars(), **_COMPARED}))
    unread: pl.DataFrame = field(default_factory=CELLS.empty)
    problems: pl.DataFrame = field(default_factory=PROBLEMS.empty)
    lists: tuple[ListPart, ...] = ()
    received: Mapping[str, date | None] = field(default_factory=dict)
    undated: frozenset[str] = frozenset()
    keys: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KEYS))
    registers: Mapping[str, pl.DataFrame] = field(default_factory=empty_registers)
    refused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED_FILES))

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files and frames."""
        of_board = (file for rows in self.registers.values() for file in rows["file"].unique(maintain_order=True))
        return tuple(dict.fromkeys([*self.received, *(part.file for part in self.lists), *of_board]))

    def known_at(self, as_of: date) -> Sent:
        """What was sent by a day."""
        later = {file for file, on in self.received.items() if on is not None and on > as_of}
        lists = tuple(part for part in self.lists if part.received_on is None or part.received_on <= as_of)
        later |= {part.file for part in self.lists} - {part.file for part in lists}
        after = pl.col("file_received_on") > as_of
        for rows in self.registers.values():
            later |= {*rows.filter(after)["file"]}
        came = ~pl.col("file").is_in(sorted(later))
        return replace(
            self,
            cells=self.cells.filter(came),
            unread=self.unread.filter(came),
            problems=self.problems.filter(came),
            lists=lists,
            received={file: on for file, on in self.received.items() if file not in later},
            undated=self.undated - later,
            registers={name: rows.filter(came) for name, rows in self.registers.items()},
            refused=self.refused.filter(came),
        )


def read_tables(
    tables: list[RawTable],
    problems: Sequence[Problem],
    received: Mapping[str, date | None],
    words: Vocabulary,
    aside: Sequence[SetAside] = (),
    registers: Sequence[RegisterTable] = (),
) -> Sent:
    """Reads every cell of returns.

    Args:
        tables: The returns. The list is emptied, so that their texts are not kept beside their cells.
        problems: The problems of their files so far.
        received: The day of receipt of each file.
        words: The names of the framework.
        aside: The cells of these files that are in no table.
        registers: The tables of the registers of the board.
    """
    rows, of_registers = read_registers(registers, words)
    found = Found(problems=[*problems, *of_registers])
    order = {file: place for place, file in enumerate(dict.fromkeys(table.file for table in tables))}
    lay_out_together(tables, words, found)
    if aside:
        found.set_aside.append(pl.DataFrame(aside, schema=SET_ASIDE, orient="row"))
    sent = Sent(problems=problems_frame(found.problems), received=received, registers=rows)
    if found.cells:
        several, together = len(found.cells) > 1, pl.concat(found.cells, how="diagonal")
        found.cells.clear()
        if several:  # in the order of the files
            together = together.sort(pl.col("file").replace_strict(order, return_dtype=pl.Int64), maintain_order=True)
        cells, more = Reader(words).read(together)
        problems_of_all = pl.concat([sent.problems, *more])
        sent = replace(sent, cells=cells.select(*CELLS.names, *_COMPARED), problems=problems_of_all)
    if found.set_aside:
        unread = pl.concat(found.set_aside).with_columns(
            pl.col("text").fill_null(""),
            pl.lit("invalid", STATE).alias("state"),
            pl.lit("unknown", OUTCOME).alias("outcome"),
        )
        missing = [
            pl.lit(None, dtype).alias(name) for name, dtype in CELLS.polars().items() if name not in unread.columns
        ]
        sent = replace(sent, unread=unread.with_columns(missing).select(CELLS.names))
    return sent


def put_together(parts: Sequence[Sent], words: Vocabulary) -> Sent:
    """Several parts as one; groups of breakdowns without a list are spelt alike in all of them."""
    return Sent(
        cells=Reader(words).one_spelling(pl.concat([part.cells for part in parts])),
        unread=pl.concat([part.unread for part in parts]),
        problems=pl.concat([part.problems for part in parts]),
        lists=tuple(each for part in parts for each in part.lists),
        received={file: on for part in parts for file, on in part.received.items()},
        undated=frozenset().union(*(part.undated for part in parts)),
        keys=pl.concat([part.keys for part in parts]),
        registers={name: pl.concat([part.registers[name] for part in parts]) for name in REGISTERS},
        refused=pl.concat([part.refused for part in parts]),
    )
