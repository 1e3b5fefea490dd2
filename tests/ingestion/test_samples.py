"""The samples that ship: enough of them, honest, and made by code that gives the same again."""

import csv
import re
from pathlib import Path

import pytest

from estimator.ingestion.sidecar import load
from scripts.demo import letters, workloads
from tests.conftest import ROOT

DEMO = ROOT / "scripts" / "demo"
TRACES = sorted((DEMO / "traces").rglob("*.csv"))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_there_are_enough_samples_and_they_are_small() -> None:
    runs = {row["run_id"]: row["project_name"] for file in TRACES for row in rows(file)}
    assert len(runs) >= 20 and len(set(runs.values())) >= 5
    assert sum(file.stat().st_size for file in (DEMO / "traces").rglob("*") if file.is_file()) < 300_000


def test_every_tracked_run_has_its_sidecar_and_claims_no_measurement() -> None:
    """The machine had no counter: a sample that called itself measured would be wrong."""
    for file in TRACES:
        for row in rows(file):
            side = file.with_name(f"{row['run_id']}.sobria.json")
            if "codecarbon-seul" in file.parts:
                assert not side.exists()
                continue
            found = load(side)
            assert (found.run_id, found.modes.cpu, found.modes.ram) == (file.stem, "mode/cpu_load", "mode/constant")
            assert found.machine_id and found.timezone and found.zone == "FRA"


def test_the_samples_hold_no_position_and_no_path() -> None:
    for file in (file for file in DEMO.rglob("*") if file.suffix in (".csv", ".json")):
        assert not re.search(r'(?:^|[\s,"(])/\w|\\', file.read_text("utf-8"), re.MULTILINE), file
    assert not any(row.get("longitude") or row.get("latitude") for file in TRACES for row in rows(file))


def test_the_facts_are_those_of_the_samples() -> None:
    """Each fact names a run that is there, and two of the runs took place at once."""
    runs = {row["run_id"]: row for file in TRACES for row in rows(file)}
    facts = rows(DEMO / "facts.csv")
    assert {fact["run_id"] for fact in facts} <= runs.keys()
    for fact in facts:
        run = runs[fact["run_id"]]
        assert run["project_name"] == fact["service"]
        assert float(run["duration"]) == pytest.approx(float(fact["duration_s"]), abs=1.0)
    first, second = (runs[fact["run_id"]] for fact in facts if fact["note"])
    ends = sorted((run["timestamp"], float(run["duration"])) for run in (first, second))
    assert ends[0][0][:16] == ends[1][0][:16] and ends[1][1] > 5


def test_one_seed_gives_the_same_messages_and_another_gives_others() -> None:
    assert letters.letters(50, seed=3) == letters.letters(50, seed=3) != letters.letters(50, seed=4)


def test_the_judged_messages_are_not_those_learnt_from() -> None:
    learnt = {letter.text for letter in letters.letters(2_000, seed=1)}
    judged = {letter.text for letter in workloads.judged_letters(1)[:2_000]}
    assert len(learnt & judged) < 20


def test_rules_sort_better_than_chance_and_worse_than_the_light_model() -> None:
    """Eight departments: chance is 1 in 8."""
    judged = workloads.judged_letters(1)[:1_000]
    rules = workloads.sort_by_rules(judged, passes=1)
    light = workloads.sort_with_light_model((letters.letters(1_000, 1), judged))
    assert rules.items == light.items == 1_000
    assert 2 / 8 < rules.accuracy < light.accuracy < 1


def test_forms_are_read() -> None:
    images, digits = workloads.scanned(1, pages=2, fields=30)
    done = workloads.read_forms((images, digits))
    assert done.items == 2 and done.accuracy > 0.8
