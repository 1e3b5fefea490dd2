"""Every speed bar in one run, medians, beside another checkout: cold commands, warm estimates, builds and totals
of homes of two sizes against the scan that they need, memory, groups. CPU seconds, since machines are shared.

python -m scripts.bench.speed [--baseline CHECKOUT] [--ecologits PYTHON] [--runs 7] [--rows 100000 1000000]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from estimator.builds.settled_parts import FOLDER
from estimator.core.duckdb_engine import DuckDB, connect
from estimator.ledger import Ledger
from estimator.ledger.withdrawn_rows import parquet
from estimator.results.making import build
from scripts.bench.estimate import spread, warm_line
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
COLD = (  # command, its line, its bar
    ("totals", ("totals",), "la moitié de l'autre"),
    ("estimate", ("estimate", "--model", "qwen3-8b", "--output-tokens", "300", "--zone", "FRA"), "0,5"),
    ("compare", ("compare", "docs/scenario.toml"), "0,5"),
)


def main() -> None:
    """Print a line a bar, what is measured then the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", type=Path, help="another checkout, measured in the same run")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rows", type=int, nargs=2, default=[100_000, 1_000_000])
    parser.add_argument("--ecologits", type=Path, help="a Python that has EcoLogits, measured in the same run")
    for line in lines(parser.parse_args()):
        print(line, flush=True)


def lines(options: argparse.Namespace) -> Iterator[str]:
    """The bars, one a line. What is compared alternates within a round, since the load of a machine changes."""
    runs: int = options.runs
    yield warm_line(runs, options.ecologits)
    places = [ROOT, *([options.baseline] if options.baseline else [])]
    with tempfile.TemporaryDirectory() as folder:
        for n, at in enumerate(places):
            cpu(("--home", f"{folder}/{n}-totals", "build"), at)  # totals of a home that is not there read nothing
        for name, line, bar in COLD:
            taken = [
                [cpu(("--home", f"{folder}/{n}-{name}", *line), at)[0] for n, at in enumerate(places)]
                for _ in range(runs + 1)
            ][1:]
            ours, *theirs = zip(*taken, strict=True)
            beside = ""
            for others in theirs:
                ratios = [mine / other for mine, other in zip(ours, others, strict=True)]
                beside += f" ; {options.baseline.name} : {spread(others)}, rapport {spread(ratios)}"
            yield f"- `{name}` à froid, dossier vide : {spread(ours)} s de processeur{beside} (barre : {bar})"
        homes = {rows: Path(folder) / str(rows) for rows in options.rows}
        for rows, home in homes.items():
            write_requests(home, rows, 1)
        rounds = [{rows: measured(home, f"{folder}/0-totals") for rows, home in homes.items()} for _ in range(runs)]
        slope = slope_line([homes[rows] for rows in options.rows], runs)
    for rows in homes:
        scanned, made, peak, beyond, memory, held = zip(*(one[rows] for one in rounds), strict=True)
        yield f"- {rows:,} requêtes d'un modèle : {held[0]} groupe(s) par mois (barre 50)"
        yield f"  - calcul : {spread(made)} s, {max(peak):.0f} Mio (barre 300) ; lecture : {spread(scanned)} s"
        yield f"  - `totals` : {spread(beyond)} s au-delà du dossier vide (barre 0,4), {max(memory):.0f} Mio (300)"
    yield slope


def slope_line(homes: Sequence[Path], runs: int) -> str:
    """What more rows cost a build over what they cost a scan, in one process: the fixed part of a command varies more
    than what is measured."""
    grown: list[list[float]] = []
    for _ in range(runs + 1):
        taken = []
        for home in homes:
            forget(home)
            read, start = scan(home), time.process_time()
            build(home)
            taken.append((time.process_time() - start, read))
        grown.append([many - few for few, many in zip(*taken, strict=True)])
    more = grown[1:]
    slope = statistics.median(made for made, _ in more) / statistics.median(read for _, read in more)
    each = spread([made / read for made, read in more])
    return f"- Pente du calcul sur celle de la lecture, dans un processus : {slope:.1f} (barre 3) ; un tour : {each}"


def measured(home: Path, empty: str) -> tuple[float, float, float, float, float, int]:
    """One round of a home: scan [s], build [s, MiB], totals [s beyond those of an empty home, MiB], groups a month."""
    scanned = scan(home)
    forget(home)
    made, peak = cpu(("--home", str(home), "build"))
    nothing, (told, memory) = cpu(("--home", empty, "totals"))[0], cpu(("--home", str(home), "totals"))
    return scanned, made, peak, told - nothing, memory, groups(home)


def forget(home: Path) -> None:
    """Remove the builds of a home, and what is kept of its parts: all but what is known of our own sources."""
    shutil.rmtree(home / "builds" / FOLDER, ignore_errors=True)
    for old in (home / "builds").glob("[!.]*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()


def cpu(arguments: Sequence[str], folder: Path = ROOT) -> tuple[float, float]:
    """CPU time [s] and memory [MiB] of a command, its compiled files kept as where it is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    line = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "estimator.cli", *arguments]
    told = subprocess.run(line, cwd=folder, env=kept, stdout=subprocess.PIPE, text=True, check=True).stdout
    used, memory = map(float, told.split())
    return used, memory / 1024


def scan(home: Path) -> float:
    """CPU time of a scan of the columns that a build reads [s]."""
    sums = ", ".join(f"MAX({name.strip()})" for name in USED.split(","))
    with connect() as connection:
        start = time.process_time()
        connection.execute(f"SELECT {sums} FROM {parquet(Ledger(home).files('activities'))}").fetchall()
        return time.process_time() - start


def groups(home: Path) -> int:
    """The most groups of a month."""
    (build,) = (home / "builds").glob("*.duckdb")
    found = DuckDB.read(build).rows("SELECT COUNT(*) AS n FROM groups GROUP BY month ORDER BY n DESC LIMIT 1")
    return int(found[0]["n"])


if __name__ == "__main__":
    main()
