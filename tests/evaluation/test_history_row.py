"""The type of a row of the history has the columns of the history."""

from __future__ import annotations

from pmf_engine.evaluation.results import JUDGED_ROWS
from pmf_engine.judgement.history_row import HistoryRow


def test_fields_are_the_columns_of_the_history_in_their_order() -> None:
    assert HistoryRow._fields == JUDGED_ROWS.names
