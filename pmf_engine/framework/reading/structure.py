"""What is wrong with the shape of the two files, in their author's terms, and what is left when it is put aside.

A part with a fault is left out, or another value stands in for it where the rest needs one, so that the rest can be
read and everything wrong is said at once; `Config.unsure` remembers it, so that nothing is said to be missing that
only has a fault, and nothing of what stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import MONTHS
from pmf_engine.framework import schema
from pmf_engine.framework.reading.files import Config, Loc
from pmf_engine.framework.reading.yaml_document import MERGED, REFUSED

_Model = TypeVar("_Model", bound=schema.Model)

_ENTRIES: dict[str, tuple[str, type[BaseModel]]] = {
    "agencies": ("agency", schema.Agency),
    "content_areas": ("content area", schema.ContentArea),
    "breakdowns": ("breakdown", schema.Breakdown),
    "figures": ("figure", schema.Figure),
    "lists": ("list", schema.RecordList),
    "indicators": ("indicator", schema.Indicator),
    "tolerances": ("the tolerance of", schema.Entry),
}
WHAT = {
    **{section: what for section, (what, _) in _ENTRIES.items()},
    "sources": "source",
    "scales": "scale",
    "governance": "level",
}
"""What an entry of each section is called."""

SECTIONS = ("agencies", "content_areas", "sources", "scales", "breakdowns", "figures", "lists", "indicators")
"""The sections of indicators.yaml whose keys are ids."""

_ALONE: dict[str, type[BaseModel]] = {"board": schema.Board, "disclosure": schema.Disclosure, "escalation": schema.Rule}
_FILES: dict[str, type[BaseModel]] = {
    "indicators.yaml": schema.IndicatorsFile,
    "tolerances.yaml": schema.TolerancesFile,
}
_WANTED = {
    "string_type": "text", "said": "text", "dict_type": "keys with values", "model_type": "keys with values",
    "list_type": "a list", "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "target": "a number or a grade", "bool_type": "`true` or `false`",
    "days": "a number of days, such as `30 days`", "share": "a percentage, such as `5%`",
}  # fmt: skip


def read(config: Config, model: type[_Model]) -> tuple[_Model, list[Diagnostic]]:
    """The model of a file without the parts that have a fault, and the faults."""
    shape = _Shape(config, model)
    if config.data or () not in config.unsure:
        shape.indentation()
        for _ in range(len(config.data) + 2):  # each time round leaves less
            try:
                return model.model_validate(config.data), shape.found
            except ValidationError as error:
                shape.faults(error)
    config.unsure.add(())
    return model.model_validate(_LEAST[model]), shape.found


_LEAST: dict[type[BaseModel], dict[str, Any]] = {
    schema.IndicatorsFile: {"board": "unknown"},
    schema.TolerancesFile: {},
}


class _Shape:
    """Finds the faults of one file, and takes what has one out of its data."""

    def __init__(self, config: Config, model: type[BaseModel]) -> None:
        self.config = config
        self.model = model
        self.found: list[Diagnostic] = []

    # -- indentation ------------------------------------------------------------------

    def indentation(self) -> None:
        """What stands in the wrong place because its lines are not indented as they should be."""
        data = self.config.data
        for section, entries in list(data.items()):
            if not isinstance(entries, dict):
                continue
            entries = data[section] = dict(entries)
            if section in self.model.model_fields and section not in _ALONE:
                self._section_inside(section, entries)
            if section in _ENTRIES and section in self.model.model_fields:
                self._keys_as_ids(section, entries)

    def _section_inside(self, section: str, entries: dict[str, Any]) -> None:
        """A section that stands inside another, because it is indented: alone, or with all that is in it."""
        for name, value in list(entries.items()):
            if name not in self.model.model_fields or name in self.config.data or isinstance(value, (str, int, float)):
                continue
            if isinstance(value, dict) and section in _ENTRIES and set(value) & set(_keys(_ENTRIES[section][1])):
                continue  # an entry that is called so
            self.found.append(messages.nested(self.config.key(section, name), name, section, section))
            self.config.unsure.add((name,))
            following = list(entries)[list(entries).index(name) :]
            for inside in following if value is None else [name]:
                self._drop((section, inside))
            return

    def _keys_as_ids(self, section: str, entries: dict[str, Any]) -> None:
        """Keys such as `title` where ids should stand, because they are not indented enough; a run of them once."""
        keys = _keys(_ENTRIES[section][1])
        owner: str | None = None
        running = False
        for name in list(entries):
            if name not in keys or isinstance(entries[name], dict):
                owner, running = name, False
                continue
            if not running:
                self.found.append(messages.not_indented(self.config.key(section, name), name, owner))
            running = True
            self._drop((section, name))
            if owner is not None:
                self._drop((section, owner))

    # -- faults of the model ------------------------------------------------------------

    def faults(self, error: ValidationError) -> None:
        """Says what the model found, and takes out what has the fault."""
        missing: dict[Loc, list[str]] = {}
        unknown: list[Loc] = []
        faults: dict[Loc, list[Any]] = {}
        broken: set[Loc] = set()
        for one in error.errors(include_url=False):
            path = self._path(one["loc"], one["type"] == "missing")
            if one["type"] == "missing":
                missing.setdefault(path[:-1], []).append(str(path[-1]))
            elif one["type"] == "extra_forbidden":
                unknown.append(path)
            elif one["input"] is not REFUSED:
                faults.setdefault(path, []).append(one)
            broken.add(self._owner(path))
        self._unknown(unknown)
        inside = {path[:length] for path in faults for length in range(len(path))}
        for path, several in faults.items():
            if path not in inside:  # else it has the right form, and what has not is said
                self.found.append(self._fault(path, several))
        for path, names in missing.items():
            names = self._missing(path, names)
            if names:
                span = self.config.key(*path) if path else self.config.span()
                self.found.append(messages.missing_key(span, names, _what(path) if len(path) > 3 else _thing(path)))
        for path in sorted(broken, key=str, reverse=True):
            self._drop(path)

    def _path(self, loc: tuple[int | str, ...], missing: bool) -> Loc:
        """Where the fault stands in what was written, which may be short: one entry for a list of one.

        A step that is not there is a form that a value might have had, unless it is what is missing.
        """
        path: Loc = ()
        for place, step in enumerate(loc):
            inside = self._at(path)
            there = isinstance(inside, Mapping) and step in inside
            item = isinstance(inside, list) and isinstance(step, int)
            if there or item or (missing and place == len(loc) - 1):
                path = (*path, step)
        return path

    def _owner(self, path: Loc) -> Loc:
        """What is left out for a fault: one key or item, the entry or rule, or a whole section that is no map."""
        data = self.config.data.get(str(path[0])) if path else None
        if not isinstance(data, (dict, list)) or (path[0] in _ALONE and path[0] != "escalation"):
            return path[:1]
        if path[2:3] == ("examples",) and len(path) > 3:  # those beside it are examples still
            return path[:6]
        if path[0] == "tolerances" and len(path) > 3 and path[3] not in ("from", "good", "target"):
            return path[:4]  # of several entries
        if path[0] == "tolerances" and path[2:3] == ("target",):  # bands may name it
            return path[:2]
        model = self._model_at(path[:2])
        if model is not None and len(path) > 2 and all(isinstance(self._at(path[:n]), Mapping) for n in (1, 2)):
            required = [known.alias or name for name, known in model.model_fields.items() if known.is_required()]
            if path[2] not in required or path[2] in _STAND_INS.get(str(path[0]), {}):  # the rest can do without it
                return path[:3]
        return path[:2]

    def _drop(self, path: Loc) -> None:
        self.config.unsure.add(path)
        data: Any = self._at(path[:-1])
        stand_in = _stand_in(path)
        if stand_in is None:
            data.pop(path[-1], None)
            return
        data[path[-1]] = stand_in
        if stand_in == _UNKNOWN:  # as a name it stands for one with a fault
            self.config.unsure |= {("agencies", _UNKNOWN), ("content_areas", _UNKNOWN)}

    def _unknown(self, paths: list[Loc]) -> None:
        """Unknown keys. Lines that follow each other and belong elsewhere have one cause, and are one finding."""
        last: Loc | None = None
        skipped: Loc | None = None
        for path in paths:
            name, config = str(path[-1]), self.config
            value = self._at(path)
            around = self._at(path[:-1])
            siblings: list[Any] = list(around) if isinstance(around, Mapping) else []
            follows = (
                last is not None and last[:-1] == path[:-1] and siblings.index(name) == siblings.index(last[-1]) + 1
            )
            last = None
            if name == MERGED or (skipped is not None and path[:-1] == skipped):
                continue
            if value is REFUSED:
                config.unsure.add((str(path[0]), name))
                continue
            known = _keys(self._model_at(path[:-1]))
            section = str(path[0])
            span = config.key(*path)
            if len(path) == 3 and section in _ENTRIES and isinstance(value, dict) and set(value) & set(known):
                self.found.append(messages.nested(span, name, str(path[1]), str(path[1])))
                config.unsure.add((section, name))
                continue
            elsewhere = self._elsewhere(name, path)
            if len(path) == 1 and elsewhere is None and (likely := self._sections_like(value)):
                config.unsure |= {(section, name) for section in likely}
                above = [one for one in list(config.data)[: list(config.data).index(name)] if one in likely]
                elsewhere = f"inside `{(above or likely)[-1]}`, indented"
            near = nearest(name, known)
            if len(path) == 1 and near is not None:
                config.unsure.add((near,))
            elif len(path) > 1 and name in self.model.model_fields:
                config.unsure.add((name,))
                skipped = path[:-1] if value is None else None  # what follows was meant to be inside it
            elif elsewhere and near is None:
                last = path
                if follows:
                    continue
            after_comma = value is None and not span.source.text[span.end :].lstrip().startswith(":")
            self.found.append(messages.unknown_key(span, name, known, elsewhere, after_comma))

    def _sections_like(self, value: Any) -> list[str]:
        """The sections whose entries have the keys of a value."""
        if not isinstance(value, Mapping) or not value:
            return []
        own = [section for section in _ENTRIES if section in self.model.model_fields]
        return [section for section in own if set(value) <= set(_keys(_ENTRIES[section][1]))]

    def _missing(self, path: Loc, names: list[str]) -> list[str]:
        """The keys that are really missing, and not misspelt, misplaced or refused."""
        around = self._at(path)
        written = list(around) if isinstance(around, Mapping) else []
        if MERGED in written:
            return []
        known = _keys(self._model_at(path))
        meant = {nearest(name, known) for name in written if name not in known}
        meant |= {messages.first_word(name) for name in written if name not in known}
        outside = set(self.config.data) if path else set()
        return [name for name in names if name not in meant | outside and not self.config.doubts(*path, name)]

    def _at(self, path: Loc) -> Any:
        data: Any = self.config.data
        for step in path:
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                return None
        return data

    def _fault(self, path: Loc, errors: list[Any]) -> Diagnostic:
        error = errors[0]
        kind, value, context = error["type"], self._at(path), error.get("ctx", {})
        what = _what(path)
        span = self.config.span(*path)
        if isinstance(value, Mapping) or value is None or value == "":
            span = self.config.key(*path)
        if value is None or kind == "blank":
            return messages.nothing_in(span, what)
        if kind == "literal_error":
            words = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return messages.not_one_of(span, what, value, words.split(", "))
        if kind == "not_one_of":
            return messages.not_one_of(span, what, value, context["words"])
        if kind == "month":
            return messages.not_a_month(span, what, value, MONTHS)
        if kind == "too_short":
            return messages.too_few(span, what, context["min_length"])
        if kind in ("greater_than_equal", "less_than_equal"):
            bound = context.get("ge", context.get("le"))
            return messages.out_of_range(span, what, f"{'at least' if 'ge' in context else 'at most'} {bound}", value)
        if path[0] == "tolerances" and len(path) == 2:  # one entry may stand for a list of them
            help_ = f"write `{{good: {value}}}`" if isinstance(value, str) else None
            return messages.wrong_type(span, what, "keys with values", value, help_)
        wanted = _WANTED.get(kind, "of another form") if len(errors) == 1 else "a single value"
        return messages.wrong_type(span, what, wanted, value)

    def _model_at(self, path: Loc) -> type[BaseModel] | None:
        """The model of the map at a path; None where its keys are the author's own."""
        section = str(path[0]) if path else ""
        if section in _ENTRIES:
            model: type[BaseModel] | None = _ENTRIES[section][1]
            inner = path[2:]
        else:
            model = _ALONE.get(section, self.model)
            inner = path[1:]
        for step in inner:
            if model is not None and isinstance(step, str):
                model = _inside(model, step)
        return model

    def _elsewhere(self, name: str, path: Loc) -> str | None:
        """Where a misplaced key would be right: usually its indentation is off."""
        if len(path) > 1 and name in self.model.model_fields:
            return "at the start of a line, not indented"
        others = [file for file, model in _FILES.items() if model is not self.model and name in model.model_fields]
        if others:
            return f"in {others[0]}"
        inside = [section for section, (_, model) in _ENTRIES.items() if name in _keys(model)]
        inside = [section for section in inside if section in self.model.model_fields and section != path[0]]
        if len(path) == 1:
            return f"inside an entry of `{inside[0]}`, indented" if inside else None
        return None


_UNKNOWN = "unknown"
_STAND_INS: dict[str, dict[str, str]] = {
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
            return _STAND_INS.get(section, {}).get(key)
    return None


def _inside(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The model that a key of another holds, alone or in a list."""
    for name, known in model.model_fields.items():
        if (known.alias or name) == key:
            return _model_in(known.annotation)
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation names, alone or inside a list, a map or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for form in get_args(annotation) if (model := _model_in(form))), None)


def _keys(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [known.alias or name for name, known in model.model_fields.items()]


def _thing(path: Loc) -> str:
    """What a map is called: `indicator x`."""
    if not path:
        return "the file"
    section = str(path[0])
    if section in WHAT and len(path) > 1:
        return f"{WHAT[section]} `{path[1]}`"
    return "an escalation rule" if section == "escalation" and len(path) > 1 else f"`{section}`"


def _what(path: Loc) -> str:
    """What a value is called: by its key, or as an entry."""
    depth = 2 if path and path[0] in WHAT else 1
    inner = [step for step in path[depth:] if isinstance(step, str)]
    what = f"`{inner[-1]}`" if inner else _thing(path)
    return f"an item of {what}" if isinstance(path[-1], int) and path[0] != "escalation" else what
