"""A provider that does not say where it serves: every figure, over the sites of those that say so."""

from datetime import date

import pytest

from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from estimator.workloads.resolution import over_sites

DAY = date(2024, 6, 1)
ASKED = {"model": "llama-3.3-70b", "input_tokens": 200, "output_tokens": 300, "day": DAY}


def test_an_interval_over_sites_by_hand() -> None:
    """Lowest low, highest high, the value of the middle one; a site that counts twice weighs twice."""
    france, sweden, usa = (select_factor(load(), "grid_gwp", zone, DAY).factor for zone in ("FRA", "SWE", "USA"))
    found = over_sites("grid_gwp", ("USA", "FRA", "SWE", "USA", "USA"), load(), DAY).factor
    assert found.value == usa.value
    assert (found.low, found.high) == (min(france.low, sweden.low), usa.high)
    assert (
        over_sites("grid_gwp", ("FRA", "SWE", "USA"), load(), DAY).factor.value
        == sorted(item.value for item in (france, sweden, usa))[1]
    )
    assert over_sites("grid_gwp", (), load(), DAY).missing == "no_zone"


@pytest.mark.parametrize("provider", ["groq", "openrouter", "azure"])
def test_no_figure_is_lacking_and_the_sentence_says_over_what(provider: str) -> None:
    found = estimate(Request(**ASKED, provider=provider))
    for name in ("energy", "gwp", "water", "adpe", "primary_energy"):
        assert found.indicators[name].central, name
    told = [w for w in found.warnings if w["code"] == "over_sites"]
    assert len(told) == 1 and "du plus bas au plus haut des sites" in told[0]["fr"]


def test_a_zone_that_is_stated_is_not_drawn_over_sites() -> None:
    found = estimate(Request(**ASKED, provider="groq", zone="FRA"))
    alone = estimate(Request(**ASKED, zone="FRA"))
    assert "over_sites" not in {w["code"] for w in found.warnings}
    assert found.indicators["gwp"].central == alone.indicators["gwp"].central
