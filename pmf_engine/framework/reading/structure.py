"""Validation of the structure of the two files, with mistakes in their author's terms.

A part with a mistake is removed, or replaced by a stand-in where its surroundings need a value. The rest can then be
checked, and every mistake is reported at once. `Config.unsure` has the paths of such parts, so that later checks
report nothing about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.suggestions import nearest
from pmf_engine.domain.periods import MONTHS
from pmf_engine.framework import schema
from pmf_engine.framework.reading.files import Config, Loc
from pmf_engine.framework.reading.indentation import report_indentation
from pmf_engine.framework.reading.parts import STAND_INS, Parts
from pmf_engine.framework.reading.sections import ALONE, keys_of, required_keys, thing, what_of
from pmf_engine.framework.reading.unknown_keys import report_unknown
from pmf_engine.framework.reading.yaml_document import MERGED, REFUSED
from pmf_engine.framework.schema_forms import Model

_Model = TypeVar("_Model", bound=Model)

_WANTED = {
    "string_type": "text", "expression": "text", "dict_type": "keys with values", "model_type": "keys with values",
    "list_type": "a list", "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "target": "a number or a grade", "bool_type": "`true` or `false`",
    "days": "a number of days, such as `30 days`", "share": "a percentage, such as `5%`",
    "least_share": "a least percentage above 0 and up to 100, such as `at least 60%`",
}  # fmt: skip


def read(config: Config, model: type[_Model]) -> tuple[_Model, list[Diagnostic]]:
    """Validates a file: the model of its parts without a mistake, and the mistakes."""
    shape = _Shape(config, model)
    if config.data or () not in config.unsure:
        report_indentation(shape)
        for _ in range(len(config.data) + 2):  # each round removes at least one part
            try:
                return model.model_validate(config.data), shape.diagnostics
            except ValidationError as error:
                shape.faults(error)
    config.unsure.add(())
    return model.model_validate(_LEAST[model]), shape.diagnostics


_LEAST: dict[type[BaseModel], dict[str, Any]] = {
    schema.IndicatorsFile: {"board": "unknown"},
    schema.TolerancesFile: {},
}


class _Shape(Parts):
    """The data of a file under validation: reports the errors of pydantic, and removes the parts with an error."""

    def faults(self, error: ValidationError) -> None:
        """Reports the errors of a validation, and removes their parts."""
        missing: dict[Loc, list[str]] = {}
        unknown: list[Loc] = []
        faults: dict[Loc, list[Any]] = {}
        broken: set[Loc] = set()
        for detail in error.errors(include_url=False):
            path = self._path(detail["loc"], detail["type"] == "missing")
            if detail["type"] == "missing":
                missing.setdefault(path[:-1], []).append(str(path[-1]))
            elif detail["type"] == "extra_forbidden":
                unknown.append(path)
            elif detail["input"] is not REFUSED:
                faults.setdefault(path, []).append(detail)
            broken.add(self._owner(path))
        report_unknown(self, unknown)
        inside = {path[:length] for path in faults for length in range(len(path))}
        for path, details in faults.items():
            if path not in inside:  # else the value has one of the allowed forms, and the mistake is inside it
                self.diagnostics.append(self._fault(path, details))
        for path, names in missing.items():
            names = self._missing(path, names)
            if names:
                span = self.config.key(*path) if path else self.config.span()
                self.diagnostics.append(
                    messages.missing_key(span, names, what_of(path) if len(path) > 3 else thing(path))
                )
        for path in sorted(broken, key=str, reverse=True):
            self.drop(path)

    def _path(self, loc: tuple[int | str, ...], missing: bool) -> Loc:
        """The path in the author's data of a location in the expanded data, as one entry may stand for a list of one.

        A step of the location that the data do not have names a member of a union, except for a missing key.
        """
        path: Loc = ()
        for index, step in enumerate(loc):
            inside = self.at(path)
            is_key = isinstance(inside, Mapping) and step in inside
            is_item = isinstance(inside, list) and isinstance(step, int)
            if is_key or is_item or (missing and index == len(loc) - 1):
                path = (*path, step)
        return path

    def _owner(self, path: Loc) -> Loc:
        """The path of the part to remove for a mistake: a key, an item, an entry, a rule, or a whole section."""
        data = self.config.data.get(str(path[0])) if path else None
        if not isinstance(data, (dict, list)) or (path[0] in ALONE and path[0] != "escalation"):
            return path[:1]
        if path[2:3] == ("examples",) and len(path) > 3:  # the other examples remain
            return path[:6]
        if path[:1] == ("indicators",) and path[2:3] == ("better_off",):  # it stands for the formula
            return path[:2]
        if path[2:3] == ("evidence",) and isinstance(path[-1], str) and len(path) > 4:
            return path[:4]
        if path[0] == "tolerances" and "rebase" in path:
            return path[: path.index("rebase") + 1]
        if path[0] == "tolerances" and len(path) > 3 and path[3] not in ("from", "good", "target"):
            return path[:4]  # one of several entries
        if path[0] == "tolerances" and path[2:3] == ("target",):  # bands may name it
            return path[:2]
        model = self.model_at(path[:2])
        if model is None or len(path) < 3 or not all(isinstance(self.at(path[:n]), Mapping) for n in (1, 2)):
            return path[:2]
        needed = path[2] in required_keys(model) and path[2] not in STAND_INS.get(str(path[0]), {})
        return path[:2] if needed else path[:3]  # without a key that is not needed, the rest of the entry remains

    def _missing(self, path: Loc, names: list[str]) -> list[str]:
        """The keys that are really missing, not misspelt, misplaced or refused."""
        around = self.at(path)
        written = list(around) if isinstance(around, Mapping) else []
        if MERGED in written:
            return []
        keys = keys_of(self.model_at(path))
        meant = {nearest(name, keys) for name in written if name not in keys}
        meant |= {messages.first_word(name) for name in written if name not in keys}
        outside = set(self.config.data) if path else set()
        return [name for name in names if name not in meant | outside and not self.config.doubts(*path, name)]

    def _fault(self, path: Loc, errors: list[Any]) -> Diagnostic:
        """The diagnostic for pydantic's errors about one value; a value of a union has an error for each type."""
        error = errors[0]
        kind, value, context = error["type"], self.at(path), error.get("ctx", {})
        what = what_of(path)
        span = self.config.span(*path)
        if isinstance(value, Mapping) or value is None or value == "":
            span = self.config.key(*path)
        if value is None or kind == "blank":
            return messages.nothing_in(span, what)
        if kind == "literal_error":
            words = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return messages.not_one_of(span, what, value, words.split(", "))
        if kind == "not_one_of":
            return messages.not_one_of(span, what, value, context["words"])
        if kind == "month":
            return messages.not_a_month(span, what, value, MONTHS)
        if kind == "too_short":
            return messages.too_few(span, what, context["min_length"])
        if kind in ("greater_than_equal", "less_than_equal"):
            bound = context.get("ge", context.get("le"))
            return messages.out_of_range(span, what, f"{'at least' if 'ge' in context else 'at most'} {bound}", value)
        if kind == "greater_than":
            return messages.out_of_range(span, what, f"above {context['gt']:g}", value)
        if path[0] == "tolerances" and len(path) == 2:  # one entry may be written for a list of one
            help_ = f"write `{{good: {value}}}`" if isinstance(value, str) else None
            return messages.wrong_type(span, what, "keys with values", value, help_)
        wanted = _WANTED.get(kind, "of another form") if len(errors) == 1 else "a single value"
        return messages.wrong_type(span, what, wanted, value)
