"""Control charts in words: signals, why there is none, and whether a target will be met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pmf_engine.domain.status import Assurance, NoSignal, Signal, SpecialCause
from pmf_engine.judgement.control_charts import CHARTS, LEAST, RUN, Chart
from pmf_engine.judgement.formatting import show_periods

_SIGNALS: Final[Mapping[tuple[str, int], str]] = {
    (Signal.OUTSIDE_LIMITS, 1): "higher than chance explains",
    (Signal.OUTSIDE_LIMITS, -1): "lower than chance explains",
    (Signal.TREND, 1): "{run} rising",
    (Signal.TREND, -1): "{run} falling",
    (Signal.TWO_OF_THREE, 1): "2 of 3 {each} close to the upper limit of chance or above it",
    (Signal.TWO_OF_THREE, -1): "2 of 3 {each} close to the lower limit of chance or below it",
    (Signal.SHIFT, 1): "{run} above the mean",
    (Signal.SHIFT, -1): "{run} below the mean",
}
_CAUSES: Final[Mapping[str | None, str]] = {
    SpecialCause.CONCERN: ", so worse than it used to be",
    SpecialCause.IMPROVEMENT: ", so better than it used to be",
    None: "",
}
_ASSURANCES: Final[Mapping[str, str]] = {
    Assurance.CONSISTENTLY: "will be met unless something changes",
    Assurance.BY_CHANCE: "will be met or missed by chance",
    Assurance.NEVER: "will not be met unless something changes",
}


def signal_words(chart: Chart | None, months: int) -> str:
    """The signal of a control chart and what it means: `7 quarters rising, so worse than it used to be`; else empty."""
    if chart is None or chart.signal is None or chart.side is None:
        return ""
    run = show_periods(RUN, months)
    each = run.removeprefix(f"{RUN} ")
    return _SIGNALS[chart.signal, chart.side].format(run=run, each=each) + _CAUSES[chart.special_cause]


def no_signal_words(chart: Chart, months: int) -> str:
    """Why a control chart gives no signal: `only 8 quarters, and a control chart needs 12`."""
    points = show_periods(chart.points or 0, months)
    words: Mapping[str | None, str] = {
        NoSignal.TOO_FEW: f"only {points} with a value, and a control chart needs {LEAST}",
        NoSignal.GAP: f"only {points} since the gap in {chart.gap}, and a control chart needs {LEAST} without one",
        NoSignal.NO_VALUE: "there is no value",
        NoSignal.GRADE: "grades have no control chart",
        NoSignal.AD_HOC: "what is asked for ad hoc has no control chart",
        NoSignal.REBASED: f"only {points} since limits began anew in {chart.rebased}, and a chart needs {LEAST}",
        NoSignal.SUMS: "what adds up over several periods has no control chart, as its values are not independent",
        NoSignal.NOT_ASKED: "its tolerance asks for no control chart",
        None: "what varies is chance",
    }
    return words[chart.no_signal]


def chart_title(chart: Chart) -> str:
    """The name of the kind of a chart: `XmR`, `p′`, `u′`; empty without a chart."""
    return CHARTS[chart.chart].title if chart.chart else ""


def rebased_words(chart: Chart) -> str:
    """Where limits began anew, and why: `limits begin anew in 2018-19 Q1: new form`; empty without a rebase."""
    return f"limits begin anew in {chart.rebased}: {chart.rebased_because}" if chart.rebased else ""


def assurance_words(chart: Chart) -> str:
    """Whether the target will be met: `will be met or missed by chance`; empty without assurance."""
    return _ASSURANCES.get(chart.assurance or "", "")


def charts_words(charts: Mapping[str, int]) -> str:
    """The outcomes of control charts.

    >>> charts_words({"signal": 4, "chance": 6, "grade": 2})
    '4 with a signal, 6 without; no chart for 2 of grades'
    """
    read = f"{charts.get('signal', 0):,} with a signal, {charts.get('chance', 0):,} without"
    reasons = {
        NoSignal.TOO_FEW: f"with fewer than {LEAST} periods",
        NoSignal.GAP: f"with a gap in the last {LEAST}",
        NoSignal.NO_VALUE: "without a value",
        NoSignal.GRADE: "of grades",
        NoSignal.AD_HOC: "asked for ad hoc",
        NoSignal.REBASED: f"begun anew less than {LEAST} periods ago",
        NoSignal.SUMS: "of sums over several periods",
        NoSignal.NOT_ASKED: "that no chart was asked for",
    }
    none = [f"{charts[reason]:,} {words}" for reason, words in reasons.items() if charts.get(reason)]
    return read + (f"; no chart for {', '.join(none)}" if none else "")
