"""A framework while it is built: what the files hold, what is resolved so far, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.formula.equivalence import ValueNumbers
from pmf_engine.formula.types import Columns, Type
from pmf_engine.framework import schema
from pmf_engine.framework.model import Figure, Indicator, RecordList
from pmf_engine.framework.reading.files import Config


@dataclass
class Draft:
    """What the builders of all sections share.

    `model` and `rules` are the two files in their right shape; `at` and `at_tolerances` know where each part stands.
    Builders fill the maps from `figures` to `indicators`, and add what is wrong to `found`. An indicator is None while
    it is read, and where it has a fault.
    """

    at: Config
    at_tolerances: Config
    model: schema.IndicatorsFile
    rules: schema.TolerancesFile
    found: list[Diagnostic]
    figures: dict[str, Figure] = field(default_factory=dict)
    lists: dict[str, RecordList] = field(default_factory=dict)
    indicators: dict[str, Indicator | None] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    """Of figures and indicators, as far as they are known."""
    scopes: dict[str, Columns] = field(default_factory=dict)
    """What formulas may say of the records of each list."""
    value_numbers: ValueNumbers = field(default_factory=ValueNumbers)
    misfits: set[tuple[str, str]] = field(default_factory=set)
    """Indicators with figures that cannot be brought to their periods: reported already."""
    chain: list[str] = field(default_factory=list)
    """The indicators that are being read, each named by the one before."""
    missing_sections: set[str] = field(default_factory=set)
    """Sections that are reported as missing."""
    bad_ids: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether no error was found."""
        return not any(finding.severity == "error" for finding in self.found)

    def doubts(self, name: str) -> bool:
        """Whether a name is that of something with a fault, which is reported already."""
        faulty = name in self.model.lists and name not in self.lists
        known = name in self.figures or name in self.model.indicators or faulty
        doubted = any(self.at.doubts(section, name) for section in ("figures", "lists", "indicators"))
        return known or doubted or nearest(name, self.bad_ids) is not None

    def dimension(self, name: str) -> int | None:
        """How a figure or indicator grows with the length of its period; None where that is not known."""
        if name in self.figures:
            return int(self.figures[name].kind == "flow")
        other = self.indicators.get(name)
        return other.dimension if other else None
