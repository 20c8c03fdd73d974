"""Blank texts: a column that is taken to be filled, without a look at each text, holds no text of spaces alone."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.submissions.table import EDGES, is_filled

CHARACTERS = st.sampled_from([*EDGES, "!", "~", "0", "é", "\x7f", "\x01"])


@given(st.lists(st.none() | st.text(CHARACTERS, max_size=3), max_size=4))
def test_a_filled_column_has_no_blank_text(texts: list[str | None]) -> None:
    if is_filled(pl.Series(texts, dtype=pl.String)):
        assert all(text is not None and text.strip(EDGES) for text in texts)
