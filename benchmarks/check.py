"""How long a large framework takes to load, parse and check, against composing its YAML alone.

Run `python benchmarks/check.py`. Both are timed in turn in one process, so that the ratio holds whatever the machine.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from pmf_engine.framework.load import check_framework

FORMULAS = [
    "percent(figure_{0}, figure_{1})",
    "rate(rolling_year(figure_{0}), children, 10000)",
    "100 * (figure_{0} - year_ago(figure_{0})) / year_ago(figure_{0})",
    "percent(figure_{0} + figure_{1}, figure_{0} + figure_{1} + figure_{2})",
    "figure_{0} / figure_{1}",
]
BANDS = [
    ("at most 20", "at most 24"),
    ("at least target", "at least 95% of target"),
    ("between 10 and 15", "between 8 and 18"),
    ("within 10% of previous", "within 20% of previous"),
]


def write(folder: Path, count: int) -> None:
    """A framework of so many indicators, each with a formula, a rationale and dated tolerances."""
    lines = ["board: {name: Large Board, submissions: returns}", "agencies:"]
    lines += [f"  agency_{place}: Agency {place}" for place in range(20)]
    lines += ["content_areas:", "  area: {title: Area, kind: priority, informed_by: [needs_assessment]}"]
    lines += ["sources: {agency_data: Multi-agency data}", "breakdowns: {district: District}", "figures:"]
    lines += ["  children: {title: Children aged 0 to 17, from: agency_0, kind: stock, frequency: annual}"]
    for place in range(count):
        lines.append(f"  figure_{place}:")
        lines.append(f"    title: Something that is counted, number {place} of its kind")
        lines.append(f"    from: agency_{place % 20}\n    kind: flow\n    frequency: quarterly")
    lines.append("indicators:")
    rules = ["governance: {board: Board}", "tolerances:"]
    for place in range(count):
        formula = FORMULAS[place % len(FORMULAS)].format(place, (place + 1) % count, (place + 2) % count)
        lines.append(f"  indicator_{place}:")
        lines.append(f"    title: How well something is done, number {place} of what is watched")
        lines.append("    content_area: area\n    evidence_type: quality\n    level: local")
        lines.append(f"    lead_agency: agency_{place % 20}\n    frequency: quarterly\n    source: agency_data")
        lines.append(f"    formula: {formula}")
        lines.append("    rationale: >-\n      A sentence or two that say why the board has agreed to watch this, as")
        lines.append("      people write them.")
        good, tolerance = BANDS[place % len(BANDS)]
        rules.append(f"  indicator_{place}:")
        for start in ("2015-16", "2016-17"):
            rules.append(f"    - from: {start}\n      target: 90\n      good: {good}\n      tolerance: {tolerance}")
            rules.append("      reference: the board's own, agreed in the spring")
    (folder / "indicators.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tolerances.yaml").write_text("\n".join(rules) + "\n", encoding="utf-8")


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Prints the two times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, given.indicators)
        texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))]

        def compose() -> None:
            for text in texts:
                YAML(typ="safe").compose(text)

        check = check_framework(folder)
        framework, found = check.framework, list(check.diagnostics)
        assert framework is not None, found[:3]
        assert not [one for one in found if one.severity == "error"], found[:3]
        pairs = [(timed(compose), timed(lambda: check_framework(folder))) for _ in range(given.runs)]
    ratios = [check / composing for composing, check in pairs]
    print(f"{given.indicators} indicators, {sum(map(len, texts)) / 1000:.0f} KB of YAML, median of {given.runs} runs")
    print(f"compose alone   {statistics.median(pair[0] for pair in pairs):.3f} s")
    print(f"load and check  {statistics.median(pair[1] for pair in pairs):.3f} s")
    print(f"ratio           {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
