"""Examples as they are written beside an indicator: what is given, and what is expected of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from pmf_engine import messages, schema
from pmf_engine.diagnostics import Diagnostic
from pmf_engine.loading import Config, Loc
from pmf_engine.periods import Period, parse_period
from pmf_engine.source import Span


@dataclass(frozen=True)
class Example:
    """What is given and what is expected, as written: `21.0` asks for one decimal.

    `given` is by figure: a value, a series of them that ends with `period` (`_` where nothing came), or either
    by agency. `expect` is by column of the results.
    """

    given: Mapping[str, str | Mapping[str, str]]
    expect: Mapping[str, str]
    period: Period
    as_of: date | None
    span: Span


def read_example(
    at: Config,
    where: Loc,
    example: schema.Example,
    senders: Mapping[str, Collection[str]],
    default: Period,
    found: list[Diagnostic],
) -> Example | None:
    """An example with its names checked; None, with what is wrong added to `found`, where it cannot be run.

    `senders` are the figures that the indicator rests on, with their agencies; `default` is the period where
    none is named.
    """
    before = len(found)
    given: dict[str, str | Mapping[str, str]] = {}
    for name, value in example.given.items():
        place = (*where, "given", name)
        if name not in senders:
            found.append(messages.not_of_this(at.key(*place), name, senders))
        elif isinstance(value, dict):
            for agency in value:
                if agency not in senders[name]:
                    found.append(messages.not_a_sender(at.key(*place, agency), agency, name, senders[name]))
            given[name] = {agency: at.passage(*place, agency).text.strip() for agency in value}
        else:
            given[name] = at.passage(*place).text.strip()
    expect = {name: at.passage(*where, "expect", name).text.strip() for name in example.expect.model_fields_set}
    period: Period | None = default
    if example.period is not None:
        clock = default.clock
        period = parse_period(example.period, clock.year_start, clock.months)
        if period is None or period.clock != clock:
            found.append(messages.not_its_period(at.span(*where, "period"), example.period, default.label))
    as_of = None
    if example.as_of is not None:
        try:
            as_of = date.fromisoformat(example.as_of)
        except ValueError:
            found.append(messages.bad_date(at.span(*where, "as_of"), example.as_of))
    if len(found) > before or period is None:
        return None
    return Example(given, expect, period, as_of, at.span(*where))
