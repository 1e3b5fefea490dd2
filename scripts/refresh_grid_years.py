"""Carbon intensity of electricity by year and country: `python -m scripts.refresh_grid_years owid-energy-data.csv`.

Reads the energy data of Our World in Data (columns country, iso_code, year, carbon_intensity_elec [gCO2e/kWh]) and
writes factors/electricity_yearly.csv: a default row a year from 2015, and a country, the Union, Europe or the world,
France's as rivals of ADEME's, and of each state of the United States: the year of the country times the direct
emissions of the state over the country's, from factors/electricity.csv. The first year holds for those before, the last
for those after, and both say so. With --check, only reports whether the table is up to date.
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.refresh_grid import HEADER

FACTORS = Path(__file__).resolve().parent.parent / "factors"
TABLE = FACTORS / "electricity_yearly.csv"
FIRST = 2015
AGGREGATES = {"World": "WORLD", "Europe (Ember)": "EUROPE", "EU (Ember)": "EU27"}  # which have no code
ENTITIES = {zone: name for name, zone in AGGREGATES.items()}
OWN_DEFAULT = "FRA"  # ADEME's values stand as default
LOW_CARBON = 0.1  # [kgCO2e/kWh]
IMPORTING = frozenset("AUT BEL CHE HRV HUN LUX LVA SVK".split())  # of which the mix produced is not the mix consumed
RULES = {"grid_country": (1 / 1.4, 1.25), "grid_low_carbon": (1 / 1.7, 1.7), "grid_import_heavy": (1 / 1.25, 2.5)}
RULES["grid_state"] = (1 / 1.4, 2.0)
MOST = 1.7  # of a kWh, wherever it comes from [kgCO2e/kWh]: factors/power.csv, possible_gwp
OF_STATES, STATES = "sobria_states", "USA"
SAME_RATIO = "Le rapport de 2023 est supposé celui de chaque année."
IMPORTS = "Zone très importatrice : le mix consommé peut être bien plus élevé."
BEFORE = "Reprise pour les années d'avant."
AFTER = "Dernière année publiée : reprise pour les années suivantes."


def intensities(text: str, zones: frozenset[str]) -> dict[str, dict[int, float]]:
    """Zone -> year -> intensity [kgCO2e/kWh]; a zero is no value."""
    found: dict[str, dict[int, float]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        zone, value = AGGREGATES.get(row["country"], row["iso_code"]), row["carbon_intensity_elec"]
        if zone in zones and value and float(value) > 0 and int(row["year"]) >= FIRST:
            found.setdefault(zone, {})[int(row["year"])] = float(value) / 1000
    return found


def rows_of(zone: str, years: Mapping[int, float]) -> Iterator[dict[str, str]]:
    """The factor rows of a zone; none of France replaces that of ADEME."""
    default = zone != OWN_DEFAULT
    for year, value in sorted(years.items()):
        first, last = year == min(years), year == max(years)
        rule = _rule(zone, value)
        down, up = RULES[rule]
        yield dict.fromkeys(HEADER, "") | {
            "id": f"grid_gwp/{zone}/{year}" if default else f"grid_gwp/{zone}/{year}/owid",
            "quantity": "grid_gwp",
            "subject": zone,
            "role": "default" if default else "rival",
            "value": f"{value:.6g}",
            "low": f"{value * down:.6g}",
            "high": f"{value * up:.6g}",
            "bounds_kind": "rule",
            "bounds_rule": rule,
            "unit": "kgCO2e/kWh",
            "valid_from": "" if first else f"{year}-01-01",
            "valid_to": "" if last else f"{year}-12-31",
            "geography": zone,
            "boundary": "cycle de vie, production",
            "family": "owid",
            "correlation_group": "owid",
            "source": "owid_energy",
            "locator": f"owid-energy-data.csv, {ENTITIES.get(zone, zone)}, {year}, carbon_intensity_elec",
            "quality": "2/1/2/2" if last else "1/1/2/2",
            "review_by": "2027-06-30",
            "note": " ".join(
                text for text, told in ((IMPORTS, zone in IMPORTING), (BEFORE, first), (AFTER, last)) if told
            ),
        }


def states_of(years: Mapping[int, float]) -> Iterator[dict[str, str]]:
    """The rows of the states of a country, from those of the country and the direct emissions of both."""
    with (FACTORS / "electricity.csv").open(encoding="utf-8") as file:
        direct = {
            r["subject"]: r for r in csv.DictReader(file) if r["quantity"] == "grid_gwp" and r["family"] == "egrid"
        }
    whole = float(direct.pop(STATES)["value"])
    for state, row in sorted(direct.items()):
        ratio = float(row["value"]) / whole
        for made in rows_of(state, {year: value * ratio for year, value in years.items()}):
            down, up = RULES["grid_state"]
            value = float(made["value"])
            yield made | {
                "id": f"{made['id']}/owid",
                "low": f"{value * down:.6g}",
                "high": f"{min(value * up, MOST):.6g}",
                "bounds_rule": "grid_state",
                "source": OF_STATES,
                "locator": f"{made['locator'].replace(state, STATES)} × {row['locator']} ÷ États-Unis (770,884 lb/MWh)",
                "quality": "2/2/2/3",
                "note": " ".join((SAME_RATIO, made["note"])).strip(),
            }


def _rule(zone: str, value: float) -> str:
    if zone in IMPORTING:
        return "grid_import_heavy"
    return "grid_low_carbon" if value < LOW_CARBON else "grid_country"


def table(text: str) -> str:
    """The text of the table, from that of the energy data."""
    with (FACTORS / "zones.csv").open(encoding="utf-8") as file:
        zones = frozenset(row["zone"] for row in csv.DictReader(file))
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, lineterminator="\n")
    writer.writeheader()
    found = intensities(text, zones)
    for zone, years in sorted(found.items()):
        writer.writerows(rows_of(zone, years))
    writer.writerows(states_of(found.get(STATES, {})))
    return out.getvalue()


def main() -> int:
    """Write the table, or compare it with --check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    made = table(asked.data.read_text("utf-8"))
    if asked.check:
        return int(made != TABLE.read_text("utf-8"))
    TABLE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
