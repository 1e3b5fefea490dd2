"""Faults that an input betrays: each seen on a made-up case, and not on its sound twin."""

from typing import Any

import pytest

from estimator.catalogue.geography import far_from, timezone_near
from estimator.cli.text import validation_text
from estimator.core.errors import LANGUAGES
from estimator.workloads.published_case import read_case
from estimator.workloads.validation.case_tables import case_tables
from estimator.workloads.validation.input_faults import ORDER
from estimator.workloads.validation.input_faults import words as fault_words
from tests.workloads.published_cases import TODAY, case, figure


def words(data: dict[str, Any]) -> tuple[str, ...]:
    return fault_words(read_case(data), case_tables(frozenset(), TODAY))


ROW = {
    "timestamp": "2026-02-03T04:05:06",
    "duration": "3600",
    "emissions": "0.0115",
    "cpu_power": "60",
    "gpu_power": "170",
    "ram_power": "20",
    "cpu_energy": "0.06",
    "gpu_energy": "0.17",
    "ram_energy": "0.02",
    "energy_consumed": "0.25",
    "country_iso_code": "FRA",
    "longitude": "2.3",
    "latitude": "48.8",
    "cpu_model": "Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz",
    "gpu_count": "1",
    "gpu_model": "1 x NVIDIA GeForce RTX 3070",
    "ram_total_size": "32",
    "pue": "1.0",
    "wue": "0.0",
}
SOUND = case({"duration_s": 3600}, {"zone": "FRA"}, figure("use_gwp_kgco2e", "it", False), phase="trace", trace=ROW)


@pytest.mark.parametrize("cells", [{}, {"cpu_power": "400"}])  # 400 W is the most that this processor may take
def test_a_sound_trace_raises_no_word(cells: dict[str, str]) -> None:
    assert words(SOUND | {"trace": ROW | cells}) == ()


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"gpu_energy": "-0.17", "energy_consumed": "-0.09"}, "negative_energy"),
        ({"energy_consumed": "0.3"}, "component_sum"),
        ({"cpu_power": "840"}, "impossible_component_power"),
        ({"ram_power": "7500"}, "impossible_component_power"),
        ({"gpu_power": "4000"}, "impossible_component_power"),
        ({"duration": "20", "emissions": "0.0115"}, "impossible_component_power"),
        ({"emissions": "0.106"}, "obsolete_grid_factor"),  # 0.424 kg/kWh, the French factor of the oldest versions
        ({"country_iso_code": "NZL", "longitude": "174.8", "latitude": "-41.3"}, "wrong_zone"),
        ({"longitude": "-93.6", "latitude": "41.6"}, "metadata_mismatch"),
        ({"gpu_count": "4"}, "metadata_mismatch"),
    ],
)
def test_each_fault_of_a_trace(cells: dict[str, str], word: str) -> None:
    workload = {} if "duration" in cells else SOUND["workload"]
    found = words(SOUND | {"workload": workload, "trace": ROW | cells})
    assert word in found and len(found) <= 2


def test_defaults_of_the_tool_are_not_an_answer_about_water() -> None:
    asked = figure("water_l", "it")
    assert words(SOUND | {"published": [asked]}) == ("unset_pue_wue",)
    assert words(SOUND | {"published": [asked], "trace": ROW | {"wue": "0.3", "pue": "1.2"}}) == ()


@pytest.mark.parametrize(
    ("workload", "site", "asked", "word"),
    [
        ({"device": "NVIDIA H100", "device_hours": 1, "device_power_w": 600_000}, {}, "it_energy_kwh", "unit_error"),
        ({"it_energy_kwh": 1}, {"grid_gwp_kgco2e_per_kwh": 46}, "use_gwp_kgco2e", "unit_error"),
        ({"it_energy_kwh": 1}, {"pue": 0.5}, "site_energy_kwh", "unit_error"),
        ({"it_energy_kwh": 9e6, "hours": 1, "device": "NVIDIA H100"}, {}, "it_energy_kwh", "unit_error"),
        ({"it_energy_kwh": 1}, {"zone": "FRA", "grid_gwp_kgco2e_per_kwh": 0.6}, "use_gwp_kgco2e", "wrong_zone"),
        ({"device_hours": 100, "device_count": 4, "hours": 10}, {}, "it_energy_kwh", "not_reproducible"),
        ({"it_energy_kwh": 1, "hours": 1, "duration_s": 60}, {}, "it_energy_kwh", "not_reproducible"),
        ({"device": "NVIDIA H100", "device_hours": 1, "device_power_w": 0.6}, {}, "it_energy_kwh", "unit_error"),  # kW
        ({"it_energy_kwh": 100, "site_energy_kwh": 100}, {"pue": 1.4}, "it_energy_kwh", "not_reproducible"),  # 140
        ({"it_energy_kwh": 9000, "requests": 50}, {}, "it_energy_kwh", "scope_mismatch"),  # 180 kWh a request
    ],
)
def test_each_fault_of_a_statement(workload: dict, site: dict, asked: str, word: str) -> None:
    assert words(case(workload, site, figure(asked))) == (word,)


@pytest.mark.parametrize(
    ("workload", "site", "asked"),
    [
        ({"device": "NVIDIA H100", "device_hours": 1, "device_power_w": 600}, {"pue": 1.2}, "it_energy_kwh"),
        ({"it_energy_kwh": 1}, {"zone": "FRA", "grid_gwp_kgco2e_per_kwh": 0.06, "pue": 1.0}, "use_gwp_kgco2e"),
        ({"it_energy_kwh": 1}, {"zone": "USA-WA", "grid_gwp_kgco2e_per_kwh": 0.0, "grid_basis": "market"}, "water_l"),
        ({"device_hours": 40, "device_count": 4, "hours": 10, "duration_s": 36_000}, {}, "it_energy_kwh"),
        ({"it_energy_kwh": 1}, {"pue": 4.0}, "site_energy_kwh"),  # the end of the scale
    ],
)
def test_sound_statements_raise_no_word(workload: dict, site: dict, asked: str) -> None:
    site = {key: value for key, value in site.items() if value != 0.0}
    assert words(case(workload, site, figure(asked))) == ()


def test_scope_and_equipment_must_be_of_one_kind() -> None:
    whole = {"host_power_w": 700, "hours": 3}
    assert words(case(whole, {}, figure("it_energy_kwh", "gpu"))) == ("scope_mismatch",)
    assert words(case({"it_energy_kwh": 1}, {}, figure("it_energy_kwh", "it", True))) == ("scope_mismatch",)
    assert words(case({"it_energy_kwh": 1}, {}, figure("site_energy_kwh", "site", False))) == ("scope_mismatch",)
    assert words(case(whole, {}, figure("it_energy_kwh", "it", False))) == ()


@pytest.mark.parametrize(
    ("alpha2", "latitude", "longitude", "clock"),
    [
        ("GP", 16.24, -61.53, "America/Guadeloupe"),
        ("MQ", 14.61, -61.06, "America/Martinique"),
        ("GF", 4.92, -52.31, "America/Cayenne"),
        ("RE", -20.88, 55.45, "Indian/Reunion"),
        ("YT", -12.78, 45.23, "Indian/Mayotte"),
        ("NC", -22.27, 166.44, "Pacific/Noumea"),
        ("PF", -17.54, -149.57, "Pacific/Tahiti"),
        ("PM", 46.78, -56.18, "America/Miquelon"),
        ("WF", -13.28, -176.18, "Pacific/Wallis"),
        ("BL", 17.9, -62.85, "America/St_Barthelemy"),
        ("MF", 18.07, -63.08, "America/Marigot"),
    ],
)
def test_a_town_of_a_territory_overseas_lies_in_it_and_not_in_france(
    alpha2: str, latitude: float, longitude: float, clock: str
) -> None:
    """Pointe-à-Pitre, Fort-de-France, Cayenne, Saint-Denis, Mamoudzou, Nouméa, Papeete, Saint-Pierre, Mata-Utu,
    Gustavia, Marigot: each by its coordinates, far from Paris, and on its own clock."""
    assert not far_from(alpha2, latitude, longitude)
    assert far_from("FR", latitude, longitude)
    assert timezone_near(alpha2, latitude, longitude) == clock


def test_a_point_is_far_from_another_country_and_not_from_its_own() -> None:
    assert not far_from("FR", 48.8, 2.3)
    assert not far_from("US", 41.6, -93.6)
    assert far_from("DE", 41.6, -93.6)
    assert not far_from("ZZ", 0, 0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_says_every_word(lang: str) -> None:
    """A word that no text says stopped `sobria validate` on the first case that had it."""
    counts = dict.fromkeys(("cases", "families", "outputs", "valued"), 1)
    body = {"summary": counts | {"not_estimable": {}, "warnings": dict.fromkeys(ORDER, 2)}}
    said = validation_text(body, lang).splitlines()[1:]
    assert [line[:6] for line in said] == ["  2 × "] * len(ORDER)
    assert len(set(said)) == len(ORDER)
