"""Keys as numbers: rows have one number just where they have one key, and every row gets the answer for its own key."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.submissions.key_numbers import cleaned, distinct_keys, key_numbers, look_up

TYPES = {"text": pl.String, "number": pl.Int64, "day": pl.Date, "truth": pl.Boolean, "small": pl.UInt8}

KEYS = st.tuples(
    st.none() | st.sampled_from(["", " a", "a", "b"]),
    st.none() | st.sampled_from([-(2**40), -1, 0, 1, 7, 2**33, 2**62]),
    st.none() | st.sampled_from([date(1, 1, 1), date(2016, 4, 1), date(9999, 12, 31)]),
    st.none() | st.booleans(),
    st.none() | st.sampled_from([0, 1, 255]),
)


def frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows of keys as a frame."""
    return pl.DataFrame(rows, schema=TYPES, orient="row")


@given(st.lists(KEYS, max_size=20))
def test_rows_have_one_number_just_where_they_have_one_key(rows: list[tuple[object, ...]]) -> None:
    numbers = key_numbers(frame(rows), list(TYPES)).to_list()
    assert len(set(zip(numbers, rows, strict=True))) == len(set(rows)) == len(set(numbers))
    assert all(number >= 0 for number in numbers)


@given(st.lists(KEYS, max_size=20))
def test_each_row_has_the_place_of_its_own_key(rows: list[tuple[object, ...]]) -> None:
    distinct = distinct_keys(frame(rows), list(TYPES))
    keys = [rows[row] for row in distinct.rows]
    assert [keys[place] for place in distinct.places] == rows
    assert len(set(keys)) == len(keys)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.sampled_from("xyz")), max_size=20))
def test_every_row_gets_the_answer_for_its_own_key(rows: list[tuple[str, str | None]]) -> None:
    def answer(name: str, text: str | None) -> tuple[str | None, str | None]:
        upper = text and text.upper()
        return (None, f"{name} has no x") if text == "x" else (upper, None)

    table = pl.DataFrame(rows, schema={"name": pl.String, "text": pl.String}, orient="row")
    found = look_up(table, ["name", "text"], {"upper": pl.String, "says": pl.String}, answer, alike=["text"])
    assert found.rows() == [(*row, *answer(*row)) for row in rows]


@given(st.lists(st.none() | st.sampled_from(["a", " a", "b ", ""]), max_size=20))
def test_texts_are_cleaned_row_by_row(texts: list[str | None]) -> None:
    table = cleaned(
        pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)}), "text", "clean", pl.col("text").str.strip_chars()
    )
    assert table["clean"].to_list() == [text and text.strip() for text in texts]
    pairs = set(zip(texts, table["text_at"].to_list(), strict=True))
    assert len(pairs) == len({*texts}) == len({at for _, at in pairs})
