"""One lazy plan: panels of figures in, one long row per indicator, period and group out.

Formulas and bands are worked out side by side, a column per indicator, and turned into rows at the end;
what is said of the rows (status, direction, run, escalation) is `judge`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pmf_engine.formula.compile import FIGURE_BITS, NOT_COME, Compiler, Computed, compare, is_amount, reason_code
from pmf_engine.formula.syntax import Band, Binary, Call, Expression, Name, Unary, children
from pmf_engine.framework import Framework, Indicator
from pmf_engine.inputs import AGENCY, Inputs
from pmf_engine.periods import Clock, Period
from pmf_engine.statuses import INVALID, MISSING
from pmf_engine.tolerance import Entry, Polarity

SIGNS: dict[Polarity, int] = {"high": 1, "low": -1, "close": 0}
"""Which way is better, as a factor; 0 where nearer to the band is better."""


_OVERFLOW = reason_code(INVALID)


@dataclass(frozen=True)
class _Job:
    """The indicators of one panel."""

    clock: Clock
    by: str | None
    indicators: tuple[Indicator, ...]


def rows(framework: Framework, inputs: Inputs, clocks: Mapping[str, Clock]) -> pl.LazyFrame:
    """Every indicator in every period of its clock in `clocks` and of the window, whole and by its breakdowns.

    Columns: indicator, start, months, by, group (null for the whole), value, code, left_out, numerator,
    denominator, good, tolerable (null: cannot be said), band_code, rated, sign, gap and named (see `Evaluation`).
    """
    return pl.concat([_panel_rows(framework, inputs, job) for job in _jobs(framework, clocks)])


def _jobs(framework: Framework, clocks: Mapping[str, Clock]) -> list[_Job]:
    grouped: dict[tuple[Clock, str | None], list[Indicator]] = {}
    for id_, clock in clocks.items():
        indicator = framework.indicators[id_]
        for by in (None, *indicator.by):
            grouped.setdefault((clock, by), []).append(indicator)
    order = {None: 0} | {by: place for place, by in enumerate(["agency", *framework.breakdowns], start=1)}
    keys = sorted(grouped, key=lambda key: (key[0], order[key[1]]))
    return [_Job(clock, by, tuple(grouped[clock, by])) for clock, by in keys]


def _panel_rows(framework: Framework, inputs: Inputs, job: _Job) -> pl.LazyFrame:
    figures = _figures(framework, job.indicators)
    lenient = any(indicator.missing != "any" for indicator in _reached(framework, job.indicators))
    panel = inputs.panel(job.clock, job.by, figures, lenient)
    work = _Panel(framework, Compiler(job.clock.months, ["group"] if job.by else []), set(figures))
    cells = [work.cell(indicator) for indicator in job.indicators]
    frame = panel.frame
    for stage in work.compiler.stages:
        frame = frame.with_columns(stage)
    long = (
        frame.select("start", "group", *cells)
        .unpivot(index=["start", "group"], variable_name="indicator", value_name="cell")
        .unnest("cell")
    )
    if job.by == AGENCY:  # only those that are asked for its figures
        senders = [
            (one.id, agency)
            for one in job.indicators
            for agency in sorted({sender for name in one.figures for sender in framework.figures[name].agencies})
        ]
        asked = pl.LazyFrame(senders, schema={"indicator": pl.String, "group": pl.String}, orient="row")
        long = long.join(asked, on=["indicator", "group"], how="semi")
    return long.with_columns(
        months=pl.lit(job.clock.months, dtype=pl.Int32),
        year_start=pl.lit(job.clock.year_start, dtype=pl.Int32),
        by=pl.lit(job.by, dtype=pl.String),
        group=pl.col("group") if job.by else pl.lit(None, dtype=pl.String),
    )


def _reached(framework: Framework, indicators: Sequence[Indicator]) -> list[Indicator]:
    """These indicators and all that their formulas and bands name."""
    reached: dict[str, Indicator] = {}
    waiting = list(indicators)
    while waiting:
        indicator = waiting.pop()
        if indicator.id not in reached:
            reached[indicator.id] = indicator
            waiting += [framework.indicators[name] for name in indicator.named if name in framework.indicators]
    return list(reached.values())


def _figures(framework: Framework, indicators: Sequence[Indicator]) -> list[str]:
    reached = _reached(framework, indicators)
    return sorted({name for indicator in reached for name in indicator.named if name in framework.figures})


def _number(part: Computed) -> pl.Expr:
    """The value of a part where there is one that can be shown: no infinity, and no zero below zero."""
    value = pl.when(part.value == 0).then(0.0).otherwise(part.value)
    return pl.when((part.code == 0) & part.value.is_finite()).then(value)


class _Panel:
    """Compiles the indicators of one panel; each is worked out once, however many name it."""

    def __init__(self, framework: Framework, compiler: Compiler, figures: set[str]) -> None:
        self.framework = framework
        self.compiler = compiler
        self.figures = figures
        self.done: dict[tuple[str, str], Computed] = {}

    def indicator(self, indicator: Indicator) -> Computed:
        """The value of an indicator, as columns."""
        key = (indicator.id, indicator.missing)
        if key not in self.done:
            part = self.part(indicator, indicator.formula)
            # What overflows is no number, and no band may judge it.
            code = pl.when((part.code == 0) & ~part.value.is_finite()).then(_OVERFLOW).otherwise(part.code)
            self.done[key] = self.compiler.column(
                Computed(_number(part), code, 2 * part.size, part.stage), " ".join(key)
            )
        return self.done[key]

    def part(self, indicator: Indicator, node: Expression) -> Computed:
        """A part of an indicator's formula, which does without what may lack where the indicator says so."""
        strict = self.compiler.number(node, self._look_up)
        if indicator.missing == "any" or not is_amount(node, self.figures):
            return strict
        part = self.compiler.amount(node, lambda name: self._figure(name, "k"))
        # Where it could not be done without what lacks, all that lacks counts.
        code = pl.when(part.code == 0).then(0).otherwise(strict.code).cast(pl.UInt32)
        return Computed(part.value, code, part.size + strict.size, max(part.stage, strict.stage))

    def _figure(self, name: str, code: str) -> Computed:
        return Computed(pl.col(f"v:{name}"), pl.col(f"{code}:{name}"), settled=True)

    def _look_up(self, name: str) -> Computed:
        """A figure, or an indicator; of these, others may use only what is complete."""
        if name in self.figures:
            return self._figure(name, "c")
        return self.indicator(replace(self.framework.indicators[name], missing="any"))

    def cell(self, indicator: Indicator) -> pl.Expr:
        """All that is said of an indicator in one row, as a struct."""
        value = self.indicator(indicator)
        fields: dict[str, pl.Expr] = {
            "value": value.value,
            "code": value.code,
            "left_out": self._left_out(indicator),
            "numerator": pl.lit(None, dtype=pl.Float64),
            "denominator": pl.lit(None, dtype=pl.Float64),
        }
        if indicator.ratio is not None:
            for name, node in zip(("numerator", "denominator"), indicator.ratio.arguments, strict=False):
                fields[name] = _number(self.compiler.number(node, self._look_up))
        sum_of_figures = isinstance(indicator.formula, Binary) and is_amount(indicator.formula, self.figures)
        if indicator.missing == "never" and sum_of_figures:
            # A sum of nothing is 0; its code stays, so that it is not rated.
            codes = self._codes(indicator, "k")
            nothing = (pl.min_horizontal(codes) > 0) & (pl.max_horizontal(codes) == NOT_COME)
            fields["value"] = pl.when(nothing).then(0.0).otherwise(value.value)
        fields |= self._judged(indicator, value)
        return pl.struct([field.alias(name) for name, field in fields.items()]).alias(indicator.id)

    def _left_out(self, indicator: Indicator) -> pl.Expr:
        """The code of what lacks and was done without, by `missing` or `first_known`."""
        spared = indicator.missing != "any" or "first_known" in indicator.passage.text
        codes = self._codes(indicator, "c")
        return pl.max_horizontal(codes) if spared and codes else pl.lit(0, dtype=pl.UInt32)

    def _codes(self, indicator: Indicator, column: str) -> list[pl.Expr]:
        return [pl.col(f"{column}:{name}") for name in indicator.figures if name in self.figures]

    # -- bands -----------------------------------------------------------------------

    def _judged(self, indicator: Indicator, value: Computed) -> dict[str, pl.Expr]:
        """Whether the value is good or tolerable by the entry in force, and how far it is from good."""
        good = tolerable = pl.lit(None, dtype=pl.Boolean)
        sign = pl.lit(None, dtype=pl.Int8)
        gap = pl.lit(None, dtype=pl.Float64)
        band_code = pl.lit(0, dtype=pl.UInt32)
        rated = pl.lit(False)
        # What adds up over time is not judged over a longer period by what is good in a shorter one.
        judged = self.compiler.months == indicator.clock.months or indicator.scale_free
        for entry in indicator.tolerances if judged else ():  # the latest in force has the last word
            in_force = pl.lit(True) if entry.start is None else pl.col("start") >= entry.start
            holds, code = self._holds(entry, entry.good, value)
            allowed, more = holds, code
            if entry.tolerance is not None:
                allowed, more = self._holds(entry, entry.tolerance, value)
            good = pl.when(in_force).then(holds).otherwise(good)
            tolerable = pl.when(in_force).then(allowed).otherwise(tolerable)
            band_code = pl.when(in_force).then(pl.max_horizontal(code, more)).otherwise(band_code)
            sign = pl.when(in_force).then(pl.lit(SIGNS[entry.polarity], dtype=pl.Int8)).otherwise(sign)
            rated = rated | in_force
            if entry.polarity == "close":
                gap = pl.when(in_force).then(self._gap(entry, value)).otherwise(gap)
        named = [self._named(name, value) for name in indicator.band_names]
        return {
            "named": pl.concat_list([pl.when(one.code == 0).then(one.value) for one in named])
            if named
            else pl.lit([], dtype=pl.List(pl.Float64)),
            "good": good,
            "tolerable": tolerable,
            "band_code": band_code,
            "rated": rated,
            "sign": sign,
            "gap": gap,
        }

    def _holds(self, entry: Entry, band: Band, value: Computed) -> tuple[pl.Expr, pl.Expr]:
        """Whether a band holds (null where a bound is missing), and the code of the bound that is."""
        held: list[pl.Expr] = []
        codes: list[pl.Expr] = [pl.lit(0, dtype=pl.UInt32)]
        for limit in band.limits:
            bound = self.bound(entry, limit.bound, value)
            codes.append(bound.code)
            held.append(
                pl.when((bound.code == 0) & (value.code == 0)).then(compare(limit.operator, value.value, bound.value))
            )
        return pl.all_horizontal(held), pl.max_horizontal(codes)

    def bound(self, entry: Entry, node: Expression, value: Computed) -> Computed:
        """The bound of a limit; `value` is what it is to be compared with."""

        def look_up(name: str) -> Computed:
            if name == "target":
                return Computed(pl.lit(entry.target, dtype=pl.Float64), pl.lit(0, dtype=pl.UInt32))
            return self._named(name, value)

        return self.compiler.number(node, look_up)

    def _named(self, name: str, value: Computed) -> Computed:
        """What a band means by a name: of `value` itself some time ago, or another figure or indicator."""
        if name == "previous":
            return self.compiler.shifted(value, 1)
        if name == "year_ago":
            return self.compiler.shifted(value, 12 // self.compiler.months)
        return self._look_up(name)

    def _gap(self, entry: Entry, value: Computed) -> pl.Expr:
        """How far a value lies outside the good band; 0 inside it."""
        outside = [pl.lit(0.0)]
        for limit in entry.good.limits:
            bound = self.bound(entry, limit.bound, value).value
            if limit.operator not in (">=", ">"):
                outside.append(value.value - bound)
            if limit.operator not in ("<=", "<"):
                outside.append(bound - value.value)
        return pl.when(value.code == 0).then(pl.max_horizontal(outside))


# -- one value, step by step -----------------------------------------------------------


@dataclass(frozen=True)
class Workings:
    """How one value came about: figures by name and first month of a period as (value, code), the parts of the formula
    as (text, value, code), and the limits of the bands as (band, words, operator, bound, whether it holds)."""

    figures: dict[tuple[str, int], tuple[float | None, int]]
    steps: list[tuple[str, float | None, int]]
    limits: list[tuple[str, str, str, float | None, bool | None]]


def workings(
    framework: Framework, inputs: Inputs, indicator: Indicator, period: Period, by: str | None, group: str | None
) -> Workings:
    """Works an indicator out for one period and group, keeping every part; by the same code as `rows`."""
    figures = _figures(framework, [indicator])
    lenient = any(one.missing != "any" for one in _reached(framework, [indicator]))
    panel = inputs.panel(period.clock, by, figures, lenient)
    work = _Panel(framework, Compiler(period.clock.months, ["group"] if by else []), set(figures))
    value = work.indicator(indicator)
    parts = [(node, work.part(indicator, node)) for node in _parts(indicator.formula, set(figures))]
    bounds = [
        (name, band, limit, work.bound(entry, limit.bound, value))
        for entry in [indicator.entry_for(period)]
        if entry
        for name, band in (("good", entry.good), ("tolerance", entry.tolerance))
        if band
        for limit in band.limits
    ]
    columns = [pl.col(f"v:{name}") for name in figures]
    for name in figures:
        code = pl.col(f"c:{name}")
        if indicator.missing != "any":  # some of its agencies may be done without
            code = pl.when(pl.col(f"k:{name}") > 0).then(code).otherwise(0)
        columns.append(code.alias(f"code:{name}"))
    columns += [part.value.alias(f"part:v{place}") for place, (_, part) in enumerate(parts)]
    columns += [part.code.alias(f"part:c{place}") for place, (_, part) in enumerate(parts)]
    for place, (*_, limit, bound) in enumerate(bounds):
        known = (bound.code == 0) & (value.code == 0)
        columns.append(pl.when(bound.code == 0).then(bound.value).alias(f"bound:{place}"))
        holds = compare(limit.operator, value.value, bound.value)
        columns.append(pl.when(known).then(holds).alias(f"holds:{place}"))
    frame = panel.frame
    for stage in work.compiler.stages:
        frame = frame.with_columns(stage)
    rows = frame.filter(pl.col("group") == (group or "")).select("start", *columns).collect()
    by_start = {row["start"]: row for row in rows.iter_rows(named=True)}
    row = by_start[period.start]
    reached = sorted(_reach(framework, indicator.formula, period, 0, set(figures)))
    text = indicator.passage.text

    def shown(value: float, code: int) -> tuple[float | None, int]:
        return (None if code else value), code

    return Workings(
        {
            (name, start): shown(by_start[start][f"v:{name}"], by_start[start][f"code:{name}"])
            for name, start in reached
            if start in by_start
        },
        [
            (" ".join(text[node.start : node.end].split()), *shown(row[f"part:v{place}"], row[f"part:c{place}"]))
            for place, (node, _) in enumerate(parts)
        ],
        [
            (name, band.text, limit.operator, row[f"bound:{place}"], row[f"holds:{place}"])
            for place, (name, band, limit, _) in enumerate(bounds)
        ],
    )


def _parts(node: Expression, figures: set[str]) -> Iterator[Expression]:
    """The parts of a formula that are worked out, innermost first; figures and numbers stand for themselves."""
    for child in children(node):
        yield from _parts(child, figures)
    if isinstance(node, (Call, Unary, Binary)) or (isinstance(node, Name) and node.name not in figures):
        yield node


def _reach(
    framework: Framework, node: Expression, period: Period, back: int, figures: set[str]
) -> set[tuple[str, int]]:
    """The figures an expression looks at, each with the first month of a period that it looks at them in."""
    if isinstance(node, Name):
        if node.name in figures:
            return {(node.name, period.start - back)}
        return _reach(framework, framework.indicators[node.name].formula, period, back, figures)
    offsets = {0}
    if isinstance(node, Call):
        months = period.clock.months
        year = Clock(12, period.clock.year_start).holding(period.start - back).start
        offsets = {
            "previous": {months},
            "year_ago": {12},
            "rolling_year": set(range(0, 12, months)),
            "year_to_date": set(range(0, period.start - back - year + 1, months)),
        }.get(node.function, offsets)
    return {
        found
        for child in children(node)
        for offset in offsets
        for found in _reach(framework, child, period, back + offset, figures)
    }


def decoded(code: int) -> tuple[str, int]:
    """The status and the number (from 1; 0 for none) of the figure that a code other than 0 stands for."""
    return MISSING[(code >> FIGURE_BITS) - 1], code & ((1 << FIGURE_BITS) - 1)
