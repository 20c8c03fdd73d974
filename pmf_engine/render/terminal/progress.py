"""The bar that says how many files are read."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

__all__ = ["Progress", "bar_of_files"]


def bar_of_files(count: int) -> Progress:
    """A bar for so many files on the terminal of errors, with the name of the one that is read; it goes at the end."""
    name = TextColumn("{task.fields[file]}", markup=False)
    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), name)
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("Reading", total=count, file="")
    return bar
