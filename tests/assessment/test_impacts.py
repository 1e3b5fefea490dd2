"""When a figure is known, and the share of the electricity that it covers: by hand."""

from dataclasses import replace

import pytest

from estimator.assessment.calculation_steps import results_of
from estimator.assessment.evaluation import ActivityGroup, coverage_weight
from estimator.assessment.explanation import explain_groups
from estimator.assessment.impacts import Amount, amounts, figure_named
from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor
from estimator.core.number_format import partly_text
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
    assert coverage_weight(known) == 1 + 2 + 4 + 8
    assert amounts([known, unknown])["gwp"].parts["use"].covers == pytest.approx(15 / 20)


@pytest.mark.parametrize("unknown", [("wue_it", "wue_site"), ("grid_water_intensity",)])
def test_a_figure_of_which_a_required_part_is_unknown_is_unknown(unknown: tuple[str, ...]) -> None:
    """10 kWh: 4 L on site, 45 L for the electricity; one of them alone is no water of this use, nor a part of one."""
    water = amounts([ActivityGroup({"it_energy": 10.0}, bounds_without(*unknown))])["water"]
    for amount in (water, *water.parts.values()):
        assert (amount.central, amount.at_factor_values, amount.covers) == (None, None, 0.0)
        assert amount.missing is not None and amount.missing["code"] == "no_zone"


def test_manufacture_without_electricity_says_why_it_is_not_counted() -> None:
    """Its factors are known and depend on no country: what is lacking is the gases of the electricity."""
    group = ActivityGroup({"it_energy": 10.0, "device_hours": 2.0, "resource_share": 1.0}, bounds_without("grid_gwp"))
    found = amounts([group])["gwp"]
    reasons = {name: part.missing["code"] for name, part in found.parts.items() if part.missing}
    assert (reasons["use"], reasons["devices"]) == ("no_zone", "whole_unknown")
    left = {(entry.part, entry.code) for entry in explain_groups([group], load(), "gwp").not_counted}
    assert {("use", "no_zone"), ("devices", "whole_unknown")} <= left


def test_a_group_of_which_a_required_part_is_unknown_stays_out_of_a_total() -> None:
    """10 kWh: 4 + 45 L; 30 kWh whose water of electricity is unknown: 12 L on site, which no total may hold."""
    groups = [ActivityGroup({"it_energy": 10.0}, bounds_of(**WATER))]
    groups.append(ActivityGroup({"it_energy": 30.0}, bounds_without("grid_water_intensity")))
    water = amounts(groups)["water"]
    assert water.at_factor_values == pytest.approx(10 * 0.4 + 10 * 1.5 * 3.0)
    assert water.covers == pytest.approx(10 / 40)
    onsite = water.parts["onsite"]
    assert (onsite.at_factor_values, onsite.covers) == (pytest.approx(10 * 0.4), pytest.approx(10 / 40))
    for name in ("water", "water.onsite"):
        figure = figure_named(name)
        assert figure is not None
        counted = [bool(results_of(group, [figure], group.values)) for group in groups]
        assert counted == [True, False], "steps are those of the groups that the total counts"
        assert amounts(groups, [figure])[name].covers == pytest.approx(10 / 40)


def test_the_json_of_an_amount_gives_it_back_with_what_it_leaves_out() -> None:
    """A manufacture known for 42 % of the electricity, and in part for 8 %: the command line reads the JSON."""
    unknown = Amount(unit="kgCO2e", missing={"code": "no_host", "fr": "sans hôte", "en": "no host"})
    machines = Amount(unit="kgCO2e", low=1.0, central=2.0, high=3.0, envelope=(1.0, 3.0), covers=0.42)
    whole = Amount(
        unit="kgCO2e",
        low=4.0,
        central=5.0,
        high=6.0,
        at_factor_values=5.0,
        envelope=(3.0, 7.0),
        covers=1.0,
        made=0.42,
        made_partly=0.08,
        parts={"machines": machines, "devices": unknown},
    )
    assert Amount.read(whole.as_dict()) == whole
    assert partly_text(Amount.read(whole.as_dict()), "fr") == partly_text(whole, "fr") != ""
    assert "covers" in whole and "covers" not in unknown
