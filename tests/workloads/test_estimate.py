"""An estimate beyond the simple case: reserved cards, training, storage, providers, images; by hand."""

import json
import re
from datetime import date

import pytest

from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.cli.text import used_text
from estimator.core.errors import SobriaError
from estimator.workloads import estimate as estimating
from estimator.workloads.estimate import Estimate, estimate
from estimator.workloads.inference.measurements import load as measured
from estimator.workloads.request import Request, request_from
from tests.core.test_numbers import spaced

H100 = {"device": "gpu/h100-sxm-80", "zone": "FRA", "host": "class/server-room"}
SERVED = H100 | {"model": "Qwen/Qwen3-8B", "concurrency": 64, "precision_bits": 16, "output_tokens": 400}


def asked(**more: object) -> Estimate:
    return estimate(Request.model_validate(more))


def central(body: Estimate, *path: str) -> float:
    found = body["indicators"]
    for step in path:
        found = found[step]
    return found["at_factor_values"]


def value(factor: str) -> float:
    found = load().factor(factor).value
    assert found is not None
    return found


def test_german_electricity_of_2015_and_2024_differs_by_what_its_source_says() -> None:
    """503.591 and 344.14 g per kWh: 1.4633 times less in nine years. A later year takes that of 2024, and says it."""
    answers = {year: asked(it_energy_kwh=10, zone="DEU", pue=1.0, day=f"{year}-07-01") for year in (2015, 2024, 2026)}
    use = {year: central(answer, "gwp", "use") for year, answer in answers.items()}
    assert use[2015] == pytest.approx(5.03591) and use[2024] == use[2026] == pytest.approx(3.4414)
    reused = {year: [w for w in answer.warnings if w["code"] == "year_reused"] for year, answer in answers.items()}
    said = {year: [w for w in found if w["fr"].startswith("Gaz")] for year, found in reused.items()}
    assert said[2015] == said[2024] == reused[2015] == []
    assert ["Eau, énergie primaire" in w["fr"] and "2023" in w["fr"] for w in reused[2024]] == [True]
    assert "2026" in said[2026][0]["fr"] and "2024" in said[2026][0]["fr"] and "Allemagne" in said[2026][0]["fr"]
    assert "Germany" in said[2026][0]["en"]


@pytest.mark.parametrize(("zone", "label"), [("EU27", "Union européenne"), ("WORLD", "Monde"), ("EUROPE", "Europe")])
def test_one_value_for_every_year_is_said_to_be_of_its_year(zone: str, label: str) -> None:
    """The mixes of 2023 for water and primary energy are not of 2018; the gases have a value for each year: 2024 emits
    less than 2018."""
    answers = {year: asked(it_energy_kwh=10, zone=zone, pue=1.0, day=f"{year}-07-01") for year in (2018, 2024)}
    for year, answer in answers.items():
        (said,) = (w["fr"] for w in answer.warnings if w["code"] == "year_reused")
        assert said.startswith("Eau") and label in said and str(year) in said and "de 2023, sa seule" in said
    gases = {year: answer.indicators["gwp"].central for year, answer in answers.items()}
    assert gases[2024] < 0.95 * gases[2018]


def test_steps_and_factors_are_made_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures and warnings are there at once; as a mapping, the answer is its JSON."""
    with monkeypatch.context() as patched:
        patched.setattr(estimating, "explain_groups", lambda *_, **__: pytest.fail("explained"))
        answer = asked(**SERVED)
        assert answer.indicators["gwp"].central == answer["indicators"]["gwp"]["central"]
        assert answer.warnings
    assert [step["name"] for step in answer["steps"]][-1] == "machine_embodied_primary_energy"
    assert dict(answer) == answer.as_dict() == json.loads(json.dumps(answer.as_dict()))
    with pytest.raises(AttributeError):
        answer.indicators = {}  # type: ignore[misc]


def test_device_hours_times_power_times_load_times_host() -> None:
    """1,000 h × 0.7 kW × 0.5 × 1.43 = 500.5 kWh; cards and servers are charged 1,000 h and 1,000 / 8 h."""
    body = asked(**H100, device_hours=1000, load=0.5)
    assert central(body, "it_energy") == pytest.approx(1000 * 0.7 * 0.5 * 1.43)
    life = 5 * 8766
    assert central(body, "gwp", "devices") == pytest.approx(1000 / life * 170.1)
    assert central(body, "gwp", "machines") == pytest.approx(1000 / 8 / life * 5700)


def test_a_dedicated_server_is_charged_once_for_its_idle_hours() -> None:
    """Trap 8: at 30 % load its waiting hours are added once, and its manufacture covers the reserved hours once."""
    shared = asked(**SERVED, requests=1e6)
    pace = next(s for s in shared["steps"] if s["name"] == "token_hours")["value"]
    hours = pace / 0.3
    body = asked(**SERVED, requests=1e6, device_hours=hours)
    busy = next(s for s in shared["steps"] if s["name"] == "token_energy")["value"]
    waiting = 0.7 * hours * 0.7 * value("token_idle_share/gpu/any/2026")  # 70 % of the hours × 0.7 kW × share
    assert central(body, "it_energy") == pytest.approx((busy + waiting) * 1.43)
    life = 5 * 8766
    assert central(body, "gwp", "machines") == pytest.approx(hours / 8 / life * 5700)
    assert "provisioning_factor" not in {f["quantity"] for f in body["factors"]}
    assert any(w["code"] == "waiting_charged" and "30 %" in w["fr"] for w in body["warnings"])


def test_reserved_hours_that_are_too_few_are_said() -> None:
    codes = {w["code"] for w in asked(**SERVED, requests=1e6, device_hours=0.1)["warnings"]}
    assert "hours_too_few" in codes


def test_a_shared_service_waits_by_the_provisioning_factor() -> None:
    body = asked(**SERVED)
    steps = {s["name"]: s["value"] for s in body["steps"]}
    assert steps["provisioned_energy"] == pytest.approx(1.5 * steps["token_energy"])  # a server room


def test_cards_that_wait_are_made_as_they_are_fed() -> None:
    """Waiting at a quarter of the power of work: 1.5 of the electricity is 3 hours reserved for one at work."""
    body = asked(**SERVED)
    steps = {s["name"]: s["value"] for s in body["steps"]}
    assert steps["provisioned_hours"] == pytest.approx(3 * steps["token_hours"])
    assert steps["server_hours"] == pytest.approx(3 * steps["token_hours"] / 8)
    value = {f["quantity"]: f["value"] for f in body["factors"]}
    lives = steps["provisioned_hours"] / (value["device_lifetime"] * 8766)
    assert steps["device_embodied_gwp"] == pytest.approx(lives * value["device_gwp"])


def test_a_machine_without_electricity_uses_no_factor() -> None:
    """Hours alone count nothing: no value is said to be used, and none to be out of date."""
    body = estimate(Request.model_validate({"device": "machine/aws-m5.2xlarge", "device_hours": 720, "zone": "FRA"}))
    assert not {"wider_subject", "year_reused"} & {w["code"] for w in body["warnings"]}
    assert {body["indicators"][n]["missing"]["code"] for n in ("energy", "water", "gwp")} == {"not_asked"}


def test_a_virtual_machine_is_a_share_of_a_server_by_design() -> None:
    asked_of = {"device": "machine/aws-m5.2xlarge", "device_hours": 720, "zone": "FRA", "it_energy_kwh": 1}
    body = estimate(Request.model_validate(asked_of))
    assert body["indicators"]["gwp"]["machines"]["central"] > 0
    assert not [w for w in body["warnings"] if w["code"] == "wider_subject" and "m5.2xlarge" in w["fr"]]


def test_cached_and_reasoning_tokens() -> None:
    """What is in cache is not read, but read again with each token; reasoning tokens are written, shown or not."""
    plain = asked(**SERVED, input_tokens=2000)
    cached = asked(**SERVED, input_tokens=2000, cached_tokens=1500)
    fresh = asked(**SERVED, input_tokens=500)
    assert central(fresh, "it_energy") < central(cached, "it_energy") < central(plain, "it_energy")
    reasoned = asked(**SERVED, reasoning_tokens=600)
    longer = asked(**SERVED | {"output_tokens": 1000})
    assert central(reasoned, "it_energy") == central(longer, "it_energy")
    with pytest.raises(SobriaError) as refusal:
        asked(**SERVED, input_tokens=10, cached_tokens=11)
    assert "11 jetons gardés" in refusal.value.message("fr")


def test_tokens_kept_in_cache_are_not_read_again() -> None:
    """2,000 tokens of which 1,500 are kept: what is spared is the reading of 1,500, on cards kept ready (× 1.5), with
    the rest of their server (× 1.43)."""
    whole, kept = (asked(**SERVED, input_tokens=2000, cached_tokens=cached) for cached in (0, 1500))
    reading = next(s["value"] for s in whole["steps"] if s["name"] == "input_energy")
    assert central(whole, "it_energy") - central(kept, "it_energy") == pytest.approx(1500 * reading * 1.5 * 1.43)


def test_a_card_carries_an_eighth_of_its_server_and_the_whole_of_its_computer() -> None:
    """1,000 h of 8,766 h × 5 years each: of a server of eight cards (5,700 kg), of a workstation of one (415.5 kg)."""
    life = 5 * 8766
    server = asked(**H100, device_hours=1000)
    assert central(server, "gwp", "machines") == pytest.approx(1000 / 8 / life * 5700)
    desk = asked(**H100 | {"host": "class/desk"}, device_hours=1000)
    assert central(desk, "gwp", "machines") == pytest.approx(1000 / 1 / life * 415.5)


def test_storage_by_hand() -> None:
    """12 TB·month = 1,000 GB·year × 0.00810855 kWh × 2 copies × PUE 1 on a desk = 16.2 kWh, whatever else is asked."""
    body = asked(storage_tb_months=12, host="class/desk", zone="FRA")
    assert central(body, "energy") == pytest.approx(1000 * 0.00810855 * 2)
    both = asked(storage_tb_months=12, host="class/desk", zone="FRA", it_energy_kwh=5)
    assert central(both, "energy") == pytest.approx(5 + 1000 * 0.00810855 * 2)


def test_an_image_is_its_measured_energy_and_its_card_time_is_unknown() -> None:
    body = asked(model="black-forest-labs/FLUX.1-dev", images=1, requests=100, device="gpu/h100-sxm-80", zone="FRA")
    steps = {s["name"]: s for s in body["steps"]}
    made = next(f["value"] for f in body["factors"] if f["quantity"] == "media_energy")
    assert steps["media_answering_energy"]["value"] == pytest.approx(100 * made)
    assert body["indicators"]["gwp"]["devices"]["missing"]["code"] == "no_output_time"


def test_an_hour_of_sound_by_hand() -> None:
    """Whisper large-v3, 280 W ÷ 68.56 and 280 W ÷ 110.92: √(4.084 × 2.524) = 3.2106 J for one second of sound; an hour
    is 3.2106 Wh of the card; × 1.3 for cards that wait, × 1.43 for the server. From 160 W ÷ 110.92 to 400 W ÷ 68.56.
    """
    body = asked(model="whisper-large-v3", audio_s=1800, requests=2, device="gpu/a100-sxm-80", zone="FRA")
    made = next(f for f in body["factors"] if f["quantity"] == "media_energy")
    joules = [made[name] * 3.6e6 for name in ("low", "value", "high")]
    assert joules == pytest.approx([160 / 110.92, 280 / (68.56 * 110.92) ** 0.5, 400 / 68.56], rel=2e-3)
    assert central(body, "it_energy") == pytest.approx(3.2106e-3 * 1.3 * 1.43, rel=1e-3)
    assert body["indicators"]["gwp"]["devices"]["missing"]["code"] == "no_output_time"
    assert [w["code"] for w in body["warnings"] if w["code"] == "sound_computed"] == ["sound_computed"]


def test_embedded_tokens_by_hand() -> None:
    """bge-large on an L4, 1.15 million tokens in 18.491, 19.562 and 59.107 s at 50.4 W: their geometric mean, 27.75 s,
    is 1.2163 mJ a token; 0.3379 Wh for a million. bge-m3 has 567 million parameters, bge-large 335."""
    card = {"device": "gpu/l4", "zone": "FRA", "host": "class/server-room"}
    found = asked(model="BAAI/bge-large-en-v1.5", input_tokens=1000, requests=1000, **card)
    seconds = (18.491 * 19.562 * 59.107) ** (1 / 3)
    joules = 50.4 * seconds / 1.15e6
    assert joules == pytest.approx(1.2163e-3, rel=1e-3)
    used = {factor["quantity"]: factor["value"] for factor in found["factors"]}
    waiting, ratio = used["provisioning_factor"], used["host_ratio"]
    assert central(found, "it_energy") == pytest.approx(1e6 * joules / 3.6e6 * waiting * ratio, rel=1e-3)
    assert {"embedding_computed", "media_without_manufacture"} <= {w["code"] for w in found.warnings}
    other = asked(model="openweight-embeddings", input_tokens=1000, requests=1000, **card)
    assert central(other, "it_energy") / central(found, "it_energy") == pytest.approx(0.567 / 0.335, rel=1e-3)
    told = {w["code"] for w in other.warnings}
    assert "embedding_model_unknown" in told and not told & {"model_unknown", "embedding_other_card"}
    source = next(f["source"] for f in other["factors"] if f["quantity"] == "media_energy")
    assert "Infinity" in source["title"], "not the regression over ML.ENERGY"
    elsewhere = asked(model="openweight-embeddings", input_tokens=1000, requests=1000, **card | {"device": "gpu/any"})
    assert "embedding_other_card" in {w["code"] for w in elsewhere.warnings}


def test_an_embedding_model_of_unknown_size_says_so_and_its_tokens_are_wanted() -> None:
    told = [
        {w["code"] for w in asked(model=model, input_tokens=1000, zone="FRA").warnings}
        for model in ("text-embedding-3-small", "bge-m3")
    ]
    assert ["size_supposed" in codes for codes in told] == [True, False]
    with pytest.raises(SobriaError, match="bge-m3"):
        asked(model="bge-m3", zone="FRA")


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("openweight-small", "mistral-ai/ministral-3-8b"),
        ("openweight-medium", "mistral-ai/mistral-small-3.2"),
        ("openweight-large", "openai/gpt-oss-120b"),
        ("albert/openweight-embeddings", "baai/bge-m3"),
        ("gpt-image-1", "openai/gpt-image-1"),
    ],
)
def test_names_of_gateways_lead_to_a_model(name: str, model: str) -> None:
    assert models.find(name).id == model


def test_the_cards_of_a_model_of_unknown_size_are_a_convention_and_not_an_exact_value() -> None:
    """A set of models of 109 to 5,400 billion parameters: one number of cards, that of its central size, in every draw.
    A number that someone typed is exact."""
    use = {"model": "set/large", "input_tokens": 500, "output_tokens": 300, "zone": "FRA"}
    (cards,) = [f for f in asked(**use)["factors"] if f["quantity"] == "replica_cards"]
    assert cards["low"] == cards["high"] and cards["bounds_kind"] == "convention"
    assert "taille centrale du modèle" in cards["bounds"]["fr"] and "central size" in cards["bounds"]["en"]
    assert "taille centrale" in cards["locator"]
    (typed,) = [f for f in asked(**use, device_count=16)["factors"] if f["quantity"] == "replica_cards"]
    assert typed["bounds_kind"] == "exact"


def test_a_task_gives_the_tokens_that_nobody_stated() -> None:
    """A summary: 4,300 tokens read and 300 written, as its rows say; what is stated is kept. From 900 to 17,000 read
    and from 120 to 800 written, the interval is wider, at the same factor values."""
    place = {"model": "qwen3-8b", "zone": "FRA"}
    by_task, by_hand = asked(task="summarise", **place), asked(input_tokens=4300, output_tokens=300, **place)
    drawn, kept = by_task["indicators"]["energy"], by_hand["indicators"]["energy"]
    assert drawn["at_factor_values"] == pytest.approx(kept["at_factor_values"])
    assert drawn["high"] / drawn["low"] > 1.2 * kept["high"] / kept["low"]
    (told,) = [w for w in by_task.warnings if w["code"] == "task_lengths"]
    assert "300 écrits (120 à 800)" in told["fr"] and "300 written (120 to 800)" in told["en"]
    half = asked(task="summarise", input_tokens=1350, **place)
    (told,) = [w for w in half.warnings if w["code"] == "task_lengths"]
    said = told["fr"].replace("\u202f", " ")
    assert "1 350 jetons lus sont donnés ; 300 écrits (120 à 800) sont supposés" in said and "4 300" not in said
    (told,) = [w for w in asked(task="summarise", output_tokens=90, **place).warnings if w["code"] == "task_lengths"]
    assert "90 tokens written are given; 4,300 read (900 to 17,000) are supposed" in told["en"]
    stated = asked(task="summarise", input_tokens=50, output_tokens=20, **place)
    assert stated["indicators"] == asked(input_tokens=50, output_tokens=20, **place)["indicators"]
    assert "task_lengths" not in {w["code"] for w in stated.warnings}
    with pytest.raises(SobriaError, match="task/summarise"):
        asked(task="summari", **place)


def test_sound_on_another_card_says_that_the_value_is_of_the_card_of_the_tests() -> None:
    told = {
        card: {w["code"] for w in asked(model="whisper-large-v3", audio_s=60, device=card, zone="FRA")["warnings"]}
        for card in ("gpu/a100-sxm-80", "gpu/l4")
    }
    assert "sound_device_unknown" in told["gpu/l4"] - told["gpu/a100-sxm-80"]
    assert "device_unknown" not in told["gpu/l4"]


def test_a_transcription_model_that_was_never_timed_takes_the_interval_of_all() -> None:
    """From Parakeet on short clips at 160 W to Voxtral Realtime at 400 W: 160 ÷ 1,719.32 and 400 ÷ 28.2 J."""
    body = asked(model="gpt-4o-mini-transcribe", audio_s=60, zone="FRA")
    made = next(f for f in body["factors"] if f["quantity"] == "media_energy")
    assert [made["low"] * 3.6e6, made["high"] * 3.6e6] == pytest.approx([160 / 1719.32, 400 / 28.2], rel=1e-3)
    said = {w["code"]: w for w in body["warnings"]}
    assert {"model_unknown", "sound_computed"} <= set(said)
    assert said["model_unknown"]["fr"].startswith("Aucune mesure de ce modèle dans nos tables")
    assert said["model_unknown"]["en"].startswith("No measurement of this model in our tables")


@pytest.mark.parametrize(("model", "code"), [("gpt-4o", "no_audio_energy"), ("gpt-4o-mini-tts", "no_speech_energy")])
def test_sound_that_no_source_speaks_of_is_not_estimable_and_never_zero(model: str, code: str) -> None:
    body = asked(model=model, audio_s=60, zone="FRA")
    assert body["indicators"]["energy"]["central"] is None
    assert body["indicators"]["energy"]["missing"]["code"] == code


def test_tokens_with_sound_count_as_tokens_and_say_it() -> None:
    both, alone = asked(**SERVED, audio_s=60), asked(**SERVED)
    assert both["indicators"] == alone["indicators"]
    assert "media_not_counted" in {w["code"] for w in both["warnings"]}


def test_training_is_a_score_of_its_own() -> None:
    """10,000 h × 0.7 kW × 0.7 × 1.43 × 1.5 for the experiments; shared over 2 million uses; the use is not touched."""
    training = {"device": "gpu/h100-sxm-80", "device_hours": 10_000, "zone": "FRA", "extra": 1.5, "uses": 2e6}
    alone, both = asked(it_energy_kwh=1, zone="FRA"), asked(it_energy_kwh=1, zone="FRA", training=training)
    assert both["indicators"] == alone["indicators"]
    made = both["provider"]
    it_energy = 10_000 * 1.5 * 0.7 * 0.7 * 1.43
    assert made["indicators"]["it_energy"]["at_factor_values"] == pytest.approx(it_energy)
    assert made["per_use"]["it_energy"]["at_factor_values"] == pytest.approx(it_energy / 2e6)
    whole = made["indicators"]["gwp"]
    assert made["per_use"]["gwp"]["devices"]["low"] == pytest.approx(whole["devices"]["low"] / 2e6)
    assert made["per_use"]["gwp"]["covers"] == whole["covers"]


def test_training_golden_numbers() -> None:
    """Trap 3: 6,500 kg over 50e9 tokens is 130 g per million tokens."""
    body = asked(training={"it_energy_kwh": 100_000, "zone": "FRA", "pue": 1, "uses": 50e9})
    total = body["provider"]["indicators"]["gwp"]["at_factor_values"]
    assert body["provider"]["per_use"]["gwp"]["at_factor_values"] * 1e6 / total == pytest.approx(130 / 6_500_000)
    assert body["indicators"] == {}


def test_a_provider_without_a_published_site_is_said() -> None:
    body = asked(model="mistral-large-latest", provider="albert", output_tokens=100, zone="FRA")
    assert "provider_unknown" in {w["code"] for w in body["warnings"]}
    assumed = asked(model="gpt-4o", provider="openai", output_tokens=100)
    assert "provider_assumed" in {w["code"] for w in assumed["warnings"]}
    assert {f["subject"]["id"] for f in assumed["factors"] if f["quantity"] == "grid_gwp"} == {"USA"}


def test_an_unnamed_card_is_any_card_and_wide() -> None:
    amount = asked(model="gpt-4o", output_tokens=100, zone="FRA")["indicators"]["gwp"]["devices"]
    assert 0 < amount["low"] < amount["at_factor_values"] < amount["high"]
    assert amount["high"] / amount["low"] > 10


@pytest.mark.parametrize("field", ["images", "device_count", "storage_tb_months"])
def test_impossible_values_name_their_option(field: str) -> None:
    with pytest.raises(SobriaError) as refusal:
        request_from(**{field: -1})
    assert f"--{field.replace('_', '-')}" in refusal.value.message("fr")


def test_what_is_supposed_of_a_replica_is_ours_and_a_long_prompt_is_said() -> None:
    """Cards that nobody stated are a rule of ours; a class of card is no wider subject of itself; beyond 10,000 tokens
    what reading has of quadratic is said to be left out."""
    supposed, stated = (
        asked(model="mistral-large-3", output_tokens=400, zone="FRA", **m) for m in ({}, {"device_count": 32})
    )
    cards = [next(f for f in body["factors"] if f["quantity"] == "replica_cards") for body in (supposed, stated)]
    assert [f["source"]["id"] for f in cards] == ["sobria_expert", "given"]
    assert not any("card_" in w["fr"] for w in supposed["warnings"])
    told = [{w["code"] for w in asked(**SERVED, input_tokens=read)["warnings"]} for read in (10_000, 10_001)]
    assert ["long_prompt" in codes for codes in told] == [False, True]


@pytest.mark.parametrize(
    ("model", "more", "told"),
    [("gpt-5", {}, True), ("gpt-5", {"reasoning_tokens": 500}, False), ("mistral-small-3.2", {}, False)],
)
def test_tokens_of_reasoning_that_nobody_counts_are_said(model: str, more: dict[str, int], told: bool) -> None:
    """A closed model may reason without showing it; a count of these tokens answers, and published weights are read."""
    said = asked(model=model, output_tokens=400, input_tokens=500, zone="FRA", **more)["warnings"]
    assert any("--reasoning-tokens" in warning["fr"] for warning in said) is told


@pytest.mark.parametrize(
    ("given", "read", "fr", "en"),
    [
        ({"output_tokens": 0}, "0", "supérieur à 0", "above 0"),
        ({"precision_bits": 0.001}, "0.001", "supérieur ou égal à 1", "1 or more"),
        ({"output_tokens": 1e20}, "1e+20", "à 1\u202f000\u202f000\u202f000\u202f000", "1,000,000,000,000"),
        ({"output_tokens": float("nan")}, "nan", "fini", "finite"),
        ({"device_hours": 0, "device": "gpu/h100"}, "0", "supérieur à 0", "above 0"),
        ({"resource_share": 2}, "2", "inférieur ou égal à 1", "1 or less"),
        ({"model": "a\x1bb"}, "« a\\x1bb »", "lisible", "can be read"),
        ({"day": "1800-01-01"}, "--date : « 1800-01-01", "2015", "2015"),
        ({"training": {"uses": 0}}, "--uses", "supérieur à 0", "above 0"),
        ({"training": {"it_energy_kwh": -1}, "load": 3}, "--training-kwh", "--load", "--load"),
    ],
)
def test_an_impossible_value_says_what_was_read_and_what_was_expected(given: dict, read: str, fr: str, en: str) -> None:
    with pytest.raises(SobriaError) as refusal:
        request_from(**{"model": "gpt-4o"} | given)
    for lang, expected in (("fr", fr), ("en", en)):
        said = refusal.value.message(lang)
        assert (read in said or lang == "en") and expected in said and "--" in said


@pytest.mark.parametrize("model", ["qwen-image", "wan-2.2"])
def test_tokens_of_a_model_of_images_say_nothing_of_its_electricity(model: str) -> None:
    energy = asked(model=model, output_tokens=500, zone="FRA")["indicators"]["energy"]
    assert energy["central"] is None and energy["missing"]["code"] == "not_a_text_model"


@pytest.mark.parametrize(
    ("said", "fr"),
    [
        ({"output_tokens": 0.4}, "entre 1 et 1 000 000"),  # a part of a token
        ({"output_tokens": 900_000, "reasoning_tokens": 200_000}, "entre 1 et 1 000 000"),
        ({"output_tokens": 400, "input_tokens": 2e7}, "au plus 10 000 000"),  # the longest context is ten millions
    ],
)
def test_tokens_that_no_request_can_have_are_refused(said: dict, fr: str) -> None:
    with pytest.raises(SobriaError) as refusal:
        asked(model="llama-3.1-8b", zone="FRA", **said)
    assert refusal.value.code == "faulty_request"
    assert fr in refusal.value.message("fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_tokens_of_a_model_that_hears_say_nothing_of_its_electricity_and_its_seconds_do() -> None:
    energy = asked(model="whisper-large-v3", output_tokens=500, zone="FRA")["indicators"]["energy"]
    assert energy["central"] is None and energy["missing"]["code"] == "seconds_wanted"
    alone = asked(model="whisper-large-v3", audio_s=60, zone="FRA")["indicators"]["energy"]
    both = asked(model="whisper-large-v3", audio_s=60, output_tokens=150, zone="FRA")["indicators"]["energy"]
    assert both["central"] == alone["central"] > 0
    spoken = asked(model="gpt-4o-mini-tts", output_tokens=500, zone="FRA")["indicators"]["energy"]
    assert spoken["missing"]["code"] == "no_speech_energy"


@pytest.mark.parametrize("said", [{"model": "whisper-large-v3", "audio_s": 60}, {"model": "qwen-image", "images": 1}])
def test_manufacture_that_is_not_counted_is_said(said: dict) -> None:
    """Metals of a text are mostly manufacture: silence would make sound and images look a hundred times lighter."""
    assert "media_without_manufacture" in {w["code"] for w in asked(**said, zone="FRA")["warnings"]}


@pytest.mark.parametrize(
    ("model", "made"), [("llama-3.1-8b", ""), ("pixtral-12b", ""), ("gpt-4o", ""), ("qwen-image", "images"),
                        ("sora-2-pro", "videos"), ("whisper-large-v3", "")],
)  # fmt: skip
def test_a_model_makes_what_the_tables_know_it_for(model: str, made: str) -> None:
    """To read images is not to make any: a model that writes, one of images, one of videos, one that hears."""
    for kind in ("images", "videos"):
        energy = asked(model=model, zone="FRA", **{kind: 10})["indicators"]["energy"]
        known = energy.get("missing") is None
        assert known == (kind == made), (model, kind)
        assert known or energy["missing"]["code"] == f"makes_no_{kind[:-1]}"


def test_a_network_alone_is_the_figure_of_its_only_step() -> None:
    """5 GB × the factor of the fixed network: the figure is the step that is shown, electricity is not described."""
    body = asked(data_gb=5)
    factor = value("network_gwp/network/fixed-fra/2022/acv")
    assert [step["value"] for step in body["steps"]] == [pytest.approx(5 * factor)]
    assert central(body, "gwp") == central(body, "gwp", "network") == pytest.approx(5 * factor)
    missing = {name: body.indicators[name].missing for name in ("energy", "water", "adpe")}
    assert {name: why and why["code"] for name, why in missing.items()} == {
        "energy": "not_asked", "water": "not_asked", "adpe": "not_known",
    }  # fmt: skip
    both = asked(data_gb=5, it_energy_kwh=1, zone="FRA")
    assert central(both, "gwp") == pytest.approx(central(both, "gwp", "use") + 5 * factor)


def test_a_part_of_a_card_is_a_part_of_its_electricity_and_of_its_manufacture() -> None:
    """A quarter of a card for 1,000 hours is a card for 250; of electricity that is given, nothing is to be shared."""
    part, whole = asked(**H100, device_hours=1000, resource_share=0.25), asked(**H100, device_hours=250)
    for path in (("energy",), ("gwp",), ("gwp", "devices"), ("gwp", "machines"), ("adpe",)):
        assert central(part, *path) == pytest.approx(central(whole, *path), rel=1e-12)
    part, whole = asked(**SERVED, device_hours=1000, resource_share=0.25), asked(**SERVED, device_hours=250)
    assert central(part, "energy") == pytest.approx(central(whole, "energy"), rel=1e-12)
    for said in ({"it_energy_kwh": 3}, {"model": "gpt-4o", "output_tokens": 300}):
        with pytest.raises(SobriaError) as refusal:
            asked(**said, resource_share=0.5)
        assert "--device-hours" in refusal.value.message("fr")


@pytest.mark.parametrize("said", [{"it_energy_kwh": 3}, {"model": "gpt-4o", "output_tokens": 300}, SERVED])
@pytest.mark.parametrize("more", [{}, {"device": "gpu/h100", "device_hours": 10}])
def test_a_load_that_no_figure_takes_is_refused(said: dict, more: dict) -> None:
    with pytest.raises(SobriaError) as refusal:
        asked(**said | more, load=0.5)
    assert refusal.value.code == "load_of_hours" and "--concurrency" in refusal.value.message("fr")


def test_sentences_name_things_as_people_do() -> None:
    """No name of the code, no number with a point or an exponent in French; the numbers of English in English."""
    body = asked(model="mistral-small-latest", output_tokens=300, device="gpu/l40s", device_hours=10, zone="FRA")
    told = {lang: " ".join(w[lang] for w in body.warnings) for lang in ("fr", "en")}
    assert "« NVIDIA L40S » n'a pas de valeur propre" in told["fr"] and "Fabrication d'une carte" in told["fr"]
    assert not re.search(r"[a-z]_[a-z]|\d\.\d|e[+-]\d", told["fr"]) and "0,00" in told["fr"] and "0.00" in told["en"]
    alone = asked(model="mistral-small-latest", output_tokens=300, zone="FRA")
    steps = " ".join(step["formula"]["fr"] for step in alone["steps"])
    assert "1 000 000 000" in spaced(steps) and not re.search(r"\d\.\d|\de[+-]", steps)
    lines = used_text(body["factors"], "fr").splitlines()[1::2]
    assert any(
        "(Carte de calcul, cas général, à défaut de valeur pour « NVIDIA L40S »)" in spaced(line) for line in lines
    )
    figures = [line.rpartition(") : ")[2].rpartition("  ")[0] for line in lines]
    assert not [line for line in figures if re.search(r"\d\.\d|e[+-]\d", line)]
    assert "0,0461 kg CO₂e/kWh [0,031 à 0,0569 kg CO₂e/kWh]" in [spaced(line) for line in figures]


def test_a_model_measured_under_several_names_is_one_model_in_every_process() -> None:
    """Llama 3.1 405B is measured under two names: the one that stands for it is not the order of a set."""
    rows = asked(model="meta/llama-3.1-405b", output_tokens=300, zone="FRA")["evidence"]
    names = {row.id: row.model for row in measured().rows}
    assert {names[row["id"]] for row in rows if row["id"] in names} == {"meta-llama/Llama-3.1-405B-Instruct"}


def test_an_alias_names_a_machine_or_a_site_as_its_id_does() -> None:
    """`h200` and `Jean Zay` are aliases of subjects.csv; a name of another kind of subject is refused as before."""
    said = Request(device="h200", device_hours=10, host="Jean Zay", zone="FRA")
    ids = Request(device="gpu/h200", device_hours=10, host="jean-zay/orsay", zone="FRA")
    assert said == ids and estimate(said).as_dict() == estimate(ids).as_dict()
    with pytest.raises(SobriaError, match="h200"):
        estimate(Request(it_energy_kwh=1, host="h200", zone="FRA"))


def test_cards_that_cannot_hold_the_weights_are_said_so() -> None:
    """675 billion parameters of 16 bits: 1,350 GB, 17 cards of 80; with bits unsaid, the fewest that serve count."""

    def told(**more: object) -> list[str]:
        use = {"model": "mistral-large-3", "output_tokens": 300, "zone": "FRA", "device": "gpu/h100", **more}
        found = estimate(Request.model_validate(use), today=date(2026, 6, 1)).warnings
        return [warning["fr"] for warning in found if warning["code"] == "too_few_cards"]

    (said,) = told(device_count=16, precision_bits=16)
    assert "(16)" in said and "au moins 17" in said.replace("\u00a0", " ")
    assert told(device_count=1) and not told(device_count=17, precision_bits=16) and not told()


@pytest.mark.parametrize(
    ("year", "said"),
    [(2015, "celle de 2021"), (2020, "celle de 2021"), (2022, ""), (2023, "celle de 2022"), (2025, "")],
)
def test_the_year_of_a_borrowed_electricity_is_the_one_that_its_source_has(year: int, said: str) -> None:
    """France: the mix of 2021 stands for all years before, that of 2022 until 2024."""
    found = estimate(Request(it_energy_kwh=1000, pue=1, zone="FRA"), today=date(year, 6, 1)).warnings
    told = [warning["fr"] for warning in found if warning["fr"].startswith("Gaz à effet de serre")]
    assert [said in text and f"propre à {year}" in text for text in told] == ([True] if said else [])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"host": "azure/francecentral", "device": "gpu/a100-pcie-80"}, "fleet_shared"),
        ({"host": "azure/francecentral", "device": "gpu/a100-pcie-80", "device_hours": 20}, "fleet_reserved"),
        ({"host": "azure/francecentral"}, ""),
        ({"host": "class/server-room", "zone": "FRA", "device": "gpu/a100-pcie-80"}, ""),
    ],
)
def test_a_card_at_a_place_that_serves_by_fleets_is_said_to_be_one_of_them(said: dict, code: str) -> None:
    """Its software takes 0.6 times the electricity of one node: of a card that one rents alone, nobody knows."""
    told = asked(model="mistral-small-3.2", input_tokens=500, output_tokens=400, requests=1e4, **said)["warnings"]
    found = [w for w in told if w["code"].startswith("fleet_")]
    assert [w["code"] for w in found] == ([code] if code else [])
    assert all("0,6" in w["fr"] and "0.6" in w["en"] for w in found)


def test_hours_of_a_machine_without_a_card_say_what_is_lacking() -> None:
    told = asked(device="machine/rack-server", device_hours=100, zone="FRA")
    assert told["indicators"]["energy"]["missing"]
    (one,) = [w for w in told["warnings"] if w["code"] == "machine_hours_alone"]
    assert "--it-energy-kwh" in one["fr"]
    whole = asked(device="machine/rack-server", device_hours=100, zone="FRA", it_energy_kwh=1)["warnings"]
    assert "machine_hours_alone" not in {w["code"] for w in whole}
