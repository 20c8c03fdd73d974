"""Pre-aggregation: group records by the values that conditions distinguish, count each group, then test the conditions
on the groups.

A hundred indicators have a hundred conditions on a record: the days to its assessment, the age of the child, the source
of the referral. The conditions distinguish few values: a number only matters by its position among the constants that
it is compared with. Millions of records therefore fall into a few hundred combinations of values, and conditions are
tested on these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import polars as pl

from pmf_engine.formula.compute.record_expressions import RecordExpressions
from pmf_engine.formula.syntax import Aggregate, Expression, Name, names
from pmf_engine.records.columns import START, Part
from pmf_engine.records.distinctions import Distinction, Distinctions, Key, key_of
from pmf_engine.submissions.table import EDGES

_MOST_COMBINATIONS = 1024
"""The most combinations of values for which pre-aggregation is faster than conditions on records."""

_MOST_TESTS = 65_536
"""More combinations are faster than a second grouping as long as so few conditions are tested on combinations."""

WORTH = 2
"""The fewest aggregates for which pre-aggregation is faster, unless one compares a text that few others differ from."""

_PACKED = ":packed"
"""The column of packed keys: one number for the period and all distinguished values except texts."""

_LENGTH = ":len"
"""The column with the number of records of a combination."""


@dataclass
class SharedGrouping:
    """Aggregates that share one pre-aggregation.

    Attributes:
        keys: The keys of the values that their conditions distinguish. Records are grouped by these values.
        aggregates: The aggregates by number, each with its rewritten condition.
    """

    keys: set[Key]
    aggregates: dict[int, tuple[Aggregate, Expression | None]]


def shared_groupings(distinctions: Distinctions, aggregates: Mapping[int, Aggregate]) -> list[SharedGrouping]:
    """The groupings of the aggregates that pre-aggregation makes faster, each with a limited number of combinations.

    Greedy bin packing: the aggregate with most combinations comes first, and each joins the first grouping that has
    all its values, else the first that has room for them.
    """
    rewritten = []
    for number, aggregate in aggregates.items():
        if aggregate.where is not None and _varies(aggregate):
            used: set[Key] = set()
            condition = distinctions.rewritten(aggregate.where, used)
            rewritten.append((used, number, aggregate, condition))

    def combinations(keys: set[Key]) -> int:
        return prod(distinctions.by_key[key].size for key in keys)

    most = max(_MOST_COMBINATIONS, _MOST_TESTS // max(len(aggregates), 1))
    groupings: list[SharedGrouping] = []
    for used, number, aggregate, condition in sorted(rewritten, key=lambda each: -combinations(each[0])):
        if combinations(used) > most:
            continue
        roomy = (each for each in groupings if combinations(each.keys | used) <= most)
        chosen = next((each for each in groupings if used <= each.keys), None) or next(roomy, None)
        if chosen is None:
            chosen = SharedGrouping(set(), {})
            groupings.append(chosen)
        chosen.keys |= used
        chosen.aggregates[number] = (aggregate, condition)
    groupings = [each for each in groupings if len(each.aggregates) >= WORTH or distinctions.few_texts(each.keys)]
    if groupings:  # an aggregate without a condition can use any grouping
        unconditional = {
            number: (aggregate, None)
            for number, aggregate in aggregates.items()
            if aggregate.where is None and _varies(aggregate)
        }
        groupings[-1].aggregates |= unconditional
    return groupings


def _varies(aggregate: Aggregate) -> bool:
    """Whether the aggregated value varies between records, or records themselves are counted."""
    return aggregate.of is None or bool(names(aggregate.of))


def pre_aggregated(
    grouping: SharedGrouping, distinctions: Distinctions, records: pl.LazyFrame, by: Sequence[str]
) -> pl.LazyFrame:
    """The parts of a grouping's aggregates, from the counts of combinations of values.

    Args:
        grouping: The aggregates.
        distinctions: The values that their conditions distinguish.
        records: The records with their periods.
        by: The columns to group by, with START among them.
    """
    distinguished = [distinctions.by_key[key] for key in sorted(grouping.keys, key=str)]
    values = {key_of(each.of): each.of for each, _ in grouping.aggregates.values() if each.of is not None}
    value_numbers = {key: number for number, key in enumerate(values)}
    combinations = _combinations(grouping, distinctions, distinguished, values, records, by)
    numbers = frozenset(each.name for each in distinguished if each.kind == "number")
    own = distinctions.rows.groups
    groups = frozenset(each.name for each in distinguished if isinstance(each.node, Name) and each.node.name in own)
    rows = RecordExpressions({each.name: each.kind for each in distinguished}, numbers, groups)
    return combinations.group_by(by).agg(
        part
        for number, (aggregate, condition) in grouping.aggregates.items()
        for part in _combined_parts(
            number,
            aggregate,
            value_numbers.get(key_of(aggregate.of)) if aggregate.of else None,
            pl.lit(True) if condition is None else rows.value(condition),
        )
    )


def _combinations(
    grouping: SharedGrouping,
    distinctions: Distinctions,
    distinguished: Sequence[Distinction],
    values: Mapping[Key, Expression],
    records: pl.LazyFrame,
    by: Sequence[str],
) -> pl.LazyFrame:
    """Each combination of distinguished values, with its number of records and the parts of each aggregated value.

    The digits of all distinguished values but texts are packed into one number, as in a mixed radix, and unpacked after
    the grouping.

    Args:
        grouping: The aggregates.
        distinctions: The values of all groupings.
        distinguished: The values of this grouping.
        values: The aggregated values by key.
        records: The records with their periods.
        by: The columns to group by, with START among them.
    """
    rows = distinctions.rows
    texts = [each for each in distinguished if each.kind == "text"]
    digits = [each for each in distinguished if each.kind != "text"]
    # One number in place of several columns to group by takes two thirds of the time. Its first digit is the period's
    # month, which is above 0, or 0 where there is none.
    packed = pl.col(START).fill_null(0)
    for each in digits:
        packed = packed * each.size + each.digit(rows)
    parts = [part for number, of in enumerate(values.values()) for part in _parts(number, rows, of, grouping)]
    combinations = (
        records.with_columns(packed.alias(_PACKED), *(each.text() for each in texts))
        .group_by(_PACKED, *(name for name in by if name != START), *(each.name for each in texts))
        .agg(pl.len().alias(_LENGTH), *parts)
    )
    left = pl.col(_PACKED)
    for each in reversed(digits):
        combinations = combinations.with_columns(each.from_digit(left % each.size))
        left = left // each.size
    combinations = combinations.with_columns(pl.when(left > 0).then(left).alias(START))
    columns = {each.name: each.node.name for each in texts if isinstance(each.node, Name)}
    combinations = combinations.with_columns(trimmed(name).alias(name) for name in columns)
    return combinations.with_columns(
        distinctions.label(column, pl.col(name)).alias(f"label:{name}") for name, column in columns.items()
    )


def trimmed(name: str) -> pl.Expr:
    """A text without the spaces around it; null for a blank text."""
    text = pl.col(name).str.strip_chars(EDGES)
    return pl.when(text != "").then(text)


_PARTS: Mapping[str, tuple[Part, ...]] = {
    "count": (Part.COUNT,),
    "sum": (Part.COUNT, Part.BLANK, Part.SUM),
    "mean": (Part.COUNT, Part.SUM),
    "min": (Part.COUNT, Part.LEAST),
    "max": (Part.COUNT, Part.GREATEST),
}
"""The parts of each additive function."""


def _part_of_value(part: Part, number: int) -> str:
    """The column with a part of a value over the records of a combination."""
    return f":{part}{number}"


def _parts(number: int, rows: RecordExpressions, of: Expression, grouping: SharedGrouping) -> Iterator[pl.Expr]:
    """The parts of a value over the records of a combination, as far as the grouping's aggregates need them.

    Args:
        number: The number of the value.
        rows: Compiles expressions over records.
        of: The value.
        grouping: The aggregates.
    """
    functions = {each.function for each, _ in grouping.aggregates.values() if each.of and key_of(each.of) == key_of(of)}
    parts = {part for function in functions for part in _PARTS[function]}
    value = rows.value(of) if functions == {"count"} else rows.number(of).cast(pl.Float64)
    expressions = {
        Part.COUNT: value.count(),
        Part.BLANK: value.is_null().sum(),
        Part.SUM: value.sum(),
        Part.LEAST: value.min(),
        Part.GREATEST: value.max(),
    }
    return (expressions[part].alias(_part_of_value(part, number)) for part in sorted(parts))


def _combined_parts(
    number: int, aggregate: Aggregate, value_number: int | None, condition: pl.Expr
) -> Iterator[pl.Expr]:
    """The parts of an aggregate, combined over the combinations that meet its condition."""
    for part in _PARTS[aggregate.function]:
        column = pl.col(_LENGTH if value_number is None else _part_of_value(part, value_number)).filter(condition)
        if part is Part.LEAST:
            whole = column.min()
        elif part is Part.GREATEST:
            whole = column.max()
        else:
            whole = column.sum()
        yield whole.alias(part.column(number))
