"""The functions of the formula language, as a table that the checker reads and the documents show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Function:
    """One function: how it is written, how many values it takes and of what kind.

    `takes` is `numbers`, `dates`, or `alike` for numbers or grades of one scale. `result` is `number` or `same`
    as what was given. `over_time` marks functions that look at other periods, which need regular ones;
    `flows_only` those that add up over time; `keeps_flow` those that give a flow when given one. `of_records`
    says whether it may stand where a record is spoken of, there alone (`only`), or anywhere but there (`never`).
    """

    name: str
    usage: str
    least: int
    most: int
    meaning: str
    takes: Literal["numbers", "alike", "dates"] = "numbers"
    result: Literal["number", "same"] = "number"
    over_time: bool = False
    flows_only: bool = False
    keeps_flow: bool = False
    of_records: Literal["also", "only", "never"] = "never"


_MANY = 50

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("percent", "percent(part, whole)", 2, 2, "100 part / whole; the part may not exceed the whole"),
        Function("rate", "rate(events, population, per)", 3, 3, "per events / population"),
        Function("abs", "abs(x)", 1, 1, "x without its sign", of_records="also"),
        Function(
            "round", "round(x, digits)", 1, 2, "x rounded half up, to a whole number unless digits says more",
            of_records="also",
        ),
        Function(
            "min", "min(x, y, ...)", 1, _MANY, "the least (of grades, the worst)", "alike", "same", of_records="also"
        ),
        Function(
            "max", "max(x, y, ...)", 1, _MANY, "the greatest (of grades, the best)", "alike", "same", of_records="also"
        ),
        Function("first_known", "first_known(x, y, ...)", 1, _MANY, "the first that is not missing", "alike", "same"),
        Function(
            "previous", "previous(x)", 1, 1, "x in the period before", "alike", "same", over_time=True, keeps_flow=True
        ),
        Function(
            "year_ago", "year_ago(x)", 1, 1, "x in the same period a year before", "alike", "same",
            over_time=True, keeps_flow=True,
        ),
        Function(
            "year_to_date", "year_to_date(x)", 1, 1, "x added up from the start of the year",
            over_time=True, flows_only=True,
        ),
        Function(
            "rolling_year", "rolling_year(x)", 1, 1, "x added up over the twelve months that end with the period",
            over_time=True, flows_only=True,
        ),
        Function("days", "days(a, b)", 2, 2, "days from a to b", "dates", of_records="only"),
        Function(
            "working_days", "working_days(a, b)", 2, 2, "working days after a, up to and with b", "dates",
            of_records="only",
        ),
        Function("months", "months(a, b)", 2, 2, "whole months from a to b", "dates", of_records="only"),
        Function("years", "years(a, b)", 2, 2, "whole years from a to b, as for an age", "dates", of_records="only"),
    )
}  # fmt: skip
