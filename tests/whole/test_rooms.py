"""The rooms of the engine stand in one order: a room imports only from rooms before it, and no files form a circle."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pmf_engine

ROOT = Path(pmf_engine.__file__).parent
ROOMS = [
    "domain",
    "diagnostics",
    "formula",
    "framework",
    "submissions",
    "judgement",
    "records",
    "evaluation",
    "disclosure",
    "report",
    "render",
    "pack",
    "cli",
]


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name; a package stands for its `__init__.py`."""
    return {
        ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in ROOT.rglob("*.py")
    }


MODULES = modules()


def imports(path: Path) -> set[str]:
    """The modules of the package that a file imports, inside functions and for types only too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name.split(".")[0] == "pmf_engine")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pmf_engine":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in MODULES else str(node.module))
    return found & MODULES.keys()


GRAPH = {name: imports(path) for name, path in MODULES.items()}


def room(name: str) -> int:
    """The place of a module's room in `ROOMS`; the package's own files come after all of them."""
    parts = name.split(".")
    return ROOMS.index(parts[1]) if len(parts) > 1 and parts[1] in ROOMS else len(ROOMS)


def test_every_folder_is_a_room() -> None:
    assert sorted(path.parent.name for path in ROOT.glob("*/__init__.py")) == sorted(ROOMS)
    assert len(list(ROOT.glob("*.py"))) <= 6


def test_a_room_imports_only_from_rooms_before_it() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, others in GRAPH.items()
        for other in sorted(others - {"pmf_engine"})  # its version is the one name that rooms take from the door
        if room(other) > room(name)
    ]
    assert wrong == []


def test_no_files_form_a_circle() -> None:
    graph = {name: others - {"pmf_engine"} for name, others in GRAPH.items() if name != "pmf_engine"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle of imports: {' -> '.join(error.args[1])}") from error


def run(*arguments: str) -> str:
    """Runs pmf in a process of its own and prints which of the heavy libraries that loaded."""
    program = (
        "import sys; from pmf_engine.cli import main; main(sys.argv[1:]);"
        "print(sorted({'polars', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT.parent,
        encoding="utf-8",
    )
    return done.stderr.splitlines()[-1]


def test_commands_without_data_do_not_import_polars() -> None:
    assert run("--help") == "[]"
    assert run("check") == "[]"
    assert run("list") == "[]"
    assert run("evaluate", "--period", "2016-17") == "['polars']"


def test_ruamel_and_rich_have_one_door_each() -> None:
    def users(library: str) -> set[str]:
        return {
            name.removeprefix("pmf_engine.")
            for name, path in MODULES.items()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == library)
            or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names))
        }

    assert users("ruamel") == {"framework.reading.yaml_document"}
    assert all(name == "render.terminal" or name.startswith("render.terminal.") for name in users("rich"))
    assert users("rich")
