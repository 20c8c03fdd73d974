"""What a text names: a period, an agency, a figure, a group, or the role of the column below it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Final

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.markers import state_of
from pmf_engine.domain.periods import LONGEST_NAME, MONTHS, Cadence, Period, parse_day, parse_period
from pmf_engine.submissions.cell_values import MERGED, REFUSED, is_number
from pmf_engine.submissions.period_headings import is_made_on, length_of
from pmf_engine.submissions.vocabulary import Names, Vocabulary, fold, fold_header, without_numbering

PERIOD, AGENCY, FIGURE, VALUE, PART = "period", "agency", "figure", "value", "part"
"""Roles of texts. `part` is a quarter, half or month without its year; a group has the role `by` with its breakdown."""

ROLE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    PERIOD: (
        "period", "quarter", "month", "year", "time period", "reporting period", "financial year", "period covered",
        "period ending", "period end", "end of period", "as at", "position as at", "data as at", "snapshot date",
        "census date",
    ),
    AGENCY: (
        "agency", "organisation", "organization", "partner", "partner agency", "provider", "sender", "agency name",
        "reporting agency", "organisation name", "name of agency", "name of organisation", "service",
    ),
    FIGURE: (
        "figure", "indicator", "measure", "metric", "performance indicator", "performance measure", "kpi", "data item",
        "indicator name", "measure name", "description", "title", "item",
    ),
    VALUE: (
        "value", "number", "count", "actual", "result", "outturn", "data", "no.", "figures", "figure", "number of",
        "total number", "amount",
    ),
    "comment": ("comment",),
}  # fmt: skip
"""The words that head a column of each role. A column has the role only where its cells agree with its heading."""

DERIVED = re.compile(
    r"(?:grand )?totals?|(?:full )?year(?: total)?|annual(?: total)?|\d{4}[-/]\d\d total"
    r"|ytd|year to date|to date|(?:%|percent(?:age)?) ?change|change.*|trend"
    r"|direction(?: of travel)?|rag(?: rating| status)?|target|average|mean|variance|cumulative|%|percent(?:age)?"
)
"""Headings of columns that are worked out from the others, or say what is aimed at."""

NO_ACTUAL = re.compile(
    r"ytd|year to date|to date|cumulative|(?:%|percent(?:age)?) ?change|change.*|trend|direction(?: of travel)?"
    r"|rag(?: rating| status)?|targets?|average|mean|variance|forecast|plan(?:ned)?|projection|baseline|benchmark"
    r"|(?:last|previous|prior) (?:year|quarter|month|period)|england|national(?: average)?|statistical neighbours"
)
"""Headings of numbers that are not those of the sheet's period or sender. Alone over values, they head them too."""

_AROUND = re.compile(
    r"^(?:actual|number|outturn)s? |[\s:,(\-]+(?:actual|number|no\.?|count|outturn|value|figures?)s?\)?$"
)
_LIKE_A_NUMBER = re.compile(
    r"[^\w]{0,3}[a-gi-pr-z]{0,2}[^\w]{0,3}£?\d[\d,. ]*"
    r"(?:[a-gi-pr-z]{1,2}[^\w]{0,3}\d[\d,. ]*)?(?:[a-z?*!%()]{0,6}|\s+\(?\w{0,8}\.?\)?)"
    r"|\d[\d,.]*\s*%?\s*\([^()]{1,30}\)|\d+\s*/\s*\d+|\d[\d,.]*[¹²³⁴-⁹⁰†‡§]+",
    re.IGNORECASE,
)
"""A number with a slip, with some characters around it or another in brackets, or a ratio; no quarter and no half."""

_AREA_CODE = re.compile(r"[ENSWK]\d{8}")
"""The code of an area of the United Kingdom, which is no number with a slip."""

_THOUSANDS = re.compile(r"£?'?000s?", re.IGNORECASE)
"""A heading of numbers that are in thousands, which is none of them."""

_SHORTEST = 3
"""Names within a title are longer than this, the spaces around them included."""

_PART_OF_YEAR = re.compile(
    r"(?:q|qtr|quarter)[\s.\-]*([1-4])|(?:h|half)[\s.\-]*([12])|([1-4])(?:st|nd|rd|th) (?:quarter|qtr)"
)
_MONTHS_BY_NAME: Final[Mapping[str, str]] = {
    spelt: month[:3] for month in MONTHS for spelt in (month, month[:3], month[:4])
}
_AMBIGUOUS = re.compile(
    r"(?:fy\s*|(?:q[1-4]|h[12])\s*)?(?:19|20)\d\d|(?:fy|q[1-4]|h[12])\s*\d\d|(?:19|20)\d\d\s*/?\s*\d\d"
)
_KEY = re.compile(r"(?<!\s)(?:\s*[:=\u2013]\s*|\s+-\s+)")


class Lexicon:
    """What each text names, worked out once for each distinct text."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.year_start = words.framework.board.year_start
        self.roles = cache(self._roles)
        self.role_word = cache(self._role_word)
        self.is_value = cache(self._is_value)
        self._by_length: Sequence[tuple[str, list[tuple[Names, str]]]] | None = None
        self._grades = {fold(grade) for scale in words.framework.scales.values() for grade in scale}
        self._words = {fold_header(word): role for role, spelt in reversed(list(ROLE_WORDS.items())) for word in spelt}

    def by_length(self) -> Sequence[tuple[str, list[tuple[Names, str]]]]:
        """Every name of an agency, figure or group in its plain form, the longest first, with whose name it is."""
        if self._by_length is None:
            owners: dict[str, list[tuple[Names, str]]] = {}
            for names in (self.words.agencies, self.words.figures, *self.words.groups.values()):
                for spelt, id_ in [*names.spellings.items(), *zip(names.titles, names.titles, strict=True)]:
                    if len(name := plain(spelt)) > _SHORTEST:
                        owners.setdefault(name, []).append((names, id_))
            self._by_length = sorted(owners.items(), key=lambda each: -len(each[0]))
        return self._by_length

    @cached_property
    def names_in_titles(self) -> Sequence[str]:
        """Every name in its plain form that may stand in a title, of the board and its content areas too."""
        framework = self.words.framework
        areas = [area.title for area in framework.content_areas.values()]
        names = [name for name, _ in self.by_length()] + [plain(name) for name in (framework.board.name, *areas)]
        return sorted({name for name in names if len(name) > _SHORTEST}, key=lambda name: (-len(name), name))

    @cached_property
    def words_of_names(self) -> frozenset[str]:
        """Every word in a name of the board, its area, agencies, figures, groups, breakdowns and content areas."""
        board = self.words.framework.board
        names = [*self.names_in_titles, plain(board.name), plain(board.area or ""), *self.words.breakdowns.titles]
        names += [plain(title) for title in self.words.breakdowns.titles.values()]
        return frozenset(word for name in names for word in name.split())

    def _roles(self, text: str) -> frozenset[str]:
        """The roles of the names that a text is exactly: none for a text that names nothing."""
        if not text or len(text) > 200:
            return frozenset()
        found = {
            f"by {by}" for by, groups in self.words.groups.items() if groups.find(text) or self._is_total(by, text)
        }
        if self.words.figures.find(text) is not None:
            found.add(FIGURE)
        if self.words.agencies.find(text) is not None:
            found.add(AGENCY)
        if self.is_period(text):
            found.add(PERIOD)
        elif self.part(text) is not None:
            found.add(PART)
        return frozenset(found)

    def _is_total(self, by: str, text: str) -> bool:
        """Whether a text means all groups of a breakdown and says of which, as `All districts` does."""
        return self.words.is_whole(by, text) and DERIVED.fullmatch(fold(text)) is None

    def is_whole(self, text: str) -> bool:
        """Whether a text means all there is: `Total`, `All districts`."""
        return any(self.words.is_whole(by, text) for by in self.words.groups) or fold(text) in ("total", "grand total")

    def is_period(self, text: str) -> bool:
        """Whether a text names a period or a day, or may name one of two periods."""
        text = self.bare(text)
        if len(text) > LONGEST_NAME:
            return False
        if parse_day(text) is not None or _AMBIGUOUS.fullmatch(text.lower()):
            return True
        return any(parse_period(text, year, months) is not None for year in {self.year_start, 1} for months in (12, 1))

    def bare(self, text: str) -> str:
        """A heading without the words around its period: `Q3 2016-17 actual` is `Q3 2016-17`.

        A heading that names a figure stays whole.
        """
        if len(text) > 2 * LONGEST_NAME or not re.search(r"\d", text):
            return text
        return _AROUND.sub("", text) if parse_period(_AROUND.sub("", text), self.year_start) else text

    def part(self, text: str) -> str | None:
        """A quarter, half or month without its year as `q3`, `h1` or `apr`; None for every other text.

        >>> from types import SimpleNamespace
        >>> Lexicon.part(SimpleNamespace(), "Quarter 3"), Lexicon.part(SimpleNamespace(), "Sept")
        ('q3', 'sep')
        """
        folded = fold(text).rstrip(".")
        if match := _PART_OF_YEAR.fullmatch(folded):
            return f"h{match[2]}" if match[2] else f"q{match[1] or match[3]}"
        return _MONTHS_BY_NAME.get(folded)

    def part_of(self, whole: str, part: str) -> str:
        """The name of the quarter, half or month `part` of a longer period; both texts where there is none."""
        named, longer = self.part(part), parse_period(self.bare(whole), self.year_start)
        if named is None or longer is None:
            return f"{whole} {part}"
        length = {"q": 3, "h": 6}.get(named[0] if named[1:].isdigit() else "", 1)
        periods = [Period(start, Cadence(length, self.year_start)) for start in range(longer.start, longer.end, length)]
        if length > 1:
            periods = [each for each in periods if each.label.lower().endswith(f" {named}")]
        else:
            periods = [each for each in periods if MONTHS[each.start % 12].startswith(named)]
        return name_of(periods[0]) if len(periods) == 1 else f"{whole} {part}"

    def _role_word(self, text: str) -> str | None:
        """The role that a heading gives its column, `by` and a breakdown included; None for every other text."""
        bare = text.rstrip(":").strip()
        if (own := self.words.role(bare)) is not None:
            what, id_ = own
            if what == "by":
                return f"by {id_}"
            if what != "figure column":
                return id_
        word = self._words.get(fold_header(bare)) or self._words.get(fold_header(without_numbering(bare)))
        return word or (PERIOD if length_of(bare) is not None else None)

    def is_value_heading(self, text: str) -> bool:
        """Whether a heading is `value` itself, or what the board calls it: it heads the values, whatever is beside."""
        return self.words.role(text) == (VALUE, VALUE)

    def near_role(self, text: str) -> str | None:
        """The role of which a heading is a misspelt name: `figre` of `figure`."""
        near = nearest(text[:100], ROLE_WORDS)
        return near or next(
            (f"by {by}" for by, one in self.words.framework.breakdowns.items() if nearest(text[:100], [by, one.title])),
            None,
        )

    def _is_value(self, text: str) -> bool:
        """Whether a text can only be a value: a number, a marker, a grade, a formula or an error of a spreadsheet."""
        if _THOUSANDS.fullmatch(text):
            return False
        if is_number(text) or state_of(text) is not None or fold(text) in self._grades:
            return True
        return (len(text) > 1 and text[0] in "=#" and text[1].isupper()) or MERGED.search(text) is not None

    def may_be_value(self, text: str) -> bool:
        """Whether a text is a value, or looks like a damaged one: `52O`, `? 520`, `520 or so`."""
        if self.is_value(text) or REFUSED.fullmatch(text):
            return True
        is_like = _LIKE_A_NUMBER.fullmatch(text) and not _AREA_CODE.fullmatch(text) and not self.roles(text)
        return bool(is_like) and not _THOUSANDS.fullmatch(text) and not self.is_near_name(text)

    def is_near_name(self, text: str) -> bool:
        """Whether the letters of a text may be a misspelt name, as those of `9zNORTH` are: it is no damaged number."""
        words = re.findall(r"[^\W\d_]{4,}", text)
        names = [self.words.agencies, self.words.figures, *self.words.groups.values()]
        return any(each.help(word) for word in words for each in names)

    def keyed(self, text: str) -> tuple[str, str, str] | None:
        """The role, the text and the key of a title such as `Period: Q3 2016-17`; None for a title without a role."""
        parts = _KEY.split(text, maxsplit=1)
        role = self.role_word(parts[0]) if len(parts) == 2 and parts[1].strip() else None
        return (role, parts[1].strip(), parts[0]) if role and role not in (VALUE, "comment") else None

    def is_dated(self, row: Sequence[str]) -> bool:
        """Whether the texts of a row are a day and, before it, a word that names nothing, such as `Printed`."""
        if len(row) != 2 or self.roles(row[0]) or self.role_word(row[0]) is not None:
            return False
        is_time = re.match(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d", row[1]) is not None or self.is_period(row[1])
        return parse_day(row[1]) is not None or (is_made_on(row[0]) and is_time)


def plain(text: str) -> str:
    """The words of a text in small letters, with a space before and behind them.

    >>> plain("Children's Services (North)")
    ' children s services north '
    """
    words = re.sub(r"[^\w&+]+|_", " ", text)
    return f" {fold(words)} "


def name_of(period: Period) -> str:
    """A name of a period that no frequency reads otherwise: a month by its word, a year that may be a month as `FY`.

    >>> name_of(Period(2011 * 12 + 11, Cadence(1, 4))), name_of(Period(2011 * 12 + 3, Cadence(12, 4)))
    ('Dec 2011', 'FY2011/12')
    """
    if period.cadence.months == 1:
        return f"{MONTHS[period.start % 12][:3].capitalize()} {period.start // 12}"
    label = period.label
    return f"FY{label.replace('-', '/')}" if re.fullmatch(r"\d{4}-(?:0[1-9]|1[0-2])", label) else label
