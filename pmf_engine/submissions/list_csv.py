"""CSV files of lists: read as a stream where every line is a record, else row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import polars as pl

from pmf_engine.framework.model import Framework, RecordList
from pmf_engine.submissions.csv_limits import keep_lines_within
from pmf_engine.submissions.csv_tables import cells_of_an_open_line, read_csv
from pmf_engine.submissions.file_state import state_of, unchanged
from pmf_engine.submissions.limits import LIMITS, Measure, keep_within, why_unreadable
from pmf_engine.submissions.list_headers import ListHeader, folders_of
from pmf_engine.submissions.list_parts import ROW, ListPart, refused
from pmf_engine.submissions.list_quotes import swallowing_row
from pmf_engine.submissions.problems import listed
from pmf_engine.submissions.table import DAMAGED

_HEAD = 1 << 18
"""The first bytes of a file, in which its header is sought."""

_SMALL = 50_000_000
"""A file with quotes and fewer bytes is read row by row, which recovers from unclosed quotes."""

_CHUNK = 1 << 20
"""The bytes of a file that are read at once to count its lines."""

_TAIL = 1 << 16
"""The last bytes of a file, in which its last line is sought."""


def part_of_text(part: ListPart, path: Path, header: ListHeader) -> ListPart:
    """The part with the records of a CSV file.

    Args:
        part: The part without records.
        path: The file.
        header: The header that the list must have.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if not head.strip():
            return refused(part, "empty-file")
        if b"\n" not in head:
            head += stream.readline(LIMITS[Measure.LINE].most)
        size = keep_lines_within(stream)
        zero, quoted = _zeros_and_quotes(stream)
    if zero and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return refused(part, "zero-byte-in-file", zero)
    part = replace(part, quoted=quoted, small=size < _SMALL)
    if quoted and part.small:
        return whole_text(part, header)
    try:
        text = head.decode("utf-8-sig", errors="strict" if len(head) == size else "ignore")
    except UnicodeDecodeError:
        return whole_text(part, header)
    if "\r" in text.replace("\r\n", ""):  # lines that end with a bare carriage return
        return whole_text(part, header)
    return _streamed(part, path, text, header)


def _zeros_and_quotes(stream: BinaryIO) -> tuple[int | None, bool]:
    """The row of the first zero byte in a file, None without one; and whether the file has quotes before that."""
    quoted = False
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        quoted = quoted or b'"' in chunk
        if (zero := chunk.find(b"\0")) >= 0:
            return _row_at(stream, stream.tell() - len(chunk) + zero), quoted
    return None, quoted


def _row_at(stream: BinaryIO, offset: int) -> int:
    """The row of the byte at an offset, from 1."""
    row = 1
    stream.seek(0)
    while rest := offset - stream.tell():
        row += stream.read(min(_CHUNK, rest)).count(b"\n")
    return row


def _streamed(part: ListPart, path: Path, text: str, header: ListHeader) -> ListPart:
    """The part with the records of a file as a stream.

    Args:
        part: The part without records.
        path: The file.
        text: The beginning of the file.
        header: The header that the list must have.
    """
    best = max((_top(text, delimiter, header) for delimiter in ",;\t|"), key=lambda candidate: candidate[0])
    score, top, names, rows, delimiter = best
    if not score:
        return refused(part, "not-a-list", list=part.list, columns=listed(header.list.columns, "and"))
    keep_within(Measure.COLUMNS, len(names))
    part, places = header.read(part, names, top + 1)
    if not part.titles:
        return part
    cells = cells_of_an_open_line(_tail(path), delimiter)
    if cells is not None and cells <= max(places.values()):
        return refused(part, "cut-list", _line_breaks(path) + 1)
    columns = [str(position) for position in range(len(names))]
    frame = pl.scan_csv(
        path, has_header=False, skip_lines=top + 1, separator=delimiter, schema=dict.fromkeys(columns, pl.String),
        infer_schema=False, extra_columns="raise", missing_columns="insert", row_index_name=ROW,
        row_index_offset=top + 2, quote_char='"' if part.quoted else None, glob=False,
    )  # fmt: skip
    if part.quoted:
        try:
            row = _swallowing(frame, path, top + 1, columns, places.get(header.list.start))
        except pl.exceptions.PolarsError:
            return whole_text(part, header)
        if row is not None:
            return refused(part, "swallowed-records", row)
    dates = {}
    for name, column in header.list.columns.items():
        if column.kind == "date" and name in places:
            texts = [row[places[name]] for row in rows if len(row) > places[name] and row[places[name]]]
            dates[name] = "%d/%m/%Y" if texts and "/" in texts[0] else "%Y-%m-%d"
    chosen = {name: columns[position] for name, position in places.items()}
    frame = frame.filter(pl.any_horizontal(pl.col(list(chosen.values())).is_not_null()))
    return replace(part, frame=frame.select(ROW, *header.columns(chosen)), dates=dates, state=state_of(path))


def _swallowing(frame: pl.LazyFrame, path: Path, above: int, columns: Sequence[str], date: int | None) -> int | None:
    """The row whose quote swallows other rows, sought only where the file has more lines than rows.

    Args:
        frame: The records as a stream.
        path: The file.
        above: The number of lines down to the header.
        columns: All columns of the file, in their order.
        date: The position of a required date among these.
    """
    lines = _line_breaks(path) + (not _tail(path).endswith("\n")) - above
    if date is None or frame.select(pl.len()).collect(engine="streaming").item() == lines:
        return None
    return swallowing_row(frame, ROW, columns, date)


def _line_breaks(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))


def _tail(path: Path) -> str:
    """The text at the end of a file."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        return stream.read().decode(errors="replace")


def _top(text: str, delimiter: str, header: ListHeader) -> tuple[int, int, list[str], list[list[str]], str]:
    """The best header among the first rows: its score, its line from 0, its cells, the rows after it and the delimiter.

    Args:
        text: The beginning of the file.
        delimiter: The delimiter to try.
        header: The header that the list must have.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    best, rows, done = (0, 0, list[str]()), list[list[str]](), 0
    try:
        for cells in reader:
            score = header.score(cells) if done < 20 else 0
            if score > best[0]:
                best, rows = (score, done, cells), []
            else:
                rows.append(cells)
            done = reader.line_num
            if len(rows) > 100:
                break
    except csv.Error:
        pass
    return (*best, rows, delimiter)


def whole_text(part: ListPart, header: ListHeader) -> ListPart:
    """The part with the records of a file read row by row, in the manner of returns, where a stream cannot read it."""
    assert part.path is not None
    table, problems = read_csv(part.path, part.file, header.score, part.received_on, titled=True)
    part = replace(part, problems=(*part.problems, *problems), quoted=False, frame=None)
    if table is None:
        return part
    part, places = header.read(part, table.header, table.header_row)
    if not part.titles:
        return part
    if table.cut is not None and table.cut[1] <= max(places.values()):
        return refused(part, "cut-list", table.cut[0])
    if header.list.start in places:
        columns = [str(position) for position in range(len(table.header))]
        row = swallowing_row(table.rows, "row", columns, places[header.list.start])
        if row is not None:
            return refused(part, "swallowed-records", row)
    return replace(_of_rows(part, table.rows, table.broken, places, header), broken=table.broken)


def _of_rows(
    part: ListPart, rows: pl.DataFrame, broken: frozenset[int], places: Mapping[str, int], header: ListHeader
) -> ListPart:
    """The part with the rows of a file; the cells of broken rows are null.

    Args:
        part: The part without records.
        rows: The rows as texts.
        broken: The rows with unclosed quotes or surplus cells.
        places: The position of each column of the list.
        header: The header that the list must have.
    """
    chosen = {name: str(position) for name, position in places.items()}
    is_broken = pl.col("row").is_in(sorted(broken))
    blank = pl.all_horizontal(pl.col(list(chosen.values())).is_null())
    rows = rows.filter(is_broken | ~blank).with_columns(
        pl.when(~is_broken).then(pl.col(list(chosen.values()))).name.keep()
    )
    frame = rows.rename({"row": ROW}).select(ROW, *header.columns(chosen))
    return replace(part, frame=frame.lazy(), dates={}, ready=True, state=None)


def read_again(part: ListPart, list_: RecordList, framework: Framework) -> ListPart:
    """The part with the records of a file on which the stream failed, read row by row."""
    kept = tuple(problem for problem in part.problems if problem.kind != "columns-not-read")
    header = ListHeader(list_, framework, folders_of(part.file))
    assert part.path is not None
    try:
        with unchanged(part.path):
            return whole_text(replace(part, problems=kept), header)
    except (*DAMAGED, ValueError) as error:
        return refused(part, "unreadable", why=why_unreadable(error))
