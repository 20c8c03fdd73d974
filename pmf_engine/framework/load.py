"""From the two files to a framework: every name resolved, every formula and band parsed and checked."""

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

    Raises ConfigError, holding every finding at once, where there is an error in either. Warnings do not
    stop it; they are the framework's `warnings`, of which those of reviews that are past are as on the day `as_of`,
    today unless given.
    """
    framework, found = check_framework(folder, as_of)
    if framework is None or any(one.severity == "error" for one in found):
        raise ConfigError(found)
    return framework


def check_framework(folder: str | Path = ".", as_of: date | None = None) -> tuple[Framework | None, list[Diagnostic]]:
    """Everything there is to find in the two files, in file order; the framework too where their shape is right.

    A part with a fault does not hide what is wrong elsewhere: the rest is checked without it. `as_of`, today unless
    given, decides which tolerances are past their `review_by`.
    """
    folder = Path(folder)
    if not folder.is_dir():
        name = folder.as_posix()
        return None, [messages.no_such_folder(Span(Source(name, ""), 0, 0), name)]
    with _nothing_collected():
        return _check(folder, as_of or date.today())


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keeps Python from looking for garbage: nearly all that is read is kept, and looking takes a sixth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _check(folder: Path, as_of: date) -> tuple[Framework | None, list[Diagnostic]]:
    indicators, found = files.read_indicators(folder)
    tolerances, more = files.read_tolerances(folder)
    model, faults = structure.read(indicators, schema.IndicatorsFile)
    rules, others = structure.read(tolerances, schema.TolerancesFile)
    found = [*found, *faults, *more, *others]
    draft = Draft(indicators, tolerances, model, rules, found)
    framework = build_framework(folder, draft)
    if draft.sound:
        draft.found += lint(framework, as_of)
    found = in_file_order(draft.found)
    if indicators.unsure or tolerances.unsure:
        return None, found
    return replace(framework, warnings=tuple(finding for finding in found if finding.severity == "warning")), found
