"""BoaviztAPI 2.5.0 beside SobrIA: the same where the method is the same, and why where it is not."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment import equations
from estimator.catalogue.load import load
from tests.catalogue.bill_of_materials import compose

DAY = date(2026, 11, 25)
YEAR = 8760  # hours of a year there
LIFE = 35040  # a server's four years there
FRENCH_GWP = 0.098  # their kgCO2e per French kWh, 2019
CARDS = ("NVIDIA H100 SXM 80GB", "NVIDIA A100 SXM4 80GB", "NVIDIA H200 SXM 141GB")


@pytest.fixture(scope="module")
def grid(shared_data: Path) -> dict[str, dict[str, str]]:
    """Answers of BoaviztAPI by case, those that it could give."""
    with (shared_data / "oracles" / "boavizta_grid.csv").open(encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file) if row["status"] == "200"}


def number(row: dict[str, str], name: str) -> float:
    return float(row[name])


def server(kind: str, hours: int, usage: str = '{"usage_location": "FRA"}') -> str:
    return f"server:{kind}:{hours}:{usage}"


def parts_of(row: dict[str, str]) -> dict[str, float]:
    """The parts of a server as asked of BoaviztAPI, in our subjects."""
    asked: dict[str, Any] = json.loads(row["request_json"])["configuration"]
    parts = {"part/rack-case": 1.0, "part/motherboard": 1.0, "part/assembly": 1.0}
    parts["part/cpu-server"] = asked["cpu"]["units"]
    parts["part/ram-gb"] = sum(m["units"] * m["capacity"] for m in asked["ram"])
    parts["part/power-supply-kg"] = asked["power_supply"]["units"] * asked["power_supply"]["unit_weight"]
    solid = [d for d in asked["disk"] if d["type"] == "ssd"]
    parts["part/ssd-tb"] = sum(d["units"] * d["capacity"] for d in solid) / 1000
    parts["part/hdd"] = sum(d["units"] for d in asked["disk"] if d["type"] == "hdd")
    return parts


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        ('component:case:{"case_type": "rack"}:None', {"part/rack-case": 1}),
        ("component:hdd:{}:None", {"part/hdd": 1}),
        ('component:power_supply:{"unit_weight": 2.99}:None', {"part/power-supply-kg": 2.99}),
    ],
)
def test_a_part_times_its_quantity_is_theirs(
    grid: dict[str, dict[str, str]], case: str, parts: dict[str, float]
) -> None:
    made = compose(parts, day=DAY)
    for ours, theirs in (("gwp", "gwp"), ("adpe", "adp"), ("primary_energy", "pe")):
        assert made[ours][1] == pytest.approx(number(grid[case], f"{theirs}_embedded"), rel=5e-4), ours


@pytest.mark.parametrize(("kind", "apart"), [("base", 0.06), ("hdd", 0.06), ("small", 0.13), ("big", 0.13)])
def test_a_server_summed_over_its_parts_is_theirs(grid: dict[str, dict[str, str]], kind: str, apart: float) -> None:
    """Same parts, same constants by piece; areas of silicon are ours. Our GB and TB carry the base of a module of
    32 GB and of a disk of 1 TB, so a server of other modules (16 GB, 64 GB, 3.84 TB) is further apart."""
    row = grid[server(kind, LIFE)]
    made = compose(parts_of(row), day=DAY)
    for ours, theirs in (("gwp", "gwp"), ("adpe", "adp"), ("primary_energy", "pe")):
        low, central, high = made[ours]
        assert central == pytest.approx(number(row, f"{theirs}_embedded"), rel=apart), ours
        assert low <= number(row, f"{theirs}_embedded") <= high
        if kind in ("base", "hdd"):
            assert number(row, f"{theirs}_embedded_min") <= central <= number(row, f"{theirs}_embedded_max")


@pytest.mark.parametrize(
    ("name", "whole"), [("NVIDIA A100 SXM4 80GB", 567.7), ("NVIDIA L4", 123.5), ("NVIDIA T4", 130.7)]
)
def test_the_share_of_life_is_theirs(grid: dict[str, dict[str, str]], name: str, whole: float) -> None:
    """One year of three: our formula on their whole card gives their year."""
    case = f'component:gpu:{{"name": "{name}"}}:'
    assert number(grid[case + "None"], "gwp_embedded") == whole
    lives = equations.device_lives(1, YEAR, 3 * YEAR, 1)
    year = equations.device_embodied_gwp(lives, whole)
    assert year == pytest.approx(number(grid[case + str(YEAR)], "gwp_embedded"), rel=5e-4)


@pytest.mark.parametrize("life", [17520, 26280, 52560, 87600])
def test_a_longer_life_divides_theirs_as_ours(grid: dict[str, dict[str, str]], life: int) -> None:
    """Their least value, which they round least: whole server 860.5 kg."""
    whole = number(grid[server("base", LIFE)], "gwp_embedded_min")
    year = equations.machine_embodied_gwp(equations.machine_lives(1, YEAR, life, 1, 1), whole)
    assert year == pytest.approx(number(grid[f"server:base:lifetime{life}"], "gwp_embedded_min"), rel=5e-4)


def test_cards_add_to_the_server_as_ours(grid: dict[str, dict[str, str]]) -> None:
    """8 H100 in a server less the same server: 8 × 575.1 kg."""
    full = number(grid[server("gpu:NVIDIA H100 SXM 80GBx8", LIFE)], "gwp_embedded_min")
    bare = number(grid[server("base", LIFE)], "gwp_embedded_min")
    quoted = load().factor("embodied_gwp/gpu/h100-sxm-80/boavizta").value
    assert quoted == 575.1
    assert full - bare == pytest.approx(8 * quoted, rel=1e-3)


def test_use_of_a_known_power_is_theirs_without_a_pue(grid: dict[str, dict[str, str]]) -> None:
    """400 W for a year at 98 g: 343.4 kg. They count no PUE; ours is theirs at PUE 1."""
    row = grid[server("base", YEAR, '{"usage_location": "FRA", "avg_power": 400}')]
    site = equations.cooled_energy(0.4 * YEAR, 1)
    assert equations.use_gwp(site, FRENCH_GWP) == pytest.approx(number(row, "gwp_use"), rel=5e-4)
    assert equations.use_gwp(equations.cooled_energy(0.4 * YEAR, 1.3), FRENCH_GWP) > 1.25 * number(row, "gwp_use")


@pytest.mark.parametrize("usage", ['{"usage_location": "FRA"}', "{}"])
def test_they_leave_out_the_electricity_of_the_cards(grid: dict[str, dict[str, str]], usage: str) -> None:
    """Reason 1: eight H100 use what the server uses without them, unless a power for each card is given."""
    bare, full = grid[server("base", 1, usage)], grid[server("gpu:NVIDIA H100 SXM 80GBx8", 1, usage)]
    assert full["gwp_use"] == bare["gwp_use"]
    assert full["gwp_use_max"] == bare["gwp_use_max"]
    ours = equations.component_energy(0.2, 1, 8 * 0.5, 1, 0, 1, 0, 1)
    assert ours == pytest.approx(0.2 + 8 * 0.5)


def test_with_a_power_for_each_card_theirs_rises_seventeen_times(grid: dict[str, dict[str, str]]) -> None:
    """8 × 500 W for a year at 98 g is 3,434 kg; they add a fifth for the rest of the server, at the least."""
    row, bare = grid["server:gpu:NVIDIA H100 SXM 80GBx8:gpu_avg_power500"], grid["server:base:lifetime26280"]
    cards = equations.use_gwp(8 * 0.5 * YEAR, FRENCH_GWP)
    assert number(row, "gwp_use_min") == pytest.approx(1.2 * cards + number(bare, "gwp_use_min"), rel=1e-3)
    assert number(row, "gwp_use") / number(bare, "gwp_use") == pytest.approx(17, rel=0.02)


@pytest.mark.parametrize(
    ("name", "subject"), [("NVIDIA H100 SXM 80GB", "gpu/h100-sxm-80"), ("NVIDIA A100 SXM4 80GB", "gpu/a100-sxm-40")]
)
def test_they_overrate_stacked_memory(grid: dict[str, dict[str, str]], name: str, subject: str) -> None:
    """Reason 2: stacked memory modelled as large single dies, with a loss by wafer: over 3 times a life cycle
    assessment of the card, the end of our bounds, while a card without stacked memory is at twice."""
    theirs = 3 * number(grid[f'component:gpu:{{"name": "{name}"}}:{YEAR}'], "gwp_embedded")
    _, central, high = compose({subject: 1}, day=DAY)["gwp"]
    assert theirs > 3 * central
    assert theirs > 0.99 * high
    plain = number(grid['component:gpu:{"name": "NVIDIA L4"}:None'], "gwp_embedded")
    assert plain / compose({"gpu/l4": 1}, day=DAY)["gwp"][1] == pytest.approx(2.14, rel=0.01)


def test_their_value_of_a_card_is_shown_and_never_used() -> None:
    quoted = [f for f in load().factors if f.source == "boaviztapi" and f.value is not None]
    assert {f.role for f in quoted} == {"rival"}


def test_their_primary_energy_is_of_fossil_resources(grid: dict[str, dict[str, str]]) -> None:
    """Reason 3: what they call primary energy follows the fossil resource (ADPf) of each piece, over the share that
    is not renewable: 11.29 MJ per French kWh, above the physical content that we sum by source of generation."""
    row = grid[server("base", YEAR, '{"usage_location": "FRA", "avg_power": 400}')]
    theirs = number(row, "pe_use") / (0.4 * YEAR)
    ours = next(f.value for f in load().factors if f.quantity == "grid_primary_energy" and f.subject == "FRA")
    assert theirs == pytest.approx(11.29, rel=1e-3)
    assert ours is not None and 3.6 < ours < theirs
    rule = load().bounds_rules["primary_from_adpf"]
    assert (rule["low"], rule["central"]) == (1.0, 1.1)


@pytest.mark.parametrize("name", CARDS)
def test_whole_servers_with_cards_stay_apart_by_the_memory_of_the_cards(
    grid: dict[str, dict[str, str]], name: str
) -> None:
    """The server beneath is the same within a tenth: all of the gap is in the cards."""
    for row in grid.values():
        if row["case"].startswith(f"server:gpu:{name}x8:{LIFE}"):
            bare = compose(parts_of(row), day=DAY)["gwp"][1]
            cards = number(row, "gwp_embedded_min") - number(grid[server("base", LIFE)], "gwp_embedded_min")
            assert bare + cards == pytest.approx(number(row, "gwp_embedded"), rel=0.05)
            return
    raise AssertionError(f"no server with {name}")
