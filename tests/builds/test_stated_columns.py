"""The ends of files say which columns are read."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from estimator.builds.stated_columns import read_columns, stated_columns
from estimator.core.duckdb_engine import DuckDB

ROWS = {
    "same": ["a", "a", "a"],
    "none": pa.array([None, None, None], pa.string()),
    "few": ["a", None, "a"],
    "texts": [5, 7, 10],  # as texts, the least is "10" and the most "7": as those of the first row alone
    "nothing": pa.array([[], None, []], pa.list_(pa.string())),
    "things": [["a"], ["a"], ["a"]],
}


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("together", [1, 2, 3])
def test_a_file_says_which_columns_its_rows_state_and_which_all_state_alike(
    tmp_path: Path, told: bool, together: int
) -> None:
    """Whatever rows are in one group; of a file without statistics rows are counted, and none is said to be alike."""
    path = str(tmp_path / "rows.parquet")
    pq.write_table(pa.table(ROWS), path, row_group_size=together, write_statistics=told)
    engine = DuckDB.create(tmp_path / "a.duckdb")
    found = stated_columns(engine, [path])[path]
    assert found.stated == {"same", "few", "texts", "things"}
    assert found.same == ({"same", "none", "nothing"} if told else set())
    assert found.rows == 3
    assert found.every == ({"same", "texts"} if told else set())
    read = read_columns({"same": "VARCHAR", "none": "VARCHAR", "nothing": "VARCHAR[]"}, {"none", "nothing"})
    rows = engine.rows(f"SELECT {read} FROM '{path}' LIMIT 1")
    assert rows == [{"same": "a", "none": None, "nothing": []}]


def test_a_column_of_which_the_end_says_nothing_may_be_stated_and_the_others_are_as_it_says(tmp_path: Path) -> None:
    """As the ledger writes its parts: nothing is said of the names of runs, which are not read to be counted."""
    path = str(tmp_path / "rows.parquet")
    counted = [name for name in ROWS if name not in ("none", "things")]
    pq.write_table(pa.table(ROWS), path, write_statistics=counted)
    found = stated_columns(DuckDB.create(tmp_path / "a.duckdb"), [path])[path]
    assert found.stated >= {"same", "none", "few", "texts", "things"} and found.same >= {"same"}
    assert not found.same & {"none", "few", "texts", "things"}
