"""Files to data: reading, parsing, and merging the files of a folder."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Source, Span
from pmf_engine.domain.faces import indicator_of
from pmf_engine.framework.reading.yaml_document import Document, load

Loc = tuple[str | int, ...]


@dataclass
class Config:
    """One of the two files, or the merged files of the folder `indicators`.

    Attributes:
        documents: The parsed files.
        data: Their merged data.
        home: The document of each section and of each entry.
        unsure: The paths of parts with a mistake that are left out of the data; the empty path for a whole file. Do not
            report a name as unknown where such a part may define it.
        composed: By path, the texts that stand in no file: the formulas of faces (see `domain.faces`).
    """

    documents: list[Document]
    data: dict[str, Any] = field(default_factory=dict)
    home: dict[Loc, Document] = field(default_factory=dict)
    unsure: set[Loc] = field(default_factory=set)
    composed: dict[Loc, Passage] = field(default_factory=dict)

    def document(self, path: Loc) -> Document:
        """The document with a path."""
        return self.home.get(path[:2]) or self.home.get(path[:1]) or self.documents[0]

    def span(self, *path: str | int) -> Span:
        """The span of the value at a path."""
        path = self._written(path)
        return self.document(path).span(path)

    def key(self, *path: str | int) -> Span:
        """The span of the key at a path."""
        path = self._written(path)
        return self.document(path).key_span(path)

    @property
    def texts(self) -> dict[str, str]:
        """The texts of its documents by name."""
        return {document.source.name: document.source.text for document in self.documents}

    def path_at(self, span: Span) -> Loc | None:
        """The path of the innermost part around a span; None where the span is in no document of this file."""
        for document in self.documents:
            if document.source == span.source:
                return document.path_at(span.start)
        return None

    def passage(self, *path: str | int) -> Passage:
        """The text at a path, with the position of each of its characters."""
        if path in self.composed:
            return self.composed[path]
        path = self._written(path)
        return self.document(path).passage(path)

    def doubts(self, *path: str | int) -> bool:
        """Whether a part with a mistake that is left out may be at a path."""
        return self._written(path) in self.unsure or path[:1] in self.unsure or () in self.unsure

    def _written(self, path: Loc) -> Loc:
        """The path in the file: that of its indicator, for a face, unless a key has the id of a face by mistake."""
        if len(path) > 1 and path[0] == "indicators" and path[:2] not in self.home:
            return (path[0], indicator_of(str(path[1])), *path[2:])
        return path


def read_indicators(folder: Path) -> tuple[Config, list[Diagnostic]]:
    """Reads indicators.yaml, or all files of the folder indicators/ merged."""
    parts, single = folder / "indicators", folder / "indicators.yaml"
    paths = sorted(path for path in parts.glob("*") if path.suffix in (".yaml", ".yml")) if parts.is_dir() else []
    config, diagnostics = _read(paths or [single])
    if paths and single.exists():
        diagnostics.insert(0, messages.file_and_folder(Span(Source(single.as_posix(), ""), 0, 0)))
    return config, diagnostics


def read_tolerances(folder: Path) -> tuple[Config, list[Diagnostic]]:
    """Reads tolerances.yaml."""
    return _read([folder / "tolerances.yaml"])


def _read(paths: Iterable[Path]) -> tuple[Config, list[Diagnostic]]:
    """Reads, parses and merges files; a file that cannot be read becomes an empty document."""
    return _merged(read_source(path) for path in paths)


def read_texts(texts: Mapping[str, str]) -> tuple[Config, list[Diagnostic]]:
    """Parses and merges texts by the names that messages give as their places."""
    return _merged((Source(name, _one_break(text.removeprefix("\ufeff"))), []) for name, text in texts.items())


def _merged(sources: Iterable[tuple[Source, list[Diagnostic]]]) -> tuple[Config, list[Diagnostic]]:
    """Parses and merges sources; one that could not be read, which has diagnostics, becomes an empty document."""
    diagnostics: list[Diagnostic] = []
    documents = []
    for source, unreadable in sources:
        document, mistakes = load(source) if not unreadable else (Document(source, None, None), [])
        documents.append(document)
        diagnostics += unreadable + mistakes
    config = Config(documents)
    diagnostics += _merge(config)
    diagnostics += _comments(config)
    return config, diagnostics


def read_source(path: Path) -> tuple[Source, list[Diagnostic]]:
    """Reads the text of a file, without a byte order mark and with `\\n` for the line breaks of every system."""
    name = path.as_posix()
    empty = Source(name, "")
    start = Span(empty, 0, 0)
    try:
        raw = path.read_bytes().removeprefix(BOM_UTF8)
    except FileNotFoundError:
        other = path.with_suffix(".yml")
        return empty, [messages.no_such_file(start, path.name, other.name if other.exists() else None)]
    except OSError as error:
        why = "it is a folder" if path.is_dir() else error.strerror or type(error).__name__
        return empty, [messages.unreadable_file(start, why)]
    try:
        return Source(name, _one_break(raw.decode("utf-8"))), []
    except UnicodeDecodeError as error:
        # The encoding is probably Windows-1252: decoded so, the excerpt shows the line as its author saw it.
        before = _one_break(raw[: error.start].decode("utf-8"))
        source = Source(name, before + _one_break(raw[error.start :].decode("cp1252", errors="replace")))
        return source, [messages.not_utf8(Span(source, len(before), len(before) + 1), raw[error.start])]


def _one_break(text: str) -> str:
    r"""A text with `\n` for the line breaks of every system."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _merge(config: Config) -> list[Diagnostic]:
    """Merges the data of the documents; an id or a value that two documents have is reported."""
    diagnostics: list[Diagnostic] = []
    for document in config.documents:
        if document.root is None:  # the file could not be read, and its content is unknown
            config.unsure.add(())
            continue
        if not isinstance(document.data, dict):
            diagnostics.append(messages.wrong_type(document.span(()), "the file", "keys with values", document.data))
            config.unsure.add(())
            continue
        for section, value in document.data.items():
            entries = config.data.get(section)
            config.home.setdefault((section,), document)
            if section in config.data and not (isinstance(entries, dict) and isinstance(value, dict)):
                diagnostics.append(_twice(config, document, section))
                continue
            if not isinstance(value, dict):
                config.data[section] = value
                continue
            diagnostics += [_twice(config, document, section, key) for key in value if entries and key in entries]
            config.data[section] = value | (entries or {})
            for key in value:
                config.home.setdefault((section, key), document)
    return diagnostics


def _twice(config: Config, document: Document, *path: str) -> Diagnostic:
    """The diagnostic for a path that an earlier document has too."""
    first = config.key(*path)
    return messages.already_given(document.key_span(path), path[-1], first.line, first.source.name)


_EXPRESSION_KEYS = {"formula", "good", "tolerance", "when"}

_EXPRESSION = re.compile(r"(?:formula|good|tolerance|when)[\"']?\s*:")


def _comments(config: Config) -> Iterator[Diagnostic]:
    """Warnings about `formula: a # b`: people read the rest of the line as part of the formula, YAML as a comment."""
    if not any(map(_may_cut, config.documents)):
        return
    for path, value in _walk(config.data, ()):
        if path[-1] in _EXPRESSION_KEYS and isinstance(value, (str, int, float)):
            span = config.span(*path)
            line = span.source.line(span.line)
            rest = line[span.column - 1 + span.end - span.start :]
            cut = rest.strip()
            if cut.startswith("#") and "\n" not in span.source.text[span.start : span.end]:
                start = span.end + rest.index("#")
                yield messages.comment_cut(Span(span.source, start, start + len(cut)), cut)


def _may_cut(document: Document) -> bool:
    """Whether a line has a comment behind an expression: a fast search, in time that grows with the text alone."""
    lines = (line for line in document.source.text.split("\n") if "#" in line)
    return any(_EXPRESSION.search(line, 0, max(line.rfind(" #"), line.rfind("\t#"), 0)) for line in lines)


def _walk(data: Any, path: Loc) -> Iterator[tuple[Loc, Any]]:
    """Every value inside some data with its path, in preorder."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key), value
        yield from _walk(value, (*path, key))
