"""A provider that does not say where it serves: every figure, over the sites of those that say so."""

from datetime import date
from pathlib import Path

import pytest

from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from estimator.workloads.resolution import over_sites
from tests.support import activity, built, kept

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


@pytest.mark.parametrize("provider", kept(["groq", "api.groq.com", "openrouter"], "api.groq.com"))
def test_rows_of_a_provider_without_a_usual_place_are_those_of_an_estimate(tmp_path: Path, provider: str) -> None:
    """By its name or by its address; of an address that is not its own, or a zone that cannot be read, nothing is
    supposed."""
    told = {"cpu_energy_kwh": None, "cpu_mode": "mode/none", "machine": None, "machine_hours": None, "zone": None}
    told |= {"model": "llama-3.3-70b", "requests": 3000.0, "input_tokens": 2.4e6, "output_tokens": 9e5}
    kept = built(tmp_path / "a", activity("2026-03-01T00:00:00", **told, provider=provider)).totals().indicators
    each = {"requests": 3000, "input_tokens": 800, "output_tokens": 300}
    asked = estimate(Request(model="llama-3.3-70b", provider="groq", day=date(2026, 3, 1), **each)).indicators
    for name in ("energy", "gwp", "water", "adpe"):
        assert kept[name]["at_factor_values"] == pytest.approx(asked[name].at_factor_values), name
    for n, other in enumerate(({"served_at": "203.0.113.7:443"}, {"zone_as_read": "Atlantide"})):
        row = activity("2026-03-01T00:00:00", **told, provider=provider, **other)
        assert built(tmp_path / str(n), row).totals().indicators["gwp"].central is None


def test_a_zone_that_is_stated_is_not_drawn_over_sites() -> None:
    found = estimate(Request(**ASKED, provider="groq", zone="FRA"))
    alone = estimate(Request(**ASKED, zone="FRA"))
    assert "over_sites" not in {w["code"] for w in found.warnings}
    assert found.indicators["gwp"].central == alone.indicators["gwp"].central
