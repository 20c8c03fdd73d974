"""Health of the framework as a paper and as a sheet."""

from __future__ import annotations

from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.health import Health
from pmf_engine.report.paper import Paper, Sheet, Table, section
from pmf_engine.report.returns_by_agency import AgencyReturns, QuarterReturns

COUNTED = (
    "An exception is an indicator that goes up, whole or by group; the report on a quarter counts those that wait for "
    "the same return as one matter."
)
"""What the papers of a year count as an exception, and the report on a quarter as a matter."""


def health_paper(health: Health) -> Paper:
    """The paper for `pmf health`."""
    exceptions = sum(one.exceptions for one in health.explained)
    explained = sum(one.explained for one in health.explained)
    in_time, due = (sum(getattr(one, name) for one in health.punctuality) for name in ("in_time", "owed"))
    return Paper(
        health.board,
        f"Health of the framework, {health.period.label}",
        f"Is the framework itself working? Over {health.quarters[0]} to {health.quarters[-1]}, as known on "
        f"{show_date(health.as_of)}.",
        (
            f"{explained} of {show_count(exceptions, 'exception')} of the year explained by an agency; {in_time:,} of "
            f"{show_count(due, 'return')} in time over two years.",
        ),
        (
            section(
                "Exceptions explained",
                tables=(
                    Table(
                        "",
                        ("Quarter", "Exceptions", "Explained"),
                        tuple((one.quarter, str(one.exceptions), str(one.explained)) for one in health.explained),
                        f"{COUNTED} It is explained where an agency wrote a comment beside one of its figures.",
                    ),
                ),
            ),
            section("Returns in time", tables=(punctuality_table(health.quarters, health.punctuality),)),
            section(
                "Tolerances past their review",
                "" if health.past_review else "None.",
                points=tuple(
                    f"{one.indicator.title}: {one.good}, to be reviewed by {show_date(one.review_by)}"
                    for one in health.past_review
                ),
            ),
            section(
                "Never green in two years",
                "Is good out of reach, or does nothing change?" if health.never_green else "None.",
                points=tuple(one.title for one in health.never_green),
            ),
            section(
                "Never red in two years",
                "Is the tolerance too wide, or is the indicator still needed?" if health.never_red else "None.",
                points=tuple(one.title for one in health.never_red),
            ),
            section(
                "Nobody judges them: no tolerance",
                "" if health.unjudged else "None.",
                points=tuple(one.title for one in health.unjudged),
            ),
            section(
                "With a tolerance, and without a rating in two years",
                "" if health.unrated else "None.",
                points=tuple(one.title for one in health.unrated),
            ),
        ),
    )


def punctuality_table(quarters: tuple[str, ...], agencies: tuple[AgencyReturns, ...]) -> Table:
    """The table of returns that were not in time, by agency and quarter."""
    years = {label.rpartition(" ")[0] for label in quarters}
    columns = ("Agency", *(label.rpartition(" ")[2] for label in quarters), "In time")
    rows = tuple(
        (
            one.agency.title,
            *(_not_in_time(quarter) for quarter in one.quarters),
            f"{one.in_time} of {one.owed}",
        )
        for one in agencies
    )
    note = (
        f"Returns that were not in time, by quarter of {' and '.join(sorted(years))}: 0 where all were, blank where "
        "none was due. The worst first."
    )
    return Table("", columns, rows, note)


def _not_in_time(quarter: QuarterReturns) -> str:
    """How many returns of a quarter were not in time; blank where none was due."""
    return str(quarter.owed - quarter.in_time) if quarter.owed else ""


def health_sheet(health: Health) -> Sheet:
    """A row for each agency and quarter with a return that fell due."""
    rows = tuple(
        (one.agency.id, one.agency.title, quarter.period, quarter.in_time, quarter.owed)
        for one in health.punctuality
        for quarter in one.quarters
        if quarter.owed
    )
    return Sheet(("agency", "name", "quarter", "in_time", "due"), rows)
