"""Published figures, recomputed: they are the judge of arithmetic, markers and rounding.

Source: Department for Education and Office for National Statistics, Crown copyright, Open Government Licence v3.0.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pmf_engine as pmf
from pmf_engine.judgement.formatting import show_value

FILES = sorted((Path(__file__).parents[3] / "shared" / "real").glob("east_of_england_published.csv"))
FORMULAS = {"100": "percent({0}_n, {0}_d)", "10000": "rate({0}_n, {0}_d, 10000)", "1": "{0}_n / {0}_d"}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def period(text: str) -> str:
    """`2017` is the year to March 2017; `201617` a school year, in the file's own writing."""
    return text if len(text) == 6 else f"{int(text) - 1}-{int(text) % 100:02d}"


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("+")]


def write(folder: Path, published: list[dict[str, str]]) -> None:
    """A board whose figures are the numerators and denominators; `a + b` is a figure sent by two agencies."""
    figures: dict[str, int] = defaultdict(int)
    meant: dict[str, tuple[str, str]] = {}
    returns = ["period,agency,figure,area,value"]
    for row in published:
        meant[row["indicator"]] = (row["scale"], row["dp"])
        for side, column in (("n", "numerator_as_published"), ("d", "denominator_as_published")):
            name = f"{row['indicator']}_{side}"
            figures[name] = max(figures[name], len(parts(row[column])))
    for row in published:
        for side, column in (("n", "numerator_as_published"), ("d", "denominator_as_published")):
            name = f"{row['indicator']}_{side}"
            given = parts(row[column])
            # Where a part is not given at all (`x` for the whole), none of them is.
            given += [given[-1] if not given[-1].replace(".", "").isdigit() else "0"] * (figures[name] - len(given))
            for place, value in enumerate(given):
                returns.append(f"{period(row['time_period'])},dfe{place},{name},{row['area_code']},{value}")
    lines = ["board: {name: Published, submissions: returns}", "agencies: {dfe0: One, dfe1: Two}"]
    lines += ["content_areas: {all: {title: All, kind: priority}}", "breakdowns: {area: Area}", "figures:"]
    for name, count in figures.items():
        senders = ", ".join(f"dfe{place}" for place in range(count))
        unit = ", unit: fte" if "_fte_" in name or name == "sw_caseload_avg_d" else ""
        lines.append(f"  {name}: {{title: T, from: [{senders}], kind: flow, frequency: annual{unit}}}")
    lines.append("indicators:")
    for name, (scale, decimals) in meant.items():
        formula = FORMULAS[scale].format(name)
        lines.append(
            f"  {name}: {{title: T, content_area: all, evidence_type: quantity, lead_agency: dfe0,"
            f" frequency: annual, formula: '{formula}', by: [area], decimals: {decimals}}}"
        )
    (folder / "indicators.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tolerances.yaml").write_text("governance: {board: Board}\n", encoding="utf-8")
    (folder / "returns").mkdir()
    (folder / "returns" / "published.csv").write_text("\n".join(returns) + "\n", encoding="utf-8")


def test_every_published_figure_is_recomputed_and_shown_as_published(tmp_path: Path) -> None:
    """Runs where the published file lies beside the project; it is not part of it."""
    for path in FILES:
        check(rows(path), tmp_path)


def check(published: list[dict[str, str]], tmp_path: Path) -> None:
    write(tmp_path, published)
    framework = pmf.load_framework(tmp_path)
    submissions = pmf.read_submissions(framework.submissions, framework)
    assert submissions.problems.is_empty(), submissions.problems
    results = {
        (row["indicator"], row["period"], row["group"]): row
        for row in pmf.evaluate(framework, submissions).results.iter_rows(named=True)
    }
    compared = withheld = 0
    for row in published:
        year = period(row["time_period"])
        label = f"{year[:4]}-{year[4:]}" if len(year) == 6 else year
        result = results[row["indicator"], label, row["area_code"]]
        if row["recompute_result"] in ("match", "match_half_up_only"):
            shown = show_value(result["value"], framework.indicators[row["indicator"]], None)
            assert _number(shown) == _number(row["published_value"]), row
            compared += 1
        elif row["recompute_result"] == "not_computable":
            assert result["value"] is None, row
            expected = {"c": "suppressed", "x": "no_data"}[row["numerator_as_published"][0]]
            assert result["status"] == expected, row
            withheld += 1
    assert (compared, withheld) == (3110, 193)


def _number(text: str) -> float:
    """Published without a trailing zero, or in a spreadsheet's writing: 21 means 21.0, 71.599999999999994 is 71.6."""
    return float(f"{float(text.rstrip('%').replace(',', '')):.12g}")
