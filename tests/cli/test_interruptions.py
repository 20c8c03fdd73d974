"""A short run of `tests.support.interruptions`: whatever ends a command, the old paper or the new one is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("command", "times"), [("schema --output", 3), ("report --save", 1)])
def test_the_old_paper_or_the_new_one_is_there(command: str, times: int) -> None:
    if sys.platform == "win32":  # which has neither these signals nor these limits
        return
    trials = [sys.executable, "-m", "tests.support.interruptions", "--only", command]
    trials += ["--times", str(times), "--starts", "0"]
    done = subprocess.run(trials, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)
    assert (done.returncode, [line for line in done.stdout.splitlines() if "BREACH" in line]) == (0, []), done.stderr
