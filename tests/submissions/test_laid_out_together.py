"""Plain tables that are laid out as one give the cells that each gives alone."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pmf_engine.framework.load import load_framework
from pmf_engine.submissions.headers import Found
from pmf_engine.submissions.layout import lay_out, lay_out_together
from pmf_engine.submissions.table import RawTable
from pmf_engine.submissions.vocabulary import Vocabulary
from tests.support.boards import write_board

HEADERS = [
    ("period", "agency", "figure", "value"),
    ("period", "agency", "figure", "value", "district"),
    ("Period", "agency", "figure", "district", "value", "comment"),
    ("period", "agency", "figure", "value", "sex"),
    ("period", "agency", "children", "visits"),
]
TEXTS = {
    "period": ["2016-17 Q1", " Q2 2016-17 ", "2016-13", None],
    "agency": ["care", "Police", "polise", None],
    "figure": ["children", "visits", "vissits", None],
    "district": ["North", " South", "nowhere", "234", None],
}
VALUES = ["1", "1,5", "30", "234", "c", " ", None, "12 [r]"]


@st.composite
def tables(draw: st.DrawFn) -> list[RawTable]:
    """A few returns as they are read: some with one header, some with rows set aside or cut short."""
    made = []
    for number in range(draw(st.integers(1, 5))):
        header = draw(st.sampled_from(HEADERS))
        cells = st.tuples(*(st.sampled_from(TEXTS.get(name.lower(), VALUES)) for name in header))
        rows = draw(st.lists(cells, max_size=5))
        frame = pl.DataFrame(rows, schema=dict.fromkeys(map(str, range(len(header))), pl.String), orient="row")
        made.append(
            RawTable(
                f"{draw(st.sampled_from('ab'))}{number}.csv",
                header,
                1,
                frame.with_row_index("row", 2).cast({"row": pl.Int64}),
                broken=frozenset({2} if draw(st.integers(0, 4)) == 0 and rows else ()),
                received_on=draw(st.sampled_from([None, date(2016, 8, 1)])),
                from_text=draw(st.booleans()),
                cut=(len(rows) + 1, 3) if draw(st.integers(0, 4)) == 0 else None,
                in_order=draw(st.booleans()),
            )
        )
    return made


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """The names of a small board."""
    figures = "children: {title: Children, from: care, kind: flow, frequency: quarterly}\n"
    figures += "visits: {title: Visits, from: care, kind: flow, frequency: quarterly}"
    indicators = "seen: {formula: visits, frequency: quarterly}"
    return Vocabulary(load_framework(write_board(tmp_path_factory.mktemp("board"), figures, indicators)))


class TestTogether:
    @given(made=tables())
    def test_tables_give_the_same_cells_together_and_alone(self, words: Vocabulary, made: list[RawTable]) -> None:
        together, alone = Found(), Found()
        lay_out_together([*made], words, together)
        for table in made:
            lay_out(table, words, alone)
        assert sorted(together.problems, key=repr) == sorted(alone.problems, key=repr)
        for ours, theirs in ((together.cells, alone.cells), (together.set_aside, alone.set_aside)):
            assert len(ours) <= len(theirs)
            if theirs:
                cells = [pl.concat(frames, how="diagonal") for frames in (ours, theirs)]
                in_order = [frame.sort("file", "row", "column", "text", maintain_order=True) for frame in cells]
                assert_frame_equal(in_order[0], in_order[1], check_column_order=False)
