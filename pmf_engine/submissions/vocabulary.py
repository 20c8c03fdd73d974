"""Names in returns and lists, in every spelling: figures, agencies, breakdowns, groups and columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import LONGEST_NAME, parse_period
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.problems import meant
from pmf_engine.submissions.table import EDGES

_TOTAL_WORDS = {"total", "totals", "all", "whole", "overall", "sum", "combined"}
"""Words for the whole in a column of groups, where the cell should be blank."""

_BESIDE_TOTALS = {"grand", "overall", "the", "of", "for", "county", "area", "authority"}
"""Words that may accompany these."""

_SUBTOTAL = re.compile(r"\b(?:sub[- ]?)?totals?\b")

_OF_ALL = re.compile(
    r"(?:all )?(?:total|totals|persons|people|children|both|both sexes|everyone|everybody|any)"
    r"|all(?: (?:ages|sexes|genders|ethnicities|groups|types|categories|reasons|sources))?|whole|overall|grand total"
)
"""Words for all parts in a column of parts."""

_NOTE = re.compile(
    r".*\b(?:notes?|remarks?|comments?|commentary|caveats?|footnotes?|explanations?|narrative)\b.*"
    r"|rag(?: rating| status)?|trend|direction(?: of travel)?"
    r"|(?:data )?sources?|(?:contact|author|owner)(?: (?:name|details|person|number|e[- ]?mail))?"
    r"|e[- ]?mail(?: address)?|(?:tele)?phone(?: number)?|tel|version|last updated"
    r"|(?:prepared|completed|submitted|entered|checked|approved|signed off|filled in|provided|supplied|produced"
    r"|compiled|returned|authorised|verified|validated) (?:by|on)"
    r"|date (?:of return|prepared|completed|submitted|entered|checked|approved|sent|returned|updated)"
)
"""Titles of columns with notes on a row, which never name a part."""

REQUIRED = ("period", "agency", "figure", "value")


_HYPHENS: Final = {0x2010: "-", 0x2011: "-", 0xAD: None}
"""Hyphens of word processors as that of a keyboard; a soft one, which shows at the end of a line alone, is none."""


def fold(text: str) -> str:
    """A text without regard to case, repeated spaces, and how its hyphens break.

    >>> fold(" Castle  POINT "), fold("Re\u2011referrals")
    ('castle point', 're-referrals')
    """
    return " ".join(text.strip(EDGES).translate(_HYPHENS).casefold().split())


def spelling_order(text: str) -> tuple[bool, str]:
    """A key that sorts spellings of one name, the best first: those in capitals and small letters, then by alphabet.

    >>> min("OAKHAM", "oakham", "Oakham", key=spelling_order)
    'Oakham'
    """
    return text.isupper() or text.islower(), text


_NUMBERED = re.compile(
    r"^(?:\(?(?:\d{1,2}|[a-z]|i{1,3}|iv|vi{0,3}|ix|x)[.)]|\d{1,2}(?:\.\d{1,2})+[.)]?|\d{1,2}\s*[:\u2013-]"
    r"|[\u2022\u00b7\u25aa\u25cf\u2013\u2014-])\s+(?=\S)",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"(?:[\s:*\u2020\u2021\u00a7\u00b9\u00b2\u00b3\u2070\u2074-\u2079]|\[(?:note )?\w{1,2}\]|\(note \w{1,2}\))+$",
    re.IGNORECASE,
)
_COUNCIL = re.compile(r" (?:(?:county|city|borough|metropolitan|district|unitary) )*(?:council|county|authority)$")


@lru_cache(maxsize=10_000)
def without_numbering(text: str) -> str:
    """A label without a number or bullet before it, and without marks of footnotes and a colon behind it.

    >>> without_numbering("1.2 Referrals received*"), without_numbering("a) Visits [1]:"), without_numbering("2 visits")
    ('Referrals received', 'Visits', '2 visits')
    """
    if len(text) > LONGEST_NAME:
        return text
    return _FOOTNOTE.sub("", _NUMBERED.sub("", text.strip(EDGES)))


@lru_cache(maxsize=10_000)
def fold_header(text: str) -> str:
    """A column's name without regard to case, spaces, underscores and hyphens.

    >>> fold_header("Received On"), fold_header("received_on")
    ('receivedon', 'receivedon')
    """
    return re.sub(r"[\s_\-\u200b\ufeff]+", "", text.casefold())


class Names:
    """Ids and their spellings: an id precedes a title with the same spelling, and a title precedes `others`.

    A spelling of two ids of the same rank names neither.

    >>> names = Names({"police": "Essex Police", "nhs": "NHS"}, others={"nhs": ["Health"]})
    >>> names.find("essex police"), names.find("health"), names.find("fire")
    ('police', 'nhs', None)
    """

    def __init__(
        self,
        titles: Mapping[str, str],
        folded: Callable[[str], str] = fold,
        others: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.titles, self._fold = titles, folded
        self._spellings = _unique(titles, titles, folded)
        ids = {folded(id_) for id_ in titles}
        by_title = _unique(titles, titles.values(), folded)
        self._spellings |= {spelling: id_ for spelling, id_ in by_title.items() if spelling not in ids}
        pairs = [(id_, other) for id_, spelt in (others or {}).items() for other in spelt]
        by_other = _unique([id_ for id_, _ in pairs], [other for _, other in pairs], folded)
        taken = ids | {folded(title) for title in titles.values()}
        self._spellings |= {spelling: id_ for spelling, id_ in by_other.items() if spelling not in taken}

    @property
    def spellings(self) -> Mapping[str, str]:
        """Every folded spelling with its id."""
        return self._spellings

    def find(self, text: str) -> str | None:
        """The id that a text names, also with a number before it or the mark of a footnote behind it; else None."""
        if text in self.titles:
            return text
        id_ = self._spellings.get(self._fold(text))
        if id_ is None and (bare := without_numbering(text)) != text:
            return self._spellings.get(self._fold(bare))
        return id_

    def help(self, text: str) -> str:
        """The end of a message about an unknown name."""
        return meant(text, [*self.titles, *self.titles.values()])


def _unique(ids: Iterable[str], texts: Iterable[str], folded: Callable[[str], str]) -> dict[str, str]:
    """The folded texts of exactly one id, each with the id."""
    ids_by_spelling: dict[str, set[str]] = {}
    for id_, text in zip(ids, texts, strict=True):
        ids_by_spelling.setdefault(folded(text), set()).add(id_)
    return {spelling: next(iter(fits)) for spelling, fits in ids_by_spelling.items() if len(fits) == 1}


def _number_forms(*names: str) -> set[str]:
    """The words of names, and their plurals.

    >>> {"authority", "authorities", "districts"} <= _number_forms("local_authority", "District")
    True
    """
    words = {word for name in names for word in fold(name.replace("_", " ")).split()}
    return words | {f"{word}s" for word in words} | {re.sub("y$", "", word) + "ies" for word in words}


def is_of_all(text: str) -> bool:
    """Whether a text in a column of parts says that its row is of all parts.

    >>> is_of_all("All"), is_of_all("Both sexes"), is_of_all("Female"), is_of_all("All Saints")
    (True, True, False, False)
    """
    return _OF_ALL.fullmatch(fold(text)) is not None


COUNTS, LAST_TIME = "what it counts (not read)", "last time (not read)"
"""The columns of templates that tell people what to fill in."""


class Vocabulary:
    """All the names that returns to a framework may use."""

    def __init__(self, framework: Framework) -> None:
        titles = {id_: figure.title for id_, figure in framework.figures.items()}
        breakdowns = {id_: breakdown.title for id_, breakdown in framework.breakdowns.items()}
        self.framework = framework
        others = {id_: (*figure.formerly, *figure.also_called) for id_, figure in framework.figures.items()}
        self.figures = Names(titles, others=others)
        self.agencies = Names(
            {id_: agency.name for id_, agency in framework.agencies.items()},
            others={id_: (*agency.formerly, *agency.also_called) for id_, agency in framework.agencies.items()},
        )
        headings = {id_: breakdown.also_called for id_, breakdown in framework.breakdowns.items()}
        self.breakdowns = Names(breakdowns, fold_header, headings)
        self.groups = {
            id_: Names(
                {group.name: group.name for group in breakdown.groups},
                lambda text: fold(text).replace(" ", ""),
                {group.name: (*group.formerly, *group.also_called) for group in breakdown.groups},
            )
            for id_, breakdown in framework.breakdowns.items()
            if breakdown.groups is not None
        }
        board = framework.board
        self._ignored = {fold_header(name) for name in (*board.ignore_columns, COUNTS, LAST_TIME)}
        self._area = None if board.area is None else fold(re.sub(r"[^\w\s]+", " ", board.area))
        self._beside_totals = {
            id_: _TOTAL_WORDS | _BESIDE_TOTALS | set((self._area or "").split()) | _number_forms(id_, breakdown.title)
            for id_, breakdown in framework.breakdowns.items()
        }
        columns = {name: getattr(board.columns_also_called, name) for name in (*REQUIRED, "comment")}
        self._base = Names({name: name for name in columns}, fold_header, columns)
        self._columns = Names(titles, fold_header, others)
        self._roles: dict[str, tuple[str, str] | None] = {}
        self.headers = [*self._base.titles, *breakdowns, *breakdowns.values()]

    def breakdown_meant(self, header: str, texts: Iterable[str]) -> str | None:
        """The breakdown that an unknown column may be of: its texts are groups of it, or their names are near."""
        texts = list(texts)
        for id_, groups in self.groups.items():
            if any(groups.find(text) for text in texts):
                return id_
        names = [*self.breakdowns.titles, *self.breakdowns.titles.values()]
        for name in (header[:100], *re.findall(r"[^\W\d_]+", header[:100])):
            if nearest_name := nearest(name, names):
                return self.breakdowns.find(nearest_name)
        return None

    def is_note(self, header: str) -> bool:
        """Whether the title of an unknown column is that of notes, such as `remarks` or `prepared by`."""
        return _NOTE.fullmatch(fold(re.sub(r"[_\-:()/]+", " ", header))) is not None

    def is_ignored(self, header: str) -> bool:
        """Whether `ignore_columns` of the board names an unknown column, or a template has it for people to read."""
        return fold_header(header) in self._ignored

    def is_area(self, text: str) -> bool:
        """Whether a text is the board's own area, or the council of it."""
        bare = fold(re.sub(r"[^\w\s]+", " ", text))
        return self._area is not None and self._area in (bare, _COUNCIL.sub("", bare))

    def is_whole(self, by: str, text: str) -> bool:
        """Whether a text in place of a group of a breakdown means all of them: `Grand total`, `All districts`."""
        bare = fold(re.sub(r"[^\w\s]+", " ", text))
        if self._area is not None and bare == self._area:
            return True
        words = set(bare.split())
        return bool(words & _TOTAL_WORDS) and words <= self._beside_totals[by]

    def is_total(self, by: str, text: str) -> bool:
        """Whether a text in place of a group is a total of groups, of all or of some."""
        return self.is_whole(by, text) or _SUBTOTAL.search(fold(text)) is not None

    def group_meant(self, by: str, text: str) -> str | None:
        """The folded name of the group that a text names or is near; None for a text near none."""
        if by not in self.groups:
            return fold(text)
        group = self.groups[by].find(text) or nearest(text[:100], self.groups[by].titles)
        return None if group is None else fold(group)

    def stands_for(self, what: str, text: str) -> bool:
        """Whether a text is a valid name in a column for `what`: an own column, or a breakdown with listed groups."""
        if what == "period":
            return any(parse_period(text, year) for year in (1, self.framework.board.year_start))
        names = {"figure": self.figures, "agency": self.agencies, **self.groups}.get(what)
        return names is not None and names.find(text) is not None

    def role(self, header: str) -> tuple[str, str] | None:
        """The role of a column: its own name twice, `by` with a breakdown, `figure column` with a figure, or None."""
        if header not in self._roles:
            self._roles[header] = self._find_role(header.strip(EDGES))
        return self._roles[header]

    def _find_role(self, title: str) -> tuple[str, str] | None:
        for what, names in (("", self._base), ("by", self.breakdowns), ("figure column", self._columns)):
            if (id_ := names.find(title)) is not None:
                return (id_, id_) if not what else (what, id_)
        return None

    def score(self, header: Sequence[str]) -> int:
        """The number of columns of a header with a role."""
        return sum(self.role(name) is not None for name in header)
