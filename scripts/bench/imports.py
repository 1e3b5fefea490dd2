"""What an import costs beside a bare copy of the same columns by DuckDB, in one run: a file of codecarbon and the lines
of a gateway. CPU seconds and the largest memory, each in a process of its own; the fixed part of both is told by files
of few rows that are read in the same way.

python -m scripts.bench.imports [--rows 1000000] [--runs 3] [--added 1000 100000]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from estimator.core import parquet_files
from estimator.core.digest_set import digests_of
from estimator.core.duckdb_engine import connect
from estimator.core.own_environment import start_quickly
from estimator.ingestion.codecarbon.blocks import BLOCK_BYTES, _cells
from estimator.ingestion.codecarbon.columns import understand
from estimator.ingestion.parsing.json_moulds import Moulds
from estimator.ingestion.reader import LargeTrace
from estimator.ingestion.usage import litellm
from estimator.ledger import Ledger
from estimator.ledger.arrow_schemas import BATCH_SCHEMA, stated
from estimator.ledger.withdrawals import withdraw_restated_elsewhere
from scripts.bench.ledger import load_into, write_trace
from scripts.messages import ROOT

# The columns that our readers keep something of.
OF_CODECARBON = (
    "timestamp, project_name, run_id, duration, emissions, cpu_power, gpu_power, ram_power, cpu_energy, gpu_energy,"
    " ram_energy, energy_consumed, water_consumed, country_iso_code, region, cloud_provider, cloud_region, os,"
    " codecarbon_version, cpu_count, cpu_model, gpu_count, gpu_model, ram_total_size, tracking_mode, on_cloud, pue"
)
OF_LITELLM = (
    "request_id, call_type, model, custom_llm_provider, prompt_tokens, completion_tokens, startTime, endTime,"
    " request_tags, metadata"
)
# Bytes that tell a row of those that `write` makes: the row, then its subject.
OF_A_RUN, OF_A_REQUEST = (None,), (300, 52)
KINDS = ("codecarbon.csv", "litellm.ndjson")
FEW = 20_000  # rows of a file that is read by blocks, as the large one


class Cost(NamedTuple):
    """What a step takes: CPU time of the work on all rows, and what it takes for none [s]; the largest memory [MiB]."""

    work: float
    fixed: float
    memory: float

    @classmethod
    def of(cls, rounds: Sequence[Sequence[dict[str, float]]], at: int, rows: int) -> "Cost":
        """Of the step at this place in each round, for few rows, and two places further, for so many."""
        few, all_ = (statistics.median(one[place]["cpu"] for one in rounds) for place in (at, at + 2))
        each = (all_ - few) / (rows - FEW)
        return cls(each * rows, few - each * FEW, max(one[at + 2]["memory"] for one in rounds))

    def __str__(self) -> str:
        return f"{self.work:.1f} s, {self.fixed:.2f} fixed apart, {self.memory:.0f} MiB"


def main() -> None:
    """Print a line a format, then what rows more cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--added", type=int, nargs="*", default=[1_000, 100_000])
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step, trace, home = options.step
        print(json.dumps(least(Path(trace), Path(home)) if step == "least" else taken(*options.step)))
        return
    start_quickly()  # as the command does: each step is in a process that begins so
    with tempfile.TemporaryDirectory() as folder:
        for line in lines(Path(folder), options):
            print(line, flush=True)


def lines(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Each format, an import and a copy in turn, since the load of a machine changes."""
    for kind in KINDS:
        trace, few = folder / kind, folder / f"few-{kind}"
        write(trace, options.rows)
        write(few, FEW)
        rounds = []
        for n in range(options.runs):
            home, other = folder / f"home-{n}-{kind}", folder / f"few-{n}-{kind}.home"
            steps = (("import", few, other), ("copy", few, other), ("import", trace, home), ("copy", trace, home))
            rounds.append([measured(*step) for step in steps])
        imported, copied = (Cost.of(rounds, at, options.rows) for at in (0, 1))
        yield (
            f"- {options.rows:,} lines of {kind} ({trace.stat().st_size / 1e6:.0f} MB): import {imported}; bare copy"
            f" {copied}; an import is at {100 * copied.work / imported.work:.0f} % of its speed (bar 50)"
        )
        for rows in options.added if kind == KINDS[0] else ():
            more = folder / f"more-{rows}.csv"
            write(more, rows, seed=rows)
            found = measured("import", more, home)
            yield (
                f"  - {rows:,} rows more: {found['cpu']:.2f} s, of which {found['again']:.2f} s to find rows that"
                " earlier imports stated otherwise"
            )
        least = {name: round(cpu, 2) for name, cpu in measured("least", trace, home).items()}
        yield f"  - what no import spares, each step alone [s]: {least}, {sum(least.values()):.1f} s in all"
        trace.unlink()


def write(path: Path, rows: int, seed: int = 0) -> None:
    """A file of that kind; another seed gives other runs."""
    if path.suffix == ".csv":
        write_trace(path, rows, seed)
    else:
        write_gateway(path, rows)


def write_gateway(path: Path, rows: int) -> None:
    """The lines of a gateway as LiteLLM keeps them: a year of requests of four models by 20 services."""
    start, chance = datetime(2026, 1, 1), Random(0)
    models = ("gpt-4o", "mistral-large-latest", "mistral-small-latest", "gpt-4o-mini")
    with path.open("w", encoding="utf-8") as file:
        for n in range(rows):
            begins = start + timedelta(seconds=n * 28_000_000 // rows)
            ends = begins + timedelta(milliseconds=chance.randrange(200, 30_000))
            row: dict[str, Any] = {"request_id": f"chatcmpl-{chance.getrandbits(96):024x}", "call_type": "acompletion"}
            row |= {"api_key": f"{n % 20:064x}", "spend": chance.random() / 100, "model": models[n % 4]}
            row |= {"custom_llm_provider": "mistral" if "mistral" in models[n % 4] else "openai"}
            tokens = {"prompt_tokens": chance.randrange(20, 4_000), "completion_tokens": chance.randrange(1, 1_500)}
            row |= {**tokens, "total_tokens": sum(tokens.values()), "user": "", "cache_hit": "False"}
            row |= {
                name: f"{at.isoformat(timespec='milliseconds')}Z"
                for name, at in (("startTime", begins), ("endTime", ends))
            }
            row |= {"metadata": {"user_api_key_alias": f"service-{n % 20}"}, "request_tags": ["User-Agent: openai"]}
            file.write(json.dumps(row) + "\n")


def measured(step: str, trace: Path, home: Path) -> dict[str, float]:
    """What `taken` says of a step, in a process of its own."""
    line = [sys.executable, "-m", "scripts.bench.imports", "--step", step, str(trace), str(home)]
    found: dict[str, float] = json.loads(subprocess.check_output(line, cwd=ROOT, text=True))
    return found


def taken(step: str, trace: str, home: str) -> dict[str, float]:
    """CPU time [s] and memory [MiB] of this process for a step, and of it to find rows stated otherwise (`again`)."""
    again = [0.0]

    def timed(*given: Any) -> Any:
        before = time.process_time()
        try:
            return withdraw_restated_elsewhere(*given)
        finally:
            again[0] += time.process_time() - before

    done: Callable[[Path, Path], None] = copy if step == "copy" else load
    start = time.process_time()
    with patch("estimator.ingestion.importing.withdraw_restated_elsewhere", timed):
        done(Path(home), Path(trace))
    cpu = time.process_time() - start
    (held,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"cpu": cpu, "memory": int(held.split()[1]) / 1024, "again": again[0]}


def least(trace: Path, home: Path) -> dict[str, float]:
    """CPU time [s] of the steps that no import of a file spares, alone, without a check, a time or a look at the
    ledger: reading it twice (SHA-256, UTF-8, then its blocks), splitting it, the BLAKE2b of as many bytes as each row
    has (twice for a request: what tells its row, and its subject), and writing the rows of a home where it was
    imported."""
    found: dict[str, float] = defaultdict(float)

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        before = time.process_time()
        yield
        found[name] += time.process_time() - before

    csv = trace.suffix == ".csv"
    with timed("read"):
        large = LargeTrace(trace)
    columns = understand(large.head.decode("utf-8", "ignore").partition("\n")[0].split(","))
    blocks, moulds = large.blocks(BLOCK_BYTES), Moulds(litellm.BY_COLUMN.shape)
    while True:
        with timed("read"):
            block = next(blocks, b"")
        if not block:
            break
        lines = block.splitlines()
        with timed("split"):
            _ = _cells(block, columns, frozenset()) if csv else moulds.of(1, block)
        for size in OF_A_RUN if csv else OF_A_REQUEST:
            told = [line[:size] for line in lines]
            with timed("identities"):
                digests_of(told)
    ledger = Ledger(home)
    for part in ledger.parts():
        held = ledger.table(part) if part.startswith("activities") else None
        table = parquet_files.conform(held, BATCH_SCHEMA) if held else None
        with timed("write"):
            _ = parquet_files.bytes_of(stated(table)) if table else b""
    return found


def load(home: Path, trace: Path) -> None:
    """The import."""
    load_into(home, trace)


def copy(_: Path, trace: Path) -> None:
    """The bare copy of the columns that a reader keeps something of, compressed as ours."""
    csv = trace.suffix == ".csv"
    columns, read = (OF_CODECARBON, "read_csv") if csv else (OF_LITELLM, "read_json")
    out = trace.with_suffix(".parquet")
    with connect() as connection:
        connection.execute(
            f"COPY (SELECT {columns} FROM {read}('{trace}')) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
        )
    out.unlink()


if __name__ == "__main__":
    main()
