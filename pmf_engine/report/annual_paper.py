"""The annual report as a paper, in the order in which a board reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.annual import AnnualReport
from pmf_engine.report.annual_areas import QUESTIONS_IN_ORDER, AreaYear, YearValue
from pmf_engine.report.annual_statements import statements
from pmf_engine.report.audience import MARKINGS
from pmf_engine.report.health_paper import punctuality_table
from pmf_engine.report.item import Named
from pmf_engine.report.learning import Learning
from pmf_engine.report.lives import ExceptionLife
from pmf_engine.report.money import MoneyLine, pounds, reconciliation, total
from pmf_engine.report.paper import Cell, Paper, Rated, Section, Table, section
from pmf_engine.report.plan import PlanKind
from pmf_engine.report.plan_paper import plan_sections
from pmf_engine.report.priorities_paper import priorities_table, priority_part
from pmf_engine.report.reported_action import verdict_words
from pmf_engine.report.section_11_paper import section_11_sections
from pmf_engine.report.wording import QUESTIONS, and_words, be, direction_words, level_word, plain_status

_LEFT_OUT = (
    "Small counts, and what would give them away",
    "Rows, grades and words of single agencies, unless the Board approved them",
    "What people said in their own words",
    "The Board's registers of actions, reviews and requests, and which returns came in time",
)
"""What the paper for the public leaves out."""


_QUARTERS: Final = 4


def annual_paper(report: AnnualReport) -> Paper:
    """The paper for `pmf annual`."""
    return Paper(
        report.board,
        f"Annual report, {report.period.label}",
        f"The effectiveness of safeguarding from {show_date(report.period.first_day)} to "
        f"{show_date(report.period.last_day)}, as known on {show_date(report.as_of)}.",
        (),
        tuple(_sections(report)),
        MARKINGS[report.audience],
    )


def _sections(report: AnnualReport) -> Iterator[Section]:
    """The sections; those that hold nothing for the public are left out for it."""
    yield _safe(report)
    yield Section(
        "Priorities, and what came of them",
        tables=(priorities_table(report.priorities),),
        parts=tuple(map(priority_part, report.priorities.priorities)),
    )
    yield Section("Content areas", parts=tuple(_area(area, report.is_public) for area in report.areas))
    yield _lives(report)
    if not report.is_public:
        yield _learning(report)
        yield Section(
            "Section 11",
            () if report.section_11.standards else ("No figure grades a standard of section 11.",),
            parts=section_11_sections(report.section_11) if report.section_11.standards else (),
        )
    yield _partners(report)
    yield _money(report)
    yield _unseen(report)
    yield Section("Next year", parts=tuple(_next_year(report)))
    if report.is_public:
        yield section("What this paper leaves out", points=_LEFT_OUT)


def _safe(report: AnnualReport) -> Section:
    """The chair's words, then five statements with their evidence."""
    said = tuple(
        f"{one.agency.title}, {one.period}, {one.figure.title[:1].lower()}{one.figure.title[1:]}: “{one.words}”"
        for one in report.said
    )
    missing = f"The chair has written nothing on the year: write it in `summary.md` below `# {report.period.label}`."
    parts = [Section(title, sentences, points) for title, sentences, points in statements(report)]
    if report.is_public:
        return Section("How safe are children?", report.summary, parts=tuple(parts))
    parts.append(section("In their own words", "" if said else "Nothing was sent.", points=said))
    return Section("How safe are children?", report.summary or (missing,), parts=tuple(parts))


def _area(area: AreaYear, is_public: bool) -> Section:
    """A content area: its values by question, strengths, weaknesses, causes and actions.

    The public is not told that there are no causes or actions, as they may be the board's alone.
    """
    tables = [
        Table(QUESTIONS[question], ("Indicator", "This year", "Status", "Last year", "Elsewhere"), rows)
        for question in QUESTIONS_IN_ORDER
        if (rows := tuple(_value(value) for value in area.values if value.question == question))
    ]
    strengths = tuple(f"{value.indicator.title}: {_words(value)}" for value in area.strengths)
    weaknesses = tuple(f"{value.indicator.title}: {_words(value)}" for value in area.weaknesses)
    causes = tuple(f"{cause.agency}, {cause.period}: “{cause.words}”" for cause in area.causes)
    actions = tuple(f"{one.id}. {one.action} ({one.who}; {one.state})" for one in area.actions)
    none = "No agency has said why." if weaknesses and not is_public else ""
    no_action = "" if is_public else "No action is on record."
    return Section(
        area.area.title,
        () if area.values else ("Nothing is measured.",),
        tables=tuple(tables),
        parts=(
            section("Strengths", "" if strengths else "None is good and holding.", points=strengths),
            section("Weaknesses", "" if weaknesses else "None is outside what is good.", points=weaknesses),
            section("Causes, in the agencies' words", "" if causes else none, points=causes),
            section("Action", "" if actions else no_action, points=actions),
        ),
    )


def _value(value: YearValue) -> tuple[Cell, ...]:
    """A row of an indicator's values."""
    status = plain_status(value.status)
    status = f"{status}, {direction_words(value.direction, value.before, value.shown)}" if value.direction else status
    elsewhere = "; ".join(f"{title} {shown}" for title, shown in value.elsewhere)
    return (value.indicator.title, value.shown, Rated(status, value.status), value.before, elsewhere)


def _words(value: YearValue) -> str:
    """A value with its status and the value before: `21.0%, amber, worse than 16.3%`."""
    parts = [value.shown or "no value", plain_status(value.status)]
    if value.direction:
        before = f" than {value.before}" if value.before and value.before != value.shown else ""
        parts.append(f"{direction_words(value.direction, value.before, value.shown)}{before}")
    return ", ".join(parts)


def _lives(report: AnnualReport) -> Section:
    """The chart of lives: indicators by quarters."""
    letters = {id_: level_word(Named(id_, title)) for id_, title in report.levels.items()}
    short = {id_: words.removeprefix("the ")[:1].upper() for id_, words in letters.items()}
    quarters = [quarter.rpartition(" ")[2] for quarter in report.health.quarters[4:]]
    rows = tuple((_life_title(life), *_life_cells(life, short)) for life in report.lives)
    levels = ", ".join(f"{short[id_]} {words}" for id_, words in reversed(letters.items()))
    standing = sum(life.stands for life in report.lives)
    up = sum(life.went_up for life in report.lives)
    earlier, hidden = len(report.lives) - up, up - standing - sum(life.is_cleared for life in report.lives)
    end = "at the end of the year" if report.period.last_day < report.as_of else "in the last quarter that is over"
    return section(
        "The year's exceptions",
        f"{show_count(up, 'indicator')} that the quarterly reports took to a level of governance, whole or by group; "
        f"{standing} still {'stands' if standing == 1 else 'stand'} {end}. They are those of the quarters' "
        f"reports, {_told_when(report)}: the year itself judges nothing anew.",
        f"{show_count(earlier, 'exception')} of the year before cleared in the first quarter." if earlier else "",
        f"{hidden} {be(hidden)} not shown any more, as some of their results are withheld." if hidden else "",
        tables=(
            Table("", ("Indicator", *quarters), rows, f"The highest level that each went up to: {levels}. {_CARRIED}"),
        ),
    )


_CARRIED: Final = (
    "Carried: also by other groups than the quarter before, where the report on the quarter calls it new. That report "
    "counts indicators that wait for the same return as one matter."
)
"""How the chart of lives counts, and the report on a quarter."""


def _told_when(report: AnnualReport) -> str:
    """When the exceptions of the quarters were told: in the reports that were kept, or as known today."""
    today = f"as known on {show_date(report.as_of)}"
    if not report.kept:
        return today
    kept = f"of {and_words(report.kept)} as they were given out"
    return kept if len(report.kept) == _QUARTERS else f"{kept}, of the others {today}"


def _life_title(life: ExceptionLife) -> str:
    return f"{life.indicator.title} (groups only)" if life.by_groups else life.indicator.title


def _life_cells(life: ExceptionLife, short: dict[str, str]) -> Iterator[str]:
    """The cells of a life: `raised S`, `carried B`, `cleared`."""
    for quarter in life.quarters:
        if quarter is None:
            yield ""
        elif quarter.level is None:
            yield quarter.state.value
        else:
            yield f"{quarter.state} {short.get(quarter.level, '?')}"


def _learning(report: AnnualReport) -> Section:
    """What reviews found, what was agreed, and what lessons became."""
    learning = report.learning
    rows = tuple(
        (
            show_date(review.done_on),
            f"{review.activity}{f', {review.agency.title}' if review.agency else ''}",
            review.found or "",
            review.lesson or "",
            review.led_to or ("nothing yet" if review.lesson else ""),
        )
        for review in learning.reviews
    )
    agreed = sum(learning.actions.values())
    states = ", ".join(f"{count} {state}" for state, count in sorted(learning.actions.items()))
    became = ", ".join(f"{count} {word}" for word, count in sorted(learning.became.items()))
    asked, answered = learning.requests
    lessons = tuple(f"{lesson}{f' (became {word})' if word else ''}" for lesson, word in learning.lessons)
    return section(
        "Learning and its effect",
        f"{show_count(agreed, 'action')} agreed in the year: {states}." if agreed else "No action is on record.",
        f"Lessons became: {became}." if became else "",
        f"{show_count(asked, 'request')} outside the cycle, {answered} of them answered." if asked else "",
        "" if rows else "No review of the year is on record.",
        points=lessons,
        tables=(
            Table("What audits, surveys and reviews found", ("Done on", "Activity", "Found", "Lesson", "Led to"), rows),
            _effects(learning),
        ),
    )


def _effects(learning: Learning) -> Table:
    """The actions that were done, with what their indicators did since: never that it was because of them."""
    rows = tuple(
        (
            show_date(action.done_on) if action.done_on else "",
            action.text,
            action.indicator.title if action.indicator else "",
            f"{verdict_words(action)}: {action.reason}" if action.reason else verdict_words(action),
        )
        for action in learning.effects
    )
    note = "What the indicator did since, which need not be because of the action; `pmf actions` has the figures."
    return Table("Actions done this year or the year before", ("Done on", "Action", "Indicator", "Since"), rows, note)


def _partners(report: AnnualReport) -> Section:
    """Returns on time, what the board measures of its partners, and their contributions."""
    agencies = dict.fromkeys(name for one in report.partners for name in one.values)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(_partner(one.values.get(name)) for one in report.partners)) for name in agencies
    )
    columns = ("Agency", *(one.indicator.title for one in report.partners))
    return Section(
        "Partners",
        parts=(
            section("Returns in time", tables=(punctuality_table(report.health.quarters, report.health.punctuality),)),
            section("What the board measures of them", tables=(Table("", columns, rows),)),
            section(
                "Contributions",
                "The register of money says nothing of contributions." if not report.money.contributions else "",
                tables=(_contributions(report),),
            ),
        ),
    )


def _partner(value: tuple[str, str] | None) -> Cell:
    """An agency's value of an indicator, or why there is none; blank for an agency that it is not about."""
    return "" if value is None else Rated(value[0] or plain_status(value[1]), value[1])


def _contributions(report: AnnualReport) -> Table:
    """Contributions by agency: what was planned and paid, its share, and last year's."""
    lines, received = report.money.contributions, report.money.received
    rows = [
        (
            line.name,
            pounds(line.budget),
            pounds(line.actual),
            f"{line.actual * 100 / received:.1f}%" if received and line.actual is not None else "",
            "" if line.last_year is None else pounds(line.last_year),
        )
        for line in lines
    ]
    if rows:
        shares = "100.0%" if received else ""
        rows.append(("All", *_totals(lines), shares, _last_year(lines)))
    return Table("", ("Agency", "Budget", "Paid", "Share", "Last year"), tuple(rows))


def _totals(lines: tuple[MoneyLine, ...]) -> tuple[str, str]:
    return pounds(total(line.budget for line in lines)), pounds(total(line.actual for line in lines))


def _last_year(lines: tuple[MoneyLine, ...]) -> str:
    """What the lines came to in the year before; blank where none has one."""
    known = [line.last_year for line in lines if line.last_year is not None]
    return pounds(total(known)) if known else ""


def _money(report: AnnualReport) -> Section:
    """Spending by heading, what was brought and carried forward, and whether it adds up."""
    money = report.money
    if money.is_empty:
        return section("Money", f"The register of money says nothing of {report.period.label}.")
    rows = [
        (line.name, pounds(line.budget), pounds(line.actual), "" if line.last_year is None else pounds(line.last_year))
        for line in money.spend
    ]
    if rows:
        rows.append(("All spending", *_totals(money.spend), _last_year(money.spend)))
    for word, line in (("Brought forward", money.brought_forward), ("Carried forward", money.carried_forward)):
        if line is not None:
            before = "" if line.last_year is None else pounds(line.last_year)
            rows.append((word, pounds(line.budget), pounds(line.actual), before))
    notes = tuple(f"{line.name}: {note}" for line in (*money.contributions, *money.spend) for note in line.notes)
    return section(
        "Money",
        *reconciliation(money),
        points=notes,
        tables=(Table("", ("Heading", "Budget", "Actual", "Last year"), tuple(rows)),),
    )


def _unseen(report: AnnualReport) -> Section:
    """The problems with data, and what the board cannot see."""
    problems = ", ".join(f"{count} {severity}" for severity, count in report.problems.items())
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.indicator.title, Rated(plain_status(one.status), one.status), one.reason or "") for one in report.unseen
    )
    wanted = tuple(f"{one.indicator.title}: wanted, and not collected yet" for one in report.coverage.wanted)
    blind = tuple(
        f"{area.area.title}: nothing answers “{'” or “'.join(QUESTIONS[question] for question in area.unanswered)}”"
        for area in report.coverage.areas
        if area.unanswered
    )
    shown = " that is shown" if report.is_public else ""
    return section(
        "Data quality, and what we cannot see",
        f"Problems with what agencies sent, by what they cost: {problems}. `pmf validate` has each."
        if problems
        else "",
        f"{show_count(len(report.unseen), 'indicator')} without a value{shown} at the end of the year.",
        points=(*wanted, *blind),
        tables=(Table("", ("Indicator", "Status", "Why"), rows),),
    )


def _next_year(report: AnnualReport) -> Iterator[Section]:
    """What still stands, and what falls due in the year that follows."""
    standing = tuple(life.indicator.title for life in report.lives if life.stands)
    none = "None that is shown." if report.is_public else "None."
    yield section("Exceptions that stand", "" if standing else none, points=standing)
    registers = (PlanKind.REQUEST, PlanKind.ACTION) if report.is_public else ()
    yield from plan_sections(report.next_year, (PlanKind.RETURNS, *registers))
    wanted = tuple(one.indicator.title for one in report.coverage.wanted)
    yield section("To be collected", "" if wanted else "Nothing more is wanted.", points=wanted)
