"""Coverage: what the board measures of each content area, from which areas of information, and what it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pmf_engine.domain.periods import Frequency, Period
from pmf_engine.framework.model import Figure, Framework, Indicator
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.item import Named
from pmf_engine.report.wording import QUESTIONS


@dataclass(frozen=True)
class Answer:
    """How one question about a content area is answered.

    Attributes:
        question: The type of evidence: `quantity`, `quality` or `outcome`.
        indicators: The indicators that answer it.
        wanted: The indicators that are to answer it and are not collected yet.
        informed: By area of information, how many of `indicators` rest on it.
    """

    question: str
    indicators: tuple[Named, ...]
    wanted: tuple[Named, ...]
    informed: Mapping[str, int]


@dataclass(frozen=True)
class AreaCoverage:
    """What is measured of a content area.

    Attributes:
        answers: The answers to the three questions.
        listening: The indicators that rest on what children, families or practitioners say.
        heard: Those of `listening` that had a value in the year.
    """

    area: Named
    answers: tuple[Answer, ...]
    listening: tuple[Named, ...]
    heard: tuple[Named, ...]

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The questions without an indicator."""
        return tuple(answer.question for answer in self.answers if not answer.indicators)

    @property
    def is_by_quantity_alone(self) -> bool:
        """Whether something is counted and nothing says how well, or whether anyone is better off."""
        return self.unanswered == ("quality", "outcome")


@dataclass(frozen=True)
class Wanted:
    """An indicator that is wanted and not collected yet."""

    indicator: Named
    question: str
    areas: tuple[Named, ...]
    lead: Named


@dataclass(frozen=True)
class Coverage:
    """The coverage of a year.

    Attributes:
        information: The areas of information, in the order of the file; empty where the board lists none.
        voices: Those of them in which people speak for themselves.
        leads_nothing: The agencies that lead no indicator.
        suggestions: What could be measured from what is defined, in sentences.
    """

    board: str
    period: Period
    as_of: date
    areas: tuple[AreaCoverage, ...]
    information: tuple[Named, ...]
    voices: tuple[Named, ...]
    wanted: tuple[Wanted, ...]
    leads_nothing: tuple[Named, ...]
    suggestions: tuple[str, ...]


def coverage_of(year: BoardYear) -> Coverage:
    """The coverage of a board's framework in a year."""
    framework = year.framework
    informing = framework.areas_of_information.values()
    voices = [area for area in informing if area.voice]
    speaking = {source for area in voices for source in area.sources}
    listening = {id_ for id_, one in framework.indicators.items() if speaking & {*one.sources}}
    heard = {row.indicator for row in year.own_rows if row.value is not None and row.start >= year.period.start}
    areas = tuple(
        AreaCoverage(
            Named(id_, area.title),
            tuple(_answer(framework, id_, question) for question in QUESTIONS),
            _named(one for one in _in_area(framework, id_) if one.id in listening),
            _named(one for one in _in_area(framework, id_) if one.id in listening & heard),
        )
        for id_, area in framework.content_areas.items()
    )
    leading = {one.lead_agency for one in framework.indicators.values()}
    return Coverage(
        board=framework.board.name,
        period=year.period,
        as_of=year.as_of,
        areas=areas,
        information=tuple(Named(area.id, area.title) for area in informing),
        voices=tuple(Named(area.id, area.title) for area in voices),
        wanted=tuple(_wanted(framework)),
        leads_nothing=tuple(Named(id_, one.name) for id_, one in framework.agencies.items() if id_ not in leading),
        suggestions=tuple(_suggestions(framework, areas)),
    )


def _in_area(framework: Framework, area: str) -> Iterator[Indicator]:
    """The indicators of a content area."""
    return (one for one in framework.indicators.values() if area in one.content_areas)


def _named(indicators: Iterable[Indicator]) -> tuple[Named, ...]:
    return tuple(Named(one.id, one.title) for one in indicators)


def _answer(framework: Framework, area: str, question: str) -> Answer:
    """The answer to a question about a content area."""
    indicators = [one for one in _in_area(framework, area) if one.evidence_type == question]
    wanted = [one for one in framework.wanted.values() if area in one.content_areas and one.evidence_type == question]
    informed = {
        information.id: sum(bool({*one.sources} & {*information.sources}) for one in indicators)
        for information in framework.areas_of_information.values()
    }
    return Answer(question, _named(indicators), tuple(Named(one.id, one.title) for one in wanted), informed)


def _wanted(framework: Framework) -> Iterator[Wanted]:
    """The indicators that are wanted and not collected yet."""
    for id_, one in framework.wanted.items():
        areas = tuple(Named(area, framework.content_areas[area].title) for area in one.content_areas)
        lead = Named(one.lead_agency, framework.agencies[one.lead_agency].name)
        yield Wanted(Named(id_, one.title), one.evidence_type, areas, lead)


def _suggestions(framework: Framework, areas: tuple[AreaCoverage, ...]) -> Iterator[str]:
    """What could answer a question that nothing answers: what is wanted, or an indicator over the same figures."""
    for covered in areas:
        area = framework.content_areas[covered.area.id]
        used = {name for one in _in_area(framework, area.id) for name in (*one.figures, *one.lists)}
        used |= {name for need in area.evidence for name in need.figures}
        used -= {name for name in used if name in framework.figures and _is_population(framework.figures[name])}
        for answer in covered.answers:
            if answer.indicators:
                continue
            question = QUESTIONS[answer.question]
            if answer.wanted:
                titles = "; ".join(one.title for one in answer.wanted)
                yield f"{area.title}: to answer “{question}” begin to collect what is wanted: {titles}."
                continue
            other = next(
                (
                    one
                    for one in framework.indicators.values()
                    if one.evidence_type == answer.question and used & {one.id, *one.figures, *one.lists}
                ),
                None,
            )
            if other is not None:
                yield (
                    f"{area.title}: “{other.title}” rests on the same figures and answers “{question}”; "
                    "name this content area with it too."
                )
    unused = [one for id_, one in framework.figures.items() if not _is_used(framework, id_) and one.kind != "text"]
    for figure in unused:
        yield f"“{figure.title}” is sent and nothing uses it."


def _is_population(figure: Figure) -> bool:
    """Whether a figure is a yearly stock, such as a population: many rates rest on it that have no more in common."""
    return figure.kind == "stock" and figure.frequency == Frequency.ANNUAL


def _is_used(framework: Framework, figure: str) -> bool:
    """Whether an indicator, a need or a standard of section 11 uses a figure."""
    used = {name for one in framework.indicators.values() for name in one.named}
    used |= {name for area in framework.content_areas.values() for need in area.evidence for name in need.figures}
    used |= {one.section_11.moderated or "" for one in framework.figures.values() if one.section_11}
    return figure in used or framework.figures[figure].section_11 is not None
