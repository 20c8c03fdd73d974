"""The objects of the face: frozen, hashable, equal after pickling, and short where they are printed."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

import pmf_engine as pmf

BOARD = Path(__file__).parents[2] / "examples" / "changing_board"


@pytest.fixture(scope="module")
def evaluation() -> pmf.Evaluation:
    framework = pmf.load_framework(BOARD)
    submissions = pmf.read_submissions(framework.submissions, framework)
    return pmf.evaluate(framework, submissions, period="2026-27 Q3", as_of=date(2027, 2, 1))


def objects(evaluation: pmf.Evaluation) -> dict[str, object]:
    """An object of each public class whose objects are equal by what they hold."""
    framework = evaluation.framework
    indicator = framework.indicators["looked_after"]
    return {
        "agency": framework.agencies["icb"],
        "band": indicator.tolerances[0].good,
        "breakdown": framework.breakdowns["district"],
        "entry": indicator.tolerances[0],
        "example run": pmf.run_examples(framework),
        "explanation": evaluation.explain("looked_after"),
        "figure": framework.figures["referrals"],
        "framework": framework,
        "indicator": indicator,
        "period": framework.period("2026-27 Q3"),
        "report": pmf.exception_report(evaluation),
        "rule": framework.rules[0],
        "row": evaluation.row("looked_after"),
        "series": evaluation.series("looked_after"),
    }


def test_objects_are_keys_and_come_back_equal_from_a_pickle(evaluation: pmf.Evaluation) -> None:
    for name, thing in objects(evaluation).items():
        assert pickle.loads(pickle.dumps(thing)) == thing, name
        assert hash(pickle.loads(pickle.dumps(thing))) == hash(thing), name


def test_objects_cannot_be_changed(evaluation: pmf.Evaluation) -> None:
    for name, thing in {**objects(evaluation), "evaluation": evaluation}.items():
        if not isinstance(thing, tuple):
            with pytest.raises((AttributeError, TypeError)):
                thing.note = "mine"  # type: ignore[attr-defined]
            assert not hasattr(thing, "note"), name


def test_what_is_read_and_evaluated_is_not_made_by_hand() -> None:
    with pytest.raises(TypeError, match=r"made by `read_submissions` from a folder, or by `Submissions\.from_frames`"):
        pmf.Submissions()
    with pytest.raises(TypeError, match="made by `evaluate`"):
        pmf.Evaluation()


def test_what_definitions_hold_cannot_be_changed_either() -> None:
    framework = pmf.load_framework(BOARD.parents[1] / "docs" / "recipes")
    visits = framework.lists["visit_list"]
    for mapping in (
        framework.figures,
        framework.scales,
        framework.figures["referrals"].due,
        visits.due,
        visits.columns,
    ):
        with pytest.raises(TypeError):
            mapping["mine"] = 1  # type: ignore[index]
    assert pickle.loads(pickle.dumps(visits)).due == visits.due == {"social_care": 30}


def test_objects_are_printed_in_a_line(evaluation: pmf.Evaluation) -> None:
    things = {**objects(evaluation), "evaluation": evaluation, "submissions": evaluation.submissions}
    long = {name: len(repr(thing)) for name, thing in things.items() if len(repr(thing)) > 130}
    assert long.keys() <= {"band", "row"}  # a row of data shows its data
    assert repr(things["period"]) == "<Period 2026-27 Q3>"


def test_frameworks_are_equal_that_say_the_same() -> None:
    framework = pmf.load_framework(BOARD)
    indicators, tolerances = framework.to_text()
    assert pmf.Framework.from_text(f"# Our board\n{indicators}", tolerances) == framework
    assert pmf.Framework.from_text(indicators.replace("Vale", "Dale"), tolerances) != framework
    assert framework != indicators


def test_submissions_know_whatever_differs_in_a_figure() -> None:
    framework = pmf.load_framework(BOARD)
    submissions = pmf.read_submissions(framework.submissions, framework)
    indicators, tolerances = framework.to_text()
    at = indicators.index("figures:")
    for was, instead in (
        ("unit: children", "unit: young people"),
        ("kind: flow", "kind: flow, plausible: between 0 and 9"),
    ):
        changed = indicators[:at] + indicators[at:].replace(was, instead, 1)
        assert changed != indicators
        with pytest.raises(pmf.MismatchError):
            pmf.evaluate(pmf.Framework.from_text(changed, tolerances), submissions)


def test_what_a_definition_says_of_itself() -> None:
    framework = pmf.load_framework(BOARD)
    assert framework.period("2026-27 Q3").frequency is pmf.Frequency.QUARTERLY
    assert framework.period("2026-27").frequency is pmf.Frequency.ANNUAL
    assert framework.rules[0].place.file.endswith("tolerances.yaml")
    assert framework.indicators["looked_after"].scale is None
