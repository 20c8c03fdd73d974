"""`better_off`: an indicator and its three faces from scores before and after, against counts by hand."""

from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf
from tests.support.boards import cell, evaluate

FACES = ("confidence", "confidence.worse", "confidence.mean_change", "confidence.scored")
BOARD = """
board: {{name: Test board, submissions: returns}}
agencies: {{care: Care}}
content_areas: {{help: Early help}}
breakdowns: {{district: {{title: District, groups: [North, South]}}}}
lists:
  outcomes:
    title: Children whose work ended
    from: care
    {when}
    columns: {{begun_on: date, ended_on: {end}, before: number?, after: number?, district: text}}
indicators:
  confidence:
    title: Children who are better off
    content_area: help
    evidence_type: outcome
    lead_agency: care
    frequency: quarterly
    by: [district]
    better_off: {{of: outcomes, before: before, after: after, least_change: 1.5}}
    examples:
      - given:
          outcomes:
            - {{begun_on: 2017-01-02, ended_on: 2017-02-03, before: 2, after: 4, district: North}}
            - {{begun_on: 2017-01-02, ended_on: 2017-02-03, before: 2, after: 3, district: North}}
        expect: {{value: 50.0, status: red}}
"""
EVENTS = BOARD.format(when="date: ended_on", end="date")
SPELLS = BOARD.format(when="spell: [begun_on, ended_on]", end="date?")
BALANCE = """\
  balance:
    title: Better less worse
    content_area: help
    evidence_type: quantity
    lead_agency: care
    frequency: quarterly
    formula: confidence - confidence.worse
"""
OTHER_WORSE = BALANCE.replace("balance:", "other.worse:")
TOLERANCES = """
tolerances:
  confidence: {good: at least 60}
  confidence.worse: {good: at most 10, tolerance: at most confidence}
  confidence.mean_change: {good: above 0}
"""
# Of the eight who ended, six are scored twice: they change by +2, +1.5, +1, 0, -1.5 and -1, in all +2.
ENDED = """
begun_on,ended_on,before,after,district
2016-03-01,2016-04-02,3,5,North
2016-03-01,2016-04-05,3,4.5,North
2016-03-01,2016-05-02,3,4,North
2016-03-01,2016-05-09,4,4,South
2016-03-01,2016-06-02,4,2.5,South
2016-03-01,2016-06-03,4,3,South
2016-03-01,2016-06-04,5,,South
2016-03-01,2016-06-30,,4,North
"""


def _board(folder: Path, indicators: str, records: str) -> Path:
    (folder / "returns").mkdir()
    (folder / "indicators.yaml").write_text(indicators.lstrip(), encoding="utf-8")
    (folder / "tolerances.yaml").write_text(TOLERANCES.lstrip(), encoding="utf-8")
    (folder / "returns" / "outcomes_2016-17_q1.csv").write_text(records.lstrip(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> pmf.Evaluation:
    return evaluate(_board(tmp_path_factory.mktemp("events"), EVENTS, ENDED), "2016-17 Q1")


def test_one_definition_gives_four_indicators(evaluation: pmf.Evaluation) -> None:
    assert tuple(evaluation.framework.indicators) == FACES


def test_each_face_counts_those_scored_twice(evaluation: pmf.Evaluation) -> None:
    def of(face: str, column: str, group: str | None = None) -> object:
        return cell(evaluation, face, "2016-17 Q1", column, group)

    assert (of("confidence", "numerator"), of("confidence", "denominator")) == (2, 6)
    assert (of("confidence.worse", "numerator"), of("confidence.worse", "denominator")) == (1, 6)
    assert of("confidence.mean_change", "value") == pytest.approx(2 / 6)
    assert (of("confidence.scored", "numerator"), of("confidence.scored", "denominator")) == (6, 8)
    assert (of("confidence", "numerator", "South"), of("confidence", "denominator", "South")) == (0, 3)
    assert of("confidence.mean_change", "value", "North") == pytest.approx(4.5 / 3)


def test_the_mean_change_has_its_interval(evaluation: pmf.Evaluation) -> None:
    def ends(group: str | None) -> tuple[object, object]:
        return tuple(cell(evaluation, "confidence.mean_change", "2016-17 Q1", end, group) for end in ("lower", "upper"))

    # See test_confidence. In the north +2, 1.5 and 1: mean 1.5, standard error 0.5 / root 3, by 4.303.
    assert ends(None) == pytest.approx((-1.1384, 1.8050), abs=1e-4)
    assert ends("North") == pytest.approx((1.5 - 1.2421, 1.5 + 1.2421), abs=1e-3)


def test_each_face_has_bands_of_its_own(evaluation: pmf.Evaluation) -> None:
    statuses = [str(cell(evaluation, face, "2016-17 Q1", "status")) for face in FACES]
    assert statuses == ["red", "amber", "green", "not_rated"]  # 33.3, 16.7 (at most 33.3), 0.33, for information


def test_a_face_points_at_the_keys_that_define_it(evaluation: pmf.Evaluation) -> None:
    face = evaluation.framework.indicators["confidence.worse"]
    start = face.formula.index("1.5")
    span = face.passage.span(start, start + 3)
    assert span.source.text[span.start : span.end] == "1.5"
    assert span.source.line(face.place.line).lstrip().startswith("better_off:")


def test_nobody_scored_twice_is_no_value(tmp_path: Path) -> None:
    nobody = "\n".join(line for line in ENDED.splitlines() if not line or "begun" in line or ",," in line)
    evaluation = evaluate(_board(tmp_path, EVENTS, nobody + "\n"), "2016-17 Q1")
    statuses = [str(cell(evaluation, face, "2016-17 Q1", "status")) for face in FACES]
    assert statuses[:2] == ["undefined", "undefined"]
    assert "green" not in statuses
    assert cell(evaluation, "confidence.mean_change", "2016-17 Q1", "value") is None
    assert cell(evaluation, "confidence.scored", "2016-17 Q1", "value") == 0


def test_spells_count_in_the_period_in_which_they_end(tmp_path: Path) -> None:
    open_ = "2016-05-01,,1,9,North\n2016-06-01,2016-06-09,1,9,North\n"
    evaluation = evaluate(_board(tmp_path, SPELLS, ENDED + open_), "2016-17 Q1")
    assert cell(evaluation, "confidence", "2016-17 Q1", "numerator") == 3
    assert cell(evaluation, "confidence.scored", "2016-17 Q1", "denominator") == 9


def test_its_example_is_run(tmp_path: Path) -> None:
    framework = pmf.load_framework(_board(tmp_path, EVENTS, ENDED), as_of=date(2017, 1, 1))
    assert not framework.warnings
    run = pmf.run_examples(framework)
    assert [(outcome.indicator, outcome.differences) for outcome in run.outcomes] == [("confidence", ())]


def test_an_example_is_of_the_faces_too(tmp_path: Path) -> None:
    given = "- given: {outcomes: [{ended_on: 2017-02-03, before: 2, after: 4}, {ended_on: 2017-02-03, before: 2}]}"
    expect = "expect: {worse: 0, mean_change: {value: 2.5, status: red}, scored: {value: 50.0, status: not_rated}}"
    more = f"{EVENTS}      {given}\n        {expect}\n"
    run = pmf.run_examples(pmf.load_framework(_board(tmp_path, more, ENDED), as_of=date(2017, 1, 1)))
    assert [(outcome.indicator, outcome.number, outcome.passed) for outcome in run.outcomes] == [
        ("confidence", 1, True),
        ("confidence.worse", 2, True),
        ("confidence.mean_change", 2, False),
        ("confidence.scored", 2, True),
    ]
    differences = [(each.what, each.expected, each.got) for outcome in run.outcomes for each in outcome.differences]
    assert differences == [("value", "2.5", "2.0"), ("status", "red", "green")]


def test_a_share_of_those_scored_twice_cannot_be_more_than_all(tmp_path: Path) -> None:
    run = pmf.run_examples(pmf.load_framework(_board(tmp_path, EVENTS, ENDED), as_of=date(2017, 1, 1)))
    possible = {coverage.indicator: coverage.possible for coverage in run.coverage}
    assert possible["confidence"] == ("green", "red", "undefined")
    assert possible["confidence.scored"] == ("undefined",)


def test_too_few_scored_twice_is_no_value_and_never_green(tmp_path: Path) -> None:
    # Six of eight are scored twice, 75 %.
    asked = EVENTS.replace("least_change: 1.5", "least_change: 1.5, respond: at least 75.1%")
    evaluation = evaluate(_board(tmp_path, asked, ENDED), "2016-17 Q1")
    for face in FACES[:3]:
        assert str(cell(evaluation, face, "2016-17 Q1", "status")) == "no_data"
        assert cell(evaluation, face, "2016-17 Q1", "reason_kind") == "too_few_answered"
        assert cell(evaluation, face, "2016-17 Q1", "value") is None
    assert cell(evaluation, "confidence", "2016-17 Q1", "denominator") == 6
    assert cell(evaluation, "confidence.scored", "2016-17 Q1", "value") == 75
    assert cell(evaluation, "confidence.mean_change", "2016-17 Q1", "upper") is None
    became = pmf.explain(evaluation, "confidence.worse").scored_twice
    assert became is not None
    assert (became.records, became.scored, became.better, became.same, became.worse) == (8, 6, 2, 3, 1)
    assert became.mean_change is None


def test_just_enough_scored_twice_is_enough(tmp_path: Path) -> None:
    asked = EVENTS.replace("least_change: 1.5", "least_change: 1.5, respond: at least 75%")
    evaluation = evaluate(_board(tmp_path, asked, ENDED), "2016-17 Q1")
    statuses = [str(cell(evaluation, face, "2016-17 Q1", "status")) for face in FACES]
    assert statuses == ["red", "amber", "green", "not_rated"]


def test_what_rests_on_too_few_scored_twice_has_no_value_either(tmp_path: Path) -> None:
    asked = EVENTS.replace("least_change: 1.5", "least_change: 1.5, respond: at least 80%")
    evaluation = evaluate(_board(tmp_path, asked + BALANCE, ENDED), "2016-17 Q1")
    assert str(cell(evaluation, "balance", "2016-17 Q1", "status")) == "no_data"
    assert cell(evaluation, "balance", "2016-17 Q1", "reason_kind") == "too_few_answered"


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        (
            "better_off: {of: outcomes, before: before, after: after, least_change: 1.5}",
            "better_off:",
            "20:5",
            "is empty",
        ),
        ("least_change: 1.5}", "least_change: 1.5, respond: }", "20:81", "`respond` is empty"),
        ("least_change: 1.5}", "least_change: 1.5, respond: at least 160%}", "20:90", "above 0 and up to 100"),
        ("  confidence:\n", "  other.worse: {title: Others}\n  confidence:\n", "13:3", "`other.worse`"),
        ("  confidence:\n", OTHER_WORSE + "  confidence:\n", "13:3", "`other.worse` is not an id"),
    ],
)
def test_a_mistake_is_told_where_it_stands(old: str, new: str, place: str, message: str) -> None:
    with pytest.raises(pmf.ConfigError) as caught:
        pmf.Framework.from_text(EVENTS.replace(old, new))
    assert f"indicators.yaml:{place}: " in str(caught.value)
    assert message in str(caught.value)


def test_an_indicator_with_a_formula_has_no_faces() -> None:
    """Nor has anything else: what judges or names one is told, and no indicator is lost in silence."""
    counted = BALANCE.replace("confidence - confidence.worse", "count(outcomes)")
    tolerances = "tolerances: {balance.worse: {good: at most 10}}"
    with pytest.raises(pmf.ConfigError, match=r"tolerances.yaml:1:14: no indicator `balance.worse`"):
        pmf.Framework.from_text(EVENTS + counted, tolerances)
    with pytest.raises(pmf.ConfigError, match=r"indicators.yaml:\d+:14: unknown .*`balance.scored`"):
        pmf.Framework.from_text(EVENTS + counted.replace("count(outcomes)", "balance.scored"))
