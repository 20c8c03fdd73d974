"""The examples in docstrings are true: every module's doctests are run."""

from __future__ import annotations

import doctest
import importlib

import pytest

import tests.whole.test_rooms as rooms


@pytest.mark.parametrize("name", sorted(name for name in rooms.MODULES if not name.endswith("__main__")))
def test_examples_in_docstrings_are_true(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
