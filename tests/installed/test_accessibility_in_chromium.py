"""The HTML report, and a paper of the year, meet WCAG 2.2 AA in light and dark, as far as axe-core can tell."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from pmf_engine.render.html import render_html
from pmf_engine.render.html.paper import render_paper
from tests.installed import browser
from tests.render.test_papers import PAPER
from tests.render.test_terminal import report

_STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CHECK = """
axe.run({exclude: ["svg"]}, {runOnly: %s}).then(result => {
  const reason = node => node.any[0]?.data?.messageKey;
  const unsure = result.incomplete.flatMap(rule => rule.nodes.map(node => `${rule.id} ${reason(node)}`));
  const found = document.createElement("pre");
  found.id = "found";
  found.textContent = JSON.stringify({
    violations: result.violations.map(rule => [rule.id, rule.help, rule.nodes[0].html.slice(0, 200)]),
    unsure: [...new Set(unsure)],
    passes: result.passes.length,
  });
  document.body.appendChild(found);
});
"""


PAGES = {"report": lambda: render_html(report()), "paper": lambda: render_paper(PAPER)}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(tmp_path: Path, scheme: str, page: str) -> None:
    checker = browser.axe()
    assert checker is not None
    text = PAGES[page]().replace("<details>", "<details open>")
    if scheme == "dark":
        text = text.replace("@media (prefers-color-scheme:dark)", "@media all")
    scripts = f"<script>{checker.read_text(encoding='utf-8')}</script><script>{_CHECK % _STANDARD}</script>"
    file = tmp_path / "page.html"
    file.write_text(text.replace("</body>", f"{scripts}</body>"), encoding="utf-8")
    shown = browser.run(tmp_path / "profile", "--virtual-time-budget=60000", "--dump-dom", file.as_uri()).stdout
    written = re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)
    assert written is not None
    found = json.loads(html.unescape(written[1]))
    assert found["violations"] == []
    # Of symbols axe-core cannot tell the contrast; they have the colour of the words beside them.
    assert set(found["unsure"]) <= {"color-contrast nonBmp"}
    assert found["passes"] > 20
