"""Titles: the period, agency and group that the title, the sheet's name or the file's name gives to a whole table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import PurePosixPath

from pmf_engine.domain.dates import DateRange
from pmf_engine.domain.periods import Cadence, Period, month_of, parse_day, parse_period
from pmf_engine.submissions.layouts.grid import Label
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PERIOD, Lexicon, name_of, plain
from pmf_engine.submissions.period_headings import is_bound, is_of_other_year, length_of, period_below
from pmf_engine.submissions.period_names import days_in_text, is_part_of_year
from pmf_engine.submissions.vocabulary import Names, fold

_SHORT_YEAR = re.compile(r"(?<!\w)(?:[qh][1-4]\s*\d\d[-/]\d\d|\d\d[-/]\d\d\s*[qh][1-4])(?!\w)", re.IGNORECASE)
"""A quarter or half with a year of two digits, within a title."""


class TitlesDifferError(Exception):
    """Titles contradict each other: the role, and the two labels."""

    def __init__(self, role: str, first: Label, second: Label) -> None:
        super().__init__(role, first, second)
        self.role, self.first, self.second = role, first, second


def from_titles(role: str, titles: Sequence[Label], lexicon: Lexicon) -> Label | None:
    """The label of a role that some titles give together; None where they give none.

    Args:
        role: `period`, `agency`, `figure`, or `by` with a breakdown.
        titles: The titles, the sheet's name and the file's name.
        lexicon: The names of the framework.

    Raises:
        TitlesDifferError: Two of the titles give different ones.
    """
    keyed = [
        title._replace(text=named[1], heading=named[2])
        for title in titles
        if (named := lexicon.keyed(title.text)) and named[0] == role
    ]
    if role == PERIOD:
        plain_titles = [title for title in titles if not lexicon.keyed(title.text)]
        return _between(titles) or _period_with_keys(keyed, plain_titles, lexicon)
    names = _names(role, lexicon)
    exact = role == FIGURE  # the title of a figure is often a part of another title, and so has to be the whole title
    found: list[tuple[Label, str]] = []
    doubtful: list[Label] = []
    for title in titles:
        own = lexicon.keyed(title.text)
        if own is not None and own[0] != role:
            continue
        text = title.text if own is None else own[1]
        own_id = names.find(text)
        within = (
            [own_id]
            if own_id is not None
            else []
            if exact
            else _within(text, names, lexicon, prose=title.row > 0 and own is None)
        )
        if len(within) == 1:  # a title with two names gives neither
            found.append((title._replace(text=within[0]), within[0]))
        elif role.startswith("by ") and (len(within) > 1 or _is_near(text, names, lexicon)):
            doubtful.append(title._replace(text=text))
    if keyed and not found:
        return keyed[0]
    if doubtful and not found:  # a few groups, or a misspelt one, are not the whole
        return doubtful[0]
    for label, name in found[1:]:
        if name != found[0][1]:
            raise TitlesDifferError(role, found[0][0], label)
    return found[0][0] if found else None


def _is_near(text: str, names: Names, lexicon: Lexicon) -> bool:
    """Whether a text may be a misspelt group, and names nothing else."""
    return not lexicon.roles(text) and lexicon.role_word(text) is None and bool(names.help(text))


def _names(role: str, lexicon: Lexicon) -> Names:
    words = lexicon.words
    if role.startswith("by "):
        return words.groups.get(role[3:], Names({}))
    return {AGENCY: words.agencies, FIGURE: words.figures}[role]


def _within(text: str, names: Names, lexicon: Lexicon, prose: bool) -> list[str]:
    """The ids named within a text, the longest name first; a name inside a longer name does not count.

    Args:
        text: The text.
        names: The names that are looked for.
        lexicon: Every name.
        prose: The text is a title, in which a word such as `care` is not the id of an agency: only names count.
    """
    rest = plain(text)
    found: list[str] = []
    for name, owners in lexicon.by_length():
        if name in rest:
            rest = rest.replace(name, "  |  ")
            found += [
                id_
                for owner, id_ in owners
                if owner is names and not (prose and name == plain(id_) != plain(names.titles[id_]))
            ]
    return list(dict.fromkeys(found))


_BOUND = r"(?:(?:reporting )?period )?(?:date )?(?:{})(?: date| on)?[: ]+(?P<day>.+)"
_FIRST_DAY = re.compile(_BOUND.format("from|start(?:s|ing)?|begin(?:s|ning)|first day"))
_LAST_DAY = re.compile(_BOUND.format("to|until|end(?:s|ing)?|last day"))


def _between(titles: Sequence[Label]) -> Label | None:
    """The period from the day of one title to that of another, such as `From` and `To`; None without such titles."""
    days = [
        (title, match["day"])
        for form in (_FIRST_DAY, _LAST_DAY)
        for title in titles
        if (match := form.fullmatch(fold(title.text))) and parse_day(match["day"]) is not None
    ]
    if len(days) != 2 or _FIRST_DAY.fullmatch(fold(days[1][0].text)):
        return None
    (_, first), (label, last) = days
    return label._replace(text=f"{first} to {last}")


def _period_with_keys(keyed: Sequence[Label], titles: Sequence[Label], lexicon: Lexicon) -> Label | None:
    """The one period that titles give, some of them (`keyed`) behind a word for it, such as `Quarter: 1`.

    A day behind such a word bounds a period, and is narrower than a year that another title gives.
    """
    named: list[Label] = []
    for title in keyed:
        if is_of_other_year(title.heading.casefold(), lexicon.year_start):
            return title
        length = length_of(title.heading)
        if length is not None and (length.months == 0 or is_bound(title.text, length, lexicon.year_start)):
            period = period_below(length, title.text, lexicon.year_start)
            if period is None:
                return title
            text = name_of(period)
        else:
            text = f"Q{title.text}" if length and length.months == 3 and title.text in "1234" else title.text
            known = lexicon.is_period(text) or lexicon.part(text) or days_in_text(text, lexicon.year_start)
            if not known:
                return title
        named.append(Label(text, title.row, title.column))
    label = _period([*named, *titles], lexicon)
    for title in named:
        day = parse_day(title.text)
        days = None if label is None else days_in_text(label.text, lexicon.year_start)
        if day is not None and (label is None or days is None):
            return title if _ends_month(title.text) else label
        if day is not None and label is not None and days is not None and day not in (days.first, days.last):
            if not days.first < day < days.last:
                raise TitlesDifferError(PERIOD, title, label)
            return title
    return label


def _period(titles: Sequence[Label], lexicon: Lexicon) -> Label | None:
    """The one period that titles give, the narrowest where they are nested: `2016-17` and `Q3` are `2016-17 Q3`."""
    telling = [
        title._replace(text=_in_full(title.text, lexicon))
        for title in titles
        if re.search(r"\d", title.text) or lexicon.part(title.text) or is_part_of_year(title.text)
    ]
    days = days_in_text(" | ".join(title.text for title in telling), lexicon.year_start)
    period = None if days is None or days.first == days.last else _of(days, lexicon)
    alone: dict[DateRange, Label] = {}
    for title in telling:
        if (own := days_in_text(title.text, lexicon.year_start)) is not None:
            alone.setdefault(own, title)
    if period is None or days is None:
        for (days_of_first, first), (days_of_second, second) in combinations(alone.items(), 2):
            if days_of_first.shared(days_of_second) not in (days_of_first, days_of_second):
                raise TitlesDifferError(PERIOD, first, second)
        at = next((title for own, title in alone.items() if own.first == own.last), None)
        return None if at is None or days is None else at._replace(text=f"as at {days.first:%d/%m/%Y}")
    where = alone.get(days, telling[0])
    return where._replace(text=name_of(period))


def _ends_month(text: str) -> bool:
    """Whether a text is the last day of a month, which names a period that ends with it."""
    day = parse_day(text)
    return day is not None and month_of(day + timedelta(days=1)) > month_of(day)


def _in_full(text: str, lexicon: Lexicon) -> str:
    """A title with the whole years of its quarters and halves: `Q4 16/17` is `2016-17 Q4`."""

    def full(match: re.Match[str]) -> str:
        period = parse_period(match[0], lexicon.year_start)
        return match[0] if period is None else name_of(period)

    period = parse_period(text, lexicon.year_start)
    return _SHORT_YEAR.sub(full, text) if period is None else name_of(period)


def _of(days: DateRange, lexicon: Lexicon) -> Period | None:
    """The month, quarter, half or year of exactly these days."""
    for months in (1, 3, 6, 12):
        period = Cadence(months, lexicon.year_start).holding(month_of(days.first))
        if (period.first_day, period.last_day) == days:
            return period
    return None


def names_of_file(file: str, sheet: str | None) -> list[Label]:
    """The names of a sheet and of its file and folders, as titles; a name such as `Sheet1` says nothing."""
    path = PurePosixPath(file)
    words = [*path.parts[:-1], path.name.removesuffix(path.suffix)]
    own = [] if sheet is None else [Label(sheet)]
    return [*own, Label(re.sub(r"[_+]+", " ", " ".join(words)))]
