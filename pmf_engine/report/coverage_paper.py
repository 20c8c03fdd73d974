"""Coverage as a paper and as a sheet."""

from __future__ import annotations

from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.coverage import Answer, AreaCoverage, Coverage
from pmf_engine.report.paper import Paper, Sheet, Table, section
from pmf_engine.report.wording import QUESTIONS

_SHORT = {"quantity": "How much", "quality": "How well", "outcome": "Better off"}


def coverage_paper(coverage: Coverage) -> Paper:
    """The paper for `pmf coverage`."""
    unanswered = sum(len(area.unanswered) for area in coverage.areas)
    return Paper(
        board=coverage.board,
        title=f"Coverage, {coverage.period.label}",
        about=f"What is measured of {show_count(len(coverage.areas), 'content area')}, as defined and as known on "
        f"{show_date(coverage.as_of)}.",
        lead=(
            f"{show_count(unanswered, 'question')} of {3 * len(coverage.areas)} without an indicator; "
            f"{show_count(len(coverage.wanted), 'indicator')} wanted and not collected yet.",
        ),
        sections=(
            section("What answers which question", tables=(_grid(coverage),)),
            section(
                "Questions that nothing answers",
                "None: every question has an indicator." if not unanswered else "",
                points=tuple(_unanswered(area) for area in coverage.areas if area.unanswered),
            ),
            section(
                "Measured by quantity alone",
                "None." if not any(area.is_by_quantity_alone for area in coverage.areas) else "",
                points=tuple(area.area.title for area in coverage.areas if area.is_by_quantity_alone),
            ),
            section("Nobody was heard this year", *_silence(coverage), points=tuple(_unheard(coverage))),
            section(
                "Wanted and not collected yet",
                "Nothing." if not coverage.wanted else "",
                tables=(
                    Table(
                        "",
                        ("Indicator", "Content area", "Question", "Lead"),
                        tuple(
                            (
                                one.indicator.title,
                                "; ".join(area.title for area in one.areas),
                                QUESTIONS[one.question],
                                one.lead.title,
                            )
                            for one in coverage.wanted
                        ),
                    ),
                ),
            ),
            section(
                "Agencies that lead no indicator",
                "None." if not coverage.leads_nothing else "",
                points=tuple(agency.title for agency in coverage.leads_nothing),
            ),
            section(
                "Suggestions from what is defined",
                "None." if not coverage.suggestions else "",
                points=coverage.suggestions,
            ),
        ),
    )


def _grid(coverage: Coverage) -> Table:
    """The table of content areas by question, with the number of indicators and the areas of information."""
    letters = _letters(coverage)
    rows = tuple((area.area.title, *(_cell(answer, letters) for answer in area.answers)) for area in coverage.areas)
    information = ", ".join(f"{letters[one.id]} {one.title}" for one in coverage.information)
    note = f"Indicators, and how many of them rest on which area of information: {information}." if information else ""
    return Table("", ("Content area", *_SHORT.values()), rows, note)


def _letters(coverage: Coverage) -> dict[str, str]:
    """A capital letter for each area of information: the first of its title that no other has."""
    letters: dict[str, str] = {}
    for one in coverage.information:
        capitals = [letter for letter in one.title.upper() if letter.isalpha()]
        letters[one.id] = next((letter for letter in capitals if letter not in letters.values()), "?")
    return letters


def _cell(answer: Answer, letters: dict[str, str]) -> str:
    """How many indicators answer a question, and from where: `4: D3 A1`."""
    if not answer.indicators:
        return f"none ({len(answer.wanted)} wanted)" if answer.wanted else "none"
    informed = " ".join(f"{letters[id_]}{count}" for id_, count in answer.informed.items() if count)
    return f"{len(answer.indicators)}: {informed}" if informed else str(len(answer.indicators))


def _unanswered(area: AreaCoverage) -> str:
    return f"{area.area.title}: {' '.join(QUESTIONS[question] for question in area.unanswered)}"


def _silence(coverage: Coverage) -> tuple[str, ...]:
    """What the section on people's own words rests on."""
    if not coverage.voices:
        return (
            "The board has not said in which areas of information people speak for themselves: write `voice: true` "
            "in `areas_of_information`.",
        )
    titles = "; ".join(one.title for one in coverage.voices)
    silent = any(not area.heard for area in coverage.areas)
    return (f"People speak for themselves in: {titles}.", "" if silent else "In every content area somebody was heard.")


def _unheard(coverage: Coverage) -> list[str]:
    """The content areas in which nobody was heard, with what was to be."""
    if not coverage.voices:
        return []
    return [
        f"{area.area.title}: "
        + (
            f"no figure this year of {'; '.join(one.title for one in area.listening)}"
            if area.listening
            else "no indicator asks them"
        )
        for area in coverage.areas
        if not area.heard
    ]


def coverage_sheet(coverage: Coverage) -> Sheet:
    """A row for each content area, question and area of information; the area is blank where the board lists none."""
    columns = ("content_area", "title", "question", "area_of_information", "indicators", "wanted", "ids")
    rows = []
    for area in coverage.areas:
        for answer in area.answers:
            ids = " ".join(one.id for one in answer.indicators)
            for information, count in answer.informed.items() or [("", len(answer.indicators))]:
                rows.append(
                    (area.area.id, area.area.title, answer.question, information, count, len(answer.wanted), ids)
                )
    return Sheet(columns, tuple(rows))
