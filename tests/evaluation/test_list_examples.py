"""Examples that give records, and what of them is covered."""

from pathlib import Path

import pmf_engine as pmf
from pmf_engine.evaluation.examples import run_examples
from pmf_engine.render.example_outcomes import to_text
from tests.support.boards import DEFAULTS, GOVERNANCE, HEAD

LISTS = """\
lists:
  plan_list:
    title: Plans
    from: [care, police]
    spell: [started_on, ended_on]
    columns: {agency: text, child_id: text, started_on: date, ended_on: date?, weight: number}
"""


def board(folder: Path, indicator: str, examples: str, tolerances: str = "", lists: str = LISTS) -> pmf.Framework:
    lines = "\n".join(f"      - {line.strip()}" for line in examples.strip().splitlines())
    text = f"{HEAD}{lists}indicators:\n  one:\n"
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


TRUTHS = """\
lists:
  plan_list:
    title: Plans
    from: [care, police]
    date: started_on
    columns: {agency: text, started_on: date, ok: truth, score: number, district: text}
"""


def test_what_is_true_may_be_written_as_yaml_has_it(tmp_path: Path) -> None:
    example = "{given: {plan_list: [{started_on: 2017-01-01, ok: %s}]}, expect: {value: %d}}"
    said = {"true": 1, "false": 0, "yes": 1, "no": 0, "True": 1}
    examples = "\n".join(example % pair for pair in said.items())
    outcomes, _ = run_examples(board(tmp_path, "count(plan_list where ok)", examples, lists=TRUTHS))
    assert [outcome.differences for outcome in outcomes] == [()] * len(said)


def test_a_failure_says_which_cells_of_which_record_could_not_be_read(tmp_path: Path) -> None:
    framework = board(
        tmp_path,
        "sum(score of plan_list)",
        """
        {given: {plan_list: [{started_on: 2017-01-01, score: 1}]}, expect: {value: 1}}
{given: {plan_list: [{started_on: 2017-01-01, score: 2}, {started_on: 2016-04-35, score: 1O}]}, expect: {value: 3}}
        {given: {plan_list: [{started_on: 2017-01-01, score: 1, district: Nrth}]}, expect: {value: 2}}
        """,
        lists=TRUTHS,
    )
    outcomes, coverage = run_examples(framework)
    assert outcomes[0].problems == ()
    file = f"{tmp_path.as_posix()}/indicators.yaml"
    lines = (tmp_path / "indicators.yaml").read_text(encoding="utf-8").splitlines()
    [at] = [number for number, line in enumerate(lines, start=1) if "1O" in line]
    column = lines[at - 1].index("{started_on: 2016") + 1
    place = f"{file}:{at}:{column}: record 2 of `plan_list`"
    assert sorted(outcomes[1].problems) == [
        f"{place}, `score`: `1O` is not a number; expected a number such as `1234` or `12.5`",
        f"{place}, `started_on`: `2016-04-35` is not a date; expected a date such as `2017-01-31` or `31/01/2017`",
    ]
    assert all(f"  {said}\n" in to_text(outcomes, coverage) for said in outcomes[1].problems)
    assert len(outcomes[2].problems) == 1
    assert outcomes[2].problems[0].endswith("`district`: unknown group `Nrth` of `district`; did you mean `North`?")
