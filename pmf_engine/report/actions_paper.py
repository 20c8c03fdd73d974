"""Actions as a paper and as a sheet."""

from __future__ import annotations

from collections.abc import Iterable

from pmf_engine.domain.status import Verdict
from pmf_engine.judgement.formatting import show_count, show_date
from pmf_engine.report.actions import Actions, Shown, Unattended
from pmf_engine.report.item import ReportedAction
from pmf_engine.report.paper import Paper, Section, Sheet, Table, section
from pmf_engine.report.reported_action import count_words, verdict_words
from pmf_engine.report.wording import level_of_one

_FEW = 3
"""The most groups that are named one by one."""


def actions_paper(actions: Actions, loop: bool = False) -> Paper:
    """The paper for `pmf actions`.

    Args:
        actions: The actions.
        loop: Begin with the way from exception to lesson, with counts at each step.
    """
    of = f" of {actions.agency.title}" if actions.agency else ""
    done = actions.of_state("done")
    lead = count_words(actions.actions)
    sections = (
        *([_loop(actions)] if loop else []),
        section("Overdue", tables=(_table(actions.overdue, overdue=True),)),
        section("Open", tables=(_table([a for a in actions.of_state("open") if not a.days_overdue]),)),
        section("Done: is it better since?", *_caution(done), points=tuple(_told(action) for action in done)),
        section(
            "Done, and neither better since nor as expected",
            points=tuple(_short(action) for action in actions.without_effect),
        ),
        section("Matters without an action", *_none(actions), points=tuple(map(_left, actions.unattended))),
    )
    return Paper(
        actions.board,
        f"Actions{of}, {actions.period}",
        f"What was agreed by {show_date(actions.as_of)}, and what the indicators did since.",
        (f"{lead[0].upper()}{lead[1:]}. {_unattended_count(actions)}",),
        tuple(each for each in sections if not each.is_empty),
    )


def action_paper(actions: Actions, action: ReportedAction, periods: tuple[Shown, ...]) -> Paper:
    """The paper of one action, with everything that is known of it.

    Args:
        actions: All actions.
        action: The action.
        periods: The periods by which it is judged.
    """
    facts = [(name, words) for name, words in _facts(action) if words]
    return Paper(
        actions.board,
        f"Action {action.id}, {actions.period}",
        f"As known on {show_date(actions.as_of)}.",
        (f"{action.text}.".replace("..", "."),),
        (
            section("What was agreed", tables=(Table("", ("", ""), tuple(facts)),)),
            Section("Is it better since?", tuple(_sentences(action)), tables=_periods(periods)),
        ),
    )


def _periods(periods: tuple[Shown, ...]) -> tuple[Table, ...]:
    """The table of the periods by which an action is judged."""
    if not periods:
        return ()
    note = "Left out of what it is compared with for `better since`: the action may have been raised because of it."
    rows = tuple((each.label, each.shown, "after" if each.after else _before(each)) for each in periods)
    marked = any(each.left_out for each in periods)
    return (Table("The periods compared", ("Period", "Value", ""), rows, note if marked else ""),)


def _before(each: Shown) -> str:
    return "before, left out" if each.left_out else "before"


def _facts(action: ReportedAction) -> Iterable[tuple[str, str]]:
    """The facts of an action by name."""
    yield "Indicator", action.indicator.title if action.indicator else ""
    yield "For", action.group or ""
    yield "Agency", action.agency.title if action.agency else ""
    yield "Owner", action.owner or "none named"
    yield "Agreed", show_date(action.agreed_on) if action.agreed_on else "on a day that nobody says"
    yield "Due", show_date(action.due_on) if action.due_on else ""
    yield "Done", show_date(action.done_on) if action.done_on else ""
    yield "State", _state(action)
    yield "Expected", _expected(action)
    yield "Lesson", action.lesson or ""
    yield "Became", action.became or ""
    yield "Shared with", action.shared_with or ""
    yield "Evidence", action.evidence or ""


def _state(action: ReportedAction) -> str:
    """The state of an action in words."""
    late = f", {show_count(action.days_overdue, 'day')} overdue" if action.days_overdue else ""
    return f"{action.state}{late}"


def _expected(action: ReportedAction) -> str:
    """What is expected of an action, and whether it came, in words."""
    return f"{action.expects}: {action.expected}" if action.expects and action.expected else action.expects


def _sentences(action: ReportedAction) -> Iterable[str]:
    """The verdict of an action, its numbers, and what to know beside it."""
    yield f"{_capital(verdict_words(action))}: {action.reason}."
    if action.comparison:
        yield f"{action.comparison}."
    yield from action.beside
    yield "None of this says that the action was the cause."


def _table(actions: Iterable[ReportedAction], overdue: bool = False) -> Table:
    """Actions as a table of who does what by when."""
    rows = tuple(
        (
            action.id,
            action.text,
            action.indicator.title if action.indicator else "",
            "; ".join(filter(None, (action.agency.title if action.agency else "", action.owner or "no owner"))),
            show_date(action.due_on) if action.due_on else "no day",
            *((str(action.days_overdue),) if overdue else ()),
        )
        for action in actions
    )
    return Table("", ("No.", "Action", "Indicator", "Owner", "Due", *(("Days",) if overdue else ())), rows)


def _told(action: ReportedAction) -> str:
    """An action that was done in a line: what its indicator did since, and what to know beside it."""
    of = f" ({action.group})" if action.group else ""
    about = f"{action.indicator.title}{of}: " if action.indicator else ""
    numbers = f" {action.comparison}." if action.comparison else ""
    beside = "".join(f" {sentence}" for sentence in action.beside)
    expected = f" Expected {_expected(action)}." if action.expects else ""
    return f"{action.id} {action.text}. {about}{verdict_words(action)}, {action.reason}.{numbers}{beside}{expected}"


def _short(action: ReportedAction) -> str:
    """An action without effect in a line."""
    expected = f"; expected {_expected(action)}" if action.expects else ""
    return f"{action.id} {action.text}: {verdict_words(action)}{expected}"


def _left(each: Unattended) -> str:
    """A matter without an action in a line."""
    few = ", ".join(each.groups) if len(each.groups) <= _FEW else show_count(len(each.groups), "group")
    groups = f" ({few})" if each.groups else ""
    titles = "; ".join(indicator.title for indicator in each.indicators)
    together = f" (one matter of {len(each.indicators)} indicators)" if len(each.indicators) > 1 else ""
    return f"{titles}{groups}{together}, with {level_of_one(each.level)}"


def _none(actions: Actions) -> tuple[str, ...]:
    """What is said where every matter has an action."""
    return () if actions.unattended else ("None: every matter has one.",)


def _caution(done: Iterable[ReportedAction]) -> tuple[str, ...]:
    """What no verdict says."""
    return ("None of this says that an action was the cause.",) if any(True for _ in done) else ()


def _unattended_count(actions: Actions) -> str:
    """How many matters have no action, as a sentence."""
    if not actions.matters:
        return "No matters."
    return f"{len(actions.unattended)} of {show_count(actions.matters, 'matter')} without an action."


def _loop(actions: Actions) -> Section:
    """The way from matter to action, effect, lesson and what it became, with counts at each step."""
    done = actions.of_state("done")
    told = [action for action in done if action.verdict in (Verdict.BETTER, Verdict.NO_CHANGE, Verdict.WORSE)]
    learned = [action for action in actions.actions if action.lesson]
    became = [action for action in learned if action.became]
    shared = [action for action in learned if action.shared_with]
    better = sum(action.verdict == Verdict.BETTER for action in told)
    steps = (
        ("Matters", actions.matters, ""),
        ("with an action", actions.matters - len(actions.unattended), ""),
        ("Actions agreed", len(actions.actions), f"{len(actions.of_state('dropped'))} dropped"),
        ("done", len(done), f"{len(actions.overdue)} overdue"),
        ("with an effect that can be told", len(told), f"{better} better since"),
        ("with a lesson", len(learned), ""),
        ("that became something", len(became), ", ".join(sorted({action.became or "" for action in became}))),
        ("that was shared", len(shared), ""),
    )
    rows = tuple((name, str(count), note) for name, count, note in steps)
    lessons = tuple(
        f"{action.id} {action.lesson}" + (f" Became: {action.became}." if action.became else "")
        + (f" Shared with {action.shared_with}." if action.shared_with else "")
        for action in learned
    )  # fmt: skip
    return section("From exception to lesson", tables=(Table("", ("Step", "How many", ""), rows),), points=lessons)


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def actions_sheet(actions: Actions) -> Sheet:
    """The sheet for `pmf actions --format csv`: a row for each action."""
    columns = (
        "id", "action", "indicator", "indicator_title", "group", "agency", "owner", "agreed_on", "due_on", "done_on",
        "state", "days_overdue", "verdict", "reason", "comparison", "expects", "expected", "lesson", "became",
        "shared_with", "evidence",
    )  # fmt: skip
    rows = tuple(
        (
            each.id, each.text, each.indicator.id if each.indicator else None,
            each.indicator.title if each.indicator else None, each.group, each.agency.title if each.agency else None,
            each.owner, each.agreed_on, each.due_on, each.done_on, each.state, each.days_overdue, str(each.verdict),
            each.reason, each.comparison, each.expects, None if each.expected is None else str(each.expected),
            each.lesson, each.became, each.shared_with, each.evidence,
        )
        for each in actions.actions
    )  # fmt: skip
    return Sheet(columns, rows)
