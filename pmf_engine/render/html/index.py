"""The index of a pack of papers: one HTML page that links to each, and names those that could not be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from pmf_engine.judgement.formatting import show_date
from pmf_engine.render.html import plain_words
from pmf_engine.report.model import ExceptionReport

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class IndexEntry:
    """A paper: whose it is, what it is, its file (empty without one), and why it could not be made."""

    of: str
    title: str
    file: str
    problem: str = ""


def render_index(report: ExceptionReport, marking: str, entries: Sequence[IndexEntry]) -> str:
    """The index page of the papers of a report's period."""
    return _template().render(
        report=report,
        day=show_date(report.as_of),
        marking=marking,
        groups=[(of, list(papers)) for of, papers in groupby(entries, key=lambda entry: entry.of)],
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
    )


@cache
def _template() -> Template:
    """The template of the page: everything is escaped, and an unknown name is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"plain": plain_words, "link": quote}
    return environment.from_string((_HERE / "index.html.j2").read_text(encoding="utf-8"))
