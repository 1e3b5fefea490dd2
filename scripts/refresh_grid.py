"""Compute water, primary energy and provincial carbon of electricity from generation by source.

Reads generation by country, year and source (factors/generation.csv, Our World in Data), that of codecarbon for what it
lacks, and factors/technologies.csv, and writes factors/electricity_computed.csv: for each zone and period, sum over
sources of share [1] × factor of the technology [unit/kWh], with the central, all the low and all the high factors. A
period is a year; the first holds for those before, the last for those after, and both say so. Production-based: imports
and line losses are not counted. Idempotent; with --check it only reports whether the file is up to date.
"""

import argparse
import csv
import importlib.util
import io
import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

FACTORS = Path(__file__).resolve().parent.parent / "factors"
TABLE = FACTORS / "electricity_computed.csv"
MIX_FILE = Path("private_infra/global_energy_mix.json")
YEARS_FILE = "generation.csv"
BEFORE, AFTER = "Reprise pour les années d'avant.", "Dernière année lue : reprise pour les années suivantes."
ONE_YEAR = "Une seule année pour toutes."
PROVINCES_FILE = Path("private_infra/2023/canada_energy_mix.json")

# Sources that add up to the total. `biofuel` is inside `other_renewable`: only the rest of it is added.
SOURCES = (
    "coal",
    "gas",
    "oil",
    "nuclear",
    "hydroelectricity",
    "solar",
    "wind",
    "biofuel",
    "other_renewable_exc_biofuel",
)
PROVINCE_SOURCES = {
    "coal": "coal",
    "naturalGas": "gas",
    "petroleum": "oil",
    "nuclear": "nuclear",
    "hydro": "hydroelectricity",
    "solar": "solar",
    "wind": "wind",
    "biomass": "biofuel",
}
INDICATORS = {
    "grid_water_intensity": ("L/kWh", ("water",), "grid-water", "exploitation, sans réservoirs"),
    "grid_reservoir_water_intensity": (
        "L/kWh",
        ("water", "reservoir_water"),
        "grid-water",
        "exploitation, réservoirs compris",
    ),
    "grid_primary_energy": ("MJ/kWh", ("primary_energy",), "grid-primary-energy", "production, sans amont ni pertes"),
    "grid_gwp": ("kgCO2e/kWh", ("gwp",), "grid-technologies-gwp", "cycle de vie, production"),
}
COUNTRY_INDICATORS = ("grid_water_intensity", "grid_reservoir_water_intensity", "grid_primary_energy")
EU27 = (
    *"AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL".split(),
    *"ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE".split(),
)
# Europe of the UN nomenclature M49 and Cyprus, as far as the mix file has them.
EUROPE = (*EU27, *"ALB BIH BLR CHE FRO GBR GIB ISL MDA MKD MNE NOR RUS SRB UKR XKX".split())
HEADER = (
    "id,quantity,subject,role,value,low,high,bounds_kind,bounds_rule,unit,valid_from,valid_to,geography,technology,"
    "boundary,family,correlation_group,source,locator,quality,review_by,missing_reason,note"
).split(",")


@dataclass(frozen=True)
class GenerationMix:
    """Generation of a zone by source [any unit], its (last) year, its origin, and the days it stands for."""

    zone: str
    year: int
    generation: Mapping[str, float]
    locator: str
    note: str
    valid_from: str = ""
    valid_to: str = ""

    def shares(self) -> dict[str, float]:
        """Share of each source in the sum of the sources [1]."""
        total = math.fsum(self.generation.values())
        return {source: value / total for source, value in self.generation.items()}


@dataclass(frozen=True)
class Technology:
    """Factor of one technology for one indicator [unit of the indicator]."""

    value: float
    low: float
    high: float


def main() -> int:
    """Write the table, or compare it with --check. Exit 1 when it differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the table differs")
    parser.add_argument("--data", type=Path, default=None, help="codecarbon's data folder (default: that installed)")
    parser.add_argument("--table", type=Path, default=TABLE, help="the table to write or to check")
    options = parser.parse_args()
    text = render(rows(options.data or installed_data(), FACTORS))
    table: Path = options.table
    same = table.is_file() and table.read_text("utf-8") == text
    if options.check:
        print(f"{table.name}: {'as computed' if same else 'differs from the computation: run scripts/refresh_grid.py'}")
        return 0 if same else 1
    if not same:
        with table.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    print(f"{table.name}: {text.count(chr(10)) - 1} rows, {'unchanged' if same else 'written'}")
    return 0


def installed_data() -> Path:
    """Data folder of the installed codecarbon, located without importing it. SystemExit when missing."""
    spec = importlib.util.find_spec("codecarbon")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("codecarbon is not installed: no generation by source to read")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def rows(data: Path, factors: Path) -> list[dict[str, str]]:
    """Every computed row, sorted by id."""
    technologies = read_technologies(factors / "technologies.csv")
    countries, by_year = read_countries(data / MIX_FILE), read_years(factors / YEARS_FILE)
    dated = {mix.zone for mix in by_year}
    alone = [mix for zone, mix in countries.items() if zone not in dated]
    found = [
        row(mix, quantity, technologies)
        for quantity in COUNTRY_INDICATORS
        for mix in (
            *alone,
            *aggregates(countries),
            *by_year,
        )
    ]
    for mix in read_provinces(data / PROVINCES_FILE, factors / "zones.csv"):
        found += [row(mix, quantity, technologies) for quantity in INDICATORS]
    return sorted(found, key=lambda r: r["id"])


def row(mix: GenerationMix, quantity: str, technologies: Mapping[tuple[str, str], Technology]) -> dict[str, str]:
    """One row of the table: the weighted sum for a zone, with its bounds."""
    unit, indicators, group, boundary = INDICATORS[quantity]
    low, value, high = (weighted(mix.shares(), indicators, technologies, which) for which in ("low", "value", "high"))
    assert low <= value <= high, (mix.zone, quantity, low, value, high)
    assert quantity != "grid_primary_energy" or value >= 3.6 - 1e-9, (mix.zone, value)
    age = 2 if mix.year >= 2023 else 3 if mix.year == 2022 else 5
    cells = dict.fromkeys(HEADER, "")
    cells |= {
        "id": f"{quantity}/{mix.zone}/{mix.year}",
        "quantity": quantity,
        "subject": mix.zone,
        "role": "default",
        "value": digits(value),
        "low": digits(low),
        "high": digits(high),
        "bounds_kind": "rule",
        "bounds_rule": "grid_from_technologies",
        "unit": unit,
        "valid_from": mix.valid_from,
        "valid_to": mix.valid_to,
        "geography": mix.zone,
        "boundary": boundary,
        "family": "sobria-grid",
        "correlation_group": group,
        "source": "sobria_grid",
        "locator": f"{mix.locator} × technologies.csv",
        "quality": f"{age}/1/{3 if quantity == 'grid_gwp' else 4}/3",
        "review_by": "2027-06-30",
        "note": mix.note,
    }
    return cells


def weighted(
    shares: Mapping[str, float],
    indicators: tuple[str, ...],
    technologies: Mapping[tuple[str, str], Technology],
    which: str,
) -> float:
    """Sum over sources of share × factor [unit of the indicator]; `which` is value, low or high."""
    terms = []
    for source, share in shares.items():
        known = [technologies[source, name] for name in indicators if (source, name) in technologies]
        assert known or share == 0, f"no factor of {indicators} for {source}"
        terms.append(share * math.fsum(float(getattr(technology, which)) for technology in known))
    return math.fsum(terms)


def read_technologies(path: Path) -> dict[tuple[str, str], Technology]:
    """(technology, indicator) -> its factor. AssertionError when a source of electricity has none."""
    with path.open(encoding="utf-8", newline="") as file:
        table = {
            (r["technology"], r["indicator"]): Technology(float(r["value"]), float(r["low"]), float(r["high"]))
            for r in csv.DictReader(file)
        }
    for source in SOURCES:
        for indicator in ("water", "primary_energy"):
            assert (source, indicator) in table, f"{path.name}: no {indicator} for {source}"
    for key, found in table.items():
        assert found.low <= found.value <= found.high, f"{path.name}: bounds of {key} are not in order"
    return table


def read_years(path: Path) -> list[GenerationMix]:
    """Generation of each country by year [TWh], in order. AssertionError when the file has changed."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            generation = {source: float(entry[source]) for source in SOURCES}
            assert min(generation.values()) >= 0 and sum(generation.values()) > 0, f"{path.name}: {entry}"
            found.setdefault(entry["zone"], {})[int(entry["year"])] = generation
    for zone, years in found.items():
        assert all(b == a + 1 for a, b in pairwise(years)), f"{path.name}: a year of {zone} is missing"
    return [of_year(zone, year, years) for zone, years in found.items() for year in years]


def of_year(zone: str, year: int, years: Mapping[int, Mapping[str, float]]) -> GenerationMix:
    """The generation of one of the years of a country; the first stands for those before, the last for those after."""
    opens, ends = year == min(years), year == max(years)
    told = [f"Production de {year} par source ; importations et pertes de réseau non comptées."]
    return GenerationMix(
        zone,
        year,
        years[year],
        f"{YEARS_FILE} (Our World in Data), {zone}, {year}",
        " ".join(told + [BEFORE] * opens + [AFTER] * ends),
        "" if opens else f"{year}-01-01",
        "" if ends else f"{year}-12-31",
    )


def read_countries(path: Path) -> dict[str, GenerationMix]:
    """Country -> its generation [TWh]. AssertionError when the file has changed."""
    found = {}
    for zone, entry in json.loads(path.read_text("utf-8")).items():
        assert len(zone) == 3 and entry["iso_code"] == zone, f"{path.name}: unexpected zone {zone}"
        generation = {source: float(entry[f"{source}_TWh"]) for source in SOURCES}
        total = float(entry["total_TWh"])
        assert min(generation.values()) >= 0 and total > 0, f"{path.name}: {zone} has an impossible generation"
        gap = abs(sum(generation.values()) - total)
        assert gap <= 0.01 * total, f"{path.name}: the sources of {zone} miss its total by {gap} TWh"
        year = int(entry["year"])
        assert 2000 <= year <= 2100, f"{path.name}: {zone} is of the year {year}"
        note = f"Production de {year} par source ; importations et pertes de réseau non comptées. {ONE_YEAR}"
        found[zone] = GenerationMix(zone, year, generation, f"{path.name}, {zone}, {year}", note)
    assert len(found) >= 200, f"{path.name}: only {len(found)} countries"
    return found


def aggregates(countries: Mapping[str, GenerationMix]) -> Iterator[GenerationMix]:
    """World, Europe and the European Union as sums of their countries [TWh]."""
    groups = (
        ("WORLD", tuple(countries), "tous les pays", 25_000),
        ("EUROPE", tuple(z for z in EUROPE if z in countries), "somme des pays d'Europe (M49), Russie comprise", 4_000),
        ("EU27", EU27, "somme des 27 pays", 2_400),
    )
    for zone, members, what, least in groups:
        generation = {s: math.fsum(countries[member].generation[s] for member in members) for s in SOURCES}
        total = math.fsum(generation.values())
        assert total >= least, f"{zone}: only {total:.0f} TWh"
        note = f"Production par source, {what}, années 2022 et 2023 surtout ; pertes de réseau non comptées. {ONE_YEAR}"
        yield GenerationMix(zone, 2023, generation, f"{MIX_FILE.name}, {what}", note)


def read_provinces(path: Path, zones: Path) -> Iterator[GenerationMix]:
    """Canadian provinces: generation by source [% of the total], in the order of the file."""
    with zones.open(encoding="utf-8", newline="") as file:
        names = {
            alias: r["zone"] for r in csv.DictReader(file) if r["wider"] == "CAN" for alias in r["aliases"].split("|")
        }
    for name, entry in json.loads(path.read_text("utf-8")).items():
        assert set(entry) == {*PROVINCE_SOURCES, "other", "tidal", "total"}, f"{path.name}: {name} has other columns"
        generation = {ours: float(entry[theirs]) for theirs, ours in PROVINCE_SOURCES.items()}
        assert abs(sum(generation.values()) - 100) <= 3, f"{path.name}: the sources of {name} miss 100 %"
        note = f"Parts par source d'une province ; importations et pertes de réseau non comptées. {ONE_YEAR}"
        yield GenerationMix(names[name], 2023, generation, f"{path.name}, {name}", note)


def digits(value: float) -> str:
    """Four significant digits, as short as it goes."""
    return f"{float(f'{value:.4g}'):.10g}"


def render(table: list[dict[str, str]]) -> str:
    """The rows as CSV text with LF ends."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main())
