"""Every speed bar in one run, medians, beside another checkout: cold commands, warm estimates, builds and totals
of homes of two sizes against the scan that they need, memory, groups. CPU seconds, since machines are shared.

python -m scripts.bench.speed [--baseline CHECKOUT] [--runs 7] [--rows 100000 1000000]
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.core.duckdb_engine import DuckDB, connect
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
# The memory of a process is at least that of the one it was started from: a small one starts what is measured.
LAUNCHER = """
import os, subprocess, sys
_, status, used = os.wait4(subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL).pid, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
ESTIMATE = ("estimate", "--model", "qwen3-8b", "--output-tokens", "300", "--zone", "FRA")


def main() -> None:
    """Print a line a bar, what is measured then the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", type=Path, help="another checkout, measured in the same run")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rows", type=int, nargs=2, default=[100_000, 1_000_000])
    options = parser.parse_args()
    for line in lines(options.baseline, options.runs, options.rows):
        print(line, flush=True)


def lines(baseline: Path | None, runs: int, sizes: Sequence[int]) -> Iterator[str]:
    """The bars, one a line."""
    yield f"- `estimate` à chaud, tout varie : {warm(300):.2f} ms (barre 1)"
    fixed = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, line, bar in (("totals", ("totals",), "la moitié de l'autre"), ("estimate", ESTIMATE, "0,5")):
            taken: dict[Path, float] = {}
            for checkout in (ROOT, *([baseline] if baseline else [])):
                at = ("--home", f"{folder}/{len(taken)}")
                taken[checkout] = statistics.median([cpu((*at, *line), checkout)[0] for _ in range(runs + 1)][1:])
            fixed = fixed or taken[ROOT]
            beside = "".join(f" ; {place.name} : {other:.2f}" for place, other in taken.items() if place != ROOT)
            yield f"- `{name}` à froid, dossier vide : {taken[ROOT]:.2f} s de processeur{beside} (barre : {bar})"
        costs = []
        for rows in sizes:
            home = Path(folder) / str(rows)
            write_requests(home, rows, 1)
            scanned = statistics.median(scan(home) for _ in range(runs))
            made, peak = zip(*(rebuilt(home) for _ in range(max(3, runs // 2))), strict=True)
            costs.append((statistics.median(made), scanned))
            told, memory = zip(*(cpu(("--home", str(home), "totals")) for _ in range(runs)), strict=True)
            beyond, memory_mib, peak_mib = statistics.median(told) - fixed, max(memory), max(peak)
            made_s = costs[-1][0]
            yield f"- {rows:,} requêtes d'un modèle : {groups(home)} groupe(s) par mois (barre 50)"
            yield f"  - calcul : {made_s:.2f} s, {peak_mib:.0f} Mio (barre 300) ; lecture : {scanned:.3f} s"
            yield f"  - `totals` : {beyond:+.2f} s au-delà du dossier vide (barre 0,4), {memory_mib:.0f} Mio (300)"
    slope = (costs[1][0] - costs[0][0]) / (costs[1][1] - costs[0][1])
    yield f"- Pente du calcul sur celle de la lecture, entre ces deux tailles : {slope:.1f} (barre 3)"


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


def cpu(arguments: Sequence[str], folder: Path = ROOT) -> tuple[float, float]:
    """CPU time [s] and memory [MiB] of a command, its compiled files kept as where it is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    line = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "estimator.cli", *arguments]
    told = subprocess.run(line, cwd=folder, env=kept, stdout=subprocess.PIPE, text=True, check=True).stdout
    used, memory = map(float, told.split())
    return used, memory / 1024


def rebuilt(home: Path) -> tuple[float, float]:
    """CPU time [s] and memory [MiB] of the first build of a home."""
    shutil.rmtree(home / "builds", ignore_errors=True)
    return cpu(("--home", str(home), "build"))


def scan(home: Path) -> float:
    """CPU time of a scan of the columns that a build reads [s]."""
    sums = ", ".join(f"MAX({name.strip()})" for name in USED.split(","))
    with connect() as connection:
        start = time.process_time()
        connection.execute(f"SELECT {sums} FROM read_parquet({Ledger(home).files('activities')!r})").fetchall()
        return time.process_time() - start


def groups(home: Path) -> int:
    """The most groups of a month."""
    (build,) = (home / "builds").glob("*.duckdb")
    found = DuckDB.read(build).rows("SELECT COUNT(*) AS n FROM groups GROUP BY month ORDER BY n DESC LIMIT 1")
    return int(found[0]["n"])


if __name__ == "__main__":
    main()
