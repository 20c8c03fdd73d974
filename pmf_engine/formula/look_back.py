"""Look-back of expressions: how many months before its own period a formula or a band reads."""

from __future__ import annotations

from pmf_engine.formula.constants import constant
from pmf_engine.formula.functions import FUNCTIONS, OVER_TIME
from pmf_engine.formula.syntax import Call, Node, children


def span(call: Call) -> int:
    """The number of months that a call gives as an argument, as in `rolling_months(x, 6)`; 0 for other functions."""
    function = FUNCTIONS[call.function]
    if function.constant is None or not function.constant.months_back:
        return 0
    months = constant(call.arguments[1])
    assert months is not None  # the checker refuses an argument that varies
    return int(months)


def spans(node: Node) -> list[tuple[str, int]]:
    """The functions in an expression or a band that take a number of months, each with that number."""
    own = [(node.function, span(node))] if isinstance(node, Call) and span(node) else []
    return own + [pair for child in children(node) for pair in spans(child)]


def months_back(name: str, months: int, span: int = 0, of_year: int = 12) -> list[int]:
    """How many months back a function reads (see `LookBack.months_back`); 0 for a function of its own period alone.

    >>> months_back("rolling_months", 3, span=6), months_back("abs", 3)
    ([0, 3], [0])
    """
    look_back = FUNCTIONS[name].look_back
    return look_back.months_back(months, span, of_year) if look_back else [0]


def sums_periods(node: Node) -> bool:
    """Whether an expression adds up over several periods, so that neighbouring values share data.

    All functions over time do, except those that return the value of one earlier period.
    """
    if isinstance(node, Call) and node.function in OVER_TIME and not FUNCTIONS[node.function].is_earlier_value:
        return True
    return any(sums_periods(child) for child in children(node))
