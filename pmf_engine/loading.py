"""From a folder to the two files' models: reading, parsing, and saying where the shape is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pmf_engine import messages, schema
from pmf_engine.diagnostics import Diagnostic
from pmf_engine.periods import MONTHS, Frequency
from pmf_engine.source import Passage, Source, Span
from pmf_engine.yamlmap import Document, load

Loc = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=schema.Model)


@dataclass
class Config:
    """One of the two files (or the folder that stands in for it): documents, data, and places by path."""

    documents: list[Document]
    data: dict[str, Any] = field(default_factory=dict)
    home: dict[Loc, Document] = field(default_factory=dict)

    def document(self, path: Loc) -> Document:
        """The document that holds a path."""
        return self.home.get(path[:2]) or self.home.get(path[:1]) or self.documents[0]

    def span(self, *path: str | int) -> Span:
        """Where the value at a path stands."""
        return self.document(path).span(path)

    def key(self, *path: str | int) -> Span:
        """Where the key at a path stands."""
        return self.document(path).key_span(path)

    def passage(self, *path: str | int) -> Passage:
        """The text at a path, knowing its place."""
        return self.document(path).passage(path)


def read_indicators(folder: Path) -> tuple[Config, schema.IndicatorsFile | None, list[Diagnostic]]:
    """indicators.yaml, or every file of the folder indicators/, as one."""
    parts = folder / "indicators"
    paths = sorted(parts.glob("*.yaml")) if parts.is_dir() else [folder / "indicators.yaml"]
    return _read(paths or [folder / "indicators.yaml"], schema.IndicatorsFile)


def read_tolerances(folder: Path) -> tuple[Config, schema.TolerancesFile | None, list[Diagnostic]]:
    """tolerances.yaml."""
    return _read([folder / "tolerances.yaml"], schema.TolerancesFile)


def _read(paths: Iterable[Path], model: type[_Model]) -> tuple[Config, _Model | None, list[Diagnostic]]:
    found: list[Diagnostic] = []
    documents = []
    for path in paths:
        source, trouble = read_source(path)
        document, more = load(source) if not trouble else (Document(source, None, None), [])
        documents.append(document)
        found += trouble + more
    config = Config(documents)
    if found and any(document.root is None for document in documents):
        return config, None, found
    found += _merge(config)
    for finding in _comments(config):
        found.append(finding)
    try:
        return config, model.model_validate(config.data), found
    except ValidationError as error:
        return config, None, found + _shape(config, model, error)


def read_source(path: Path) -> tuple[Source, list[Diagnostic]]:
    """The text of a file; without a byte order mark, line breaks as they are."""
    name = path.as_posix()
    nothing = Source(name, "")
    start = Span(nothing, 0, 0)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return nothing, [messages.no_such_file(start, path)]
    except OSError as error:
        return nothing, [messages.unreadable_file(start, error.strerror or type(error).__name__)]
    try:
        return Source(name, raw.decode("utf-8-sig").replace("\r\n", "\n")), []
    except UnicodeDecodeError as error:
        at = error.start
        text = raw[:at].decode("utf-8-sig") + "\ufffd" + raw[at + 1 :].decode("latin-1")
        source = Source(name, text.replace("\r\n", "\n"))
        at = source.text.index("\ufffd")
        return source, [messages.not_utf8(Span(source, at, at + 1), raw[error.start])]


def _merge(config: Config) -> list[Diagnostic]:
    """Puts the documents together; the same id in two of them is a finding."""
    found: list[Diagnostic] = []
    for document in config.documents:
        if not isinstance(document.data, dict):
            found.append(messages.wrong_type(document.span(()), "the file", "a map", document.data))
            continue
        for section, value in document.data.items():
            known = config.data.get(section)
            if known is None or section not in config.home:
                config.home.setdefault((section,), document)
            if isinstance(known, dict) and isinstance(value, dict):
                for key in value:
                    if key in known:
                        first = config.key(section, key)
                        found.append(
                            messages.same_id(
                                document.key_span((section, key)), key, "another entry", first.line, first.source.name
                            )
                        )
                config.data[section] = value | known
            else:
                config.data[section] = dict(value) if isinstance(value, dict) else value
            if isinstance(value, dict):
                for key in value:
                    config.home.setdefault((section, key), document)
    return found


_SAID = {"formula", "good", "tolerance", "when"}


def _comments(config: Config) -> Iterator[Diagnostic]:
    """`formula: a # b`: a reader takes the rest of the line for part of the formula, YAML for a comment."""
    for path, value in _walk(config.data, ()):
        if path[-1] in _SAID and isinstance(value, (str, int, float)):
            span = config.span(*path)
            line = span.source.line(span.line)
            rest = line[span.column - 1 + span.end - span.start :]
            cut = rest.strip()
            if cut.startswith("#") and "\n" not in span.source.text[span.start : span.end]:
                start = span.end + rest.index("#")
                yield messages.comment_cut(Span(span.source, start, start + len(cut)), cut)


def _walk(data: Any, path: Loc) -> Iterator[tuple[Loc, Any]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key), value
        yield from _walk(value, (*path, key))


# -- what pydantic found, in the author's terms -------------------------------------

_SECTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "agencies": ("agency", schema.Agency),
    "content_areas": ("content area", schema.ContentArea),
    "breakdowns": ("breakdown", schema.Breakdown),
    "figures": ("figure", schema.Figure),
    "indicators": ("indicator", schema.Indicator),
    "tolerances": ("the tolerance of", schema.Entry),
}
_ALONE: dict[str, type[BaseModel]] = {"board": schema.Board, "disclosure": schema.Disclosure, "escalation": schema.Rule}
_WANTED = {
    "string_type": "text", "blank": "text", "dict_type": "a map", "model_type": "a map", "list_type": "a list",
    "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "bool_type": "`true` or `false`", "days": "a number of days, such as `30 days`",
}  # fmt: skip


def _shape(config: Config, model: type[BaseModel], error: ValidationError) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    missing: dict[Loc, list[str]] = {}
    for one in error.errors(include_url=False):
        path = tuple(step for step in one["loc"] if step not in ("float", "str"))
        if one["type"] == "missing":
            missing.setdefault(path[:-1], []).append(str(path[-1]))
        elif (finding := _shape_of(config, model, path, one)) not in found:
            found.append(finding)
    for path, keys in missing.items():
        where = config.key(*path) if path else config.span()
        if not _misplaced(path):
            found.append(messages.missing_key(where, "`, `".join(keys), _thing(path)))
    return found


def _shape_of(config: Config, model: type[BaseModel], path: Loc, error: Any) -> Diagnostic:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    what = _what(path)
    span = config.span(*path)
    if isinstance(value, Mapping) or value is None:
        span = config.key(*path)
    if kind == "extra_forbidden":
        name = str(path[-1])
        return messages.unknown_key(config.key(*path), name, _keys(_model_at(model, path[:-1])), _elsewhere(name, path))
    if _misplaced(path):
        return messages.unknown_key(config.key(*path), str(path[1]), (), _elsewhere(str(path[1]), path))
    if kind == "literal_error":
        allowed = [word for word in str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")]
        return messages.not_one_of(span, what, value, allowed)
    if kind == "frequency":
        return messages.not_one_of(span, what, value, list(Frequency))
    if kind == "month":
        return messages.not_one_of(span, what, value, list(MONTHS))
    if kind == "too_short":
        return messages.too_few(span, what, context["min_length"])
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return messages.out_of_range(span, what, f"{'at least' if 'ge' in context else 'at most'} {bound}", value)
    return messages.wrong_type(span, what, _WANTED.get(kind, str(error["msg"]).lower()), value)


def _model_at(model: type[BaseModel], path: Loc) -> type[BaseModel]:
    if not path:
        return model
    section = str(path[0])
    return _SECTIONS[section][1] if section in _SECTIONS else _ALONE.get(section, model)


def _keys(model: type[BaseModel]) -> list[str]:
    return [known.alias or name for name, known in model.model_fields.items()]


def _elsewhere(name: str, path: Loc) -> str | None:
    """Where a misplaced key would be right: usually its indentation is off."""
    inside = [section for section, (_, model) in _SECTIONS.items() if name in _keys(model)]
    top = [*schema.IndicatorsFile.model_fields, *schema.TolerancesFile.model_fields]
    if name in top and len(path) > 1:
        return "the top level of its file"
    section = str(path[0])
    if section in inside:
        return f"the id of an entry of `{section}`"
    return f"an entry of `{inside[0]}`" if inside else None


def _misplaced(path: Loc) -> bool:
    """A key such as `title` where an id should stand: its line is not indented enough."""
    return len(path) == 2 and path[0] in _SECTIONS and path[1] in _keys(_SECTIONS[str(path[0])][1])


def _thing(path: Loc) -> str:
    """What a map is called: `indicator x`."""
    if not path:
        return "the file"
    section = str(path[0])
    if section in _SECTIONS and len(path) > 1:
        return f"{_SECTIONS[section][0]} `{path[1]}`"
    return "an escalation rule" if section == "escalation" else f"`{section}`"


def _what(path: Loc) -> str:
    """What a value is called: `formula` of indicator `x`."""
    depth = 2 if path and path[0] in _SECTIONS else 1
    inner = [step for step in path[depth:] if isinstance(step, str)]
    if not inner or not path:
        return _thing(path)
    return f"`{inner[-1]}`"
