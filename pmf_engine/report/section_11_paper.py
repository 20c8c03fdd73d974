"""The section 11 audit as a paper and as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from pmf_engine.domain.status import Status
from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.paper import Cell, Paper, Rated, Section, Sheet, Table, section
from pmf_engine.report.section_11 import Grade, GradeState, SectionEleven, themes


def section_11_paper(audit: SectionEleven) -> Paper:
    """The paper for `pmf section11`."""
    if not audit.standards:
        lead: tuple[str, ...] = (
            "No figure grades a standard: write `section_11: {standard: 1}` on the figures that agencies grade "
            "themselves by.",
        )
        return Paper(audit.board, f"Section 11, {audit.period.label}", _about(audit), lead)
    graded = [grade for grade in audit.grades if grade.state == GradeState.GRADED]
    below = [grade for grade in graded if grade.is_below]
    outstanding = [grade for grade in audit.grades if grade.state == GradeState.OUTSTANDING]
    moderated = sum(grade.moderated is not None for grade in graded)
    return Paper(
        audit.board,
        f"Section 11, {audit.period.label}",
        _about(audit),
        (
            f"{len(graded)} of {show_count(len(audit.grades), 'grade')} received, {moderated} moderated; "
            f"{len(below)} below standard, {len(outstanding)} outstanding.",
        ),
        section_11_sections(audit),
    )


def _about(audit: SectionEleven) -> str:
    return f"How agencies meet their duties to safeguard children, as known on {show_date(audit.as_of)}."


def section_11_sections(audit: SectionEleven) -> tuple[Section, ...]:
    """The sections of the audit, for its own paper and for the annual report."""
    widely = tuple(themes(audit))
    gaps = sorted((grade for grade in audit.grades if grade.gap), key=lambda grade: (-abs(grade.gap), grade.standard))
    practice = tuple(f"{_name(grade)}: {_said(grade)}" for grade in audit.grades if grade.is_best and _said(grade))
    evidence = tuple(f"{_name(grade)}: {_said(grade)}" for grade in audit.grades if not grade.is_best and _said(grade))
    waiting = tuple(_outstanding(audit))
    people = tuple(agency.title for agency in audit.without_people)
    return (
        section("Grades", tables=(_grid(audit),)),
        section("Standards", tables=(_totals(audit),)),
        section("Themes", "" if widely else "None.", points=widely),
        section("Where moderation and self-assessment differ", "" if gaps else "Nowhere.", tables=(_gaps(gaps),)),
        section("Good practice, in the agencies' words", "" if practice else "None told of.", points=practice),
        section("What agencies and moderators say of the other grades", points=evidence),
        section("Outstanding", "" if waiting else "Nothing.", points=waiting),
        section(
            "Lead officers and designated persons",
            "" if people else "Every agency that is asked has both.",
            points=people,
        ),
    )


def _name(grade: Grade) -> str:
    return f"{grade.agency.title}, standard {grade.standard} ({grade.stands or grade.state})"


def _said(grade: Grade) -> str:
    """What the agency and the moderator wrote, in quotes."""
    words = [f"“{grade.words}”" if grade.words else ""]
    if grade.moderators_words and grade.moderator:
        words.append(f"Moderated: “{grade.moderators_words}”")
    return " ".join(filter(None, words))


def _letter(audit: SectionEleven, grade: str) -> str:
    """The letter of a grade: its first, or as many as tell it from the others of its scale."""
    scale = next(standard.scale for standard in audit.standards if grade in standard.scale)
    for length in range(1, len(grade) + 1):
        if sum(other[:length].casefold() == grade[:length].casefold() for other in scale) == 1:
            return grade[:length].capitalize()
    return grade


def _grid(audit: SectionEleven) -> Table:
    """The table of agencies by standards: a letter a cell, with last year's before it where it was another."""
    numbers = [standard.number for standard in audit.standards]
    rows: list[tuple[Cell, ...]] = []
    for grades in audit.by_agency.values():
        by_number = {grade.standard: grade for grade in grades}
        cells = (_cell(audit, by_number[number]) if number in by_number else "" for number in numbers)
        rows.append((grades[0].agency.title, *cells))
    scale = dict.fromkeys(grade for standard in audit.standards for grade in standard.scale)
    letters = ", ".join(f"{_letter(audit, grade)} {grade}" for grade in scale)
    note = (
        f"{letters}; · outstanding, - does not apply, ? withheld or not understood. {_arrow(audit)} "
        "A star: moderation changed the agency's own grade."
    )
    return Table("", ("Agency", *map(str, numbers)), tuple(rows), note)


def _arrow(audit: SectionEleven) -> str:
    """What an arrow in the grid means, by two grades of the scale."""
    scale = audit.standards[0].scale
    first, second = scale[-2:]
    return f"{_letter(audit, first)}→{_letter(audit, second)}: last year {first}, now {second}."


def _cell(audit: SectionEleven, grade: Grade) -> Cell:
    """The cell of a grade: `M`, `P→M`, `M*`."""
    if grade.stands is None:
        words = {GradeState.OUTSTANDING: "·", GradeState.NOT_APPLICABLE: "-"}.get(grade.state, "?")
    else:
        words = _letter(audit, grade.stands) + ("*" if grade.gap else "")
    if grade.before and grade.before != grade.stands:
        words = f"{_letter(audit, grade.before)}→{words}"
    if grade.is_below is None:
        return words
    return Rated(words, Status.RED if grade.is_below else Status.GREEN)


def _totals(audit: SectionEleven) -> Table:
    """The table of standards: how many agencies have each grade."""
    scale = tuple(dict.fromkeys(grade for standard in audit.standards for grade in standard.scale))[::-1]
    rows = [
        (
            f"{standard.number}. {standard.title}",
            *(str(standard.count(grade)) for grade in scale),
            str(sum(grade.state == GradeState.OUTSTANDING for grade in standard.grades)),
            str(len(standard.below)),
        )
        for standard in audit.standards
    ]
    columns = ("Standard", *(grade.capitalize() for grade in scale), "Outstanding", "Below")
    return Table("", columns, tuple(rows), "Below: agencies whose grade is worse than what the board calls good.")


def _gaps(gaps: list[Grade]) -> Table:
    """The table of grades that moderation changed, the largest difference first."""
    rows = tuple(
        (
            grade.agency.title,
            str(grade.standard),
            grade.own or "",
            grade.moderated or "",
            f"{abs(grade.gap)} {'lower' if grade.gap > 0 else 'higher'}",
            grade.moderator.title if grade.moderator else "",
        )
        for grade in gaps
    )
    return Table("", ("Agency", "Standard", "Own grade", "Moderated", "By", "Moderated by"), rows)


def _outstanding(audit: SectionEleven) -> Iterator[str]:
    """The agencies that owe grades, with the standards and since when."""
    for grades in audit.by_agency.values():
        owed = [grade for grade in grades if grade.state == GradeState.OUTSTANDING]
        if owed:
            due = min(grade.due for grade in owed)
            numbers = ", ".join(str(grade.standard) for grade in owed)
            were = "were" if due < audit.as_of else "are"
            standards = f"standard{'s' if len(owed) > 1 else ''} {numbers}"
            yield f"{owed[0].agency.title}: grades on {standards} {were} due on {show_date(due)}."


def section_11_sheet(audit: SectionEleven) -> Sheet:
    """A row for each agency and standard."""
    columns = (
        "standard", "title", "agency", "agency_name", "state", "own", "moderated", "stands", "year_before",
        "below_standard", "due", "words", "moderators_words",
    )  # fmt: skip
    rows = []
    for standard in audit.standards:
        for grade in standard.grades:
            below = "" if grade.is_below is None else "yes" if grade.is_below else "no"
            rows.append((
                standard.number, standard.title, grade.agency.id, grade.agency.title, grade.state.value, grade.own,
                grade.moderated, grade.stands, grade.before, below, grade.due, grade.words, grade.moderators_words,
            ))  # fmt: skip
    return Sheet(columns, tuple(rows))
