"""A short run of the fuzzers of `tests.support.reader_fuzz`, which can be run for as long as one likes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmf_engine.submissions.readers import READERS
from tests.support.reader_fuzz import TARGETS, try_inputs

INPUTS = 100


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_changed_file_is_read_or_refused_at_little_cost(name: str, tmp_path: Path) -> None:
    is_old = name in ("return.xls", "return.xlsb", "return.ods")  # each is read in a process of its own
    numbers: Iterator[int] = iter(range(INPUTS // 4 if is_old else INPUTS))
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
