"""Runs that stand in several rows: looked for a part of them at a time, so that memory hardly grows with the rows."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile

import numpy as np

from estimator.core.duckdb_engine import Connection
from estimator.ledger.withdrawn_rows import parquet

BLOCK_ROWS = 65_536  # read at once
TOGETHER = 32  # files that are open at once
HELD_BYTES = 2**17  # of each of the parts, in memory; beyond, it is in a file that goes with its reading
_BOUNDS = np.arange(1, 64, dtype=np.uint64) << np.uint64(58)  # of these parts: the first 6 bits of a hash


def repeated_runs(connection: Connection, files: Sequence[str], folder: Path) -> np.ndarray:
    """Hashes, as DuckDB makes them, of the runs that have several rows in these files, each once, sorted; two runs of
    one hash are among them. folder: where the hashes of many rows lie meanwhile. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        parts = [
            stack.enter_context(SpooledTemporaryFile(max_size=HELD_BYTES, dir=str(folder)))
            for _ in range(len(_BOUNDS) + 1)
        ]
        for some in (files[start : start + TOGETHER] for start in range(0, len(files), TOGETHER)):
            sql = f"SELECT hash(run_id) AS run FROM {parquet(some)} WHERE run_id IS NOT NULL"
            for batch in connection.sql(sql).to_arrow_reader(BLOCK_ROWS):
                runs = np.sort(batch["run"].to_numpy())
                for part, mine in zip(parts, np.split(runs, np.searchsorted(runs, _BOUNDS)), strict=True):
                    part.write(mine.tobytes())
        return np.concatenate([_repeated(part) for part in parts])


def _repeated(part: "SpooledTemporaryFile[bytes]") -> np.ndarray:
    """Those of its hashes that are there several times."""
    part.seek(0)
    runs = np.sort(np.frombuffer(part.read(), np.uint64))
    return np.unique(runs[1:][runs[1:] == runs[:-1]])
