"""Hostile files: those that take a reader's memory, time or place, or that are none."""

from __future__ import annotations

import os
import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

DAYS = [date(2016, 4, 1) + timedelta(days=day) for day in range(91)]
HEADER = "period,agency,figure,value"


def workbook(path: Path, rows: str = "", dimension: str = "A1:A92", strings: Iterator[bytes] | None = None) -> None:
    """A workbook of the list of visits, with more rows, as its XML, and with a table of texts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    own = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for row, text in enumerate(["day", *map(str, DAYS)], 1)
    ).replace("</row>", '<c r="B1" t="inlineStr"><is><t>note</t></is></c></row>', 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kinds}.sharedStrings+xml"/></Types>',
        )
        for name, target in (("_rels/.rels", "officeDocument xl/workbook.xml"), ("xl/_rels/workbook.xml.rels", "")):
            entries = target or "worksheet worksheets/sheet1.xml sharedStrings sharedStrings.xml"
            words = entries.split()
            relations = "".join(
                f'<Relationship Id="r{number}" Type="{links}/{kind}" Target="{where}"/>'
                for number, (kind, where) in enumerate(zip(words[::2], words[1::2], strict=True), 1)
            )
            parts.writestr(name, f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>')
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        head = f'<?xml version="1.0"?><worksheet xmlns="{main}"><dimension ref="{dimension}"/><sheetData>'
        parts.writestr("xl/worksheets/sheet1.xml", f"{head}{own}{rows}</sheetData></worksheet>")
        with parts.open("xl/sharedStrings.xml", "w", force_zip64=True) as stream:
            stream.write(f'<sst xmlns="{main}">'.encode())
            for block in strings or ():
                stream.write(block)
            stream.write(b"</sst>")


def bomb(path: Path, gigabytes: int) -> None:
    """A workbook with a part that unpacks to so much."""
    workbook(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as parts,
        parts.open("xl/media/zeros.bin", "w", force_zip64=True) as stream,
    ):
        for _ in range(gigabytes * 100):
            stream.write(bytes(10_000_000))


def lying(path: Path) -> None:
    """A workbook whose table of texts unpacks to a gigabyte and says that it has a thousand bytes."""
    workbook(path, strings=(b"<si><t>%050d</t></si>" % 0 * 100_000 for _ in range(160)))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/sharedStrings.xml"))
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(bytes(content))


def texts(count: int, each: Callable[[int], bytes]) -> Iterator[bytes]:
    """A table of texts, in blocks of a hundred thousand."""
    for start in range(0, count, 100_000):
        yield b"".join(b"<si><t>" + each(number) + b"</t></si>" for number in range(start, start + 100_000))


def parquet(path: Path, compression: Any = "zstd", count: int = len(DAYS)) -> None:
    """The list of visits as Parquet, with so many records."""
    days = pl.select(day=pl.lit(DAYS[0]) + pl.duration(days=pl.int_range(count) % len(DAYS)))
    days.with_columns(note=pl.int_range(count).cast(pl.String)).write_parquet(path, compression=compression)


def damaged(path: Path, compression: str) -> None:
    """A Parquet file with damage in its first page."""
    parquet(path, compression, 20_000)
    content = bytearray(path.read_bytes())
    content[40:400] = b"\xff" * 360
    path.write_bytes(bytes(content))


def long_line(path: Path, header: str) -> None:
    """A file with a line of 500 MB."""
    with path.open("wb") as stream:
        stream.write(f"{header}\n".encode())
        for _ in range(50):
            stream.write(b"x" * 10_000_000)


def wide(path: Path, header: str, row: str) -> None:
    """A file with a hundred thousand columns."""
    names = ",".join(f"c{number}" for number in range(100_000))
    path.write_text(f"{header},{names}\n" + f"{row}{',1' * 100_000}\n" * 5, encoding="utf-8")


def cut(suffix: str, tenth: int) -> Callable[[Path], None]:
    """Makes a file of a format that ends after so many tenths."""

    def make(folder: Path) -> None:
        path = folder / f"visit_list{suffix}"
        if suffix == ".xlsx":
            workbook(path)
        elif suffix == ".parquet":
            parquet(path)
        elif suffix == ".csv":
            path.write_text("day,note\n" + "".join(f"{day},a\n" for day in DAYS), encoding="utf-8")
        else:
            path = folder / "police.csv"
            path.write_text(f"{HEADER}\n" + "2016-17 Q1,police,officers,8\n" * 50, encoding="utf-8")
        os.truncate(path, path.stat().st_size * tenth // 10)

    return make


def long_list(suffix: str) -> Callable[[Path], None]:
    """Makes a list of three million records."""

    def make(folder: Path) -> None:
        parquet(folder / "visit_list.parquet", count=3_000_000)
        if suffix == ".csv":
            pl.read_parquet(folder / "visit_list.parquet").write_csv(folder / "visit_list.csv")
            (folder / "visit_list.parquet").unlink()

    return make


def named(name: str | bytes) -> Callable[[Path], None]:
    """Makes a return with a name, in which the police send their figure."""

    def make(folder: Path) -> None:
        target = os.path.join(os.fsencode(folder), os.fsencode(name))  # noqa: PTH118 - a name that is no text
        with open(target, "w", encoding="utf-8") as stream:  # noqa: PTH123
            stream.write(f"{HEADER}\n2016-17 Q1,police,officers,8\n")

    return make


def closed_folder(folder: Path) -> None:
    """A folder that may not be opened."""
    (folder / "closed").mkdir()
    (folder / "closed" / "a.csv").write_text(HEADER, encoding="utf-8")
    (folder / "closed").chmod(0)


def listening(folder: Path) -> None:
    """A socket under the name of a return."""
    before = Path.cwd()
    os.chdir(folder)  # the path of a socket has at most a hundred bytes
    socket.socket(socket.AF_UNIX).bind("police.csv")
    os.chdir(before)


def far_row(number: int) -> str:
    """A row of a sheet with a note."""
    return f'<row r="{number}"><c r="B{number}" t="inlineStr"><is><t>note {number}</t></is></c></row>'
