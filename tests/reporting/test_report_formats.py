"""BoAmps reports and BEGES lines: valid against the official schema, by hand on a small home."""

import json
from pathlib import Path
from typing import Any

import pytest

from estimator.catalogue.site_ownership import owner
from estimator.core.number_format import interval_text
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.register.register import Register
from estimator.reporting.publications.write import REPORTS
from tests.reporting.authority import ADEME, SITE, WHO, case, facts, files_of, plain, rows_of, run, text
from tests.support import built

# BoAmps


def validator(shared: Path) -> Any:
    """The official schema, its parts found beside it."""
    from jsonschema import Draft4Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    parts = [json.loads(path.read_text("utf-8")) for path in (shared / "schemas" / "boamps").glob("*.json")]
    registry = Registry().with_resources((part["id"], Resource(part, DRAFT4)) for part in parts)
    report = next(part for part in parts if part["title"] == "report")
    return Draft4Validator(report, registry=registry)


def boamps(home: Path) -> list[dict[str, Any]]:
    """The reports of a home with one run more, of a model on two cards; that of this run has its requests."""
    tokens = {"model": "mistral-small-latest", "requests": 4.0, "input_tokens": 80.0, "output_tokens": 200.0}
    gpu = {
        "device": "gpu/h100",
        "device_count": 2,
        "gpu_energy_kwh": 1.0,
        "gpu_mode": "mode/nvml",
        "tool_version": "3.3.2",
    }
    built(home, run("courriers", 1, "2026-05", reader="codecarbon", **tokens, **gpu))
    return [json.loads(body) for body in REPORTS["boamps"](facts(home)).files.values()]


def rich(bodies: list[dict[str, Any]]) -> dict[str, Any]:
    return next(body for body in bodies if "nbRequest" in body["task"])


def test_boamps_reports_say_what_the_run_was(home: Path) -> None:
    bodies = boamps(home)
    assert len(bodies) == 3
    told = rich(bodies)
    assert told["task"]["taskStage"] == "inference" and told["task"]["nbRequest"] == 4
    assert {(d["dataUsage"], d["dataQuantity"]) for d in told["task"]["dataset"]} == {("input", 80), ("output", 200)}
    assert told["measures"][0]["gpuTrackingMode"] == "nvml" and told["measures"][0]["version"] == "3.3.2"
    assert {(c["componentType"], c["nbComponent"]) for c in told["infrastructure"]["components"]} == {
        ("machine", 1),
        ("gpu", 2),
    }


def test_boamps_reports_fit_the_official_schema(home: Path, shared_data: Path) -> None:
    check, bodies = validator(shared_data), boamps(home)
    for body in bodies:
        assert list(check.iter_errors(body)) == []
    broken = {name: part for name, part in rich(bodies).items() if name != "measures"}
    assert list(check.iter_errors(broken)), "the check can fail"


def test_boamps_reports_hold_what_their_schema_requires(home: Path) -> None:
    """The required keys of BoAmps as published, for where its schemas are not at hand."""
    for body in (json.loads(written) for written in REPORTS["boamps"](facts(home)).files.values()):
        assert {"task", "measures", "infrastructure"} <= body.keys() and body["header"]["reportDatetime"]
        assert {"taskStage", "taskFamily", "algorithms", "dataset"} <= body["task"].keys()
        assert all({"dataUsage", "dataType"} <= entry.keys() for entry in body["task"]["dataset"])
        assert all({"measurementMethod", "powerConsumption"} <= entry.keys() for entry in body["measures"])
        assert body["infrastructure"]["infraType"] in ("publicCloud", "privateCloud", "onPremise", "other")
        assert all({"componentType", "nbComponent"} <= c.keys() for c in body["infrastructure"]["components"])


def test_boamps_sums_runs_and_says_what_nobody_told(home: Path) -> None:
    """Runs of 1 and 2 kWh at the same desk are one report of 3 kWh and 2 hours, without the PUE."""
    bodies = [json.loads(body) for body in REPORTS["boamps"](facts(home, "metropole")).files.values()]
    [body] = bodies
    assert body["measures"][0]["powerConsumption"] == pytest.approx(3)
    assert body["measures"][0]["measurementDuration"] == pytest.approx(7200)
    assert body["measures"][0]["measurementDateTime"] == "2026-01-05 10:00:00"
    assert (body["header"]["reportStatus"], body["infrastructure"]["infraType"]) == ("draft", "onPremise")
    assert body["task"]["taskStage"] == "non précisé" and body["task"]["taskFamily"] == "répondre"
    assert body["quality"] == "high", "a meter is right within 2 %, BoAmps says high up to 10 %"


@pytest.mark.parametrize(("written", "told"), [("question-rag", "Question sur ses documents"), ("trier", "trier")])
def test_boamps_names_the_family_of_a_task(home: Path, written: str, told: str) -> None:
    """Any words for its schema, such as « text classification »: the name of a task of the tables, not its key."""
    register = Register(home)
    for use in register.use_cases():
        register.change(use.id, {"task": written}, WHO)
    bodies = [json.loads(body) for body in REPORTS["boamps"](facts(home, "metropole")).files.values()]
    assert {body["task"]["taskFamily"] for body in bodies} == {told}


def test_boamps_leaves_out_what_has_no_energy_or_no_hardware(home: Path) -> None:
    none = {"other_energy_kwh": None, "other_mode": "mode/none", "cpu_energy_kwh": None, "output_tokens": 100.0}
    for name in ("Passerelle", "Declare"):
        case(Register(home), name)
    rows = [run("passerelle", 0, "2026-05", model="mistral-small-latest", **none)]
    rows.append(run("declare", 1, "2026-05", machine=None, machine_hours=None))
    built(home, *rows)
    made = REPORTS["boamps"](facts(home))
    assert sorted(name.split("-")[1] for name in made.files) == ["courriers", "voirie"]
    assert any(note.startswith("Sans cas d'usage") and "inconnu" in note for note in made.left_out)
    assert any(note.startswith("Sans énergie") and "passerelle" in note for note in made.left_out)
    assert any(note.startswith("Sans matériel") and "declare" in note for note in made.left_out)


# BEGES


def test_beges_lines_by_hand(home: Path) -> None:
    """At desks 7 kWh, of which 3 are in a known country: 3 × 0.0461 kg for 3/7 of it; bought: 3 × 1.16 × 0.0461 kg."""
    rows = rows_of(text(home, "beges"), ";")
    found = {(row["poste"], row["partie"]): row for row in rows}
    own, bought = found["2.1", "électricité"], found["4.5", "électricité"]
    assert number(own["total_kgco2e"]) == pytest.approx(
        3 * ADEME, rel=0.06
    )  # the median of a law whose value is its mode
    assert number(own["part_couverte_pourcent"]) == pytest.approx(100 * 3 / 7)
    assert number(bought["total_kgco2e"]) == pytest.approx(3 * SITE * ADEME, rel=0.06)
    low, central, high = (number(bought[f"{name}_kgco2e"]) for name in ("bas", "total", "haut"))
    assert number(bought["incertitude_pourcent"]) == pytest.approx(100 * max(high - central, central - low) / central)
    assert all(row[gas] == "" for row in rows for gas in ("co2_kg", "ch4_kg", "n2o_kg", "co2_biogenique_kg"))
    assert found["4.2", "fabrication de la machine"]["preuve"] == "", "proof belongs to the kWh"
    assert set(found) == {("2.1", "électricité"), ("4.5", "électricité")} | {
        (item, "fabrication de la machine") for item in ("4.2", "4.5")
    }


def test_lines_that_do_not_add_up_to_the_published_total_say_so(home: Path) -> None:
    """Each line and the total have a median of their own: who fills in the form would add up the lines."""
    found = facts(home)
    made = REPORTS["beges"](found)
    total = plain(interval_text(found.body["indicators"]["gwp"]["value"], "fr"))
    said = f"additionnées, elles ne donnent pas celle du total publié, {total}."
    rows = rows_of(str(made.files[""]), ";")
    assert len(rows) > 1 and all(said in plain(row["remarque"]) for row in rows)
    assert [said in plain(note) for note in made.left_out].count(True) == 1


def test_no_line_of_the_inventory_is_that_of_a_few_agents(tmp_path: Path) -> None:
    """« Finances » has 4 agents, and is told with « Eau » alone: bought, it was the line of purchased services by
    itself; at a desk as they are, the three make one line."""
    for name, host, told in (("bought", "scaleway/fr-par-2", False), ("own", "class/desk", True)):
        home = tmp_path / name
        for use, agents in (("Finances", 4), ("Eau", 20), ("Biblio", 11)):
            case(Register(home), use, "54395", service=use)
            said = {"service": use, "date": "2026-01-01", "trained": 2, "with_access": agents, "kind": "sobriété"}
            Commitments(home).state_training(said, voter("Ressources humaines", "déclaration"))
        built(home, run("finances", 1, host=host), run("eau", 1.1), run("biblio", 1.2))
        rows = rows_of(files_of("beges", facts(home, "54395"))[""], ";")
        assert {bool(row["total_kgco2e"]) for row in rows} == {told} and rows
        assert all(told or "cinq agents" in plain(row["raison"]) for row in rows)


def number(cell: str) -> float:
    return float(cell.replace(",", "."))


def test_who_holds_a_site() -> None:
    assert [owner(host) for host in ("class/desk", "class/server-room")] == ["own", "own"]
    assert [owner(host) for host in ("scaleway/fr-par-2", "aws/eu-west-3")] == ["bought", "bought"]
    unsaid = (None, "", "class/server-unknown", "dcml/vandoeuvre", "nowhere")
    assert {owner(host) for host in unsaid} == {"unsaid"}


def test_an_unknown_line_is_empty_with_its_reason(home: Path) -> None:
    built(home, run("courriers", 1, "2027-01", zone=None))
    [line] = [r for r in rows_of(REPORTS["beges"](facts(home, period="2027")).files[""], ";") if r["poste"] == "2.1"]
    assert line["total_kgco2e"] == line["incertitude_pourcent"] == "" and "pays" in line["raison"]
