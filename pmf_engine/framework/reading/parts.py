"""The data of one file while the parts with a fault are taken out of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.framework.reading.files import Config, Loc
from pmf_engine.framework.reading.sections import ALONE, ENTRIES, inside


class Parts:
    """The parts of a file by their paths: what is written there, which model they have, and taking one out.

    Attributes:
        config: the data, which lose the parts with a fault, and where each part stands.
        model: the model of the whole file.
        found: the findings so far.
    """

    def __init__(self, config: Config, model: type[BaseModel]) -> None:
        self.config = config
        self.model = model
        self.diagnostics: list[Diagnostic] = []

    def at(self, path: Loc) -> Any:
        """What is written at a path; None where nothing is."""
        data: Any = self.config.data
        for step in path:
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                return None
        return data

    def model_at(self, path: Loc) -> type[BaseModel] | None:
        """The model of the map at a path; None where its keys are the author's own."""
        section = str(path[0]) if path else ""
        if section in ENTRIES:
            model: type[BaseModel] | None = ENTRIES[section][1]
            inner = path[2:]
        else:
            model = ALONE.get(section, self.model)
            inner = path[1:]
        for step in inner:
            if model is not None and isinstance(step, str):
                model = inside(model, step)
        return model

    def drop(self, path: Loc) -> None:
        """Takes a part out of the data, or puts another value in its place where the rest needs one."""
        self.config.unsure.add(path)
        data: Any = self.at(path[:-1])
        stand_in = _stand_in(path)
        if stand_in is None:
            data.pop(path[-1], None)
            return
        data[path[-1]] = stand_in
        if stand_in == _UNKNOWN:  # as a name it stands for one with a fault
            self.config.unsure |= {("agencies", _UNKNOWN), ("content_areas", _UNKNOWN)}


_UNKNOWN = "unknown"
STAND_INS: dict[str, dict[str, str]] = {
    "agencies": {"name": _UNKNOWN},
    "content_areas": {"title": _UNKNOWN, "kind": "priority"},
    "breakdowns": {"title": _UNKNOWN},
    "figures": {"title": _UNKNOWN, "kind": "grade", "frequency": "annual"},
    "indicators": {
        "title": _UNKNOWN, "content_area": _UNKNOWN, "evidence_type": "quantity", "lead_agency": _UNKNOWN,
        "frequency": "annual",
    },
}  # fmt: skip
"""What stands in for a key with a fault that an entry must have: that of which least can be said to be wrong.

A grade without a scale has no type; an annual indicator may use flows of all frequencies; one of quantity needs no
tolerance.
"""


def _stand_in(path: Loc) -> Any:
    """What stands in for what has a fault, so that the rest can be read; None where it can do without."""
    match path:
        case ("board",):
            return _UNKNOWN
        case ("escalation", _):  # those after it must keep their places
            return {"when": "red", "to": _UNKNOWN}
        case ("indicators", _, "examples", _):
            return {"given": {}, "expect": {}}
        case ("indicators", _, "examples", _, "given" | "expect"):
            return {}
        case (str(section), _, str(key)):
            return STAND_INS.get(section, {}).get(key)
    return None
