"""Reports as JSON: dataclasses to data and back without loss, and the schema that the data follow.

A field is a key, a tuple an array, an absent value null, a day its date in ISO 8601. A period is an object with its
label and its first and last day.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from pmf_engine.domain.periods import Cadence, Period, month_of

_T = TypeVar("_T")
_NULL: Final = type(None)
_SCALARS: Final[Mapping[Any, str]] = {str: "string", bool: "boolean", int: "integer", float: "number", _NULL: "null"}
_PERIOD: Final[Mapping[str, Mapping[str, Any]]] = {
    "label": {"type": "string"},
    "starts_on": {"type": "string", "format": "date"},
    "ends_on": {"type": "string", "format": "date"},
    "year_start": {"type": "integer", "minimum": 1, "maximum": 12},
}
"""The keys of a period; `year_start` is the month in which its years start."""


def to_json(value: object) -> str:
    """A value as JSON, a line for each key, equal for equal values."""
    return json.dumps(to_data(value), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def to_data(value: object) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Period):
        return {
            "label": value.label,
            "starts_on": value.first_day.isoformat(),
            "ends_on": value.last_day.isoformat(),
            "year_start": value.cadence.year_start,
        }
    if isinstance(value, Mapping):
        return {str(key): to_data(inner) for key, inner in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [to_data(inner) for inner in value]
    return {name: to_data(getattr(value, name)) for name in _types_of(cast(Any, type(value)))}


def from_data(kind: type[_T], data: Any) -> _T:
    """The value of a type whose data these are. Raises ValueError, KeyError or TypeError for other data."""
    value: _T = _read(kind, data)
    return value


def _read(kind: Any, data: Any) -> Any:
    """The value of a type, which may be a union or a tuple, from its data."""
    if (options := _options(kind)) is not None:
        if data is None:
            return None
        [only] = [option for option in options if option is not _NULL]  # a union is a type or nothing
        return _read(only, data)
    if (item := _item(kind)) is not None:
        return tuple(_read(item, inner) for inner in data)
    if get_origin(kind) is tuple:
        return tuple(_read(part, inner) for part, inner in zip(get_args(kind), data, strict=True))
    if _is_map(kind):
        return {key: _read(get_args(kind)[1], inner) for key, inner in data.items()}
    if kind is Period:
        return _period(data)
    if kind is date:
        return date.fromisoformat(data)
    if kind in _SCALARS or (isinstance(kind, type) and issubclass(kind, str)):
        if kind is float and isinstance(data, int) and not isinstance(data, bool):
            return float(data)
        if not isinstance(data, str if issubclass(kind, str) else kind):
            raise TypeError(f"{data!r} is no {kind.__name__}")
        return data if kind in _SCALARS else kind(data)
    return kind(**{name: _read(of, data[name]) for name, of in _types_of(kind).items()})


def _period(data: Mapping[str, Any]) -> Period:
    """The period whose data these are."""
    start, end = (month_of(date.fromisoformat(data[key])) for key in ("starts_on", "ends_on"))
    return Period(start, Cadence(end - start + 1, data["year_start"]))


def json_schema(kind: Any, title: str, version: int) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a type: every key is required, and later versions may add keys."""
    definitions: dict[str, Any] = {}
    root = _schema(kind, definitions)
    name = root["$ref"].rpartition("/")[2]
    own = definitions.pop(name)
    properties = {"schema": {"const": version}} | own["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **own,
        "properties": properties,
        "required": list(properties),
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a type; those of dataclasses go to `definitions`."""
    if (options := _options(kind)) is not None:
        return {"anyOf": [_schema(option, definitions) for option in options]}
    if (item := _item(kind)) is not None:
        return {"type": "array", "items": _schema(item, definitions)}
    if get_origin(kind) is tuple:
        parts = [_schema(part, definitions) for part in get_args(kind)]
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}
    if _is_map(kind):
        return {"type": "object", "additionalProperties": _schema(get_args(kind)[1], definitions)}
    if kind is date:
        return {"type": "string", "format": "date"}
    if kind in _SCALARS:
        return {"type": _SCALARS[kind]}
    if isinstance(kind, type) and issubclass(kind, str):
        return {"type": "string"}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        properties = dict(_PERIOD) if kind is Period else _properties(kind, definitions)
        definitions[kind.__name__] = {"type": "object", "properties": properties, "required": list(properties)}
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _properties(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    return {name: _schema(of, definitions) for name, of in _types_of(kind).items()}


@cache
def _types_of(kind: Any) -> Mapping[str, Any]:
    """The fields of a dataclass or a named tuple with their types, in their order."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    return {name: hints[name] for name in names}


def _options(kind: Any) -> tuple[Any, ...] | None:
    """The types of a union; None for another type."""
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else None


def _item(kind: Any) -> Any:
    """The type of the items of a tuple of any length; None for another type."""
    arguments = get_args(kind)
    return arguments[0] if get_origin(kind) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis else None


def _is_map(kind: Any) -> bool:
    return isinstance(get_origin(kind), type) and issubclass(get_origin(kind), Mapping)
