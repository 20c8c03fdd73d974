"""Checks of returns: what the board says must hold between figures, and numbers that are those of the last return."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import polars as pl

from pmf_engine.domain.marks import MARKS, MarkKind
from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.syntax import Between, Binary, Call, Expression, In, IsMissing, Name, Unary
from pmf_engine.framework.checks import FigureCheck
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.cell_values import STATE
from pmf_engine.submissions.key_numbers import distinct_keys
from pmf_engine.submissions.problems import PROBLEMS, Problem, problems_frame, say

_FEWEST: Final = 10
"""A return must repeat at least so many numbers of the one before to be doubted."""

_SLICE = ["start", "by", "group"]

_RETURN = ["agency", "start", "months"]


def check_figures(cells: pl.DataFrame, framework: Framework) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The checks of returns on the current cells of a day.

    A figure in a failed check of severity `lost` has no value. A failed check of severity `doubt` is a mark beside the
    values, until a later return changes one of them or the comment of one of their rows repeats its number.

    Returns:
        The cells; the problems, one for each failed check, agency, period and group; and the marks.
    """
    numbers = cells.with_row_index("at").filter(pl.col("state") == "ok", pl.col("value").is_not_null())
    failures = [*_failures(numbers, framework), *_repeated_returns(numbers, framework)]
    if not failures:
        return cells, PROBLEMS.empty(), MARKS.empty()
    lost = {at: message for kind, ats, message in failures if kind == "check-lost" for at in ats}
    failed = numbers.filter(pl.col("at").is_in([at for _, ats, _ in failures for at in ats]))
    rows = {row["at"]: row for row in failed.iter_rows(named=True)}
    problems = problems_frame(_problem(rows[ats[0]], kind, message, framework) for kind, ats, message in failures)
    doubted = [(at, message) for kind, ats, message in failures if kind in _DOUBTS for at in ats]
    schema = {"at": pl.UInt32, "refused": pl.String}
    whys = pl.DataFrame({"at": list(lost), "refused": list(lost.values())}, schema=schema)
    joined = cells.with_row_index("at").join(whys, on="at", how="left", maintain_order="left")
    is_lost = pl.col("refused").is_not_null()
    checked = joined.with_columns(
        pl.when(is_lost).then(pl.lit("invalid", STATE)).otherwise("state").alias("state"),
        pl.when(~is_lost).then("value").alias("value"),
        pl.when(is_lost).then("refused").otherwise("why").alias("why"),
    )
    return checked.drop("at", "refused"), problems, _marks(doubted, rows)


_KINDS: Final = {"lost": "check-lost", "doubt": "check-doubt", "note": "check-note"}
"""The kind of problem of a failed check, by the severity that the board gives it."""

_DOUBTS: Final = ("check-doubt", "same-as-before")

_Failure = tuple[str, list[int], str]
"""The kind of problem of a failed check, the rows `at` of its cells, and the message."""


def _problem(row: dict[str, Any], kind: str, message: str, framework: Framework) -> Problem:
    """The problem of a failed check, at the first of its cells."""
    figure = framework.figures[row["figure"]]
    period = Period(row["start"], Cadence(row["months"], figure.cadence.year_start)).label
    place = (row["file"], row["sheet"], row["row"], row["column"], row["text"])
    subject = (row["agency"], row["figure"], period, row["by"], row["group"], row["key"])
    return Problem(*place, kind, message, *subject)


def _marks(doubted: Iterable[tuple[int, str]], rows: dict[int, dict[str, Any]]) -> pl.DataFrame:
    """The marks of cells in doubt."""
    named = ("agency", "by", "group", "start", "months")
    kind = MarkKind.DOUBT.value
    marks = [
        {name: rows[at][name] for name in named} | {"item": rows[at]["figure"], "kind": kind, "text": text}
        for at, text in doubted
    ]
    return pl.DataFrame(marks, schema=MARKS.polars()).select(MARKS.names)


# -- the board's checks ----------------------------------------------------------------------------


def _failures(numbers: pl.DataFrame, framework: Framework) -> Iterator[_Failure]:
    """The failures of the board's checks."""
    for check in framework.checks.values():
        several = [id_ for id_ in check.figures if len(framework.figures[id_].agencies) > 1]
        joined = _joined(numbers, check, several)
        earlier: dict[str, tuple[str, int]] = {}
        formula = _with_earlier(check.formula, check.cadence.months, earlier)
        for column, (figure, back) in earlier.items():
            before = numbers.filter(pl.col("figure") == figure, pl.col("months") == check.cadence.months)
            keys = [*_SLICE, *(["agency"] if figure in several else [])]
            shifted = before.select(*keys, pl.col("value").alias(column)).with_columns(pl.col("start") + back)
            joined = joined.join(shifted, on=keys, how="left", nulls_equal=True)
        kinds = dict.fromkeys([*check.figures, *earlier], "number")
        holds = RecordExpressions(kinds).value(formula)
        for row in joined.filter(~holds).sort("start", "by", "group").iter_rows(named=True):
            values = {id_: row[id_] for id_ in check.figures if row[id_] is not None}
            if not values:
                continue
            shown = [*values.items(), *((column, row[column]) for column in earlier)]
            numbers_of = ", ".join(f"`{name}` is {value:.12g}" for name, value in shown if value is not None)
            answered = any(repeats(row[f"comment:{id_}"], value) for id_, value in values.items())
            kind = "check-answered" if answered and check.severity == "doubt" else _KINDS[check.severity]
            yield kind, [row[f"at:{id_}"] for id_ in values], say(kind, says=check.says, numbers=numbers_of)


def _joined(numbers: pl.DataFrame, check: FigureCheck, several: list[str]) -> pl.DataFrame:
    """A row for each period and group (and agency, where several send a figure) with the value of each figure."""
    joined: pl.DataFrame | None = None
    for id_ in sorted(check.figures, key=lambda id_: id_ not in several):
        sent = numbers.filter(pl.col("figure") == id_, pl.col("months") == check.cadence.months)
        keys = [*_SLICE, *(["agency"] if id_ in several else [])]
        beside = [pl.col(name).alias(f"{name}:{id_}") for name in ("at", "comment")]
        frame = sent.select(*keys, pl.col("value").alias(id_), *beside)
        joined = frame if joined is None else joined.join(frame, on=keys, how="full", coalesce=True, nulls_equal=True)
    assert joined is not None, "a check names a figure"
    return joined


def _with_earlier(node: Expression, months: int, earlier: dict[str, tuple[str, int]]) -> Expression:
    """The expression with each earlier value as a column, which is added to `earlier` with its figure and months."""

    def again(part: Expression) -> Expression:
        return _with_earlier(part, months, earlier)

    match node:
        case Call(arguments=(Name() as name,)) if FUNCTIONS[node.function].is_earlier_value:
            look_back = FUNCTIONS[node.function].look_back
            assert look_back is not None, "an earlier value looks back"
            column = f"{node.function}({name.name})"
            earlier[column] = (name.name, next(iter(look_back.offsets(months, 0))))
            return replace(name, name=column)
        case Call():
            return replace(node, arguments=tuple(again(argument) for argument in node.arguments))
        case Binary():
            return replace(node, left=again(node.left), right=again(node.right))
        case Unary() | IsMissing():
            return replace(node, operand=again(node.operand))
        case In():
            return replace(node, operand=again(node.operand), items=tuple(again(item) for item in node.items))
        case Between():
            return replace(node, operand=again(node.operand), low=again(node.low), high=again(node.high))
    return node


def repeats(comment: str | None, value: float) -> bool:
    """Whether a comment repeats a number.

    >>> repeats("1,600 is right: a new form", 1600), repeats("see row 16", 1600)
    (True, False)
    """
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", comment or "")
    return any(float(number.replace(",", "")) == value for number in numbers)


# -- returns that repeat the one before --------------------------------------------------------------


def _repeated_returns(numbers: pl.DataFrame, framework: Framework) -> Iterator[_Failure]:
    """The returns whose flows are, number by number, those of the period before: an old file sent again, or copied."""
    others = [id_ for id_, figure in framework.figures.items() if figure.kind != "flow"]
    sent = numbers.filter(~pl.col("figure").is_in(others))
    rows = distinct_keys(sent, ["series", "start"]).rows
    in_order = sent.select("series", "start", "months", "value")[rows].with_columns(
        place=rows, before=pl.col("value").shift()
    )
    follows = pl.col("start").shift() + pl.col("months") == pl.col("start")
    is_equal = pl.col("value") == pl.col("before")
    both = in_order.filter(follows, pl.col("series") == pl.col("series").shift())
    equal = sent[both.filter(is_equal)["place"]].group_by(_RETURN).len().filter(pl.col("len") >= _FEWEST)
    if equal.is_empty():
        return
    both = both.hstack(sent.select("agency", "at", "comment")[both["place"]]).join(equal, on=_RETURN, how="semi")
    alike = both.group_by(_RETURN).agg(alike=is_equal.all(), some=(pl.col("value") != 0).any())
    repeated = both.join(alike.filter("alike", "some"), on=_RETURN, how="semi").sort("place")
    returns = repeated.group_by(_RETURN, maintain_order=True).agg("at", "value", "comment")
    for row in returns.iter_rows(named=True):
        answered = any(repeats(*cell) for cell in zip(row["comment"], row["value"], strict=True))
        kind = "check-answered" if answered else "same-as-before"
        says = f"all {len(row['at'])} numbers are those of the period before"
        yield kind, row["at"], say(kind, says=says, numbers=says, count=len(row["at"]))
