"""From text to syntax, by recursive descent; the grammar stands in docs/formulas.md.

One parser serves formulas, the bands of tolerances and the conditions of escalation, because each is the
same language with a few words more. A text is read or refused with one finding inside it; depth is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, NoReturn, TypeVar

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage
from pmf_engine.formula.syntax import (
    COMPARISON,
    PRODUCT,
    SUM,
    Aggregate,
    Band,
    Between,
    Binary,
    Call,
    Expression,
    Grade,
    In,
    IsMissing,
    Lasting,
    Limit,
    Literal,
    Name,
    Node,
    Unary,
    children,
    inside,
)

KEYWORDS = frozenset(
    ["and", "or", "not", "in", "between", "is", "missing", "true", "false", "for", "of", "where", "distinct"]
)
AGGREGATES = ("count", "sum", "mean", "median", "min", "max")
STATES = ("open", "started", "ended")
LARGEST = 1e15
FIRST_YEAR, LAST_YEAR = 1901, 2099
_DEEPEST = 60
_TALLEST = 120
_LOW = _TALLEST // 2
"""So few words and signs cannot make a tree that is too tall: even `N% of X` makes fewer than two levels of each."""
_LONGEST = 4_000

_Result = TypeVar("_Result", bound=Node)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w.]))
    | (?P<grouped>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![\w,]))
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<text>"[^"\n]*"|'[^'\n]*')
    | (?P<name>[a-z_][a-z0-9_]*(?!\w))
    | (?P<strange>==|<>|=<|=>|&&|\|\||\*\*)
    | (?P<sign>!=|<=|>=|[-+*/=<>(),%])
    | (?P<word>[^\W\d]\w*)
    | (?P<figures>[\d.][\w.]*)
    | (?P<other>\S)
    )""",
    re.VERBOSE,
)


_QUOTED = re.compile(r"""('[^']*'|"[^"]*")""")

_ILLEGIBLE = {
    "figures": messages.not_a_number,
    "strange": messages.bad_sign,
    "other": messages.bad_sign,
}


class Token(NamedTuple):
    """A word, number or sign, and the characters it takes."""

    kind: str
    text: str
    start: int
    end: int


class FormulaError(Exception):
    """A text that is not in the language; `diagnostic` says where and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def parse_formula(passage: Passage) -> Expression:
    """The expression a formula says. Raises FormulaError."""
    parser = _Parser(passage)
    return parser.whole(parser.expression())


def parse_band(passage: Passage, grades: Sequence[str] = (), scale: str | None = None) -> Band:
    """The limits that `at most 20` and the like set, where `grades` of a scale are known. Raises FormulaError."""
    parser = _Parser(passage, grades, scale, bands=True)
    return parser.whole(parser.band(), "`and`")


def parse_condition(passage: Passage) -> Expression:
    """The condition of an escalation rule. Raises FormulaError."""
    parser = _Parser(passage, conditions=True)
    return parser.whole(parser.expression())


class _Parser:
    def __init__(
        self,
        passage: Passage,
        grades: Sequence[str] = (),
        scale: str | None = None,
        conditions: bool = False,
        bands: bool = False,
    ) -> None:
        self.passage = passage
        self.conditions = conditions
        self.bands = self.shares = bands
        self.scale = scale
        self.grades = [
            (re.compile(r"\s+".join(map(re.escape, grade.split())) + r"(?!\w)", re.IGNORECASE), place, grade)
            for place, grade in enumerate(grades, start=1)
        ]
        self.depth = 0
        self.at = 0
        self.tokens = self._tokens()

    # -- tokens ---------------------------------------------------------------

    def _tokens(self) -> list[Token]:
        text = self.passage.text
        if len(text) > _LONGEST:
            raise FormulaError(messages.formula_too_long(self.passage.span(0, 1), _LONGEST))
        tokens: list[Token] = []
        at = 0
        while found := _TOKEN.match(text, at):
            kind = str(found.lastgroup)
            token = Token(kind, found[kind], found.start(kind), found.end())
            tokens.append(token)
            at = token.end
        if not tokens:
            raise FormulaError(messages.empty_formula(self.passage.span()))
        end = tokens[-1].end
        tokens.append(Token("end", "", end, end))
        return tokens

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def took(self, *texts: str) -> Token | None:
        """Takes the next token if it is one of these words or signs."""
        token = self.tokens[self.at]
        if token.text in texts and token.kind in ("name", "sign"):
            self.at += 1
            return token
        return None

    def follows(self, *texts: str) -> bool:
        """Whether these words or signs come next, in this order; takes nothing."""
        ahead = self.tokens[self.at : self.at + len(texts)]
        return [token.text for token in ahead if token.kind in ("name", "sign")] == list(texts)

    def expect(self, text: str, doing: str) -> Token:
        return self.took(text) or self.unexpected(f"`{text}`", doing)

    def unexpected(self, wanted: str, doing: str = "") -> NoReturn:
        self.legible()
        self.refuse(messages.unexpected, self.next, self.next.text, wanted, doing)

    def legible(self) -> None:
        """Refuses the next token where it is in no word or sign of the language, whatever was expected."""
        token = self.next
        if token.kind == "grouped":
            before = [other.text for other in self.tokens[: self.at]]
            self.refuse(messages.grouped_number, token, token.text, before.count("(") > before.count(")"))
        if token.kind in _ILLEGIBLE:
            self.refuse(_ILLEGIBLE[token.kind], token, token.text)
        if token.kind == "word":
            plain = token.text.isascii() and token.text.lower() != token.text
            compared = plain and self.at > 0 and self.tokens[self.at - 1].text in ("=", "!=")
            details = [token.text, *([True] if compared else [])]
            self.refuse(messages.not_lower_case if plain else messages.not_a_name, token, *details)

    def refuse(self, message: object, token: Token, *details: object) -> NoReturn:
        start, end = token.start, token.end
        if start == end:  # the end of the text: point at what stands last
            start = max(0, start - 1)
        assert callable(message)
        raise FormulaError(message(self.passage.span(start, end), *details))

    def whole(self, result: _Result, wanted: str = "") -> _Result:
        if self.next.kind != "end":
            worded = self.next.kind in ("name", "number", "text", "date")
            self.unexpected(wanted or ("a sign, `and` or `or` before it" if worded else ""))
        if len(self.tokens) > _LOW and _height(result) > _TALLEST:
            raise FormulaError(messages.formula_too_deep(self.passage.span(0, 1)))
        return result

    # -- expressions, loosest first ---------------------------------------------

    def expression(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.refuse(messages.formula_too_deep, self.next)
        shares, self.shares = self.shares, self.bands
        left = self.conjunction()
        while self.took("or"):
            right = self.conjunction()
            self.check_for(left, right)
            left = Binary(left.start, right.end, "or", left, right)
        self.shares = shares
        self.depth -= 1
        return left

    def conjunction(self) -> Expression:
        left = self.negation()
        while self.took("and"):
            right = self.negation()
            self.check_for(left, right)
            left = Binary(left.start, right.end, "and", left, right)
        return left

    def check_for(self, left: Expression, right: Expression) -> None:
        """In `amber and worsening for 2 periods` nobody can tell how much must last: brackets must say."""
        if _bare(right) and not isinstance(left, Lasting):
            raise FormulaError(messages.which_for(self.passage.span(left.start, right.end)))

    def negation(self) -> Expression:
        if token := self.took("not"):
            operand = self.negated(self.negation)
            if _bare(operand):  # nobody can tell whether it is not for so long, or for so long not
                raise FormulaError(messages.which_for(self.passage.span(token.start, operand.end), denied=True))
            return Unary(token.start, operand.end, "not", operand)
        condition = self.comparison()
        if self.conditions and self.took("for"):
            return self.lasting(condition)
        return condition

    def negated(self, operand: object) -> Expression:
        """What follows a sign or `not`; many in a row count as depth."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.refuse(messages.formula_too_deep, self.next)
        assert callable(operand)
        node: Expression = operand()
        self.depth -= 1
        return node

    def lasting(self, condition: Expression) -> Expression:
        token = self.next
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 2 or not 1 <= int(token.text) <= 99:
            self.refuse(messages.number_of_periods, token)
        self.take()
        end = self.took("periods", "period") or self.unexpected("`periods`", "after `for`")
        return Lasting(condition.start, end.end, condition, int(token.text))

    def comparison(self) -> Expression:
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
        left = self.product()
        while sign := self.took(*SUM):
            right = self.product()
            left = Binary(left.start, right.end, sign.text, left, right)
        return left

    def product(self) -> Expression:
        left = self.unary()
        if self.shares and (share := self.took("%")):
            self.of(share)
            return self.share(left, self.negated(self.product))
        while sign := self.took(*PRODUCT):
            right = self.unary()
            left = Binary(left.start, right.end, sign.text, left, right)
            self.check_share(left, "%")
        return left

    def share(self, amount: Expression, of: Expression) -> Expression:
        """`N% of X`, in bands, where X ends before `+` and `-`."""
        percentage = _percentage(amount, of)
        self.check_share(percentage, *SUM)
        return percentage

    def check_share(self, before: Expression, *signs: str) -> None:
        """In `50% of a + b` nobody can tell of how much: brackets must say."""
        if self.bands and self.next.kind == "sign" and self.next.text in signs:
            raise FormulaError(messages.which_share(self.passage.span(before.start, self.next.end)))

    def unary(self) -> Expression:
        if sign := self.took("-"):
            operand = self.negated(self.unary)
            return Unary(sign.start, operand.end, "-", operand)
        return self.primary()

    def primary(self) -> Expression:
        if grade := self.grade():
            return grade
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
            inner.start, inner.end = token.start, end.end
            return inner
        if token.kind != "name" or (token.text in KEYWORDS and token.text not in ("true", "false")):
            self.unexpected("a number, a name or `(`")
        self.take()
        if token.text in ("true", "false"):
            return Literal(token.start, token.end, token.text == "true")
        if self.next.text == "(":
            return self.aggregate(token) if token.text in AGGREGATES else self.call(token)
        return Name(token.start, token.end, token.text)

    def call(self, name: Token) -> Expression:
        self.take()
        if end := self.took(")"):
            return Call(name.start, end.end, name.text, (), name.end)
        return self.called(name, self.expression())

    def called(self, name: Token, first: Expression) -> Expression:
        """A call of which the first argument is read."""
        arguments = [first]
        while self.took(","):
            arguments.append(self.expression())
        end = self.took(")") or self.unexpected("`,` or `)`", f"in `{name.text}(`")
        return Call(name.start, end.end, name.text, tuple(arguments), name.end)

    def aggregate(self, name: Token) -> Expression:
        """`count(list ...)` or `sum(x of list ...)`; `min` and `max` of several values are calls."""
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
        text = "".join(part if place % 2 else re.sub(r"\s+", " ", part) for place, part in enumerate(written))
        return Aggregate(name.start, end.end, name.text, distinct, of, over, state.text if state else None, where, text)

    def number(self, token: Token) -> float:
        value = float(token.text)
        if value > LARGEST:
            self.refuse(messages.number_too_large, token)
        return value

    def date(self, token: Token) -> date:
        try:
            found = date.fromisoformat(token.text)
        except ValueError:
            self.refuse(messages.no_such_date, token, token.text)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.refuse(messages.date_not_meant, token, token.text, FIRST_YEAR, LAST_YEAR)
        return found

    # -- bands ------------------------------------------------------------------

    def grade(self) -> Grade | None:
        """A grade of the scale, whatever it is made of, as written there or in quotes: the longest that stands here."""
        start = self.next.start
        quoted = self.next.text[1:-1] if self.next.kind == "text" else None
        longest: tuple[int, int, str] | None = None
        for form, place, grade in self.grades:
            if quoted is not None:
                found = (self.next.end, place, grade) if form.fullmatch(quoted.strip()) else None
            else:
                here = form.match(self.passage.text, start)
                found = (here.end(), place, grade) if here else None
            if found and (longest is None or found > longest):
                longest = found
        if longest is None:
            return None
        end, place, grade = longest
        while self.next.kind != "end" and self.next.start < end:
            self.at += 1
        return Grade(start, end, place, grade)

    def check_grade(self, scale: str) -> None:
        """Refuses words that are no grade; one alone may be the name of a figure."""
        at = self.at
        if self.grade() is None:
            while self.next.kind in ("name", "word") and self.next.text != "and":
                self.at += 1
            words = self.tokens[at : self.at]
            if len(words) > 1 or (words and words[0].kind == "word"):
                start, end = words[0].start, words[-1].end
                grades = [grade for _, _, grade in self.grades]
                span = self.passage.span(start, end)
                raise FormulaError(messages.unknown_grade(span, self.passage.text[start:end], scale, grades))
        self.at = at

    def band(self) -> Band:
        start = self.next.start
        limits = self.limits()
        while self.took("and"):
            limits += self.limits()
        end = self.tokens[self.at - 1].end
        return Band(start, end, tuple(limits), " ".join(self.passage.text[start:end].split()))

    def limits(self) -> list[Limit]:
        start = self.next.start
        for phrase, sign in _ONE_ENDED.items():
            if self.follows(*phrase):
                self.at += len(phrase)
                bound = self.bound()
                return [Limit(start, bound.end, sign, bound)]
        if self.took("between"):
            low = self.bound()
            self.expect("and", "between the two ends of the band")
            high = self.bound()
            return [Limit(start, high.end, ">=", low), Limit(start, high.end, "<=", high)]
        if self.took("within"):
            return self.within(start)
        return self.not_a_band()

    def not_a_band(self) -> NoReturn:
        token = self.next
        if token.text not in messages.BAND_SIGNS:
            self.legible()
        if token.text == "at" and self.tokens[self.at + 1].kind == "name":
            end = self.tokens[self.at + 1].end
            token = Token(token.kind, self.passage.text[token.start : end], token.start, end)
        self.refuse(messages.not_a_band, token, token.text, token.kind)

    def within(self, start: int) -> list[Limit]:
        at = self.at
        room = self.unary()
        share = self.took("%")
        if not share:
            self.at, self.shares = at, False
            room = self.sum()
            self.check_share(room, "%")
            self.shares = True
        self.expect("of", "after `%`" if share else "after `within`")
        middle = self.product() if share else self.sum()
        end = middle.end
        if share:
            size = Call(middle.start, end, "abs", (middle,), middle.start)
            room = self.share(room, size)
        low = Binary(start, end, "-", middle, room)
        high = Binary(start, end, "+", middle, room)
        return [Limit(start, end, ">=", low), Limit(start, end, "<=", high)]

    def of(self, share: Token) -> None:
        if not self.took("of"):
            self.refuse(messages.percent_of_what, share)

    def bound(self) -> Expression:
        """`E`, or `N% of X`."""
        if self.scale is not None:
            self.check_grade(self.scale)
        return self.sum()


_ONE_ENDED = {
    ("at", "most"): "<=",
    ("at", "least"): ">=",
    ("below",): "<",
    ("above",): ">",
    ("is",): "=",
}


def _bare(node: Expression) -> bool:
    """Whether it is `a for N periods` without brackets round it."""
    return isinstance(node, Lasting) and node.start == node.operand.start


def _percentage(amount: Expression, of: Expression) -> Expression:
    hundred = Literal(of.end, of.end, 100.0)
    product = Binary(amount.start, of.end, "*", amount, of)
    return Binary(amount.start, of.end, "/", product, hundred)


def _height(root: Node) -> int:
    """How many levels a tree has, found without recursion: long sums are deep trees."""
    level: list[Node] = [root]
    height = 0
    while level:
        height += 1
        level = [child for node in level for child in (inside(node) if isinstance(node, Aggregate) else children(node))]
    return height
