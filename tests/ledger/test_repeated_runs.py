"""Runs of several rows are found whatever the files and the blocks that hold them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from estimator.core.duckdb_engine import connect
from estimator.ledger import repeated_runs


@pytest.mark.parametrize("held", [repeated_runs.HELD_BYTES, 8], ids=["in memory", "in files"])
@pytest.mark.parametrize("block", [repeated_runs.BLOCK_ROWS, 2048])
def test_runs_of_several_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, held: int) -> None:
    """a: twice in a file; b: in both, thousands of rows apart; c: three times; d, e, the thousands: once. Two rows
    without a run repeat none."""
    others = [f"run-{n}" for n in range(5_000)]
    monkeypatch.setattr(repeated_runs, "BLOCK_ROWS", block)
    monkeypatch.setattr(repeated_runs, "HELD_BYTES", held)
    monkeypatch.setattr(repeated_runs, "TOGETHER", 1)
    files = [str(tmp_path / f"{n}.parquet") for n in range(2)]
    for path, runs in zip(files, (["a", "a", "b", None, "c", "d", *others], ["c", "b", None, "e", "c"]), strict=True):
        pq.write_table(pa.table({"run_id": pa.array(runs, pa.string())}), path)
    with connect() as connection:
        found = repeated_runs.repeated_runs(connection, files, tmp_path)
        hashes = connection.execute("SELECT hash(run) FROM (VALUES ('a'), ('b'), ('c')) AS t(run)").fetchall()
        none = repeated_runs.repeated_runs(connection, files[:1], tmp_path)
    assert found.tolist() == sorted(run for (run,) in hashes)
    assert none.tolist() == [hashes[0][0]]
