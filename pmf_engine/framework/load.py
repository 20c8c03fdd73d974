"""Loading: the two YAML files to a framework with every name resolved and every formula and band checked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.diagnostic import ConfigError, Diagnostic, in_file_order
from pmf_engine.diagnostics.source import Source, Span
from pmf_engine.domain.dates import day_of
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.framework import build_framework
from pmf_engine.framework.lint.lint import lint
from pmf_engine.framework.model import Framework, Texts
from pmf_engine.framework.reading import files, structure


@dataclass(frozen=True)
class Check:
    """The outcome of checking the two files.

    Attributes:
        diagnostics: Every error and warning, in file order.
        framework: The framework; None while there is any error.
    """

    diagnostics: tuple[Diagnostic, ...]
    framework: Framework | None

    def __repr__(self) -> str:
        errors = sum(diagnostic.severity == "error" for diagnostic in self.diagnostics)
        return f"<Check: {errors} errors, {len(self.diagnostics) - errors} warnings>"


@checked
def load_framework(folder: str | Path = ".", *, as_of: date | None = None) -> Framework:
    """Reads and checks `indicators.yaml` (or `indicators/`) and `tolerances.yaml` of a folder.

    Args:
        folder: The folder of the two files.
        as_of: The day on which tolerances must not be past their `review_by`; today by default.

    Returns:
        The framework; its `warnings` are the warnings about the files.

    Raises:
        ConfigError: A file has an error. The exception has every error and warning.
    """
    return _sound(check_framework(folder, as_of=as_of))


@checked
def check_framework(folder: str | Path = ".", *, as_of: date | None = None) -> Check:
    """Every error and warning in the two files, at once.

    A part with a mistake is left out and the rest is checked without it, so that one mistake hides no other.

    Args:
        folder: The folder of the two files.
        as_of: The day on which tolerances must not be past their `review_by`; today by default.

    Returns:
        The diagnostics in file order, and the framework where none of them is an error.
    """
    folder = Path(folder)
    if not folder.is_dir():
        name = folder.as_posix()
        return Check((messages.no_such_folder(Span(Source(name, ""), 0, 0), name),), None)
    with _without_garbage_collection():
        return _check(folder, files.read_indicators(folder), files.read_tolerances(folder), as_of)


def framework_of_texts(texts: Texts, as_of: date | None = None) -> Framework:
    """The framework of some texts; raises ConfigError where one has an error."""
    with _without_garbage_collection():
        check = _check(
            None,
            files.read_texts(texts.indicators or {"indicators.yaml": ""}),
            files.read_texts(texts.tolerances),
            as_of,
        )
    return _sound(check)


def _sound(check: Check) -> Framework:
    """The framework of a check; raises ConfigError where there is none."""
    if check.framework is None:
        raise ConfigError(check.diagnostics)
    return check.framework


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Turns the cyclic garbage collector off: loading makes little garbage, and collecting took a sixth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


_Read = tuple[files.Config, list[Diagnostic]]


def _check(folder: Path | None, read_indicators: _Read, read_tolerances: _Read, as_of: date | None) -> Check:
    """The passes of `check_framework`: check the structure, build, and lint what has no error."""
    day = date.today() if as_of is None else day_of(as_of, "`as_of`")
    (indicators, diagnostics), (tolerances, more) = read_indicators, read_tolerances
    model, faults = structure.read(indicators, schema.IndicatorsFile)
    rules, others = structure.read(tolerances, schema.TolerancesFile)
    draft = Draft(indicators, tolerances, model, rules, [*diagnostics, *faults, *more, *others])
    framework = build_framework(folder, draft)
    if draft.sound:
        draft.diagnostics += lint(framework, day)
    placed = tuple(
        replace(diagnostic, path=indicators.path_at(diagnostic.span) or tolerances.path_at(diagnostic.span) or ())
        for diagnostic in in_file_order(draft.diagnostics)
    )
    if indicators.unsure or tolerances.unsure or any(diagnostic.severity == "error" for diagnostic in placed):
        return Check(placed, None)
    texts = Texts(indicators.texts, tolerances.texts)
    return Check(placed, replace(framework, warnings=placed, texts=texts, data=(indicators.data, tolerances.data)))
