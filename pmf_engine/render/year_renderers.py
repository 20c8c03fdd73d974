"""The table of renderings of the papers of the board's year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pmf_engine.render.renderers import PageOptions
from pmf_engine.report.paper import Written


def _on_terminal(written: Written, options: PageOptions) -> str:
    from pmf_engine.render.terminal.paper import render_paper

    return render_paper(
        written.paper, width=options.width, color=options.color, ascii=options.ascii, plain=options.plain
    )


def _as_markdown(written: Written, options: PageOptions) -> bytes:
    from pmf_engine.render.markdown_paper import to_markdown

    return to_markdown(written.paper).encode("utf-8")


def _as_html(written: Written, options: PageOptions) -> bytes:
    from pmf_engine.render.html.paper import render_paper

    return render_paper(written.paper).encode("utf-8")


def _as_json(written: Written, options: PageOptions) -> bytes:
    from pmf_engine.render.markdown_paper import to_json

    return to_json(written.data).encode("utf-8")


def _as_csv(written: Written, options: PageOptions) -> bytes:
    from pmf_engine.render.markdown_paper import to_csv

    assert written.sheet is not None, "the command offers CSV for papers with a sheet alone"
    return to_csv(written.sheet()).encode("utf-8")


def _as_word(written: Written, options: PageOptions) -> bytes:
    from pmf_engine.render.word import to_word

    assert written.as_of is not None, "the command offers documents of papers with a day alone"
    return to_word(written.paper, written.as_of)


def _as_workbook(written: Written, options: PageOptions) -> bytes:
    from pmf_engine.render.workbook import paper_to_workbook

    assert written.as_of is not None, "the command offers workbooks of papers with a day alone"
    return paper_to_workbook(written.paper, written.as_of)


PAPER_RENDERERS: Final[Mapping[str, Callable[[Written, PageOptions], str | bytes]]] = {
    "terminal": _on_terminal,
    "markdown": _as_markdown,
    "html": _as_html,
    "json": _as_json,
    "csv": _as_csv,
    "docx": _as_word,
    "xlsx": _as_workbook,
}
"""Renderings of a paper of the board's year."""
