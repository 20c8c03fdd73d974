"""Parser of the bands of tolerances: formulas with `at most`, `between`, `within`, `N% of X` and grades of a scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Passage
from pmf_engine.formula.lexer import FormulaError, Token
from pmf_engine.formula.parser import Parser
from pmf_engine.formula.syntax import PRODUCT, SUM, Band, Binary, Call, Expression, Grade, Limit, Literal

_ONE_ENDED = {
    ("at", "most"): "<=",
    ("at", "least"): ">=",
    ("below",): "<",
    ("above",): ">",
    ("is",): "=",
}


def parse_band(passage: Passage, grades: Sequence[str] = (), scale: str | None = None) -> Band:
    """Parses a band such as `at most 20`.

    Args:
        passage: The text of the band.
        grades: The grades that the band may name, the worst first.
        scale: The scale of the indicator, for messages; None for an indicator that is a number.

    Raises:
        FormulaError: The text is not a band.
    """
    parser = _BandParser(passage, grades, scale)
    return parser.whole(parser.band(), "`and`")


class _BandParser(Parser):
    """Parses bands, by recursive descent.

    Attributes:
        shares: Whether `%` begins a share, as in `N% of X`, at the current token.
        scale: The scale of the indicator.
        grades: A pattern, the position on the scale and the words of each grade.
    """

    def __init__(self, passage: Passage, grades: Sequence[str], scale: str | None) -> None:
        super().__init__(passage)
        self.shares = True
        self.scale = scale
        self.grades = [
            (re.compile(r"\s+".join(map(re.escape, grade.split())) + r"(?!\w)", re.IGNORECASE), position, grade)
            for position, grade in enumerate(grades, start=1)
        ]

    # -- expressions, with shares and grades ------------------------------------------

    def expression(self) -> Expression:
        """An expression in brackets or in a call: `%` begins a share again inside it."""
        shares, self.shares = self.shares, True
        expression = super().expression()
        self.shares = shares
        return expression

    def product(self) -> Expression:
        """Factors joined with `*` and `/`, or `N% of X`."""
        left = self.unary()
        if self.shares and (share := self.took("%")):
            self.of(share)
            return self.share(left, self.negated(self.product))
        while sign := self.took(*PRODUCT):
            right = self.unary()
            left = Binary(left.start, right.end, sign.text, left, right)
            self.check_share(left, "%")
        return left

    def primary(self) -> Expression:
        """A grade of the scale, or a primary expression."""
        return self.grade() or super().primary()

    def share(self, amount: Expression, of: Expression) -> Expression:
        """`N% of X`. X ends before `+` and `-`."""
        percentage = _percentage(amount, of)
        self.check_share(percentage, *SUM)
        return percentage

    def check_share(self, before: Expression, *signs: str) -> None:
        """Refuses `50% of a + b`, which is ambiguous without brackets."""
        if self.next.kind == "sign" and self.next.text in signs:
            raise FormulaError(messages.which_share(self.passage.span(before.start, self.next.end)))

    def of(self, share: Token) -> None:
        if not self.took("of"):
            self.refuse(messages.percent_of_what, share)

    # -- grades -----------------------------------------------------------------

    def grade(self) -> Grade | None:
        """The longest grade of the scale at the current token, in quotes or not; None where there is none.

        Grades match the text itself: they may contain spaces and signs that the lexer splits into tokens.
        """
        start = self.next.start
        quoted = self.next.text[1:-1] if self.next.kind == "text" else None
        longest: tuple[int, int, str] | None = None
        for form, position, grade in self.grades:
            if quoted is not None:
                candidate = (self.next.end, position, grade) if form.fullmatch(quoted.strip()) else None
            else:
                match = form.match(self.passage.text, start)
                candidate = (match.end(), position, grade) if match else None
            if candidate and (longest is None or candidate > longest):
                longest = candidate
        if longest is None:
            return None
        end, position, grade = longest
        while self.next.kind != "end" and self.next.start < end:
            self.at += 1
        return Grade(start, end, position, grade)

    def check_grade(self, scale: str) -> None:
        """Refuses several words that are no grade of the scale; a single word may be the name of a figure."""
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

    # -- bands ------------------------------------------------------------------

    def band(self) -> Band:
        """A band: limits joined with `and`."""
        start = self.next.start
        limits = self.limits()
        while self.took("and"):
            limits += self.limits()
        end = self.tokens[self.at - 1].end
        return Band(start, end, tuple(limits), " ".join(self.passage.text[start:end].split()))

    def limits(self) -> list[Limit]:
        """The limits of one condition: one of `at most`, `below` and the like, two of `between` and `within`."""
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
        """Refuses the next token, which begins no limit; `at` with a name after it is refused as one phrase."""
        token = self.next
        if token.text not in messages.BAND_SIGNS:
            self.legible()
        if token.text == "at" and self.tokens[self.at + 1].kind == "name":
            end = self.tokens[self.at + 1].end
            token = Token(token.kind, self.passage.text[token.start : end], token.start, end)
        self.refuse(messages.not_a_band, token, token.text, token.kind)

    def within(self, start: int) -> list[Limit]:
        """The two limits of `within E of X` or `within N% of X`, after the word `within`; `N%` is of the size of X."""
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

    def bound(self) -> Expression:
        """`E`, or `N% of X`."""
        if self.scale is not None:
            self.check_grade(self.scale)
        return self.sum()


def _percentage(amount: Expression, of: Expression) -> Expression:
    hundred = Literal(of.end, of.end, 100.0)
    product = Binary(amount.start, of.end, "*", amount, of)
    return Binary(amount.start, of.end, "/", product, hundred)
