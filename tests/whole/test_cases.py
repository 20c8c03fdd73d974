"""What agencies really send, and what must become of it: each folder of `tests/cases` is one situation.

`expect.json` says what must hold of the small board beside it:

- `situation`: what the sender did, what is true, and why; `source`: where such a thing was seen in public;
- `command`: arguments of `pmf` (`--config` and `--data` are added); `python`: a snippet instead, run in the folder;
- `rows`: what must hold of the results: a row's `status` is one of those listed, and a row with a value has `value`;
  `reason_has` and `reason_never` are asked of a row without one; any other key is a column and its right cells;
- `never`: statuses that no row of these indicators may have, in any period or group;
- `said`: phrases that `pmf validate` (or the commands in `said_in`) must print, each of a list in the list's stead;
- `prints`, `never_prints`: patterns that the command's output has, and has not; `also`: further commands with theirs.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pmf_engine.cli.program import main

CASES = Path(__file__).parents[1] / "cases"
NAMES = sorted(path.parent.name for path in CASES.glob("*/expect.json"))
RATED = {"green", "amber", "red", "not_rated"}
ROW = {"indicator", "period", "group", "status", "value", "absent", "optional", "reason_has", "reason_never"}


def run(*arguments: str, data: str = "data") -> tuple[int, str, str]:
    """The exit code of a `pmf` command on the board in the working folder, and what it prints on each stream."""
    folders = ["--config", "."] + (["--data", data] if arguments[0] not in ("check", "test", "list") else [])
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*arguments, *folders])
    return code, out.getvalue(), err.getvalue()


def row_faults(case: dict[str, Any], results: list[dict[str, str]]) -> list[str]:
    """What is wrong with the results of a case's command."""
    faults = []
    for want in case["rows"]:
        name = " ".join(str(want[key]) for key in ("indicator", "period", "group") if want.get(key))
        key = [want["indicator"], want["period"], want["group"]]
        rows = [row for row in results if [row["indicator"], row["period"], row["group"] or None] == key]
        if want.get("absent"):
            faults += [f"{name}: a row that should not be there"] if rows else []
        elif len(rows) == 1:
            faults += [f"{name}: {fault}" for fault in cell_faults(want, rows[0])]
        elif rows or not want.get("optional"):
            faults.append(f"{name}: {len(rows)} rows")
    asked = {want["indicator"] for want in case["rows"]}
    faults += [
        f"{row['indicator']} {row['period']} {row['group']} is {row['status']}"
        for row in results
        if row["indicator"] in asked and row["status"] in case.get("never", ())
    ]
    return faults


def cell_faults(want: dict[str, Any], row: dict[str, str]) -> list[str]:
    """What is wrong with one row of results."""
    faults = []
    if row["status"] not in want["status"]:
        faults.append(f"{row['status']} {row['value']}")
    if "value" in want and (row["value"] or row["status"] in RATED):
        right = want["value"]
        same = right is not None and row["value"] and abs(float(row["value"]) - right) <= 1e-9 * max(1, abs(right))
        faults += [] if same or (right is None and not row["value"]) else [f"{row['value']} instead of {right}"]
    if row["status"] not in RATED:
        lower = row["reason"].lower()
        faults += [
            f"no {words!r} in {row['reason']!r}" for words in want.get("reason_has", ()) if words.lower() not in lower
        ]
    faults += [
        f"says {row['reason']!r}" for pattern in want.get("reason_never", ()) if re.search(pattern, row["reason"])
    ]
    faults += [f"{key} is {row[key]!r}" for key in sorted(want.keys() - ROW) if (row[key] or None) not in want[key]]
    return faults


def print_faults(what: dict[str, Any], text: str) -> list[str]:
    """What is wrong with a command's output."""
    faults = [f"does not print {found!r}" for found in what.get("prints", ()) if not re.search(found, text, re.M)]
    return faults + [f"prints {found!r}" for found in what.get("never_prints", ()) if re.search(found, text, re.M)]


def missing_phrases(case: dict[str, Any], own: str, data: str) -> list[str]:
    """The phrases that no command says of those that must say them."""
    if "said_in" in case:
        commands = case["said_in"]
    else:
        commands = [] if case.get("command", ["evaluate"])[0] == "check" else [["validate"]]
    dated = case["command"][case["command"].index("--as-of") :][:2] if "--as-of" in case.get("command", ()) else []
    texts = [own] if not commands else []
    for command in commands:
        _, out, err = run(*command, *(dated if command[0] == "validate" else []), data=data)
        texts.append(out + err)
    text = re.sub(r"\s+", " ", " ".join(texts)).lower()
    choices = [[phrase] if isinstance(phrase, str) else phrase for phrase in case["said"]]
    return [f"not said: {any_of}" for any_of in choices if not any(phrase.lower() in text for phrase in any_of)]


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = json.loads((CASES / name / "expect.json").read_text(encoding="utf-8"))
    shutil.copytree(CASES / name, tmp_path / "board")
    monkeypatch.chdir(tmp_path / "board")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    faults, own, data = [], "", case.get("data", "data")
    if "python" in case:
        done = subprocess.run(
            [sys.executable, "-c", case["python"]], capture_output=True, encoding="utf-8", check=False
        )
        faults += [] if done.returncode == 0 else [done.stderr.strip() or done.stdout.strip()]
    for what in ([case] if "command" in case else []) + case.get("also", []):
        tidy = what["command"][0] == "evaluate" and "--format" not in what["command"]
        code, out, err = run(*what["command"], *(["--format", "csv"] if tidy else []), data=data)
        own = own or out + err
        assert code in ((0, 1) if what["command"][0] == "check" else (0,)), err
        faults += print_faults(what, out + err)
        if what is case and "rows" in case and tidy:
            faults += row_faults(case, list(csv.DictReader(io.StringIO(out))))
    faults += missing_phrases(case, own, data) if case.get("said") else []
    assert not faults, "\n".join([case["situation"], *faults])
