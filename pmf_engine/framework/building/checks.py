"""Checks: what must hold between figures of one period, or of the period before."""

from __future__ import annotations

from pmf_engine.diagnostics import messages
from pmf_engine.diagnostics.source import Passage
from pmf_engine.formula.checker import Checker
from pmf_engine.formula.functions import EARLIER_VALUES, FUNCTIONS
from pmf_engine.formula.lexer import FormulaError
from pmf_engine.formula.parser import parse_formula
from pmf_engine.formula.syntax import Call, Expression, Name, children, names
from pmf_engine.formula.types import TRUTH, Scope
from pmf_engine.framework import schema
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.checks import FigureCheck
from pmf_engine.framework.model import Figure


def read_checks(draft: Draft) -> dict[str, FigureCheck]:
    """The checks without a mistake, in the order of the file."""
    checks = {id_: _read_check(draft, id_, definition) for id_, definition in draft.model.checks.items()}
    return {id_: check for id_, check in checks.items() if check is not None}


def _read_check(draft: Draft, id_: str, definition: schema.Check) -> FigureCheck | None:
    """Builds a check; None where its formula has a mistake, which is reported."""
    passage = draft.at.passage("checks", id_, "that")
    try:
        formula = parse_formula(passage)
    except FormulaError as error:
        draft.diagnostics.append(error.diagnostic)
        return None
    figures = _figures(draft, formula, passage)
    if figures is None:
        return None
    cadence = figures[0].cadence if figures else None
    scope = Scope(draft.types, "figure", draft.model.scales, cadence.months if cadence else None, draft.doubts)
    checker = Checker(passage, scope)
    result = checker.type_of(formula)
    if result is not None and not checker.diagnostics:
        checker.names_something(formula)
        if result != TRUTH:
            checker.report(messages.not_a_result(checker.span(formula), str(result), "a check is true or false"))
        _report_calls(checker, formula)
    draft.diagnostics += checker.diagnostics
    if result is None or checker.diagnostics or cadence is None:
        return None
    ids = tuple(figure.id for figure in figures)
    return FigureCheck(id_, definition.that, formula, definition.says, definition.severity, ids, cadence)


def _figures(draft: Draft, formula: Expression, passage: Passage) -> list[Figure] | None:
    """The figures that a check names, each once; None where one is no number, or has other periods than the first."""
    figures: dict[str, Figure] = {}
    reported = len(draft.diagnostics)
    for node in names(formula):
        span, figure = passage.span(node.start, node.end), draft.figures.get(node.name)
        if figure is None:
            if node.name in draft.model.indicators:
                draft.diagnostics.append(messages.check_of_no_number(span, node.name, "an indicator"))
            continue
        if figure.kind not in ("flow", "stock"):
            draft.diagnostics.append(messages.check_of_no_number(span, node.name, f"a {figure.kind}"))
            continue
        first = next(iter(figures.values()), figure)
        if figure.cadence != first.cadence:
            draft.diagnostics.append(messages.check_of_other_periods(span, figure.id, first.id))
            continue
        figures[figure.id] = figure
    return list(figures.values()) if len(draft.diagnostics) == reported else None


def _report_calls(checker: Checker, node: Expression) -> None:
    """Reports functions that have no meaning for one return: sums over periods, and what hides a missing value."""
    if isinstance(node, Call):
        of_figure = isinstance(node.arguments[0], Name)
        if node.function in EARLIER_VALUES and not of_figure:
            checker.report(messages.check_of_earlier(checker.span(node), node.function))
        elif node.function not in EARLIER_VALUES and FUNCTIONS[node.function].of_records != "also":
            checker.report(messages.check_function(checker.passage.span(node.start, node.name_end), node.function))
    for child in children(node):
        _report_calls(checker, child)
