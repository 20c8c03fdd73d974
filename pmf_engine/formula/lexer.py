"""Lexer: the text of a formula to tokens, which are words, numbers, texts, dates and signs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Concatenate, NamedTuple, NoReturn, ParamSpec

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.source import Passage, Span
from pmf_engine.domain.dates import FIRST_YEAR, LAST_YEAR
from pmf_engine.domain.faces import FACES

LARGEST = 1e15
_LONGEST = 4_000

_Details = ParamSpec("_Details")

_FACES = "|".join(FACES)

_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![\w.]))
    | (?P<grouped>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?(?![\w,]))
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<text>"[^"\n]*"|'[^'\n]*')
    | (?P<name>[a-z_][a-z0-9_]*(?:\.(?:{_FACES}))?(?!\w))
    | (?P<strange>==|<>|=<|=>|&&|\|\||\*\*)
    | (?P<sign>!=|<=|>=|[-+*/=<>(),%])
    | (?P<word>[^\W\d]\w*)
    | (?P<figures>[\d.][\w.]*)
    | (?P<other>\S)
    )""",
    re.VERBOSE,
)

_ILLEGIBLE = {
    "figures": messages.not_a_number,
    "strange": messages.bad_sign,
    "other": messages.bad_sign,
}


class Token(NamedTuple):
    """A token: its kind (a group of `_TOKEN`, or `end`), its text, and the offsets of its characters."""

    kind: str
    text: str
    start: int
    end: int


class FormulaError(Exception):
    """A text that is not in the language; `diagnostic` has the position and the reason."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Tokens:
    """The tokens of a passage with a cursor, `at`; the last token has the kind `end`."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.at = 0
        self.tokens = self._tokens()

    def _tokens(self) -> list[Token]:
        """The tokens of the whole passage. `legible` refuses illegible tokens later, when a parser reaches them."""
        text = self.passage.text
        if len(text) > _LONGEST:
            raise FormulaError(messages.formula_too_long(self.passage.span(0, 1), _LONGEST))
        tokens: list[Token] = []
        at = 0
        while match := _TOKEN.match(text, at):
            kind = str(match.lastgroup)
            token = Token(kind, match[kind], match.start(kind), match.end())
            tokens.append(token)
            at = token.end
        if not tokens:
            raise FormulaError(messages.empty_formula(self.passage.span()))
        end = tokens[-1].end
        tokens.append(Token("end", "", end, end))
        return tokens

    @property
    def next(self) -> Token:
        """The token at the cursor."""
        return self.tokens[self.at]

    def take(self) -> Token:
        """Takes the next token: returns it, and moves the cursor behind it."""
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
        """Whether these words or signs come next, in this order; the cursor stays."""
        ahead = self.tokens[self.at : self.at + len(texts)]
        return [token.text for token in ahead if token.kind in ("name", "sign")] == list(texts)

    def expect(self, text: str, doing: str) -> Token:
        """Takes the next token, which must be this word or sign; `doing` ends the message where it is not."""
        return self.took(text) or self.unexpected(f"`{text}`", doing)

    def unexpected(self, wanted: str, doing: str = "") -> NoReturn:
        """Refuses the next token; the message names what the grammar wants in its place."""
        self.legible()
        self.refuse(messages.unexpected, self.next, self.next.text, wanted, doing)

    def legible(self) -> None:
        """Refuses the next token where it is no word, number or sign of the language in any position."""
        token = self.next
        if token.kind == "grouped":
            before = [other.text for other in self.tokens[: self.at]]
            self.refuse(messages.grouped_number, token, token.text, before.count("(") > before.count(")"))
        before_it = self.tokens[self.at - 1] if self.at else token
        face = token.text.removeprefix(".")
        if face.isidentifier() and face != token.text and before_it.kind == "name" and before_it.end == token.start:
            whole = Token("name", before_it.text + token.text, before_it.start, token.end)
            self.refuse(messages.no_such_face, whole, before_it.text, face)
        if token.kind in _ILLEGIBLE:
            self.refuse(_ILLEGIBLE[token.kind], token, token.text)
        if token.kind == "word":
            plain = token.text.isascii() and token.text.lower() != token.text
            compared = plain and self.at > 0 and self.tokens[self.at - 1].text in ("=", "!=")
            if plain:
                self.refuse(messages.not_lower_case, token, token.text, bool(compared))
            self.refuse(messages.not_a_name, token, token.text)

    def refuse(
        self,
        message: Callable[Concatenate[Span, _Details], Diagnostic],
        token: Token,
        *details: _Details.args,
        **named: _Details.kwargs,
    ) -> NoReturn:
        """Refuses the text: raises a FormulaError about a token, with the message for these details."""
        start, end = token.start, token.end
        if start == end:  # the end of the text: point at its last character
            start = max(0, start - 1)
        raise FormulaError(message(self.passage.span(start, end), *details, **named))

    def number(self, token: Token) -> float:
        """The value of a token that is a number."""
        value = float(token.text)
        if value > LARGEST:
            self.refuse(messages.number_too_large, token)
        return value

    def date(self, token: Token) -> date:
        """The value of a token that is a date: it must exist, and its year must be plausible."""
        try:
            day = date.fromisoformat(token.text)
        except ValueError:
            self.refuse(messages.no_such_date, token, token.text)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.refuse(messages.date_not_meant, token, token.text, FIRST_YEAR, LAST_YEAR)
        return day
