"""What lies in a folder of submissions takes nothing but its own figures away, in little time and memory.

`python -m benchmarks.hostile` puts one file after another beside the returns and lists of a good board, reports on the
board in a process of its own, and prints the seconds and the most memory that it took, and what is said of the file. It
fails where an indicator of another file has not its value, or where the process takes more than 10 seconds of processor
time or 1 GiB. Some files need a system of Linux, and a few the rights of its administrator. `--only WORD` chooses.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import polars as pl

SECONDS, MEGABYTES = 10, 1024
DAYS = [date(2016, 4, 1) + timedelta(days=day) for day in range(91)]
ROOT = Path(__file__).parents[1]

INDICATORS = """\
board: {name: Trial Board, submissions: returns}
agencies: {care: Social Care, police: Police}
content_areas: {safety: Safety}
figures:
  adults: {title: Adults, from: care, kind: stock, frequency: quarterly}
  officers: {title: Officers, from: police, kind: stock, frequency: quarterly}
lists:
  visit_list: {title: Visits, from: care, date: day, columns: {day: date, note: text?}}
  call_list: {title: Calls, from: care, date: day, columns: {day: date}}
indicators:
  people: &SAME {frequency: quarterly, formula: adults}
  staff: {frequency: quarterly, formula: officers}
  visits: {frequency: quarterly, formula: count(visit_list)}
  calls: {frequency: quarterly, formula: count(call_list)}
""".replace("&SAME ", "").replace(
    "{frequency", "{title: T, content_area: safety, evidence_type: quantity, lead_agency: care, frequency"
)
HEADER = "period,agency,figure,value"


class Trial(NamedTuple):
    """What is put into the folder of submissions, and a word of what is said of it; no word where nothing is."""

    name: str
    make: Callable[[Path], object]
    says: str
    loses: tuple[str, ...] = ()
    disturb: str = ""


def write_good(folder: Path) -> None:
    """A board with a return and a list, in which all is well."""
    (folder / "indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    (folder / "tolerances.yaml").write_text("governance: {board: Board}\n", encoding="utf-8")
    returns = folder / "returns"
    returns.mkdir()
    (returns / "care.csv").write_text(f"{HEADER}\n2016-17 Q1,care,adults,7\n", encoding="utf-8")
    pl.DataFrame({"day": DAYS}).write_parquet(returns / "call_list.parquet")


def report(folder: str, disturb: str) -> None:
    """Reports on a board and prints its values and problems as JSON; meanwhile something may happen to a file."""
    import threading

    import pmf_engine as pmf
    from pmf_engine.render.renderers import RENDERERS, PageOptions

    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(framework.submissions, framework)
    if disturb:
        action, name, after = disturb.split(",")
        path = Path(folder, "returns", name)

        def happen() -> None:
            time.sleep(float(after))
            if action == "cut":
                os.truncate(path, 1000)
            elif action == "delete":
                path.unlink()
            else:
                path.with_suffix(".new").write_bytes(b"day,note\n2016-04-01,a\n")
                path.with_suffix(".new").replace(path)

        threading.Thread(target=happen).start()
    evaluation = pmf.evaluate(framework, submissions, "2016-17 Q1", date(2016, 8, 15))
    text = RENDERERS["terminal"](pmf.exception_report(evaluation), PageOptions())
    values = evaluation.results.filter(pl.col("period") == "2016-17 Q1").select("indicator", "value").rows()
    messages = evaluation.problems.select("file", "message").rows()
    print(json.dumps([dict(values), messages, *taken(), len(text)]))


def check(folder: str) -> None:
    """Checks the files in YAML as `pmf check` does, and prints the exit code and what it took."""
    from pmf_engine.cli import main as pmf

    code = pmf(["check", "--config", folder])
    print(json.dumps([code, *taken()]))


def taken() -> tuple[float, float]:
    """The seconds of the processor that this process took, and the most memory, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return time.process_time(), int(peak.split()[1]) / 1024


# -- files -----------------------------------------------------------------------------------


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


def trials() -> Iterator[Trial]:
    """All trials."""
    xlsx = "visit_list.xlsx"
    stray = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield Trial("a cell at XFD1048576", lambda f: workbook(f / xlsx, stray), "reaches to row 1,048,576")
    beyond = '<row r="99999999"><c r="ZZZZ99999999"><v>1</v></c></row>'
    yield Trial("a cell beyond the sheet", lambda f: workbook(f / xlsx, beyond), "reaches to row 99,999,999")
    many = "".join(map(far_row, range(93, 90_000)))
    yield Trial(
        "a cell beyond the sheet, in a large one that says otherwise",
        lambda f: workbook(f / xlsx, many + beyond, "A1:B90000"),
        "reaches to row 99,999,999",
    )
    for size in (1, 6):
        yield Trial(f"a bomb of {size} GB", lambda f, size=size: bomb(f / xlsx, size), "it unpacks to")  # type: ignore[misc]
    yield Trial(
        "a table of texts of 1 GB",
        lambda f: workbook(f / xlsx, strings=(b"<si><t>%050d</t></si>" % 0 * 100_000 for _ in range(160))),
        "it unpacks to",
    )
    yield Trial("a table of texts of 1 GB that says 1,000 bytes", lambda f: lying(f / xlsx), "it is damaged")
    mixed = texts(4_000_000, lambda number: b"%x" % (number * 2654435761 % 2**64))
    yield Trial("a table of texts of 100 MB, as large ones are", lambda f: workbook(f / xlsx, strings=mixed), "")
    for compression in ("uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"):
        yield Trial(
            f"a damaged page, {compression}",
            lambda f, compression=compression: damaged(f / "visit_list.parquet", compression),  # type: ignore[misc]
            "it is damaged",
        )
    for suffix in (".csv", ".parquet", ".xlsx", "return"):
        for tenth in range(1, 10):
            yield Trial(f"a file cut short, {suffix.strip('.')}, {tenth} tenths", cut(suffix, tenth), "")
    for suffix in (".csv", ".parquet"):
        for action in ("cut", "delete", "replace"):
            for after in ("0.02", "0.2"):
                disturb = f"{action},visit_list{suffix},{after}"
                yield Trial(
                    f"{action} while it is read, {suffix.strip('.')}, {after} s", long_list(suffix), "", (), disturb
                )
    yield Trial("a pipe", lambda f: os.mkfifo(f / "police.csv"), "pipe")
    yield Trial("a socket", listening, "a pipe, a device or the like")
    yield Trial("a device", lambda f: os.mknod(f / "police.csv", stat.S_IFCHR | 0o600, os.makedev(1, 5)), "a device")
    for what, target in (
        ("itself", "police.csv"),
        ("a folder", "."),
        ("nowhere", "none.csv"),
        ("a file elsewhere", "/etc/hosts"),
    ):
        yield Trial(f"a link to {what}", lambda f, target=target: (f / "police.csv").symlink_to(target), "a link")  # type: ignore[misc]
    yield Trial("a folder that cannot be opened", closed_folder, "cannot open this folder")
    yield Trial("a name that is not UTF-8", named(b"caf\xe9.csv"), "not in UTF-8")
    for name in ("two\nlines.csv", "esc\x1b[31m.csv", "[a-z].csv", "*.csv", "x" * 251 + ".csv"):
        yield Trial(f"a name such as {name[:12]!r}", named(name), "", ("staff",))
    yield Trial("a return with a line of 500 MB", lambda f: long_line(f / "police.csv", HEADER), "a line has more than")
    yield Trial(
        "a list with a line of 500 MB", lambda f: long_line(f / "visit_list.csv", "day,note"), "a line has more than"
    )
    row = "2016-17 Q1,police,officers,8"
    yield Trial("a return with 100,000 columns", lambda f: wide(f / "police.csv", HEADER, row), "100,004 columns")
    yield Trial(
        "a list with 100,000 columns",
        lambda f: wide(f / "visit_list.csv", "day,note", "2016-04-01,a"),
        "100,002 columns",
    )
    comment = f"{HEADER},comment\n{row},{'x' * 1_000_000}\n"
    yield Trial(
        "a comment of a million characters", lambda f: (f / "police.csv").write_text(comment), "more than 32,767"
    )
    keys = [f"key_{number}: 1" for number in range(100_000)]
    for where, before in (("at the top", ""), ("in a section", "figures:"), ("in an indicator", "  people:")):
        yield Trial(
            f"100,000 unknown keys in the YAML, {where}",
            lambda f, before=before: (f.parent / "indicators.yaml").write_text(with_keys(before, keys)),  # type: ignore[misc]
            "YAML",
        )
    remark = INDICATORS + "# " + "x" * 1_000_000 + "\n"
    yield Trial(
        "a comment of a million characters in the YAML", lambda f: (f.parent / "indicators.yaml").write_text(remark), ""
    )
    for depth in (60, 100_000):
        deep = INDICATORS + "a: " + "[" * depth + "]" * depth
        yield Trial(
            f"brackets in brackets in the YAML, {depth:,} deep",
            lambda f, deep=deep: (f.parent / "indicators.yaml").write_text(deep),  # type: ignore[misc]
            "YAML",
        )


def with_keys(before: str, keys: list[str]) -> str:
    """The file of indicators with more keys: at its end, or in the section or the indicator that a line begins."""
    if not before:
        return INDICATORS + "".join(f"{key}\n" for key in keys)
    lines = []
    for line in INDICATORS.splitlines():
        if line.startswith(f"{before} {{"):  # in braces, which would take all keys on one line
            line = before + "".join(f"\n    {own}" for own in line.removeprefix(before).strip(" {}").split(", "))
        if line.startswith(before):
            indent = " " * (len(before) - len(before.lstrip()) + 2)
            line += "".join(f"\n{indent}{key}" for key in keys)
        lines.append(line)
    return "\n".join(lines) + "\n"


# -- trying ----------------------------------------------------------------------------------


def try_one(trial: Trial) -> tuple[float, float, str, list[str]]:
    """Seconds of the processor, megabytes, what is said of the file, and what is wrong."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_good(folder)
        trial.make(folder / "returns")
        command = [sys.executable, "-m", "benchmarks.hostile", "--report", name, "--disturb", trial.disturb]
        if trial.says == "YAML":
            return _checked(folder)
        if trial.name == "a folder that cannot be opened" and os.geteuid() == 0:
            command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)
        if (folder / "returns" / "closed").exists():
            (folder / "returns" / "closed").chmod(0o700)
    if done.returncode:
        return 0, 0, "", [f"ends with {done.returncode}: {done.stderr[-300:]}"]
    values, messages, cpu, size, _ = json.loads(done.stdout.splitlines()[-1])
    wrong = [
        f"`{name}` is {values.get(name)}" for name, right in (("people", 7), ("calls", 91)) if values.get(name) != right
    ]
    said = [message for _, message in messages]
    if trial.says and not any(trial.says in message for message in said):
        wrong.append(f"`{trial.says}` is not said")
    visits = values.get("visits")
    if visits is not None and visits not in (91, 3_000_000) and "cut short, csv" not in trial.name:
        wrong.append(f"`visits` is {visits}")
    if cpu > SECONDS or size > MEGABYTES:
        wrong.append(f"takes {cpu:.1f} s and {size:.0f} MB")
    return cpu, size, said[0] if said else "", wrong


def _checked(folder: Path) -> tuple[float, float, str, list[str]]:
    """What `pmf check` takes for files in YAML that it refuses."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--check", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)
    *printed, last = done.stdout.strip().splitlines()
    code, cpu, size = json.loads(last)
    wrong = [] if code in (0, 1) and not done.stderr else [f"ends with {code}: {done.stderr[-200:]}"]
    if cpu > SECONDS or size > MEGABYTES:
        wrong.append(f"takes {cpu:.1f} s and {size:.0f} MB")
    return cpu, size, printed[-1], wrong


def main() -> int:
    """Runs the trials, and prints a row of a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", help=argparse.SUPPRESS)
    parser.add_argument("--check", help=argparse.SUPPRESS)
    parser.add_argument("--disturb", default="", help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="trials with this in their name")
    parser.add_argument("--after", default="", help="trials after that with this name")
    options = parser.parse_args()
    if options.report:
        report(options.report, options.disturb)
        return 0
    if options.check:
        check(options.check)
        return 0
    failed, waiting = 0, options.after
    print("| file | seconds | MB | what is said |\n|---|---|---|---|", flush=True)
    for trial in trials():
        if waiting or options.only not in trial.name:
            waiting = "" if trial.name == waiting else waiting
            continue
        cpu, size, said, wrong = try_one(trial)
        failed += bool(wrong)
        print(f"| {trial.name} | {cpu:.1f} | {size:.0f} | {'; '.join(wrong).upper() or said[:160]} |", flush=True)
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
