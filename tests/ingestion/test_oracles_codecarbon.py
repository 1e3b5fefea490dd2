"""codecarbon's own outputs beside ours: equal where the source is the same, and a stated reason where they differ."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from estimator.assessment.equations import onsite_water_it
from estimator.builds.queries import Build
from estimator.catalogue.load import load
from estimator.catalogue.resolver import PlaceRead, Places
from estimator.catalogue.selection import select_factor
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from tests.support import build

DAY = date(2026, 6, 1)
REASONS = {
    "owid": ("the same Our World in Data value", 0.999, 1.001),
    "egrid": ("the same eGRID 2023 state value", 0.99, 1.01),
    "china-provinces": ("the same provincial value", 0.99, 1.01),
    "codecarbon-nordic": ("the same Nordic zone value", 0.99, 1.01),
    "ember": ("Ember 2024 for us, Our World in Data 2022 or 2023 for it: another year", 0.6, 1.4),
    "ademe": ("ADEME's mix as consumed, 46.1 g, against a mix as produced, 56.0 g", 0.82, 0.83),
    "sobria-grid": ("life cycle by technology for us; direct emissions only for its Canadian provinces", 0.6, 7.5),
}


def rows(shared_data: Path, name: str) -> list[dict[str, str]]:
    with (shared_data / "oracles" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_countries_and_regions(shared_data: Path) -> None:
    places, catalogue = Places.load(), load()
    seen: Counter[str] = Counter()
    for row in rows(shared_data, "codecarbon_country_region.csv"):
        theirs = float(row["emissions_kg"]) / float(row["energy_kwh"])
        if row["kind"] == "country_bad_code" or theirs == 0:
            continue
        zone, _ = places.resolve_zone(PlaceRead(row["country_iso_code"], "", row["region"]))
        item = select_factor(catalogue, "grid_gwp", zone, DAY).factor
        assert item is not None and item.value is not None, row
        reason, low, high = REASONS[item.family]
        assert low <= item.value / theirs <= high, (row, item.id, reason)
        seen[item.family] += 1
    assert set(seen) == set(REASONS)


def test_a_bad_country_code_is_unknown_to_us_and_a_world_average_to_codecarbon(shared_data: Path) -> None:
    places = Places.load()
    found = {}
    for row in rows(shared_data, "codecarbon_country_region.csv"):
        if row["kind"] == "country_bad_code":
            found[row["country_iso_code"]] = places.resolve_zone(PlaceRead(row["country_iso_code"]))[0]
            if row["country_iso_code"] not in ("fra",):
                assert float(row["emissions_kg"]) / float(row["energy_kwh"]) == pytest.approx(0.475)
    assert found == {"FR": "FRA", "fra": "FRA", "ZZZ": None, "XXX": None, "": None}


def test_a_country_at_zero_grams_is_not_believed(shared_data: Path) -> None:
    zero = {
        r["country_iso_code"]
        for r in rows(shared_data, "codecarbon_country_region.csv")
        if float(r["emissions_kg"]) == 0
    }
    assert zero == {"CAF"}
    assert select_factor(load(), "grid_gwp", "CAF", DAY).missing == "unreliable"


def test_cloud_regions_take_the_country_of_the_site(shared_data: Path) -> None:
    """codecarbon has Google's market-free value for 40 regions and the world average for any other cloud."""
    places = Places.load()
    for row in rows(shared_data, "codecarbon_cloud.csv"):
        if row["note"] != "no geo" or row["provider"] != "gcp" or row["region"] == "me-cenrtal1":  # their spelling
            continue
        zone, how = places.resolve_zone(PlaceRead("", "", "", row["provider"], row["region"]))
        assert how == "host" and zone is not None, row
        if row["country_iso_code"]:
            assert zone.split("-")[0] == row["country_iso_code"] or (zone, row["country_iso_code"]) == ("HKG", "CHN"), (
                row
            )


COLUMNS = (
    "timestamp,project_name,run_id,duration,cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,emissions,"
    "country_iso_code,pue,wue"
)


def test_pue_is_undone_once_and_water_counted_on_it_energy(shared_data: Path, tmp_path: Path) -> None:
    """Trap 2. codecarbon multiplies energy by PUE, then water by that, where a WUE is per IT kWh."""
    kept = [r for r in rows(shared_data, "codecarbon_pue_wue.csv") if not r["error"] and float(r["pue"]) >= 1]
    assert len(kept) > 100
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
    runs = {r["run_id"]: r for r in Build(build(home).path).runs(limit=1000)["rows"]}
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


def test_an_impossible_pue_is_undone_as_it_was_applied_and_shown(shared_data: Path, tmp_path: Path) -> None:
    """codecarbon accepts a PUE of 0.5 and halves the energy: dividing gives it back, and a person must look."""
    row = next(
        r for r in rows(shared_data, "codecarbon_pue_wue.csv") if r["pue"] == "0.5" and float(r["it_ram_kwh"]) > 0
    )
    trace = tmp_path / "emissions.csv"
    cells = ["2026-03-01T10:00:00", "oracle", "run", "3600", row["cpu_energy"], "0", row["ram_energy"]]
    cells += [row["energy_consumed"], "0", "0", "FRA", "0.5", "0"]
    trace.write_text(f"{COLUMNS}\n{','.join(cells)}\n", "utf-8")
    import_paths(Ledger(tmp_path), [trace], reading_context(tmp_path))
    run = Build(build(tmp_path).path).runs()["rows"][0]
    it_energy = float(row["it_cpu_kwh"]) + float(row["it_ram_kwh"])
    assert run["indicators"]["it_energy"]["at_factor_values"] == pytest.approx(it_energy)
    assert "pue_odd" in [c["code"] for c in run["checks"]]
