"""Snapshots: a report as it was given out, with all that later ones need to say what has changed since.

A snapshot is a folder: `report.json`, the results, the figures behind them, what defines each indicator, the hashes of
the files that were read, the two YAML files, and the chair's summary where there is one.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from errno import ENOENT
from pathlib import Path
from typing import Any, Final

import polars as pl

from pmf_engine.diagnostics.errors import Error
from pmf_engine.disclosure.published import PUBLISHED, PublishedPaper, published_rows
from pmf_engine.domain.audience import Audience
from pmf_engine.domain.frame_schema import Column, FrameSchema
from pmf_engine.domain.periods import Period
from pmf_engine.evaluation.evaluate import Evaluation
from pmf_engine.framework.dependencies import figures_used, reached
from pmf_engine.framework.model import Framework, Indicator
from pmf_engine.framework.tables import fingerprint
from pmf_engine.framework.tolerances import Entry
from pmf_engine.report.json_form import from_data
from pmf_engine.report.model import VERSION, ExceptionReport
from pmf_engine.report.result_words import results_in_words
from pmf_engine.submissions.limits import Measure, keep_within
from pmf_engine.submissions.parquet_limits import keep_parquet_within

REPORT, RESULT_FILE, FIGURE_FILE, INPUTS = "report.json", "results.parquet", "figures.parquet", "inputs.json"
PUBLISHED_FILE = "published.parquet"

FIGURES: Final = FrameSchema(
    "SNAPSHOT_FIGURES",
    Column("figure", pl.String, "the figure's id"),
    Column("agency", pl.String, "the agency that sent it"),
    Column("start", pl.Int32, "the first month of its period"),
    Column("months", pl.Int32, "the length of its period"),
    Column("by", pl.String, "the breakdown; null for the whole", nullable=True),
    Column("group", pl.String, "the group; null for the whole", nullable=True),
    Column("value", pl.Float64, "the number", nullable=True),
    Column("state", pl.String, "whether it was used, withheld, not available or refused"),
    Column("text", pl.String, "the text of a cell without a number", nullable=True),
)
"""The columns of `figures.parquet`: the figures behind the results."""

_NOT_DEFINING: Final = frozenset({"title", "content_area", "rationale", "examples", "ask", "compare", "lead_agency"})
"""The keys of an indicator that change no result."""


_CHANGED: Final = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a file that was changed by hand may raise, apart from what Polars raises."""


class SnapshotError(Error):
    """A folder that is no snapshot, or one that cannot be compared with."""


@dataclass(frozen=True)
class Snapshot:
    """A saved report.

    Attributes:
        report: The report.
        results: Its results, with the columns of `RESULTS_IN_WORDS`.
        figures: The figures behind them, with the columns of `FIGURES`.
        definitions: By indicator, the fingerprints of its definition and of its tolerance; by `""`, of the rules.
        files: The files that were read, each with its SHA-256.
    """

    report: ExceptionReport
    results: pl.DataFrame
    figures: pl.DataFrame
    definitions: Mapping[str, Mapping[str, str]]
    files: Mapping[str, str]


def snapshot_files(evaluation: Evaluation, report: ExceptionReport, folder: Path | None = None) -> dict[str, bytes]:
    """The files of a snapshot, by name.

    Args:
        evaluation: The evaluation of the report.
        report: The report on all agencies, levels and content areas.
        folder: The folder of the submissions, whose files are hashed; None for submissions that came as frames.

    Raises:
        SnapshotError: The report is limited to an agency, a level or a content area.
    """
    if report.agency or report.to or report.content_area:
        raise SnapshotError("only a whole report can be saved, not one of an agency, a level or a content area")
    indicators, tolerances = evaluation.framework.to_text()
    files = {
        REPORT: report.to_json().encode(),
        RESULT_FILE: _parquet(results_in_words(evaluation)),
        FIGURE_FILE: _parquet(figures_of(evaluation)),
        INPUTS: _json(
            {
                "framework": evaluation.framework.fingerprint,
                "definitions": definitions_of(evaluation),
                "files": hashes(evaluation, folder),
            }
        ),
        "indicators.yaml": indicators.encode(),
        "tolerances.yaml": tolerances.encode(),
    }
    if evaluation.audience == Audience.PUBLIC:
        files[PUBLISHED_FILE] = _parquet(published_rows(evaluation))
    if report.summary:
        of = f"# {report.period.label}{', for the public' if report.audience == Audience.PUBLIC else ''}"
        files["summary.md"] = ("\n\n".join([of, *report.summary]) + "\n").encode()
    return files


def read_snapshot(folder: Path) -> Snapshot:
    """Reads a snapshot. Raises SnapshotError for a folder that is none, or that another version has written."""
    try:
        data = _read_json(folder / REPORT)
        if data["schema"] != VERSION:
            raise SnapshotError(f"`{folder}` was saved by another version, in form {data['schema']}, not {VERSION}")
        inputs = _read_json(folder / INPUTS)
        results, figures = (_read_parquet(folder / name) for name in (RESULT_FILE, FIGURE_FILE))
        report = from_data(ExceptionReport, data)
        return Snapshot(report, results, figures.select(FIGURES.names), inputs["definitions"], inputs["files"])
    except FileNotFoundError as error:
        name = Path(error.filename).name
        raise SnapshotError(f"`{folder}` is no saved report: it has no `{name}`; `--save` makes one") from None
    except (*_CHANGED, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        what = str(error).strip().partition("\n")[0][:80]
        raise SnapshotError(f"`{folder}` is no saved report, or was changed by hand ({what})") from None


def _read_json(path: Path) -> Any:
    """The data of a file of a snapshot. Raises OSError, ValueError, or RecursionError where it is nested too deeply."""
    if not path.is_file():
        raise FileNotFoundError(ENOENT, "no such file", str(path))
    keep_within(Measure.BYTES, path.stat().st_size)
    return json.loads(path.read_text(encoding="utf-8"))


def _read_parquet(path: Path) -> pl.DataFrame:
    """A frame of a snapshot, within the limits of Parquet files that are sent."""
    keep_parquet_within(path)
    keep_within(Measure.BYTES, path.stat().st_size)
    return pl.read_parquet(path.read_bytes())


def saved_reports(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The snapshots below a folder, by name, each with the head of its report; whatever is none is left out."""
    found = []
    for path in sorted(folder.glob(f"*/{REPORT}")):
        try:
            data = _read_json(path)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(data, dict) and data.get("schema") == VERSION:
            found.append((path.parent, data))
    return found


def last_saved(folder: Path, board: str, period: Period, as_of: date, audience: str) -> Path | None:
    """The snapshot with which a report compares by itself: the latest of its own period or of the one before.

    A snapshot of another audience, of another board, or of the day of the report or later is left out.

    Args:
        folder: The folder of snapshots, each a folder in it.
        board: The name of the board.
        period: The period of the report.
        as_of: The day of the report.
        audience: Its audience.
    """
    before = period.cadence.holding(period.start - 1)
    fitting = []
    for path, data in saved_reports(folder):
        days = tuple((data.get("period") or {}).get(key) for key in ("starts_on", "ends_on"))
        own, earlier = (days == _days(one) for one in (period, before))
        alike = data.get("audience") == audience and data.get("board") == board
        if alike and (own or earlier) and str(data.get("as_of")) < as_of.isoformat():
            fitting.append((str(data["as_of"]), own, path.name, path))
    return max(fitting)[-1] if fitting else None


def kept_report(framework: Framework, period: Period, as_of: date, audience: str) -> ExceptionReport | None:
    """The last report on a period among the board's snapshots, given out by a day; None without one that can be read.

    Args:
        framework: The framework, whose key `snapshots` names the folder.
        period: The period of the report.
        as_of: The day up to which reports count.
        audience: The audience of the report.
    """
    if not framework.board.snapshots or framework.folder is None:
        return None
    fitting = []
    for path, data in saved_reports(framework.folder / framework.board.snapshots):
        own = data.get("period") or {}
        alike = data.get("audience") == audience and data.get("board") == framework.board.name
        day = str(data.get("as_of"))
        if alike and (own.get("starts_on"), own.get("ends_on")) == _days(period) and day <= as_of.isoformat():
            fitting.append((day, path.name, path))
    for *_, path in sorted(fitting, reverse=True):
        with suppress(SnapshotError):
            return read_snapshot(path).report
    return None


def papers_before(evaluation: Evaluation) -> list[PublishedPaper]:
    """The papers for the public that were given out before an evaluation, the oldest first.

    They are the snapshots for the public in the board's folder of snapshots: of an earlier day, or of the same day and
    another period. The board may have had another name then, and the program another form of reports.

    Raises:
        SnapshotError: One of them cannot be read, so that nobody knows what it published.
    """
    framework, period = evaluation.framework, evaluation.period
    if not framework.board.snapshots or framework.folder is None:
        return []
    folder = framework.folder / framework.board.snapshots
    for_public = {path for path, data in saved_reports(folder) if data.get("audience") == Audience.PUBLIC}
    found = []
    for path in for_public | {file.parent for file in folder.glob(f"*/{PUBLISHED_FILE}")}:
        days, day = _days_of_paper(path)
        is_same = period is not None and days == _days(period)
        if day < evaluation.as_of or (day == evaluation.as_of and not is_same):
            found.append((day, path.name, path))
    return [_published(path, framework) for _, _, path in sorted(found)]


def _days_of_paper(folder: Path) -> tuple[tuple[str, str], date]:
    """The first and the last day of the period of a paper for the public, and the day as of which it was made."""
    try:
        head = _read_json(folder / REPORT)
        return (head["period"]["starts_on"], head["period"]["ends_on"]), date.fromisoformat(head["as_of"])
    except _CHANGED as error:
        raise _unknown_paper(folder, error) from None


def _published(folder: Path, framework: Framework) -> PublishedPaper:
    """What the snapshot of a paper for the public says that it published."""
    try:
        read = _read_parquet(folder / PUBLISHED_FILE)
        if "rounded_to" not in read.columns:  # no paper was rounded before there was such a column
            read = read.with_columns(rounded_to=pl.lit(None, pl.Int64))
        rows = PUBLISHED.check(read.select(PUBLISHED.names))
        if _read_json(folder / INPUTS)["framework"] != framework.fingerprint:
            texts = [(folder / name).read_text(encoding="utf-8") for name in ("indicators.yaml", "tolerances.yaml")]
            framework = Framework.from_text(*texts)
        return PublishedPaper(rows, framework)
    except (Error, *_CHANGED, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _unknown_paper(folder, error) from None


def _unknown_paper(folder: Path, error: BaseException) -> SnapshotError:
    """The refusal to make a paper for the public after one that cannot be read."""
    what = str(error).strip().partition("\n")[0][:80]
    return SnapshotError(
        f"nobody can tell what the paper for the public in `{folder}` has published ({what}); restore the folder, "
        "or take it out of the snapshots if that paper was never given out"
    )


def _days(period: Period) -> tuple[str, str]:
    """The first and the last day of a period, in ISO 8601."""
    return period.first_day.isoformat(), period.last_day.isoformat()


def figures_of(evaluation: Evaluation) -> pl.DataFrame:
    """The figures of an evaluation with the columns of `FIGURES`."""
    cells = evaluation.cells.with_columns(
        pl.col("figure", "agency", "state").cast(pl.String),
        text=pl.when(pl.col("value").is_null()).then(pl.col("text")),
    )
    return FIGURES.check(cells.select(FIGURES.names).sort(FIGURES.names, nulls_last=False))


def definitions_of(evaluation: Evaluation) -> dict[str, dict[str, str]]:
    """By indicator, the fingerprints of its definition and of its tolerance so far; by `""`, that of the rules."""
    framework = evaluation.framework
    rules = {key: framework.data[1].get(key) for key in ("governance", "escalation", "escalate_groups_from")}
    prints = {"": {"rules": fingerprint(rules)}}
    end = evaluation.period.end if evaluation.period else None
    for id_, indicator in framework.indicators.items():
        entries = [
            _terms(entry)
            for entry in indicator.tolerances
            if entry.from_ is None or end is None or entry.from_.start < end
        ]
        prints[id_] = {
            "definition": fingerprint(_definition(framework, indicator)),
            "tolerance": fingerprint({"entries": entries}),
        }
    return prints


def _definition(framework: Framework, indicator: Indicator) -> dict[str, Any]:
    """What defines the values of an indicator: its own keys, and those of all that it uses."""
    data = framework.data[0]
    used = {
        "figures": figures_used(framework, indicator),
        "lists": indicator.lists,
        "breakdowns": [by for by in indicator.by if by in framework.breakdowns],
    }
    definition = {kind: {id_: data.get(kind, {}).get(id_) for id_ in sorted(ids)} for kind, ids in used.items()}
    own = {one.id: data.get("indicators", {}).get(one.id, {}) for one in reached(framework, [indicator])}
    definition["indicators"] = {
        id_: {key: value for key, value in sorted(keys.items()) if key not in _NOT_DEFINING}
        for id_, keys in sorted(own.items())
    }
    return definition


def _terms(entry: Entry) -> dict[str, Any]:
    """What an entry of a tolerance decides by."""
    return {
        "from": entry.from_.label if entry.from_ else None,
        "good": entry.good.text,
        "tolerance": entry.tolerance.text if entry.tolerance else None,
        "target": entry.target_value,
        "allow_for_chance": entry.allow_for_chance,
        "chart": entry.chart,
        "rebase": [str(rebase.period) for rebase in entry.rebases],
    }


def hashes(evaluation: Evaluation, folder: Path | None) -> dict[str, str]:
    """The SHA-256 of each file of returns and lists that counted; empty for one that is not there any more.

    None for the public: whoever knows the rest of a file could find a small count in it by trying which has its hash.
    """
    if evaluation.audience != Audience.BOARD:
        return {}
    submissions, as_of = evaluation.submissions, evaluation.as_of
    known = submissions.files.filter(pl.col("received_on").is_null() | (pl.col("received_on") <= as_of))
    paths = {name: folder / name if folder else None for name in known["file"]}
    paths |= {
        part.file: part.path for part in submissions.lists if part.received_on is None or part.received_on <= as_of
    }
    return {name: _sha256(path) for name, path in sorted(paths.items())}


def _sha256(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
