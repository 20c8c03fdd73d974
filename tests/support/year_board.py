"""A small board with two years of returns, for tests of the papers about the year; every number is made up.

Two content areas; three agencies, of which one leads nothing and does not send all
that it owes; two standards of section 11, one of them moderated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import polars as pl

import pmf_engine as pmf

INDICATORS = """\
board: Trial Board
agencies:
  care: {name: Social Care, lead_officer: Director, designated_person: Head}
  police: {name: Police, lead_officer: Chief, designated_person: Inspector}
  health: {name: Health, lead_officer: Chief Nurse, designated_person: Nurse}
sources: {data: Data, families: Families, needs: Needs assessment}
scales: {grades: [not met, partly met, met, exceeded]}
content_areas:
  help:
    title: Early help
    kind: priority
    plan: Plan, priority 1
    agreed: {on: 2015-03-01, by: Board, minute: "4.1"}
    review_by: 2016-03-31
    evidence: {source: needs, reference: p. 12, says: few families are helped, figures: [returned]}
  safety: {title: Safety, kind: risk_issue}
areas_of_information:
  numbers: {title: Numbers, sources: [data]}
  voice: {title: Voices, sources: [families], voice: true}
breakdowns: {assessed: {title: Agency assessed, groups: [care, police, health]}}
figures:
  referrals: {title: Referrals, from: care, kind: flow, frequency: quarterly}
  again: {title: Referrals again, from: care, kind: flow, frequency: quarterly}
  calls: {title: Calls, from: police, kind: flow, frequency: monthly}
  happier: {title: Children who feel safer, from: care, kind: flow, frequency: annual}
  asked: {title: Children asked, from: care, kind: flow, frequency: annual}
  england: {title: England, from: care, kind: stock, unit: percent, frequency: annual}
  training: {title: Staff are trained, from: [care, police, health], kind: grade, scale: grades, frequency: annual,
             section_11: {standard: 8, moderated: training_moderated}}
  vetting: {title: Recruitment is safe, from: [care, police, health], kind: grade, scale: grades, frequency: annual,
            section_11: {standard: 9}}
  training_moderated: {title: Moderated training, from: care, kind: grade, scale: grades, frequency: annual}
activities:
  audit: {title: Audit of files, kind: audit, agency: care, content_area: help, due: [2016-17 Q2, 2017-18 Q2]}
indicators:
  returned: {title: Referrals again, content_area: help, evidence_type: quality, lead_agency: care, source: data,
             frequency: quarterly, formula: "percent(again, referrals)", compare: [england]}
  referred: {title: Referrals, content_area: [help, safety], evidence_type: quantity, lead_agency: care, source: data,
             frequency: quarterly, formula: referrals}
  called: {title: Calls, content_area: safety, evidence_type: quantity, lead_agency: police, source: data,
           frequency: monthly, formula: calls}
  safer: {title: Children who feel safer, content_area: help, evidence_type: outcome, lead_agency: care,
          source: families, frequency: annual, formula: "percent(happier, asked)"}
  trained: {title: Staff are trained, content_area: safety, evidence_type: quality, lead_agency: care,
            frequency: annual, by: [agency], formula: training, source: data}
  settled: {title: Children settled, content_area: safety, evidence_type: outcome, lead_agency: police,
            frequency: annual, state: wanted}
"""

TOLERANCES = """\
governance: {lead: Lead agency, committee: Committee, board: Trial Board}
tolerances:
  returned: {good: at most 20, tolerance: at most 25, review_by: 2016-17}
  safer: {good: at least 70, tolerance: at least 60}
  trained: {good: at least met, tolerance: at least partly met}
  called: {good: at most 50, tolerance: at most 60}
escalation:
  - {when: red, to: committee}
  - {when: red for 2 periods, to: board}
  - {when: late, to: lead}
"""

QUARTERS = [f"{year} Q{number}" for year in ("2015-16", "2016-17") for number in (1, 2, 3, 4)]
AGAIN = [10, 15, 20, 20, 20, 26, 30, 15]
"""Of 100 referrals each quarter: green to 2016-17 Q1, red in Q2 and Q3, green again in Q4."""

GRADES = {
    ("2015-16", "training"): {"care": "met", "police": "partly met"},
    ("2016-17", "training"): {"care": "exceeded", "police": "met"},
    ("2015-16", "vetting"): {"care": "partly met", "police": "not met", "health": "met"},
    ("2016-17", "vetting"): {"care": "partly met", "police": "partly met", "health": "partly met"},
}
COMMENTS = {("2016-17", "care", "training"): "Everyone shadows a health visitor."}


def framework() -> pmf.Framework:
    return pmf.Framework.from_text(INDICATORS, TOLERANCES, as_of=date(2016, 1, 1))


def submissions(board: pmf.Framework) -> pmf.Submissions:
    """The returns of two years, read from a frame."""
    return pmf.Submissions.from_frames(board, returns(board), received_on="received")


def returns(board: pmf.Framework) -> pl.DataFrame:
    """The rows of the returns of two years, each received 20 days after its period."""
    rows: list[tuple[str, str, str, str | None, str, str | None]] = []
    for quarter, again in zip(QUARTERS, AGAIN, strict=True):
        rows += [(quarter, "care", "referrals", None, "100", None), (quarter, "care", "again", None, str(again), None)]
    for month in range(24):
        year, number = divmod(3 + month, 12)
        calls = 70 if month in (14, 22) else 40  # red in 2016-06, the last month of a quarter, and in 2017-02
        rows.append((f"{2015 + year}-{number + 1:02d}", "police", "calls", None, str(calls), None))
    for year_, happier, england in (("2015-16", 60, 22), ("2016-17", 75, 21)):
        rows += [(year_, "care", "happier", None, str(happier), None), (year_, "care", "asked", None, "100", None)]
        rows.append((year_, "care", "england", None, str(england), None))
    for (year_, figure), grades in GRADES.items():
        for agency, grade in grades.items():
            rows.append((year_, agency, figure, None, grade, COMMENTS.get((year_, agency, figure))))
    rows.append(("2016-17", "care", "training_moderated", "care", "met", None))
    rows.append(("2016-17", "care", "training_moderated", "police", "not met", "No register was kept."))
    columns = ["period", "agency", "figure", "assessed", "value", "comment"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").with_columns(
        received=pl.col("period").map_elements(lambda text: board.period(text).last_day, return_dtype=pl.Date)
        + pl.duration(days=20)
    )


def write_board(folder: Path, registers: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Writes the board with its returns, a file for each period, and registers by name; returns its folder."""
    sent = folder / "sent"
    sent.mkdir(parents=True)
    text = INDICATORS.replace("board: Trial Board", "board: {name: Trial Board, submissions: sent}")
    (folder / "indicators.yaml").write_text(text, encoding="utf-8")
    (folder / "tolerances.yaml").write_text(TOLERANCES, encoding="utf-8")
    manifest = ["file,received_on"]
    for (period, received), rows in returns(framework()).group_by("period", "received", maintain_order=True):
        name = f"return_{str(period).replace(' ', '_')}.csv"
        rows.drop("received").write_csv(sent / name)
        manifest.append(f"{name},{received}")
    for name, content in registers.items():
        (sent / name).write_text(content, encoding="utf-8")
        manifest.append(f"{name},2017-04-20")
    (sent / "manifest.csv").write_text("\n".join(manifest) + "\n", encoding="utf-8")
    return folder
