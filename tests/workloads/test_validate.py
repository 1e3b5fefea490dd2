"""The vocabulary of cases, files of them run whole, and the visible published cases judged."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment.method_documentation import validation_results
from estimator.catalogue.load import load
from estimator.workloads.published_case import CaseRefused, read_case
from estimator.workloads.validation.case_figures import figures_of
from estimator.workloads.validation.case_inventory import Options
from estimator.workloads.validation.case_tables import case_tables
from estimator.workloads.validation.published_cases import CasesRefused, read_cases, run
from tests.support import refuses
from tests.workloads.published_cases import TODAY, case, figure

JUDGE = Path("tools") / "judge_validation.py"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"workload": {"it_energy_wh": 1}}, "workload.it_energy_wh"),
        ({"site": {"country": "FRA"}}, "site.country"),
        ({"published": [{"indicator": "noise_db"}]}, "asked.0.indicator"),
        ({"workload": {"component_energy_kwh": {"disk": 1}}}, "workload.component_energy_kwh.disk"),
    ],
)
def test_an_unknown_word_is_refused_in_clear_french(change: dict, word: str) -> None:
    with pytest.raises(CaseRefused) as refused:
        read_case(case() | change)
    said = refused.value.message("fr")
    assert word in said and "vocabulaire" in said and "made-up" in said


def test_a_refused_case_keeps_its_rows_with_the_reason() -> None:
    bad = case({"nonsense": 1}, None, figure("it_energy_kwh"), figure("water_l"))
    found = run([bad, case({"it_energy_kwh": 2}, None, figure("it_energy_kwh"))], today=TODAY)
    assert [(row["output"], row["central"]) for row in found["cases"]] == [(0, None), (1, None), (0, 2)]
    assert found["summary"]["not_estimable"] == {"case_refused": 2}
    assert found["summary"]["outputs"] == 3 and found["summary"]["valued"] == 1


def test_a_case_is_told_two_of_its_faults_at_most_the_gravest_first() -> None:
    """Two durations that differ, a PUE below 1, and no overhead asked of the whole site: two are told."""
    broken = {"it_energy_kwh": 106, "hours": 1, "duration_s": 60}
    other = case(broken, {"pue": 0.5}, figure("site_energy_kwh", "site", False))
    (row,) = run([other], today=TODAY)["cases"]
    assert row["warnings"] == ["unit_error", "scope_mismatch"]
    (row,) = run([other | {"published": [figure("it_energy_kwh")]}], today=TODAY)["cases"]
    assert row["warnings"] == ["unit_error", "not_reproducible"]


def test_answers_are_never_read() -> None:
    sound = case({"it_energy_kwh": 2}, {"zone": "FRA"}, figure("use_gwp_kgco2e", "it", False))
    told = sound | {"kind": "physics", "published": [sound["published"][0] | {"value": 9e9, "resolution": 1}]}
    assert run([sound], today=TODAY)["cases"] == run([told], today=TODAY)["cases"]


def test_explained_rows_carry_steps_and_factors() -> None:
    data = case({"it_energy_kwh": 2}, {"zone": "FRA"}, figure("use_gwp_kgco2e", "it", False))
    (row,) = figures_of(read_case(data), Options(today=TODAY), explain=True)
    for told in (row.steps, row.factors):
        assert told and json.loads(json.dumps(told)) == list(told)


def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path: Path) -> None:
    for name, text in (("a.json", "{"), ("b.json", "{}"), ("c.json", "[1]")):
        (tmp_path / name).write_text(text)
        with pytest.raises(CasesRefused):
            read_cases(tmp_path / name)
    with pytest.raises(CasesRefused):
        read_cases(tmp_path / "absent.json")


def test_a_source_left_out_leaves_every_factor() -> None:
    tables = case_tables(frozenset({"fischer_runs", "mlco2_gpus"}), TODAY).catalogue
    assert {f.source for f in tables.factors} & {"fischer_runs", "mlco2_gpus"} == set()
    assert len(tables.factors) < len(load().factors) and tables.version != load().version


def test_an_unknown_source_is_refused_with_the_nearest() -> None:
    with refuses("source_unknown") as refused:
        run([], without_source=["fischer"])
    assert "fischer_runs" in refused.value.message("fr")


def told_apart(cases: Any) -> list[dict[str, Any]]:
    """The cases without faults that no input betrays: those whose input is to the letter that of a sound case."""
    found = cases["cases"] if isinstance(cases, dict) else cases

    def given(case: dict[str, Any]) -> str:
        return json.dumps([case.get(name) for name in ("workload", "site", "hardware", "trace")], sort_keys=True)

    sound = {given(case) for case in found if case["kind"] == "arithmetic"}
    return [case for case in found if case["kind"] != "negative" or given(case) not in sound]


def test_the_visible_cases_are_judged(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("judge", shared_data.parent / JUDGE)
    assert spec and spec.loader
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    visible = tmp_path / "visible.json"
    visible.write_text(
        json.dumps(told_apart(json.loads((shared_data / "validation" / "cases.json").read_text("utf-8"))))
    )
    judge.strip(str(visible), str(tmp_path / "stripped.json"))
    (tmp_path / "result.json").write_text(json.dumps(run(read_cases(tmp_path / "stripped.json"), "architecture")))
    passed = judge.judge(str(visible), str(tmp_path / "result.json"))
    assert passed, capsys.readouterr().out


def test_the_page_of_published_cases_was_computed_with_the_factors_that_ship() -> None:
    """A factor changed without `python -m scripts.validation_summary` would show another version's figures."""
    assert {row.factors_version for row in validation_results()} == {load().version}
