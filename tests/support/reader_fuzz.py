"""Fuzzers of the readers: good files, changed at random, are read or refused, each in little time and memory.

`python -m tests.support.reader_fuzz --reader list.xlsx --seconds 3600 --seed 1` tries one reader for so long, or
each in turn without `--reader`, and prints how many inputs it tried and each that breaks the law. An input depends on
the seed and its number alone. The input being read is in a file, so that one that ends the process is there afterwards.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import xlsxwriter

import pmf_engine as pmf
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.records.coverage import readable
from pmf_engine.report.snapshots import (
    FIGURE_FILE,
    INPUTS,
    REPORT,
    RESULT_FILE,
    SnapshotError,
    read_snapshot,
    saved_reports,
    snapshot_files,
)
from pmf_engine.report.summary import read_summary
from pmf_engine.submissions.content import register_at
from pmf_engine.submissions.folder import MANIFEST, read_manifest
from pmf_engine.submissions.layouts.naming import Lexicon
from pmf_engine.submissions.list_files import read_list_parts
from pmf_engine.submissions.readers import READERS
from pmf_engine.submissions.table import DAMAGED
from pmf_engine.submissions.vocabulary import Vocabulary
from tests.support.boards import HEAD, write_board
from tests.support.reader_fuzz_files import ACTIONS, SUMMARY, TOLERANCES, binary_workbook, old_workbook, open_document

SECONDS, MEGABYTES = 1.0, 200.0
"""The most processor time and memory that one input may take."""

LARGEST = 50_000
"""The most bytes of an input, or of a part of a workbook: what large files take is measured in `benchmarks.hostile`."""

_LISTS = """\
lists:
  visit_list:
    {title: Visits, from: care, date: day, columns: {day: date, child: text, ward: text, score: number?, seen: truth?}}
"""
_FIGURES = """
adults: {title: Adults, from: [care, police], kind: stock, frequency: quarterly}
visits: {title: Visits, from: care, kind: flow, frequency: monthly}
"""
_INDICATORS = """
people: {frequency: quarterly, formula: adults}
calls: {frequency: quarterly, formula: count(visit_list), by: [ward]}
"""
SAVED = (REPORT, INPUTS, RESULT_FILE, FIGURE_FILE)
_QUARTER = Period(2016 * 12 + 3, Cadence(3, 4))
_DAYS = [date(2016, 4, 1) + timedelta(days=day) for day in range(60)]
_RETURN = """\
period,agency,figure,district,value,comment
2016-17 Q1,care,adults,,"1,234",as sent
2016-17 Q1,police,adults,North,c,"two lines
of words, with a comma"
2016-12,care,visits,,12 [r],
"""
_MANIFEST = """\
file,received_on,covers_from,covers_to,part
care.csv,2016-07-05,,,
visit_list.csv,05/07/2016,2016-04-01,2016-06-30,a
"""
_TOKENS = [
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b'"', b'""', b",", b";", b"\t", b"|", b"'", b"%", b"-",
    b"=1+1", b"NaN", b"inf", b"1e400", b"9" * 40, b"0" * 400, b"2016-02-30", b"31/12/2016", b"9999-12-31",
    b"0000-00-00",
    b"2016-17 Q5", "é\u200b\u2028".encode(), b"\xc3", b"<", b">", b"</c>", b"<c", b"&amp;", b"&#0;", b' r="XFD1048576"',
    b' r="A0"', b' r="ZZZZ9"', b' r="1"', b' t="s"', b' t="e"', b' t="b"', b"<v>-1</v>", b"<v>99999999999</v>", b"<f>",
    b'<mergeCell ref="A1:XFD1048576"/>', b'hidden="1"', b"PK\x03\x04", b"PAR1", b"\x15\x04\x15\x00", b"&a", b"*a",
    b"!!x", b"{", b"}", b"[", b"]", b": ", b"- ", b"? ", b"|", b">", b"#", b"  ", b"percent(", b"count(", b"at most ",
    b"formula: ",
]  # fmt: skip


def _records() -> pl.DataFrame:
    children = [f"c{number % 17}" for number in range(len(_DAYS))]
    wards = ["East", "West", "north ward"] * (len(_DAYS) // 3)
    scores = [None if number % 5 == 0 else number / 4 for number in range(len(_DAYS))]
    return pl.DataFrame({"day": _DAYS, "child": children, "ward": wards, "score": scores, "seen": [True] * len(_DAYS)})


def _parquet() -> bytes:
    content = io.BytesIO()
    _records().write_parquet(content, compression="snappy")
    return content.getvalue()


def _workbook() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"remove_timezone": True}) as book:
        for number in range(2):
            sheet = book.add_worksheet()
            share, day = book.add_format({"num_format": "0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_row(0, 0, ["day", "child", "ward", "score", "seen"])
            for row, values in enumerate(_records().head(20).iter_rows(), 1):
                sheet.write_datetime(row, 0, values[0], day)
                sheet.write_row(row, 1, values[1:4], share if number else None)
                sheet.write_formula(row, 4, "=TRUE()", None, True)
            sheet.merge_range(5, 2, 7, 2, "East")
            sheet.set_row(9, None, None, {"hidden": True})
    return content.getvalue()


@dataclass(frozen=True)
class Target:
    """A reader: the name of the file that it reads, a good file, and a function that reads it."""

    file: str
    good: Callable[[], bytes]
    read: Callable[[Path, pmf.Framework], object]


def _read_return(path: Path, framework: pmf.Framework) -> None:
    read = READERS[path.suffix].returns
    assert read is not None
    try:
        read(path, path.name, Lexicon(Vocabulary(framework)), None)
    except (*DAMAGED, ValueError):
        pass


def _read_list(path: Path, framework: pmf.Framework) -> None:
    list_ = framework.lists["visit_list"]
    for part in read_list_parts(path, path.name, list_, framework, None):
        readable(part, list_, framework)


def _return_workbook() -> bytes:
    """A return of a layout that is not plain: titles, and figures across."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for agency in ("Social Care", "Police"):
            sheet = book.add_worksheet(agency)
            sheet.write(0, 0, "Return of 2016-17 Q1")
            sheet.write_row(2, 1, ["North", "South", "Total"])
            for row, figure in enumerate(("Adults", "Visits"), 3):
                sheet.write_row(row, 0, [figure, 3, 4, 7])
    return content.getvalue()


def _return_parquet() -> bytes:
    content = io.BytesIO()
    rows = {"period": ["2016-17 Q1"] * 2, "agency": ["care", "police"], "figure": ["adults"] * 2, "value": [3.5, None]}
    pl.DataFrame(rows).write_parquet(content)
    return content.getvalue()


def _read_manifest(path: Path, framework: pmf.Framework) -> None:
    read_manifest({MANIFEST: path, "care.csv": path, "visit_list.csv": path})


def _read_register(path: Path, framework: pmf.Framework) -> None:
    with TemporaryDirectory() as folder:
        shutil.copy(path, folder)
        submissions = pmf.read_submissions(Path(folder), framework)
    assert register_at(submissions, "actions", date(2017, 6, 1)) is not None


def _read_summary(path: Path, framework: pmf.Framework) -> None:
    with suppress(UnicodeDecodeError):
        read_summary(path.parent, _QUARTER)


@cache
def _snapshot() -> Mapping[str, bytes]:
    """The files of a saved report."""
    with TemporaryDirectory() as folder:
        framework = pmf.load_framework(write_board(Path(folder), _FIGURES, _INDICATORS, head=HEAD + _LISTS))
        (Path(folder) / "sent").mkdir()
        (Path(folder) / "sent" / "care.csv").write_text(_RETURN, encoding="utf-8")
        submissions = pmf.read_submissions(Path(folder) / "sent", framework)
    evaluation = pmf.evaluate(framework, submissions, period=_QUARTER, as_of=date(2016, 8, 15))
    return snapshot_files(evaluation, pmf.exception_report(evaluation))


def _saved(name: str) -> bytes:
    return _snapshot()[name]


def _read_saved(path: Path, framework: pmf.Framework) -> None:
    for name, content in _snapshot().items():
        if name != path.name and not name.endswith(".yaml"):
            (path.parent / name).write_bytes(content)
    with suppress(SnapshotError):
        read_snapshot(path.parent)
    saved_reports(path.parent.parent)


def _check(path: Path, framework: pmf.Framework) -> None:
    pmf.check_framework(path.parent, as_of=date(2017, 1, 1))


def _board() -> bytes:
    with TemporaryDirectory() as folder:
        write_board(Path(folder), _FIGURES, _INDICATORS, "people: {good: at most 20}", head=HEAD + _LISTS)
        return (Path(folder) / "indicators.yaml").read_bytes()


TARGETS: Mapping[str, Target] = {
    "return.csv": Target("care.csv", _RETURN.encode, _read_return),
    "return.xlsx": Target("care.xlsx", _return_workbook, _read_return),
    "return.parquet": Target("care.parquet", _return_parquet, _read_return),
    "list.csv": Target("visit_list.csv", lambda: _records().write_csv().encode(), _read_list),
    "list.parquet": Target("visit_list.parquet", _parquet, _read_list),
    "list.xlsx": Target("visit_list.xlsx", _workbook, _read_list),
    **{
        f"return{suffix}": Target(f"sent{suffix}", good, _read_return)
        for suffix, good in ((".xls", old_workbook), (".xlsb", binary_workbook), (".ods", open_document))
    },
    "manifest": Target(MANIFEST, _MANIFEST.encode, _read_manifest),
    "yaml": Target("indicators.yaml", _board, _check),
    "tolerances": Target("tolerances.yaml", TOLERANCES.encode, _check),
    "register": Target("actions.csv", ACTIONS.encode, _read_register),
    "summary": Target("summary.md", SUMMARY.encode, _read_summary),
    **{f"saved {name}": Target(name, partial(_saved, name), _read_saved) for name in SAVED},
}
"""Every reader. A new row of `READERS` has a row here."""


# -- random changes --------------------------------------------------------------------------


def changed(content: bytes, draw: random.Random) -> bytes:
    """A file after some random changes; of a zip archive the parts are changed as often as the archive."""
    if content.startswith(b"PK") and draw.random() < 0.8:
        return _changed_archive(content, draw)
    for _ in range(draw.choice([1, 1, 2, 3, 5, 10])):
        content = _changed_once(content, draw)[:LARGEST]
    return content


def _changed_archive(content: bytes, draw: random.Random) -> bytes:
    """An archive of which one part is changed."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        names = [name for name in parts.namelist() if not name.startswith("docProps")]
        target = draw.choice(names + [name for name in names if "sheet" in name.lower()] * 4)
        for name in names:
            text = parts.read(name)
            for _ in range(draw.choice([1, 1, 2, 4]) if name == target else 0):
                text = _changed_once(text, draw)[:LARGEST]
            new.writestr(name, text)
    return copy.getvalue()


def _changed_once(content: bytes, draw: random.Random) -> bytes:
    """A file after one random change: bytes flipped, taken out, repeated, moved, or a token put in."""
    first, last = sorted(draw.randrange(len(content) + 1) for _ in range(2))
    last = min(last, first + draw.choice([1, 1, 2, 4, 16, 64, 1024, len(content)]))
    piece = content[first:last]
    match draw.randrange(8):
        case 0:
            return content[:first] + bytes(byte ^ 1 << draw.randrange(8) for byte in piece[:8]) + content[first + 8 :]
        case 1:
            return content[:first] + draw.randbytes(len(piece) % 16) + content[last:]
        case 2:
            return content[:first] + content[last:]
        case 3:
            return content[:first]
        case 4:
            return content[:first] + piece * draw.choice([2, 3, 10, 300]) + content[last:]
        case 5:
            return content[last:] + piece + content[:first]
        case _:
            return content[:first] + draw.choice(_TOKENS) * draw.choice([1, 1, 1, 2, 50]) + content[last:]


# -- the law ---------------------------------------------------------------------------------


def try_inputs(name: str, folder: Path, seed: int, numbers: Iterator[int], until: float) -> Iterator[str]:
    """Tries inputs of a reader, and gives a sentence for each that raises another error or takes too much.

    Args:
        name: The reader.
        folder: An empty folder.
        seed: The seed of the inputs.
        numbers: The numbers of the inputs.
        until: The time of the monotonic clock at which to end.
    """
    target = TARGETS[name]
    framework = pmf.load_framework(write_board(folder, _FIGURES, _INDICATORS, head=HEAD + _LISTS))
    place, good = folder / "input", target.good()
    place.mkdir()
    write_board(place, _FIGURES, _INDICATORS, "people: {good: at most 20}", head=HEAD + _LISTS)
    path = place / target.file
    path.write_bytes(good)
    target.read(path, framework)
    memory = _memory()
    for number in numbers:
        if time.monotonic() > until:
            return
        content = changed(good, random.Random(f"{name} {seed} {number}"))
        path.write_bytes(content)
        start, what = time.process_time(), ""
        try:
            target.read(path, framework)
        except Exception as error:
            what = f"raises {type(error).__name__}: {error}"[:300]
        spent, before, memory = time.process_time() - start, memory, _memory()
        if spent > SECONDS:
            what = f"takes {spent:.1f} seconds"
        if memory - before > MEGABYTES:
            what = f"takes {memory - before:.0f} MB"
        if what:
            yield f"{name} seed {seed} input {number} of {len(content)} bytes {what}"


def _memory() -> float:
    """The most memory that this process took so far, in megabytes; 0 on Windows, which does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _count(counted: list[int]) -> Iterator[int]:
    """The numbers from 0; the last of them is in a list."""
    while True:
        counted[0] += 1
        yield counted[0] - 1


def main() -> int:
    """Tries the readers in turn; 1 where an input breaks the law."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", choices=list(TARGETS), action="append")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the input being read")
    options = parser.parse_args()
    breaches = 0
    for name in options.reader or TARGETS:
        with TemporaryDirectory(dir=options.keep) as folder:
            counted, until = [0], time.monotonic() + options.seconds
            for breach in try_inputs(name, Path(folder), options.seed, _count(counted), until):
                breaches += 1
                print(breach, flush=True)
        print(f"{name}: {counted[0] - 1:,} inputs in {options.seconds:.0f} seconds", flush=True)
    print(f"{breaches} breaches; at most {_memory():.0f} MB", flush=True)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
