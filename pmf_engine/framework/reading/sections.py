"""The sections of the two files: the nouns for their entries, and the keys of their entries."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from pmf_engine.framework import schema
from pmf_engine.framework.layouts_schema import Layout
from pmf_engine.framework.needs_schema import Activity, AreaOfInformation
from pmf_engine.framework.reading.files import Loc

ENTRIES: dict[str, tuple[str, type[BaseModel]]] = {
    "agencies": ("agency", schema.Agency),
    "content_areas": ("content area", schema.ContentArea),
    "breakdowns": ("breakdown", schema.Breakdown),
    "figures": ("figure", schema.Figure),
    "lists": ("list", schema.RecordList),
    "indicators": ("indicator", schema.Indicator),
    "checks": ("check", schema.Check),
    "areas_of_information": ("area of information", AreaOfInformation),
    "activities": ("activity", Activity),
    "layouts": ("layout", Layout),
    "tolerances": ("the tolerance of", schema.Entry),
}
WHAT = {
    **{section: what for section, (what, _) in ENTRIES.items()},
    "sources": "source",
    "scales": "scale",
    "governance": "level",
}
"""The noun for an entry of each section, in messages."""

SECTIONS = (
    "agencies", "content_areas", "sources", "scales", "breakdowns", "figures", "lists", "indicators", "checks",
    "areas_of_information", "activities", "layouts",
)  # fmt: skip
"""The sections of indicators.yaml whose keys are ids."""

ALONE: dict[str, type[BaseModel]] = {"board": schema.Board, "disclosure": schema.Disclosure, "escalation": schema.Rule}
FILES: dict[str, type[BaseModel]] = {
    "indicators.yaml": schema.IndicatorsFile,
    "tolerances.yaml": schema.TolerancesFile,
}


def inside(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The model of the values of a key, alone or in a list; None for a key with other values."""
    for name, field in model.model_fields.items():
        if (field.alias or name) == key:
            return _model_in(field.annotation)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation, alone or inside a list, a map or a union; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for form in get_args(annotation) if (model := _model_in(form))), None)


def keys_of(model: type[BaseModel] | None) -> list[str]:
    """The keys of a model in the spelling of the YAML; none for a map with ids as keys.

    >>> keys_of(schema.Rule)
    ['when', 'to', 'until', 'ask']
    """
    return list(_keys(model)) if model is not None else []


@cache
def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


@cache
def required_keys(model: type[BaseModel]) -> frozenset[str]:
    """The keys that an entry of a model must have.

    >>> sorted(required_keys(schema.Agency))
    ['name']
    """
    return frozenset(field.alias or name for name, field in model.model_fields.items() if field.is_required())


def thing(path: Loc) -> str:
    """The name of the map at a path, in messages.

    >>> thing(("indicators", "x")), thing(("board",)), thing(())
    ('indicator `x`', '`board`', 'the file')
    """
    if not path:
        return "the file"
    section = str(path[0])
    if section in WHAT and len(path) > 1:
        return f"{WHAT[section]} `{path[1]}`"
    return "an escalation rule" if section == "escalation" and len(path) > 1 else f"`{section}`"


def what_of(path: Loc) -> str:
    """The name of the value at a path, in messages: its key, or its entry.

    >>> what_of(("indicators", "x", "title")), what_of(("indicators", "x", "by", 0))
    ('`title`', 'an item of `by`')
    """
    depth = 2 if path and path[0] in WHAT else 1
    inner = [step for step in path[depth:] if isinstance(step, str)]
    what = f"`{inner[-1]}`" if inner else thing(path)
    return f"an item of {what}" if isinstance(path[-1], int) and path[0] != "escalation" else what
