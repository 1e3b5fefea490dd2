"""Energy per token: hand arithmetic, the fit that ships, architectures left out, and what widens an interval."""

import csv
import math
from functools import cache
from importlib import resources

import numpy as np
import pytest

from estimator.assessment.uncertainty import draw
from estimator.core.errors import words
from estimator.workloads.inference.measurements import load
from estimator.workloads.inference.token_energy import (
    MediaRequest,
    SizeBounds,
    TokenEnergy,
    TokenRequest,
    media_energy,
    token_energy,
)
from estimator.workloads.inference.types import JOULES_PER_KWH
from scripts.fit_energy import LOCATOR, fitted_rows, interpolation, left_out, share

EIGHT = SizeBounds(central=8)


def asked(**changes: object) -> TokenRequest:
    """A dense model of 8 billion parameters on one H100, 64 requests in flight, never measured as such."""
    usual: dict[str, object] = {
        "total_params": EIGHT, "device": "gpu/h100-sxm-80", "device_count": 1, "precision_bits": 16,
        "concurrency": 64, "output_tokens": 400, "input_tokens": 200,
    }  # fmt: skip
    return TokenRequest.model_validate(usual | changes)


def width(said: TokenEnergy) -> float:
    return said.high / said.low


@cache
def blind(known: bool) -> dict[str, list[tuple[bool, float, float]]]:
    return left_out(load(), known)


def test_hand_arithmetic() -> None:
    step = 0.00149933 * 700 * 1 / 64  # 1.5 ms of an H100 at 700 W, between 64 requests
    weights = 0.963481 * 700 / 3.35e12 * 8e9 * 16 / 8 / 64  # 16 GB read at 3.35 TB/s, between 64 requests
    compute = 2.68987 * 700 / 990e12 * 2 * 8e9  # 16 GFLOP at 990 TFLOP/s
    context = 1.33894 * 700 / 3.35e12 * (200 + 400 / 2) * math.sqrt(8e9)
    prompt = 2.5 * 700 / 990e12 * 2 * 8e9 * 200 / 400
    said = token_energy(asked())
    assert said.central == pytest.approx((step + weights + compute + context + prompt) * 0.983984, rel=1e-5)
    assert said.method == "regression"
    assert [s.code for s in said.steps[:5]] == ["step", "weights", "compute", "context", "prompt"]


def test_experts_share_the_reading_of_their_weights() -> None:
    """30 billion parameters, 3 at work: with 2 requests, 3 + 27 x (1 - 0.9) = 5.7 billion are read."""
    said = token_energy(asked(total_params=SizeBounds(central=30), active_params=SizeBounds(central=3), concurrency=2))
    weights = next(s.facts["value"] for s in said.steps if s.code == "weights")
    assert weights == pytest.approx(0.963481 * 700 / 3.35e12 * 5.7e9 * 2 / 2, rel=1e-5)


def test_shipped_coefficients_are_those_of_a_refit() -> None:
    text = (resources.files("factors") / "regression.csv").read_text("utf-8")
    shipped = {r["id"]: r for r in csv.DictReader(text.splitlines()) if r["locator"] == LOCATOR}
    again = {r["id"]: r for r in fitted_rows()}
    assert shipped.keys() == again.keys()
    for name, row in again.items():
        for column in ("low", "value", "high"):
            assert float(shipped[name][column]) == pytest.approx(float(row[column]), rel=1e-4), (name, column)


def test_architectures_left_out_are_inside_when_requests_in_flight_are_known() -> None:
    found = blind(True)
    widths = [w for items in found.values() for _, w, _ in items]
    assert len(found) == 18 and len(widths) == 579
    assert 0.85 <= share(found) <= 0.98
    assert np.median(widths) <= 8
    by_architecture = [np.mean([inside for inside, _, _ in items]) for items in found.values()]
    assert 0.85 <= np.mean(by_architecture) <= 0.98


def test_architectures_left_out_are_inside_when_requests_in_flight_are_unknown() -> None:
    found = blind(False)
    assert 0.80 <= share(found) <= 0.98
    assert np.median([w for items in found.values() for _, w, _ in items]) < 25


def test_central_is_not_biased_over_architectures_left_out() -> None:
    errors = [math.log(e) for items in blind(True).values() for _, _, e in items]
    assert math.exp(abs(np.median(errors))) < 1.2
    assert math.exp(np.median(np.abs(errors))) < 2


def test_interpolation_spread_covers_what_is_hidden() -> None:
    low, _, high = interpolation(load())
    spread = load().find("token_measured_spread")
    assert spread.low <= low and high <= spread.high * 1.01


@pytest.mark.parametrize("total", [None, 400.0])
def test_energy_rises_with_parameters_at_work(total: float | None) -> None:
    for concurrency in (1, 8, 64, 512, 4096):
        for bits in (4, 16):
            said = [
                token_energy(
                    asked(
                        total_params=SizeBounds(central=total or active),
                        active_params=SizeBounds(central=active),
                        concurrency=concurrency,
                        precision_bits=bits,
                    )
                ).central
                for active in (1, 3, 8, 20, 50, 120, 300, 400)
            ]
            assert said == sorted(said)


def test_energy_falls_with_requests_in_flight() -> None:
    for total, active in ((8, 8), (235, 22), (30, 3)):
        said = [
            token_energy(
                asked(total_params=SizeBounds(central=total), active_params=SizeBounds(central=active), concurrency=c)
            ).central
            for c in (1, 2, 8, 40, 200, 1000, 4000)
        ]
        assert said == sorted(said, reverse=True) and said[0] > 5 * said[-1]


def test_a_measured_configuration_is_returned_as_measured() -> None:
    row = next(
        r for r in load().rows if r.model == "Qwen/Qwen3-8B" and r.task == "lm-arena-chat" and r.concurrency > 60
    )
    said = token_energy(
        TokenRequest(
            model=row.model,
            total_params=EIGHT,
            device=row.device,
            device_count=row.device_count,
            precision_bits=row.precision_bits,
            concurrency=row.concurrency,
            task=row.task,
        )
    )
    assert said.method == "measured" and said.central == pytest.approx(row.energy_j, rel=1e-12)
    assert row.id in said.factors and width(said) == pytest.approx(1.25 / 0.8)


def test_between_two_measurements_logarithms_are_straight() -> None:
    rows = sorted(
        (
            r
            for r in load().rows
            if (r.model, r.task, r.device) == ("Qwen/Qwen3-14B", "lm-arena-chat", "gpu/h100-sxm-80")
        ),
        key=lambda r: r.concurrency,
    )
    below, above = rows[2:4]
    middle = math.sqrt(below.concurrency * above.concurrency)
    said = token_energy(
        TokenRequest(
            model="Qwen/Qwen3-14B",
            total_params=SizeBounds(central=14),
            device="gpu/h100",
            precision_bits=16,
            concurrency=middle,
            task="lm-arena-chat",
        )
    )
    assert said.method == "measured"
    assert said.central == pytest.approx(math.sqrt(below.energy_j * above.energy_j), rel=1e-9)


@pytest.mark.parametrize(
    "change",
    [
        {"device": "gpu/a100-sxm-80"},
        {"precision_bits": 8},
        {"concurrency": 1},
        {"concurrency": None},
        {"model": "Qwen/Qwen3-8B-other"},
    ],
)
def test_what_was_not_measured_is_predicted(change: dict[str, object]) -> None:
    known = {"model": "Qwen/Qwen3-8B", "task": "lm-arena-chat"}
    assert token_energy(asked(**known)).method == "measured"
    assert token_energy(asked(**known | change)).method == "regression"


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"concurrency": None}, "concurrency_unknown"),
        ({"concurrency": 1}, "outside_concurrency"),
        ({"device": None}, "device_unknown"),
        ({"device": "gpu/rtx-4090"}, None),
        ({"device": "gpu/t4"}, None),
        ({"precision_bits": None}, "precision_supposed"),
        ({"precision_bits": 2}, "outside_bits"),
        ({"output_tokens": None}, "output_supposed"),
        ({"input_tokens": None}, "input_supposed"),
        ({"total_params": SizeBounds(central=8, low=3, high=40)}, "size_supposed"),
        ({"total_params": SizeBounds(central=2000)}, "outside_active"),
    ],
)
def test_leaving_what_is_known_widens_the_interval_and_says_so(change: dict[str, object], warning: str | None) -> None:
    usual, said = token_energy(asked()), token_energy(asked(**change))
    assert not usual.warnings
    assert width(said) > width(usual)
    assert warning is None or warning in said.warnings
    assert 0 < said.low < said.central < said.high < math.inf


def test_draws_have_the_interval_they_are_shown_with() -> None:
    for said in (token_energy(asked()), token_energy(asked(concurrency=None))):
        low, middle, high = np.quantile(draw(said.factor(), 40_000, 7), (0.05, 0.5, 0.95)) * JOULES_PER_KWH
        assert (low, middle, high) == pytest.approx((said.low, said.central, said.high), rel=0.04)
    assert np.array_equal(draw(token_energy(asked()).factor()), draw(token_energy(asked()).factor()))


def test_arrivals_give_the_requests_in_flight() -> None:
    """At one request a second each card time is shared by all that is in flight; a busy card gives a bounded power."""
    said = token_energy(asked(concurrency=None, request_rate=4.0))
    alone = token_energy(asked(concurrency=said.concurrency))
    assert said.concurrency is not None and said.concurrency > 1
    assert said.central == pytest.approx(alone.central, rel=1e-6) and width(said) > width(alone)
    assert said.device_seconds == pytest.approx((1 / (4 * 400),) * 3)
    watts = said.central * 4 * 400
    assert 0.2 * 700 < watts < 1.1 * 700


def test_a_card_that_waits_is_charged_its_waiting() -> None:
    """One request in 100 s: 0.15 x 700 W during nearly all of it, over 400 tokens."""
    said = token_energy(asked(concurrency=None, request_rate=0.01))
    assert said.concurrency is not None and said.concurrency < 0.2
    waiting = next(s.facts["value"] for s in said.steps if s.code == "idle")
    assert waiting == pytest.approx(0.15 * 700 * (1 - said.concurrency) * 100 / 400, rel=1e-6)


def test_card_time_of_a_token() -> None:
    said = token_energy(asked())
    assert said.device_seconds is not None
    low, central, high = said.device_seconds
    assert low < central < high
    assert 0.3 < said.central / central / 700 < 1.1  # share of maximum power


def test_images_and_videos() -> None:
    image = media_energy(MediaRequest(kind="image", model="stabilityai/stable-diffusion-3.5-large", device="gpu/h100"))
    assert image.method == "measured" and image.low < image.central < image.high
    elsewhere = media_energy(
        MediaRequest(kind="image", model="stabilityai/stable-diffusion-3.5-large", device="gpu/l4")
    )
    assert elsewhere.method == "regression" and width(elsewhere) > width(image)
    unknown = media_energy(MediaRequest(kind="video", model="someone/else"))
    assert unknown.method == "other_models" and unknown.warnings == ("model_unknown",) and width(unknown) > 10


def test_every_step_and_warning_has_its_words() -> None:
    for lang in ("fr", "en"):
        said = words(lang)
        assert said["token"].keys() == words("fr")["token"].keys()
        assert said["token_warnings"].keys() == words("fr")["token_warnings"].keys()
        for change in ({}, {"concurrency": None}, {"precision_bits": 2, "concurrency": 1}, {"device": None}):
            answer = token_energy(asked(**change))
            assert all(step.text(lang) for step in answer.steps)
            assert all(code in said["token_warnings"] for code in answer.warnings)


def test_without_the_measurements_of_a_source_everything_is_predicted() -> None:
    rest = load().without("mlenergy")
    assert not rest.rows
    known = asked(model="Qwen/Qwen3-8B", task="lm-arena-chat")
    assert token_energy(known, rest).method == "regression"


def test_an_architecture_left_out_is_predicted_by_others() -> None:
    known = asked(model="Qwen/Qwen3-8B", task="lm-arena-chat")
    rest = load().left_out("qwen3-8b")
    said = token_energy(known, rest)
    assert said.method == "regression" and said.central != token_energy(known, load().without("mlenergy")).central
