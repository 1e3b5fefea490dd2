"""Speed bars: warm estimates, CPU and memory of cold commands beside another checkout, a build against its scan.

python -m scripts.bench.speed [--baseline CHECKOUT] [--runs 7] [--rows 100000 1000000]
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.core.duckdb_engine import connect
from estimator.ledger import Ledger
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from scripts.bench.tokens import write_requests
from scripts.messages import ROOT

USED = (
    "row_id, run_key, run_id, cumulative, task_name, start_us, end_us, start_month, end_month, duration_s, service_key,"
    " model, zone, host, machine, device, cpu_energy_kwh, gpu_energy_kwh, ram_energy_kwh, other_energy_kwh,"
    " input_tokens, output_tokens, cached_tokens, requests, other_mode, gap"
)
ESTIMATE = ("estimate", "--model", "qwen3-8b", "--output-tokens", "300", "--zone", "FRA")


def main() -> None:
    """Print a line a bar: medians of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", type=Path, help="another checkout, measured in the same run")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rows", type=int, nargs=2, default=[100_000, 1_000_000])
    options = parser.parse_args()
    print(f"estimate, model, zone and tokens vary: {warm(300):.2f} ms")
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in (("totals of an empty home", ("totals",)), ("estimate", ESTIMATE)):
            for checkout in (ROOT, *([options.baseline] if options.baseline else [])):
                home = str(Path(folder) / checkout.resolve().as_posix().replace("/", "-"))
                line = [sys.executable, "-m", "estimator.cli", "--home", home, *arguments]
                taken = [cpu(line, checkout) for _ in range(options.runs + 1)][1:]
                print(f"{name}, {checkout.name}: {statistics.median(taken):.2f} CPU s")
        costs = [build_and_scan(Path(folder) / str(rows), rows) for rows in options.rows]
    slope = (costs[1][0] - costs[0][0]) / (costs[1][1] - costs[0][1])
    print(f"build against a scan of the used columns, as a slope: {slope:.1f}")


def warm(runs: int) -> float:
    """Median time of an estimate once draws are made [ms]."""
    chance = random.Random(1)
    named = sorted(m.id for m in models.load().models if m.total_params_b and m.modality in ("text", "multimodal"))
    names, zones = chance.sample(named, 60), [zone for zone in load().zones if len(zone) == 3][:40]
    taken = []
    for _ in range(400 + runs):
        asked = Request(
            model=chance.choice(names),
            zone=chance.choice(zones),
            output_tokens=chance.randint(20, 2000),
            input_tokens=chance.randint(10, 5000),
        )
        start = time.perf_counter()
        estimate(asked)
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken[400:])


def cpu(line: list[str], folder: Path = ROOT) -> float:
    """CPU time of a command, user and system [s], its compiled files kept as where it is installed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(line, cwd=folder, env=kept, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build_and_scan(home: Path, rows: int) -> tuple[float, float]:
    """CPU time of the first build of a home, and of a scan of the columns that it reads [s]; prints them and memory."""
    write_requests(home, rows, 1)
    made = cpu([sys.executable, "-m", "estimator.cli", "--home", str(home), "build"])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    start = time.process_time()
    sums = ", ".join(f"MAX({name.strip()})" for name in USED.split(","))
    with connect() as connection:
        connection.execute(f"SELECT {sums} FROM read_parquet({Ledger(home).files('activities')!r})").fetchall()
    scanned = time.process_time() - start
    print(f"{rows:,} requests: build {made:.2f} CPU s, scan {scanned:.2f} CPU s, {peak:.0f} MiB")
    return made, scanned


if __name__ == "__main__":
    main()
