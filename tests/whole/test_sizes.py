"""Code can be read in one sitting: files, classes and functions stay below a size, tables excepted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pmf_engine

ROOT = Path(pmf_engine.__file__).parent
LONGEST_FILE, LONGEST_CLASS, LONGEST_FUNCTION = 400, 200, 60
TABLES: set[str] = set()  # none so far
"""Files that are tables, row after row, and so may be longer: their names below `pmf_engine`."""

FILES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_in_one_sitting(name: str) -> None:
    text = FILES[name]
    assert name in TABLES or text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            most = LONGEST_CLASS if isinstance(node, ast.ClassDef) else LONGEST_FUNCTION
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= most, f"`{node.name}` has {length} lines"


def test_tables_that_are_excepted_exist() -> None:
    assert all(name in FILES for name in TABLES)
