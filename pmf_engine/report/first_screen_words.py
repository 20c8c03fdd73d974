"""The sentences of the first screen, for every rendering: short clauses without layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pmf_engine.domain.audience import Audience
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Direction, Status
from pmf_engine.judgement.formatting import show_count
from pmf_engine.report.audience import left_out
from pmf_engine.report.first_screen import Balance, FirstScreen
from pmf_engine.report.item import Group, Item
from pmf_engine.report.matters import Matter, MatterKind
from pmf_engine.report.model import ExceptionReport
from pmf_engine.report.order import READING_ORDER
from pmf_engine.report.reported_action import count_words
from pmf_engine.report.rule_words import number_word
from pmf_engine.report.since_words import saved_words
from pmf_engine.report.wording import (
    and_words,
    arrow_words,
    be,
    gap_words,
    length_word,
    level_of_one,
    level_word,
    parts_words,
    plain_status,
    plural,
    problems_words,
    reason_words,
    sentence,
    value_words,
)


def limits_words(report: ExceptionReport) -> list[str]:
    """What the report is limited to: the indicators evaluated, an agency, a content area, a level of governance."""
    limits = []
    if report.not_evaluated:
        limits.append(f"the indicators evaluated here, and not {report.not_evaluated:,} more")
    if report.agency:
        others = f", and {report.led_by_others:,} indicators of others that concern it" if report.led_by_others else ""
        limits.append(f"what {report.agency.title} leads{others}")
    if report.content_area:
        limits.append(report.content_area.title)
    if report.to:
        above = "" if report.levels and report.to == report.levels[0].level else " or above"
        others = "other matter is" if report.below == 1 else "other matters are"
        below = f"; {report.below:,} {others} left out" if report.below else ""
        limits.append(f"what goes to {level_word(report.to)}{above}{below}")
    return limits


def lead_words(screen: FirstScreen) -> str:
    """The first paragraph: what is for the highest level, and both denominators."""
    alert, balance = screen.alert, screen.all
    count = len(alert.matters)
    if count:
        new = f", {number_word(alert.new) if alert.new else 'none'} of them new"
        if count == 1:
            new = ", a new one" if alert.new else ", not a new one"
        thing = "matter" if count == 1 else "matters"
        first = f"{number_word(count).capitalize()} {thing} for {level_word(alert.level)}{new}."
    elif screen.matters:
        first = f"Nothing for {level_word(alert.level)} to decide."
    elif screen.report.to is not None and screen.report.below:
        first = f"Nothing is escalated to {level_word(screen.report.to)} or above."
    elif screen.report.audience == Audience.PUBLIC:
        first = "Nothing that is shown is escalated."
    elif screen.late_figures or screen.report.led_by_others or balance.good < balance.rated or balance.without_figure:
        first = "Nothing is escalated."
    else:
        first = "No exceptions; nothing late."
    if unknown := left_out(screen.report):
        first = f"{first} {unknown}" if count else unknown
    if balance.rated + balance.unrated == 0:
        nothing = "There is no indicator to report on for this period."
        is_empty = first.startswith("No exceptions") and screen.report.agency is None
        return nothing if is_empty else f"{first} {nothing}"
    if screen.report.audience == Audience.PUBLIC:
        first += " Matters that rest on withheld numbers are left out."
    reasons = [
        (balance.for_information, "for information"),
        (balance.withheld, "withheld"),
        (balance.without_figure, "without a figure"),
        (balance.not_due, "not due"),
    ]
    why = ", ".join(f"{number:,} {words}" for number, words in reasons if number)
    if balance.rated == 0:
        return f"{first} No indicator has a rating: {why}."
    things = "indicator" if balance.rated == 1 else "indicators"
    rated = f"{balance.good:,} of {balance.rated:,} rated {things} {be(balance.good, balance.rated)} good"
    return f"{first} {rated}" + (f"; {balance.unrated:,} {_have(balance.unrated)} no rating: {why}." if why else ".")


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def alert_title(matter: Matter) -> str:
    """The title of a matter: its indicator's, or how many wait for a return."""
    if matter.kind == MatterKind.RETURN and len(matter.items) > 1:
        agencies = and_words([agency.agency.title for agency in matter.late])
        return f"{agencies}: {show_count(len(matter.items), 'indicator')} without a figure"
    return matter.first.indicator.title


def alert_figures(matter: Matter) -> tuple[str, str]:
    """The figures of a matter in few words, and for how long: `70.8% ↓ worse` and `4th red quarter`."""
    item = matter.first
    if matter.kind == MatterKind.RETURN:
        return f"No figure since {item.carried.period}" if item.carried else "No figure yet", ""
    if matter.kind == MatterKind.GROUPS:
        raised = [group for outside in item.outside for group in outside.groups if group.escalate_to]
        of = sum(outside.of for outside in item.outside if any(group.escalate_to for group in outside.groups))
        return f"{len(raised)} of {of} {_groups_word(item)}", "new" if matter.new else ""
    length = f"{plain_status(item.status)} {length_word(item.period.cadence.months)}"
    lasted = f"{_ordinal(item.run)} {length}" if item.run else ""
    value = value_words(item)
    value = value if item.value is not None else value.capitalize()
    return " ".join(part for part in (value, arrow_words(item)) if part), lasted


def alert_sentence(matter: Matter) -> str:
    """What is behind the figures of a matter: what is missing to good, where, and whether its agency says why."""
    unexplained = "" if matter.explained else "No explanation received."
    return f"{_behind(matter)} {unexplained}".strip()


def _behind(matter: Matter) -> str:
    """What is behind the figures of a matter, by its kind."""
    item = matter.first
    if matter.kind == MatterKind.RETURN:
        agencies = and_words([agency.agency.title for agency in matter.late])
        is_named = all(agency.agency.title in and_words(matter.owners) for agency in matter.late)
        named = f"{agencies}: " if len(matter.items) == 1 and not is_named else ""
        run = matter.longest.run
        missed = f"{number_word(run)} {length_word(matter.longest.months)}{'' if run == 1 else 's'}"
        return sentence(f"{named}{missed} not sent")
    if matter.kind == MatterKind.NO_VALUE:
        return reason_words(item)
    if matter.kind == MatterKind.GROUPS:
        return _groups_sentence(item)
    parts = parts_words(item)
    words = "; ".join(part for part in (parts, gap_words(item)) if part)
    return " ".join(part for part in (sentence(words), _went_up(matter), _where(item)) if part)


def _went_up(matter: Matter) -> str:
    """In which of its own periods an indicator went up to the level of its matter, where these are shorter."""
    periods = [own.was.period for own in matter.first.raised_in if own.to == matter.level]
    return f"To {level_of_one(matter.level)} in {and_words(periods)}." if periods else ""


def _groups_sentence(item: Item) -> str:
    """The groups that go up, each with its counts, and the whole: `Basildon 75.0%, 3 of 4. The whole: 10.6%.`"""
    raised = [group for outside in item.outside for group in outside.groups if group.escalate_to]
    groups = and_words([_with_parts(group.name, group) for group in raised], 2)
    whole = _with_parts("The whole:", item) if item.value is not None else ""
    return " ".join(sentence(words) for words in (groups, whole) if words)


def _with_parts(name: str, of: Item | Group) -> str:
    """A name with a value, and the numerator and denominator of the value: `Basildon 75.0%, 3 of 4`."""
    shown = of.shown or plain_status(of.status)
    return ", ".join(part for part in (f"{name} {shown}", parts_words(of)) if part)


def _where(item: Item) -> str:
    """Where an exception stands by its breakdowns: `Red in all 12 districts.`."""
    for outside in item.outside:
        worst = next((status for status in READING_ORDER if any(g.status == status for g in outside.groups)), None)
        groups = [group.name for group in outside.groups if group.status == worst]
        if worst in (Status.RED, Status.AMBER) and groups:
            where = f"all {outside.of}" if len(groups) == outside.of else f"{len(groups)} of {outside.of}"
            withheld = sum(group.status == Status.SUPPRESSED for group in outside.groups)
            more = f"; {withheld} withheld" if withheld else ""
            return f"{worst.capitalize()} in {where} {plural(outside.by.title)}{more}."
    return ""


def _groups_word(item: Item) -> str:
    """The breakdowns of an exception of groups, in the plural: `districts`."""
    names = [plural(outside.by.title) for outside in item.outside if any(g.escalate_to for g in outside.groups)]
    return and_words(names) or "groups"


def ask_words(matter: Matter) -> str:
    """What is asked, and of whom: `Asked of Director of Clinical Services: is the pace enough?`.

    Of a return the level of the matter is asked, to write to the agency that is to answer.
    """
    ask = sentence(matter.asks[0])
    ask, owners = ask[:1].lower() + ask[1:], and_words(matter.owners)
    if matter.kind == MatterKind.RETURN:
        return f"Asked of {level_of_one(matter.level)}: {ask} To answer: {owners}."
    return f"Asked of {owners}: {ask}"


def _ordinal(number: int) -> str:
    """A number in order.

    >>> _ordinal(1), _ordinal(12), _ordinal(22)
    ('1st', '12th', '22nd')
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@dataclass(frozen=True)
class AdviseLine:
    """The matters below the highest level that have one status, or that have none of those before: None."""

    status: str | None
    count: int
    words: str


def advise_lines(screen: FirstScreen, most: int) -> tuple[AdviseLine, ...]:
    """A line for each status of the matters below the highest level, those of groups alone left out.

    Where there are more statuses than `most`, the last line has all the rest.
    """
    alone = [matter for matter in below(screen) if matter.kind != MatterKind.GROUPS]
    by_status = {status: [matter for matter in alone if matter.status == status] for status in READING_ORDER}
    lines = [AdviseLine(status, len(found), _advise_words(found)) for status, found in by_status.items() if found]
    if len(lines) <= most:
        return tuple(lines)
    rest = lines[most - 1 :]
    words = and_words([f"{line.count:,} {plain_status(line.status or '')}" for line in rest])
    return (*lines[: most - 1], AdviseLine(None, sum(line.count for line in rest), words))


def _advise_words(of_status: list[Matter]) -> str:
    """A clause on matters of one status: their titles where they are few, else how many are new and worse."""
    if of_status[0].kind == MatterKind.RETURN:
        return _held_up(of_status)
    if len(of_status) == 1 and of_status[0].kind == MatterKind.NO_VALUE:
        return f"{of_status[0].first.indicator.title}: {reason_words(of_status[0].first)}"
    if len(of_status) <= 2:
        titles = (f"{m.first.indicator.title} {arrow_words(m.first)}".strip() for m in of_status)
        return "; ".join(titles)
    count, new = len(of_status), sum(matter.new for matter in of_status)
    moves = Counter(matter.first.direction for matter in of_status)
    words = ((Direction.WORSENING, "worse"), (Direction.IMPROVING, "better"))
    moved = ", ".join(f"{_all_or(moves[way], count)} {word}" for way, word in words if moves[way])
    parts = [f"{_all_or(new, count)}{'' if new == count else f' of the {count:,}'} new"] if new else []
    return "; ".join(parts + ([f"{moved} than before"] if moved else []))


def _held_up(of_late_returns: list[Matter]) -> str:
    """The agencies whose returns have not come, and how many indicators wait for them where these are several.

    `Youth Service (3 indicators); Acute trusts (2)`
    """
    words: list[str] = []
    noun = " indicators"
    for matter in of_late_returns[:2]:
        agencies, waiting = and_words([agency.agency.title for agency in matter.late], 2), len(matter.items)
        words.append(f"{agencies} ({waiting}{noun})" if waiting > 1 else agencies)
        noun = "" if waiting > 1 else noun
    more = len(of_late_returns) - len(words)
    return "; ".join(words) + (f"; and {more:,} more" if more else "")


def _all_or(number: int, count: int) -> str:
    """A part of a count.

    >>> _all_or(6, 12), _all_or(12, 12)
    ('6', 'all 12')
    """
    return f"all {count:,}" if number == count else f"{number:,}"


def beside_words(screen: FirstScreen) -> str:
    """What has no line of its own: matters of groups alone below the highest level, and what nobody is told of.

    `In some districts or agencies only: 9. Not escalated: 2 red, 16 amber.`
    """
    only = [matter for matter in below(screen) if matter.kind == MatterKind.GROUPS]
    kinds = " or ".join(dict.fromkeys(_groups_word(matter.first) for matter in only))
    in_groups = f"In some {kinds} only: {len(only):,}." if only else ""
    left = [
        f"{screen.not_escalated[status]:,} {status}" for status in READING_ORDER if screen.not_escalated.get(status)
    ]
    not_escalated = f"{'Besides' if left_out(screen.report) else 'Not escalated'}: {', '.join(left)}." if left else ""
    return f"{in_groups} {not_escalated}".strip()


def below(screen: FirstScreen) -> list[Matter]:
    """The matters of all levels but the highest."""
    return [matter for level in screen.advise for matter in level.matters]


def count_and_new(matters: Sequence[Matter]) -> str:
    """How many matters there are, and how many of them are new: `27 matters, 15 new`."""
    new = sum(matter.new for matter in matters)
    return f"{show_count(len(matters), 'matter')}, {f'{new:,}' if new else 'none'} new" if matters else "none"


def assure_sentences(screen: FirstScreen) -> list[str]:
    """Whether anyone is better off, and what is back to good."""
    outcomes, sentences = screen.outcomes, []
    if outcomes.rated and not screen.report.to:
        words = f"{outcomes.good:,} of {outcomes.rated:,} rated {'outcome' if outcomes.rated == 1 else 'outcomes'} good"
        neither = outcomes.rated - outcomes.improving - outcomes.worsening - outcomes.not_compared
        moving = [(outcomes.improving, "better"), (outcomes.worsening, "worse")]
        moving += [each for each in ((neither, "neither"), (outcomes.not_compared, "not compared")) if each[0]]
        if not left_out(screen.report):
            words += f"; {', '.join(f'{number:,} {word}' for number, word in moving)}"
        sentences.append(f"{words}{_unseen(outcomes)}.")
    elif outcomes.withheld and not screen.report.to:
        sentences.append(f"No outcome has a rating{_unseen(outcomes)}.")
    if screen.back:
        best = screen.back[0]
        more = "among them " if len(screen.back) > 1 else ""
        shown = f", {best.now.shown}" if best.now.shown else ""
        in_part = f" ({_in_part(screen.back_in_part, len(screen.back))})" if screen.back_in_part else ""
        sentences.append(f"Back to good: {len(screen.back):,}{in_part}, {more}{best.indicator.title}{shown}.")
    if sentences:
        return sentences
    if screen.report.to:
        return [f"Nothing that went to {level_word(screen.report.to)} has come back to good."]
    return ["Nothing was measured by outcome, and nothing has come back to good."]


def _unseen(balance: Balance) -> str:
    """How many have no figure, and how many are withheld from the public."""
    missing, withheld = balance.without_figure, balance.withheld
    words = f"; {withheld:,} {be(withheld)} withheld" if withheld else ""
    return f"{words}; {missing:,} {_have(missing)} no figure" if missing else words


def _in_part(in_part: int, back: int) -> str:
    """How many of those back to good are still exceptions by some group.

    >>> _in_part(1, 1), _in_part(2, 4)
    ('as a whole, but not in every group', '2 of them as a whole, but not in every group')
    """
    return f"{'' if in_part == back else f'{in_part:,} of them '}as a whole, but not in every group"


def data_sentences(screen: FirstScreen) -> list[str]:
    """What the data are worth: what is owed, what is wrong, and what nobody has explained."""
    quality = screen.report.data_quality
    owed = "No figure is owed."
    if screen.late_figures:
        owes = "agency owes" if screen.late_agencies == 1 else "agencies owe"
        owed = f"{screen.late_agencies:,} {owes} {show_count(screen.late_figures, 'figure')}."
    problems = problems_words(quality.kinds, quality.severities)
    sentences = [f"{owed} {sentence(problems)}".strip()]
    count = len(screen.matters)
    if count and screen.report.audience != Audience.PUBLIC:
        sentences.append(_explained_words(screen.unexplained, count))
    return sentences


def _explained_words(unexplained: int, count: int) -> str:
    """How many matters have no explanation from their agency.

    >>> _explained_words(1, 1), _explained_words(3, 3)
    ('The matter has no explanation from its agency.', 'No matter has an explanation from its agency.')
    """
    if count == 1:
        return f"The matter has {'no' if unexplained else 'an'} explanation from its agency."
    if unexplained in (0, count):
        return f"{'No' if unexplained else 'Every'} matter has an explanation from its agency."
    explanation = "has no explanation from its agency" if unexplained == 1 else "have no explanation from their agency"
    return f"{unexplained:,} of {show_count(count, 'matter')} {explanation}."


def actions_words(screen: FirstScreen) -> str:
    """What was promised and what came of it; empty where the board keeps no actions."""
    actions = screen.report.actions
    return "" if actions is None else count_words(actions)


def since_words(screen: FirstScreen) -> str:
    """What has changed since the report that was saved, else since the period before: `12 new, 18 carry on`."""
    if screen.report.since:
        return saved_words(screen.report.since)
    new, count = sum(matter.new for matter in screen.matters), len(screen.matters)
    parts = [
        (new, "new"),
        (count - new, "carries on" if count - new == 1 else "carry on"),
        (len(screen.back), "back to good"),
    ]
    parts.append((screen.ended, "no longer escalated"))
    words = ", ".join(f"{number:,} {words}" for number, words in parts if number) or "no change"
    period = screen.report.period
    return f"{Period(period.start - period.cadence.months, period.cadence)}: {words}"


def level_counts(screen: FirstScreen) -> list[str]:
    """The number of matters of each level below the highest: `with the sub-committee: 14`."""
    return [f"with {level_word(level.level)}: {len(level.matters):,}" for level in screen.advise if level.matters]
