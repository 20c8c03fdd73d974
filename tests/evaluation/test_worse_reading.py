"""Wholes whose groups come to less: the worse of the two readings is judged, and the whole is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support.boards import HEAD, evaluate, write_board, write_returns

BY = "period,agency,figure,district,value\n"
FIGURES = "\n".join(f"{name}: {{title: T, from: care, kind: flow, frequency: quarterly}}" for name in "ab")
WORSE = "judged by groups that come to less than their whole, which is worse"


def sent(period: str = "2016-17 Q1", **figures: tuple[object, object, object]) -> str:
    """Rows of a return: the whole and the two districts of each figure."""
    return "".join(
        f"{period},care,{figure},{district},{value}\n"
        for figure, values in figures.items()
        for district, value in zip(("", "North", "South"), values, strict=True)
    )


def rows(
    folder: Path, formula: str, band: str, text: str, head: str = HEAD, escalation: str = ""
) -> list[dict[str, Any]]:
    """The rows of the whole."""
    indicator = f"y: {{frequency: quarterly, formula: '{formula}', by: [district, agency]}}"
    write_board(folder, FIGURES, indicator, f"y: {{{band}}}", escalation, head=head)
    write_returns(folder, BY + text)
    return evaluate(folder).results.filter(pl.col("by").is_null()).to_dicts()


@pytest.mark.parametrize(
    ("band", "status"),
    [
        ("good: at least 98", "red"),  # 100, of which the groups come to 96
        ("good: at least 98, tolerance: at least 90", "amber"),
        ("good: at least 96", "green"),
        ("good: at most 98", "red"),
        ("good: at most 100", "green"),
        ("good: between 97 and 99, tolerance: between 95 and 101", "amber"),
    ],
)
def test_the_worse_of_a_whole_and_its_groups_is_judged(tmp_path: Path, band: str, status: str) -> None:
    [found] = rows(tmp_path, "a", band, sent(a=(100, 50, 46)))
    assert (found["status"], found["value"]) == (status, 100)
    assert [mark["kind"] for mark in found["marks"]] == ["unallocated"]
    assert found["reason"] == (
        WORSE if band in ("good: at least 98", "good: at least 98, tolerance: at least 90") else None
    )


@pytest.mark.parametrize(("north", "status"), [(7800, "invalid"), (50, "invalid"), (7, "red")])
def test_groups_that_contradict_their_whole_are_not_green(tmp_path: Path, north: int, status: str) -> None:
    [found] = rows(tmp_path, "a", "good: at least 40", sent(a=(200, north, 60)))
    assert found["status"] == "invalid"
    of_groups = evaluate(tmp_path).results.filter(by="district")
    assert of_groups.select("group", "status", "value").rows() == [("North", status, north), ("South", "invalid", 60)]
    text = f"the whole is `200`, but its groups by `district` add up to {north + 60}"
    assert of_groups["marks"].to_list() == [[{"kind": "doubt", "text": text}]] * 2


def test_groups_that_contradict_their_whole_end_no_exception(tmp_path: Path) -> None:
    text = sent(a=(100, 20, 80)) + sent("2016-17 Q2", a=(200, 45, 60)) + sent("2016-17 Q3", a=(100, 45, 55))
    rows(tmp_path, "a", "good: at least 40", text, escalation="- {when: red, to: board}")
    of_north = evaluate(tmp_path).history.filter(group="North")
    assert of_north["escalate_to"].to_list() == ["board", "board", None]
    assert of_north["direction"].to_list() == [None, None, "unchanged"]
    text = sent(a=(100, 20, 80)) + sent("2016-17 Q2", a=(100, 7, 60)) + sent("2016-17 Q3", a=(100, 45, 55))
    rows(tmp_path, "a", "good: at least 40", text)
    assert evaluate(tmp_path).history.filter(group="North")["direction"].to_list() == [None, "worsening", None]


def test_the_row_of_an_agency_is_judged_alike(tmp_path: Path) -> None:
    rows(tmp_path, "a", "good: at least 98", sent(a=(100, 50, 46)))
    assert evaluate(tmp_path).results.filter(by="agency", group="care")["status"].to_list() == ["red"]
    assert evaluate(tmp_path).results.filter(by="district")["reason"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("a", "b", "band", "status"),
    [
        ((80, 40, 40), (100, 50, 46), "good: at most 82", "red"),  # 80 of 96 is 83.3 %
        ((78, 39, 36), (100, 50, 48), "good: at least 77", "red"),  # 75 of 98 is 76.5 %
        ((78, 39, 36), (100, 50, 48), "good: at least 76, tolerance: at least 70", "amber"),  # 75 of 100, all the same
        ((78, 39, 36), (100, 50, 48), "good: at least 75", "green"),
        ((100, 50, 48), (100, 50, 48), "good: at least 98", "green"),  # 100 of 98 cannot be
        ((100, 50, 48), (100, 50, 48), "good: at least 99", "red"),  # but 98 of 100 may
        ((97, 50, 47), (100, 50, 46), "good: at least 90", "invalid"),  # the groups of b contradict a
    ],
)
def test_every_choice_of_readings_is_judged(
    tmp_path: Path, a: tuple[int, int, int], b: tuple[int, int, int], band: str, status: str
) -> None:
    [found] = rows(tmp_path, "percent(a, b)", band, sent(a=a, b=b))
    assert found["status"] == status


def test_what_rounding_explains_has_one_reading(tmp_path: Path) -> None:
    head = HEAD.replace("groups: [North, South]", "groups: [North, South], rounded_to: 5")
    [found] = rows(tmp_path, "a", "good: at least 98", sent(a=(99, 50, 45)), head)
    assert (found["status"], found["reason"]) == ("green", None)


def test_a_worse_reading_ends_no_exception_and_bounds_look_at_it_too(tmp_path: Path) -> None:
    text = sent(a=(80, 40, 40)) + sent("2016-17 Q2", a=(100, 50, 46))
    last = rows(tmp_path, "a", "good: at least 98", text, escalation="- {when: red, to: board}")[-1]
    assert (last["status"], last["escalate_to"], last["direction"]) == ("red", "board", "improving")
    found = rows(tmp_path, "b", "good: at most a", sent(a=(100, 50, 46), b=(98, 49, 49)))
    assert [row["status"] for row in found] == ["red"]


def test_sums_over_time_are_judged_by_both_readings(tmp_path: Path) -> None:
    text = sent(a=(100, 50, 46)) + sent("2016-17 Q2", a=(100, 50, 50))
    assert [row["status"] for row in rows(tmp_path, "year_to_date(a)", "good: at least 98", text)] == ["red", "green"]
    found = rows(tmp_path, "year_to_date(a)", "good: at least 198", text)
    assert [(row["status"], row["value"]) for row in found] == [("red", 100), ("red", 200)]
