"""Documents are run: each console block's commands print what stands there, each Python block works.

In a console block a line that starts with `$ ` is run; what follows is its output, exactly. A line `...` stands for
any lines left out.
"""

import contextlib
import importlib.util
import io
import re
import shlex
from pathlib import Path

import pytest

from pmf_engine.cli.program import main
from pmf_engine.formula.functions import FUNCTIONS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def blocks(language: str) -> list[object]:
    return [
        pytest.param(found[2], id=f"{path.name}:{text[: found.start()].count(chr(10)) + 1}")
        for path in DOCUMENTS
        for text in [path.read_text(encoding="utf-8")]
        for found in _BLOCK.finditer(text)
        if found[1] == language
    ]


def run(command: str) -> str:
    """What a `pmf` command prints on both streams."""
    program, *arguments = shlex.split(command)
    assert program == "pmf", command
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        main(arguments)
    printed.flush()
    printed.seek(0)
    return printed.read()


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether lines are the same, `...` standing for any number of them."""
    pattern = "".join("(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_print_what_the_documents_show(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    steps = re.split(r"^\$ ", block, flags=re.M)[1:]
    assert steps, "a console block needs a command"
    for step in steps:
        command, _, expected = step.partition("\n")
        printed = run(command)
        assert matches(expected.rstrip().splitlines(), printed.rstrip().splitlines()), printed


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_blocks_work(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page run one after the other and share their names, as a reader would run them."""
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    text = path.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        if found[1] == "python":
            line = text[: found.start()].count("\n") + 1
            exec(compile("\n" * line + found[2], path.name, "exec"), names)


def test_there_is_something_to_run() -> None:
    assert len(blocks("console")) >= 5
    assert len(blocks("python")) >= 1


def test_the_table_of_functions_is_that_of_the_language() -> None:
    text = (ROOT / "docs" / "formulas.md").read_text(encoding="utf-8")
    for function in FUNCTIONS.values():
        assert f"| `{function.usage}` | {function.meaning} |" in text


def test_the_picture_is_of_today() -> None:
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(picture)
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.draw()
