"""CONTRIBUTING's recipes name files that exist, and there is a recipe for each thing that people add."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = {
    found[1]: found[2] for found in re.finditer(r"^### How to add (.+)\n((?:(?!^##).*\n)*)", TEXT, flags=re.MULTILINE)
}
SUBJECTS = [
    "a function of the language",
    "a way to read returns",
    "a status",
    "a rendering",
    "a kind of control chart",
    "a key of a tolerance entry",
    "a unit in `for N ...`",
    "a marker",
    "a column of a register",
    "a mistake with its message",
    "a command",
]


def paths(text: str) -> list[str]:
    """What stands in backticks and looks like a path of the tree: `folder/` or `folder/file.py`."""
    quoted = re.findall(r"`([^`\s]+)`", text)
    return [name for name in quoted if re.fullmatch(r"[\w./-]+/(?:[\w.-]+\.\w+)?|[\w-]+\.(?:md|toml|txt|yaml)", name)]


def test_there_is_a_recipe_for_each_thing_that_people_add() -> None:
    assert list(RECIPES) == SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_recipe_names_code_and_tests(subject: str) -> None:
    named = paths(RECIPES[subject])
    assert any(name.startswith("pmf_engine/") for name in named)
    assert any(name.startswith("tests/") for name in named)


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    missing = [name for name in paths(text) if not any((base / name).exists() for base in (ROOT, ROOT / "pmf_engine"))]
    assert missing == []
