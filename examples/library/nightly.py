"""A nightly job: frames out of a database, the problems that agencies must mend, and the errors that may come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

import pmf_engine as pmf

INDICATORS = {
    "board": {"name": "Vale", "submissions": "returns"},
    "agencies": {"care": "Social Care"},
    "content_areas": {"safety": "Safety"},
    "figures": {"plans": {"title": "Plans", "from": "care", "kind": "stock", "frequency": "quarterly"}},
    "lists": {"visits": {"title": "Visits", "from": "care", "date": "day", "columns": {"day": "date"}}},
    "indicators": {
        "visits_per_plan": {
            "title": "Visits for each plan",
            "content_area": "safety",
            "evidence_type": "quantity",
            "lead_agency": "care",
            "frequency": "quarterly",
            "formula": "count(visits) / plans",
        }
    },
}
TOLERANCES = {"governance": {"board": "Board"}, "tolerances": {"visits_per_plan": {"good": "at least 2"}}}


def submissions_of(framework: pmf.Framework) -> pmf.Submissions:
    """A quarter's return and list, as frames of a database."""
    plans = pl.DataFrame({"period": ["2016-17 Q1", "2016-17 Q1"], "figure": ["plans", "planz"], "value": [2, 3]})
    days = [date(2016, 4, 4), date(2016, 5, 9), date(2016, 6, 1), date(2016, 6, 30)]
    visits = pmf.Records(pl.DataFrame({"day": days}), covers=(date(2016, 4, 1), date(2016, 6, 30)))
    came = date(2016, 7, 8)
    figures = pmf.Submissions.from_frames(framework, plans.with_columns(agency=pl.lit("care")), received_on=came)
    lists = pmf.Submissions.from_frames(framework, lists={"visits": visits}, received_on=came)
    return pmf.Submissions.combine(figures, lists)


def to_mend(submissions: pmf.Submissions) -> Iterator[str]:
    """What an agency has to mend: the problems by which values were lost."""
    for problem in submissions.problems.filter(severity=pmf.Severity.LOST.value).iter_rows(named=True):
        kind = pmf.ProblemKind(problem["kind"])
        yield f"{kind.name} in row {problem['row']}: {problem['message']}"
    refused = submissions.readings.filter(outcome=pmf.Outcome.REFUSED.value)
    yield f"{refused.height} of {submissions.readings.height} cells are refused"


def queries(framework: pmf.Framework, submissions: pmf.Submissions) -> Iterator[str]:
    """The queries over lists, by the list and the column that each asks."""
    for id_ in pmf.list_queries(framework, submissions):
        yield of_query(id_)


def of_query(id_: pmf.QueryId) -> str:
    """The list that a query reads."""
    return f"a query reads {id_.list}"


def refused(folder: Path) -> str:
    """What went wrong with a folder, in the words of the error."""
    try:
        framework = pmf.load_framework(folder)
        submissions = pmf.read_submissions(folder / "nothing", framework)
        pmf.evaluate(framework, submissions, period="2016-17 Q9")
    except (pmf.ConfigError, pmf.SubmissionsError, pmf.MismatchError) as error:
        return f"nothing was read: {error}"
    except (pmf.UnknownName, pmf.UnknownPeriod, pmf.ReadError) as error:
        return f"nothing was evaluated: {error}"
    except pmf.Error as error:  # whatever later versions add
        return str(error)
    return "all went well"


def main(folder: Path) -> None:
    """Runs the job, and shows what becomes of a folder that is not there."""
    framework = pmf.Framework.from_dict(INDICATORS, TOLERANCES)
    submissions = submissions_of(framework)
    print(*to_mend(submissions), *queries(framework, submissions), sep="\n")
    evaluation = pmf.evaluate(
        framework, submissions.known_at(date(2016, 7, 31)), period="2016-17 Q1", as_of=date(2016, 8, 1)
    )
    print(evaluation.row("visits_per_plan").value, evaluation.row("visits_per_plan").status)
    print(refused(folder).replace(str(folder), "FOLDER"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
