"""The words of an explanation: titles in the place of ids, sentences in the place of syntax, and rounded numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pmf_engine.domain.numbers import half_up_decimal
from pmf_engine.evaluation.explanation.absent_returns import Absent
from pmf_engine.evaluation.explanation.explain import Comparison, Explanation, Tried
from pmf_engine.evaluation.explanation.figure_sources import Cell, Source
from pmf_engine.formula.syntax import Name
from pmf_engine.framework.escalation_rules import Rule
from pmf_engine.framework.model import Framework
from pmf_engine.judgement.band_words import band_words
from pmf_engine.judgement.formatting import MOST_DECIMALS, decimal_of, show_number, show_value
from pmf_engine.report.row_words import RowWords
from pmf_engine.report.rule_words import rule_words, until_words
from pmf_engine.report.wording import level_of_one, plain_status

_DAYS: Mapping[str, str] = {"period_start": "the period’s first day", "period_end": "the period’s last day"}
_NAME = re.compile(r"[A-Za-z_]\w*")


class ExplainedWords:
    """Puts the parts of one explanation into words, by the names and the tolerances of its framework."""

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.framework: Framework = explanation.framework
        self._words = RowWords(self.framework)
        self._indicator = self.framework.indicators[explanation.indicator]
        self._entry = self._indicator.entry_for(self.framework.period(explanation.period))
        self._rules: dict[str, Rule] = {str(rule.span): rule for rule in self.framework.rules}
        self.months = self._indicator.cadence.months

    # -- names ------------------------------------------------------------------------

    def titled(self, words: str | None) -> str:
        """Words with titles in the place of the ids in backticks."""
        return self._words.in_titles(words)

    def named(self, words: str) -> str:
        """Words with titles and names in the place of the ids in backticks."""
        return self._words.in_names(words)

    def reason(self, reason: str | None) -> str:
        """A reason of a figure or a part, such as `late: ...`: its status as a word, with titles; empty without one."""
        status, colon, rest = (reason or "").partition(":")
        return self.titled(f"{plain_status(status)}{colon}{rest}") if colon else self.titled(reason)

    def absent(self, absent: Absent) -> str:
        """A return that was not sent, within a sentence."""
        return self._words.absent(absent)

    def agency(self, id_: str) -> str:
        """The name of an agency."""
        return self._words.agency(id_).title

    def level(self, id_: str | None) -> str:
        """A level of governance within a sentence."""
        level = self._words.level(id_)
        return level_of_one(level) if level else ""

    def group(self) -> str:
        """The group that is explained, with its breakdown; empty for a whole."""
        by, group = self.explanation.by, self.explanation.group
        return "" if group is None or by is None else f", {self._of(by, group, named=True)}"

    def cell_group(self, cell: Cell, several: bool) -> str:
        """The group of a cell; its breakdown is named where there are `several`."""
        if cell.group is None:
            return f", no known {self._words.breakdown(cell.by).title.lower()}" if cell.by else ""
        return f", {self._of(cell.by or '', cell.group, named=several)}"

    def _of(self, by: str, group: str, *, named: bool) -> str:
        title = f"{self._words.breakdown(by).title.lower()} " if named and by else ""
        return title + (self.agency(group) if by == "agency" else group)

    # -- formulas, bands and rules -----------------------------------------------------

    def formula(self, text: str) -> str:
        """A formula with titles in quotation marks in the place of figures, lists and indicators; columns in words."""
        # What stands in quotation marks is a value of the author's.
        parts = re.split(r"('[^']*'|\"[^\"]*\")", text)
        parts[::2] = [_NAME.sub(lambda id_: self._called(id_[0]), part) for part in parts[::2]]
        return "".join(parts)

    def _called(self, name: str) -> str:
        """What a name in a formula is called: by its title, or as a column of a list without `_`."""
        titles = self._words.titles
        if name in titles:
            return f"“{titles[name]}”"
        if name in _DAYS:
            return _DAYS[name]
        return name.replace("_", " ") if any(name in list_.columns for list_ in self.framework.lists.values()) else name

    def band(self, band: str) -> str:
        """The `good` or `tolerance` band of the entry in force, in words with its numbers: `90% or more`."""
        entry = self._entry
        assert entry is not None
        return band_words(
            entry.good if band == "good" else entry.tolerance,
            entry,
            known=self._known(),
            unit=self._indicator.unit,
            value=self.explanation.value,
            shown=self.shown(self.explanation.value),
            titles=self._words.titles,
            grades=self.explanation.scale,
        )

    def rule(self, rule: Tried) -> str:
        """A rule in words with the level that it sends to."""
        found = self._rules[rule.place]
        return f"{rule_words(found, self.months)}, to {self.level(rule.to)}"

    def cleared(self, rule: Tried) -> str:
        """What would clear a rule that holds."""
        found = self._rules[rule.place]
        if rule.until:
            until = until_words(found, self.months)
            return f"the first period with a value in which it is {until}, counted from when the rule last held"
        with_value = " with a value" if rule.cleared_by and "with a value" in rule.cleared_by else ""
        return f"the first period{with_value} in which this does not hold"

    # -- numbers ------------------------------------------------------------------------

    def shown(self, value: float | None) -> str:
        """A value of the indicator as the report shows it."""
        if value is None:
            return "no value"
        return show_value(value, self._indicator, self._entry, grades=self.explanation.scale, known=self._known())

    def _known(self) -> dict[str, float]:
        """The numbers of the bounds that are one name each, such as `previous`."""
        judged, entry = self.explanation.judgement, self._entry
        if judged is None or entry is None:
            return {}
        limits = [limit for band in (entry.good, entry.tolerance) if band for limit in band.limits]
        return {
            limit.bound.name: compared.bound
            for limit, compared in zip(limits, judged.comparisons, strict=False)
            if isinstance(limit.bound, Name) and compared.bound is not None
        }

    def number(self, value: float | None) -> str:
        """A number behind the value, which has no unit of its own."""
        if value is None:
            return "no value"
        scale = self.explanation.scale
        return (
            scale[int(value) - 1]
            if value in range(1, len(scale) + 1)
            else show_number(float(half_up_decimal(decimal_of(value), 4)))
        )

    def of_source(self, source: Source) -> str:
        """The value of a figure: a grade by its name."""
        value = source.value
        if value is None:
            return "no value"
        return source.scale[int(value) - 1] if value in range(1, len(source.scale) + 1) else show_number(value)

    def beside(self, value: float | None, limit: Comparison) -> tuple[str, str]:
        """A value and a bound, with as many decimals as it takes to see on which side of the bound it is."""
        bound = limit.bound
        assert bound is not None
        if self.explanation.scale:
            return self.shown(value), self.shown(bound)
        suffix = "%" if self._indicator.unit == "%" else ""
        if value is None:
            return "no value", show_number(bound) + suffix
        order = (value > bound) - (value < bound)
        for places in range(1, MOST_DECIMALS + 1):
            left, right = (half_up_decimal(decimal_of(number), places) for number in (value, bound))
            if (left > right) - (left < right) == order:
                return show_number(float(left)) + suffix, show_number(float(right)) + suffix
        return repr(value) + suffix, repr(bound) + suffix
