"""The table of providers: every spelling to one of them, and no site without somebody who says so."""

import csv
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.catalogue.csv_tables import FactorsRefused
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.model_names import squeeze
from estimator.catalogue.providers import ProviderUnknown, find, load
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve

FACTORS = Path(__file__).resolve().parents[2] / "factors"


def read(name: str) -> list[dict[str, str]]:
    """The rows of one table, as text."""
    with (FACTORS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("providers")
SOURCES = tomllib.loads((FACTORS / "sources.toml").read_text("utf-8"))
SITES = {row["id"]: row for row in read("subjects") if row["kind"] == "host"}
SPELLINGS = [(name, row["id"]) for row in ROWS for name in (row["id"], row["name"], *row["aliases"].split("|"))]


def test_every_spelling_names_one_provider() -> None:
    assert [name for name, count in Counter(row["id"] for row in ROWS).items() if count > 1] == []
    said = Counter(key for row in ROWS for key in {squeeze(alias) for alias in row["aliases"].split("|")})
    assert [key for key, count in said.items() if count > 1 or not key] == []
    assert [(name, provider) for name, provider in SPELLINGS if find(name).id != provider] == []


@given(st.sampled_from(SPELLINGS), st.sampled_from(["_", "-", ".", " ", ""]), st.booleans())
def test_case_and_separators_do_not_count(spelling: tuple[str, str], separator: str, upper: bool) -> None:
    name = separator.join(spelling[0].replace("_", " ").replace(".", " ").split())
    assert find(f" {name.upper() if upper else name} ").id == spelling[1]


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("gcp.vertex_ai", "vertex-ai"),
        ("aws.bedrock", "bedrock"),
        ("az.ai.openai", "azure"),
        ("azure.ai.openai", "azure"),
        ("Azure OpenAI", "azure"),
        ("mistral_ai", "mistral"),
        ("x_ai", "xai"),
        ("google_genai", "google"),
        ("huggingface_hub", "huggingface"),
        ("albert-api", "albert"),
    ],
)
def test_spellings_of_gateways(text: str, provider: str) -> None:
    assert find(text).id == provider


def test_every_provider_of_ecologits_is_known_where_it_assumes_that_it_serves() -> None:
    """A provider that declares no site keeps the country of EcoLogits's assumption."""
    assumed = {row["provider"]: row["zone"] for row in read("ecologits_constants") if row["name"] == "zone"}
    assert {row["provider"] for row in read("ecologits_models")} <= set(assumed)
    for name, zone in assumed.items():
        found = find(name)
        assert (found.basis, found.source) == ("assumed", "ecologits_llm"), name
        assert SITES[str(found.host)]["zone"] == zone, name


def test_a_site_is_a_host_with_a_source_and_an_unknown_one_is_empty() -> None:
    for row in ROWS:
        told = (bool(row["host"]), bool(row["source"]), bool(row["locator"]))
        assert told == ((False,) * 3 if row["basis"] == "unknown" else (True,) * 3), row["id"]
        assert row["note"], row["id"]
    assert [row["id"] for row in ROWS if row["host"] and row["host"] not in SITES] == []
    assert [row["id"] for row in ROWS if row["source"] and row["source"] not in SOURCES] == []
    assert {"albert", "groq", "openrouter"} <= {row["id"] for row in ROWS if row["basis"] == "unknown"}
    assert (find("albert").host, find("albert").source) == (None, None)


def test_every_site_has_an_efficiency_of_its_own_or_of_a_wider_class() -> None:
    factors = load_catalogue()
    for row in ROWS:
        for quantity in ("pue", "wue_it"):
            found = [f for s in factors.fallbacks(row["host"]) for f in factors.by_subject.get((quantity, s), ())]
            assert not row["host"] or any(f.value is not None for f in found), (row["id"], quantity)


def test_paris_of_scaleway_by_hand() -> None:
    """Three published zones and none named: (1.46 + 1.16 + 1.44) / 3 and (0.014 + 0.214 + 0.004) / 3, ends kept."""
    factors = load_catalogue()
    pue, wue = (factors.factor(f"{name}/scaleway/fr-par/2025") for name in ("pue", "wue_it"))
    assert (pue.low, pue.high, wue.low, wue.high) == (1.16, 1.46, 0.004, 0.214)
    assert pue.value == pytest.approx((1.46 + 1.16 + 1.44) / 3, rel=1e-5)
    assert wue.value == pytest.approx((0.014 + 0.214 + 0.004) / 3, rel=1e-5)
    assert find("scaleway").host == "scaleway/fr-par"


def test_an_unknown_provider_suggests_the_nearest() -> None:
    with pytest.raises(ProviderUnknown) as refusal:
        find(" mistrall ")
    assert refusal.value.code == "provider_unknown"
    assert load().nearest("mistrall")[0] == "Mistral AI"
    near = ", ".join(load().nearest("mistrall"))
    assert refusal.value.message("fr") == (
        f"« mistrall » n'est pas dans la table des fournisseurs de modèles. Noms proches : {near}. "
        "Donnez l'un des noms de la table, ou l'hébergement où les calculs ont lieu."
    )
    assert refusal.value.message("en") == (
        f'"mistrall" is not in the table of model providers. Names alike: {near}. '
        "Give one of the names of the table, or the hosting where the computing takes place."
    )
    for nothing in ("", "  ", "-"):
        with pytest.raises(ProviderUnknown, match="model providers. Give one"):
            find(nothing)


def test_search_holds_every_word() -> None:
    assert [provider.id for provider in load().search("google")] == ["google", "vertex-ai"]
    assert [provider.id for provider in load().search("vertex GOOGLE")] == ["vertex-ai"]
    assert load().search("no such provider") == []
    assert len(load().search("")) == len(ROWS)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("host", "mistral/nowhere", "host: mistral/nowhere"),
        ("host", "mode/meter", "host: mode/meter"),
        ("host", "", "basis is unknown without a host"),
        ("source", "", "a host needs its source and its locator"),
        ("locator", "", "a host needs its source and its locator"),
        ("source", "hearsay", "source: hearsay"),
        ("basis", "guessed", "basis: Input should be"),
        ("note", "", "note: String should have"),
        ("aliases", "Mistral", "aliases: String should match"),
        ("aliases", "mistral|open_ai", "aliases: open_ai = openai"),
    ],
)
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    rows = [dict(row) for row in ROWS]
    line = next(number for number, row in enumerate(rows, 2) if row["id"] == "mistral")
    rows[line - 2][column] = cell
    with (tmp_path / "providers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(FactorsRefused) as refusal:
        load(tmp_path)
    assert "providers.csv" in refusal.value.message("fr") and str(line) in refusal.value.message("fr")
    assert reason in refusal.value.message("en")


@pytest.mark.parametrize(
    ("provider", "model", "said"),
    [
        ("mistral", "whisper", True),
        ("mistral", "mistral-small-3.2", False),
        ("openai", "mistral-small-3.2", True),
        ("azure", "gpt-5", False),
        ("bedrock", "claude-sonnet-4", False),
        ("scaleway", "llama-3.1-8b", False),
        ("openai", "set/large", False),
    ],
)
def test_a_model_that_no_table_says_its_provider_serves_is_said(provider: str, model: str, said: bool) -> None:
    """A publisher serves its own models; of a cloud that serves those of others, no table says which."""
    found = resolve(Request(provider=provider, model=model, output_tokens=1), load_catalogue(), date(2026, 6, 1))
    assert ("not_served" in {warning["code"] for warning in found.warnings}) is said


def test_each_statement_is_told_in_the_language_of_the_reader() -> None:
    """Mistral AI: what EcoLogits supposes is said in English to who reads English; the addresses are the same."""
    warnings = resolve(
        Request(provider="mistral", model="mistral-large-3"), load_catalogue(), date(2026, 9, 1)
    ).warnings
    for lang, said in (("fr", "Hypothèse d'EcoLogits : Suède"), ("en", "EcoLogits supposes Sweden")):
        assert [w["code"] for w in warnings if said in w[lang]] == ["provider_assumed"]
    for row in ROWS:
        french, english = (re.findall(r"https?://[^\s);]+", row[note]) for note in ("note", "note_en"))
        assert row["note_en"] and french == english
