"""Small boards for tests: the two files and the returns, written as a data officer writes them."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent, indent
from types import ModuleType
from typing import Any

import polars as pl

import pmf_engine as pmf
from pmf_engine.submissions.submissions import submissions_of_frames

HEAD = """\
board: {name: Test Board, submissions: returns}
agencies:
  care: Social Care
  police: {name: Police, lead_officer: Chief Constable}
  ons: Statistics Office
content_areas:
  safety: {title: Safety, kind: priority}
scales:
  audit: [not met, partly met, met, exceeded]
breakdowns:
  district: {title: District, groups: [North, South]}
  ward: {title: Ward, groups: open}
"""
GOVERNANCE = "governance: {lead_agency: Lead agency, sub_committee: Sub-committee, board: Board}\n"
OF_A_PROBLEM = (
    "file", "sheet", "row", "column", "text", "kind", "message", "severity", "agency", "item", "period", "by", "group",
)  # fmt: skip
"""The columns of problems in the order in which tests write them: the place first."""
DEFAULTS = "content_area: safety, evidence_type: quantity, lead_agency: care, title: A title"


def write_board(
    folder: Path, figures: str, indicators: str, tolerances: str = "", escalation: str = "", head: str = HEAD
) -> Path:
    """Writes the two files. Figures and indicators are lines of `id: {...}`; DEFAULTS go into each indicator."""
    lines = [line.strip().replace("{", "{" + DEFAULTS + ", ", 1) for line in indicators.splitlines() if line.strip()]
    text = head + "figures:\n" + indent(dedent(figures).strip(), "  ") + "\nindicators:\n"
    (folder / "indicators.yaml").write_text(text + indent("\n".join(lines), "  ") + "\n", encoding="utf-8")
    rules = GOVERNANCE
    if tolerances.strip():
        rules += "tolerances:\n" + indent(dedent(tolerances).strip(), "  ") + "\n"
    if escalation.strip():
        rules += "escalation:\n" + indent(dedent(escalation).strip(), "  ") + "\n"
    (folder / "tolerances.yaml").write_text(rules, encoding="utf-8")
    return folder


def write_returns(folder: Path, rows: str, name: str = "returns.csv") -> None:
    """Writes one long return, `period,agency,figure,value` unless the rows begin with a header of their own."""
    (folder / "returns").mkdir(exist_ok=True)
    text = "\n".join(line.strip() for line in dedent(rows).strip().splitlines())
    if not text.startswith("period,"):
        text = "period,agency,figure,value\n" + text
    (folder / "returns" / name).write_text(text + "\n", encoding="utf-8")


def read_frame(
    returns: pl.DataFrame | pl.LazyFrame | None,
    framework: pmf.Framework,
    lists: Mapping[str, pl.DataFrame | pl.LazyFrame] | None = None,
) -> pmf.Submissions:
    """Reads frames as the files of a folder without a manifest: nobody says when they came, and nothing is doubted."""
    return submissions_of_frames(framework, returns, lists=lists)


def evaluate(folder: Path, period: str | None = None, as_of: date = date(2030, 1, 1), **options: Any) -> pmf.Evaluation:
    """Loads, reads and evaluates a folder."""
    framework = pmf.load_framework(folder)
    submissions = pmf.read_submissions(framework.submissions, framework)
    return pmf.evaluate(framework, submissions, period=period, as_of=as_of, **options)


def cell(evaluation: pmf.Evaluation, indicator: str, period: str, column: str, group: str | None = None) -> Any:
    """One cell of the results (of the history, where the period is not one that is shown)."""
    rows = [
        row
        for row in evaluation.judged.iter_rows(named=True)
        if (row["indicator"], row["period"], row["group"]) == (indicator, period, group)
    ]
    assert len(rows) == 1, f"{len(rows)} rows for {indicator}, {period}, {group}"
    return rows[0][column]


def load_script(path: Path) -> ModuleType:
    """Loads a script from where it stands, as a module that nothing else knows of."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
