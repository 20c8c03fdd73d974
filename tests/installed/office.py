"""LibreOffice, where it is installed."""

from __future__ import annotations

import shutil


def program() -> str | None:
    """The path of LibreOffice; None where it is not installed."""
    return shutil.which("soffice")
