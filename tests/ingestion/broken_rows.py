# ruff: noqa: E501  a table of kinds reads better in one line each
"""Good rows of eight classes of machines and of declared services, and ways of breaking them: what a wrong unit, a
wrong column, a counter or a copy does to a file. Nothing here knows the rules: its constants are its own."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Cells = dict[str, Any]
WAYS = 10


class Machine(NamedTuple):
    """A class of machine: processor, its threads and power [W]; memory [GB], its power [W]; cards, the power of one."""

    cpu_model: str
    threads: int
    cpu_w: float
    ram_gb: float
    ram_w: float
    gpu: str
    cards: int
    gpu_w: float
    os: str


class Place(NamedTuple):
    """A country, its electricity in g by kWh, and a town of it."""

    iso: str
    name: str
    grams: float
    latitude: float
    longitude: float


class Written(NamedTuple):
    """A case: its name, the kind of fault, "" for none, and its file."""

    name: str
    kind: str
    file: str
    text: str


LINUX, MAC = "Linux-6.8.0-45-generic-x86_64-with-glibc2.39", "macOS-14.5-arm64-arm-64bit"
MACHINES = {
    "laptop": Machine("11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", 8, 14, 16, 6, "", 0, 0, LINUX),
    "apple": Machine("Apple M2", 8, 5, 16, 3, "Apple M2", 1, 1.5, MAC),
    "desktop": Machine("Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", 12, 70, 32, 12, "NVIDIA GeForce RTX 3070", 1, 160, LINUX),
    "workstation": Machine("AMD Ryzen Threadripper PRO 5965WX 24-Cores", 48, 190, 256, 40, "NVIDIA RTX A6000", 2, 230, LINUX),
    "server": Machine("AMD EPYC 7543 32-Core Processor", 128, 260, 512, 70, "", 0, 0, LINUX),
    "one-card": Machine("Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz", 32, 110, 192, 35, "Tesla V100-PCIE-32GB", 1, 190, LINUX),
    "eight-cards": Machine("AMD EPYC 7742 64-Core Processor", 256, 330, 1024, 90, "NVIDIA A100-SXM4-80GB", 8, 310, LINUX),
    "virtual": Machine("Intel(R) Xeon(R) CPU @ 2.20GHz", 2, 16, 13, 5, "Tesla T4", 1, 45, "Linux-6.1.85+-x86_64-with-glibc2.35"),
}  # fmt: skip
PLACES = (
    Place("FRA", "France", 56, 48.85, 2.35), Place("DEU", "Germany", 381, 52.52, 13.40),
    Place("POL", "Poland", 660, 52.23, 21.01), Place("IND", "India", 713, 28.61, 77.21),
)  # fmt: skip
FAR = {"FRA": (-33.87, 151.21), "DEU": (35.68, 139.69), "POL": (-34.60, -58.38), "IND": (40.71, -74.01)}
MODELS = (
    ("llama-3.1-8b", 0.09),
    ("mistral-large-2407", 1.1),
    ("llama-3.1-70b", 0.8),
    ("gpt-oss-120b", 0.25),
)  # J a token
PARTS = ("cpu", "gpu", "ram")


def machine_row(name: str, machine: Machine, place: Place, chance: random.Random) -> Cells:
    """A row of codecarbon as its tracker writes it: minutes to hours of a machine at a part of its power."""
    seconds = chance.uniform(90, 20_000)
    load = chance.uniform(0.45, 1.15)
    power = {"cpu": machine.cpu_w * load, "gpu": machine.gpu_w * machine.cards * load, "ram": machine.ram_w}
    kwh = {part: watts * seconds / 3.6e6 for part, watts in power.items()}
    whole = sum(kwh.values())
    wue = chance.choice((0.0, 0.3, 1.8))
    return {
        "timestamp": f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T1{chance.randint(0, 9)}:05:00",
        "project_name": name, "run_id": f"{chance.getrandbits(64):016x}", "duration": seconds,
        "emissions": whole * place.grams / 1000, "emissions_rate": whole * place.grams / 1000 / seconds,
        **{f"{part}_power": power[part] for part in PARTS}, **{f"{part}_energy": kwh[part] for part in PARTS},
        "energy_consumed": whole, "water_consumed": whole * wue, "country_name": place.name,
        "country_iso_code": place.iso, "region": "", "cloud_provider": "", "cloud_region": "", "os": machine.os,
        "python_version": "3.11.9", "codecarbon_version": "3.2.1", "cpu_count": machine.threads,
        "cpu_model": machine.cpu_model, "gpu_count": machine.cards or "",
        "gpu_model": f"{machine.cards} x {machine.gpu}" if machine.cards else "", "longitude": place.longitude,
        "latitude": place.latitude, "ram_total_size": machine.ram_gb, "tracking_mode": "machine",
        "cpu_utilization_percent": chance.uniform(5, 95), "gpu_utilization_percent": chance.uniform(5, 95),
        "on_cloud": "N", "pue": 1.0, "wue": wue,
    }  # fmt: skip


def service_row(name: str, chance: random.Random) -> Cells:
    """A declaration of a month of a service: counts of requests and tokens, electricity, gases and water."""
    model, joules = chance.choice(MODELS)
    place = chance.choice(PLACES)
    requests = chance.randint(2_000, 400_000)
    read, written = requests * chance.randint(200, 3_000), requests * chance.randint(80, 700)
    kwh = written * joules * chance.uniform(0.7, 2) / 3.6e6
    return {
        "service": name, "start": "2026-03-01", "end": "2026-04-01", "model": model, "zone": place.iso,
        "requests": requests, "input_tokens": read, "output_tokens": written, "cached_tokens": int(read * 0.2),
        "energy_kwh": kwh, "energy_boundary": "it", "energy_basis": "measured",
        "gwp_kgco2e": kwh * place.grams / 1000 * 1.2, "water_l": kwh * 1.5,
    }  # fmt: skip


def times(factor: float, *names: str) -> Callable[[Cells, int], list[Cells]]:
    """Columns in another unit, their total with them."""
    return lambda row, way: [row | {name: float(row[name]) * factor for name in names}]


def with_total(row: Cells, changed: Cells) -> list[Cells]:
    """A row with components changed, and the total and emissions that its tool would have written."""
    row = row | changed
    whole = sum(float(row[f"{part}_energy"]) for part in PARTS)
    ratio = whole / float(row["energy_consumed"])
    return [row | {"energy_consumed": whole} | {n: float(row[n]) * ratio for n in ("emissions", "emissions_rate")}]


def part_times(part: str, factor: Callable[[Cells, int], float]) -> Callable[[Cells, int], list[Cells]]:
    """A component counted several times, in its power and its energy."""

    def broken(row: Cells, way: int) -> list[Cells]:
        by = factor(row, way)
        return with_total(row, {f"{part}_{what}": float(row[f"{part}_{what}"]) * by for what in ("power", "energy")})

    return broken


def negative(row: Cells, way: int) -> list[Cells]:
    part = "gpu" if way % 2 and row["gpu_count"] else "cpu"
    return with_total(row, {f"{part}_energy": -0.6 * float(row[f"{part}_energy"])})


def counter(row: Cells, way: int) -> list[Cells]:
    """One run read again and again, every reading a row of its own, without the column that ties them."""
    rows = []
    minutes = 10
    for reading in range(1, 5):
        share = reading * 60.0 / float(row["duration"])
        grown = {
            n: float(row[n]) * share for n in ("cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "emissions")
        }
        moment = f"{row['timestamp'][:14]}{minutes + reading:02d}:00"
        rows.append(row | grown | {"duration": 60.0 * reading, "timestamp": moment, "run_id": ""})
    return rows


def twice(row: Cells, way: int) -> list[Cells]:
    """A month declared, and a week or a quarter of it declared again."""
    start, end = (("2026-03-08", "2026-03-15"), ("2026-02-01", "2026-05-01"), ("2026-03-31", "2026-04-30"))[way % 3]
    return [row, row | {"start": start, "end": end, "requests": int(row["requests"]) // 3 + 1}]


def other_grid(row: Cells, way: int) -> list[Cells]:
    grams = {"FRA": 424 + 20 * way, "DEU": 20 + way, "POL": 25 + way, "IND": 30 + way}[row["country_iso_code"]]
    return [row | {"emissions": float(row["energy_consumed"]) * grams / 1000}]


def elsewhere(row: Cells, way: int) -> list[Cells]:
    latitude, longitude = FAR[row["country_iso_code"]]
    return [row | {"latitude": latitude + way / 10, "longitude": longitude}]


ENERGIES = ("cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "emissions", "emissions_rate")
POWERS = ("cpu_power", "gpu_power", "ram_power")
UNIT = frozenset(
    {
        "machine_power",
        "processor_power",
        "card_power",
        "memory_power",
        "power_contradicted",
        "impossible_power",
        "beyond_sheet",
    }
)
# Kind -> (of a machine or of a service, how a row is broken, the codes that name this family of faults).
KINDS: dict[str, tuple[str, Callable[[Cells, int], list[Cells]], frozenset[str]]] = {
    "énergie en Wh": ("machine", times(1e3, *ENERGIES, *POWERS), UNIT),
    "énergie en J": ("machine", times(3.6e6, *ENERGIES), UNIT),
    "énergie en MWh": ("machine", times(1e-3, *ENERGIES, *POWERS), UNIT),
    "durée en ms": ("machine", times(1e3, "duration"), UNIT),
    "durée en heures": ("machine", times(1 / 3600, "duration"), UNIT),
    "puissance en kW": ("machine", times(1e-3, *POWERS), UNIT),
    "énergie négative": ("machine", negative, frozenset({"negative_energy"})),
    "total qui n'est pas la somme": ("machine", lambda r, w: [r | {"energy_consumed": float(r["energy_consumed"]) * (1.03 + w)}], frozenset({"sum_mismatch"})),
    "processeur compté par fil": ("machine", part_times("cpu", lambda r, w: max(float(r["cpu_count"]), 60)), frozenset({"processor_power", "machine_power", "beyond_sheet"})),
    "mémoire de plusieurs nœuds": ("machine", part_times("ram", lambda r, w: 60 + 10 * w), frozenset({"memory_power"})),
    "carte au-delà de sa fiche": ("cards", part_times("gpu", lambda r, w: 5 + w), frozenset({"card_power"})),
    "émissions en g": ("machine", times(1e3, "emissions"), frozenset({"any_grid"})),
    "émissions en t": ("machine", times(1e-3, "emissions"), frozenset({"any_grid"})),
    "facteur d'une autre électricité": ("machine", other_grid, frozenset({"grid_of_zone"})),
    "coordonnées ailleurs": ("machine", elsewhere, frozenset({"place_elsewhere"})),
    "nombre de cartes contredit": ("cards", lambda r, w: [r | {"gpu_count": int(r["gpu_count"]) + 1 + w}], frozenset({"cards_contradicted"})),
    "usage au-delà de 100 %": ("machine", lambda r, w: [r | {"gpu_utilization_percent" if w % 2 else "cpu_utilization_percent": 110 + 90 * w}], frozenset({"use_beyond_whole"})),
    "PUE impossible": ("machine", lambda r, w: [r | {"pue": (0.1, 0.2, 0.5, 0.8, 0.95, 12, 15, 112, 120, 150)[w]}], frozenset({"pue_odd"})),
    "eau en mL": ("machine", lambda r, w: [r | {"wue": 0.5 + w, "water_consumed": float(r["energy_consumed"]) * (0.5 + w) * 1e3}], frozenset({"water_by_energy"})),
    "compteur relu, sans exécution": ("machine", counter, frozenset({"counter_repeated"})),
    "déclaration qui en recouvre une autre": ("service", twice, frozenset({"declared_twice"})),
    "jetons en milliers": ("service", times(1e-3, "input_tokens", "output_tokens", "cached_tokens"), frozenset({"answer_length", "part_of_token"})),
    "jetons d'une autre période": ("service", times(1e5, "input_tokens", "cached_tokens", "output_tokens"), frozenset({"answer_length", "request_length", "token_energy", "beyond_use"})),
    "cache au-delà de ce qui est lu": ("service", lambda r, w: [r | {"cached_tokens": int(r["input_tokens"] * (1.01 + w))}], frozenset({"cached_beyond_read"})),
    "part de jeton": ("service", lambda r, w: [r | {"output_tokens": r["output_tokens"] + 0.1 + w / 20, "cached_tokens": ""}], frozenset({"part_of_token"})),
    "énergie déclarée en Wh": ("service", times(1e3, "energy_kwh"), frozenset({"token_energy", "any_grid", "declared_gases"})),
    "énergie d'un entraînement": ("service", lambda r, w: [r | {"energy_kwh": float(r["requests"]) * (200 + 900 * w), "gwp_kgco2e": "", "water_l": ""}], frozenset({"request_energy"})),
    "gaz déclarés en g": ("service", times(1e3, "gwp_kgco2e"), frozenset({"any_grid", "declared_gases"})),
    "gaz déclarés d'un autre périmètre": ("service", lambda r, w: [r | {"gwp_kgco2e": float(r["energy_kwh"]) * (2.4 + w / 4 if r["zone"] != "FRA" else 0.7 + w / 4)}], frozenset({"any_grid", "declared_gases"})),
    "eau déclarée en mL": ("service", times(1e3, "water_l"), frozenset({"water_by_energy"})),
}  # fmt: skip
FAULTS = frozenset().union(*(codes for _, _, codes in KINDS.values()))


def good(ways: int = WAYS) -> Iterator[Written]:
    """Unbroken rows: each class of machine and as many services, in each way."""
    for way in range(ways):
        for place, (machine, spec) in enumerate(MACHINES.items()):
            name = f"good-{machine}-{way}"
            chance = random.Random(name)
            yield _file(name, "", [machine_row(name, spec, PLACES[(place + way) % len(PLACES)], chance)])
        name = f"good-service-{way}"
        yield _file(name, "", [service_row(name, random.Random(name))])


def broken(ways: int = WAYS) -> Iterator[Written]:
    """Each kind of fault in each way, the classes of machines and places in turn."""
    specs = {"machine": list(MACHINES.values()), "cards": [m for m in MACHINES.values() if m.cards and m.gpu_w > 40]}
    for rank, (kind, (of, breaks, _)) in enumerate(KINDS.items()):
        for way in range(ways):
            name = f"k{rank:02d}-{way}"
            chance = random.Random(name)
            if of == "service":
                row = service_row(name, chance)
            else:
                kinds = specs[of]
                row = machine_row(
                    name, kinds[(rank + way) % len(kinds)], PLACES[(rank + 3 * way) % len(PLACES)], chance
                )
            yield _file(name, kind, breaks(row, way))


def _file(name: str, kind: str, rows: list[Cells]) -> Written:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Written(name, kind, f"{name}.csv", text.getvalue())
