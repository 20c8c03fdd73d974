"""Building of a framework: the order in which the sections are built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pmf_engine.framework.building.agencies import read_agencies
from pmf_engine.framework.building.better_off import expand_better_off, with_answers
from pmf_engine.framework.building.breakdowns import read_breakdowns
from pmf_engine.framework.building.checks import read_checks
from pmf_engine.framework.building.comparators import with_comparators
from pmf_engine.framework.building.draft import Draft
from pmf_engine.framework.building.escalation import read_escalation
from pmf_engine.framework.building.examples import read_examples, with_examples
from pmf_engine.framework.building.figures import read_figures, with_measured_bounds
from pmf_engine.framework.building.indicators import indicator_cadence, read_indicators
from pmf_engine.framework.building.layouts import read_layouts
from pmf_engine.framework.building.lists import read_lists
from pmf_engine.framework.building.needs import (
    check_people,
    name_wanted,
    read_activities,
    read_areas,
    read_areas_of_information,
    read_standards,
    read_wanted,
)
from pmf_engine.framework.building.references import check_ids, check_used
from pmf_engine.framework.building.tolerances import check_rounding, with_tolerances
from pmf_engine.framework.model import Framework


def build_framework(folder: Path | None, draft: Draft) -> Framework:
    """Builds the framework of a draft; mistakes are added to the draft's diagnostics.

    Later builders use the results of earlier ones: formulas name figures and lists, bands and examples name indicators.
    """
    check_ids(draft)
    wanted = read_wanted(draft)
    expand_better_off(draft)
    model, rules = draft.model, draft.rules
    read_figures(draft)
    read_standards(draft)
    read_lists(draft)
    indicators = read_indicators(draft)
    indicators = with_answers(draft, indicators)
    indicators = {id_: with_comparators(draft, indicator) for id_, indicator in indicators.items()}
    indicators = with_tolerances(draft, indicators)
    indicators = {id_: with_examples(draft, indicator, indicators) for id_, indicator in indicators.items()}
    for id_ in model.indicators.keys() - indicators.keys():
        list(read_examples(draft, id_, model.figures, indicator_cadence(draft, model.indicators[id_])))
    checks = read_checks(draft)
    escalation = read_escalation(draft)
    check_rounding(draft)
    areas, activities = read_areas(draft), read_activities(draft)
    areas_of_information = read_areas_of_information(draft)
    name_wanted(draft, wanted)
    if draft.sound:
        check_used(draft, indicators, areas)
        check_people(draft, draft.figures)
    framework = Framework(
        folder=folder,
        board=model.board,
        agencies=read_agencies(draft),
        content_areas=areas,
        sources=model.sources,
        scales={name: tuple(grades) for name, grades in model.scales.items()},
        breakdowns=read_breakdowns(draft),
        figures=draft.figures,
        lists=draft.lists,
        indicators=indicators,
        governance=rules.governance,
        rules=tuple(escalation),
        disclosure=rules.disclosure,
        escalate_groups_from=rules.escalate_groups_from,
        checks=checks,
        layouts=read_layouts(draft),
        wanted=wanted,
        areas_of_information=areas_of_information,
        activities=activities,
    )
    return replace(framework, figures=with_measured_bounds(framework, model.figures))
