"""Statuses, bands, trends, ages and charts beside withheld rows tell nothing of them.

The attacker knows the bands, so that a status would narrow a count's range. For each board an integer program finds
another one with all the published numbers, and other withheld counts: its papers must be the same to the last byte, in
every form. They are those of two quarters and the annual report; each follows those before.

`python -m tests.disclosure.test_statuses --boards 300 --seed 1` tries many boards.
"""

from __future__ import annotations

import argparse
from datetime import date
from functools import cache
from itertools import product
from random import Random

import highspy
import polars as pl
import pytest

import pmf_engine as pmf
from pmf_engine.disclosure.public import for_public
from pmf_engine.disclosure.published import PublishedPaper, published_rows
from pmf_engine.domain.status import Status
from pmf_engine.render.renderers import RENDERERS, RESULT_RENDERERS, PageOptions
from pmf_engine.render.year_renderers import PAPER_RENDERERS
from pmf_engine.report.annual import annual_report
from pmf_engine.report.annual_paper import annual_paper
from pmf_engine.report.board_year import BoardYear
from pmf_engine.report.build import exception_report
from pmf_engine.report.depth import Depth
from pmf_engine.report.paper import Written
from pmf_engine.report.snapshots import snapshot_files
from tests.support.attacked_rows import COUNTS, FIGURES, FORMULAS, INDICATOR, LIMIT, linear_of
from tests.support.attacker import Attacker
from tests.support.secret_counts import FIGURES as NAMES
from tests.support.secret_counts import GROUPS, LARGE, QUARTERS, Cell, Linear, Secrets, random_board

RULES = """
governance: {lead: Lead agency, committee: Committee, board: Board}
disclosure: {suppress_below: 6}
escalation:
  - {when: red, to: committee}
  - {when: red for 2 periods, to: board}
  - {when: amber, to: lead}
tolerances:
"""
BANDS = {
    "share": "good: at least 60, tolerance: at least 40",
    "share_of_other": "good: at least 50, tolerance: at least previous",
    "share_in_part": "good: at least 50, tolerance: at least 20, allow_for_chance: true",
    "number": "good: at most 8, tolerance: at most 12",
    "both": "good: at least previous, tolerance: at least 5",
    "without": "good: at most number, tolerance: at most 20",
    "of_year": "good: at most 30, tolerance: at most 50",
}
DAY = date(2018, 6, 30)
PERIODS = ("2017-18 Q2", "2017-18 Q4", "2017-18")


@cache
def framework(indicators: tuple[str, ...]) -> pmf.Framework:
    """Some indicators with their bands, by district alone; no count is so odd that it is refused."""
    lines = "".join(INDICATOR.format(id=id_, formula=FORMULAS[id_]) for id_ in indicators).replace(", ward]}", "]}")
    head = FIGURES.replace(", ward: {title: Ward, groups: [K, L]}", "")
    head = head.replace("kind: flow", "kind: flow, plausible: between 0 and 9999")
    bands = "".join(f"  {id_}: {{{band}}}\n" for id_, band in BANDS.items() if id_ in indicators)
    return pmf.Framework.from_text(head + lines, RULES + (bands or "  {}\n"))


def evaluation(board: Secrets, indicators: tuple[str, ...], period: str) -> pmf.Evaluation:
    """The evaluation of a board by its returns by district."""
    of = framework(indicators)
    used = {name for id_ in indicators for name in of.indicators[id_].figures}
    labels = [of.period(f"{year}-{year - 1999} Q{number}").label for year in (2016, 2017) for number in (1, 2, 3, 4)]
    rows = [
        (labels[QUARTERS.index(cell.quarter)], "care", cell.figure, cell.group, str(count))
        for cell, count in board.counts.items()
        if cell.by == "district" and (cell.quarter, cell.group) not in board.late and cell.figure in used
    ]
    returns = pl.DataFrame(rows, schema=["period", "agency", "figure", "district", "value"], orient="row")
    sent = pmf.Submissions.from_frames(of, returns.with_columns(received=pl.lit(DAY)), received_on="received")
    return pmf.evaluate(of, sent, period=period, as_of=DAY)


def papers(board: Secrets, indicators: tuple[str, ...]) -> list[pmf.Evaluation]:
    """What the public sees of two quarters and of the year, each after those before."""
    made: list[pmf.Evaluation] = []
    for period in PERIODS:
        earlier = [PublishedPaper(published_rows(each), each.framework) for each in made]
        made.append(for_public(evaluation(board, indicators, period), earlier))
    return made


def forms(papers_: list[pmf.Evaluation]) -> dict[str, str | bytes]:
    """Every form of papers: what `report`, `evaluate`, `annual` and `--save` write, and the pages of a pack."""
    made = dict[str, str | bytes]()
    for number, paper in enumerate(papers_):
        report = exception_report(paper, workings=True)
        for name, options in LOOKS.items():
            made |= {f"paper {number}, {form}, {name}": RENDERERS[form](report, options) for form in _forms_of(name)}
            table = {form: RESULT_RENDERERS[form](paper, options) for form in RESULT_RENDERERS}
            made |= {f"results {number}, {form}, {name}": content for form, content in table.items()}
        made |= {f"kept {number}, {name}": content for name, content in snapshot_files(paper, report).items()}
        made[f"paper {number}, of an agency"] = exception_report(paper, agency="care").to_json()
        made[f"paper {number}, of a level"] = exception_report(paper, to="committee").to_json()
    report_ = annual_report(BoardYear(papers_[-1]))
    written = Written(report_, annual_paper(report_), as_of=DAY)
    for name in PAPER_RENDERERS.keys() - {"csv"}:
        made[f"annual, {name}"] = PAPER_RENDERERS[name](written, LOOKS["80"])
    return made | {f"annual, terminal, {name}": PAPER_RENDERERS["terminal"](written, of) for name, of in LOOKS.items()}


LOOKS = {
    "80": PageOptions(width=80, depth=Depth.ALL),
    "160": PageOptions(width=160, depth=Depth.DETAIL, wide=True, ids=True),
    "plain": PageOptions(width=100, depth=Depth.ALL, plain=True, ascii=True),
    "first": PageOptions(width=80, color=True, wide=True),
}
"""How papers may look."""


def _forms_of(look: str) -> list[str]:
    """The forms of a report: each once, and text in each look."""
    return [*RENDERERS] if look == "80" else ["terminal"]


def numbers(row: dict[str, object]) -> list[tuple[Linear, float]]:
    """The numbers that a row shows, as sums of counts with their values."""
    if row["value"] is None and row["denominator"] is None:
        return []
    at = QUARTERS.index(int(str(row["start"])))
    part, whole = terms_of(str(row["indicator"]), at, int(str(row["months"])))
    group = str(row["group"]) if row["group"] else None
    shown = [(part, row["value"])] if whole is None else [(part, row["numerator"]), (whole, row["denominator"])]
    sums = ((linear_of(of, LARGE, at, "district", group), value) for of, value in shown if value is not None)
    return [(linear, float(str(value))) for linear, value in sums if linear is not None]


Terms = list[tuple[str, int, float]]


def terms_of(id_: str, at: int, months: int) -> tuple[Terms, Terms | None]:
    """The numerator and the denominator of an indicator in the quarter with a number, or in the year from it."""
    part, whole = COUNTS[id_]
    if months == 3:
        return (part[: at % 4 + 1] if id_ == "so_far" else part), whole
    part = {"of_year": [("part", 0, 1.0)], "so_far": [("part", 0, 1.0)], "before": [("other", 4, 1.0)]}.get(id_, part)
    year = [
        [(name, back - later, factor) for name, back, factor in of for later in range(4)] for of in (part, whole or [])
    ]
    return year[0], year[1] or None


def another(board: Secrets, public: list[pmf.Evaluation], rnd: Random) -> Secrets | None:
    """A board with the same published numbers and, of the others, the same of nothing, small and large."""
    attacker = Attacker(board)
    for place in attacker.columns.values():
        attacker.solver.changeColIntegrality(place, highspy.HighsVarType.kInteger)
    for paper in public:
        for frame in (paper.judged, paper.own):
            for row in () if frame is None else frame.iter_rows(named=True):
                for linear, value in numbers(row):
                    attacker.learns(linear, value)
    for linear in _counts(board):
        value = board.value(linear)
        low, high = (0, 0) if value == 0 else (1, LIMIT - 1) if value < LIMIT else (LIMIT, highspy.kHighsInf)
        attacker.confine(linear, low, high)
    for place in attacker.columns.values():
        attacker.solver.changeColCost(place, rnd.choice([-1, 0, 1]))
    for (_, cell), place in attacker.columns.items():
        attacker.solver.changeColBounds(place, 0, board.counts[cell] + 50)
    attacker.solver.setOptionValue("time_limit", 5.0)
    attacker.solver.run()
    values = list(attacker.solver.getSolution().col_value)
    if attacker.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    counts = {cell: round(values[place]) for (_, cell), place in attacker.columns.items()}
    return None if counts == board.counts else Secrets(counts, board.late)


def _counts(board: Secrets) -> list[Linear]:
    """Every count that a row or a sum could name, of each district and of all."""
    found: list[Linear] = []
    for at in range(len(QUARTERS)):
        for group in (None, *GROUPS["district"]):
            for id_, months in product(COUNTS, (3, 12) if at % 4 == 0 else (3,)):
                terms, whole = terms_of(id_, at, months)
                sums = [linear_of(of, LARGE, at, "district", group) for of in (terms, whole) if of]
                found += [each for each in sums if each is not None]
                if whole and None not in sums:
                    own, of_all = (each or {} for each in sums)
                    found.append({cell: of_all.get(cell, 0) - own.get(cell, 0) for cell in {**own, **of_all}})
            found += [{Cell(name, QUARTERS[at], "district", group): 1.0} for name in NAMES if group]
    return found


def differences(seed: int) -> tuple[bool, int, list[str]]:
    """Whether another board was found, how many rows are withheld with a value, and how its paper differs."""
    rnd = Random(seed)
    board = random_board(rnd)
    chosen = rnd.sample([*FORMULAS], rnd.randint(1, 4))
    indicators = tuple(id_ for id_ in FORMULAS if id_ in chosen or (id_ == "number" and "without" in chosen))
    ours = papers(board, indicators)
    other = another(board, ours, rnd)
    withheld = sum(paper.judged.filter(status=Status.SUPPRESSED.value).height for paper in ours)
    if other is None:
        return False, withheld, []
    theirs = papers(other, indicators)
    found = [
        f"seed {seed}: {name} of {one['indicator']} {one['period']} {one['group']}: {one[name]} and {two[name]}"
        for our, their in zip(ours, theirs, strict=True)
        for one, two in zip(our.judged.iter_rows(named=True), their.judged.iter_rows(named=True), strict=True)
        for name in one
        if one[name] != two[name] and not (one[name] != one[name] and two[name] != two[name])
    ]
    if not found:
        one_, two_ = forms(ours), forms(theirs)
        found = [f"seed {seed}: {name} differs" for name in one_ if one_[name] != two_[name]]
    return True, withheld, found


@pytest.mark.parametrize("seed", range(3))
def test_a_paper_is_the_same_whatever_it_withholds(seed: int) -> None:
    is_other, withheld, found = differences(seed)
    assert found == []
    assert is_other or not withheld


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    others, rows, found = 0, 0, 0
    for seed in range(given.seed, given.seed + given.boards):
        is_other, withheld, differing = differences(seed)
        others, rows, found = others + is_other, rows + withheld, found + bool(differing)
        for each in differing[:3]:
            print(each, flush=True)
    print(f"{given.boards} boards, {others} others, {rows} rows withheld, {found} papers that differ")
    raise SystemExit(found > 0)


if __name__ == "__main__":
    main()
