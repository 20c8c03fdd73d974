"""The report as HTML: one file without script and network, every text of people escaped, every exception there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.domain.status import Status
from pmf_engine.render.html import render_html
from pmf_engine.render.html.charts import Lines, trend_chart
from pmf_engine.report.first_screen import first_screen
from pmf_engine.report.item import Point
from tests.render.test_terminal import WORDS, report, worded

VOID = {"meta", "br", "rect", "circle", "path", "line", "polyline", "link", "img", "input", "hr"}
HOSTILE = "<script>alert(1)</script>\" onload='x' </style></title>]]>&amp; {{ 7*7 }} \x1b[31m \u202e " + "x" * 5000


class Page(HTMLParser):
    """The tags of a page, checked for balance, with its ids and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_nothing_of_anyone() -> None:
    text = render_html(report())
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert page.tags["script"] == page.tags["link"] == page.tags["img"] == 0
    links = [value or "" for name, value in page.attributes if name == "href"]
    assert links
    assert all(link.startswith("#") and link[1:] in page.ids for link in links)
    assert not re.search(r"\bon\w+=|url\((?!#)|@import|https?:", text)
    assert page.tags["h1"] == 1


def test_every_matter_is_an_article_and_every_indicator_a_row() -> None:
    text = render_html(report())
    page, screen = Page(text), first_screen(report())
    assert page.tags["article"] == len(screen.matters) == 10
    for line in report().indicators:
        assert f'<th scope="row">{line.indicator.title}</th>' in text.replace("&#39;", "'")


@given(words=WORDS)
def test_what_people_wrote_is_text(words: str) -> None:
    plain, odd = Page(render_html(worded("A title"))), Page(render_html(worded(words)))
    assert odd.tags == plain.tags


def test_markup_and_control_characters_are_text() -> None:
    text = render_html(worded(HOSTILE))
    assert Page(text).tags == Page(render_html(worded("A title"))).tags
    assert "&lt;script&gt;alert(1)" in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_a_quiet_quarter_has_a_page() -> None:
    quiet = replace(report(), levels=(), late=(), recovered=(), indicators=(), by_group=(), watch=(), without_value=())
    text = render_html(replace(quiet, counts={**dict.fromkeys(quiet.counts, 0), Status.GREEN: 9}))
    assert Page(text).tags["article"] == 0
    assert "No exceptions; nothing late." in text


# -- charts ----------------------------------------------------------------------------------------------


def points(*values: float | None, status: str = "green") -> list[Point]:
    return [
        Point(f"2016-17 Q{n}", status, value, "" if value is None else f"{value:g}")
        for n, value in enumerate(values, 1)
    ]


def test_a_gap_stays_a_gap() -> None:
    chart = trend_chart(points(1, 2, None, 4, 3), "T", "D", Lines(), "c")
    assert chart.count("<polyline") == 2
    assert chart.count('class="gap"') == 1


def test_the_scale_goes_from_bottom_to_top() -> None:
    # 0 to 10 with 8 % room: 0 stands at 126 - 0.8 / 11.6 * 104, and 10 as far below 22.
    chart = trend_chart(points(0, 10), "T", "D", Lines(), "c")
    assert re.findall(r'cy="([\d.]+)"', chart) == ["118.8", "29.2"]


@pytest.mark.parametrize(
    ("status", "shape"),
    [(Status.RED, '<rect class="red"'), (Status.AMBER, '<path class="amber"'), (Status.GREEN, '<circle class="green"'),
     (Status.NOT_RATED, '<circle class="other"')],
)  # fmt: skip
def test_a_status_has_a_shape_as_well_as_a_colour(status: str, shape: str) -> None:
    assert trend_chart(points(1, 2, status=status), "T", "D", Lines(), "c").count(shape) == 2


def test_zones_lie_on_the_side_that_is_good() -> None:
    low = trend_chart(points(10, 20), "T", "D", Lines(good=12, tolerable=15, high_is_good=False), "c")
    high = trend_chart(points(10, 20), "T", "D", Lines(good=15, tolerable=12, high_is_good=True), "c")
    assert 'class="zone good" x="12" y="22.0"' in high
    assert 'class="zone good" x="12" y="22.0"' not in low
    assert low.count('class="zone') == high.count('class="zone') == 2


@given(st.lists(st.none() | st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=8))
def test_any_values_have_a_chart_or_none(values: list[float | None]) -> None:
    chart = trend_chart(points(*values), "<T>", "D", Lines(mean=1.0, lower=0.0, upper=2.0), "c")
    assert "nan" not in chart.split("</desc>")[-1].split("<text")[0]
    assert not chart or (chart.startswith("<svg") and "&lt;T&gt;" in chart)


def test_a_browser_has_nothing_to_say_of_the_page(tmp_path: Path) -> None:
    """Where Chromium is installed: no message on the console and no request but for the file itself."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        return
    path = tmp_path / "report.html"
    path.write_text(render_html(report()), encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        f"--user-data-dir={tmp_path}/b",
    ]
    done = subprocess.run(
        [browser, *options, "--dump-dom", path.as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    assert "CONSOLE" not in done.stderr
    assert done.stdout.count("<article") == 10
