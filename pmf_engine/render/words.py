"""The words of reports, for renderers of one's own: statuses, values, travel and rules as a reader says them.

pmf.render.words.value(item)  # 43.9 per 10,000
pmf.render.words.lasting(item)  # red for 4 quarters, since 2015-16 Q4
"""

from __future__ import annotations

from pmf_engine.report.chart_words import signal_words as signal
from pmf_engine.report.rule_words import rule_words as rule
from pmf_engine.report.wording import gap_words as gap
from pmf_engine.report.wording import lasting_words as lasting
from pmf_engine.report.wording import raised_words as raised
from pmf_engine.report.wording import reason_words as reason
from pmf_engine.report.wording import status_word as status
from pmf_engine.report.wording import travel_words as travel
from pmf_engine.report.wording import value_words as value

__all__ = ["gap", "lasting", "raised", "reason", "rule", "signal", "status", "travel", "value"]
