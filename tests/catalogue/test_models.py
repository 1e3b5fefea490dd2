"""The catalogue of models: one row an architecture, every name to one row, sizes with bounds, unknown never zero."""

import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from estimator.catalogue.csv_tables import FactorsRefused
from estimator.catalogue.model_names import bare, squeeze, stem
from estimator.catalogue.models import ModelUnknown, find, load, search, size

FACTORS = Path(__file__).resolve().parents[2] / "factors"
# What the published tables call a model and is none: a service, or no model at all.
NO_MODEL = {"Gemini Apps", "ChatGPT", "most energy-intensive models", "linear-embedding", "GPT-4o short query"}
# Publishers whose country no citable page settles.
NO_COUNTRY = ["baai", "bigscience", "cognitive-computations", "eurollm", "jpacifico", "nous-research"]


def read(name: str) -> list[dict[str, str]]:
    """The rows of one table, as text."""
    with (FACTORS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("models")
PUBLISHERS = {row["id"]: row for row in read("publishers")}
SOURCES = tomllib.loads((FACTORS / "sources.toml").read_text("utf-8"))


def bounds(row: dict[str, str], what: str) -> list[float]:
    """low, value, high of `total` or `active` [billions]; empty when unknown."""
    cells = (row[f"{what}_low"], row[f"{what}_params_b"], row[f"{what}_high"])
    assert all(cells) or not any(cells), row["id"]
    return [float(cell) for cell in cells if cell]


def names(row: dict[str, str]) -> set[str]:
    return {row["id"], row["name"].lower(), *filter(None, row["aliases"].split("|"))}


def test_at_least_three_hundred_architectures_with_an_id_of_their_own() -> None:
    assert len(ROWS) >= 300
    assert [name for name, count in Counter(row["id"] for row in ROWS).items() if count > 1] == []
    assert [row["id"] for row in ROWS if not row["id"].startswith(f"{row['publisher']}/")] == []


def test_an_alias_names_one_row_however_it_is_written() -> None:
    said = Counter(name for row in ROWS for name in names(row))
    assert [name for name, count in said.items() if count > 1] == []
    assert [name for name in said if name != name.strip().lower()] == []
    pressed = Counter(key for row in ROWS for key in {squeeze(bare(name)) for name in names(row)})
    assert [name for name, count in pressed.items() if count > 1] == []
    assert [row["id"] for row in ROWS if len(set(row["aliases"].split("|"))) != len(row["aliases"].split("|"))] == []


def test_every_name_finds_its_row() -> None:
    assert [(name, row["id"]) for row in ROWS for name in names(row) if find(name).id != row["id"]] == []
    assert [(name, row["id"]) for row in ROWS for name in names(row) if find(f" {name.upper()} ").id != row["id"]] == []


def test_every_model_of_the_dossier_resolves(shared_data: Path) -> None:
    """458 entries of two catalogues, and what measurements and published cases call their models."""
    with (shared_data / "factors" / "models.csv").open(encoding="utf-8", newline="") as file:
        entries = [row["model_id"] for row in csv.DictReader(file)]
    assert len(entries) == 458
    with (shared_data / "factors" / "model_energy.csv").open(encoding="utf-8", newline="") as file:
        measured = [row["model_id"] for row in csv.DictReader(file)]
    cases = json.loads((shared_data / "validation" / "cases.json").read_text("utf-8"))
    told = [case["workload"].get("model", "") for case in (cases["cases"] if isinstance(cases, dict) else cases)]
    spellings = {name for name in (*entries, *measured, *told) if name and not any(n in name for n in NO_MODEL)}
    assert [name for name in sorted(spellings) if not unknown_or_one(name)] == []


def unknown_or_one(name: str) -> bool:
    """A qualifier in brackets is the publication's, not the model's."""
    try:
        return bool(find(re.sub(r" \(Epoch estimate\)$", "", name)).id)
    except ModelUnknown:
        return False


def test_every_entry_of_ecologits_is_held_by_one_row() -> None:
    """Aliases of one architecture give one result: EcoLogits gives 2.6 times less for one name than for the other."""
    held = Counter(entry for row in ROWS if row["modality"] != "video" for entry in row["eco_name"].split("|") if entry)
    theirs = {f"{row['provider']}:{row['name']}" for row in read("ecologits_models")}
    assert set(held) == theirs
    assert set(held.values()) == {1}
    for row in ROWS:
        providers = list(dict.fromkeys(entry.split(":")[0] for entry in row["eco_name"].split("|") if entry))
        assert row["eco_provider"] == "|".join(providers), row["id"]
        names = [entry.partition(":")[2] for entry in row["eco_name"].split("|") if entry]
        assert [name for name in names if find(name).id != row["id"]] == []
    assert find("mistral-small-latest") == find("mistral-small-2603")
    assert find("mistral-small-latest").eco_name.split("|")[0] == "mistralai:mistral-small-2603"


def test_guessed_bounds_hold_those_of_ecologits() -> None:
    theirs = {f"{row['provider']}:{row['name']}": row for row in read("ecologits_models") if not row["alias_of"]}
    for row in (row for row in ROWS if row["confidence"] == "guessed"):
        for entry in (theirs[name] for name in row["eco_name"].split("|") if name in theirs):
            for what in ("total", "active"):
                low, _, high = bounds(row, what)
                assert low <= float(entry[f"{what}_low"]) <= float(entry[f"{what}_high"]) <= high, row["id"]


def test_sizes_are_in_order_and_never_zero() -> None:
    for row in ROWS:
        total, active = bounds(row, "total"), bounds(row, "active")
        assert total == sorted(total) and active == sorted(active), row["id"]
        assert all(value > 0 for value in total + active), row["id"]
        assert all(a <= t for a, t in zip(active, total, strict=False)), row["id"]
        assert not active or total, row["id"]
        assert bool(total) == (row["confidence"] != "unknown"), row["id"]
        if row["architecture"] == "dense":
            assert active == total, row["id"]
        if row["confidence"] == "published":
            assert total[0] == total[2], row["id"]
        if row["confidence"] == "guessed":
            assert total[0] < total[2] and active[0] < active[2], row["id"]
            assert "devinée" in row["note"], row["id"]


def test_sources_publishers_and_dates() -> None:
    assert [row["id"] for row in ROWS if row["source"] not in SOURCES or not row["locator"]] == []
    assert [row["id"] for row in ROWS if row["publisher"] not in PUBLISHERS] == []
    assert [row["id"] for row in ROWS if not re.fullmatch(r"(20\d{2}-(0[1-9]|1[0-2]))?", row["released"])] == []
    assert {row["publisher"] for row in ROWS} == set(PUBLISHERS)
    assert [row["id"] for row in ROWS if (row["licence"] == "proprietary") != (row["open_class"] == "closed")] == []


def test_every_publisher_has_its_country_or_says_why_not() -> None:
    zones = {row["zone"] for row in read("zones")}
    assert [row["id"] for row in PUBLISHERS.values() if row["source"] not in SOURCES or not row["locator"]] == []
    assert [row["id"] for row in PUBLISHERS.values() if row["country"] and row["country"] not in zones] == []
    assert [row["id"] for row in PUBLISHERS.values() if not row["country"]] == NO_COUNTRY
    assert [name for name in NO_COUNTRY if not PUBLISHERS[name]["note"]] == []
    assert load().publishers[find("mistral-nemo").publisher].country == "FRA"


def test_a_closed_model_without_size_is_unknown_not_zero() -> None:
    closed = [row["id"] for row in ROWS if row["open_class"] == "closed" and not row["total_params_b"]]
    assert len(closed) >= 10
    for name in closed:
        found = size(find(name))
        assert not found.known and found.total is None and found.active is None
        assert found.why("fr") == "taille non publiée" and found.why("en") == "size not published"
    assert size(find("minimax-m1")).why("fr") == "taille non relevée dans les sources du catalogue"


def test_sizes_of_three_models_by_hand() -> None:
    """Published: one figure. Mixture: fewer active than total. Guessed: 440 ÷ 2 and × 2; 44 to 132, then 137.5."""
    nemo = size(find("mistral-nemo"))
    assert (nemo.total_low, nemo.total, nemo.total_high, nemo.active) == (12.25, 12.25, 12.25, 12.25)
    mixtral = size(find("mixtral-8x7b"))
    assert (mixtral.total, mixtral.active, mixtral.guessed, mixtral.why("fr")) == (46.7, 12.9, False, "")
    gpt = size(find("gpt-4o"))
    assert (gpt.total_low, gpt.total, gpt.total_high) == (440 / 2, 440, 440 * 2)
    assert (gpt.active_low, gpt.active_high, gpt.guessed) == (44, 137.5, True)


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "meta/llama-3.1-8b"),
        ("hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4", "meta/llama-3.1-8b"),
        ("llama3.1:8b-instruct-q4_K_M", "meta/llama-3.1-8b"),
        ("LLAMA 3.1 8B", "meta/llama-3.1-8b"),
        ("Qwen/Qwen3-30B-A3B-Instruct-2507-FP8", "alibaba/qwen3-30b-a3b"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic/claude-sonnet-4.5"),
        ("claude-sonnet-4@20250514", "anthropic/claude-sonnet-4"),
        ("azure/gpt-4o", "openai/gpt-4o"),
        ("gpt-4o-2030-01-31", "openai/gpt-4o"),
        ("gpt-4-1106-preview", "openai/gpt-4-turbo"),
        ("mistral-nemo:12b-instruct-2407-q8_0", "mistral-ai/mistral-nemo"),
        ("deepseek-r1:32b", "deepseek/deepseek-r1-distill-qwen-32b"),
        ("phi3:3.8b", "microsoft/phi-3-mini"),
        ("Mistral Large 2 (123B)", "mistral-ai/mistral-large-2"),
    ],
)
def test_prefixes_separators_precisions_and_dates_fold(text: str, model: str) -> None:
    assert find(text).id == model


@pytest.mark.parametrize("text", ["mistral-small-2402", "mistral-large-2402", "ministral-8b-2409", "command-r-03-2025"])
def test_an_unknown_date_never_chooses_between_two_architectures(text: str) -> None:
    assert len({row["id"] for row in ROWS if stem(text) in {stem(name) for name in names(row)}}) > 1
    with pytest.raises(ModelUnknown):
        find(text)


def test_two_numbers_do_not_run_into_one() -> None:
    """2.5-7 is not 2-57."""
    assert squeeze("qwen2.5-7b") != squeeze("qwen2-57b")
    with pytest.raises(ModelUnknown):
        find("qwen2-57b")


def test_an_unknown_model_suggests_the_nearest() -> None:
    with pytest.raises(ModelUnknown) as refusal:
        find("mistral-nemmo")
    assert refusal.value.code == "model_unknown"
    near = load().nearest("mistral-nemmo")
    assert near[0] == "mistral-ai/mistral-nemo" and len(near) == 3
    assert refusal.value.message("fr") == (
        f"« mistral-nemmo » n'est pas au catalogue des modèles. Noms proches : {', '.join(near)}. "
        "« sobria models search MOT » les cherche ; un modèle sans nom connu se décrit par ses paramètres."
    )
    assert load().nearest("mistral-small-2402")[0].startswith("mistral-ai/mistral-small-3")
    assert load().nearest("Nemo")[0] == "mistral-ai/mistral-nemo"
    with pytest.raises(ModelUnknown, match="catalogue of models. .sobria models search"):
        find("")


def test_search_holds_every_word() -> None:
    found = [model.id for model in search("Mistral LARGE")]
    assert found == ["mistral-ai/mistral-large-2", "mistral-ai/mistral-large-3", "mistral-ai/mistral-large-4"]
    assert {model.publisher for model in search("swiss")} == {"swiss-ai"}
    assert search("no such model") == []
    assert len(search("")) == len(ROWS)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("total_params_b", "0", "total_params_b: Input should be greater than 0"),
        ("total_low", "", "a size needs its value, its low and its high"),
        ("total_low", "99999", "are not in order"),
        ("confidence", "unknown", "confidence is unknown without a size"),
        ("modality", "smell", "modality: Input should be"),
    ],
)
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, column: str, cell: str, reason: str) -> None:
    rows = [dict(row) for row in ROWS[:3]]
    rows[1][column] = cell
    with (tmp_path / "models.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "publishers.csv").write_bytes((FACTORS / "publishers.csv").read_bytes())
    with pytest.raises(FactorsRefused) as refusal:
        load(tmp_path)
    assert "models.csv" in refusal.value.message("fr") and "3" in refusal.value.message("fr")
    assert reason in refusal.value.message("en")
