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
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import polars as pl

from benchmarks.hostile_files import (
    DAYS,
    HEADER,
    bomb,
    closed_folder,
    cut,
    damaged,
    far_row,
    listening,
    long_line,
    long_list,
    lying,
    named,
    texts,
    wide,
    workbook,
)

SECONDS, MEGABYTES = 10, 1024
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
    evaluation = pmf.evaluate(framework, submissions, period="2016-17 Q1", as_of=date(2016, 8, 15))
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
