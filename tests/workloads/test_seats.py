"""Seats and sessions of agents in an estimate and in a scenario: by hand, and the same as in the ledger."""

from datetime import date

import pytest

from estimator.catalogue.load import load
from estimator.catalogue.products import ProductUnknown
from estimator.comparison.option_inventory import ComparisonContext, built
from estimator.comparison.scenario import scenario_of
from estimator.workloads.estimate import Estimate, estimate
from estimator.workloads.request import Request

DAY = date(2026, 6, 1)


def asked(**given: object) -> Estimate:
    return estimate(Request.model_validate({"zone": "FRA", "day": DAY} | given))


def steps(found: Estimate) -> dict[str, float]:
    return {step["name"]: step["value"] for step in found["steps"]}


def test_the_uses_of_a_suite_by_hand() -> None:
    """800 seats over a year: 800 × 365 × 0.36 × 0.625 × 1.4 = 91,980 uses, of 500 tokens read and 450 written."""
    found = steps(asked(product="Copilot pour Microsoft 365", seats=800))
    assert found["supposed_uses"] == pytest.approx(800 * 365 * 0.36 * 0.625 * 1.4) == pytest.approx(91_980)
    assert found["supposed_output_tokens"] == pytest.approx(91_980 * 450)
    assert found["supposed_input_tokens"] == pytest.approx(91_980 * 500)
    assert found["supposed_context_tokens"] == pytest.approx(91_980 * 450 * (500 + 225))


def test_a_known_share_narrows_the_interval() -> None:
    """Active share 0.36 stated: the same centre of the factors, a narrower interval; half of the seats, half of it."""

    def width(found: Estimate) -> float:
        energy = found.indicators["energy"]
        return energy.high / energy.low

    supposed, stated = (asked(product="m365-copilot", seats=800, active_share=share) for share in (None, 0.36))
    assert stated.indicators["energy"].at_factor_values == pytest.approx(supposed.indicators["energy"].at_factor_values)
    assert width(stated) < width(supposed)
    half = asked(product="m365-copilot", seats=400, active_share=0.36)
    assert half.indicators["energy"].low == pytest.approx(stated.indicators["energy"].low / 2)


def test_a_supposed_share_is_no_factor_of_seats_whose_share_is_stated() -> None:
    """0 seat-day × the supposed share adds nothing: it is not among the factors, and the uses a day are."""
    supposed, stated = (asked(product="m365-copilot", active_share=share)["factors"] for share in (None, 0.5))
    names = [{factor["quantity"] for factor in found} for found in (supposed, stated)]
    assert names[0] - names[1] == {"seat_active_share"} and "seat_uses_per_day" in names[1]


def test_seats_that_nobody_uses_take_nothing_and_no_share_of_a_training() -> None:
    """800 seats × 365 days × 0 = 0 use; the training of the publisher, in proportion to the answers, is 0 kWh too."""
    body = asked(product="chatgpt", seats=800, active_share=0).as_dict()
    for told in (body["publisher"], body["indicators"]["energy"]):
        assert [told[end] for end in ("low", "central", "high")] == [0, 0, 0]


def test_what_is_supposed_of_seats_is_said_and_a_product_that_is_not_known_refused() -> None:
    codes = {warning["code"] for warning in asked(product="le-chat", seats=10).warnings}
    assert {"by_seats", "provider_assumed", "wider_subject"} <= codes and "input_supposed" not in codes
    for task, label in ((None, "Reformuler un courrier"), ("chat", "Conversation")):
        found = asked(product="m365-copilot", task=task).warnings
        (said,) = [warning for warning in found if warning["code"] == "by_seats"]
        assert f"« {label} »" in said["fr"] and "non les autres tâches" in said["fr"] and "not the other" in said["en"]
    with pytest.raises(ProductUnknown, match="github-copilot"):
        asked(product="Clippy")


def test_a_session_of_an_agent_is_many_calls_that_read_their_cache_again() -> None:
    """2,000,000 tokens read in 40 calls, 5 % of them anew, 15,000 written: 100,000 read, 15,000 × (50,000 + 187.5)
    read again."""
    found = steps(asked(task="agent-session", model="claude-sonnet-4.5", host="class/hyperscale"))
    assert found["supposed_input_tokens"] == pytest.approx(100_000)
    assert found["supposed_context_tokens"] == pytest.approx(15_000 * (50_000 + 375 / 2))


def test_a_session_of_an_agent_by_the_seat_has_the_same_tokens() -> None:
    """One use a day worked of one active seat: 365 × 0.625 × 6 sessions of the table."""
    found = steps(asked(product="other", task="agent-session", active_share=1))
    uses = 365 * 0.625 * 6
    assert found["supposed_input_tokens"] == pytest.approx(uses * 100_000)
    assert found["supposed_context_tokens"] == pytest.approx(uses * 15_000 * (2e6 + 7_500) / 40)


def test_seats_of_a_scenario_are_its_units() -> None:
    """« Un siège pendant un an », 800 times, is 800 seats."""
    body = {
        "title": "Suite",
        "need": {"unit": "un siège pendant un an", "volume": 800},
        "options": [
            {"id": "sans", "label": "sans", "method": "none", "status": "not_studied"},
            {"id": "avec", "label": "avec", "method": "model", "use": {"product": "m365-copilot", "zone": "FRA"}},
        ],
    }
    scenario = scenario_of(body)
    option = built(scenario, scenario.options[1], ComparisonContext(load(), DAY))
    (group,) = option.groups
    assert group.values["supposed_uses"] == pytest.approx(91_980)
