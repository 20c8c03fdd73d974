"""Comparison of two evaluations: which results differ, and what that means for the board; and what-if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import polars as pl

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.errors import Error
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Period
from pmf_engine.domain.status import Status, texts
from pmf_engine.evaluation.evaluate import Evaluation, evaluate
from pmf_engine.formula.compute.comparisons import near
from pmf_engine.framework.dependencies import reached
from pmf_engine.framework.model import Framework
from pmf_engine.framework.tolerances import Entry
from pmf_engine.judgement.status import STATUS


class ChangeKind(StrEnum):
    """What differs between two results; of several differences the first in this order."""

    APPEARED = "appeared"
    GONE = "gone"
    STATUS = "status"
    LEVEL = "level"
    VALUE = "value"


CHANGES: Final = FrameSchema(
    "CHANGES",
    Column("indicator", pl.String, "the indicator's id"),
    Column("by", pl.String, "the breakdown of the group; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("change", pl.Enum(texts(ChangeKind)), "what differs; of several differences the first of these"),
    Column("period_before", pl.String, "the label of the period", nullable=True),
    Column("period_after", pl.String, "the label of the period", nullable=True),
    Column("value_before", pl.Float64, "the value", nullable=True),
    Column("value_after", pl.Float64, "the value", nullable=True),
    Column("status_before", STATUS, "the status", nullable=True),
    Column("status_after", STATUS, "the status", nullable=True),
    Column("reason_before", pl.String, "why there is no value or no rating", nullable=True),
    Column("reason_after", pl.String, "why there is no value or no rating", nullable=True),
    Column("escalate_to_before", pl.String, "the level of governance; null for none", nullable=True),
    Column("escalate_to_after", pl.String, "the level of governance; null for none", nullable=True),
    Column("level_before", pl.Int8, "its position in governance; -1 for none", nullable=True),
    Column("level_after", pl.Int8, "its position in governance; -1 for none", nullable=True),
)
"""The columns of `Comparison.changes`."""

_COMPARED: Final = ("period", "value", "status", "reason", "escalate_to", "level")


class Change(NamedTuple):
    """A row of `Comparison.changes`; the fields are the columns of `CHANGES`, in their order."""

    indicator: str
    by: str | None
    group: str | None
    change: str
    period_before: str | None
    period_after: str | None
    value_before: float | None
    value_after: float | None
    status_before: str | None
    status_after: str | None
    reason_before: str | None
    reason_after: str | None
    escalate_to_before: str | None
    escalate_to_after: str | None
    level_before: int | None
    level_after: int | None


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """The differences between the results of two evaluations.

    Attributes:
        before: The first evaluation.
        after: The second one.
        changes: A row for each result that differs, with the columns of `CHANGES`.
    """

    before: Evaluation
    after: Evaluation
    changes: pl.DataFrame

    @property
    def better(self) -> tuple[Change, ...]:
        """The changes to a better rating, such as from red to amber."""
        return self._rated(-1)

    @property
    def worse(self) -> tuple[Change, ...]:
        """The changes to a worse rating; a rating that was lost is none."""
        return self._rated(1)

    @property
    def raised(self) -> tuple[Change, ...]:
        """The results that go up now, or to a higher level than before."""
        return self._where(pl.col("level_after").fill_null(-1) > pl.col("level_before").fill_null(-1))

    @property
    def ended(self) -> tuple[Change, ...]:
        """The results that went up before and are there without going up now."""
        return self._where((pl.col("level_before") >= 0) & (pl.col("level_after") < 0))

    def summary(self) -> str:
        """The numbers of changes in a sentence.

        A lost rating is neither better nor worse: what is missing is no improvement.
        """
        if self.changes.is_empty():
            return "nothing changes"
        counts = [(len(getattr(self, name)), name) for name in ("better", "worse", "raised", "ended")]
        kinds = ", ".join(f"{count} {name}" for count, name in counts)
        number = self.changes.height
        return f"{number} {'result changes' if number == 1 else 'results change'}: {kinds}"

    def __repr__(self) -> str:
        return f"<Comparison: {self.summary()}>"

    def _repr_html_(self) -> str:
        return f"<p>{self.summary()}</p>{self.changes._repr_html_()}"

    def _rated(self, sign: int) -> tuple[Change, ...]:
        """The changes between two ratings in one direction: 1 to a worse one, -1 to a better one."""
        ratings = {status.value: rank for rank, status in enumerate(Status.rated())}
        before, after = (
            pl.col(f"status_{when}").cast(pl.String).replace_strict(ratings, default=None, return_dtype=pl.Int8)
            for when in ("before", "after")
        )
        return self._where((after - before).sign() == sign)

    def _where(self, condition: pl.Expr) -> tuple[Change, ...]:
        return tuple(Change._make(row) for row in self.changes.filter(condition).iter_rows())


@checked
def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Compares the results of two evaluations, such as of two states of the returns or two periods.

    Results of one period each are compared whatever the periods are; of all periods, period by period. Values that are
    equal to one part in 10^9 do not differ.
    """
    key = ["indicator", "by", "group"]
    if before.period is None or after.period is None:
        key = [*key, "period"]
    here = [evaluation.results.with_columns(at="period") for evaluation in (before, after)]
    sides = [
        frame.select(*key, *(pl.col("at" if name == "period" else name).alias(f"{name}_{when}") for name in _COMPARED))
        for frame, when in zip(here, ("before", "after"), strict=True)
    ]
    both = (
        sides[0]
        .with_row_index("first")
        .join(sides[1].with_row_index("second"), on=key, how="full", coalesce=True, nulls_equal=True)
    )
    differs = {
        ChangeKind.APPEARED: pl.col("first").is_null(),
        ChangeKind.GONE: pl.col("second").is_null(),
        ChangeKind.STATUS: pl.col("status_before").ne_missing(pl.col("status_after")),
        ChangeKind.LEVEL: pl.col("level_before").ne_missing(pl.col("level_after")),
        ChangeKind.VALUE: ~near(pl.col("value_before"), pl.col("value_after")).fill_null(
            pl.col("value_before").is_null() & pl.col("value_after").is_null()
        ),
    }
    kind = pl.coalesce(pl.when(test).then(pl.lit(name.value)) for name, test in differs.items())
    changes = (
        both.with_columns(change=kind.cast(CHANGES.polars()["change"]))
        .filter(pl.col("change").is_not_null())
        .sort(pl.coalesce("second", "first"), "first", nulls_last=True)
        .select(CHANGES.names)
    )
    return Comparison(before, after, CHANGES.check(changes))


@checked
def what_if(
    evaluation: Evaluation,
    *,
    tolerances: Mapping[str, Entry | Mapping[str, Any]] | None = None,
    indicators: Mapping[str, Mapping[str, Any]] | None = None,
    from_: str | Period | None = None,
) -> Comparison:
    """What would change in an evaluation with other tolerances or indicators.

    Args:
        evaluation: The evaluation as it is.
        tolerances: As for `Framework.amended`.
        indicators: As for `Framework.amended`.
        from_: As for `Framework.amended`.

    Returns:
        The comparison of the evaluation with one of the amended framework, of the indicators that may differ.

    Raises:
        UnknownName: The framework has no such indicator.
        UnknownPeriod: `from_` names no period.
        ConfigError: The framework has an error with these changes.
        Error: The evaluation is for the public.
    """
    if evaluation.audience != Audience.BOARD:
        raise Error("a what-if of an evaluation for the public would have small counts: ask that of the board's")
    amended = evaluation.framework.amended(tolerances=tolerances or {}, indicators=indicators or {}, from_=from_)
    touched = _touched(amended, {*(tolerances or {}), *(indicators or {})})
    if evaluation.only is not None:
        touched &= evaluation.only
    before, after = (
        evaluate(
            framework,
            evaluation.submissions,
            period=evaluation.period,
            as_of=evaluation.as_of,
            engine=evaluation.engine,
            only=touched,
        )
        for framework in (evaluation.framework, amended)
    )
    return compare(before, after)


def _touched(framework: Framework, changed: set[str]) -> frozenset[str]:
    """The indicators that changed, and those that use one of them."""
    return frozenset(
        id_
        for id_, indicator in framework.indicators.items()
        if changed & {one.id for one in reached(framework, [indicator])}
    )
