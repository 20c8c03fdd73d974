"""Problems of asked texts: texts that no record has, and records whose text is one slip away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pmf_engine.records.asked_texts import asked_texts, compared
from pmf_engine.records.queries import ListPlan
from pmf_engine.submissions.engines import Engine, result
from pmf_engine.submissions.list_parts import ROW, ListPart
from pmf_engine.submissions.list_values import typed
from pmf_engine.submissions.problems import Problem, meant, say


def text_problems(
    parts: Sequence[ListPart], plan: ListPlan, held: Mapping[str, Mapping[str, str]], engine: Engine
) -> Iterator[Problem]:
    """The problems of the texts in a list's records and in conditions on them.

    Args:
        parts: The list parts, as they were counted.
        plan: The plan of their queries.
        held: The texts of records by column and folded text; empty where no file could be read.
        engine: The engine that reads the parts.
    """
    files = list({(part.file, part.sheet): part for part in parts if part.frame is not None}.values())
    for column, texts in plan.asked.items():
        known = held.get(column, {})
        for text, written in texts.items():
            if known and text not in known:
                help_ = meant(written, known.values())
                message = say("text-nowhere", text=written, column=column, who=_who(plan, column, text), help=help_)
                yield Problem(files[0].file, files[0].sheet, None, column, written, "text-nowhere", message)
    for column, slips in plan.slips.items():
        for part in files:
            yield from _slips(part, plan, column, slips, engine)


def _slips(
    part: ListPart, plan: ListPlan, column: str, slips: Mapping[str, frozenset[str]], engine: Engine
) -> Iterator[Problem]:
    """A problem for each text of a list part that is one slip away from an asked text, at its first record.

    Args:
        part: The list part.
        plan: The plan of the list's queries.
        column: The column.
        slips: The slips of each asked text.
        engine: The engine that reads the part.
    """
    near = {other: text for text, others in slips.items() for other in sorted(others)}
    first_records = (
        typed(part, plan.list, [column, plan.list.start], 0, patient=True)
        .with_columns(plan.label(column, pl.col(column)).alias(":text"))
        .filter(pl.col(":text").is_in(sorted(near)))
        .group_by(":text")
        .agg(pl.col(ROW).min(), pl.col(column).sort_by(ROW).first(), pl.len().alias(":len"))
        .sort(ROW)
    )
    for text, row, written, count in result(first_records, engine).iter_rows():
        asked = plan.asked[column][near[text]]
        more = f" ({count} records)" if count > 1 else ""
        words = {"asked": asked, "column": column, "who": _who(plan, column, near[text]), "more": more}
        message = say("text-slip", text=written, **words)
        yield Problem(part.file, part.sheet, row, part.titles.get(column, column), written, "text-slip", message)


def _who(plan: ListPlan, column: str, text: str) -> str:
    """The indicators that ask for a text, as the subject of a sentence with its verb: `` `x` asks ``."""
    names = [
        indicator.id
        for indicator in plan.vocabulary.framework.indicators.values()
        for aggregate in indicator.aggregates
        if aggregate.list.name == plan.list.id
        and (column, text) in {(each, compared(asked, column in plan.open)) for each, asked in asked_texts(aggregate)}
    ]
    first, *others = dict.fromkeys(names)
    if not others:
        return f"`{first}` asks"
    return f"`{first}` and {len(others)} other indicator{'' if len(others) == 1 else 's'} ask"
