"""Rows of the ledger with answers and no electricity: modelled as an estimate would, and said to be estimated."""

from datetime import date
from pathlib import Path

import pytest

from estimator.activity import Activity
from estimator.estimation import estimate
from estimator.question import Question
from tests.support import activity, built

KNOWN = {"model": "Qwen/Qwen3-8B", "device": "gpu/h100", "concurrency": 64.0}


def answers(**more: object) -> Activity:
    """400,000 tokens of an answer of 400, without electricity, in a server room in France."""
    fields: dict[str, object] = {"output_tokens": 400_000.0, "requests": 1000.0, "other_mode": "mode/not_declared"}
    fields |= {"cpu_mode": "mode/none", "cpu_energy_kwh": None, "other_energy_kwh": None, "machine": None}
    fields |= {"zone": "FRA", "host": "class/server-room", "machine_hours": None, "resource_share": None}
    return activity(**fields | KNOWN | {"precision": "16-bit"} | more)


def test_a_row_of_answers_is_the_estimate_of_its_question(tmp_path: Path) -> None:
    found = built(tmp_path, answers()).totals()
    asked = Question(
        **KNOWN, precision_bits=16, output_tokens=400, requests=1000, zone="FRA", host="class/server-room",
        day=date(2026, 3, 1),
    )  # fmt: skip
    alone = estimate(asked)["indicators"]
    for figure in ("energy", "water", "gwp", "adpe", "primary_energy"):
        for end in ("low", "central", "high"):
            assert found["indicators"][figure][end] == pytest.approx(alone[figure][end], rel=1e-9), (figure, end)
    assert found["proof"]["estimated"] == 1


def test_modelled_and_measured_rows_add_up(tmp_path: Path) -> None:
    """Trap 10: a mixed service is the sum of its rows, and its proof is by kWh."""
    rows = [answers(service_key="s"), answers(service_key="s", concurrency=8.0, precision="8-bit")]
    measured = activity(service_key="s", zone="FRA", host="class/server-room", other_energy_kwh=3.0)
    apart = [built(tmp_path / str(n), row).totals() for n, row in enumerate([*rows, measured])]
    together = built(tmp_path / "all", *rows, measured).totals()
    for figure in ("energy", "water", "gwp"):
        total = sum(one["indicators"][figure]["central"] for one in apart)
        assert together["indicators"][figure]["central"] == pytest.approx(total, rel=1e-12)
    kwh = [one["indicators"]["it_energy"]["central"] for one in apart]
    assert together["proof"]["estimated"] == pytest.approx(sum(kwh[:2]) / sum(kwh))


def test_twice_the_tokens_in_twice_the_requests_is_twice_the_electricity(tmp_path: Path) -> None:
    once = built(tmp_path / "1", answers()).totals()["indicators"]["energy"]["central"]
    twice = built(tmp_path / "2", answers(output_tokens=800_000.0, requests=2000.0)).totals()
    assert twice["indicators"]["energy"]["central"] == pytest.approx(2 * once)


def test_a_card_that_is_not_named_is_any_card(tmp_path: Path) -> None:
    gwp = built(tmp_path, answers(device=None)).totals()["indicators"]["gwp"]
    assert gwp["devices"]["high"] > 10 * gwp["devices"]["low"] > 0


def test_an_unknown_model_is_not_estimable_and_says_so(tmp_path: Path) -> None:
    found = built(tmp_path, answers(model="modele-maison", other_mode="mode/none")).totals()
    energy = found["indicators"]["energy"]
    assert energy["central"] is None
    assert energy["missing"]["code"] == "unknown_model"
    assert found["coverage"]["runs"] == 1


def test_a_zero_that_was_declared_is_not_replaced_by_a_model(tmp_path: Path) -> None:
    found = built(tmp_path, answers(other_mode="mode/not_estimable")).totals()
    assert found["indicators"]["energy"]["central"] is None


def test_a_number_of_a_modelled_row_opens_to_its_measurements(tmp_path: Path) -> None:
    build = built(tmp_path, answers())
    body = build.explain("total.gwp")
    names = [step["name"] for step in body["steps"]]
    assert "answering_energy" in names and "measured_energy" not in names
    quantities = {factor["quantity"] for factor in body["factors"]}
    assert {"output_energy", "host_ratio", "provisioning_factor", "pue", "grid_gwp"} <= quantities
    assert all(factor["source"]["title"] for factor in body["factors"])
    assert [run for run in build.runs()["rows"] if run["indicators"]["energy"]["central"]]
