"""The types of the parts of an explanation, which `Evaluation.explain` gives.

explanation = evaluation.explain("late_share")
for source in explanation.sources:  # each a pmf.explanation.Source
    print(source.title, source.value, [cell.file for cell in source.cells])
"""

from __future__ import annotations

from pmf_engine.evaluation.explanation.absent_returns import Absent
from pmf_engine.evaluation.explanation.explain import Compared, Comparison, Judgement, Point, Step, Tried
from pmf_engine.evaluation.explanation.figure_sources import Cell, Source
from pmf_engine.evaluation.explanation.record_sources import Fault, Records
from pmf_engine.evaluation.scored_twice import ScoredTwice
from pmf_engine.judgement.control_charts import Chart
from pmf_engine.judgement.exception_life import Life

__all__ = [
    "Absent",
    "Cell",
    "Chart",
    "Compared",
    "Comparison",
    "Fault",
    "Judgement",
    "Life",
    "Point",
    "Records",
    "ScoredTwice",
    "Source",
    "Step",
    "Tried",
]
