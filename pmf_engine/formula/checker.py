"""Static checking: the type of every part of a formula, and every mistake in it at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Span
from pmf_engine.formula import syntax
from pmf_engine.formula.constants import constant, is_constant
from pmf_engine.formula.functions import FUNCTIONS, OVER_TIME, Constant
from pmf_engine.formula.operands import OperandChecker
from pmf_engine.formula.types import DATE, FLOW, NUMBER, OF_AGENCY, TEXT, TRUTH, Type, no_doubts

_LITERALS = {float: NUMBER, str: TEXT, bool: TRUTH, date: DATE}


class Checker(OperandChecker):
    """Infers the type of an expression; `diagnostics` collects the mistakes."""

    def type_of(self, node: syntax.Expression) -> Type | None:
        """The type of an expression; None where a mistake inside the expression is already reported."""
        match node:
            case syntax.Literal():
                return _LITERALS[type(node.value)]
            case syntax.Grade():
                return None  # bands compare grades themselves, see `framework.tolerances`
            case syntax.Name():
                return self._name(node)
            case syntax.Call():
                return self._call(node)
            case syntax.Unary():
                return self.unary(node)
            case syntax.Binary():
                return self.binary(node)
            case syntax.In():
                for item in node.items:
                    self.comparable(node.operand, item, "=")
                return TRUTH
            case syntax.Between():
                self.comparable(node.operand, node.low, "<=")
                self.comparable(node.operand, node.high, "<=")
                return TRUTH
            case syntax.IsMissing():
                self.of_agency(node.operand, self.type_of(node.operand))
                return TRUTH
            case syntax.Lasting():
                self.need(node.operand, TRUTH, "`for`")
                return TRUTH
            case syntax.Aggregate():
                return self._aggregate(node)

    def names_something(self, node: syntax.Expression) -> None:
        """Reports a constant formula: it is the same whatever agencies send."""
        if is_constant(node):
            self.report(messages.names_nothing(self.span(node)))

    def _name(self, node: syntax.Name) -> Type | None:
        """The type of a name; a name without a type is reported with the likeliest cause."""
        type_ = self.scope.types.get(node.name)
        if type_ is None:
            if self.scope.doubts(node.name):
                return None
            if self.scope.what == OF_AGENCY:
                self.report(messages.only_value(self.span(node), node.name))
            elif node.name == "target":
                in_band = self.scope.what == "figure" and self.scope.lists is None
                wrong = messages.no_target if in_band else messages.target_outside
                self.report(wrong(self.span(node)))
            elif node.name in OVER_TIME and self.scope.months is None:
                self._no_other_period(self.span(node), node.name)
            elif node.name in FUNCTIONS:
                self.report(messages.not_yet_function(self.span(node), node.name))
            elif self.scope.lists and node.name in self.scope.lists:
                self.report(messages.bare_list(self.span(node), node.name))
            else:
                self.report(messages.unknown_name(self.span(node), self.scope.what, node.name, self.scope.types))
        elif type_ == TEXT and self.scope.record is None:
            self.report(messages.text_figure(self.span(node), node.name))
            return None
        return type_

    def _no_other_period(self, span: Span, function: str) -> None:
        """Reports a function over time where there are no regular periods to look back over."""
        unusable = messages.not_in_condition if self.scope.what == "condition" else messages.no_consecutive
        self.report(unusable(span, function))

    def _call(self, node: syntax.Call) -> Type | None:
        """The type of a call, checked against the function's row: its arguments, its scope, its periods."""
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
        else:
            self._constants(node)
        if function.of_records != "also" and self.scope.what == OF_AGENCY:
            self.report(messages.not_of_agency(span, node.function))
        elif function.of_records != "also" and (function.of_records == "only") != (self.scope.record is not None):
            wrong = messages.not_of_records if self.scope.record else messages.only_of_records
            self.report(wrong(span, node.function))
            if self.scope.record is None:  # its arguments are columns, which are unknown names here
                return NUMBER
        elif function.look_back and self.scope.months is None:
            self._no_other_period(span, node.function)
            if self.scope.what == "condition":
                return None
        name = f"`{node.function}`"
        if function.takes == "numbers":
            types = [self.need(argument, NUMBER, name) for argument in node.arguments]
        elif function.takes == "dates":
            types = [self.need(argument, DATE, name) for argument in node.arguments]
        else:
            types = self.alike(node.arguments, name)
        if function.coalesces:
            for argument in node.arguments:
                if is_constant(argument):
                    self.report(messages.stands_for_missing(self.span(argument)))
        if function.constant and function.constant.needed and len(types) == function.most and types[1]:
            self._needs_constant(node, function.constant)
        first = types[0] if types else None
        if function.flows_only:
            if first is not None and not first.flow:
                inner = node.arguments[0]
                called = FUNCTIONS.get(inner.function) if isinstance(inner, syntax.Call) else None
                again = called.name if called and called.flows_only else None
                self.report(messages.flows_only(self.span(inner), node.function, again))
            return NUMBER
        if function.result == "same":
            return first and replace(first, flow=first.flow and function.keeps_flow)
        return NUMBER

    def _aggregate(self, node: syntax.Aggregate) -> Type | None:
        """The type of an aggregate: a flow where each record counts in one period only, else a number."""
        name = node.list.name
        if self.scope.record is not None:
            self.report(messages.aggregate_inside(self.span(node), node.function))
            return None
        if self.scope.lists is None:
            self.report(messages.no_lists_here(self.span(node)))
            return None
        if syntax.of_senders(node):
            return self._senders(node)
        columns = self.scope.lists.get(name)
        if columns is None:
            if not self.scope.doubts(name) or name in self.scope.types:
                is_of_another_kind = name in self.scope.types
                self.report(messages.no_such_list(self.span(node.list), name, is_of_another_kind, self.scope.lists))
            return None
        if columns.spells and node.state is None:
            self.report(messages.which_spells(self.span(node.list), name))
        elif node.state is not None and not columns.spells:
            self.report(messages.no_spells(self.span(node.list), name, node.state))
        scope = replace(self.scope, types=columns.types, what="column", doubts=no_doubts, record=name)
        inner = Checker(self.passage, scope)
        if node.of is not None and node.function == "count":
            inner.type_of(node.of)
        elif node.of is not None:
            inner.need(node.of, NUMBER, f"`{node.function}`")
        if node.distinct and node.function != "count":
            inner.report(messages.distinct_of_count(self.span(node), node.function))
        if node.where is not None:
            inner.need(node.where, TRUTH, "`where`")
        self.diagnostics += inner.diagnostics
        adds_up = node.function in ("count", "sum") and node.state != "open" and not node.distinct
        return FLOW if adds_up else NUMBER

    def _senders(self, node: syntax.Aggregate) -> Type | None:
        """The type of a count of the agencies that sent a figure, or sent a value that meets a condition."""
        name = node.list.name
        kind = self.scope.types.get(name)
        if name not in self.scope.figures or kind is None:
            if kind is not None:
                self.report(messages.senders_of_figure(self.span(node.list), name))
            elif not self.scope.doubts(name):
                self.report(messages.unknown_name(self.span(node.list), "figure", name, self.scope.types))
            return None
        if node.function != "count" or node.distinct or node.state is not None:
            self.report(messages.senders_counted(self.span(node), name))
            return None
        if node.where is not None and kind == TEXT:
            self.report(messages.text_figure(self.span(node.where), name))
        elif node.where is not None:
            scope = replace(self.scope, types={"value": kind}, what=OF_AGENCY, doubts=no_doubts, record=name)
            inner = Checker(self.passage, scope)
            inner.need(node.where, TRUTH, "`where`")
            self.diagnostics += inner.diagnostics
        return NUMBER

    def _constants(self, node: syntax.Call) -> None:
        """Reports constant arguments for which the function has no value."""
        wanted, months = FUNCTIONS[node.function].constant, self.scope.months or 1
        for argument in node.arguments[1:] if wanted else ():
            value = constant(argument)
            if wanted and value is not None and not wanted.holds(value, months):
                self.report(messages.impossible_number(self.span(argument), node.function, wanted.wanted(months)))

    def _needs_constant(self, node: syntax.Call, wanted: Constant) -> None:
        """Reports a second argument that varies, of a function that needs a constant."""
        if constant(node.arguments[1]) is None:
            span = self.span(node.arguments[1])
            self.report(messages.impossible_number(span, node.function, wanted.wanted(self.scope.months or 1)))
