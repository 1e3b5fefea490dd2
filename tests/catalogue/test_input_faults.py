"""What an input cannot state: each fault seen on one input, not on its sound twin, with its limits worked out here."""

import math
from typing import Any

import pyarrow as pa
import pytest

from estimator.catalogue.fault_rules import NUMBERS, RULES, TEXTS
from estimator.catalogue.input_faults import facts, faults, of_one, of_table
from estimator.catalogue.load import load
from estimator.core.errors import LANGUAGES, sentences

SERVER = {  # one hour of a server with two H100: 0.3 kW of processor, 0.02 of memory, 2 × 0.5 of cards
    "machine": "machine/ai-server", "device": "gpu/h100-sxm-80", "device_count": 2, "zone": "FRA",
    "reader": "codecarbon", "scope": "machine", "cpu_energy_kwh": 0.3, "ram_energy_kwh": 0.02, "gpu_energy_kwh": 1.0,
    "machine_hours": 1.0, "duration_s": 3600.0, "device_hours": 2.0, "reported_gwp_kg": 0.074,
    "reported_pue": 1.0, "reported_water_l": 1.0,
}  # fmt: skip
K80 = SERVER | {"device": "gpu/k80", "gpu_energy_kwh": 0.28}  # a board of 300 W: two cards for a meter, of 149 W each
A10G = SERVER | {"device": "gpu/a10g", "gpu_energy_kwh": 0.464}  # two cards read at 232 W, of a cap of 300 W
SERVICE = {  # a month of a declared service: 20,000 requests of a model of 8 billion parameters
    "model": "llama-3.1-8b", "zone": "FRA", "reader": "declared", "duration_s": 2_592_000.0, "other_energy_kwh": 2.0,
    "requests": 20_000, "input_tokens": 10_000_000, "output_tokens": 6_000_000, "cached_tokens": 1_000_000,
    "reported_gwp_kg": 0.2, "reported_water_l": 4.0,
}  # fmt: skip


def named(stated: dict[str, Any]) -> set[str]:
    return {found.code for found in faults(of_one(stated, load()))}


@pytest.mark.parametrize("sound", [SERVER, K80, A10G, SERVICE, {}, {"machine": "machine/unheard-of"}])
def test_a_sound_input_has_no_fault(sound: dict[str, Any]) -> None:
    assert named(sound) == set()


@pytest.mark.parametrize(
    ("broken", "dividend"),
    [
        ({"other_energy_kwh": 0.0}, "gases and water, by no electricity"),
        ({"device_hours": 0.0}, "tokens, by no hour of a card"),
        ({"requests": 0.0}, "tokens and electricity, by no request"),
    ],
)
def test_a_quotient_by_zero_says_nothing_rather_than_an_empty_figure(broken: dict[str, Any], dividend: str) -> None:
    assert named(SERVICE | broken) == set(), dividend


@pytest.mark.parametrize(
    ("sound", "broken", "code"),
    [
        (SERVER, {"least_energy_kwh": -0.1}, "negative_energy"),
        (SERVER, {"total_energy_kwh": 1.4}, "sum_of_parts"),  # 0.3 + 0.02 + 1.0 = 1.32
        (SERVER, {"cpu_energy_kwh": 3.3}, "processor_power"),  # eight processors of 400 W: 3,200 W
        (SERVER, {"ram_energy_kwh": 1.7}, "memory_power"),  # 4 TB at 3 W for 8 GB: 1,536 W
        (SERVER, {"gpu_energy_kwh": 2.2}, "card_power"),  # 1,100 W a card; the sheet says 700, times 1.5: 1,050
        (K80, {"gpu_energy_kwh": 0.5}, "card_power"),  # 250 W each; 149 times 1.5: 223
        (SERVER, {"cpu_energy_kwh": 320.0}, "machine_power"),  # Wh in place of kWh
        (SERVER, {"cpu_energy_kwh": 3e-4, "ram_energy_kwh": 2e-5, "gpu_energy_kwh": 5e-4}, "machine_power"),  # 0.82 W
        # 555,000 cards by eight in a machine of 17.5 kW are 1.2 GW, during 720 hours 874 GWh; of a site, as on a bill
        (SERVICE, {"requests": None, "output_tokens": None, "other_energy_kwh": 9e8}, "declared_power"),
        (SERVICE, {"other_energy_kwh": None, "site_energy_kwh": 9e8}, "declared_power"),
        (SERVICE, {"other_energy_kwh": None, "site_energy_kwh": 2.0, "reported_gwp_kg": 1.2}, "declared_gases"),
        (SERVER, {"stated_power_w": 8.0}, "power_and_time"),  # 1.32 kWh; 8 W during one hour are 0.008, times 100: 0.8
        (SERVER, {"reported_gwp_kg": 74.0}, "any_grid"),  # 56 kg a kWh: g in place of kg
        (SERVER, {"reported_gwp_kg": -0.1}, "any_grid"),  # a kWh takes nothing back
        (SERVER, {"reported_gwp_kg": 0.55}, "grid_of_zone"),  # 0.417 kg a kWh in France
        (SERVICE, {"reported_gwp_kg": 1.2}, "declared_gases"),  # 0.6 kg a kWh in France
        (SERVICE, {"reported_water_l": 4000.0}, "water_by_energy"),  # mL in place of L: 2,000 L a kWh
        (SERVICE, {"reported_water_l": -5.0}, "water_by_energy"),  # a site gives no water back
        (SERVER, {"reported_pue": 0.8}, "pue_odd"),
        (SERVICE, {"output_tokens": 6000}, "answer_length"),  # thousands: 0.3 token an answer
        (SERVICE, {"requests": 1, "latency_s": 1e6}, "answer_length"),  # 6,000,000 tokens in one answer
        (SERVICE, {"input_tokens": 3e11}, "request_length"),  # 15,000,000 tokens a request
        (SERVICE, {"input_tokens": 10_000.25, "cached_tokens": 0}, "part_of_token"),
        (SERVICE, {"cached_tokens": 10_000_001}, "cached_beyond_read"),
        ({"requests": 1, "output_tokens": 400, "duration_s": 0.02}, {}, "answer_pace"),  # 20,000 tokens a second
        (SERVICE, {"device_hours": 0.001, "device": "gpu/h100-sxm-80"}, "card_pace"),  # 6e6 ÷ 3.6 s = 1.7e6 a second
        (SERVICE, {"other_energy_kwh": 2e6}, "token_energy"),
        (SERVICE, {"other_energy_kwh": 2e-6}, "token_energy"),  # 1.25e-13 kWh a token; 3e-11 × 8 = 2.4e-10
        (SERVICE, {"other_energy_kwh": 20_000 * 121.0}, "request_energy"),  # a rack of 120 kW during one hour
        (SERVER, {"card_use_percent": 130.0}, "card_use"),
        (SERVER, {"stated_card_hours": 2.0, "counted_card_hours": 6.0}, "card_hours"),  # 2 × 3 h are 6
    ],
)  # fmt: skip
def test_each_fault_and_its_limit(sound: dict[str, Any], broken: dict[str, float], code: str) -> None:
    assert code in named(sound | broken)


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        (SERVER | {"reported_gwp_kg": 74.0}, "any_grid"),  # 56 kg a kWh
        (SERVER | {"reported_gwp_kg": -0.1}, "any_grid"),
        (SERVICE | {"reported_gwp_kg": 200.0}, "any_grid"),  # 100 kg a kWh
        (SERVER | {"grid_gwp": 56.0}, "stated_grid"),
    ],
)
def test_emissions_of_no_electricity_are_one_fault_not_that_of_a_zone_too(stated: dict[str, Any], code: str) -> None:
    """No zone emits as much: to look at the zone would mend nothing."""
    assert named(stated) == {code}


def test_a_part_of_a_machine_may_draw_little_and_an_unknown_machine_much() -> None:
    little = {"cpu_energy_kwh": 1e-5, "machine_hours": 1.0, "machine": "machine/rack-server"}
    assert named(little | {"scope": "machine"}) == {"machine_power"} and named(little | {"scope": "process"}) == set()
    much = {"other_energy_kwh": 15.0, "machine_hours": 1.0}
    assert named(much) == set() and named(much | {"machine": "machine/laptop"}) == {"machine_power"}


def test_rows_of_a_table_are_judged_as_one_by_one() -> None:
    rows = [SERVER | {"cpu_energy_kwh": 3.3}, SERVICE, SERVER, SERVICE | {"cached_tokens": 2e7}]
    columns = {name: pa.array([row.get(name) for row in rows], pa.float64()) for name in NUMBERS}
    columns |= {name: pa.array([row.get(name) for row in rows], pa.string()) for name in TEXTS}
    found = faults(of_table(pa.table(columns), load()))
    assert {(one.code, tuple(one.rows)) for one in found} == {("processor_power", (0,)), ("cached_beyond_read", (3,))}
    alone = faults(of_one(rows[0], load()))[0]
    assert alone.worst == found[0].worst == (3300.0, -math.inf, 3200.0)
    assert alone.excess[0] == pytest.approx(3300 / 3200)


def test_a_fault_says_what_was_read_and_what_is_possible() -> None:
    found = faults(of_one(SERVER | {"cpu_energy_kwh": 3.3}, load()))[0]
    said = sentences("checks", found.code, **facts(found.code, *found.worst))
    assert "3 300\u00a0W" in said["fr"].replace("\u202f", " ") and "au plus 3 200\u00a0W" in said["fr"].replace(
        "\u202f", " "
    )
    assert "3,300\u00a0W" in said["en"] and "at most 3,200\u00a0W" in said["en"]


@pytest.mark.parametrize("limits", [(5.0, -math.inf, 2.0), (0.5, 1.0, 2.0), (0.5, 1.0, math.inf), (1.5, 1.0, 1.0)])
def test_every_fault_has_its_sentence_whatever_limits_it_has(limits: tuple[float, float, float]) -> None:
    for rule in RULES:
        said = sentences("checks", rule.code, **facts(rule.code, *limits))
        assert all("{" not in said[lang] for lang in LANGUAGES)
