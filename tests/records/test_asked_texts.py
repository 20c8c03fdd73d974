"""Texts that conditions ask for: those that no record holds, and records whose text is one slip away."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_engine.records.asked_texts import is_slip
from tests.support.boards import HEAD, evaluate, write_board

LISTS = """\
lists:
  plan_list:
    title: Plans
    from: care
    spell: [started_on, ended_on]
    columns: {child_id: text, started_on: date, ended_on: date?, category: text?, ward: text?}
"""
ENDED = "count(plan_list ended where {})"
MANIFEST = "file,received_on,covers_from,covers_to\nplan_list.csv,2016-10-01,2016-04-01,2016-09-30\n"
Q1, Q2 = "2016-17 Q1", "2016-17 Q2"


def values(folder: Path, conditions: dict[str, str], rows: list[tuple[str, str]], lists: str = LISTS) -> Any:
    """The value or the status of each condition's count, by period; and the problems.

    Args:
        folder: An empty folder.
        conditions: The condition of each indicator.
        rows: The end and the category of each plan.
        lists: The list.
    """
    indicators = "\n".join(
        f'{id_}: {{frequency: quarterly, by: [ward], formula: "{ENDED.format(condition)}"}}'
        for id_, condition in conditions.items()
    )
    write_board(folder, "adults: {title: A, from: care, kind: stock, frequency: annual}", indicators, head=HEAD + lists)
    (folder / "returns").mkdir()
    lines = [f"{number},2016-04-01,{end},{text},Hill\n" for number, (end, text) in enumerate(rows)]
    text = "child_id,started_on,ended_on,category,ward\n" + "".join(lines)
    (folder / "returns" / "plan_list.csv").write_text(text, encoding="utf-8")
    (folder / "returns" / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    evaluation = evaluate(folder, as_of=date(2016, 11, 15))
    whole = evaluation.results.filter(pl.col("by").is_null())
    found = {
        (row["indicator"], row["period"]): row["status"] if row["value"] is None else row["value"]
        for row in whole.iter_rows(named=True)
    }
    return found, evaluation.problems.select("row", "text", "kind").rows()


IN_Q1, IN_Q2 = "2016-05-01", "2016-08-01"


@pytest.mark.parametrize(
    "condition",
    ["category = 'Neglect'", "'neglect ' = category", "category in ('Other', 'Neglect')", "not category != 'Neglect'"],
)
@pytest.mark.parametrize("text", ["Negelct", "neglec", "Neglectt", " NEGLEKT "])
def test_what_rests_on_a_text_has_no_value_where_a_record_is_a_slip_away(
    tmp_path: Path, condition: str, text: str
) -> None:
    rows = [(IN_Q1, "Neglect"), (IN_Q1, "Emotional"), (IN_Q2, "Neglect"), (IN_Q2, text), (IN_Q1, "Other")]
    conditions = {"asked": condition, "emotional": "category = 'Emotional'", "any": "category is not missing"}
    found, problems = values(tmp_path, conditions, rows)
    others = {"asked": 2.0 if "Other" in condition else 1.0}
    assert [found["asked", period] for period in (Q1, Q2)] == [others["asked"], "invalid"]
    assert [found["emotional", period] for period in (Q1, Q2)] == [1.0, 0.0]
    assert [found["any", period] for period in (Q1, Q2)] == [3.0, 2.0]
    assert problems == [(5, text.strip(), "text-slip")]


@pytest.mark.parametrize(
    ("asked", "held", "kinds"),
    [
        ("Neglekt", "Neglect", ["text-nowhere", "text-slip"]),
        ("Category A", "Category B", ["text-nowhere"]),  # a word of one letter tells them apart
        ("Stage 1", "Stage 2", ["text-nowhere"]),
        ("Open", "Opens", ["text-nowhere"]),  # four letters
        ("Neglect", "Neglected", ["text-nowhere"]),  # two letters
        ("Neglect", "", []),  # nothing is known of the category
    ],
)
def test_a_text_that_no_record_holds_is_told(tmp_path: Path, asked: str, held: str, kinds: list[str]) -> None:
    found, problems = values(tmp_path, {"asked": f"category = '{asked}'"}, [(IN_Q1, held)])
    assert found["asked", Q1] == ("invalid" if "text-slip" in kinds else 0)
    assert sorted(kind for *_, kind in problems) == kinds


def test_a_text_that_is_asked_for_elsewhere_is_no_slip(tmp_path: Path) -> None:
    conditions = {"one": "category = 'Neglect'", "other": "category = 'Neglects'"}
    found, problems = values(tmp_path, conditions, [(IN_Q1, "Neglect"), (IN_Q1, "Neglects")])
    assert [found[id_, Q1] for id_ in conditions] == [1, 1]
    assert problems == []


def test_values_of_a_column_say_that_both_are_meant(tmp_path: Path) -> None:
    lists = LISTS.replace("category: text?", "category: {type: text?, values: [Neglect, Neglects]}")
    found, problems = values(
        tmp_path, {"one": "category = 'Neglect'"}, [(IN_Q1, "Neglect"), (IN_Q1, "Neglects")], lists
    )
    assert found["one", Q1] == 1
    assert problems == []


LETTERS = st.text("abcdef", min_size=5, max_size=9)


@given(LETTERS, st.integers(0, 8), st.sampled_from("abcdef"))
def test_every_single_slip_is_known_and_is_one_both_ways(text: str, place: int, letter: str) -> None:
    place = min(place, len(text) - 1)
    slips = {
        text[:place] + letter + text[place:],
        text[:place] + letter + text[place + 1 :],
        text[:place] + text[place + 1 :],
        text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :],
    }
    for slip in slips - {text}:
        expected = len(slip) >= 5
        assert is_slip(text, slip) == is_slip(slip, text) == expected


@pytest.mark.parametrize(("by", "expected"), [("ward", 1.0), ("category", "invalid")])
def test_spaces_tell_no_groups_apart(tmp_path: Path, by: str, expected: object) -> None:
    head = (
        HEAD.replace("breakdowns:\n", "breakdowns:\n  category: {title: Category, groups: open}\n")
        if by == "ward"
        else HEAD
    )
    condition = ENDED.format("category = 'old town'")
    indicators = f'one: {{frequency: quarterly, by: [ward], formula: "{condition}"}}'
    figures = "adults: {title: A, from: care, kind: stock, frequency: annual}"
    write_board(tmp_path, figures, indicators, head=head + LISTS)
    (tmp_path / "returns").mkdir()
    rows = "child_id,started_on,ended_on,category,ward\n0,2016-04-01,2016-05-01,Old  Town,Hill\n"
    (tmp_path / "returns" / "plan_list.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "returns" / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    evaluation = evaluate(tmp_path, as_of=date(2016, 11, 15))
    row = evaluation.results.filter(pl.col("by").is_null(), pl.col("period") == Q1).row(0, named=True)
    assert (row["status"] if row["value"] is None else row["value"]) == expected


def test_a_condition_on_texts_of_a_list_without_a_readable_file_has_no_value(tmp_path: Path) -> None:
    formula = ENDED.format("category = 'Neglect'")
    indicator = f'asked: {{frequency: quarterly, formula: "{formula}"}}'
    write_board(
        tmp_path, "adults: {title: A, from: care, kind: stock, frequency: annual}", indicator, head=HEAD + LISTS
    )
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "plan_list.csv").write_text(
        "child_id,started_on,category\n1,2016-04-01,Neglect\n", encoding="utf-8"
    )
    (tmp_path / "returns" / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    evaluation = evaluate(tmp_path, as_of=date(2016, 11, 15))
    assert evaluation.results.select("value", "status").unique().rows() == [(None, "invalid")]
    assert evaluation.problems["kind"].to_list() == ["list-column-missing"]
