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


def test_an_interruption_that_a_library_drops_ends_the_command_in_silence() -> None:
    """As where Ctrl-C comes while Polars calls Python: nothing can be raised there, and Python would only print it."""
    program = (
        "import sys, pmf_engine.cli.program\n"
        "class Dropped:\n"
        "    def __del__(self): raise KeyboardInterrupt\n"
        "def main():\n"
        "    Dropped()\n"
        "    print('went on')\n"
        "    return 0\n"
        "pmf_engine.cli.program.main = main\n"
        "from pmf_engine.__main__ import run\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
