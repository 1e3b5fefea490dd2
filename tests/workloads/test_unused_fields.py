"""What a request states is read, or refused by its name: nothing is dropped without a word."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.core.errors import SobriaError
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from estimator.workloads.unused_fields import refuse_unused
from tests.comparison.test_compare import SITE, option, worked
from tests.support import sobria

BESIDE_KWH, BESIDE_PRODUCT, BESIDE_MEDIA = (f"unused_beside_{whole}" for whole in ("energy", "product", "media"))
GPT = {"model": "gpt-4o", "output_tokens": 400}
KWH: dict[str, Any] = {"it_energy_kwh": 1.0, "zone": "FRA"}
CARD = {"device": "gpu/a100-pcie-40", "device_hours": 1.0}
SPEECH: dict[str, Any] = {"model": "whisper-large-v3", "audio_s": 60}
SEARCH = {"documents": 1e4, "embedding_model": "bge-m3", "document_tokens": 850, "query_tokens": 20}


@pytest.mark.parametrize(
    ("asked", "code", "unused", "beside"),
    [
        (KWH | GPT | {"requests": 1e9}, BESIDE_KWH, "--output-tokens, --requests", "--it-energy-kwh"),
        (KWH | {"images": 3}, BESIDE_KWH, "--images", "--it-energy-kwh"),
        (KWH | {"videos": 3}, BESIDE_KWH, "--videos", "--it-energy-kwh"),
        (KWH | {"audio_s": 60}, BESIDE_KWH, "--audio-s", "--it-energy-kwh"),
        (KWH | {"seats": 5, "seat_days": 30}, BESIDE_KWH, "--seats, --seat-days", "--it-energy-kwh"),
        (KWH | {"product": "le-chat", "seats": 5}, BESIDE_KWH, "--seats", "--it-energy-kwh"),
        (KWH | {"model": "gpt-4o", "concurrency": 4}, BESIDE_KWH, "--concurrency", "--it-energy-kwh"),
        (KWH | {"task": "chat"}, BESIDE_KWH, "--task", "--it-energy-kwh"),
        (KWH | {"lifetime_years": 4}, "unused_without", "--lifetime-years", "--device"),
        (KWH | {"model": "gpt-4o", "occupancy": 0.5}, "unused_without", "--occupancy", "--device"),
        (KWH | {"wue_basis": "site"}, "unused_without", "--wue-basis", "--wue"),
        (KWH | {"network": "network/any"}, "unused_without", "--network", "--data-gb"),
        (KWH | {"storage": "storage/ssd"}, "unused_without", "--storage", "--storage-tb-months"),
        (CARD | {"output_tokens": 400}, "unused_without", "--output-tokens", "--model"),
        (CARD | {"requests": 10}, "unused_without", "--requests", "--model, --product"),
        (CARD | {"device_count": 2}, "unused_without", "--device-count", "--model, --product"),
        (GPT | {"seats": 10}, "unused_without", "--seats", "--product"),
        (GPT | {"image_side": 512}, "unused_without", "--image-side", "--images"),
        (SPEECH | {"concurrency": 4}, BESIDE_MEDIA, "--concurrency", "--audio-s"),
        ({"model": "sdxl", "images": 2, "device_count": 8}, BESIDE_MEDIA, "--device-count", "--images"),
        ({"model": "gpt-4o", "videos": 1, "cached_tokens": 9}, BESIDE_MEDIA, "--cached-tokens", "--videos"),
        ({"product": "le-chat", "seats": 10, "output_tokens": 9}, BESIDE_PRODUCT, "--output-tokens", "--product"),
        ({"training": {"it_energy_kwh": 9}, "zone": "FRA"}, "unused_place", "--zone", "--training-zone"),
        (KWH | {"training": {"extra": 3}}, "unused_without", "--training-extra", "--training-kwh, --training-device"),
    ],
)
def test_a_field_that_enters_no_figure_is_refused_by_its_name(
    asked: dict[str, Any], code: str, unused: str, beside: str
) -> None:
    with pytest.raises(SobriaError) as refusal:
        estimate(Request.model_validate(asked))
    assert refusal.value.code == code and refusal.value.facts["unused"] == unused
    assert all(unused in refusal.value.message(lang) and beside in refusal.value.message(lang) for lang in ("fr", "en"))


@pytest.mark.parametrize(
    "asked",
    [
        KWH | {"model": "gpt-4o"},  # which says where it runs
        KWH | {"product": "le-chat"},
        KWH | {"requests": 1},  # one is all the use
        KWH | {"retrieval": SEARCH, "requests": 1000, "task": "question-rag"},
        KWH | {"device": "machine/ai-server", "device_hours": 1, "lifetime_years": 4},
        CARD | GPT | {"requests": 10, "concurrency": 8},
        {"product": "le-chat", "model": "gpt-4o", "task": "rewrite", "requests": 2, "precision_bits": 8},
        SPEECH | {"zone": "FRA"},
        SPEECH | {"model": "gpt-4o", "output_tokens": 90, "concurrency": 4},  # of the text that it writes
        GPT | {"lifetime_years": 4, "zone": "FRA", "training": {"it_energy_kwh": 9}},
    ],
)
def test_fields_that_are_read_together_are_not_refused(asked: dict[str, Any]) -> None:
    refuse_unused(Request.model_validate(asked))


@pytest.mark.parametrize(
    ("asked", "less"),
    [
        (CARD | GPT | {"requests": 1e5}, CARD | GPT),  # the answers of reserved cards, and their waiting hours
        ({"product": "le-chat", "model": "gpt-4o"}, {"product": "le-chat"}),  # the model that its seats call
        (KWH | {"model": "gpt-4o"}, KWH),  # the place of a model that a fleet alone serves
    ],
)
def test_what_is_not_refused_changes_a_figure(asked: dict[str, Any], less: dict[str, Any]) -> None:
    day = {"day": date(2026, 3, 1)}
    both = [estimate(Request.model_validate(one | day)).indicators["energy"] for one in (asked, less)]
    assert both[0] != both[1]


def test_an_option_of_a_scenario_has_the_same_refusal() -> None:
    sides = [option(name, use={"it_energy_kwh": 1, **SITE} | more) for name, more in (("a", {}), ("b", {"images": 3}))]
    with pytest.raises(SobriaError, match="--images"):
        worked(*sides)


def test_a_model_and_requests_beside_an_electricity_are_refused_by_the_command(tmp_path: Path) -> None:
    line = "estimate --it-energy-kwh 1 --model gpt-4o --output-tokens 400 --requests 1e9 --zone FRA"
    for lang in ("fr", "en"):
        said = sobria(tmp_path, *line.split(), code=1, lang=lang).stderr
        assert "--it-energy-kwh" in said and "--output-tokens, --requests" in said
