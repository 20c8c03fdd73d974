"""Awful files that any reader understands, and that are read: days as periods, numbered labels, columns of codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import openpyxl

from tests.support.awful_files import Q1, WHOLE, Case, Said
from tests.support.return_files import Fact, as_csv

CHILDREN = Fact("children", Q1, "50")
FORM = [["Measure", "Value"], ["Visits made", "520"], ["Children with a plan", "50"]]
OF_FORM = [WHOLE[2], CHILDREN]


def _csv(rows: Sequence[Sequence[str]], name: str = "care.csv") -> dict[str, bytes | openpyxl.Workbook]:
    return {name: as_csv(rows)}


def _periods() -> Iterator[Case]:
    """Periods by their last day, or by the first and the last."""
    for text in (
        "Quarter ending 30 June 2016",
        "As at 30 June 2016",
        "01/04/2016 - 30/06/2016",
        "1 April - 30 June 2016",
    ):
        yield Case(f"{text} as a title", _csv([[text], *FORM]), OF_FORM)
        yield Case(f"{text} over values", _csv([["Measure", text], *FORM[1:]]), OF_FORM)
        rows = [["period", "agency", "figure", "value"], [text, "care", "visits", "520"]]
        yield Case(f"{text} in a long row", _csv(rows, "a.csv"), WHOLE[2:3])
    for text in ("Return for the quarter ending 30 June 2016", "Children with a plan as at end of Q1 2016-17"):
        yield Case(f"{text} as a title", _csv([[text], *FORM]), OF_FORM)
    yield Case("a last day in the name of a file", _csv(FORM, "care quarter ending 30 June 2016.csv"), OF_FORM)
    yield Case("a last day beside its word", _csv([["Quarter ending", "30/06/2016"], *FORM]), OF_FORM)
    for text, kind in (
        ("Quarter ending 31 May 2016", "nothing-names"), ("As at 31 May 2016", "day-for-a-period"),
        ("As at 1 April 2016", "not-a-period"), ("30 June 2016", "nothing-names"),
    ):  # fmt: skip
        yield Case(f"{text} as a title", _csv([[text], *FORM]), [], [(None, 1, "A", kind)], 2)
    said: list[Said] = [(None, 1, "A", "titles-differ")]
    yield Case(
        "a day outside the file's period", _csv([["As at 30 June 2016"], *FORM], "care Q2 2016-17.csv"), [], said, 2
    )


def cases() -> list[Case]:
    """Every case."""
    return [case for part in (_periods,) for case in part()]
