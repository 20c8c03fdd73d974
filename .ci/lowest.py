"""Prints the lowest versions that pyproject allows of what the engine and its tests need, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
for requirement in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
    parts = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\w.]+)", requirement)
    assert parts, f"`{requirement}` has no lowest version"
    print(f"{parts[1]}=={parts[2]}")
