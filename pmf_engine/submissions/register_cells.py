"""Cells of registers: what a text means in a column of each kind, and what was expected of one that means nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Source
from pmf_engine.domain.periods import Cadence, Period, month_of, parse_day, parse_period
from pmf_engine.formula.types import NUMBER, Scope
from pmf_engine.framework.model import Framework
from pmf_engine.framework.tolerances import Interval, read_band
from pmf_engine.submissions.problems import listed, meant
from pmf_engine.submissions.registers import RegisterColumn
from pmf_engine.submissions.vocabulary import Names, Vocabulary, fold

Value = str | float | int | date
"""The value of a cell of a register."""

_AMOUNT: Final = re.compile(
    r"(?P<sign>[-\u2212(]?)\s*+£?\s*+(?P<number>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*\)?"
)
_LARGEST: Final = 10.0**12


class RegisterWords:
    """What texts of registers may name: what returns name, and indicators, content areas and levels of governance."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.framework = vocabulary.framework
        self.vocabulary = vocabulary

    @cached_property
    def names(self) -> Mapping[str, Names]:
        """By the kind of a column of names, the names that its cells may hold."""
        framework = self.framework
        indicators = {id_: each.title for id_, each in framework.indicators.items()}
        areas = {id_: each.title for id_, each in framework.content_areas.items()}
        earlier = {id_: each.formerly for id_, each in framework.indicators.items()}
        return {
            "indicator": Names(indicators, others=earlier),
            "figure": self.vocabulary.figures,
            "agency": self.vocabulary.agencies,
            "content area": Names(areas),
            "activity": Names({id_: each.title for id_, each in framework.activities.items()}),
            "level": Names(framework.governance),
            "breakdown": self.vocabulary.breakdowns,
        }

    @property
    def year_start(self) -> int:
        """The month in which the board's year starts, from 1."""
        return self.framework.board.year_start

    def period(self, text: str) -> Period | None:
        """The period that a text names in the board's year."""
        return parse_period(text, self.year_start)

    def breakdown(self, text: str) -> str | None:
        """The breakdown that a text names; agencies are one."""
        return "agency" if fold(text) == "agency" else self.names["breakdown"].find(text)

    def group(self, by: str, text: str) -> str | None:
        """The group of a breakdown that a text names, in the framework's spelling; None for an unknown one."""
        if by == "agency":
            return self.vocabulary.agencies.find(text)
        groups = self.vocabulary.groups.get(by)
        return text if groups is None else groups.find(text)

    def breakdowns_with(self, text: str) -> list[str]:
        """The breakdowns with listed groups of which a text names one."""
        return [by for by, groups in self.vocabulary.groups.items() if groups.find(text) is not None]

    def example(self, months: int) -> str:
        """The label of a period of some months, as an example."""
        return Cadence(months, self.year_start).holding(month_of(date(2017, 1, 1))).label


class _Kind(NamedTuple):
    """How cells of a kind are read: the value of a text, None where it has none; and what is expected of them."""

    read: Callable[[str, RegisterColumn, RegisterWords], Value | None]
    expected: Callable[[RegisterColumn, RegisterWords], str]


def _named(text: str, column: RegisterColumn, words: RegisterWords) -> str | None:
    return words.names[column.kind].find(text)


def _day(text: str, column: RegisterColumn, words: RegisterWords) -> date | None:
    return parse_day(text)


def _day_or_period(text: str, column: RegisterColumn, words: RegisterWords) -> date | None:
    period = words.period(text)
    return parse_day(text) or (None if period is None else period.first_day)


def _period(text: str, column: RegisterColumn, words: RegisterWords) -> str | None:
    period = words.period(text)
    return None if period is None or (column.kind == "year" and period.cadence.months != 12) else period.label


def _word(text: str, column: RegisterColumn, words: RegisterWords) -> str | None:
    spelt = re.sub(r"[\s\-]+", "_", fold(text))
    return spelt if spelt in column.words else None


def _amount(text: str, column: RegisterColumn, words: RegisterWords) -> float | None:
    match = _AMOUNT.fullmatch(text)
    if match is None or (match["sign"] == "(") != text.endswith(")"):
        return None
    amount = float(re.sub("[, ]", "", match["number"]))
    return None if amount > _LARGEST else -amount if match["sign"] and amount else amount


def _whole(text: str, column: RegisterColumn, words: RegisterWords) -> int | None:
    amount = _amount(text, column, words)
    return int(amount) if amount is not None and amount >= 0 and amount == int(amount) else None


def _example_day(column: RegisterColumn, words: RegisterWords) -> str:
    return "a day such as `2017-01-31` or `31/01/2017`"


_KINDS: Final[Mapping[str, _Kind]] = {
    "text": _Kind(lambda text, column, words: text, lambda column, words: column.doc),
    **dict.fromkeys(
        ("indicator", "figure", "agency", "content area", "level"),
        _Kind(_named, lambda column, words: f"the id or title of the {column.kind}"),
    ),
    "activity": _Kind(
        lambda text, column, words: words.names["activity"].find(text) or text,
        lambda column, words: "the id or title of an audit, survey, visit or review",
    ),
    "breakdown": _Kind(lambda text, column, words: words.breakdown(text), lambda column, words: "a breakdown"),
    "group": _Kind(lambda text, column, words: text, lambda column, words: "a group"),
    **dict.fromkeys(("period", "year"), _Kind(_period, lambda column, words: _example_period(column, words))),
    **dict.fromkeys(("past day", "day"), _Kind(_day, _example_day)),
    "day or period": _Kind(
        _day_or_period, lambda column, words: f"a day or a period, such as `2017-01-31` or `{words.example(3)}`"
    ),
    "amount": _Kind(_amount, lambda column, words: "an amount in pounds, such as `1250` or `1,250.50`"),
    "whole number": _Kind(_whole, lambda column, words: "a whole number, such as `12`"),
    "band": _Kind(lambda text, column, words: text, lambda column, words: "a value to reach, such as `at least 75`"),
    "word": _Kind(_word, lambda column, words: listed(column.words)),
}
"""How the cells of each kind of column are read."""


def _example_period(column: RegisterColumn, words: RegisterWords) -> str:
    return (
        f"a year such as `{words.example(12)}`" if column.kind == "year" else f"a period such as `{words.example(3)}`"
    )


def value_of(text: str, column: RegisterColumn, words: RegisterWords) -> Value | None:
    """The value of a cell that is not blank; None where it is not what the column expects.

    A group and a value to reach are texts here, since they depend on other cells of their row.
    """
    return _KINDS[column.kind].read(text, column, words)


def expected(column: RegisterColumn, words: RegisterWords) -> str:
    """What the cells of a column must be, for a message."""
    return _KINDS[column.kind].expected(column, words)


def is_name(column: RegisterColumn) -> bool:
    """Whether the cells of a column name something of the framework."""
    return column.kind in ("indicator", "figure", "agency", "content area", "level", "breakdown")


def help_for(text: str, column: RegisterColumn, words: RegisterWords) -> str:
    """The end of a message about a name or word: the nearest one."""
    if column.kind == "word":
        return meant(text, column.words)
    return words.names[column.kind].help(text) if column.kind in words.names else ""


def band_to_reach(text: str, indicator: str | None, framework: Framework) -> Interval | None:
    """The values that a text such as `at least 75` or `at least 75%` expects of an indicator.

    Args:
        text: The text.
        indicator: The id of the indicator; None, or an id that the framework has not, for one of numbers.
        framework: The framework.

    Returns:
        The interval; None for a text that is no band of constant numbers, or of grades of the indicator.
    """
    known = framework.indicators.get(indicator) if indicator is not None else None
    result = NUMBER if known is None else known.type
    source = Source("expected_value", re.sub(r"\s*%(?=\s*(?:and\b|$))", "", text))
    passage = Passage(source, source.text, 0)
    found: list[Diagnostic] = []
    band = read_band(passage, Scope({}, "figure", framework.scales, None, lambda name: False), result, None, found)
    return None if band is None or found else Interval.of(band, None)
