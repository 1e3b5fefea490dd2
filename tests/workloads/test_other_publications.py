"""Publications that are in no list of cases, in the forms that they have: model cards, traces of others' programs."""

from typing import Any

import pytest

from estimator.workloads.validation.published_cases import run
from tests.workloads.published_cases import TODAY, case, figure, valued

# A row of huggingface.co/datasets/bigscience/evaluation-results, 6966f24: eight A40 that mostly wait.
EVALUATION = {
    "timestamp": "2022-06-27T15:29:54", "duration": "133.65662217140198", "emissions": "0.002045237647554725",
    "emissions_rate": "0.01530217967750151", "cpu_power": "0.0", "gpu_power": "656.124",
    "ram_power": "283.40368938446045", "cpu_energy": "0", "gpu_energy": "0.026829641745070285",
    "ram_energy": "0.010356497301379265", "energy_consumed": "0.037186139046449546", "country_name": "France",
    "country_iso_code": "FRA", "os": "Linux-5.13.0-40-generic-x86_64-with-glibc2.29", "cpu_count": "96",
    "cpu_model": "AMD EPYC 7413 24-Core Processor", "gpu_count": "8", "gpu_model": "8 x NVIDIA A40",
    "ram_total_size": "755.7431716918945", "tracking_mode": "machine", "on_cloud": "N",
}  # fmt: skip


@pytest.mark.parametrize(
    ("workload", "zone", "indicator", "published"),
    [
        # huggingface.co/CompVis/stable-diffusion-v-1-1-original, 0639c21: 150,000 h of A100 PCIe 40 GB, US-east
        ({"device": "NVIDIA A100 PCIe 40GB", "device_hours": 150_000}, "USA-VA", "use_gwp_kgco2e", 11_250),
        # huggingface.co/ThatsGroes/munin-SkoleGPTOpenOrca-7b-16bit, 969acd8: « just shy of 4 hours », codecarbon
        ({"device": "NVIDIA RTX A4000", "device_count": 1, "hours": 3.95}, "DNK", "it_energy_kwh", 0.694),
        ({"device": "NVIDIA RTX A4000", "device_count": 1, "hours": 3.95}, "DNK", "use_gwp_kgco2e", 0.057),
    ],
)
def test_a_model_card_is_within_our_interval(workload: dict, zone: str, indicator: str, published: float) -> None:
    asked = figure(indicator, "it" if workload["device"] == "NVIDIA RTX A4000" else "gpu", False)
    row = valued(case(workload, {"zone": zone}, asked))[0]
    assert row.low and row.high and row.low < published < row.high < 12 * row.low


@pytest.mark.parametrize(
    ("cards", "hours", "watts", "grid", "published"),
    [
        # huggingface.co/169Pi/Alpie-Core, 831a704: 8 × 408 h × 250 W × 364 g/kWh = 297 kg, printed « ≈ 298 »
        (8, 408, 250, 0.364, 298),
        # huggingface.co/HuggingFaceM4/idefics-80b, a583f4d: 512 × 672 h × 400 W × 288 g/kWh = 39,636 kg; fine-tuning
        (512, 672, 400, 0.288, 39_498),
        (384, 72, 400, 0.288, 3_174),
    ],
)
def test_a_card_that_gives_every_number_is_found_again(
    cards: int, hours: float, watts: float, grid: float, published: float
) -> None:
    work = {"device": "NVIDIA A100 80GB", "device_count": cards, "hours": hours, "device_power_w": watts}
    row = valued(case(work, {"grid_gwp_kgco2e_per_kwh": grid}, figure("use_gwp_kgco2e", "gpu", False)))[0]
    assert row.central == pytest.approx(cards * hours * watts / 1000 * grid) == pytest.approx(published, rel=0.01)


def test_a_sound_trace_of_waiting_cards_has_no_fault() -> None:
    """82 W a card is what an A40 draws that hardly works; memory is a modelled constant, processors were not read."""
    data: dict[str, Any] = case({}, {"zone": "FRA"}, figure("it_energy_kwh", "it", False), trace=EVALUATION)
    row = run([data], today=TODAY)["cases"][0]
    assert row["central"] == pytest.approx(0.026829641745070285 + 0.010356497301379265) and row["warnings"] == []
