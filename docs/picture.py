"""Draws docs/report.svg, the picture in the README: the start of a real report, as a terminal shows it.

Run `python docs/picture.py` after a change to the report; a test says when the picture is out of date.
"""

import io
import re
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.text import Text

import pmf_engine as pmf
from pmf_engine.render.terminal import render_terminal

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "report.svg"
LINES = 38


def draw() -> str:
    """The picture as SVG, which asks nothing of the network."""
    framework = pmf.load_framework(ROOT)
    submissions = pmf.read_submissions(framework.submissions, framework)
    evaluation = pmf.evaluate(framework, submissions, period="2016-17 Q4", as_of=date(2017, 5, 31))
    report = render_terminal(pmf.exception_report(evaluation), width=92, color=True)
    console = Console(record=True, width=92, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(report.splitlines()[:LINES])))
    svg = console.export_svg(title='pmf report --period "2016-17 Q4"', unique_id="report")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)
    svg = svg.replace("<!-- Generated with Rich https://www.textualize.io -->", "")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8", newline="\n")
