"""codecarbon's own outputs beside ours: equal where the source is the same, and a stated reason where they differ."""

import csv
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path
from statistics import median

import pytest

from estimator.assessment.equations import onsite_water_it
from estimator.catalogue.load import load
from estimator.catalogue.resolver import PlaceRead, Places
from estimator.catalogue.selection import select_factor
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.results.reading import Results
from tests.ingestion.codecarbon_tables import clouds, countries, regions, said
from tests.support import build

DAY = date(2026, 6, 1)
OLDER, NEWER = 0.35, 2.01  # El Salvador, the Falkland Islands: a small grid changes in a year
REASONS = {
    "owid": ("Our World in Data for both: the last year for us, 2022 or 2023 of an older copy for it", OLDER, NEWER),
    "egrid": ("the same eGRID 2023 state value", 0.99, 1.01),
    "china-provinces": ("the same provincial value", 0.99, 1.01),
    "codecarbon-nordic": ("the same Nordic zone value", 0.99, 1.01),
    "ademe": ("ADEME's mix as consumed, 46.1 g, against a mix as produced, 56.0 g", 0.82, 0.83),
    "sobria-grid": ("life cycle by technology for us; direct emissions only for its Canadian provinces", 0.6, 7.5),
}


def rows(shared_data: Path, name: str) -> list[dict[str, str]]:
    with (shared_data / "oracles" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_countries_and_regions() -> None:
    places, catalogue = Places.load(), load()
    seen: Counter[str] = Counter()
    ratios: list[float] = []
    for theirs in (*countries(), *regions()):
        if theirs.kg == 0:
            continue
        zone, _ = places.resolve_zone(PlaceRead(theirs.country, "", theirs.region))
        direct = [f for f in catalogue.by_subject.get(("grid_gwp", zone or ""), ()) if "directes" in f.boundary]
        item = direct[0] if direct and "-" in (zone or "") else select_factor(catalogue, "grid_gwp", zone, DAY).factor
        assert item is not None and item.value is not None, theirs
        reason, low, high = REASONS[item.family]
        assert low <= item.value / theirs.kg <= high, (theirs, item.id, reason)
        seen[item.family] += 1
        ratios += [item.value / theirs.kg] if item.family == "owid" else []
    assert set(seen) == set(REASONS)
    assert len(ratios) > 200 and 0.98 < median(ratios) < 1.001
    assert sum(0.7 < ratio < 1.4 for ratio in ratios) > 0.9 * len(ratios)


def test_what_was_recorded_of_codecarbon_is_what_the_installed_one_says(shared_data: Path) -> None:
    found = rows(shared_data, "codecarbon_country_region.csv")
    assert len(found) > 700
    for row in found:
        theirs = said(row["country_iso_code"], row["region"]).kg
        assert float(row["emissions_kg"]) == pytest.approx(theirs * float(row["energy_kwh"]), rel=1e-9), row
    recorded = {(r["provider"], r["region"], r["country_iso_code"]) for r in rows(shared_data, "codecarbon_cloud.csv")}
    assert {cloud for cloud in recorded if cloud[0] == "gcp"} == set(clouds())


def test_a_bad_country_code_is_unknown_to_us_and_a_world_average_to_codecarbon() -> None:
    places, codes = Places.load(), ("FR", "fra", "ZZZ", "XXX", "")
    found = {code: places.resolve_zone(PlaceRead(code))[0] for code in codes}
    assert found == {"FR": "FRA", "fra": "FRA", "ZZZ": None, "XXX": None, "": None}
    average = {code: said(code).kg for code in codes if code != "fra"}
    assert average == pytest.approx(dict.fromkeys(average, 0.475))
    assert said("fra") == said("FRA")._replace(country="fra")


def test_a_country_at_zero_grams_is_not_believed() -> None:
    assert {theirs.country for theirs in countries() if theirs.kg == 0} == {"CAF"}
    assert select_factor(load(), "grid_gwp", "CAF", DAY).missing == "unreliable"


def test_cloud_regions_take_the_country_of_the_site() -> None:
    """codecarbon has Google's market-free value for 40 regions and the world average for any other cloud."""
    places = Places.load()
    assert len(clouds()) == 40 and {provider for provider, _, _ in clouds()} == {"gcp"}
    for provider, region, country in clouds():
        if region == "me-cenrtal1":  # their spelling
            continue
        zone, how = places.resolve_zone(PlaceRead("", "", "", provider, region))
        assert how == "host" and zone is not None, region
        if country:
            assert zone.split("-")[0] == country or (zone, country) == ("HKG", "CHN"), region


COLUMNS = (
    "timestamp,project_name,run_id,duration,cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,emissions,"
    "country_iso_code,pue,wue"
)


def by_its_rule() -> list[dict[str, str]]:
    """What codecarbon 3.3.2 writes by its own rule: each energy times the PUE, and the WUE times that."""
    made = []
    for cpu, ram, pue, wue in product((0.0, 0.002, 1.0), (0.0, 0.25), (0.5, 1.0, 1.16, 1.2, 1.55), (0.0, 0.09, 1.8)):
        whole = (cpu + ram) * pue
        facts = {"it_cpu_kwh": cpu, "it_ram_kwh": ram, "pue": pue, "wue": wue, "out_pue": pue, "out_wue": wue}
        facts |= {"cpu_energy": cpu * pue, "ram_energy": ram * pue, "energy_consumed": whole}
        facts |= {"water_consumed": whole * wue, "emissions": whole * 0.056039}
        made.append({"country": "FRA", "error": ""} | {name: str(value) for name, value in facts.items()})
    return made


@pytest.fixture(params=["by its rule", "recorded"])
def grid(request: pytest.FixtureRequest) -> list[dict[str, str]]:
    """Rows of codecarbon with what their energy was before the PUE."""
    if request.param == "by its rule":
        return by_its_rule()
    return rows(request.getfixturevalue("shared_data"), "codecarbon_pue_wue.csv")


def test_pue_is_undone_once_and_water_counted_on_it_energy(grid: list[dict[str, str]], tmp_path: Path) -> None:
    """Trap 2. codecarbon multiplies energy by PUE, then water by that, where a WUE is per IT kWh."""
    kept = [r for r in grid if not r["error"] and float(r["pue"]) >= 1]
    assert len(kept) > 70
    lines = [COLUMNS]
    for n, row in enumerate(kept):
        cells = ["2026-03-01T10:00:00", "oracle", f"run-{n}", "3600", row["cpu_energy"], "0", row["ram_energy"]]
        cells += [
            row["energy_consumed"],
            row["water_consumed"],
            row["emissions"],
            row["country"],
            row["out_pue"],
            row["out_wue"],
        ]
        lines.append(",".join(cells))
    trace = tmp_path / "emissions.csv"
    trace.write_text("\n".join(lines) + "\n", "utf-8")
    home = tmp_path / "home"
    report = import_paths(Ledger(home), [trace], reading_context(home))
    assert report.account.accepted == len(kept)
    runs = {r["run_id"]: r for r in Results(build(home).path).runs(limit=1000)["rows"]}
    for n, row in enumerate(kept):
        it_energy = float(row["it_cpu_kwh"]) + float(row["it_ram_kwh"])
        ours = runs[f"run-{n}"]
        read = [ours[f"{part}_energy_kwh"] or 0.0 for part in ("cpu", "ram")]  # a part at zero is absent
        assert sum(read) == pytest.approx(it_energy, rel=1e-9)
        central = ours["indicators"]["it_energy"]["at_factor_values"]  # zero read over an hour is unknown, not zero
        assert central == pytest.approx(it_energy, rel=1e-9) if it_energy else central is None
        if float(row["wue"]) > 0 and it_energy:
            ratio = float(row["water_consumed"]) / onsite_water_it(it_energy, float(row["wue"]))
            assert ratio == pytest.approx(float(row["pue"]), rel=1e-9)


def test_an_impossible_pue_is_undone_as_it_was_applied_and_shown(grid: list[dict[str, str]], tmp_path: Path) -> None:
    """codecarbon accepts a PUE of 0.5 and halves the energy: dividing gives it back, and a person must look."""
    row = next(r for r in grid if r["pue"] == "0.5" and float(r["it_ram_kwh"]) > 0)
    trace = tmp_path / "emissions.csv"
    cells = ["2026-03-01T10:00:00", "oracle", "run", "3600", row["cpu_energy"], "0", row["ram_energy"]]
    cells += [row["energy_consumed"], "0", "0", "FRA", "0.5", "0"]
    trace.write_text(f"{COLUMNS}\n{','.join(cells)}\n", "utf-8")
    import_paths(Ledger(tmp_path), [trace], reading_context(tmp_path))
    run = Results(build(tmp_path).path).runs()["rows"][0]
    it_energy = float(row["it_cpu_kwh"]) + float(row["it_ram_kwh"])
    assert run["indicators"]["it_energy"]["at_factor_values"] == pytest.approx(it_energy)
    assert "pue_odd" in [c["code"] for c in run["checks"]]
