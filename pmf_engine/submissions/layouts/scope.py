"""Scope of titles: words that say that the numbers below are no actual numbers of all, in the period that is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pmf_engine.submissions.layouts.gaps import Block, of_sections, roles_of_column
from pmf_engine.submissions.layouts.grid import Grid, Label, Row
from pmf_engine.submissions.layouts.naming import AGENCY, FIGURE, PERIOD, VALUE, Lexicon, plain
from pmf_engine.submissions.layouts.notes import is_telling, notes_of, telling_notes
from pmf_engine.submissions.layouts.sections import Section, has_values
from pmf_engine.submissions.layouts.titles import names_of_file
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.vocabulary import fold, is_of_all

_OF_SCOPES: Final[Mapping[str, str]] = {
    "of each quarter or month alone": (
        r"cumulative(?:ly)?|ytd|(?:year|quarter|month) to date|(?<!up )to date|rolling|running totals?"
    ),
    "of this period": (
        r"(?:last|previous|prior|preceding|next) (?:year|quarter|month|period|return)s?|comparators?|historic(?:al)?"
    ),
    "what was counted": (
        r"targets?|forecasts?|planned|projections?|projected|trajector(?:y|ies)|baselines?|benchmarks?|budget(?:ed)?"
        r"|not (?:yet )?final|unconfirmed|to be confirmed|incomplete"
        r"|ambitions?|thresholds?|drafts?|examples?|samples?|dummy|tests? data|not validated|unvalidated|averages?"
        r"|mean|variances?|percentage change|superseded|obsolete|withdrawn|out of date"
        r"|(?:max|min|stdevp?|varp?|product) of|(?:do not|not (?:for|to be)) used?"
    ),
    "counted one by one": r"(?:in |£ ?)?(?:hundreds|thousands|millions)|£?'?000s?|£k|£m",
    "those of the sender": (
        r"(?:england|national|regional) (?:averages?|figures?|data|numbers?|rates?|results?)|statistical neighbours?"
        r"|nearest neighbours?|other (?:authorities|areas)"
    ),
    "of all": (
        r"boys?|girls?|males?|females?|m[ae]n|wom[ae]n|(?:under|over) \d+s?|aged? \d+|ages \d+|\d+ ?\+|\d+ plus"
        r"|\d+s? (?:and|or) (?:over|under|above|older|younger)|\d+ (?:to )?\d+ (?:years?|year olds?|yrs?)"
        r"|(?<!use )(?<!figures )(?<!numbers )(?<!values )(?<!cells )only|exclud(?:es|ing|ed)|excl|except|excepting"
        r"|without|of which|unborn|disabled|disabilit(?:y|ies)|ethnicit(?:y|ies)|white|asian|black|mixed|bme|bame"
        r"|gypsy|roma|travellers?|uasc|(?:team|locality|quadrant|ward|cluster|patch) (?:\d+|[a-z])"
    ),
}
"""Words in a title or in the name of a sheet or file, by what they say that numbers are not."""

_SCOPES: Final = {what: re.compile(rf"(?<![\w&])(?:{words})(?![\w&])") for what, words in _OF_SCOPES.items()}

_ALONE: Final = re.compile(
    r"plans?|goals?|aims?|trend|rag|comparison|expected|england|national|regional|sen|send|old|test|archived?|backup"
)
"""Words that say so where they are the whole of a title."""

_DIVIDES: Final = re.compile(r"sex|gender|cohort|age (?:group|band)|ethnic group|locality|ward|quadrant")
"""Words beside what numbers are of, where they are the whole of a title."""

_SHARES: Final = re.compile(r"(?:%|percentages?|per ?cent)(?: of .*)?")
"""Titles of numbers that are shares."""

_CLEARS: Final = re.compile(r"actuals?|outturns?|results?|(?:this|current) (?:year|quarter|month|period)|in[- ]quarter")
"""Titles that end what a title above them says."""

_SUBJECT: Final = (
    r"(?:figures?|numbers?|data|values|counts?|these|this|(?:this )?(?:return|report|table|sheet))"
    r"(?: (?:shown|given|above|below|here))?"
)
_WHOLE_SHEET: Final = re.compile(
    r"(?<!not )cumulative|year to date|(?<![\w&])ytd(?![\w&])"
    r"|(?<!not )(?<!longer )\bin (?:hundreds|thousands|millions|000s?|k)(?![\w&])"
    rf"|{_SUBJECT} (?:excludes?|do(?:es)? not include|omits?)(?![\w&])"
    rf"|{_SUBJECT} (?:is|are|covers?|relates?|refers?|includes?|excludes?)\b[^.]*"
    r"\b(?:only|(?<!not in )thousands|drafts?|forecasts?|targets?|boys|girls)\b"
)
"""Words that speak of the whole sheet wherever they stand, in a note below its numbers too."""


_HARMLESS: Final = re.compile(
    r"returns?|reports?|data|dataset|figures?|numbers?|statistics|tables?|sheets?|forms?|templates?|packs?"
    r"|scorecards?|dashboards?|summary|overview|submissions?|appendix|annex|monitoring|performance|activity|demand"
    r"|workforce|staffing|outcomes?|outputs?|inputs?|processes|quality|timeliness|volumes?|measures?|indicators?|metrics"
    r"|safeguarding|children|families|partners(?:hip)?|board|council|official|confidential|restricted|sensitive|internal"
    r"|final|provisional|revised|monthly|quarterly|annual|yearly|contents|introduction|guidance|instructions|notes?"
    r"|definitions?|background|published|validated|information|management|authority|local|page|cover|section|part|version"
    r"|protectively|marked|unclassified|title|january|february|march|april|may|june|july|august|september|october"
    r"|november|december"
)
"""Words of titles that say what a table is, and of whom its numbers are not."""


_SHORT_TITLE: Final = 3
"""The most words of a title that may be a mere name, such as `St Marys`; a longer one is a sentence or a note."""


def is_strange_title(text: str, lexicon: Lexicon) -> bool:
    """Whether a title is one to three words that nobody knows, such as `Kestrels`: they may be of whom the numbers are.

    Words within names of the board, its area, agencies, figures and groups are known, and so are words near a name.
    One known word is enough: `Performance data` and `Social care demand` are titles of what a table is.
    """
    words = text.strip(" .:-*").casefold().split()
    if len(words) > _SHORT_TITLE or not all(re.fullmatch(r"(?:[^\W\d_]|['’&/-])+\.?", word) for word in words):
        return False
    if says_something(text, lexicon) or _CLEARS.fullmatch(" ".join(words)):
        return False
    telling = re.findall(r"[^\W\d_]{3,}", " ".join(words))
    if not telling or any(_HARMLESS.fullmatch(word) or word in lexicon.words_of_names for word in telling):
        return False
    names = lexicon.words
    return not any(each.help(text) for each in (names.agencies, names.figures, *names.groups.values()))


def _filter_of(row: Row, lexicon: Lexicon) -> int | None:
    """The position of the second text of a filter of a pivot table, such as `Category of need` beside `Neglect`.

    None for other rows, among them titles of two cells with a known word, such as `Return by` beside `J Smith`.
    """
    if len(row.filled) != 2:
        return None
    key, value = (row.cells[position] for position in row.filled)
    if says_something(value, lexicon) or _DIVIDES.fullmatch(fold(key)) or not is_strange_title(key, lexicon):
        return None
    return row.filled[1]


def doubt_of(text: str, lexicon: Lexicon) -> str | None:
    """What the numbers below a title are not, by the words of the title; None for a title that says nothing of it.

    Names of figures, agencies and groups, and of the board and its content areas, are no such words.
    """
    if lexicon.roles(text) or lexicon.role_word(text) is not None or is_of_all(text.rpartition(":")[2]):
        return None
    if _SHARES.fullmatch(fold(text)):
        return "counted one by one"
    rest = plain(text)
    for name in lexicon.names_in_titles:
        rest = rest.replace(name, " | ")
    words_alone = " ".join(rest.replace("|", " ").split())
    if _ALONE.fullmatch(words_alone):
        return "what was counted"
    return next((what for what, words in _SCOPES.items() if words.search(rest)), None)


_CUMULATIVE_NOTE: Final = re.compile(
    r"(?<!not )(?<!non )(?:cumulative(?:ly)?(?= (?:figures?|numbers?|totals?|data|counts?|since|from|to|for)\b|$)"
    r"|year to date|ytd|running total)"
)
_FILLER: Final = r"(?:figures?|numbers?|counts?|values?|data|cases?|this|these|it|is|are|for|of|the|shown|only)"
_OF_NOTE: Final = re.compile(rf"(?:{_FILLER} )*(?:{'|'.join(_OF_SCOPES.values())})(?: {_FILLER})*|(?:\w+ ){{1,3}}only")
"""A note of a row that is nothing but words for what a number is not: `Boys only`, `draft figure`, `North only`."""

_LONGEST_NOTE: Final = 60


def scope_of_note(text: str) -> str | None:
    """What the numbers of a row are not, by the comment or note beside them; None for a note that says nothing of it.

    >>> scope_of_note("Cumulative since April"), scope_of_note("boys only"), scope_of_note("a new front door")
    ('of each quarter or month alone', 'of all', None)
    """
    words = plain(text).strip()
    if _CUMULATIVE_NOTE.search(words):
        return "of each quarter or month alone"
    if len(words) > _LONGEST_NOTE or not _OF_NOTE.fullmatch(words):
        return None
    return next((what for what, found in _SCOPES.items() if found.search(words) and what != "of all"), "of all")


def out_of_scope(grid: Grid, blocks: Sequence[Block], lexicon: Lexicon) -> list[tuple[Block, Problem | None]]:
    """The blocks whose titles, or the names of whose sheet and file, say that their numbers are of something else.

    A title holds for the blocks below it up to one that says otherwise, such as `Actual`, `All` or another such title.

    Returns:
        The blocks; the first below each title with its problem.
    """
    names = [*names_of_file(grid.file, grid.sheet), *grid.cover]
    everywhere = [label for label in names if doubt_of(label.text, lexicon)]
    everywhere += [label for label in notes_of(grid, lexicon) if _WHOLE_SHEET.search(plain(label.text))]
    everywhere += telling_notes(grid, lexicon)
    refused: list[tuple[Block, Problem | None]] = []
    told: set[Label] = set()
    current: Label | None = None
    alone = {row.number for row in grid.rows if len(row.filled) == 1}
    first = min(row.filled[0] for row in grid.rows)
    rows = (row for row in grid.rows if row.filled[0] == first)
    filters = {grid.label(row, at) for row in rows if (at := _filter_of(row, lexicon)) is not None}
    for block in blocks:
        current = next((title for title in block.titles if _DIVIDES.fullmatch(fold(title.text))), current)
        for title in [*block.titles, *_headings_of_labels(grid, block.section, lexicon)]:
            is_strange = title in filters or (title.row in alone and is_strange_title(title.text, lexicon))
            if is_strange or doubt_of(title.text, lexicon):
                current = title
            elif _clears(title.text, lexicon):
                current = None
        label = everywhere[0] if everywhere else current
        if label is not None:
            refused.append((block, None if label in told else _problem(grid, label, lexicon)))
            told.add(label)
    return refused


def _clears(text: str, lexicon: Lexicon) -> bool:
    words = plain(text).strip()
    return _CLEARS.fullmatch(words) is not None or is_of_all(text) or lexicon.role_word(text) == VALUE


def _headings_of_labels(grid: Grid, section: Section, lexicon: Lexicon) -> Iterator[Label]:
    """The headings of the columns of labels whose cells name something, and that are no word for a role."""
    for row in section.headers:
        for position in row.filled:
            is_label = position in section.labels and lexicon.role_word(row.cells[position]) is None
            if is_label and roles_of_column(section, position, lexicon):
                yield grid.label(row, position)


def strange_headings(grid: Grid, blocks: Sequence[Block], lexicon: Lexicon) -> list[tuple[Block, Problem | None]]:
    """The blocks of sections with a row of texts over their values that names nothing, such as `Boys` below a header.

    Returns:
        The blocks; the first of each section with its problem.
    """

    def problem_of(section: Section) -> Problem | None:
        label = _strange_heading(grid, section, lexicon)
        return None if label is None else grid.problem(label, "strange-heading", text=label.text)

    return of_sections(blocks, problem_of)


def side_by_side(grid: Grid, blocks: Sequence[Block], lexicon: Lexicon) -> list[tuple[Block, Problem | None]]:
    """The blocks of sections that are two tables side by side: behind values stand labels as before them, and values.

    Returns:
        The blocks; the first of each section with its problem.
    """

    def problem_of(section: Section) -> Problem | None:
        position = _second_table(section, lexicon)
        if position is None:
            return None
        return grid.problem(grid.label((section.headers or section.of_values)[-1], position), "tables-beside")

    return of_sections(blocks, problem_of)


def _second_table(section: Section, lexicon: Lexicon) -> int | None:
    """The column of labels with which a second table begins, beside the first."""
    named: set[str] = set()
    for position in section.labels:
        words = {word for row in section.headers if (word := lexicon.role_word(row.cells[position])) is not None}
        roles = words & {PERIOD, AGENCY, FIGURE} or roles_of_column(section, position, lexicon)
        is_within = any(at < position for at in section.values) and any(at > position for at in section.values)
        if is_within and roles & named:
            return position
        named |= roles
    return None


def _strange_heading(grid: Grid, section: Section, lexicon: Lexicon) -> Label | None:
    """The first text of a row without values over the values of a section, where no cell of the row names anything."""
    first = section.of_values[0].number if section.of_values else 0
    for row in [*section.titles, *section.rows]:
        if has_values(row, lexicon) or any(says_something(text, lexicon) for text in row.cells if text):
            continue
        over = [position for position in row.filled if position in section.values]
        directly_above = len(section.values) == 1 and section.headers[-1:] and row.number < first
        if len(over) > 1 or (over and directly_above and row in section.rows):
            return grid.label(row, over[0])
    return None


def says_something(text: str, lexicon: Lexicon) -> bool:
    """Whether a text is a name, a heading, a value, a note or a word for all: whether it is known what it says."""
    return (
        bool(lexicon.roles(text))
        or lexicon.role_word(text) is not None
        or lexicon.keyed(text) is not None
        or lexicon.may_be_value(text)
        or lexicon.words.is_note(text)
        or lexicon.words.is_ignored(text)
        or is_of_all(text)
        or text.endswith(":")
    )


def _problem(grid: Grid, label: Label, lexicon: Lexicon) -> Problem:
    place = (grid.file, grid.sheet, label.row or None, label.column or None, label.text)
    doubt = "of all" if _DIVIDES.fullmatch(fold(label.text)) else doubt_of(label.text, lexicon)
    if doubt is None and (is_telling(label.text, lexicon) or _WHOLE_SHEET.search(plain(label.text))):
        doubt = "of all"
    if doubt is None:
        return Problem(*place, "strange-heading", say("strange-heading", text=label.text))
    message = say("out-of-scope", text=label.text, what=doubt)
    return Problem(*place, "out-of-scope", message)
