"""Imports point one way: no module knows one above it, so that each can be read with only those below in mind."""

import ast
import subprocess
import sys
from pathlib import Path

import pmf_engine

ROOT = Path(pmf_engine.__file__).parent
LAYERS = [
    ["statuses", "source", "periods"],
    ["diagnostics"],
    ["messages", "formula.syntax"],
    ["schema", "yamltrouble", "formula.constant", "formula.functions"],
    ["yamlmap", "formula.parse", "formula.check", "formula.alike", "conditions"],
    ["loading", "tolerance", "escalation"],
    ["shape", "given"],
    ["framework"],
    ["lint", "lists"],
    ["resolve"],
    ["codes", "statistics", "display", "manifest", "sheets"],
    ["formula.operations"],
    ["formula.steps", "formula.truth"],
    ["cells", "bands", "reach"],
    ["listfiles", "formula.rows"],
    ["kinds"],
    ["submissions"],
    ["records"],
    ["counted"],
    ["counting", "senders"],
    ["inputs", "control", "exceptions"],
    ["plan", "judge"],
    ["evaluation", "workings"],
    ["report", "examples", "faults"],
    ["provenance"],
    ["explanation"],
    ["lookup", "render.words"],
    ["gather"],
    ["render.frames", "render.listing", "render.terminal", "render.explanation", "render.outcomes"],
    ["cli"],
]
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}
DOORS = {"", "__main__", "formula", "render"}
"""Packages' own files, which hold no code but the public names."""


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix("__init__").rstrip("."): path
        for path in ROOT.rglob("*.py")
    }


def imports(path: Path) -> set[str]:
    """The modules of the package that a file names in imports, those for types only too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pmf_engine":
            base = node.module.removeprefix("pmf_engine").lstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                found.add(inner if inner in HEIGHT else base)
    return found - DOORS


def test_every_module_has_its_layer() -> None:
    assert set(modules()) - DOORS == set(HEIGHT) & set(modules())
    assert set(HEIGHT) <= set(modules())


def test_imports_point_down() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, path in modules().items()
        if name not in DOORS
        for other in sorted(imports(path))
        if HEIGHT[other] >= HEIGHT[name]
    ]
    assert wrong == []


def run(*arguments: str) -> str:
    """Runs pmf in a process of its own and prints which of the heavy modules that loaded."""
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


def test_what_does_without_data_does_without_polars() -> None:
    assert run("--help") == "[]"
    assert run("check") == "[]"
    assert run("list") == "[]"
    assert run("evaluate", "--period", "2016-17") == "['polars']"


def test_ruamel_and_rich_have_one_door_each() -> None:
    def users(library: str) -> set[str]:
        return {
            name
            for name, path in modules().items()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == library)
            or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names))
        }

    assert users("ruamel") == {"yamlmap"}
    assert users("rich") == {"render.terminal"}
