"""YAML to plain data with positions. Only this file knows ruamel.

Accepts maps with plain keys, lists and scalars. Anchors, aliases, merges, tags and second documents are refused, each
with its position: they hide from readers what a file says.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Source, Span
from pmf_engine.framework.reading.scalars import passage, plain
from pmf_engine.framework.reading.yaml_errors import explain

Path = Sequence[str | int]

_PROPERTY = re.compile(r"(?P<word>[&!]\S*)\s*")
_PROPERTY_MARKS = ("&", "!")
_DEEPEST = 50


class Refused:
    """The type of a sentinel in the data for a part that is refused and reported, so that later checks ignore it."""


REFUSED = Refused()
MERGED = "<<"
"""A key in the data of a map whose other keys may be missing because a part of the map was refused."""


@dataclass(frozen=True)
class Document:
    """A parsed file: its data, and the position of each part by its path of keys and numbers of items."""

    source: Source
    data: Any
    root: Node | None
    _memo: dict[int, dict[str | int, tuple[Node, Node]]] = field(default_factory=dict, repr=False, compare=False)
    _places: dict[int, _Extents] = field(default_factory=dict, repr=False, compare=False)

    def span(self, path: Path) -> Span:
        """The span of the value at a path, or of the nearest part around the path where the file has no such value."""
        node = self._nearest(path)[0]
        if node is None:
            return Span(self.source, 0, 0)
        if isinstance(node, ScalarNode):
            return _trimmed(self.source, node)
        start = node.start_mark.index
        return Span(self.source, start, min(len(self.source.text), start + 1))

    def key_span(self, path: Path) -> Span:
        """The span of the key at a path, or of the item where the path ends in a number."""
        key = self._nearest(path)[1]
        return _trimmed(self.source, key) if key is not None else self.span(path)

    def path_at(self, offset: int) -> tuple[str | int, ...]:
        """The path of the innermost part whose key or value is around an offset."""
        node = self.root
        path: list[str | int] = []
        while node is not None and (found := self._extents(node).around(offset)) is not None:
            step, node = found
            path.append(step)
        return tuple(path)

    def passage(self, path: Path) -> Passage:
        """The text at a path as its author wrote it, with the position of each of its characters."""
        node = self._nearest(path)[0]
        if not isinstance(node, ScalarNode):
            raise TypeError(f"no scalar at {list(path)}")
        return passage(self.source, node.start_mark.index, node.end_mark.index, node.style, node.value)

    def _pairs(self, node: MappingNode) -> dict[str | int, tuple[Node, Node]]:
        """The key and value nodes of a map by key, memoised; the first of repeated keys."""
        pairs = self._memo.get(id(node))
        if pairs is None:
            pairs = {pair[0].value: pair for pair in reversed(node.value) if isinstance(pair[0], ScalarNode)}
            self._memo[id(node)] = pairs
        return pairs

    def _extents(self, node: Node) -> _Extents:
        """Where the parts of a map or list are, memoised."""
        extents = self._places.get(id(node))
        if extents is None:
            extents = self._places[id(node)] = _Extents(node)
        return extents

    def _nearest(self, path: Path) -> tuple[Node | None, Node | None]:
        """The node at a path and the node of its key, or those of the nearest part around the path."""
        node, key = self.root, None
        for step in path:
            if isinstance(node, MappingNode):
                pair = self._pairs(node).get(step)
                if pair is None:
                    break
                key, node = pair
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
                key, node = None, node.value[step]
            else:
                break
        return node, key


class _Extents:
    """Where the parts of a map or list are in the text, found in time that hardly grows with their number.

    An alias, which is refused, is one with the part that it repeats, which is written before it or even around it:
    what is inside it is found at that part alone.
    """

    def __init__(self, node: Node) -> None:
        self.parts: list[tuple[str | int, Node | None]] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        """For each part, the end of the parts up to it."""
        outer = before = node.start_mark.index
        end = 0
        for step, first, last in _parts(node):
            start, inner = first.start_mark.index, last.start_mark.index
            if start < before or (first is last and start == outer):
                continue
            before, end = start, max(end, last.end_mark.index, start + 1)
            self.parts.append((step, last if inner >= start and inner > outer else None))
            self.starts.append(start)
            self.ends.append(end)

    def around(self, offset: int) -> tuple[str | int, Node | None] | None:
        """The first part around an offset: its key or number, and its node; no node for an alias."""
        at = bisect_right(self.ends, offset)
        return self.parts[at] if at < len(self.parts) and self.starts[at] <= offset else None


def _parts(node: Node) -> Iterator[tuple[str | int, Node, Node]]:
    """The parts of a map or list: the key or the number of the item, and the first and last node of each."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield key.value, key, value
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield number, item, item


def load(source: Source) -> tuple[Document, list[Diagnostic]]:
    """Parses a YAML file.

    Returns:
        The document, empty for a text that is not YAML; and the mistakes.
    """
    empty = Document(source, None, None)
    if not source.text.strip():
        return empty, [messages.empty_file(Span(source, 0, 0))]
    if (at := _too_deep(source.text)) is not None:
        return empty, [messages.nested_too_deeply(Span(source, at, at + 1))]
    try:
        root = _compose(source.text)
    except RecursionError:
        return empty, [messages.nested_too_deeply(Span(source, 0, 1))]
    except MarkedYAMLError as error:
        return empty, [_syntax(source, error)]
    except YAMLError as error:
        at = getattr(error, "position", 0)
        at = at if isinstance(at, int) and at < len(source.text) else 0
        return empty, [messages.bad_character(Span(source, at, at + 1), source.text[at])]
    if root is None:
        return empty, [messages.empty_file(Span(source, 0, 0))]
    diagnostics: list[Diagnostic] = []
    data = _Reader(source, diagnostics).value(root, 0)
    if data is None:
        return empty, [*diagnostics, messages.empty_file(Span(source, 0, 0))]
    if deep := [diagnostic for diagnostic in diagnostics if diagnostic.kind == "too-deep"]:
        return empty, deep[:1]
    return Document(source, data, root), diagnostics


_BOTTOM = 500
_BRACKET = re.compile(r"[\[\]{}]")
_FAR_IN = re.compile(rf"^(?:[ ]|[-?][ ]){{{_BOTTOM}}}", re.MULTILINE)


def _too_deep(text: str) -> int | None:
    """The offset at which a text is nested too deeply for the C parser, which would overflow its stack; else None."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = depth + 1 if bracket.group() in "[{" else max(0, depth - 1)
        if depth > _BOTTOM:
            return bracket.start()
    match = _FAR_IN.search(text)
    return match.end() - 1 if match else None


def _compose(text: str) -> Node | None:
    """The tree of a YAML text, from the fast C parser, or else from the pure one with its messages."""
    for letters in (None, _LETTER):
        with suppress(YAMLError):
            return _quickly(text, letters)
    # The pure parser has the same messages on every machine, and accepts what the older C parser does not.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)  # every anchor is refused
        return _checked(YAML(typ="safe", pure=True).compose(text))


_LETTER = "\ue000"
"""A letter for private use, which no file has that people write."""
_QUESTION = re.compile(r"(?<=\w)\?")


def _quickly(text: str, letter: str | None) -> Node | None:
    """The tree from the C parser, which reads `{note: text?}` only where a letter stands for the `?` behind a word.

    Raises:
        YAMLError: The parser does not accept the text, or the text has the letter already.
    """
    yaml = YAML(typ="safe")
    yaml.Resolver = _Untyped
    if letter is None:
        return _checked(yaml.compose(text))
    if letter in text or not _QUESTION.search(text):
        raise YAMLError
    root = _checked(yaml.compose(_QUESTION.sub(letter, text)))
    waiting, met = [root], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            node.value = node.value.replace(letter, "?")
        elif node is not None and id(node) not in met:  # an alias may be inside the part that it repeats
            met.add(id(node))
            waiting += [one for part in node.value for one in (part if isinstance(node, MappingNode) else (part,))]
    return root


class _Untyped(VersionedResolver):
    """Gives every node the same tag: `plain` finds the types of values, and resolving tags takes half of the time."""

    def resolve(self, kind: object, value: object, implicit: object) -> Any:
        return self.DEFAULT_SCALAR_TAG


def _checked(node: Any) -> Node | None:
    return node if isinstance(node, Node) else None


def _syntax(source: Source, error: MarkedYAMLError) -> Diagnostic:
    """The diagnostic for an error of the YAML parser."""
    mark = error.problem_mark or error.context_mark
    at = min(mark.index if mark is not None else 0, len(source.text))
    start = error.context_mark.index if error.context_mark is not None else None
    return explain(source, at, start, str(error.problem or ""), str(error.context or ""))


class _Reader:
    """Converts nodes to data; YAML that is not accepted is reported and becomes REFUSED."""

    def __init__(self, source: Source, diagnostics: list[Diagnostic]) -> None:
        self.source = source
        self.diagnostics = diagnostics
        self.met: set[int] = set()

    def value(self, node: Node, depth: int) -> Any:
        """The data of a node; REFUSED for one that is not accepted. `depth` is the number of nodes around it."""
        if id(node) in self.met:  # an alias, whose anchor is refused already and which may be recursive
            return REFUSED
        self.met.add(id(node))
        if self._refuses_properties(node):
            return REFUSED
        if isinstance(node, ScalarNode):
            return node.value if node.style else plain(node.value)
        if depth > _DEEPEST:
            start = node.start_mark.index
            self.diagnostics.append(messages.nested_too_deeply(Span(self.source, start, start + 1)))
            return REFUSED
        if isinstance(node, SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return dict(self._pairs(node, depth))

    def _pairs(self, node: Node, depth: int) -> Iterator[tuple[str, Any]]:
        """The keys and values of a map; REFUSED under `MERGED` for keys that are not accepted, repeated keys once."""
        seen: dict[str, Node] = {}
        empty: ScalarNode | None = None
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                start = key.start_mark.index
                self.diagnostics.append(messages.key_not_text(Span(self.source, start, start + 1)))
                yield MERGED, REFUSED
                continue
            name = key.value
            self._refuses_properties(key)
            if not name and not key.style:
                self.diagnostics.append(messages.nothing_before(_trimmed(self.source, key), ":"))
                yield MERGED, REFUSED
                continue
            if name == MERGED and not key.style:
                self.diagnostics.append(messages.merge_key(_trimmed(self.source, key)))
                yield MERGED, REFUSED
                continue
            if name in seen and empty is not None:
                if empty.value in seen:  # its own keys, in the column of the key itself, repeat earlier keys
                    self.diagnostics.append(messages.same_column(_trimmed(self.source, empty), empty.value))
                    yield empty.value, REFUSED
                    del seen[empty.value]
                continue
            if name in seen:
                first = _trimmed(self.source, seen[name])
                self.diagnostics.append(messages.duplicate_key(_trimmed(self.source, key), name, first.line))
                continue
            seen[name] = key
            empty = key if isinstance(value, ScalarNode) and not value.value and not value.style else None
            yield name, self.value(value, depth + 1)

    def _refuses_properties(self, node: Node) -> bool:
        """Reports the anchors and tags before a value, in either order; True where there is a tag."""
        at = node.start_mark.index
        if self.source.text[at : at + 1] not in _PROPERTY_MARKS:  # a plain value starts with neither
            return False
        tagged = False
        while match := _PROPERTY.match(self.source.text, at):
            word = match["word"]
            refusal = messages.anchor if word[0] == "&" else messages.tag
            self.diagnostics.append(refusal(Span(self.source, *match.span("word")), word))
            tagged = tagged or word[0] == "!"
            at = match.end()
        return tagged


def _trimmed(source: Source, node: Node) -> Span:
    """The span of a scalar without trailing white space, which some parsers include; at least one character."""
    start, end = node.start_mark.index, node.end_mark.index
    written = source.text[start:end].rstrip()
    return Span(source, start, min(len(source.text), start + max(1, len(written))))
