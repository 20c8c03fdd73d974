"""Public names are few, and each says what it means."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import polars as pl
import pytest

import pmf_engine
from tests.support.boards import HEAD, write_board, write_returns


def public() -> Iterator[tuple[str, object]]:
    """Every public module, class, function and method of the package."""
    for info in pkgutil.walk_packages(pmf_engine.__path__, "pmf_engine."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        yield info.name, module
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != info.name:
                continue
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{info.name}.{name}", thing
            if inspect.isclass(thing):
                for inner, member in vars(thing).items():
                    plain = member.fget if isinstance(member, property) else getattr(member, "func", member)
                    plain = getattr(plain, "__func__", plain)
                    if not inner.startswith("_") and inspect.isfunction(plain):
                        yield f"{info.name}.{name}.{inner}", plain


NAMES = dict(public())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("pmf_engine.diagnostics.messages.")])
def test_public_names_say_what_they_mean(name: str) -> None:
    said = inspect.getdoc(NAMES[name]) or ""
    assert len(said) > 15, f"{name} has no docstring"
    assert not said.startswith(name.rsplit(".", 1)[-1] + "("), f"{name} has only a generated docstring"


def test_each_name_of_the_face_is_documented() -> None:
    for name in pmf_engine.__all__:
        assert inspect.getdoc(getattr(pmf_engine, name)), name


def _fields(thing: Any) -> list[str]:
    """The fields of a dataclass or named tuple of which some class of it should say what they hold."""
    if thing in (pmf_engine.ResultRow, pmf_engine.Change):
        return []  # their fields are columns, of which the schemas say what they hold
    if thing in (pmf_engine.Evaluation, pmf_engine.Submissions):
        return ["problems"]  # the others serve the engine
    return [*getattr(thing, "__dataclass_fields__", getattr(thing, "_fields", ()))]


@pytest.mark.parametrize("name", [name for name in pmf_engine.__all__ if inspect.isclass(getattr(pmf_engine, name))])
def test_each_field_of_the_face_is_told(name: str) -> None:
    thing = getattr(pmf_engine, name)
    told = "\n".join(vars(parent).get("__doc__") or "" for parent in thing.__mro__)
    assert [field for field in _fields(thing) if f"  {field}: " not in told] == []


@pytest.mark.parametrize("name", pmf_engine.__all__)
def test_programs_can_ask_for_types(name: str) -> None:
    thing = getattr(pmf_engine, name)
    for one in [thing, *(vars(thing).values() if inspect.isclass(thing) else [])]:
        if inspect.isclass(one) or inspect.isfunction(one):
            get_type_hints(one)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"as_of": "2017-06-30"}, "`as_of` must be a date, such as date(2017, 6, 30), not '2017-06-30'"),
        ({"as_of": 2017}, "`as_of` must be a date, such as date(2017, 6, 30), not 2017"),
        ({"period": 2016}, "`period` must be a text, such as '2016-17 Q3', or a Period, not 2016"),
        ({"period": date(2016, 4, 1)}, "`period` must be a text, such as '2016-17 Q3', or a Period, not datetime.date"),
    ],
)
def test_what_an_evaluation_cannot_be_asked(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    figures = "referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}"
    write_board(tmp_path, figures, "one: {frequency: quarterly, formula: referrals}")
    write_returns(tmp_path, "2016-17 Q3,care,referrals,1")
    framework = pmf_engine.load_framework(tmp_path)
    submissions = pmf_engine.read_submissions(framework.submissions, framework)
    with pytest.raises(TypeError, match=re.escape(said)):
        pmf_engine.evaluate(framework, submissions, **given)


def test_no_module_stands_in_the_way_of_a_public_name() -> None:
    # importing a module puts it in the package under its own name
    modules = {info.name for info in pkgutil.iter_modules(pmf_engine.__path__)}
    assert modules.isdisjoint(pmf_engine.__all__)
    assert inspect.isfunction(pmf_engine.explain)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        getattr(pmf_engine, "evalu" + "te")


@pytest.mark.parametrize(
    ("returns", "lists", "said"),
    [
        (
            {"period": []},
            {},
            "`returns['period']` must be a frame of Polars or an object with `__arrow_c_stream__`, not list",
        ),
        (
            "returns.csv",
            {},
            "`returns` must be a frame of Polars, an object with `__arrow_c_stream__`, or a mapping, such as a dict, "
            "not 'returns.csv'",
        ),
        (
            None,
            {"events": []},
            "`lists['events']` must be a frame of Polars or an object with `__arrow_c_stream__`, not list",
        ),
        (
            None,
            {"events": None},
            "`lists['events']` must be a frame of Polars, an object with `__arrow_c_stream__`, Records, or a list, "
            "each item Records, not None",
        ),
    ],
)
def test_what_submissions_cannot_be_made_of(tmp_path: Path, returns: Any, lists: Any, said: str) -> None:
    figures = "referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}"
    events = "lists: {events: {title: Events, from: care, date: on, columns: {on: date}}}\n"
    write_board(tmp_path, figures, "one: {frequency: quarterly, formula: referrals}", head=HEAD + events)
    framework = pmf_engine.load_framework(tmp_path)
    with pytest.raises(TypeError, match=re.escape(said)):
        pmf_engine.Submissions.from_frames(framework, returns, lists=lists, received_on=None)


def test_type_checkers_know_every_name_of_the_face() -> None:
    tree = ast.parse(Path(str(pmf_engine.__file__)).read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert [name for name in pmf_engine.__all__ if name not in imported] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"frame": [1]},
            "`frame` of records must be a frame of Polars or an object with `__arrow_c_stream__`, not list",
        ),
        ({"name": 3}, "`name` of records must be a text, not 3"),
        ({"covers": (1, 2)}, "the first day of `covers` must be a date, such as date(2017, 6, 30), not 1"),
    ],
)
def test_what_records_cannot_be_made_of(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        pmf_engine.Records(**{"frame": pl.DataFrame(), **given})
