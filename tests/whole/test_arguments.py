"""Public functions refuse what they do not take: by an error of the library, or a TypeError that says what to pass."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pmf_engine as pmf

INDICATORS = """
board: {name: Test Board, submissions: returns}
agencies: {care: Social Care}
content_areas: {safety: {title: Safety, kind: priority}}
figures: {calls: {title: Calls, from: care, kind: flow, frequency: quarterly}}
lists: {events: {title: Events, from: care, date: day, columns: {day: date}}}
indicators:
  one: {title: One, content_area: safety, evidence_type: quantity, lead_agency: care, frequency: quarterly,
    formula: calls + count(events)}
  two: {title: Two, content_area: safety, evidence_type: quantity, lead_agency: care, frequency: quarterly,
    formula: calls}
"""
TOLERANCES = "governance: {board: Board}\ntolerances: {one: {good: at most 9}, two: {good: at most 9}}\n"
PERIOD, AS_OF, CAME = "2016-17 Q1", date(2016, 12, 1), date(2016, 7, 20)


def returns() -> pl.DataFrame:
    return pl.DataFrame({"period": [PERIOD], "agency": ["care"], "figure": ["calls"], "value": [4]})


FRAMEWORK = pmf.Framework.from_text(INDICATORS, TOLERANCES)
EVENTS = pmf.Records(pl.DataFrame({"day": [date(2016, 5, 1)]}), covers=(date(2016, 4, 1), date(2016, 6, 30)))
SUBMISSIONS = pmf.Submissions.from_frames(FRAMEWORK, returns(), lists={"events": EVENTS}, received_on=CAME)
EVALUATION = pmf.evaluate(FRAMEWORK, SUBMISSIONS, period=PERIOD, as_of=AS_OF)
COMPARISON = pmf.compare(EVALUATION, EVALUATION)
SUBJECTS = (FRAMEWORK, SUBMISSIONS, EVALUATION, COMPARISON, FRAMEWORK.indicators["one"])
"""An object of each public class whose methods take arguments."""

RIGHT: dict[str, Any] = {
    "after": EVALUATION,
    "as_of": AS_OF,
    "before": EVALUATION,
    "evaluation": EVALUATION,
    "framework": FRAMEWORK,
    "folder": Path(__file__).parents[2] / "examples" / "changing_board",
    "first": PERIOD,
    "from_dict indicators": {},
    "from_text indicators": INDICATORS,
    "indicator": "one",
    "led_by agency": "care",
    "fed_by agency": "care",
    "parts": SUBMISSIONS,
    "entry_for period": FRAMEWORK.period(PERIOD),
    "period": PERIOD,
    "received_on": CAME,
    "returns": returns(),
    "submissions": SUBMISSIONS,
    "text": PERIOD,
    "what": "rules",
}
"""What parameters take, by their names, those of one function by its name before; others may be left out."""

WRONG: tuple[Any, ...] = (None, 3, "x", [], {"x": []}, {"x": 3}, [3])


def doors() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions, and the methods of public objects but the engine's own."""
    for name in pmf.__all__:
        if not inspect.isclass(thing := getattr(pmf, name)):
            yield name, thing
    for subject in SUBJECTS:
        for name in dir(type(subject)):
            if not name.startswith("_") and name not in OWN and callable(getattr(type(subject), name)):
                yield f"{type(subject).__name__}.{name}", getattr(subject, name)


OWN = frozenset(
    {
        "is_there",
        "lasts",
    }
)
"""Methods that only the engine itself calls."""

DOORS = dict(doors())

THREE: Any = 3
NOTHING: Any = None
A_TEXT: Any = "at most 5"


def right(door: str, parameter: inspect.Parameter) -> Any:
    own = f"{door.rsplit('.', 1)[-1]} {parameter.name}"
    return RIGHT.get(own, RIGHT.get(parameter.name, parameter.empty))


def refusal(call: Callable[[], object]) -> str | None:
    """The words of a TypeError; None for a call that works, or is refused by an error of the library."""
    try:
        call()
    except pmf.Error:
        return None
    except TypeError as error:
        return str(error)
    return None


@pytest.mark.filterwarnings("ignore:use Submissions.from_frames:DeprecationWarning")
@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_argument_is_refused_in_a_sentence(door: str) -> None:
    parameters = inspect.signature(DOORS[door]).parameters
    for name, wrong in product(parameters, WRONG):
        positional, named = [], {}
        for parameter in parameters.values():
            argument = wrong if parameter.name == name else right(door, parameter)
            if argument is parameter.empty:
                assert parameter.default is not parameter.empty, f"what does {door} take as `{parameter.name}`?"
            elif parameter.kind is parameter.VAR_POSITIONAL:
                positional.append(argument)
            else:
                named[parameter.name] = argument
        told = refusal(lambda: DOORS[door](*positional, **named))  # noqa: B023  # called at once
        if told is not None:
            parameter_named, _, takes = told.partition(" must be ")
            assert name in parameter_named, (wrong, told)
            assert " not " in takes, (wrong, told)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: EVALUATION.row("one", group=THREE), "`group` must be a text, not 3"),
        (
            lambda: EVALUATION.explain("one", period=THREE),
            "`period` must be a text, such as '2016-17 Q3', or a Period, not 3",
        ),
        (
            lambda: pmf.what_if(EVALUATION, {}),  # type: ignore[call-arg]
            "`what_if` takes `evaluation` by position; give the rest by name: `tolerances=`, `indicators=`, `from_=`",
        ),
        (
            lambda: pmf.Submissions.from_frames(FRAMEWORK, returns()),  # type: ignore[call-arg]
            "`from_frames` needs `received_on`: a date, the name of a column, either of these by frame, or None where "
            "nobody knows",
        ),
        (
            lambda: EVALUATION.row("one", grop="North"),  # type: ignore[call-arg]
            "`row` has no parameter `grop`; it takes `indicator`, `group`",
        ),
        (lambda: pmf.evaluate(FRAMEWORK, NOTHING), "`submissions` must be a Submissions, not None"),
        (lambda: FRAMEWORK.period(THREE), "`text` must be a text, such as '2016-17 Q3', not 3"),
        (lambda: pmf.compare(EVALUATION, NOTHING), "`after` must be an Evaluation, not None"),
        (
            lambda: pmf.evaluate(FRAMEWORK, SUBMISSIONS, only="one"),
            "`only` must be a list of ids, such as ['late_share'], not 'one'",
        ),
        (
            lambda: FRAMEWORK.amended(tolerances={"one": A_TEXT}),
            "`tolerances['one']` must be an Entry, or a mapping, such as a dict, not 'at most 5'",
        ),
    ],
)
def test_what_is_said_of_a_wrong_argument(call: Callable[[], Any], told: str) -> None:
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value) == told


def test_a_word_that_is_none_of_those_there_are() -> None:
    with pytest.raises(pmf.UnknownName, match=r"^unknown engine `streamng`; did you mean `streaming`\?$"):
        pmf.evaluate(FRAMEWORK, SUBMISSIONS, engine="streamng")  # type: ignore[arg-type]
    with pytest.raises(pmf.UnknownName) as error:
        FRAMEWORK.to_frame("board")  # type: ignore[arg-type]
    assert error.value.names == ("indicators", "figures", "agencies", "tolerances", "rules")
