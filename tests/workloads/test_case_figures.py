"""Figures of published cases: by hand arithmetic where all is given, then from factor rows."""

from typing import Any

import pytest

from estimator.catalogue import models
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from estimator.workloads.validation.case_tables import case_tables
from estimator.workloads.validation.published_cases import run
from tests.workloads.published_cases import TODAY, case, figure, valued


def exactly(data: dict[str, Any]) -> list[float]:
    """Central values, the interval of each being that one number: everything was given."""
    rows = valued(data)
    assert [(row.low, row.high) for row in rows] == [(row.central, row.central) for row in rows]
    return [row.central for row in rows if row.central is not None]


# Arithmetic: every number is given, the result follows.


def test_stated_energy_with_overhead_and_grid() -> None:
    data = case(
        {"it_energy_kwh": 200},
        {"pue": 1.25, "grid_gwp_kgco2e_per_kwh": 0.4},
        figure("site_energy_kwh", "site", True),
        figure("use_gwp_kgco2e", "site", True),
        figure("use_gwp_kgco2e", "it", False),
    )
    assert exactly(data) == pytest.approx([200 * 1.25, 200 * 1.25 * 0.4, 200 * 0.4])


def test_device_hours_power_host_and_idle() -> None:
    data = case(
        {"device_hours": 40, "device_power_w": 300, "host_power_w": 500, "hours": 10, "idle_energy_kwh": 3},
        None,
        figure("it_energy_kwh", "it", False),
        figure("it_energy_kwh", "gpu", False),
    )
    assert exactly(data) == pytest.approx([40 * 0.3 + 10 * 0.5 + 3, 40 * 0.3])


def test_components_are_summed_and_accelerators_taken_apart() -> None:
    data = case(
        {"component_energy_kwh": {"cpu": 1.5, "gpu": 6, "ram": 0.5}, "requests": 4, "output_tokens": 1000},
        None,
        figure("it_energy_kwh", "it", False),
        figure("it_energy_kwh", "gpu", False),
        figure("it_energy_kwh", "it", False, "request"),
        figure("it_energy_kwh", "it", False, "output_token"),
    )
    assert exactly(data) == pytest.approx([8, 6, 8 / 4, 8 / 4 / 1000])


def test_it_energy_is_site_energy_over_pue() -> None:
    data = case({"site_energy_kwh": 120}, {"pue": 1.2}, figure("it_energy_kwh", "it"), figure("site_energy_kwh"))
    assert exactly(data) == pytest.approx([120 / 1.2, 120])


def test_nothing_read_is_nothing_and_not_out_of_range() -> None:
    assert exactly(case({"it_energy_kwh": 0}, {"pue": 1.2}, figure("it_energy_kwh", "it"))) == [0.0]


@pytest.mark.parametrize(("basis", "onsite"), [("it", 100 * 0.4), ("site", 150 * 0.4)])
def test_water_on_it_and_on_site_energy(basis: str, onsite: float) -> None:
    site = {"pue": 1.5, "wue_l_per_kwh": 0.4, "wue_basis": basis, "grid_water_l_per_kwh": 2}
    figures = (figure("water_onsite_l", "it", False), figure("water_electricity_l", "site", True))
    data = case({"it_energy_kwh": 100}, site, *figures, figure("water_l", "site", True))
    assert exactly(data) == pytest.approx([onsite, 150 * 2, onsite + 150 * 2])


def test_manufacture_is_shared_by_hours_of_life() -> None:
    hardware = {"device_gwp_kgco2e": 160, "server_gwp_kgco2e": 2400, "devices_per_server": 8}
    figures = (figure("embodied_gwp_kgco2e", "it"), figure("embodied_gwp_kgco2e", "it", per="device"))
    life = hardware | {"lifetime_years": 5, "utilisation": 0.8}
    total, device = exactly(case({"device_hours": 1000}, None, *figures, hardware=life))
    assert total == pytest.approx(1000 / (5 * 8760 * 0.8) * (160 + 2400 / 8), rel=1e-3)  # a year is 8,766 h here
    assert device == pytest.approx(160 + 2400 / 8)


def test_a_total_adds_use_manufacture_and_named_parts() -> None:
    site = {"grid_gwp_kgco2e_per_kwh": 0.1}
    data = case({"it_energy_kwh": 50}, site, figure("gwp_kgco2e", "it", False))
    parts = {"components_gwp_kgco2e": {"building": 2, "network": 0.5}}
    assert exactly(data | {"hardware": parts}) == pytest.approx([50 * 0.1 + 2 + 0.5])
    card = parts | {"device_gwp_kgco2e": 8766, "lifetime_years": 1, "utilisation": 1}
    workload = {"it_energy_kwh": 50, "device_hours": 3}
    assert exactly(data | {"workload": workload, "hardware": card}) == pytest.approx([50 * 0.1 + 3 * 1 + 2.5])


# Physics: what is missing comes from factor rows.


def test_hours_of_a_card_are_valued_by_its_maximum_power_and_a_load() -> None:
    row = valued(case({"device": "NVIDIA H100 80GB", "device_hours": 10}, None, figure("it_energy_kwh", "gpu", False)))[
        0
    ]
    assert row.at_factor_values == pytest.approx(10 * 0.7 * 0.7)
    assert row.low and row.high and 10 * 0.7 * 0.3 < row.low < row.central < row.high < 10 * 0.7 * 0.92
    assert {factor["quantity"] for factor in row.factors} == {"max_power", "device_load", "host_ratio"}
    assert all(factor["source"]["url"] or factor["source"]["id"].startswith("sobria") for factor in row.factors)


def test_a_server_takes_more_than_its_cards_and_serving_another_load_than_training() -> None:
    hours = {"device": "NVIDIA H100 80GB", "device_hours": 10}
    whole, cards = valued(case(hours, None, figure("it_energy_kwh", "it"), figure("it_energy_kwh", "gpu")))
    assert whole.at_factor_values == pytest.approx(1.43 * (cards.at_factor_values or 0))
    served = valued(case(hours | {"requests": 5}, None, figure("it_energy_kwh", "gpu")))[0]
    assert served.at_factor_values == pytest.approx(10 * 0.7 * 0.31)
    run = {"device": "NVIDIA H100 80GB", "device_hours": 10, "requests": 5, "duration_s": 36_000, "device_count": 1}
    at_work = valued(case(run, None, figure("it_energy_kwh", "gpu")))[0]
    assert at_work.at_factor_values == pytest.approx(10 * 0.7 * 0.68)  # the time of a run has no waiting


def test_a_silent_site_takes_its_class_and_no_overhead_takes_none() -> None:
    site = {"zone": "FRA"}
    figures = (figure("use_gwp_kgco2e", "site", True), figure("use_gwp_kgco2e", "it", False))
    with_overhead, without = valued(case({"it_energy_kwh": 100}, site, *figures))
    assert with_overhead.at_factor_values == pytest.approx(1.55 * (without.at_factor_values or 0))
    assert without.at_factor_values == pytest.approx(100 * 0.0461 * 1.01)
    assert {factor["quantity"] for factor in without.factors} == {"pue", "grid_gwp", "grid_drift"}


def test_a_dated_trace_takes_the_factor_of_its_year() -> None:
    trace = {"timestamp": "2022-05-01T10:00:00", "energy_consumed": "100"}
    row = valued(case({"it_energy_kwh": 100}, {"zone": "FRA"}, figure("use_gwp_kgco2e", "it", False), trace=trace))[0]
    assert row.at_factor_values == pytest.approx(100 * 0.052)


def test_a_trace_alone_gives_its_energies_with_its_pue_undone_once() -> None:
    trace = {"cpu_energy": "2", "gpu_energy": "4", "energy_consumed": "6", "pue": "1.5"}
    figures = (figure("it_energy_kwh", "it"), figure("it_energy_kwh", "gpu"))
    assert exactly(case(None, None, *figures, trace=trace)) == pytest.approx([6 / 1.5, 4 / 1.5])
    assert exactly(case(None, None, figures[0], trace={"energy_consumed": "6"})) == [6]


def test_what_a_software_meter_misses_on_a_desk_is_added_at_the_wall() -> None:
    desk = {"it_energy_kwh": 1, "device": "NVIDIA GeForce RTX 4090"}
    wall, read = valued(case(desk, None, figure("it_energy_kwh", "wall"), figure("it_energy_kwh", "it")))
    assert (wall.at_factor_values, read.at_factor_values) == (pytest.approx(1.25), 1)
    other = valued(case(desk, None, figure("it_energy_kwh", "wall")), frozenset({"fischer_runs"}))[0]
    assert other.at_factor_values == pytest.approx(1.3)  # the rival row, the study being left out
    server = valued(case({"it_energy_kwh": 1, "device": "NVIDIA H100"}, None, figure("it_energy_kwh", "wall")))[0]
    assert server.at_factor_values == 1


def test_manufacture_is_that_of_the_ledger() -> None:
    data = case({"device": "NVIDIA A100 PCIe 40GB"}, None, figure("embodied_gwp_kgco2e", "gpu", per="device"))
    row = valued(data)[0]
    assert row.at_factor_values == 122 and row.low and row.high and 76.25 < row.low < 122 < row.high < 414.8
    server = valued(case({"device": "Dell PowerEdge R999"}, None, figure("embodied_gwp_kgco2e", "it", per="device")))[0]
    assert server.at_factor_values == 1249


def test_a_card_that_is_not_known_is_any_card_and_says_so() -> None:
    figures = (figure("it_energy_kwh", "gpu"), figure("embodied_gwp_kgco2e", "gpu", per="device"))
    energy, made = valued(case({"device": "Unheard of 9000", "device_hours": 1}, None, *figures))
    assert energy.low and energy.high and energy.low < 0.072 and energy.high > 0.4
    assert made.low and made.high and made.low < 100 and made.high > 250
    assert {f["subject"]["id"] for f in (*energy.factors, *made.factors)} == {"gpu/any"}


def test_water_of_electricity_without_and_with_reservoirs_are_both_meant() -> None:
    row = valued(case({"site_energy_kwh": 100}, {"zone": "SWE"}, figure("water_electricity_l", "site", True)))[0]
    assert row.low and row.high and row.low < 100 and row.high > 100 * 7.431


@pytest.mark.parametrize(
    ("workload", "site", "asked", "code"),
    [
        ({}, {}, figure("it_energy_kwh"), "no_energy_stated"),
        ({"it_energy_kwh": 1}, {}, figure("use_gwp_kgco2e", "it", False), "no_zone"),
        ({"it_energy_kwh": 1}, {"zone": "XYZ"}, figure("use_gwp_kgco2e", "it", False), "unknown_zone"),
        ({"it_energy_kwh": 1}, {"zone": "USA", "grid_basis": "market"}, figure("use_gwp_kgco2e"), "no_market_factor"),
        ({"it_energy_kwh": -1}, {}, figure("it_energy_kwh"), "out_of_range"),
        ({"site_energy_kwh": 1}, {"pue": 0}, figure("it_energy_kwh"), "out_of_range"),
        ({"device_hours": 1}, {}, figure("it_energy_kwh", "gpu"), "no_device"),
        ({"it_energy_kwh": 1}, {}, figure("it_energy_kwh", per="request"), "no_requests"),
        ({"it_energy_kwh": 1, "requests": 1}, {}, figure("it_energy_kwh", per="output_token"), "no_output_tokens"),
        ({"it_energy_kwh": 1}, {}, figure("it_energy_kwh", per="device_hour"), "no_device_hours"),
        ({"component_energy_kwh": {"cpu": 1}}, {}, figure("it_energy_kwh", "gpu"), "no_component"),
        ({"device": "NVIDIA H100"}, {}, figure("embodied_gwp_kgco2e", "gpu"), "no_device_hours"),
    ],
)
def test_unknown_is_null_with_its_reason(workload: dict, site: dict, asked: dict, code: str) -> None:
    row = valued(case(workload, site, asked))[0]
    assert row.missing and row.missing["code"] == code and (row.low, row.central, row.high) == (None, None, None)


def test_tokens_of_a_model_are_valued_with_their_own_steps_and_sources() -> None:
    use = {"model": "Qwen/Qwen3-8B", "total_params_b": 8, "device": "NVIDIA H100", "precision_bits": 16}
    use |= {"concurrency": 64, "output_tokens": 600, "requests": 1000, "task": "lm-arena-chat"}
    figures = (figure("it_energy_kwh", "gpu"), figure("it_energy_kwh", "gpu", per="output_token"))
    total, one = valued(case(use, None, *figures))
    assert total.central == pytest.approx(600 * 1000 * (one.central or 0))
    assert one.low and one.high and 1e-8 < one.low < one.high < 1e-6  # 0.04 to 4 J
    assert [step["name"] for step in one.steps][-2:] == ["token_energy", "modelled_energy"]
    assert all(step["label"]["fr"] and step["label"]["en"] for step in one.steps)
    assert one.factors and all(factor["source"].get("title") and factor["locator"] for factor in one.factors)


def test_a_prediction_without_the_architecture_differs_from_a_recital() -> None:
    use = {"model": "Qwen/Qwen3-8B", "total_params_b": 8, "device": "NVIDIA H100", "precision_bits": 16}
    use |= {"concurrency": 64, "output_tokens": 600, "requests": 1}
    data = case(use, None, figure("it_energy_kwh", "gpu"))
    told, predicted = run([data], today=TODAY)["cases"][0], run([data], "architecture", today=TODAY)["cases"][0]
    assert told["central"] != predicted["central"]
    assert predicted["high"] / predicted["low"] > told["high"] / told["low"]


def test_a_run_whose_arrivals_are_stated_is_not_at_the_pace_of_a_full_card() -> None:
    """Its tokens say what it took, as if no hours were stated; with so few arrivals that its card waits, or with none
    stated, twice the hours is twice the electricity."""
    use = {"model": "Qwen/Qwen3-8B", "device": "NVIDIA H100", "requests": 2400, "output_tokens": 210}
    hours = {"duration_s": 2400, "device_hours": 2 / 3}

    def read(more: dict) -> float:
        return valued(case(use | more, None, figure("it_energy_kwh", "gpu")))[0].at_factor_values or 0

    paced, sparse = {"request_rate_per_s": 1.0}, {"request_rate_per_s": 0.001}
    assert read(paced | hours) == read(paced) < 0.8 * read(hours)
    twice = {name: 2 * value for name, value in hours.items()}
    for arrivals in (sparse, {}):
        assert read(arrivals | twice) == pytest.approx(2 * read(arrivals | hours))


def test_an_image_is_valued_by_its_kind() -> None:
    use = {"model": "Nobody/Knows", "task": "text-to-image", "device": "NVIDIA H100", "requests": 10}
    ten = valued(case(use, None, figure("it_energy_kwh", "gpu")))[0]
    one = valued(case(use | {"requests": 1}, None, figure("it_energy_kwh", "gpu")))[0]
    assert ten.central == pytest.approx(10 * (one.central or 0)) and one.low and one.high and one.low < one.high


def test_a_text_that_is_embedded_is_valued_by_its_tokens_and_the_size_of_the_model() -> None:
    """1,000 texts of 512 tokens × electricity by token and billion of parameters × billions of parameters."""
    use = {"model": "BAAI/bge-m3", "device": "NVIDIA L4", "requests": 1000, "input_tokens": 512}
    row = valued(case(use, None, figure("it_energy_kwh", "gpu")))[0]
    each = case_tables(frozenset(), TODAY).bound("embedding_energy", "gpu/any").factor
    size = models.find("BAAI/bge-m3").total_params_b
    assert each and each.value and size
    assert row.at_factor_values == pytest.approx(1000 * 512 * each.value * size)


def test_a_model_that_makes_images_is_found_by_any_of_its_names() -> None:
    use = {"task": "text-to-video", "device": "NVIDIA H100", "requests": 1}
    names = ("Wan-AI/Wan2.1-T2V-14B-Diffusers", "Wan2.1-T2V-14B")
    rows = [valued(case(use | {"model": n}, None, figure("it_energy_kwh", "gpu")))[0] for n in names]
    assert (rows[0].low, rows[0].central) == (rows[1].low, rows[1].central)


def test_every_step_and_factor_of_a_figure_is_told() -> None:
    site = {"zone": "DEU", "pue": 1.1}
    data = case({"device": "NVIDIA V100", "device_hours": 8}, site, figure("use_gwp_kgco2e", "site", True))
    row = valued(data)[0]
    told = ["working_energy", "modelled_energy", "cooled_energy", "use_gwp"]
    assert [step["name"] for step in row.steps] == told
    assert all(step["label"]["fr"] and step["label"]["en"] and step["formula"]["numbers"] for step in row.steps)
    assert all(factor["source"]["title"] and factor["locator"] for factor in row.factors)


def test_device_spellings_of_one_part_give_one_result() -> None:
    names = ("NVIDIA A100 80GB", "NVIDIA A100-SXM4-80GB", "nvidia a100 sxm4 80gb")
    rows = [valued(case({"device": n, "device_hours": 1}, None, figure("it_energy_kwh", "gpu")))[0] for n in names]
    assert len({(row.low, row.central, row.high) for row in rows}) == 1


@pytest.mark.parametrize(
    ("name", "card"),
    [("RTX 2080 Ti", "rtx-2080-ti"), ("A800 80GB", "a100"), ("TPU v4", "tpu-v4"), ("MI250X", "mi250x")],
)
def test_a_card_is_known_without_its_maker(name: str, card: str) -> None:
    assert case_tables(frozenset(), TODAY).device(name).accelerator == f"gpu/{card}"


SAID = {"model": "Qwen/Qwen3-8B", "output_tokens": 400, "requests": 1000, "concurrency": 64, "precision_bits": 16}


@pytest.mark.parametrize(
    ("said", "device", "request_fields"),
    [
        (SAID, "NVIDIA H100 80GB HBM3", SAID),
        (SAID | {"input_tokens": 900}, "NVIDIA L40S", SAID | {"input_tokens": 900}),
        ({"model": "gpt-4o", "output_tokens": 300, "requests": 1}, None, {"model": "gpt-4o", "output_tokens": 300}),
    ],
)
def test_a_published_case_is_what_estimate_answers(said: dict, device: str | None, request_fields: dict) -> None:
    """The validation covers the engine that people use: one use, said in both vocabularies, gives the same figures."""
    figures = (figure("site_energy_kwh", "site", True), figure("water_onsite_l", "site", True))
    site = {"zone": "FRA", "pue": 1.2, "wue_l_per_kwh": 0.4, "wue_basis": "it"}
    dated = {"timestamp": TODAY.isoformat()}
    workload = said | ({"device": device} if device else {})
    energy, water = valued(case(workload, site, *figures, figure("use_gwp_kgco2e", "site", True), trace=dated))[:2]
    device_id = case_tables(frozenset(), TODAY).device(device).accelerator
    asked = Request(**request_fields, device=device_id, zone="FRA", pue=1.2, wue=0.4, host="class/server-unknown")
    answer = estimate(asked, today=TODAY)["indicators"]
    for ours, theirs in ((energy, answer["energy"]), (water, answer["water"]["onsite"])):
        for end in ("low", "central", "high", "at_factor_values"):
            assert getattr(ours, end) == pytest.approx(theirs[end], rel=1e-9)


def test_a_classification_that_does_not_say_what_it_writes_writes_what_its_task_writes() -> None:
    """8 tokens (2 to 60) where none is stated, by any name of the task: the value of 8 stated tokens, and a higher
    end of the interval. Stated tokens, and the tasks of benchmarks, are left alone."""
    use = {"model": "Llama 3.1 8B", "device": "NVIDIA H100", "device_count": 1, "input_tokens": 300, "requests": 1000}

    def read(**more: object) -> Any:
        return valued(case(use | more, {"zone": "DEU"}, figure("it_energy_kwh", "gpu")))[0]

    supposed, stated = read(task="text classification"), read(output_tokens=8)
    assert supposed.at_factor_values == pytest.approx(stated.at_factor_values)
    assert supposed.high > 1.05 * stated.high
    assert read(task="classify").central == supposed.central
    assert read(task="classification", output_tokens=8).central == stated.central
    assert read(task="lm-arena-chat").central is None
