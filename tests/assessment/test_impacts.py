"""When a figure is known, and the share of the electricity that it covers: by hand."""

from dataclasses import replace

import pytest

from estimator.assessment.evaluation import ActivityGroup, energy_as_read
from estimator.assessment.impacts import amounts
from estimator.catalogue.selection import SelectedFactor
from tests.support import bounds_of

READ = {"cpu_energy": 1.0, "gpu_energy": 2.0, "ram_energy": 4.0, "other_energy": 8.0}
WATER = {"pue": 1.5, "wue_it": 0.4, "grid_water_intensity": 3.0}


def bounds_without(*unknown: str) -> dict[str, SelectedFactor]:
    """Factors that are all known but these."""
    bounds = bounds_of(**WATER)
    return bounds | {name: replace(bounds[name], factor=None, missing="no_zone") for name in unknown}


def test_the_weight_of_a_cover_is_all_the_electricity_that_was_read() -> None:
    """1 + 2 + 4 + 8 = 15 kWh of known carbon beside 5 kWh of unknown carbon: 15 of 20, three quarters."""
    known, unknown = ActivityGroup(READ, bounds_of()), ActivityGroup({"cpu_energy": 5.0}, bounds_without("grid_gwp"))
    assert energy_as_read(known) == 1 + 2 + 4 + 8
    assert amounts([known, unknown])["gwp"].parts["use"].covers == pytest.approx(15 / 20)


@pytest.mark.parametrize(
    ("unknown", "parts"),
    [
        (("wue_it", "wue_site"), {"onsite": None, "electricity": 10 * 1.5 * 3.0}),
        (("grid_water_intensity",), {"onsite": 10 * 0.4, "electricity": None}),
    ],
)
def test_a_figure_of_which_a_required_part_is_unknown_is_unknown(
    unknown: tuple[str, ...], parts: dict[str, float | None]
) -> None:
    """10 kWh: 4 L on site, 45 L for the electricity; one of them alone is no water of this use."""
    water = amounts([ActivityGroup({"it_energy": 10.0}, bounds_without(*unknown))])["water"]
    assert {name: part.at_factor_values for name, part in water.parts.items()} == parts
    assert (water.central, water.at_factor_values, water.covers) == (None, None, 0.0)
    assert water.missing is not None and water.missing["code"] == "no_zone"


def test_a_group_of_which_a_required_part_is_unknown_stays_out_of_a_total() -> None:
    """10 kWh: 4 + 45 L; 30 kWh whose water of electricity is unknown: 12 L on site, which no total may hold."""
    groups = [ActivityGroup({"it_energy": 10.0}, bounds_of(**WATER))]
    groups.append(ActivityGroup({"it_energy": 30.0}, bounds_without("grid_water_intensity")))
    water = amounts(groups)["water"]
    assert water.at_factor_values == pytest.approx(10 * 0.4 + 10 * 1.5 * 3.0)
    assert water.covers == pytest.approx(10 / 40)
    assert water.parts["onsite"].at_factor_values == pytest.approx(40 * 0.4)
