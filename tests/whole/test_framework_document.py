"""docs/framework.md names every duty of the framework; each of its commands runs and each of its keys exists."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from pydantic import BaseModel

from pmf_engine.cli.arguments import build_parser
from pmf_engine.cli.commands import COMMANDS as COMMANDS_OF_PMF
from pmf_engine.cli.program import main
from pmf_engine.framework.reading.sections import FILES, inside, keys_of
from pmf_engine.report.duties import DUTIES
from pmf_engine.submissions.registers import REGISTERS
from tests.support.year_board import write_board

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "framework.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"`([^`]+)`", TEXT)
COMMANDS = sorted({words for words in QUOTED if words.startswith("pmf ")})
SHOWN = re.findall(r"^\$ pmf (.+)$", "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")), re.M)
KEYS = sorted({words[:-1] for words in QUOTED if words.endswith(":")})


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registers = {
        "actions.csv": (
            "id,indicator,action,agency,owner,agreed_on,due_on\nA1,returned,Ask why,care,Head,2016-12-01,2017-03-01\n"
        ),
        "reviews.csv": "id,activity,done_on,found\nR1,audit,2016-08-15,nothing\n",
        "money.csv": "year,line,agency,actual\n2016-17,contribution,police,60\n",
    }
    return write_board(tmp_path_factory.mktemp("board"), registers)


def form(arguments: list[str]) -> tuple[str, bool]:
    """The name of a command, and whether it is asked for its duties or its loop."""
    return arguments[0], bool({"--check", "--loop"} & {*arguments})


RUN_BY_DOCUMENTS = {form(shlex.split(command)) for command in SHOWN}
"""The commands that other documents show with their output, which `test_documents.py` runs."""


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(command: str, board: Path) -> None:
    arguments = shlex.split(command.replace("rereferrals_12m", "returned"))[1:]
    if form(arguments) in RUN_BY_DOCUMENTS:
        assert build_parser(COMMANDS_OF_PMF).parse_args(arguments).run
        return
    dated = [] if arguments[0] in ("list", "test") else ["--as-of", "2017-05-31"]
    printed, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        code = main([*arguments, "--config", str(board), *dated])
    assert code in (0, 1), told.getvalue()
    assert printed.getvalue()


def every_key(model: type[BaseModel]) -> set[str]:
    """The keys of a model and of the models in it."""
    inner = (inside(model, key) for key in keys_of(model))
    return {*keys_of(model)}.union(*(every_key(other) for other in inner if other is not None))


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_one_of_the_files(key: str) -> None:
    assert key in set().union(*map(every_key, FILES.values()))


def test_every_duty_and_register_has_its_line() -> None:
    paragraphs = {number for cell in re.findall(r"^\| ([\d., ]+) \|", TEXT, re.M) for number in cell.split(", ")}
    assert paragraphs == {number for cell, _, _ in DUTIES for number in cell.split(", ")}
    for register in REGISTERS:
        assert f"`{register}`" in TEXT
