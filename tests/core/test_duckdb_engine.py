"""The database adapter: what threads of one process may do at once."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import duckdb
import fsspec
import pytest

from estimator.core.duckdb_engine import DuckDB, created, told
from estimator.core.storage import s3_files

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


def test_a_build_on_show_is_opened_again_after_a_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that has the file open takes no setting any more; the file needs none of a bucket."""
    path = tmp_path / "build.duckdb"
    with created(path) as engine:
        engine.run("CREATE TABLE t AS SELECT 3 AS n")
    shown = DuckDB.read(path)
    monkeypatch.setattr(s3_files, "is_open", lambda: True)
    monkeypatch.setattr(s3_files, "filesystem", lambda: fsspec.filesystem("memory"))
    again = DuckDB.read(path)
    assert shown.rows("SELECT n FROM t") == again.rows("SELECT n FROM t") == [{"n": 3}]
    again.close()
    shown.close()


@pytest.mark.parametrize("kind", [duckdb.FatalException, duckdb.IOException])
def test_a_full_disk_is_one_whatever_the_engine_was_writing(tmp_path: Path, kind: type[duckdb.Error]) -> None:
    """As DuckDB says it of a checkpoint, and of a file."""
    said = "Failed to create checkpoint because of error: Could not write all required bytes: No space left on device"
    with pytest.raises(OSError, match="No space left on device") as refused, told(tmp_path / "a.duckdb"):
        raise kind(said)
    assert refused.value.errno == errno.ENOSPC
