"""Tables of the literature on cell suppression: we withhold as few cells as its optimal solutions."""

from __future__ import annotations

import pytest

import pmf_engine as pmf
from pmf_engine.disclosure.counts import Reader
from pmf_engine.disclosure.linking import tables_of
from pmf_engine.disclosure.tables import Row
from pmf_engine.disclosure.withholding import withhold
from tests.support.attacked_rows import FIGURES, INDICATOR

FORMULAS = {"a": "part", "b": "other", "c": "deep", "total": "part + other + deep"}
BOARD = FIGURES.replace("A, B, C, D]", "I, II, III]").replace(", ward: {title: Ward, groups: [K, L]}", "")

INVESTMENT = {"a": (20, 8, 17), "b": (50, 19, 32), "c": (10, 22, 12)}
"""Investment by activity in regions I to III: Fischetti and Salazar, Management Science 47 (2001), table 1.

Of activity C in region II must be withheld; the optimal solution there withholds three cells besides, of regions II and
III and activities A and C."""


@pytest.mark.parametrize("exactly", [True, False], ids=["solver", "moves"])
def test_the_table_of_fischetti_and_salazar_loses_four_cells(exactly: bool) -> None:
    cells = {**INVESTMENT, "total": tuple(map(sum, zip(*INVESTMENT.values(), strict=True)))}
    rows = [
        Row(activity, 24195, 3, by, region, None, None, value)
        for activity, values in cells.items()
        for by, region, value in (
            (None, None, sum(values)),
            *(("district", region, value) for region, value in zip(("I", "II", "III"), values, strict=True)),
        )
    ]
    lines = "".join(INDICATOR.format(id=id_, formula=formula) for id_, formula in FORMULAS.items())
    framework = pmf.Framework.from_text(BOARD + lines.replace(", ward]", "]"))
    tables = tables_of(rows, Reader(framework), dict.fromkeys(FORMULAS, 4))
    [secret] = [at for at, row in enumerate(rows) if (row.indicator, row.group) == ("c", "II")]
    tables.kept = {*tables.published[secret]}
    choice = withhold(tables, 6, exactly=exactly)
    assert secret in choice.rows
    assert len(choice.rows) == 4
    assert len({rows[at].indicator for at in choice.rows}) == len({rows[at].group for at in choice.rows}) == 2
