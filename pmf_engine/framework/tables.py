"""Definitions as data: the YAML that says them, amendments of that data, its fingerprint, and frames."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from numbers import Integral, Number
from typing import TYPE_CHECKING, Any, Literal

from pmf_engine.domain.periods import Period
from pmf_engine.framework.definitions import Agency, Figure
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.indicator import Indicator
from pmf_engine.framework.tolerances import Entry

if TYPE_CHECKING:
    import polars as pl
else:

    class _AtUse:
        """Polars, imported at its first use: what does without data does without Polars too."""

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("polars"), name)

    pl = _AtUse()

Table = Literal["indicators", "figures", "agencies", "tolerances", "rules"]
"""The frames of definitions."""

_ID = re.compile("[a-z][a-z0-9_]*")


def to_yaml(data: Mapping[str, Any]) -> str:
    """Data as YAML: a line for each key, with texts in quotes, so that no text is read as a number.

    >>> print(to_yaml({"board": {"name": "Essex"}, "figures": {"a": {"from": ["x", "y"]}}}), end="")
    board:
      name: "Essex"
    figures:
      a:
        from: ["x", "y"]
    """
    return "".join(f"{line}\n" for line in _lines(data))


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a map."""
    for key, value in data.items():
        name = key if _ID.fullmatch(str(key)) else json.dumps(str(key), ensure_ascii=False)
        if isinstance(value, Mapping) and value:
            yield f"{name}:"
            yield from (f"  {line}" for line in _lines(value))
        else:
            yield f"{name}: {json.dumps(_plain(value), ensure_ascii=False)}"


def _plain(value: Any) -> Any:
    """A value as JSON has it: dates and words as texts, and a fraction without an exponent."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Number) and not isinstance(value, int | float):  # of numpy, or a decimal of a database
        return int(value) if isinstance(value, Integral) else float(str(value))
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def fingerprint(*data: Mapping[str, Any]) -> str:
    """A key of some data: 16 hexadecimal digits."""
    text = json.dumps([_plain(part) for part in data], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def amended(
    data: tuple[Mapping[str, Any], Mapping[str, Any]],
    indicators: Mapping[str, Mapping[str, Any]],
    tolerances: Mapping[str, Entry | Mapping[str, Any]],
    since: Period | None,
    period: Callable[[str], Period],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data of both files with changes to indicators and their tolerances; see `Framework.amended`.

    Args:
        data: The data of indicators.yaml and tolerances.yaml.
        indicators: By id, the keys that change.
        tolerances: By id, the entry to add.
        since: The period from which the entries are in force; None to replace all entries.
        period: Reads the text of a period.
    """
    definitions, rules = data
    before = rules.get("tolerances", {})
    changes = {id_: changed(definitions["indicators"][id_], change) for id_, change in indicators.items()}
    entries = {id_: with_entry(before.get(id_), entry, since, period) for id_, entry in tolerances.items()}
    return (
        {**definitions, "indicators": {**definitions["indicators"], **changes}},
        {**rules, "tolerances": {**before, **entries}},
    )


def changed(definition: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with other values of some keys; None removes a key."""
    return {key: value for key, value in {**definition, **change}.items() if value is not None}


def with_entry(
    before: Any, entry: Entry | Mapping[str, Any], since: Period | None, period: Callable[[str], Period]
) -> Any:
    """The entries of a tolerance in the YAML, with one more.

    Args:
        before: The entries so far, a map or a list of maps; None without any.
        entry: The entry.
        since: The period from which it is in force; None to replace all entries.
        period: Reads the text of a period.
    """
    own = dict(entry) if isinstance(entry, Mapping) else _keys(entry)
    if since is None:
        return own
    entries = [] if before is None else [before] if isinstance(before, Mapping) else list(before)

    def start(one: Mapping[str, Any]) -> int:
        return period(str(one["from"])).start if one.get("from") is not None else -1

    kept = [one for one in entries if start(one) != since.start]
    return sorted([*kept, {**own, "from": since.label}], key=start)


def _keys(entry: Entry) -> dict[str, Any]:
    """The keys of an entry in the YAML."""
    keys: dict[str, Any] = {name: passage.text for name, passage in entry.passages.items()}
    if entry.target is not None:
        keys["target"] = entry.target
    if entry.reference is not None:
        keys["reference"] = entry.reference
    if entry.allow_for_chance:
        keys["allow_for_chance"] = True
    if entry.chart != "auto":
        keys["chart"] = entry.chart
    if entry.rebases:
        keys["rebase"] = [{"at": rebase.period, "because": rebase.because} for rebase in entry.rebases]
    if entry.review_by:
        keys["review_by"] = entry.review_by.isoformat()
    return keys


def frame(
    what: Table,
    indicators: Mapping[str, Indicator],
    figures: Mapping[str, Figure],
    agencies: Mapping[str, Agency],
    rules: tuple[Rule, ...],
) -> pl.DataFrame:
    """Definitions as a frame with a row for each."""
    texts = pl.List(pl.String)
    if what == "indicators":
        return pl.DataFrame(
            [
                (one.id, one.title, one.content_areas, one.evidence_type, one.level, one.lead_agency,
                 str(one.frequency), one.unit or one.counts, one.formula, one.by, one.figures, one.lists, one.compare,
                 one.polarity)
                for one in indicators.values()
            ],
            schema={
                "id": pl.String, "title": pl.String, "content_areas": texts, "evidence_type": pl.String,
                "level": pl.String, "lead_agency": pl.String, "frequency": pl.String, "unit": pl.String,
                "formula": pl.String, "by": texts, "figures": texts, "lists": texts, "compare": texts,
                "polarity": pl.String,
            },
            orient="row",
        )  # fmt: skip
    if what == "figures":
        return pl.DataFrame(
            [
                (one.id, one.title, one.agencies, one.kind, str(one.frequency), one.unit, one.scale)
                for one in figures.values()
            ],
            schema={
                "id": pl.String, "title": pl.String, "agencies": texts, "kind": pl.String, "frequency": pl.String,
                "unit": pl.String, "scale": pl.String,
            },
            orient="row",
        )  # fmt: skip
    if what == "agencies":
        return pl.DataFrame(
            [(one.id, one.name, one.lead_officer) for one in agencies.values()],
            schema={"id": pl.String, "name": pl.String, "lead_officer": pl.String},
            orient="row",
        )
    if what == "rules":
        return pl.DataFrame(
            [(rule.id, rule.when, rule.until, rule.to) for rule in rules],
            schema={"id": pl.Int32, "when": pl.String, "until": pl.String, "to": pl.String},
            orient="row",
        )
    return _tolerances(indicators)


def _tolerances(indicators: Mapping[str, Indicator]) -> pl.DataFrame:
    """The entries of tolerances as a frame."""
    return pl.DataFrame(
        [
            (one.id, one.cadence.holding(entry.start).label if entry.start is not None else None, entry.good.text,
             entry.tolerance and entry.tolerance.text, entry.target_value, entry.polarity, entry.reference)
            for one in indicators.values()
            for entry in one.tolerances
        ],
        schema={
            "indicator": pl.String, "from": pl.String, "good": pl.String, "tolerance": pl.String, "target": pl.Float64,
            "polarity": pl.String, "reference": pl.String,
        },
        orient="row",
    )  # fmt: skip
