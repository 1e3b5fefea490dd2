"""The laws that the shipped factor tables obey, read as plain text and not through the catalogue."""

import csv
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from estimator.catalogue.tables import FACTOR_TABLES
from scripts import refresh_grid

FACTORS = Path(__file__).resolve().parents[2] / "factors"
TABLES = tuple(name.removesuffix(".csv") for name in FACTOR_TABLES if (FACTORS / name).is_file())
GRID = ("grid_gwp", "grid_adpe", "grid_primary_energy", "grid_water_intensity", "grid_reservoir_water_intensity")
ZONES = (*refresh_grid.EU27, *"GBR CHE NOR ISL USA CAN CAN-QC CAN-ON CAN-BC CHN JPN IND WORLD EUROPE".split())
REASONS = {"not_published", "licence", "not_known", "unreliable", "not_applicable", "only_people"}
HOSTS = "desk server-room server-unknown shared-regional national-cloud hyperscale".split()
MODES = "meter bmc node rapl nvml cpu_load constant unknown declared supplier_model none given".split()
GAPS = "none desktop-gpu desktop-cpu laptop server".split()
MACHINES = "laptop desktop workstation rack-server ai-server".split()
FIXED = {
    *(f"class/{name}" for name in HOSTS),
    *(f"mode/{name}" for name in MODES),
    *(f"gap/{name}" for name in GAPS),
    *(f"machine/{name}" for name in MACHINES),
    *("network/fixed-fra", "network/mobile-fra"),
}


def read(name: str) -> list[dict[str, str]]:
    """The rows of one table."""
    with (FACTORS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def toml(name: str) -> dict[str, dict[str, object]]:
    """The entries of one TOML file."""
    return tomllib.loads((FACTORS / f"{name}.toml").read_text("utf-8"))


ROWS = [row for table in TABLES for row in read(table)]
VALUED = [row for row in ROWS if row["value"]]
MISSING = [row for row in ROWS if not row["value"]]
DEFAULTS = [row for row in ROWS if row["role"] == "default"]
SUBJECTS = {row["id"]: row for row in read("subjects")}
PLACES = {row["zone"]: row for row in read("zones")}
QUANTITIES = {row["factor"]: row for row in read("quantities") if row["factor"]}
SOURCES, RULES = toml("sources"), toml("bounds_rules")


def faults(rows: list[dict[str, str]], law: object) -> list[str]:
    """Ids of the rows that break a law."""
    assert callable(law)
    return [row["id"] for row in rows if not law(row)]


def test_ids_are_unique_and_say_their_quantity_and_subject() -> None:
    assert [name for name, count in Counter(row["id"] for row in ROWS).items() if count > 1] == []
    assert faults(ROWS, lambda r: re.fullmatch(r"[A-Za-z0-9_./-]+", r["id"])) == []
    assert faults(ROWS, lambda r: r["id"].startswith(f"{r['quantity']}/{r['subject']}/")) == []


def test_quantities_units_and_subjects_are_those_of_the_dictionaries() -> None:
    assert faults(ROWS, lambda r: r["unit"] == QUANTITIES[r["quantity"]]["unit"]) == []
    kinds = {
        "zone": None,
        "host": "host",
        "device": "device",
        "token_device": "device",
        "machine": "machine",
        "gap": "gap",
        "network": "network",
        "storage": "storage",
        "equivalence": "equivalence",
        "alternative": "alternative",
        "task": "task",
        "seat": "seat",
    }
    shared = {"embodied_gwp", "embodied_adpe", "embodied_primary_energy", "lifetime", "occupancy"}

    def hangs_well(row: dict[str, str]) -> bool:
        if row["quantity"].startswith("grid_"):
            return row["subject"] in PLACES
        kind = SUBJECTS[row["subject"]]["kind"]
        if QUANTITIES[row["quantity"]]["hangs_on"] == "serving":  # a model at a place, on a card
            return kind in ("device", "host")
        if row["quantity"] in shared:
            return kind in ("device", "machine", "part", "terminal")
        return kind == kinds.get(QUANTITIES[row["quantity"]]["hangs_on"], "mode")

    assert faults(ROWS, hangs_well) == []


def test_a_quantity_may_be_zero_only_where_a_row_is_or_where_it_is_no_intensity() -> None:
    """Neither a kWh nor the making of an image, a gigabyte moved or an act is without effect: 0 is an unknown there. A
    wet site or grid may take no water, and a meter misses nothing."""
    zeros = {row["quantity"] for row in VALUED if float(row["value"]) == 0}
    assert zeros == {"grid_water_intensity", "unmetered_ratio", "wue_it"}
    never = {q for q, row in QUANTITIES.items() if float(row["floor"]) > 0}
    assert {"grid_gwp", "grid_adpe", "grid_primary_energy", "embodied_gwp", "network_gwp", "act_energy"} <= never
    least = next(float(row["low"]) for row in VALUED if row["quantity"] == "possible_gwp")
    assert float(QUANTITIES["grid_gwp"]["floor"]) == least


def test_values_are_plausible_and_within_their_bounds() -> None:
    def ordered(row: dict[str, str]) -> bool:
        quantity = QUANTITIES[row["quantity"]]
        low, value, high = (float(row[name]) for name in ("low", "value", "high"))
        return float(quantity["floor"]) <= low <= value <= high <= float(quantity["ceiling"])

    assert faults(VALUED, ordered) == []
    assert faults(VALUED, lambda r: not r["missing_reason"]) == []


def test_kinds_of_bounds() -> None:
    kinds = {"p5_p95", "min_max", "rival_sources", "rule", "exact"}
    assert faults(VALUED, lambda r: r["bounds_kind"] in kinds) == []
    assert faults(VALUED, lambda r: (r["bounds_rule"] in RULES) == (r["bounds_kind"] == "rule")) == []
    assert faults(VALUED, lambda r: r["bounds_kind"] != "exact" or r["low"] == r["value"] == r["high"]) == []
    assert set(RULES) == {row["bounds_rule"] for row in VALUED if row["bounds_rule"]}
    assert [name for name, rule in RULES.items() if not (rule.get("fr") and rule.get("en"))] == []


def test_an_unknown_says_why_and_has_no_bounds() -> None:
    assert faults(MISSING, lambda r: r["missing_reason"] in REASONS and r["role"] == "default") == []
    assert faults(MISSING, lambda r: not (r["low"] or r["high"] or r["bounds_kind"] or r["bounds_rule"])) == []


def test_every_row_has_source_locator_quality_and_review() -> None:
    assert faults(ROWS, lambda r: r["source"] in SOURCES and r["locator"].strip()) == []
    assert faults(ROWS, lambda r: re.fullmatch(r"[1-5]/[1-5]/[1-5]/[1-5]", r["quality"])) == []
    assert faults(ROWS, lambda r: date.fromisoformat(r["review_by"]) > date(2026, 11, 1)) == []


def test_every_source_has_a_licence_and_is_used() -> None:
    for name, source in SOURCES.items():
        assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
        assert source["licence"] and source["citation"] and source["title"] and source["publisher"], name
        assert source["redistribution"] in ("open", "citation", "own"), name
        assert source["redistribution"] == "own" or str(source["url"]).startswith(("https://", "http://")), name
        assert isinstance(source["accessed"], date), name
    tables = [path.stem for path in FACTORS.glob("*.csv")]
    used = {row["source"] for name in tables if name != "readings" for row in read(name) if row.get("source")}
    assert set(SOURCES) == used | {"given", "declared", "supplier_answer"}  # what people say has no row


def test_a_source_that_was_not_opened_says_so_where_it_is_shown() -> None:
    """Known by a copy, a transcription, an extract or the press: in its title, the only words of a source on a page; of
    published figures, in their column `reading`; of Google's article, opened at its abstract, in the note of a row."""
    closed = re.compile(
        r"secondaire|transcription des|transcription$|\(copie\)|extrait lu|lues? dans|non rouvert|vues? dans"
    )
    by_row = {row["source"] for row in read("published_figures") if row["reading"] == "second_hand"} | {"bloom2022"}
    told = {name for name, source in SOURCES.items() if "seconde main" in str(source["title"])}
    silent = {name for name, source in SOURCES.items() if closed.search(str(source["citation"]))} - told
    assert silent <= by_row and len(told) >= 50, silent - by_row
    google = [row for row in VALUED if row["source"] == "google_2508"]
    assert google and faults(google, lambda r: "De seconde main" in r["note"]) == []


def said_second_hand(row: dict[str, str]) -> bool:
    """Whether the page of a row says so: in the title of its source, its locator, its note, or its column `reading`."""
    said = (str(SOURCES[row["source"]]["title"]), row.get("locator", ""), row.get("note", ""))
    return row.get("reading") == "second_hand" or "seconde main" in " ".join(said).lower()


def test_every_row_of_every_table_is_read_at_its_source_or_says_how_it_is_known() -> None:
    """readings.csv counts the rows of a table by source: opened (each value was compared at a place that is named),
    stated (its locator says where it was read; not read again), second_hand, own. What it calls second-hand are the
    rows that say so on their page, and no others; a row added, or one that stops saying so, has to be read first."""
    tables = {path.stem: read(path.stem) for path in FACTORS.glob("*.csv") if path.stem != "readings"}
    known: Counter[tuple[str, str, str]] = Counter()
    for name, rows in tables.items():
        for row in (r for r in rows if r.get("source")):
            own = SOURCES[row["source"]]["redistribution"] == "own"
            kind = "second_hand" if said_second_hand(row) else "own" if own else "read"
            known[name, row["source"], kind] += 1
            assert row["locator"].strip(), (name, row)
    known["generation", "owid_energy", "read"] = len(tables["generation"])
    told: Counter[tuple[str, str, str]] = Counter()
    for line in read("readings"):
        kind = "read" if line["reading"] in ("opened", "stated") else line["reading"]
        told[line["table"], line["source"], kind] += int(line["rows"])
        compared = line["compared"] == line["rows"] and date.fromisoformat(line["read_on"]) and line["place"].strip()
        assert compared if line["reading"] == "opened" else line["compared"] in ("", line["rows"]), line
        assert line["reading"] != "stated" or not line["compared"], line
    assert told == known, told - known or known - told


def test_no_table_is_taken_over_whole_from_a_source_that_may_not_ship() -> None:
    """A source that may only be quoted speaks of few subjects (sites, cards), those of a copyleft data base are never
    a default."""
    quoted = {(r["source"], r["subject"]) for r in VALUED if SOURCES[r["source"]]["redistribution"] == "citation"}
    subjects = Counter(source for source, _ in quoted)
    assert max(subjects.values()) <= 20, subjects.most_common(3)
    odbl = [
        row["id"] for row in VALUED if row["source"] in ("emaps_yearly", "boavizta_gwp") and row["role"] == "default"
    ]
    assert odbl == []
    assert {row["role"] for row in VALUED if row["source"] == "boaviztapi"} == {"rival"}


def test_base_impacts_is_cited_by_single_figures() -> None:
    """At most ten zones in each table, each under the words of the rule, as few as may be called single figures."""
    cited = [row for row in VALUED if row["source"] == "base_impacts_2011"]
    assert 0 < len({row["subject"] for row in cited}) <= 10
    assert faults(cited, lambda r: "droits d'origine non vérifiés" in r["note"]) == []
    assert {r["source"] for r in VALUED if r["quantity"] == "grid_adpe"} == {"base_impacts_2011"}
    for column in ("adpe_kgsbeq_per_kwh", "pe_mj_per_kwh"):
        assert len([row for row in read("ecologits_mixes") if row[column]]) <= 10, column
    for name in ("base_impacts_2011", "ecologits_mix", "acv_num", "acv_trans", "negaoctet"):
        assert "droits d'origine non vérifiés" in str(SOURCES[name]["licence"]), name


def test_the_file_of_licences_has_every_source() -> None:
    page = (FACTORS / "LICENSES.md").read_text("utf-8")
    assert [name for name in SOURCES if f"| `{name}` |" not in page] == []


def test_defaults_never_overlap_nor_leave_a_hole_in_time() -> None:
    spans = defaultdict(list)
    for row in DEFAULTS:
        start = date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min
        end = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
        assert start <= end, row["id"]
        spans[row["quantity"], row["subject"]].append((start, end))
    for key, periods in spans.items():
        periods.sort()
        for before, after in pairwise(periods):
            assert (after[0] - before[1]).days == 1, (key, before, after)
        assert periods[-1][1] == date.max, key


def test_fallbacks_end() -> None:
    wider = {name: row["class"] for name, row in SUBJECTS.items()} | {name: r["wider"] for name, r in PLACES.items()}
    assert len(wider) == len(SUBJECTS) + len(PLACES)
    for name in wider:
        seen, step = {name}, wider[name]
        while step:
            assert step in wider and step not in seen, (name, step)
            seen.add(step)
            step = wider[step]
    countries = [name for name, row in PLACES.items() if row["alpha2"]]
    assert [name for name in countries if wider[name]] == [], "a country never falls back on something wider"


def test_subjects_and_zones_are_whole() -> None:
    assert SUBJECTS.keys() >= FIXED
    assert [row["id"] for row in SUBJECTS.values() if row["zone"] and row["zone"] not in PLACES] == []
    assert [row["id"] for row in SUBJECTS.values() if not (row["label_fr"] and row["label_en"])] == []
    proofs = {name: row["proof"] for name, row in SUBJECTS.items() if row["kind"] == "mode"}
    assert set(proofs.values()) == {"measured", "estimated", "declared", "unknown", ""}
    assert [name for name, row in SUBJECTS.items() if row["proof"] and row["kind"] != "mode"] == []
    for name, row in PLACES.items():
        if row["alpha2"]:
            assert re.fullmatch(r"[A-Z]{3}", name) and not row["label_fr"], name
        else:
            assert row["label_fr"] and row["label_en"], name
        assert row["import_heavy"] in ("yes", "no"), name


def test_an_alias_means_one_thing() -> None:
    said = Counter((r["kind"], alias) for r in SUBJECTS.values() for alias in r["aliases"].split("|") if alias)
    said += Counter(("zone", r["wider"], alias) for r in PLACES.values() for alias in r["aliases"].split("|") if alias)
    assert [key for key, count in said.items() if count > 1] == []
    assert [key for key in said if key[-1] != key[-1].strip().lower()] == []


def test_french_electricity_by_year() -> None:
    """ADEME, in kg: 56.9 g for 2021 and, with wide bounds, before; 52.0 g for 2022 to 2024; 46.1 g from 2025."""
    years = ((2019, "0.0569"), (2021, "0.0569"), (2022, "0.052"), (2024, "0.052"), (2025, "0.0461"), (2026, "0.0461"))
    french = [row for row in DEFAULTS if row["quantity"] == "grid_gwp" and row["subject"] == "FRA"]
    for year, value in years:
        day = f"{year}-07-01"
        found = [r["value"] for r in french if r["valid_from"] <= day and day <= (r["valid_to"] or "9999")]
        assert found == [value], year
    last = next(row for row in french if not row["valid_to"])
    assert (last["low"], last["high"], last["bounds_kind"]) == ("0.031", "0.0569", "rival_sources")


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_has_every_grid_quantity(zone: str) -> None:
    said = {row["quantity"]: row for row in DEFAULTS if row["subject"] == zone}
    assert set(said) >= set(GRID)
    assert said["grid_gwp"]["value"]


def test_every_country_speaks_of_every_grid_quantity() -> None:
    said = {(row["subject"], row["quantity"]) for row in DEFAULTS}
    top = [name for name, row in PLACES.items() if not row["wider"]]
    assert [(zone, quantity) for zone in top for quantity in GRID if (zone, quantity) not in said] == []
    told = {row["subject"] for row in VALUED if row["quantity"] == "grid_gwp"} | {zone for zone, _ in said}
    assert [name for name, row in PLACES.items() if row["wider"] and name not in told] == []


def test_a_year_takes_the_value_of_its_year_and_the_last_says_that_it_is() -> None:
    """Germany, by its source: 503.591 g in 2015, 344.14 g in 2024, which holds afterwards and says so."""
    german = [row for row in DEFAULTS if row["quantity"] == "grid_gwp" and row["subject"] == "DEU"]
    years = ((2009, "0.503591"), (2015, "0.503591"), (2016, "0.498301"), (2024, "0.34414"), (2026, "0.34414"))
    for year, value in years:
        day = f"{year}-07-01"
        assert [r["value"] for r in german if r["valid_from"] <= day <= (r["valid_to"] or "9999")] == [value], year
    assert "années suivantes" in next(row["note"] for row in german if not row["valid_to"])
    assert "années d'avant" in next(row["note"] for row in german if not row["valid_from"])


def test_direct_emissions_are_never_a_default() -> None:
    """They leave out fuel supply and plants: never compared with life-cycle values."""
    grid = [row for row in DEFAULTS if row["quantity"] == "grid_gwp" and row["value"]]
    assert [row["id"] for row in grid if "directes" in row["boundary"]] == []


def test_water_and_primary_energy_of_france_by_hand() -> None:
    """Generation of 2023 in TWh (Our World in Data) times the factors of technologies.csv, added up by hand."""
    total = 2.16 + 31.43 + 9.71 + 335.65 + 53.19 + 23.26 + 48.61 + 9.5 + 0.6  # = 514.11
    coal_gas_oil = 2.16 * 1.8019 + 31.43 * 1.0864 + 9.71 * 1.69
    others = 335.65 * 1.9571 + 23.26 * 0.0038 + 9.5 * 1.147 + 0.6 * 0.9501
    water = (coal_gas_oil + others) / total  # nuclear alone 1.278 of 1.406
    reservoirs = water + 53.19 * 17.0003 / total  # 1.759 more
    heat = 2.16 * 9.474 + 31.43 * 7.2 + 9.71 * 9.73 + 335.65 * 10.909 + 9.5 * 12 + 0.6 * 36
    primary = (heat + (53.19 + 23.26 + 48.61) * 3.6) / total
    french = [row for row in read("electricity_computed") if row["subject"] == "FRA" and not row["valid_to"]]
    found = {row["quantity"]: float(row["value"]) for row in french}
    assert (round(water, 2), round(reservoirs, 2), round(primary, 2)) == (1.41, 3.16, 8.93)
    assert found["grid_water_intensity"] == pytest.approx(water, rel=5e-4)
    assert found["grid_reservoir_water_intensity"] == pytest.approx(reservoirs, rel=5e-4)
    assert found["grid_primary_energy"] == pytest.approx(primary, rel=5e-4)


def test_water_of_german_electricity_follows_its_generation() -> None:
    """2015 in TWh (Our World in Data), added up by hand; 2023 from then on. Per kWh, coal evaporates 1.8019 L, gas
    1.0864, oil 1.69, nuclear 1.9571, biofuel 1.147."""
    coal_gas_oil = 272.2 * 1.8019 + 61.47 * 1.0864 + 25.57 * 1.69
    water = coal_gas_oil + 91.79 * 1.9571 + 38.08 * 0.0038 + 50.33 * 1.147 + 0.13 * 0.9501
    total = 272.2 + 61.47 + 25.57 + 91.79 + 50.33 + 0.13 + 38.08 + 80.62 + 18.98  # = 639.17
    german = [r for r in DEFAULTS if r["quantity"] == "grid_water_intensity" and r["subject"] == "DEU"]
    found = {row["valid_to"]: row for row in german}
    assert float(found["2015-12-31"]["value"]) == pytest.approx(water / total, rel=5e-4)
    assert found[""]["value"] == "0.8535"
    assert "Production de 2015 par source" in found["2015-12-31"]["note"]
    assert "années d'avant" in found["2015-12-31"]["note"] and "années suivantes" in found[""]["note"]


def test_a_year_of_electricity_is_its_own_generation_and_its_name() -> None:
    """One row a year of generation for water and primary energy: none stands for a mean of several years."""
    years = {(row["zone"], row["year"]) for row in read("generation")}
    dated = [r for r in read("electricity_computed") if r["valid_from"] or r["valid_to"]]
    for quantity in refresh_grid.COUNTRY_INDICATORS:
        named = {(r["subject"], r["id"].rpartition("/")[2]) for r in dated if r["quantity"] == quantity}
        assert named == years, quantity
    ends = {r["id"]: (r["valid_from"], r["valid_to"]) for r in dated if r["subject"] == "FRA"}
    assert ends["grid_primary_energy/FRA/2022"] == ("2022-01-01", "2022-12-31")
    assert faults(dated, lambda r: {d[:4] for d in (r["valid_from"], r["valid_to"]) if d} == {r["id"][-4:]}) == []


def test_what_has_one_year_for_all_says_so() -> None:
    alone = [r for r in read("electricity_computed") if not (r["valid_from"] or r["valid_to"])]
    assert {"SGP", "WORLD", "EU27", "CAN-QC"} <= {row["subject"] for row in alone}
    assert faults(alone, lambda r: "Une seule année pour toutes" in r["note"]) == []


def test_the_computed_table_is_what_the_script_computes(tmp_path: Path) -> None:
    script = [sys.executable, refresh_grid.__file__]
    checked = subprocess.run([*script, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    other = tmp_path / "table.csv"
    other.write_text(refresh_grid.TABLE.read_text("utf-8").replace("1.406", "1.4", 1), "utf-8")
    assert subprocess.run([*script, "--check", "--table", str(other)], check=False, capture_output=True).returncode == 1


def test_the_script_refuses_a_file_that_changed(tmp_path: Path) -> None:
    (tmp_path / "private_infra").mkdir()
    text = (refresh_grid.installed_data() / refresh_grid.MIX_FILE).read_text("utf-8")
    (tmp_path / refresh_grid.MIX_FILE).write_text(
        text.replace('"nuclear_TWh": 335.65', '"nuclear_TWh": 3.3565', 1), "utf-8"
    )
    with pytest.raises(AssertionError, match="the sources of FRA miss its total"):
        refresh_grid.rows(tmp_path, FACTORS)


def test_devices_seen_in_the_wild_have_a_subject(shared_data: Path) -> None:
    names = {a for r in SUBJECTS.values() if r["kind"] == "device" for a in r["aliases"].split("|")}
    seen = set()
    for path in sorted((shared_data / "traces_wild").glob("*.csv")):
        lines = path.read_text("latin-1").replace("\r\r\n", "\n").splitlines()
        for row in csv.DictReader(lines):
            text = next((v for k, v in row.items() if isinstance(v, str) and k and k.strip() == "gpu_model"), "")
            seen.add(re.sub(r"^\d+ x ", "", text.strip()).lower())
    assert seen - names - {""} == set()
