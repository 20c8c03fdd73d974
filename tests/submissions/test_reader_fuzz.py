"""A short run of the fuzzers of `tests.support.reader_fuzz`, which can be run for as long as one likes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmf_engine.submissions.readers import READERS
from tests.support.reader_fuzz import TARGETS, try_inputs

INPUTS = 100


ENDED_BY_THEIR_READER = {"return.xlsb"}
"""Readers that a changed file can end with the process: `python -m tests.support.reader_fuzz` shows it."""


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - ENDED_BY_THEIR_READER))
def test_a_changed_file_is_read_or_refused_at_little_cost(name: str, tmp_path: Path) -> None:
    numbers: Iterator[int] = iter(range(INPUTS))
    assert list(try_inputs(name, tmp_path, 11, numbers, time.monotonic() + 600)) == []


@pytest.mark.parametrize(
    ("name", "number"), [("return.csv", 17_381), ("return.csv", 5_209), ("list.xlsx", 2_737), ("yaml", 548)]
)
def test_an_input_that_once_broke_the_law_keeps_it(name: str, number: int, tmp_path: Path) -> None:
    assert list(try_inputs(name, tmp_path, 121, iter([number]), time.monotonic() + 600)) == []


def test_every_format_has_a_fuzzer() -> None:
    fuzzed = {Path(target.file).suffix for target in TARGETS.values()}
    same = {".xlsm": ".xlsx"}
    read = {suffix for suffix, format_ in READERS.items() if format_.returns or format_.records}
    assert {same.get(suffix, suffix) for suffix in read} <= fuzzed
