"""A short run of `tests.support.interruptions`: whatever ends a command, the old paper or the new one is there."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.interruptions import ENDS, Command


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with TemporaryDirectory() as folder:
        yield Command(Path(folder), "report")


@pytest.mark.parametrize("number", range(2))
@pytest.mark.parametrize("end", ENDS)
def test_the_old_paper_or_the_new_one_is_there(end: str, number: int, command: Command) -> None:
    if sys.platform != "win32":  # which has neither these signals nor these limits
        assert ENDS[end](command, random.Random(f"{end} {number}"))[1] == ""
