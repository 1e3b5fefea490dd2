"""Sound on an own computer, images of another size, embedding models of unknown size: by hand."""

from math import log2

import pytest

from estimator.catalogue.load import load
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request


def media(**fields: object) -> dict[str, float]:
    """The printed factor of one image, second of sound or embedded token [kWh]."""
    body = estimate(Request.model_validate({"zone": "FRA"} | fields).checked()).as_dict()
    return next(f for f in body["factors"] if f["quantity"] == "media_energy")


WHISPER = {"model": "whisper-large-v3-turbo", "audio_s": 3600.0}


@pytest.mark.parametrize(("computer", "ratio"), [("workstation", (0.55, 3.8, 12)), ("desktop", (4.1, 15.7, 98))])
def test_sound_on_an_own_computer(computer: str, ratio: tuple[float, float, float]) -> None:
    """Turbo on the A100 of the trials: √(1.889 × 1.589) = 1.7325 J for a second. A gaming card takes 3.8 times as much
    (0.55 to 12), a processor alone 15.7 times (4.1 to 98): 6.58 J and 27.2 J, 0.0066 and 0.027 kWh an hour."""
    found = media(**WHISPER, device=f"machine/{computer}")
    second = (1.889 * 1.589) ** 0.5 / 3.6e6
    assert [found[n] for n in ("low", "value", "high")] == pytest.approx([second * r for r in ratio], rel=2e-4)
    assert f"sound_desk_ratio/machine/{computer}/2026 : faster_whisper, README.md" in found["locator"]


def test_an_hour_of_sound_on_a_laptop_is_estimated() -> None:
    """1.7325 J a second × 3,600 s × 15.7 × 1.45 for the rest of the laptop = 39.4 Wh."""
    found = estimate(Request(**WHISPER, device="machine/laptop", zone="FRA")).indicators["energy"]
    assert found.at_factor_values == pytest.approx(1.7325 * 3600 * 15.7 * 1.45 / 3.6e6, rel=1e-3)
    assert found.low and found.high and found.low < found.at_factor_values < found.high


def test_the_ratios_are_those_of_the_published_times() -> None:
    """13 min are 780 s of sound. Large-v2 on a card of 290 W: 63 s at 70 % are 16.4 J/s, over 4.34 on the A100: 3.78.
    Small on a processor at 125 W: 102 s are 16.35 J/s, over 1.041: 15.7."""
    rows = {s: load().by_subject["sound_desk_ratio", f"machine/{s}"][0] for s in ("workstation", "desktop")}
    card = [s * w / 780 / 4.34 for s, w in ((16, 0.4 * 290), (63, 0.7 * 290), (143, 290))]
    processor = [s * w / 780 / 1.041 for s, w in ((51, 65), (102, 125), (418, 190))]
    for found, row in ((card, rows["workstation"]), (processor, rows["desktop"])):
        assert [row.low, row.value, row.high] == pytest.approx(found, rel=0.03)


def test_a_desk_without_more_is_a_workstation_whatever_its_card() -> None:
    named = media(**WHISPER, device="machine/workstation")
    for said in ({"host": "class/desk"}, {"host": "class/desk", "device": "gpu/rtx-4090"}):
        found = media(**WHISPER, **said)
        assert [found[n] for n in ("low", "value", "high")] == [named[n] for n in ("low", "value", "high")]


@pytest.mark.parametrize(("side", "doublings"), [(2048.0, 1.0), (4096.0, 2.0), (512.0, -1.0), (1024.0, 0.0)])
def test_an_image_of_another_side(side: float, doublings: float) -> None:
    """Each doubling of the side multiplies by 2.5 (1.3 to 4.7): twice the side 2.5, four times 6.25, half 0.4."""
    assert log2(side / 1024) == doublings
    usual, found = media(model="flux.1-dev", images=1), media(model="flux.1-dev", images=1, image_side=side)
    times = sorted((1.3**doublings, 4.7**doublings))
    assert found["value"] == pytest.approx(usual["value"] * 2.5**doublings)
    assert [found["low"], found["high"]] == pytest.approx([usual["low"] * times[0], usual["high"] * times[1]])


def test_an_embedding_model_of_unknown_size_spans_the_published_sizes() -> None:
    """0.57 billion parameters (0.1 to 9.2) × 1.00855e-9 kWh (3.83997e-10 to 3.06882e-9) by billion, a token."""
    found = media(model="text-embedding-3-large", input_tokens=1000)
    assert found["value"] == pytest.approx(0.57 * 1.00855e-9)
    assert [found["low"], found["high"]] == pytest.approx([0.1 * 3.83997e-10, 9.2 * 3.06882e-9])


def test_a_task_of_sound_or_images_says_its_own_amount() -> None:
    """An hour of a meeting is 3,600 seconds, and what is stated stands."""
    alike = [
        estimate(Request(zone="FRA", model="whisper-small", **said))["indicators"]["energy"]["central"]
        for said in ({"task": "transcribe"}, {"audio_s": 3600.0}, {"task": "transcribe", "audio_s": 3600.0})
    ]
    assert alike[0] == alike[1] == alike[2]
    half = estimate(Request(zone="FRA", model="whisper-small", task="transcribe", audio_s=1800.0))
    assert half["indicators"]["energy"]["central"] == pytest.approx(alike[0] / 2)
