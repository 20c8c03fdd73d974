"""Marks reach the rows that rest on what is marked, and no others."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from pmf_engine.domain.frame_schema import checks
from pmf_engine.domain.marks import MARKS
from pmf_engine.domain.periods import Cadence
from pmf_engine.evaluation.evaluate import Evaluation, evaluate
from pmf_engine.evaluation.marks import with_marks
from pmf_engine.framework.load import load_framework
from pmf_engine.render.results import to_csv, to_json, to_table
from pmf_engine.submissions.submissions import read_submissions

INDICATORS = """
board: {name: Test Board, year_start: april}
agencies: {social_care: Social Care, police: Police}
content_areas: {care: {title: Care, kind: priority}}
breakdowns: {district: {title: District, groups: [North, South]}}
figures:
  seen: {title: Seen, from: [social_care, police], kind: flow, frequency: monthly}
  open: {title: Open, from: social_care, kind: stock, frequency: monthly}
  children: {title: Children, from: social_care, kind: stock, frequency: annual}
indicators:
  seen_total: {title: T, content_area: care, evidence_type: quantity, lead_agency: police, frequency: quarterly,
    formula: seen, by: [district, agency]}
  open_rate: {title: R, content_area: care, evidence_type: quantity, lead_agency: police, frequency: quarterly,
    formula: "rate(open, children, 1000)"}
  before: {title: B, content_area: care, evidence_type: quantity, lead_agency: police, frequency: quarterly,
    formula: seen_total - previous(seen_total)}
"""
TOLERANCES = "governance: {board: Board}\ntolerances: {}\nescalation: []\n"
APRIL = 2016 * 12 + 3
ROWS = [
    *(
        f"2016-{month:02d},{agency},seen,{group},5"
        for month in range(4, 10)
        for agency in ("social_care", "police")
        for group in ("North", "South")
    ),
    *(f"2016-{month:02d},social_care,open,,40" for month in range(4, 10)),
    "2015-16,social_care,children,,1000",
    "2016-17,social_care,children,,1000",
]


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("board")
    (folder / "indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    (folder / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    (folder / "returns.csv").write_text(
        "\n".join(["period,agency,figure,district,value", *ROWS]) + "\n", encoding="utf-8"
    )
    framework = load_framework(folder)
    return evaluate(framework, read_submissions(folder, framework), as_of=date(2017, 6, 1))


def marked(evaluation: Evaluation, *marks: tuple[object, ...]) -> set[tuple[str, str | None, str]]:
    """The rows that marks reach: indicator, group and period."""
    frame = pl.DataFrame(
        [(*mark, "provisional", f"{mark[0]} is provisional") for mark in marks], schema=MARKS.polars(), orient="row"
    )
    assert evaluation.inputs is not None
    cadences = {id_: Cadence(3, 4) for id_ in evaluation.framework.indicators}
    with checks():
        history = with_marks(evaluation.judged.drop("marks"), evaluation.framework, evaluation.inputs, cadences, frame)
    rows = history.filter(pl.col("marks").list.len() > 0)
    return set(rows.select("indicator", "group", "period").rows())


def test_nothing_is_marked_where_nothing_was(evaluation: Evaluation) -> None:
    assert evaluation.results["marks"].list.len().sum() == 0
    assert "marks" not in to_table(evaluation).splitlines()[0]


def test_a_flow_marks_the_quarter_that_holds_its_month_and_what_looks_back_at_it(evaluation: Evaluation) -> None:
    """The whole is made of the groups, as no agency sent one."""
    assert marked(evaluation, ("seen", "police", "district", "North", APRIL + 1, 1)) == {
        ("seen_total", None, "2016-17 Q1"),
        ("seen_total", "North", "2016-17 Q1"),
        ("seen_total", "police", "2016-17 Q1"),
        ("before", None, "2016-17 Q1"),
        ("before", None, "2016-17 Q2"),
    }


def test_of_a_stock_the_last_month_counts(evaluation: Evaluation) -> None:
    assert marked(evaluation, ("open", "social_care", None, None, APRIL + 1, 1)) == set()
    assert marked(evaluation, ("open", "social_care", None, None, APRIL + 2, 1)) == {("open_rate", None, "2016-17 Q1")}


def test_a_yearly_stock_marks_the_quarters_of_its_year_and_those_that_it_lasts(evaluation: Evaluation) -> None:
    """That of 2015-16 no longer counts in 2016-17, for which one has come."""
    assert (
        marked(evaluation, ("children", "social_care", None, None, APRIL - 12, 12))
        & {("open_rate", None, f"2016-17 Q{number}") for number in (1, 2, 3, 4)}
        == set()
    )
    assert {("open_rate", None, "2016-17 Q1"), ("open_rate", None, "2016-17 Q2")} <= marked(
        evaluation, ("children", "social_care", None, None, APRIL, 12)
    )


def test_a_mark_of_an_indicator_is_of_one_row(evaluation: Evaluation) -> None:
    assert marked(evaluation, ("seen_total", None, "district", "South", APRIL, 3)) == {
        ("seen_total", "South", "2016-17 Q1")
    }


def test_marks_are_written_as_one_text_and_as_objects(evaluation: Evaluation) -> None:
    marks = [{"kind": "partial", "text": "without Police"}, {"kind": "revised", "text": "`12 [r]` was revised"}]
    row = evaluation.results.head(1).with_columns(pl.Series("marks", [marks], evaluation.results.schema["marks"]))
    assert to_csv(row).splitlines()[1].count(",without Police; `12 [r]` was revised,") == 1
    assert '"marks":[{"kind":"partial","text":"without Police"},' in to_json(row)


def test_of_many_marks_of_one_kind_five_are_named(evaluation: Evaluation) -> None:
    frame = pl.DataFrame(
        [("seen_total", None, None, None, APRIL, 3, "revised", f"{n} was revised") for n in range(8)],
        schema=MARKS.polars(), orient="row",
    )  # fmt: skip
    assert evaluation.inputs is not None
    history = evaluation.judged.drop("marks").filter(indicator="seen_total", period="2016-17 Q1")
    history = history.filter(pl.col("by").is_null())
    shown = with_marks(history, evaluation.framework, evaluation.inputs, {"seen_total": Cadence(3, 4)}, frame)
    texts = [mark["text"] for mark in shown["marks"][0]]
    assert texts == [*(f"{n} was revised" for n in range(5)), "and 3 more"]
