"""What operators and functions ask of their operands: numbers, truth values, or two things that can be compared."""

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
    """Checks the operands of a text in a scope; `found` collects what is wrong with it."""

    def __init__(self, passage: Passage, scope: Scope) -> None:
        self.passage = passage
        self.scope = scope
        self.found: list[Diagnostic] = []

    @abstractmethod
    def type_of(self, node: syntax.Expression) -> Type | None:
        """The type, or None where something inside is already reported."""

    def report(self, finding: Diagnostic) -> None:
        """Adds a finding to `found`."""
        self.found.append(finding)

    def span(self, node: syntax.Node) -> Span:
        """Where a node stands in its file."""
        return self.passage.span(node.start, node.end)

    def alike(self, arguments: Sequence[syntax.Expression], name: str) -> list[Type | None]:
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
        """The type of an operand that must be of a kind; `of` names the operator or function that needs it."""
        kind = self.type_of(node)
        if isinstance(node, syntax.Grade) or (kind is not None and kind.kind != wanted.kind):
            self.report(messages.operand_type(self.span(node), of, str(wanted), str(kind or "a grade")))
            return None
        return kind

    def comparable(self, left: syntax.Expression, right: syntax.Expression, operator: str) -> None:
        """Reports two parts that cannot be compared with an operator."""
        first, second = self.type_of(left), self.type_of(right)
        if first is None or second is None:
            return
        self._never_held(left, right)
        self._never_held(right, left)
        for grade, text in ((first, right), (second, left)):
            if grade.kind == "grade" and isinstance(text, syntax.Literal) and isinstance(text.value, str):
                grades = self.scope.scales.get(grade.scale or "", ())
                if text.value.lower() not in [known.lower() for known in grades]:
                    self.report(messages.unknown_grade(self.span(text), text.value, grade.scale or "", grades))
                return
        if (first.kind, first.scale) != (second.kind, second.scale):
            self.report(messages.incomparable(self.span(right), str(first), str(second)))
        elif first.kind in ("truth", "text") and operator not in ("=", "!="):
            self.report(messages.unordered(self.span(right), operator, str(first)))
        else:
            self.of_agency(right, first)

    def _never_held(self, column: syntax.Expression, text: syntax.Expression) -> None:
        """Reports a text that a column can never hold: with it nothing would be counted, whatever is sent."""
        if not isinstance(column, syntax.Name) or not isinstance(text, syntax.Literal):
            return
        columns = (self.scope.lists or {}).get(self.scope.record or "")
        held = columns.closed.get(column.name) if columns else None
        if held is None or not isinstance(text.value, str):
            return
        if syntax.folded(text.value) not in map(syntax.folded, held):
            name = self.scope.record or ""
            self.report(messages.never_in_column(self.span(text), text.value, column.name, name, held))

    def of_agency(self, node: syntax.Expression, kind: Type | None) -> None:
        """Of what an agency sent, only numbers and grades are known."""
        if self.scope.what == OF_AGENCY and kind is not None and kind.kind not in ("number", "grade"):
            wrong = messages.not_compared(self.span(node), str(kind), kind == TRUTH, "numbers and grades")
            self.report(wrong)
