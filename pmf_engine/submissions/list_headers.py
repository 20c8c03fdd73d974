"""Headers of lists: the position of each column of a list in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote

import polars as pl

from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.submissions.list_parts import ListPart, noted, refused
from pmf_engine.submissions.problems import listed, meant
from pmf_engine.submissions.table import EDGES
from pmf_engine.submissions.vocabulary import fold_header

_BLANK = "__HIVE_DEFAULT_PARTITION__"
"""The value in the name of a Hive folder whose records have none."""


def folders_of(name: str) -> dict[str, str]:
    """The values of columns in the names of folders, written `column=value` in the manner of Hive.

    >>> folders_of("district=Castle%20Point/plan_list.csv")
    {'district': 'Castle Point'}
    """
    pairs = (part.split("=", 1) for part in PurePosixPath(name).parts[:-1] if "=" in part)
    return {fold_header(unquote(key)): "" if value == _BLANK else unquote(value) for key, value in pairs}


class ListHeader:
    """Finds a list's columns in a header, by their ids, their titles as breakdowns, and `also_called`."""

    def __init__(self, list_: RecordList, framework: Framework, folders: Mapping[str, str]) -> None:
        self.list = list_
        self.folders = {}
        self.column_of_title = {fold_header(name): name for name in list_.columns}
        for name in list_.columns:
            if name in framework.breakdowns:
                self.column_of_title.setdefault(fold_header(framework.breakdowns[name].title), name)
        for name, column in list_.columns.items():
            for other in column.also_called:
                self.column_of_title.setdefault(fold_header(other), name)
        for folded, value in folders.items():
            if folded in self.column_of_title:
                self.folders[self.column_of_title[folded]] = value

    @property
    def needed(self) -> set[str]:
        """The required columns that folders do not give."""
        return {name for name, column in self.list.columns.items() if not column.optional} - self.folders.keys()

    def score(self, header: Sequence[str]) -> int:
        """The number of the list's columns in a header."""
        return len({self.column_of_title.get(fold_header(title.strip(EDGES))) for title in header} - {None})

    def strange(self, header: Sequence[str]) -> bool:
        """Whether a header has fewer than half of the required columns."""
        named = {self.column_of_title.get(fold_header(title.strip(EDGES))) for title in header} | self.folders.keys()
        needed = {name for name, column in self.list.columns.items() if not column.optional}
        return len(needed & named) * 2 < len(needed)

    def read(self, part: ListPart, header: Sequence[str], row: int | None) -> tuple[ListPart, dict[str, int]]:
        """The part with its titles, and the position of each column; a part without a usable header is refused.

        Args:
            part: The list part.
            header: The titles of its columns.
            row: The row of the header; None for a frame.
        """
        places: dict[str, int] = {}
        other: list[str] = []
        for position, title in enumerate(header):
            name = self.column_of_title.get(fold_header(title.strip(EDGES)))
            if name is None:
                other += [title.strip(EDGES)] if title.strip(EDGES) else []
            elif name in places:
                return refused(part, "list-column-twice", row, text=title.strip(EDGES)), {}
            else:
                places[name] = position
        missing = [name for name in self.list.columns if name not in places and name not in self.folders]
        if missing:
            near = meant(missing[0], other)
            return refused(part, "list-column-missing", row, missing=listed(missing, "and"), help=near), {}
        if other:
            shown = [*other[:5], *([f"{len(other) - 5} more"] if len(other) > 5 else [])]
            part = noted(part, "columns-not-read", row, columns=", ".join(f"`{title}`" for title in shown))
        titles = {name: header[position].strip(EDGES) for name, position in places.items()}
        folders = {name: value for name, value in self.folders.items() if name not in titles}
        return replace(part, titles=titles | {name: name for name in folders}, folders=folders), places

    def columns(self, places: Mapping[str, str]) -> list[pl.Expr]:
        """The list's columns by id, from the columns of a frame and the values of folders."""
        own = [pl.col(places[name]).alias(name) for name in self.list.columns if name in places]
        return own + [
            pl.lit(value or None, pl.String).alias(name) for name, value in self.folders.items() if name not in places
        ]
