"""Chromium, poppler and axe-core, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def program() -> str | None:
    """The path of Chromium; None where it or poppler, which reads its PDF files, is not installed."""
    return shutil.which("chromium") if shutil.which("pdftotext") else None


@cache
def axe() -> Path | None:
    """The file of axe-core, which checks pages for accessibility; None where it is not installed."""
    folders = [ROOT / "node_modules"]
    if npm := shutil.which("npm"):
        found = subprocess.run([npm, "root", "--global"], capture_output=True, text=True, check=False, timeout=60)
        folders.append(Path(found.stdout.strip()))
    files = (folder / "axe-core" / "axe.min.js" for folder in folders)
    return next((file for file in files if file.is_file()), None)


def run(profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What Chromium says of a page, with a profile of its own."""
    chromium = program()
    assert chromium is not None
    command = [chromium, *_OPTIONS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
