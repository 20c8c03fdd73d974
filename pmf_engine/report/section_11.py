"""Section 11: each agency's grade on each standard, moderated or as it gave it itself, this year and last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import polars as pl

from pmf_engine.domain.markers import is_not_applicable
from pmf_engine.domain.periods import Period
from pmf_engine.formula.syntax import Name
from pmf_engine.framework.model import Agency, Figure, Framework
from pmf_engine.framework.tolerances import Interval
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named

THEME_AGENCIES = 3
"""From this many agencies below standard on, a standard is a theme."""


class GradeState(StrEnum):
    """What has become of a grade that an agency owes."""

    GRADED = "graded"
    OUTSTANDING = "outstanding"
    """It has not come."""
    NOT_APPLICABLE = "not applicable"
    """The agency says that the standard does not apply to it."""
    UNUSABLE = "unusable"
    """It was withheld, is not available or could not be read."""


@dataclass(frozen=True)
class Grade:
    """One agency's grade on one standard.

    Attributes:
        standard: The number of the standard.
        own: The grade that the agency gave itself; None without one.
        moderated: The grade after moderation; None where it was not moderated.
        moderator: Who sends the moderated grades.
        before: The grade that stood in the year before.
        is_below: Whether the grade that stands is below the standard; None without a grade or a tolerance.
        was_below: The same of the year before.
        due: The last day on which the agency's grade is in time.
        words: What the agency wrote beside its grade.
        moderators_words: What the moderator wrote.
    """

    standard: int
    agency: Named
    state: GradeState
    own: str | None
    moderated: str | None
    moderator: Named | None
    before: str | None
    is_below: bool | None
    was_below: bool | None
    gap: int
    is_best: bool
    due: date
    words: str | None
    moderators_words: str | None

    @property
    def stands(self) -> str | None:
        """The grade that stands: the moderated one, or else the agency's own."""
        return self.moderated or self.own


@dataclass(frozen=True)
class Standard:
    """A standard, with the grades of all agencies that are asked."""

    number: int
    title: str
    scale: tuple[str, ...]
    grades: tuple[Grade, ...]

    @cached_property
    def below(self) -> tuple[Grade, ...]:
        """The grades below the standard."""
        return tuple(grade for grade in self.grades if grade.is_below)

    @property
    def is_theme(self) -> bool:
        """Whether it is below standard in three agencies or more."""
        return len(self.below) >= THEME_AGENCIES

    def count(self, grade: str) -> int:
        """How many agencies have a grade."""
        return sum(each.stands == grade for each in self.grades)


@dataclass(frozen=True)
class SectionEleven:
    """The section 11 audit of a year.

    Attributes:
        standards: The standards by number.
        without_people: The agencies asked that have no lead officer or no designated person.
    """

    board: str
    period: Period
    as_of: date
    standards: tuple[Standard, ...]
    without_people: tuple[Named, ...]

    @cached_property
    def grades(self) -> tuple[Grade, ...]:
        """All grades, by standard."""
        return tuple(grade for standard in self.standards for grade in standard.grades)

    @cached_property
    def by_agency(self) -> Mapping[str, tuple[Grade, ...]]:
        """By agency, its grades in the order of standards; agencies in the order of the framework's figures."""
        order = list(dict.fromkeys(grade.agency.id for grade in self.grades))
        ordered = sorted(self.grades, key=lambda grade: (order.index(grade.agency.id), grade.standard))
        return {id_: tuple(grades) for id_, grades in groupby(ordered, key=lambda grade: grade.agency.id)}


class _Cell(NamedTuple):
    """A cell with a grade: its place on the scale from 1, and the words beside it."""

    figure: str
    agency: str
    start: int
    group: str | None
    value: float | None
    text: str | None
    comment: str | None


def section_11_of(year: BoardYear) -> SectionEleven:
    """The section 11 audit of a year; it has no standards where no figure grades one."""
    framework = year.framework
    figures = [figure for figure in framework.figures.values() if figure.section_11]
    cells = _Cells(year, figures)
    standards = [
        Standard(
            figure.section_11.number,
            figure.title,
            tuple(framework.scales[figure.scale or ""]),
            tuple(_grade(year, cells, figure, agency) for agency in figure.agencies),
        )
        for figure in figures
        if figure.section_11
    ]
    asked = dict.fromkeys(agency for figure in figures for agency in figure.agencies)
    people = [framework.agencies[id_] for id_ in asked]
    return SectionEleven(
        board=framework.board.name,
        period=year.period,
        as_of=year.as_of,
        standards=tuple(sorted(standards, key=lambda standard: standard.number)),
        without_people=tuple(
            Named(one.id, one.name) for one in people if not (one.lead_officer and one.designated_person)
        ),
    )


def _grade(year: BoardYear, cells: _Cells, figure: Figure, agency: str) -> Grade:
    """The grade of an agency."""
    framework, standard = year.framework, figure.section_11
    assert standard is not None
    scale = framework.scales[figure.scale or ""]
    now, before = (cells.standing(figure, agency, year.period.start - 12 * back) for back in (0, 1))
    own, moderated = cells.own(figure, agency, year.period.start), cells.moderated(figure, agency, year.period.start)
    moderator = framework.figures[standard.moderated].agencies[0] if standard.moderated else None
    own_place, moderated_place = _place(own), _place(moderated)
    period = figure.cadence.holding(year.period.start)
    return Grade(
        standard=standard.number,
        agency=Named(agency, framework.agencies[agency].name),
        state=_state(own, moderated),
        own=_word(scale, own_place),
        moderated=_word(scale, moderated_place),
        moderator=Named(moderator, framework.agencies[moderator].name) if moderator else None,
        before=_word(scale, before),
        is_below=_is_below(framework, figure, year.period, now),
        was_below=_is_below(framework, figure, Period(year.period.start - 12, year.period.cadence), before),
        gap=own_place - moderated_place if own_place and moderated_place else 0,
        is_best=now == len(scale),
        due=period.last_day + timedelta(days=figure.due[agency]),
        words=own.comment if own else None,
        moderators_words=moderated.comment if moderated else None,
    )


def _state(own: _Cell | None, moderated: _Cell | None) -> GradeState:
    """What has become of a grade."""
    if _place(own) or _place(moderated):
        return GradeState.GRADED
    if own is None or not (own.text or "").strip():
        return GradeState.OUTSTANDING
    return GradeState.NOT_APPLICABLE if is_not_applicable(own.text or "") else GradeState.UNUSABLE


def _place(cell: _Cell | None) -> int:
    """The place of a cell's grade on the scale, from 1; 0 without a grade."""
    return int(cell.value) if cell is not None and cell.value is not None else 0


def _word(scale: Sequence[str], place: int) -> str | None:
    return scale[place - 1] if place else None


def _is_below(framework: Framework, figure: Figure, period: Period, place: int) -> bool | None:
    """Whether a grade is worse than what the tolerance of its indicator calls good; None without grade or tolerance."""
    if not place:
        return None
    for indicator in framework.indicators.values():
        if isinstance(indicator.expression, Name) and indicator.expression.name == figure.id:
            entry = indicator.entry_for(period)
            if entry is not None:
                above_low, _ = Interval.known(entry.good, entry.target_value).sides(float(place))
                return not above_low
    return None


class _Cells:
    """The cells of standards: each agency's own grades, and moderated ones by the agency that they are about."""

    def __init__(self, year: BoardYear, figures: list[Figure]) -> None:
        moderated = {figure.section_11.moderated for figure in figures if figure.section_11}
        wanted = [*(figure.id for figure in figures), *filter(None, moderated)]
        rows = year.evaluation.cells.filter(pl.col("figure").is_in(wanted)).select(_Cell._fields)
        self._agencies = _names(year.framework.agencies)
        self._own: dict[tuple[str, str, int], _Cell] = {}
        self._moderated: dict[tuple[str, str, int], _Cell] = {}
        for cell in map(_Cell._make, rows.iter_rows()):
            if cell.figure in moderated:
                about = self._agencies.get((cell.group or "").casefold(), cell.group or cell.agency)
                self._moderated[cell.figure, about, cell.start] = cell
            elif cell.group is None:
                self._own[cell.figure, cell.agency, cell.start] = cell

    def own(self, figure: Figure, agency: str, start: int) -> _Cell | None:
        """The cell of the agency's own grade."""
        return self._own.get((figure.id, agency, start))

    def moderated(self, figure: Figure, agency: str, start: int) -> _Cell | None:
        """The cell of the moderated grade."""
        assert figure.section_11 is not None
        return self._moderated.get((figure.section_11.moderated or "", agency, start))

    def standing(self, figure: Figure, agency: str, start: int) -> int:
        """The place of the grade that stands, 0 without one."""
        return _place(self.moderated(figure, agency, start)) or _place(self.own(figure, agency, start))


def _names(agencies: Mapping[str, Agency]) -> dict[str, str]:
    """The id of each agency by its ids and names, in small letters."""
    named: dict[str, str] = {}
    for id_, agency in agencies.items():
        for name in (id_, agency.name, *agency.also_called, *agency.formerly):
            named.setdefault(name.casefold(), id_)
    return named


def themes(audit: SectionEleven) -> Iterator[str]:
    """What is below standard widely or for long, in sentences."""
    for standard in audit.standards:
        if standard.is_theme:
            names = "; ".join(grade.agency.title for grade in standard.below)
            yield f"{standard.number}. {standard.title}: below standard in {len(standard.below)} agencies ({names})."
    for grade in audit.grades:
        if grade.is_below and grade.was_below:
            title = next(one.title for one in audit.standards if one.number == grade.standard)
            yield f"{grade.agency.title}: below standard for two years in {grade.standard}. {title}."
