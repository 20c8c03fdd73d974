"""The data of one file, from which parts with a mistake are removed or replaced."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.framework.reading.files import Config, Loc
from pmf_engine.framework.reading.sections import ALONE, ENTRIES, inside


class Parts:
    """The parts of a file by their paths: their data, their models, and their removal.

    Attributes:
        config: The data, without the parts with a mistake so far, and the position of each part.
        model: The model of the whole file.
        diagnostics: The mistakes so far.
    """

    def __init__(self, config: Config, model: type[BaseModel]) -> None:
        self.config = config
        self.model = model
        self.diagnostics: list[Diagnostic] = []

    def at(self, path: Loc) -> Any:
        """The data at a path; None where there is none."""
        data: Any = self.config.data
        for step in path:
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                return None
        return data

    def model_at(self, path: Loc) -> type[BaseModel] | None:
        """The model of the map at a path; None for a map with ids as keys."""
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
        """Removes a part from the data, or replaces it with a stand-in where its surroundings need a value."""
        self.config.unsure.add(path)
        data: Any = self.at(path[:-1])
        stand_in = _stand_in(path)
        if stand_in is None:
            data.pop(path[-1], None)
            return
        data[path[-1]] = stand_in
        if stand_in == _UNKNOWN or path[2:3] == ("evidence",):  # the stand-in must not be reported as unknown
            self.config.unsure |= {(section, _UNKNOWN) for section in ("agencies", "content_areas", "sources")}


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
"""Stand-ins for required keys with a mistake, chosen so that they cause no further diagnostics.

A grade without a scale has no type; an annual indicator may use flows of all frequencies; an indicator of quantity
needs no tolerance.
"""


def _stand_in(path: Loc) -> Any:
    """The stand-in for a part with a mistake; None where its surroundings do not need one."""
    match path:
        case ("board",):
            return _UNKNOWN
        case ("escalation", _):  # the rules after it must keep their numbers
            return {"when": "red", "to": _UNKNOWN}
        case ("content_areas", _, "evidence", int()):
            return {"source": _UNKNOWN, "says": _UNKNOWN}
        case ("indicators", _, "examples", _):
            return {"given": {}, "expect": {}}
        case ("indicators", _, "examples", _, "given" | "expect"):
            return {}
        case (str(section), _, str(key)):
            return STAND_INS.get(section, {}).get(key)
    return None
