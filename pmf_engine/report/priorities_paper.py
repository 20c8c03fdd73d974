"""Priorities as a paper and as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from pmf_engine.judgement.formatting import show_date
from pmf_engine.report.item import Named
from pmf_engine.report.paper import Cell, Paper, Section, Sheet, Table, section
from pmf_engine.report.priorities import Evidence, Level, Priorities, Priority
from pmf_engine.report.wording import direction_words, level_word, plain_status

_KINDS = {"priority": "priority", "vulnerable_group": "vulnerable group", "risk_issue": "risk issue"}


def priorities_paper(priorities: Priorities) -> Paper:
    """The paper for `pmf priorities`."""
    past = [one.area.title for one in priorities.priorities if one.is_past_review]
    bare = [one.area.title for one in priorities.priorities if not one.evidence]
    return Paper(
        priorities.board,
        f"Priorities, {priorities.period.label}",
        f"Why each content area was chosen, and what has come of it, as known on {show_date(priorities.as_of)}. "
        "The order is the Board's to judge: no score is worked out.",
        (),
        (
            section("What has come of them", tables=(priorities_table(priorities),)),
            section("Evidence to look at again", "" if past else "None is past its review.", points=tuple(past)),
            section("Chosen without evidence on record", points=tuple(bare)),
            Section("Why they were chosen", parts=tuple(map(priority_part, priorities.priorities))),
        ),
    )


def priorities_table(priorities: Priorities) -> Table:
    """A row for each content area."""
    levels = [level_word(Named(id_, title)) for id_, title in [*priorities.levels.items()][::-1]]
    quarters = next((tuple(one.exceptions) for one in priorities.priorities), ())
    has_audit = any(one.below_standard is not None for one in priorities.priorities)
    has_registers = any(one.learning_open is not None for one in priorities.priorities)
    columns = ("Content area", *(label.rpartition(" ")[2] for label in quarters), "Worse")
    columns += (*("S11",) * has_audit, *("Open",) * has_registers, "Review by")
    whom = " and ".join(filter(None, (", ".join(levels[:-1]), *levels[-1:])))
    note = (
        f"By quarter: indicators that are exceptions, whole or by group, for {whom}. Worse: indicators worse than the "
        "year before."
    )
    note += " S11: section 11 grades below standard." * has_audit
    note += " Open: actions that are open, and lessons that led to nothing yet." * has_registers
    rows = tuple(_row(priorities, one, has_audit, has_registers) for one in priorities.priorities)
    return Table("", columns, rows, note)


def _row(priorities: Priorities, one: Priority, has_audit: bool, has_registers: bool) -> tuple[Cell, ...]:
    counts = (
        "/".join(str(levels.get(level, 0)) for level in [*priorities.levels][::-1])
        for levels in one.exceptions.values()
    )
    return (
        one.area.title,
        *counts,
        str(one.worsening),
        *("" if one.below_standard is None else str(one.below_standard),) * has_audit,
        *("" if one.learning_open is None else str(one.learning_open),) * has_registers,
        "" if one.review_by is None else f"{show_date(one.review_by)}{', past' if one.is_past_review else ''}",
    )


def priority_part(one: Priority) -> Section:
    """Why a content area was chosen: its plan, its agreement and its evidence."""
    return Section(one.area.title, tuple(_chosen(one)), tuple(map(_evidence, one.evidence)))


def _chosen(one: Priority) -> Iterator[str]:
    """Its kind, plan and agreement, in a sentence."""
    parts = [f"A {_KINDS[one.kind]}"]
    if one.plan:
        parts.append(one.plan)
    if one.agreed:
        by = f" by the {one.agreed.by}" if one.agreed.by else ""
        minute = f", minute {one.agreed.minute}" if one.agreed.minute else ""
        parts.append(f"agreed{by} on {show_date(one.agreed.on)}{minute}")
    yield f"{'; '.join(parts)}."


def _evidence(evidence: Evidence) -> str:
    """What a source says, with the levels of its figures."""
    reference = f" ({evidence.reference})" if evidence.reference else ""
    levels = " ".join(map(level_words, evidence.levels))
    return f"{evidence.source}{reference}: {evidence.says}. {levels}".strip()


def level_words(level: Level) -> str:
    """A level in a sentence: `Re-referrals: 21.0% in 2016-17 (amber, better), 23.9% in 2015-16; England 21.9%.`"""
    now = f"{level.shown or plain_status(level.status)} in {level.period}"
    notes = [plain_status(level.status)] if level.shown else []
    last_year = level.before[-1][1] if level.before else ""
    notes += [direction_words(level.direction, last_year, level.shown)] if level.direction else []
    before = "".join(f", {shown} in {period}" for period, shown in reversed(level.before))
    elsewhere = "".join(f"; {title} {shown}" for title, shown in level.elsewhere)
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"{level.indicator.title}: {now}{noted}{before}{elsewhere}."


def priorities_sheet(priorities: Priorities) -> Sheet:
    """A row for each content area, with a column for each quarter and level."""
    quarters = next((tuple(one.exceptions) for one in priorities.priorities), ())
    pairs = [(quarter, level) for quarter in quarters for level in priorities.levels]
    columns = (
        "content_area", "title", "kind", "plan", "agreed_on", "minute", "review_by", "past_review", "evidence",
        *(f"{quarter} {level}" for quarter, level in pairs), "worsening", "below_standard", "learning_open",
    )  # fmt: skip
    rows = tuple(
        (
            one.area.id, one.area.title, one.kind, one.plan, one.agreed.on if one.agreed else None,
            one.agreed.minute if one.agreed else None, one.review_by, "yes" if one.is_past_review else "no",
            len(one.evidence), *(one.exceptions[quarter].get(level, 0) for quarter, level in pairs), one.worsening,
            one.below_standard, one.learning_open,
        )
        for one in priorities.priorities
    )  # fmt: skip
    return Sheet(columns, rows)
