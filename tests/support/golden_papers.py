"""Papers on a terminal that tests compare with files: reports for different readers, and a year's, at four widths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from pmf_engine.domain.status import Status
from pmf_engine.render.terminal import render_terminal
from pmf_engine.render.terminal.paper import render_paper
from pmf_engine.report.annual import annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import board_year
from pmf_engine.report.depth import Depth
from pmf_engine.report.model import ExceptionReport
from tests.report.test_report import sample
from tests.support import year_board

FOLDER = Path(__file__).parents[1] / "render" / "terminal"
WIDTHS = (60, 80, 120, 160)
AGENCIES = ("social_care", "police", "ccgs", "education")
DEPTHS = {"": Depth.FIRST, "_detail": Depth.DETAIL}


@cache
def reports() -> dict[str, ExceptionReport]:
    """Reports of one evaluation: for the Board, limited to a level or an agency, quiet, and without data."""
    whole = sample()
    quiet = replace(
        whole, levels=tuple(replace(level, items=()) for level in whole.levels), late=(), recovered=(), ended=(),
        groups_over=(), watch=(), without_value=(), small_groups=(), actions=None,
        counts={**dict.fromkeys(whole.counts, 0), Status.GREEN: 9},
        evidence={kind: {**dict.fromkeys(whole.counts, 0), Status.GREEN: 3} for kind in whole.evidence},
        indicators=tuple(line for line in whole.indicators if line.now.status == Status.GREEN),
    )  # fmt: skip
    nothing = dict.fromkeys(whole.counts, 0)
    empty = replace(
        quiet, counts=nothing, evidence=dict.fromkeys(whole.evidence, nothing), indicators=(), by_group=(),
        observations=(),
    )  # fmt: skip
    agencies = {f"of_{id_}": sample(agency=id_) for id_ in AGENCIES}
    return {"board": whole, "sub_committee": sample(to="sub_committee"), **agencies, "quiet": quiet, "empty": empty}


NAMES = ("board", "sub_committee", *(f"of_{id_}" for id_ in AGENCIES), "quiet", "empty", "year")


def printed(name: str) -> Iterator[tuple[Path, str]]:
    """A paper as its files: at four widths, a report with and without the exceptions in full; the Board's with all."""
    if name == "year":
        board = year_board.framework()
        year = board_year(board, year_board.submissions(board), board.period("2016-17"), date(2017, 5, 31))
        paper = annual_paper(annual_report(year, ["Children are heard more."]))
        for width in WIDTHS:
            yield FOLDER / name / f"{width}.txt", render_paper(paper, width=width, color=False)
        return
    report = reports()[name]
    depths = DEPTHS | ({"_all": Depth.ALL} if name == "board" else {})
    for width in WIDTHS:
        for ending, depth in depths.items():
            text = render_terminal(report, width=width, color=False, depth=depth)
            yield FOLDER / name / f"{width}{ending}.txt", text
    if name == "board":
        text = render_terminal(report, width=80, color=False, depth=Depth.DETAIL, plain=True)
        yield FOLDER / name / "plain.txt", text
