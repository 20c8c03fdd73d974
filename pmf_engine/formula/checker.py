"""What a formula means before there is any data: the type of every part, and every mistake at once."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal as OneOf

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.formula import syntax
from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import FUNCTIONS, OVER_TIME, Constant


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

OF_AGENCY = "agency"
"""What a name is called where it is asked what one agency sent: there is none but `value`."""

_LITERALS = {float: NUMBER, str: TEXT, bool: TRUTH, date: DATE}


def _sound(name: str) -> bool:
    """No name is doubted: what is unknown is reported."""
    return False


@dataclass(frozen=True)
class Columns:
    """The columns of a list with their types, and whether its records are spells (else events).

    `closed` are the texts that a column can hold, where these are known: the groups of a breakdown, and who sends it.
    """

    types: Mapping[str, Type]
    spells: bool
    closed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """The names a text may use with their types, what such a name is called, and the grades of each scale.

    `doubts` says whether a name that has no type here is one whose fault is reported elsewhere. `lists` are those
    that aggregates may be of, None where there can be no aggregates: in a band or a condition; `figures` are those of
    which the agencies may be counted. `record` is the list whose records are spoken of, inside an aggregate. `months`
    is the length of the periods, None where there are no regular ones to look back over.
    """

    types: Mapping[str, Type]
    what: str
    scales: Mapping[str, Sequence[str]]
    months: int | None = 1
    doubts: Callable[[str], bool] = _sound
    lists: Mapping[str, Columns] | None = None
    figures: Container[str] = ()
    record: str | None = None


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
                self._of_agency(node.operand, self.type_of(node.operand))
                return TRUTH
            case syntax.Lasting():
                self._need(node.operand, TRUTH, "`for`")
                return TRUTH
            case syntax.Aggregate():
                return self._aggregate(node)

    def names_something(self, node: syntax.Expression) -> None:
        """Reports a formula that is the same whatever is sent."""
        if _constant(node):
            self.report(messages.names_nothing(self.span(node)))

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
        elif known == TEXT and self.scope.record is None:
            self.report(messages.text_figure(self.span(node), node.name))
            return None
        return known

    def _no_other_period(self, span: Span, function: str) -> None:
        unusable = messages.not_in_condition if self.scope.what == "condition" else messages.no_consecutive
        self.report(unusable(span, function))

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
        else:
            self._constants(node)
        if function.of_records != "also" and self.scope.what == OF_AGENCY:
            self.report(messages.not_of_agency(span, node.function))
        elif function.of_records != "also" and (function.of_records == "only") != (self.scope.record is not None):
            wrong = messages.not_of_records if self.scope.record else messages.only_of_records
            self.report(wrong(span, node.function))
            if self.scope.record is None:  # what it is of would be columns, which have no meaning here
                return NUMBER
        elif function.look_back and self.scope.months is None:
            self._no_other_period(span, node.function)
            if self.scope.what == "condition":
                return None
        name = f"`{node.function}`"
        if function.takes == "numbers":
            given = [self._need(argument, NUMBER, name) for argument in node.arguments]
        elif function.takes == "dates":
            given = [self._need(argument, DATE, name) for argument in node.arguments]
        else:
            given = self._alike(node.arguments, name)
        if function.stands_in:
            for argument in node.arguments:
                if _constant(argument):
                    self.report(messages.stands_for_missing(self.span(argument)))
        if function.constant and function.constant.needed and len(given) == function.most and given[1]:
            self._needs_constant(node, function.constant)
        first = given[0] if given else None
        if function.flows_only:
            if first is not None and not first.flow:
                inner = node.arguments[0]
                within = FUNCTIONS.get(inner.function) if isinstance(inner, syntax.Call) else None
                again = within.name if within and within.flows_only else None
                self.report(messages.flows_only(self.span(inner), node.function, again))
            return NUMBER
        if function.result == "same":
            return first and replace(first, flow=first.flow and function.keeps_flow)
        return NUMBER

    def _aggregate(self, node: syntax.Aggregate) -> Type | None:
        """A number from the records of a list; it adds up over time where each record is of one period alone."""
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
                known = name in self.scope.types
                self.report(messages.no_such_list(self.span(node.list), name, known, self.scope.lists))
            return None
        if columns.spells and node.state is None:
            self.report(messages.which_spells(self.span(node.list), name))
        elif node.state is not None and not columns.spells:
            self.report(messages.no_spells(self.span(node.list), name, node.state))
        scope = replace(self.scope, types=columns.types, what="column", doubts=_sound, record=name)
        inner = Checker(self.passage, scope)
        if node.of is not None and node.function == "count":
            inner.type_of(node.of)
        elif node.of is not None:
            inner._need(node.of, NUMBER, f"`{node.function}`")
        if node.distinct and node.function != "count":
            inner.report(messages.distinct_of_count(self.span(node), node.function))
        if node.where is not None:
            inner._need(node.where, TRUTH, "`where`")
        self.found += inner.found
        adds_up = node.function in ("count", "sum") and node.state != "open" and not node.distinct
        return FLOW if adds_up else NUMBER

    def _senders(self, node: syntax.Aggregate) -> Type | None:
        """How many agencies sent a figure, or sent one of which something is true."""
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
            scope = replace(self.scope, types={"value": kind}, what=OF_AGENCY, doubts=_sound, record=name)
            inner = Checker(self.passage, scope)
            inner._need(node.where, TRUTH, "`where`")
            self.found += inner.found
        return NUMBER

    def _constants(self, node: syntax.Call) -> None:
        """Numbers written in the formula with which there is never a value."""
        wanted, months = FUNCTIONS[node.function].constant, self.scope.months or 1
        for argument in node.arguments[1:] if wanted else ():
            value = constant(argument)
            if wanted and value is not None and not wanted.holds(value, months):
                self.report(messages.impossible_number(self.span(argument), node.function, wanted.wanted(months)))

    def _needs_constant(self, node: syntax.Call, wanted: Constant) -> None:
        """Reports a second argument that varies, where only a constant will do."""
        if constant(node.arguments[1]) is None:
            span = self.span(node.arguments[1])
            self.report(messages.impossible_number(span, node.function, wanted.wanted(self.scope.months or 1)))

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
        if node.operator == "/" and constant(node.right) == 0:
            self.report(messages.divides_by_nothing(self.span(node.right)))
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
        if isinstance(node, syntax.Grade) or (kind is not None and kind.kind != wanted.kind):
            self.report(messages.operand_type(self.span(node), of, str(wanted), str(kind or "a grade")))
            return None
        return kind

    def _comparable(self, left: syntax.Expression, right: syntax.Expression, operator: str) -> None:
        one, other = self.type_of(left), self.type_of(right)
        if one is None or other is None:
            return
        self._never_held(left, right)
        self._never_held(right, left)
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
        else:
            self._of_agency(right, one)

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

    def _of_agency(self, node: syntax.Expression, kind: Type | None) -> None:
        """Of what an agency sent, only numbers and grades are known."""
        if self.scope.what == OF_AGENCY and kind is not None and kind.kind not in ("number", "grade"):
            wrong = messages.not_compared(self.span(node), str(kind), kind == TRUTH, "numbers and grades")
            self.report(wrong)


def _constant(node: syntax.Expression) -> bool:
    """Whether an expression names nothing, so that it is the same in every period."""
    return not syntax.names(node) and not syntax.aggregates(node)


def time_dimension(node: syntax.Expression, of_name: Callable[[str], int | None]) -> int | None:
    """How a value grows with the length of its period: 1 for what adds up, 0 for what does not, -1 for one over that.

    None where parts that grow differently are added. `of_name` is that of figures and indicators.
    """
    if isinstance(node, syntax.Literal | syntax.Grade):
        return 0

    def of(part: syntax.Expression) -> int | None:
        return time_dimension(part, of_name)

    def alike(parts: Sequence[syntax.Expression]) -> int | None:
        found = {of(part) for part in parts}
        return found.pop() if len(found) == 1 else None

    match node:
        case syntax.Name():
            return of_name(node.name)
        case syntax.Unary():
            return of(node.operand)
        case syntax.Aggregate():
            adds_up = node.function in ("count", "sum") and node.state != "open"
            return int(adds_up and not syntax.of_senders(node))
        case syntax.Call():
            return FUNCTIONS[node.function].dimension([of(argument) for argument in node.arguments])
        case syntax.Binary(operator="+" | "-"):
            return alike((node.left, node.right))
        case syntax.Binary(operator="*"):
            left, right = of(node.left), of(node.right)
            return None if left is None or right is None else left + right
        case syntax.Binary(operator="/"):
            left, right = of(node.left), of(node.right)
            return None if left is None or right is None else left - right
        case _:
            return 0
