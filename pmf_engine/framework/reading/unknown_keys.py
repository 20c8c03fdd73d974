"""Unknown keys: misspelt, or in the wrong place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.framework.reading.files import Loc
from pmf_engine.framework.reading.parts import Parts
from pmf_engine.framework.reading.sections import ENTRIES, FILES, keys_of
from pmf_engine.framework.reading.yaml_document import MERGED, REFUSED


def report_unknown(parts: Parts, paths: list[Loc]) -> None:
    """Reports unknown keys. Misplaced keys in a row have one cause and are one diagnostic."""
    last: Loc | None = None
    skipped: Loc | None = None
    order = {name: number for number, name in enumerate(parts.config.data)}
    for path in paths:
        name, config = str(path[-1]), parts.config
        value = parts.at(path)
        follows = last is not None and last[:-1] == path[:-1] and _follows(parts.at(path[:-1]), str(last[-1]), name)
        last = None
        if name == MERGED or (skipped is not None and path[:-1] == skipped):
            continue
        if value is REFUSED:
            config.unsure.add((str(path[0]), name))
            continue
        keys = keys_of(parts.model_at(path[:-1]))
        section = str(path[0])
        span = config.key(*path)
        if len(path) == 3 and section in ENTRIES and isinstance(value, dict) and set(value) & set(keys):
            parts.diagnostics.append(messages.nested(span, name, str(path[1]), str(path[1])))
            config.unsure.add((section, name))
            continue
        elsewhere = _elsewhere(parts, name, path)
        if len(path) == 1 and elsewhere is None and (likely := _sections_like(parts, value)):
            config.unsure |= {(section, name) for section in likely}
            above = [section_ for section_ in likely if order.get(section_, len(order)) < order[name]]
            elsewhere = f"inside `{max(above, key=order.__getitem__) if above else likely[-1]}`, indented"
        near = nearest(name, keys)
        if len(path) == 1 and near is not None:
            config.unsure.add((near,))
        elif len(path) > 1 and name in parts.model.model_fields:
            config.unsure.add((name,))
            skipped = path[:-1] if value is None else None  # the keys after it belong inside it
        elif elsewhere and near is None:
            last = path
            if follows:
                continue
        after_comma = value is None and not span.source.text[span.end :].lstrip().startswith(":")
        parts.diagnostics.append(messages.unknown_key(span, name, keys, near, elsewhere, after_comma))


def _follows(around: Any, before: str, name: str) -> bool:
    """Whether a key of a map is the next after another."""
    siblings = list(around) if isinstance(around, Mapping) else []
    return siblings.index(name) == siblings.index(before) + 1


def _sections_like(parts: Parts, value: Any) -> list[str]:
    """The sections whose entries may have all keys of a value."""
    if not isinstance(value, Mapping) or not value:
        return []
    own = [section for section in ENTRIES if section in parts.model.model_fields]
    return [section for section in own if set(value) <= set(keys_of(ENTRIES[section][1]))]


def _elsewhere(parts: Parts, name: str, path: Loc) -> str | None:
    """The right place of a misplaced key, in words; None for a key that no place has."""
    if len(path) > 1 and name in parts.model.model_fields:
        return "at the start of a line, not indented"
    others = [file for file, model in FILES.items() if model is not parts.model and name in model.model_fields]
    if others:
        return f"in {others[0]}"
    inside = _ENTRIES_WITH.get(name, [])
    inside = [section for section in inside if section in parts.model.model_fields and section != path[0]]
    if len(path) == 1:
        return f"inside an entry of `{inside[0]}`, indented" if inside else None
    return None


_ENTRIES_WITH = {
    key: [section for section, (_, other) in ENTRIES.items() if key in keys_of(other)]
    for _, model in ENTRIES.values()
    for key in keys_of(model)
}
"""The sections whose entries have a key."""
