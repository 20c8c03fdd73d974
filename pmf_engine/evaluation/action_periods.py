"""The periods by which an action is judged: those before it and those after it, or why it cannot be judged.

Before are the periods that ended by the day on which the action was agreed; after are those that began once it could
have an effect. Nothing is compared across a break, a changed tolerance, or a value that is
partial, withheld or in doubt.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import polars as pl

from pmf_engine.domain.marks import MarkKind
from pmf_engine.domain.periods import month_of
from pmf_engine.domain.status import Status, Verdict
from pmf_engine.framework.changes import breaks_of
from pmf_engine.framework.dependencies import sums_over_periods
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tolerances import Entry, Polarity
from pmf_engine.judgement.formatting import show_date

FEWEST_BEFORE, FEWEST_OF_NUMBERS = 8, 12
"""The fewest periods before an action: of percentages and rates, and of other numbers, whose chance is not known."""

FEWEST_AFTER, FEWEST_FOR_NO_CHANGE = 2, 4
"""The fewest periods after an action for any verdict, and for saying that nothing changed."""

_TWO_YEARS: Final = 24

SeriesKey = tuple[str, str | None, str | None]
"""An indicator, and the breakdown and name of a group."""


class Value(NamedTuple):
    """A period of an indicator: its first month and days, its value with numerator and denominator, and its blemish.

    Attributes:
        blemish: Why the value is not whole, in words; None for a sound value, or for a period without one.
    """

    start: int
    label: str
    starts_on: date
    ends_on: date
    numerator: float | None
    denominator: float | None
    value: float | None
    blemish: str | None


@dataclass(frozen=True)
class Periods:
    """The periods before and after an action.

    Attributes:
        before: Those before it.
        after: Those after it.
        kind: `percent`, `rate` or `number`.
        sign: 1 where more is better, -1 where less is.
        months: The length of a period.
    """

    before: Sequence[Value]
    after: Sequence[Value]
    kind: str
    sign: int
    months: int

    @property
    def season(self) -> int:
        """The length of the part of the year that periods are compared in, in months.

        A month is compared with the same month where there are two years of them before, else with those of its
        quarter.
        """
        return 3 if self.months == 1 and len(self.before) < _TWO_YEARS else self.months


@dataclass(frozen=True)
class Unjudged:
    """An action that is not judged: the verdict, and why, as a clause."""

    verdict: Verdict
    reason: str
    before: int = 0
    after: int = 0


def values_of(rows: pl.DataFrame) -> Mapping[SeriesKey, Sequence[Value]]:
    """The values of each series, the earliest first.

    Args:
        rows: Judged rows in own periods, with the columns of `JUDGED_ROWS`.
    """
    series: dict[SeriesKey, list[Value]] = {}
    columns = (
        "indicator", "by", "group", "start", "period", "starts_on", "ends_on", "numerator", "denominator", "value",
        "status", "partial", "marks",
    )  # fmt: skip
    for id_, by, group, start, period, first, last, part, whole, value, status, partial, marks in (
        rows.select(columns).sort("start").iter_rows()
    ):
        kinds = {mark["kind"] for mark in marks or ()}
        blemish = None
        if status == Status.SUPPRESSED:
            blemish = f"the value of {period} is withheld"
        elif partial or MarkKind.PARTIAL in kinds:
            blemish = f"the value of {period} is partial"
        elif kinds & {MarkKind.DOUBT, MarkKind.ARRIVAL_UNKNOWN}:
            blemish = f"the value of {period} is in doubt"
        series.setdefault((id_, by, group), []).append(Value(start, period, first, last, part, whole, value, blemish))
    return series


_NEEDED: Final = ("indicator", "by", "group", "agreed_on", "done_on", "effect_from")
"""The columns of an action without which its periods are not known."""


def effect_day(action: Mapping[str, Any]) -> date | None:
    """The first day on which an effect can show: as the action says, else the day after it was done."""
    if action["effect_from"] is not None:
        day: date = action["effect_from"]
        return day
    return None if action["done_on"] is None else action["done_on"] + timedelta(days=1)


def series_of(action: Mapping[str, Any]) -> SeriesKey:
    """The series that an action is for."""
    return action["indicator"], action["by"], action["group"]


class _Known(NamedTuple):
    """The periods of a series that have a value, the earliest first, and what they are found by.

    Attributes:
        is_counted: Each has a numerator and a denominator.
    """

    values: Sequence[Value]
    starts: Sequence[int]
    first_days: Sequence[date]
    last_days: Sequence[date]
    is_counted: bool

    @classmethod
    def of(cls, values: Iterable[Value]) -> _Known:
        """The known ones of some periods, which are in order."""
        known = [each for each in values if each.value is not None]
        return cls(
            known,
            [each.start for each in known],
            [each.starts_on for each in known],
            [each.ends_on for each in known],
            all(each.denominator and each.numerator is not None for each in known),
        )


class SeriesBook:
    """The values of series, and from which months on they do not compare with those before.

    Args:
        framework: The framework.
        rows: Judged rows in own periods, with the columns of `JUDGED_ROWS`.
    """

    def __init__(self, framework: Framework, rows: pl.DataFrame) -> None:
        self.framework = framework
        self.series = values_of(rows)
        self._known: dict[SeriesKey, _Known] = {}
        self._cuts: dict[SeriesKey, Sequence[tuple[int, str]]] = {}
        self._why_not: dict[str, str | None] = {}
        self._measures: dict[str, tuple[str, Polarity | None]] = {}

    def known(self, key: SeriesKey) -> _Known:
        """The periods of a series that have a value."""
        if key not in self._known:
            self._known[key] = _Known.of(self.series.get(key, ()))
        return self._known[key]

    def cuts(self, key: SeriesKey) -> Sequence[tuple[int, str]]:
        """The months from which values of a series do not compare with those before, each with the reason."""
        if key not in self._cuts:
            self._cuts[key] = _cuts(self.framework, self.framework.indicators[key[0]], self.series.get(key, ()))
        return self._cuts[key]

    def measure(self, indicator: str) -> tuple[str, Polarity | None]:
        """What an indicator is where its parts are known, `percent`, `rate` or `number`, and which way is better."""
        if indicator not in self._measures:
            defined = self.framework.indicators[indicator]
            kind = "number" if defined.ratio is None else "percent" if defined.is_share else "rate"
            self._measures[indicator] = kind, defined.polarity
        return self._measures[indicator]

    def why_not(self, indicator: str) -> str | None:
        """Why no action for an indicator can be judged; None where one may be."""
        if indicator not in self._why_not:
            self._why_not[indicator] = _why_not(self.framework, indicator)
        return self._why_not[indicator]


def periods_of(action: Mapping[str, Any], book: SeriesBook) -> Periods | Unjudged:
    """The periods before and after an action, or why it cannot be judged by them.

    Args:
        action: A row of `ACTIONS`.
        book: The values of each series.
    """
    refusal = _refused(action, book)
    if refusal is not None:
        return Unjudged(Verdict.CANNOT_TELL, refusal)
    indicator = book.framework.indicators[action["indicator"]]
    key = series_of(action)
    known = book.known(key)
    agreed, effect = action["agreed_on"], effect_day(action)
    before = known.values[: bisect_right(known.last_days, agreed)]
    if not before:
        return Unjudged(Verdict.CANNOT_TELL, f"there is no figure from before it was agreed, on {show_date(agreed)}")
    if effect is None:
        return Unjudged(Verdict.TOO_EARLY, "it is not done yet", len(before))
    after = known.values[bisect_left(known.first_days, effect) :]
    last = before[-1].start
    end = after[-1].start if after else month_of(effect)
    first, across = _cut(book.cuts(key), last, end)
    before = before[bisect_left(known.starts, first) :]
    is_counted = known.is_counted or all(each.denominator and each.numerator is not None for each in (*before, *after))
    kind, polarity = book.measure(indicator.id)
    refused = _too_few(before, after, across, kind if is_counted else "number", polarity, effect)
    if refused is not None:
        return refused
    sign = 1 if polarity == Polarity.HIGH else -1
    return Periods(before, after, kind if is_counted else "number", sign, indicator.cadence.months)


def _refused(action: Mapping[str, Any], book: SeriesBook) -> str | None:
    """Why an action cannot be judged whatever the values are; None for one that may be."""
    if action["state"] == "dropped":
        return "the action was dropped"
    if action["unread"] and (unread := [name for name in _NEEDED if name in action["unread"]]):
        return f"its `{unread[0]}` could not be used"
    if action["indicator"] is None:
        return "it names no indicator"
    if action["agreed_on"] is None:
        return "nothing says when it was agreed"
    return book.why_not(action["indicator"])


def _why_not(framework: Framework, id_: str) -> str | None:
    """Why no action for an indicator can be judged; None where one may be."""
    if id_ not in framework.indicators:
        return "its indicator is not in this framework"
    if framework.indicators[id_].type.kind != "number":
        return "grades have no interval"
    if sums_over_periods(framework, framework.indicators[id_]):
        return "each of its values adds up over several periods, so that neighbours share data"
    return None


def _cuts(framework: Framework, indicator: Indicator, values: Iterable[Value]) -> list[tuple[int, str]]:
    """The months from which values do not compare with those before, each with the reason."""
    last: Entry | None = None
    cuts = [(each.at, f"the series has a break: {each.because}") for each in breaks_of(framework, indicator)]
    for entry in indicator.tolerances:
        if entry.start is not None and last is not None and _bands(entry) != _bands(last):
            cuts.append((entry.start, f"the tolerance changed from {entry.from_}"))
        last = entry
        cuts += [(each.start, f"its limits begin anew from {each.period}: {each.because}") for each in entry.rebases]
    for each in values:
        if each.blemish is not None:  # a blemish parts the periods on both of its sides
            cuts += [(each.start, each.blemish), (each.start + 1, each.blemish)]
    return sorted(cuts)


def _bands(entry: Entry) -> tuple[object, ...]:
    """What an entry says is good and tolerable."""
    return entry.good.text, entry.tolerance.text if entry.tolerance else None, entry.target_value


def _cut(cuts: Iterable[tuple[int, str]], last: int, end: int) -> tuple[int, str | None]:
    """The first month that compares with the last period before an action, and what lies between it and the end.

    Args:
        cuts: The months from which values do not compare with those before.
        last: The first month of the last period before the action.
        end: The first month of the last period after it.
    """
    first = max((month for month, _ in cuts if month <= last), default=0)
    across = next((why for month, why in cuts if last < month <= end), None)
    return first, across


def _too_few(
    before: Sequence[Value],
    after: Sequence[Value],
    across: str | None,
    kind: str,
    polarity: Polarity | None,
    effect: date,
) -> Unjudged | None:
    """Why the periods are too few, or something lies between them; None where they can be judged."""
    counts = (len(before), len(after))
    if across is not None:
        return Unjudged(Verdict.CANNOT_TELL, across, *counts)
    least = FEWEST_OF_NUMBERS if kind == "number" else FEWEST_BEFORE
    if len(before) < least:
        moved = _moved(before, after) if len(after) >= FEWEST_AFTER else ""
        words = f"only {_periods(len(before))} before it can be compared, and {least} are needed{moved}"
        return Unjudged(Verdict.CANNOT_TELL, words, *counts)
    if polarity not in (Polarity.LOW, Polarity.HIGH):
        why = "nothing says whether more or less is good" if polarity is None else "good is between two numbers"
        return Unjudged(Verdict.CANNOT_TELL, why, *counts)
    if len(after) < FEWEST_AFTER:
        words = f"{_periods(len(after))} since {show_date(effect)}, and {FEWEST_AFTER} are needed"
        return Unjudged(Verdict.TOO_EARLY, words, *counts)
    return None


def _moved(before: Sequence[Value], after: Sequence[Value]) -> str:
    """Which way the mean went, as the end of a clause; no verdict."""
    was, became = (sum(each.value or 0.0 for each in some) / len(some) for some in (before, after))
    return "" if was == became else f"; it is {'higher' if became > was else 'lower'} since"


def _periods(count: int) -> str:
    """A number of periods in words.

    >>> _periods(0), _periods(1), _periods(3)
    ('no whole period', '1 period', '3 periods')
    """
    return "no whole period" if not count else "1 period" if count == 1 else f"{count} periods"
