"""The bar of files that are read: after two seconds, on a terminal, and gone at the end."""

from __future__ import annotations

import io
import sys

import pytest

from pmf_engine.cli.progress import ReadingProgress


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, times: list[float], stream: io.StringIO) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    clock = iter(times)
    with ReadingProgress(lambda: next(clock)) as progress:
        for number, name in enumerate(("a.csv", "b.csv", "[c].csv"), 1):
            progress(number, 3, name)
    return stream.getvalue()


def test_it_appears_after_two_seconds_with_the_file_as_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, [0, 1, 2.5, 3], Terminal())
    assert "a.csv" not in text
    assert "2/3" in text
    assert "[c].csv" in text


@pytest.mark.parametrize(("times", "stream"), [([0, 1, 1.5, 1.9], Terminal()), ([0, 3, 4, 5], io.StringIO())])
def test_it_does_not_appear(times: list[float], stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, times, stream) == ""
