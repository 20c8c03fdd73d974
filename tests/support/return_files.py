"""Writes figures as agencies write them: any layout, format, encoding, and habit of names, periods and numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zipfile import ZipFile

import openpyxl
import xlwt

PERIOD, AGENCY, FIGURE, GROUP = ROLES = ("period", "agency", "figure", "district")

HEAD = """\
board: {name: Test Board, submissions: returns, area: Testshire}
agencies:
  care: {name: Social Care, also_called: [Childrens Services]}
  police: Test Police
content_areas: {safety: Safety}
scales: {audit: [not met, partly met, met]}
breakdowns: {district: {title: District, groups: [North, South, East Hill]}}
"""
FIGURES = """\
referrals: {title: Referrals received, from: care, kind: flow, frequency: quarterly, also_called: [New referrals]}
visits: {title: Visits made, from: [care, police], kind: flow, frequency: quarterly}
children: {title: Children with a plan, from: care, kind: stock, frequency: quarterly}
calls: {title: Calls taken, from: police, kind: flow, frequency: monthly}
on_time: {title: Visits on time, from: care, kind: stock, frequency: quarterly, unit: percent}
staff_change: {title: Change in staff, from: care, kind: flow, frequency: quarterly, signed: true}
safe_hiring: {title: Safe hiring, from: [care, police], kind: grade, scale: audit, frequency: annual}
"""
INDICATORS = "a: {frequency: quarterly, formula: referrals}"


class Fact(NamedTuple):
    """A number that an agency sends: the id of its figure, the label of its period, its group or None, and its text."""

    figure: str
    period: str
    text: str
    agency: str = "care"
    group: str | None = None

    def label(self, role: str) -> str:
        """The label of a role: an id, a period, or the name of a group."""
        labels = {PERIOD: self.period, AGENCY: self.agency, FIGURE: self.figure}
        return labels.get(role) or self.group or "All districts"


@dataclass(frozen=True)
class Arrangement:
    """Where each role stands. Roles that stand nowhere are in `rows`.

    Attributes:
        across: The roles in the rows of the header, from the top.
        block: A role in titles between the rows.
        sheet: The roles in the names of sheets.
        title: The roles in the title of each sheet.
        file: The roles in the name of the file.
        rows: The roles in columns of labels, in their order.
        says: How each label is written.
        heads: How the columns of labels are headed.
        value: The heading of the column of values.
        over: Texts above the table, before the title.
        repeat: Every block has a header of its own.
    """

    rows: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    block: str | None = None
    sheet: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    file: tuple[str, ...] = ()
    says: Callable[[str, str], str] = lambda role, label: label
    heads: Mapping[str, str] = field(default_factory=dict)
    value: str = "value"
    over: Sequence[str] = ()
    repeat: bool = False


Sheets = dict[str, list[list[str]]]
"""The cells of each sheet of a file by its name."""


def _distinct(facts: Iterable[Fact], roles: Sequence[str]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(tuple(fact.label(role) for role in roles) for fact in facts))


def _of(facts: Iterable[Fact], roles: Sequence[str], labels: tuple[str, ...]) -> list[Fact]:
    return [fact for fact in facts if tuple(fact.label(role) for role in roles) == labels]


def arranged(facts: Sequence[Fact], how: Arrangement) -> dict[str, Sheets]:
    """The files that hold some facts: by the name of each file without its suffix, its sheets."""
    files: dict[str, Sheets] = {}
    for in_file in _distinct(facts, how.file):
        of_file = _of(facts, how.file, in_file)
        name = "_".join([*(how.says(role, label) for role, label in zip(how.file, in_file, strict=True)), "return "])
        sheets: Sheets = {}
        keys = (*how.sheet, *how.title)
        for number, labels in enumerate(_distinct(of_file, keys), 1):
            names = [how.says(role, label) for role, label in zip(keys, labels, strict=True)]
            sheet = " ".join(names[: len(how.sheet)]) or f"Sheet{number}"
            top = [[text] for text in how.over] + [[text] for text in names[len(how.sheet) :]]
            if sheet in sheets:  # of another title: a file of its own
                name, sheets = f"{name}{'abcdefghijklmnopqrstuvwxyz'[len(files)]}", {}
            sheets[sheet] = [*top, *_table(_of(of_file, keys, labels), how)]
            files[name.replace("/", "-")] = sheets
    return files


def _table(facts: Sequence[Fact], how: Arrangement) -> list[list[str]]:
    columns = _distinct(facts, how.across)
    header: list[list[str]] = []
    for level in range(max(len(how.across), 1)):
        last = level == max(len(how.across), 1) - 1
        row = [how.heads.get(role, role) if last else "" for role in how.rows]
        for number, labels in enumerate(columns):
            text = how.says(how.across[level], labels[level]) if how.across else how.value
            same = not last and number and labels[: level + 1] == columns[number - 1][: level + 1]
            row.append("" if same else text)
        header.append(row)
    table: list[list[str]] = []
    for number, (title,) in enumerate(_distinct(facts, (how.block,))) if how.block else [(0, ("",))]:
        if not number and not how.repeat:
            table += [[*row] for row in header]
        of_block = _of(facts, (how.block,), (title,)) if how.block else list(facts)
        if how.block:
            table.append([how.says(how.block, title)])
        if how.repeat:
            table += [[*row] for row in header]
        for labels in _distinct(of_block, how.rows):
            texts = {
                tuple(fact.label(role) for role in how.across): fact.text for fact in _of(of_block, how.rows, labels)
            }
            names = [how.says(role, label) for role, label in zip(how.rows, labels, strict=True)]
            table.append([*names, *(texts.get(column, "") for column in columns)])
    return table


def as_csv(
    rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8", newline: str = "\r\n"
) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO(newline="")
    width = max(map(len, rows))
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(
        [*row, *[""] * (width - len(row))] for row in rows
    )
    return text.getvalue().encode(encoding)


def workbook_of(sheets: Sheets, numbers: bool = True, top: int = 0, left: int = 0) -> openpyxl.Workbook:
    """Sheets as a workbook; with `numbers`, plain numbers are numbers. `top` and `left` are blank rows and columns."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("/", "-")[:31])
        for number, row in enumerate(rows, 1 + top):
            for position, text in enumerate(row, 1 + left):
                if text:
                    is_number = numbers and text.replace(".", "", 1).isdigit()
                    sheet.cell(
                        number, position, float(text) if is_number and "." in text else int(text) if is_number else text
                    )
    return book


def as_ods(sheets: Sheets) -> bytes:
    """Sheets as an OpenDocument spreadsheet; plain numbers are numbers."""

    def cell(text: str) -> str:
        number = f'office:value-type="float" office:value="{text}"' if text.isdigit() else 'office:value-type="string"'
        return f"<table:table-cell {number}><text:p>{text}</text:p></table:table-cell>"

    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
    names = " ".join(f'xmlns:{name}="{space.format(name)}"' for name in ("office", "table", "text"))
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    out = io.BytesIO()
    with ZipFile(out, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
        parts.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return out.getvalue()


def as_xls(sheets: Sheets, hidden: Sequence[str] = ()) -> bytes:
    """Sheets as a workbook of the form before 2007."""
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        sheet.visibility = int(name in hidden)
        for number, row in enumerate(rows):
            for position, text in enumerate(row):
                if text:
                    sheet.write(number, position, int(text) if text.isdigit() else text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
