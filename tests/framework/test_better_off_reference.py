"""The faces of `better_off` over lists made at random, held against what `reference_better_off` works out by hand."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import polars as pl
import pytest

import pmf_engine as pmf
from tests.support.reference_better_off import Scores, faces, student

QUARTERS = [f"{year} Q{quarter}" for year in ("2015-16", "2016-17") for quarter in (1, 2, 3, 4)]
INDICATORS = [(change, respond) for change in ("0.5", "1", "1.5", "3") for respond in (None, "40", "66.7", "80")]
LIST = """
board: {name: Test board, submissions: returns}
agencies: {care: Care}
content_areas: {help: Early help}
breakdowns: {district: {title: District, groups: [North, South]}}
lists:
  outcomes:
    title: Children whose work ended
    from: care
    date: ended_on
    columns: {ended_on: date, before: number?, after: number?, district: text}
indicators:
"""


def indicator(number: int, change: str, respond: str | None) -> str:
    least = f", respond: at least {respond}%" if respond else ""
    return (
        f"  x{number}:\n    title: Number {number}\n    content_area: help\n    evidence_type: quantity\n"
        "    lead_agency: care\n    frequency: quarterly\n    by: [district]\n"
        f"    better_off: {{of: outcomes, before: before, after: after, least_change: {change}{least}}}\n"
    )


def written(score: Fraction | None) -> str:
    return "" if score is None else f"{float(score):g}"


def test_every_face_is_as_worked_out_slowly(tmp_path: Path) -> None:
    random = Random(20161)
    (tmp_path / "returns").mkdir()
    text = LIST + "".join(indicator(number, *given) for number, given in enumerate(INDICATORS))
    (tmp_path / "indicators.yaml").write_text(text.lstrip(), encoding="utf-8")
    (tmp_path / "tolerances.yaml").write_text("governance: {board: Board}\n", encoding="utf-8")
    records: dict[tuple[str, str | None], list[Scores]] = {}
    for quarter in QUARTERS:
        month = 3 * int(quarter[-1]) + 1
        day = date(int(quarter[:4]) + (month > 12), (month - 1) % 12 + 1, 9)
        lines = ["ended_on,before,after,district"]
        for _ in range(random.choice([0, 1, 2, 5, 12])):
            scores = tuple(None if random.random() < 0.2 else Fraction(random.randint(0, 20), 2) for _ in range(2))
            district = random.choice(["North", "South"])
            for group in (None, district):
                records.setdefault((quarter, group), []).append((scores[0], scores[1]))
            lines.append(f"{day},{written(scores[0])},{written(scores[1])},{district}")
        name = f"outcomes_{quarter.lower().replace(' ', '_')}.csv"
        (tmp_path / "returns" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    framework = pmf.load_framework(tmp_path)
    results = pmf.evaluate(
        framework, pmf.read_submissions(tmp_path / "returns", framework), as_of=date(2017, 6, 1)
    ).results
    rows = {(row["indicator"], row["period"], row["group"]): row for row in results.iter_rows(named=True)}
    compared = 0
    for number, (change, respond) in enumerate(INDICATORS):
        for quarter in QUARTERS:
            for group in (None, "North", "South"):
                wanted = faces(
                    records.get((quarter, group), []), Fraction(change), Fraction(respond) if respond else None
                )
                for face, said in wanted.items():
                    row = rows[f"x{number}.{face}" if face else f"x{number}", quarter, group]
                    where = (number, face, quarter, group)
                    assert str(row["status"]) == said.status, where
                    assert row["value"] == (None if said.value is None else pytest.approx(float(said.value))), where
                    if face == "mean_change":
                        ends = said.interval or (None, None)
                        assert (row["lower"], row["upper"]) == pytest.approx(ends, abs=1e-8), where
                    compared += 1
    assert compared == results.filter(pl.col("period").is_in(QUARTERS)).height == 4 * 16 * 8 * 3


def test_the_slow_percentile_is_the_published_one() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2
    assert [round(student(degrees), 3) for degrees in (1, 5, 30)] == [12.706, 2.571, 2.042]
