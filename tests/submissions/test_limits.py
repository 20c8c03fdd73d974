"""Limits of what is read: each has a reason and a clause, and together they allow for the largest lists."""

from __future__ import annotations

import pytest

from pmf_engine.submissions.limits import LIMITS, Measure, UnreadableError, keep_within


@pytest.mark.parametrize("measure", Measure)
def test_a_limit_says_itself_and_has_a_reason(measure: Measure) -> None:
    limit = LIMITS[measure]
    assert limit.reason.endswith(".")
    keep_within(measure, limit.most, row=1, column=1)
    with pytest.raises(UnreadableError) as caught:
        keep_within(measure, limit.most + 1, row=1, column=1)
    assert f"{limit.most:,}" in str(caught.value)


def test_limits_allow_for_a_hundred_million_records() -> None:
    records = 100_000_000
    assert LIMITS[Measure.ROWS].most >= 10 * records
    assert LIMITS[Measure.STREAM_BYTES].most >= 1000 * records
