"""The counts in an indicator's value: its numerator and denominator, or the value itself, as sums of terms.

A term is a figure, an aggregate of a list, or a function over time of such terms. Two indicators that use one term
publish the same count twice, and a sum of published terms gives one of them away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.formula.look_back import span
from pmf_engine.formula.syntax import Aggregate, Binary, Call, Expression, Name, Unary, of_senders
from pmf_engine.framework.model import Framework, Indicator

Terms = Mapping[str, float]
"""A sum of terms: the factor of each, by its text."""

_NOT_OF_PEOPLE = frozenset({"pounds", "days", "hours", "weeks", "months", "minutes", "miles", "agencies"})
"""Units of numbers that count no people and nothing of people's lives, whatever their size."""


@dataclass(frozen=True)
class OverTime:
    """A term that reads other periods: the function, its number of months, and the term that it adds up or looks up."""

    function: str
    span: int
    of: str


@dataclass(frozen=True)
class Counts:
    """The counts that a row of an indicator publishes.

    Attributes:
        part: The numerator of a percentage or rate, or the value of any other sum of counts.
        whole: The denominator; None for a sum of counts.
        is_share: The numerator is a part of the denominator, so that what is left of the denominator is a count, too.
    """

    part: Terms
    whole: Terms | None = None
    is_share: bool = False

    @property
    def sums(self) -> Mapping[str, Terms]:
        """The numerator and the denominator by their texts, or the one sum of counts."""
        return {text_of(each): each for each in (self.part, self.whole) if each is not None}

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of `part` and, where there is one, of `whole`."""
        return (text_of(self.part),) if self.whole is None else (text_of(self.part), text_of(self.whole))

    @property
    def left(self) -> str | None:
        """The text of what is left of the denominator; None where that is no count."""
        part, *whole = self.texts
        return f"{whole[0]} less {part}" if self.is_share else None


@dataclass
class Reader:
    """Reads the counts in formulas.

    Attributes:
        framework: The framework of the formulas.
        over_time: The terms that read other periods, by their text; filled while formulas are read.
        flows: The terms that add up over time.
        harmless: The terms that count no people, such as sums of money; no paper rounds them.
    """

    framework: Framework
    over_time: dict[str, OverTime] = field(default_factory=dict)
    flows: set[str] = field(default_factory=set)
    harmless: set[str] = field(default_factory=set)

    def beside(self, other: Reader) -> Reader:
        """A reader of the same framework that knows the terms that another has read, too."""
        return Reader(self.framework, {**other.over_time, **self.over_time}, other.flows | self.flows)

    def counts_of(self, ids: Iterable[str]) -> dict[str, Counts]:
        """The counts of indicators by their ids; one without counts is left out."""
        counts = {id_: self.counts(self.framework.indicators[id_]) for id_ in {*ids}}
        return {id_: each for id_, each in counts.items() if each is not None}

    def counts(self, indicator: Indicator) -> Counts | None:
        """The counts of an indicator; None where its value is none and hides none that can be named."""
        ratio = indicator.ratio
        if self.holds_no_count(indicator):
            return None
        if ratio is not None:
            part, whole = (self.terms(argument) for argument in ratio.arguments[:2])
            return None if part is None or whole is None else Counts(part, whole, indicator.is_share)
        part = self.terms(indicator.expression)
        return None if part is None else Counts(part)

    def holds_no_count(self, indicator: Indicator) -> bool:
        """Whether the value of an indicator rests on no count of people or events.

        Such are grades, how many agencies gave a grade, sums of money, and days.
        """
        if indicator.type.kind != "number":
            return True
        return all(map(of_senders, indicator.aggregates)) and all(map(self.is_harmless, indicator.figures))

    def is_harmless(self, name: str) -> bool:
        """Whether a figure counts no people."""
        figure = self.framework.figures[name]
        return figure.kind == "grade" or figure.is_percent or not figure.whole or figure.unit in _NOT_OF_PEOPLE

    def exact(self, counts: Iterable[Counts]) -> set[str]:
        """The texts of counts that hold no people: no paper rounds them."""
        return {text for each in counts for text, terms in each.sums.items() if self.harmless >= terms.keys()}

    def terms(self, node: Expression) -> Terms | None:
        """An expression as a sum of terms; None where it is none."""
        match node:
            case Name(name=name) if name in self.framework.figures:
                if self.framework.figures[name].kind == "flow":
                    self.flows.add(name)
                if self.is_harmless(name):
                    self.harmless.add(name)
                return {name: 1.0}
            case Name(name=name) if name in self.framework.indicators:
                return self.terms(self.framework.indicators[name].expression)
            case Aggregate(function="count" | "sum") if not of_senders(node):
                if node.state != "open" and not node.distinct:
                    self.flows.add(node.text)
                return {node.text: 1.0}
            case Unary(operator="-", operand=operand):
                return scaled(self.terms(operand), -1)
            case Binary(operator="+" | "-" as operator, left=left, right=right):
                return added(self.terms(left), scaled(self.terms(right), 1 if operator == "+" else -1))
            case Binary(operator="*", left=left, right=right):
                for factor, other in ((left, right), (right, left)):
                    number = constant(factor)
                    if number is not None:
                        return scaled(self.terms(other), number)
            case Call(function=function) if FUNCTIONS[function].look_back:
                inner = self.terms(node.arguments[0])
                if inner is not None:
                    text = self._over_time(node, text_of(inner))
                    self.harmless |= {text} if self.harmless >= inner.keys() else set()
                    return {text: 1.0}
        return None

    def _over_time(self, node: Call, of: str) -> str:
        months = span(node)
        text = f"{node.function}({of}{f', {months}' if months else ''})"
        self.over_time[text] = OverTime(node.function, months, of)
        return text


def text_of(terms: Terms) -> str:
    """The text of a sum of terms, the same for equal sums.

    >>> text_of({"plans": 1.0}), text_of({"b": -1.0, "a": 1.0})
    ('plans', '1*a + -1*b')
    """
    if [*terms.values()] == [1.0]:
        return next(iter(terms))
    return " + ".join(f"{factor:g}*{text}" for text, factor in sorted(terms.items()))


def scaled(terms: Terms | None, factor: float) -> Terms | None:
    """A sum of terms, times a factor; None for none."""
    return None if terms is None else {text: factor * each for text, each in terms.items()}


def added(left: Terms | None, right: Terms | None) -> Terms | None:
    """Two sums of terms together, without the terms that cancel out; None where one is none."""
    if left is None or right is None:
        return None
    total = {text: left.get(text, 0.0) + right.get(text, 0.0) for text in {**left, **right}}
    return {text: factor for text, factor in total.items() if factor}
