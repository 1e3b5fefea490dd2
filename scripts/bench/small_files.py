"""A ledger of many runs imported one at a time, each with its entry in the journal, packed as they came or never: what
a build, one more row and a compaction beside a reader cost. CPU seconds, of one process each.

python -m scripts.bench.small_files [--files 10000] [--rounds 3] [--home FOLDER]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa

from estimator.builds.build import build
from estimator.core import parquet_files
from estimator.core.duckdb_engine import connect
from estimator.core.event_log import make_record
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.ledger.compaction import compact, pack
from estimator.ledger.journal import Import
from estimator.ledger.withdrawn_rows import parquet
from scripts.bench.ledger import load_into, write_trace
from scripts.messages import ROOT

STEPS = ("bare read", "build", "one row more", "another row", "build again", "compaction", "build after")


def write_home(home: Path, files: int, packed: bool) -> None:
    """Runs of a year, one a part and an entry of the journal. Nothing waits for the disk."""
    with tempfile.TemporaryDirectory() as folder, patch("os.fsync"):
        write_trace(Path(folder) / "runs.csv", files)
        load_into(Path(folder) / "home", Path(folder) / "runs.csv")
        after = list[str]()
        for source in Ledger(Path(folder) / "home").files("activities")[1:]:
            table = parquet_files.read_part(Path(source))
            for place in range(len(table)):
                if packed:
                    pack(Ledger(home))
                after = [record_row(Ledger(home), table[place : place + 1], after)]


def record_row(ledger: Ledger, row: pa.Table, after: Sequence[str]) -> str:
    """Write a row and acknowledge it: the entry, which comes after these."""
    wrote: dict[str, int] = {}
    ledger.write(row, [], wrote)
    sha = parquet_files.part_name(row["row_id"][0].as_py().encode())
    source = {"name": row["file_name"][0].as_py(), "sha": sha, "read": 1, "refused": 0, "new": 1}
    fields = {"after": after, "sources": [source], "read": 1, "moved": 0, "duplicates": 0, "wrote": wrote, "relied": {}}
    record = make_record(Import, fields, ledger.clock())
    ledger.imports.write(record)
    return record.event


def main() -> None:
    """Print a line a round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", type=Path, help="where the home is made and kept")
    parser.add_argument("--step", choices=(*STEPS, "reading"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(taken(options.home, options.step)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, (files, packed) in product(range(options.rounds), ((1, 1), (options.files, 1), (options.files, 0))):
            home = (options.home or Path(folder)) / f"{files}-{packed}"
            if not home.exists():
                write_home(home, files, bool(packed))
            copy = Path(shutil.copytree(home, Path(folder) / "copy"))
            told = ", ".join(f"{step} {step_of(copy, step)}" for step in STEPS)
            what = f"{files:,} runs{', packed as they came' if packed else ', never packed'}, round {number + 1}"
            print(f"{what}: {told}, load {os.getloadavg()[0]:.1f}", flush=True)
            shutil.rmtree(copy)


def step_of(home: Path, step: str) -> str:
    """CPU time of a step [s], in a process of its own; that of a compaction while another process reads."""
    command = [sys.executable, "-m", "scripts.bench.small_files", "--home", str(home), "--step"]
    with subprocess.Popen([*command, "reading"], cwd=ROOT) if step == "compaction" else nullcontext() as reading:
        told = subprocess.run([*command, step], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        if reading:
            assert reading.poll() is None
            reading.kill()
    return str(json.loads(told.stdout))


def read_on(ledger: Ledger) -> None:
    """Count the rows until this process is killed: never another number."""
    found = set[int]()
    while len(found) < 2:
        with ledger.still() as held, connect() as engine:
            found |= {len(engine.execute(f"SELECT row_id FROM ({held.rows_sql('activities')})").fetchall())}


def taken(home: Path, step: str) -> str:
    """CPU time of a step in this process."""
    ledger = Ledger(home)
    if step == "reading":
        read_on(ledger)
    start = time.process_time()
    if step == "bare read":
        with connect() as engine:
            engine.execute(f"SELECT MAX(row_id) FROM {parquet(ledger.files('activities'))}").fetchall()
    elif step in ("one row more", "another row"):
        one = home.with_name(f"{time.time_ns()}.csv")
        write_trace(one, 2)
        header, _, row = one.read_text("utf-8").splitlines(keepends=True)
        one.write_text(header + row.replace("service-1", f"service-{time.time_ns()}"), encoding="utf-8")
        import_paths(ledger, [one], reading_context(home))
    elif step == "compaction":
        compact(ledger)
    else:
        build(home)
    return f"{time.process_time() - start:.2f} s"


if __name__ == "__main__":
    main()
