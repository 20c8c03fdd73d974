"""What a formula means before there is any data: the type of every part, and every mistake at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal as OneOf

from pmf_engine import messages
from pmf_engine.diagnostics import Diagnostic
from pmf_engine.formula import syntax
from pmf_engine.formula.functions import FUNCTIONS
from pmf_engine.source import Passage, Span


@dataclass(frozen=True, slots=True)
class Type:
    """What a part of a formula is; a grade is of one scale; a flow is a number that adds up over time."""

    kind: OneOf["number", "truth", "text", "date", "grade"]
    scale: str | None = None
    flow: bool = False

    def __str__(self) -> str:
        if self.kind == "grade":
            return f"a grade of scale `{self.scale}`"
        return {"number": "a number", "truth": "true or false", "text": "text", "date": "a date"}[self.kind]


NUMBER = Type("number")
FLOW = Type("number", flow=True)
TRUTH = Type("truth")
TEXT = Type("text")
DATE = Type("date")

_LITERALS = {float: NUMBER, str: TEXT, bool: TRUTH, date: DATE}


def _sound(name: str) -> bool:
    """No name is doubted: what is unknown is reported."""
    return False


@dataclass(frozen=True)
class Scope:
    """The names a text may use with their types, what such a name is called, and the grades of each scale.

    `doubts` says whether a name that has no type here is one whose fault is reported elsewhere.
    """

    types: Mapping[str, Type]
    what: str
    scales: Mapping[str, Sequence[str]]
    over_time: bool = True
    doubts: Callable[[str], bool] = _sound


class Checker:
    """Finds the type of an expression; `found` collects what is wrong with it."""

    def __init__(self, passage: Passage, scope: Scope) -> None:
        self.passage = passage
        self.scope = scope
        self.found: list[Diagnostic] = []

    def type_of(self, node: syntax.Expression) -> Type | None:
        """The type, or None where something inside is already reported."""
        match node:
            case syntax.Literal():
                return _LITERALS[type(node.value)]
            case syntax.Grade():
                return None  # bands compare grades themselves, see `limit`
            case syntax.Name():
                return self._name(node)
            case syntax.Call():
                return self._call(node)
            case syntax.Unary():
                return self._unary(node)
            case syntax.Binary():
                return self._binary(node)
            case syntax.In():
                for item in node.items:
                    self._comparable(node.operand, item, "=")
                return TRUTH
            case syntax.Between():
                self._comparable(node.operand, node.low, "<=")
                self._comparable(node.operand, node.high, "<=")
                return TRUTH
            case syntax.IsMissing():
                self.type_of(node.operand)
                return TRUTH
            case syntax.Lasting():
                self._need(node.operand, TRUTH, "`for`")
                return TRUTH

    def report(self, finding: Diagnostic) -> None:
        """Adds a finding to `found`."""
        self.found.append(finding)

    def span(self, node: syntax.Node) -> Span:
        """Where a node stands in its file."""
        return self.passage.span(node.start, node.end)

    def _name(self, node: syntax.Name) -> Type | None:
        known = self.scope.types.get(node.name)
        if known is None:
            if self.scope.doubts(node.name):
                return None
            if node.name == "target":
                self.report(messages.no_target(self.span(node)))
            elif node.name in FUNCTIONS and FUNCTIONS[node.name].over_time and not self.scope.over_time:
                self.report(messages.no_consecutive(self.span(node), node.name))
            elif node.name in FUNCTIONS:
                self.report(messages.not_yet_function(self.span(node), node.name))
            else:
                self.report(messages.unknown_name(self.span(node), self.scope.what, node.name, self.scope.types))
        elif known == TEXT:
            self.report(messages.text_figure(self.span(node), node.name))
            return None
        return known

    def _call(self, node: syntax.Call) -> Type | None:
        span = self.passage.span(node.start, node.name_end)
        function = FUNCTIONS.get(node.function)
        if function is None:
            self.report(messages.unknown_function(span, node.function, FUNCTIONS))
            for argument in node.arguments:
                self.type_of(argument)
            return None
        count = len(node.arguments)
        if not function.least <= count <= function.most:
            self.report(messages.argument_count(span, node.function, function.usage, count))
        if function.over_time and not self.scope.over_time:
            self.report(messages.no_consecutive(span, node.function))
        name = f"`{node.function}`"
        if function.takes == "numbers":
            given = [self._need(argument, NUMBER, name) for argument in node.arguments]
        else:
            given = self._alike(node.arguments, name)
        if node.function == "first_known":
            for argument in node.arguments:
                if _constant(argument):
                    self.report(messages.stands_for_missing(self.span(argument)))
        first = given[0] if given else None
        if function.flows_only:
            if first is not None and not first.flow:
                self.report(messages.flows_only(self.span(node.arguments[0]), node.function))
            return NUMBER
        if function.result == "same":
            return first and replace(first, flow=first.flow and function.keeps_flow)
        return NUMBER

    def _alike(self, arguments: Sequence[syntax.Expression], name: str) -> list[Type | None]:
        """Numbers, or grades of one scale."""
        given: list[Type | None] = []
        for argument in arguments:
            kind = self.type_of(argument)
            first = next((known for known in given if known), kind)
            if kind and first:
                if kind.kind not in ("number", "grade"):
                    self.report(messages.operand_type(self.span(argument), name, "numbers or grades", str(kind)))
                    kind = None
                elif (kind.kind, kind.scale) != (first.kind, first.scale):
                    self.report(messages.operand_type(self.span(argument), name, str(first), str(kind)))
            given.append(kind)
        return given

    def _unary(self, node: syntax.Unary) -> Type | None:
        wanted = TRUTH if node.operator == "not" else NUMBER
        return self._need(node.operand, wanted, f"`{node.operator}`")

    def _binary(self, node: syntax.Binary) -> Type | None:
        sign = f"`{node.operator}`"
        if node.operator in syntax.LOGIC:
            self._need(node.left, TRUTH, sign)
            self._need(node.right, TRUTH, sign)
            return TRUTH
        if node.operator in syntax.COMPARISON:
            self._comparable(node.left, node.right, node.operator)
            return TRUTH
        left = self._need(node.left, NUMBER, sign)
        right = self._need(node.right, NUMBER, sign)
        if left is None or right is None:
            return None
        if node.operator in syntax.SUM:
            flow = left.flow and right.flow
        elif node.operator == "*":
            flow = (left.flow and _constant(node.right)) or (right.flow and _constant(node.left))
        else:
            flow = left.flow and _constant(node.right)
        return FLOW if flow else NUMBER

    def _need(self, node: syntax.Expression, wanted: Type, of: str) -> Type | None:
        kind = self.type_of(node)
        if kind is not None and kind.kind != wanted.kind:
            self.report(messages.operand_type(self.span(node), of, str(wanted), str(kind)))
            return None
        return kind

    def _comparable(self, left: syntax.Expression, right: syntax.Expression, operator: str) -> None:
        one, other = self.type_of(left), self.type_of(right)
        if one is None or other is None:
            return
        for grade, text in ((one, right), (other, left)):
            if grade.kind == "grade" and isinstance(text, syntax.Literal) and isinstance(text.value, str):
                grades = self.scope.scales.get(grade.scale or "", ())
                if text.value.lower() not in [known.lower() for known in grades]:
                    self.report(messages.unknown_grade(self.span(text), text.value, grade.scale or "", grades))
                return
        if (one.kind, one.scale) != (other.kind, other.scale):
            self.report(messages.incomparable(self.span(right), str(one), str(other)))
        elif one.kind in ("truth", "text") and operator not in ("=", "!="):
            self.report(messages.unordered(self.span(right), operator, str(one)))


def _constant(node: syntax.Expression) -> bool:
    """Whether an expression names nothing, so that it is the same in every period."""
    return not any(True for _ in syntax.names(node))


def time_dimension(node: syntax.Expression, of_name: Callable[[str], int | None]) -> int | None:
    """How a value grows with the length of its period: 1 for what adds up, 0 for what does not, -1 for one over that.

    None where parts that grow differently are added. `of_name` is that of figures and indicators.
    """

    def of(part: syntax.Expression) -> int | None:
        return time_dimension(part, of_name)

    def alike(parts: Sequence[syntax.Expression]) -> int | None:
        found = {of(part) for part in parts}
        return found.pop() if len(found) == 1 else None

    def less(one: int | None, other: int | None) -> int | None:
        return None if one is None or other is None else one - other

    match node:
        case syntax.Name():
            return of_name(node.name)
        case syntax.Unary():
            return of(node.operand)
        case syntax.Call(function="percent" | "rate"):
            return less(of(node.arguments[0]), of(node.arguments[1]))
        case syntax.Call(function="rolling_year" | "year_to_date"):
            return 0
        case syntax.Call(function="round"):
            return of(node.arguments[0])
        case syntax.Call():
            return alike(node.arguments)
        case syntax.Binary(operator="+" | "-"):
            return alike((node.left, node.right))
        case syntax.Binary(operator="*"):
            left, right = of(node.left), of(node.right)
            return None if left is None or right is None else left + right
        case syntax.Binary(operator="/"):
            return less(of(node.left), of(node.right))
        case _:
            return 0
