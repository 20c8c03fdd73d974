"""Examples that give records, and what of them is covered."""

from pathlib import Path

import pmf_engine as pmf
from pmf_engine.examples import run_examples
from tests.boards import DEFAULTS, GOVERNANCE, HEAD

LISTS = """\
lists:
  plan_list:
    title: Plans
    from: [care, police]
    spell: [started_on, ended_on]
    columns: {agency: text, child_id: text, started_on: date, ended_on: date?, weight: number}
"""


def board(folder: Path, indicator: str, examples: str, tolerances: str = "") -> pmf.Framework:
    lines = "\n".join(f"      - {line.strip()}" for line in examples.strip().splitlines())
    text = f"{HEAD}{LISTS}indicators:\n  one:\n"
    text += "".join(f"    {part}\n" for part in DEFAULTS.split(", "))
    text += f"    frequency: quarterly\n    formula: {indicator}\n    examples:\n{lines}\n"
    (folder / "indicators.yaml").write_text(text, encoding="utf-8")
    (folder / "tolerances.yaml").write_text(GOVERNANCE + tolerances, encoding="utf-8")
    return pmf.load_framework(folder)


def test_records_are_counted_in_the_period_of_the_example(tmp_path: Path) -> None:
    framework = board(
        tmp_path,
        "count(plan_list open)",
        """
        {given: {plan_list: [{started_on: 2016-05-01}]}, period: 2016-17 Q1, expect: {value: 1}}
        {given: {plan_list: [{started_on: 2016-05-01}]}, period: 2015-16 Q4, expect: {value: 0}}
        {given: {plan_list: [{started_on: 2016-05-01, ended_on: 2016-06-30}]}, period: 2016-17 Q1, expect: {value: 0}}
        {given: {plan_list: [{started_on: 2016-05-01, ended_on: 2016-07-01}]}, period: 2016-17 Q1, expect: {value: 1}}
        {given: {plan_list: []}, expect: {value: 0}}
        {given: {}, expect: {status: late}}
        {given: {}, as_of: 2017-04-10, expect: {status: not_due}}
        {given: {plan_list: [{started_on: 2016-05-01, ended_on: 2016-04-30}]}, expect: {status: invalid}}
        """,
    )
    outcomes, _ = run_examples(framework)
    assert [outcome.differences for outcome in outcomes] == [()] * 8


def test_what_is_not_looked_at_may_be_left_out_and_differences_are_shown(tmp_path: Path) -> None:
    framework = board(
        tmp_path,
        "mean(weight of plan_list started)",
        """
  {given: {plan_list: [{started_on: 2017-01-01, weight: 1}, {started_on: 2017-01-02, weight: 2}]}, expect: {value: 1.5}}
        {given: {plan_list: [{started_on: 2017-01-01, weight: 7}]}, expect: {value: 8}}
        """,
    )
    outcomes, coverage = run_examples(framework)
    assert [[one.got for one in outcome.differences] for outcome in outcomes] == [[], ["7"]]
    assert coverage[0].unreached == ("undefined",)


def test_time_functions_see_the_periods_before(tmp_path: Path) -> None:
    framework = board(
        tmp_path,
        "rolling_year(count(plan_list started))",
        """
{given: {plan_list: [{started_on: 2016-04-01}, {started_on: 2017-03-31}, {started_on: 2016-03-31}]}, expect: {value: 2}}
        """,
    )
    outcomes, _ = run_examples(framework)
    assert outcomes[0].differences == ()


def test_lists_that_are_given_speak_for_every_period_whatever_other_examples_are_about(tmp_path: Path) -> None:
    example = "{given: {plan_list: [{started_on: 2016-04-01}]}, period: 2016-17 Q1, expect: {value: 1, run: 1}}"
    other = "{given: {plan_list: [{started_on: 2009-04-01}]}, period: 2016-17 Q1, expect: {value: 0, run: 29}}"
    for examples in (example, f"{example}\n{other}", f"{other}\n{example}"):
        outcomes, _ = run_examples(board(tmp_path, "rolling_year(count(plan_list started))", examples))
        assert [outcome.differences for outcome in outcomes] == [()] * len(examples.splitlines())


def test_records_of_what_is_asked_for_outside_the_cycle(tmp_path: Path) -> None:
    example = "{given: {plan_list: [{started_on: 2017-02-01}]}, expect: {value: 1}}"
    text = "\n".join(f"      - {line}" for line in [example, "{given: {}, expect: {status: late}}"])
    board(tmp_path, "count(plan_list started)", example)
    path = tmp_path / "indicators.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("quarterly", "ad hoc").replace(f"      - {example}", text),
        encoding="utf-8",
    )
    outcomes, _ = run_examples(pmf.load_framework(tmp_path))
    assert [outcome.differences for outcome in outcomes] == [(), ()]
