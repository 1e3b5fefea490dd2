"""Requests of language models: groups a month, build and totals, time and memory, against their number.

python -m scripts.bench.tokens [--rows 10000 100000] [--models 1]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from estimator.core.duckdb_engine import DuckDB
from estimator.core.parquet_files import table_of
from estimator.ledger import Ledger
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.rows import Activity
from estimator.results.making import build
from estimator.results.reading import open_current

MODELS = ("alibaba/qwen3-8b", "mistralai/mistral-large-3", "meta/llama-3.3-70b", "openai/gpt-4o")
MONTH_US = 28 * 24 * 3600 * 1_000_000


def write_requests(home: Path, rows: int, models: int, file: str = "bench.json", first: int = 0) -> None:
    """Single requests over one month, their lengths log-normal, all different (seed 0). first: number of the first."""
    ledger = Ledger(home)
    ledger.prepare()
    ledger.write(requests(rows, models, file, first), [])


def requests(rows: int, models: int, file: str = "bench.json", first: int = 0) -> pa.Table:
    """The same as a table."""
    chance = np.random.default_rng(0)
    start = 1_767_225_600_000_000  # 2026-01-01
    one = Activity(
        row_id="0" * 32, run_key="0", start_us=start, end_us=start + 1_000_000, start_month=202601, end_month=202601,
        duration_s=1.0, time_basis="offset", file_name=file, file_sha="0", line=1, reader="bench",
        reader_version=1, service_key="assistant", model=MODELS[0], zone="FRA", host="class/national-cloud",
        other_mode="mode/none", requests=1.0, output_tokens=1.0, input_tokens=1.0,
    )  # fmt: skip
    starts = start + (np.arange(rows) * (MONTH_US // rows)).astype(np.int64)
    changed = {
        "row_id": [f"{n:032x}" for n in range(first, first + rows)],
        "run_key": [str(n) for n in range(first, first + rows)],
        "start_us": starts,
        "end_us": starts + 1_000_000,
        "line": np.arange(1, rows + 1),
        "model": [MODELS[n % models] for n in range(rows)],
        "output_tokens": np.ceil(chance.lognormal(5, 1, rows)),
        "input_tokens": np.ceil(chance.lognormal(6.5, 1, rows)),
    }
    return changing(table_of([one], ACTIVITY_SCHEMA).take(pa.array(np.zeros(rows, dtype=np.int64))), changed)


def changing(table: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    """The same table, with other values in these columns."""
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        field = table.schema.field(name)
        table = table.set_column(place, field, pa.array(values).cast(field.type))
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Print a line a number of rows, each measured in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--models", type=int, default=1, choices=range(1, len(MODELS) + 1))
    parser.add_argument("--home", type=Path, help="measure this home, already filled")
    options = parser.parse_args(argv)
    if options.home:
        print(measured(options.home))
        return
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            write_requests(Path(folder), rows, options.models)
            command = [sys.executable, "-m", "scripts.bench.tokens", "--home", folder]
            print(f"{rows} requests of {options.models} model(s):", subprocess.check_output(command, text=True).strip())


def measured(home: Path) -> str:
    """Time of a build and of totals [s], groups a month, and the largest memory of the process [MiB]."""
    before = time.perf_counter()
    made = build(home)
    built = time.perf_counter() - before
    opened = open_current(home)
    assert opened is not None
    before = time.perf_counter()
    opened.totals()
    totals = time.perf_counter() - before
    counted = "SELECT COUNT(*) AS n FROM groups GROUP BY month ORDER BY n DESC LIMIT 1"
    groups = DuckDB.read(made.path).rows(counted)[0]["n"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"build {built:.2f} s, totals {totals:.2f} s, {groups} groups a month, {memory:.0f} MiB"


if __name__ == "__main__":
    main()
