"""A paper of the board's year as one HTML file: no script, no network; every text of people is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from pmf_engine.render.html import plain_words, status_class
from pmf_engine.report.paper import Paper

_HERE = Path(__file__).parent


def render_paper(paper: Paper) -> str:
    """The paper as one HTML file with its styles inside, which are those of the exception report."""
    return _template().render(
        paper=paper,
        sections=[section for section in paper.sections if not section.is_empty],
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
    )


@cache
def _template() -> Template:
    """The template of a paper: everything is escaped, and an unknown name is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"plain": plain_words, "status_class": status_class}
    return environment.from_string((_HERE / "paper.html.j2").read_text(encoding="utf-8"))
