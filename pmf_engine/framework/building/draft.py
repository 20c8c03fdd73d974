"""The draft of a framework: the files, the definitions resolved so far, and the diagnostics."""

from __future__ import annotations

from dataclasses import dataclass, field

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.faces import indicator_of, is_face
from pmf_engine.formula.equivalence import ValueNumbers
from pmf_engine.formula.types import Columns, Type
from pmf_engine.framework import schema
from pmf_engine.framework.model import Figure, Indicator, RecordList
from pmf_engine.framework.reading.files import Config


@dataclass
class Draft:
    """The context that the builders of all sections share and fill.

    Attributes:
        at: indicators.yaml with the position of each part.
        at_tolerances: tolerances.yaml with the position of each part.
        model: indicators.yaml in the shape of the schema.
        rules: tolerances.yaml in the shape of the schema.
        diagnostics: Every error and warning so far.
        figures: The figures by id.
        lists: The lists without a mistake, by id.
        indicators: The indicators by id; None for one that is being built or has a mistake.
        types: The types of figures and indicators, of those that are known.
        scopes: The scope of formulas about the records of each list.
        value_numbers: The equivalence of expressions.
        misfits: Pairs of an indicator and a figure whose periods do not fit into the indicator's, reported already.
        chain: The indicators that are being built, each named by the one before.
        missing_sections: Sections that are reported as missing.
        bad_ids: Ids that are not well formed, reported already.
    """

    at: Config
    at_tolerances: Config
    model: schema.IndicatorsFile
    rules: schema.TolerancesFile
    diagnostics: list[Diagnostic]
    figures: dict[str, Figure] = field(default_factory=dict)
    lists: dict[str, RecordList] = field(default_factory=dict)
    indicators: dict[str, Indicator | None] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    scopes: dict[str, Columns] = field(default_factory=dict)
    value_numbers: ValueNumbers = field(default_factory=ValueNumbers)
    misfits: set[tuple[str, str]] = field(default_factory=set)
    chain: list[str] = field(default_factory=list)
    missing_sections: set[str] = field(default_factory=set)
    bad_ids: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether there is no error so far."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def doubts(self, name: str) -> bool:
        """Whether the definition of a name may have a mistake that is reported already."""
        if is_face(name):
            return self._doubts_face(name)
        faulty = name in self.model.lists and name not in self.lists
        is_defined = name in self.figures or name in self.model.indicators or faulty
        doubted = any(self.at.doubts(section, name) for section in ("figures", "lists", "indicators"))
        return is_defined or doubted or nearest(name, self.bad_ids) is not None

    def _doubts_face(self, face: str) -> bool:
        """The same for a face, which only an indicator with `better_off` has."""
        name = indicator_of(face)
        defined = self.model.indicators.get(name)
        doubted = self.at.doubts("indicators", face) or self.at.doubts("indicators", name)
        return (defined is not None and defined.better_off is not None) or doubted or name in self.bad_ids

    def dimension(self, name: str) -> int | None:
        """The time dimension of a figure or indicator (see `time_dimension`); None where a mistake hides it."""
        if name in self.figures:
            return int(self.figures[name].kind == "flow")
        other = self.indicators.get(name)
        return other.dimension if other else None
