"""Rows per second of import and build, small files per second, build against a bare scan of the same Parquet, cost of
`import estimator`.

python -m scripts.bench.ledger [--rows 100000] [--files 5000] [--runs 5]
"""

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from estimator.core.duckdb_engine import connect
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.ledger.withdrawn_rows import parquet
from estimator.results.making import build

COLUMNS = (
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,"
    "ram_energy,energy_consumed,water_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
    "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,cpu_utilization_percent,"
    "gpu_utilization_percent,ram_utilization_percent,ram_used_gb,on_cloud,pue,wue"
).split(",")


# Countries, and the greenhouse gases of their electricity that codecarbon 3.3.2 counts [kg per kWh].
COUNTRIES = (
    ("France", "FRA", 0.056039),
    ("Germany", "DEU", 0.38095),
    ("Belgium", "BEL", 0.138107),
    ("Poland", "POL", 0.661926),
)


def write_trace(path: Path, rows: int, seed: int = 0, usual: bool = False) -> None:
    """A file in the format of codecarbon 3.3.2: a year of runs of 20 services in four countries, each run with its own
    id and figures of sixteen digits, of its own process, for many overlap; another seed, other runs.

    usual: as a metered machine writes them, power that varies and emissions of the country. Otherwise the worst case:
    all rows have the power of a processor that is unknown, and half of them the emissions of another country, so that
    each bears remarks."""
    start, chance = datetime(2025, 1, 1), Random(seed)
    same = {
        **{"experiment_id": "5b0fa12a-3dd8-45bb-9766-cc326314d9f1", "water_consumed": 0.0, "os": "Linux-5.10.0-x86_64"},
        **{"python_version": "3.11.7", "codecarbon_version": "3.3.2", "cpu_count": 8, "cpu_model": "AMD EPYC 7543"},
        **{"gpu_count": 1, "gpu_model": "1 x NVIDIA L4", "longitude": 6.2, "latitude": 48.7, "on_cloud": "N"},
        **{"ram_total_size": 62.7, "tracking_mode": "process", "pue": 1.0, "wue": 0.0},
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for n in range(rows):
            seconds = 10 + 300 * chance.random()
            cpu, gpu, ram = (seconds * watts * (0.5 + chance.random()) / 3.6e6 for watts in (42.5, 30.0, 10.0))
            country, code, intensity = COUNTRIES[n % 4]
            emitted = (cpu + gpu + ram) * (intensity if usual else 0.056)
            power = {name: 3.6e6 * energy / seconds for name, energy in (("cpu", cpu), ("gpu", gpu), ("ram", ram))}
            if not usual:
                power |= {"cpu": 42.5, "ram": 10.0}
            writer.writerow(
                same
                | {
                    "timestamp": (start + timedelta(seconds=n * 31_000_000 // rows)).isoformat(timespec="seconds"),
                    "project_name": f"service-{n % 20}",
                    "run_id": str(UUID(int=chance.getrandbits(128), version=4)),
                    "duration": seconds,
                    "emissions": emitted,
                    "emissions_rate": emitted / seconds,
                    **{f"{name}_power": watts for name, watts in power.items()},
                    **{"cpu_energy": cpu, "gpu_energy": gpu, "ram_energy": ram, "energy_consumed": cpu + gpu + ram},
                    **{"country_name": country, "country_iso_code": code},
                    "cpu_utilization_percent": round(100 * chance.random(), 1),
                    "gpu_utilization_percent": round(100 * chance.random(), 1),
                    "ram_utilization_percent": round(100 * chance.random(), 1),
                    "ram_used_gb": 4 + chance.random(),
                }
            )


def write_small(folder: Path, trace: Path, files: int) -> None:
    """Files of one row each, as left by many runs, each in its own folder."""
    with trace.open(encoding="utf-8") as lines:
        header = next(lines)
        for number, line in zip(range(files), lines, strict=False):
            place = folder / f"{number // 1000}" / f"{number}"
            place.mkdir(parents=True)
            (place / "emissions.csv").write_text(header + line, encoding="utf-8")


def load_into(home: Path, trace: Path) -> None:
    """Import the file into a new home."""
    import_paths(Ledger(home), [trace], reading_context(home))


def timed(task: Callable[[], object], runs: int) -> float:
    """Median wall time of a task [s]."""
    times = []
    for _ in range(runs):
        before = time.perf_counter()
        task()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def import_cost(runs: int) -> float:
    """Import time of `import estimator`, above a bare interpreter [s]."""
    with_it = timed(lambda: subprocess.run([sys.executable, "-c", "import estimator"], check=True), runs)
    bare = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), runs)
    return with_it - bare


def main() -> None:
    """Run all and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "emissions.csv"
        write_trace(trace, options.rows)
        homes = [Path(folder) / f"home-{n}" for n in range(options.runs)]
        left = iter(homes)
        importing = timed(lambda: load_into(next(left), trace), options.runs)
        left = iter(homes)
        building = timed(lambda: build(next(left)), options.runs)
        write_small(Path(folder) / "small", trace, options.files)
        left = iter(Path(folder) / f"small-home-{n}" for n in range(options.runs))
        small = timed(lambda: load_into(next(left), Path(folder) / "small"), options.runs)
        files = Ledger(homes[0]).files("activities")
        names = ", ".join(f"{c}_energy_kwh" for c in ("cpu", "gpu", "ram", "other"))
        scan = f"SELECT {', '.join(f'SUM({n.strip()})' for n in names.split(','))} FROM {parquet(files)}"
        with connect() as connection:
            scanning = timed(lambda: connection.execute(scan).fetchall(), options.runs)
    print(f"{options.rows:,} rows, medians of {options.runs} runs")
    for name, seconds in (("import", importing), ("build", building), ("scan", scanning)):
        print(f"{name:<8}{options.rows / seconds:12,.0f} rows/s   {seconds:.3f} s")
    print(f"{'small':<8}{options.files / small:12,.0f} files/s  {small:.3f} s")
    print(f"build / scan = {building / scanning:.1f}")
    print(f"import estimator adds {import_cost(options.runs):.3f} s to a bare interpreter")


if __name__ == "__main__":
    main()
