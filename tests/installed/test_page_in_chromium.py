"""The HTML report in a browser: it needs nothing, says nothing, and prints whole on A4."""

from __future__ import annotations

import html
import subprocess
from functools import cache
from pathlib import Path

from pmf_engine.render.html import render_html
from pmf_engine.report.audience import marking_words
from pmf_engine.report.first_screen import first_screen
from pmf_engine.report.first_screen_words import alert_title
from tests.installed import browser
from tests.render.test_terminal import report


@cache
def page() -> str:
    return render_html(report())


def titles() -> list[str]:
    return [alert_title(matter) for matter in first_screen(report()).matters]


def test_it_asks_for_nothing_and_says_nothing(tmp_path: Path) -> None:
    """Under a policy that forbids every request and script, the console would name each attempt."""
    policy = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
    file = tmp_path / "page.html"
    file.write_text(page().replace("<head>", f"<head>{policy}"), encoding="utf-8")
    shown = browser.run(tmp_path / "profile", "--enable-logging=stderr", "--dump-dom", file.as_uri())
    assert "CONSOLE" not in shown.stderr
    text = html.unescape(shown.stdout)
    assert [title for title in titles() if title not in text] == []


def test_it_prints_on_a4_with_its_marking_on_every_page(tmp_path: Path) -> None:
    file, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    file.write_text(page(), encoding="utf-8")
    browser.run(tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", file.as_uri())
    sizes = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    assert "(A4)" in sizes
    printed = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pages = printed.split("\f")[:-1]
    assert len(pages) > 1
    assert [number for number, text in enumerate(pages, 1) if marking_words(report()) not in text] == []
    words = " ".join(printed.split())
    assert [title for title in titles() if title not in words] == []
