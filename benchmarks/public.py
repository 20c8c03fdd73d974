"""How long the choice of what to withhold from the public takes, beside the evaluation that it is made for.

Run `python benchmarks/public.py`. Both are timed in turn in one process, in processor time.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from datetime import date
from random import Random
from unittest.mock import patch

import polars as pl

import pmf_engine as pmf
from pmf_engine.disclosure.public import for_public
from pmf_engine.domain.status import Status

QUARTERS = [f"{year}-{year - 1999} Q{quarter}" for year in (2015, 2016) for quarter in (1, 2, 3, 4)]
FORMULAS = ["percent(part_{0}, all_{0})", "percent(other_{0}, all_{0})", "{1}"]
NUMBERS = ["part_{0}", "rolling_year(part_{0})", "part_{0} + other_{0}"]
FIGURES = ["all", "part", "other"]


def framework_of(indicators: int, districts: int) -> pmf.Framework:
    """Indicators in threes: two shares of one figure, and a number of the same figures."""
    lines = ["board: Large Board", "agencies: {care: Care}", "content_areas: {area: Area}"]
    lines += [f"breakdowns: {{district: {{title: District, groups: [{', '.join(districts_of(districts))}]}}}}"]
    lines += ["figures:"]
    for place in range(indicators // 3):
        for figure in FIGURES:
            lines.append(f"  {figure}_{place}: {{title: Children, from: care, kind: flow, frequency: quarterly}}")
    lines.append("indicators:")
    for place in range(indicators):
        kind, number = place % 3, place // 3
        formula = FORMULAS[kind].format(number, NUMBERS[number % 3].format(number))
        lines.append(
            f"  indicator_{place}: {{title: Children, content_area: area, evidence_type: quantity, lead_agency: care, "
            f"frequency: quarterly, formula: '{formula}', by: [district]}}"
        )
    rules = "governance: {board: Board}\ndisclosure: {suppress_below: 6}\ntolerances: {}\n"
    return pmf.Framework.from_text("\n".join(lines) + "\n", rules)


def districts_of(number: int) -> list[str]:
    """The names of so many districts."""
    return [f"district_{place:02}" for place in range(number)]


def returns_of(indicators: int, districts: int, small: float) -> pl.DataFrame:
    """Counts of each figure by quarter and district; of so many parts of ten is the numerator small."""
    rnd, rows = Random(1), list[tuple[str, str, str, str, int]]()
    for place in range(indicators // 3):
        for quarter in QUARTERS:
            for district in districts_of(districts):
                part = rnd.randint(1, 5) if rnd.random() < small else rnd.choice([0, *range(6, 60)])
                other = rnd.randint(1, 5) if rnd.random() < small else rnd.choice([0, *range(6, 60)])
                counts = {"all": max(part, other) + rnd.randint(6, 60), "part": part, "other": other}
                rows += [(quarter, "care", f"{figure}_{place}", district, n) for figure, n in counts.items()]
    return pl.DataFrame(rows, ["period", "agency", "figure", "district", "value"], orient="row")


def timed(work: Callable[[], object]) -> float:
    """Processor seconds that one call takes."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Prints both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=150)
    parser.add_argument("--districts", type=int, default=12)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-solver", action="store_true")
    given = parser.parse_args()
    framework = framework_of(given.indicators, given.districts)
    print("| small counts | rows | withheld | evaluated, s | for the public, s | ratio |\n|--:|--:|--:|--:|--:|--:|")
    for small in (0.05, 0.2, 0.7):
        frame = returns_of(given.indicators, given.districts, small)
        submissions = pmf.Submissions.from_frames(framework, frame, received_on=date(2017, 4, 20))

        def evaluated(submissions: pmf.Submissions = submissions) -> pmf.Evaluation:
            return pmf.evaluate(framework, submissions, as_of=date(2017, 5, 31))

        evaluation = evaluated()
        with patch("pmf_engine.disclosure.withholding.has_solver", lambda: not given.without_solver):
            pairs = [(timed(evaluated), timed(lambda it=evaluation: for_public(it))) for _ in range(given.runs)]  # type: ignore[misc]
            rows = for_public(evaluation).judged
        withheld = rows.filter(pl.col("status").cast(pl.String) == Status.SUPPRESSED.value).height
        one, other = (statistics.median(each) for each in zip(*pairs, strict=True))
        print(
            f"| {small:.0%} | {rows.height:,} | {withheld:,} | {one:.2f} | {other:.2f} | {other / one:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
