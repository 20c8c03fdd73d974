"""A paper as tables for a workbook: a cover, its words, and its tables, of which those that are alike share a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import shorten

from pmf_engine.report.paper import Cell, Paper, Section, Table
from pmf_engine.report.sheets import ABSENT, Amount, Content, SheetTable, sheet_name, with_cover

_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<pounds>£?)(?P<digits>[\d,]+(?:\.(?P<decimals>\d+))?)(?P<percent>%?)")


def paper_sheets(paper: Paper) -> tuple[SheetTable, ...]:
    """The sheets of a paper: the cover first, then its words, then its tables in the order of the paper."""
    taken = {"cover", "text"}
    words = tuple(_words(paper))
    sheets = [SheetTable("Text", "What the paper says", _rows(len(words)), ("Section", "What it says"), words)]
    alike: dict[tuple[str, tuple[str, ...]], list[tuple[str, Table]]] = {}
    for title, table in (pair for section in paper.sections for pair in _tables(section)):
        alike.setdefault((table.caption or title, table.columns), []).append((title, table))
    for (name, _), tables in alike.items():
        sheets.append(_sheet(sheet_name(shorten(name, 28, placeholder=""), taken), name, tables))
    return with_cover(f"{paper.board}: {paper.title}", paper.about, sheets)


def _sheet(name: str, title: str, tables: Sequence[tuple[str, Table]]) -> SheetTable:
    """A sheet of tables with equal columns; where there are several, its first column names the section of each."""
    whole = replace(tables[0][1], rows=tuple(row for _, table in tables for row in table.rows))
    rows, heads = tuple(_contents(whole)), _heads(whole)
    if len(tables) > 1:
        sections = [section for section, table in tables for _ in table.rows]
        rows = tuple((section, *row) for section, row in zip(sections, rows, strict=True))
        heads = ("Section", *heads)
    notes = dict.fromkeys(table.note for _, table in tables if table.note)
    return SheetTable(name, title, " ".join((_rows(len(rows)), *notes)), heads, rows)


def _rows(number: int) -> str:
    return f"One table of {number:,} {'row' if number == 1 else 'rows'}."


def _words(paper: Paper) -> Iterator[tuple[Content, ...]]:
    """Each sentence and point of a paper, with the title of its section."""
    for words in (*paper.lead, *((paper.marking,) if paper.marking else ())):
        yield "In short", words
    for section in paper.sections:
        yield from _section_words(section, section.title)


def _section_words(section: Section, title: str) -> Iterator[tuple[Content, ...]]:
    for words in (*section.sentences, *section.points):
        yield title, words
    for part in section.parts:
        yield from _section_words(part, f"{title}: {part.title}")


def _tables(section: Section) -> Iterator[tuple[str, Table]]:
    """The tables of a section and of its parts, each with the title of what it stands in."""
    for table in section.tables:
        yield section.title, table
    for part in section.parts:
        yield from _tables(part)


def _heads(table: Table) -> tuple[str, ...]:
    """The heads of the columns, each of them once: a table of a workbook has no two alike, and none that is blank."""
    heads: list[str] = []
    for column, head in enumerate(table.columns, start=1):
        words = head.strip() or f"Column {column}"
        is_taken = words.casefold() in {other.casefold() for other in heads}
        heads.append(f"{words} ({column})" if is_taken else words)
    return tuple(heads)


def _contents(table: Table) -> Iterator[tuple[Content, ...]]:
    """The cells of a table: numbers where all of a column are numbers, and a sign where a cell is blank."""
    numeric = [table.is_numeric(column) for column in range(len(table.columns))]
    for row in table.rows:
        yield tuple(_content(cell, is_number) for cell, is_number in zip(row, numeric, strict=True))


def _content(cell: Cell, is_number: bool) -> Content:
    if not str(cell).strip():
        return ABSENT
    written = _NUMBER.fullmatch(str(cell)) if is_number else None
    if written is None:
        return cell
    value = float(written["sign"] + written["digits"].replace(",", ""))
    return Amount(value, len(written["decimals"] or ""), '"%"' if written["percent"] else "")
