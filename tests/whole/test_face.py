"""The face of the library: its names and signatures change on purpose only, and type checkers know what it returns."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import assert_type

import polars as pl

import pmf_engine as pmf
from pmf_engine import schemas

SNAPSHOT = Path(__file__).with_name("face.txt")


def face() -> Iterator[str]:
    """A line for each public name, each parameter list, each public member of a class, and each column of a schema."""
    for name in pmf.__all__:
        thing = getattr(pmf, name)
        if not inspect.isclass(thing):
            yield f"{name}{_parameters(thing)}"
            continue
        yield name
        for member in sorted({*_own(thing), *getattr(thing, "__annotations__", {})}):
            value = inspect.getattr_static(thing, member, None)
            plain = getattr(value, "__func__", value)
            yield f"{name}.{member}{_parameters(plain) if inspect.isfunction(plain) else ''}"
    for schema in schemas.ALL.values():
        yield from (f"{schema.name}: {column}" for column in schema.names)


def _own(thing: type) -> Iterator[str]:
    """The public members that a class or a class of the engine above it defines."""
    for parent in thing.__mro__:
        if parent.__module__.startswith("pmf_engine"):
            yield from (member for member in vars(parent) if not member.startswith("_"))


def _parameters(thing: object) -> str:
    """The names of parameters, with a star before those by name only, and `=` after those that may be left out."""
    assert callable(thing)
    words = []
    for parameter in inspect.signature(thing).parameters.values():
        star = "*" if parameter.kind is parameter.KEYWORD_ONLY else ""
        words.append(f"{star}{parameter.name}{'' if parameter.default is parameter.empty else '='}")
    return f"({', '.join(words)})"


def test_the_face_is_that_of_the_snapshot() -> None:
    """A name, a parameter, a member of an enum or a column that goes or moves breaks other programs.

    Where the change is meant, write the snapshot anew: `python -c "from tests.whole import test_face as t; t.write()"`.
    """
    assert SNAPSHOT.read_text(encoding="utf-8").splitlines() == list(face())


def write() -> None:
    """Writes the snapshot anew."""
    SNAPSHOT.write_text("".join(f"{line}\n" for line in face()), encoding="utf-8")


def types(framework: pmf.Framework, evaluation: pmf.Evaluation) -> None:
    """What type checkers must know; this is checked, and never runs."""
    assert_type(pmf.load_framework(".", as_of=date(2017, 1, 1)), pmf.Framework)
    assert_type(pmf.check_framework(".").framework, pmf.Framework | None)
    assert_type(pmf.Framework.from_text("", ""), pmf.Framework)
    assert_type(framework.indicators, Mapping[str, pmf.Indicator])
    assert_type(framework.indicators["a"].tolerances, tuple[pmf.Entry, ...])
    assert_type(framework.indicators["a"].polarity, pmf.Polarity | None)
    assert_type(framework.indicators["a"].place, pmf.Place)
    assert_type(framework.indicators["a"].tolerances[0].good.high, float | None)
    assert_type(framework.period("2016-17"), pmf.Period)
    assert_type(framework.senders("a"), frozenset[str])
    assert_type(framework.to_frame("rules"), pl.DataFrame)
    assert_type(framework.amended(tolerances={"a": {"good": "at most 1"}}), pmf.Framework)
    assert_type(evaluation.results, pl.DataFrame)
    assert_type(evaluation.row("a").status, pmf.Status)
    assert_type(evaluation.row("a").reason_kind, pmf.ReasonKind | None)
    assert_type(evaluation.row("a").missing_inputs, tuple[pmf.MissingInput, ...])
    assert_type(evaluation.series("a").points[0].signal, pmf.Signal | None)
    assert_type(evaluation.explain("a", period="2016-17"), pmf.Explanation)
    assert_type(evaluation.at("2016-17"), pmf.Evaluation)
    assert_type(pmf.evaluate(framework, evaluation.submissions, only=["a"]), pmf.Evaluation)
    assert_type(pmf.what_if(evaluation, from_="2016-17"), pmf.Comparison)
    assert_type(pmf.compare(evaluation, evaluation).better, tuple[pmf.Change, ...])
    assert_type(schemas.RESULTS.polars(), pl.Schema)
