"""Counts are linked across indicators, lengths of periods and papers: none is given away by a link that was missed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.earlier import Paper
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.tables import Row
from pmf_engine.disclosure.withholding import withhold
from tests.support.attacked_rows import FORMULAS, LIMIT, framework

Key = tuple[str, int, str]
"""An indicator, the first month of a period, and a group; `whole` for the whole."""


def rows(indicator: str, start: int, months: int = 3, **values: float | tuple[float, float]) -> list[Row]:
    """Rows of one period, by group: their values, or numerators and denominators."""
    found = []
    for group, value in values.items():
        by, of_group = (None, None) if group == "whole" else ("district", group)
        part, of, value_ = (*value, 100 * value[0] / value[1]) if isinstance(value, tuple) else (None, None, value)
        found.append(Row(indicator, start, months, by, of_group, part, of, value_))
    return found


def withheld(table: Sequence[Row], *earlier: Paper, exactly: bool = True) -> set[Key]:
    """The rows that are withheld."""
    tables = tables_of(table, Reader(framework()), dict.fromkeys(FORMULAS, 4), earlier)
    chosen = (table[position] for position in withhold(tables, LIMIT, exactly=exactly).rows)
    return {(row.indicator, row.start, row.group or "whole") for row in chosen}


both_ways = pytest.mark.parametrize("exactly", [True, False], ids=["solver", "moves"])


@both_ways
def test_half_a_year_is_the_same_count_as_two_quarters_of_a_rolling_sum(exactly: bool) -> None:
    """No row has a quarter. One indicator has the whole, the other the groups: together they would tell A."""
    chosen = withheld([*rows("number", 24195, 6, whole=65), *rows("of_half", 24198, A=5, B=20, C=40)], exactly=exactly)
    assert ("of_half", 24198, "A") in chosen
    assert len(chosen) >= 2


@both_ways
def test_what_an_earlier_paper_withheld_is_not_given_away_by_rows_of_other_counts(exactly: bool) -> None:
    """A had 3 in the first quarter; two rolling sums differ by 3, so that it had 3 or more."""
    first = rows("number", 24195, whole=43, A=3, B=20, C=20)
    paper = Paper([row for row in first if row.group in (None, "C")], first[1:3], Reader(framework()))
    halves = [
        *rows("of_half", 24198, whole=102, A=12, B=40, C=50),
        *rows("of_half", 24201, whole=109, A=9, B=40, C=60),
    ]
    chosen = withheld(halves, paper, exactly=exactly)
    assert any(len({group for _, start, group in chosen if start == at}) >= 2 for at in (24198, 24201))


@both_ways
def test_a_revised_sum_does_not_tell_by_how_much_an_unseen_term_changed(exactly: bool) -> None:
    """From 23 to 26: who knows that only the second quarter was revised knows that it has at least 3, and so has the
    half year of the second and third, which is withheld for being 3."""
    paper = Paper(rows("of_half", 24198, whole=123, A=23, B=50, C=50), [], Reader(framework()))
    today = [
        *rows("of_half", 24198, whole=126, A=26, B=50, C=50),
        *rows("of_half", 24201, whole=93, A=3, B=40, C=50),
    ]
    chosen = withheld(today, paper, exactly=exactly)
    assert {("of_half", 24198, "A"), ("of_half", 24198, "whole"), ("of_half", 24201, "A")} <= chosen


@both_ways
def test_a_part_that_was_revised_still_says_how_many_its_whole_had_at_least(exactly: bool) -> None:
    """B had 45 of its whole, now 25: who knows that its whole was not revised knows that it is 45 or more. Then A's is
    304 or less, and A's rest, which is 4, can be no more."""
    paper = Paper(rows("number", 24195, whole=345, A=300, B=45), [], Reader(framework()))
    today = rows("share", 24195, whole=(325, 349), A=(300, 304), B=(25, 45))
    assert withheld(today, paper, exactly=exactly) == {("share", 24195, group) for group in ("whole", "A", "B")}


@both_ways
def test_what_an_earlier_paper_showed_and_this_one_does_not_gives_away_what_is_left(exactly: bool) -> None:
    """Of 102 in A 87 were better and are so still, today's paper says that 10 are worse: 5 are neither."""
    paper = Paper(rows("off", 24195, whole=(128, 300), A=(87, 102), B=(41, 198)), [], Reader(framework()))
    chosen = withheld(rows("off.worse", 24195, whole=(156, 300), A=(10, 102), B=(146, 198)), paper, exactly=exactly)
    assert ("off.worse", 24195, "A") in chosen
    assert len(chosen) >= 2


@both_ways
def test_a_whole_without_rows_by_group_still_bounds_its_parts(exactly: bool) -> None:
    """Of B's 8 are `other`, so that 8 or more of all 18 are B's; A has 10 of them at most, and of the 15 `part` of the
    half year at least 5 are in the first quarter."""
    table = [
        *rows("without", 24198, whole=10),
        *rows("before", 24201, whole=8, A=0, B=8),
        *rows("both", 24198, B=8),
        *rows("number", 24195, whole=5, A=3, B=2),
        *rows("of_half", 24198, whole=15),
    ]
    chosen = withheld(table, exactly=exactly)
    assert ("number", 24195, "whole") in chosen
    assert {
        ("of_half", 24198, "whole"),
        ("without", 24198, "whole"),
        ("both", 24198, "B"),
        ("before", 24201, "B"),
    } & chosen
