"""What a model served, from its tokens to the figures: by hand, with its unknowns."""

import json
from datetime import date

import pytest

from estimator.assessment.explanation import replay
from estimator.catalogue.models import ModelUnknown
from estimator.workloads.estimate import Estimate, estimate
from estimator.workloads.request import Request
from tests.support import refuses

DAY = date(2026, 6, 1)
MEASURED = {"model": "Qwen/Qwen3-8B", "device": "gpu/h100", "concurrency": 64, "precision_bits": 16}


def asked(**more: object) -> Estimate:
    return estimate(Request.model_validate({"zone": "FRA", "output_tokens": 400, "requests": 1000, "day": DAY} | more))


def test_a_measured_configuration_by_hand() -> None:
    """Tokens × energy per token × server / accelerators × waiting machines; then × PUE × French grid.

    400,000 written; 1,000 prompts of 100 tokens, not counted; 400 × (100 + 200) read again by request.
    """
    body = asked(**MEASURED)
    steps = {s["name"]: s["value"] for s in body["steps"]}
    value = {f["quantity"]: f["value"] for f in body["factors"]}
    cards = 4e5 * steps["output_energy"] + 1e5 * steps["input_energy"] + 1e3 * 400 * 300 * steps["context_energy"]
    it_energy = cards * value["host_ratio"] * value["provisioning_factor"]
    assert body["indicators"]["it_energy"]["at_factor_values"] == pytest.approx(it_energy)
    assert body["indicators"]["gwp"]["use"]["at_factor_values"] == pytest.approx(it_energy * value["pue"] * 0.0461)
    assert any("lm-arena-chat" in row["locator"] or "Qwen3-8B" in row["id"] for row in body["evidence"])


def test_interval_order_and_replay() -> None:
    body = asked(model="mistral-large-latest")
    for name in ("energy", "water", "gwp", "adpe", "primary_energy"):
        amount = body["indicators"][name]
        assert 0 < amount["low"] < amount["at_factor_values"] < amount["high"]
    again = replay(json.loads(json.dumps(body.as_dict()))["replay"])
    assert again["gwp"]["low"] == body["indicators"]["gwp"]["low"]


def test_a_model_served_by_api_alone_is_served_by_a_fleet() -> None:
    """Nobody but its publisher and those it licenses has the weights of GPT-4o: where no host is said, or one is said
    to be unknown, the figures are those of a large data centre. Weights that are published may be served anywhere."""
    whole = {"host": "class/hyperscale"}
    fleet, unsaid, unknown = (asked(model="gpt-4o", **m) for m in (whole, {}, {"host": "class/server-unknown"}))
    assert fleet["indicators"] == unsaid["indicators"] == unknown["indicators"]
    codes = [{w["code"] for w in asked(model=name)["warnings"]} for name in ("gpt-4o", "Qwen/Qwen3-8B")]
    assert [found & {"fleet_assumed", "site_assumed"} for found in codes] == [{"fleet_assumed"}, {"site_assumed"}]
    assert "fleet_assumed" not in {w["code"] for w in fleet["warnings"]}


def test_one_more_fact_makes_no_figure_unknown() -> None:
    """A PUE or a WUE of a site that is not named: what is said takes the place of the class that is supposed, alone."""
    use = {"model": "Qwen/Qwen3-8B"}
    bare = asked(**use)
    for more, same in (({"pue": 1.2}, set()), ({"wue": 0.4}, {"energy", "gwp"}), ({"pue": 1.2, "wue": 0.4}, set())):
        said, named = asked(**use, **more), asked(**use, **more, host="class/server-unknown")
        assert {n: a.at_factor_values for n, a in said.indicators.items()} == {
            n: a.at_factor_values for n, a in named.indicators.items()
        }
        assert all(amount.central is not None for amount in said.indicators.values())
        assert "site_assumed" in {warning["code"] for warning in said.warnings}
        assert {n for n in bare.indicators if said.indicators[n] == bare.indicators[n]} >= same


def test_what_is_not_known_widens_the_interval_and_is_said() -> None:
    def width(body: dict) -> float:
        amount = body["indicators"]["it_energy"]
        return amount["high"] / amount["low"]

    known, unknown = asked(**MEASURED), asked(model="Qwen/Qwen3-8B")
    assert width(unknown) > 2 * width(known)
    codes = {w["code"] for w in unknown["warnings"]} - {w["code"] for w in known["warnings"]}
    assert any("concurrency" in code for code in codes)


def test_twice_the_requests_is_twice_the_energy() -> None:
    once, twice = asked(**MEASURED), asked(**MEASURED | {"requests": 2000})
    for key in ("low", "central", "high"):
        amounts = [b["indicators"]["it_energy"][key] for b in (once, twice)]
        assert amounts[1] == pytest.approx(2 * amounts[0])


def test_aliases_of_one_model_give_one_result() -> None:
    """Trap 4."""
    found = [asked(model=name)["indicators"]["energy"]["at_factor_values"] for name in ("Qwen/Qwen3-8B", "qwen3-8b")]
    assert found[0] == found[1]


def test_an_unpublished_size_is_not_zero() -> None:
    body = asked(model="01-ai/yi-large")
    assert body["indicators"]["energy"]["central"] is None
    assert body["indicators"]["energy"]["missing"]["code"] == "size_not_published"


def test_an_unknown_model_names_the_nearest_and_tokens_are_asked_for() -> None:
    with pytest.raises(ModelUnknown, match="gpt-5"):
        asked(model="gpt-9")
    with refuses("tokens_wanted") as refusal:
        estimate(Request(model="qwen3-8b"))
    assert "--output-tokens" in refusal.value.message("fr")


def test_a_desk_has_no_waiting_machines_and_no_overhead() -> None:
    body = asked(model="Qwen/Qwen3-8B", host="class/desk", concurrency=1)
    quantities = {f["quantity"] for f in body["factors"]}
    assert "provisioning_factor" not in quantities
    assert body["indicators"]["energy"]["at_factor_values"] == pytest.approx(
        body["indicators"]["it_energy"]["at_factor_values"]
    )


def test_an_answer_of_tokens_and_images_counts_the_tokens_and_says_what_it_leaves_out() -> None:
    """500 tokens and an image are not 500 images."""
    both, alone = (
        estimate(Request(model="mistral-large-3", output_tokens=500, zone="FRA", pue=1.2, wue=0.4, **more))
        for more in ({"images": 1}, {})
    )
    assert both["indicators"]["energy"]["at_factor_values"] == alone["indicators"]["energy"]["at_factor_values"]
    assert [w["code"] for w in both["warnings"] if w not in alone["warnings"]] == ["media_not_counted"]
