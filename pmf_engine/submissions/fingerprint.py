"""The fingerprint of the names by which submissions were read: those of another framework are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from weakref import WeakKeyDictionary

from pmf_engine.diagnostics.errors import MismatchError
from pmf_engine.framework.model import Framework

_READ_BY = ("agencies", "breakdowns", "scales", "figures", "lists", "checks", "layouts")
"""The parts of a framework by which submissions are read."""

_KNOWN: WeakKeyDictionary[Framework, str] = WeakKeyDictionary()


def reading_fingerprint(framework: Framework) -> str:
    """A text that is the same for frameworks that read submissions alike.

    They have the same agencies, breakdowns, scales, figures, lists, checks, layouts and settings of the board, in
    the same order; their indicators, tolerances and rules may differ.
    """
    if framework not in _KNOWN:
        board = framework.board.model_copy(update={"name": "", "submissions": ""})
        parts = [repr(board), *(repr(_content(getattr(framework, name))) for name in _READ_BY)]
        _KNOWN[framework] = sha256("\0".join(parts).encode()).hexdigest()
    return _KNOWN[framework]


def _content(value: object) -> object:
    """All that a definition holds, field by field, as what it prints may be short."""
    if isinstance(value, Mapping):
        return {key: _content(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_content(inner) for inner in value]
    if is_dataclass(value):
        return type(value).__name__, [_content(getattr(value, each.name)) for each in fields(value) if each.compare]
    return value


def check_framework(read_with: Framework | None, framework: Framework) -> None:
    """Raises MismatchError where submissions were read with other names than a framework's; None is not known."""
    if read_with is None or read_with is framework:
        return
    if reading_fingerprint(read_with) != reading_fingerprint(framework):
        raise MismatchError(
            "these submissions were read with another framework: its figures, lists, agencies, breakdowns, "
            "scales or checks differ; read them again with the framework that is evaluated"
        )
