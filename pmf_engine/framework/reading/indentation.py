"""Mistakes of indentation: sections and keys at a wrong level because of the indentation of their lines."""

from __future__ import annotations

from typing import Any

from pmf_engine.diagnostics import messages
from pmf_engine.framework.reading.parts import Parts
from pmf_engine.framework.reading.sections import ALONE, ENTRIES, keys_of


def report_indentation(parts: Parts) -> None:
    """Reports sections and keys at a wrong level, and takes them out of the data."""
    data = parts.config.data
    for section, entries in list(data.items()):
        if not isinstance(entries, dict):
            continue
        entries = data[section] = dict(entries)
        if section in parts.model.model_fields and section not in ALONE:
            _section_inside(parts, section, entries)
        if section in ENTRIES and section in parts.model.model_fields:
            _keys_as_ids(parts, section, entries)


def _section_inside(parts: Parts, section: str, entries: dict[str, Any]) -> None:
    """Reports a section inside another section because it is indented, alone or with its entries."""
    for name, value in list(entries.items()):
        if name not in parts.model.model_fields or name in parts.config.data or isinstance(value, (str, int, float)):
            continue
        if isinstance(value, dict) and section in ENTRIES and set(value) & set(keys_of(ENTRIES[section][1])):
            continue  # an entry with the name of a section
        parts.diagnostics.append(messages.nested(parts.config.key(section, name), name, section, section))
        parts.config.unsure.add((name,))
        following = list(entries)[list(entries).index(name) :]
        for inside in following if value is None else [name]:
            parts.drop((section, inside))
        return


def _keys_as_ids(parts: Parts, section: str, entries: dict[str, Any]) -> None:
    """Reports keys such as `title` among ids, because they are indented too little; keys in a row once."""
    keys = keys_of(ENTRIES[section][1])
    owner: str | None = None
    running = False
    for name in list(entries):
        if name not in keys or isinstance(entries[name], dict):
            owner, running = name, False
            continue
        if not running:
            parts.diagnostics.append(messages.not_indented(parts.config.key(section, name), name, owner))
        running = True
        parts.drop((section, name))
        if owner is not None:
            parts.drop((section, owner))
