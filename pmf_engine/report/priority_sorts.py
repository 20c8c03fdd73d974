"""What content areas can be sorted by; a file of its own, so that the options of commands do without data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

SORTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "file": lambda priority: 0,
    "title": lambda priority: priority.area.title,
    "kind": lambda priority: priority.kind,
    "exceptions": lambda priority: -priority.exceptions_in_all,
    "worsening": lambda priority: -priority.worsening,
    "section11": lambda priority: -(priority.below_standard or 0),
    "learning": lambda priority: -(priority.learning_open or 0),
    "review": lambda priority: priority.review_by or date.max,
}
"""By name, the key of a `Priority` to sort by; of equals, the order of the file stays."""
