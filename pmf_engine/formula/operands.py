"""Checking of operands: operators and functions need numbers, truth values, or two operands of comparable types."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.formula import syntax
from pmf_engine.formula.constants import constant, is_constant
from pmf_engine.formula.types import FLOW, NUMBER, OF_AGENCY, TRUTH, Scope, Type


class OperandChecker(ABC):
    """Checks the operands in a text against a scope; `diagnostics` collects the mistakes."""

    def __init__(self, passage: Passage, scope: Scope) -> None:
        self.passage = passage
        self.scope = scope
        self.diagnostics: list[Diagnostic] = []

    @abstractmethod
    def type_of(self, node: syntax.Expression) -> Type | None:
        """The type of an expression; None where a mistake inside the expression is already reported."""

    def report(self, diagnostic: Diagnostic) -> None:
        """Adds a diagnostic."""
        self.diagnostics.append(diagnostic)

    def span(self, node: syntax.Node) -> Span:
        """The span of a node in its file."""
        return self.passage.span(node.start, node.end)

    def alike(self, arguments: Sequence[syntax.Expression], name: str) -> list[Type | None]:
        """The types of arguments that must be numbers, or grades of one scale; `name` is the function, for messages."""
        types: list[Type | None] = []
        for argument in arguments:
            type_ = self.type_of(argument)
            first = next((earlier for earlier in types if earlier), type_)
            if type_ and first:
                if type_.kind not in ("number", "grade"):
                    self.report(messages.operand_type(self.span(argument), name, "numbers or grades", str(type_)))
                    type_ = None
                elif (type_.kind, type_.scale) != (first.kind, first.scale):
                    self.report(messages.operand_type(self.span(argument), name, str(first), str(type_)))
            types.append(type_)
        return types

    def unary(self, node: syntax.Unary) -> Type | None:
        """The type of `-x` or `not x`."""
        wanted = TRUTH if node.operator == "not" else NUMBER
        return self.need(node.operand, wanted, f"`{node.operator}`")

    def binary(self, node: syntax.Binary) -> Type | None:
        """The type of arithmetic, a comparison, `and` or `or`; a flow where the result adds up over time."""
        sign = f"`{node.operator}`"
        if node.operator in syntax.LOGIC:
            self.need(node.left, TRUTH, sign)
            self.need(node.right, TRUTH, sign)
            return TRUTH
        if node.operator in syntax.COMPARISON:
            self.comparable(node.left, node.right, node.operator)
            return TRUTH
        left = self.need(node.left, NUMBER, sign)
        right = self.need(node.right, NUMBER, sign)
        if node.operator == "/" and constant(node.right) == 0:
            self.report(messages.divides_by_nothing(self.span(node.right)))
        if left is None or right is None:
            return None
        if node.operator in syntax.SUM:
            flow = left.flow and right.flow
        elif node.operator == "*":
            flow = (left.flow and is_constant(node.right)) or (right.flow and is_constant(node.left))
        else:
            flow = left.flow and is_constant(node.right)
        return FLOW if flow else NUMBER

    def need(self, node: syntax.Expression, wanted: Type, of: str) -> Type | None:
        """The type of an operand that must be of the kind `wanted`; None where it is not.

        Args:
            node: The operand.
            wanted: The type whose kind it must have.
            of: The operator or function that needs it, for the message.
        """
        type_ = self.type_of(node)
        if isinstance(node, syntax.Grade) or (type_ is not None and type_.kind != wanted.kind):
            self.report(messages.operand_type(self.span(node), of, str(wanted), str(type_ or "a grade")))
            return None
        return type_

    def comparable(self, left: syntax.Expression, right: syntax.Expression, operator: str) -> None:
        """Reports two operands that an operator cannot compare."""
        first, second = self.type_of(left), self.type_of(right)
        if first is None or second is None:
            return
        self._check_closed_column(left, right)
        self._check_closed_column(right, left)
        for grade, text in ((first, right), (second, left)):
            if grade.kind == "grade" and isinstance(text, syntax.Literal) and isinstance(text.value, str):
                grades = self.scope.scales.get(grade.scale or "", ())
                if text.value.lower() not in [words.lower() for words in grades]:
                    self.report(messages.unknown_grade(self.span(text), text.value, grade.scale or "", grades))
                return
        if (first.kind, first.scale) != (second.kind, second.scale):
            self.report(messages.incomparable(self.span(right), str(first), str(second)))
        elif first.kind in ("truth", "text") and operator not in ("=", "!="):
            self.report(messages.unordered(self.span(right), operator, str(first)))
        else:
            self.of_agency(right, first)

    def _check_closed_column(self, column: syntax.Expression, text: syntax.Expression) -> None:
        """Reports a text that is no value of a closed column: the condition would match no record ever."""
        if not isinstance(column, syntax.Name) or not isinstance(text, syntax.Literal):
            return
        columns = (self.scope.lists or {}).get(self.scope.record or "")
        values = columns.closed.get(column.name) if columns else None
        if values is None or not isinstance(text.value, str):
            return
        if syntax.folded(text.value) not in map(syntax.folded, values):
            name = self.scope.record or ""
            self.report(messages.never_in_column(self.span(text), text.value, column.name, name, values))

    def of_agency(self, node: syntax.Expression, type_: Type | None) -> None:
        """Reports a comparison of an agency's value with something other than a number or a grade."""
        if self.scope.what == OF_AGENCY and type_ is not None and type_.kind not in ("number", "grade"):
            self.report(messages.not_compared(self.span(node), str(type_), type_ == TRUTH, "numbers and grades"))
