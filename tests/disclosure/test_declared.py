"""What the framework declares of counts gives them away: shares without a common case, and checks between figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.earlier import Paper
from pmf_engine.disclosure.public import for_public
from pmf_engine.disclosure.tables import Count, Row
from pmf_engine.framework.model import Framework
from tests.support.boards import HEAD, evaluate, write_board, write_returns

LAST = "2016-17 Q2"
DISCLOSURE = "\ndisclosure: {suppress_below: 6}\n"
FIGURES = """
scored: {title: Scored, from: care, kind: flow, frequency: quarterly}
better: {title: Better, from: care, kind: flow, frequency: quarterly}
worse: {title: Worse, from: care, kind: flow, frequency: quarterly}
"""
SHARES = """
up: {frequency: quarterly, formula: 'percent(better, scored)'}
down: {frequency: quarterly, formula: 'percent(worse, scored)'}
"""
NUMBERS = """
up: {frequency: quarterly, formula: better, by: [district]}
down: {frequency: quarterly, formula: worse, by: [district]}
all: {frequency: quarterly, formula: scored, by: [district]}
"""


def shown(folder: Path) -> dict[tuple[str, str | None], float]:
    """The values that the public sees, by indicator and group."""
    tolerances = folder / "tolerances.yaml"
    tolerances.write_text(tolerances.read_text("utf-8") + DISCLOSURE, "utf-8")
    rows = for_public(evaluate(folder, LAST)).judged.drop_nulls("value")
    return {(id_, group): value for id_, group, value in rows.select("indicator", "group", "value").iter_rows()}


def sent(**districts: tuple[int, int, int]) -> str:
    """Rows of those scored, better and worse, by district."""
    cells = [
        f"{LAST},care,{figure},{district},{count}"
        for district, counts in districts.items()
        for figure, count in zip(("scored", "better", "worse"), counts, strict=True)
    ]
    return "\n".join(["period,agency,figure,district,value", *cells])


@pytest.mark.parametrize(("same", "are_shown"), [(3, False), (7, True), (0, True)])
@pytest.mark.parametrize("down", ["after < before", "before > after", "after <= before - 0"])
def test_two_shares_of_a_list_whose_conditions_exclude_each_other(
    tmp_path: Path, same: int, are_shown: bool, down: str
) -> None:
    """The last condition is not the comparison of the same values, so that nobody is told what it leaves."""
    head = HEAD + (
        "lists:\n  ended:\n    title: Children whose work ended\n    from: care\n    date: day\n"
        "    columns: {day: date, before: number, after: number}\n"
    )
    shares = "".join(
        f"{id_}: {{frequency: quarterly, formula: 'percent(count(ended where {where}), count(ended))'}}\n"
        for id_, where in (("up", "after > before"), ("down", down))
    )
    write_board(tmp_path, FIGURES, shares, head=head)
    (tmp_path / "returns").mkdir()
    records = ["2016-07-04,2,4"] * 20 + ["2016-07-04,4,2"] * 8 + ["2016-07-04,3,3"] * same
    (tmp_path / "returns" / "ended_2016-17_q2.csv").write_text("\n".join(["day,before,after", *records]), "utf-8")
    assert (len(shown(tmp_path)) == 2) is (are_shown or "- 0" in down)


@pytest.mark.parametrize(
    ("checks", "are_shown"),
    [
        ("", True),
        ("checks: {parts: {that: better + worse <= scored, says: nobody is both, severity: lost}}", False),
        ("checks: {parts: {that: scored >= worse + better, says: nobody is both, severity: lost}}", False),
    ],
)
def test_a_check_says_what_is_left_of_a_whole(tmp_path: Path, checks: str, are_shown: bool) -> None:
    """20 better and 8 worse of 31 leave 3, if nobody is both."""
    write_board(tmp_path, FIGURES, SHARES, head=f"{HEAD}\n{checks}\n")
    write_returns(tmp_path, sent(North=(20, 14, 5), South=(11, 6, 3)))
    assert ({"up", "down"} == {id_ for id_, _ in shown(tmp_path)}) is are_shown


@pytest.mark.parametrize(
    ("checks", "known"),
    [
        ("", 2),
        ("checks: {all: {that: better + worse = scored, says: each is one or the other, severity: lost}}", 1),
    ],
)
def test_a_check_says_that_counts_add_up(tmp_path: Path, checks: str, known: int) -> None:
    """Three of the North are worse; with how many are better, and how many there are, everyone would know."""
    write_board(tmp_path, FIGURES, NUMBERS, head=f"{HEAD}\n{checks}\n")
    write_returns(tmp_path, sent(North=(23, 20, 3), South=(40, 20, 20)))
    values = shown(tmp_path)
    assert ("down", "North") not in values
    assert sum((id_, "North") in values for id_ in ("up", "all")) == known


def test_a_row_without_a_value_does_not_release_what_another_row_withheld() -> None:
    """The share has no value, as its whole had not come; the number was withheld."""
    framework = Framework.from_text(
        "board: {name: B, submissions: returns}\nagencies: {care: Care}\ncontent_areas: {area: Area}\nfigures:"
        + FIGURES.replace("\n", "\n  ")
        + "\nindicators:\n  share: {title: S, content_area: area, evidence_type: quantity, lead_agency: care, "
        "frequency: quarterly, formula: 'percent(better, scored)'}\n"
        "  number: {title: N, content_area: area, evidence_type: quantity, lead_agency: care, "
        "frequency: quarterly, formula: better}\n"
    )
    share, number = (Row(id_, 24195, 3, None, None, None, None, None) for id_ in ("share", "number"))
    better, scored = (Count(text, 24195, 3, None, None) for text in ("better", "scored"))
    paper = Paper([share], [number], Reader(framework))
    assert paper.kept() == {better}
    assert paper.published() == {scored: None}
    later = Paper([number._replace(value=8.0), share], [], Reader(framework))
    assert later.published() == {better: (8.0, 8.0), scored: None}
