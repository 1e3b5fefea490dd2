"""What a build costs as a ledger grows: made from nothing, after one more run, after a run that it holds was said
otherwise, after a factor changed, and with all its rows read again, beside a bare scan of the columns that it reads
and a build of one row, in one run. CPU seconds.

python -m scripts.bench.increment [--rows 100000 1000000] [--usual] [--home FOLDER]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from estimator.builds.build import How, build
from estimator.builds.settled_parts import FOLDER
from estimator.catalogue.load import load
from estimator.core.fields import Author
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal
from scripts.bench.ledger import load_into, write_trace
from scripts.bench.speed import forget, scan
from scripts.bench.tokens import write_requests
from scripts.messages import ROOT

STEPS = ("from nothing", "one row more", "a run said otherwise", "another factor", "every row read again")
TOGETHER = 500_000  # requests of a part
FACTOR = "grid_gwp/FRA/2025"
FIXED: dict[str, float] = {}  # CPU time of each step of a home of one row [s], which is measured first
AUTHOR = Author(who="bench", why="bench")


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--requests", action="store_true", help="requests of a model, in parts of 500,000 at most")
    parser.add_argument("--usual", action="store_true", help="runs of metered machines whose place is said")
    parser.add_argument("--home", type=Path, help="where the homes are made and kept")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(list(taken(options.home, options.step))))
        return
    with tempfile.TemporaryDirectory() as folder:
        place = options.home or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for rows in (1, *options.rows):
            home, trace = place / f"{rows}", place / f"{rows}.csv"
            if not home.exists() and options.requests:
                for first in range(0, rows, TOGETHER):
                    write_requests(home, min(TOGETHER, rows - first), 1, first=first)
            if not home.exists():
                write_trace(trace, rows, usual=options.usual)
                if options.usual:
                    PlaceJournal(home).add_rule({"service": "service-*", "host": "class/server-room"}, AUTHOR)
                load_into(home, trace)
                trace.unlink()
            for line in lines(home, rows, place):
                print(line, flush=True)


def lines(home: Path, rows: int, place: Path) -> Iterator[str]:
    """What each step of a home costs, each in a process of its own; those of a home of one row are the fixed part."""
    forget(home)
    read = scan(home)
    yield f"- {rows:,} rows: scan {read:.2f} s"
    for step in STEPS:
        if step in ("one row more", "a run said otherwise"):
            one = place / f"{step}.csv"
            write_trace(one, 1, time.time_ns() if step == "one row more" else 0)
            one.write_text(one.read_text("utf-8").replace("service-0", f"service-{time.time_ns()}"), "utf-8")
            import_paths(Ledger(home), [one], reading_context(home))
        arguments = ["-m", "scripts.bench.increment", "--home", str(home), "--step", step]
        told = subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        seconds, memory, kept = json.loads(told.stdout)
        fixed = FIXED.setdefault(step, seconds) if rows == 1 else FIXED[step]
        beyond = f", {(seconds - fixed) / read:.1f} scans beyond the fixed part" if rows > 1 else ""
        yield f"  - {step}: {seconds:.2f} s{beyond}, {memory:.0f} MiB; kept of parts: {kept:.1f} MB"


def taken(home: Path, step: str) -> Iterator[float]:
    """CPU time [s] and memory [MiB] of one build, and what lies beside the builds [MB]."""
    catalogue = load()
    if step == "another factor":
        more = {name: getattr(catalogue.by_id[FACTOR], name) * 1.01 for name in ("value", "high")}
        factors = (f.model_copy(update=more) if f.id == FACTOR else f for f in catalogue.factors)
        catalogue = catalogue.with_factors(tuple(factors))
    start = time.process_time()
    build(home, catalogue, how=How(full=step == "every row read again"))
    yield time.process_time() - start
    (held,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    yield int(held.split()[1]) / 1024
    yield sum(file.stat().st_size for file in (home / "builds").glob(f"{FOLDER}/*")) / 1e6


if __name__ == "__main__":
    main()
