"""Actions as of the day of an evaluation, each with what its indicator did since, and what else went on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, Final, NamedTuple

import polars as pl

from pmf_engine.domain.frame_schema import Column
from pmf_engine.domain.status import Expected, NoChange, Verdict, texts
from pmf_engine.evaluation.action_periods import (
    FEWEST_FOR_NO_CHANGE,
    Periods,
    SeriesBook,
    SeriesKey,
    Unjudged,
    Value,
    effect_day,
    periods_of,
    series_of,
)
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.action_facts import PROMISES
from pmf_engine.judgement.verdicts import POINTS, compared, raised_periods
from pmf_engine.submissions.register_cells import band_to_reach
from pmf_engine.submissions.registers import ACTIONS

JUDGED_ACTIONS: Final = ACTIONS.with_columns(
    "JUDGED_ACTIONS",
    Column("overdue", pl.Boolean, "it is open, and was due before the day of the evaluation"),
    Column("verdict", pl.Enum(texts(Verdict)), "what the indicator did since; never that the action was the cause"),
    Column("reason", pl.String, "why, as a clause"),
    Column("before", pl.Float64, "the pooled value of the periods before, like those after", nullable=True),
    Column("after", pl.Float64, "the pooled value of the periods after", nullable=True),
    Column("change", pl.Float64, "`after` less `before`; of a rate their ratio", nullable=True),
    Column("change_lower", pl.Float64, "the lower end of the 95 % interval of `change`", nullable=True),
    Column("change_upper", pl.Float64, "the upper end of the interval", nullable=True),
    Column("periods_before", pl.Int64, "how many periods before it can be compared"),
    Column("periods_after", pl.Int64, "how many whole periods after it can be compared"),
    Column("was_moving", pl.Int32, "1 where the value got better before it, -1 worse, 0 neither", nullable=True),
    Column("at_worst", pl.Boolean, "the year before it held a worse value than those before", nullable=True),
    Column("what_else", pl.List(pl.String), "the ids of other actions for the indicator at the time"),
    Column("untouched", pl.List(pl.String), "the other groups, for which nothing was done at the time"),
    Column("untouched_before", pl.Float64, "the pooled value of these groups before", nullable=True),
    Column("untouched_after", pl.Float64, "the pooled value of these groups after", nullable=True),
    Column("now", pl.Float64, "the latest value of the indicator", nullable=True),
    Column("now_period", pl.String, "the label of the period of that value", nullable=True),
    Column("expected", pl.Enum(texts(Expected)), "whether `expected_value` was reached by its time", nullable=True),
)
"""The columns of `Evaluation.actions`: a row for each action agreed by the day of the evaluation."""


def actions_as_of(actions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Actions as they stood on a day, by the day they were agreed: those agreed by then, open where done later."""
    later = (pl.col("done_on") > as_of).fill_null(False)
    stood = actions.filter((pl.col("agreed_on") <= as_of).fill_null(True)).sort("agreed_on", "id", nulls_last=True)
    return stood.with_columns(
        done_on=pl.when(~later).then("done_on"), state=pl.when(later).then(pl.lit("open")).otherwise("state")
    )


def judged_actions(actions: pl.DataFrame, rows: pl.DataFrame, framework: Framework, as_of: date) -> pl.DataFrame:
    """Judges every action.

    Args:
        actions: The actions, with the columns of `ACTIONS`.
        rows: The judged rows of indicators in their own periods, with the columns of `JUDGED_ROWS`.
        framework: The framework.
        as_of: The day of the evaluation.

    Returns:
        The actions with the columns of `JUDGED_ACTIONS`.
    """
    stood = actions_as_of(actions, as_of)
    rows = rows.join(stood, on="indicator", how="semi")
    book = SeriesBook(framework, rows)
    records = list(stood.iter_rows(named=True))
    spans = [periods_of(record, book) for record in records]
    verdicts = _verdicts(records, spans, rows)
    groups = _groups(book.series)
    by_indicator: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        if record["state"] != "dropped" and (effect := effect_day(record)) is not None:
            by_indicator.setdefault(record["indicator"], []).append({**record, _EFFECT: effect})
    judged = []
    for record, span, verdict in zip(records, spans, verdicts, strict=True):
        others = _at_the_time(record, by_indicator.get(record["indicator"], ()))
        row = verdict
        row["overdue"] = is_overdue(record, as_of)
        row["what_else"] = [each["id"] for each in others if _share_a_group(record, each)]
        if isinstance(span, Periods):
            row["at_worst"] = _at_worst(span)
            row |= _untouched(record, span, others, groups, book.series)
        row |= _now(record, book, framework, as_of)
        judged.append(row)
    own = {name: dtype for name, dtype in JUDGED_ACTIONS.polars().items() if name not in ACTIONS.columns}
    return JUDGED_ACTIONS.check(stood.hstack(pl.DataFrame(judged, own)))


class ComparedPeriod(NamedTuple):
    """A period by which an action is judged: its label, its value, and whether it is before or after the action.

    Attributes:
        left_out: For `better since`, since the action may have been raised because of it.
    """

    label: str
    value: float
    after: bool
    left_out: bool


def compared_periods(action: Mapping[str, Any], rows: pl.DataFrame, framework: Framework) -> tuple[ComparedPeriod, ...]:
    """The periods by which an action is judged, the earliest first; none for one that cannot be judged.

    Args:
        action: A row of `ACTIONS`.
        rows: The judged rows of indicators in their own periods, with the columns of `JUDGED_ROWS`.
        framework: The framework.
    """
    rows = rows.filter(pl.col("indicator") == (action["indicator"] or ""))
    span = periods_of(action, SeriesBook(framework, rows))
    if isinstance(span, Unjudged):
        return ()
    points = _points([action], [span], rows)
    left_out = dict(raised_periods(points).iter_rows())
    return tuple(
        ComparedPeriod(each.label, each.value or 0.0, after, left_out.get(each.start, False))
        for after, values in ((False, span.before), (True, span.after))
        for each in values
    )


def promises_of(actions: pl.DataFrame, framework: Framework) -> pl.DataFrame:
    """The actions that escalation rules may ask about, with the columns of `PROMISES`; dropped ones are left out."""
    rows = []
    for action in actions.filter(pl.col("state") != "dropped", pl.col("indicator").is_not_null()).iter_rows(named=True):
        if {"by", "group"} & {*action["unread"]}:
            continue  # for whom it is, nobody knows
        band, by = None, None
        if action["expected_value"] is not None and action["expected_by"] is not None:
            band = band_to_reach(action["expected_value"], action["indicator"], framework)
            by = framework.period(action["expected_by"]).end
        ends = (band.low, band.low_open, band.high, band.high_open) if band else (None,) * 4
        days = (action["agreed_on"], action["due_on"], action["done_on"] if action["state"] == "done" else None)
        rows.append((action["indicator"], action["by"], action["group"], *days, by if band else None, *ends))
    return pl.DataFrame(rows, PROMISES.polars(), orient="row")


def is_overdue(action: Mapping[str, Any], as_of: date) -> bool:
    """Whether an action is open, and was due before a day."""
    return action["state"] == "open" and action["due_on"] is not None and action["due_on"] < as_of


_OF_COMPARISON: Final = {
    "before": "before", "after": "after", "change": "change", "change_lower": "lower", "change_upper": "upper",
    "was_moving": "moving",
}  # fmt: skip


_NOTHING: Final[Mapping[str, Any]] = {
    **dict.fromkeys(name for name in JUDGED_ACTIONS.columns if name not in ACTIONS.columns), "untouched": (),
}  # fmt: skip
"""The columns that judging adds, with nothing in them."""


_CASES: Final = pl.Schema(
    {
        "case": pl.Int32, "indicator": pl.String, "by": pl.String, "group": pl.String, "raised_in": pl.String,
        "kind": pl.String, "sign": pl.Int32, "parts": pl.Int32, "first": pl.Int32, "last": pl.Int32, "later": pl.Int32,
        "end": pl.Int32,
    }
)  # fmt: skip


def _points(
    records: Sequence[Mapping[str, Any]], spans: Sequence[Periods | Unjudged], rows: pl.DataFrame
) -> pl.DataFrame:
    """The periods before and after each action that can be judged, with the columns of `POINTS`."""
    cases = [
        (case, *(records[case][name] for name in ("indicator", "by", "group", "period")), span.kind, span.sign,
         span.season, span.before[0].start, span.before[-1].start, span.after[0].start, span.after[-1].start)
        for case, span in enumerate(spans)
        if isinstance(span, Periods)
    ]  # fmt: skip
    start, is_ratio = pl.col("start"), pl.col("kind") != "number"
    series = rows.filter(pl.col("value").is_not_null()).select(
        "indicator", "by", "group", "start", "period", "numerator", "denominator", "value"
    )
    joined = pl.DataFrame(cases, _CASES, orient="row").join(series, on=["indicator", "by", "group"], nulls_equal=True)
    used = start.is_between("first", "last") | start.is_between("later", "end")
    points = joined.filter(used).with_columns(
        after=start >= pl.col("later"),
        season=(start % 12) // pl.col("parts"),
        raised=(pl.col("period") == pl.col("raised_in")).fill_null(False) & (start < pl.col("later")),
        numerator=pl.when(is_ratio).then("numerator"),
        denominator=pl.when(is_ratio).then("denominator"),
    )
    return points.sort("case", "start").select(POINTS.names)


def _verdicts(
    records: Sequence[Mapping[str, Any]], spans: Sequence[Periods | Unjudged], rows: pl.DataFrame
) -> list[dict[str, Any]]:
    """The columns of the verdict of each action."""
    points = _points(records, spans, rows)
    by_case = {} if points.is_empty() else {row["case"]: row for row in compared(points).iter_rows(named=True)}
    verdicts = []
    for case, span in enumerate(spans):
        if isinstance(span, Unjudged):
            counts = {"periods_before": span.before, "periods_after": span.after}
            verdicts.append({**_NOTHING, **counts, "verdict": span.verdict, "reason": span.reason})
            continue
        row = by_case[case]
        verdict, reason = _said(row, len(span.after), span.sign)
        counts = {"periods_before": len(span.before), "periods_after": len(span.after)}
        columns = {name: row[of] for name, of in _OF_COMPARISON.items()}
        verdicts.append({**_NOTHING, **columns, **counts, "verdict": verdict, "reason": reason})
    return verdicts


def _said(row: Mapping[str, Any], after: int, sign: int) -> tuple[Verdict, str]:
    """The verdict of a comparison, and why."""
    if row["is_better"] or row["is_worse"]:
        verdict = Verdict.BETTER if row["is_better"] else Verdict.WORSE
        return verdict, "beyond chance, and beyond the trend and season of before"
    if not row["is_known"]:
        return Verdict.CANNOT_TELL, "too few like periods before and after it to know their scatter"
    if after < FEWEST_FOR_NO_CHANGE:
        return Verdict.TOO_EARLY, f"no change seen in {after} periods, and {FEWEST_FOR_NO_CHANGE} are needed to say so"
    none = 1.0 if row["kind"] == "rate" else 0.0
    outside = row["lower"] is not None and not row["lower"] <= none <= row["upper"]
    if outside and row["moving"]:
        return Verdict.NO_CHANGE, NoChange.AS_BEFORE
    if outside:
        return Verdict.NO_CHANGE, NoChange.WITHIN
    return Verdict.NO_CHANGE, NoChange.NOTHING


def _groups(series: Mapping[SeriesKey, Sequence[Value]]) -> Mapping[tuple[str, str], list[str]]:
    """The groups of each indicator and breakdown."""
    groups: dict[tuple[str, str], list[str]] = {}
    for indicator, by, group in series:
        if by is not None and group is not None:
            groups.setdefault((indicator, by), []).append(group)
    return groups


_EFFECT: Final = ":effect"


def _at_the_time(action: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Other actions for an indicator that took effect no earlier than a year before an action was agreed."""
    if action["agreed_on"] is None:
        return []
    earliest, id_ = action["agreed_on"] - timedelta(days=365), action["id"]
    return [each for each in others if each[_EFFECT] > earliest and each["id"] != id_]


def _share_a_group(action: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two actions are for the same children: for one group, or one of them for all."""
    return None in (action["group"], other["group"]) or action["group"] == other["group"]


def _at_worst(periods: Periods) -> bool:
    """Whether the year before an action held a worse value than all the years before that."""
    year_before = bisect_right(periods.before, periods.before[-1].start - 12, key=attrgetter("start"))
    values = [each.value or 0.0 for each in periods.before]
    earlier, recent = values[:year_before], values[year_before:]
    if not earlier:
        return False
    return min(recent) < min(earlier) if periods.sign > 0 else max(recent) > max(earlier)


def _untouched(
    action: Mapping[str, Any],
    periods: Periods,
    others: Sequence[Mapping[str, Any]],
    groups: Mapping[tuple[str, str], Sequence[str]],
    series: Mapping[SeriesKey, Sequence[Value]],
) -> dict[str, Any]:
    """The other groups of an action's breakdown for which nothing was done, with their values before and after."""
    if action["group"] is None or any(other["group"] is None for other in others):
        return {}
    touched = {other["group"] for other in others} | {action["group"]}
    names = [name for name in groups.get((action["indicator"], action["by"]), ()) if name not in touched]
    pooled = {}
    for side, some in (("untouched_before", periods.before), ("untouched_after", periods.after)):
        starts = {each.start for each in some}
        values = [
            each for name in names for each in series[action["indicator"], action["by"], name] if each.start in starts
        ]
        pooled[side] = _pooled([each for each in values if each.value is not None and each.blemish is None])
    return {"untouched": names, **pooled}


def _pooled(values: Sequence[Value]) -> float | None:
    """The value of several periods and groups together: by their numerators and denominators, else their mean."""
    if not values:
        return None
    parts = [(each.numerator, each.denominator, each.value) for each in values]
    whole = sum(part[1] or 0.0 for part in parts)
    if whole and all(part[0] is not None and part[1] for part in parts):
        weighted = sum((value or 0.0) * (denominator or 0.0) for _, denominator, value in parts)
        return weighted / whole
    return sum(value or 0.0 for *_, value in parts) / len(parts)


def _now(
    action: Mapping[str, Any], book: SeriesBook, framework: Framework, as_of: date
) -> dict[str, float | str | None]:
    """The latest value of an action's indicator, and whether the value to reach was reached by its time."""
    known = book.known(series_of(action)).values
    latest: dict[str, float | str | None] = {}
    if known:
        latest = {"now": known[-1].value, "now_period": known[-1].label}
    if action["expected_value"] is None or action["expected_by"] is None or action["indicator"] is None:
        return latest
    band = band_to_reach(action["expected_value"], action["indicator"], framework)
    by = framework.period(action["expected_by"])
    last = by.last_day
    then = [
        each for each in book.series.get(series_of(action), ()) if each.ends_on <= last and each.ends_on >= by.first_day
    ]
    if last >= as_of:
        return {**latest, "expected": Expected.NOT_YET}
    if band is None or not then or then[-1].value is None:
        return {**latest, "expected": Expected.NO_FIGURE}
    met = all(band.sides(then[-1].value)) and then[-1].blemish is None
    return {**latest, "expected": Expected.MET if met else Expected.MISSED}
