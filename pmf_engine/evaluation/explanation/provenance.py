"""Where figures came from: the cells that a value rests on, how they were combined, and what has not come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

import polars as pl

from pmf_engine.domain.periods import Cadence, Period
from pmf_engine.domain.reason_codes import ReasonCode, SourceIndex
from pmf_engine.domain.status import Status
from pmf_engine.evaluation.combining import over_agencies
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.evaluation.expected import absent as expected_absent
from pmf_engine.evaluation.explanation.record_faults import Records, is_blank, records
from pmf_engine.evaluation.explanation.workings import Looked, Workings
from pmf_engine.evaluation.figure_facts import figure_facts
from pmf_engine.evaluation.inputs import AGENCY, Inputs
from pmf_engine.evaluation.list_facts import list_codes
from pmf_engine.framework.dependencies import asked_of_lists
from pmf_engine.framework.model import Figure, Framework, Indicator
from pmf_engine.submissions.folder import EDGES, say
from pmf_engine.submissions.submissions import KEY

_MOST_NAMED = 5
"""How many groups that have not come are named."""

BLANK = "a cell that would be added up is blank"
"""What is said of an aggregate that came to nothing though its list is there."""

_DIFFERS = ("whole-differs", "longer-differs")
"""Problems of a cell that stands all the same."""

_Time: TypeAlias = "tuple[int, int]"
"""The first month of a period, and how many there are."""

_Row: TypeAlias = "dict[str, Any]"
"""A row of `Evaluation.cells`; `aside` says why it is no part of what its figure came to, where that is so."""


@dataclass(frozen=True)
class Cell:
    """A cell of a return that a value rests on, as it was sent; `why` it was refused, or what it differs from.

    Where it is `set_aside`, that says why it is no part of what the figure came to. With a `by` and no `group` it is
    of a group that could not be recognised.
    """

    file: str
    row: int
    column: str
    agency: str
    period: str
    by: str | None
    group: str | None
    text: str
    value: float | None
    state: str
    comment: str | None
    why: tuple[str, ...]
    set_aside: str | None = None


@dataclass(frozen=True)
class Source:
    """What a figure came to, the cells it came from, how they were combined, and what has not come.

    `used_by` says what looks at it: the `formula`, the band of what is `good`, that of `tolerance`, or a `comparison`.
    Of an aggregate over a list, `figure` is its text, and `records` are the files that it was counted in. A figure of
    which only what each agency sent is counted has neither value nor reason. `scale` are the grades of one.
    """

    figure: str
    title: str
    kind: str
    period: str
    value: float | None
    reason: str | None
    used_by: tuple[str, ...]
    how: tuple[str, ...]
    cells: tuple[Cell, ...]
    absent: tuple[str, ...]
    records: tuple[Records, ...] = ()
    scale: tuple[str, ...] = ()


def reason(code: int, framework: Framework) -> str | None:
    r"""Why there is no value, and for want of which figure: `late: \`referrals\``; None where there is one."""
    if code == 0:
        return None
    status, number = ReasonCode.read(code)
    source = SourceIndex(framework.figures, framework.lists).name(number)
    return f"{status}: `{source}`" if source else status


def sources(
    evaluation: Evaluation,
    inputs: Inputs,
    indicator: Indicator,
    worked: Workings,
    cadence: Cadence,
    by: str | None,
    group: str | None,
) -> Iterator[Source]:
    """The figures and lists that a value and its judgement rest on, each with the cells it came from."""
    for looked in worked.looked:
        period = Period(looked.start, cadence)
        if looked.name in evaluation.framework.figures:
            yield _sent(evaluation, inputs, looked, period, by, group)
        else:
            yield _counted(evaluation, inputs, indicator, looked, period, by, group)


def _sent(
    evaluation: Evaluation, inputs: Inputs, looked: Looked, period: Period, by: str | None, group: str | None
) -> Source:
    """What a figure came to, and the cells it came from."""
    framework = evaluation.framework
    figure = framework.figures[looked.name]
    used = _used(evaluation, inputs, figure, period, by, group, looked.counted)
    came = evaluation.submissions.readings.filter(
        pl.col("figure") == figure.id,
        pl.col("received_on").is_null() | (pl.col("received_on") <= evaluation.as_of),
        pl.col("until").is_null() | (pl.col("until") > evaluation.as_of),
    )
    return Source(
        figure=figure.id,
        title=figure.title,
        kind=figure.kind,
        period=period.label,
        value=looked.value,
        reason=reason(looked.code, framework),
        used_by=looked.used_by,
        how=(*used.lacking, *_how(figure, period, used, looked)),
        cells=tuple(_cell(row, figure, _why(evaluation, row)) for cell in used.cells for row in _told(came, cell)),
        absent=tuple(_waiting(inputs, figure, used, by, group)),
        scale=tuple(framework.scales.get(figure.scale or "", ())),
    )


def _counted(
    evaluation: Evaluation,
    inputs: Inputs,
    indicator: Indicator,
    looked: Looked,
    period: Period,
    by: str | None,
    group: str | None,
) -> Source:
    """What an aggregate of a list came to, and the files it was counted in."""
    framework = evaluation.framework
    asked = {one.text: one for one in asked_of_lists(framework, [indicator])}
    one = asked[looked.name]
    list_ = framework.lists[one.list.name]
    codes = list_codes(inputs, list_, period.cadence).filter(pl.col("start") == period.start, pl.col("code") > 0)
    waiting = [
        f"{sender} for {period.label}, due {period.last_day + timedelta(days=list_.due[sender])}"
        for sender, code in codes.select("agency", "code").iter_rows()
        if (by != AGENCY or sender == group)
        and ReasonCode.read(code).status != Status.INVALID  # it came, and cannot be read
    ]
    if by == AGENCY and group not in list_.agencies:
        waiting = [f"{group}, who is not asked for it"]
    blank = is_blank(inputs, one, period, by, group)
    return Source(
        figure=looked.name,
        title=list_.title,
        kind="list",
        period=period.label,
        value=looked.value,
        reason=reason(looked.code, framework),
        used_by=looked.used_by,
        how=(BLANK,) if blank else (),
        cells=(),
        absent=tuple(waiting),
        records=records(evaluation, inputs, one, period, by, group),
    )


# -- which cells count ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Used:
    """The cells that count, and the periods they are for: those of a figure's own `cadence`, or a longer one as sent.

    `instead_of` is the period that has not all come where the one before it `serves`, and `partly` whether some of
    it has; `lacking` says what is wrong with groups that make no whole, and `without` names the agencies that have no
    value in some of the periods.
    """

    times: Sequence[_Time]
    serves: bool = False
    instead_of: _Time | None = None
    partly: bool = False
    cells: Sequence[_Row] = ()
    lacking: Sequence[str] = ()
    without: Mapping[str, Sequence[_Time]] = field(default_factory=dict)


def _used(
    evaluation: Evaluation,
    inputs: Inputs,
    figure: Figure,
    period: Period,
    by: str | None,
    group: str | None,
    counted: bool,
) -> _Used:
    facts = figure_facts(inputs, [figure.id], by)
    facts = facts.filter(pl.col("group") == (pl.lit("") if by is None else pl.lit(group)))
    if by == AGENCY:
        facts = facts.filter(pl.col("agency") == group)
    asked = [
        facts.select("agency", "start", "months", "code"),
        over_agencies(inputs, facts, by).select("start", "months", "code"),
    ]
    known, combined = pl.collect_all(asked, engine="in-memory")
    used = _times(figure, period, {(start, months): code for start, months, code in combined.iter_rows()})
    if counted:  # in the last of the figure's periods, whatever it is
        used = _Used([(period.end - figure.cadence.months, figure.cadence.months)])
    cells = evaluation.cells.filter(pl.col("figure") == figure.id)
    if by == AGENCY:
        cells = cells.filter(pl.col("agency") == group)
    elif by is not None:
        cells = cells.filter(pl.col("by").is_null() | ((pl.col("by") == by) & (pl.col("group") == group)))
    ordered = cells.sort("start", "agency", "by", "group", "file", "row", nulls_last=False)
    sent: dict[tuple[str, _Time], list[_Row]] = {}
    partly = False
    for row in ordered.iter_rows(named=True):
        time = (row["start"], row["months"])
        if time in used.times:
            sent.setdefault((row["agency"], time), []).append(row)
        partly = partly or time == used.instead_of
    codes = {(agency, (start, months)): code for agency, start, months, code in known.iter_rows()}
    chosen: list[_Row] = []
    lacking: list[str] = []
    for key, rows in sent.items():
        if by in (None, AGENCY):
            some, said = _of_whole(rows, figure, inputs, codes.get(key, 0))
            lacking += [one for one in said if one not in lacking]
        else:  # where a group lacks, what was said of the whole stands
            some = [row for row in rows if row["group"] is not None] or [row for row in rows if row["state"] != "ok"]
        chosen += some
    without = {
        agency: times
        for agency in _senders(figure, by, group)
        if (times := [time for time in used.times if codes.get((agency, time), 1) > 0])
    }
    return replace(used, cells=chosen, lacking=lacking, partly=partly, without=without)


def _senders(figure: Figure, by: str | None, group: str | None) -> list[str]:
    return sorted(agency for agency in figure.agencies if by != AGENCY or agency == group)


def _waiting(inputs: Inputs, figure: Figure, used: _Used, by: str | None, group: str | None) -> Iterator[str]:
    """Who has sent nothing for which period, or nothing of a group, and when it was due."""
    if by == AGENCY and group not in figure.agencies:
        yield f"{group}, who is not asked for it"
        return
    absent = expected_absent(inputs, [figure.id]).collect(engine="in-memory").iter_rows(named=True)
    due = {(row["agency"], (row["start"], row["months"])): row["due"] for row in absent}
    heard = {(cell["agency"], (cell["start"], cell["months"])) for cell in used.cells}
    times = {*used.times, *([used.instead_of] if used.instead_of else [])}
    for time in sorted(times):
        for agency in _senders(figure, by, group):
            if (agency, time) in due:
                yield f"{agency} for {_label(*time, figure)}, due {due[agency, time]}"
            elif time in used.times and (agency, time) not in heard:
                of = f", {by} {group}" if by not in (None, AGENCY) else ""
                yield f"{agency} for {_label(*time, figure)}{of}"


def _times(figure: Figure, period: Period, codes: Mapping[_Time, int]) -> _Used:
    """The periods whose cells count, as `Inputs.brought` has it; `codes` are those of the figure over its agencies."""
    own, cadence = figure.cadence, period.cadence
    apart = own.months > cadence.months or (own.year_start - cadence.year_start) % own.months != 0
    if figure.kind != "flow" and apart:
        now = (own.holding(period.end - 1).start, own.months)
        before = (now[0] - own.months, own.months)
        yet = codes.get(now, 0) > 0 and ReasonCode.read(codes[now]).status in (Status.LATE, Status.NOT_DUE)
        if yet and codes.get(before) == 0:
            return _Used([before], serves=True, instead_of=now)
        return _Used([now], serves=True)
    as_sent = (period.start, cadence.months)
    if as_sent in codes or own.months == cadence.months:
        return _Used([as_sent])
    if figure.kind != "flow":
        return _Used([(period.end - own.months, own.months)])
    months = range(period.start, period.end)
    return _Used([(month, own.months) for month in months if own.holding(month).start == month])


def _of_whole(rows: Sequence[_Row], figure: Figure, inputs: Inputs, code: int) -> tuple[list[_Row], list[str]]:
    """Of one agency's cells for one period, those that are its whole, and what is wrong where they are none.

    As `Inputs` has it: the whole as sent, else the first breakdown of which nothing lacks. Groups that are in order and
    make no whole are set aside.
    """
    wholes = [row for row in rows if row["by"] is None]
    if wholes:
        return wholes, []
    every = [by for by in inputs.groups if any(row["by"] == by for row in rows)]
    groups = {by: [row for row in rows if row["by"] == by] for by in every}
    lost = {by: sorted({*inputs.groups[by]} - {row["group"] for row in groups[by]}) for by in every}
    complete = [by for by in every if not lost[by] and all(row["state"] == "ok" for row in groups[by])]
    if code == 0 and complete:
        return groups[complete[0]], []
    said = []
    status = ReasonCode.read(code).status if code else None
    whose = f" from {rows[0]['agency']}" if len(figure.agencies) > 1 else ""
    if status == Status.NO_DATA:
        for by in every:
            if lost[by]:
                more = f" and {len(lost[by]) - _MOST_NAMED} more" if len(lost[by]) > _MOST_NAMED else ""
                named = ", ".join(f"`{group}`" for group in lost[by][:_MOST_NAMED])
                said.append(f"no whole{whose} without {named}{more} of `{by}`")
    if status == Status.INVALID and all(row["state"] != "invalid" for row in rows):
        come_to = [f"{_combined(groups[by], figure):.12g} over `{by}`" for by in complete]
        said.append(f"{' but '.join(come_to)}{whose}, and nobody can say which is right")
    aside = "its groups make no whole" if code else None
    return [row | {"aside": aside if row["state"] == "ok" else None} for by in every for row in groups[by]], said


def _combined(rows: Iterable[_Row], figure: Figure) -> float:
    values: list[float] = sorted(row["value"] for row in rows)
    return min(values) if figure.kind == "grade" else sum(values)


def _told(came: pl.DataFrame, cell: _Row) -> Iterator[_Row]:
    """A cell that counts, after those that it replaced; where it was refused, with all that were for the same.

    `came` are the readings of its figure that had come.
    """
    same = came.filter(*(pl.col(name).eq_missing(pl.lit(cell[name])) for name in KEY))
    before = same.filter(pl.col("outcome") == "superseded", pl.col("received_on") < pl.lit(cell["received_on"]))
    for row in before.sort("received_on", "file", "sheet", "row", "column", nulls_last=False).iter_rows(named=True):
        place = f"row {cell['row']}" if row["file"] == cell["file"] else f"`{cell['file']}` row {cell['row']}"
        texts = {"text": row["text"].strip(EDGES), "other": cell["text"].strip(EDGES)}
        yield row | {"aside": say("superseded", **texts, place=place)}
    refused = same.filter(
        pl.col("state") == "invalid",
        (pl.col("outcome") == "refused") | pl.col("received_on").eq_missing(pl.lit(cell["received_on"])),
    )
    if cell["state"] != "invalid" or refused.is_empty():
        yield cell
    else:
        yield from refused.sort("file", "sheet", "row", "column", nulls_last=False).iter_rows(named=True)


def _why(evaluation: Evaluation, cell: _Row) -> tuple[str, ...]:
    """What is wrong with a cell: the problems of it and of what its row says that it is of."""
    place = [pl.col(name).eq_missing(pl.lit(cell[name])) for name in ("file", "sheet")]
    problems = evaluation.problems.filter(*place, pl.col("kind") != "superseded")
    if cell["state"] != "invalid":
        here = problems.filter(pl.col("row") == cell["row"], pl.col("column") == cell["column"])
        return tuple(here.filter(pl.col("kind").is_in(_DIFFERS))["message"]) if not cell.get("aside") else ()
    others = evaluation.submissions.readings.filter(*place, pl.col("row") == cell["row"])["column"].unique()
    beside = [column for column in others if column != cell["column"]]
    here = problems.filter(pl.col("row") == cell["row"], ~pl.col("column").is_in(beside).fill_null(False))
    if here.is_empty():  # of the whole column, then
        here = problems.filter(pl.col("column") == cell["column"])
        readings = evaluation.submissions.readings.filter(*place)["row"].unique()
        here = here.filter(~pl.col("row").is_in(readings.to_list()))
    return tuple(here["message"].unique(maintain_order=True))


# -- how they were combined ------------------------------------------------------------------


def _how(figure: Figure, period: Period, used: _Used, looked: Looked) -> Iterator[str]:
    """How the cells were brought together: nothing is added up where it came to no value."""
    if not used.cells:
        return
    known = looked.value is not None
    if known or looked.counted:
        yield from _joined(figure, used.cells, looked.counted)
    if looked.partial:
        for agency, times in used.without.items():
            yield f"without {agency}{_only(times, used.times, 'for', lambda time: _label(time[0], time[1], figure))}"
    start, months = used.times[0]
    if len(used.times) > 1:
        if known:
            yield f"added up over {len(used.times)} periods"
    elif used.serves:
        since = ""
        if used.instead_of and used.partly:
            since = f", since not all of {_label(*used.instead_of, figure)} has come"
        yield f"{_label(start, months, figure)} serves {period.label}{since}"
    elif months > figure.cadence.months:
        yield f"as sent for {_label(start, months, figure)}"
    elif months < period.cadence.months:
        yield f"the last of the period, {_label(start, months, figure)}"


def _joined(figure: Figure, every: Sequence[_Row], counted: bool) -> Iterator[str]:
    """Over which groups and agencies cells were combined; of whom and when, where others sent wholes."""
    cells = [cell for cell in every if cell["state"] == "ok" and not cell.get("aside")]
    joined = "the worst" if figure.kind == "grade" else "added up"
    agencies = {cell["agency"] for cell in cells}
    times = {(cell["start"], cell["months"]) for cell in cells}
    for by in dict.fromkeys(cell["by"] for cell in cells if cell["by"] is not None):
        members = [cell for cell in cells if cell["by"] == by]
        groups = {cell["group"] for cell in members}
        if len(groups) > 1:
            whose = _only({cell["agency"] for cell in members}, agencies, "from", str)
            when = {(cell["start"], cell["months"]) for cell in members}
            at = _only(when, times, "for", lambda time: _label(time[0], time[1], figure))
            yield f"{joined} over {len(groups)} groups of `{by}`{whose}{at}"
    if counted:
        yield f"counted one by one, as {len(agencies)} agenc{'y' if len(agencies) == 1 else 'ies'} sent it"
    elif len(agencies) > 1:
        yield f"{joined} over {len(agencies)} agencies"


def _only(some: Collection[Any], every: Collection[Any], word: str, name: Callable[[Any], str]) -> str:
    return "" if len(some) == len(every) else f" {word} {' and '.join(map(name, sorted(some)))}"


def _label(start: int, months: int, figure: Figure) -> str:
    return Period(start, Cadence(months, figure.cadence.year_start)).label


def _cell(row: _Row, figure: Figure, why: tuple[str, ...]) -> Cell:
    return Cell(
        file=row["file"],
        row=row["row"],
        column=row["column"],
        agency=row["agency"],
        period=_label(row["start"], row["months"], figure),
        by=row["by"],
        group=row["group"],
        text=row["text"],
        value=row["value"],
        state=row["state"],
        comment=row["comment"],
        why=why,
        set_aside=row.get("aside"),
    )
