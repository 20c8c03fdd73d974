"""A paper of the board's year as Markdown, and its data as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from pmf_engine.domain.periods import Period
from pmf_engine.domain.plain_text import csv_cell, tamed
from pmf_engine.report.paper import Paper, Section, Sheet, Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#&])")


def to_markdown(paper: Paper) -> str:
    """The paper as Markdown, with every text of people neutralised."""
    lines = [f"# {_plain(paper.board)}: {_plain(paper.title)}", "", _plain(paper.about), ""]
    for sentence in filter(None, (paper.marking, *paper.lead)):
        lines += [_plain(sentence), ""]
    for section in paper.sections:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section, depth: int) -> Iterator[str]:
    """The lines of a section and its parts."""
    if section.is_empty:
        return
    yield from (f"{'#' * depth} {_plain(section.title)}", "")
    for sentence in section.sentences:
        yield from (_plain(sentence), "")
    if section.points:
        yield from (*(f"- {_plain(point)}" for point in section.points), "")
    for table in section.tables:
        yield from _table(table)
    for part in section.parts:
        yield from _section(part, depth + 1)


def _table(table: Table) -> Iterator[str]:
    """The lines of a table, with its caption in bold above it and its note below."""
    if table.caption:
        yield from (f"**{_plain(table.caption)}**", "")
    yield _row(table.columns)
    yield _row(["---:" if table.is_numeric(at) else "---" for at in range(len(table.columns))], plain=False)
    for row in table.rows:
        yield _row([str(cell) for cell in row])
    yield ""
    if table.note:
        yield from (_plain(table.note), "")


def _row(cells: list[str] | tuple[str, ...], plain: bool = True) -> str:
    return f"| {' | '.join(_plain(cell) if plain else cell for cell in cells)} |"


def _plain(words: str) -> str:
    r"""Words on one line in which nothing is markup.

    >>> _plain("a *b* | c")
    'a \\*b\\* \\| c'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(tamed(words).split()))


def to_json(data: Any) -> str:
    """The data of a paper as one JSON object: periods by their labels, dates in ISO 8601."""
    return json.dumps(_as_json(data), indent=2, ensure_ascii=False) + "\n"


def _as_json(value: Any) -> Any:
    if isinstance(value, Period):
        return value.label
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_json(inner) for inner in value]
    return value


def to_csv(sheet: Sheet) -> str:
    """A sheet as CSV with a header; no cell begins as a formula of a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow([csv_cell(cell) for cell in row])
    return out.getvalue()
