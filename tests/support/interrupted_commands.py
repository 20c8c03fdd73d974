"""Commands that write a paper, each as a child of this process, on a board with a file of every kind."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pkgutil
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["_RJEM_MALLOC_CONF"] = "background_thread:false"  # a child of a fork has no threads but the one that forked

import polars as pl

import pmf_engine
from pmf_engine.__main__ import run
from pmf_engine.cli.arguments import CONFIG
from pmf_engine.cli.command import Command, Option
from pmf_engine.cli.commands import COMMANDS
from pmf_engine.submissions.readers import is_passed_over
from tests.support.year_board import write_board

OLD = b"the old paper\n"
SAID = {"--period": "2016-17 Q3", "--as-of": "2017-04-25", "--file": "late.xlsx"}
NAMED = {"INDICATOR": "returned", "AGENCY": "care", "YEAR": "2016-17"}
"""What commands are asked, by option and by the name of a word without an option."""

_PATIENCE = 120
"""Seconds after which a command that has not ended is said to hang."""

_PROGRAM = """\
import os, sys
from pmf_engine.__main__ import run
os.write(int(sys.argv.pop(1)), b'.')
run()
"""
"""The script that installers make, which says when it reaches the first line of the program."""

_REGISTERS = {
    "actions.csv": "id,indicator,period,action,agency,agreed_on,due_on,done_on\n"
    "A-1,returned,2016-17 Q2,Ask families,care,2016-11-01,2016-12-31,2017-01-10\n",
}

_LIST = """\
lists: {visit_list: {title: Visits, from: care, date: day, columns: {day: date, team: text?}}}
activities:
"""
_COUNT = """\
indicators:
  visits: {title: Visits, content_area: help, evidence_type: quantity, lead_agency: care, source: data,
           frequency: quarterly, formula: count(visit_list where team = "east")}
"""

Content = Mapping[str, bytes]
"""A paper: what is in each file of a folder, by its name in it; a file itself has no name. Empty where it is not."""


@dataclass(frozen=True)
class Target:
    """A command and an option by which it writes a paper.

    Attributes:
        name: Such as `report --save`.
        words: Its arguments but for the paper and the format.
        option: The option that names the paper.
        is_folder: Whether the paper is a folder.
        has_board: Whether it reads a board.
        formats: The values of `--format`; one empty text where there is no such option.
    """

    name: str
    words: tuple[str, ...]
    option: str
    is_folder: bool
    has_board: bool
    formats: tuple[str, ...]


def _targets() -> Iterator[Target]:
    for command in COMMANDS:
        for option in command.options:
            flag, kind = option.flags[0], option.settings.get("metavar")
            if flag in ("--output", "--to", "--save", "--html") and kind in ("FILE", "FOLDER", "DIR"):
                yield Target(
                    f"{command.name} {flag}",
                    tuple(_words(command, option)),
                    flag,
                    kind != "FILE",
                    CONFIG in command.options,
                    _formats(command),
                )


def _formats(command: Command) -> tuple[str, ...]:
    choices = [option.settings["choices"] for option in command.options if option.flags[0] == "--format"]
    return tuple(choices[0]) if choices else ("",)


def _words(command: Command, written: Option) -> Iterator[str]:
    """The arguments of a command: what it must be given, and a period and a day."""
    yield command.name
    for option in command.options:
        flag, settings = option.flags[0], option.settings
        name = settings.get("metavar", "")
        if not flag.startswith("--"):
            if settings.get("nargs") != "?" or name in ("YEAR",):
                yield settings["choices"][0] if "choices" in settings else NAMED[name]
        elif flag in SAID:
            yield from (flag, SAID[flag])
        elif settings.get("required") and option is not written:
            raise KeyError(f"say in SAID what `{command.name} {flag}` is asked")


TARGETS: Mapping[str, Target] = {target.name: target for target in _targets()}
"""Every way to write a paper."""


@dataclass
class Child:
    """A command that runs: its process, and what it writes to standard output and standard error."""

    pid: int
    out: int
    messages: int
    _ended: int | None = None

    def end(self, number: int) -> None:
        """Sends a signal, where the process has not ended."""
        if self.code(0) is None:
            os.kill(self.pid, number)

    def code(self, seconds: float = _PATIENCE) -> int | None:
        """The exit code, or minus the signal; None where it has not ended after so many seconds."""
        until = time.monotonic() + seconds
        while self._ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._ended = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= until:
                return None
            else:
                time.sleep(0.0005)
        return self._ended

    def close(self) -> None:
        """Closes its reader of standard output."""
        if self.out >= 0:
            os.close(self.out)
            self.out = -1


@dataclass
class Scene:
    """A target on a board in a folder, and the papers that it writes when it is left alone."""

    folder: Path
    target: Target
    new: dict[str, Content] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    seconds: dict[tuple[str, bool], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("papers", "temporary"):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def paper(self) -> Path:
        return self.folder / "papers" / "paper"

    def learn(self, form: str, real: bool) -> None:
        """Runs the command once and keeps what it writes, its exit code and its seconds."""
        if (form, real) in self.seconds:
            return
        self.put(False)
        start = time.monotonic()
        child = self.started(form, real)
        messages, code = _drained(child), child.code()
        self.seconds[form, real] = time.monotonic() - start
        self.new.setdefault(form, self.content())
        if code not in (0, 1) or not self.new[form] or self.content() != self.new[form]:
            raise SystemExit(f"{self.target.name} {form}: exit code {code}, {messages.decode()}")
        self.codes[form] = code

    def put(self, old: bool) -> None:
        """Puts the old paper in its place, or nothing; what was there goes."""
        _remove(self.paper)
        if old and self.target.is_folder:
            self.paper.mkdir()
        elif old:
            self.paper.write_bytes(OLD)

    def content(self) -> Content:
        """The paper that is there."""
        if self.paper.is_dir():
            files = (path for path in self.paper.rglob("*") if path.is_file())
            return {path.relative_to(self.paper).as_posix(): path.read_bytes() for path in sorted(files)}
        return {"": self.paper.read_bytes()} if self.paper.exists() else {}

    def started(
        self, form: str, real: bool, limit: int | None = None, to_paper: bool = True, to_disk: bool = False
    ) -> Child:
        """The command, at the first line of the program.

        Args:
            form: The format.
            real: Whether Python starts anew.
            limit: The most bytes of a file.
            to_paper: Whether it writes the paper, or to standard output.
            to_disk: Whether standard output is a file, and not read.
        """
        words = [*self.target.words, *(["--format", form] if form else [])]
        words += ["--config", str(self.folder)] if self.target.has_board else []
        words += [self.target.option, str(self.paper)] if to_paper else []
        sys.stdout.flush()
        ready, said, out, printed, messages, written = (*os.pipe(), *os.pipe(), *os.pipe())
        if to_disk:
            os.close(printed)
            printed = os.open(self.folder / "printed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        pid = os.fork()
        if pid == 0:
            try:
                _become(words, said, printed, written, self.folder / "temporary", limit, real)
            finally:
                os._exit(99)
        for descriptor in (said, printed, written):
            os.close(descriptor)
        os.read(ready, 1)
        os.close(ready)
        return Child(pid, out, messages)

    def judged(self, child: Child, form: str, had: Content, codes: set[int], silent: bool) -> tuple[str, str]:
        """What became of the paper, and what is wrong; empty for nothing."""
        messages, code = _drained(child), child.code()
        content = self.content()
        what = "half a paper"
        if content == had:
            what = "the old paper" if had else "no paper"
        if content == self.new[form]:
            what = "the new paper"
        wrong = ["half a paper"] if what == "half a paper" else []
        if code is None:
            child.end(signal.SIGKILL)
            wrong.append("it hangs")
        elif code not in codes:
            wrong.append(f"exit code {code}")
        if b"Traceback" in messages or b"Exception ignored" in messages or (silent and messages):
            wrong.append(messages.decode(errors="replace")[-600:])
        left = [path for path in self.paper.parent.iterdir() if path != self.paper]
        if code != -signal.SIGKILL:
            wrong += [f"left behind: {path.name}" for path in [*left, *(self.folder / "temporary").iterdir()]]
        wrong += [f"{path.name} looks like a paper" for path in left if not is_passed_over(path)]
        for path in [*left, *(self.folder / "temporary").iterdir()]:
            _remove(path)
        return f"{what}, exit code {code}", "; ".join(wrong)


def _become(
    words: list[str], said: int, printed: int, written: int, temporary: Path, limit: int | None, real: bool
) -> None:
    """Makes this process the command; it does not return."""
    os.dup2(printed, 1)
    os.dup2(written, 2)
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", line_buffering=True)
    os.environ["TMPDIR"] = str(temporary)
    if limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if real:
        os.set_inheritable(said, True)
        os.execv(sys.executable, [sys.executable, "-c", _PROGRAM, str(said), *words])
    code: Any = 98
    sys.argv = ["pmf", *words]
    try:
        os.write(said, b".")
        run()
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(int(code))


def _drained(child: Child) -> bytes:
    """The messages of a command to its end; what it prints is read too, where it is still open."""
    texts = {child.messages: b"", child.out: b""}
    open_, until = {child.messages, child.out} - {-1}, time.monotonic() + _PATIENCE
    while open_ and time.monotonic() < until:
        for descriptor in select.select(list(open_), [], [], 1)[0]:
            piece = os.read(descriptor, 65536)
            texts[descriptor] += piece
            if not piece:
                open_.discard(descriptor)
    child.close()
    os.close(child.messages)
    return texts[child.messages]


def write_trial_board(folder: Path) -> None:
    """A board with a file of every kind: returns in CSV and in a workbook with a mistake, lists, a register."""
    write_board(folder, _REGISTERS)
    path = folder / "indicators.yaml"
    text = path.read_text(encoding="utf-8").replace("activities:\n", _LIST).replace("indicators:\n", _COUNT)
    path.write_text(text, encoding="utf-8")
    days = pl.DataFrame({"day": ["2016-10-03", "2016-11-04", "2016-12-30"], "team": ["east", "west", None]})
    days.write_csv(folder / "sent" / "visit_list_2016-17_q3.csv")
    days.with_columns(pl.col("day").str.to_date()).write_parquet(folder / "sent" / "visit_list_2016-17_q2.parquet")
    row = {"period": ["2016-17 Q3"], "agency": ["care"], "figure": ["referrals"], "value": ["many"]}
    pl.DataFrame(row).write_excel(folder / "sent" / "late.xlsx")


def write_in_child(folder: Path) -> None:
    """Writes the board in a child: Polars begins threads with its first work, and no fork takes them along."""
    if (pid := os.fork()) == 0:
        try:
            write_trial_board(folder)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def _remove(path: Path) -> None:
    """Removes a file, or a folder with all in it, where it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def import_all() -> None:
    """Imports every module, and those of other packages that functions import, so that no child does."""
    for module in pkgutil.walk_packages(pmf_engine.__path__, "pmf_engine."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("docx", "fastexcel", "icalendar", "openpyxl", "ruamel.yaml", "xlsxwriter"):
        importlib.import_module(name)
