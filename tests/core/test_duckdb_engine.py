"""The database adapter: what threads of one process may do at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from estimator.core.duckdb_engine import DuckDB, created

THREADS, FILES = 8, 20


@pytest.mark.long
def test_threads_open_a_file_at_once(tmp_path: Path) -> None:
    """Eight screens open the build that was just published: each reads it, none finds it locked by another."""
    for number in range(FILES):
        path, barrier = tmp_path / f"{number}.duckdb", Barrier(THREADS)
        with created(path) as engine:
            engine.run(f"CREATE TABLE t AS SELECT {number} AS n")

        def read(_: int, path: Path = path, barrier: Barrier = barrier) -> int:
            barrier.wait()
            engine = DuckDB.read(path)
            found: int = engine.rows("SELECT n FROM t")[0]["n"]
            engine.close()
            return found

        with ThreadPoolExecutor(THREADS) as pool:
            assert list(pool.map(read, range(THREADS))) == [number] * THREADS
