"""Loading: the two YAML files to a framework with every name resolved and every formula and band checked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import ConfigError, Diagnostic, in_file_order
from pmf_engine.diagnostics.source import Source, Span
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.framework import build_framework
from pmf_engine.framework.lint.lint import lint
from pmf_engine.framework.model import Framework
from pmf_engine.framework.reading import files, structure


def load_framework(folder: str | Path = ".", as_of: date | None = None) -> Framework:
    """Reads and checks `indicators.yaml` (or `indicators/`) and `tolerances.yaml` of a folder.

    Args:
        folder: The folder of the two files.
        as_of: The day on which tolerances must not be past their `review_by`; today by default.

    Returns:
        The framework; its `warnings` are the warnings about the files.

    Raises:
        ConfigError: A file has an error. The exception has every error and warning.
    """
    framework, diagnostics = check_framework(folder, as_of)
    if framework is None or any(diagnostic.severity == "error" for diagnostic in diagnostics):
        raise ConfigError(diagnostics)
    return framework


def check_framework(folder: str | Path = ".", as_of: date | None = None) -> tuple[Framework | None, list[Diagnostic]]:
    """Every error and warning in the two files, at once.

    A part with a mistake is left out and the rest is checked without it, so that one mistake hides no other.

    Args:
        folder: The folder of the two files.
        as_of: The day on which tolerances must not be past their `review_by`; today by default.

    Returns:
        The framework, None where a file does not have the right structure; and the diagnostics in file order.
    """
    folder = Path(folder)
    if not folder.is_dir():
        name = folder.as_posix()
        return None, [messages.no_such_folder(Span(Source(name, ""), 0, 0), name)]
    with _without_garbage_collection():
        return _check(folder, as_of or date.today())


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


def _check(folder: Path, as_of: date) -> tuple[Framework | None, list[Diagnostic]]:
    """The passes of `check_framework`: read, check the structure, build, and lint what has no error."""
    indicators, diagnostics = files.read_indicators(folder)
    tolerances, more = files.read_tolerances(folder)
    model, faults = structure.read(indicators, schema.IndicatorsFile)
    rules, others = structure.read(tolerances, schema.TolerancesFile)
    diagnostics = [*diagnostics, *faults, *more, *others]
    draft = Draft(indicators, tolerances, model, rules, diagnostics)
    framework = build_framework(folder, draft)
    if draft.sound:
        draft.diagnostics += lint(framework, as_of)
    diagnostics = in_file_order(draft.diagnostics)
    if indicators.unsure or tolerances.unsure:
        return None, diagnostics
    warnings = tuple(diagnostic for diagnostic in diagnostics if diagnostic.severity == "warning")
    return replace(framework, warnings=warnings), diagnostics
