"""Commands that are ended at random moments while they write: the old file or the new one is there, and nothing else.

`python -m tests.support.interruptions --times 100` does to every command that writes a file each of these so many
times: kill -9, Ctrl-C from the first line of the program on, a disk that is full after some bytes, and a reader of
standard output that goes away. It prints how often what happened, and each breach.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.boards import write_board, write_returns

OLD = b"the old paper\n"
DAY = ["--as-of", "2016-08-15"]
PERIOD = ["--period", "2016-17 Q1", *DAY]
COMMANDS: Mapping[str, Sequence[str]] = {
    "report": ["report", *PERIOD],
    "evaluate": ["evaluate", *PERIOD, "--format", "csv"],
    "explain": ["explain", "people", *PERIOD],
    "test": ["test"],
    "validate": ["validate", *DAY],
}
"""Every command that writes a file with `--output`, and its arguments."""

_PROGRAM = """\
import os, sys
from pmf_engine.__main__ import run
os.write(int(sys.argv.pop(1)), b'.')
run()
"""
"""The script that installers make, which says when it reaches the first line of the program."""

Breach = tuple[str, str]
"""What happened, and what is wrong with it; empty for nothing."""


class Command:
    """A command on a small board, its output file, and what it writes when it is left alone."""

    def __init__(self, folder: Path, name: str) -> None:
        self.output = folder / "papers" / "paper"
        self.output.parent.mkdir(parents=True, exist_ok=True)
        write_board(
            folder,
            "adults: {title: Adults, from: care, kind: stock, frequency: quarterly}",
            "people: {frequency: quarterly, formula: adults}",
        )
        write_returns(folder, "2016-17 Q1,care,adults,7")
        self.words = [*COMMANDS[name], "--config", str(folder)]
        start = time.monotonic()
        self.code, _ = self.ended(self.started())
        self.seconds = time.monotonic() - start
        self.new = self.output.read_bytes()

    def started(self, to_file: bool = True, limit: int | None = None) -> subprocess.Popen[bytes]:
        """The command, at the first line of the program, with the old paper in its place."""
        self.output.write_bytes(OLD)
        reading, writing = os.pipe()
        words = [*self.words, *(["--output", str(self.output)] if to_file else [])]
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(writing), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[writing],
            preexec_fn=None if limit is None else _limited(limit),
        )
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        return process

    def ended(self, process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
        """The exit code of a process that has ended, and its messages."""
        _, messages = process.communicate(timeout=300)
        return process.returncode, messages

    def breach(self, code: int, messages: bytes, codes: set[int], silent: bool = True) -> Breach:
        """What became of the paper, and what is wrong."""
        content = self.output.read_bytes()
        what = {OLD: "the old paper", self.new: "the new paper"}.get(content, "half a paper")
        wrong = [] if what != "half a paper" else [what]
        if code not in codes:
            wrong.append(f"exit code {code}")
        if b"Traceback" in messages or (silent and messages):
            wrong.append(messages.decode(errors="replace")[-300:])
        left = [path.name for path in self.output.parent.iterdir() if path != self.output]
        if left and code != -signal.SIGKILL:
            wrong.append(f"left behind: {left}")
        for name in left:
            (self.output.parent / name).unlink()
        return f"{what}, exit code {code}", "; ".join(wrong)


def _limited(size: int) -> Callable[[], None]:
    """Lets a process write so many bytes to a file at most."""
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def killed(command: Command, draw: random.Random) -> Breach:
    """Kill -9 at a random moment."""
    process = command.started()
    time.sleep(draw.uniform(0, command.seconds))
    process.kill()
    code, messages = command.ended(process)
    return command.breach(code, messages, {command.code, -signal.SIGKILL})


def interrupted(command: Command, draw: random.Random) -> Breach:
    """Ctrl-C at a random moment."""
    process = command.started()
    time.sleep(draw.uniform(0, command.seconds))
    process.send_signal(signal.SIGINT)
    code, messages = command.ended(process)
    return command.breach(code, messages, {command.code, 130})


def full(command: Command, draw: random.Random) -> Breach:
    """A disk that is full after a random number of bytes."""
    code, messages = command.ended(command.started(limit=draw.randrange(len(command.new))))
    breach = command.breach(code, messages, {2}, silent=False)
    return breach if breach[1] or command.output.read_bytes() == OLD else (breach[0], "written to a full disk")


def closed(command: Command, draw: random.Random) -> Breach:
    """A reader of standard output that goes away at a random moment, after some bytes."""
    process = command.started(to_file=False)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(draw.choice([0, 0, 1, 10]))
    process.stdout.close()
    messages = process.stderr.read()
    process.stderr.close()
    return command.breach(process.wait(300), messages, {0, command.code})


ENDS: Mapping[str, Callable[[Command, random.Random], Breach]] = {
    "kill -9": killed,
    "Ctrl-C": interrupted,
    "a full disk": full,
    "a closed pipe": closed,
}


def trials(names: Sequence[str], ends: Sequence[str], times: int, seed: int) -> Iterator[tuple[str, str, Breach]]:
    """Ends commands in ways so many times each, and gives what became of it."""
    for name in names:
        with TemporaryDirectory() as folder:
            command = Command(Path(folder), name)
            for end in ends:
                for number in range(times):
                    yield name, end, ENDS[end](command, random.Random(f"{seed} {name} {end} {number}"))


def main() -> int:
    """Prints what became of every command; 1 where a paper was lost or something was said that should not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcomes: Counter[tuple[str, str, str]] = Counter()
    breaches = 0
    for name, end, (what, wrong) in trials(list(COMMANDS), list(ENDS), options.times, options.seed):
        outcomes[name, end, what] += 1
        breaches += bool(wrong)
        if wrong:
            print(f"{name}, {end}: {wrong}", flush=True)
    for (name, end, what), count in outcomes.items():
        print(f"{name}, {end}: {what}: {count}")
    print(f"{breaches} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
