"""Rows per second of import and build, build against a bare scan of the same Parquet, cost of `import estimator`.

python -m scripts.bench.ledger [--rows 100000] [--runs 5]
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

from estimator.building import build
from estimator.home import reading_context
from estimator.ledger import Ledger, import_paths
from estimator.store import connect

COLUMNS = (
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,"
    "ram_energy,energy_consumed,water_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
    "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,cpu_utilization_percent,"
    "gpu_utilization_percent,ram_utilization_percent,ram_used_gb,on_cloud,pue,wue"
).split(",")


def write_trace(path: Path, rows: int) -> None:
    """A file in the shape of codecarbon 3.3.2: a year of runs of 20 services in four countries."""
    start = datetime(2025, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(rows):
            cpu, gpu, ram = 1e-4 * (1 + n % 97), 2e-4 * (n % 13), 3e-5 * (1 + n % 7)
            country = (("France", "FRA"), ("Germany", "DEU"), ("Belgium", "BEL"), ("Poland", "POL"))[n % 4]
            moment = (start + timedelta(seconds=n * 31_000_000 / rows)).isoformat(timespec="seconds")
            writer.writerow(
                [
                    moment,
                    f"service-{n % 20}",
                    f"run-{n}",
                    "5b0fa12a",
                    10 + n % 300,
                    1e-5,
                    1e-7,
                    42.5,
                    70,
                    10,
                    cpu,
                    gpu,
                    ram,
                    cpu + gpu + ram,
                    0,
                ]
                + [
                    *country,
                    "",
                    "",
                    "",
                    "Linux",
                    "3.11.7",
                    "3.3.2",
                    8,
                    "AMD EPYC",
                    1,
                    "1 x NVIDIA L4",
                    "",
                    "",
                    64,
                    "machine",
                    10,
                    10,
                    10,
                    4,
                    "N",
                    1,
                    0,
                ]
            )


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
    """What `import estimator` adds to a bare interpreter [s]."""
    with_it = timed(lambda: subprocess.run([sys.executable, "-c", "import estimator"], check=True), runs)
    bare = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), runs)
    return with_it - bare


def main() -> None:
    """Run all and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
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
        files = Ledger(homes[0]).activity_files()
        names = ", ".join(f"{c}_energy_kwh" for c in ("cpu", "gpu", "ram", "other"))
        scan = f"SELECT {', '.join(f'SUM({n.strip()})' for n in names.split(','))} FROM read_parquet({files!r})"
        scanning = timed(lambda: connect().execute(scan).fetchall(), options.runs)
    print(f"{options.rows:,} rows, medians of {options.runs} runs")
    for name, seconds in (("import", importing), ("build", building), ("scan", scanning)):
        print(f"{name:<8}{options.rows / seconds:12,.0f} rows/s   {seconds:.3f} s")
    print(f"build / scan = {building / scanning:.1f}")
    print(f"import estimator adds {import_cost(options.runs):.3f} s to a bare interpreter")


if __name__ == "__main__":
    main()
