"""A build whose rows Apache Spark reads beside that of DuckDB, on the same rows: how long each takes.

python -m scripts.bench.engines HOME --kind concentrated|spread|real --rows 1000000 --master 'local[2]'

HOME is filled if it is not there. Settings of Spark are those of SPARK_CONF_DIR and PYSPARK_SUBMIT_ARGS.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from estimator.builds.build import How
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.results.making import build
from scripts.bench.tokens import changing, requests
from scripts.messages import ROOT

KINDS = ("concentrated", "spread", "real")
TOGETHER = 500_000  # rows of a part
SERVICES, ZONES = 40, ("FRA", "DEU", "BEL", "POL")
DAYS = 330  # of 2026: both changes of the clock in Paris
OF_A_RUN = ("row_id", "run_key", "run_id", "trace_id", "machine_id")  # what tells runs apart


def write_rows(home: Path, kind: str, rows: int) -> None:
    """A new ledger: requests to one service in a month; those of many services in four countries over eleven months; or
    the traces of the tests, time and again, each time as other runs."""
    ledger = Ledger(home)
    ledger.prepare()
    real = _real() if kind == "real" else None
    for first in range(0, rows, TOGETHER):
        count = min(TOGETHER, rows - first)
        if real is not None:
            ledger.write(_repeated(real, first // TOGETHER, count), [])
        elif kind == "spread":
            ledger.write(_spread(requests(count, 4, first=first), first, rows), [])
        else:
            ledger.write(requests(count, 4, first=first), [])


def _spread(table: pa.Table, first: int, rows: int) -> pa.Table:
    """The same requests, from the number `first` of as many `rows`: services by turns, one after the other over the
    year."""
    at = np.arange(first, first + len(table))
    start = table["start_us"][0].as_py() + (at * (DAYS * 86_400_000_000 // rows)).astype(np.int64)
    months = [moments.astype("M8[us]").astype("M8[M]").astype(int) for moments in (start, start + 1_000_000)]
    begun, ended = ((month // 12 + 1970) * 100 + month % 12 + 1 for month in months)
    services = at // 4 % SERVICES
    told = {"service_key": [f"service-{n}" for n in services], "zone": [ZONES[n % 4] for n in services]}
    told |= {"start_us": start, "end_us": start + 1_000_000, "start_month": begun, "end_month": ended}
    return changing(table, told)


def _real() -> pa.Table:
    """The rows of the traces of the tests."""
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        found = [path for kind in ("good", "formats") for path in (ROOT / "tests" / "traces" / kind).rglob("*.*")]
        import_paths(ledger, [path for path in found if path.is_file()], reading_context(Path(folder)))
        return ds.dataset(ledger.files("activities")).to_table().combine_chunks()


def _repeated(real: pa.Table, part: int, rows: int) -> pa.Table:
    """As many rows, in the order of the months that a ledger keeps apart; each time, other runs."""
    at = np.arange(rows)
    table = real.take(pa.array(at % len(real)))
    times = pa.array([f"{part}.{n}." for n in at // len(real)])
    return changing(table, {name: pc.binary_join_element_wise(times, table[name], "") for name in OF_A_RUN})


def measured(home: Path, master: str) -> Iterator[str]:
    """How long each build of a home takes [s], one after the other, and whether the sums of groups are the same."""
    for name, how in (("spark, started", How(full=True, spark=master)), ("spark", How(full=True, spark=master))):
        yield _timed(home, name, how)
    yield _timed(home, "duckdb", How(full=True))


def _timed(home: Path, name: str, how: How) -> str:
    before, used = time.perf_counter(), time.process_time()
    made: Any = build(home, how=how)
    taken, mine = time.perf_counter() - before, time.process_time() - used
    return f"{name}: {taken:.1f} s, of which {mine:.1f} s of processor in this process; as the one before: {made.same}"


def main() -> None:
    """Fill the home if it is not there, then print a line a build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--master", default="local[2]")
    options = parser.parse_args()
    if not options.home.exists():
        write_rows(options.home, options.kind, options.rows)
    for line in measured(options.home.resolve(), options.master):
        print(line, flush=True)


if __name__ == "__main__":
    main()
