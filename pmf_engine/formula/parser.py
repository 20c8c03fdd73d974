"""Parser of formulas and conditions, by recursive descent; docs/formulas.md has the grammar.

Bands of tolerances (`band_parser`) and conditions of escalation are formulas with a few words more. A text is parsed
whole or refused with one diagnostic. Its depth is bounded, so that recursion over its tree is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Passage
from pmf_engine.formula.escalation_durations import BY_WORD, UNITS
from pmf_engine.formula.lexer import FormulaError, Token, Tokens
from pmf_engine.formula.syntax import (
    COMPARISON,
    PRODUCT,
    SUM,
    Aggregate,
    Between,
    Binary,
    Call,
    Expression,
    In,
    IsMissing,
    Lasting,
    Literal,
    Name,
    Node,
    Unary,
    children,
    record_parts,
)

KEYWORDS = frozenset(
    ["and", "or", "not", "in", "between", "is", "missing", "true", "false", "for", "of", "where", "distinct"]
)
AGGREGATES = ("count", "sum", "mean", "median", "min", "max")
STATES = ("open", "started", "ended")
_DEEPEST = 60
_TALLEST = 120
_LOW = _TALLEST // 2
"""A text of so few tokens has a tree of allowed height: even `N% of X` makes fewer than two levels of each token."""

_Result = TypeVar("_Result", bound=Node)

_QUOTED = re.compile(r"""('[^']*'|"[^"]*")""")


def parse_formula(passage: Passage) -> Expression:
    """Parses a formula. Raises FormulaError where the text is not one."""
    parser = Parser(passage)
    return parser.whole(parser.expression())


def parse_condition(passage: Passage) -> Expression:
    """Parses a condition of an escalation rule. Raises FormulaError where the text is not one."""
    parser = Parser(passage, conditions=True)
    return parser.whole(parser.expression())


class Parser(Tokens):
    """Parses expressions; with `conditions` also `C for N periods`."""

    def __init__(self, passage: Passage, conditions: bool = False) -> None:
        super().__init__(passage)
        self.conditions = conditions
        self.depth = 0

    def whole(self, result: _Result, wanted: str = "") -> _Result:
        """The result, if no token follows it; `wanted` names a token that may follow, for the message."""
        if self.next.kind != "end":
            worded = self.next.kind in ("name", "number", "text", "date")
            self.unexpected(wanted or ("a sign, `and` or `or` before it" if worded else ""))
        if len(self.tokens) > _LOW and _height(result) > _TALLEST:
            raise FormulaError(messages.formula_too_deep(self.passage.span(0, 1)))
        return result

    # -- expressions, loosest first ---------------------------------------------

    def expression(self) -> Expression:
        """An expression: conditions joined with `or`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.refuse(messages.formula_too_deep, self.next)
        left = self.conjunction()
        while self.took("or"):
            right = self.conjunction()
            self.check_for(left, right)
            left = Binary(left.start, right.end, "or", left, right)
        self.depth -= 1
        return left

    def conjunction(self) -> Expression:
        """Conditions joined with `and`."""
        left = self.negation()
        while self.took("and"):
            right = self.negation()
            self.check_for(left, right)
            left = Binary(left.start, right.end, "and", left, right)
        return left

    def check_for(self, left: Expression, right: Expression) -> None:
        """Refuses `amber and worsening for 2 periods`, which is ambiguous without brackets."""
        if _bare(right) and not isinstance(left, Lasting):
            raise FormulaError(messages.which_for(self.passage.span(left.start, right.end)))

    def negation(self) -> Expression:
        """A comparison, or `not` and a negation; in conditions with `for N periods` after it."""
        if token := self.took("not"):
            operand = self.negated(self.negation)
            if _bare(operand):  # ambiguous: `(not a) for 2 periods` or `not (a for 2 periods)`
                raise FormulaError(messages.which_for(self.passage.span(token.start, operand.end), denied=True))
            return Unary(token.start, operand.end, "not", operand)
        condition = self.comparison()
        if self.conditions and self.took("for"):
            return self.lasting(condition)
        return condition

    def negated(self, operand: Callable[[], Expression]) -> Expression:
        """The operand of a sign or `not`; each of several in a row counts as depth."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.refuse(messages.formula_too_deep, self.next)
        node = operand()
        self.depth -= 1
        return node

    def lasting(self, condition: Expression) -> Expression:
        """The condition with the duration after `for`: `N periods`."""
        token = self.next
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 2 or not 1 <= int(token.text) <= 99:
            self.refuse(messages.number_of_periods, token)
        self.take()
        end = self.took(*BY_WORD) or self.unexpected(f"`{UNITS[0].plural}`", "after `for`")
        return Lasting(condition.start, end.end, condition, int(token.text), BY_WORD[end.text])

    def comparison(self) -> Expression:
        """A sum, or a comparison of sums; `a < b < c` is refused."""
        left = self.sum()
        negated = False
        if self.follows("not", "in") or self.follows("not", "between"):
            self.take()
            negated = True
        if sign := self.took(*COMPARISON):
            right = self.sum()
            if self.next.text in COMPARISON:
                self.refuse(messages.chained_comparison, self.next)
            return Binary(left.start, right.end, sign.text, left, right)
        if self.took("in"):
            self.expect("(", "after `in`")
            items = [self.sum()]
            while self.took(","):
                items.append(self.sum())
            end = self.expect(")", "to close the list after `in`")
            return In(left.start, end.end, left, tuple(items), negated)
        if self.took("between"):
            low = self.sum()
            self.expect("and", "between the two ends")
            high = self.sum()
            return Between(left.start, high.end, left, low, high, negated)
        if self.took("is"):
            negated = self.took("not") is not None
            end = self.took("missing") or self.unexpected("`missing`", "after `is`")
            return IsMissing(left.start, end.end, left, negated)
        return left

    def sum(self) -> Expression:
        """Products joined with `+` and `-`."""
        left = self.product()
        while sign := self.took(*SUM):
            right = self.product()
            left = Binary(left.start, right.end, sign.text, left, right)
        return left

    def product(self) -> Expression:
        """Factors joined with `*` and `/`."""
        left = self.unary()
        while sign := self.took(*PRODUCT):
            right = self.unary()
            left = Binary(left.start, right.end, sign.text, left, right)
        return left

    def unary(self) -> Expression:
        """A primary expression, or `-` and a unary expression."""
        if sign := self.took("-"):
            operand = self.negated(self.unary)
            return Unary(sign.start, operand.end, "-", operand)
        return self.primary()

    def primary(self) -> Expression:
        """A number, text, date, truth value, name or call, or an expression in brackets."""
        token = self.next
        if token.kind == "number":
            return Literal(token.start, self.take().end, self.number(token))
        if token.kind == "text":
            return Literal(token.start, self.take().end, token.text[1:-1])
        if token.kind == "date":
            return Literal(token.start, self.take().end, self.date(token))
        if token.text == "(":
            self.take()
            inner = self.expression()
            end = self.expect(")", "to close `(`")
            return replace(inner, start=token.start, end=end.end)
        if token.kind != "name" or (token.text in KEYWORDS and token.text not in ("true", "false")):
            self.unexpected("a number, a name or `(`")
        self.take()
        if token.text in ("true", "false"):
            return Literal(token.start, token.end, token.text == "true")
        if self.next.text == "(":
            return self.aggregate(token) if token.text in AGGREGATES else self.call(token)
        return Name(token.start, token.end, token.text)

    def call(self, name: Token) -> Expression:
        """A call, from its opening bracket on."""
        self.take()
        if end := self.took(")"):
            return Call(name.start, end.end, name.text, (), name.end)
        return self.called(name, self.expression())

    def called(self, name: Token, first: Expression) -> Expression:
        """A call, from behind its first argument on."""
        arguments = [first]
        while self.took(","):
            arguments.append(self.expression())
        end = self.took(")") or self.unexpected("`,` or `)`", f"in `{name.text}(`")
        return Call(name.start, end.end, name.text, tuple(arguments), name.end)

    def aggregate(self, name: Token) -> Expression:
        """An aggregate such as `count(list ...)`, or a call such as `min(a, b)`."""
        if self.tokens[self.at + 1].text == ")":
            return self.call(name)
        self.take()
        distinct = self.took("distinct") is not None
        of: Expression | None = self.expression()
        over = of
        if self.took("of"):
            over = self.primary()
        elif name.text == "count" and isinstance(of, Name) and not distinct:
            of = None
        elif name.text in ("min", "max") and not distinct and self.next.text not in (*STATES, "where"):
            assert of is not None
            return self.called(name, of)
        elif self.next.text == ",":
            self.refuse(messages.not_over_a_list, name, name.text)
        else:
            self.unexpected("`of` and a list", f"in `{name.text}(`")
        if not isinstance(over, Name):
            assert over is not None
            raise FormulaError(messages.not_a_list_name(self.passage.span(over.start, over.end), name.text))
        state = self.took(*STATES)
        where = self.expression() if self.took("where") else None
        end = self.took(")") or self.unexpected("`where` or `)`", f"in `{name.text}(`")
        written = _QUOTED.split(self.passage.text[name.start : end.end])
        text = "".join(part if number % 2 else re.sub(r"\s+", " ", part) for number, part in enumerate(written))
        return Aggregate(name.start, end.end, name.text, distinct, of, over, state.text if state else None, where, text)


def _bare(node: Expression) -> bool:
    """Whether an expression is `a for N periods` without brackets around it."""
    return isinstance(node, Lasting) and node.start == node.operand.start


def _height(root: Node) -> int:
    """The number of levels of a tree, without recursion: long sums are deep trees."""
    level: list[Node] = [root]
    height = 0
    while level:
        height += 1
        level = [part for node in level for part in _parts(node)]
    return height


def _parts(node: Node) -> Sequence[Expression]:
    """The expressions directly inside a node, those inside aggregates too."""
    return record_parts(node) if isinstance(node, Aggregate) else children(node)
