"""One engine: a build computes what `estimate` computes, and many models are as much in doubt as few."""

import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator.assessment.evaluation import values_of
from estimator.assessment.uncertainty import points
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.workloads.estimate import estimate
from estimator.workloads.inventory import inventory_of
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve
from tests.builds.test_doubt import amounts_in, answers, many, sized
from tests.support import built, kept

USES = 500
MODELS = (1, 10, 157)
HOSTS = ("class/server-room", "class/hyperscale", "class/desk", "class/server-unknown")
CARDS = (None, "gpu/h100-sxm-80", "gpu/l40s", "gpu/a100-sxm-80")
IN_FLIGHT = (None, 1.0, 16.0, 64.0, 256.0)  # of a class of requests in flight each: alone in it, each is itself
COUNTED = ("output_tokens", "input_tokens", "cached_tokens", "images", "audio_s")
HEARD = (
    "whisper-large-v3",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-tts",
    "gpt-4o",
)  # timed, never timed, speaks, converses
DAY = date(2026, 3, 1)


def drawn_uses(count: int) -> list[dict[str, Any]]:
    """Uses of models of the catalogue in the words of a request, by a generator with a stated seed."""
    draw = random.Random(20_261_127)
    known = [m.id for m in models.load().models if models.size(m).total is not None]
    zones = ("FRA", "DEU", "POL", "SWE", "USA", "GBR", "JPN", "BRA")
    uses = []
    for _ in range(count):
        read = draw.choice((None, float(draw.randint(0, 9_000))))
        use: dict[str, Any] = {
            "model": draw.choice(known),
            "zone": draw.choice(zones),
            "host": draw.choice(HOSTS),
            "device": draw.choice(CARDS),
            "requests": draw.choice((1.0, float(draw.randint(2, 100_000)))),
            "output_tokens": float(draw.randint(1, 4_000)),
            "input_tokens": read,
            "cached_tokens": float(draw.randint(0, int(read or 0))),
            "concurrency": draw.choice(IN_FLIGHT),
            "precision_bits": draw.choice((None, 8.0, 16.0)),
        }
        use["device_count"] = draw.choice((None, 1.0, 4.0)) if use["device"] else None
        if draw.random() < 0.05:
            use |= {"images": 2.0, "output_tokens": None, "input_tokens": None, "cached_tokens": 0.0}
            use |= dict.fromkeys(("concurrency", "precision_bits", "device_count"))  # of tokens alone
        uses.append(use)
    return uses


def heard_uses() -> list[dict[str, Any]]:
    """Sound that a model hears, at three kinds of site, on a known card and on none."""
    facts = {"zone": "FRA", "requests": 3.0, "precision_bits": None, "concurrency": None, "device_count": None}
    ids = [models.find(name).id for name in HEARD]
    written = facts | {"model": ids[0], "audio_s": 90.0, "output_tokens": 120.0, "host": HOSTS[0], "device": None}
    return [written] + [
        facts | {"model": model, "audio_s": 90.0, "host": host, "device": card}
        for model in ids
        for host, card in zip(HOSTS, CARDS, strict=True)
    ]


def embedded_uses() -> list[dict[str, Any]]:
    """Texts that a model makes vectors of, at each kind of site: of the model that was timed, of another, of none known
    the size."""
    facts = {"zone": "FRA", "requests": 3.0, "precision_bits": None, "concurrency": None, "device_count": None}
    facts |= {"input_tokens": 800.0, "cached_tokens": 200.0}
    return [
        facts | {"model": models.find(model).id, "host": host, "device": card}
        for model in ("bge-large-en-v1.5", "bge-m3", "text-embedding-3-large")
        for host, card in zip(HOSTS, (*CARDS[:3], "gpu/l4"), strict=True)
    ]


def row_of(number: int, use: dict[str, Any]) -> Any:
    """The row of the ledger that says the same use: sums over its requests."""
    count = use["requests"]
    sums = {name: None if use.get(name) is None else use[name] * count for name in COUNTED}
    bits = use["precision_bits"]
    facts = {name: use[name] for name in ("zone", "host", "device", "device_count", "concurrency", "requests")}
    named = {"precision": f"{bits:.0f}-bit" if bits else None, "service_key": f"use-{number}"}
    return answers(use["model"], **facts | sums | named)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Each use, its figures in a build of all of them, and what `estimate` answers."""
    uses = drawn_uses(USES) + heard_uses() + embedded_uses()
    home = built(tmp_path_factory.mktemp("uses"), *(row_of(n, use) for n, use in enumerate(uses)))
    services = {entry.service_key: entry.model_dump()["indicators"] for entry in home.services()}
    asked = [estimate(Request(**use, day=DAY))["indicators"] for use in uses]
    return [(use, services[f"use-{n}"], answer) for n, (use, answer) in enumerate(zip(uses, asked, strict=True))]


def test_a_build_computes_what_estimate_computes(both: list[tuple[dict[str, Any], ...]]) -> None:
    for use, build, answer in both:
        assert leaves(build) == pytest.approx(leaves(answer), rel=1e-9), use
    heard = {use["model"]: leaves(build) for use, build, _ in both if use.get("audio_s")}
    assert [bool(heard[models.find(name).id]) for name in HEARD] == [True, True, False, False]
    vectors = [(use, build) for use, build, _ in both if use["model"] == "baai/bge-m3"]
    assert all(bool(leaves(build)) is not bool(use.get("output_tokens")) for use, build in vectors), "it writes no text"


def leaves(figures: dict[str, Any], path: str = "") -> dict[str, float]:
    """Every number of a tree of figures, by its path."""
    found: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, dict) and name != "missing":
            found |= leaves(value, f"{path}.{name}")
        elif name in ("low", "central", "high", "at_factor_values") and value is not None:
            found[f"{path}.{name}"] = value
    return found


@pytest.mark.parametrize("use", drawn_uses(20), ids=lambda use: f"{use['model']}")
def test_adding_what_the_catalogue_knows_changes_nothing(use: dict[str, Any]) -> None:
    """The zone of a site, another name of the model, the class of a card that nobody stated, no cached tokens."""
    catalogue = load()
    said = {name: value for name, value in use.items() if value is not None} | {"host": "scaleway/fr-par-1"}
    said.pop("zone")
    model = next(m for m in models.load().models if m.id == use["model"])
    told = said | {"zone": catalogue.subjects["scaleway/fr-par-1"].zone}
    told |= {"model": (model.aliases or model.name).split("|")[0]}
    told |= {"device": use["device"] or "gpu/any"}
    figures = [estimate(Request(**fields, day=DAY))["indicators"] for fields in (said, told)]
    assert leaves(figures[0]) == leaves(figures[1])


@pytest.mark.parametrize("count", kept(MODELS, 10))
def test_every_printed_central_value_is_inside_its_interval(tmp_path: Path, count: int) -> None:
    home = built(tmp_path, *many(count, 3_000))
    indicators = [said.model_dump()["indicators"] for said in (home.totals(), *home.services())]
    found = [amount for body in indicators for amount in amounts_in(body)]
    assert len(found) > 60 and all(amount["low"] <= amount["central"] <= amount["high"] for amount in found)


def test_the_doubt_of_157_models_of_a_gateway_is_more_than_half_that_of_one() -> None:
    """High over low of the electricity of all, beside that of one: by the median of 20 random choices of the one."""
    draw = random.Random(157)
    energies = {}
    for name in sized(MODELS[-1]):
        asked = Request(
            model=name, output_tokens=300, input_tokens=500, host="class/shared-regional", zone="FRA", day=DAY
        )
        groups = inventory_of(resolve(asked, load(), DAY)).groups
        energies[name] = sum(values_of(group, "draws", frozenset({"site_energy"}))["site_energy"] for group in groups)
    assert len(energies) == MODELS[-1]
    # each model as often as to write as much electricity as another: none decides alone
    shares = {name: drawn / np.median(drawn) for name, drawn in energies.items()}
    low, middle, high = points(sum(shares.values()))
    one = np.median([points(shares[name])[2] / points(shares[name])[0] for name in draw.sample(sorted(shares), 20)])
    assert low < middle < high and one / (high / low) < 2
