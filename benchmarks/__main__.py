"""How fast the engine is and how much memory it takes, beside what people would write by hand.

`python -m benchmarks` makes the data in a folder of its own, works out the same with each contender in turn, each in
a process of its own, compares what they say, and prints times, memory and the ratios between them. `--largest` sets
the millions of records of the longest list. It needs DuckDB, pandas and pyarrow: `pip install -e ".[bench]"`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import figures, records

ROOT = Path(__file__).parents[1]
LIBRARIES = {
    "engine": ["pmf_engine.framework.load", "pmf_engine.evaluation.evaluate"],
    "Polars by hand": ["polars"],
    "DuckDB": ["duckdb"],
    "pandas": ["pandas"],
}
"""What is imported before the time is taken: starting up is measured apart."""

SLOWEST = {"pandas": 10_000_000, "DuckDB": 100_000_000}
"""The most records that are tried with what would take too long."""


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock and of all processors, and the most memory in megabytes."""

    wall: float
    cpu: float
    memory: float


# -- one contender, in a process of its own ------------------------------------------------------


def work(task: str, name: str, board: str, data: str, count: int) -> None:
    """Works a task out and prints what it took and what it came to, as JSON."""
    import resource  # not on Windows, where the largest size of a process is not told

    for library in LIBRARIES[name]:
        importlib.import_module(library)
    start, before = time.perf_counter(), time.process_time()
    if task == "records":
        rows: Sequence[records.Row] = list(records.CONTENDERS[name](Path(board), Path(data), count))
    else:
        rows = list(figures.CONTENDERS[name](Path(board), Path(data)))
    wall, cpu = time.perf_counter() - start, time.process_time() - before
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)
    marks = sorted((*row[:3], round(row[3], 6)) for row in map(_named, rows))
    print(json.dumps({"wall": wall, "cpu": cpu, "memory": size, "rows": len(rows), "marks": _digest(marks)}))


def _named(row: records.Row) -> tuple[str, str, str, float]:
    return row[0], row[1], row[2] or "", row[3]


def _digest(marks: Sequence[object]) -> str:
    """A short mark of what was said, which is the same only if all of it is, to six decimals."""
    import hashlib

    return hashlib.sha256(repr(marks).encode()).hexdigest()[:16]


def write(folder: str, count: int, split: int) -> None:
    """So many records of so many groups, or the returns where there are none."""
    if count:
        records.write_records(Path(folder), count, split)
    else:
        figures.write_returns(Path(folder), 1000, 20, 40)


def _run(*arguments: str) -> str:
    """What this command prints in a new process."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed: {run.stderr[-2000:]}")
    return run.stdout


def measure(task: str, name: str, board: Path, data: Path, count: int) -> tuple[Measured, str]:
    """Runs one contender in a new process."""
    found: dict[str, Any] = json.loads(_run("--work", task, name, str(board), str(data), str(count)).splitlines()[-1])
    return Measured(found["wall"], found["cpu"], found["memory"]), f"{found['rows']} {found['marks']}"


# -- side by side ----------------------------------------------------------------------------------


def compare(title: str, task: str, names: Sequence[str], board: Path, data: Path, count: int, runs: int) -> None:
    """Prints a row for each contender: medians of several runs taken in turn, and how many times the engine's."""
    found: dict[str, list[Measured]] = {name: [] for name in names}
    said: dict[str, str] = {}
    for _ in range(runs):
        for name in names:
            measured, said[name] = measure(task, name, board, data, count)
            found[name].append(measured)
    if len(set(said.values())) > 1:
        raise SystemExit(f"the contenders differ: {said}")
    middle = {
        name: Measured(*(statistics.median(each) for each in zip(*map(_parts, rows), strict=True)))
        for name, rows in found.items()
    }
    ratios = {
        name: statistics.median(other.wall / one.wall for one, other in zip(found["engine"], rows, strict=True))
        for name, rows in found.items()
    }
    for name, one in middle.items():
        print(
            f"| {title} | {name} | {one.wall:.2f} | {one.cpu:.2f} | {one.memory:.0f} | {ratios[name]:.2f} |", flush=True
        )


def _parts(one: Measured) -> tuple[float, float, float]:
    return one.wall, one.cpu, one.memory


def lists(folder: Path, largest: int, runs: int) -> None:
    """Counts in long lists: more and more records, and more and more indicators."""
    sizes = [size for size in (1_000_000, 10_000_000, 100_000_000) if size <= largest]
    districts = len(records.DISTRICTS)
    tasks = [(size, 100, districts) for size in sizes]
    tasks += [(10_000_000, 10, districts), (10_000_000, 1000, districts)] * (10_000_000 in sizes)
    tasks += [(1_000_000, 10, 3000), (1_000_000, 100, 3000)]
    for size, count, split in tasks:
        data, board = folder / f"records_{size}_{split}", folder / f"board_{count}_{split}"
        if not data.exists():  # in a process of its own: what starts others passes its memory's peak on to them
            _run("--write", str(data), str(size), str(split))
        records.write_board(board, count, split)
        names = [name for name in records.CONTENDERS if size <= SLOWEST.get(name, size)]
        if count == 1000:
            names = ["engine", "Polars by hand"]
        often = 1 if size > 10_000_000 or count == 1000 else runs
        title = f"{count} indicators, {size // 1_000_000} million records"
        title += "" if split == districts else f", {split:,} groups"
        compare(title, "records", names, board, data, count, often)


def returns(folder: Path, runs: int) -> None:
    """A thousand indicators on 800,000 figures."""
    figures.write_board(folder / "figures", 1000, 20)
    _run("--write", str(folder / "returns"), "0", "0")
    names = list(figures.CONTENDERS)
    compare("1,000 indicators, 800,000 figures", "figures", names, folder / "figures", folder / "returns", 1000, runs)


def starts(runs: int) -> None:
    """How long commands take on the shipped framework, beside importing Polars."""
    report = ["report", "--period", "2016-17 Q4", "--as-of", "2017-05-31"]
    commands: dict[str, list[str]] = {
        "import polars": ["-c", "import polars"],
        "pmf --help": ["-m", "pmf_engine", "--help"],
        "pmf check": ["-m", "pmf_engine", "check"],
        "pmf report": ["-m", "pmf_engine", *report],
        "pmf evaluate": ["-m", "pmf_engine", "evaluate", "--period", "2016-17 Q4", "--as-of", "2017-05-31"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, check=True)
            times[name].append(time.perf_counter() - start)
    for name, each in times.items():
        ratio = statistics.median(one / other for one, other in zip(each, times["import polars"], strict=True))
        print(f"| {name} | {statistics.median(each):.2f} | {ratio:.2f} |", flush=True)


def main() -> None:
    """Makes the data, and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--largest", type=int, default=10, help="millions of records of the longest list (default: 10)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, taken in turn (default: 3)")
    parser.add_argument("--folder", type=Path, help="where the data are kept (default: a folder that goes again)")
    parser.add_argument("--only", choices=["lists", "returns", "starts"], help="only some of it")
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        tables: dict[str, tuple[str, Callable[[], None]]] = {
            "lists": (_HEAD, lambda: lists(folder, given.largest * 1_000_000, given.runs)),
            "returns": (_HEAD, lambda: returns(folder, given.runs)),
            "starts": (_START, lambda: starts(given.runs)),
        }
        for only, (head, table) in tables.items():
            if given.only in (None, only):
                print(head)
                table()
                print()


_HEAD = (
    "| task | contender | seconds | processor seconds | memory, MB | times the engine's seconds |\n"
    "|---|---|--:|--:|--:|--:|"
)
_START = "| command | seconds | times importing Polars |\n|---|--:|--:|"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(*sys.argv[2:6], int(sys.argv[6]))
    elif sys.argv[1:2] == ["--write"]:
        write(sys.argv[2], *map(int, sys.argv[3:5]))
    else:
        main()
